//! The walk itself.

mod ask;
mod wait;

use crate::definition::{Definition, NodeKey, Value};
use crate::effect::{CallerKind, Effect, EndCause, Input, TimerKey};
use crate::node::{CallerLookup, Node, Say};
use crate::spoken::{Clip, Spoken};
use crate::state::{Doing, State};
use base::Locale;
use chrono::{DateTime, Utc};
use std::time::Duration;

/// Most nodes that one step enters. The loader refuses circles without a person in them, so that only a very
/// long chain of conditions comes near; a walk that passes the bound ends with [`EndCause::Fault`].
pub const NODES_PER_STEP_MAX: u32 = 100;

/// How long a caller lookup may take before the walk goes on without it: longer is heard as a dead line.
pub const LOOKUP_WITHIN: Duration = Duration::from_secs(2);

/// Takes one input and says what must be done. Late and impossible inputs do nothing.
#[must_use]
pub fn step(definition: &Definition, state: &mut State, now: DateTime<Utc>, input: Input) -> Vec<Effect> {
    let mut walk = Walk { definition, state, now, effects: vec![], entered: 0 };
    if !walk.state.is_finished() {
        walk.take(input);
    }
    walk.effects
}

struct Walk<'a> {
    definition: &'a Definition,
    state: &'a mut State,
    now: DateTime<Utc>,
    effects: Vec<Effect>,
    entered: u32,
}

impl<'a> Walk<'a> {
    fn take(&mut self, input: Input) {
        match input {
            Input::Started { caller_number, dialled } => self.started(caller_number, dialled),
            Input::Said => self.said(),
            Input::Digits(digits) => self.digits(digits),
            Input::CallerFound { name, language, kind, vip } => self.caller_found(name, language, kind, vip),
            Input::CallerUnknown => self.looked_up(|lookup| &lookup.unknown),
            Input::LookupFailed | Input::Timer(TimerKey::Lookup) => {
                self.looked_up(|lookup| lookup.failed.as_ref().unwrap_or(&lookup.unknown));
            }
            Input::Queued => self.queued(),
            Input::QueueLeft { why } => self.queue_left(why),
            Input::PositionKnown { position, estimated_wait } => {
                self.position_known(position, estimated_wait);
            }
            Input::Connected => self.connected(),
            Input::Returned => self.returned(),
            Input::Timer(TimerKey::Announce) => self.time_to_announce(),
            Input::Timer(TimerKey::WaitMax) => self.waited_too_long(),
            Input::Ended => self.state.doing = Doing::Finished,
        }
    }

    fn started(&mut self, caller_number: Option<String>, dialled: String) {
        if self.state.doing != Doing::NotStarted {
            return; // a walk begins once
        }
        let known = &mut self.state.variables;
        known.insert("dialled".to_owned(), Value::Text(dialled));
        for unknown in ["caller.known", "caller.vip"] {
            known.entry(unknown.to_owned()).or_insert(Value::YesNo(false));
        }
        if let Some(number) = caller_number {
            known.insert("caller.number".to_owned(), Value::Text(number));
        }
        self.go(&self.definition.start);
    }

    fn said(&mut self) {
        match (self.state.doing, self.here()) {
            (Doing::Saying, Some(Node::Say(Say { next, .. }))) => self.go(next),
            (Doing::Announcing, Some(Node::Queue(queue))) => self.wait_with_music(queue),
            _ => {} // questions go by digits and silence; elsewhere nothing is being said
        }
    }

    fn caller_found(&mut self, name: String, language: Option<Locale>, kind: CallerKind, vip: bool) {
        if self.state.doing != Doing::LookingUp {
            return; // late: the walk went on without the record
        }
        let known = &mut self.state.variables;
        known.insert("caller.known".to_owned(), Value::YesNo(true));
        known.insert("caller.name".to_owned(), Value::Text(name));
        known.insert("caller.kind".to_owned(), Value::Text(kind.code().to_owned()));
        known.insert("caller.vip".to_owned(), Value::YesNo(vip));
        if let Some(language) = language {
            known.insert("caller.language".to_owned(), Value::Text(language.code().to_owned()));
            self.state.language = language;
        }
        self.looked_up(|lookup| &lookup.found);
    }

    fn looked_up(&mut self, edge: impl Fn(&'a CallerLookup) -> &'a NodeKey) {
        // Late: the walk is elsewhere by now, the timeout or the answer came first.
        if let (Doing::LookingUp, Some(Node::CallerLookup(lookup))) = (self.state.doing, self.here()) {
            self.effects.push(Effect::Disarm { timer: TimerKey::Lookup });
            self.go(edge(lookup));
        }
    }

    fn here(&self) -> Option<&'a Node> {
        self.definition.nodes.get(&self.state.node)
    }

    /// Enters a node, and the next ones as long as nothing must be waited for.
    fn go(&mut self, to: &'a NodeKey) {
        let mut next = Some(to);
        while let Some(key) = next {
            self.entered += 1;
            let Some(node) = self.definition.nodes.get(key) else {
                return self.end(EndCause::Fault); // the loader lets no such edge through
            };
            if self.entered > NODES_PER_STEP_MAX {
                return self.end(EndCause::Fault);
            }
            self.state.enter(&self.definition.name, key.clone(), self.now);
            next = self.enter(node);
        }
    }

    /// What a node does at once, and the next node when it waits for nothing.
    fn enter(&mut self, node: &'a Node) -> Option<&'a NodeKey> {
        match node {
            Node::Say(say) => {
                self.say(&say.prompts, say.barge_in);
                self.state.doing = Doing::Saying;
                None
            }
            Node::Menu(_) | Node::Digits(_) | Node::Language(_) => {
                self.ask(0, None);
                None
            }
            Node::Schedule(schedule) => match schedule.is_open(self.now) {
                true => Some(&schedule.open),
                false => Some(&schedule.closed),
            },
            Node::CallerLookup(lookup) => {
                if !self.state.variables.contains_key("caller.number") {
                    return Some(&lookup.unknown);
                }
                self.effects.push(Effect::LookUpCaller);
                self.effects.push(Effect::Arm { timer: TimerKey::Lookup, after: LOOKUP_WITHIN });
                self.state.doing = Doing::LookingUp;
                None
            }
            Node::Set(set) => {
                self.state.variables.extend(set.values.clone());
                Some(&set.next)
            }
            Node::Branch(branch) => {
                let variables = &self.state.variables;
                let case = branch.cases.iter().find(|case| case.when.holds(variables));
                Some(case.map_or(&branch.otherwise, |case| &case.next))
            }
            Node::Queue(queue) => {
                self.enqueue(queue);
                None
            }
            Node::Transfer(transfer) => {
                self.effects.push(Effect::StartFlow { name: transfer.flow.clone() });
                self.state.doing = Doing::Finished;
                None
            }
            Node::HangUp(hang_up) => {
                self.end(hang_up.cause);
                None
            }
        }
    }

    fn end(&mut self, cause: EndCause) {
        self.effects.push(Effect::HangUp { cause });
        self.state.doing = Doing::Finished;
    }

    fn say(&mut self, prompts: &[String], barge_in: bool) {
        let clips = prompts.iter().map(|prompt| self.clip(prompt)).collect();
        self.effects.push(Effect::Say { clips, barge_in });
    }

    fn clip(&self, prompt: &str) -> Clip {
        Clip { locale: self.state.language, prompt: prompt.to_owned() }
    }

    fn clips(&self, spoken: &[Spoken]) -> Vec<Clip> {
        spoken.iter().flat_map(|part| part.clips(self.state.language)).collect()
    }
}

#[cfg(test)]
mod tests;
