//! Being free: asking the queues, choosing among their answers, taking one.

use super::{
    BIDS_COLLECTED_FOR, Bid, Next, OFFER_FOLLOWS_WITHIN, Operator, RESTORED_WITHIN, Ringing, Search, State,
    Talk, Timer, Turn,
};
use crate::queue::{Contact, Event as ToQueue, ToOperator, Withdrawn, WrapUpRule};
use base::id::{OfferId, QueueId};
use chrono::{DateTime, Utc};

impl Operator {
    pub(super) fn queue_said(&mut self, queue: QueueId, message: ToOperator, turn: &mut Turn) {
        match message {
            ToOperator::Reserve { offer, rank } => self.reserve(offer, Bid { queue, rank }, turn),
            ToOperator::NothingForYou { round } => self.nothing(queue, round, turn),
            ToOperator::Offer { offer, contact, wrap_up, expires_at } => {
                self.offered(queue, offer, contact, wrap_up, expires_at, turn);
            }
            ToOperator::Withdraw { offer, why } => self.withdrawn(offer, why, turn),
        }
    }

    /// Work is done, or never came: what was asked for happens now.
    pub(super) fn free_again(&mut self, idle_since: DateTime<Utc>, turn: &mut Turn) {
        match std::mem::take(&mut self.next) {
            Next::NotReady(reason) => self.state = State::NotReady { reason },
            Next::Ready if self.gone_for_long(turn.now) => self.state = State::NotReady { reason: None },
            Next::Ready => {
                self.state = State::Ready { idle_since, search: Search::Quiet };
                self.seek(turn);
            }
        }
    }

    /// Asks every queue for work, when ready and there.
    pub(super) fn seek(&mut self, turn: &mut Turn) {
        let there = self.is_there() && self.settings.receives_incoming;
        let State::Ready { idle_since, search } = &mut self.state else { return };
        if !there {
            *search = Search::Quiet;
            return;
        }
        self.round = self.round.wrapping_add(1);
        let (round, awaiting) = (self.round, self.settings.queues.keys().copied().collect());
        for queue in self.settings.queues.keys() {
            let (operator, skills) = (self.id, self.settings.skills.clone());
            turn.tell(*queue, ToQueue::OperatorFree { operator, skills, idle_since: *idle_since, round });
        }
        *search =
            Search::Choosing { round, awaiting, bids: std::collections::BTreeMap::new(), disturbed: false };
        turn.arm(Timer::Bids, BIDS_COLLECTED_FOR);
    }

    /// Stops being free: what was proposed is refused, the queues know.
    pub(super) fn stop_seeking(&mut self, turn: &mut Turn) {
        let operator = self.id;
        let State::Ready { search, .. } = &mut self.state else { return };
        match std::mem::replace(search, Search::Quiet) {
            Search::Quiet => return,
            Search::Listening => {}
            Search::Choosing { bids, .. } => {
                turn.disarm(Timer::Bids);
                for (offer, bid) in bids {
                    turn.tell(bid.queue, ToQueue::Refused { offer, operator });
                }
            }
            Search::Promised { offer, queue } => {
                turn.disarm(Timer::Promise);
                turn.tell(queue, ToQueue::Refused { offer, operator });
            }
        }
        for queue in self.settings.queues.keys() {
            turn.tell(*queue, ToQueue::OperatorNotFree { operator });
        }
    }

    /// A restarted queue knows nobody: whoever is free says so.
    pub(super) fn announce_again(&mut self, queue: QueueId, turn: &mut Turn) {
        let known = self.settings.queues.contains_key(&queue);
        match &mut self.state {
            State::Ready { search: Search::Listening, .. } if known => self.seek(turn),
            // The answers of the lost queue never come, and what it proposed is gone.
            State::Ready { search: Search::Choosing { awaiting, bids, disturbed, .. }, .. } if known => {
                bids.retain(|_, bid| bid.queue != queue);
                awaiting.remove(&queue);
                *disturbed = true;
                if awaiting.is_empty() {
                    self.choose(turn);
                }
            }
            State::Ready { search: Search::Promised { queue: promised, .. }, .. } if *promised == queue => {
                turn.disarm(Timer::Promise);
                self.seek(turn);
            }
            State::Ringing(ringing) if ringing.queue == queue => {
                let (offer, idle_since) = (ringing.offer, ringing.idle_since);
                turn.disarm(Timer::AwayWhileRinging);
                turn.tell(queue, ToQueue::Refused { offer, operator: self.id });
                self.free_again(idle_since, turn);
            }
            // Whether the acceptance got through is unknown. If it did, the call will say that it is connected.
            State::OnContact(work) if matches!(work.talk, Talk::Connecting { queue: from, .. } if from == queue) =>
            {
                turn.disarm(Timer::Connect);
                self.away_no_more(turn);
                self.free_again(turn.now, turn);
            }
            _ => {} // Not free: the queue will hear when that changes.
        }
    }

