//! The statistics of a month: seven columns for each account and kind of points (CIMP-STAT-01, CIMP-STAT-02).
//!
//! A month is counted by booking time in the programme's zone: what was booked stays, so a month that was closed does not
//! change, and the closing of one month is the opening of the next.

pub mod query;
pub mod store;
#[cfg(test)]
mod tests;

use crate::bonus_type::amount::Points;
use crate::bonus_type::midnight;
use crate::file::{Encoding, LineKey, export};
use chrono::{DateTime, Datelike, Months, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Accounts counted in one transaction.
pub const ACCOUNTS_AT_ONCE: i64 = 2_000;

/// The seven columns, in the smallest unit of the bonus type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Figures {
    /// OPENING_POINTS: the balance when the month began.
    pub opening: i64,
    /// POINTS_ACCUMULATED: credited in the month, less what of earlier credits was taken back in it.
    pub accumulated: i64,
    /// POINTS_ACCUMULATED_PREV: credited before the month and still in the balance when it ended (GAP-37).
    pub accumulated_before: i64,
    /// POINTS_SPENT: written off in the month other than by expiry, less what of earlier write-offs was given back in it.
    pub spent: i64,
    /// POINTS_EXPIRED: written off by expiry in the month.
    pub expired: i64,
    /// CLOSING_POINTS: the balance when the month ended.
    pub closing: i64,
    /// POINTS_TO_BE_EXPIRED: what of the closing balance expires within the months that the programme has set.
    pub to_be_expired: i64,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Row {
    /// The account.
    pub account_id: Uuid,
    /// Its number.
    pub number: String,
    /// The code of the bonus type.
    pub bonus_type: String,
    /// Its decimal places.
    pub scale: i16,
    /// The columns.
    #[sqlx(flatten)]
    #[serde(flatten)]
    pub figures: Figures,
}

impl sqlx::FromRow<'_, sqlx::postgres::PgRow> for Figures {
    fn from_row(row: &sqlx::postgres::PgRow) -> sqlx::Result<Self> {
        use sqlx::Row as _;
        Ok(Self {
            opening: row.try_get("opening")?,
            accumulated: row.try_get("accumulated")?,
            accumulated_before: row.try_get("accumulated_before")?,
            spent: row.try_get("spent")?,
            expired: row.try_get("expired")?,
            closing: row.try_get("closing")?,
            to_be_expired: row.try_get("to_be_expired")?,
        })
    }
}

/// How the statistics of one macroregion stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum RunState {
    /// Being made, or left by a server that died: it is made again.
    Running,
    /// Its table and its file are there.
    Done,
    /// Something went wrong with this macroregion alone: it can be made again by itself.
    Failed,
}

/// The statistics of one macroregion for a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Run {
    /// The month's first day.
    pub month: NaiveDate,
    /// The macroregion; empty: accounts without one.
    pub macroregion: String,
    /// How it stands.
    pub state: RunState,
    /// What went wrong.
    pub failure: Option<String>,
    /// Accounts in it.
    pub accounts: i64,
    /// Its file.
    pub file_name: Option<String>,
    /// When it was begun.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

/// A calendar month of a programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Month {
    first: NaiveDate,
    zone: Tz,
}

impl Month {
    /// The month of this day.
    #[must_use]
    pub fn of(day: NaiveDate, zone: Tz) -> Self {
        Self { first: day.with_day(1).unwrap_or(day), zone }
    }

    /// The month before the one of `now`: the reporting period on the first day of each month.
    #[must_use]
    pub fn before(now: DateTime<Utc>, zone: Tz) -> Self {
        let today = now.with_timezone(&zone).date_naive();
        let this = Self::of(today, zone);
        Self { first: this.first.checked_sub_months(Months::new(1)).unwrap_or(this.first), zone }
    }

    /// Its first day.
    #[must_use]
    pub const fn first(&self) -> NaiveDate {
        self.first
    }

