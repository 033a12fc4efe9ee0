//! The desktop and its phone: here, away, back; and what the person asks for.

use super::{
    AWAY_ON_CONTACT, AWAY_WHILE_RINGING, Command, Desk, Effect, Next, Operator, Phone, RESTORED_WITHIN,
    Reason, Refusal, Request, Search, Settings, State, Talk, Timer, Turn,
};
use crate::board::LineNow;
use crate::contact::WrapUp;
use crate::queue::Event as ToQueue;
use base::id::{CallId, ContactId, LegId, NotReadyReasonId, OfferId, QueueId};
use std::collections::BTreeMap;

impl Operator {
    pub(super) fn desk_connected(&mut self, turn: &mut Turn) {
        self.desk = Desk::Here;
        // A new desktop brings a new phone; what an older one had is closed.
        self.drop_phone(turn);
        self.missing_or_there(turn);
    }

    pub(super) fn desk_lost(&mut self, turn: &mut Turn) {
        self.desk = Desk::Away;
        self.drop_phone(turn);
        self.missing_or_there(turn);
    }

    pub(super) fn phone_connecting(&mut self, leg: LegId, turn: &mut Turn) {
        self.drop_phone(turn);
        self.missing_or_there(turn);
        if self.desk == Desk::Away {
            return turn.effects.push(Effect::ClosePhone { leg });
        }
        self.phone = Phone::Connecting { since: turn.now, leg };
    }

    pub(super) fn phone_connected(&mut self, leg: LegId, turn: &mut Turn) {
        match self.phone {
            Phone::Connecting { leg: expected, .. } if expected == leg => {
                self.phone = Phone::Connected { since: turn.now, leg };
                self.missing_or_there(turn);
            }
            // Said before, or late: that phone was given up.
            Phone::Connecting { .. } | Phone::Connected { .. } | Phone::Disconnected { .. } => {}
        }
    }

    pub(super) fn phone_lost(&mut self, leg: LegId, turn: &mut Turn) {
        match self.phone {
            Phone::Connecting { leg: own, .. } | Phone::Connected { leg: own, .. } if own == leg => {
                self.drop_phone(turn);
                self.missing_or_there(turn);
            }
            // Late: that phone was given up.
            Phone::Connecting { .. } | Phone::Connected { .. } | Phone::Disconnected { .. } => {}
        }
    }

    fn drop_phone(&mut self, turn: &mut Turn) {
        match self.phone {
            Phone::Connecting { leg, .. } | Phone::Connected { leg, .. } => {
                turn.effects.push(Effect::ClosePhone { leg });
                self.phone = Phone::Disconnected { since: turn.now };
            }
            Phone::Disconnected { .. } => {}
        }
    }

    pub(super) fn lines_changed(&mut self, lines: &BTreeMap<QueueId, LineNow>, turn: &mut Turn) {
        let served = lines.iter().filter(|(queue, _)| self.settings.queues.contains_key(*queue));
        let served: BTreeMap<_, _> = served.map(|(queue, line)| (*queue, line.clone())).collect();
        if served != self.lines {
            self.lines = served;
            turn.effects.push(Effect::DeskChanged);
        }
    }

    /// Desktop or phone came or went.
    fn missing_or_there(&mut self, turn: &mut Turn) {
        match (self.missing_since, self.leg().filter(|_| self.desk == Desk::Here)) {
            (None, None) => self.went_missing(turn),
            (Some(_), Some(leg)) => self.came_back(leg, turn),
            (None, Some(_)) | (Some(_), None) => {}
        }
    }

    fn went_missing(&mut self, turn: &mut Turn) {
        self.missing_since = Some(turn.now);
        if let Ok(after) = RESTORED_WITHIN.to_std() {
            turn.arm(Timer::Restore, after);
        }
        match &mut self.state {
            State::Ready { .. } => self.stop_seeking(turn),
            State::Ringing(_) => turn.arm(Timer::AwayWhileRinging, AWAY_WHILE_RINGING),
            State::OnContact(work) => {
                work.away = true;
                turn.command(work.contact.call, Command::OperatorAway);
                turn.arm(Timer::AwayOnContact, AWAY_ON_CONTACT);
            }
            State::Syncing { .. } | State::NotReady { .. } | State::WrapUp(_) | State::NotResponding => {}
        }
    }

