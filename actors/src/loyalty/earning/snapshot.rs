//! The live rules at one moment, for whoever decides about many activities in a transaction of its own: files.

use super::{Earning, Live};
use base::id::ProgrammeId;
use chrono::{DateTime, Utc};
use loyalty::bonus_type::BonusType;
use loyalty::earning::{self, Decided};
use loyalty::member::Member;
use loyalty::programme::Programme;
use platform::event::OutsideEvent;
use rules::Facts;
use serde_json::{Value, json};
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
        all.next().filter(|_| all.next().is_none())
    }

    /// Whether a rule about this type of event reads anything of the customer besides the account.
    #[must_use]
    pub fn reads_customer(&self, kind: &str) -> bool {
        self.live.of_customers.contains(kind)
    }

    /// What an event of a member earns. `customer` is the customer's object, null where no rule reads it.
    #[must_use]
    pub fn decide(
        &self,
        member: &Member,
        event: &OutsideEvent,
        customer: Value,
        now: DateTime<Utc>,
    ) -> Decided {
        if !self.live.gives(&event.kind) {
            return Decided::default();
        }
        let at = event.time.unwrap_or(now);
        let zone = self.zone(member.programme_id);
        let facts = Facts {
            event: Value::Object(event.data.clone()),
            meta: json!({
                "type": event.kind, "source": event.source, "id": event.id, "time": at, "depth": event.depth,
            }),
            customer,
            account: member.facts(at, zone),
            reference: self.live.rules.reference.clone(),
            ..Facts::default()
        }
        .at(at, self.site);
        earning::decide(&self.live.rules, &self.live.setup, member, &event.kind, &facts, (at, self.site))
    }
}
