//! Reads just enough of a message to judge it, before any state is made for it.
//!
//! The parse that the stack works with is the library's. This one exists because a message that the library
//! cannot read still deserves the answer that RFC 3261 prescribes, and because refusing must cost next to nothing.

use std::borrow::Cow;

/// The first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start<'a> {
    /// `INVITE sip:1000@example.com SIP/2.0`
    Request { method: &'a str, uri: &'a str, version: &'a str },
    /// `SIP/2.0 200 OK`
    Response { status: u16 },
    /// Neither.
    Broken(&'static str),
}

/// A message cut into its parts, borrowed from the datagram.
#[derive(Clone, Debug)]
pub(crate) struct Message<'a> {
    pub(crate) start: Start<'a>,
    headers: Vec<(&'a str, Cow<'a, str>)>,
    /// Octets after the empty line.
    pub(crate) body: &'a [u8],
    /// A header line without a colon, or one of the like.
    pub(crate) broken_header: bool,
}

/// Where the head of a message ends: the index after the empty line.
pub(crate) fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at.saturating_add(4))
}

/// Cuts `head` (which ends in an empty line) into lines and headers.
pub(crate) fn cut<'a>(head: &'a str, body: &'a [u8]) -> Message<'a> {
    let mut lines = head.split("\r\n");
    let start = start_line(lines.next().unwrap_or(""));
    let mut headers: Vec<(&str, Cow<'_, str>)> = Vec::with_capacity(24);
    let mut broken_header = false;
    for line in lines {
        if line.is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            match headers.last_mut() {
                Some((_, value)) => {
                    let value = value.to_mut();
                    value.push(' ');
                    value.push_str(line.trim());
                }
                None => broken_header = true,
            }
            continue;
        }
        match line.split_once(':') {
            Some((name, value)) => headers.push((full_name(name.trim_end()), Cow::Borrowed(value.trim()))),
            None => broken_header = true,
        }
    }
    Message { start, headers, body, broken_header }
}

fn start_line(line: &str) -> Start<'_> {
    if line.get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case("SIP/")) {
        let status = line.split(' ').nth(1).unwrap_or("");
        return match status.parse::<u16>() {
            Ok(status)
                if (100..=699).contains(&status)
                    && line.get(..7).is_some_and(|version| version.eq_ignore_ascii_case("SIP/2.0")) =>
            {
                Start::Response { status }
            }
            _ => Start::Broken("status line"),
        };
    }
    let mut parts = line.split(' ');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(method), Some(uri), Some(version), None)
            if is_token(method)
                && !uri.is_empty()
                && version.get(..4).is_some_and(|v| v.eq_ignore_ascii_case("SIP/")) =>
        {
            Start::Request { method, uri, version }
        }
        _ => Start::Broken("request line"),
    }
}

/// RFC 3261 25.1, `token`.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&b))
}

fn full_name(name: &str) -> &str {
    // RFC 3261 7.3.3 and the IANA registry of compact forms.
    let [letter] = name.as_bytes() else { return name };
    match letter.to_ascii_lowercase() {
        b'c' => "Content-Type",
        b'e' => "Content-Encoding",
        b'f' => "From",
        b'i' => "Call-ID",
        b'k' => "Supported",
        b'l' => "Content-Length",
        b'm' => "Contact",
        b't' => "To",
        b'v' => "Via",
        b'x' => "Session-Expires",
        _ => name,
    }
}

impl Message<'_> {
    /// All values of a header, in order.
    pub(crate) fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_ref())
    }

    /// The first value of a header.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_ref())
    }

    /// Whether a comma-separated header lists `token`.
    pub(crate) fn lists(&self, name: &str, token: &str) -> bool {
        self.tokens(name).any(|listed| listed.eq_ignore_ascii_case(token))
    }

    /// The entries of a comma-separated header without quoted commas.
    pub(crate) fn tokens<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.all(name).flat_map(|value| value.split(',')).map(str::trim).filter(|token| !token.is_empty())
    }

    /// Method of the request.
    pub(crate) fn method(&self) -> Option<&str> {
        match self.start {
            Start::Request { method, .. } => Some(method),
            _ => None,
        }
    }
}

