//! E-mail: how a message is written and signed, how it is handed over, and what comes back when it does not arrive.

pub mod bounce;
pub mod client;
pub mod compose;
pub mod door;
#[cfg(test)]
mod tests;

use base::id::MessageId;
use uuid::Uuid;

/// The address that bounces of one message go to: the token of the message before the `@` (VERP).
#[must_use]
pub fn return_path(base: &str, message: MessageId) -> Option<String> {
    let (local, domain) = base.rsplit_once('@')?;
    Some(format!("{local}+{}@{domain}", message.as_uuid().simple()))
}

/// The message whose bounces go to that address.
#[must_use]
pub fn message_of(address: &str) -> Option<MessageId> {
    let (local, _) = address.rsplit_once('@')?;
    let (_, token) = local.rsplit_once('+')?;
    let is_token = token.len() == 32 && token.bytes().all(|b| b.is_ascii_hexdigit());
    is_token.then(|| Uuid::try_parse(token).ok().map(MessageId::from_uuid)).flatten()
}
