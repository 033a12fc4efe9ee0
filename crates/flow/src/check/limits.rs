//! Limits on single fields, each with its reason.

use super::overlapping;
use crate::definition::Definition;
use crate::fault::Faults;
use crate::node::{AskDigits, Menu, Node, Queue};
use crate::schedule::Schedule;
use std::ops::RangeInclusive;

/// Seconds of silence after a question: below, nobody answers in time; above, the line seems dead.
const ANSWER_SECONDS: RangeInclusive<u32> = 1..=60;
/// Tries of a question: more only keeps a line busy that nobody speaks on.
const TRIES: RangeInclusive<u32> = 1..=10;
/// Digits of one answer: a card number with its check digits is 19, an IBAN's digits 32.
const DIGITS: RangeInclusive<u32> = 1..=32;
/// Seconds between two announcements: oftener, and the caller hears nothing else.
const ANNOUNCE_SECONDS: RangeInclusive<u32> = 15..=600;
/// Seconds in a queue: two hours, after which no caller is on the line any more.
const WAIT_SECONDS: RangeInclusive<u32> = 5..=7200;
/// Priorities of a contact.
const PRIORITY: RangeInclusive<u32> = 0..=9;
/// Levels of a skill.
const LEVEL: RangeInclusive<u32> = 1..=10;
/// Keys of a telephone that a menu can offer.
const KEYS: &str = "0123456789*#";

/// Every number lies in its limits, every menu has options, every schedule makes sense.
pub(crate) fn limits(definition: &Definition, faults: &mut Faults<'_>) {
    for (key, node) in &definition.nodes {
        let mut of_node = OfNode { key: key.as_str(), faults };
        match node {
            Node::Say(say) => of_node.some("/prompts", say.prompts.len(), "prompt"),
            Node::Menu(menu) => of_node.menu(menu),
            Node::Digits(ask) => of_node.digits(ask),
            Node::Language(ask) => {
                of_node.keys(ask.options.keys());
                of_node.some("/prompts", ask.prompts.len(), "prompt");
                of_node.within("/timeout_seconds", ask.timeout_seconds, ANSWER_SECONDS);
                of_node.within("/tries", ask.tries, TRIES);
            }
            Node::Schedule(schedule) => of_node.schedule(schedule),
            Node::Branch(branch) => of_node.some("/cases", branch.cases.len(), "case"),
            Node::Set(set) => of_node.some("/values", set.values.len(), "value"),
            Node::Queue(queue) => of_node.queue(queue),
            Node::CallerLookup(_) | Node::Transfer(_) | Node::HangUp(_) => {}
        }
    }
}

struct OfNode<'a, 'f> {
    key: &'a str,
    faults: &'a mut Faults<'f>,
}

impl OfNode<'_, '_> {
    fn within(&mut self, field: &str, value: u32, limits: RangeInclusive<u32>) {
        if !limits.contains(&value) {
            let problem = format!("{value} is out of bounds: use {} to {}", limits.start(), limits.end());
            self.faults.node(self.key, "out_of_range", field, problem);
        }
    }

    fn some(&mut self, field: &str, count: usize, what: &str) {
        if count == 0 {
            self.faults.node(
                self.key,
                "nothing_given",
                field,
                format!("there is no {what}: add at least one"),
            );
        }
    }

    fn keys<'k>(&mut self, keys: impl ExactSizeIterator<Item = &'k String>) {
        self.some("/options", keys.len(), "option");
        for key in keys.filter(|key| key.chars().count() != 1 || !KEYS.contains(key.as_str())) {
            self.faults.node(
                self.key,
                "no_such_key",
                &format!("/options/{key}"),
                format!("{key:?} is no key: use one of {KEYS}"),
            );
        }
    }

    fn menu(&mut self, menu: &Menu) {
        self.keys(menu.options.keys());
        self.some("/prompts", menu.prompts.len(), "prompt");
        self.within("/timeout_seconds", menu.timeout_seconds, ANSWER_SECONDS);
        self.within("/tries", menu.tries, TRIES);
    }

    fn digits(&mut self, ask: &AskDigits) {
        self.within("/min", ask.min, DIGITS);
        self.within("/max", ask.max, DIGITS);
        if ask.min > ask.max {
            self.faults.node(
                self.key,
                "wrong_order",
                "/min",
                format!("min {} is more than max {}", ask.min, ask.max),
            );
        }
        if ask.terminator.is_some_and(|key| !"*#".contains(key)) {
            self.faults.node(
                self.key,
                "bad_terminator",
                "/terminator",
                "a digit cannot end digits: use # or *",
            );
        }
        self.some("/prompts", ask.prompts.len(), "prompt");
        self.within("/timeout_seconds", ask.timeout_seconds, ANSWER_SECONDS);
        self.within("/between_seconds", ask.between_seconds, ANSWER_SECONDS);
        self.within("/tries", ask.tries, TRIES);
    }

    fn schedule(&mut self, schedule: &Schedule) {
        self.some("/weekly", schedule.weekly.values().map(Vec::len).sum(), "open hour");
        for (day, hours) in &schedule.weekly {
            if let Some(problem) = overlapping(hours) {
                let day = format!("{day:?}").to_lowercase();
                self.faults.node(self.key, "overlapping", &format!("/weekly/{day}"), problem);
            }
        }
        for (date, hours) in &schedule.holidays {
            if let Some(problem) = overlapping(hours) {
                self.faults.node(self.key, "overlapping", &format!("/holidays/{date}"), problem);
            }
        }
    }

    fn queue(&mut self, queue: &Queue) {
        self.within("/wait_max_seconds", queue.wait_max_seconds, WAIT_SECONDS);
        if let Some(every) = queue.announce_every_seconds {
            self.within("/announce_every_seconds", every, ANNOUNCE_SECONDS);
        }
        if let Some(priority) = queue.priority {
            self.within("/priority", priority.into(), PRIORITY);
        }
        for (index, need) in queue.skills.iter().enumerate() {
            self.within(&format!("/skills/{index}/level"), need.level.into(), LEVEL);
        }
    }
}
