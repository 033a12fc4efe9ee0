//! Answers without state (RFC 3261 8.2.7): the same request always gets the same answer.

use super::wire::{Message, address, top_via};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::net::SocketAddr;

/// What to say instead of taking a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) reason: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Refusal {
    pub(crate) fn new(status: u16, reason: &'static str) -> Self {
        Self { status, reason, headers: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Methods that we understand, for Allow.
pub(crate) const ALLOW: &str = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, PRACK, UPDATE";
/// Extensions that we understand, for Supported.
pub(crate) const SUPPORTED: &str = "100rel, timer";
/// Bodies that we understand, for Accept.
pub(crate) const ACCEPT: &str = "application/sdp";

/// The usual words for a status.
pub(crate) fn phrase(status: u16) -> &'static str {
    match status {
        100 => "Trying",
        180 => "Ringing",
        183 => "Session Progress",
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Timeout",
        415 => "Unsupported Media Type",
        416 => "Unsupported URI Scheme",
        420 => "Bad Extension",
        422 => "Session Interval Too Small",
        480 => "Temporarily Unavailable",
        481 => "Call/Transaction Does Not Exist",
        482 => "Loop Detected",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        491 => "Request Pending",
        500 => "Server Internal Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        504 => "Server Time-out",
        505 => "Version Not Supported",
        603 => "Decline",
        _ => "Refused",
    }
}

/// A To tag that depends on nothing but the request, so that a retransmission gets the same one.
fn stateless_tag(message: &Message<'_>, key: &[u8; 32]) -> String {
    let mut hash = Sha256::new();
    hash.update(key);
    for name in ["Via", "From", "Call-ID", "CSeq"] {
        hash.update(message.first(name).unwrap_or("").as_bytes());
        hash.update([0]);
    }
    hex::encode(hash.finalize().get(..8).unwrap_or(&[]))
}

/// Prints the answer. Via, From, To, Call-ID and CSeq are copied as they came; the top Via learns where the
/// packet really came from (RFC 3261 18.2.1, RFC 3581).
pub(crate) fn print(
    message: &Message<'_>,
    refusal: &Refusal,
    source: SocketAddr,
    product: &str,
    key: &[u8; 32],
) -> Vec<u8> {
    let mut out = String::with_capacity(768);
    let _ = write!(out, "SIP/2.0 {} {}\r\n", refusal.status, refusal.reason);
    for (index, via) in message.all("Via").enumerate() {
        let via = if index == 0 { stamped(via, source) } else { via.to_owned() };
        let _ = write!(out, "Via: {via}\r\n");
    }
    for name in ["From", "To", "Call-ID", "CSeq"] {
        let Some(value) = message.first(name) else { continue };
        let untagged = name == "To" && address(value).is_ok_and(|to| to.param("tag").is_none());
        if untagged && refusal.status > 100 {
            let _ = write!(out, "{name}: {value};tag={}\r\n", stateless_tag(message, key));
        } else {
            let _ = write!(out, "{name}: {value}\r\n");
        }
    }
    for (name, value) in &refusal.headers {
        let _ = write!(out, "{name}: {value}\r\n");
    }
    let _ = write!(out, "Server: {product}\r\nContent-Length: 0\r\n\r\n");
    out.into_bytes()
}

fn stamped(via: &str, source: SocketAddr) -> String {
    let Ok(top) = top_via(via) else { return via.to_owned() };
    let rest = via.get(top.text.len()..).unwrap_or("");
    let mut text: String = String::with_capacity(via.len().saturating_add(48));
    let mut asked = false;
    for (index, item) in top.text.split(';').enumerate() {
        let key = item.split('=').next().unwrap_or("").trim();
        if index > 0 && key.eq_ignore_ascii_case("rport") {
            asked = true;
            continue;
        }
        if index > 0 && key.eq_ignore_ascii_case("received") {
            continue;
        }
        if index > 0 {
            text.push(';');
        }
        text.push_str(item);
    }
    let host = top.sent_by.rsplit_once(':').map_or(top.sent_by, |(host, port)| {
        if port.bytes().all(|b| b.is_ascii_digit()) { host } else { top.sent_by }
    });
    if asked || host != source.ip().to_string() {
        let _ = write!(text, ";received={}", source.ip());
    }
    if asked {
        let _ = write!(text, ";rport={}", source.port());
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::super::wire::cut;
    use super::*;

    #[test]
    fn the_answer_goes_back_with_received_and_rport() {
        let head = "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1;rport;branch=z9hG4bKx, SIP/2.0/UDP second\r\n\
                    From: <sip:x@y>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n";
        let message = cut(head, b"");
        let source = "192.0.2.9:4711".parse().unwrap();
        let answer =
            || String::from_utf8(print(&message, &Refusal::new(200, "OK"), source, "T", &[7; 32])).unwrap();

        assert!(answer().contains(
            "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKx;received=192.0.2.9;rport=4711, SIP/2.0/UDP second\r\n"
        ));
        assert!(answer().contains("To: <sip:a@b>;tag="));
        assert_eq!(answer(), answer());
    }
}
