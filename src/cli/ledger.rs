//! `trunkline ledger verify`.

use crate::app::{self, RunError};
use crate::settings::Loaded;
use ledger::verify::Report;
use platform::telemetry::Levels;

/// Recounts the ledger and prints what it found.
///
/// # Errors
/// [`RunError::Findings`] when anything is wrong; otherwise no database.
pub async fn verify(loaded: &Loaded, _levels: Levels) -> Result<(), RunError> {
    platform::tls::choose();
    let looking = app::look_at_database(&loaded.settings).await?;
    let report = async {
        let mut db = looking.pool().acquire().await?;
        ledger::verify(&mut db).await
    }
    .await;
    looking.stop().await;
    let report = report?;
    print!("{}", text(&report));
    match report.found {
        0 => Ok(()),
        found => Err(RunError::Findings(found)),
    }
}

/// The report as people read it: one line a finding, then what was recounted.
fn text(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        text.push_str(&format!("{finding}\n"));
    }
    let Report { blocks, transactions, postings, accounts, lots, head, .. } = report;
    text.push_str(&format!(
        "{blocks} blocks, {transactions} transactions, {postings} postings, {accounts} accounts, {lots} lots recounted; \
         the chain ends in {head}\n"
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::verify::{Fault, Finding};

    #[test]
    fn a_finding_is_one_line_with_its_name() {
        let finding = Finding {
            fault: Fault::LotRemaining,
            at: "lot 7".to_owned(),
            expected: "5".to_owned(),
            found: "6".to_owned(),
        };
        let report = Report { findings: vec![finding], found: 1, lots: 1, ..Report::default() };

        let text = text(&report);

        assert!(text.starts_with("lot_remaining: lot 7: expected 5, found 6\n0 blocks"), "{text}");
    }
}
