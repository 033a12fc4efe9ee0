//! What the board and the floor view show, in the shapes of the live protocol.

use super::{Board, QueueNow, Waiting};
use crate::contact::StateName;
use crate::live::{
    self, BoardData, BoardQueue, BoardTotals, FloorCall, FloorContact, FloorData, FloorOperator,
};
use crate::live::{FloorPerson, Measures, Moment, OperatorCounts, Series, WorkState};
use crate::operator::{OperatorNow, WorkNow};
use crate::queue::{Card, QueueName};
use crate::service_level::Counts;
use base::id::{ContactId, OperatorId, QueueId};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a queue's line looks like to the operators who serve it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LineNow {
    /// The queue's name.
    pub name: String,
    /// How many wait.
    pub waiting: usize,
    /// Since when the first of them.
    pub longest_since: Option<DateTime<Utc>>,
}

impl Board {
    /// The `board` topic.
    #[must_use]
    pub fn board_view(&self) -> Value {
        let data = BoardData {
            day_started_at: Moment(self.day_started_at),
            totals: self.totals_view(),
            queues: self.queues_view(),
            operators: self.operators_by_state(),
            series: Series {
                waiting: self.series.waiting().collect(),
                service_level: self.series.service_level().collect(),
            },
        };
        // Plain data of our own: it always has a JSON form.
        serde_json::to_value(data).unwrap_or_default()
    }

    /// The `floor` topic.
    #[must_use]
    pub fn floor_view(&self) -> Value {
        let operators: BTreeMap<OperatorId, _> =
            self.operators.values().map(|it| (it.id, operator_view(it))).collect();
        let data = FloorData { operators, calls: self.calls_view(), queues: self.queues_view() };
        serde_json::to_value(data).unwrap_or_default()
    }

    /// The lines of all queues, for the desktops.
    #[must_use]
    pub fn lines(&self) -> BTreeMap<QueueId, LineNow> {
        let line = |queue: &QueueNow| LineNow {
            name: queue.name.clone(),
            waiting: queue.waiting.len(),
            longest_since: longest_since(queue),
        };
        self.queues.iter().map(|(id, queue)| (*id, line(queue))).collect()
    }

    fn totals_view(&self) -> BoardTotals {
        BoardTotals {
            measures: measures(&self.totals()),
            waiting: self.queues.values().map(|queue| queue.waiting.len()).sum(),
            longest_since: self.queues.values().filter_map(longest_since).min().map(Moment),
            in_ivr: self.stages().values().filter(|stage| stage.name == live::Stage::Ivr).count(),
            talking: self.operators.values().filter(|it| is_talking(it)).count(),
        }
    }

    fn queues_view(&self) -> BTreeMap<QueueId, BoardQueue> {
        let view = |(id, queue): (&QueueId, &QueueNow)| {
            let ready = |it: &&OperatorNow| it.state == StateName::Ready && it.queues.contains(id);
            let talking = |it: &&OperatorNow| {
                let from = it.work.as_ref().and_then(|work| work.card.queue.as_ref());
                is_talking(it) && from.is_some_and(|queue| queue.id == *id)
            };
            let view = BoardQueue {
                measures: measures(&queue.counts),
                name: queue.name.clone(),
                waiting: queue.waiting.len(),
                longest_since: longest_since(queue).map(Moment),
                estimated_wait_seconds: queue.estimated_wait.map(|wait| wait.as_secs()),
                target_seconds: queue.target.answered_within.as_secs(),
                target_percent: queue.target.percent,
                ready: self.operators.values().filter(ready).count(),
                talking: self.operators.values().filter(talking).count(),
            };
            (*id, view)
        };
        self.queues.iter().map(view).collect()
    }

    fn operators_by_state(&self) -> OperatorCounts {
        let mut counts = OperatorCounts::default();
        for operator in self.operators.values() {
            let held = operator.work.as_ref().is_some_and(|work| work.state == WorkState::Held);
            let count = match operator.state {
                StateName::Ready => &mut counts.ready,
                StateName::Ringing => &mut counts.ringing,
                StateName::OnContact if held => &mut counts.held,
                StateName::OnContact => &mut counts.on_contact,
                StateName::WrapUp => &mut counts.wrap_up,
                StateName::Syncing | StateName::NotReady => &mut counts.not_ready,
                StateName::NotResponding => &mut counts.not_responding,
                StateName::Disconnected => &mut counts.disconnected,
            };
            *count += 1;
        }
        counts
    }

