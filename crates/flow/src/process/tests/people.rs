//! What people do: scripts at the desk, tasks, approvals.

use super::*;
use base::FieldFault;

fn script() -> Json {
    json!({
        "a": {"type": "page", "title": "Hello {{ customer.name }}", "text": "You are on {{ vars.tariff.data.name }}",
              "questions": [{"key": "wish", "label": "What do you wish?", "type": "choice", "required": true,
                             "choices": [{"value": "change", "title": "Another tariff"}, {"value": "stay", "title": "Nothing"}]}],
              "buttons": [{"key": "look", "title": "Look the tariff up", "action": true, "next": "look"}], "next": "b"},
        "look": {"type": "call", "connector": "billing", "operation": "tariff", "variable": "tariff", "next": "a"},
        "b": {"type": "branch", "cases": [{"when": "vars.wish == \"change\"", "next": "change"}], "otherwise": "end"},
        "change": {"type": "page", "title": "Change", "next": "end"},
        "end": {"type": "end", "outcome": "served", "text": "Thank you, {{ customer.name }}"}
    })
}

fn answer(run: &mut Run, values: Json, button: Option<&str>) -> Result<(), Refused> {
    let shown = page::page(&run.definition, &run.state, &run.around, run.now).unwrap();
    run.take(Input::Answered {
        token: shown.token,
        entry: shown.entry,
        values: values.as_object().unwrap().clone(),
        button: button.map(str::to_owned),
        by: None,
    })
}

fn title(run: &Run) -> String {
    page::page(&run.definition, &run.state, &run.around, run.now).unwrap().title
}

/// CC-SCR-01, CC-SCR-02: pages, questions, branches on answers, actions that ask an outside system, and back.
#[test]
fn an_operator_walks_a_script() {
    let mut run = Run::of("script", script());
    assert_eq!(title(&run), "Hello Aziza");
    let missing = answer(&mut run, json!({}), None).unwrap_err();
    assert_eq!(missing, Refused::Answers(vec![FieldFault::new("/values/wish", "must be answered")]));
    let wrong = answer(&mut run, json!({ "wish": "all", "more": 1 }), None).unwrap_err();
    assert!(matches!(wrong, Refused::Answers(faults) if faults.len() == 2));

    answer(&mut run, json!({}), Some("look")).unwrap();
    let old = json!({ "data": { "name": "Start" }, "as_of": "2026-03-02T08:00:00Z", "stale": true });
    run.performed(old).unwrap();
    let shown = page::page(&run.definition, &run.state, &run.around, run.now).unwrap();
    assert_eq!(shown.text.as_deref(), Some("You are on Start"));
    assert_eq!(shown.notice.unwrap().as_of, "2026-03-02T08:00:00Z");
    assert!(!shown.has_back, "the same page again is no page before it");

    answer(&mut run, json!({ "wish": "change" }), None).unwrap();
    assert_eq!(title(&run), "Change");
    run.take(Input::Back).unwrap();
    assert_eq!((title(&run), run.value("wish")), ("Hello Aziza".to_owned(), &json!("change")));
    assert_eq!(run.take(Input::Back), Err(Refused::Late));
    answer(&mut run, json!({ "wish": "stay" }), None).unwrap();
    assert_eq!(run.state.status(), Status::Done);
    assert_eq!(run.state.farewell.as_deref(), Some("Thank you, Aziza"));
    assert_eq!(run.path, ["a", "look", "a", "b", "change", "a", "b", "end"]);
}

fn request() -> Json {
    json!({
        "a": {"type": "task", "title": "Describe", "person": "\"ann\"", "deadline_seconds": 60, "overdue": "late",
              "questions": [{"key": "what", "label": "What", "required": true}, {"key": "count", "label": "How many", "type": "number"}],
              "next": "ok"},
        "ok": {"type": "approval", "title": "{{ vars.what }}", "approved": "yes", "refused": "a", "steps": [
            {"title": "Head", "approver": {"person": "\"bob\""}, "deadline_seconds": 600, "on_deadline": "approve"},
            {"title": "Finance", "approver": {"role": "Finance"}, "deadline_seconds": 600, "on_deadline": "refuse"}]},
        "yes": {"type": "end", "outcome": "approved"},
        "late": {"type": "end", "outcome": "late"}
    })
}

fn decide(run: &mut Run, decision: Decision, reason: Option<&str>) -> Result<(), Refused> {
    let last = run.effects.last().unwrap().clone();
    let Act::CreateTask(task) = &last.act else { panic!("somebody was asked: {:?}", last.act) };
    let (step, by) = (task.step.unwrap(), Some("bob".to_owned()));
    let reason = reason.map(str::to_owned);
    run.take(Input::Decided { token: last.token, entry: last.entry, step, decision, reason, by })
}

fn describe(run: &mut Run) {
    let last = run.effects.last().unwrap().clone();
    let values = json!({ "what": "Laptop", "count": 2 }).as_object().unwrap().clone();
    let (token, entry) = (last.token, last.entry);
    run.take(Input::Answered { token, entry, values, button: None, by: Some("ann".to_owned()) }).unwrap();
}

/// OMNI-15, NFR-LOW-01: a request goes its route; a refusal says why and goes back to who asked.
#[test]
fn a_request_is_approved_step_by_step() {
    let mut run = Run::of("process", request());
    describe(&mut run);
    assert!(
        matches!(run.act(), Act::CreateTask(task) if task.person.as_deref() == Some("bob") && task.title == "Laptop")
    );
    let without = decide(&mut run, Decision::Refuse, Some("  ")).unwrap_err();
    assert!(matches!(without, Refused::Answers(faults) if faults[0].pointer == "/reason"));
    decide(&mut run, Decision::Refuse, Some("too dear")).unwrap();
    assert_eq!(run.value("approval")["reason"], "too dear");

    describe(&mut run);
    decide(&mut run, Decision::Approve, None).unwrap();
    assert!(matches!(run.act(), Act::CreateTask(task) if task.role.as_deref() == Some("Finance")));
    decide(&mut run, Decision::Approve, None).unwrap();
    assert_eq!((run.state.status(), run.state.outcome.as_deref()), (Status::Done, Some("approved")));
    assert_eq!(decide(&mut run, Decision::Approve, None), Err(Refused::Late));
}

#[test]
fn deadlines_decide_when_people_do_not() {
    let mut run = Run::of("process", request());
    run.after(60);
    assert_eq!(run.state.outcome.as_deref(), Some("late"));
    assert_eq!(*run.act(), Act::CloseTasks);

    let mut run = Run::of("process", request());
    describe(&mut run);
    run.after(600);
    assert!(
        matches!(run.act(), Act::CreateTask(task) if task.step == Some(1)),
        "silence of the head is consent"
    );
    run.after(600);
    assert_eq!(run.value("approval")["reason"], "nobody decided in time");
    assert_eq!(run.path.last().map(String::as_str), Some("a"), "asked to describe it again");
}
