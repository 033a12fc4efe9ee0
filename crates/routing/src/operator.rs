//! An operator: presence, capacity and current work. The single writer of what the operator can take.
//!
//! Three things are told apart: what the operator wants (ready or not), what the operator does (rings, talks,
//! wraps up), and whether desktop and phone are there. Only who wants, does nothing else and is there is free.

mod desk;
mod event;
mod free;
#[cfg(test)]
mod tests;
mod today;
mod view;
mod work;

pub use event::{Command, Effect, Event, FromCall, Reason, Refusal, Request};
pub use today::{Doing, Today, Totals, day_start};
pub use view::{OperatorNow, WorkNow};

use crate::board::LineNow;
use crate::contact::{EndedBy, StateName};
use crate::matching::{Rank, Skills};
use crate::queue::{self, Contact, WrapUpRule};
use base::id::{CallId, ContactId, LegId, NotReadyReasonId, OfferId, OperatorId, QueueId};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A free operator waits this long for the answers of all its queues before it takes the best one.
pub const BIDS_COLLECTED_FOR: Duration = Duration::from_millis(50);
/// The queue confirms a taken reservation at once; silence for this long means that it is gone.
pub const OFFER_FOLLOWS_WITHIN: Duration = Duration::from_secs(3);
/// Connecting caller and operator takes milliseconds; silence for this long means that the call is gone.
pub const CONNECTED_WITHIN: Duration = Duration::from_secs(10);
/// How long a restarted operator listens for calls that it may be in.
pub const SYNC_LASTS: Duration = Duration::from_millis(500);
/// A desktop that is back within this time finds the operator as it was (Genesys Cloud: 60 s).
pub const RESTORED_WITHIN: TimeDelta = TimeDelta::seconds(60);
/// An offer that rings at a desktop which vanished goes elsewhere after this time. With the 2 s that it takes
/// to notice, the contact is offered again within 10 s.
pub const AWAY_WHILE_RINGING: Duration = Duration::from_secs(8);
/// A caller whose operator vanished is held for this long, then goes back to the head of the line.
pub const AWAY_ON_CONTACT: Duration = Duration::from_secs(30);

/// Who an operator is and what it may do. Comes from rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// As people call the operator.
    pub name: String,
    /// What the operator signs in with.
    pub login: String,
    /// The organisation unit's name.
    pub unit: Option<String>,
    /// The queues served, with their names.
    pub queues: BTreeMap<QueueId, String>,
    /// What the operator can do.
    pub skills: Skills,
    /// Takes incoming contacts.
    pub receives_incoming: bool,
    /// Must give topic and result whatever the queue says.
    pub wrap_up_mandatory: bool,
    /// Whose midnight ends the day.
    pub zone: Tz,
    /// Why one may be not ready.
    pub reasons: Vec<Reason>,
}

/// The timers of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Timer {
    /// No call claimed this operator.
    Sync,
    /// The best of the answers so far is taken.
    Bids,
    /// The queue must confirm a taken reservation.
    Promise,
    /// The call must connect.
    Connect,
    /// The desktop vanished while an offer rang.
    AwayWhileRinging,
    /// The desktop vanished in mid-contact.
    AwayOnContact,
    /// The desktop has been away for too long to be restored.
    Restore,
    /// Wrap-up time is over.
    WrapUp,
}

/// A desktop, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Desk {
    Here,
    Away,
}

/// The desktop's phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phone {
    Disconnected { since: DateTime<Utc> },
    Connecting { since: DateTime<Utc>, leg: LegId },
    Connected { since: DateTime<Utc>, leg: LegId },
}

/// A reservation that a queue proposed.
#[derive(Clone, Copy, Debug)]
struct Bid {
    queue: QueueId,
    rank: Rank,
}

/// What a ready operator is doing about getting work.
#[derive(Clone, Debug)]
enum Search {
    /// Nothing: desktop or phone is missing.
    Quiet,
    /// Asked its queues and collects their answers.
    Choosing { round: u32, awaiting: BTreeSet<QueueId>, bids: BTreeMap<OfferId, Bid>, disturbed: bool },
    /// Every queue knows that it is free.
    Listening,
    /// Took a reservation; the queue will confirm it with the offer.
    Promised { offer: OfferId, queue: QueueId },
}

/// An offer that rings.
#[derive(Clone, Debug)]
struct Ringing {
    offer: OfferId,
    queue: QueueId,
    contact: Contact,
    wrap_up: WrapUpRule,
    until: DateTime<Utc>,
    idle_since: DateTime<Utc>,
}

/// How far a contact at the desk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Talk {
    Connecting { offer: OfferId, queue: QueueId },
    Talking,
    Held { since: DateTime<Utc> },
}