/// Splits at a byte outside of quotes and angle brackets.
pub(crate) fn split_outside(text: &str, at: u8) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    let mut angle = false;
    text.split(move |c: char| {
        if escaped {
            escaped = false;
            return false;
        }
        match c {
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '<' if !quoted => angle = true,
            '>' if !quoted => angle = false,
            _ if c == char::from(at) => return !quoted && !angle,
            _ => {}
        }
        false
    })
}

/// A parsed From, To or Contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address<'a> {
    /// Display name, unquoted.
    pub(crate) display: Option<String>,
    /// The URI without angle brackets.
    pub(crate) uri: &'a str,
    /// Parameters of the header, after the URI.
    pub(crate) params: &'a str,
}

/// Reads `name-addr` or `addr-spec` with parameters (RFC 3261 25.1).
pub(crate) fn address(value: &str) -> Result<Address<'_>, &'static str> {
    let value = value.trim();
    let (display, rest) = match value.strip_prefix('"') {
        Some(quoted) => {
            let end = closing_quote(quoted).ok_or("unbalanced quotes")?;
            let name = quoted.get(..end).unwrap_or("").replace("\\\"", "\"").replace("\\\\", "\\");
            let rest = quoted.get(end.saturating_add(1)..).unwrap_or("").trim_start();
            if !rest.starts_with('<') {
                return Err("a quoted name without <");
            }
            (Some(name), rest)
        }
        None => match value.find('<') {
            Some(at) => {
                let name = value.get(..at).unwrap_or("").trim();
                if !name.split_whitespace().all(is_token) {
                    return Err("a display name that needs quotes");
                }
                let display = (!name.is_empty()).then(|| name.to_owned());
                (display, value.get(at..).unwrap_or(""))
            }
            None => (None, value),
        },
    };
    let (uri, params) = match rest.strip_prefix('<') {
        Some(inner) => inner.split_once('>').ok_or("< without >")?,
        None => match rest.split_once(';') {
            Some((uri, _)) => (uri.trim_end(), rest.get(uri.len()..).unwrap_or("")),
            None => (rest, ""),
        },
    };
    if uri.is_empty() || uri.contains([' ', '\t', '"', '<', '>']) {
        return Err("an address with spaces or none at all");
    }
    if !rest.starts_with('<') && uri.contains([',', '?']) {
        return Err("an address that needs angle brackets");
    }
    let params = params.trim();
    if !params.is_empty() && !params.starts_with(';') {
        return Err("text after the address");
    }
    Ok(Address { display, uri, params })
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at),
            _ => {}
        }
    }
    None
}

impl<'a> Address<'a> {
    /// Value of a parameter such as `tag`; `Some("")` when it has none.
    pub(crate) fn param(&self, name: &str) -> Option<&'a str> {
        param(self.params, name)
    }
}

