mod people;
mod random;

use super::*;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value as Json, json};

pub(super) fn monday() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

pub(super) fn flow(kind: &str, nodes: Json) -> Json {
    json!({ "name": "test", "version": 1, "kind": kind, "start": "a", "nodes": nodes })
}

/// A run of a flow in memory.
pub(super) struct Run {
    pub definition: Definition,
    pub state: State,
    pub around: Surroundings,
    pub now: DateTime<Utc>,
    pub effects: Vec<Effect>,
    pub path: Vec<String>,
}

impl Run {
    pub fn of(kind: &str, nodes: Json) -> Self {
        let definition = load(&flow(kind, nodes), &Known::default()).unwrap();
        let state = State::new(&definition, Map::new());
        let around = Surroundings {
            customer: json!({ "name": "Aziza", "vip": true }),
            subject: "c1".to_owned(),
            ..Surroundings::default()
        };
        let mut run = Self { definition, state, around, now: monday(), effects: vec![], path: vec![] };
        run.take(Input::Started).unwrap();
        run
    }

    pub fn take(&mut self, input: Input) -> Result<(), Refused> {
        let done = step(&self.definition, &mut self.state, &self.around, self.now, input)?;
        self.path.extend(done.visits.iter().map(|visit| visit.node.to_string()));
        self.effects.extend(done.effects);
        Ok(())
    }

    pub fn act(&self) -> &Act {
        &self.effects.last().unwrap().act
    }

    /// Answers the last thing that was done.
    pub fn performed(&mut self, value: Json) -> Result<(), Refused> {
        let last = self.effects.last().unwrap();
        let (token, entry) = (last.token, last.entry);
        self.take(Input::Performed { token, entry, value })
    }

    pub fn failed(&mut self, reason: &str) {
        let last = self.effects.last().unwrap();
        let (token, entry, reason) = (last.token, last.entry, reason.to_owned());
        self.take(Input::Failed { token, entry, reason }).unwrap();
    }

    pub fn after(&mut self, seconds: i64) {
        self.now += TimeDelta::seconds(seconds);
        self.take(Input::Due).unwrap();
    }

    pub fn event(&mut self, event_type: &str, data: Json) -> Result<(), Refused> {
        let (event_type, meta) = (event_type.to_owned(), json!({ "type": event_type }));
        self.take(Input::Event(Happened { event_type, data, meta, same_customer: true }))
    }

    pub fn value(&self, name: &str) -> &Json {
        self.state.variables.get(name).unwrap_or(&Json::Null)
    }
}

fn codes(kind: &str, nodes: Json) -> Vec<(String, String)> {
    let (_, faults) = check(&flow(kind, nodes), &Known::default());
    faults.into_iter().map(|fault| (fault.code, fault.pointer)).collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(code, pointer)| ((*code).to_owned(), (*pointer).to_owned())).collect()
}

/// MKT-FLOW-02: conditions, an error branch, an end that is counted.
#[test]
fn a_run_goes_by_conditions_and_by_what_its_calls_answer() {
    let mut run = Run::of(
        "process",
        json!({
            "a": {"type": "set", "values": {"limit": "100 * 2"}, "next": "b"},
            "b": {"type": "call", "connector": "billing", "operation": "balance", "input": {"who": "customer.name"},
                  "variable": "balance", "next": "c", "on_error": "away"},
            "c": {"type": "branch", "cases": [{"when": "vars.balance.data.amount > vars.limit", "next": "rich"}],
                  "otherwise": "poor"},
            "rich": {"type": "end", "outcome": "rich"},
            "poor": {"type": "end", "outcome": "poor"},
            "away": {"type": "end", "outcome": "away"}
        }),
    );

    assert_eq!(run.state.status(), Status::Running);
    let asked = Act::Call {
        connector: "billing".to_owned(),
        operation: "balance".to_owned(),
        input: json!({ "who": "Aziza" }).as_object().unwrap().clone(),
    };
    assert_eq!(*run.act(), asked);
    let mut other = State::clone(&run.state);
    run.performed(json!({ "data": { "amount": 300 }, "as_of": "2026-03-02T09:00:00Z", "stale": false }))
        .unwrap();
    assert_eq!((run.state.status(), run.state.outcome.as_deref()), (Status::Done, Some("rich")));
    assert_eq!(run.path, ["a", "b", "c", "rich"]);
    assert_eq!(run.performed(json!(null)), Err(Refused::Late), "an answer counts once");

    std::mem::swap(&mut run.state, &mut other);
    run.failed("billing does not answer");
    assert_eq!(run.state.outcome.as_deref(), Some("away"));
    assert_eq!(*run.value("error"), json!({ "node": "b", "message": "billing does not answer" }));
}

