//! A running server: what starts on the ground, how it says that it is ready, and how it stops.

use crate::app::{Ground, RunError};
use crate::automation::Automation;
use crate::directory::{Directories, recheck};
use crate::http::resources::SiteZone;
use crate::http::server::{Serving, serve};
use crate::http::state::AppState;
use crate::http::system::status::SipAddresses;
use crate::live::Live;
use crate::messages::{Links, load_templates};
use crate::settings::Loaded;
use crate::ws::{Heartbeat, LiveSockets, Sockets};
use crate::{demo_data, http, ingest, processes, promotions, telegram};
use access::FirstAdministrator;
use actors::messages::LinkBoard;
use actors::prediction::Scores;
use base::{Author, Edit};
use platform::event_type::built_in;
use platform::ingest::Ingest;
use platform::telemetry::Levels;
use platform::vault::Vault;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use sqlx::PgConnection;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Runs the server until a signal stops it.
///
/// # Errors
/// See [`RunError`].
pub async fn run(loaded: &Loaded, levels: Levels) -> Result<(), RunError> {
    let mut signals = Signals::listen()?;
    let ground = tokio::select! {
        ground = Ground::start(loaded.settings.clone(), levels) => ground?,
        // Postgres may be half way up: the next start clears it away.
        () = signals.next() => return Ok(()),
    };
    let served = serve_until_stopped(&ground, &mut signals).await;
    tokio::select! {
        () = ground.stop() => tracing::info!("stopped"),
        () = signals.next() => tracing::warn!("stopped without waiting: the next start recovers"),
    }
    served
}

async fn serve_until_stopped(ground: &Ground, signals: &mut Signals) -> Result<(), RunError> {
    let first = prepare(ground).await?;
    let automation = Automation::start(ground).await?;
    let live = Live::start(ground).await?;
    let ingest = match ingest::start(ground) {
        Ok(ingest) => ingest,
        Err(error) => {
            live.stop().await;
            return Err(error);
        }
    };
    let beats = Heartbeat::start(Arc::clone(&ground.clock));
    let links = Links::start(ground);
    let (serving, house) = match listen(ground, &live, beats, ingest, links.board.clone()) {
        Ok(listening) => listening,
        Err(error) => {
            links.stop().await;
            live.stop().await;
            return Err(error);
        }
    };
    welcome(ground, &live, &serving, first.as_ref());
    let Serving { server, handle, .. } = serving;
    let serving = actix_rt::spawn(server);

    let ended = tokio::select! {
        () = signals.next() => Ok(()),
        () = ground.fatal.cancelled() => Err(RunError::Fatal),
    };
    let within = ground.settings.server.drain();
    tracing::info!(
        "stopping: running calls may end within {} s (a second signal stops at once)",
        within.as_secs()
    );
    tokio::select! {
        () = live.drain(within) => {}
        () = signals.next() => tracing::warn!("running calls are ended"),
    }
    house.abort();
    handle.stop(false).await;
    let _ended = serving.await;
    links.stop().await;
    live.stop().await;
    automation.stop();
    end_states(ground);
    ended
}

/// What the database must hold before anybody calls or signs in.
async fn prepare(ground: &Ground) -> Result<Option<FirstAdministrator>, RunError> {
    let (settings, now) = (&ground.settings, ground.clock.now());
    let mut dice = ChaCha20Rng::from_rng(&mut rand::rng());
    let mut tx = ground.pool.begin().await?;
    let first = access::bootstrap(&mut tx, now, &mut dice).await?;
    let orphans = routing::store::live::close_orphans(&mut tx, now).await?;
    if !orphans.is_empty() {
        let count = orphans.len();
        tracing::warn!(contacts = count, "{count} contacts of the last run were never ended and are closed");
    }
    routing::store::presence::close_open_states(&mut tx, now).await?;
    let mut edit = Edit { now, author: Author::System, rng: &mut dice };
    built_in::load(&mut tx, &mut edit).await.map_err(RunError::EventTypes)?;
    if settings.demo.load
        && let Some(demo) = demo_data::load(&mut tx, now, &mut dice, &settings.demo.dir).await?
    {
        tracing::info!(
            people = demo.people,
            customers = demo.customers,
            "the demo organisation is loaded: not for production"
        );
    }
    seal_secrets(&mut tx, &ground.vault).await?;
    let templates = settings.server.flows_dir.join("templates");
    load_templates(&mut tx, now, &mut dice, &templates).await?;
    processes::seed(&mut tx, now, &mut dice, &settings.server.flows_dir).await?;
    tx.commit().await?;
    Ok(first)
}

