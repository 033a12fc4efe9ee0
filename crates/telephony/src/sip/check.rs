//! What is wrong with a request, and what RFC 3261 says to answer. No state, no clock.

use super::reply::{ACCEPT, ALLOW, Refusal, phrase};
use super::wire::{Address, Message, Start, TopVia, address, split_outside, top_via};

/// RFC 3261 8.1.1.5: a sequence number is less than 2^31.
const CSEQ_LIMIT: u32 = 1 << 31;
/// Methods of the IANA registry that we do not serve: 405 instead of 501.
const KNOWN_ELSEWHERE: [&str; 6] = ["REGISTER", "MESSAGE", "NOTIFY", "PUBLISH", "REFER", "SUBSCRIBE"];

/// A method that we serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Served {
    Invite,
    Ack,
    Bye,
    Cancel,
    Options,
    Info,
    Prack,
    Update,
}

impl Served {
    fn from_text(method: &str) -> Option<Self> {
        // Methods are case-sensitive (RFC 3261 7.1).
        Some(match method {
            "INVITE" => Self::Invite,
            "ACK" => Self::Ack,
            "BYE" => Self::Bye,
            "CANCEL" => Self::Cancel,
            "OPTIONS" => Self::Options,
            "INFO" => Self::Info,
            "PRACK" => Self::Prack,
            "UPDATE" => Self::Update,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Invite => "INVITE",
            Self::Ack => "ACK",
            Self::Bye => "BYE",
            Self::Cancel => "CANCEL",
            Self::Options => "OPTIONS",
            Self::Info => "INFO",
            Self::Prack => "PRACK",
            Self::Update => "UPDATE",
        }
    }
}

/// A request that is worth more work.
#[derive(Clone, Debug)]
pub(crate) struct Sound<'m> {
    pub(crate) method: Served,
    pub(crate) uri: &'m str,
    pub(crate) via: TopVia<'m>,
    pub(crate) from: Address<'m>,
    pub(crate) to: Address<'m>,
    pub(crate) call_id: &'m str,
    pub(crate) cseq: u32,
    /// The body, cut to Content-Length.
    pub(crate) body: &'m [u8],
}

impl Sound<'_> {
    pub(crate) fn caller_tag(&self) -> &str {
        self.from.param("tag").unwrap_or("")
    }

    pub(crate) fn to_tag(&self) -> Option<&str> {
        self.to.param("tag").filter(|tag| !tag.is_empty())
    }
}

