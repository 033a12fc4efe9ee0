//! The conversation as a machine: what a person did and what exists go in, what is said and asked of others comes out
//! (BRE-DEMO-01, OMNI-07). No clock, no database, no network.

mod ask;
mod state;
#[cfg(test)]
mod tests;

pub use ask::read_data;
pub use state::{At, Conversation, Draft, Effect, Input, Keyboard, Linked, Offer, Pick, Said};

use super::explain::{self, Report};
use super::scenario::{BadValue, Scenario, title};
use super::words::Words;
use base::Locale;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What exists around a conversation.
#[derive(Clone, Copy, Debug)]
pub struct World<'w> {
    /// What can be tried.
    pub scenarios: &'w [Scenario],
    /// Whether linked customers may let events happen.
    pub live: bool,
    /// The texts.
    pub words: &'w Words,
}

/// The next step. What it asks of others (`Find`, `Try`, `Publish`) is answered by another input before the person is
/// heard again.
pub fn step(conversation: &mut Conversation, input: Input, world: World<'_>) -> Vec<Effect> {
    let mut turn = Turn { conversation, world, effects: Vec::new() };
    turn.take(input);
    turn.effects
}

/// One step at work.
struct Turn<'t> {
    conversation: &'t mut Conversation,
    world: World<'t>,
    effects: Vec<Effect>,
}

impl<'t> Turn<'t> {
    fn take(&mut self, input: Input) {
        match input {
            Input::Text(text) => match text.trim().strip_prefix('/') {
                Some(command) => self.command(command),
                None => self.text(&text),
            },
            Input::Choice { question, option } => self.choice(question, option),
            Input::Contact { phone, own } => self.contact(phone, own),
            Input::Other => {
                self.say("only_text");
                self.ask();
            }
            Input::Found(customer) => self.found(customer),
            Input::Tried(reports) => self.report("trial_head", &reports),
            Input::Decided(reports) => self.report("live_head", &reports),
            Input::Published(Ok(event)) => {
                if let Some(draft) = self.draft() {
                    self.conversation.at = At::Awaiting { event, draft };
                }
                self.say("published");
            }
            Input::Published(Err(detail)) => {
                self.say_filled("not_published", &[("detail", &detail)]);
                let draft = self.draft();
                self.go_after(draft);
            }
        }
    }

    /// A command; the part behind `@` is the bot's name, behind a space stands an argument that we do not use.
    fn command(&mut self, text: &str) {
        let name = text.split([' ', '@']).next().unwrap_or_default();
        match name {
            "start" | "language" => self.go(At::Language),
            "menu" if self.conversation.language.is_some() => self.go(At::Menu),
            "forget" => {
                self.say_bare("forgotten", Keyboard::Remove);
                self.effects.push(Effect::Forget);
            }
            _ => {
                self.say("help");
                self.ask();
            }
        }
    }

    fn text(&mut self, text: &str) {
        let offered = self.conversation.offered.iter().find(|offer| offer.is_called(text));
        if let Some(pick) = offered.map(|offer| offer.pick.clone()) {
            self.conversation.offered.clear();
            return self.pick(pick);
        }
        match self.conversation.at.clone() {
            At::Start => self.go(At::Language),
            At::Field { draft, field } => self.value(draft, &field, text),
            At::Awaiting { .. } => self.say("still_waiting"),
            _ => {
                self.say("use_buttons");
                self.ask();
            }
        }
    }

    fn choice(&mut self, question: u32, option: usize) {
        let picked = (question == self.conversation.question).then(|| self.conversation.offered.get(option));
        match picked.flatten().map(|offer| offer.pick.clone()) {
            Some(pick) => {
                // Pressed twice, a button counts once.
                self.conversation.offered.clear();
                self.pick(pick);
            }
            None => {
                let text = self.said().get("over");
                self.effects.push(Effect::Note(text));
            }
        }
    }

    fn pick(&mut self, pick: Pick) {
        match (pick, self.conversation.at.clone()) {
            (Pick::Language(locale), _) => {
                let first = self.conversation.language.is_none();
                self.conversation.language = Some(locale);
                if first || self.conversation.customer.is_none() {
                    self.say("welcome");
                    return self.go(At::Contact);
                }
                self.go(At::Menu);
            }
            (Pick::Guest, _) => {
                self.say_bare("guest", Keyboard::Remove);
                self.go(At::Menu);
            }
            (Pick::Scenario(event), _) => {
                let draft = Draft { event, data: Map::new(), left_out: BTreeSet::new() };
                self.go_on(draft);
            }
            (Pick::Value(value), At::Field { mut draft, field }) => {
                draft.data.insert(field, value);
                self.go_on(draft);
            }
            (Pick::LeaveOut, At::Field { mut draft, field }) => {
                draft.left_out.insert(field);
                self.go_on(draft);
            }
            (Pick::Trial, At::Mode { draft }) => self.effects.push(Effect::Try(draft)),
            (Pick::Live, At::Mode { draft }) if self.may_publish() => {
                self.effects.push(Effect::Publish(draft))
            }
            (Pick::Again, At::After { draft: Some(draft) }) => {
                let draft = Draft { data: Map::new(), left_out: BTreeSet::new(), ..draft };
                self.go_on(draft);
            }
            _ => self.go(At::Menu),
        }
    }

