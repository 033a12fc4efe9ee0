//! Starts a shell for each link that is switched on, again when its settings change, and keeps the queue in order.

use super::board::LinkBoard;
use super::counter::{PgCounter, dice};
use super::smpp::SmppLink;
use super::smtp::SmtpLink;
use base::Clock;
use base::id::LinkId;
use channels::link::{Link, LinkSettings, Secrets};
use channels::message::Channel;
use channels::store::by_system;
use channels::{QUEUE_CHANNEL, query, store};
use platform::tls::Authorities;
use platform::vault::{Vault, VaultError};
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How often the links are looked at without a bell.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often what waited too long is ended, and what is unknown is looked for.
const TIDY_EVERY: Duration = Duration::from_secs(5);

/// What the messages run on.
#[derive(Clone)]
pub struct Ground {
    /// Connections.
    pub pool: PgPool,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where the links' states are shown.
    pub board: LinkBoard,
    /// Opens the links' secrets.
    pub vault: Vault,
    /// Whose certificates are trusted beside the well-known ones.
    pub authorities: Authorities,
    /// Cancelled when the server stops.
    pub stop: CancellationToken,
}

/// A shell that runs.
struct Running {
    version: i32,
    stop: CancellationToken,
    handle: actix_rt::task::JoinHandle<()>,
}

/// Runs until the server stops, and until every link gave back what it had in its hands.
pub(super) async fn manage(ground: Ground) {
    let (queued, _) = watch::channel(0_u64);
    let queued = Arc::new(queued);
    let listener = actix_rt::spawn(listen(ground.clone(), Arc::clone(&queued)));
    let tidier = actix_rt::spawn(tidy(ground.clone()));
    let mut running: BTreeMap<LinkId, Running> = BTreeMap::new();
    while !ground.stop.is_cancelled() {
        match links(&ground).await {
            Ok(links) => follow(&ground, &queued, &mut running, links).await,
            Err(error) => tracing::warn!(%error, "the links cannot be read, another try follows"),
        }
        tokio::select! {
            () = ground.board.changed() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = ground.stop.cancelled() => {}
        }
    }
    for link in running.values() {
        link.stop.cancel();
    }
    for (_, link) in running {
        let _ended = link.handle.await;
    }
    let _ended = (listener.await, tidier.await);
}

async fn links(ground: &Ground) -> sqlx::Result<Vec<(Link, Secrets)>> {
    let mut links = query::live_links(&mut *ground.pool.acquire().await?, &ground.vault).await?;
    links.retain(|(link, _)| link.enabled);
    let opened = |(link, secrets): (Link, Result<Secrets, VaultError>)| match secrets {
        Ok(secrets) => Some((link, secrets)),
        Err(error) => {
            ground.board.update(link.id, |state| {
                state.connected = false;
                state.error = Some(error.to_string());
            });
            None
        }
    };
    Ok(links.into_iter().filter_map(opened).collect())
}

/// Makes what runs what is switched on. A shell that fell is started again.
async fn follow(
    ground: &Ground,
    queued: &watch::Sender<u64>,
    running: &mut BTreeMap<LinkId, Running>,
    links: Vec<(Link, Secrets)>,
) {
    let wanted: BTreeMap<LinkId, i32> = links.iter().map(|(link, _)| (link.id, link.version)).collect();
    let over: Vec<LinkId> = running
        .iter()
        .filter(|(id, link)| wanted.get(id) != Some(&link.version) || link.handle.is_finished())
        .map(|(id, _)| *id)
        .collect();
    for id in over {
        if let Some(link) = running.remove(&id) {
            link.stop.cancel();
            if link.handle.await.is_err() {
                tracing::error!(link = %id, "the shell of a link fell and is started again");
            }
            ground.board.forget(id);
        }
    }
    for (link, secrets) in links {
        running.entry(link.id).or_insert_with(|| start(ground, queued, link, secrets));
    }
}

fn start(ground: &Ground, queued: &watch::Sender<u64>, link: Link, secrets: Secrets) -> Running {
    let stop = CancellationToken::new();
    let (id, version) = (link.id, link.version);
    let counter = |channel, mail_domain| {
        Rc::new(PgCounter {
            pool: ground.pool.clone(),
            clock: Arc::clone(&ground.clock),
            link: id,
            channel,
            mail_domain,
            on_unknown: link.settings.on_unknown(),
        })
    };
    let (clock, board, queued) = (Arc::clone(&ground.clock), ground.board.clone(), queued.subscribe());
    let handle = match link.settings.clone() {
        LinkSettings::Smpp(settings) => {
            let counter = counter(Channel::Sms, None);
            let (password, stop) = (secrets.password, stop.clone());
            actix_rt::spawn(SmppLink { id, settings, password, counter, clock, board, queued, stop }.run())
        }
        LinkSettings::Smtp(settings) => {
            let domain = settings.from.rsplit_once('@').map(|(_, domain)| domain.to_owned());
            let counter = counter(Channel::Email, domain);
            let (settings, stop, authorities) = (*settings, stop.clone(), ground.authorities.clone());
            let link = SmtpLink { id, settings, secrets, authorities, counter, clock, board, queued, stop };
            actix_rt::spawn(link.run())
        }
    };
    Running { version, stop, handle }
}

/// Wakes the links when something was queued.
async fn listen(ground: Ground, queued: Arc<watch::Sender<u64>>) {
    while !ground.stop.is_cancelled() {
        let listening = async {
            let mut listener = PgListener::connect_with(&ground.pool).await?;
            listener.listen(QUEUE_CHANNEL).await?;
            loop {
                listener.recv().await?;
                queued.send_modify(|count| *count += 1);
            }
        };
        let ended: sqlx::Result<()> = tokio::select! {
            ended = listening => ended,
            () = ground.stop.cancelled() => return,
        };
        if let Err(error) = ended {
            tracing::warn!(%error, "the queue's bell is silent, the links look by themselves");
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Ends what waited too long, and finds what is unknown.
async fn tidy(ground: Ground) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(TIDY_EVERY) => {}
            () = ground.stop.cancelled() => return,
        }
        let tidied = async {
            let (mut rng, mut tx) = (dice(), ground.pool.begin().await?);
            let edit = &mut by_system(ground.clock.now(), &mut rng);
            store::expire(&mut tx, edit).await?;
            store::reconcile(&mut tx, edit).await?;
            let waiting = query::waiting(&mut tx).await?;
            for channel in Channel::ALL {
                let count = waiting.get(&channel).copied().unwrap_or(0);
                let count = u32::try_from(count).unwrap_or(u32::MAX);
                metrics::gauge!("channels_messages_waiting", "channel" => channel.as_str())
                    .set(f64::from(count));
            }
            tx.commit().await
        };
        let tidied: sqlx::Result<()> = tidied.await;
        if let Err(error) = tidied {
            tracing::warn!(%error, "the queue could not be tidied, another try follows");
        }
    }
}
