//! Orders into rows, in the caller's transaction: lock, load, let the book decide, write.

use crate::amount::BALANCE_MAX;
use crate::book::Book;
use crate::book::rows::whole;
use crate::book::state::{AccountState, Effect, LotId};
use crate::order::{Account, MOVEMENTS_MAX, Movement, ORDERS_MAX, Order, OrderEvent};
use crate::receipt::{Receipt, Refusal, positive};
use crate::store::{load, lock, originals, write};
use base::NewEvent;
use base::id::{AccountId, CurrencyId, EventId, HoldId, TransactionId};
use chrono::{DateTime, Utc};
use platform::event::{OutsideEvent, append_with};
use rand::Rng;
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;

/// Posts orders in the caller's transaction, one after the other: each happens entirely or is refused, and a refused
/// one harms no other. The answers stand in the order of the orders. Their events are appended with them.
///
/// Call it once in a transaction, last: it locks the members' accounts, then the end of the chain, and whoever posts
/// after it waits for the caller's commit. Two calls in one transaction may meet another one's in a deadlock, which
/// Postgres ends by refusing one of them: put all orders into one call. When the caller's transaction is rolled back,
/// nothing has happened.
///
/// # Errors
/// The database refused; the caller's transaction is lost. Trying again with the same keys is right.
pub fn post<'c>(
    db: &'c mut PgConnection,
    now: DateTime<Utc>,
    dice: &mut dyn Rng,
    orders: &'c [Order],
) -> impl Future<Output = sqlx::Result<Vec<Result<Receipt, Refusal>>>> + Send + use<'c> {
    post_with(db, now, dice, orders, Keys::Looked)
}

/// [`post`] for whoever knows something of the orders' keys.
///
/// # Errors
/// The database refused, or a key stands already that was believed to be new; the caller's transaction is lost. Trying again
/// with [`Keys::Looked`] is right.
pub fn post_with<'c>(
    db: &'c mut PgConnection,
    now: DateTime<Utc>,
    dice: &mut dyn Rng,
    orders: &'c [Order],
    keys: Keys,
) -> impl Future<Output = sqlx::Result<Vec<Result<Receipt, Refusal>>>> + Send + use<'c> {
    let seed = EventSeed::roll(dice);
    post_seeded(db, now, seed, orders, keys)
}

/// Whether it is looked first which keys stand already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// The orders are believed to be new, which saves the look: only of those that are refused it is looked. One that would be
    /// posted and stands already fails the caller's transaction, who does all of it again with a look.
    Unseen,
    /// Nothing is known of the orders: one that stands already gets its first receipt.
    Looked,
}

/// Dice for the ids of events, thrown before the future begins.
#[derive(Clone, Copy)]
pub(crate) struct EventSeed([u8; 32]);

impl EventSeed {
    pub(crate) fn roll(dice: &mut dyn Rng) -> Self {
        let mut seed = [0; 32];
        dice.fill_bytes(&mut seed);
        Self(seed)
    }
}

/// [`post_with`] for whoever threw the dice already.
pub(crate) async fn post_seeded(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    seed: EventSeed,
    orders: &[Order],
    keys: Keys,
) -> sqlx::Result<Vec<Result<Receipt, Refusal>>> {
    if orders.len() > ORDERS_MAX {
        return Ok(orders.iter().map(|_| Err(Refusal::TooManyOrders)).collect());
    }
    let now = whole(now);
    let (block, mut book) = load_book(db, now, orders, keys).await?;
    let mut answers = book.post_all(now, write::first_number(block), orders);
    if keys == Keys::Unseen {
        look_again(db, orders, &mut answers).await?;
    }
    append_events(db, now, seed, orders, &answers).await?;
    write::write(db, now, block, &book).await?;
    Ok(answers)
}

/// Looks for the keys of what was refused: an order that was posted before may be refused now, when its points are spent or
/// what it reverses is reversed. Its first answer is the right one.
async fn look_again(
    db: &mut PgConnection,
    orders: &[Order],
    answers: &mut [Result<Receipt, Refusal>],
) -> sqlx::Result<()> {
    let refused = orders.iter().zip(&*answers).filter(|(_, answer)| answer.is_err());
    let sought: BTreeSet<TransactionId> = refused.map(|(order, _)| order.id()).collect();
    if sought.is_empty() {
        return Ok(());
    }
    let (_, known) = load::block_and_known(db, &sought).await?;
    for (order, answer) in orders.iter().zip(answers).filter(|(_, answer)| answer.is_err()) {
        if let Some(known) = known.get(&order.id()) {
            let again = known.again(&order.body_hash());
            *answer = again.ok_or_else(|| Refusal::KeyReused(order.key.clone()));
        }
    }
    Ok(())
}

