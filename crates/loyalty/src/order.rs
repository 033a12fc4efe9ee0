//! Applications for rewards: placed, then confirmed or cancelled (CIMP-ST-03, CIMP-RED-02, CIMP-RED-05).
//!
//! What happens to the points follows from the step: a placed order holds them, a confirmed one has spent them, a
//! cancelled one has given them back. Whoever takes a step does the movement of the ledger and of the stock in the same
//! transaction as the order's row.

use crate::bonus_type::amount::Points;
use crate::id::{OrderId, PartnerId, RewardId};
use crate::reward::RewardKind;
use base::LocalText;
use base::id::{BonusTypeId, CustomerId, MasterAccountId, ProgrammeId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Most units of a reward in one order: beyond it somebody has typed a number wrong.
pub const QUANTITY_MAX: i32 = 1_000;
/// Days for which a placed order keeps points and stock; then it is cancelled by the server.
pub const PLACED_DAYS_MAX: i64 = 30;
/// Longest note of an order, in characters.
pub const NOTE_MAX: usize = 1_000;

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum OrderState {
    /// Its points are held and its goods reserved.
    Placed,
    /// Its points are spent: the reward is activated.
    Confirmed,
    /// Its points went back.
    Cancelled,
}

/// What somebody does with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderAct {
    /// Activates the reward.
    Confirm,
    /// Takes the order back.
    Cancel,
}

/// What the ledger does with the points of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointsStep {
    /// Holds them.
    Hold,
    /// Spends them at once.
    Spend,
    /// Spends what is held.
    Capture,
    /// Lets go of what is held.
    Release,
    /// Gives back what was spent, by a new transaction, into the lots that it came from.
    GiveBack,
}

/// One step of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderStep {
    /// Where the order stands after it.
    pub state: OrderState,
    /// What happens to its points.
    pub points: PointsStep,
    /// Whether its goods go back to the stock.
    pub restocks: bool,
}

/// Why an order does not take a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderRefusal {
    /// It is over.
    #[error("the order is cancelled and cannot be confirmed: place another one")]
    Over,
}

/// The first step of an order. Whether somebody must confirm it is a property of the reward (GAP-22).
#[must_use]
pub const fn place(needs_confirmation: bool) -> OrderStep {
    if needs_confirmation {
        OrderStep { state: OrderState::Placed, points: PointsStep::Hold, restocks: false }
    } else {
        OrderStep { state: OrderState::Confirmed, points: PointsStep::Spend, restocks: false }
    }
}

impl OrderState {
    /// The word of columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The step that an act is; nothing when the order stands there already, so that what is repeated counts once.
    ///
    /// # Errors
    /// A cancelled order is not confirmed.
    pub const fn step(self, act: OrderAct) -> Result<Option<OrderStep>, OrderRefusal> {
        let (state, points, restocks) = match (self, act) {
            (Self::Placed, OrderAct::Confirm) => (Self::Confirmed, PointsStep::Capture, false),
            (Self::Placed, OrderAct::Cancel) => (Self::Cancelled, PointsStep::Release, true),
            (Self::Confirmed, OrderAct::Cancel) => (Self::Cancelled, PointsStep::GiveBack, true),
            (Self::Confirmed, OrderAct::Confirm) | (Self::Cancelled, OrderAct::Cancel) => return Ok(None),
            (Self::Cancelled, OrderAct::Confirm) => return Err(OrderRefusal::Over),
        };
        Ok(Some(OrderStep { state, points, restocks }))
    }
}

/// The price less a discount in hundredths of a percent. What does not make a whole smallest unit is paid: a discount is
/// never more than it says.
#[must_use]
pub fn discounted(total: i64, discount: i64) -> i64 {
    let left = i128::from(10_000 - discount.clamp(0, 10_000));
    i64::try_from((i128::from(total) * left + 9_999) / 10_000).unwrap_or(total)
}

