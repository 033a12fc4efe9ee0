//! BRE-DEMO-01, OMNI-07: the conversation as a machine. The events and the rules are those that come with the server.

use super::*;
use crate::telegram::explain::{Decided, Planned};
use crate::telegram::speak::{Request, requests};
use base::id::EventId;
use channels::telegram::{BUTTON_DATA_BYTES_MAX, BUTTONS_MAX, MESSAGE_UNITS_MAX};
use proptest::prelude::*;
use rules::catalogue::Catalogue;
use rules::decide::{CompiledRule, Occasion, trace};
use rules::document::Document;
use rules::facts::Facts;
use serde_json::json;
use uuid::Uuid;

fn rule(name: &str) -> (String, CompiledRule) {
    let path = format!("{}/flows/rules/{name}.rule.json", env!("CARGO_MANIFEST_DIR"));
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let document = Document::read(&file["document"]).unwrap();
    (file["name"].as_str().unwrap().to_owned(), CompiledRule::compile(document, &|_| false).unwrap())
}

fn scenario(file: &str) -> Scenario {
    let (name, rule) = rule(file);
    let event = rule.document().event.clone();
    let types = platform::event_type::built_in::all();
    let (_, fields) = types.into_iter().find(|(known, _)| *known == event).unwrap();
    let samples: Vec<Value> = rule.document().tests.iter().map(|test| test.event.clone()).collect();
    let known = Catalogue::new(Some(&fields.schema)).fields().cloned().collect();
    Scenario::new((event, fields.title), fields.schema, vec![name], rule.fields(), &samples, known)
}

fn scenarios() -> Vec<Scenario> {
    ["low-balance", "number-porting", "cart-reminder"].map(scenario).into()
}

/// A person, a conversation, and whoever answers what it asks for.
struct Talk {
    conversation: Conversation,
    scenarios: Vec<Scenario>,
    words: Words,
    live: bool,
    tried: Vec<Draft>,
    published: Vec<Draft>,
}

impl Talk {
    fn new(live: bool) -> Self {
        let conversation = Conversation::default();
        Self {
            conversation,
            scenarios: scenarios(),
            words: Words::load(),
            live,
            tried: vec![],
            published: vec![],
        }
    }

    /// What is said to an input, after all that it asks for is answered.
    fn hear(&mut self, input: Input) -> Vec<Said> {
        let mut said = Vec::new();
        let mut inputs = vec![input];
        while let Some(input) = inputs.pop() {
            let world = World { scenarios: &self.scenarios, live: self.live, words: &self.words };
            for effect in step(&mut self.conversation, input, world) {
                match effect {
                    Effect::Say(text) => said.push(text),
                    Effect::Note(text) => said.push(Said { text, keyboard: Keyboard::Keep }),
                    Effect::Forget => self.conversation = Conversation::default(),
                    Effect::Find { phone } => {
                        inputs.push(Input::Found((phone == "+998901234567").then(|| Linked {
                            id: base::id::CustomerId::from_uuid(Uuid::max()),
                            name: "Anna".into(),
                        })))
                    }
                    Effect::Try(draft) => {
                        inputs.push(Input::Tried(reports(&draft)));
                        self.tried.push(draft);
                    }
                    Effect::Publish(draft) => {
                        self.published.push(draft);
                        inputs.push(Input::Published(Ok(EventId::from_uuid(Uuid::max()))));
                    }
                }
            }
            // It survives the server as JSON.
            let kept = serde_json::to_value(&self.conversation).unwrap();
            assert_eq!(serde_json::from_value::<Conversation>(kept).unwrap(), self.conversation);
        }
        said
    }

    fn write(&mut self, text: &str) -> String {
        let said = self.hear(Input::Text(text.to_owned()));
        said.into_iter().map(|said| said.text).collect::<Vec<_>>().join("\n")
    }

    fn guest_in_english() -> Self {
        let mut talk = Self::new(false);
        for text in ["/start", "English", "Go on as a guest"] {
            talk.write(text);
        }
        talk
    }
}

