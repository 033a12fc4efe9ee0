//! Orders of rewards: place, confirm, cancel. The order's row, the stock, the points and the events are one transaction:
//! that of the caller, who rolls it back when an order is refused (CIMP-RED-02, CIMP-RED-03, CIMP-RED-05).

use super::movement::{self, Party, post};
use super::reward::{put_back, take_stock};
use super::tell;
use crate::bonus_type::amount::UNITS_MAX;
use crate::id::{OrderId, RewardId};
use crate::master::ReasonArea;
use crate::order::{
    NOTE_MAX, OrderAct, OrderState, OrderStep, PLACED_DAYS_MAX, PointsStep, QUANTITY_MAX, RewardOrder,
    discounted, place as first_step,
};
use crate::query::{master, order as query, partner, reward as rewards};
use crate::refused::Refused;
use crate::reward::Reward;
use base::Edit;
use base::id::{BonusTypeId, CurrencyId, MasterAccountId};
use chrono::TimeDelta;
use ledger::order::SPENT;
use ledger::{
    Account, Amount, Cause, Counter, Movement, Order, Portion, ReversalPolicy, hold_id, transaction_id,
};
use serde_json::json;
use sqlx::PgConnection;

/// What somebody orders.
#[derive(Clone, Debug)]
pub struct NewOrder<'a> {
    /// With whose points.
    pub account: MasterAccountId,
    /// What.
    pub reward: RewardId,
    /// The code of the bonus type, where the reward has several prices.
    pub bonus_type: Option<&'a str>,
    /// How many.
    pub quantity: i32,
    /// What is said with it.
    pub note: &'a str,
    /// Which way it came: `ui`, `api`.
    pub source: &'a str,
}

/// Places an order: reserves the goods and holds the points, or spends them at once where nobody confirms.
///
/// # Errors
/// No such account or reward, one that takes part in nothing or is not offered, too little stock, too few points, or the
/// database.
pub async fn place(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    new: &NewOrder<'_>,
) -> Result<RewardOrder, Refused> {
    if !(1..=QUANTITY_MAX).contains(&new.quantity) {
        return Err(Refused::invalid("/quantity", format!("must be 1 to {QUANTITY_MAX}")));
    }
    if new.note.chars().count() > NOTE_MAX || new.note.contains('\0') {
        return Err(Refused::invalid("/note", format!("has more than {NOTE_MAX} characters")));
    }
    let party = movement::enrolled(db, new.account).await?;
    let reward = rewards::find(db, new.reward).await?.ok_or(Refused::unknown("reward"))?;
    check_offered(db, edit, &reward).await?;
    let price = reward
        .price(party.programme_id, new.bonus_type)
        .map_err(|refusal| Refused::invalid("/bonus_type", refusal.to_string()))?;
    let total = price.amount.units.checked_mul(i64::from(new.quantity)).filter(|total| *total <= UNITS_MAX);
    let total = total.ok_or_else(|| Refused::invalid("/quantity", "the price of all is too large"))?;
    let discount = query::discount(db, new.account).await?;
    let paid = Paid { bonus_type: price.bonus_type_id, units: discounted(total, discount) };
    let write =
        Write { party: &party, reward: &reward, discount, paid: Some(paid).filter(|paid| paid.units > 0) };
    write.order(db, edit, new).await
}

/// Gives something of the catalogue for nothing: the reward of a promotion.
///
/// # Errors
/// As [`place`].
pub(super) async fn give(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    new: &NewOrder<'_>,
) -> Result<RewardOrder, Refused> {
    let party = movement::enrolled(db, new.account).await?;
    let reward = rewards::find(db, new.reward).await?.ok_or(Refused::unknown("reward"))?;
    check_offered(db, edit, &reward).await?;
    Write { party: &party, reward: &reward, discount: 0, paid: None }.order(db, edit, new).await
}

/// What an order costs.
#[derive(Clone, Copy)]
struct Paid {
    bonus_type: BonusTypeId,
    units: i64,
}

