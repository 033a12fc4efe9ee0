//! One connection to a mail server. The commands are `lettre`'s; the socket is ours, because without `TCP_NODELAY`
//! every e-mail waits 40 ms for nothing.

use super::compose::Composed;
use crate::link::{Security, SmtpSettings};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::{Error, response::Response};
use platform::tls::Authorities;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long the server may take for one answer (RFC 5321, 4.5.3.2 asks for minutes; a queue wants to go on).
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// How long a connection may take to stand.
const CONNECT_WITHIN: Duration = Duration::from_secs(15);

/// How handing over ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handed {
    /// The server took it.
    Taken,
    /// The server refused it for good.
    Refused {
        /// Its code, such as 550.
        code: Option<String>,
        /// What it said.
        detail: String,
    },
    /// The server asks to try later, or the connection was lost before the text was handed over.
    Later {
        /// Its code, such as 451.
        code: Option<String>,
        /// What it said.
        detail: String,
    },
    /// The connection was lost after the text was handed over: the server may have taken it.
    Unknown {
        /// What happened.
        detail: String,
    },
}

/// A connection that is signed in.
pub struct Connection {
    inner: AsyncSmtpConnection,
    /// Whether the server knows of no half-finished mail.
    is_clean: bool,
    /// Whether an answer was lost, or the server said that it closes: what comes next would answer something else.
    is_lost: bool,
}

impl Connection {
    /// Connects and signs in.
    ///
    /// # Errors
    /// Why it does not stand, in words.
    pub async fn open(
        settings: &SmtpSettings,
        password: Option<&SecretString>,
        authorities: &Authorities,
    ) -> Result<Self, String> {
        match timeout(CONNECT_WITHIN, Self::connect(settings, password, authorities)).await {
            Ok(opened) => opened,
            Err(_) => Err("no connection in time".to_owned()),
        }
    }

    async fn connect(
        settings: &SmtpSettings,
        password: Option<&SecretString>,
        authorities: &Authorities,
    ) -> Result<Self, String> {
        let (host, port) = (settings.host.as_str(), settings.port.get());
        let hello = hello(&settings.from);
        let words = |error: Error| format!("no connection: {}", said(&error));
        let tls = || trusting(host, authorities).map_err(words);
        let mut inner = match settings.security {
            // The socket of TLS from the first octet is lettre's own: such a link is slower, not wrong.
            Security::Tls => AsyncSmtpConnection::connect_tokio1(
                (host, port),
                Some(CONNECT_WITHIN),
                &hello,
                Some(tls()?),
                None,
            )
            .await
            .map_err(words)?,
            Security::Starttls | Security::None => {
                let stream = TcpStream::connect((host, port))
                    .await
                    .map_err(|error| format!("no connection: {error}"))?;
                stream.set_nodelay(true).map_err(|error| format!("no connection: {error}"))?;
                AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await.map_err(words)?
            }
        };
        if settings.security == Security::Starttls {
            if !inner.can_starttls() {
                return Err("no connection: the server has no TLS, and the link asks for it".to_owned());
            }
            inner.starttls(tls()?, &hello).await.map_err(words)?;
        }
        if let (Some(user), Some(password)) = (&settings.username, password) {
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            inner
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .await
                .map_err(|error| format!("the server refused the sign-in: {}", said(&error)))?;
        }
        Ok(Self { inner, is_clean: true, is_lost: false })
    }

    /// Whether the connection can be used again.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.is_lost || self.inner.has_broken()
    }

    /// Hands an e-mail over.
    pub async fn hand_over(&mut self, mail: &Composed) -> Handed {
        let handed = self.talk(mail).await;
        self.is_lost = match &handed {
            Handed::Taken => false,
            Handed::Refused { code, .. } | Handed::Later { code, .. } => {
                code.as_deref().is_none_or(|code| code == "421")
            }
            Handed::Unknown { .. } => true,
        };
        handed
    }

    async fn talk(&mut self, mail: &Composed) -> Handed {
        if !self.is_clean {
            match self.answer_to(Rset).await {
                Ok(_) => self.is_clean = true,
                Err(handed) => return handed.before_the_text(),
            }
        }
        self.is_clean = false;
        let mut parameters = Vec::new();
        if self.inner.server_info().supports_feature(Extension::EightBitMime) {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        if let Err(handed) = self.answer_to(Mail::new(mail.envelope.from().cloned(), parameters)).await {
            return handed.before_the_text();
        }
        for to in mail.envelope.to() {
            if let Err(handed) = self.answer_to(Rcpt::new(to.clone(), Vec::new())).await {
                return handed.before_the_text();
            }
        }
        if let Err(handed) = self.answer_to(Data).await {
            return handed.before_the_text();
        }
        let handed = match timeout(ANSWER_WITHIN, self.inner.message(&mail.octets)).await {
            Ok(answer) => judged(answer),
            Err(_) => Err(Handed::Unknown { detail: "the server did not answer in time".to_owned() }),
        };
        match handed {
            Ok(_) => {
                self.is_clean = true;
                Handed::Taken
            }
            Err(handed) => handed,
        }
    }

    async fn answer_to(&mut self, command: impl std::fmt::Display) -> Result<Response, Handed> {
        match timeout(ANSWER_WITHIN, self.inner.command(command)).await {
            Ok(answer) => judged(answer),
            Err(_) => Err(Handed::Unknown { detail: "the server did not answer in time".to_owned() }),
        }
    }

    /// Says good-bye.
    pub async fn close(mut self) {
        let _ = timeout(Duration::from_secs(1), self.inner.quit()).await;
    }
}

impl Handed {
    /// Without the text the server cannot have taken anything.
    fn before_the_text(self) -> Self {
        match self {
            Self::Unknown { detail } => Self::Later { code: None, detail },
            other => other,
        }
    }
}

fn judged(answer: Result<Response, Error>) -> Result<Response, Handed> {
    answer.map_err(|error| {
        let (code, detail) = (error.status().map(|code| code.to_string()), said(&error));
        if error.is_permanent() {
            Handed::Refused { code, detail }
        } else if error.is_transient() {
            Handed::Later { code, detail }
        } else {
            Handed::Unknown { detail }
        }
    })
}

/// TLS with a server of this name, which shows a certificate of the well-known authorities or of these.
fn trusting(host: &str, authorities: &Authorities) -> Result<TlsParameters, Error> {
    let mut parameters = TlsParameters::builder(host.to_owned());
    if let Some(pem) = authorities.pem() {
        parameters = parameters.add_root_certificate(Certificate::from_pem(pem)?);
    }
    parameters.build()
}

/// An error with what is under it.
fn said(error: &Error) -> String {
    let mut said = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(under) = source {
        let under_said = under.to_string();
        if !said.contains(&under_said) {
            said.push_str(": ");
            said.push_str(&under_said);
        }
        source = under.source();
    }
    said.chars().take(500).collect()
}

/// As whom we greet: the domain that the e-mails are from.
fn hello(from: &str) -> ClientId {
    let domain = from.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
    ClientId::Domain(domain.to_owned())
}
