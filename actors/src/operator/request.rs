//! Commands of the desktop as requests to the operator's core, and its refusals as problems.

use crate::desk::{DeskCommand, DeskProblem, WantedState};
use base::FieldFault;
use routing::contact::{NOTE_MAX, WrapUp};
use routing::operator::{Refusal, Request};

/// The request of a command; none for one that is not the core's to answer.
pub(super) fn of(command: DeskCommand) -> Option<Request> {
    let request = match command {
        DeskCommand::SetPresence { state: WantedState::Ready, .. } => Request::Ready,
        DeskCommand::SetPresence { state: WantedState::NotReady, reason_id } => {
            Request::NotReady { reason: reason_id }
        }
        DeskCommand::SignOut {} => Request::SignOut,
        DeskCommand::ConnectPhone { .. } => return None,
        DeskCommand::DisconnectPhone {} => Request::DisconnectPhone,
        DeskCommand::AcceptOffer { offer_id } => Request::Accept { offer: offer_id },
        DeskCommand::RejectOffer { offer_id } => Request::Reject { offer: offer_id },
        DeskCommand::Hold {} => Request::Hold,
        DeskCommand::Resume {} => Request::Resume,
        DeskCommand::Mute { on } => Request::Mute { on },
        DeskCommand::HangUp {} => Request::HangUp,
        DeskCommand::CompleteWrapUp { contact_id, topic_id, result_id, note } => Request::CompleteWrapUp {
            contact: contact_id,
            wrap_up: WrapUp { topic_id, result_id, note: note.unwrap_or_default() },
        },
        DeskCommand::ExtendWrapUp { contact_id } => Request::ExtendWrapUp { contact: contact_id },
    };
    Some(request)
}

/// What of a note no row takes: it is told by the note alone, also while the database is away.
pub(super) fn note_problem(note: &str) -> Option<DeskProblem> {
    let length = note.chars().count();
    let detail = if length > NOTE_MAX {
        format!("the note has {length} characters, and {NOTE_MAX} is the most")
    } else if note.contains('\0') {
        "the note has a character that cannot be stored (NUL)".to_owned()
    } else {
        return None;
    };
    Some(DeskProblem { code: "invalid", status: 422, detail })
}

/// How the edge tells what a row does not take.
pub(super) fn faulty(faults: &[FieldFault]) -> DeskProblem {
    let each = faults.iter().map(|fault| format!("{}: {}", fault.pointer, fault.detail));
    DeskProblem { code: "invalid", status: 422, detail: each.collect::<Vec<_>>().join("; ") }
}

/// How the edge tells a refusal.
pub(super) fn problem(refusal: Refusal) -> DeskProblem {
    let (code, status) = match refusal {
        Refusal::PhoneNotConnected => ("phone-not-connected", 409),
        Refusal::OfferGone => ("offer-gone", 409),
        Refusal::NoSuchContact => ("no-such-contact", 404),
        Refusal::WrongState => ("wrong-state", 409),
        Refusal::Busy => ("busy", 409),
        Refusal::UnknownReason => ("unknown-reason", 422),
        Refusal::TopicAndResultNeeded => ("topic-and-result-needed", 422),
    };
    DeskProblem { code, status, detail: refusal.to_string() }
}
