//! Holds, closings, and rows that belong to nothing.

use super::{Fault, Report};
use crate::query::recount;
use sqlx::PgConnection;

pub(super) async fn verify(db: &mut PgConnection, report: &mut Report) -> sqlx::Result<()> {
    for (hold, amount, lots) in recount::holds_unlike_their_lots(db).await? {
        report.compare(Fault::HoldLots, format!("hold {hold}"), lots, amount);
    }
    for (account, day, expected, found) in recount::closings_out_of_step(db).await? {
        report.compare(Fault::Closing, format!("account {account} on {day}"), expected, found);
    }
    for (table, number) in recount::orphans(db).await? {
        report.find(Fault::Orphan, format!("{table} {number}"), "a transaction of the chain", "none");
    }
    Ok(())
}
