//! All flows of a site, as they were when a call began.

use crate::definition::Definition;
use crate::fault::{Catalogue, Fault};
use crate::load::{is_other_kind, load, name_of};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The flows that loaded, by name. A call keeps the library it began with: a reload changes later calls only.
#[derive(Clone, Debug, Default)]
pub struct Library {
    flows: BTreeMap<String, Arc<Definition>>,
}

impl Library {
    /// The flow of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<Definition>> {
        self.flows.get(name).cloned()
    }

    /// Every flow in the order of names.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Definition>> {
        self.flows.values()
    }

    /// Loads files (name, JSON) and gives every fault found; files of other kinds than IVR are left out. A flow whose file does not load keeps its version of
    /// `before`, so that a broken file never takes a number out of service. `catalogue.flows` is filled in here.
    #[must_use]
    pub fn load(files: &[(String, String)], catalogue: &Catalogue, before: &Self) -> (Self, Vec<Fault>) {
        let mut catalogue = catalogue.clone();
        let files: Vec<_> = files.iter().filter(|(_, json)| !is_other_kind(json)).collect();
        catalogue.flows = files.iter().filter_map(|(_, json)| name_of(json)).collect();
        let mut flows = BTreeMap::<String, Arc<Definition>>::new();
        let mut faults = vec![];
        for (file, json) in files {
            match load(file, json, &catalogue) {
                Ok(flow) => match flows.get(&flow.name) {
                    Some(first) => faults.push(Fault {
                        file: file.clone(),
                        node: None,
                        pointer: "/name".to_owned(),
                        code: "twice",
                        problem: format!(
                            "{:?} is already the name of {}: choose another",
                            flow.name, first.file
                        ),
                    }),
                    None => {
                        flows.insert(flow.name.clone(), Arc::new(flow));
                    }
                },
                Err(found) => {
                    faults.extend(found);
                    let old = before.flows.values().find(|old| old.file == *file);
                    flows.extend(old.map(|old| (old.name.clone(), Arc::clone(old))));
                }
            }
        }
        (Self { flows }, faults)
    }
}
