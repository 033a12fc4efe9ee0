//! The legs of a call and what their peers signal.

use super::effect::{Effect, EndedBy, TimerKey};
use super::event::MediaRefusal;
use super::{Call, Phase, Turn, end::Reason};
use base::id::{LegId, OperatorId};
use rand::RngExt;
use std::time::Duration;

/// How long an answered caller may take to confirm: 64 x T1 (RFC 3261, section 13.3.1.4).
pub const ACK_WITHIN: Duration = Duration::from_secs(32);
/// How long media may take to open: it is local work of microseconds, so that more means a dead engine.
pub const MEDIA_OPEN_WITHIN: Duration = Duration::from_secs(5);
/// When a caller whom we have no room for may try again, in seconds; random, so that they do not return as one.
pub const RETRY_AFTER_SECONDS: std::ops::RangeInclusive<u64> = 2..=8;
/// When a peer may repeat a re-INVITE that came too early, in seconds (RFC 3261, section 14.2).
const REOFFER_AFTER_SECONDS: std::ops::RangeInclusive<u64> = 1..=10;

/// One leg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leg {
    /// A SIP dialog with its media: ours to answer, to end and to close.
    Dialog(Dialog),
    /// The media of an operator's desktop, lent to the call.
    Desk(OperatorId),
}

/// How far a SIP dialog is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// The INVITE is not answered; media is being opened.
    Offered {
        /// Whether the peer left the offer to us.
        offer_is_ours: bool,
    },
    /// Answered, not confirmed.
    Answered {
        /// Whether the peer's answer comes with the ACK.
        offer_is_ours: bool,
    },
    /// Confirmed, nothing being changed.
    Confirmed,
    /// A new session is being negotiated.
    Changing,
    /// Over, with its media closed.
    Over,
}

impl Call {
    fn dialog(&self, leg: LegId) -> Option<Dialog> {
        match self.legs.get(&leg) {
            Some(Leg::Dialog(dialog)) => Some(*dialog),
            Some(Leg::Desk(_)) | None => None,
        }
    }

    pub(super) fn set_dialog(&mut self, leg: LegId, dialog: Dialog) {
        self.legs.insert(leg, Leg::Dialog(dialog));
    }

    pub(super) fn media_ready(&mut self, leg: LegId, sdp: String, turn: &mut Turn<'_>) {
        // Late: the caller gave up meanwhile, and the media is closed already.
        let Some(Dialog::Offered { offer_is_ours }) = self.dialog(leg) else { return };
        self.disarm(TimerKey::MediaOpen, turn);
        self.set_dialog(leg, Dialog::Answered { offer_is_ours });
        turn.effect(Effect::Answer { leg, sdp });
        self.arm(TimerKey::Ack, ACK_WITHIN, turn);
    }

    pub(super) fn media_refused(&mut self, leg: LegId, why: MediaRefusal, turn: &mut Turn<'_>) {
        let status = match why {
            MediaRefusal::NoCommonCodec => 488,
            MediaRefusal::BadSdp => 400,
            MediaRefusal::NoRoom => 503,
        };
        match self.dialog(leg) {
            Some(Dialog::Offered { .. }) => self.end(Reason::Refused { status }, turn),
            Some(Dialog::Changing) => {
                self.set_dialog(leg, Dialog::Confirmed);
                turn.effect(Effect::RejectReoffer { leg, status, retry_after: None });
            }
            // The peer's answer to our offer cannot be used: there is no audio to go on with.
            Some(Dialog::Answered { .. } | Dialog::Confirmed) => self.end(Reason::Failed, turn),
            Some(Dialog::Over) | None => {} // late
        }
    }

    pub(super) fn acked(&mut self, leg: LegId, answer: Option<String>, turn: &mut Turn<'_>) {
        match self.dialog(leg) {
            Some(Dialog::Answered { offer_is_ours }) => {
                self.disarm(TimerKey::Ack, turn);
                self.set_dialog(leg, Dialog::Confirmed);
                match (offer_is_ours, answer) {
                    (true, Some(sdp)) => turn.effect(Effect::ApplyAnswer { leg, sdp }),
                    (true, None) => return self.end(Reason::Failed, turn), // no answer, no session
                    (false, _) => {}
                }
                self.begin_walk(turn);
            }
            Some(Dialog::Confirmed) => {
                // The ACK of a re-INVITE that left the offer to us; without a body it confirms only.
                turn.effects.extend(answer.map(|sdp| Effect::ApplyAnswer { leg, sdp }));
            }
            // Late, or out of order: an ACK changes nothing else.
            Some(Dialog::Offered { .. } | Dialog::Changing | Dialog::Over) | None => {}
        }
    }

