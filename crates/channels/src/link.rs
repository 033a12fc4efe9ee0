//! Links: connections to SMS centres and mail servers. A password is written, never read.

#[cfg(test)]
mod tests;

use base::FieldFault;
use base::id::LinkId;
use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::num::{NonZeroU16, NonZeroU32};
use utoipa::ToSchema;

/// Most requests that wait for an answer on one bind.
pub const WINDOW_MAX: u16 = 1_000;
/// Most messages a second over one link.
pub const PER_SECOND_MAX: u32 = 10_000;
/// Most connections to one mail server.
pub const CONNECTIONS_MAX: u16 = 50;
/// Longest password of a bind (SMPP 3.4 4.1.1: nine octets with the closing one).
pub const SMPP_PASSWORD_MAX: usize = 8;

/// What a link speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
#[schema(as = ProviderLinkKind)]
pub enum LinkKind {
    /// SMPP 3.4, to an SMS centre.
    Smpp,
    /// SMTP, to a mail server.
    Smtp,
}

/// What a bind is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bind {
    /// Both ways.
    #[default]
    Transceiver,
    /// Sending only; receipts come over another link.
    Transmitter,
    /// Receiving only.
    Receiver,
}

/// How a provider writes the ids of messages. Stated, never guessed: 4 of 100 hexadecimal ids have no letter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IdForm {
    /// Letter for letter.
    #[default]
    AsIs,
    /// A hexadecimal number, with or without leading zeros, in any case.
    Hexadecimal,
    /// A decimal number, with or without leading zeros.
    Decimal,
}

impl IdForm {
    /// An id in the one form in which ids of a link are compared. What is no number stays as it is.
    #[must_use]
    pub fn normalise(self, id: &str) -> String {
        let id = id.trim();
        let number = match self {
            Self::AsIs => None,
            Self::Hexadecimal => u128::from_str_radix(id, 16).ok(),
            Self::Decimal => id.parse::<u128>().ok(),
        };
        number.map_or_else(|| id.to_owned(), |number| number.to_string())
    }
}

/// What the SMS centre takes `data_coding` 0 for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Alphabet {
    /// The alphabet of GSM 03.38, one septet an octet: what SMPP means.
    #[default]
    Gsm7,
    /// ISO 8859-1.
    Latin1,
}

/// How a long message is marked. One way, never two: some centres refuse that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LongMessages {
    /// A header before the text of each part.
    #[default]
    Udh,
    /// Parameters `sar_*` beside each part.
    Sar,
    /// One message with a payload parameter; the centre cuts it.
    Payload,
}

/// What happens to messages that were on their way when the link was lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnUnknown {
    /// A receipt may still say what became of them. Nobody gets anything twice.
    #[default]
    Wait,
    /// They are sent again. Somebody may get something twice, nobody nothing.
    Resend,
}

/// Settings of a link to an SMS centre (INT-17).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SmppSettings {
    /// Name or IP address of the centre.
    pub host: String,
    /// Its port.
    #[schema(value_type = u16)]
    pub port: NonZeroU16,
    /// As what we sign in: at most 15 characters.
    pub system_id: String,
    /// Some centres want one: at most 12 characters.
    #[serde(default)]
    pub system_type: String,
    /// What the bind is for.
    #[serde(default)]
    pub bind: Bind,
    /// Requests that may wait for an answer; the contract with the centre says how many.
    #[serde(default = "window")]
    pub window: u16,
    /// Messages a second; the contract says how many.
    #[serde(default = "per_second")]
    pub per_second: u32,
    /// Who the messages are from: a number, a short number, or at most 11 Latin characters.
    pub sender: String,
    /// How the centre writes ids when it takes a message.
    #[serde(default)]
    pub response_ids: IdForm,
    /// How the centre writes ids in receipts.
    #[serde(default)]
    pub receipt_ids: IdForm,
    /// What the centre takes `data_coding` 0 for.
    #[serde(default)]
    pub alphabet: Alphabet,
    /// How a long message is marked.
    #[serde(default)]
    pub long_messages: LongMessages,
    /// Whether numbers are sent with a leading `+`; most centres refuse it.
    #[serde(default)]
    pub plus: bool,
    /// Seconds without traffic after which the link is tested.
    #[serde(default = "enquire_seconds")]
    pub enquire_seconds: u16,
    /// Seconds within which the centre must answer.
    #[serde(default = "response_seconds")]
    pub response_seconds: u16,
    /// Seconds for which the centre tries to deliver; 0: its own default.
    #[serde(default)]
    pub validity_seconds: u32,
    /// What happens to messages that were on their way when the link was lost.
    #[serde(default)]
    pub on_unknown: OnUnknown,
}

const fn window() -> u16 {
    10
}

const fn per_second() -> u32 {
    100
}

const fn enquire_seconds() -> u16 {
    30
}

