//! Money of files, for tiers that look at it.

use super::{Making, now, site, title};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

/// CIMP-TIER-02: what purchases and top-ups of files cost counts for tiers that look at it, each line once; a line that is
/// refused counts nothing.
#[tokio::test]
async fn money_of_files_counts_for_tiers_once() {
    let site = site(3).await;
    let mut making = Making { now: now(), rng: ChaCha20Rng::from_seed([8; 32]) };
    let mut db = site.db.pool().acquire().await.unwrap();
    let tier = loyalty::tier::TierFields {
        level: 1,
        code: "spender".into(),
        title: title("Spender"),
        condition: "account.spent.purchase + account.spent.topped_up >= 130".into(),
        discount_percent: 0.0,
        multiplier: 1.0,
    };
    loyalty::store::insert_tier(&mut db, &mut making.edit(), site.programme, &tier).await.unwrap();
    let content = "A1|2026-11-01|100.5|D1|purchase||||\nA1|2026-13-01|50|D2|purchase||||\n";

    site.drop_file("PUR_1.txt", content.as_bytes()).await;
    let more = format!("{content}A2|2026-11-03|0.5|D9|||||\n");
    site.drop_file("PUR_2.txt", more.as_bytes()).await;
    site.drop_file("TOP_1.txt", b"A1|2026-11-01|20||\nA1|2026-11-01|9.5||\n").await;

    let spent: Vec<(String, String, String)> = sqlx::query_as(
        "select a.number, t.kind, t.amount::numeric(12, 2)::text
         from loyalty.turnover t join loyalty.account a using (account_id) order by 1, 2",
    )
    .fetch_all(&mut *db)
    .await
    .unwrap();
    let of = |number: &str, kind: &str, amount: &str| (number.to_owned(), kind.to_owned(), amount.to_owned());
    let expected =
        [of("A1", "purchase", "100.50"), of("A1", "topped_up", "29.50"), of("A2", "purchase", "0.50")];
    assert_eq!(spent, expected);
    let programme = loyalty::query::find_programme(&mut db, site.programme).await.unwrap().unwrap();
    let settled =
        loyalty::store::settle_due(&mut db, &mut making.edit(), &programme, None, 10).await.unwrap();
    assert_eq!(settled.unwrap().1, 1, "130 are spent by one");
}
