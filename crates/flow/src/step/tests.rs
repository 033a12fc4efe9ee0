use super::*;
use crate::effect::{Digits, LeftBecause};
use crate::fault::Catalogue;
use crate::spoken::{NUMBERS, OWN_PROMPTS, number_prompt};
use proptest::prelude::*;
use serde_json::json;

/// A flow with every type of node.
fn flow() -> Definition {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let prompts = NUMBERS.into_iter().map(number_prompt).chain(OWN_PROMPTS.map(str::to_owned));
    let more =
        ["welcome", "menu", "language", "invalid", "silence", "card", "sorry", "moment"].map(str::to_owned);
    let prompts: std::collections::BTreeSet<String> = prompts.chain(more).collect();
    let catalogue = Catalogue {
        prompts: Locale::ALL.into_iter().map(|locale| (locale, prompts.clone())).collect(),
        music: names(&["default"]),
        queues: names(&["services"]),
        skills: names(&["sales"]),
        flows: names(&["other"]),
    };
    let nodes = json!({
        "lookup": {"type": "caller_lookup", "found": "welcome", "unknown": "language", "failed": "welcome"},
        "language": {"type": "language", "prompts": ["language"], "options": {"1": "ru", "2": "uz"}, "tries": 2,
                     "otherwise": "en", "next": "welcome"},
        "welcome": {"type": "say", "prompts": ["welcome"], "next": "menu"},
        "menu": {"type": "menu", "prompts": ["menu"], "options": {"1": "mark", "2": "card", "3": "other", "9": "menu"},
                 "invalid_prompt": "invalid", "silence_prompt": "silence", "tries": 2, "exhausted": "end"},
        "card": {"type": "digits", "prompts": ["card"], "variable": "card", "min": 4, "max": 6, "terminator": "#",
                 "tries": 2, "invalid_prompt": "invalid", "next": "mark", "exhausted": "end"},
        "mark": {"type": "set", "values": {"asked": true}, "next": "hours"},
        "hours": {"type": "schedule", "time_zone": "Asia/Tashkent", "weekly": {"mon": [{"from": "09:00", "to": "18:00"}]},
                  "open": "pick", "closed": "sorry"},
        "pick": {"type": "branch", "cases": [{"when": {"var": "caller.vip", "op": "eq", "value": true}, "next": "vip"}],
                 "otherwise": "line"},
        "vip": {"type": "queue", "queue": "services", "priority": 9, "wait_max_seconds": 60,
                "overflow": "sorry", "full": "sorry", "closed": "sorry"},
        "line": {"type": "queue", "queue": "services", "skills": [{"skill": "sales", "level": 3}],
                 "announce_every_seconds": 30, "announce_wait": true, "returned_prompt": "moment",
                 "wait_max_seconds": 600, "overflow": "sorry", "full": "sorry", "closed": "sorry"},
        "sorry": {"type": "say", "prompts": ["sorry"], "next": "end"},
        "other": {"type": "transfer", "flow": "other"},
        "end": {"type": "hang_up", "cause": "busy"}
    });
    let json = json!({"name": "test", "version": 1, "kind": "ivr", "start": "lookup", "nodes": nodes,
                      "variables": {"card": "text", "asked": "yes_no"}});
    crate::load("test.flow.json", &json.to_string(), &catalogue).unwrap()
}

/// A monday morning in Tashkent.
fn open_hours() -> DateTime<Utc> {
    "2026-03-02T05:00:00Z".parse().unwrap()
}

struct Caller {
    flow: Definition,
    state: State,
    now: DateTime<Utc>,
}

impl Caller {
    fn new() -> Self {
        let flow = flow();
        Self { state: State::new(&flow), flow, now: open_hours() }
    }

    fn give(&mut self, input: Input) -> Vec<Effect> {
        step(&self.flow, &mut self.state, self.now, input)
    }

    fn calls(&mut self) -> Vec<Effect> {
        self.give(Input::Started { caller_number: Some("+998901234567".into()), dialled: "100".into() })
    }

    fn presses(&mut self, digits: &str) -> Vec<Effect> {
        self.give(Input::Digits(Digits::Complete(digits.into())))
    }

    fn is_silent(&mut self) -> Vec<Effect> {
        self.give(Input::Digits(Digits::TimedOut(String::new())))
    }

    fn in_line() -> Self {
        let mut caller = Self::new();
        caller.calls();
        caller.give(Input::LookupFailed);
        caller.give(Input::Said);
        caller.presses("1");
        caller.give(Input::Queued);
        caller
    }