const fn response_seconds() -> u16 {
    10
}

/// How a connection to a mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// TLS after a command; refused when the server has none.
    #[default]
    Starttls,
    /// TLS from the first octet.
    Tls,
    /// None: for a server on this machine.
    None,
}

/// How e-mails are signed (RFC 6376). The key is written, never read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DkimSettings {
    /// The domain that signs: the one of `from`, for DMARC.
    pub domain: String,
    /// Under which name its public key stands in DNS.
    pub selector: String,
}

/// Settings of a link to a mail server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SmtpSettings {
    /// Name or IP address of the server.
    pub host: String,
    /// Its port.
    #[schema(value_type = u16)]
    pub port: NonZeroU16,
    /// How the connection is protected.
    #[serde(default)]
    pub security: Security,
    /// As whom we sign in; none: without.
    #[serde(default)]
    pub username: Option<String>,
    /// Connections at once.
    #[serde(default = "connections")]
    pub connections: u16,
    /// Messages a second.
    #[serde(default = "per_second")]
    pub per_second: u32,
    /// Address the e-mails are from.
    pub from: String,
    /// Name the e-mails are from.
    #[serde(default)]
    pub from_name: String,
    /// Where answers go; none: to `from`.
    #[serde(default)]
    pub reply_to: Option<String>,
    /// Where bounces go, such as `bounce@example.com`: each e-mail gets an address of its own before the `@`. Its
    /// domain must be delivered to this server's bounce listener.
    #[serde(default)]
    pub return_path: Option<String>,
    /// Where marketing e-mails are unsubscribed from by one click: an https address; `{message}` is the message.
    #[serde(default)]
    pub unsubscribe_url: Option<String>,
    /// How e-mails are signed.
    #[serde(default)]
    pub dkim: Option<DkimSettings>,
    /// What happens to messages that were on their way when the connection was lost.
    #[serde(default)]
    pub on_unknown: OnUnknown,
}

const fn connections() -> u16 {
    4
}

/// Settings of a link, by what it speaks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = ProviderLinkSettings)]
pub enum LinkSettings {
    /// Of a link to an SMS centre.
    Smpp(SmppSettings),
    /// Of a link to a mail server.
    Smtp(Box<SmtpSettings>),
}

impl LinkSettings {
    /// Reads settings of a kind.
    ///
    /// # Errors
    /// What is wrong with them, in words.
    pub fn read(kind: LinkKind, value: &serde_json::Value) -> Result<Self, String> {
        let text = |error: serde_json::Error| error.to_string();
        match kind {
            LinkKind::Smpp => SmppSettings::deserialize(value).map(Self::Smpp).map_err(text),
            LinkKind::Smtp => SmtpSettings::deserialize(value).map(|s| Self::Smtp(Box::new(s))).map_err(text),
        }
    }

    /// What they are of.
    #[must_use]
    pub const fn kind(&self) -> LinkKind {
        match self {
            Self::Smpp(_) => LinkKind::Smpp,
            Self::Smtp(_) => LinkKind::Smtp,
        }
    }

    /// Messages a second.
    #[must_use]
    pub const fn per_second(&self) -> u32 {
        match self {
            Self::Smpp(settings) => settings.per_second,
            Self::Smtp(settings) => settings.per_second,
        }
    }

    /// What happens to messages that were on their way when the link was lost.
    #[must_use]
    pub const fn on_unknown(&self) -> OnUnknown {
        match self {
            Self::Smpp(settings) => settings.on_unknown,
            Self::Smtp(settings) => settings.on_unknown,
        }
    }
}

/// What people set of a link, besides its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinkFields {
    /// Unique among links in use.
    pub name: String,
    /// Whether it takes messages.
    pub enabled: bool,
    /// Settings of its kind.
    pub settings: LinkSettings,
}

/// What proves us to the other side; absent parts stay what they are.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// Password of the bind or of the sign-in.
    pub password: Option<SecretString>,
    /// Private key of DKIM, PEM.
    pub private_key: Option<SecretString>,
}

/// A link. Its secrets never leave the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProviderLink)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// What it speaks.
    pub kind: LinkKind,
    /// Unique among links in use.
    pub name: String,
    /// Whether it takes messages.
    pub enabled: bool,
    /// Settings of its kind.
    pub settings: LinkSettings,
    /// Whether a password is stored.
    pub has_password: bool,
    /// Whether a private key is stored.
    pub has_private_key: bool,
    /// Grows with each change.
    pub version: i32,
}

/// How a link is, as its shell knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProviderLinkState)]
pub struct LinkState {
    /// Whether the other side took our sign-in.
    pub connected: bool,
    /// Since when it is so.
    pub since: Option<DateTime<Utc>>,
    /// Why it is not connected, or why it waits.
    pub error: Option<String>,
    /// Messages that wait for an answer.
    pub pending: usize,
    /// What of the other side we put up with, counted by name.
    #[schema(value_type = std::collections::HashMap<String, u64>)]
    pub leniencies: std::collections::BTreeMap<String, u64>,
}