/// Value of a `;name=value` parameter.
pub(crate) fn param<'a>(params: &'a str, name: &str) -> Option<&'a str> {
    split_outside(params, b';').find_map(|item| {
        let (key, value) = item.split_once('=').unwrap_or((item, ""));
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// The parts of the topmost Via.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TopVia<'a> {
    /// Its text, as it came.
    pub(crate) text: &'a str,
    /// `host` or `host:port`.
    pub(crate) sent_by: &'a str,
    /// The branch, when there is one.
    pub(crate) branch: Option<&'a str>,
}

/// Reads the first entry of a Via header: `SIP/2.0/UDP host:port;params` with any white space that is allowed.
pub(crate) fn top_via(value: &str) -> Result<TopVia<'_>, &'static str> {
    let text = split_outside(value, b',').next().unwrap_or("").trim();
    let (front, params) = match text.find(';') {
        Some(at) => (text.get(..at).unwrap_or(""), text.get(at..).unwrap_or("")),
        None => (text, ""),
    };
    let mut parts = front.splitn(3, '/');
    let (protocol, version, rest) = (parts.next(), parts.next(), parts.next());
    let (Some(protocol), Some(_), Some(rest)) = (protocol, version, rest) else {
        return Err("a Via without protocol");
    };
    let rest = rest.trim();
    let (transport, sent_by) = rest.split_once([' ', '\t']).ok_or("a Via without sent-by")?;
    let sent_by = sent_by.trim();
    if !protocol.trim().eq_ignore_ascii_case("SIP") || !is_token(transport) || sent_by.is_empty() {
        return Err("a Via that is none");
    }
    // A trailing semicolon is common in the field; several are the work of a fuzzer.
    let empty = params.split(';').skip(1).filter(|item| item.trim().is_empty()).count();
    if empty > 1 || value.trim_end().ends_with(',') {
        return Err("a Via with empty parameters");
    }
    let branch = param(params, "branch").filter(|branch| !branch.is_empty());
    Ok(TopVia { text, sent_by, branch })
}

/// The user part of a SIP or tel URI, decoded, without the parameters that may follow it.
pub(crate) fn user_of(uri: &str) -> String {
    let (scheme, rest) = uri.split_once(':').unwrap_or(("", uri));
    let user = if scheme.eq_ignore_ascii_case("tel") {
        rest
    } else {
        rest.rsplit_once('@').map_or("", |(user, _)| user.split_once(':').map_or(user, |(user, _)| user))
    };
    decode(user.split(';').next().unwrap_or(""))
}

fn decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = (first == b'%').then(|| tail.get(..2)).flatten();
        match escaped.and_then(|two| hex::decode(two).ok()).and_then(|byte| byte.first().copied()) {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or(&[]);
            }
            None => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_and_compact_headers_are_read() {
        let message = cut(
            "OPTIONS sip:a@b SIP/2.0\r\nv: SIP/2.0/UDP h\r\nTO :\r\n <sip:a@b>;\r\n\ttag=1\r\nk: a, b\r\n\r\n",
            b"",
        );

        assert_eq!(message.first("via"), Some("SIP/2.0/UDP h"));
        assert_eq!(address(message.first("To").unwrap()).unwrap().param("tag"), Some("1"));
        assert!(message.lists("Supported", "B") && !message.lists("Supported", "c"));
    }

    #[test]
    fn addresses_are_read_or_refused() {
        assert_eq!(
            address("\"A, \\\"B\\\"\" <sip:a@b;x=1>;tag=7").unwrap().display.as_deref(),
            Some("A, \"B\"")
        );
        assert_eq!(address("sip:a@b;tag=7").unwrap().param("TAG"), Some("7"));
        assert_eq!(address("caller<sip:a@b>;tag=7").unwrap().display.as_deref(), Some("caller"));
        for broken in [
            "\"A <sip:a@b>",
            "Bell, A <sip:a@b>",
            "< sip:a@b >",
            "<sip:a@b",
            "",
            "sip:a@b?Route=x",
            "<sip:a@b> x",
        ] {
            assert!(address(broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn the_user_part_is_decoded() {
        assert_eq!(user_of("sip:%2B99871;phone-context=x@host"), "+99871");
        assert_eq!(user_of("sip:user:password@host"), "user");
        assert_eq!(user_of("tel:+99871;x=y"), "+99871");
        assert_eq!(user_of("sip:host"), "");
        assert_eq!(user_of("sip:100%@host"), "100%");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_cut_without_panic(text in "\\PC{0,200}", name in "[a-zA-Z-]{1,12}") {
            let message = cut(&text, b"");
            if let Some(value) = message.first(&name) {
                let _ = address(value);
            }
            let _ = (address(&text), top_via(&text), user_of(&text), param(&text, &name));
        }
    }
}
