//! Lines that earn: by folder, by lists, by rules that change, and many at a time.

use super::*;
use loyalty::master::{MasterFields, MasterKind};

async fn rule(site: &Site, name: &str, document: serde_json::Value) {
    let mut making = Making::at(site);
    let mut tx = site.db.pool().begin().await.unwrap();
    let fields = RuleFields { name: name.into(), description: String::new(), document };
    rules::store::insert_live(&mut tx, &mut making.edit(), &fields, &[]).await.unwrap();
    tx.commit().await.unwrap();
}

fn gives(kind: &str, criteria: &str, amounts: &[&str]) -> serde_json::Value {
    let reaction = |(n, amount): (usize, &&str)| json!({ "key": format!("give{n}"), "kind": "accrue", "bonus_type": "points", "amount": amount });
    let reactions: Vec<_> = amounts.iter().enumerate().map(reaction).collect();
    json!({ "event": format!("loyalty.{kind}"), "criteria": { "kind": "expression", "text": criteria },
        "reactions": reactions, "tests": [] })
}

/// CIMP-ETL-01, CIMP-ETL-02, CIMP-ETL-06, CIMP-ACC-10: a `|`-separated file of invoices that is dropped into the folder is
/// picked up; enrolled accounts earn, the key is the account, and nothing of a line is saved but what it caused. What is
/// still being written, or is hidden, stays untouched.
#[tokio::test]
async fn invoices_are_picked_up_from_the_folder() {
    let site = site(3).await;
    for name in ["INV_2.txt.part", ".INV_3.txt", "INV_4.txt.tmp"] {
        std::fs::write(site.dir.path().join(name), "A1|2026-11-01|100|I9|\n").unwrap();
    }
    let lines = "A1|2026-11-01|100.50|I1|mobile\r\nA2|2026-11-02|99|I2|\r\nA0|2026-11-02|70|I3|\r\n\r\nA1|02.11.2026|70|I4|\r\n";

    let files = site.picked_up(&[("INV_1.txt", lines)]).await;

    let tally = &files[0].tally;
    assert_eq!((files[0].kind, files[0].lines), (Some(FileKind::Invoices), 5));
    assert_eq!((tally.accepted, tally.not_enrolled, tally.rejected), (2, 1, 1), "{tally:?}");
    assert_eq!(site.points().await, 10 + 9);
    assert_eq!(site.told(&files[0]).iter().map(|(number, _)| *number).collect::<Vec<_>>(), [3, 5]);
    let events = "select count(*)::text from platform.event where kind = 'loyalty.invoice_issued'";
    assert_eq!(site.ask(events).await.as_deref(), Some("0"), "lines are not saved");
    for name in ["INV_2.txt.part", ".INV_3.txt", "INV_4.txt.tmp"] {
        assert!(site.dir.path().join(name).exists(), "{name}");
    }
    let done = std::fs::read_to_string(site.dir.path().join("done/INV_1.txt")).unwrap();
    assert_eq!(done, lines);
}

/// CIMP-ETL-07, CIMP-MST-02, CIMP-MST-03, CIMP-MST-05: what somebody buys or rents earns when its merchant, goods and service
/// line are in the lists that marketing keeps; a rule may give for certain goods; what is in no list is told.
#[tokio::test]
async fn goods_of_the_lists_earn() {
    let site = site(2).await;
    {
        let mut making = Making::at(&site);
        let mut db = site.db.pool().acquire().await.unwrap();
        let milk = MasterFields { parent: Some("shop".into()), ..MasterFields::named("milk", title("Milk")) };
        let off = MasterFields { active: false, ..MasterFields::named("old", title("Old shop")) };
        for (kind, fields) in [
            (MasterKind::Merchant, MasterFields::named("shop", title("Shop"))),
            (MasterKind::Merchant, off),
            (MasterKind::Merchandise, milk),
            (MasterKind::ServiceLine, MasterFields::named("tv", title("TV"))),
        ] {
            loyalty::store::master::insert(&mut db, &mut making.edit(), kind, &fields).await.unwrap();
        }
    }
    rule(&site, "milk", gives("purchase", "event.merchandise == 'milk'", &["event.quantity"])).await;
    let lines = "A1|2026-11-01|100|D1|purchase|shop|milk||2.5\nA1|2026-11-01|100|D2|rent|shop||tv|\n\
        A1|2026-11-01|100|D3|purchase|old|milk||1\nA1|2026-11-01|100|D4|purchase|shop|bread||1\n\
        A1|2026-11-01|100|D5|purchase|shop||telex|\nA1|2026-11-01|100|D6|gift|||||\n";

    let lines = lines.replace("gift|||||", "gift||||");
    let files = site.picked_up(&[("PUR_1.txt", &lines)]).await;

    assert_eq!((files[0].tally.accepted, files[0].tally.rejected), (2, 4), "{}", site.rejects(&files[0]));
    assert_eq!(files[0].tally.faults["unlisted"], 3);
    assert_eq!(site.points().await, 10 + 2 + 10);
}

