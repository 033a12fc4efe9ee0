//! What is written together is what line by line would have been written.

use super::*;
use crate::ingest::loyalty::source;
use crate::ingest::loyalty::source::Content;
use crate::ingest::loyalty::tests::{Making, Site, site, title};
use loyalty::file::record::StoredStructure;
use loyalty::file::{FileKind, Structure};
use loyalty::master::{MasterFields, MasterKind};
use loyalty::tier::TierFields;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use std::fmt::Write;

/// A programme with tiers by service types and a list of macroregions.
async fn prepared() -> Site {
    let site = site(2).await;
    let mut making = Making::at(&site);
    let mut tx = site.db.pool().begin().await.unwrap();
    for (level, code) in [(1, "basic"), (2, "standard"), (3, "silver")] {
        let fields = TierFields {
            level,
            code: code.into(),
            title: title(code),
            condition: format!("account.service_types >= {level}"),
            discount_percent: 0.0,
            multiplier: 1.0,
        };
        loyalty::store::insert_tier(&mut tx, &mut making.edit(), site.programme, &fields).await.unwrap();
    }
    for code in ["N", "S"] {
        let fields = MasterFields::named(code, title(code));
        loyalty::store::master::insert(&mut tx, &mut making.edit(), MasterKind::Macroregion, &fields)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    site
}

/// Lines with everything that may happen: new and known accounts, one or several services of each, names that change,
/// phones and services of somebody else, regions that are not in the list.
fn content(rng: &mut ChaCha20Rng, lines: usize) -> String {
    let mut content = String::new();
    for _ in 0..lines {
        let n = rng.random_range(0..lines);
        let dice = rng.random_range(0..100);
        let service = if dice < 8 { rng.random_range(0..lines) } else { n * 10 + rng.random_range(0..3) };
        let line = ["mobile", "internet", "tv"][service % 3];
        let phone = match dice {
            8..14 => format!("99890{:07}", rng.random_range(0..lines)),
            14..16 => "12345".to_owned(),
            16..30 => String::new(),
            _ => format!("99890{n:07}"),
        };
        let name = if dice < 3 { format!("Other {n}") } else { format!("Анна Каримова {n}") };
        let macroregion = ["N", "S", "", "X"][if dice < 2 { 3 } else { n % 3 }];
        let email = if n % 4 == 0 { format!("p{n}@example.com") } else { String::new() };
        writeln!(
            content,
            "P{n}|SV{service}|{line}|U{service}|{line}|{name}|улица {n}|{}|1990-02-28|{email}|{phone}|{macroregion}||",
            ["m", "f", ""][n % 3]
        )
        .unwrap();
    }
    content
}

const STANDING: &str = "
    select string_agg(line, E'\\n' order by line) from (
        select concat_ws('|', a.number, a.status, a.macroregion, a.region, t.code, a.version, a.tier_since is null,
            c.name, c.attributes, c.version,
            (select string_agg(concat_ws(' ', i.kind, i.value, i.position), ',' order by i.kind, i.value)
                from crm.identifier i where i.customer_id = c.customer_id),
            (select string_agg(w.word, ' ' order by w.word) from crm.name_word w where w.customer_id = c.customer_id),
            (select string_agg(w.word, ' ' order by w.word) from crm.attribute_word w
                where w.record_id = c.customer_id),
            (select string_agg(concat_ws('/', s.code, s.name, s.user_id, s.line, s.state, s.version), ','
                order by s.code) from loyalty.service s where s.account_id = a.account_id)) as line
        from loyalty.account a join crm.customer c using (customer_id)
        left join loyalty.tier t on t.tier_id = a.tier_id) as lines";

const TOLD: &str = "
    select string_agg(concat_ws('|', what, times), E'\\n' order by what) from (
        select concat_ws('|', kind, payload ->> 'account', payload -> 'service' ->> 'code',
            case when kind = 'loyalty.tier_changed.v1' then concat(payload ->> 'before', '>', payload ->> 'after') end,
            payload -> 'after' ->> 'name') as what, count(*) as times
        from platform.event where kind not like '%file%' and kind not like '%structure%' group by 1) as events";

async fn structure(site: &Site) -> StoredStructure {
    let mut db = site.db.pool().acquire().await.unwrap();
    let all = loyalty::file::query::structures(&mut db).await.unwrap();
    all.into_iter().find(|one| one.fields.structure.kind == FileKind::Participants).unwrap()
}

/// Applies a file as it was once done: each line by itself.
async fn line_by_line(site: &Site, content: &str) -> Vec<(u64, String)> {
    let path = site.dir.path().join("lines");
    std::fs::write(&path, content).unwrap();
    let usual = Structure::usual(FileKind::Participants);
    let scanned = source::scan(&path, &usual).unwrap().unwrap();
    let mut chunks = Vec::new();
    source::read(&path, &usual, &scanned, &[0], |_, chunk| {
        chunks.push(chunk);
        true
    })
    .unwrap();
    let stored = structure(site).await;
    let about = About {
        now: base::Clock::now(&*site.clock),
        file: uuid::Uuid::nil(),
        name: "lines",
        structure: &stored,
        unseen: false,
    };
    let mut rng = ChaCha20Rng::from_rng(&mut rand::rng()); // ids of their own for each file
    let mut rejected: Vec<(u64, String)> = Vec::new();
    for chunk in chunks {
        rejected.extend(chunk.wrong.into_iter().map(|wrong| (wrong.number, reason(&wrong.told))));
        let Content::Lines(lines) = chunk.content else { panic!("lines") };
        let mut tx = site.db.pool().begin().await.unwrap();
        let programme = query::find_programme(&mut tx, site.programme).await.unwrap().unwrap();
        let mut applied = Applied::default();
        for line in &lines {
            let said = all_said(&mut tx, &programme, std::slice::from_ref(line)).await.unwrap();
            slowly::line(&mut tx, &about, &said[0], line, &mut rng, &mut applied).await.unwrap();
        }
        tx.commit().await.unwrap();
        rejected.extend(applied.rejects.into_iter().map(|(number, told)| (number, reason(&told))));
    }
    rejected.sort();
    rejected
}

fn reason(told: &[u8]) -> String {
    String::from_utf8_lossy(told).split('|').nth(2).unwrap().to_owned()
}

/// CIMP-ETL-05, CIMP-ACC-10, CIMP-MST-06: whatever a file of participants says, the set-based way leaves the same customers,
/// accounts, services, tiers and events, and tells the same lines with the same reasons, as line by line; a second file
/// with changes too; nothing accrues.
#[tokio::test]
async fn participants_together_are_as_participants_one_by_one() {
    let (together, one_by_one) = (prepared().await, prepared().await);
    let mut rng = ChaCha20Rng::from_seed([11; 32]);
    let first = content(&mut rng, 700);
    let second = content(&mut rng, 300) + first.as_str();
    for (name, content) in [("PAR_1.txt", &first), ("PAR_2.txt", &second)] {
        let file = together.drop_file(name, content.as_bytes()).await;
        let rejected = line_by_line(&one_by_one, content).await;
        let told = together.told(&file);
        assert!(rejected.len() > 20, "the file has every sort of fault");
        assert_eq!(told, rejected);
        assert_eq!(
            file.tally.accepted + file.tally.rejected,
            u64::try_from(content.lines().count()).unwrap()
        );
        for sql in [STANDING, TOLD] {
            let (fast, slow) = (together.ask(sql).await.unwrap(), one_by_one.ask(sql).await.unwrap());
            for (fast, slow) in fast.lines().zip(slow.lines()) {
                assert_eq!(fast, slow);
            }
            assert_eq!(fast.lines().count(), slow.lines().count());
        }
    }
    let enrolled = "select count(*)::text from loyalty.account where status <> 10 and number like 'P%'";
    assert_eq!(together.ask(enrolled).await.as_deref(), Some("0"));
    assert_eq!(together.points().await, 0);
}
