//! A queue: contacts in line, operators who could serve them, and what is offered to whom.
//!
//! The operator alone decides about its capacity, so a queue *reserves* and the operator takes or refuses.
//! An offer that lapses, is declined or loses its operator puts the contact back at its rank.

mod contact;
mod event;
mod offer;
#[cfg(test)]
mod tests;

pub use contact::{Caller, CallerKind, Card, Contact, QueueName, WrapUpRule};
pub use event::{Effect, Event, Happened, Left, NotTaken, ToCall, ToOperator, Withdrawn};

use crate::contact::OfferEnd;
use crate::estimate::Estimate;
use crate::explain::Trigger;
use crate::matching::{Matching, Rank, Skills};
use crate::service_level::Target;
use base::id::{ContactId, LegId, OfferId, OperatorId, QueueId};
use chrono::{DateTime, Utc};
use rand::Rng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// An operator's actor answers a reservation at once; silence for this long means that it is gone.
pub const RESERVATION_ANSWERED_WITHIN: Duration = Duration::from_secs(2);

/// An operator who declined a contact is spared it for this long; then it may be offered again, because
/// an annoyed operator is better than a caller nobody serves.
pub const REFUSAL_LASTS: Duration = Duration::from_secs(30);

/// How a queue works. Comes from its row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// As people call it.
    pub name: String,
    /// Takes contacts.
    pub open: bool,
    /// What every contact of this queue needs.
    pub skills: Skills,
    /// Added to the contact's own priority; larger goes first.
    pub priority: i16,
    /// How long an offer rings.
    pub offer_rings_for: Duration,
    /// How contacts are finished.
    pub wrap_up: WrapUpRule,
    /// Contacts that may wait; the next is refused.
    pub waiting_max: usize,
    /// What it promises; for the live board.
    pub target: Target,
}

/// The timers of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Timer {
    /// The operator must answer the reservation.
    Reservation {
        /// Which.
        offer: OfferId,
    },
    /// The offer rings out.
    Ring {
        /// Which.
        offer: OfferId,
    },
    /// A refusal is forgotten.
    Refusal {
        /// Who refused.
        operator: OperatorId,
        /// What.
        contact: ContactId,
    },
}

#[derive(Debug)]
struct Entry {
    contact: Contact,
    needs: Skills,
    rank: Rank,
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    InLine,
    Offered(OfferId),
}

#[derive(Clone, Copy, Debug)]
struct Offer {
    contact: ContactId,
    operator: OperatorId,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The operator has not answered yet.
    Asked,
    /// The desktop rings.
    Ringing,
}

/// The machine of one queue.
#[derive(Debug)]
pub struct Queue {
    id: QueueId,
    config: Config,
    matching: Matching,
    entries: BTreeMap<ContactId, Entry>,
    offers: BTreeMap<OfferId, Offer>,
    offer_of: BTreeMap<OperatorId, OfferId>,
    estimate: Estimate,
}

impl Queue {
    /// A queue that knows nobody yet.
    #[must_use]
    pub fn new(id: QueueId, config: Config) -> Self {
        Self {
            id,
            config,
            matching: Matching::default(),
            entries: BTreeMap::new(),
            offers: BTreeMap::new(),
            offer_of: BTreeMap::new(),
            estimate: Estimate::default(),
        }
    }