/// CIMP-MST-08, CIMP-GEN-04: a rule that marketing changes counts for the next file, without a release or a restart, and
/// each booking says by which version it was made.
#[tokio::test]
async fn a_changed_rule_counts_for_the_next_file() {
    let site = site(2).await;
    site.picked_up(&[("PUR_1.txt", "A1|2026-11-01|100|D1|||||\n")]).await;
    assert_eq!(site.points().await, 10);
    rule(&site, "double", gives("purchase", "event.amount > 50", &["event.amount / 10"])).await;

    // Two looks at the folder take longer than live rules are believed.
    site.picked_up(&[("PUR_2.txt", "A1|2026-11-02|100|D2|||||\nA1|2026-11-02|50|D3|||||\n")]).await;

    assert_eq!(site.points().await, 10 + 20 + 5);
    let rules = "select count(distinct cause ->> 'rule')::text from ledger.transaction where cause ->> 'version' = '1'";
    assert_eq!(site.ask(rules).await.as_deref(), Some("2"));
}

/// CIMP-ETL-07: rules that give several times for a line, more than the ledger takes in one call: every line counts once,
/// wrong ones are told in the order of the file.
#[tokio::test]
async fn lines_that_give_several_times_are_split() {
    let site = site(4).await;
    rule(&site, "more", gives("purchase", "true", &["1", "2", "3"])).await;
    let mut content = String::new();
    for n in 0..3_300 {
        let amount = if n % 110 == 5 { "x" } else { "10" };
        writeln!(content, "A{}|2026-11-01|{amount}|D{n}|||||", 1 + n % 3).unwrap();
    }

    let files = site.picked_up(&[("PUR_1.txt", &content)]).await;

    let tally = &files[0].tally;
    assert_eq!((tally.accepted, tally.rejected, files[0].done), (3_270, 30, 3_300), "{tally:?}");
    assert_eq!(site.points().await, 3_270 * 7);
    let told: Vec<u64> = site.told(&files[0]).into_iter().map(|(number, _)| number).collect();
    assert_eq!(told, (0..30).map(|n| n * 110 + 6).collect::<Vec<u64>>());
    let again = site.picked_up(&[("PUR_2.txt", &(content + "A1|2026-11-01|10|D|||||\n"))]).await;
    assert_eq!((again[0].tally.accepted, again[0].tally.repeated), (1, 3_270));
    let left = "select count(*)::text from loyalty.file_lane";
    assert_eq!(site.ask(left).await.as_deref(), Some("0"));
    let parts = std::fs::read_dir(site.dir.path().join("rejected")).unwrap();
    assert_eq!(
        parts.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.')).count(),
        0
    );
}

/// CIMP-ETL-04: lines of one key far from each other in a file are applied side by side and count once all the same.
#[tokio::test]
async fn one_key_in_several_chunks_counts_once() {
    let site = site(3).await;
    let structure = Structure {
        key: vec!["document".into()],
        prefix: "KEY_".into(),
        ..Structure::usual(FileKind::Purchases)
    };
    let fields = StructureFields {
        programme_id: site.programme.as_uuid(),
        title: "By document".into(),
        active: true,
        announce: false,
        structure,
    };
    let mut making = Making::at(&site);
    {
        let mut db = site.db.pool().acquire().await.unwrap();
        store::insert_structure(&mut db, &mut making.edit(), &fields).await.unwrap();
    }
    let mut content = String::new();
    for n in 0..4_000 {
        writeln!(content, "A{}|2026-11-01|10|D{}|||||", 1 + n % 2, n % 1_000).unwrap();
    }

    let files = site.picked_up(&[("KEY_1.txt", &content)]).await;

    assert_eq!((files[0].tally.accepted, files[0].tally.repeated), (1_000, 3_000), "{:?}", files[0].tally);
    assert_eq!(site.points().await, 1_000);
}