    fn reserve(&mut self, offer: OfferId, bid: Bid, turn: &mut Turn) {
        match &mut self.state {
            State::Ready { search: Search::Choosing { awaiting, bids, .. }, .. } => {
                awaiting.remove(&bid.queue);
                bids.insert(offer, bid);
                if awaiting.is_empty() {
                    self.choose(turn);
                }
            }
            State::Ready { search: search @ Search::Listening, .. } => {
                *search = Search::Promised { offer, queue: bid.queue };
                self.promise(offer, bid.queue, turn);
            }
            // Not free, or it took another just now.
            _ => turn.tell(bid.queue, ToQueue::Refused { offer, operator: self.id }),
        }
    }

    fn nothing(&mut self, queue: QueueId, answered: u32, turn: &mut Turn) {
        // The answer to an earlier round, or too late for this one: nothing to learn from it.
        let State::Ready { search: Search::Choosing { round, awaiting, .. }, .. } = &mut self.state else {
            return;
        };
        if *round == answered && awaiting.remove(&queue) && awaiting.is_empty() {
            self.choose(turn);
        }
    }

    /// Takes the best of what was proposed and refuses the rest.
    pub(super) fn choose(&mut self, turn: &mut Turn) {
        let State::Ready { search, .. } = &mut self.state else { return };
        let Search::Choosing { bids, disturbed, .. } = search else { return };
        turn.disarm(Timer::Bids);
        let best = bids.iter().min_by_key(|(_, bid)| bid.rank).map(|(offer, bid)| (*offer, *bid));
        let Some((offer, chosen)) = best else {
            let ask_again = *disturbed;
            *search = Search::Listening;
            if ask_again {
                self.seek(turn);
            }
            return;
        };
        let losers: Vec<_> =
            bids.iter().filter(|(it, _)| **it != offer).map(|(it, bid)| (*it, bid.queue)).collect();
        *search = Search::Promised { offer, queue: chosen.queue };
        for (loser, queue) in losers {
            turn.tell(queue, ToQueue::Refused { offer: loser, operator: self.id });
        }
        self.promise(offer, chosen.queue, turn);
    }

    fn promise(&self, offer: OfferId, queue: QueueId, turn: &mut Turn) {
        let operator = self.id;
        turn.tell(queue, ToQueue::Reserved { offer, operator });
        for other in self.settings.queues.keys().filter(|other| **other != queue) {
            turn.tell(*other, ToQueue::OperatorNotFree { operator });
        }
        turn.arm(Timer::Promise, OFFER_FOLLOWS_WITHIN);
    }

    /// The queue never confirmed: it is gone, or was restarted.
    pub(super) fn promise_broken(&mut self, turn: &mut Turn) {
        let State::Ready { search: Search::Promised { offer, queue }, .. } = self.state else { return };
        turn.tell(queue, ToQueue::Refused { offer, operator: self.id });
        self.seek(turn);
    }

    fn offered(
        &mut self,
        queue: QueueId,
        offer: OfferId,
        contact: Contact,
        wrap_up: WrapUpRule,
        until: DateTime<Utc>,
        turn: &mut Turn,
    ) {
        match self.state {
            State::Ready { search: Search::Promised { offer: promised, .. }, idle_since }
                if promised == offer =>
            {
                turn.disarm(Timer::Promise);
                let ringing = Ringing { offer, queue, contact, wrap_up, until, idle_since };
                self.state = State::Ringing(Box::new(ringing));
            }
            // Late: the promise was taken back, which the queue will read after this.
            _ => turn.tell(queue, ToQueue::Refused { offer, operator: self.id }),
        }
    }

    fn withdrawn(&mut self, offer: OfferId, why: Withdrawn, turn: &mut Turn) {
        match &mut self.state {
            State::Ready { search: Search::Choosing { bids, disturbed, .. }, .. } => {
                // Its queue does not count on this operator any more, so it is asked again afterwards.
                bids.remove(&offer);
                *disturbed = true;
            }
            State::Ready { search: Search::Promised { offer: promised, .. }, .. } if *promised == offer => {
                turn.disarm(Timer::Promise);
                self.seek(turn);
            }
            State::Ready { search: Search::Listening, .. } => self.seek(turn),
            State::Ringing(ringing) if ringing.offer == offer => {
                let idle_since = ringing.idle_since;
                turn.disarm(Timer::AwayWhileRinging);
                match why {
                    Withdrawn::Lapsed => self.missed(),
                    Withdrawn::ContactLeft | Withdrawn::Unknown => self.free_again(idle_since, turn),
                }
            }
            State::OnContact(work) if matches!(work.talk, Talk::Connecting { offer: taken, .. } if taken == offer) =>
            {
                turn.disarm(Timer::Connect);
                self.away_no_more(turn);
                self.free_again(turn.now, turn);
            }
            _ => {} // Long gone on this side too.
        }
    }

    fn missed(&mut self) {
        self.today.missed();
        self.state = match std::mem::take(&mut self.next) {
            Next::Ready => State::NotResponding,
            Next::NotReady(reason) => State::NotReady { reason },
        };
    }

    pub(super) fn leave_queues(&self, queues: impl Iterator<Item = QueueId>, turn: &mut Turn) {
        for queue in queues {
            turn.tell(queue, ToQueue::OperatorGone { operator: self.id });
        }
    }

    fn gone_for_long(&self, now: DateTime<Utc>) -> bool {
        self.missing_since.is_some_and(|since| now - since >= RESTORED_WITHIN)
    }
}
