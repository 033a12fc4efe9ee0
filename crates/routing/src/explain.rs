//! Why a contact went to an operator, or to nobody: who was considered, who was ruled out, and why.
//!
//! On the way of a decision only a bitmap is copied; the words are made when somebody asks or when it is stored.

use crate::matching::{Bits, Lack, Rank, Skills};
use base::id::{ContactId, OfferId, OperatorId, QueueId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Operators that an explanation names of each kind; the rest is counted. A row must stay small.
pub const NAMED_MAX: usize = 50;

/// Everybody a queue knows, each at a seat whose number does not change while it stays.
#[derive(Clone, Debug, Default)]
pub struct Roster(Vec<Option<(OperatorId, Skills)>>);

impl Roster {
    /// Gives a seat to an operator who joins.
    pub(crate) fn join(&mut self, operator: OperatorId, skills: Skills) -> usize {
        let seat = self.0.iter().position(Option::is_none).unwrap_or(self.0.len());
        if seat == self.0.len() {
            self.0.push(None);
        }
        self.change(seat, operator, skills);
        seat
    }

    /// Writes down new skills.
    pub(crate) fn change(&mut self, seat: usize, operator: OperatorId, skills: Skills) {
        if let Some(place) = self.0.get_mut(seat) {
            *place = Some((operator, skills));
        }
    }

    /// Clears a seat.
    pub(crate) fn leave(&mut self, seat: usize) {
        if let Some(place) = self.0.get_mut(seat) {
            *place = None;
        }
    }
}

/// What made the queue decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// A contact came, or came back, into the line.
    ContactWaits,
    /// An operator became free.
    OperatorFree,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// The contact was reserved for an operator.
    Reserved {
        /// Under this offer.
        offer: OfferId,
        /// For this operator.
        operator: OperatorId,
        /// Who had been idle since then; the longest idle of those who could.
        idle_since: DateTime<Utc>,
    },
    /// Nobody could take it: it waits.
    Waits,
}

/// One decision with all that is needed to explain it later, at the cost of copying one bitmap.
#[derive(Clone, Debug)]
pub struct Decision {
    /// When.
    pub at: DateTime<Utc>,
    /// In which queue.
    pub queue: QueueId,
    /// What made the queue decide.
    pub trigger: Trigger,
    /// Whom it was about and its place in the line.
    pub rank: Rank,
    /// What the contact needs.
    pub needs: Skills,
    /// What was decided.
    pub outcome: Outcome,
    /// How many waited, this contact included.
    pub waiting: usize,
    /// Everybody the queue knew.
    pub roster: Arc<Roster>,
    /// The seats of the roster that were free.
    pub free: Bits,
    /// Who had refused this contact before.
    pub refused_by: Vec<OperatorId>,
}

/// Why an operator did not get the contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum RuledOutWhy {
    /// Not free: talking, in wrap-up, not ready or elsewhere; the operator alone knows which.
    NotFree,
    /// A skill is missing or its level too low.
    Skill {
        /// Which, and what was needed.
        lack: Lack,
    },
    /// Refused this contact shortly before.
    RefusedBefore,
    /// Could have taken it, but another had been idle for longer.
    IdleForLess,
}

/// An operator who did not get the contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuledOut {
    /// Who.
    pub operator: OperatorId,
    /// Why.
    #[serde(flatten)]
    pub why: RuledOutWhy,
}

/// A decision in words: what `GET /contacts/{id}` shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// When.
    pub at: DateTime<Utc>,
    /// In which queue.
    pub queue: QueueId,
    /// What made the queue decide.
    pub trigger: Trigger,
    /// Whom it was about.
    pub contact: ContactId,
    /// The contact's priority.
    pub priority: i16,
    /// Since when it waited.
    pub arrived_at: DateTime<Utc>,
    /// What it needed.
    pub needs: Skills,
    /// What was decided.
    pub outcome: Outcome,
    /// How many waited, this contact included.
    pub waiting: usize,
    /// Operators who were free, skilled and willing: how many.
    pub considered: usize,
    /// Operators who were not: how many.
    pub ruled_out: usize,
    /// The first of those who did not get it, with the reason; those who were closest first.
    pub reasons: Vec<RuledOut>,
}

impl Decision {
    /// Expands the decision: looks at everybody the queue knew then.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        let chosen = match self.outcome {
            Outcome::Reserved { operator, .. } => Some(operator),
            Outcome::Waits => None,
        };
        let seats = self.roster.0.iter().enumerate();
        let known =
            seats.filter_map(|(seat, place)| place.as_ref().map(|(who, skills)| (seat, *who, skills)));
        let mut considered = 0;
        let mut losers: Vec<(u8, RuledOut)> = Vec::new();
        for (seat, operator, skills) in known {
            if chosen == Some(operator) {
                considered += 1;
                continue;
            }
            let why = self.why_not(seat, operator, skills);
            if why == RuledOutWhy::IdleForLess {
                considered += 1;
            }
            losers.push((closeness(why), RuledOut { operator, why }));
        }
        losers.sort_by_key(|(closeness, loser)| (*closeness, loser.operator));
        let ruled_out = losers.iter().filter(|(_, loser)| loser.why != RuledOutWhy::IdleForLess).count();
        Explanation {
            at: self.at,
            queue: self.queue,
            trigger: self.trigger,
            contact: self.rank.contact,
            priority: self.rank.priority.0,
            arrived_at: self.rank.arrived_at,
            needs: self.needs.clone(),
            outcome: self.outcome,
            waiting: self.waiting,
            considered,
            ruled_out,
            reasons: losers.into_iter().take(NAMED_MAX).map(|(_, loser)| loser).collect(),
        }
    }

    fn why_not(&self, seat: usize, operator: OperatorId, skills: &Skills) -> RuledOutWhy {
        if let Some(lack) = skills.lack(&self.needs) {
            return RuledOutWhy::Skill { lack };
        }
        if !self.free.contains(seat) {
            return RuledOutWhy::NotFree;
        }
        if self.refused_by.contains(&operator) {
            RuledOutWhy::RefusedBefore
        } else {
            RuledOutWhy::IdleForLess
        }
    }
}

/// Closest first: who could have had it, then who had refused, then who was busy, then who lacks the skill.
const fn closeness(why: RuledOutWhy) -> u8 {
    match why {
        RuledOutWhy::IdleForLess => 0,
        RuledOutWhy::RefusedBefore => 1,
        RuledOutWhy::NotFree => 2,
        RuledOutWhy::Skill { .. } => 3,
    }
}