/// An order as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RewardOrder {
    /// Its id.
    pub id: OrderId,
    /// By which people name it.
    #[schema(example = "10000017")]
    pub number: String,
    /// Whose points.
    pub account_id: MasterAccountId,
    /// The number of the account.
    pub account: String,
    /// The programme of the account.
    pub programme_id: ProgrammeId,
    /// Who takes part.
    pub customer_id: CustomerId,
    /// What was ordered.
    pub reward_id: RewardId,
    /// Its code.
    pub reward: String,
    /// Its title.
    pub title: LocalText,
    /// Which kind of reward.
    pub kind: RewardKind,
    /// Whose service it is.
    pub partner_id: Option<PartnerId>,
    /// How many.
    pub quantity: i32,
    /// The bonus type; null for what costs nothing.
    pub bonus_type_id: Option<BonusTypeId>,
    /// Its code.
    pub bonus_type: Option<String>,
    /// What all of it costs, less the discount.
    pub amount: Points,
    /// The discount of the member's tier when it was placed, in percent (PP-LOY-04).
    pub discount_percent: Points,
    /// Where it stands.
    pub state: OrderState,
    /// Whether its goods came out of a stock that has an end.
    #[serde(skip)]
    pub restocks: bool,
    /// The transaction of the ledger that spent the points.
    pub transaction_id: Option<Uuid>,
    /// The transaction that gave them back.
    pub reversal_id: Option<Uuid>,
    /// The reason of its cancellation.
    pub reason: Option<String>,
    /// What was said with it.
    pub note: String,
    /// Which way it came: `ui`, `api`, `promotion`.
    pub source: String,
    /// When it was placed.
    pub placed_at: DateTime<Utc>,
    /// When it is cancelled unless it was confirmed.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// When it was cancelled.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// Grows with each change.
    pub version: i32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// CIMP-ST-03, CIMP-RED-05: the whole table of the machine.
    #[test]
    fn an_order_is_placed_then_confirmed_or_cancelled() {
        use OrderAct::{Cancel, Confirm};
        use OrderState::{Cancelled, Confirmed, Placed};
        let step = |state, points, restocks| Ok(Some(OrderStep { state, points, restocks }));
        for (from, act, answer) in [
            (Placed, Confirm, step(Confirmed, PointsStep::Capture, false)),
            (Placed, Cancel, step(Cancelled, PointsStep::Release, true)),
            (Confirmed, Cancel, step(Cancelled, PointsStep::GiveBack, true)),
            (Confirmed, Confirm, Ok(None)),
            (Cancelled, Cancel, Ok(None)),
            (Cancelled, Confirm, Err(OrderRefusal::Over)),
        ] {
            assert_eq!(from.step(act), answer, "{from:?} {act:?}");
        }
    }

    /// PP-LOY-04: a tier's discount is off the price, never more than it says.
    #[test]
    fn a_discount_is_off_the_price_and_its_fractions_are_paid() {
        for (total, discount, paid) in
            [(100, 0, 100), (100, 500, 95), (99, 500, 95), (1, 500, 1), (1_000, 1_250, 875), (7, 10_000, 0)]
        {
            assert_eq!(discounted(total, discount), paid, "{total} less {discount}");
        }
    }

    /// GAP-22: the confirmation is a property of the reward.
    #[test]
    fn a_reward_without_confirmation_is_spent_at_once() {
        assert_eq!(place(true).points, PointsStep::Hold);
        assert_eq!(place(false).points, PointsStep::Spend);
        assert_eq!(place(false).state, OrderState::Confirmed);
    }

    proptest! {
        /// CIMP-RED-05: whatever is pressed and how often, points are taken at most once and given back at most once,
        /// and goods are on the shelf exactly when the order is cancelled.
        #[test]
        fn points_and_goods_are_taken_and_given_back_at_most_once(
            needs_confirmation: bool,
            script in prop::collection::vec(prop::bool::ANY, 0..12),
        ) {
            let first = place(needs_confirmation);
            let (mut state, mut held, mut spent, mut shelf) = (first.state, 0_i32, 0_i32, 9_i32);
            match first.points {
                PointsStep::Hold => held += 1,
                _ => spent += 1,
            }
            for confirms in script {
                let act = if confirms { OrderAct::Confirm } else { OrderAct::Cancel };
                let Ok(Some(step)) = state.step(act) else { continue };
                match step.points {
                    PointsStep::Capture => { held -= 1; spent += 1; }
                    PointsStep::Release => held -= 1,
                    PointsStep::GiveBack => spent -= 1,
                    PointsStep::Hold | PointsStep::Spend => prop_assert!(false, "only placing takes points"),
                }
                shelf += i32::from(step.restocks);
                state = step.state;
            }
            let expected = match state {
                OrderState::Placed => (1, 0, 9),
                OrderState::Confirmed => (0, 1, 9),
                OrderState::Cancelled => (0, 0, 10),
            };
            prop_assert_eq!((held, spent, shelf), expected);
        }
    }
}