    /// Takes one event and says what is to be done.
    pub fn step(&mut self, now: DateTime<Utc>, event: Event, rng: &mut dyn Rng) -> Vec<Effect> {
        let mut turn = Turn { now, rng, effects: Vec::new() };
        match event {
            Event::ContactArrived { contact } => self.contact_arrived(contact, &mut turn),
            Event::ContactLeft { contact, why } => self.contact_left(contact, why, &mut turn),
            Event::PositionAsked { contact } => self.position_asked(contact, &mut turn),
            Event::OperatorFree { operator, skills, idle_since, round } => {
                self.operator_free(operator, &skills, idle_since, round, &mut turn);
            }
            // Says nothing about an offer in flight: its answer follows or is on the way.
            Event::OperatorNotFree { operator } => {
                self.matching.operator_not_free(operator);
            }
            Event::OperatorGone { operator } => self.operator_gone(operator, &mut turn),
            Event::Reserved { offer, operator } => self.reserved(offer, operator, &mut turn),
            Event::Refused { offer, operator } => self.refused(offer, operator, &mut turn),
            Event::Accepted { offer, operator, leg } => self.accepted(offer, operator, leg, &mut turn),
            Event::Rejected { offer, operator } => self.rejected(offer, operator, &mut turn),
            Event::TimerFired { timer } => self.timer_fired(timer, &mut turn),
            Event::BoardRestarted => {
                let here = self.entries.values().map(|entry| entry.contact.clone()).collect();
                turn.effects.push(Effect::Report(here));
            }
            Event::ConfigChanged { config } => self.config_changed(config, &mut turn),
        }
        let effects = turn.effects;
        self.check();
        effects
    }

    /// Who waits, first first; contacts that ring are not in line.
    #[must_use]
    pub fn line(&self) -> Vec<ContactId> {
        self.matching.line().into_iter().map(|rank| rank.contact).collect()
    }

