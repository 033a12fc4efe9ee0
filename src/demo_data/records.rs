//! The kind of card that the demo organisation made for itself, its cards, and who works where.

use super::files::{Fault, Records};
use super::{DemoError, Loader, refused};
use base::{ChangeError, FieldFault};
use crm::link::LinkInput;
use crm::store;
use crm::viewer::Viewer;
use uuid::Uuid;

impl Loader<'_> {
    pub(super) async fn records(&mut self, from: &Records) -> Result<(), DemoError> {
        self.tick();
        let plan = store::structure::import(self.db, &mut self.edit, &from.structures)
            .await
            .map_err(refused("structures", "records.toml"))?;
        let faults: Vec<FieldFault> =
            plan.faults.into_iter().map(|fault| FieldFault::new(fault.pointer, fault.message)).collect();
        ChangeError::unless_empty(faults).map_err(refused("structures", "records.toml"))?;
        for entry in &from.card {
            self.tick();
            let viewer = Viewer::Server;
            let card =
                store::card::insert(self.db, &mut self.edit, &viewer, &entry.kind, &entry.attributes).await;
            let card = card.map_err(refused("card", &entry.used_by))?;
            let owner = self.called(&entry.used_by).await?;
            self.link(card.id.as_uuid(), "used_by", owner, None).await?;
        }
        for entry in &from.link {
            self.tick();
            let (first, second) = (self.called(&entry.from).await?, self.called(&entry.to).await?);
            self.link(first, &entry.kind, second, entry.note.clone()).await?;
        }
        Ok(())
    }

    /// The customer with this phone number.
    async fn called(&mut self, phone: &str) -> Result<Uuid, DemoError> {
        let unknown = || Fault::UnknownKey { file: "records.toml", what: "customer", key: phone.to_owned() };
        let number = phone.parse().map_err(|_| unknown())?;
        let found = crm::query::find_by_phone(self.db, &number).await?;
        Ok(found.ok_or_else(unknown)?.customer_id.as_uuid())
    }

    async fn link(
        &mut self,
        from: Uuid,
        kind: &str,
        to: Uuid,
        note: Option<String>,
    ) -> Result<(), DemoError> {
        self.tick();
        let input = LinkInput { kind: kind.to_owned(), from: None, to: Some(to), note };
        let linked = store::link::add(self.db, &mut self.edit, from, &input).await;
        linked.map(drop).map_err(refused("link", kind))
    }
}
