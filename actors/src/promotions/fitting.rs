//! Which accounts fit the criteria of a promotion (CIMP-SPV-01).

use base::id::{CustomerId, MasterAccountId};
use chrono::{DateTime, Utc};
use loyalty::member::Member;
use loyalty::programme::Programme;
use loyalty::promotion::{CRITERIA_ROOTS, Promotion, condition};
use loyalty::store::movement::Party;
use rules::decide::card_kinds_of;
use rules::{Expression, Facts};
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of accounts and their customers, as conditions see it.
pub struct Known {
    customers: BTreeMap<CustomerId, Value>,
    accounts: BTreeMap<MasterAccountId, Value>,
    now: DateTime<Utc>,
    zone: chrono_tz::Tz,
}

impl Known {
    /// Of these accounts, in one question each; with the linked cards of `kinds`, which are not asked for without one.
    pub async fn of(
        db: &mut PgConnection,
        parties: &[Party],
        kinds: &BTreeSet<String>,
        now: DateTime<Utc>,
        zone: chrono_tz::Tz,
    ) -> sqlx::Result<Self> {
        let ids: Vec<CustomerId> = parties.iter().map(|party| party.customer_id).collect();
        let mut customers = crm::query::facts(&mut *db, &ids).await?;
        crm::query::add_cards(&mut *db, kinds, &mut customers).await?;
        let ids: Vec<MasterAccountId> = parties.iter().map(|party| party.account_id).collect();
        let programmes = loyalty::query::programmes(&mut *db).await?;
        let members = loyalty::query::by_ids(db, &ids).await?;
        let facts = |member: &Member| {
            let programme = programmes.iter().find(|programme| programme.id == member.programme_id);
            member.facts(now, programme.map_or(chrono_tz::UTC, Programme::zone))
        };
        let accounts = members.iter().map(|member| (member.id, facts(member))).collect();
        Ok(Self { customers, accounts, now, zone })
    }

    /// The facts of one account.
    pub fn facts(&self, party: &Party) -> Facts {
        let customer = self.customers.get(&party.customer_id).cloned().unwrap_or_default();
        let account = self.accounts.get(&party.account_id).cloned().unwrap_or_default();
        Facts { account, ..Facts::default().of_customer(customer) }.at(self.now, self.zone)
    }
}

/// Those that fit the promotion. A condition that cannot be evaluated for an account does not hold for it.
pub async fn fitting(
    db: &mut PgConnection,
    promotion: &Promotion,
    parties: Vec<Party>,
    now: DateTime<Utc>,
    zone: chrono_tz::Tz,
) -> sqlx::Result<Vec<Party>> {
    let Some(criteria) = compiled(&promotion.fields.criteria, &CRITERIA_ROOTS) else {
        return Ok(parties);
    };
    if parties.is_empty() {
        return Ok(parties);
    }
    let known = Known::of(db, &parties, &card_kinds_of(criteria.fields()), now, zone).await?;
    Ok(parties.into_iter().filter(|party| criteria.holds(&known.facts(party)).unwrap_or(false)).collect())
}

/// The condition; none when there is no text. It was checked when it was written.
pub fn compiled(text: &str, roots: &[&str]) -> Option<Expression> {
    condition(text, roots).ok().flatten()
}
