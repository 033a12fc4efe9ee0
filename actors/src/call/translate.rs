//! Between the words of the edges and the words of the call.

use crate::legs::LegEvent;
use base::id::OperatorId;
use flow::CallerKind;
use routing::contact::{EndedBy as RowEndedBy, Outcome as RowOutcome};
use routing::operator::{self, FromCall};
use routing::queue;
use std::path::Path;
use std::time::Duration;
use telephony::call::{
    CallState, CallView, Caller, Command, EndedBy, Event, MediaRefusal, Outcome, StoredRecording,
};
use telephony::media::api::{MediaError, MediaEvent};
use telephony::sip::SipEvent;

/// What an operator wants, as an event of the call.
pub(super) fn command(operator: OperatorId, command: operator::Command) -> Event {
    let command = match command {
        operator::Command::Hold => Command::Hold,
        operator::Command::Resume => Command::Resume,
        operator::Command::Mute { on } => Command::Mute { on },
        operator::Command::HangUp => Command::HangUp,
        operator::Command::OperatorAway => return Event::OperatorAway { operator },
        operator::Command::OperatorBack { leg } => {
            return Event::OperatorBack { operator, operator_leg: leg };
        }
        operator::Command::OperatorLost => return Event::OperatorLost { operator },
    };
    Event::Command { operator, command }
}

/// What happened on a leg, as an event of the call; nothing for what a call need not know.
pub(super) fn leg_event(event: LegEvent, recordings: &Path) -> Option<Event> {
    match event {
        LegEvent::Sip(event) => sip_event(event),
        LegEvent::Media(event) => media_event(event, recordings),
    }
}

fn sip_event(event: SipEvent) -> Option<Event> {
    Some(match event {
        // The call exists because of it.
        SipEvent::Incoming(_) => return None,
        SipEvent::Acked { leg, sdp } => Event::Acked { leg, answer_sdp: sdp },
        SipEvent::Cancelled { leg } => Event::Cancelled { leg },
        SipEvent::HungUp { leg, .. } | SipEvent::Failed { leg, .. } => Event::HungUp { leg },
        SipEvent::Reoffered { leg, sdp } => Event::Reoffered { leg, sdp },
        SipEvent::Digit { leg, digit, .. } => Event::Digit { leg, digit },
    })
}

fn media_event(event: MediaEvent, recordings: &Path) -> Option<Event> {
    Some(match event {
        MediaEvent::Connected { .. } | MediaEvent::Disconnected { .. } => return None,
        MediaEvent::Quality { leg, quality } => {
            tracing::debug!(leg.id = %leg, ?quality, "audio quality");
            return None;
        }
        MediaEvent::Digit { leg, digit, .. } => Event::Digit { leg, digit },
        MediaEvent::PlayFinished { leg, play } => Event::PlayFinished { leg, play },
        MediaEvent::PlayFailed { leg, play, why } => {
            tracing::error!(leg.id = %leg, why, "a sound could not be played");
            Event::PlayFinished { leg, play }
        }
        MediaEvent::TimedOut { leg } => Event::MediaTimedOut { leg },
        MediaEvent::RecordingStored { recording, path, bytes, sha256, duration_ms } => {
            let below = path.strip_prefix(recordings).unwrap_or(&path);
            Event::RecordingStored(StoredRecording {
                recording,
                path: below.to_string_lossy().into_owned(),
                size_bytes: bytes,
                duration: Duration::from_millis(duration_ms),
                sha256,
            })
        }
        MediaEvent::RecordingFailed { recording, why, .. } => {
            tracing::error!(recording.id = %recording, why, "a recording was lost");
            Event::RecordingFailed { recording }
        }
    })
}

/// Why media was refused.
pub(super) fn refusal(error: &MediaError) -> MediaRefusal {
    match error {
        MediaError::NoCommonCodec => MediaRefusal::NoCommonCodec,
        MediaError::BadSdp(_) => MediaRefusal::BadSdp,
        MediaError::NoPorts
        | MediaError::UnknownLeg(_)
        | MediaError::LegExists(_)
        | MediaError::Overloaded
        | MediaError::Stopped => MediaRefusal::NoRoom,
    }
}

/// What the operator must hear of a changed view.
pub(super) fn to_operator(before: Option<CallView>, view: CallView) -> Vec<FromCall> {
    let state = before.map(|before| before.state);
    let news = match (state, view.state) {
        (before, after) if before == Some(after) => None,
        (Some(CallState::Held), CallState::Talking) => Some(FromCall::Resumed),
        (_, CallState::Talking) => Some(FromCall::Connected),
        (_, CallState::Held) => Some(FromCall::Held),
        // The operator knows: it is the operator's own desktop that is away.
        (_, CallState::Away) => None,
        (_, CallState::Ended { by }) => Some(FromCall::Ended { by: ended_by(by) }),
    };
    let muted_before = before.is_some_and(|before| before.muted);
    let mute = (muted_before != view.muted).then_some(FromCall::Muted { on: view.muted });
    news.into_iter().chain(mute).collect()
}

/// Who ended it, in the words of the rows.
pub(super) fn ended_by(by: EndedBy) -> RowEndedBy {
    match by {
        EndedBy::Caller => RowEndedBy::Caller,
        EndedBy::Operator => RowEndedBy::Operator,
        EndedBy::System => RowEndedBy::System,
    }
}

/// What became of the contact, in the words of the rows.
pub(super) fn outcome(outcome: Outcome) -> RowOutcome {
    match outcome {
        Outcome::Refused { .. } => RowOutcome::Refused,
        Outcome::Cancelled | Outcome::LeftInFlow => RowOutcome::AbandonedInIvr,
        Outcome::ServedByFlow => RowOutcome::IvrCompleted,
        Outcome::Abandoned => RowOutcome::Abandoned,
        Outcome::Unserved => RowOutcome::Refused,
        Outcome::Served => RowOutcome::Answered,
        Outcome::Failed => RowOutcome::Failed,
    }
}

/// The caller, in the words of queues and desktops.
pub(super) fn caller(caller: &Caller) -> queue::Caller {
    let record = caller.record.as_ref();
    let shown = (!caller.display.is_empty()).then(|| caller.display.clone());
    queue::Caller {
        number: caller.number.as_ref().map(ToString::to_string),
        name: record.map(|record| record.name.clone()).or(shown),
        customer_id: record.map(|record| record.customer),
        kind: record.map(|record| match record.kind {
            CallerKind::Individual => queue::CallerKind::Individual,
            CallerKind::Organisation => queue::CallerKind::Organisation,
        }),
        vip: record.is_some_and(|record| record.vip),
        language: Some(caller.language),
    }
}
