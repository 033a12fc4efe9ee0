//! Where bounces come in: the receiving side of SMTP and LMTP as a plain machine. Only addresses of our own messages
//! are taken; everybody else is refused at once.

use super::message_of;
use base::id::MessageId;
use smtp_proto::request::receiver::{DataReceiver, RequestReceiver};
use smtp_proto::{Error, Request};

/// Longest mail, in octets: a report with the headers of what it is about.
pub const MAIL_MAX: usize = 1024 * 1024;
/// Most messages that one mail may be about.
const RECIPIENTS_MAX: usize = 100;

/// What the shell does.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Write this.
    Say(String),
    /// Store this, then say [`Door::stored`].
    Take(Box<Report>),
    /// Close the connection.
    Close,
}

/// A mail about messages of ours.
#[derive(Debug, PartialEq, Eq)]
pub struct Report {
    /// About which.
    pub messages: Vec<MessageId>,
    /// Whether its sender is nobody (`<>`), as of every honest report.
    pub sender_is_nobody: bool,
    /// The mail.
    pub octets: Vec<u8>,
}

enum Phase {
    Commands(RequestReceiver),
    Text(DataReceiver, Vec<u8>),
    /// A mail is being stored.
    Storing,
}

/// One connection.
pub struct Door {
    host: String,
    phase: Phase,
    is_lmtp: bool,
    sender: Option<String>,
    messages: Vec<MessageId>,
    /// What came while a mail was being stored.
    waiting: Vec<u8>,
    stored: usize,
}

impl Door {
    /// A connection that was just made; the greeting to say.
    #[must_use]
    pub fn open(host: &str) -> (Self, String) {
        let door = Self {
            host: host.to_owned(),
            phase: Phase::Commands(RequestReceiver::default()),
            is_lmtp: false,
            sender: None,
            messages: Vec::new(),
            waiting: Vec::new(),
            stored: 0,
        };
        (door, format!("220 {host} ready\r\n"))
    }

    /// Octets came.
    pub fn receive(&mut self, octets: &[u8], effects: &mut Vec<Effect>) {
        let mut left = octets.iter();
        while !left.as_slice().is_empty() {
            match &mut self.phase {
                Phase::Storing => {
                    self.waiting.extend_from_slice(left.as_slice());
                    if self.waiting.len() > MAIL_MAX {
                        effects.push(Effect::Close);
                    }
                    return;
                }
                Phase::Text(receiver, mail) => {
                    let is_whole = receiver.ingest(&mut left, mail);
                    if mail.len() > MAIL_MAX {
                        effects.push(Effect::Say("552 5.3.4 this is too long for a report\r\n".to_owned()));
                        return effects.push(Effect::Close);
                    }
                    if is_whole {
                        let octets = std::mem::take(mail);
                        self.take(octets, effects);
                    }
                }
                Phase::Commands(receiver) => {
                    let answer = match receiver.ingest(&mut left) {
                        Ok(request) => Self::parts(&request),
                        Err(Error::NeedsMoreData { .. }) => return,
                        Err(error) => Asked::Wrong(error),
                    };
                    self.answer(answer, effects);
                }
            }
        }
    }

    /// A mail was stored, or could not be.
    pub fn stored(&mut self, is_stored: bool, effects: &mut Vec<Effect>) {
        let answer = if is_stored { "250 2.0.0 taken\r\n" } else { "451 4.3.0 try again later\r\n" };
        // LMTP answers once for each recipient (RFC 2033, 4.2).
        let answers = if self.is_lmtp { self.stored } else { 1 };
        effects.push(Effect::Say(answer.repeat(answers)));
        self.phase = Phase::Commands(RequestReceiver::default());
        let waiting = std::mem::take(&mut self.waiting);
        self.receive(&waiting, effects);
    }

    fn take(&mut self, octets: Vec<u8>, effects: &mut Vec<Effect>) {
        let messages = std::mem::take(&mut self.messages);
        self.stored = messages.len();
        let sender_is_nobody = self.sender.take().is_none_or(|sender| sender.is_empty());
        self.phase = Phase::Storing;
        effects.push(Effect::Take(Box::new(Report { messages, sender_is_nobody, octets })));
    }

    fn parts(request: &Request<std::borrow::Cow<'_, str>>) -> Asked {
        match request {
            Request::Ehlo { .. } => Asked::Hello { is_lmtp: false, is_extended: true },
            Request::Lhlo { .. } => Asked::Hello { is_lmtp: true, is_extended: true },
            Request::Helo { .. } => Asked::Hello { is_lmtp: false, is_extended: false },
            Request::Mail { from } => Asked::From(from.address.to_string()),
            Request::Rcpt { to } => Asked::To(to.address.to_string()),
            Request::Data => Asked::Text,
            Request::Rset => Asked::Again,
            Request::Noop { .. } => Asked::Nothing,
            Request::Quit => Asked::Quit,
            _ => Asked::Other,
        }
    }

    fn answer(&mut self, asked: Asked, effects: &mut Vec<Effect>) {
        let mut say = |text: &str| effects.push(Effect::Say(text.to_owned()));
        match asked {
            Asked::Hello { is_lmtp, is_extended } => {
                self.is_lmtp = is_lmtp;
                let host = &self.host;
                if is_extended {
                    say(&format!(
                        "250-{host}\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250-PIPELINING\r\n250 SIZE {MAIL_MAX}\r\n"
                    ));
                } else {
                    say(&format!("250 {host}\r\n"));
                }
            }
            Asked::From(sender) => {
                self.sender = Some(sender);
                self.messages.clear();
                say("250 2.1.0 ok\r\n");
            }
            Asked::To(_) if self.messages.len() >= RECIPIENTS_MAX => say("452 4.5.3 too many recipients\r\n"),
            Asked::To(recipient) => match message_of(&recipient) {
                Some(message) => {
                    self.messages.push(message);
                    say("250 2.1.5 ok\r\n");
                }
                None => say("550 5.1.1 only reports about our own messages are taken here\r\n"),
            },
            Asked::Text if self.messages.is_empty() => say("503 5.5.1 to whom?\r\n"),
            Asked::Text => {
                self.phase = Phase::Text(DataReceiver::new(), Vec::new());
                say("354 go on, end with a dot\r\n");
            }
            Asked::Again => {
                self.sender = None;
                self.messages.clear();
                say("250 2.0.0 ok\r\n");
            }
            Asked::Nothing => say("250 2.0.0 ok\r\n"),
            Asked::Quit => {
                say("221 2.0.0 good bye\r\n");
                effects.push(Effect::Close);
            }
            Asked::Other => say("502 5.5.1 not known here\r\n"),
            Asked::Wrong(Error::UnknownCommand | Error::InvalidResponse { .. }) => {
                say("500 5.5.1 not known\r\n")
            }
            Asked::Wrong(_) => say("501 5.5.2 cannot be read\r\n"),
        }
    }
}

/// What the other side asks.
enum Asked {
    Hello { is_lmtp: bool, is_extended: bool },
    From(String),
    To(String),
    Text,
    Again,
    Nothing,
    Quit,
    Other,
    Wrong(Error),
}
