//! A private Postgres with fsync, a currency, and members.

use base::id::{AccountId, CurrencyId};
use base::{Author, Edit};
use chrono::{DateTime, Utc};
use ledger::currency::CurrencyFields;
use ledger::{Account, Amount, Counter, LotTerms, Movement, Order, order};
use platform::db::{Database, Durability, Settings};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sqlx::PgPool;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use uuid::Uuid;

pub fn variable(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.replace('_', "").parse().ok()).unwrap_or(otherwise)
}

pub fn now() -> DateTime<Utc> {
    "2026-11-28T12:00:00Z".parse().unwrap()
}

/// When everything that the benchmark credits expires.
pub fn end() -> DateTime<Utc> {
    "2027-11-30T19:00:00Z".parse().unwrap()
}

pub struct Site {
    database: Database,
    _folder: TempDir,
    currency: CurrencyId,
    pub accounts: usize,
}

impl Site {
    pub async fn start(accounts: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            url: None,
            data_dir: folder.path().to_owned(),
            connections_max: NonZeroU32::new(72).unwrap(),
            durability: Durability::Full,
        };
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let database = Database::start(&settings).await.unwrap();
        platform::migrate::run(database.pool()).await.unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut edit = Edit { now: now(), author: Author::System, rng: &mut rng };
        let fields = CurrencyFields { code: "POINT".to_owned(), scale: 0, allows_debt: true };
        let mut db = database.pool().acquire().await.unwrap();
        let currency = ledger::store::insert_currency(&mut db, &mut edit, &fields).await.unwrap().id;
        drop(db);
        let site = Self { database, _folder: folder, currency, accounts };
        site.open_accounts().await;
        site.wear_in().await;
        site
    }

    /// The write-ahead files of a database that has been at work: in a new one, whoever commits while a file is made waits
    /// until it is filled with zeros.
    async fn wear_in(&self) {
        // As many as there are between two checkpoints: 4 GB.
        const FILES: usize = 250;
        let mut db = self.pool().acquire().await.unwrap();
        for _ in 0..FILES {
            sqlx::raw_sql("select pg_logical_emit_message(true, '', ''); select pg_switch_wal()")
                .execute(&mut *db)
                .await
                .unwrap();
        }
        sqlx::raw_sql("checkpoint").execute(&mut *db).await.unwrap();
    }

    /// Members who have had an account for long.
    async fn open_accounts(&self) {
        let begun = Instant::now();
        let mut db = self.pool().acquire().await.unwrap();
        // Not what is measured: no look at the currency for each row, and the disk when it likes.
        for setting in ["set session_replication_role = replica", "set synchronous_commit = off"] {
            sqlx::raw_sql(sqlx::AssertSqlSafe(setting)).execute(&mut *db).await.unwrap();
        }
        let all: Vec<usize> = (0..self.accounts).collect();
        for part in all.chunks(20_000) {
            let accounts = part.iter().map(|n| self.account(*n));
            let rows: Vec<(AccountId, Uuid)> =
                accounts.map(|account| (account.id(), account.owner)).collect();
            sqlx::query(
                "insert into ledger.account (id, owner, role, currency, opened_at)
                select id, owner, $3, $4, $5 from unnest($1::uuid[], $2::uuid[]) as given (id, owner)",
            )
            .bind(rows.iter().map(|row| row.0).collect::<Vec<_>>())
            .bind(rows.iter().map(|row| row.1).collect::<Vec<_>>())
            .bind(order::MEMBER)
            .bind(self.currency)
            .bind(now())
            .execute(&mut *db)
            .await
            .unwrap();
        }
        db.close().await.unwrap();
        self.settle().await;
        println!("{} accounts opened in {:.1} s", self.accounts, begun.elapsed().as_secs_f64());
    }

    /// Statistics and a clean beginning for what is measured next.
    pub async fn settle(&self) {
        let mut db = self.pool().acquire().await.unwrap();
        sqlx::query("set statement_timeout = 0").execute(&mut *db).await.unwrap();
        for statement in
            ["vacuum analyze ledger.account", "vacuum analyze ledger.lot", "analyze", "checkpoint"]
        {
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut *db).await.unwrap();
        }
        sqlx::query("set statement_timeout = '60s'").execute(&mut *db).await.unwrap();
    }

    pub fn pool(&self) -> &PgPool {
        self.database.pool()
    }

    pub fn account(&self, n: usize) -> Account {
        self.light().account(n)
    }

    /// Seconds of CPU that Postgres and this program have used.
    pub fn cpu(&self) -> f64 {
        let postmaster = self.database.postmaster_pid().unwrap();
        let own = std::process::id();
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let of = |stat: String| {
            // After the name in brackets: state, parent, and at 12 and 13 user and system time in hundredths.
            let (head, tail) = stat.rsplit_once(')')?;
            let pid: u32 = head.split_once(' ')?.0.parse().ok()?;
            let fields: Vec<&str> = tail.split_whitespace().collect();
            let parent: u32 = fields.get(1)?.parse().ok()?;
            let time = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok());
            (parent == postmaster || pid == postmaster || pid == own).then_some(())?;
            Some((time(11)? + time(12)?) / 100.0)
        };
        let stats = processes.filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok());
        stats.filter_map(of).sum()
    }

    /// What tasks take along.
    pub const fn light(&self) -> Light {
        Light { currency: self.currency, accounts: self.accounts }
    }

    pub async fn stop(self) {
        self.database.stop().await;
    }
}

/// The members, without the database.
#[derive(Clone, Copy)]
pub struct Light {
    currency: CurrencyId,
    pub accounts: usize,
}

impl Light {
    pub fn account(&self, n: usize) -> Account {
        let owner = Uuid::from_u128((0x0197 << 112) | u128::try_from(n).unwrap());
        Account { owner, currency: self.currency }
    }

    /// An accrual as a rule makes it.
    pub fn accrual(&self, key: String, member: usize, units: i64) -> Order {
        let lot = LotTerms { expires_at: Some(end()), ..LotTerms::default() };
        let account = self.account(member % self.accounts);
        let from = Counter::the(order::ISSUER);
        let movement = Movement::Credit { account, amount: Amount::new(units).unwrap(), from, lot };
        let cause = ledger::Cause {
            event: Some(key.clone()),
            rule: Some(Uuid::from_u128(7)),
            version: Some(3),
            ..ledger::Cause::default()
        };
        Order { cause, ..Order::new(key, "accrue", "event", Author::System, movement) }
    }
}

/// The part of `times` below which `percent` of them lie.
pub fn percentile(times: &mut [Duration], percent: f64) -> f64 {
    times.sort_unstable();
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place in a list"
    )]
    let at = ((times.len() as f64 - 1.0) * percent / 100.0) as usize;
    times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a rate")]
pub fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}
