//! The conversation with an operator: connect, hold, mute, away and back, lost.

use super::effect::{CallState, CallView, Effect, EndedBy, TimerKey};
use super::event::Command;
use super::line::Line;
use super::play::Purpose;
use super::{Call, Leg, Phase, Sound, Turn, end::Reason};
use base::id::{LegId, OfferId, OperatorId, QueueId};
use flow::Input;
use std::time::Duration;

/// How long an operator may be away before the call gives up by itself. The operator's own grace is shorter; this
/// bounds the caller's wait when nobody is left to say that it is over.
pub const AWAY_MAX: Duration = Duration::from_secs(60);

/// What a caller hears on hold: a file of `sounds/music`.
const HOLD_MUSIC: &str = "default";

/// An operator has the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Conversation {
    pub operator: OperatorId,
    pub talk: Talk,
    muted: bool,
}

/// How the conversation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Talk {
    /// Both hear each other.
    Talking { leg: LegId },
    /// The caller hears music.
    Held { leg: LegId },
    /// The operator's media is gone; the caller hears music.
    Away { was_held: bool },
}

impl Call {
    pub(super) fn connect(
        &mut self,
        queue: QueueId,
        offer: OfferId,
        operator: OperatorId,
        leg: LegId,
        turn: &mut Turn<'_>,
    ) {
        // A queue that was asked and offers before its answer arrives has the contact; a queue that the contact left
        // has not, and its operator must not be kept waiting.
        let ours = self.line == Line::Asked || self.line == Line::In(queue);
        if !ours || self.legs.contains_key(&leg) {
            return turn.effect(Effect::RefuseConnect { offer, operator });
        }
        let first = self.last_operator.is_none();
        self.line = Line::None;
        self.stop_play(turn);
        self.forget_keys(turn);
        self.walk(Input::Connected, turn);
        self.legs.insert(leg, Leg::Desk(operator));
        self.conversation = Some(Conversation { operator, talk: Talk::Talking { leg }, muted: false });
        self.last_operator = Some(operator);
        self.enter(Phase::Talking, turn);
        let waited = self.books.total(&[Phase::Waiting]);
        turn.effect(Effect::ContactAnswered { contact: self.contact, offer, operator, waited, first });
        self.start_recording(leg, turn); // before the bridge: nothing said is lost
        self.rebridge(turn);
        self.tell_operator(turn);
    }

    /// The conversation, when this operator has it. Otherwise the word is late: another has the call, or nobody.
    fn conversation_of(&mut self, operator: OperatorId) -> Option<&mut Conversation> {
        self.conversation.as_mut().filter(|conversation| conversation.operator == operator)
    }

    pub(super) fn command(&mut self, operator: OperatorId, command: Command, turn: &mut Turn<'_>) {
        let Some(conversation) = self.conversation_of(operator) else { return };
        match (command, conversation.talk) {
            (Command::Hold, Talk::Talking { leg }) => {
                conversation.talk = Talk::Held { leg };
                self.rebridge(turn);
                self.play(Sound::Music(HOLD_MUSIC.to_owned()), Purpose::Music, turn);
                self.enter(Phase::Held, turn);
                self.tell_operator(turn);
            }
            (Command::Resume, Talk::Held { leg }) => {
                conversation.talk = Talk::Talking { leg };
                self.talk_again(turn);
            }
            (Command::Mute { on }, Talk::Talking { leg } | Talk::Held { leg }) => {
                conversation.muted = on;
                turn.effect(Effect::MuteLeg { leg, on });
                self.tell_operator(turn);
            }
            (Command::HangUp, Talk::Talking { .. } | Talk::Held { .. } | Talk::Away { .. }) => {
                self.end(Reason::Hung(EndedBy::Operator), turn);
            }
            // Pressed twice, or pressed while the media was already gone: the view that the desktop has is right.
            (Command::Hold, Talk::Held { .. } | Talk::Away { .. })
            | (Command::Resume, Talk::Talking { .. } | Talk::Away { .. })
            | (Command::Mute { .. }, Talk::Away { .. }) => self.tell_operator(turn),
        }
    }

