//! Asking directories of the company whether a password is right, and what they know of a person (LDAP, RFC 4511).
//!
//! Each question opens a connection of its own and closes it: a sign-in is rare, and a connection that stands for
//! hours is one that a firewall has forgotten. What an answer means is decided in `access::directory`.

mod ask;
mod link;
mod read;
pub mod recheck;
mod text;

pub use ask::{Located, Verdict};
pub use link::{Away, BadDirectory};

use access::directory::{self as rules, DirectorySettings};
use link::Servers;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Questions to directories at once, over all sign-ins: as many as a domain controller answers without noticing, and
/// enough for a shift that begins.
const QUESTIONS_MAX: usize = 32;
/// How long a sign-in waits for its turn before it is told that the directory is away.
const WAITS_FOR: Duration = Duration::from_secs(5);

/// Every directory of the settings.
pub struct Directories {
    by_name: BTreeMap<String, Directory>,
}

impl Directories {
    /// Makes them ready: reads the certificates, opens nothing.
    ///
    /// # Errors
    /// A certificate file or an address cannot be used.
    pub fn new(settings: &rules::Directories) -> Result<Self, BadDirectory> {
        let room = Arc::new(Semaphore::new(QUESTIONS_MAX));
        let mut by_name = BTreeMap::new();
        for (name, settings) in settings {
            let servers = Servers::new(name, settings)?;
            let directory = Directory {
                name: name.clone(),
                settings: settings.clone(),
                servers,
                room: Arc::clone(&room),
            };
            by_name.insert(name.clone(), directory);
        }
        Ok(Self { by_name })
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Directory> {
        self.by_name.get(name)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Directory> {
        self.by_name.values()
    }
}

/// One directory.
pub struct Directory {
    name: String,
    settings: DirectorySettings,
    servers: Servers,
    room: Arc<Semaphore>,
}

impl Directory {
    /// Its name in the settings.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its settings.
    #[must_use]
    pub const fn settings(&self) -> &DirectorySettings {
        &self.settings
    }
}