    /// The moment when it begins.
    #[must_use]
    pub fn from(&self) -> DateTime<Utc> {
        midnight(self.first, self.zone)
    }

    /// The moment when it has ended.
    #[must_use]
    pub fn to(&self) -> DateTime<Utc> {
        self.ahead(1)
    }

    /// The moment up to which lots count as to be expired: `months` after the end (CIMP-STAT-03).
    #[must_use]
    pub fn horizon(&self, months: u16) -> DateTime<Utc> {
        self.ahead(1 + u32::from(months.max(1)))
    }

    /// Whether it is over at `now`.
    #[must_use]
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.to() <= now
    }

    fn ahead(&self, months: u32) -> DateTime<Utc> {
        midnight(self.first.checked_add_months(Months::new(months)).unwrap_or(self.first), self.zone)
    }
}

/// The name of a macroregion's file: `STAT_<programme>_<YYYYMM>_<macroregion>.txt`; `NONE` of accounts without one. Where
/// the macroregion cannot stand there as it is, a part of its hash comes behind it, so that no two share a file.
#[must_use]
pub fn file_name(programme: &str, month: Month, macroregion: &str) -> String {
    let plain = |text: &str| -> String {
        text.chars()
            .map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' })
            .take(60)
            .collect()
    };
    let region = match plain(macroregion) {
        shown if shown.is_empty() => "NONE".to_owned(),
        shown if shown == macroregion && shown != "NONE" => shown,
        shown => {
            let hash = LineKey::of(&[macroregion.as_bytes()]).text();
            format!("{shown}-{}", hash.get(..8).unwrap_or_default())
        }
    };
    format!("STAT_{}_{}_{region}.txt", plain(programme), month.first.format("%Y%m"))
}

/// What stands at the top of each file: what the columns mean (GAP-37), and their names.
#[must_use]
pub fn head(programme: &str, month: Month, macroregion: &str, expiring_months: u16) -> Vec<u8> {
    let last = month
        .first
        .checked_add_months(Months::new(1))
        .and_then(|next| next.pred_opt())
        .unwrap_or(month.first);
    let notes = [
        format!(
            "# Programme {programme}, macroregion {macroregion:?}, {} to {last}, days of {}.",
            month.first, month.zone
        ),
        "# POINTS_ACCUMULATED: credited in the period, less what of earlier credits was taken back in it."
            .to_owned(),
        "# POINTS_ACCUMULATED_PREV: credited before the period and still in the balance when it ended."
            .to_owned(),
        format!(
            "# POINTS_TO_BE_EXPIRED: of the closing balance, what expires within {} months after the period.",
            expiring_months.max(1)
        ),
        "# OPENING_POINTS + POINTS_ACCUMULATED - POINTS_SPENT - POINTS_EXPIRED = CLOSING_POINTS.".to_owned(),
    ];
    let mut out = Vec::new();
    for note in notes {
        export::push_line(&mut out, Encoding::Utf8, &[&note]);
    }
    let columns = [
        "MASTER_ACCOUNT",
        "BONUS_TYPE",
        "OPENING_POINTS",
        "POINTS_ACCUMULATED",
        "POINTS_ACCUMULATED_PREV",
        "POINTS_SPENT",
        "POINTS_EXPIRED",
        "CLOSING_POINTS",
        "POINTS_TO_BE_EXPIRED",
    ];
    export::push_line(&mut out, Encoding::Utf8, &columns);
    out
}

/// Adds a row to a file; amounts in points, not in smallest units.
pub fn push_row(out: &mut Vec<u8>, row: &Row) {
    let figures = &row.figures;
    let amounts = [
        figures.opening,
        figures.accumulated,
        figures.accumulated_before,
        figures.spent,
        figures.expired,
        figures.closing,
        figures.to_be_expired,
    ];
    let mut cells = vec![row.number.clone(), row.bonus_type.clone()];
    cells.extend(amounts.map(|units| Points::new(units, row.scale).to_string()));
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    export::push_line(out, Encoding::Utf8, &cells);
}
