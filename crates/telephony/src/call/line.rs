//! The contact in a queue.

use super::effect::Effect;
use super::{Call, Phase, Turn};
use base::id::QueueId;
use flow::node::SkillNeed;
use flow::{Input, LeftBecause};
use std::time::Duration;

/// Whether the contact is in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// In none.
    None,
    /// One was asked and has not answered.
    Asked,
    /// In this one.
    In(QueueId),
}

impl Call {
    pub(super) fn get_in_line(
        &mut self,
        queue: String,
        skills: Vec<SkillNeed>,
        priority: Option<u8>,
        at_head: bool,
        turn: &mut Turn<'_>,
    ) {
        self.line = Line::Asked;
        self.enter(Phase::Waiting, turn);
        let caller = Box::new(self.caller.clone());
        turn.effect(Effect::Enqueue { queue, skills, priority, at_head, caller });
    }

    pub(super) fn leave_line(&mut self, abandoned: bool, turn: &mut Turn<'_>) {
        let queue = match self.line {
            Line::None => return,
            Line::Asked => None,
            Line::In(queue) => Some(queue),
        };
        self.line = Line::None;
        turn.effect(Effect::LeaveQueue { queue, abandoned });
    }

    pub(super) fn enqueued(&mut self, queue: QueueId, turn: &mut Turn<'_>) {
        if self.line == Line::Asked {
            self.line = Line::In(queue);
            self.walk(Input::Queued, turn);
        } // Late: the contact left the line before the queue answered; `LeaveQueue` is on its way.
    }

    pub(super) fn enqueue_refused(&mut self, why: LeftBecause, turn: &mut Turn<'_>) {
        if self.line == Line::Asked {
            self.out_of_line(why, turn);
        } // Late: the contact asked no more.
    }

    pub(super) fn left_queue(&mut self, queue: QueueId, why: LeftBecause, turn: &mut Turn<'_>) {
        if self.line == Line::In(queue) {
            self.out_of_line(why, turn);
        } // Late: the contact is in another queue, with an operator, or over.
    }

    fn out_of_line(&mut self, why: LeftBecause, turn: &mut Turn<'_>) {
        self.line = Line::None;
        self.enter(Phase::Flow, turn);
        self.walk(Input::QueueLeft { why }, turn);
    }

    pub(super) fn ask_position(&mut self, turn: &mut Turn<'_>) {
        if let Line::In(queue) = self.line {
            turn.effect(Effect::AskPosition { queue });
        } // Before the queue answered there is nobody to ask; the flow asks again.
    }

    pub(super) fn position_known(
        &mut self,
        queue: QueueId,
        position: u32,
        estimated_wait: Option<Duration>,
        turn: &mut Turn<'_>,
    ) {
        if self.line == Line::In(queue) {
            self.walk(Input::PositionKnown { position, estimated_wait }, turn);
        } // Late: an answer of a queue that the contact left.
    }
}