/// What the shipped rule about the event makes of it, as the rules kernel says.
fn reports(draft: &Draft) -> Vec<Report> {
    let file = match draft.event.as_str() {
        "balance.changed" => "low-balance",
        "mnp.requested" => "number-porting",
        _ => "cart-reminder",
    };
    let (name, rule) = rule(file);
    let at = "2026-03-02T07:00:00Z".parse().unwrap();
    let occasion = Occasion { at, zone: chrono_tz::Asia::Tashkent };
    let facts = Facts { event: Value::Object(draft.data.clone()), ..Facts::default() }.at(at, occasion.zone);
    let outcome = rule.decide(&facts.prepare(), occasion);
    let reactions = rule.reactions(&outcome.reactions).map(|reaction| Planned {
        key: reaction.key.clone(),
        would: Ok(serde_json::to_value(&reaction.act).unwrap()),
        text: Some("Hello".to_owned()),
        state: None,
    });
    let decided = Decided {
        document: rule.document().clone(),
        verdict: outcome.verdict.as_str().to_owned(),
        trace: trace(&rule, &facts, occasion, &outcome, &|_| false),
        reactions: reactions.collect(),
    };
    vec![Report { rule: name, decided: Some(decided) }]
}

#[test]
fn a_guest_tries_a_rule_that_reacts_and_one_that_does_not() {
    let mut talk = Talk::guest_in_english();

    let asked = talk.write("Balance changed");
    assert!(asked.contains("Balance, UZS?") && asked.contains("Write a number"), "{asked}");
    talk.write("4 000,5");
    talk.write("9000");
    let told = talk.write("5000");

    assert_eq!(
        talk.tried[0].data,
        *json!({ "balance": 4000.5, "balance_before": 9000, "threshold": 5000 }).as_object().unwrap()
    );
    for part in [
        "✅ “Баланс заканчивается” reacted",
        "• Balance: 4 000.5 UZS",
        "sends the message “low_balance”",
        "“Hello”",
    ] {
        assert!(told.contains(part), "{part} is not in {told}");
    }

    talk.write("The same event, other values");
    for value in ["9000", "9000"] {
        talk.write(value);
    }
    let told = talk.write("Leave out");
    assert!(
        told.contains("❌ “Баланс заканчивается” did not react: the conditions are not fulfilled"),
        "{told}"
    );
    assert!(told.contains("«Balance» < («Threshold that was crossed» ?? 5000) and"), "{told}");
}

#[test]
fn a_form_and_a_table_are_told_with_what_they_asked_for() {
    let mut talk = Talk::guest_in_english();
    talk.write("/menu");
    let cart = talk.scenarios[2].title.get(Locale::En).to_owned();
    talk.write(&cart);
    let mut told = String::new();
    while let At::Field { field, .. } = talk.conversation.at.clone() {
        told = talk.write(if field == "amount" { "0" } else { "c1" });
    }
    assert!(told.contains("asked for: more than 0"), "{told}");

    talk.write("/menu");
    let porting = talk.scenarios[1].title.get(Locale::En).to_owned();
    talk.write(&porting);
    while let At::Field { field, .. } = talk.conversation.at.clone() {
        told = talk.write(match field.as_str() {
            "arpu" => "50000",
            "client_type" => "Individual",
            _ => "other",
        });
    }
    assert!(told.contains("row 3 of 4") && told.contains("ARPU, last month — >= 40000"), "{told}");
    assert!(told.contains("porting_offer_small"), "{told}");
}

#[test]
fn what_is_no_value_is_said_and_asked_again() {
    let mut talk = Talk::guest_in_english();
    talk.write("Balance changed");

    let told = talk.write("much");
    assert!(told.contains("“much” is not a number") && told.contains("Balance, UZS?"), "{told}");
    let question = talk.conversation.question;
    let told = talk.hear(Input::Choice { question: question.wrapping_sub(1), option: 0 });
    assert_eq!(told[0].text, "This question is over.");
    let told = talk.hear(Input::Other);
    assert!(told[0].text.contains("texts and buttons"));
    assert!(matches!(talk.conversation.at, At::Field { .. }));
}

