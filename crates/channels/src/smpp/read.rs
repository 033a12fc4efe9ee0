//! Reads what SMS centres send, also when it is not quite what the standard says.

use super::command;
use crate::link::Alphabet;
use crate::sms::gsm7;
use crate::store::PartOf;
use bytes::Bytes;

/// Longest system id, service type and address that the standard knows, without the closing octet.
const SYSTEM_ID: usize = 15;
const SERVICE_TYPE: usize = 5;
const ADDRESS: usize = 20;
const MESSAGE_ID: usize = 64;
const TIME: usize = 16;

/// The beginning of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Which operation.
    pub command: u32,
    /// How a response ended.
    pub status: u32,
    /// Which request it belongs to.
    pub sequence: u32,
}

/// A frame that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// Its beginning.
    pub header: Header,
    /// What it says.
    pub body: Body,
    /// What was put up with.
    pub leniencies: Vec<&'static str>,
}

/// What a frame says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// The answer to a bind.
    BindAnswer,
    /// The answer to a message, with the centre's id.
    SubmitAnswer(Option<String>),
    /// A message or a receipt.
    Deliver(Box<Deliver>),
    /// Are you there?
    EnquireLink,
    /// Yes.
    EnquireLinkAnswer,
    /// The session ends.
    Unbind,
    /// It has ended.
    UnbindAnswer,
    /// A request of ours could not be read.
    Nack,
    /// Something to know that wants no answer.
    Notice,
    /// A request that we do not know.
    OtherRequest,
    /// An answer to something that we never ask.
    OtherAnswer,
}

/// A message or a receipt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deliver {
    /// Who it is from.
    pub source: String,
    /// Whether `source` is an international number.
    pub international: bool,
    /// To whom.
    pub destination: String,
    /// What it is, in bits (SMPP 3.4, 5.2.12).
    pub esm_class: u8,
    /// How the text is written.
    pub data_coding: u8,
    /// The text, with its header if it has one.
    pub text: Bytes,
    /// `receipted_message_id`.
    pub receipted_id: Option<String>,
    /// `message_state`.
    pub message_state: Option<u8>,
    /// `network_error_code`, in digits.
    pub network_error: Option<String>,
    /// `sar_*`.
    pub sar: Option<PartOf>,
}

/// A place in a frame.
struct Cursor {
    rest: Bytes,
    leniencies: Vec<&'static str>,
}

impl Cursor {
    /// A text that ends with a zero octet, or with the frame.
    fn text(&mut self, most: usize) -> String {
        let end = self.rest.iter().position(|octet| *octet == 0);
        let text = self.rest.split_to(end.unwrap_or(self.rest.len()));
        if end.is_some() {
            let _zero = self.rest.split_to(1);
        } else {
            self.put_up_with("unterminated_text");
        }
        if text.len() > most {
            self.put_up_with("overlong_text");
        }
        match std::str::from_utf8(&text) {
            Ok(text) => text.to_owned(),
            Err(_) => {
                self.put_up_with("text_not_ascii");
                text.iter().copied().map(char::from).collect()
            }
        }
    }

    fn octet(&mut self) -> u8 {
        match self.rest.first().copied() {
            Some(octet) => {
                let _read = self.rest.split_to(1);
                octet
            }
            None => {
                self.put_up_with("short_frame");
                0
            }
        }
    }

    fn octets(&mut self, count: usize) -> Bytes {
        if count > self.rest.len() {
            self.put_up_with("short_text");
        }
        self.rest.split_to(count.min(self.rest.len()))
    }

    fn put_up_with(&mut self, what: &'static str) {
        if !self.leniencies.contains(&what) {
            self.leniencies.push(what);
        }
    }

