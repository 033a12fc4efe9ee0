//! A member as rules see one: the object `account` of expressions.

use crate::account::AccountStatus;
use crate::tier::Standing;
use base::id::{CustomerId, MasterAccountId, ProgrammeId};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};
use sqlx::Row;
use sqlx::postgres::PgRow;
use std::collections::BTreeSet;

/// An account with its tier and what is counted of it.
#[derive(Clone, Debug, PartialEq, sqlx::FromRow)]
pub struct Member {
    /// The account.
    #[sqlx(rename = "account_id")]
    pub id: MasterAccountId,
    /// Of which programme.
    pub programme_id: ProgrammeId,
    /// Its number.
    pub number: String,
    /// Who takes part.
    pub customer_id: CustomerId,
    /// What the account is.
    #[sqlx(try_from = "i16")]
    pub status: AccountStatus,
    /// When the member enrolled.
    pub enrolled_at: Option<DateTime<Utc>>,
    /// The macroregion.
    pub macroregion: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The code of the tier.
    pub tier: Option<String>,
    /// The level of the tier.
    pub level: Option<i16>,
    /// The multiplier of the tier.
    pub multiplier: Option<f64>,
    /// What is counted of its services.
    #[sqlx(flatten)]
    pub services: ServiceCounts,
}

/// The connected services of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceCounts {
    /// Distinct service lines among them.
    pub types: i64,
    /// All of them.
    pub all: i64,
}

impl ServiceCounts {
    /// From the line of each service.
    #[must_use]
    pub fn of(lines: &[String]) -> Self {
        let types: BTreeSet<&String> = lines.iter().collect();
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        Self { types: count(types.len()), all: count(lines.len()) }
    }
}

impl<'r> sqlx::FromRow<'r, PgRow> for ServiceCounts {
    fn from_row(row: &'r PgRow) -> sqlx::Result<Self> {
        let lines: Option<Vec<String>> = row.try_get("lines")?;
        Ok(Self::of(&lines.unwrap_or_default()))
    }
}

impl Member {
    /// The object `account` of expressions. Without a tier the level is 0 and the multiplier 1.
    #[must_use]
    pub fn facts(&self, now: DateTime<Utc>, zone: Tz) -> Value {
        let standing = Standing {
            service_types: self.services.types,
            services: self.services.all,
            enrolled_at: self.enrolled_at,
            macroregion: self.macroregion.clone(),
            region: self.region.clone(),
            counted: None,
        };
        let mut facts = standing.facts(now, zone);
        if let Value::Object(fields) = &mut facts {
            fields.insert("id".to_owned(), json!(self.id));
            fields.insert("number".to_owned(), json!(self.number));
            fields.insert("tier".to_owned(), json!(self.tier));
            fields.insert("level".to_owned(), json!(self.level.unwrap_or(0)));
            fields.insert("multiplier".to_owned(), json!(self.multiplier.unwrap_or(1.0)));
        }
        facts
    }
}