/// What orders name.
#[derive(Default)]
struct Named {
    /// Accounts that are credited, and how much; none: more than fits.
    credited: BTreeMap<AccountId, (Account, Option<i64>)>,
    /// Accounts whose lots are needed.
    drawn: BTreeSet<AccountId>,
    currencies: BTreeSet<CurrencyId>,
    holds: BTreeSet<HoldId>,
    reversed: BTreeSet<TransactionId>,
}

impl Named {
    fn of<'o>(orders: impl Iterator<Item = &'o Order> + Clone) -> Self {
        let mut named = Self::default();
        // What has too many is refused unread.
        let read = orders.filter(|order| order.movements.len() <= MOVEMENTS_MAX);
        for movement in read.clone().flat_map(|order| &order.movements) {
            match movement {
                Movement::Credit { account, amount, .. } => {
                    let (_, sum) = named.credited.entry(account.id()).or_insert((*account, Some(0)));
                    *sum = sum.zip(positive(*amount).ok()).and_then(|(sum, more)| sum.checked_add(more));
                    named.currencies.insert(account.currency);
                }
                Movement::Debit { account, .. } | Movement::Hold { account, .. } => {
                    named.drawn.insert(account.id());
                    named.currencies.insert(account.currency);
                }
                Movement::Capture { hold, .. } | Movement::Release { hold } => {
                    named.holds.insert(*hold);
                }
                Movement::Reverse { transaction, .. } => {
                    named.reversed.insert(*transaction);
                }
            }
        }
        // An order of the same call that is reversed: the lots of what it moves are needed too.
        for order in read.filter(|_| !named.reversed.is_empty()) {
            if named.reversed.contains(&order.id()) {
                for movement in &order.movements {
                    if let Movement::Credit { account, .. } = movement {
                        named.drawn.insert(account.id());
                    }
                }
            }
        }
        named
    }
}

async fn load_book(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    orders: &[Order],
    keys: Keys,
) -> sqlx::Result<(i64, Book)> {
    let ids: Vec<TransactionId> = orders.iter().map(Order::id).collect();
    // Before anything is locked: what stands already needs no account. Whoever takes a key after this look is met at the
    // write, which fails then.
    let (looked, known) = match keys {
        Keys::Looked => {
            let (block, known) = load::block_and_known(db, &ids.iter().copied().collect()).await?;
            (Some(block), known)
        }
        Keys::Unseen => (None, BTreeMap::new()),
    };
    let new = ids.iter().zip(orders).filter(|(id, _)| !known.contains_key(id)).map(|(_, order)| order);
    let mut named = Named::of(new);
    let holds: Vec<HoldId> = named.holds.iter().copied().collect();
    let reversed: Vec<TransactionId> = named.reversed.iter().copied().collect();
    if !holds.is_empty() {
        named.drawn.extend(load::accounts_of_holds(db, &holds).await?);
    }
    if !reversed.is_empty() {
        named.drawn.extend(originals::accounts_of(db, &reversed).await?);
    }
    let mut book = Book { wanted: named.reversed.clone(), known, ..Book::default() };
    let locked = lock_all(db, now, &named, &mut book).await?;
    let block = match looked.or(locked) {
        Some(block) => block,
        None => lock::take_block(db).await?,
    };
    let unseen = named.currencies.iter().filter(|currency| !book.currencies.contains_key(currency));
    let unseen: Vec<CurrencyId> = unseen.copied().collect();
    if !unseen.is_empty() {
        // Of members who have no account yet and are debited: the refusal says what is wrong.
        book.currencies.extend(load::currencies(db, &unseen).await?);
    }
    let mut lots = BTreeSet::new();
    if !holds.is_empty() {
        book.holds = load::holds(db, &holds).await?;
        lots.extend(book.holds.values().flat_map(|hold| hold.lots.iter().map(|(lot, _)| *lot)));
    }
    if !reversed.is_empty() {
        (book.originals, book.inner) = originals::originals(db, &reversed).await?;
        let effects = book.originals.values().flat_map(|original| &original.parts).map(|part| &part.effect);
        for effect in effects {
            match effect {
                Effect::Gave(lot) => drop(lots.insert(*lot)),
                Effect::Took(draws) => lots.extend(draws.iter().map(|(lot, _)| *lot)),
            }
        }
    }
    load_lots(db, &mut book, &named.drawn, &lots).await?;
    Ok((block, book))
}