/// The contact at the desk.
#[derive(Clone, Debug)]
struct Work {
    contact: Contact,
    wrap_up: WrapUpRule,
    answered_at: DateTime<Utc>,
    talk: Talk,
    muted: bool,
    away: bool,
}

/// The contact that is being finished.
#[derive(Clone, Debug)]
struct Finishing {
    work: Work,
    ended_at: DateTime<Utc>,
    ended_by: EndedBy,
    until: Option<DateTime<Utc>>,
    mandatory: bool,
}

/// What is wanted after what is being done.
#[derive(Clone, Debug, Default)]
enum Next {
    #[default]
    Ready,
    NotReady(Option<Reason>),
}

/// What the operator does.
#[derive(Clone, Debug)]
enum State {
    /// Just (re)started: an operator that lost its memory must not call itself ready.
    Syncing {
        wanted: Option<Next>,
    },
    NotReady {
        reason: Option<Reason>,
    },
    Ready {
        idle_since: DateTime<Utc>,
        search: Search,
    },
    Ringing(Box<Ringing>),
    OnContact(Box<Work>),
    WrapUp(Box<Finishing>),
    /// Let an offer ring out.
    NotResponding,
}

/// What was last shown.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    state: StateName,
    reason: Option<NotReadyReasonId>,
    since: DateTime<Utc>,
}

/// The machine of one operator.
#[derive(Debug)]
pub struct Operator {
    id: OperatorId,
    settings: Settings,
    desk: Desk,
    phone: Phone,
    /// Since when desktop or phone is missing.
    missing_since: Option<DateTime<Utc>>,
    state: State,
    next: Next,
    round: u32,
    today: Today,
    lines: BTreeMap<QueueId, LineNow>,
    shown: Shown,
}

/// One step's time and growing list of effects.
struct Turn {
    now: DateTime<Utc>,
    effects: Vec<Effect>,
}

impl Operator {
    /// An operator that just started, for the first time or after a failure, and what is to be done first:
    /// queues forget what they knew of it, calls say whether they are with it.
    #[must_use]
    pub fn start(id: OperatorId, settings: Settings, now: DateTime<Utc>) -> (Self, Vec<Effect>) {
        let operator = Self {
            id,
            desk: Desk::Away,
            phone: Phone::Disconnected { since: now },
            missing_since: Some(now),
            state: State::Syncing { wanted: None },
            next: Next::Ready,
            round: 0,
            today: Today::new(now, settings.zone),
            lines: BTreeMap::new(),
            shown: Shown { state: StateName::Disconnected, reason: None, since: now },
            settings,
        };
        let mut turn = Turn { now, effects: Vec::new() };
        operator.leave_queues(operator.settings.queues.keys().copied(), &mut turn);
        turn.effects.push(Effect::AskCalls);
        turn.arm(Timer::Sync, SYNC_LASTS);
        turn.effects.push(Effect::Changed);
        (operator, turn.effects)
    }

    /// Takes one event and says what is to be done.
    pub fn step(&mut self, now: DateTime<Utc>, event: Event) -> Vec<Effect> {
        let mut turn = Turn { now, effects: Vec::new() };
        self.today.advance(now, self.doing());
        let silent = matches!(
            event,
            Event::Queue {
                message: queue::ToOperator::Reserve { .. } | queue::ToOperator::NothingForYou { .. },
                ..
            } | Event::TimerFired { timer: Timer::Bids }
                | Event::AnnounceAgain { .. }
                | Event::LinesChanged { .. }
                | Event::BoardRestarted
        );
        match event {
            Event::DeskConnected => self.desk_connected(&mut turn),
            Event::DeskLost => self.desk_lost(&mut turn),
            Event::PhoneConnecting { leg } => self.phone_connecting(leg, &mut turn),
            Event::PhoneConnected { leg } => self.phone_connected(leg, &mut turn),
            Event::PhoneLost { leg } => self.phone_lost(leg, &mut turn),
            Event::Asked { ask, request } => {
                let result = self.asked(request, &mut turn);
                turn.effects.push(Effect::Answer { ask, result });
            }
            Event::Queue { queue, message } => self.queue_said(queue, message, &mut turn),
            Event::Call { call, message } => self.call_said(call, message, &mut turn),
            Event::AnnounceAgain { queue } => self.announce_again(queue, &mut turn),
            Event::LinesChanged { lines } => self.lines_changed(&lines, &mut turn),
            Event::EarlierToday { totals } => self.today.add(&totals),
            Event::BoardRestarted => turn.effects.push(Effect::Changed),
            Event::TimerFired { timer } => self.timer_fired(timer, &mut turn),
            Event::Configured { settings } => self.configured(*settings, &mut turn),
        }
        // Who signed out is shown nowhere any more: what is said last is that.
        match turn.effects.iter().position(|effect| *effect == Effect::SignedOut) {
            Some(at) => {
                let last = turn.effects.remove(at);
                turn.effects.push(last);
            }
            None => self.show(silent, &mut turn),
        }
        self.check();
        turn.effects
    }