    fn said(effects: &[Effect]) -> String {
        let clips = effects.iter().filter_map(|effect| match effect {
            Effect::Say { clips, .. } => Some(clips),
            _ => None,
        });
        clips.flatten().map(|clip| format!("{}/{}", clip.locale, clip.prompt)).collect::<Vec<_>>().join(" ")
    }

    fn node(&self) -> &str {
        self.state.node().as_str()
    }
}

/// CC-IN-01
#[test]
fn a_known_caller_is_greeted_in_the_language_on_record() {
    let mut caller = Caller::new();
    assert!(caller.calls().contains(&Effect::LookUpCaller));

    let vip = true;
    let kind = CallerKind::Individual;
    let found = Input::CallerFound { name: "Anna".into(), language: Some(Locale::Uz), kind, vip };
    let effects = caller.give(found);

    assert_eq!(Caller::said(&effects), "uz/welcome");
    caller.give(Input::Said);
    let effects = caller.presses("1");
    assert_eq!(caller.node(), "vip");
    assert!(matches!(effects[0], Effect::Enqueue { priority: Some(9), at_head: false, .. }));
}

#[test]
fn an_unknown_caller_chooses_a_language_each_option_in_its_own() {
    let mut caller = Caller::new();
    caller.calls();

    let asked = caller.give(Input::CallerUnknown);
    assert_eq!(Caller::said(&asked), "ru/language uz/language");
    assert_eq!(Caller::said(&caller.presses("2")), "uz/welcome");

    let mut silent = Caller::new();
    silent.give(Input::Started { caller_number: None, dialled: "100".into() });
    assert_eq!(silent.node(), "language", "a hidden number is not looked up");
    silent.is_silent();
    assert_eq!(Caller::said(&silent.is_silent()), "en/welcome", "nobody chose");
}

#[test]
fn a_menu_tells_what_was_wrong_and_gives_up_after_its_tries() {
    let mut caller = Caller::new();
    caller.calls();
    caller.give(Input::LookupFailed);
    caller.give(Input::Said);

    assert_eq!(Caller::said(&caller.presses("9")), "ru/menu", "nine repeats and costs no try");
    assert_eq!(Caller::said(&caller.presses("7")), "ru/invalid ru/menu");
    assert_eq!(caller.is_silent(), vec![Effect::HangUp { cause: EndCause::Busy }]);
    assert!(caller.state.is_finished());
}

#[test]
fn digits_are_kept_when_there_are_enough() {
    let mut caller = Caller::new();
    caller.calls();
    caller.give(Input::LookupFailed);
    caller.give(Input::Said);

    caller.presses("2");
    assert_eq!(Caller::said(&caller.presses("12")), "ru/invalid ru/card");
    caller.give(Input::Digits(Digits::TimedOut("1234".into())));

    assert_eq!(caller.state.variables()["card"], Value::Text("1234".into()));
    assert_eq!(caller.node(), "line");
}

#[test]
fn the_place_in_the_line_is_said_and_the_music_goes_on() {
    let mut caller = Caller::in_line();

    let asked = caller.give(Input::Timer(TimerKey::Announce));
    assert!(asked.contains(&Effect::AskPosition));
    let wait = Duration::from_secs(61);
    let effects = caller.give(Input::PositionKnown { position: 21, estimated_wait: Some(wait) });

    assert_eq!(
        Caller::said(&effects),
        "ru/position-is ru/number-20 ru/number-1 ru/wait-minutes-is ru/number-2"
    );
    assert_eq!(caller.give(Input::Said), vec![Effect::PlayMusic { music: "default".into() }]);
    let twice = caller.give(Input::PositionKnown { position: 20, estimated_wait: None });
    assert_eq!(twice, vec![], "an answer nobody asked for");
}

#[test]
fn the_longest_wait_leads_out_of_the_line() {
    let mut caller = Caller::in_line();

    let effects = caller.give(Input::Timer(TimerKey::WaitMax));

    assert!(effects.contains(&Effect::LeaveQueue));
    assert_eq!(Caller::said(&effects), "ru/sorry");
}

#[test]
fn a_full_queue_leads_where_the_flow_says() {
    let mut caller = Caller::in_line();

    let effects = caller.give(Input::QueueLeft { why: LeftBecause::Full });

    assert_eq!(caller.node(), "sorry");
    assert!(!effects.contains(&Effect::LeaveQueue), "it is out already");
}

#[test]
fn a_lost_operator_puts_the_caller_back_at_the_head_of_the_line() {
    let mut caller = Caller::in_line();
    caller.give(Input::Connected);

    let effects = caller.give(Input::Returned);

    assert!(matches!(effects[0], Effect::Enqueue { at_head: true, .. }));
    assert_eq!(Caller::said(&effects), "ru/moment");
    assert_eq!(caller.give(Input::Queued), vec![], "the prompt is not cut by music");
    assert_eq!(caller.give(Input::Said), vec![Effect::PlayMusic { music: "default".into() }]);
}

