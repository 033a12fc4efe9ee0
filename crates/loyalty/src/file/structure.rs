//! The structure of a type of file as data: which columns in which order, and how things are written (CIMP-ETL-03).

use super::kind::{FileKind, Shape};
use base::FieldFault;
use serde::{Deserialize, Serialize};

/// The separator of columns (CIMP-ETL-01).
pub const SEPARATOR: u8 = b'|';
/// Most columns of a structure: more than any type of file has fields, with room for columns that are passed over.
pub const COLUMNS_MAX: usize = 64;
/// Longest prefix or suffix, in characters.
pub const AFFIX_MAX: usize = 40;
/// The name of a column that is there and not read.
pub const PASSED_OVER: &str = "-";

/// How the bytes of a file are text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FileEncoding)]
pub enum Encoding {
    /// Seven bits (CIMP-ETL-01).
    Ascii,
    /// UTF-8; a byte order mark at the beginning is passed over.
    Utf8,
    /// Windows-1251, in which Russian billings write.
    Cp1251,
}

impl Encoding {
    /// Its name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Ascii => "ASCII",
            Self::Utf8 => "UTF-8",
            Self::Cp1251 => "CP1251",
        }
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The field of the file's type that stands in it; `-` is passed over.
    pub field: String,
    /// Whether no line may leave it empty. Fields that the type requires are required in any case.
    #[serde(default)]
    pub required: bool,
    /// How a date is written in it, when it differs from the structure's: `DD.MM.YYYY`, `YYYYMMDD` and such.
    #[serde(default)]
    pub format: Option<String>,
}

/// How files of a type look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Structure {
    /// The type.
    pub kind: FileKind,
    /// How their names begin.
    #[schema(example = "PUR_")]
    pub prefix: String,
    /// How their names end.
    #[schema(example = ".txt")]
    pub suffix: String,
    /// How their bytes are text.
    pub encoding: Encoding,
    /// Whether the first line names the columns. It is then compared with the columns.
    #[serde(default)]
    pub header: bool,
    /// The columns in their order.
    pub columns: Vec<Column>,
    /// How dates are written: `YYYY`, `MM`, `DD` and marks between them.
    #[schema(example = "DD.MM.YYYY")]
    pub date_format: String,
    /// The mark before decimals: `.` or `,`.
    #[schema(example = ".")]
    pub decimal_separator: String,
    /// The fields that together name a line for ever, such as the number of a document. None: the line itself, and
    /// of equal lines in one file the first, the second, and so on.
    #[serde(default)]
    pub key: Vec<String>,
}

impl Structure {
    /// What is wrong with it, each with the place.
    #[must_use]
    pub fn check(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        self.check_name(&mut faults);
        self.check_columns(&mut faults);
        if date_pattern(&self.date_format).is_none() {
            faults.push(FieldFault::new("/date_format", DATE_HINT));
        }
        if !matches!(self.decimal_separator.as_str(), "." | ",") {
            faults.push(FieldFault::new("/decimal_separator", "must be . or ,"));
        }
        for (place, name) in self.key.iter().enumerate() {
            let is_there = self.columns.iter().any(|column| column.field == *name);
            if !is_there || name == PASSED_OVER {
                faults.push(FieldFault::new(format!("/key/{place}"), format!("no column {name:?}")));
            }
        }
        faults
    }

    fn check_name(&self, faults: &mut Vec<FieldFault>) {
        for (pointer, affix) in [("/prefix", &self.prefix), ("/suffix", &self.suffix)] {
            let plain = affix.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
            if !plain || affix.len() > AFFIX_MAX || affix.starts_with('.') && pointer == "/prefix" {
                let message =
                    format!("up to {AFFIX_MAX} letters, digits and _ - . (no dot first in a prefix)");
                faults.push(FieldFault::new(pointer, message));
            }
        }
        if self.prefix.is_empty() {
            faults.push(FieldFault::new("/prefix", "must not be empty: it tells the types apart"));
        }
    }