async fn check_offered(db: &mut PgConnection, edit: &Edit<'_>, reward: &Reward) -> Result<(), Refused> {
    if !reward.fields.is_offered(edit.now) {
        return Err(Refused::not_now("this reward is not offered at present: choose another one"));
    }
    let Some(id) = reward.fields.partner_id else { return Ok(()) };
    let partner = partner::find(db, id).await?;
    if partner.is_some_and(|partner| partner.fields.active) {
        return Ok(());
    }
    Err(Refused::not_now("the partner of this reward does not take part at present: choose another reward"))
}

/// What is written down of an order that was accepted.
struct Write<'a> {
    party: &'a Party,
    reward: &'a Reward,
    /// Of the member's tier, in hundredths of a percent.
    discount: i64,
    paid: Option<Paid>,
}

impl Write<'_> {
    async fn order(
        self,
        db: &mut PgConnection,
        edit: &mut Edit<'_>,
        new: &NewOrder<'_>,
    ) -> Result<RewardOrder, Refused> {
        let Self { party, reward, discount, paid } = self;
        let restocks = reward.stock.is_some();
        if restocks && !take_stock(db, reward.id, new.quantity).await? {
            return Err(Refused::not_now(
                "there are not so many left: order fewer, or choose another reward",
            ));
        }
        let id = OrderId::new(edit.now, edit.rng);
        let step = first_step(reward.fields.needs_confirmation);
        let is_placed = step.points == PointsStep::Hold;
        let spent = (!is_placed && paid.is_some()).then(|| transaction_id(&key(id, "place")));
        sqlx::query(
        "insert into loyalty.reward_order (order_id, account_id, reward_id, quantity, bonus_type_id, amount, state, restocks,
             hold_id, transaction_id, note, source, placed_at, expires_at, confirmed_at, discount_percent)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16::bigint / 100.0)",
    )
    .bind(id)
    .bind(new.account)
    .bind(reward.id)
    .bind(new.quantity)
    .bind(paid.map(|paid| paid.bonus_type))
    .bind(paid.map_or(0, |paid| paid.units))
    .bind(step.state)
    .bind(restocks)
    .bind((is_placed && paid.is_some()).then(|| hold_id(transaction_id(&key(id, "place")), 0)))
    .bind(spent)
    .bind(new.note)
    .bind(new.source)
    .bind(edit.now)
    .bind(is_placed.then(|| edit.now + TimeDelta::days(PLACED_DAYS_MAX)))
    .bind((!is_placed).then_some(edit.now))
    .bind(discount)
    .execute(&mut *db)
    .await?;
        let order = query::find(db, id).await?.ok_or(Refused::unknown("order"))?;
        announce(db, edit, party, &order, "loyalty.order_placed.v1").await?;
        if !is_placed {
            announce(db, edit, party, &order, "loyalty.order_confirmed.v1").await?;
        }
        move_points(db, edit, &order, step, "place").await?;
        Ok(order)
    }
}

/// Confirms an order: the reward is activated, its points are spent. One that is confirmed already stays as it is.
///
/// # Errors
/// No such order, one that is cancelled, or the database.
pub async fn confirm(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: OrderId,
) -> Result<RewardOrder, Refused> {
    let before = locked(db, id).await?;
    let Some(step) = before.state.step(OrderAct::Confirm).map_err(Refused::not_now)? else {
        return Ok(before);
    };
    let spent = before.bonus_type_id.map(|_| transaction_id(&key(id, "confirm")));
    sqlx::query(
        "update loyalty.reward_order
         set state = $2, transaction_id = $3, confirmed_at = $4, expires_at = null, version = version + 1
         where order_id = $1",
    )
    .bind(id)
    .bind(step.state)
    .bind(spent)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    let after = query::find(db, id).await?.ok_or(Refused::unknown("order"))?;
    let party = Party::of(&after);
    announce(db, edit, &party, &after, "loyalty.order_confirmed.v1").await?;
    move_points(db, edit, &after, step, "confirm").await?;
    Ok(after)
}

