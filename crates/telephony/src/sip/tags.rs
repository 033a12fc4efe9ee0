//! Devices of RFC 2543 send From without a tag, which RFC 3261 12.1.1 lets live as the empty tag. The library
//! wants one, so it gets a marker on the way in, which is cut out of the datagram on the way out.

use rsipstack::rsip::headers::make_header;
use rsipstack::rsip::{Header, SipMessage};
use std::borrow::Cow;

const PARAM: &str = ";tag=rfc2543-has-no-tag";

/// Gives a request without a From tag the marker.
pub(crate) fn mark(message: &mut SipMessage) {
    let SipMessage::Request(request) = message else { return };
    for header in request.headers.iter_mut() {
        if let Header::From(from) = header
            && super::wire::address(from.value()).is_ok_and(|from| from.param("tag").is_none())
        {
            *header = make_header("From", format!("{}{PARAM}", from.value()));
        }
    }
}

/// The tag as the peer wrote it.
pub(crate) fn plain(tag: &str) -> &str {
    if PARAM.ends_with(tag) && tag.len() > 8 { "" } else { tag }
}

/// Takes the marker off what we send.
pub(crate) fn unmark(datagram: &[u8]) -> Cow<'_, [u8]> {
    let marker = PARAM.as_bytes();
    let Some(at) = datagram.windows(marker.len()).position(|window| window == marker) else {
        return Cow::Borrowed(datagram);
    };
    let mut clean = datagram.get(..at).unwrap_or(&[]).to_vec();
    clean.extend_from_slice(&unmark(datagram.get(at.saturating_add(marker.len())..).unwrap_or(&[])));
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marker_is_cut_out_wherever_it_stands() {
        assert_eq!(unmark(format!("a{PARAM}b{PARAM}").as_bytes()).as_ref(), b"ab");
        assert_eq!(plain("rfc2543-has-no-tag"), "");
        assert_eq!(plain("abc"), "abc");
    }
}
