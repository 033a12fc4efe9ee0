//! A statement that is put together: texts of ours, and values that are always bound.

use crate::columns::Condition;
use rules::sql::Param;
use sqlx::postgres::PgArguments;
use sqlx::{Arguments, Encode, Postgres, Type};

/// A statement and its values.
#[derive(Default)]
pub(super) struct Statement {
    text: String,
    arguments: PgArguments,
}

impl Statement {
    /// A statement that begins so.
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    /// Adds a text of ours.
    pub(super) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a value, and its placeholder to the text.
    pub(super) fn bind<'q, T>(&mut self, value: T) -> sqlx::Result<&mut Self>
    where
        T: Encode<'q, Postgres> + Type<Postgres>,
    {
        self.arguments.add(value).map_err(sqlx::Error::Encode)?;
        let placeholder = format!("${}", self.arguments.len());
        Ok(self.push(&placeholder))
    }

    /// Adds a condition of the language, ` and (…)`.
    pub(super) fn and(&mut self, condition: Option<&Condition>) -> sqlx::Result<&mut Self> {
        let Some(condition) = condition else { return Ok(self) };
        let sql = condition.sql(self.arguments.len() + 1).map_err(|faults| {
            let told: Vec<String> = faults.into_iter().map(|fault| fault.message).collect();
            sqlx::Error::InvalidArgument(told.join("; "))
        })?;
        for param in &sql.params {
            match param {
                Param::Text(text) => self.arguments.add(text),
                Param::Texts(texts) => self.arguments.add(texts),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        let text = format!(" and {}", sql.text);
        Ok(self.push(&text))
    }

    /// The text and the values.
    pub(super) fn finish(self) -> (sqlx::AssertSqlSafe<String>, PgArguments) {
        // Safe: the text is ours, keys in it are a-z, 0-9 and _, and values are bound.
        (sqlx::AssertSqlSafe(self.text), self.arguments)
    }
}