/// The judgement.
#[derive(Clone, Debug)]
pub(crate) enum Verdict<'m> {
    /// Nobody can be answered, or nobody may be.
    Silence(&'static str),
    /// The request is refused for this reason.
    Refuse(&'static str, Refusal),
    /// A response: the transactions know what to do with it.
    Response,
    /// Sound.
    Sound(Sound<'m>),
}

fn bad(why: &'static str) -> (&'static str, Refusal) {
    (why, Refusal::new(400, phrase(400)).with("Warning", format!("399 trunkline \"{why}\"")))
}

fn other(status: u16, why: &'static str) -> (&'static str, Refusal) {
    (why, Refusal::new(status, phrase(status)))
}

/// Judges a message by itself.
pub(crate) fn check<'m>(message: &'m Message<'_>) -> Verdict<'m> {
    let (method, uri, version) = match message.start {
        Start::Response { .. } => {
            // RFC 3261 18.1.2 and RFC 4475 3.1.2.5: a response that cannot be matched is dropped.
            let sound = message.first("Via").is_some_and(|via| top_via(via).is_ok()) && cseq(message).is_ok();
            return if sound { Verdict::Response } else { Verdict::Silence("response") };
        }
        Start::Broken(what) if what == "status line" => return Verdict::Silence(what),
        Start::Broken(what) => {
            let ack = message.first("CSeq").is_some_and(|cseq| cseq.ends_with("ACK"));
            return if message.first("Via").is_some() && !ack {
                let (why, refusal) = bad(what);
                Verdict::Refuse(why, refusal)
            } else {
                Verdict::Silence(what)
            };
        }
        Start::Request { method, uri, version } => (method, uri, version),
    };
    if message.first("Via").is_none() {
        return Verdict::Silence("no Via");
    }
    match judge(message, method, uri, version) {
        Ok(sound) => Verdict::Sound(sound),
        // An ACK is never answered (RFC 3261 17).
        Err((why, _)) if method == "ACK" => Verdict::Silence(why),
        Err((why, refusal)) => Verdict::Refuse(why, refusal),
    }
}

fn judge<'m>(
    message: &'m Message<'_>,
    method: &'m str,
    uri: &'m str,
    version: &'m str,
) -> Result<Sound<'m>, (&'static str, Refusal)> {
    if !version.eq_ignore_ascii_case("SIP/2.0") {
        return Err(other(505, "version"));
    }
    let via = top_via(message.first("Via").unwrap_or("")).map_err(bad)?;
    for name in ["From", "To", "Call-ID", "CSeq"] {
        match message.all(name).count() {
            0 => {
                return Err(bad(match name {
                    "From" => "no From",
                    "To" => "no To",
                    "Call-ID" => "no Call-ID",
                    _ => "no CSeq",
                }));
            }
            1 => {}
            _ => return Err(bad("a header twice")),
        }
    }
    for name in ["Max-Forwards", "Content-Length", "Content-Type"] {
        if message.all(name).count() > 1 {
            return Err(bad("a header twice"));
        }
    }
    if message.broken_header {
        return Err(bad("header line"));
    }
    let (cseq, cseq_method) = cseq(message).map_err(bad)?;
    let call_id = message.first("Call-ID").unwrap_or("");
    if call_id.is_empty() || call_id.contains([' ', '\t']) {
        return Err(bad("Call-ID"));
    }
    let from = address(message.first("From").unwrap_or("")).map_err(bad)?;
    let to = address(message.first("To").unwrap_or("")).map_err(bad)?;
    if let Some(hops) = message.first("Max-Forwards") {
        // Zero is fine: we are where the request ends (RFC 4475 3.3.12).
        hops.parse::<u32>().ok().filter(|hops| *hops <= 255).ok_or_else(|| bad("Max-Forwards"))?;
    }
    let body = body(message).map_err(bad)?;
    let Some(served) = Served::from_text(method) else {
        return Err(if KNOWN_ELSEWHERE.contains(&method) && method == cseq_method {
            let (why, refusal) = other(405, "method not served");
            (why, refusal.with("Allow", ALLOW))
        } else {
            let (why, refusal) = other(501, "unknown method");
            (why, refusal.with("Allow", ALLOW))
        });
    };
    if method != cseq_method {
        return Err(bad("CSeq of another method"));
    }
    check_uri(uri)?;
    check_extensions(message, served)?;
    check_body(message, served, body)?;
    if served == Served::Invite {
        check_invite(message, to.param("tag").is_none(), via.branch)?;
    }
    Ok(Sound { method: served, uri, via, from, to, call_id, cseq, body })
}

fn cseq<'m>(message: &'m Message<'_>) -> Result<(u32, &'m str), &'static str> {
    let value = message.first("CSeq").ok_or("no CSeq")?;
    let (number, method) = value.split_once([' ', '\t']).ok_or("CSeq")?;
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return Err("CSeq");
    }
    let number = number.parse::<u32>().ok().filter(|number| *number < CSEQ_LIMIT).ok_or("CSeq")?;
    Ok((number, method.trim()))
}

