//! Writes requests: a bind, and the parts of a message. Encoding is `rusmpp`'s.

use super::command;
use crate::link::{Alphabet, Bind, LongMessages, SmppSettings};
use crate::sms::{self, Encoding};
use bytes::{BufMut, Bytes, BytesMut};
use rusmpp::encode::{Encode, Length};
use rusmpp::pdus::{BindReceiver, BindTransceiver, BindTransmitter, SubmitSm};
use rusmpp::tlvs::MessageSubmissionRequestTlvValue as Tlv;
use rusmpp::types::{AnyOctetString, COctetString, EmptyOrFullCOctetString, OctetString};
use rusmpp::values::{DataCoding, EsmClass, InterfaceVersion, MessagePayload, Npi, RegisteredDelivery, Ton};
use rusmpp::{Command, CommandStatus, Pdu};

/// A frame whose sequence number is not set yet. Cheap to clone, so that it can be sent again.
pub type Request = Bytes;

/// The frame of a command.
fn frame(pdu: impl Into<Pdu>) -> Bytes {
    let command = Command::new(CommandStatus::EsmeRok, 0, pdu);
    let length = command.length() + 4;
    let mut octets = BytesMut::zeroed(length);
    if let Some((head, rest)) = octets.split_first_chunk_mut::<4>() {
        *head = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
        command.encode(rest);
    }
    octets.freeze()
}

/// The frame of something that has no body.
pub(super) fn bare(command: u32, status: u32, sequence: u32, out: &mut BytesMut) {
    out.put_u32(16);
    out.put_u32(command);
    out.put_u32(status);
    out.put_u32(sequence);
}

/// The answer to a message or a receipt: with the empty id that the standard asks for.
pub(super) fn deliver_answer(command: u32, status: u32, sequence: u32, out: &mut BytesMut) {
    out.put_u32(17);
    out.put_u32(command | command::RESPONSE);
    out.put_u32(status);
    out.put_u32(sequence);
    out.put_u8(0);
}

/// A request with its sequence number.
pub(super) fn request(request: &Request, sequence: u32, out: &mut BytesMut) {
    let (before, after) = (request.get(..12).unwrap_or_default(), request.get(16..).unwrap_or_default());
    out.put_slice(before);
    out.put_u32(sequence);
    out.put_slice(after);
}

/// A text that the settings' check has found to fit; a longer one is left out.
fn text<const MIN: usize, const MAX: usize>(text: &str) -> COctetString<MIN, MAX> {
    let mut octets = text.as_bytes().to_vec();
    octets.push(0);
    COctetString::from_vec(octets).unwrap_or_default()
}

/// The sign-in.
#[must_use]
pub fn bind(settings: &SmppSettings, password: &str) -> Request {
    macro_rules! bind {
        ($kind:ident) => {
            frame($kind::new(
                text(&settings.system_id),
                text(password),
                text(&settings.system_type),
                InterfaceVersion::Smpp3_4,
                Ton::Unknown,
                Npi::Unknown,
                COctetString::empty(),
            ))
        };
    }
    match settings.bind {
        Bind::Transceiver => bind!(BindTransceiver),
        Bind::Transmitter => bind!(BindTransmitter),
        Bind::Receiver => bind!(BindReceiver),
    }
}