/// Secrets that an older server stored open, or that a former key sealed, are sealed with the present one.
async fn seal_secrets(db: &mut PgConnection, vault: &Vault) -> sqlx::Result<()> {
    let sealed = channels::store::seal_secrets(db, vault).await?
        + flow::store::connector::seal_secrets(db, vault).await?
        + platform::webhook::store::seal_secrets(db, vault).await?;
    if sealed > 0 {
        tracing::info!(count = sealed, "{sealed} stored secrets were sealed with the present key");
    }
    Ok(())
}

/// Nobody is ready, talks or wraps up while the server is down: after all that was written before, states end now.
fn end_states(ground: &Ground) {
    let now = ground.clock.now();
    let written = ground.journal.submit("operator_states_closed", move |db| {
        Box::pin(async move { routing::store::presence::close_open_states(db, now).await.map(drop) })
    });
    if let Err(error) = written {
        tracing::error!(%error, "the states of operators stay open until the next start");
    }
}

type Listening = (Serving, actix_rt::task::JoinHandle<()>);

fn listen(
    ground: &Ground,
    live: &Live,
    beats: Heartbeat,
    ingest: Ingest,
    links: LinkBoard,
) -> Result<Listening, RunError> {
    let settings = &ground.settings;
    let running = processes::prepare(ground)?;
    processes::start(ground, &running);
    let directories = Arc::new(Directories::new(&settings.access.directory)?);
    let loyalty = crate::loyalty::start(ground, &ingest)?;
    telegram::start(ground, &ingest)?;
    let addresses = live.sip_addresses().iter().map(ToString::to_string).collect();
    let state = AppState::new(
        ground.pool.clone(),
        Arc::clone(&ground.clock),
        rand::random(),
        settings.http.clone(),
        settings.access.clone(),
    )
    .with(ground.journal.clone())
    .with(ground.levels.clone())
    .with(ground.vault.clone())
    .with(SipAddresses(addresses))
    .with(live.parts(settings))
    .with(loyalty.earning.clone())
    .with(loyalty)
    .with(SiteZone(settings.server.time_zone))
    .with(Arc::new(Scores::new(settings.server.time_zone)))
    .with(ingest)
    .with(ingest::webhooks(ground))
    .with(running)
    .with(links)
    .with(Arc::clone(&directories))
    .with(promotions::start(ground).map_err(RunError::CouponKey)?)
    .shared();
    let sockets = LiveSockets::new(Sockets::new(beats), state.clone(), live);
    let serving = serve(&state, &sockets, None)?;
    let house = actix_rt::spawn(async move {
        futures_util::join!(
            http::housekeeping::keep_house(state.clone()),
            recheck::keep_checking(state, directories)
        );
    });
    Ok((serving, house))
}

/// Says on standard output where everything is; the first administrator's password is shown here, once.
fn welcome(ground: &Ground, live: &Live, serving: &Serving, first: Option<&FirstAdministrator>) {
    let scheme = if ground.settings.http.tls.is_some() { "https" } else { "http" };
    let own = format!("{scheme}://{}", serving.address);
    let url = ground.settings.http.public_url.clone().unwrap_or(own);
    println!("\n  trunkline {} is ready", env!("CARGO_PKG_VERSION"));
    println!("  browser   {url}");
    if let Some(address) = live.sip_addresses().first() {
        println!("  SIP       sip:NUMBER@{address}  (UDP and TCP)");
    }
    for number in live.world.book.load().numbers.keys() {
        println!("  number    +{number}");
    }
    if let Some(first) = first {
        println!(
            "  sign in   {}  {}  (shown once; to be changed at the first sign-in)",
            first.login, first.password
        );
    }
    if ground.settings.demo.load {
        println!("  demo      people and password: README.md, never for production");
    }
    println!();
    tracing::info!("trunkline {} is ready at {url}", env!("CARGO_PKG_VERSION"));
}

/// The signals that end the server.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> Result<Self, RunError> {
        let terminate = signal(SignalKind::terminate()).map_err(RunError::Signals)?;
        let interrupt = signal(SignalKind::interrupt()).map_err(RunError::Signals)?;
        Ok(Self { terminate, interrupt })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