fn body<'m>(message: &'m Message<'_>) -> Result<&'m [u8], &'static str> {
    let Some(length) = message.first("Content-Length") else { return Ok(message.body) };
    if length.is_empty() || !length.bytes().all(|b| b.is_ascii_digit()) {
        return Err("Content-Length");
    }
    let length = length.parse::<usize>().map_err(|_| "Content-Length")?;
    message.body.get(..length).ok_or("Content-Length beyond the message")
}

fn check_uri(uri: &str) -> Result<(), (&'static str, Refusal)> {
    let Some((scheme, rest)) = uri.split_once(':') else { return Err(bad("request URI")) };
    if uri.starts_with('<') || uri.contains(['<', '>', '"']) || rest.is_empty() {
        return Err(bad("request URI"));
    }
    if scheme.eq_ignore_ascii_case("tel") {
        return Ok(());
    }
    if !scheme.eq_ignore_ascii_case("sip") && !scheme.eq_ignore_ascii_case("sips") {
        return Err(other(416, "URI scheme"));
    }
    // RFC 3261 19.1.1: headers are not allowed in a request URI.
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    if host.contains('?') || host.is_empty() { Err(bad("headers in the request URI")) } else { Ok(()) }
}

fn check_extensions(message: &Message<'_>, method: Served) -> Result<(), (&'static str, Refusal)> {
    if matches!(method, Served::Ack | Served::Cancel) {
        return Ok(());
    }
    let unknown: Vec<&str> = message
        .tokens("Require")
        .filter(|option| !["100rel", "timer"].iter().any(|known| known.eq_ignore_ascii_case(option)))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let (why, refusal) = other(420, "unknown extension");
    Err((why, refusal.with("Unsupported", unknown.join(", "))))
}

fn check_body(message: &Message<'_>, method: Served, body: &[u8]) -> Result<(), (&'static str, Refusal)> {
    if body.is_empty() || matches!(method, Served::Ack | Served::Bye | Served::Cancel | Served::Options) {
        return Ok(());
    }
    let accepted: &[&str] = match method {
        Served::Info => &["application/dtmf-relay", "application/dtmf", "application/sdp"],
        _ => &["application/sdp"],
    };
    let kind = message.first("Content-Type").map(|value| value.split(';').next().unwrap_or("").trim());
    let encoded =
        message.tokens("Content-Encoding").any(|encoding| !encoding.eq_ignore_ascii_case("identity"));
    if !encoded && kind.is_some_and(|kind| accepted.iter().any(|known| known.eq_ignore_ascii_case(kind))) {
        return Ok(());
    }
    let (why, refusal) = other(415, "content type");
    let accept = if method == Served::Info { accepted.join(", ") } else { ACCEPT.to_owned() };
    Err((why, refusal.with("Accept", accept).with("Accept-Encoding", "identity")))
}

fn check_invite(
    message: &Message<'_>,
    initial: bool,
    branch: Option<&str>,
) -> Result<(), (&'static str, Refusal)> {
    let mut contacts = message.all("Contact").flat_map(|value| split_outside(value, b','));
    match (contacts.next(), contacts.next()) {
        (Some(contact), None) => {
            let contact = address(contact).map_err(|_| bad("Contact"))?;
            if split_outside(contact.params, b';').skip(1).filter(|item| item.trim().is_empty()).count() > 1 {
                return Err(bad("Contact"));
            }
        }
        // Devices of RFC 2543 (no magic cookie in the branch) need not name one.
        (None, _) if !initial || !branch.is_some_and(|branch| branch.starts_with("z9hG4bK")) => {}
        (None, _) => return Err(bad("no Contact")),
        (Some(_), Some(_)) => return Err(bad("more than one Contact")),
    }
    let fits = |range: &str| {
        let range = range.split(';').next().unwrap_or("").trim();
        ["application/sdp", "application/*", "*/*"].iter().any(|known| known.eq_ignore_ascii_case(range))
    };
    if message.first("Accept").is_some() && !message.tokens("Accept").any(fits) {
        return Err(other(406, "Accept without SDP"));
    }
    Ok(())
}
