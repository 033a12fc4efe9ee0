//! What the desktop and the floor view show, in the shapes of the live protocol.

use super::{Finishing, Next, Operator, Phone, Reason, State, Talk, Totals, Work};
use crate::contact::StateName;
use crate::live::{self, ContactCard, DeskData, DeskOperator, LiveContact, LiveOffer, LiveWrapUp, Moment};
use crate::live::{NextPresence, PhoneState, Presence, WorkState};
use crate::queue::Card;
use base::id::{CallId, ContactId, OperatorId, QueueId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the board and the floor view know of an operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorNow {
    /// Who.
    pub id: OperatorId,
    /// As people call the operator.
    pub name: String,
    /// What the operator signs in with.
    pub login: String,
    /// The organisation unit's name.
    pub unit: Option<String>,
    /// Presence.
    pub state: StateName,
    /// Why not ready.
    pub reason: Option<Reason>,
    /// In this presence since then.
    pub since: DateTime<Utc>,
    /// The queues served.
    pub queues: Vec<QueueId>,
    /// What is being worked on.
    pub work: Option<WorkNow>,
    /// The day so far.
    pub today: Totals,
}

/// A contact at a desk, as the floor view knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkNow {
    /// Its card.
    pub card: Arc<Card>,
    /// Its call.
    pub call: CallId,
    /// How far it is.
    pub state: WorkState,
    /// Since when it is at this desk.
    pub since: DateTime<Utc>,
}

impl WorkNow {
    /// Which contact.
    #[must_use]
    pub fn contact(&self) -> ContactId {
        self.card.contact_id
    }
}

impl Operator {
    /// What others see.
    #[must_use]
    pub fn now(&self) -> OperatorNow {
        OperatorNow {
            id: self.id,
            name: self.settings.name.clone(),
            login: self.settings.login.clone(),
            unit: self.settings.unit.clone(),
            state: self.shown.state,
            reason: self.reason().cloned(),
            since: self.shown.since,
            queues: self.settings.queues.keys().copied().collect(),
            work: self.work_now(),
            today: self.today.totals(),
        }
    }

    /// The `desk` topic.
    #[must_use]
    pub fn desk_view(&self) -> Value {
        // Plain data of our own: it always has a JSON form.
        serde_json::to_value(self.desk_data()).unwrap_or_default()
    }

    fn desk_data(&self) -> DeskData {
        let (offer, contact) = match &self.state {
            State::Ringing(ringing) => {
                let contact = card_view(&ringing.contact.card);
                (Some(LiveOffer { id: ringing.offer, contact, expires_at: Moment(ringing.until) }), None)
            }
            State::OnContact(work) => (None, Some(work_view(work))),
            State::WrapUp(finishing) => (None, Some(finishing_view(finishing))),
            State::Syncing { .. } | State::NotReady { .. } | State::Ready { .. } | State::NotResponding => {
                (None, None)
            }
        };
        let operator = DeskOperator {
            id: self.id,
            name: self.settings.name.clone(),
            login: self.settings.login.clone(),
            unit: self.settings.unit.clone(),
        };
        DeskData {
            operator,
            presence: self.presence_view(),
            phone: self.phone_view(),
            offer,
            contact,
            queues: self.lines_view(),
            today: self.today.totals(),
        }
    }

    /// Every queue served, also one that the board has not told about yet.
    fn lines_view(&self) -> BTreeMap<QueueId, live::Line> {
        let view = |(queue, name): (&QueueId, &String)| {
            let line = self.lines.get(queue);
            let waiting = line.map_or(0, |line| line.waiting);
            let longest_since = line.and_then(|line| line.longest_since).map(Moment);
            (*queue, live::Line { name: name.clone(), waiting, longest_since })
        };
        self.settings.queues.iter().map(view).collect()
    }

    fn presence_view(&self) -> Presence {
        let until = match &self.state {
            State::WrapUp(finishing) => finishing.until,
            State::Ringing(ringing) => Some(ringing.until),
            _ => None, // The other states end when somebody says so.
        };
        let next = match &self.next {
            Next::NotReady(reason) => {
                Some(NextPresence { state: StateName::NotReady, reason: reason.clone() })
            }
            Next::Ready => None,
        };
        Presence {
            state: self.shown.state,
            reason: self.reason().cloned(),
            since: Moment(self.shown.since),
            until: until.map(Moment),
            next,
        }
    }

    fn phone_view(&self) -> live::Phone {
        let (state, since) = match self.phone {
            Phone::Disconnected { since } => (PhoneState::Disconnected, since),
            Phone::Connecting { since, .. } => (PhoneState::Connecting, since),
            Phone::Connected { since, .. } => (PhoneState::Connected, since),
        };
        live::Phone { state, since: Moment(since) }
    }

    fn work_now(&self) -> Option<WorkNow> {
        let (contact, state, since) = match &self.state {
            State::Ringing(ringing) => (&ringing.contact, WorkState::Ringing, self.shown.since),
            State::OnContact(work) => (&work.contact, work_state(work), work.answered_at),
            State::WrapUp(finishing) => (&finishing.work.contact, WorkState::WrapUp, finishing.ended_at),
            State::Syncing { .. } | State::NotReady { .. } | State::Ready { .. } | State::NotResponding => {
                return None;
            }
        };
        Some(WorkNow { card: Arc::clone(&contact.card), call: contact.call, state, since })
    }
}

fn work_state(work: &Work) -> WorkState {
    if work.away {
        return WorkState::Away;
    }
    match work.talk {
        Talk::Connecting { .. } => WorkState::Connecting,
        Talk::Talking => WorkState::Talking,
        Talk::Held { .. } => WorkState::Held,
    }
}

fn work_view(work: &Work) -> LiveContact {
    let held_since = match work.talk {
        Talk::Held { since } => Some(Moment(since)),
        Talk::Connecting { .. } | Talk::Talking => None,
    };
    LiveContact {
        card: card_view(&work.contact.card),
        state: work_state(work),
        muted: work.muted,
        answered_at: Moment(work.answered_at),
        held_since,
        ended_at: None,
        ended_by: None,
        wrap_up: None,
    }
}

fn finishing_view(finishing: &Finishing) -> LiveContact {
    let wrap_up = LiveWrapUp { until: finishing.until.map(Moment), mandatory: finishing.mandatory };
    LiveContact {
        state: WorkState::WrapUp,
        muted: false,
        held_since: None,
        ended_at: Some(Moment(finishing.ended_at)),
        ended_by: Some(finishing.ended_by),
        wrap_up: Some(wrap_up),
        ..work_view(&finishing.work)
    }
}

/// A card in the shape of the live protocol.
fn card_view(card: &Card) -> ContactCard {
    ContactCard {
        contact_id: card.contact_id,
        channel: card.channel,
        direction: card.direction,
        queue: card.queue.clone(),
        caller: card.caller.clone(),
        dialled: card.dialled.clone(),
        arrived_at: Moment(card.arrived_at),
        queued_at: card.queued_at.map(Moment),
    }
}
