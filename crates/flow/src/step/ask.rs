//! Questions: menu, digits, language.

use super::Walk;
use crate::definition::{NodeKey, Value};
use crate::effect::{Digits, Effect};
use crate::node::{AskDigits, AskLanguage, Menu, Node};
use crate::spoken::Clip;
use crate::state::Doing;
use std::time::Duration;

/// What an answer leads to.
enum Verdict<'a> {
    Go(&'a NodeKey),
    AskAgain { first_say: Option<&'a str>, tries: u32, exhausted: &'a NodeKey },
}

impl<'a> Walk<'a> {
    /// Asks the question of this node; `first_say` tells what was wrong with the last answer.
    pub(super) fn ask(&mut self, failed: u32, first_say: Option<&str>) {
        let Some(node) = self.here() else { return };
        let mut clips: Vec<Clip> = first_say.map(|prompt| self.clip(prompt)).into_iter().collect();
        let ask = match node {
            Node::Menu(menu) => {
                clips.extend(menu.prompts.iter().map(|prompt| self.clip(prompt)));
                collect(1, None, menu.timeout_seconds, menu.timeout_seconds)
            }
            Node::Digits(ask) => {
                clips.extend(ask.prompts.iter().map(|prompt| self.clip(prompt)));
                collect(ask.max, ask.terminator, ask.timeout_seconds, ask.between_seconds)
            }
            Node::Language(ask) => {
                clips.extend(in_their_languages(ask));
                collect(1, None, ask.timeout_seconds, ask.timeout_seconds)
            }
            _ => return, // the other nodes ask nothing
        };
        self.effects.push(Effect::Say { clips, barge_in: true });
        self.effects.push(ask);
        self.state.doing = Doing::Asking { failed };
    }

    pub(super) fn digits(&mut self, digits: Digits) {
        let Doing::Asking { failed } = self.state.doing else { return }; // nothing was asked
        let (answer, timed_out) = match digits {
            Digits::Complete(answer) => (answer, false),
            Digits::TimedOut(answer) => (answer, true),
        };
        let verdict = match self.here() {
            Some(Node::Menu(menu)) => judge_menu(menu, &answer, timed_out),
            Some(Node::Digits(ask)) => self.judge_digits(ask, answer),
            Some(Node::Language(ask)) => self.judge_language(ask, &answer),
            _ => return, // the other nodes ask nothing
        };
        match verdict {
            Verdict::Go(next) => self.go(next),
            Verdict::AskAgain { exhausted, tries, .. } if failed + 1 >= tries => self.give_up(exhausted),
            Verdict::AskAgain { first_say, .. } => self.ask(failed + 1, first_say),
        }
    }

    fn give_up(&mut self, exhausted: &'a NodeKey) {
        if let Some(Node::Language(ask)) = self.here() {
            self.state.language = ask.otherwise;
        }
        self.go(exhausted);
    }

    fn judge_digits(&mut self, ask: &'a AskDigits, answer: String) -> Verdict<'a> {
        let enough = usize::try_from(ask.min).is_ok_and(|min| answer.len() >= min);
        if enough && answer.chars().all(|digit| digit.is_ascii_digit()) {
            self.state.variables.insert(ask.variable.clone(), Value::Text(answer));
            return Verdict::Go(&ask.next);
        }
        let first_say = ask.invalid_prompt.as_deref();
        Verdict::AskAgain { first_say, tries: ask.tries, exhausted: &ask.exhausted }
    }

    fn judge_language(&mut self, ask: &'a AskLanguage, answer: &str) -> Verdict<'a> {
        let Some(language) = ask.options.get(answer) else {
            return Verdict::AskAgain { first_say: None, tries: ask.tries, exhausted: &ask.next };
        };
        self.state.language = *language;
        Verdict::Go(&ask.next)
    }
}

fn judge_menu<'a>(menu: &'a Menu, answer: &str, timed_out: bool) -> Verdict<'a> {
    if let Some(next) = menu.options.get(answer) {
        return Verdict::Go(next);
    }
    let first_say = if timed_out { &menu.silence_prompt } else { &menu.invalid_prompt };
    Verdict::AskAgain { first_say: first_say.as_deref(), tries: menu.tries, exhausted: &menu.exhausted }
}

fn in_their_languages(ask: &AskLanguage) -> Vec<Clip> {
    let languages = ask.options.values();
    let each = languages
        .flat_map(|locale| ask.prompts.iter().map(|prompt| Clip { locale: *locale, prompt: prompt.clone() }));
    each.collect()
}

fn collect(max: u32, terminator: Option<char>, first_seconds: u32, next_seconds: u32) -> Effect {
    Effect::CollectDigits {
        max,
        terminator,
        first_within: Duration::from_secs(first_seconds.into()),
        next_within: Duration::from_secs(next_seconds.into()),
    }
}