#[test]
fn only_the_own_contact_makes_a_customer_and_only_a_customer_lets_events_happen() {
    let mut talk = Talk::new(true);
    talk.write("/start");
    talk.write("English");
    let foreign = talk.hear(Input::Contact { phone: "+998901234567".into(), own: false });
    assert!(foreign[0].text.contains("somebody else's"));
    assert!(talk.conversation.customer.is_none());
    let own = talk.hear(Input::Contact { phone: "+998901234567".into(), own: true });
    assert_eq!(
        (own[0].text.as_str(), &own[0].keyboard),
        ("Hello, Anna. Rules now see your data.", &Keyboard::Remove)
    );
    talk.write("Balance changed");
    for value in ["1", "2"] {
        talk.write(value);
    }
    let asked = talk.write("3");
    assert!(asked.contains("let it happen"), "{asked}");

    let press = Input::Choice { question: talk.conversation.question, option: 1 };
    assert_eq!(talk.hear(press.clone())[0].text, "The event is accepted. The rules look at it now.");
    assert_eq!(talk.hear(press)[0].text, "This question is over.", "pressed twice, it happens once");
    assert_eq!(talk.published.len(), 1);
    let told = talk.hear(Input::Decided(vec![]));
    assert!(told[0].text.contains("happened") && told[0].text.contains("No rule looked at it"));
    talk.write("/forget");
    assert_eq!(talk.conversation, Conversation::default());
}

fn inputs() -> impl Strategy<Value = Input> {
    let texts = prop_oneof![
        Just("/start".to_owned()),
        Just("/menu".to_owned()),
        Just("/language".to_owned()),
        Just("/forget".to_owned()),
        Just("English".to_owned()),
        Just("Русский".to_owned()),
        Just("Пропустить".to_owned()),
        Just("Balance changed".to_owned()),
        "[0-9 .,-]{0,8}",
        "\\PC{0,40}",
        Just("я".repeat(3_000)),
    ];
    prop_oneof![
        4 => texts.prop_map(Input::Text),
        6 => (0_u32..3, 0_usize..5).prop_map(|(back, option)| Input::Choice { question: u32::MAX - back, option }),
        1 => any::<bool>().prop_map(|own| Input::Contact { phone: "+998901234567".into(), own }),
        1 => Just(Input::Other),
    ]
}

proptest! {
    /// Whatever a person does: every answer keeps to the limits of the Bot API, nothing that the event's type refuses is
    /// tried, and nobody but a linked customer on a live site lets anything happen.
    #[test]
    fn any_conversation_keeps_to_the_limits(live in any::<bool>(), inputs in prop::collection::vec(inputs(), 0..40)) {
        let mut talk = Talk::new(live);
        for input in inputs {
            // Most presses are of the present question.
            let input = match input {
                Input::Choice { question, option } => Input::Choice {
                    question: talk.conversation.question.wrapping_sub(u32::MAX - question), option,
                },
                other => other,
            };
            let linked = talk.conversation.customer.is_some();
            let before = talk.published.len();
            let said = talk.hear(input);
            prop_assert!(talk.published.len() == before || (live && linked));
            for request in requests(None, None, said) {
                let Request::Say { text, keyboard } = request else { continue };
                prop_assert!(!text.is_empty() && text.encode_utf16().count() <= MESSAGE_UNITS_MAX);
                if let Keyboard::Choices(buttons) = keyboard {
                    prop_assert!(!buttons.is_empty() && buttons.len() <= BUTTONS_MAX);
                    prop_assert!(buttons.iter().all(|(label, data)| !label.is_empty() && data.len() <= BUTTON_DATA_BYTES_MAX));
                }
            }
        }
        for draft in talk.tried.iter().chain(&talk.published) {
            let scenario = talk.scenarios.iter().find(|known| known.event == draft.event).unwrap();
            prop_assert_eq!(scenario.faults(&draft.data), Vec::<String>::new());
        }
    }
}
