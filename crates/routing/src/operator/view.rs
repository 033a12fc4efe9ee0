//! What the desktop and the floor view show, in the shapes of the live protocol.

use super::{Finishing, Next, Operator, Phone, Reason, State, Talk, Totals, Work};
use crate::contact::StateName;
use crate::queue::{Card, QueueName};
use crate::shape::{stamp, with};
use base::id::{CallId, ContactId, OperatorId, QueueId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
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
    /// `ringing`, or as on the desktop.
    pub state: String,
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
        let unit = &self.settings.unit;
        let desk = json!({
            "operator": {"id": self.id, "name": self.settings.name, "login": self.settings.login, "unit": unit},
            "presence": self.presence_view(),
            "phone": self.phone_view(),
            "queues": self.lines_view(),
            "today": self.today.totals(),
        });
        let work = match &self.state {
            State::Ringing(ringing) => json!({"offer": {
                "id": ringing.offer,
                "contact": card_view(&ringing.contact.card),
                "expires_at": stamp(ringing.until),
            }}),
            State::OnContact(work) => json!({"contact": work_view(work)}),
            State::WrapUp(finishing) => json!({"contact": finishing_view(finishing)}),
            State::Syncing { .. } | State::NotReady { .. } | State::Ready { .. } | State::NotResponding => {
                json!({})
            }
        };
        with(desk, work)
    }

    /// Every queue served, also one that the board has not told about yet.
    fn lines_view(&self) -> Value {
        let view = |(queue, name): (&QueueId, &String)| {
            let line = self.lines.get(queue);
            let waiting = line.map_or(0, |line| line.waiting);
            let longest_since = line.and_then(|line| line.longest_since).map(stamp);
            (queue.to_string(), json!({"name": name, "waiting": waiting, "longest_since": longest_since}))
        };
        Value::Object(self.settings.queues.iter().map(view).collect())
    }

    fn presence_view(&self) -> Value {
        let until = match &self.state {
            State::WrapUp(finishing) => finishing.until,
            State::Ringing(ringing) => Some(ringing.until),
            _ => None, // The other states end when somebody says so.
        };
        let next = match &self.next {
            Next::NotReady(reason) => Some(json!({"state": StateName::NotReady, "reason": reason})),
            Next::Ready => None,
        };
        json!({
            "state": self.shown.state,
            "reason": self.reason(),
            "since": stamp(self.shown.since),
            "until": until.map(stamp),
            "next": next,
        })
    }

    fn phone_view(&self) -> Value {
        let (state, since) = match self.phone {
            Phone::Disconnected { since } => ("disconnected", since),
            Phone::Connecting { since, .. } => ("connecting", since),
            Phone::Connected { since, .. } => ("connected", since),
        };
        json!({"state": state, "since": stamp(since)})
    }

    fn work_now(&self) -> Option<WorkNow> {
        let (contact, state, since) = match &self.state {
            State::Ringing(ringing) => (&ringing.contact, "ringing", self.shown.since),
            State::OnContact(work) => (&work.contact, work_state(work), work.answered_at),
            State::WrapUp(finishing) => (&finishing.work.contact, "wrap_up", finishing.ended_at),
            State::Syncing { .. } | State::NotReady { .. } | State::Ready { .. } | State::NotResponding => {
                return None;
            }
        };
        Some(WorkNow { card: Arc::clone(&contact.card), call: contact.call, state: state.to_owned(), since })
    }
}

fn work_state(work: &Work) -> &'static str {
    if work.away {
        return "away";
    }
    match work.talk {
        Talk::Connecting { .. } => "connecting",
        Talk::Talking => "talking",
        Talk::Held { .. } => "held",
    }
}

fn work_view(work: &Work) -> Value {
    let held_since = match work.talk {
        Talk::Held { since } => Some(stamp(since)),
        Talk::Connecting { .. } | Talk::Talking => None,
    };
    json!({
        "card": card_view(&work.contact.card),
        "state": work_state(work),
        "muted": work.muted,
        "answered_at": stamp(work.answered_at),
        "held_since": held_since,
    })
}

fn finishing_view(finishing: &Finishing) -> Value {
    let over = json!({
        "state": "wrap_up",
        "muted": false,
        "held_since": Value::Null,
        "ended_at": stamp(finishing.ended_at),
        "ended_by": finishing.ended_by,
        "wrap_up": {"until": finishing.until.map(stamp), "mandatory": finishing.mandatory},
    });
    with(work_view(&finishing.work), over)
}

/// A card in the shape of the live protocol; times with milliseconds.
#[must_use]
pub fn card_view(card: &Card) -> Value {
    let queue = card.queue.as_ref().map(|QueueName { id, name }| json!({"id": id, "name": name}));
    json!({
        "contact_id": card.contact_id,
        "channel": card.channel,
        "direction": card.direction,
        "queue": queue,
        "caller": card.caller,
        "dialled": card.dialled,
        "arrived_at": stamp(card.arrived_at),
        "queued_at": card.queued_at.map(stamp),
    })
}
