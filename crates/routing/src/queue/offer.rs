//! Reservations and offers: made, ended, and their contacts put back in line.

use super::{
    Effect, Happened, Offer, Phase, Place, Queue, RESERVATION_ANSWERED_WITHIN, Timer, ToCall, ToOperator,
    Turn,
};
use crate::contact::OfferEnd;
use crate::explain::{Decision, Outcome, Trigger};
use base::id::{ContactId, OfferId, OperatorId};
use chrono::{DateTime, Utc};

impl Queue {
    /// Offers a contact in line to the longest idle operator who can serve it, if there is one.
    pub(super) fn serve(&mut self, contact: ContactId, turn: &mut Turn<'_>) {
        match self.matching.best_operator(contact) {
            Some(operator) => self.reserve(contact, operator, Trigger::ContactWaits, turn),
            None => {
                let decision = self.decision(contact, Trigger::ContactWaits, Outcome::Waits, turn.now);
                turn.effects.extend(decision.map(Effect::Explain));
            }
        }
    }

    pub(super) fn reserve(
        &mut self,
        contact: ContactId,
        operator: OperatorId,
        trigger: Trigger,
        turn: &mut Turn<'_>,
    ) {
        let offer = OfferId::new(turn.now, turn.rng);
        let idle_since = self.matching.idle_since(operator).unwrap_or(turn.now);
        let decision =
            self.decision(contact, trigger, Outcome::Reserved { offer, operator, idle_since }, turn.now);
        let Some(entry) = self.entries.get_mut(&contact) else { return };
        entry.place = Place::Offered(offer);
        self.matching.contact_taken(contact);
        self.matching.operator_not_free(operator);
        self.offers.insert(offer, Offer { contact, operator, phase: Phase::Asked });
        self.offer_of.insert(operator, offer);
        let message = ToOperator::Reserve { offer, rank: entry.rank };
        turn.effects.push(Effect::ToOperator { operator, message });
        turn.effects
            .push(Effect::Arm { timer: Timer::Reservation { offer }, after: RESERVATION_ANSWERED_WITHIN });
        turn.effects.extend(decision.map(Effect::Explain));
    }

    fn decision(
        &self,
        contact: ContactId,
        trigger: Trigger,
        outcome: Outcome,
        at: DateTime<Utc>,
    ) -> Option<Box<Decision>> {
        let entry = self.entries.get(&contact)?;
        let (roster, free) = self.matching.roster();
        Some(Box::new(Decision {
            at,
            queue: self.id,
            trigger,
            rank: entry.rank,
            needs: entry.needs.clone(),
            outcome,
            waiting: self.entries.len(),
            roster,
            free,
            refused_by: self.matching.refused_by(contact),
        }))
    }

    /// The offer is over and its contact waits again, at its rank.
    pub(super) fn put_back(&mut self, offer: OfferId, end: OfferEnd, turn: &mut Turn<'_>) {
        let Some(over) = self.offers.get(&offer).copied() else { return };
        self.end_offer(offer, end, turn);
        self.forget_offer(offer);
        let Some(entry) = self.entries.get_mut(&over.contact) else { return };
        entry.place = Place::InLine;
        self.matching.contact_waits(entry.rank, &entry.needs);
        if over.phase == Phase::Ringing {
            turn.effects.push(Effect::ToCall { call: entry.contact.call, message: ToCall::OfferWithdrawn });
        }
        self.serve(over.contact, turn);
    }

    /// Stops the offer's timer and, when it rang, says how it ended.
    pub(super) fn end_offer(&self, offer: OfferId, end: OfferEnd, turn: &mut Turn<'_>) {
        let Some(Offer { contact, operator, phase }) = self.offers.get(&offer).copied() else { return };
        match phase {
            Phase::Asked => turn.effects.push(Effect::Disarm { timer: Timer::Reservation { offer } }),
            Phase::Ringing => turn.effects.extend([
                Effect::Disarm { timer: Timer::Ring { offer } },
                Effect::Happened(Happened::OfferEnded { offer, contact, operator, end }),
            ]),
        }
    }

    pub(super) fn forget_offer(&mut self, offer: OfferId) {
        if let Some(over) = self.offers.remove(&offer) {
            self.offer_of.remove(&over.operator);
        }
    }

    pub(super) fn forget_refusals(&mut self, contact: ContactId, turn: &mut Turn<'_>) {
        for operator in self.matching.refused_by(contact) {
            self.matching.forget_refusal(operator, contact);
            turn.effects.push(Effect::Disarm { timer: Timer::Refusal { operator, contact } });
        }
    }

    pub(super) fn offer_to(&self, operator: OperatorId) -> Option<(OfferId, Phase)> {
        let offer = self.offer_of.get(&operator)?;
        self.offers.get(offer).map(|it| (*offer, it.phase))
    }
}