    fn check_columns(&self, faults: &mut Vec<FieldFault>) {
        if self.columns.len() > COLUMNS_MAX {
            faults.push(FieldFault::new("/columns", format!("at most {COLUMNS_MAX} columns")));
        }
        for (place, column) in self.columns.iter().enumerate().take(COLUMNS_MAX) {
            let pointer = |part: &str| format!("/columns/{place}/{part}");
            let known = self.kind.field(&column.field);
            if known.is_none() && column.field != PASSED_OVER {
                let names: Vec<&str> = self.kind.fields().iter().map(|field| field.name).collect();
                let message = format!("unknown: one of {}, or - to pass it over", names.join(", "));
                faults.push(FieldFault::new(pointer("field"), message));
            }
            let twice = self.columns.iter().take(place).any(|other| other.field == column.field);
            if twice && column.field != PASSED_OVER {
                faults.push(FieldFault::new(pointer("field"), "stands in a column before"));
            }
            if let Some(format) = &column.format {
                let is_date = known.is_some_and(|field| field.shape == Shape::Date);
                if !is_date {
                    faults.push(FieldFault::new(pointer("format"), "only dates have a format"));
                } else if date_pattern(format).is_none() {
                    faults.push(FieldFault::new(pointer("format"), DATE_HINT));
                }
            }
        }
        for field in self.kind.fields().iter().filter(|field| field.required) {
            if !self.columns.iter().any(|column| column.field == field.name) {
                let message = format!("{} is missing: files of this type must have it", field.name);
                faults.push(FieldFault::new("/columns", message));
            }
        }
    }

    /// Whether a file of this name is of this structure.
    #[must_use]
    pub fn names(&self, name: &str) -> bool {
        name.len() > self.prefix.len() + self.suffix.len()
            && name.starts_with(&self.prefix)
            && name.ends_with(&self.suffix)
    }

    /// The usual structure of a type: its fields in the order of the documents, UTF-8, ISO dates. What a new
    /// installation has until somebody writes down what the partner really sends.
    #[must_use]
    pub fn usual(kind: FileKind) -> Self {
        let prefix = match kind {
            FileKind::Participants => "PAR_",
            FileKind::Invoices => "INV_",
            FileKind::Purchases => "PUR_",
            FileKind::TopUps => "TOP_",
            FileKind::TariffPlans => "TAR_",
            FileKind::Gifts => "GFT_",
            FileKind::PartnerExchange => "PEX_",
        };
        let column = |field: &super::kind::Field| Column {
            field: field.name.to_owned(),
            required: false,
            format: None,
        };
        Self {
            kind,
            prefix: prefix.to_owned(),
            suffix: ".txt".to_owned(),
            encoding: Encoding::Utf8,
            header: false,
            columns: kind.fields().iter().map(column).collect(),
            date_format: "YYYY-MM-DD".to_owned(),
            decimal_separator: ".".to_owned(),
            key: Vec::new(),
        }
    }
}

const DATE_HINT: &str =
    "must have YYYY (or YY), MM and DD once each, with marks such as . - / between them or none";

/// One part of a date as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatePart {
    /// Four digits.
    Year,
    /// Two digits of this century.
    ShortYear,
    /// Two digits.
    Month,
    /// Two digits.
    Day,
    /// This byte.
    Mark(u8),
}

/// The parts of a date format, or nothing when it is none.
#[must_use]
pub fn date_pattern(format: &str) -> Option<Vec<DatePart>> {
    let mut parts = Vec::new();
    let mut rest = format;
    while !rest.is_empty() {
        let words = [
            ("YYYY", DatePart::Year),
            ("YY", DatePart::ShortYear),
            ("MM", DatePart::Month),
            ("DD", DatePart::Day),
        ];
        if let Some((word, part)) = words.iter().find(|(word, _)| rest.starts_with(word)) {
            parts.push(*part);
            rest = rest.strip_prefix(word)?;
            continue;
        }
        let mark = rest.bytes().next().filter(|b| matches!(b, b'.' | b'-' | b'/' | b' '))?;
        parts.push(DatePart::Mark(mark));
        rest = rest.get(1..)?;
    }
    let count = |wanted: &[DatePart]| parts.iter().filter(|part| wanted.contains(part)).count();
    let complete = count(&[DatePart::Year, DatePart::ShortYear]) == 1
        && count(&[DatePart::Month]) == 1
        && count(&[DatePart::Day]) == 1;
    complete.then_some(parts)
}