/// Cancels an order: what was held is let go, what was spent comes back by a new transaction into the lots that it came
/// from, and the goods go back to the shelf. One that is cancelled already stays as it is.
///
/// # Errors
/// No such order, a reason that is not for cancellations, or the database.
pub async fn cancel(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: OrderId,
    reason: Option<&str>,
) -> Result<RewardOrder, Refused> {
    if let Some(code) = reason {
        let checked = master::check_reason(db, code, ReasonArea::OrderCancellation).await?;
        checked.map_err(|refusal| Refused::invalid("/reason", refusal.to_string()))?;
    }
    let before = locked(db, id).await?;
    let Some(step) = before.state.step(OrderAct::Cancel).map_err(Refused::not_now)? else {
        return Ok(before);
    };
    let gives_back = step.points == PointsStep::GiveBack && before.transaction_id.is_some();
    sqlx::query(
        "update loyalty.reward_order
         set state = $2, reversal_id = $3, reason = $4, cancelled_at = $5, expires_at = null, version = version + 1
         where order_id = $1",
    )
    .bind(id)
    .bind(step.state)
    .bind(gives_back.then(|| transaction_id(&key(id, "cancel"))))
    .bind(reason)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    if step.restocks && before.restocks {
        put_back(db, before.reward_id, before.quantity).await?;
    }
    let after = query::find(db, id).await?.ok_or(Refused::unknown("order"))?;
    let party = Party::of(&after);
    announce(db, edit, &party, &after, "loyalty.order_cancelled.v1").await?;
    move_points(db, edit, &after, step, "cancel").await?;
    Ok(after)
}

/// Cancels an order that nobody confirmed in its time; one that is confirmed or cancelled meanwhile stays as it is.
///
/// # Errors
/// No such order, or the database.
pub async fn expire(db: &mut PgConnection, edit: &mut Edit<'_>, id: OrderId) -> Result<(), Refused> {
    let order = locked(db, id).await?;
    if order.state == OrderState::Placed && order.expires_at.is_some_and(|at| at <= edit.now) {
        cancel(db, edit, id, None).await?;
    }
    Ok(())
}

/// The key of the ledger's order for a step: what is repeated counts once.
fn key(id: OrderId, step: &str) -> String {
    format!("order:{id}:{step}")
}

async fn move_points(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    order: &RewardOrder,
    step: OrderStep,
    name: &str,
) -> Result<(), Refused> {
    let Some(bonus_type) = order.bonus_type_id else { return Ok(()) };
    let account =
        Account { owner: order.account_id.as_uuid(), currency: CurrencyId::from_uuid(bonus_type.as_uuid()) };
    let amount = Amount::new(order.amount.units).map_err(Refused::not_now)?;
    let (spent, hold) = (Counter::the(SPENT), hold_id(transaction_id(&key(order.id, "place")), 0));
    let (kind, movement) = match step.points {
        PointsStep::Hold => ("order_hold", Movement::Hold { account, amount, expires_at: None }),
        PointsStep::Spend => ("spend", Movement::Debit { account, amount, to: spent }),
        PointsStep::Capture => ("spend", Movement::Capture { hold, amount: None, to: spent }),
        PointsStep::Release => ("order_release", Movement::Release { hold }),
        PointsStep::GiveBack => {
            let Some(transaction) = order.transaction_id else { return Ok(()) };
            let transaction = base::id::TransactionId::from_uuid(transaction);
            let policy = ReversalPolicy::WithinBalance;
            ("order_cancel", Movement::Reverse { transaction, portion: Portion::All, policy })
        }
    };
    let mut asked = Order::new(key(order.id, name), kind, order.source.clone(), edit.author, movement);
    asked.reason.clone_from(&order.reason);
    asked.cause = Cause { record: Some(format!("order:{}", order.id)), ..Cause::default() };
    post(db, edit, asked, order.amount.scale).await?;
    Ok(())
}

async fn announce(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    party: &Party,
    order: &RewardOrder,
    kind: &'static str,
) -> Result<(), Refused> {
    let data = json!({
        "order_id": order.id, "number": order.number, "reward": order.reward,
        "title": order.title, "quantity": order.quantity, "bonus_type": order.bonus_type, "amount": order.amount,
        "discount_percent": order.discount_percent, "state": order.state, "reason": order.reason, "source": order.source,
    });
    Ok(tell(db, edit, party, kind, data).await?)
}

async fn locked(db: &mut PgConnection, id: OrderId) -> Result<RewardOrder, Refused> {
    sqlx::query("select 1 from loyalty.reward_order where order_id = $1 for update")
        .bind(id)
        .execute(&mut *db)
        .await?;
    query::find(db, id).await?.ok_or(Refused::unknown("order"))
}
