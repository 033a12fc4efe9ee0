//! What names and numbers mean, read from the rows.

use actors::world::Book;
use base::id::{QueueId, SkillId};
use flow::Library;
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::Arc;
use telephony::config::{LiveTrunk, TrunkKind};
use telephony::sip::{Credential, TrunkAccess, TrunkBook};

/// Names as they stand in the rows.
pub(super) struct Names {
    pub queues: BTreeMap<String, QueueId>,
    pub skills: BTreeMap<String, SkillId>,
    numbers: BTreeMap<String, String>,
    /// IVRs of the database: name and definition.
    pub published: Vec<(String, String)>,
}

impl Names {
    /// The book that calls look things up in.
    pub(super) fn book(&self, flows: Arc<Library>) -> Book {
        Book {
            queues: self.queues.clone(),
            skills: self.skills.clone(),
            numbers: self.numbers.clone(),
            flows,
        }
    }
}

/// Reads the names of queues, skills and numbers in use.
pub(super) async fn names(pool: &PgPool) -> sqlx::Result<Names> {
    let mut db = pool.acquire().await?;
    let queues = routing::query::config::queues(&mut db).await?;
    let skills = routing::query::config::skills(&mut db).await?;
    let numbers = telephony::config::query::numbers(&mut db).await?;
    let published = flow::query::flow::live_ivrs(&mut db).await?;
    let each_name = |skill: routing::config::Skill| {
        let id = skill.id;
        skill.fields.name.0.into_values().map(move |name| (name, id))
    };
    let in_use = numbers.into_iter().filter(|number| number.fields.enabled);
    Ok(Names {
        queues: queues.into_iter().map(|queue| (queue.fields.name, queue.id)).collect(),
        skills: skills.into_iter().flat_map(each_name).collect(),
        published: published.into_iter().map(|(name, flow)| (name, flow.to_string())).collect(),
        numbers: in_use.map(|number| (digits(&number.fields.number), number.fields.flow)).collect(),
    })
}

/// Reads who may call in, and on which numbers.
pub(super) async fn trunks(pool: &PgPool) -> sqlx::Result<TrunkBook> {
    let mut db = pool.acquire().await?;
    let mut book = TrunkBook::default();
    for trunk in telephony::config::query::live_trunks(&mut db).await? {
        add(&mut book, trunk);
    }
    for number in telephony::config::query::numbers(&mut db).await? {
        if number.fields.enabled {
            book.add_number(&number.fields.number);
        }
    }
    Ok(book)
}

fn add(book: &mut TrunkBook, trunk: LiveTrunk) {
    let calls_max = usize::try_from(trunk.calls_max).unwrap_or(0);
    let access = TrunkAccess { trunk: trunk.id, calls_max };
    match (trunk.kind, trunk.username, trunk.ha1_md5, trunk.ha1_sha256) {
        (TrunkKind::Address, ..) => {
            let addresses = trunk.addresses.iter().map(String::as_str);
            if let Err(error) = book.add_by_address(access, addresses) {
                tracing::error!(trunk.id = %trunk.id, %error, "a trunk is left out");
            }
        }
        (TrunkKind::Digest, Some(username), Some(ha1_md5), Some(ha1_sha256)) => {
            book.add_by_digest(&username, Credential { access, ha1_md5, ha1_sha256 });
        }
        (TrunkKind::Digest, ..) => {
            tracing::error!(trunk.id = %trunk.id, "a digest trunk has no password and is left out");
        }
    }
}

fn digits(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}