impl LinkFields {
    /// What cannot be accepted, by field.
    #[must_use]
    pub fn faults(&self, secrets: &Secrets) -> Vec<FieldFault> {
        use secrecy::ExposeSecret;
        let mut faults = Vec::new();
        let length = self.name.trim().chars().count();
        if !(1..=100).contains(&length) {
            faults.push(FieldFault::new("/name", "must have 1 to 100 characters"));
        }
        let per_second = NonZeroU32::new(self.settings.per_second());
        if per_second.is_none_or(|rate| rate.get() > PER_SECOND_MAX) {
            let detail = format!("must be 1 to {PER_SECOND_MAX}");
            faults.push(FieldFault::new("/settings/per_second", detail));
        }
        match &self.settings {
            LinkSettings::Smpp(settings) => {
                settings.faults(&mut faults);
                let password = secrets.password.as_ref().map_or("", |password| password.expose_secret());
                if password.len() > SMPP_PASSWORD_MAX {
                    let detail = format!("must have at most {SMPP_PASSWORD_MAX} characters (SMPP 3.4)");
                    faults.push(FieldFault::new("/password", detail));
                }
            }
            LinkSettings::Smtp(settings) => settings.faults(&mut faults),
        }
        faults
    }
}

fn check(faults: &mut Vec<FieldFault>, holds: bool, pointer: &str, detail: impl Into<String>) {
    if !holds {
        faults.push(FieldFault::new(pointer, detail));
    }
}

fn host_fits(host: &str) -> bool {
    (1..=253).contains(&host.len())
        && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':'))
}

impl SmppSettings {
    fn faults(&self, faults: &mut Vec<FieldFault>) {
        let at_most = |most: usize| format!("must have at most {most} Latin characters");
        let ascii = |text: &str, most: usize| text.len() <= most && text.is_ascii();
        check(faults, host_fits(&self.host), "/settings/host", "must be a name or an IP address");
        let named = !self.system_id.is_empty() && ascii(&self.system_id, 15);
        check(faults, named, "/settings/system_id", "must have 1 to 15 Latin characters");
        check(faults, ascii(&self.system_type, 12), "/settings/system_type", at_most(12));
        let window = (1..=WINDOW_MAX).contains(&self.window);
        check(faults, window, "/settings/window", format!("must be 1 to {WINDOW_MAX}"));
        let number = self.sender.trim_start_matches('+');
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        let sender = if is_number { number.len() <= 20 } else { self.sender.len() <= 11 };
        let sender = sender && !self.sender.is_empty() && self.sender.is_ascii();
        let detail = "must be a number of at most 20 digits, or 1 to 11 Latin characters";
        check(faults, sender, "/settings/sender", detail);
        let seconds = (1..=600).contains(&self.enquire_seconds);
        check(faults, seconds, "/settings/enquire_seconds", "must be 1 to 600");
        let seconds = (1..=120).contains(&self.response_seconds);
        check(faults, seconds, "/settings/response_seconds", "must be 1 to 120");
        let validity = self.validity_seconds <= 30 * 86_400;
        check(faults, validity, "/settings/validity_seconds", "must be at most 30 days");
    }
}

impl SmtpSettings {
    fn faults(&self, faults: &mut Vec<FieldFault>) {
        use crate::message::{Address, Channel};
        let is_mailbox = |text: &str| Address::parse(Channel::Email, text).is_some();
        check(faults, host_fits(&self.host), "/settings/host", "must be a name or an IP address");
        let connections = (1..=CONNECTIONS_MAX).contains(&self.connections);
        check(faults, connections, "/settings/connections", format!("must be 1 to {CONNECTIONS_MAX}"));
        let address = "is no e-mail address, such as news@example.com";
        check(faults, is_mailbox(&self.from), "/settings/from", address);
        let named = self.from_name.len() <= 200 && !self.from_name.contains(char::is_control);
        check(faults, named, "/settings/from_name", "must have at most 200 characters on one line");
        for (pointer, text) in
            [("/settings/reply_to", &self.reply_to), ("/settings/return_path", &self.return_path)]
        {
            check(faults, text.as_deref().is_none_or(is_mailbox), pointer, address);
        }
        let url = self.unsubscribe_url.as_deref();
        let fits = url.is_none_or(|url| url.starts_with("https://") && !url.contains(['>', '\r', '\n', ' ']));
        check(faults, fits, "/settings/unsubscribe_url", "must start with https:// (RFC 8058)");
        if let Some(dkim) = &self.dkim {
            let fits = host_fits(&dkim.domain) && host_fits(&dkim.selector);
            check(faults, fits, "/settings/dkim", "domain and selector must be names of DNS");
        }
    }
}