/// Locks every account that the orders name, in the order of their ids, by one statement: so calls never wait for each other
/// in a ring. Those that are credited first are opened before anything is locked; whoever opens the same meanwhile is waited
/// for, and holds no account that others could lock. Where nothing is drawn, a number for the block comes with the locks.
async fn lock_all(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    named: &Named,
    book: &mut Book,
) -> sqlx::Result<Option<i64>> {
    if named.credited.is_empty() && named.drawn.is_empty() {
        return Ok(None);
    }
    let (mut block, mut locked) = lock_once(db, named, true).await?;
    if locked.is_empty() && !named.credited.is_empty() {
        let credited: Vec<Account> = named.credited.values().map(|(account, _)| *account).collect();
        lock::open_accounts(db, now, &credited).await?;
        // Without those of currencies that do not exist, which were not opened.
        (block, locked) = lock_once(db, named, false).await?;
    }
    for (state, allows_debt) in locked {
        book.currencies.insert(state.currency, allows_debt);
        book.accounts.insert(state.id, state);
    }
    Ok(block)
}

/// Locks the accounts that exist; with `all_or_none` none of them while one that is credited does not. Where nothing is drawn,
/// the lock is the credit itself.
async fn lock_once(
    db: &mut PgConnection,
    named: &Named,
    all_or_none: bool,
) -> sqlx::Result<(Option<i64>, Vec<(AccountState, bool)>)> {
    if named.drawn.is_empty() {
        // What no account could hold is refused: it is only locked.
        let fitting = |amount: &Option<i64>| amount.filter(|amount| *amount <= BALANCE_MAX).unwrap_or(0);
        let amounts = named.credited.iter().map(|(id, (_, amount))| (*id, fitting(amount)));
        let amounts: Vec<(AccountId, i64)> = amounts.collect();
        let (block, locked) = lock::credit_accounts(db, &amounts, all_or_none).await?;
        return Ok((Some(block), locked));
    }
    let all: BTreeSet<AccountId> = named.credited.keys().chain(&named.drawn).copied().collect();
    let needed: Vec<AccountId> = named.credited.keys().copied().filter(|_| all_or_none).collect();
    Ok((None, lock::lock_accounts(db, &all.into_iter().collect::<Vec<_>>(), &needed).await?))
}

async fn load_lots(
    db: &mut PgConnection,
    book: &mut Book,
    accounts: &BTreeSet<AccountId>,
    also: &BTreeSet<LotId>,
) -> sqlx::Result<()> {
    if accounts.is_empty() && also.is_empty() {
        return Ok(());
    }
    let accounts: Vec<AccountId> = accounts.iter().copied().collect();
    let also: Vec<LotId> = also.iter().copied().collect();
    // Points that come back pay debt and claims, and that depends on what was returned before.
    let owes = book.accounts.values().any(|account| account.debt > 0 || account.claim > 0);
    let returned =
        if owes || !book.wanted.is_empty() { load::returned(db, &accounts).await? } else { BTreeMap::new() };
    for (account, mut lot) in load::lots(db, &accounts, &also).await? {
        lot.returned = returned.get(&lot.id).copied().unwrap_or(0);
        if let Some(state) = book.accounts.get_mut(&account) {
            state.add_lot(lot);
        }
    }
    Ok(())
}

/// Appends the events of what was posted for the first time, in one statement.
async fn append_events(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    EventSeed(seed): EventSeed,
    orders: &[Order],
    answers: &[Result<Receipt, Refusal>],
) -> sqlx::Result<()> {
    let mut rng: rand_chacha::ChaCha8Rng = rand::SeedableRng::from_seed(seed);
    let is_new = |answer: &Result<Receipt, Refusal>| answer.as_ref().is_ok_and(|receipt| !receipt.repeated);
    let written = orders.iter().zip(answers).filter(|(_, answer)| is_new(answer));
    let mut own: Vec<(EventId, &NewEvent)> = Vec::new();
    let mut outside: Vec<&OutsideEvent> = Vec::new();
    for event in written.flat_map(|(order, _)| &order.events) {
        match event {
            OrderEvent::New(event) => own.push((EventId::new(now, &mut rng), event)),
            OrderEvent::Outside(event) => outside.push(event),
        }
    }
    append_with(db, now, &mut rng, &outside, &own).await.map(drop)
}
