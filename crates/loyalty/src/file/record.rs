//! What is kept of a file: which it was, how far it is, and what became of its lines.

use super::{Encoding, FileKind, Structure};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Longest title of a structure, in characters.
pub const TITLE_MAX: usize = 200;

/// What people set of a structure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StructureFields {
    /// Whose participants the lines speak of.
    pub programme_id: Uuid,
    /// How people call it.
    #[schema(example = "Purchases of the shop")]
    pub title: String,
    /// Whether files are read by it.
    #[serde(default = "yes")]
    pub active: bool,
    /// Whether each accrual of its files is an event of its own, so that rules may tell members of it. Without, a file
    /// tells in one event what it did, and members see the accruals in their histories.
    #[serde(default)]
    pub announce: bool,
    /// How the files look.
    #[serde(flatten)]
    pub structure: Structure,
}

const fn yes() -> bool {
    true
}

/// A structure that is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct StoredStructure {
    /// Its id.
    pub id: Uuid,
    /// What people set.
    #[serde(flatten)]
    pub fields: StructureFields,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Grows with each change.
    pub version: i32,
}

/// What becomes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum FileState {
    /// It is being applied, or waits for a server that goes on.
    Running,
    /// All its lines were applied or refused.
    Done,
    /// It was refused as a whole: nothing of it was applied.
    Refused,
    /// Its content was applied before: nothing was done.
    Repeated,
}

/// What became of the lines of a file so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Tally {
    /// Lines that were read and did what their type does, also when no rule grants anything for them.
    pub accepted: u64,
    /// Lines that are wrong: they stand in the reject file.
    pub rejected: u64,
    /// Lines of accounts that are not enrolled or do not exist: they accrue nothing, and stand in the reject file.
    pub not_enrolled: u64,
    /// Lines that had been applied before, by this file or another.
    pub repeated: u64,
    /// Rejected lines by the kind of their first fault.
    pub faults: BTreeMap<String, u64>,
    /// The sum of the amounts of accepted lines, a decimal number as text.
    pub amount: String,
    /// What was credited, by bonus type, in its smallest unit.
    pub accrued: BTreeMap<String, i64>,
}

impl Tally {
    /// Adds what became of the next lines.
    pub fn add(&mut self, other: &Self) {
        self.accepted += other.accepted;
        self.rejected += other.rejected;
        self.not_enrolled += other.not_enrolled;
        self.repeated += other.repeated;
        for (code, count) in &other.faults {
            *self.faults.entry(code.clone()).or_default() += count;
        }
        for (bonus_type, units) in &other.accrued {
            let sum = self.accrued.entry(bonus_type.clone()).or_default();
            *sum = sum.saturating_add(*units);
        }
        let number = |text: &str| text.parse::<rust_decimal::Decimal>().unwrap_or_default();
        // Ten million lines of at most 10^15 stay far below the limit of a decimal.
        self.amount = (number(&self.amount) + number(&other.amount)).normalize().to_string();
    }

    /// Adds a line that is wrong.
    pub fn reject(&mut self, code: &str) {
        self.rejected += 1;
        *self.faults.entry(code.to_owned()).or_default() += 1;
    }
}

/// A file that came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LoyaltyFile {
    /// Its id.
    pub id: Uuid,
    /// Whose participants its lines speak of; none when it was not recognised.
    pub programme_id: Option<Uuid>,
    /// By which structure it is read.
    pub structure_id: Option<Uuid>,
    /// Its name.
    pub name: String,
    /// Its type; none when it was not recognised.
    pub kind: Option<FileKind>,
    /// SHA-256 of its content, hexadecimal.
    pub sha256: Option<String>,
    /// What became of it.
    pub state: FileState,
    /// Why it was refused, for programs.
    pub refusal_code: Option<String>,
    /// Why it was refused.
    pub refusal: Option<String>,
    /// The file with the same content that was applied before.
    pub repeats: Option<Uuid>,
    /// Its length.
    pub bytes: i64,
    /// Its lines; of top-ups also the sums, which are applied after the lines were read.
    pub lines: i64,
    /// How many of them are done.
    pub done: i64,
    /// What became of them.
    pub tally: Tally,
    /// Whether there is a reject file to load.
    pub has_rejects: bool,
    /// When reading began.
    pub started_at: DateTime<Utc>,
    /// When it moved last.
    pub moved_at: DateTime<Utc>,
    /// When it was done or refused.
    pub finished_at: Option<DateTime<Utc>>,
}

/// What starts with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile<'f> {
    /// The id.
    pub id: Uuid,
    /// The name.
    pub name: &'f str,
    /// By which structure it is read; none: refused as unrecognised.
    pub structure: Option<&'f StoredStructure>,
    /// SHA-256 of the content.
    pub sha256: Option<[u8; 32]>,
    /// The length.
    pub bytes: u64,
    /// The lines.
    pub lines: u64,
}

/// How a file that is being applied stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub id: Uuid,
    /// How each of its lanes stands; never empty.
    pub lanes: Vec<Lane>,
}

impl Place {
    /// A file of which nothing is done.
    #[must_use]
    pub fn new(id: Uuid, lanes: usize) -> Self {
        Self { id, lanes: vec![Lane::default(); lanes] }
    }

    /// All lanes together; `reached` is that of the furthest.
    #[must_use]
    pub fn total(&self) -> Lane {
        let mut total = Lane::default();
        for lane in &self.lanes {
            total.reached = total.reached.max(lane.reached);
            total.done += lane.done;
            total.reject_bytes += lane.reject_bytes;
            total.tally.add(&lane.tally);
        }
        total
    }
}

/// Every n-th chunk of a file, applied in order beside those of the other lanes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lane {
    /// The last unit of its last chunk that is done; units are lines, then sums.
    pub reached: u64,
    /// How many units are done.
    pub done: u64,
    /// Bytes of its part of the reject file that belong to them.
    pub reject_bytes: u64,
    /// What became of them.
    pub tally: Tally,
}

/// Which encoding files that go out have, when nobody says.
pub const ENCODING_OUT: Encoding = Encoding::Utf8;