/// The requests that a message is, one for each part. `reference` ties the parts together.
#[must_use]
pub fn submit(settings: &SmppSettings, to: &str, said: &str, reference: u8) -> Vec<Request> {
    let (data_coding, parts) = encoded(settings, said);
    let total = u8::try_from(parts.len()).unwrap_or(u8::MAX);
    if total == 1 {
        let only = parts.into_iter().next().unwrap_or_default();
        return vec![frame(message(settings, to, data_coding).short_message(octets(only)).build())];
    }
    match settings.long_messages {
        LongMessages::Payload => {
            let whole = MessagePayload::new(AnyOctetString::from_vec(parts.concat()));
            let pdu = message(settings, to, data_coding).push_tlv(Tlv::MessagePayload(whole)).build();
            vec![frame(pdu)]
        }
        LongMessages::Udh => {
            let with_header = |(part, number): (Vec<u8>, u8)| {
                let mut whole = vec![5, 0, 3, reference, total, number];
                whole.extend(part);
                let pdu = message(settings, to, data_coding)
                    .esm_class(EsmClass::default().with_udhi_indicator())
                    .short_message(octets(whole));
                frame(pdu.build())
            };
            parts.into_iter().zip(1..=total).map(with_header).collect()
        }
        LongMessages::Sar => {
            let with_parameters = |(part, number): (Vec<u8>, u8)| {
                let pdu = message(settings, to, data_coding)
                    .short_message(octets(part))
                    .push_tlv(Tlv::SarMsgRefNum(reference.into()))
                    .push_tlv(Tlv::SarTotalSegments(total))
                    .push_tlv(Tlv::SarSegmentSeqnum(number));
                frame(pdu.build())
            };
            parts.into_iter().zip(1..=total).map(with_parameters).collect()
        }
    }
}

fn octets(part: Vec<u8>) -> OctetString<0, 255> {
    OctetString::from_vec(part).unwrap_or_default()
}

/// The text in the centre's alphabet, else in UTF-16.
fn encoded(settings: &SmppSettings, said: &str) -> (DataCoding, Vec<Vec<u8>>) {
    let parts = sms::split(said);
    match (parts.encoding, settings.alphabet) {
        (Encoding::Ucs2, _) => (DataCoding::Ucs2, parts.parts),
        (Encoding::Gsm7, Alphabet::Gsm7) => (DataCoding::McSpecific, parts.parts),
        (Encoding::Gsm7, Alphabet::Latin1) => {
            // The cut is the one of septets, so that what was shown before sending holds.
            let latin = |part: &Vec<u8>| -> Option<Vec<u8>> {
                sms::gsm7::decode(part).chars().map(|c| u8::try_from(u32::from(c)).ok()).collect()
            };
            let all: Option<Vec<Vec<u8>>> = parts.parts.iter().map(latin).collect();
            match all {
                Some(all) => (DataCoding::McSpecific, all),
                None => (DataCoding::Ucs2, sms::split_ucs2(said).parts),
            }
        }
    }
}

/// All of a message but its text.
fn message(
    settings: &SmppSettings,
    to: &str,
    data_coding: DataCoding,
) -> rusmpp::pdus::builders::SubmitSmBuilder {
    let to = if settings.plus { to } else { to.trim_start_matches('+') };
    let digits = settings.sender.trim_start_matches('+');
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let (ton, npi) = match (is_number, digits.len()) {
        (false, _) => (Ton::Alphanumeric, Npi::Unknown),
        (true, ..7) => (Ton::Unknown, Npi::Isdn), // a short number of the network
        (true, _) => (Ton::International, Npi::Isdn),
    };
    let sender = if is_number && !settings.plus { digits } else { &settings.sender };
    SubmitSm::builder()
        .source_addr_ton(ton)
        .source_addr_npi(npi)
        .source_addr(text(sender))
        .dest_addr_ton(Ton::International)
        .dest_addr_npi(Npi::Isdn)
        .destination_addr(text(to))
        .validity_period(validity(settings.validity_seconds))
        .registered_delivery(RegisteredDelivery::from(0x01)) // a receipt, and nothing else
        .data_coding(data_coding)
}

/// A span of time as the standard writes it (SMPP 3.4, 7.1.1.2): YYMMDDhhmmss000R.
fn validity(seconds: u32) -> EmptyOrFullCOctetString<17> {
    if seconds == 0 {
        return EmptyOrFullCOctetString::empty();
    }
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (hours, minutes, seconds) = (rest / 3_600, rest / 60 % 60, rest % 60);
    let written = format!("0000{days:02}{hours:02}{minutes:02}{seconds:02}000R\0");
    EmptyOrFullCOctetString::from_vec(written.into_bytes()).unwrap_or_default()
}