    fn came_back(&mut self, leg: LegId, turn: &mut Turn) {
        self.missing_since = None;
        turn.disarm(Timer::Restore);
        match &mut self.state {
            State::Ready { .. } => self.seek(turn),
            State::Ringing(_) => turn.disarm(Timer::AwayWhileRinging),
            State::OnContact(work) => {
                work.away = false;
                turn.command(work.contact.call, Command::OperatorBack { leg });
                turn.disarm(Timer::AwayOnContact);
            }
            State::Syncing { .. } | State::NotReady { .. } | State::WrapUp(_) | State::NotResponding => {}
        }
    }

    pub(super) fn away_while_ringing(&mut self, turn: &mut Turn) {
        let State::Ringing(ringing) = &self.state else { return };
        if self.missing_since.is_some() {
            turn.tell(ringing.queue, ToQueue::Refused { offer: ringing.offer, operator: self.id });
            self.next = Next::Ready;
            self.state = State::NotReady { reason: None };
        }
    }

    pub(super) fn too_late_to_restore(&mut self, _turn: &mut Turn) {
        if self.missing_since.is_some() && matches!(self.state, State::Ready { .. }) {
            self.state = State::NotReady { reason: None };
        }
    }

    pub(super) fn asked(&mut self, request: Request, turn: &mut Turn) -> Result<(), Refusal> {
        match request {
            Request::Ready => self.wants_ready(turn),
            Request::NotReady { reason } => {
                let reason = match reason {
                    Some(id) => Some(self.reason_with(id).ok_or(Refusal::UnknownReason)?),
                    None => None,
                };
                self.wants_not_ready(reason, turn);
                Ok(())
            }
            Request::DisconnectPhone => {
                self.drop_phone(turn);
                self.missing_or_there(turn);
                Ok(())
            }
            Request::SignOut => self.sign_out(turn),
            Request::Accept { offer } => self.accept(offer, turn),
            Request::Reject { offer } => self.reject(offer, turn),
            Request::Hold => self.command_call(Command::Hold, |talk| talk == Talk::Talking, turn),
            Request::Resume => {
                self.command_call(Command::Resume, |talk| matches!(talk, Talk::Held { .. }), turn)
            }
            Request::Mute { on } => {
                self.command_call(Command::Mute { on }, |talk| !matches!(talk, Talk::Connecting { .. }), turn)
            }
            Request::HangUp => self.command_call(Command::HangUp, |_| true, turn),
            Request::CompleteWrapUp { contact, wrap_up } => self.complete_wrap_up(contact, wrap_up, turn),
            Request::ExtendWrapUp { contact } => self.extend_wrap_up(contact, turn),
        }
    }

    fn reason_with(&self, id: NotReadyReasonId) -> Option<Reason> {
        self.settings.reasons.iter().find(|reason| reason.id == id).cloned()
    }

    fn wants_ready(&mut self, turn: &mut Turn) -> Result<(), Refusal> {
        match &mut self.state {
            State::Syncing { wanted } => *wanted = Some(Next::Ready),
            State::NotReady { .. } | State::NotResponding => {
                if !self.is_there() {
                    return Err(Refusal::PhoneNotConnected);
                }
                self.next = Next::Ready;
                self.free_again(turn.now, turn);
            }
            State::Ready { .. } => {}
            State::Ringing(_) | State::OnContact(_) | State::WrapUp(_) => self.next = Next::Ready,
        }
        Ok(())
    }

    fn wants_not_ready(&mut self, reason: Option<Reason>, turn: &mut Turn) {
        match &mut self.state {
            State::Syncing { wanted } => *wanted = Some(Next::NotReady(reason)),
            State::NotReady { .. } | State::NotResponding => self.state = State::NotReady { reason },
            State::Ready { .. } => {
                self.stop_seeking(turn);
                self.state = State::NotReady { reason };
            }
            State::Ringing(_) | State::OnContact(_) | State::WrapUp(_) => self.next = Next::NotReady(reason),
        }
    }

    fn sign_out(&mut self, turn: &mut Turn) -> Result<(), Refusal> {
        match &self.state {
            State::OnContact(_) | State::WrapUp(_) => return Err(Refusal::Busy),
            State::Ringing(ringing) => {
                turn.tell(ringing.queue, ToQueue::Refused { offer: ringing.offer, operator: self.id });
                turn.disarm(Timer::AwayWhileRinging);
            }
            State::Ready { .. } => self.stop_seeking(turn),
            State::Syncing { .. } | State::NotReady { .. } | State::NotResponding => {}
        }
        self.state = State::NotReady { reason: None };
        self.desk = Desk::Away;
        self.drop_phone(turn);
        self.missing_or_there(turn);
        turn.disarm(Timer::Restore);
        self.leave_queues(self.settings.queues.keys().copied(), turn);
        turn.effects.push(Effect::SignedOut);
        Ok(())
    }