    fn contact(&mut self, phone: String, own: bool) {
        if self.conversation.language.is_none() {
            return self.go(At::Language);
        }
        if own {
            return self.effects.push(Effect::Find { phone });
        }
        self.say("foreign_contact");
        self.ask();
    }

    fn found(&mut self, customer: Option<Linked>) {
        match &customer {
            Some(linked) => {
                let text = self.said().fill("linked", &[("name", &linked.name)]);
                self.effects.push(Effect::Say(Said { text, keyboard: Keyboard::Remove }));
            }
            None => self.say_bare("unknown_contact", Keyboard::Remove),
        }
        self.conversation.customer = customer;
        self.go(At::Menu);
    }

    /// A typed value of a field.
    fn value(&mut self, mut draft: Draft, field: &str, text: &str) {
        let Some(question) = self.scenario(&draft.event).and_then(|scenario| scenario.question(field)) else {
            return self.gone();
        };
        match question.read(text) {
            Ok(value) => {
                draft.data.insert(field.to_owned(), value);
                self.go_on(draft);
            }
            Err(BadValue { key, what }) => {
                let places = ["text", "limit", "detail", "example"].map(|place| (place, what.as_str()));
                self.say_filled(key, &places);
                self.ask();
            }
        }
    }

    /// The next question about an event; when nothing is left to ask, what is done with it.
    fn go_on(&mut self, draft: Draft) {
        let Some(scenario) = self.scenario(&draft.event) else { return self.gone() };
        if let Some(question) = scenario.next(&draft.data, &draft.left_out) {
            let field = question.key.clone();
            return self.go(At::Field { draft, field });
        }
        if let Some(detail) = scenario.faults(&draft.data).into_iter().next() {
            self.say_filled("bad_value", &[("detail", &detail)]);
            return self.go_after(Some(draft));
        }
        let choose = self.may_publish();
        self.conversation.at = At::Mode { draft: draft.clone() };
        if choose { self.ask() } else { self.effects.push(Effect::Try(draft)) }
    }

    fn report(&mut self, head: &str, reports: &[Report]) {
        let draft = self.draft();
        let locale = self.locale();
        let known = draft.as_ref().and_then(|draft| self.scenario(&draft.event));
        let (name, fields) = match (known, &draft) {
            (Some(scenario), _) => (scenario.title.get(locale).to_owned(), scenario.fields.as_slice()),
            (None, Some(draft)) => (draft.event.clone(), [].as_slice()),
            (None, None) => (String::new(), [].as_slice()),
        };
        let said = self.world.words.r#in(locale);
        let mut text = said.fill(head, &[("event", &name)]);
        if reports.is_empty() {
            text.push_str("\n\n");
            text.push_str(&said.get("nobody_looked"));
        }
        for report in reports {
            text.push_str("\n\n");
            text.push_str(&explain::explain(report, fields, said));
        }
        self.effects.push(Effect::Say(Said { text, keyboard: Keyboard::Keep }));
        self.go_after(draft);
    }

    fn gone(&mut self) {
        self.say("scenario_gone");
        self.go(At::Menu);
    }

    fn go_after(&mut self, draft: Option<Draft>) {
        self.go(At::After { draft });
    }

    fn go(&mut self, at: At) {
        self.conversation.at = at;
        self.ask();
    }

    /// The event that is being filled in, or was.
    fn draft(&self) -> Option<Draft> {
        match &self.conversation.at {
            At::Field { draft, .. } | At::Mode { draft } | At::Awaiting { draft, .. } => Some(draft.clone()),
            At::After { draft } => draft.clone(),
            At::Start | At::Language | At::Contact | At::Menu => None,
        }
    }

    fn scenario(&self, event: &str) -> Option<&'t Scenario> {
        self.world.scenarios.iter().find(|scenario| scenario.event == event)
    }

    fn may_publish(&self) -> bool {
        self.world.live && self.conversation.customer.is_some()
    }

    fn locale(&self) -> Locale {
        self.conversation.language.unwrap_or_default()
    }

    fn said(&self) -> super::words::Said<'t> {
        self.world.words.r#in(self.locale())
    }

    fn say(&mut self, key: &str) {
        self.say_filled(key, &[]);
    }

    fn say_filled(&mut self, key: &str, values: &[(&str, &str)]) {
        let text = self.said().fill(key, values);
        self.effects.push(Effect::Say(Said { text, keyboard: Keyboard::Keep }));
    }

    fn say_bare(&mut self, key: &str, keyboard: Keyboard) {
        let text = self.said().get(key);
        self.effects.push(Effect::Say(Said { text, keyboard }));
    }
}

/// The title of a scenario's button.
fn scenario_label(scenario: &Scenario, locale: Locale) -> String {
    scenario.title.get(locale).to_owned()
}

/// What a question is called, with its unit.
fn question_label(question: &super::scenario::Question, locale: Locale) -> String {
    match &question.unit {
        Some(unit) => format!("{}, {unit}", title(&question.title, locale)),
        None => title(&question.title, locale).to_owned(),
    }
}

/// A value as a button's label shows it.
fn value_label(value: &Value, words: super::words::Said<'_>) -> String {
    explain::shown(value, words)
}