    fn talk_again(&mut self, turn: &mut Turn<'_>) {
        self.stop_play(turn);
        self.rebridge(turn);
        self.enter(Phase::Talking, turn);
        self.tell_operator(turn);
    }

    pub(super) fn operator_away(&mut self, operator: OperatorId, turn: &mut Turn<'_>) {
        let Some(conversation) = self.conversation_of(operator) else { return };
        let (leg, was_held) = match conversation.talk {
            Talk::Talking { leg } => (leg, false),
            Talk::Held { leg } => (leg, true),
            Talk::Away { .. } => return, // said twice: by the media and by the desktop
        };
        conversation.talk = Talk::Away { was_held };
        self.rebridge(turn);
        self.legs.remove(&leg);
        if !was_held {
            self.play(Sound::Music(HOLD_MUSIC.to_owned()), Purpose::Music, turn);
        }
        self.enter(Phase::Away, turn);
        self.arm(TimerKey::Away, AWAY_MAX, turn);
        self.tell_operator(turn);
    }

    pub(super) fn operator_back(&mut self, operator: OperatorId, new_leg: LegId, turn: &mut Turn<'_>) {
        if self.legs.contains_key(&new_leg) {
            return; // the leg that is in use
        }
        let Some(conversation) = self.conversation_of(operator) else { return };
        let (old_leg, was_held) = match conversation.talk {
            Talk::Away { was_held } => (None, was_held),
            Talk::Talking { leg } => (Some(leg), false), // the new desktop was faster than the loss of the old one
            Talk::Held { leg } => (Some(leg), true),
        };
        let muted = conversation.muted;
        conversation.talk =
            if was_held { Talk::Held { leg: new_leg } } else { Talk::Talking { leg: new_leg } };
        self.disarm(TimerKey::Away, turn);
        self.legs.insert(new_leg, Leg::Desk(operator));
        turn.effects.extend(muted.then_some(Effect::MuteLeg { leg: new_leg, on: true }));
        self.record_right(new_leg, turn);
        if was_held {
            self.enter(Phase::Held, turn);
            self.tell_operator(turn);
        } else {
            self.talk_again(turn);
        }
        if let Some(old_leg) = old_leg {
            self.legs.remove(&old_leg);
        }
    }

    pub(super) fn away_too_long(&mut self, turn: &mut Turn<'_>) {
        if let Some(operator) = self.operator() {
            self.operator_lost(operator, turn);
        }
    }

    /// The caller goes back to the head of the line.
    pub(super) fn operator_lost(&mut self, operator: OperatorId, turn: &mut Turn<'_>) {
        if self.conversation_of(operator).is_none() {
            return;
        }
        self.end_conversation(EndedBy::System, turn);
        self.stop_play(turn);
        self.enter(Phase::Flow, turn);
        self.walk(Input::Returned, turn);
    }

    /// Takes the operator out of the call: bridge, recording, leg.
    pub(super) fn end_conversation(&mut self, by: EndedBy, turn: &mut Turn<'_>) {
        let Some(conversation) = self.conversation.take() else { return };
        self.disarm(TimerKey::Away, turn);
        self.rebridge(turn);
        self.stop_recording(turn);
        match conversation.talk {
            Talk::Talking { leg } | Talk::Held { leg } => {
                // The leg lives on with the desktop: it must not stay muted for the next contact.
                turn.effects.extend(conversation.muted.then_some(Effect::MuteLeg { leg, on: false }));
                self.legs.remove(&leg);
            }
            Talk::Away { .. } => {}
        }
        let view = CallView { state: CallState::Ended { by }, muted: false };
        turn.effect(Effect::TellOperator { operator: conversation.operator, view });
    }

    fn tell_operator(&self, turn: &mut Turn<'_>) {
        let Some(conversation) = &self.conversation else { return };
        let state = match conversation.talk {
            Talk::Talking { .. } => CallState::Talking,
            Talk::Held { .. } => CallState::Held,
            Talk::Away { .. } => CallState::Away,
        };
        let view = CallView { state, muted: conversation.muted };
        turn.effect(Effect::TellOperator { operator: conversation.operator, view });
    }
}