    /// How many are in the queue: in line or ringing.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.entries.len()
    }

    /// The configuration it works with.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The estimated wait of a contact that would arrive now.
    #[must_use]
    pub fn estimated_wait(&self, now: DateTime<Utc>) -> Option<Duration> {
        self.estimate.wait(self.entries.len() + 1, now)
    }

    fn contact_arrived(&mut self, mut contact: Contact, turn: &mut Turn<'_>) {
        let (id, call) = (contact.id(), contact.call);
        // Announced twice, because the queue asked everybody: it has its place.
        if self.entries.contains_key(&id) {
            return self.position_asked(id, turn);
        }
        let refusal = match (self.config.open, self.entries.len() < self.config.waiting_max) {
            (true, true) => None,
            (true, false) => Some(NotTaken::Full),
            (false, _) => Some(NotTaken::Closed),
        };
        if let Some(why) = refusal.filter(|_| !contact.returning) {
            return turn.effects.push(Effect::ToCall { call, message: ToCall::NotTaken { why } });
        }
        let card = Arc::make_mut(&mut contact.card);
        card.queue = Some(QueueName { id: self.id, name: self.config.name.clone() });
        card.queued_at = Some(contact.queued_at);
        let needs = self.config.skills.with(&contact.needs);
        let priority = self.config.priority.saturating_add(contact.priority);
        let rank = Rank::new(priority, contact.queued_at, id);
        turn.effects.push(Effect::Happened(Happened::Queued { contact: contact.clone() }));
        self.matching.contact_waits(rank, &needs);
        self.entries.insert(id, Entry { contact, needs, rank, place: Place::InLine });
        self.serve(id, turn);
        self.position_asked(id, turn);
    }

    fn contact_left(&mut self, contact: ContactId, why: Left, turn: &mut Turn<'_>) {
        // Late: an operator got it first. The call tells the operator itself.
        let Some(entry) = self.entries.remove(&contact) else { return };
        match entry.place {
            Place::InLine => {
                self.matching.contact_taken(contact);
            }
            Place::Offered(offer) => {
                let withdrawn = Withdrawn::ContactLeft;
                self.end_offer(offer, OfferEnd::Withdrawn, turn);
                turn.tell(entry_operator(&self.offers, offer), offer, withdrawn);
                self.forget_offer(offer);
            }
        }
        self.forget_refusals(contact, turn);
        let waited = waited(&entry, turn.now);
        turn.effects.push(Effect::Happened(match why {
            Left::CallerHungUp => Happened::Abandoned { contact, waited },
            Left::TakenAway => Happened::TakenAway { contact },
        }));
    }

    fn position_asked(&self, contact: ContactId, turn: &mut Turn<'_>) {
        let Some(entry) = self.entries.get(&contact) else { return };
        let position = self.matching.ahead_of(entry.rank) + 1;
        let estimated_wait = self.estimate.wait(position, turn.now);
        let message = ToCall::Position { position, estimated_wait };
        turn.effects.push(Effect::ToCall { call: entry.contact.call, message });
    }

    fn operator_free(
        &mut self,
        operator: OperatorId,
        skills: &Skills,
        idle_since: DateTime<Utc>,
        round: u32,
        turn: &mut Turn<'_>,
    ) {
        if let Some((offer, phase)) = self.offer_to(operator) {
            match phase {
                // The reservation is on its way to the operator: it is the answer.
                Phase::Asked => return,
                // The operator does not know of it any more.
                Phase::Ringing => self.put_back(offer, OfferEnd::Withdrawn, turn),
            }
        }
        self.matching.operator_free(operator, skills, idle_since);
        match self.matching.best_contact(operator) {
            Some(rank) => self.reserve(rank.contact, operator, Trigger::OperatorFree, turn),
            None => turn
                .effects
                .push(Effect::ToOperator { operator, message: ToOperator::NothingForYou { round } }),
        }
    }

    fn operator_gone(&mut self, operator: OperatorId, turn: &mut Turn<'_>) {
        self.matching.operator_gone(operator);
        if let Some((offer, _)) = self.offer_to(operator) {
            self.put_back(offer, OfferEnd::Withdrawn, turn);
        }
    }

    fn reserved(&mut self, offer: OfferId, operator: OperatorId, turn: &mut Turn<'_>) {
        let known =
            self.offers.get_mut(&offer).filter(|it| it.operator == operator && it.phase == Phase::Asked);
        let Some(reservation) = known else { return turn.tell(Some(operator), offer, Withdrawn::Unknown) };
        reservation.phase = Phase::Ringing;
        let Some(entry) = self.entries.get(&reservation.contact) else { return };
        let (contact, rings_for) = (entry.contact.clone(), self.config.offer_rings_for);
        let (id, call) = (contact.id(), contact.call);
        let (wrap_up, expires_at) = (self.config.wrap_up, turn.now + rings_for);
        turn.effects.extend([
            Effect::Disarm { timer: Timer::Reservation { offer } },
            Effect::Arm { timer: Timer::Ring { offer }, after: rings_for },
            Effect::ToOperator {
                operator,
                message: ToOperator::Offer { offer, contact, wrap_up, expires_at },
            },
            Effect::ToCall { call, message: ToCall::Offered { operator } },
            Effect::Happened(Happened::OfferMade { offer, contact: id, operator }),
        ]);
    }

    fn refused(&mut self, offer: OfferId, operator: OperatorId, turn: &mut Turn<'_>) {
        if self.offers.get(&offer).is_some_and(|it| it.operator == operator) {
            self.put_back(offer, OfferEnd::Withdrawn, turn);
        }
    }

    fn accepted(&mut self, offer: OfferId, operator: OperatorId, leg: LegId, turn: &mut Turn<'_>) {
        let known =
            self.offers.get(&offer).filter(|it| it.operator == operator && it.phase == Phase::Ringing);
        // Too late: it rang out or the caller hung up first.
        let Some(taken) = known.copied() else { return turn.tell(Some(operator), offer, Withdrawn::Unknown) };
        self.end_offer(offer, OfferEnd::Accepted, turn);
        self.forget_offer(offer);
        self.forget_refusals(taken.contact, turn);
        let Some(entry) = self.entries.remove(&taken.contact) else { return };
        self.estimate.answered(turn.now);
        let waited = waited(&entry, turn.now);
        let message = ToCall::Connect { offer, operator, leg, wrap_up: self.config.wrap_up };
        turn.effects.push(Effect::ToCall { call: entry.contact.call, message });
        turn.effects.push(Effect::Happened(Happened::Answered { contact: taken.contact, operator, waited }));
    }

    fn rejected(&mut self, offer: OfferId, operator: OperatorId, turn: &mut Turn<'_>) {
        let Some(declined) = self.offers.get(&offer).filter(|it| it.operator == operator).copied() else {
            return;
        };
        let contact = declined.contact;
        self.matching.refused(operator, contact);
        turn.effects.push(Effect::Arm { timer: Timer::Refusal { operator, contact }, after: REFUSAL_LASTS });
        self.put_back(offer, OfferEnd::Rejected, turn);
    }

    fn timer_fired(&mut self, timer: Timer, turn: &mut Turn<'_>) {
        match timer {
            Timer::Reservation { offer } => self.give_up(offer, Phase::Asked, Withdrawn::Unknown, turn),
            Timer::Ring { offer } => self.give_up(offer, Phase::Ringing, Withdrawn::Lapsed, turn),
            Timer::Refusal { operator, contact } => {
                let waits = self.entries.get(&contact).is_some_and(|entry| entry.place == Place::InLine);
                if self.matching.forget_refusal(operator, contact) && waits {
                    self.serve(contact, turn);
                }
            }
        }
    }

    fn give_up(&mut self, offer: OfferId, phase: Phase, why: Withdrawn, turn: &mut Turn<'_>) {
        // Late: the offer went on or is gone.
        let Some(silent) = self.offers.get(&offer).filter(|it| it.phase == phase).copied() else { return };
        turn.tell(Some(silent.operator), offer, why);
        self.put_back(offer, OfferEnd::Lapsed, turn);
    }

    fn config_changed(&mut self, config: Config, turn: &mut Turn<'_>) {
        let skills_changed = config.skills != self.config.skills;
        self.config = config;
        turn.effects.push(Effect::Configured);
        if !skills_changed {
            return;
        }
        for entry in self.entries.values_mut() {
            entry.needs = self.config.skills.with(&entry.contact.needs);
            if entry.place == Place::InLine {
                self.matching.contact_waits(entry.rank, &entry.needs);
            }
        }
        for contact in self.line() {
            self.serve(contact, turn);
        }
    }

    /// What must hold after every step.
    fn check(&self) {
        let offered = self.entries.values().filter(|entry| entry.place != Place::InLine).count();
        debug_assert_eq!(offered, self.offers.len(), "every offered contact has exactly one offer");
        debug_assert_eq!(self.offers.len(), self.offer_of.len(), "no operator has two offers of one queue");
        let in_line = self.entries.len() - offered;
        debug_assert_eq!(in_line, self.matching.waiting(), "who is not offered is in line");
        debug_assert!(
            self.matching.free_operators().all(|operator| {
                !self.offer_of.contains_key(&operator) && self.matching.best_contact(operator).is_none()
            }),
            "nobody is free while a contact waits whom that operator could serve"
        );
    }
}

/// One step's time, dice and growing list of effects.
struct Turn<'a> {
    now: DateTime<Utc>,
    rng: &'a mut dyn Rng,
    effects: Vec<Effect>,
}

impl Turn<'_> {
    fn tell(&mut self, operator: Option<OperatorId>, offer: OfferId, why: Withdrawn) {
        let message = ToOperator::Withdraw { offer, why };
        self.effects.extend(operator.map(|operator| Effect::ToOperator { operator, message }));
    }
}

fn entry_operator(offers: &BTreeMap<OfferId, Offer>, offer: OfferId) -> Option<OperatorId> {
    offers.get(&offer).map(|it| it.operator)
}

fn waited(entry: &Entry, now: DateTime<Utc>) -> Duration {
    (now - entry.contact.queued_at).to_std().unwrap_or(Duration::ZERO)
}
