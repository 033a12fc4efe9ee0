//! `rsip` as the parse oracle: two parsers of different ages must read the same things into sound messages.

use proptest::prelude::*;
use rsip::prelude::{HeadersExt as OldHeaders, UntypedHeader as OldHeader};
use rsipstack::rsip as new;
use rsipstack::rsip::prelude::HeadersExt as NewHeaders;

/// What both must agree on.
fn old_view(bytes: &[u8]) -> Option<Vec<String>> {
    let request = rsip::Request::try_from(bytes).ok()?;
    Some(vec![
        request.method.to_string(),
        request.uri.to_string(),
        request.via_header().ok()?.value().to_owned(),
        request.from_header().ok()?.value().to_owned(),
        request.to_header().ok()?.value().to_owned(),
        request.call_id_header().ok()?.value().to_owned(),
        request.cseq_header().ok()?.seq().ok()?.to_string(),
        request.from_header().ok()?.tag().ok()?.map(|tag| tag.value().to_owned()).unwrap_or_default(),
        request.contact_header().map(|contact| contact.value().to_owned()).unwrap_or_default(),
        String::from_utf8_lossy(&request.body).into_owned(),
    ])
}

fn new_view(bytes: &[u8]) -> Option<Vec<String>> {
    let new::SipMessage::Request(request) = new::SipMessage::try_from(bytes).ok()? else { return None };
    Some(vec![
        request.method.to_string(),
        request.uri.to_string(),
        request.via_header().ok()?.value().to_owned(),
        request.from_header().ok()?.value().to_owned(),
        request.to_header().ok()?.value().to_owned(),
        request.call_id_header().ok()?.value().to_owned(),
        request.cseq_header().ok()?.seq().ok()?.to_string(),
        request.from_header().ok()?.tag().ok()?.map(|tag| tag.value().to_owned()).unwrap_or_default(),
        request.contact_header().map(|contact| contact.value().to_owned()).unwrap_or_default(),
        String::from_utf8_lossy(&request.body).into_owned(),
    ])
}

proptest! {
    /// CC-TEL-01
    #[test]
    fn both_parsers_read_the_same_things_into_a_sound_request(
        method in prop::sample::select(vec!["INVITE", "BYE", "OPTIONS", "INFO", "UPDATE"]),
        user in "[a-z0-9+]{1,16}",
        host in "[a-z]{1,10}\\.example\\.com",
        port in 1024_u16..65535,
        display in "[A-Za-z ]{0,12}",
        tag in "[a-z0-9]{1,12}",
        branch in "[a-zA-Z0-9]{1,20}",
        call_id in "[a-z0-9.-]{1,24}",
        cseq in 0_u32..0x7fff_ffff,
        body in "[ -~]{0,80}",
    ) {
        let text = format!(
            "{method} sip:{user}@{host}:{port} SIP/2.0\r\nVia: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{branch}\r\n\
             Max-Forwards: 70\r\nFrom: \"{display}\" <sip:{user}@{host}>;tag={tag}\r\nTo: <sip:x@{host}>\r\n\
             Call-ID: {call_id}@{host}\r\nCSeq: {cseq} {method}\r\nContact: <sip:{user}@{host}:{port}>\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len(),
        );

        let (old, new) = (old_view(text.as_bytes()), new_view(text.as_bytes()));

        prop_assert!(old.is_some());
        prop_assert_eq!(old, new);
    }
}

/// What only one of them can read is known, so that a new version of either shows itself here.
#[test]
fn the_messages_of_rfc_4475_that_the_oracle_reads_are_read_alike() {
    let folder = format!("{}/tests/data/rfc4475", env!("CARGO_MANIFEST_DIR"));
    let mut both = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "dat") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        if let (Some(old), Some(new)) = (old_view(&bytes), new_view(&bytes)) {
            both += 1;
            // The oracle keeps what follows Content-Length, prints a URI's odd parts otherwise, and knows no
            // compact Contact.
            assert_eq!(old[2..8], new[2..8], "{}", path.display());
        }
    }
    assert!(both >= 15, "only {both} messages are read by both");
}
