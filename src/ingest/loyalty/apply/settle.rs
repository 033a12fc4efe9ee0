//! What becomes of a line whose change was tried behind a savepoint.

use super::Applied;
use base::{ChangeError, FieldFault};
use loyalty::file::{LineFault, Record};

/// Keeps what was done, or tells the line's faults; whether it changed anything is no matter: the same again is the same.
pub(super) async fn settle(
    tx: sqlx::Transaction<'_, sqlx::Postgres>,
    done: Result<bool, ChangeError>,
    record: &Record,
    bytes: &[u8],
    applied: &mut Applied,
) -> sqlx::Result<()> {
    match done {
        Ok(_) => {
            tx.commit().await?;
            applied.accept(1, None);
        }
        Err(ChangeError::Database(error)) => return Err(error),
        Err(error) => {
            tx.rollback().await?;
            applied.reject(record.number, &faults(&error), bytes);
        }
    }
    Ok(())
}

/// What the stores refuse, in the words of reject files.
fn faults(error: &ChangeError) -> Vec<LineFault> {
    let told = |fault: &FieldFault| {
        LineFault::line("refused", format!("{}: {}", fault.pointer.trim_start_matches('/'), fault.detail))
    };
    match error {
        ChangeError::Invalid(faults) => faults.iter().map(told).collect(),
        ChangeError::Taken(fault) => vec![told(fault)],
        other => vec![LineFault::line("refused", other.to_string())],
    }
}