    fn reject(&mut self, offer: OfferId, turn: &mut Turn) -> Result<(), Refusal> {
        let State::Ringing(ringing) = &self.state else { return Err(Refusal::OfferGone) };
        if ringing.offer != offer {
            return Err(Refusal::OfferGone);
        }
        let idle_since = ringing.idle_since;
        turn.tell(ringing.queue, ToQueue::Rejected { offer, operator: self.id });
        turn.disarm(Timer::AwayWhileRinging);
        self.free_again(idle_since, turn);
        Ok(())
    }

    fn command_call(
        &self,
        command: Command,
        allowed: impl FnOnce(Talk) -> bool,
        turn: &mut Turn,
    ) -> Result<(), Refusal> {
        let State::OnContact(work) = &self.state else { return Err(Refusal::NoSuchContact) };
        if !allowed(work.talk) {
            return Err(Refusal::WrongState);
        }
        turn.command(work.contact.call, command);
        Ok(())
    }

    fn complete_wrap_up(
        &mut self,
        contact: ContactId,
        wrap_up: WrapUp,
        turn: &mut Turn,
    ) -> Result<(), Refusal> {
        let State::WrapUp(finishing) = &self.state else { return Err(Refusal::NoSuchContact) };
        if finishing.work.id() != contact {
            return Err(Refusal::NoSuchContact);
        }
        if finishing.mandatory && (wrap_up.topic_id.is_none() || wrap_up.result_id.is_none()) {
            return Err(Refusal::TopicAndResultNeeded);
        }
        turn.disarm(Timer::WrapUp);
        self.wrapped_up(Some(wrap_up), turn);
        Ok(())
    }

    fn extend_wrap_up(&mut self, contact: ContactId, turn: &mut Turn) -> Result<(), Refusal> {
        let State::WrapUp(finishing) = &mut self.state else { return Err(Refusal::NoSuchContact) };
        if finishing.work.id() != contact {
            return Err(Refusal::NoSuchContact);
        }
        let Some(until) = finishing.until else { return Err(Refusal::WrongState) };
        let until = until + finishing.work.wrap_up.lasts;
        finishing.until = Some(until);
        if let Ok(after) = (until - turn.now).to_std() {
            turn.arm(Timer::WrapUp, after);
        }
        Ok(())
    }

    pub(super) fn configured(&mut self, settings: Settings, turn: &mut Turn) {
        let before = std::mem::replace(&mut self.settings, settings);
        turn.effects.push(Effect::Configured);
        let left: Vec<_> =
            before.queues.into_keys().filter(|id| !self.settings.queues.contains_key(id)).collect();
        match &mut self.state {
            // The reservation of a queue that was left is as good as any other: it is answered by its offer.
            State::Ready { search: Search::Promised { .. }, .. } => {}
            State::Ready { search: Search::Choosing { bids, .. }, .. } => {
                let refused: Vec<_> = bids.iter().map(|(offer, bid)| (*offer, bid.queue)).collect();
                for (offer, queue) in refused {
                    turn.tell(queue, ToQueue::Refused { offer, operator: self.id });
                }
                self.seek(turn);
            }
            State::Ready { .. } => self.seek(turn),
            State::Syncing { .. } | State::NotReady { .. } | State::Ringing(_) | State::OnContact(_) => {}
            State::WrapUp(_) | State::NotResponding => {}
        }
        let serving = match &self.state {
            State::Ready { search: Search::Promised { queue, .. }, .. } => Some(*queue),
            State::Ringing(ringing) => Some(ringing.queue),
            _ => None, // Nothing of a queue is at stake.
        };
        // The queue whose contact rings is left once that is over, by its silence.
        self.leave_queues(left.into_iter().filter(|queue| Some(*queue) != serving), turn);
    }

    /// Whether a call is the one at this desk.
    pub(super) fn serves(&self, call: CallId) -> bool {
        matches!(&self.state, State::OnContact(work) if work.contact.call == call)
    }
}