    /// Optional parameters, until there are no more.
    fn parameters(&mut self, mut take: impl FnMut(u16, &Bytes) -> bool) {
        while let Some((head, _)) = self.rest.split_first_chunk::<4>() {
            let [tag1, tag2, length1, length2] = *head;
            let _head = self.rest.split_to(4);
            let length = usize::from(u16::from_be_bytes([length1, length2]));
            let value = self.octets(length);
            if !take(u16::from_be_bytes([tag1, tag2]), &value) {
                self.put_up_with("bad_parameter");
            }
        }
        if !self.rest.is_empty() {
            self.put_up_with("trailing_octets");
        }
    }
}

/// Reads a frame. Nothing makes it fail: what cannot be read is empty, and named.
#[must_use]
pub fn read(frame: &Bytes) -> Incoming {
    let word = |at: usize| {
        let four = frame.get(at..at + 4).and_then(|four| four.first_chunk::<4>());
        four.map_or(0, |four| u32::from_be_bytes(*four))
    };
    let header = Header { command: word(4), status: word(8), sequence: word(12) };
    let rest = if frame.len() > 16 { frame.slice(16..) } else { Bytes::new() };
    let mut cursor = Cursor { rest, leniencies: Vec::new() };
    let body = read_body(header, &mut cursor);
    Incoming { header, body, leniencies: cursor.leniencies }
}

fn read_body(header: Header, cursor: &mut Cursor) -> Body {
    const ANSWER: u32 = command::RESPONSE;
    const RECEIVER: u32 = ANSWER | command::BIND_RECEIVER;
    const TRANSMITTER: u32 = ANSWER | command::BIND_TRANSMITTER;
    const TRANSCEIVER: u32 = ANSWER | command::BIND_TRANSCEIVER;
    const SUBMIT: u32 = ANSWER | command::SUBMIT_SM;
    const ENQUIRE: u32 = ANSWER | command::ENQUIRE_LINK;
    const UNBIND: u32 = ANSWER | command::UNBIND;
    match header.command {
        RECEIVER | TRANSMITTER | TRANSCEIVER => {
            if !cursor.rest.is_empty() {
                let _system_id = cursor.text(SYSTEM_ID);
            }
            Body::BindAnswer
        }
        SUBMIT => {
            let id = if cursor.rest.is_empty() { String::new() } else { cursor.text(MESSAGE_ID) };
            Body::SubmitAnswer((!id.trim().is_empty()).then_some(id))
        }
        command::DELIVER_SM => Body::Deliver(Box::new(deliver_sm(cursor))),
        command::DATA_SM => Body::Deliver(Box::new(data_sm(cursor))),
        command::ENQUIRE_LINK => Body::EnquireLink,
        ENQUIRE => Body::EnquireLinkAnswer,
        command::UNBIND => Body::Unbind,
        UNBIND => Body::UnbindAnswer,
        command::GENERIC_NACK => Body::Nack,
        command::OUTBIND | command::ALERT_NOTIFICATION => Body::Notice,
        other if other & ANSWER != 0 => Body::OtherAnswer,
        _ => Body::OtherRequest,
    }
}

fn addresses(cursor: &mut Cursor) -> Deliver {
    let _service_type = cursor.text(SERVICE_TYPE);
    let (source_ton, _npi) = (cursor.octet(), cursor.octet());
    let source = cursor.text(ADDRESS);
    let (_ton, _npi) = (cursor.octet(), cursor.octet());
    let destination = cursor.text(ADDRESS);
    let esm_class = cursor.octet();
    Deliver { source, international: source_ton == 1, destination, esm_class, ..Deliver::default() }
}

fn deliver_sm(cursor: &mut Cursor) -> Deliver {
    let mut deliver = addresses(cursor);
    let (_protocol, _priority) = (cursor.octet(), cursor.octet());
    let (_schedule, _validity) = (cursor.text(TIME), cursor.text(TIME));
    let (_registered, _replace) = (cursor.octet(), cursor.octet());
    deliver.data_coding = cursor.octet();
    let _default_message = cursor.octet();
    let length = usize::from(cursor.octet());
    deliver.text = cursor.octets(length);
    parameters(cursor, &mut deliver);
    deliver
}

