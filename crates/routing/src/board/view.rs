//! What the board and the floor view show, in the shapes of the live protocol.

use super::{Board, QueueNow, Waiting};
use crate::contact::StateName;
use crate::operator::{OperatorNow, WorkNow};
use crate::queue::Card;
use crate::service_level::Counts;
use crate::shape::{stamp, with};
use base::id::{ContactId, QueueId};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
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
        let service_level: Vec<_> = self.series.service_level().collect();
        json!({
            "day_started_at": stamp(self.day_started_at),
            "totals": self.totals_view(),
            "queues": self.queues_view(),
            "operators": self.operators_by_state(),
            "series": {"waiting": self.series.waiting().collect::<Vec<_>>(), "service_level": service_level},
        })
    }

    /// The `floor` topic.
    #[must_use]
    pub fn floor_view(&self) -> Value {
        let operators: Map<_, _> =
            self.operators.values().map(|it| (it.id.to_string(), operator_view(it))).collect();
        json!({"operators": operators, "calls": self.calls_view(), "queues": self.queues_view()})
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

    fn totals_view(&self) -> Value {
        let totals = json!({
            "waiting": self.queues.values().map(|queue| queue.waiting.len()).sum::<usize>(),
            "longest_since": self.queues.values().filter_map(longest_since).min().map(stamp),
            "in_ivr": self.stages().values().filter(|stage| stage.name == "ivr").count(),
            "talking": self.operators.values().filter(|it| is_talking(it)).count(),
        });
        with(counts_view(&self.totals()), totals)
    }

    fn queues_view(&self) -> Value {
        let view = |(id, queue): (&QueueId, &QueueNow)| {
            let ready = |it: &&OperatorNow| it.state == StateName::Ready && it.queues.contains(id);
            let talking = |it: &&OperatorNow| {
                let from = it.work.as_ref().and_then(|work| work.card.queue.as_ref());
                is_talking(it) && from.is_some_and(|queue| queue.id == *id)
            };
            let now = json!({
                "name": queue.name,
                "waiting": queue.waiting.len(),
                "longest_since": longest_since(queue).map(stamp),
                "estimated_wait_seconds": queue.estimated_wait.map(|wait| wait.as_secs()),
                "target_seconds": queue.target.answered_within.as_secs(),
                "target_percent": queue.target.percent,
                "ready": self.operators.values().filter(ready).count(),
                "talking": self.operators.values().filter(talking).count(),
            });
            (id.to_string(), with(counts_view(&queue.counts), now))
        };
        Value::Object(self.queues.iter().map(view).collect())
    }

    fn operators_by_state(&self) -> Value {
        let count = |name: &str| self.operators.values().filter(|it| board_state(it) == name).count();
        let names = [
            "ready",
            "ringing",
            "on_contact",
            "held",
            "wrap_up",
            "not_ready",
            "not_responding",
            "disconnected",
        ];
        Value::Object(names.into_iter().map(|name| (name.to_owned(), json!(count(name)))).collect())
    }

    fn calls_view(&self) -> Value {
        let view = |(contact, stage): (ContactId, Stage<'_>)| {
            let operator = stage.operator.map(|it| json!({"id": it.id, "name": it.name}));
            let view = json!({
                "stage": stage.name,
                "caller": stage.card.caller,
                "queue": stage.queue.map(|(id, name)| json!({"id": id, "name": name})),
                "operator": operator,
                "since": stamp(stage.since),
                "arrived_at": stamp(stage.card.arrived_at),
            });
            (contact.to_string(), view)
        };
        Value::Object(self.stages().into_iter().map(view).collect())
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
            let work = operator.work.as_ref().filter(|work| work.state != "ringing")?;
            Some((work.contact(), Stage::at_desk(operator, work)))
        });
        in_flow.chain(in_queues).chain(at_desks).collect()
    }

    fn in_queue<'a>(&'a self, id: QueueId, name: &'a str, waiting: &'a Waiting) -> Stage<'a> {
        let (stage, since, operator) = match waiting.offered {
            Some((operator, since)) => ("offered", since, self.operators.get(&operator)),
            None => ("queued", waiting.since, None),
        };
        Stage { name: stage, card: &waiting.card, queue: Some((id, name)), operator, since }
    }
}

/// Where a contact stands.
struct Stage<'a> {
    name: &'static str,
    card: &'a Card,
    queue: Option<(QueueId, &'a str)>,
    operator: Option<&'a OperatorNow>,
    since: DateTime<Utc>,
}

impl<'a> Stage<'a> {
    fn in_flow(card: &'a Card) -> Self {
        Self { name: "ivr", card, queue: None, operator: None, since: card.arrived_at }
    }

    fn at_desk(operator: &'a OperatorNow, work: &'a WorkNow) -> Self {
        let name = match work.state.as_str() {
            "held" | "away" => "held",
            "wrap_up" => "wrap_up",
            _ => "talking",
        };
        let queue = work.card.queue.as_ref().map(|queue| (queue.id, queue.name.as_str()));
        Self { name, card: &work.card, queue, operator: Some(operator), since: work.since }
    }
}

fn longest_since(queue: &QueueNow) -> Option<DateTime<Utc>> {
    queue.waiting.values().map(|waiting| waiting.since).min()
}

fn counts_view(counts: &Counts) -> Value {
    let levels = json!({
        "service_level": counts.service_level(),
        "service_level_strict": counts.service_level_strict(),
    });
    with(json!(counts), levels)
}

/// With a caller, held or not.
fn is_talking(operator: &OperatorNow) -> bool {
    operator.work.as_ref().is_some_and(|work| !matches!(work.state.as_str(), "ringing" | "wrap_up"))
}

/// The state an operator is counted under: as the presence, with hold apart and syncing as not ready.
fn board_state(operator: &OperatorNow) -> &'static str {
    let held = operator.work.as_ref().is_some_and(|work| work.state == "held");
    match operator.state {
        StateName::OnContact if held => "held",
        StateName::Syncing => StateName::NotReady.as_str(),
        state => state.as_str(),
    }
}

fn operator_view(operator: &OperatorNow) -> Value {
    let contact = operator.work.as_ref().map(|work| {
        json!({
            "contact_id": work.contact(),
            "caller": work.card.caller,
            "queue": work.card.queue,
            "since": stamp(work.since),
            "state": work.state,
        })
    });
    json!({
        "name": operator.name,
        "login": operator.login,
        "unit": operator.unit,
        "state": operator.state,
        "reason": operator.reason,
        "since": stamp(operator.since),
        "queues": operator.queues,
        "contact": contact,
        "today": operator.today,
    })
}
