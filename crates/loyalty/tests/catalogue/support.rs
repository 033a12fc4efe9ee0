//! A programme with two bonus types and members who have points.

use base::id::{BonusTypeId, CurrencyId, CustomerId, MasterAccountId, PersonId, ProgrammeId};
use base::{Author, Edit, LocalText, Locale};
use chrono::{DateTime, TimeDelta, Utc};
use ledger::order::ISSUER;
use ledger::{Account, Amount, Counter, LotTerms, Movement, Order};
use loyalty::coupon::code::CodeKey;
use loyalty::input::Decimal;
use loyalty::reward::{PriceInput, Reward, RewardFields, RewardKind};
use platform::testing::TestDb;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

pub fn moment() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_341_600, 0).unwrap()
}

pub fn title(text: &str) -> LocalText {
    LocalText([(Locale::Ru, text.to_owned())].into())
}

pub fn codes() -> CodeKey {
    CodeKey::new([5; 32])
}

/// Somebody who changes things, each a second after the one before.
pub struct Acts {
    pub rng: ChaCha8Rng,
    pub now: DateTime<Utc>,
}

impl Acts {
    pub fn seeded(seed: u64) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed), now: moment() }
    }

    pub fn edit(&mut self) -> Edit<'_> {
        self.now += TimeDelta::seconds(1);
        Edit { now: self.now, author: Author::Person(PersonId::from_uuid(Uuid::nil())), rng: &mut self.rng }
    }
}

/// A programme `main` with `points` (no decimals) and `cash` (two of them).
pub struct Shop {
    pub db: TestDb,
    pub programme: ProgrammeId,
    pub points: BonusTypeId,
    pub acts: Acts,
}

impl Shop {
    pub async fn open() -> Self {
        let db = TestDb::new().await;
        let mut acts = Acts::seeded(1);
        let programme = ProgrammeId::new(acts.now, &mut acts.rng);
        sqlx::query(
            "insert into loyalty.programme (programme_id, code, title, zone, settings, created_at, updated_at)
             values ($1, 'main', '{\"en\": \"Main\"}', 'Asia/Tashkent', '{}', $2, $2)",
        )
        .bind(programme)
        .bind(acts.now)
        .execute(db.pool())
        .await
        .unwrap();
        let points = bonus_type(db.pool(), &mut acts, programme, "points", 0).await;
        bonus_type(db.pool(), &mut acts, programme, "cash", 2).await;
        Self { db, programme, points, acts }
    }

    /// An enrolled member with so many points.
    pub async fn member(&mut self, number: &str, points: i64) -> MasterAccountId {
        let mut db = self.db.pool().acquire().await.unwrap();
        let id = MasterAccountId::new(self.acts.now, &mut self.acts.rng);
        let customer = CustomerId::new(self.acts.now, &mut self.acts.rng);
        sqlx::query(
            "insert into loyalty.account (account_id, programme_id, number, customer_id, status, registered_at, enrolled_at)
             values ($1, $2, $3, $4, 20, $5, $5)",
        )
        .bind(id)
        .bind(self.programme)
        .bind(number)
        .bind(customer)
        .bind(self.acts.now)
        .execute(&mut *db)
        .await
        .unwrap();
        if points > 0 {
            self.accrue(&mut db, id, points, None).await;
        }
        id
    }

    /// Gives points that expire.
    pub async fn accrue(
        &mut self,
        db: &mut PgConnection,
        account: MasterAccountId,
        points: i64,
        expires_at: Option<DateTime<Utc>>,
    ) {
        let edit = self.acts.edit();
        let movement = Movement::Credit {
            account: Account {
                owner: account.as_uuid(),
                currency: CurrencyId::from_uuid(self.points.as_uuid()),
            },
            amount: Amount::new(points).unwrap(),
            from: Counter::the(ISSUER),
            lot: LotTerms { active_from: None, expires_at, tag: None },
        };
        let key = format!("test:{}", base::id::uuid_v7(edit.now, edit.rng));
        let order = Order::new(key, "accrue", "test", Author::System, movement);
        ledger::post(db, edit.now, edit.rng, &[order]).await.unwrap().pop().unwrap().unwrap();
    }

    /// What a member can spend, and what is held.
    pub async fn points_of(&self, account: MasterAccountId) -> (i64, i64) {
        let mut db = self.db.pool().acquire().await.unwrap();
        let of = Account { owner: account.as_uuid(), currency: CurrencyId::from_uuid(self.points.as_uuid()) };
        let balance = ledger::query::balance(&mut db, self.acts.now, of).await.unwrap();
        (balance.available, balance.held)
    }

    /// A gift for so many points.
    pub async fn gift(
        &mut self,
        code: &str,
        price: i64,
        stock: Option<i32>,
        needs_confirmation: bool,
    ) -> Reward {
        let mut db = self.db.pool().acquire().await.unwrap();
        let fields = RewardFields { needs_confirmation, ..gift_fields(code) };
        let prices = [PriceInput { bonus_type: "points".to_owned(), amount: Decimal(price.to_string()) }];
        loyalty::store::reward::insert(&mut db, &mut self.acts.edit(), &fields, &prices, stock).await.unwrap()
    }

    /// How many events of a kind there are.
    pub async fn events(&self, kind: &str) -> i64 {
        sqlx::query_scalar("select count(*) from platform.event where kind = $1")
            .bind(kind)
            .fetch_one(self.db.pool())
            .await
            .unwrap()
    }

    /// The stock of a reward.
    pub async fn stock(&self, reward: &Reward) -> Option<i32> {
        let mut db = self.db.pool().acquire().await.unwrap();
        loyalty::query::reward::find(&mut db, reward.id).await.unwrap().unwrap().stock
    }
}

pub fn gift_fields(code: &str) -> RewardFields {
    RewardFields {
        code: code.to_owned(),
        title: title("Кружка"),
        description: LocalText::default(),
        kind: RewardKind::Gift,
        partner_id: None,
        physical: true,
        needs_confirmation: false,
        valid_from: None,
        valid_until: None,
        picture: None,
        active: true,
    }
}

async fn bonus_type(
    pool: &PgPool,
    acts: &mut Acts,
    programme: ProgrammeId,
    code: &str,
    scale: i16,
) -> BonusTypeId {
    let id = BonusTypeId::new(acts.now, &mut acts.rng);
    sqlx::query("insert into ledger.currency (id, code, scale, allows_debt, created_at) values ($1, $2, $3, false, $4)")
        .bind(id)
        .bind(code)
        .bind(scale)
        .bind(acts.now)
        .execute(pool)
        .await
        .unwrap();
    sqlx::query(
        "insert into loyalty.bonus_type (bonus_type_id, programme_id, code, title, scale, validity_days, expiry_round,
             rounding, allows_debt, created_at, updated_at)
         values ($1, $2, $3, '{}', $4, 365, 'day', 'down', false, $5, $5)",
    )
    .bind(id)
    .bind(programme)
    .bind(code)
    .bind(scale)
    .bind(acts.now)
    .execute(pool)
    .await
    .unwrap();
    id
}
