//! Recounts the accounts from their postings, lots, holds and what is owed.

use super::{Fault, Inner, PART, Report};
use crate::query::recount;
use sqlx::PgConnection;

pub(super) async fn verify(db: &mut PgConnection, report: &mut Report, inner: &Inner) -> sqlx::Result<()> {
    let mut after = None;
    loop {
        let accounts = recount::accounts(db, after, PART).await?;
        let Some(last) = accounts.last() else { break };
        after = Some(last.id);
        for account in &accounts {
            report.accounts += 1;
            let at = format!("account {}", account.id);
            if !account.is_member {
                let expected = inner.get(&account.id).copied().unwrap_or(0);
                if expected != i128::from(account.balance) {
                    report.find(Fault::AccountBalance, &at, expected, account.balance);
                }
                continue;
            }
            report.compare(Fault::AccountBalance, &at, account.posted, account.balance);
            report.compare(Fault::AccountLots, &at, account.remaining - account.debt, account.balance);
            report.compare(Fault::AccountHeld, &at, account.in_holds, account.held);
            report.compare(Fault::AccountDebt, &at, account.became_debt, account.debt);
            report.compare(Fault::AccountClaim, &at, account.became_claim, account.claim);
        }
    }
    for missing in recount::missing_accounts(db, inner.keys().copied().collect()).await? {
        report.find(Fault::Orphan, format!("account {missing}"), "a row", "none");
    }
    Ok(())
}
