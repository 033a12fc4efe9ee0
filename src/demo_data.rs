//! The demo organisation: people, queues, a number to call, customers. Loaded once, whole or not at all.
//!
//! For a first look only: everybody knows its password. `[demo] load = false` keeps it out.

mod catalogue;
pub mod files;
mod loyalty;
mod records;
#[cfg(test)]
mod tests;

use access::person::{PersonInput, RoleGrant};
use access::unit::UnitInput;
use base::event::Journal;
use base::id::{OrgUnitId, QueueId, SkillId};
use base::{Author, ChangeError, Edit, NewEvent};
use chrono::{DateTime, TimeDelta, Utc};
use crm::customer::CustomerFields;
use crm::viewer::Viewer;
use files::{Customers, Fault, Loyalty, Organisation, Records, Telephony, Topics, level_list, read};
use rand::Rng;
use routing::config::{NamedFields, OperatorFields, QueueFields, ReasonFields, TopicFields};
use routing::store::classifier::{reason, result, skill, topic};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use std::path::Path;
use uuid::Uuid;

/// The event that says that the demo organisation is there. What stands in the log is not loaded again, also when
/// somebody changed or archived parts of it since.
const LOADED: &str = "platform.demo_organisation_loaded.v1";

/// Why the demo organisation was not loaded. Nothing of it is stored then.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A file is missing, cannot be read, or names what does not exist.
    #[error(transparent)]
    File(#[from] Fault),
    /// A record was refused.
    #[error("the demo {what} {name:?} was refused: {why}")]
    Refused {
        /// What kind of record.
        what: &'static str,
        /// Which record.
        name: String,
        /// The reason, with the fields.
        why: String,
    },
    /// The database failed.
    #[error("database error")]
    Database(#[from] sqlx::Error),
    /// The password could not be hashed.
    #[error(transparent)]
    Hash(#[from] access::password::HashError),
}

/// What was loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The password of every demo person.
    pub password: String,
    /// How many people.
    pub people: usize,
    /// How many customers.
    pub customers: usize,
    /// The numbers to call.
    pub numbers: Vec<String>,
}

/// Loads the files of `folder` in the caller's transaction, unless they were loaded before. Roles and the root
/// unit must be there already.
///
/// # Errors
/// See [`DemoError`]; the caller rolls back.
pub async fn load(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
    folder: &Path,
) -> Result<Option<Loaded>, DemoError> {
    let before = platform::event::query::Filter { kind: Some(LOADED.to_owned()), ..Default::default() };
    if !platform::event::query::search(db, &before, 1).await?.is_empty() {
        return Ok(None);
    }
    let organisation: Organisation = read(folder, "organisation.toml")?;
    let telephony: Telephony = read(folder, "telephony.toml")?;
    let topics: Topics = read(folder, "topics.toml")?;
    let customers: Customers = read(folder, "customers.toml")?;
    let records: Records = read(folder, "records.toml")?;
    let loyalty: Loyalty = read(folder, "loyalty.toml")?;

    let mut loader = Loader { db, edit: Edit { now, author: Author::System, rng } };
    let units = loader.units(&organisation).await?;
    let skills = loader.skills(&organisation).await?;
    let queues = loader.queues(&organisation, &units, &skills).await?;
    loader.words(&organisation, &topics).await?;
    loader.people(&organisation, &units, &skills, &queues).await?;
    loader.telephony(&telephony).await?;
    loader.customers(&customers).await?;
    loader.records(&records).await?;
    loader.loyalty(&loyalty).await?;
    loader.catalogue(folder).await?;

    let loaded = Loaded {
        password: organisation.password,
        people: organisation.person.len(),
        customers: customers.customer.len(),
        numbers: telephony.number.into_iter().map(|number| number.number).collect(),
    };
    loader.finish(&loaded).await?;
    Ok(Some(loaded))
}

struct Loader<'a> {
    db: &'a mut PgConnection,
    edit: Edit<'a>,
}

/// A refusal with the record that was refused.
fn refused(what: &'static str, name: &str) -> impl FnOnce(ChangeError) -> DemoError {
    let name = name.to_owned();
    move |error| match error {
        ChangeError::Database(error) => DemoError::Database(error),
        ChangeError::Invalid(faults) => {
            let faults: Vec<String> =
                faults.into_iter().map(|fault| format!("{}: {}", fault.pointer, fault.detail)).collect();
            DemoError::Refused { what, name, why: faults.join("; ") }
        }
        other => DemoError::Refused { what, name, why: other.to_string() },
    }
}

