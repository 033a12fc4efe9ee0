//! Connections to the servers of a directory: always encrypted, each for one question, the next server when one is away.

use access::directory::DirectorySettings;
use futures_util::FutureExt;
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// The settings of a directory cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("[access.directory.{name}]: {detail}")]
pub struct BadDirectory {
    name: String,
    detail: String,
}

/// No server of the directory could answer.
#[derive(Debug, thiserror::Error)]
#[error("the directory {directory:?} is away: {cause}")]
pub struct Away {
    /// Its name in the settings.
    pub directory: String,
    /// What the last server that was tried said.
    pub cause: String,
}

/// Why one server did not answer.
#[derive(Debug)]
pub(super) struct Fault(pub String);

impl From<LdapError> for Fault {
    fn from(error: LdapError) -> Self {
        Self(error.to_string())
    }
}

/// The servers of a directory.
pub(super) struct Servers {
    name: String,
    urls: Vec<String>,
    settings: LdapConnSettings,
    answers_within: Duration,
    /// The one that answered last: a server that is away costs its time-out once and not at each sign-in.
    last: AtomicUsize,
}

impl Servers {
    pub(super) fn new(name: &str, settings: &DirectorySettings) -> Result<Self, BadDirectory> {
        let bad = |detail: String| BadDirectory { name: name.to_owned(), detail };
        let mut connection = LdapConnSettings::new()
            .set_conn_timeout(Duration::from_secs(settings.connect_timeout_seconds.into()))
            // Of `ldaps://` it changes nothing; `ldap://` without it would show every password.
            .set_starttls(true);
        if let Some(file) = &settings.ca_file {
            let config = trusting(file)
                .map_err(|cause| bad(format!("ca_file {} cannot be used: {cause}", file.display())))?;
            connection = connection.set_config(Arc::new(config));
        }
        Ok(Self {
            name: name.to_owned(),
            urls: settings.urls.clone(),
            settings: connection,
            answers_within: Duration::from_secs(settings.timeout_seconds.into()),
            last: AtomicUsize::new(0),
        })
    }

    /// Asks the server that answered last, then the others in their order.
    ///
    /// # Errors
    /// None of them answered.
    pub(super) async fn ask<T>(
        &self,
        question: impl AsyncFn(&mut Asking) -> Result<T, Fault>,
    ) -> Result<T, Away> {
        let first = self.last.load(Ordering::Relaxed);
        let mut cause = "it has no server".to_owned();
        for step in 0..self.urls.len() {
            let at = (first + step) % self.urls.len().max(1);
            let Some(url) = self.urls.get(at) else { continue };
            // A malformed answer must not take the worker with it: the client panics on some.
            let answer = AssertUnwindSafe(self.ask_one(url, &question)).catch_unwind().await;
            match answer.unwrap_or_else(|_| Err(Fault("its answer cannot be read".to_owned()))) {
                Ok(answer) => {
                    self.last.store(at, Ordering::Relaxed);
                    return Ok(answer);
                }
                Err(Fault(fault)) => {
                    tracing::warn!(
                        directory = self.name,
                        server = url,
                        "a directory server is away: {fault}"
                    );
                    cause = format!("{url}: {fault}");
                }
            }
        }
        Err(Away { directory: self.name.clone(), cause })
    }

    async fn ask_one<T>(
        &self,
        url: &str,
        question: &impl AsyncFn(&mut Asking) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let (connection, ldap) = LdapConnAsync::with_settings(self.settings.clone(), url).await?;
        let driver = tokio::spawn(async move { connection.drive().await });
        let mut asking = Asking { ldap, answers_within: self.answers_within };
        let answer = question(&mut asking).await;
        // A server that does not take the farewell loses the connection with the driver.
        let _said = tokio::time::timeout(self.answers_within, asking.ldap.unbind()).await;
        driver.abort();
        answer
    }
}

/// A connection for one question.
pub(super) struct Asking {
    ldap: Ldap,
    answers_within: Duration,
}

impl Asking {
    /// The next operation, with its time-out.
    pub(super) fn next(&mut self) -> &mut Ldap {
        self.ldap.with_timeout(self.answers_within)
    }
}

/// A client that believes certificates of this file only.
fn trusting(file: &Path) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| error.to_string())? {
        let certificate = certificate.map_err(|error| error.to_string())?;
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    if roots.is_empty() {
        return Err("it holds no certificate".to_owned());
    }
    Ok(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}