    /// Who the operator is and what it may do, at present.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whose machine it is.
    #[must_use]
    pub const fn id(&self) -> OperatorId {
        self.id
    }

    /// Whether this leg is the phone that the desktop is connecting.
    #[must_use]
    pub fn awaits_phone(&self, leg: LegId) -> bool {
        matches!(self.phone, Phone::Connecting { leg: expected, .. } if expected == leg)
    }

    /// The presence that others see.
    #[must_use]
    pub fn presence(&self) -> StateName {
        if self.desk == Desk::Away {
            return StateName::Disconnected;
        }
        match &self.state {
            State::Syncing { .. } => StateName::Syncing,
            State::NotReady { .. } => StateName::NotReady,
            State::Ready { .. } if !self.is_there() => StateName::Disconnected,
            State::Ready { .. } => StateName::Ready,
            State::Ringing(_) => StateName::Ringing,
            State::OnContact(_) => StateName::OnContact,
            State::WrapUp(_) => StateName::WrapUp,
            State::NotResponding => StateName::NotResponding,
        }
    }

    /// Desktop and phone are there.
    fn is_there(&self) -> bool {
        self.desk == Desk::Here && self.leg().is_some()
    }

    fn leg(&self) -> Option<LegId> {
        match self.phone {
            Phone::Connected { leg, .. } => Some(leg),
            Phone::Disconnected { .. } | Phone::Connecting { .. } => None,
        }
    }

    fn doing(&self) -> Doing {
        match &self.state {
            State::OnContact(_) => Doing::Talking,
            State::WrapUp(_) => Doing::WrappingUp,
            State::Ringing(_) => Doing::Ready,
            State::Ready { .. } if self.is_there() => Doing::Ready,
            State::Ready { .. } | State::Syncing { .. } => Doing::Away,
            State::NotReady { .. } | State::NotResponding if self.desk == Desk::Here => Doing::NotReady,
            State::NotReady { .. } | State::NotResponding => Doing::Away,
        }
    }

    fn reason(&self) -> Option<&Reason> {
        match &self.state {
            State::NotReady { reason } => reason.as_ref(),
            _ => None, // Only who is not ready has a reason.
        }
    }

    fn timer_fired(&mut self, timer: Timer, turn: &mut Turn) {
        match timer {
            Timer::Sync => self.synced(turn),
            Timer::Bids => self.choose(turn),
            Timer::Promise => self.promise_broken(turn),
            Timer::Connect => self.not_connected(turn),
            Timer::AwayWhileRinging => self.away_while_ringing(turn),
            Timer::AwayOnContact => self.away_on_contact(turn),
            Timer::Restore => self.too_late_to_restore(turn),
            Timer::WrapUp => self.wrap_up_over(turn),
        }
    }

    /// Says what changed for those who watch.
    fn show(&mut self, silent: bool, turn: &mut Turn) {
        let (state, reason) = (self.presence(), self.reason().map(|reason| reason.id));
        if (state, reason) != (self.shown.state, self.shown.reason) {
            self.shown = Shown { state, reason, since: turn.now };
            turn.effects.push(Effect::PresenceChanged { state, reason });
        } else if silent {
            return;
        }
        turn.effects.push(Effect::Changed);
    }

    /// What must hold after every step.
    fn check(&self) {
        let seeks = matches!(&self.state, State::Ready { search, .. } if !matches!(search, Search::Quiet));
        debug_assert!(!seeks || self.is_there(), "only who is there is free");
        debug_assert_eq!(self.missing_since.is_none(), self.is_there(), "what is missing is known");
    }
}

impl Turn {
    fn arm(&mut self, timer: Timer, after: Duration) {
        self.effects.push(Effect::Arm { timer, after });
    }

    fn disarm(&mut self, timer: Timer) {
        self.effects.push(Effect::Disarm { timer });
    }

    fn tell(&mut self, queue: QueueId, event: queue::Event) {
        self.effects.push(Effect::ToQueue { queue, event });
    }

    fn command(&mut self, call: CallId, command: Command) {
        self.effects.push(Effect::ToCall { call, command });
    }
}

impl Work {
    fn id(&self) -> ContactId {
        self.contact.id()
    }
}
