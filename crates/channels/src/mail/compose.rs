//! Writes an e-mail with `lettre`'s builder and signs it.

use super::return_path;
use crate::link::SmtpSettings;
use crate::message::MessageClass;
use crate::store::Claimed;
use chrono::{DateTime, Utc};
use lettre::address::Envelope;
use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey,
};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use secrecy::{ExposeSecret, SecretString};

/// What a signature covers. Both headers of one-click unsubscribing must be among them (RFC 8058, 4).
const SIGNED: [&str; 10] = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Reply-To",
    "MIME-Version",
    "Content-Type",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
];

/// An e-mail, ready to be handed over.
#[derive(Clone, Debug)]
pub struct Composed {
    /// From and to whom, for the server.
    pub envelope: Envelope,
    /// As it goes over the wire.
    pub octets: Vec<u8>,
}

/// Writes the e-mails of one link.
pub struct Composer {
    settings: SmtpSettings,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    dkim: Option<DkimConfig>,
}

impl Composer {
    /// A composer with a link's settings.
    ///
    /// # Errors
    /// An address or the key cannot be read, in words.
    pub fn new(settings: SmtpSettings, private_key: Option<&SecretString>) -> Result<Self, String> {
        let name = Some(settings.from_name.trim().to_owned()).filter(|name| !name.is_empty());
        let from = Mailbox::new(name, address(&settings.from)?);
        let reply_to = settings.reply_to.as_deref().map(address).transpose()?;
        let dkim = match (&settings.dkim, private_key) {
            (Some(dkim), Some(key)) => Some(config(dkim, key)?),
            (Some(_), None) => return Err("e-mails shall be signed, and there is no private key".to_owned()),
            (None, _) => None,
        };
        Ok(Self { from, reply_to: reply_to.map(|address| Mailbox::new(None, address)), dkim, settings })
    }

    /// Writes one e-mail.
    ///
    /// # Errors
    /// The customer's address or the message itself cannot be written, in words.
    pub fn compose(&self, now: DateTime<Utc>, message: &Claimed) -> Result<Composed, String> {
        let to = address(&message.address)?;
        let mail_id = message.mail_id.as_ref().map(|id| format!("<{id}>"));
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(message.subject.clone().unwrap_or_default())
            .date(now.into())
            .message_id(mail_id);
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        for header in self.extra_headers(message) {
            builder = builder.raw_header(header);
        }
        let return_path = self.settings.return_path.as_deref();
        let sender = return_path
            .and_then(|base| return_path_of(base, message))
            .map_or_else(|| Ok(self.from.email.clone()), |path| address(&path))?;
        let envelope = Envelope::new(Some(sender), vec![to]).map_err(|error| error.to_string())?;
        let builder = builder.envelope(envelope.clone());
        let plain = SinglePart::plain(message.text.clone());
        let built = match &message.html {
            Some(html) => builder.multipart(
                MultiPart::alternative().singlepart(plain).singlepart(SinglePart::html(html.clone())),
            ),
            None => builder.singlepart(plain),
        };
        let mut mail = built.map_err(|error| error.to_string())?;
        if let Some(dkim) = &self.dkim {
            mail.sign(dkim);
        }
        Ok(Composed { envelope, octets: mail.formatted() })
    }

    fn extra_headers(&self, message: &Claimed) -> Vec<HeaderValue> {
        let header =
            |name: &'static str, value: String| HeaderValue::new(HeaderName::new_from_ascii_str(name), value);
        // Nobody's holiday shall answer a machine (RFC 3834).
        let mut headers = vec![header("Auto-Submitted", "auto-generated".to_owned())];
        if message.class == MessageClass::Marketing
            && let Some(url) = &self.settings.unsubscribe_url
        {
            let url = url.replace("{message}", &message.id.as_uuid().simple().to_string());
            headers.push(header("List-Unsubscribe", format!("<{url}>")));
            headers.push(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        headers
    }
}

fn return_path_of(base: &str, message: &Claimed) -> Option<String> {
    return_path(base, message.id)
}

fn address(text: &str) -> Result<Address, String> {
    text.parse().map_err(|error| format!("{text:?} is no e-mail address: {error}"))
}

fn config(dkim: &crate::link::DkimSettings, key: &SecretString) -> Result<DkimConfig, String> {
    let pem = key.expose_secret();
    let algorithm =
        if pem.contains("-----BEGIN") { DkimSigningAlgorithm::Rsa } else { DkimSigningAlgorithm::Ed25519 };
    let key = DkimSigningKey::new(pem, algorithm)
        .map_err(|_| "the private key cannot be read: PKCS#1 PEM for RSA, base64 for Ed25519".to_owned())?;
    let relaxed = DkimCanonicalization {
        header: DkimCanonicalizationType::Relaxed,
        body: DkimCanonicalizationType::Relaxed,
    };
    let signed = SIGNED.iter().map(|name| HeaderName::new_from_ascii_str(name)).collect();
    Ok(DkimConfig::new(dkim.selector.clone(), dkim.domain.clone(), key, signed, relaxed))
}
