//! Exchange with partners by file, there and back.

use super::*;
use crate::loyalty::export::Exports;
use loyalty::export::query::Reader;
use loyalty::export::{Asked, Export, ExportInput, ExportState};
use loyalty::file::Encoding;
use loyalty::partner::{Partner, PartnerFields};

async fn partner(site: &Site, code: &str, active: bool) -> Partner {
    let mut making = Making::at(site);
    let fields =
        PartnerFields { code: code.into(), title: title(code), unit_id: None, currency: None, active };
    let mut db = site.db.pool().acquire().await.unwrap();
    loyalty::store::partner::insert(&mut db, &mut making.edit(), &fields).await.unwrap()
}

fn exports(site: &Site) -> Exports {
    Exports {
        pool: site.db.pool().clone(),
        clock: site.clock.clone(),
        dir: site.dir.path().join("out"),
        out: Some(site.dir.path().join("for-others")),
    }
}

/// A file that goes out, when it is made: what stands of it, and its lines.
async fn exported(site: &Site, asked: Asked) -> (Export, Vec<String>) {
    let mut making = Making::at(site);
    let exports = exports(site);
    let input = ExportInput {
        programme_id: site.programme.as_uuid(),
        encoding: Encoding::Utf8,
        transmit: true,
        asked,
    };
    let mut db = site.db.pool().acquire().await.unwrap();
    let begun = exports.start(&mut db, &mut making.edit(), input, &[]).await.unwrap();
    let reader = Reader { author: making.edit().author, fields: Vec::new() };
    loop {
        let now = loyalty::export::query::find(&mut db, &reader, begun.id).await.unwrap().unwrap();
        if now.state != ExportState::Running {
            assert_eq!(now.state, ExportState::Done, "{:?}", now.failure);
            let text = std::fs::read_to_string(exports.out.unwrap().join(&now.name)).unwrap();
            assert!(text.ends_with('\n'));
            return (now, text.lines().map(str::to_owned).collect());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

/// CIMP-ETL-11, CIMP-PRT-05: a partner's file gives bonuses for its services, makes its points ours and spends ours for its
/// services, each document once for ever; the answer goes back as a file with what moved. Strangers, accounts that are not
/// enrolled, more than there is, and a document with another content are told and move nothing.
#[tokio::test]
async fn partners_exchange_by_file_there_and_back() {
    let site = site(3).await;
    let shop = partner(&site, "shop", true).await;
    partner(&site, "closed", false).await;
    let lines = "shop|E1|accrue|A1|2026-11-10|40|haircut|\nshop|E2|convert|A1|2026-11-11|10||points\n\
        shop|E3|spend|A1|2026-11-12|20|sauna|\nshop|E4|spend|A2|2026-11-12|1||\nshop|E5|accrue|A0|2026-11-12|5||\n\
        shop|E6|accrue|A9|2026-11-12|5||\nnobody|E7|accrue|A1|2026-11-12|5||\nclosed|E8|accrue|A1|2026-11-12|5||\n\
        shop|E9|gift|A1|2026-11-12|5||\nshop|E10|accrue|A1|2026-12-24|5||\nshop|E11|accrue|A1|2026-11-12|5||miles\n\
        shop|E12|accrue|A1|2026-11-12|0.5||\n";

    let files = site.picked_up(&[("PEX_1.txt", lines)]).await;

    let tally = &files[0].tally;
    assert_eq!(
        (tally.accepted, tally.rejected, tally.not_enrolled),
        (3, 7, 2),
        "{}",
        site.rejects(&files[0])
    );
    assert_eq!((tally.accrued["points"], site.points().await), (50, 30));
    let told: Vec<u64> = site.told(&files[0]).into_iter().map(|(number, _)| number).collect();
    assert_eq!(told, [4, 5, 6, 7, 8, 9, 10, 11, 12]);

    // The same documents in another file move nothing again; one that says something else is told.
    let again = lines.lines().take(3).map(|line| format!("{line}\n")).collect::<String>()
        + "shop|E3|spend|A1|2026-11-12|25|sauna|\nshop|E13|accrue|A2|2026-11-13|7||\n";
    let files = site.picked_up(&[("PEX_2.txt", &again)]).await;
    let tally = &files[0].tally;
    assert_eq!((tally.accepted, tally.repeated, tally.rejected), (1, 3, 1), "{}", site.rejects(&files[0]));
    assert_eq!(site.points().await, 37);

    let asked = Asked::PartnerExchange {
        partner_id: shop.id.as_uuid(),
        from: day("2026-11-18"),
        to: day("2026-11-18"),
    };
    let (export, lines) = exported(&site, asked).await;
    assert_eq!((export.lines, export.transmitted), (4, true));
    assert_eq!(lines[0], "partner|document|operation|account|date|amount|service|bonus_type|transaction");
    let short: Vec<&str> = lines[1..].iter().map(|line| line.rsplit_once('|').unwrap().0).collect();
    let expected = [
        "shop|E1|accrue|A1|2026-11-10|40|haircut|points",
        "shop|E2|convert|A1|2026-11-11|10||points",
        "shop|E3|spend|A1|2026-11-12|-20|sauna|points",
        "shop|E13|accrue|A2|2026-11-13|7||points",
    ];
    assert_eq!(short, expected);
    let booked = site.ask("select balance::text from ledger.account where role = 'partner'").await;
    assert_eq!(booked.as_deref(), Some("-37"), "what the partner's account gave is what members have of it");
}

/// CIMP-ETL-12, CIMP-MST-01 … CIMP-MST-08: client selections by a condition with the columns asked for, and master data with
/// the catalogue of gifts, as `|`-separated files for other databases; what is switched off says so.
#[tokio::test]
async fn selections_and_masters_go_out() {
    use loyalty::export::MasterList;
    use loyalty::master::{MasterFields, MasterKind, ReasonArea};
    let site = site(5).await;
    let mut making = Making::at(&site);
    {
        let mut db = site.db.pool().acquire().await.unwrap();
        let put = |kind, fields: MasterFields| (kind, fields);
        let reason = MasterFields {
            areas: vec![ReasonArea::Return, ReasonArea::Award],
            ..MasterFields::named("R-1", title("Gift | back"))
        };
        let off = MasterFields { active: false, ..MasterFields::named("N", title("North")) };
        let goods =
            MasterFields { parent: Some("shop".into()), ..MasterFields::named("milk", title("Milk")) };
        for (kind, fields) in [
            put(MasterKind::Reason, reason),
            put(MasterKind::Merchant, MasterFields::named("shop", title("Shop"))),
            put(MasterKind::Merchandise, goods),
            put(MasterKind::Macroregion, off),
        ] {
            loyalty::store::master::insert(&mut db, &mut making.edit(), kind, &fields).await.unwrap();
        }
    }
    site.picked_up(&[("GFT_1.txt", "mug|Кружка|50|||10|1|1|\n"), ("TAR_1.txt", "T1|Один||1.50||\n")]).await;

    let (export, lines) = exported(&site, Asked::Masters { lists: Vec::new() }).await;
    assert_eq!((export.kind.as_str(), export.lines), ("masters", 6));
    assert_eq!(lines[0], "list|code|title_ru|title_en|title_uz|parent|areas|active|fields|changed");
    let short: Vec<&str> = lines[1..].iter().map(|line| line.rsplit_once('|').unwrap().0).collect();
    let expected = [
        "reason|R-1||Gift   back|||return,award|1|",
        "merchant|shop||Shop||||1|",
        "merchandise|milk||Milk||shop||1|",
        "gift|mug|Кружка|||||1|price.points=50;stock=10;physical=1;needs_confirmation=1",
        "macroregion|N||North||||0|",
        "tariff_plan|T1|Один|||||1|fee=1.50",
    ];
    assert_eq!(short, expected);
    let (_, lines) = exported(&site, Asked::Masters { lists: vec![MasterList::Merchant] }).await;
    assert_eq!(lines.len(), 2);

    let asked = Asked::Participants {
        condition: Some("account.macroregion == 'R1'".into()),
        columns: vec!["account.number".into(), "customer.name".into(), "account.services".into()],
    };
    let (_, mut lines) = exported(&site, asked).await;
    lines[1..].sort(); // accounts stand in the order of their ids
    assert_eq!(lines, ["account.number|customer.name|account.services", "A1|Member 1|1", "A4|Member 4|1"]);
    let (_, all) = exported(&site, Asked::Participants { condition: None, columns: Vec::new() }).await;
    assert_eq!(all.len(), 5, "four enrolled members and the head");
}

/// CIMP-STAT-06, CIMP-GEN-03: the periodic report has every accrual and write-off of its days with the balance after it, by
/// file, by partner and by expiry, and nothing of other days.
#[tokio::test]
async fn the_periodic_report_has_what_was_accrued_and_written_off() {
    let site = site(3).await;
    partner(&site, "shop", true).await;
    site.picked_up(&[("PUR_1.txt", "A1|2026-11-01|1000|D1|||||\n")]).await;
    site.picked_up(&[("PEX_1.txt", "shop|E1|spend|A1|2026-11-12|20|sauna|\n")]).await;
    site.clock.advance(Duration::from_hours(24 * 14)); // 2 December: what was given on 1 November has expired
    crate::loyalty::expiry::expire_due(site.db.pool(), &*site.clock).await.unwrap();

    let (_, lines) =
        exported(&site, Asked::Movements { from: day("2026-11-18"), to: day("2026-12-02") }).await;

    assert_eq!(lines[0], "booked|date|account|bonus_type|change|balance|kind|reason|source|transaction");
    let short: Vec<String> =
        lines[1..].iter().map(|line| line.split('|').skip(2).take(5).collect::<Vec<_>>().join("|")).collect();
    assert_eq!(
        short,
        ["A1|points|100|100|accrue", "A1|points|-20|80|partner_spend", "A1|points|-80|0|expire"]
    );
    assert!(lines[1].starts_with("2026-11-18T12:00:00+05:00|2026-11-01|"), "{}", lines[1]);
    let (_, later) =
        exported(&site, Asked::Movements { from: day("2026-12-01"), to: day("2026-12-02") }).await;
    assert_eq!(later.len(), 2, "the expiry alone");
    let (_, none) =
        exported(&site, Asked::Movements { from: day("2026-10-01"), to: day("2026-10-31") }).await;
    assert_eq!(none.len(), 1);
}

/// The programme keeps birthdays of participants.
async fn with_birthdays(site: &Site) {
    let mut making = Making::at(site);
    let mut db = site.db.pool().acquire().await.unwrap();
    let before = loyalty::query::find_programme(&mut db, site.programme).await.unwrap().unwrap();
    let mut fields = before.fields.clone();
    fields.settings.birthday_attribute = Some("birthday".to_owned());
    loyalty::store::update_programme(&mut db, &mut making.edit(), before.id, before.version, &fields)
        .await
        .unwrap();
}

/// CIMP-ETL-05, CIMP-ETL-12, CIMP-ACC-06: what went out of a participant in the fields of files, a line of each connected
/// service, comes in again and changes nothing. Files write the sex as a letter or as the word that the customer has.
#[tokio::test]
async fn a_participant_that_went_out_comes_in_again_and_changes_nothing() {
    let site = site(2).await;
    with_birthdays(&site).await;
    let own = "Anna Karimova|Navoi 1|f|1990-02-28|anna@example.com|+998901112233|N||";
    let lines = [format!("A1|S1|mobile|+998900000001|mobile|{own}"), format!("A1|S9|tv|box-9|tv|{own}")];
    let [mobile, tv] = &lines;
    let came = format!("{mobile}\n{tv}\nA1|S8|gas|box-8|gas|||||||||\n");
    let file = site.drop_file("PAR_1.txt", came.as_bytes()).await;
    assert_eq!((file.tally.accepted, file.tally.rejected), (3, 0), "{}", site.rejects(&file));
    let mut db = site.db.pool().acquire().await.unwrap();
    let gone = loyalty::query::services(&mut db, site.members[1]).await.unwrap();
    let gone = gone.iter().find(|service| service.fields.code == "S8").unwrap().id;
    loyalty::store::disconnect(&mut db, &mut Making::at(&site).edit(), gone).await.unwrap();

    let columns: Vec<String> =
        Structure::usual(FileKind::Participants).columns.into_iter().map(|column| column.field).collect();
    let asked = Asked::Participants { condition: Some("account.number == 'A1'".into()), columns };
    let (_, out) = exported(&site, asked).await;
    assert!(out[0].starts_with("account|service_id|service_name|") && out[0].contains("|sex|"), "{}", out[0]);
    assert_eq!(out[1..], lines);

    let changes =
        "select jsonb_object_agg(kind, n)::text from (select kind, count(*) as n from platform.event
        where kind not like '%file%' group by 1) as events";
    let before = site.ask(changes).await;
    let came = out[1..].join("\n") + "\n";
    let words = came.replace("|f|", "|female|");
    for (name, content) in [("PAR_2.txt", &came), ("PAR_3.txt", &words)] {
        let file = site.drop_file(name, content.as_bytes()).await;
        assert_eq!(file.tally.rejected, 0, "{}", site.rejects(&file));
        assert_eq!(site.ask(changes).await, before, "{name}");
    }

    for (word, known) in [("M", "male"), ("FEMALE", "female"), ("m", "male")] {
        let changed = came.replace("|f|", &format!("|{word}|"));
        site.drop_file(&format!("PAR_{word}_9.txt"), changed.as_bytes()).await;
        let asked = Asked::Participants {
            condition: Some("account.number == 'A1'".into()),
            columns: vec!["sex".into(), "customer.sex".into()],
        };
        let (_, out) = exported(&site, asked).await;
        assert_eq!(out[1..], [format!("{}|{known}", &known[..1])], "{word}");
    }
    let file = site.drop_file("PAR_X.txt", came.replace("|f|", "|x|").as_bytes()).await;
    assert_eq!(site.told(&file)[0].1, "sex: one of m, f, male, female is expected");
}
