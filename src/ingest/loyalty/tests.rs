mod exchange;
mod lines;
mod lists;
mod money;
mod speed;

use super::*;
use crate::ingest::folder;
use base::id::{MasterAccountId, ProgrammeId};
use base::{Edit, FixedClock, LocalText, Locale};
use chrono::{DateTime, Utc};
use crm::customer::{CustomerFields, CustomerKind};
use ledger::Ledger;
use loyalty::account::AccountStatus;
use loyalty::bonus_type::{BonusTypeFields, ExpiryRound, Rounding};
use loyalty::file::query::Filter;
use loyalty::file::record::{FileState, LoyaltyFile, StructureFields};
use loyalty::file::{FileKind, Structure};
use loyalty::programme::{ProgrammeFields, ProgrammeSettings};
use loyalty::service::ServiceFields;
use loyalty::store::Registration;
use platform::ingest::{Ingest, NoCustomers};
use platform::testing::TestDb;
use rules::rule::RuleFields;
use sqlx::PgConnection;
use std::fmt::Write;
use std::time::Duration;

/// When tests are: noon of 2026-11-18 in Tashkent.
pub fn now() -> DateTime<Utc> {
    "2026-11-18T07:00:00Z".parse().unwrap()
}

/// A programme with points and a rule for purchases, top-ups and invoices: one point for each 10.
pub struct Site {
    pub db: TestDb,
    pub clock: Arc<FixedClock>,
    pub stop: CancellationToken,
    pub earning: Earning,
    pub programme: ProgrammeId,
    pub dir: tempfile::TempDir,
    /// Members, by number: A0 is not enrolled.
    pub members: Vec<MasterAccountId>,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub fn title(text: &str) -> LocalText {
    LocalText([(Locale::En, text.to_owned())].into())
}

/// Changes at one moment.
pub struct Making {
    now: DateTime<Utc>,
    rng: ChaCha20Rng,
}

impl Making {
    /// From the site's moment on.
    pub fn at(site: &Site) -> Self {
        Self { now: site.clock.now(), rng: ChaCha20Rng::from_rng(&mut rand::rng()) }
    }

    pub fn edit(&mut self) -> Edit<'_> {
        Edit { now: self.now, author: Author::System, rng: &mut self.rng }
    }
}

async fn programme(db: &mut PgConnection, making: &mut Making) -> ProgrammeId {
    let fields = ProgrammeFields {
        code: "main".into(),
        title: title("Main"),
        zone: "Asia/Tashkent".into(),
        settings: ProgrammeSettings::default(),
    };
    let made = loyalty::store::insert_programme(db, &mut making.edit(), &fields).await.unwrap();
    let fields = BonusTypeFields {
        code: "points".into(),
        title: title("Points"),
        scale: 0,
        validity_days: Some(30),
        expiry_round: ExpiryRound::Day,
        rounding: Rounding::Down,
        allows_debt: false,
        manual_limit: None,
    };
    loyalty::store::insert_bonus_type(db, &mut making.edit(), made.id, &fields).await.unwrap();
    made.id
}

async fn rules(db: &mut PgConnection, making: &mut Making) {
    platform::event_type::built_in::load(db, &mut making.edit()).await.unwrap();
    for kind in ["purchase", "topped_up", "invoice_issued"] {
        let document = json!({
            "event": format!("loyalty.{kind}"), "criteria": { "kind": "expression", "text": "true" },
            "reactions": [
                { "key": "give", "kind": "accrue", "bonus_type": "points", "amount": "event.amount / 10" },
            ],
            "tests": [],
        });
        let fields = RuleFields { name: kind.to_owned(), description: String::new(), document };
        rules::store::insert_live(db, &mut making.edit(), &fields, &[]).await.unwrap();
    }
}

async fn member(
    db: &mut PgConnection,
    making: &mut Making,
    programme: ProgrammeId,
    n: usize,
) -> MasterAccountId {
    let fields = CustomerFields {
        kind: CustomerKind::Individual,
        name: format!("Member {n}"),
        vip: false,
        language: None,
        identifiers: Vec::new(),
        attributes: None,
    };
    let customer =
        crm::store::insert(db, &mut making.edit(), &crm::viewer::Viewer::Server, &fields).await.unwrap();
    let service = ServiceFields {
        code: format!("S{n}"),
        name: "mobile".into(),
        user_id: format!("+99890{n:07}"),
        line: "mobile".into(),
    };
    let new = Registration {
        programme,
        customer: customer.id,
        number: Some(format!("A{n}")),
        status: if n == 0 { AccountStatus::NotEnrolled } else { AccountStatus::Enrolled },
        macroregion: (!n.is_multiple_of(3)).then(|| format!("R{}", n % 3)),
        region: None,
        services: vec![service],
    };
    loyalty::store::register(db, &mut making.edit(), &new).await.unwrap().id
}