impl Loader<'_> {
    /// Each record is a millisecond younger than the one before it, so that lists keep the order of the files.
    fn tick(&mut self) {
        self.edit.now += TimeDelta::milliseconds(1);
    }

    async fn units(&mut self, from: &Organisation) -> Result<BTreeMap<String, OrgUnitId>, DemoError> {
        let mut units = BTreeMap::new();
        for unit in &from.unit {
            self.tick();
            let above = match &unit.above {
                None => access::unit::ROOT,
                Some(above) => files::known("organisation.toml", "unit", above, &units)?,
            };
            let input = UnitInput { name: unit.name.clone(), parent_id: Some(above) };
            let created = access::unit::store::create(self.db, &mut self.edit, &input).await;
            let created = created.map_err(refused("unit", &unit.key))?;
            units.insert(unit.key.clone(), created.unit_id);
        }
        Ok(units)
    }

    async fn skills(&mut self, from: &Organisation) -> Result<BTreeMap<String, SkillId>, DemoError> {
        let mut skills = BTreeMap::new();
        for entry in &from.skill {
            self.tick();
            let fields = NamedFields { name: entry.name.clone() };
            let created = skill::insert(self.db, &mut self.edit, &fields).await;
            skills.insert(entry.key.clone(), created.map_err(refused("skill", &entry.key))?.id);
        }
        Ok(skills)
    }

    async fn queues(
        &mut self,
        from: &Organisation,
        units: &BTreeMap<String, OrgUnitId>,
        skills: &BTreeMap<String, SkillId>,
    ) -> Result<BTreeMap<String, QueueId>, DemoError> {
        let mut queues = BTreeMap::new();
        for queue in &from.queue {
            self.tick();
            let fields = QueueFields {
                name: queue.name.clone(),
                skills: level_list(&queue.skills, skills)?,
                ring_seconds: queue.ring_seconds,
                wrap_up_seconds: queue.wrap_up_seconds,
                wrap_up_mandatory: queue.wrap_up_mandatory,
                target_seconds: queue.target_seconds,
                target_percent: queue.target_percent,
                short_abandon_seconds: queue.short_abandon_seconds,
                waiting_max: queue.waiting_max,
                priority: queue.priority,
                unit_id: Some(files::known("organisation.toml", "unit", &queue.unit, units)?),
            };
            let created = routing::store::queue::insert(self.db, &mut self.edit, &fields).await;
            queues.insert(queue.key.clone(), created.map_err(refused("queue", &queue.key))?.id);
        }
        Ok(queues)
    }

    async fn words(&mut self, from: &Organisation, topics: &Topics) -> Result<(), DemoError> {
        for entry in &from.reason {
            self.tick();
            let fields = ReasonFields { code: entry.code.clone(), name: entry.name.clone() };
            let created = reason::insert(self.db, &mut self.edit, &fields).await;
            created.map_err(refused("reason", &entry.code))?;
        }
        for entry in &from.result {
            self.tick();
            let fields = NamedFields { name: entry.name.clone() };
            let created = result::insert(self.db, &mut self.edit, &fields).await;
            created.map_err(refused("result", entry.name.get(base::Locale::En)))?;
        }
        for category in &topics.topic {
            self.tick();
            let name = category.name.get(base::Locale::En);
            let fields = TopicFields { name: category.name.clone(), parent_id: None };
            let parent =
                topic::insert(self.db, &mut self.edit, &fields).await.map_err(refused("topic", name))?;
            for subtopic in &category.subtopics {
                self.tick();
                let fields = TopicFields { name: subtopic.clone(), parent_id: Some(parent.id) };
                topic::insert(self.db, &mut self.edit, &fields).await.map_err(refused("topic", name))?;
            }
        }
        Ok(())
    }

    async fn people(
        &mut self,
        from: &Organisation,
        units: &BTreeMap<String, OrgUnitId>,
        skills: &BTreeMap<String, SkillId>,
        queues: &BTreeMap<String, QueueId>,
    ) -> Result<(), DemoError> {
        // One hash for all: the password is known to everybody anyway.
        let hash = access::Hasher.hash(&from.password, self.edit.rng)?;
        for person in &from.person {
            self.tick();
            let unit_id = files::known("organisation.toml", "unit", &person.unit, units)?;
            let role_id = person.role.id();
            let input = PersonInput {
                login: person.login.clone(),
                name: person.name.clone(),
                personnel_number: Some(person.personnel_number.clone()),
                sip_number: Some(person.sip_number.clone()),
                locale: person.locale,
                unit_id,
                roles: [RoleGrant { role_id, unit_id }].into(),
            };
            let refuse = || refused("person", &person.login);
            let created = access::person::store::create(self.db, &mut self.edit, &input, &hash, None).await;
            let id = created.map_err(refuse())?.person_id;
            let settled = access::person::password::store::settle(self.db, &mut self.edit, id).await;
            settled.map_err(refuse())?;
            if person.queues.is_empty() {
                continue;
            }
            let serves: Result<Vec<QueueId>, Fault> = person
                .queues
                .iter()
                .map(|key| files::known("organisation.toml", "queue", key, queues))
                .collect();
            let fields = OperatorFields {
                queues: serves?,
                skills: level_list(&person.skills, skills)?,
                receives_incoming: true,
                sends_outgoing: false,
                wrap_up_mandatory: true,
            };
            let put = routing::store::operator::put(self.db, &mut self.edit, id.into(), 0, &fields).await;
            put.map_err(refuse())?;
        }
        Ok(())
    }

    async fn telephony(&mut self, from: &Telephony) -> Result<(), DemoError> {
        use telephony::config::store;
        for fields in &from.trunk {
            self.tick();
            let created = store::insert_trunk(self.db, &mut self.edit, fields, None).await;
            created.map_err(refused("trunk", &fields.name))?;
        }
        for fields in &from.number {
            self.tick();
            let created = store::insert_number(self.db, &mut self.edit, fields).await;
            created.map_err(refused("number", &fields.number))?;
        }
        Ok(())
    }

    async fn customers(&mut self, from: &Customers) -> Result<(), DemoError> {
        for entry in &from.customer {
            self.tick();
            let fields: CustomerFields = entry.fields();
            let created = crm::store::insert(self.db, &mut self.edit, &Viewer::Server, &fields).await;
            created.map_err(refused("customer", &entry.name))?;
        }
        Ok(())
    }

    async fn finish(&mut self, loaded: &Loaded) -> Result<(), DemoError> {
        let event = NewEvent {
            kind: LOADED.into(),
            journal: Journal::Change,
            subject: Uuid::nil(),
            correlation: None,
            author: Author::System,
            payload: json!({ "people": loaded.people, "customers": loaded.customers }),
        };
        platform::event::append(self.db, self.edit.now, self.edit.rng, &event).await?;
        Ok(())
    }
}
