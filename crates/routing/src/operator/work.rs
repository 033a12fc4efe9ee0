//! A contact at the desk: accepted, connected, talked with, finished.

use super::{
    AWAY_ON_CONTACT, CONNECTED_WITHIN, Command, Effect, Finishing, FromCall, Next, Operator, Refusal, State,
    Talk, Timer, Turn, Work,
};
use crate::contact::{EndedBy, WrapUp};
use crate::queue::{Contact, Event as ToQueue, WrapUpRule};
use base::id::{CallId, OfferId};
use chrono::{DateTime, Utc};
use std::time::Duration;

impl Operator {
    pub(super) fn accept(&mut self, offer: OfferId, turn: &mut Turn) -> Result<(), Refusal> {
        let State::Ringing(ringing) = &self.state else { return Err(Refusal::OfferGone) };
        if ringing.offer != offer {
            return Err(Refusal::OfferGone);
        }
        let leg = self.leg().ok_or(Refusal::PhoneNotConnected)?;
        turn.disarm(Timer::AwayWhileRinging);
        turn.tell(ringing.queue, ToQueue::Accepted { offer, operator: self.id, leg });
        turn.arm(Timer::Connect, CONNECTED_WITHIN);
        let work = Work {
            contact: ringing.contact.clone(),
            wrap_up: ringing.wrap_up,
            answered_at: turn.now,
            talk: Talk::Connecting { offer, queue: ringing.queue },
            muted: false,
            away: false,
        };
        self.state = State::OnContact(Box::new(work));
        Ok(())
    }

    pub(super) fn call_said(&mut self, call: CallId, message: FromCall, turn: &mut Turn) {
        if let FromCall::Holds { contact, wrap_up, answered_at } = message {
            return self.holds(contact, wrap_up, answered_at, turn);
        }
        if !self.serves(call) {
            return self.stranger(call, &message, turn);
        }
        let State::OnContact(work) = &mut self.state else { return };
        match message {
            FromCall::Connected => self.connected(turn),
            FromCall::Held => work.talk = Talk::Held { since: turn.now },
            FromCall::Resumed => work.talk = Talk::Talking,
            FromCall::Muted { on } => work.muted = on,
            FromCall::Ended { by } => self.ended(by, turn),
            FromCall::Holds { .. } => {} // Taken care of above.
        }
    }

    fn connected(&mut self, turn: &mut Turn) {
        let State::OnContact(work) = &mut self.state else { return };
        if matches!(work.talk, Talk::Connecting { .. }) {
            turn.disarm(Timer::Connect);
            work.answered_at = turn.now;
            if work.away {
                // The call did not know yet when the desktop vanished.
                turn.command(work.contact.call, Command::OperatorAway);
            }
        }
        work.talk = Talk::Talking;
    }

    /// A call that is not at this desk says something. Late, as a rule; but one that says it is connected holds
    /// a caller who hears nobody: this operator was restarted meanwhile, or gave up on it.
    fn stranger(&self, call: CallId, message: &FromCall, turn: &mut Turn) {
        match (message, &self.state) {
            (FromCall::Connected, State::Ringing(_) | State::OnContact(_) | State::WrapUp(_)) => {
                turn.command(call, Command::OperatorLost);
            }
            (FromCall::Connected, _) => turn.effects.push(Effect::AskCalls),
            _ => {} // The contact is over, here and there.
        }
    }

    /// A call is bridged with this operator, who did not know: it was restarted.
    fn holds(&mut self, contact: Contact, wrap_up: WrapUpRule, answered_at: DateTime<Utc>, turn: &mut Turn) {
        if self.serves(contact.call) {
            return;
        }
        match &self.state {
            State::Ringing(_) | State::OnContact(_) | State::WrapUp(_) => {
                return turn.command(contact.call, Command::OperatorLost);
            }
            State::Ready { .. } => self.stop_seeking(turn),
            State::Syncing { .. } => turn.disarm(Timer::Sync),
            State::NotReady { .. } | State::NotResponding => {}
        }
        let away = !self.is_there();
        match self.leg() {
            Some(leg) if !away => turn.command(contact.call, Command::OperatorBack { leg }),
            _ => {
                turn.command(contact.call, Command::OperatorAway);
                turn.arm(Timer::AwayOnContact, AWAY_ON_CONTACT);
            }
        }
        let work = Work { contact, wrap_up, answered_at, talk: Talk::Talking, muted: false, away };
        self.state = State::OnContact(Box::new(work));
    }

    pub(super) fn synced(&mut self, turn: &mut Turn) {
        let State::Syncing { wanted } = &mut self.state else { return };
        match wanted.take() {
            Some(Next::Ready) if self.is_there() => self.free_again(turn.now, turn),
            Some(Next::NotReady(reason)) => self.state = State::NotReady { reason },
            Some(Next::Ready) | None => self.state = State::NotReady { reason: None },
        }
    }

    fn ended(&mut self, by: EndedBy, turn: &mut Turn) {
        let State::OnContact(work) = &self.state else { return };
        let work = Work::clone(work);
        self.away_no_more(turn);
        if matches!(work.talk, Talk::Connecting { .. }) {
            turn.disarm(Timer::Connect);
            return self.free_again(turn.now, turn);
        }
        self.today.handled();
        let mandatory = work.wrap_up.mandatory || self.settings.wrap_up_mandatory;
        let timed = Some(work.wrap_up.lasts).filter(|lasts| *lasts > Duration::ZERO);
        if let Some(after) = timed {
            turn.arm(Timer::WrapUp, after);
        }
        let (ended_at, until) = (turn.now, timed.map(|lasts| turn.now + lasts));
        self.state = State::WrapUp(Box::new(Finishing { work, ended_at, ended_by: by, until, mandatory }));
        if timed.is_none() && !mandatory {
            self.wrapped_up(None, turn);
        }
    }

    pub(super) fn wrap_up_over(&mut self, turn: &mut Turn) {
        let State::WrapUp(finishing) = &self.state else { return };
        // Extended just now, or to be finished by hand: the time was only a wish.
        let due = finishing.until.is_some_and(|until| until <= turn.now);
        if due && !finishing.mandatory {
            self.wrapped_up(None, turn);
        }
    }

    pub(super) fn wrapped_up(&mut self, wrap_up: Option<WrapUp>, turn: &mut Turn) {
        let State::WrapUp(finishing) = &self.state else { return };
        let lasted = (turn.now - finishing.ended_at).to_std().unwrap_or(Duration::ZERO);
        let contact = finishing.work.id();
        turn.effects.push(Effect::WrappedUp { contact, wrap_up, lasted });
        self.free_again(turn.now, turn);
    }

    /// The call never said that it connected: it is gone. Should it say so later, it is asked to say more.
    pub(super) fn not_connected(&mut self, turn: &mut Turn) {
        let State::OnContact(work) = &self.state else { return };
        if matches!(work.talk, Talk::Connecting { .. }) {
            self.away_no_more(turn);
            self.free_again(turn.now, turn);
        }
    }

    /// The desktop did not come back: the caller goes to somebody else.
    pub(super) fn away_on_contact(&mut self, turn: &mut Turn) {
        let State::OnContact(work) = &self.state else { return };
        if work.away {
            turn.disarm(Timer::Connect);
            turn.command(work.contact.call, Command::OperatorLost);
            self.next = Next::Ready;
            self.state = State::NotReady { reason: None };
        }
    }

    pub(super) fn away_no_more(&mut self, turn: &mut Turn) {
        if matches!(&self.state, State::OnContact(work) if work.away) {
            turn.disarm(Timer::AwayOnContact);
        }
    }
}
