//! The bridge plan: who should hear whom, and the way there from what is.

use super::effect::Effect;
use super::hold::Talk;
use super::{Call, Turn};
use base::id::LegId;

/// The two legs that hear each other now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Bridge {
    between: Option<(LegId, LegId)>,
}

impl Bridge {
    /// From what is to what should be.
    fn turn_to(&mut self, wanted: Option<(LegId, LegId)>, turn: &mut Turn<'_>) {
        if self.between == wanted {
            return;
        }
        turn.effects.extend(self.between.map(|(a, b)| Effect::Unbridge { a, b }));
        turn.effects.extend(wanted.map(|(a, b)| Effect::Bridge { a, b }));
        self.between = wanted;
    }

    pub(super) const fn between(&self) -> Option<(LegId, LegId)> {
        self.between
    }
}

impl Call {
    /// The caller and the operator hear each other while they talk.
    fn wanted(&self) -> Option<(LegId, LegId)> {
        let conversation = self.conversation.as_ref()?;
        match conversation.talk {
            Talk::Talking { leg } => Some((self.caller_leg, leg)),
            Talk::Held { .. } | Talk::Away { .. } => None,
        }
    }

    /// Brings the bridge to the plan. Called after every change of the conversation.
    pub(super) fn rebridge(&mut self, turn: &mut Turn<'_>) {
        let wanted = self.wanted();
        self.bridge.turn_to(wanted, turn);
    }
}