#[test]
fn closed_hours_and_transfers_are_followed() {
    let mut caller = Caller::in_line();
    caller.now = "2026-03-03T05:00:00Z".parse().unwrap();
    caller.state = State::new(&caller.flow);
    caller.calls();
    caller.give(Input::LookupFailed);
    caller.give(Input::Said);
    assert_eq!(Caller::said(&caller.presses("1")), "ru/sorry", "a tuesday");

    let path: Vec<&str> = caller.state.path().iter().map(|visit| visit.node.as_str()).collect();
    assert_eq!(path, ["lookup", "welcome", "menu", "mark", "hours", "sorry"]);

    let mut moves = Caller::new();
    moves.calls();
    moves.give(Input::LookupFailed);
    moves.give(Input::Said);
    assert_eq!(moves.presses("3"), vec![Effect::StartFlow { name: "other".into() }]);
    let there = moves.state.transferred(&moves.flow);
    assert_eq!(there.variables()["caller.number"], Value::Text("+998901234567".into()));
    assert_eq!(there.doing(), Doing::NotStarted);
}

fn any_input() -> impl Strategy<Value = Input> {
    let digits = prop_oneof!["[0-9*#]{0,7}", Just("1".to_owned())];
    prop_oneof![
        1 => Just(Input::Started { caller_number: Some("+998901234567".into()), dialled: "100".into() }),
        4 => Just(Input::Said),
        4 => digits.clone().prop_map(|digits| Input::Digits(Digits::Complete(digits))),
        2 => digits.prop_map(|digits| Input::Digits(Digits::TimedOut(digits))),
        1 => any::<bool>().prop_map(|vip| Input::CallerFound {
            name: "Anna".into(), language: None, kind: CallerKind::Organisation, vip
        }),
        1 => Just(Input::CallerUnknown),
        1 => Just(Input::LookupFailed),
        2 => Just(Input::Queued),
        1 => prop_oneof![Just(LeftBecause::Full), Just(LeftBecause::Closed)]
            .prop_map(|why| Input::QueueLeft { why }),
        2 => any::<u32>().prop_map(|position| Input::PositionKnown {
            position, estimated_wait: Some(Duration::from_secs(position.into()))
        }),
        1 => Just(Input::Connected),
        1 => Just(Input::Returned),
        2 => prop_oneof![Just(TimerKey::Lookup), Just(TimerKey::Announce), Just(TimerKey::WaitMax)]
            .prop_map(Input::Timer),
        1 => Just(Input::Ended),
    ]
}

fn fits(node: &Node, doing: Doing) -> bool {
    match doing {
        Doing::NotStarted | Doing::Finished => true,
        Doing::Saying => matches!(node, Node::Say(_)),
        Doing::Asking { .. } => matches!(node, Node::Menu(_) | Node::Digits(_) | Node::Language(_)),
        Doing::LookingUp => matches!(node, Node::CallerLookup(_)),
        Doing::Queueing | Doing::Waiting | Doing::AskingPosition | Doing::Announcing | Doing::Connected => {
            matches!(node, Node::Queue(_))
        }
    }
}

proptest! {
    #[test]
    fn any_script_of_inputs_leaves_a_legal_walk(script in proptest::collection::vec(any_input(), 0..80)) {
        let mut caller = Caller::new();
        let mut in_line = false;
        caller.calls();
        for input in script {
            let was_finished = caller.state.is_finished();
            in_line &= !matches!(input, Input::QueueLeft { .. } | Input::Connected);
            let effects = caller.give(input);
            prop_assert!(!was_finished || effects.is_empty(), "a finished walk is silent");
            prop_assert!(effects.len() <= 8, "a step does a bounded amount of work: {effects:?}");
            prop_assert!(fits(&caller.flow.nodes[caller.state.node()], caller.state.doing()));
            for (index, effect) in effects.iter().enumerate() {
                match effect {
                    Effect::Enqueue { .. } => { prop_assert!(!in_line); in_line = true; }
                    Effect::LeaveQueue => { prop_assert!(in_line); in_line = false; }
                    Effect::HangUp { cause } => {
                        prop_assert_ne!(*cause, EndCause::Fault);
                        prop_assert_eq!(index + 1, effects.len());
                    }
                    Effect::StartFlow { .. } => prop_assert_eq!(index + 1, effects.len()),
                    _ => {}
                }
            }
        }
    }
}