pub async fn site(members: usize) -> Site {
    site_at(members, now()).await
}

/// A site whose members registered at this moment.
pub async fn site_at(members: usize, now: DateTime<Utc>) -> Site {
    let db = TestDb::new().await;
    let (clock, stop) = (Arc::new(FixedClock::at(now)), CancellationToken::new());
    let mut making = Making { now, rng: ChaCha20Rng::from_seed([7; 32]) };
    let mut tx = db.pool().begin().await.unwrap();
    let programme = programme(&mut tx, &mut making).await;
    rules(&mut tx, &mut making).await;
    let mut ids = Vec::new();
    for n in 0..members {
        ids.push(member(&mut tx, &mut making, programme, n).await);
    }
    for kind in FileKind::ALL {
        let fields = StructureFields {
            programme_id: programme.as_uuid(),
            title: kind.as_str().into(),
            active: true,
            announce: false,
            structure: Structure::usual(kind),
        };
        store::insert_structure(&mut tx, &mut making.edit(), &fields).await.unwrap();
    }
    tx.commit().await.unwrap();
    let (pool, shared): (_, Arc<dyn Clock>) = (db.pool().clone(), clock.clone());
    let ingest = Ingest::start(pool.clone(), Arc::clone(&shared), NoCustomers, [1; 32], stop.clone());
    let ledger = Ledger::start(pool.clone(), Arc::clone(&shared), [2; 32], stop.clone());
    let earning = Earning::start(pool, shared, ledger, ingest, chrono_tz::Asia::Tashkent, &stop);
    Site { db, clock, stop, earning, programme, dir: tempfile::tempdir().unwrap(), members: ids }
}

impl Site {
    fn files(&self) -> Files {
        Files {
            dir: self.dir.path().to_owned(),
            pool: self.db.pool().clone(),
            clock: self.clock.clone(),
            earning: self.earning.clone(),
            holder: Uuid::from_u128(1),
        }
    }