    fn calls_view(&self) -> BTreeMap<ContactId, FloorCall> {
        let view = |(contact, stage): (ContactId, Stage<'_>)| {
            let call = FloorCall {
                stage: stage.name,
                caller: stage.card.caller.clone(),
                queue: stage.queue.map(|(id, name)| QueueName { id, name: name.to_owned() }),
                operator: stage.operator.map(|it| FloorPerson { id: it.id, name: it.name.clone() }),
                since: Moment(stage.since),
                arrived_at: Moment(stage.card.arrived_at),
            };
            (contact, call)
        };
        self.stages().into_iter().map(view).collect()
    }

    /// Where every contact stands: at a desk, else in a queue, else in the flow.
    fn stages(&self) -> BTreeMap<ContactId, Stage<'_>> {
        let in_flow = self.calls.values().map(|card| (card.contact_id, Stage::in_flow(card)));
        let in_queues = self.queues.iter().flat_map(|(id, queue)| {
            queue
                .waiting
                .iter()
                .map(move |(contact, waiting)| (*contact, self.in_queue(*id, &queue.name, waiting)))
        });
        let at_desks = self.operators.values().filter_map(|operator| {
            let work = operator.work.as_ref().filter(|work| work.state != WorkState::Ringing)?;
            Some((work.contact(), Stage::at_desk(operator, work)))
        });
        in_flow.chain(in_queues).chain(at_desks).collect()
    }

    fn in_queue<'a>(&'a self, id: QueueId, name: &'a str, waiting: &'a Waiting) -> Stage<'a> {
        let (stage, since, operator) = match waiting.offered {
            Some((operator, since)) => (live::Stage::Offered, since, self.operators.get(&operator)),
            None => (live::Stage::Queued, waiting.since, None),
        };
        Stage { name: stage, card: &waiting.card, queue: Some((id, name)), operator, since }
    }
}

/// Where a contact stands.
struct Stage<'a> {
    name: live::Stage,
    card: &'a Card,
    queue: Option<(QueueId, &'a str)>,
    operator: Option<&'a OperatorNow>,
    since: DateTime<Utc>,
}

impl<'a> Stage<'a> {
    fn in_flow(card: &'a Card) -> Self {
        Self { name: live::Stage::Ivr, card, queue: None, operator: None, since: card.arrived_at }
    }

    fn at_desk(operator: &'a OperatorNow, work: &'a WorkNow) -> Self {
        let name = match work.state {
            WorkState::Held | WorkState::Away => live::Stage::Held,
            WorkState::WrapUp => live::Stage::WrapUp,
            WorkState::Ringing | WorkState::Connecting | WorkState::Talking => live::Stage::Talking,
        };
        let queue = work.card.queue.as_ref().map(|queue| (queue.id, queue.name.as_str()));
        Self { name, card: &work.card, queue, operator: Some(operator), since: work.since }
    }
}

fn longest_since(queue: &QueueNow) -> Option<DateTime<Utc>> {
    queue.waiting.values().map(|waiting| waiting.since).min()
}

fn measures(counts: &Counts) -> Measures {
    Measures {
        counts: *counts,
        service_level: counts.service_level(),
        service_level_strict: counts.service_level_strict(),
    }
}

/// With a caller, held or not.
fn is_talking(operator: &OperatorNow) -> bool {
    operator.work.as_ref().is_some_and(|work| !matches!(work.state, WorkState::Ringing | WorkState::WrapUp))
}

fn operator_view(operator: &OperatorNow) -> FloorOperator {
    let contact = operator.work.as_ref().map(|work| FloorContact {
        contact_id: work.contact(),
        caller: work.card.caller.clone(),
        queue: work.card.queue.clone(),
        since: Moment(work.since),
        state: work.state,
    });
    FloorOperator {
        name: operator.name.clone(),
        login: operator.login.clone(),
        unit: operator.unit.clone(),
        state: operator.state,
        reason: operator.reason.clone(),
        since: Moment(operator.since),
        queues: operator.queues.clone(),
        contact,
        today: operator.today,
    }
}