    pub(super) fn cancelled(&mut self, leg: LegId, turn: &mut Turn<'_>) {
        if let Some(Dialog::Offered { .. }) = self.dialog(leg) {
            self.set_dialog(leg, Dialog::Over);
            self.end(Reason::Hung(EndedBy::Caller), turn);
        } // Late: a CANCEL after the answer has no effect (RFC 3261, section 9.2).
    }

    pub(super) fn hung_up(&mut self, leg: LegId, turn: &mut Turn<'_>) {
        match self.dialog(leg) {
            Some(Dialog::Over) | None => {} // late: our BYE crossed theirs
            Some(Dialog::Offered { .. } | Dialog::Answered { .. } | Dialog::Confirmed | Dialog::Changing) => {
                self.set_dialog(leg, Dialog::Over);
                self.end(Reason::Hung(EndedBy::Caller), turn);
            }
        }
    }

    pub(super) fn reoffered(&mut self, leg: LegId, sdp: Option<String>, turn: &mut Turn<'_>) {
        match self.dialog(leg) {
            Some(Dialog::Confirmed) => {
                self.set_dialog(leg, Dialog::Changing);
                turn.effect(Effect::Renegotiate { leg, offer: sdp });
            }
            Some(Dialog::Offered { .. } | Dialog::Answered { .. } | Dialog::Changing) => {
                let seconds = turn.rng.random_range(REOFFER_AFTER_SECONDS);
                let retry_after = Some(Duration::from_secs(seconds));
                turn.effect(Effect::RejectReoffer { leg, status: 500, retry_after });
            }
            Some(Dialog::Over) | None => {} // late: the dialog layer answers 481 by itself
        }
    }

    pub(super) fn renegotiated(&mut self, leg: LegId, sdp: String, turn: &mut Turn<'_>) {
        if let Some(Dialog::Changing) = self.dialog(leg) {
            self.set_dialog(leg, Dialog::Confirmed);
            turn.effect(Effect::AnswerReoffer { leg, sdp });
        } // Late: the call ended meanwhile.
    }

    pub(super) fn media_timed_out(&mut self, leg: LegId, turn: &mut Turn<'_>) {
        match self.legs.get(&leg) {
            Some(Leg::Dialog(Dialog::Over)) | None => {} // late
            Some(Leg::Dialog(_)) => self.end(Reason::Failed, turn),
            Some(Leg::Desk(operator)) => self.operator_away(*operator, turn),
        }
    }

    /// Ends the signalling of every leg and closes what the call opened.
    pub(super) fn close_legs(&mut self, status: u16, turn: &mut Turn<'_>) {
        let dialogs: Vec<(LegId, Dialog)> =
            self.legs.keys().filter_map(|leg| Some((*leg, self.dialog(*leg)?))).collect();
        for (leg, dialog) in dialogs {
            match dialog {
                Dialog::Over => continue,
                Dialog::Offered { .. } => {
                    let seconds = turn.rng.random_range(RETRY_AFTER_SECONDS);
                    let retry_after = (status == 503).then(|| Duration::from_secs(seconds));
                    turn.effect(Effect::Reject { leg, status, retry_after });
                }
                Dialog::Changing => {
                    turn.effect(Effect::RejectReoffer { leg, status: 487, retry_after: None });
                    turn.effect(Effect::Bye { leg });
                }
                Dialog::Answered { .. } | Dialog::Confirmed => turn.effect(Effect::Bye { leg }),
            }
            self.set_dialog(leg, Dialog::Over);
        }
        for leg in std::mem::take(&mut self.media) {
            turn.effect(Effect::CloseMedia { leg });
        }
    }

    /// Whether the call is still being answered.
    pub(super) fn is_arriving(&self) -> bool {
        self.books.phase() == Phase::Arriving
    }
}
