//! Flows as files: read at start and again on demand. What is refused keeps its version before.

use super::book::Names;
use crate::http::resources::parts::{AudioFolders, FlowBody, LiveFlows};
use arc_swap::ArcSwap;
use base::{Clock, Locale};
use chrono::{DateTime, Utc};
use flow::Library;
use flow::fault::{Catalogue, Fault};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Digits of a file's checksum that name its version: enough to tell versions of one file apart.
const VERSION_DIGITS: usize = 12;
/// Longest flow file, in bytes: a menu of a thousand nodes takes a tenth of it.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The flows of a folder.
pub struct Flows {
    folder: PathBuf,
    sounds: Vec<PathBuf>,
    clock: Arc<dyn Clock>,
    library: ArcSwap<Library>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    queues: BTreeSet<String>,
    skills: BTreeSet<String>,
    /// IVRs of the database: name and definition. They are taken rather than files of their names.
    published: Vec<(String, String)>,
    shown: BTreeMap<String, FlowBody>,
}

impl Flows {
    /// Flows of `folder`, none read yet.
    #[must_use]
    pub fn new(folder: PathBuf, folders: &AudioFolders, clock: Arc<dyn Clock>) -> Self {
        let sounds = vec![folders.sounds.clone(), folders.uploaded.clone()];
        Self { folder, sounds, clock, library: ArcSwap::default(), known: Mutex::default() }
    }

    /// What loaded.
    #[must_use]
    pub fn library(&self) -> Arc<Library> {
        self.library.load_full()
    }

    /// Reads the files, checked against these names.
    pub(super) fn read(&self, names: &Names) {
        {
            let mut known = self.known();
            known.queues = names.queues.keys().cloned().collect();
            known.skills = names.skills.keys().cloned().collect();
            known.published.clone_from(&names.published);
        }
        self.read_again();
    }

    fn read_again(&self) {
        let files = match read_files(&self.folder) {
            Ok(files) => files,
            Err(error) => {
                tracing::error!(%error, folder = %self.folder.display(), "flows cannot be read, the old ones stay");
                return;
            }
        };
        let mut known = self.known();
        let files = with_published(files, &known.published);
        let catalogue = catalogue(&self.sounds, &known);
        let (library, faults) = Library::load(&files, &catalogue, &self.library.load());
        for fault in &faults {
            tracing::error!("a flow was refused: {fault}");
        }
        known.shown = shown(&files, &library, &faults, &known.shown, self.clock.now());
        self.library.store(Arc::new(library));
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LiveFlows for Flows {
    fn list(&self) -> Vec<FlowBody> {
        self.known().shown.values().cloned().collect()
    }

    fn reload(&self) -> Vec<FlowBody> {
        self.read_again();
        self.list()
    }

    fn read(&self, json: &str) -> Result<flow::Definition, Vec<rules::Fault>> {
        let catalogue = {
            let known = self.known();
            let mut catalogue = catalogue(&self.sounds, &known);
            catalogue.flows = known.shown.keys().cloned().collect();
            catalogue.flows.extend(flow::load::name_of(json));
            catalogue
        };
        let told = |fault: Fault| {
            let told = rules::Fault::error(fault.code, fault.pointer, fault.problem);
            match fault.node {
                Some(node) => told.of_node(node),
                None => told,
            }
        };
        flow::load("draft", json, &catalogue).map_err(|faults| faults.into_iter().map(told).collect())
    }

    fn text(&self, file: &str) -> Option<String> {
        let known = self.known().shown.values().any(|flow| flow.file == file);
        known.then(|| std::fs::read_to_string(self.folder.join(file)).ok()).flatten()
    }
}

/// Files with the IVRs of the database instead of those of their names.
fn with_published(files: Vec<(String, String)>, published: &[(String, String)]) -> Vec<(String, String)> {
    let replaced = |json: &str| {
        let name = flow::load::name_of(json);
        published.iter().any(|(published, _)| Some(published) == name.as_ref())
    };
    let ivrs = files.into_iter().filter(|(_, json)| !flow::load::is_other_kind(json) && !replaced(json));
    ivrs.chain(published.iter().cloned()).collect()
}

/// Every `*.flow.json` of the folder, by name.
pub(super) fn read_files(folder: &Path) -> std::io::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.ends_with(".flow.json") {
            continue;
        }
        if entry.metadata()?.len() > FILE_BYTES_MAX {
            tracing::error!(file = %name, "a flow file is longer than {FILE_BYTES_MAX} bytes and is left out");
            continue;
        }
        files.push((name, std::fs::read_to_string(entry.path())?));
    }
    files.sort();
    Ok(files)
}

/// What a flow may name: the sounds that are on disk, the queues and skills in use.
fn catalogue(sounds: &[PathBuf], known: &Known) -> Catalogue {
    let in_folders = |below: &str| -> BTreeSet<String> {
        sounds.iter().flat_map(|folder| wav_names(&folder.join(below))).collect()
    };
    Catalogue {
        prompts: Locale::ALL.into_iter().map(|locale| (locale, in_folders(locale.code()))).collect(),
        music: in_folders("music"),
        queues: known.queues.clone(),
        skills: known.skills.clone(),
        flows: BTreeSet::new(),
    }
}

fn wav_names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter_map(|name| name.strip_suffix(".wav").map(str::to_owned)).collect()
}

fn shown(
    files: &[(String, String)],
    library: &Library,
    faults: &[Fault],
    before: &BTreeMap<String, FlowBody>,
    now: DateTime<Utc>,
) -> BTreeMap<String, FlowBody> {
    let body = |(file, json): &(String, String)| {
        let errors: Vec<String> =
            faults.iter().filter(|fault| fault.file == *file).map(ToString::to_string).collect();
        let running = library.iter().find(|flow| flow.file == *file);
        let name =
            running.map_or_else(|| file.trim_end_matches(".flow.json").to_owned(), |flow| flow.name.clone());
        let old = before.get(&name);
        let version = if errors.is_empty() {
            version_of(json)
        } else {
            old.map(|old| old.version.clone()).unwrap_or_default()
        };
        let same = old.filter(|old| old.version == version).and_then(|old| old.loaded_at);
        let loaded_at = running.map(|_| same.unwrap_or(now));
        let nodes = running.map_or(0, |flow| flow.nodes.len());
        let error = (!errors.is_empty()).then(|| errors.join("\n"));
        (name.clone(), FlowBody { name, file: file.clone(), version, nodes, loaded_at, error })
    };
    files.iter().map(body).collect()
}

fn version_of(json: &str) -> String {
    hex::encode(Sha256::digest(json.as_bytes())).chars().take(VERSION_DIGITS).collect()
}
