//! A ledger with two currencies, and short ways to say what is posted.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at a fault")]

use base::id::CurrencyId;
use base::{Author, Edit};
use chrono::{DateTime, Utc};
use ledger::currency::CurrencyFields;
use ledger::query::Balance;
use ledger::{
    Account, Amount, Counter, LotTerms, Movement, Order, Portion, Receipt, Refusal, ReversalPolicy, order,
    query,
};
use platform::testing::TestDb;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

pub fn noon() -> DateTime<Utc> {
    "2026-11-28T12:00:00Z".parse().unwrap()
}

pub struct Site {
    pub db: TestDb,
    pub points: CurrencyId,
    pub strict: CurrencyId,
}

/// `points` allow debt, `strict` allows none.
pub async fn site() -> Site {
    let db = TestDb::new().await;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut edit = Edit { now: noon(), author: Author::System, rng: &mut rng };
    let mut made = Vec::new();
    for (code, allows_debt) in [("POINT", true), ("STRICT", false)] {
        let fields = CurrencyFields { code: code.to_owned(), scale: 0, allows_debt };
        let mut connection = db.pool().acquire().await.unwrap();
        made.push(ledger::store::insert_currency(&mut connection, &mut edit, &fields).await.unwrap().id);
    }
    Site { db, points: made[0], strict: made[1] }
}

impl Site {
    pub fn account(&self, member: u128) -> Account {
        Account { owner: Uuid::from_u128(member), currency: self.points }
    }

    pub async fn post_all_at(&self, now: DateTime<Utc>, orders: &[Order]) -> Vec<Result<Receipt, Refusal>> {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mut tx = self.db.pool().begin().await.unwrap();
        let answers = ledger::post(&mut tx, now, &mut rng, orders).await.unwrap();
        tx.commit().await.unwrap();
        answers
    }

    pub async fn post_at(&self, now: DateTime<Utc>, order: Order) -> Result<Receipt, Refusal> {
        self.post_all_at(now, &[order]).await.pop().unwrap()
    }

    pub async fn post(&self, order: Order) -> Result<Receipt, Refusal> {
        self.post_at(noon(), order).await
    }

    pub async fn balance_at(&self, now: DateTime<Utc>, account: Account) -> Balance {
        query::balance(&mut self.db.pool().acquire().await.unwrap(), now, account).await.unwrap()
    }

    pub async fn balance(&self, account: Account) -> Balance {
        self.balance_at(noon(), account).await
    }
}

pub fn amount(units: i64) -> Amount {
    Amount::new(units).unwrap()
}

pub fn order(key: &str, movement: Movement) -> Order {
    Order::new(key, "test", "test", Author::System, movement)
}

pub fn credit(account: Account, units: i64) -> Movement {
    credit_until(account, units, None)
}

pub fn credit_until(account: Account, units: i64, expires_at: Option<DateTime<Utc>>) -> Movement {
    let lot = LotTerms { expires_at, ..LotTerms::default() };
    Movement::Credit { account, amount: amount(units), from: Counter::the(order::ISSUER), lot }
}

pub fn debit(account: Account, units: i64) -> Movement {
    Movement::Debit { account, amount: amount(units), to: Counter::the(order::SPENT) }
}

pub fn reverse(key: &str, portion: Portion, policy: ReversalPolicy) -> Movement {
    Movement::Reverse { transaction: ledger::transaction_id(key), portion, policy }
}
