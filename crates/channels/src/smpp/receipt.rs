//! Delivery receipts: in parameters, in a text of no standard, or both.

use super::read::Deliver;
use crate::link::SmppSettings;
use crate::store::{NewReceipt, ReceiptState};

/// Bits of `esm_class` that say what a message is.
const KIND: u8 = 0x3c;
/// A receipt of the centre.
const RECEIPT: u8 = 0x04;
/// A receipt that is not the last.
const INTERMEDIATE: u8 = 0x20;

/// The receipt that a delivery is; nothing when it is a message. Well-formed parameters win over the text.
#[must_use]
pub fn receipt(deliver: &Deliver, settings: &SmppSettings) -> Option<NewReceipt> {
    let (text, _) = deliver.read_text(settings.alphabet);
    let said = Said::read(&text);
    let is_marked = matches!(deliver.esm_class & KIND, RECEIPT | INTERMEDIATE);
    // Some centres forget the mark; a text with an id and a state is no message of a person.
    if !is_marked && deliver.receipted_id.is_none() && (said.id.is_none() || said.state.is_none()) {
        return None;
    }
    let id = deliver.receipted_id.as_deref().or(said.id)?;
    let state = match deliver.message_state.and_then(by_number) {
        Some(state) => state,
        None => said.state.map_or(ReceiptState::Pending, by_word),
    };
    let code = match (said.state, said.error, deliver.network_error.as_deref()) {
        (word, Some(error), _) | (word, None, Some(error)) => {
            Some(format!("{} {error}", word.unwrap_or("error")))
        }
        (word, None, None) => word.map(str::to_owned),
    };
    Some(NewReceipt {
        provider_id: settings.receipt_ids.normalise(id),
        address: Some(number(deliver)),
        state,
        code,
        raw: text.chars().filter(|c| *c != '\0').take(500).collect(),
    })
}

/// The customer's number: messages are sent to E.164, so a receipt's bare digits are that.
fn number(deliver: &Deliver) -> String {
    let digits = deliver.source.trim_start_matches('+');
    let is_number = digits.len() >= 7 && digits.bytes().all(|b| b.is_ascii_digit());
    if is_number { format!("+{digits}") } else { deliver.source.clone() }
}

/// `message_state` (SMPP 3.4, 5.2.28).
const fn by_number(state: u8) -> Option<ReceiptState> {
    match state {
        1 | 6 | 7 => Some(ReceiptState::Pending),
        2 => Some(ReceiptState::Delivered),
        3 => Some(ReceiptState::Expired),
        4 | 5 | 8 => Some(ReceiptState::Undelivered),
        _ => None,
    }
}

/// The word after `stat:` (SMPP 3.4, appendix B). What is not final, or not known, is not a failure.
fn by_word(word: &str) -> ReceiptState {
    let word = word.to_ascii_uppercase();
    match word.as_str() {
        "DELIVRD" | "DELIVERED" => ReceiptState::Delivered,
        "EXPIRED" => ReceiptState::Expired,
        "UNDELIV" | "DELETED" | "REJECTD" | "REJECTED" | "FAILED" => ReceiptState::Undelivered,
        _ => ReceiptState::Pending,
    }
}

/// What a receipt's text says: `id:… sub:… dlvrd:… submit date:… done date:… stat:… err:… text:…`, in any order and
/// case.
#[derive(Default)]
struct Said<'t> {
    id: Option<&'t str>,
    state: Option<&'t str>,
    error: Option<&'t str>,
}

impl<'t> Said<'t> {
    fn read(text: &'t str) -> Self {
        // What the customer was sent comes last and may hold anything.
        let lower = text.to_ascii_lowercase();
        let own = lower.find(" text:").and_then(|end| text.get(..end)).unwrap_or(text);
        let mut said = Self::default();
        for word in own.split_ascii_whitespace() {
            let Some((name, value)) = word.split_once(':') else { continue };
            let place = match name.to_ascii_lowercase().as_str() {
                "id" => &mut said.id,
                "stat" => &mut said.state,
                "err" => &mut said.error,
                _ => continue,
            };
            *place = Some(value).filter(|value| !value.is_empty());
        }
        said
    }
}
