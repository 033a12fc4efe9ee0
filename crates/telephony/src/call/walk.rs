//! The flow inside the call: what happened goes in, what it wants is done.

use super::effect::{Effect, EndedBy};
use super::event::CallerRecord;
use super::play::Purpose;
use super::{Call, Phase, Sound, TimerKey, Turn, end::Reason};
use flow::{EndCause, Input};
use std::sync::Arc;

/// Most transfers from flow to flow in one call. Each flow is checked for circles, but two flows could send a call
/// round between them.
pub const TRANSFERS_MAX: u32 = 10;

impl Call {
    pub(super) fn begin_walk(&mut self, turn: &mut Turn<'_>) {
        self.enter(Phase::Flow, turn);
        self.start_walk(turn);
    }

    fn start_walk(&mut self, turn: &mut Turn<'_>) {
        let caller_number = self.caller.number.as_ref().map(ToString::to_string);
        self.walk(Input::Started { caller_number, dialled: self.dialled.clone() }, turn);
    }

    /// One step of the flow. A flow that is finished, or not begun, answers nothing.
    pub(super) fn walk(&mut self, input: Input, turn: &mut Turn<'_>) {
        if self.is_arriving() {
            return; // nothing can reach the flow before the caller hears it
        }
        let effects = flow::step(&self.flow, &mut self.walk, turn.now, input);
        self.caller.language = self.walk.language();
        for effect in effects {
            self.perform(effect, turn);
        }
    }

    fn perform(&mut self, effect: flow::Effect, turn: &mut Turn<'_>) {
        match effect {
            flow::Effect::Say { clips, barge_in } => {
                self.play(Sound::Clips(clips), Purpose::Prompt { barge_in }, turn);
            }
            flow::Effect::PlayMusic { music } => self.play(Sound::Music(music), Purpose::Music, turn),
            flow::Effect::StopSaying => self.stop_play(turn),
            flow::Effect::CollectDigits { max, terminator, first_within, next_within } => {
                self.collect(max, terminator, first_within, next_within, turn);
            }
            flow::Effect::LookUpCaller => {
                turn.effects.extend(self.caller.number.clone().map(|number| Effect::LookUpCaller { number }));
            }
            flow::Effect::Enqueue { queue, skills, priority, at_head } => {
                self.get_in_line(queue, skills, priority, at_head, turn);
            }
            flow::Effect::LeaveQueue => {
                self.leave_line(false, turn);
                self.enter(Phase::Flow, turn);
            }
            flow::Effect::AskPosition => self.ask_position(turn),
            flow::Effect::Arm { timer, after } => self.arm(TimerKey::Flow(timer), after, turn),
            flow::Effect::Disarm { timer } => self.disarm(TimerKey::Flow(timer), turn),
            flow::Effect::HangUp { cause: EndCause::Normal | EndCause::Busy } => {
                self.end(Reason::Hung(EndedBy::System), turn);
            }
            flow::Effect::HangUp { cause: EndCause::Fault } => self.end(Reason::Failed, turn),
            flow::Effect::StartFlow { name } => self.start_flow(&name, turn),
        }
    }

    fn start_flow(&mut self, name: &str, turn: &mut Turn<'_>) {
        self.transfers += 1;
        match self.flows.get(name) {
            Some(flow) if self.transfers <= TRANSFERS_MAX => {
                self.walk = self.walk.transferred(&flow);
                self.flow = Arc::clone(&flow);
                self.start_walk(turn);
            }
            Some(_) | None => self.end(Reason::Failed, turn),
        }
    }

    pub(super) fn caller_found(&mut self, record: CallerRecord, turn: &mut Turn<'_>) {
        let input = Input::CallerFound {
            name: record.name.clone(),
            language: record.language,
            kind: record.kind,
            vip: record.vip,
        };
        self.caller.record = Some(record); // also when the flow went on: the operator still sees the name
        self.walk(input, turn);
    }
}