    /// Puts files into the folder as other systems do, and waits until they were picked up, applied and moved away.
    pub async fn picked_up(&self, files: &[(&str, &str)]) -> Vec<LoyaltyFile> {
        let known = |name: &str| Filter { name: Some(name.to_owned()), ..Filter::default() };
        for (name, content) in files {
            folder::write_whole(&self.dir.path().join(name), content.as_bytes()).await.unwrap();
        }
        let finished = async {
            let mut found = Vec::new();
            for (name, _) in files {
                let path = self.dir.path().join(name);
                while path.exists() {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                let mut db = self.db.pool().acquire().await.unwrap();
                found.push(query::files(&mut db, &known(name), 1).await.unwrap().remove(0));
            }
            found
        };
        tokio::select! {
            () = self.files().watch(self.stop.clone()) => panic!("watching ended"),
            found = finished => found,
        }
    }

    /// The lines of a reject file with their reasons.
    pub fn told(&self, file: &LoyaltyFile) -> Vec<(u64, String)> {
        let said = |line: &str| {
            let mut cells = line.split('|');
            let number = cells.next().unwrap().parse().unwrap();
            (number, cells.nth(1).unwrap().to_owned())
        };
        self.rejects(file).lines().skip(1).map(said).collect()
    }

    /// Something of the database, as text.
    pub async fn ask(&self, sql: &'static str) -> Option<String> {
        sqlx::query_scalar(sql).fetch_one(self.db.pool()).await.unwrap()
    }

    pub async fn drop_file(&self, name: &str, content: &[u8]) -> LoyaltyFile {
        let path = self.dir.path().join(name);
        std::fs::write(&path, content).unwrap();
        let id = self.files().take(&path).await.unwrap();
        assert!(!path.exists(), "a file that was taken is moved away");
        self.file(id).await
    }

    async fn file(&self, id: Uuid) -> LoyaltyFile {
        query::file(&mut self.db.pool().acquire().await.unwrap(), id).await.unwrap().unwrap()
    }

    /// The sum of all members' balances.
    pub async fn points(&self) -> i64 {
        sqlx::query_scalar(
            "select coalesce(sum(balance), 0)::bigint from ledger.account where role = 'member'",
        )
        .fetch_one(self.db.pool())
        .await
        .unwrap()
    }

    fn rejects(&self, file: &LoyaltyFile) -> String {
        std::fs::read_to_string(place_of(self.dir.path(), file.id, &file.name)).unwrap()
    }
}

/// CIMP-ETL-04, CIMP-ETL-07, CIMP-ACC-10: what is right accrues once, what is wrong is told by line, field and reason;
/// the account that is not enrolled accrues nothing.
#[tokio::test]
async fn a_file_of_purchases_accrues_once_and_its_wrong_lines_are_told() {
    let site = site(3).await;
    let content = "A1|2026-11-01|100|D1|purchase||||\nA2|2026-11-02|55.5|D2|rent||||\nA1|2026-13-01|x|D3|||||\n\
        A0|2026-11-01|100|D4|||||\nA9|2026-11-01|100|D5|||||\nA1|2027-01-01|100|D6|||||\nA1|2026-11-01|1e30|D7|||||\n\
        A1|2026-11-01|100|D8|||||";

    let file = site.drop_file("PUR_1.txt", content.as_bytes()).await;

    assert_eq!((file.state, file.lines, file.done), (FileState::Done, 8, 8));
    let tally = &file.tally;
    assert_eq!(
        (tally.accepted, tally.rejected, tally.not_enrolled, tally.repeated),
        (2, 4, 2, 0),
        "{tally:?}"
    );
    assert_eq!((tally.amount.as_str(), tally.accrued["points"]), ("155.5", 15));
    assert_eq!(site.points().await, 15);
    let rejects = site.rejects(&file);
    let told: Vec<(&str, &str)> = rejects
        .lines()
        .skip(1)
        .map(|line| (line.split('|').next().unwrap(), line.split('|').nth(1).unwrap()))
        .collect();
    let expected =
        [("3", "date,amount"), ("4", "account"), ("5", "account"), ("6", "date"), ("7", "amount"), ("8", "")];
    assert_eq!(told, expected, "{rejects}");
    let report = std::fs::read_dir(site.dir.path().join("reports")).unwrap().next().unwrap().unwrap().path();
    assert!(std::fs::read_to_string(report).unwrap().contains("accrued.points|15\n"));

    // The same content under another name is nothing new; one line more is one line more.
    let again = site.drop_file("PUR_2.txt", content.as_bytes()).await;
    assert_eq!((again.state, again.repeats), (FileState::Repeated, Some(file.id)));
    let more = format!("{content}\nA2|2026-11-03|10|D9|||||\n");
    let more = site.drop_file("PUR_3.txt", more.as_bytes()).await;
    assert_eq!((more.tally.repeated, more.tally.accepted), (2, 2), "{:?}", more.tally);
    assert_eq!(site.points().await, 15 + 10 + 1, "the last line of before has its end now");
    let cause: serde_json::Value =
        sqlx::query_scalar("select cause from ledger.transaction order by number limit 1")
            .fetch_one(site.db.pool())
            .await
            .unwrap();
    assert_eq!(cause["file"], format!("PUR_1.txt {}", file.id));
    assert_eq!((cause["line"].as_u64(), cause["version"].as_u64()), (Some(1), Some(1)));
}

/// CIMP-ETL-08: a corrected file of top-ups brings its lines again; each counts once.
#[tokio::test]
async fn top_ups_are_summed_and_a_corrected_file_adds_what_is_new() {
    let site = site(3).await;
    let lines = "A1|2026-11-01|6||\nA1|2026-11-01|6||\nA2|2026-11-01|x||\n";

    let first = site.drop_file("TOP_1.txt", lines.as_bytes()).await;
    assert_eq!((first.tally.accepted, first.tally.rejected), (2, 1), "{:?}", first.tally);
    // Six and six are twelve: one point, which neither line gives alone.
    assert_eq!(site.points().await, 1);
    let corrected = lines.replace('x', "20");
    let second = site.drop_file("TOP_2.txt", corrected.as_bytes()).await;

    assert_eq!((second.tally.accepted, second.tally.repeated), (1, 2), "{:?}", second.tally);
    assert_eq!(site.points().await, 3);
}

/// A server that dies in the middle of a file: the next one goes on behind the last committed chunk; every line counts
/// once, and the reject file has every wrong line once.
#[tokio::test]
async fn a_file_that_a_dead_server_left_is_gone_on_with() {
    let site = site(3).await;
    let mut content = String::new();
    for n in 0..5_000 {
        let amount = if n % 500 == 7 { "x" } else { "10" };
        writeln!(content, "A1|2026-11-01|{amount}|D{n}|||||").unwrap();
    }
    let path = site.dir.path().join("PUR_1.txt");
    std::fs::write(&path, &content).unwrap();
    let files = site.files();
    let mut taking = Box::pin(files.take(&path));
    let done = async {
        loop {
            let done: Option<i64> = sqlx::query_scalar("select sum(done)::bigint from loyalty.file_lane")
                .fetch_one(site.db.pool())
                .await
                .unwrap();
            if done.is_some_and(|done| done >= 1_000) {
                return done;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let killed_at = tokio::select! {
        _ = &mut taking => None,
        done = done => done,
    };
    drop(taking);
    assert!(killed_at.is_some_and(|done| done < 5_000), "killed in the middle: {killed_at:?}");
    assert!(path.exists());

    // A commit that was on its way may still come through: then the place is another, and the next look finds it.
    let id = loop {
        match site.files().take(&path).await {
            Err(FileError::Elsewhere) => tokio::task::yield_now().await,
            taken => break taken.unwrap(),
        }
    };

    let file = site.file(id).await;
    assert_eq!(
        (file.state, file.done, file.tally.accepted, file.tally.rejected),
        (FileState::Done, 5_000, 4_990, 10)
    );
    assert_eq!(site.points().await, 4_990);
    assert_eq!(site.rejects(&file).lines().count(), 11);
    let all: i64 =
        sqlx::query_scalar("select count(*) from loyalty.file").fetch_one(site.db.pool()).await.unwrap();
    assert_eq!(all, 1, "the same file, not another");
}

/// Files that cannot be taken at all are refused with the reason, and nothing of them is applied.
#[tokio::test]
async fn what_cannot_be_taken_is_refused_as_a_whole() {
    let site = site(2).await;
    for (name, content, code) in [
        ("OTHER_1.txt", &b"A1|2026-11-01|100|D1|||||\n"[..], "unrecognised"),
        ("PUR_1.txt", b"", "empty"),
        ("PUR_2.txt", b"\xff\xfeA\x001\x00", "encoding"),
        ("PUR_3.txt", b"A1|2026-11-01|100|\xcf\xeb\xe0\xed|||||\n", "encoding"),
        ("PUR 4;x.txt", b"A1|2026-11-01|100|D1|||||\n", "name"),
    ] {
        let file = site.drop_file(name, content).await;
        assert_eq!((file.state, file.refusal_code.as_deref()), (FileState::Refused, Some(code)), "{name}");
    }
    assert_eq!(site.points().await, 0);
    // A huge line, ten million columns and a line with NULs harm no other line.
    let mut content = vec![b'|'; 10_000_000];
    content.extend(b"\nA1|2026-11-01|100|D1|||||\n");
    content.extend(vec![b'x'; 200_000]);
    content.push(b'\n');
    let good = "A1|2026-11-01|100|D|||||\n".repeat(150);
    content.extend(good.as_bytes());
    content.extend(b"A1|2026-11-01|100|D\0|||||\n");
    let file = site.drop_file("PUR_5.txt", &content).await;
    assert_eq!((file.tally.accepted, file.tally.rejected), (151, 3), "{:?}", file.tally);
}

/// CIMP-ETL-05, CIMP-ACC-06, CIMP-ACC-10: participants are saved as not enrolled, with their services and all that is known
/// of them; what is there is changed, not doubled.
#[tokio::test]
async fn participants_are_saved_and_accrue_nothing() {
    let site = site(1).await;
    let lines =
        "P1|SV1|mobile|998901112233|mobile|Anna Karimova||f|1990-02-28|anna@example.com|998901112233|N|||\n";
    let lines = lines.trim_end_matches("|\n").to_owned() + "\nP1|SV2|internet|u-77|internet|||||||||\n";

    let file = site.drop_file("PAR_1.txt", lines.as_bytes()).await;

    assert_eq!((file.tally.accepted, file.tally.rejected), (2, 0), "{:?}", file.tally);
    let mut db = site.db.pool().acquire().await.unwrap();
    let account = loyalty::query::find_by_number(&mut db, Some(site.programme), "P1").await.unwrap().unwrap();
    assert_eq!((account.status, account.macroregion.as_deref()), (AccountStatus::NotEnrolled, Some("N")));
    assert_eq!(loyalty::query::services(&mut db, account.id).await.unwrap().len(), 2);
    let customer = crm::query::find(&mut db, account.customer_id).await.unwrap().unwrap();
    assert_eq!(customer.fields.name, "Anna Karimova");
    let mut known: Vec<&str> = customer.fields.identifiers.iter().map(|one| one.value.as_str()).collect();
    known.sort_unstable();
    assert_eq!(known, ["+998901112233", "anna@example.com"]);
    assert_eq!(customer.fields.attributes.as_ref().and_then(|all| all.get("sex")), Some(&json!("female")));
    let earns = site.drop_file("PUR_1.txt", b"P1|2026-11-01|100|D1|||||\n").await;
    assert_eq!((earns.tally.not_enrolled, earns.tally.accepted), (1, 0));
    let changed = lines.replace("Anna", "Anora");
    site.drop_file("PAR_2.txt", changed.as_bytes()).await;
    let customer = crm::query::find(&mut db, account.customer_id).await.unwrap().unwrap();
    assert_eq!(customer.fields.name, "Anora Karimova");
}
