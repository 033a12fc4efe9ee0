//! The queue node: music, the place in the line, the longest wait, and coming back after a lost operator.

use super::Walk;
use crate::effect::{Effect, LeftBecause, TimerKey};
use crate::node::{Node, Queue};
use crate::spoken::Spoken;
use crate::state::Doing;
use std::time::Duration;

/// Waits below this are said as "less than a minute".
const SAY_MINUTES_FROM: Duration = Duration::from_secs(60);

impl<'a> Walk<'a> {
    pub(super) fn enqueue(&mut self, queue: &'a Queue) {
        self.get_in_line(queue, false);
        self.state.doing = Doing::Queueing;
    }

    fn get_in_line(&mut self, queue: &'a Queue, at_head: bool) {
        self.effects.push(Effect::Enqueue {
            queue: queue.queue.clone(),
            skills: queue.skills.clone(),
            priority: queue.priority,
            at_head,
        });
        // Armed here and not when the queue answers: it also bounds the wait for a queue that never does.
        let after = Duration::from_secs(queue.wait_max_seconds.into());
        self.effects.push(Effect::Arm { timer: TimerKey::WaitMax, after });
        self.arm_announcement(queue);
    }

    fn arm_announcement(&mut self, queue: &Queue) {
        let every = queue.announce_every_seconds.map(|seconds| Duration::from_secs(seconds.into()));
        self.effects.extend(every.map(|after| Effect::Arm { timer: TimerKey::Announce, after }));
    }

    /// The queue of this node while the contact is in line or asked to be.
    fn in_line(&self) -> Option<&'a Queue> {
        match (self.state.doing, self.here()) {
            (
                Doing::Queueing | Doing::Waiting | Doing::AskingPosition | Doing::Announcing,
                Some(Node::Queue(queue)),
            ) => Some(queue),
            _ => None, // late: the contact left the line
        }
    }

    pub(super) fn queued(&mut self) {
        if let (Doing::Queueing, Some(Node::Queue(queue))) = (self.state.doing, self.here()) {
            self.wait_with_music(queue);
        }
    }

    pub(super) fn wait_with_music(&mut self, queue: &Queue) {
        self.effects.push(Effect::PlayMusic { music: queue.music.clone() });
        self.state.doing = Doing::Waiting;
    }

    pub(super) fn queue_left(&mut self, why: LeftBecause) {
        let Some(queue) = self.in_line() else { return };
        self.stop_waiting();
        match why {
            LeftBecause::Full => self.go(&queue.full),
            LeftBecause::Closed | LeftBecause::NoSuchQueue => self.go(&queue.closed),
        }
    }

    pub(super) fn waited_too_long(&mut self) {
        let Some(queue) = self.in_line() else { return };
        self.effects.push(Effect::LeaveQueue);
        self.stop_waiting();
        self.go(&queue.overflow);
    }

    fn stop_waiting(&mut self) {
        self.disarm();
        self.effects.push(Effect::StopSaying);
    }

    fn disarm(&mut self) {
        self.effects.push(Effect::Disarm { timer: TimerKey::WaitMax });
        self.effects.push(Effect::Disarm { timer: TimerKey::Announce });
    }

    pub(super) fn time_to_announce(&mut self) {
        let Some(queue) = self.in_line() else { return };
        self.arm_announcement(queue); // again: an unanswered question must not end the announcements
        if matches!(self.state.doing, Doing::Waiting | Doing::AskingPosition) {
            self.effects.push(Effect::AskPosition);
            self.state.doing = Doing::AskingPosition;
        }
    }

    pub(super) fn position_known(&mut self, position: u32, estimated_wait: Option<Duration>) {
        let (Doing::AskingPosition, Some(Node::Queue(queue))) = (self.state.doing, self.here()) else {
            return; // late: the place is being said already, or the contact left the line
        };
        let mut spoken = vec![Spoken::Prompt("position-is".to_owned()), Spoken::Number(position)];
        if let (true, Some(wait)) = (queue.announce_wait, estimated_wait) {
            spoken.extend(say_wait(wait));
        }
        self.effects.push(Effect::Say { clips: self.clips(&spoken), barge_in: false });
        self.state.doing = Doing::Announcing;
    }

    pub(super) fn connected(&mut self) {
        if self.in_line().is_some() {
            self.disarm();
            self.state.doing = Doing::Connected;
        }
    }

    pub(super) fn returned(&mut self) {
        let (Doing::Connected, Some(Node::Queue(queue))) = (self.state.doing, self.here()) else {
            return; // there was no operator to lose
        };
        self.get_in_line(queue, true);
        self.state.doing = Doing::Queueing;
        if let Some(prompt) = &queue.returned_prompt {
            self.say(std::slice::from_ref(prompt), false);
            self.state.doing = Doing::Announcing;
        }
    }
}

/// Minutes are rounded up: a caller forgives a wait that was shorter.
fn say_wait(wait: Duration) -> Vec<Spoken> {
    if wait < SAY_MINUTES_FROM {
        return vec![Spoken::Prompt("wait-under-a-minute".to_owned())];
    }
    let minutes = u32::try_from(wait.as_secs().div_ceil(60)).unwrap_or(u32::MAX);
    vec![Spoken::Prompt("wait-minutes-is".to_owned()), Spoken::Number(minutes)]
}