/// OMNI-09: a run that cannot go on waits for a person with the reason, who tries again or leads it elsewhere.
#[test]
fn a_run_without_an_error_branch_waits_for_a_person() {
    let nodes = json!({
        "a": {"type": "message", "template": "hello", "next": "b"},
        "b": {"type": "end"}
    });
    let mut run = Run::of("campaign", nodes);
    run.failed("there is no template hello");
    assert_eq!(run.state.status(), Status::Failed);
    assert_eq!(run.state.error().as_deref(), Some("a: there is no template hello"));

    run.take(Input::Retry).unwrap();
    assert_eq!((run.effects.len(), run.state.status()), (2, Status::Running));
    assert!(run.effects[0].entry != run.effects[1].entry, "the second try is a visit of its own");
    run.failed("again");
    let nowhere = Input::Move { token: None, node: "nowhere".into() };
    assert_eq!(run.take(nowhere), Err(Refused::NoSuchNode("nowhere".to_owned())));
    run.take(Input::Move { token: None, node: "b".into() }).unwrap();
    assert_eq!(run.state.status(), Status::Done);
}

#[test]
fn times_events_and_their_timeouts_are_waited_for() {
    let nodes = json!({
        "a": {"type": "wait", "for_seconds": 3600, "next": "b"},
        "b": {"type": "wait_event", "event": "purchase", "when": "event.amount > 10", "variable": "bought",
              "timeout_seconds": 86400, "next": "yes", "timeout": "no"},
        "yes": {"type": "end", "outcome": "bought"},
        "no": {"type": "end", "outcome": "not_bought"}
    });
    let mut run = Run::of("campaign", nodes.clone());
    assert_eq!(run.state.due_at(), Some(monday() + TimeDelta::hours(1)));
    run.after(3599);
    assert_eq!(run.path, ["a"], "not yet");
    run.after(1);
    assert_eq!(
        run.event("purchase", json!({ "amount": 5 })),
        Err(Refused::Late),
        "the condition does not hold"
    );
    assert_eq!(run.event("refund", json!({ "amount": 50 })), Err(Refused::Late), "another event");
    run.event("purchase", json!({ "amount": 50 })).unwrap();
    assert_eq!(run.state.outcome.as_deref(), Some("bought"));
    assert_eq!(run.value("bought")["amount"], 50);

    let mut run = Run::of("campaign", nodes);
    run.after(3600);
    run.after(86_400);
    assert_eq!((run.state.status(), run.state.outcome.as_deref()), (Status::Done, Some("not_bought")));
}

#[test]
fn a_wait_ends_at_a_date_or_at_a_time_of_the_place() {
    let until = |wait: Json| {
        let mut wait = wait;
        wait["type"] = json!("wait");
        wait["next"] = json!("b");
        Run::of("campaign", json!({ "a": wait, "b": {"type": "end"} }))
            .state
            .due_at()
            .map(|at| at.to_rfc3339())
    };

    let ten = until(json!({ "until_time": "10:00", "time_zone": "Asia/Tashkent" }));
    assert_eq!(ten.as_deref(), Some("2026-03-03T05:00:00+00:00"), "ten has passed there");
    let date = until(json!({ "until": "\"2026-03-08\"" }));
    assert_eq!(date.as_deref(), Some("2026-03-08T00:00:00+00:00"));
    assert_eq!(until(json!({ "until": "\"2026-03-01T00:00:00Z\"" })), None, "what is past is not waited for");
}

/// Branches side by side: all are waited for; or the first, and what the others wait for is taken back.
#[test]
fn a_join_waits_for_all_branches_or_for_the_first() {
    let nodes = |mode: &str| {
        json!({
            "a": {"type": "parallel", "branches": ["call", "ask", "short"]},
            "call": {"type": "call", "connector": "x", "operation": "y", "next": "join"},
            "ask": {"type": "task", "title": "Look at {{ customer.name }}", "role": "Supervisor", "next": "join"},
            "short": {"type": "end"},
            "join": {"type": "join", "mode": mode, "next": "end"},
            "end": {"type": "end", "outcome": "together"}
        })
    };
    let mut run = Run::of("process", nodes("all"));
    assert_eq!(run.state.tokens.len(), 2, "one branch is over");
    let [call, task] = [run.effects[0].clone(), run.effects[1].clone()];
    assert!(matches!(&task.act, Act::CreateTask(new) if new.title == "Look at Aziza"));
    run.take(Input::Performed { token: call.token, entry: call.entry, value: json!({}) }).unwrap();
    assert_eq!(run.state.outcome, None);
    let (values, by) = (Map::new(), Some("ann".to_owned()));
    run.take(Input::Answered { token: task.token, entry: task.entry, values, button: None, by }).unwrap();
    assert_eq!((run.state.status(), run.state.outcome.as_deref()), (Status::Done, Some("together")));

    let mut run = Run::of("process", nodes("any"));
    let [call, task] = [run.effects[0].clone(), run.effects[1].clone()];
    run.take(Input::Performed { token: call.token, entry: call.entry, value: json!({}) }).unwrap();
    assert_eq!(run.state.status(), Status::Done);
    assert_eq!(
        run.effects.last().map(|last| (last.token, last.act.clone())),
        Some((task.token, Act::CloseTasks))
    );
}

