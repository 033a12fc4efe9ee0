//! The live rules at one moment, for whoever decides about many activities in a transaction of its own: files.

use super::{Earning, Live};
use base::id::ProgrammeId;
use chrono::{DateTime, Utc};
use loyalty::bonus_type::BonusType;
use loyalty::earning::{self, Decided};
use loyalty::member::Member;
use loyalty::programme::Programme;
use rules::Facts;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What an activity earns by the rules and bonus types of one moment.
#[derive(Clone)]
pub struct Snapshot {
    live: Arc<Live>,
    site: chrono_tz::Tz,
}

impl Earning {
    /// The live rules; what marketing changed counts within a quarter of a second.
    ///
    /// # Errors
    /// The database failed.
    pub async fn snapshot(&self) -> sqlx::Result<Snapshot> {
        Ok(Snapshot { live: self.live().await?, site: self.site })
    }
}

impl Snapshot {
    /// Where the programme's midnight is.
    #[must_use]
    pub fn zone(&self, programme: ProgrammeId) -> chrono_tz::Tz {
        self.live.setup.programme(programme).map_or(chrono_tz::UTC, Programme::zone)
    }

    /// The programme's code.
    #[must_use]
    pub fn code(&self, programme: ProgrammeId) -> &str {
        self.live.setup.programme(programme).map_or("", |programme| programme.fields.code.as_str())
    }

    /// The programme's bonus type, when it has one only.
    #[must_use]
    pub fn only_bonus_type(&self, programme: ProgrammeId) -> Option<&BonusType> {
        let mut all = self.live.setup.bonus_types(programme);
        all.next().filter(|_| all.next().is_none()).map(AsRef::as_ref)
    }

    /// A bonus type of the programme by its code.
    #[must_use]
    pub fn bonus_type(&self, programme: ProgrammeId, code: &str) -> Option<&BonusType> {
        self.live.setup.bonus_type(programme, code).map(AsRef::as_ref)
    }

    /// Whether a rule about this type of event reads anything of the customer besides the account.
    #[must_use]
    pub fn reads_customer(&self, kind: &str) -> bool {
        let reads = self.live.reads(kind);
        reads.customer || !reads.cards.is_empty()
    }

    /// The kinds of linked cards that rules about this type of event read.
    #[must_use]
    pub fn card_kinds(&self, kind: &str) -> BTreeSet<String> {
        self.live.reads(kind).cards
    }

    /// What an activity of a member earns; `data` is what it says. `customer` is the customer's object with the linked
    /// cards, null where no rule reads them.
    #[must_use]
    pub fn decide(
        &self,
        member: &Member,
        seen: Seen<'_>,
        data: &mut Map<String, Value>,
        customer: Value,
    ) -> Decided {
        let Seen { kind, source, id, at } = seen;
        if !self.live.gives(kind) {
            return Decided::default();
        }
        let reads = self.live.reads(kind);
        let meta = || json!({ "type": kind, "source": source, "id": id, "time": at, "depth": 0 });
        let mut facts = Facts {
            event: Value::Object(std::mem::take(data)),
            meta: if reads.meta { meta() } else { Value::Null },
            reference: self.live.rules.reference.clone(),
            ..Facts::default()
        }
        .of_customer(customer);
        if reads.account {
            facts.account = member.facts(at, self.zone(member.programme_id));
        }
        if reads.time {
            facts = facts.at(at, self.site);
        }
        let set = &self.live.rules;
        let decided = earning::decide(set, &self.live.setup, member, kind, &facts.prepare(), (at, self.site));
        if let Value::Object(event) = facts.event {
            *data = event;
        }
        decided
    }
}

/// An activity as rules see it beside what it says.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The type of its event.
    pub kind: &'a str,
    /// Which system reported it.
    pub source: &'a str,
    /// Its id there.
    pub id: &'a str,
    /// When it happened.
    pub at: DateTime<Utc>,
}
