//! Recounts the lots from the draws and holds.

use super::{Fault, PART, Report};
use crate::query::recount;
use sqlx::PgConnection;

pub(super) async fn verify(db: &mut PgConnection, report: &mut Report) -> sqlx::Result<()> {
    let mut after = i64::MIN;
    loop {
        let lots = recount::lots(db, after, PART).await?;
        let Some(last) = lots.last() else { return Ok(()) };
        after = last.id;
        for lot in &lots {
            report.lots += 1;
            let at = format!("lot {} of account {}", lot.id, lot.account);
            report.compare(Fault::LotRemaining, &at, lot.amount - lot.drawn, lot.remaining);
            report.compare(Fault::LotHeld, &at, lot.in_holds, lot.held);
            report.compare(Fault::LotExpired, &at, lot.drawn_by_expiry, lot.expired);
        }
    }
}
