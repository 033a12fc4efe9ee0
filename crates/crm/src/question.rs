//! Questions about sets of records: how many, how much, by what. Reports and the size of a segment are such questions.

use crate::attribute::CUSTOMER;
use base::FieldFault;
use rules::sql::{Column, ColumnKind, Columns};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most attributes that an answer is grouped by: more make rows of single records.
pub const GROUPS_MAX: usize = 3;
/// Most measures of a question.
pub const MEASURES_MAX: usize = 10;
/// Most rows of an answer.
pub const ROWS_MAX: usize = 1_000;

/// What is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MeasureFn {
    /// How many records; with a field, how many that have a value.
    Count,
    /// The sum of numbers.
    Sum,
    /// Their mean.
    Avg,
    /// The smallest, or earliest.
    Min,
    /// The largest, or latest.
    Max,
}

/// One column of numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// What is computed.
    #[serde(rename = "fn")]
    pub function: MeasureFn,
    /// Of which attribute: its key, or its path such as `customer.arpu`.
    #[serde(default)]
    pub field: Option<String>,
}

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// `customer`, or the key of a kind of card.
    #[schema(example = "customer")]
    pub of: String,
    /// Which of them, in the language of rules; null for all.
    #[serde(default, rename = "where")]
    #[schema(example = "customer.tier == 'gold'")]
    pub condition: Option<String>,
    /// By which attributes: keys or paths.
    #[serde(default)]
    pub group_by: Vec<String>,
    /// What is computed; how many, when empty.
    #[serde(default)]
    pub measures: Vec<Measure>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Rows {
    /// The names of the columns: those of the groups, then those of the measures.
    pub columns: Vec<String>,
    /// The rows, the largest first measure first.
    #[schema(value_type = Vec<Vec<Object>>)]
    pub rows: Vec<Vec<serde_json::Value>>,
    /// There are more rows than an answer has.
    pub more: bool,
}

/// A question with its columns found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// The names of the columns.
    pub names: Vec<String>,
    /// The expressions of the groups.
    pub groups: Vec<String>,
    /// The expressions of the measures.
    pub measures: Vec<String>,
}

impl Question {
    /// The question in terms of columns.
    ///
    /// # Errors
    /// What cannot be asked, by field.
    pub fn planned(&self, columns: &dyn Columns) -> Result<Planned, Vec<FieldFault>> {
        let mut faults = Vec::new();
        if self.group_by.len() > GROUPS_MAX {
            faults.push(FieldFault::new("/group_by", format!("at most {GROUPS_MAX}")));
        }
        if self.measures.len() > MEASURES_MAX {
            faults.push(FieldFault::new("/measures", format!("at most {MEASURES_MAX}")));
        }
        let mut planned = Planned { names: self.group_by.clone(), groups: Vec::new(), measures: Vec::new() };
        for (at, field) in self.group_by.iter().take(GROUPS_MAX).enumerate() {
            match self.column(field, columns) {
                Some(column) if column.kind == ColumnKind::Moment => {
                    planned.groups.push(format!("to_char({} at time zone 'UTC', 'YYYY-MM-DD')", column.sql));
                }
                Some(column) => planned.groups.push(column.sql),
                None => faults.push(unknown(format!("/group_by/{at}"))),
            }
        }
        let count = [Measure { function: MeasureFn::Count, field: None }];
        let measures = if self.measures.is_empty() { &count[..] } else { &self.measures };
        for (at, measure) in measures.iter().take(MEASURES_MAX).enumerate() {
            match self.measured(measure, columns) {
                Ok((name, sql)) => {
                    planned.names.push(name);
                    planned.measures.push(sql);
                }
                Err(detail) => faults.push(FieldFault::new(format!("/measures/{at}/field"), detail)),
            }
        }
        if faults.is_empty() { Ok(planned) } else { Err(faults) }
    }

    fn measured(&self, measure: &Measure, columns: &dyn Columns) -> Result<(String, String), String> {
        let (word, wants): (&str, &[ColumnKind]) = match measure.function {
            MeasureFn::Count => ("count", &[]),
            MeasureFn::Sum => ("sum", &[ColumnKind::Number]),
            MeasureFn::Avg => ("avg", &[ColumnKind::Number]),
            MeasureFn::Min => ("min", &[ColumnKind::Number, ColumnKind::Moment]),
            MeasureFn::Max => ("max", &[ColumnKind::Number, ColumnKind::Moment]),
        };
        let Some(field) = &measure.field else {
            let counts = measure.function == MeasureFn::Count;
            let all = ("count".to_owned(), "count(*)".to_owned());
            return if counts { Ok(all) } else { Err("say of which attribute".to_owned()) };
        };
        let column = self.column(field, columns).ok_or("there is no such attribute")?;
        if !wants.is_empty() && !wants.contains(&column.kind) {
            return Err("must be a number (or a date, for min and max)".to_owned());
        }
        let sql = match measure.function {
            MeasureFn::Avg => format!("round(avg({}), 6)", column.sql),
            _ => format!("{word}({})", column.sql),
        };
        Ok((format!("{word} {field}"), sql))
    }

    fn column(&self, field: &str, columns: &dyn Columns) -> Option<Column> {
        let root = if self.of == CUSTOMER { CUSTOMER } else { "card" };
        columns.column(field).or_else(|| columns.column(&format!("{root}.{field}")))
    }
}

fn unknown(pointer: String) -> FieldFault {
    FieldFault::new(pointer, "there is no such attribute")
}

impl Rows {
    /// The answer as CSV (RFC 4180). A cell that a spreadsheet would take for a formula begins with an apostrophe.
    #[must_use]
    pub fn csv(&self) -> String {
        let line = |cells: Vec<String>| cells.join(",") + "\r\n";
        let mut text = line(self.columns.iter().map(|name| quoted(name)).collect());
        for row in &self.rows {
            text += &line(row.iter().map(cell).collect());
        }
        text
    }
}

fn cell(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => quoted(text),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => quoted(&value.to_string()),
        other => other.to_string(),
    }
}

fn quoted(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_is_written_as_csv_that_no_spreadsheet_runs() {
        let rows = Rows {
            columns: vec!["tier".to_owned(), "count".to_owned()],
            rows: vec![
                vec![json!("gold, \"new\""), json!(3)],
                vec![json!(null), json!(1.5)],
                vec![json!("=1+1"), json!(-2)],
            ],
            more: false,
        };

        assert_eq!(rows.csv(), "tier,count\r\n\"gold, \"\"new\"\"\",3\r\n,1.5\r\n'=1+1,-2\r\n");
    }
}