/// MKT-FLOW-02: a lot falls the same way each time, and to the shares that were said.
#[test]
fn a_split_draws_the_same_lot_each_time() {
    let nodes = json!({
        "a": {"type": "split", "shares": [
            {"key": "letter", "percent": 45, "next": "b"}, {"key": "sms", "percent": 45, "next": "b"},
            {"key": "control", "percent": 10, "control": true, "next": "b"}]},
        "b": {"type": "end"}
    });
    let run = Run::of("campaign", nodes);
    let Some(Node::Split(split)) = run.definition.nodes.get(&"a".into()) else { panic!("a split") };
    let mut counts = std::collections::BTreeMap::<&str, u32>::new();
    for customer in 0..10_000 {
        let subject = format!("customer {customer}");
        let share = lot::draw(&split.shares, "test/a", &subject).unwrap();
        assert_eq!(lot::draw(&split.shares, "test/a", &subject), Some(share));
        *counts.entry(&share.key).or_default() += 1;
    }
    assert!(counts["letter"].abs_diff(4500) < 200, "{counts:?}");
    assert!(counts["control"].abs_diff(1000) < 120, "{counts:?}");
}

/// UMS-ENT-05: cards of a kind that does not exist are marked where they are read, in conditions and in placeholders, with
/// the nearest kind; what is closed is said to be closed, and a flow that runs is not asked.
#[test]
fn cards_of_an_unknown_kind_are_marked_at_the_node() {
    let nodes = json!({
        "a": {"type": "branch", "cases": [
            {"when": "some(cards.vehicel, #.year > 2020 and #.plate != '')", "next": "b"},
            {"when": "some(cards.vehicle, #.year > 2020) or len(cards.complaint) > 0", "next": "b"}], "otherwise": "b"},
        "b": {"type": "page", "title": "Boats: {{ len(cards.boat) }}", "text": "{{ cards.vehicle[0].plate }}", "next": "c"},
        "c": {"type": "end"}
    });
    let known = Known {
        card_kinds: Some(["vehicle".to_owned()].into()),
        closed: ["cards.complaint".to_owned()].into(),
        ..Known::default()
    };
    let (_, faults) = check(&flow("script", nodes.clone()), &known);
    let told: Vec<(&str, &str)> =
        faults.iter().map(|fault| (fault.code.as_str(), fault.pointer.as_str())).collect();
    assert_eq!(
        told,
        [
            ("closed_field", "/nodes/a/cases/1/when"),
            ("unknown_card_kind", "/nodes/a/cases/0/when"),
            ("unknown_card_kind", "/nodes/b/title"),
        ]
    );
    assert_eq!(faults[1].example, Some(json!("cards.vehicle")));
    assert_eq!(faults[2].message, "`boat` is no kind of card: there are vehicle");
    assert!(load(&flow("script", nodes), &Known::default()).is_ok());
}

/// NFR-LOW-02: every fault is named at its node, so that the editor shows it there.
#[test]
fn a_flow_that_cannot_run_is_refused_at_the_node() {
    let end = json!({"type": "end"});
    assert_eq!(
        codes("process", json!({"a": {"type": "set", "values": {"x": "1 +"}, "next": "nowhere"}})),
        pairs(&[("no_such_node", "/nodes/a/next"), ("syntax", "/nodes/a/values/x")])
    );
    assert_eq!(
        codes(
            "campaign",
            json!({"a": {"type": "set", "values": {}, "next": "b"},
            "b": {"type": "branch", "cases": [{"when": "vars.ghost > 1", "next": "a"}], "otherwise": "c"}, "c": end})
        ),
        pairs(&[("endless", "/nodes/a/next"), ("unknown_variable", "/nodes/b/cases/0/when")])
    );
    assert_eq!(
        codes(
            "process",
            json!({"a": {"type": "parallel", "branches": ["b", "c"]},
            "b": {"type": "join", "next": "d"}, "c": {"type": "join", "next": "d"}, "d": end})
        ),
        pairs(&[("several_joins", "/nodes/a")])
    );
    assert_eq!(
        codes("process", json!({"a": {"type": "join", "next": "d"}, "d": end, "lonely": end})),
        pairs(&[("not_reached", "/nodes/lonely"), ("join_without_parallel", "/nodes/a")])
    );
    assert_eq!(
        codes("script", json!({"a": {"type": "wait", "for_seconds": 1, "next": "b"}, "b": end})),
        pairs(&[("unknown_type", "/nodes/a/type")])
    );
    assert_eq!(
        codes(
            "campaign",
            json!({"a": {"type": "split", "shares": [{"key": "x", "percent": 50, "next": "d"},
            {"key": "x", "percent": 40, "next": "d"}]}, "d": end})
        ),
        pairs(&[("wrong_number", "/nodes/a/shares"), ("twice", "/nodes/a/shares/1/key")])
    );
}