fn data_sm(cursor: &mut Cursor) -> Deliver {
    let mut deliver = addresses(cursor);
    let _registered = cursor.octet();
    deliver.data_coding = cursor.octet();
    parameters(cursor, &mut deliver);
    deliver
}

fn parameters(cursor: &mut Cursor, deliver: &mut Deliver) {
    let (mut reference, mut total, mut number) = (None, None, None);
    cursor.parameters(|tag, value| {
        let first = value.first().copied();
        match tag {
            0x001e => {
                let text: Vec<u8> = value.iter().copied().take_while(|octet| *octet != 0).collect();
                let well_formed = value.last() == Some(&0);
                deliver.receipted_id = String::from_utf8(text).ok().filter(|id| !id.is_empty());
                return well_formed && deliver.receipted_id.is_some();
            }
            0x0427 => deliver.message_state = first,
            0x0424 => deliver.text = value.clone(),
            0x0423 => {
                let Some([_network, code @ ..]) = value.first_chunk::<3>() else { return false };
                deliver.network_error = Some(u16::from_be_bytes(*code).to_string());
            }
            0x020c => reference = value.first_chunk::<2>().map(|two| i32::from(u16::from_be_bytes(*two))),
            0x020e => total = first.map(i32::from),
            0x020f => number = first.map(i32::from),
            _ => {}
        }
        true
    });
    if let (Some(reference), Some(total), Some(number)) = (reference, total, number) {
        deliver.sar = Some(PartOf { reference, total, number });
    }
}

impl Deliver {
    /// Who it is from, as numbers are stored.
    #[must_use]
    pub fn sender(&self) -> String {
        let digits = self.source.trim_start_matches('+');
        let is_number = digits.len() >= 7 && digits.bytes().all(|b| b.is_ascii_digit());
        if is_number && (self.international || self.source.starts_with('+')) {
            format!("+{digits}")
        } else {
            self.source.clone()
        }
    }

    /// The text and which part of a long message it is.
    #[must_use]
    pub fn read_text(&self, alphabet: Alphabet) -> (String, Option<PartOf>) {
        let has_header = self.esm_class & 0x40 != 0;
        let (header, text) = match self.text.first().map(|length| usize::from(*length) + 1) {
            Some(length) if has_header => self.text.split_at_checked(length).unwrap_or((&self.text, &[])),
            _ => (&[][..], &self.text[..]),
        };
        (decode(self.data_coding, alphabet, text), part_in(header).or(self.sar))
    }
}

/// Which part a header names (3GPP TS 23.040 9.2.3.24.1 and .8).
fn part_in(header: &[u8]) -> Option<PartOf> {
    let mut rest = header.get(1..)?;
    loop {
        let [element, length, after @ ..] = rest else { return None };
        let (value, after) = after.split_at_checked(usize::from(*length))?;
        let part = match (element, value) {
            (0x00, [reference, total, number]) => (i32::from(*reference), *total, *number),
            (0x08, [high, low, total, number]) => {
                (i32::from(u16::from_be_bytes([*high, *low])), *total, *number)
            }
            _ => {
                rest = after;
                continue;
            }
        };
        let (reference, total, number) = part;
        let makes_sense = total > 1 && (1..=total).contains(&number);
        return makes_sense.then(|| PartOf { reference, total: total.into(), number: number.into() });
    }
}

fn decode(data_coding: u8, alphabet: Alphabet, octets: &[u8]) -> String {
    match (data_coding, alphabet) {
        (0x08, _) => {
            let units = octets.chunks(2).map(|pair| match pair {
                [high, low] => u16::from_be_bytes([*high, *low]),
                _ => 0xfffd,
            });
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        (0x00, Alphabet::Gsm7) => gsm7::decode(octets),
        _ => octets.iter().copied().map(char::from).collect(),
    }
}
