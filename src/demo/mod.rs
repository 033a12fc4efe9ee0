//! `trunkline demo`: living traffic for a running server.
//!
//! Simulated callers use real SIP and real RTP, simulated operators the real sign-in, the real socket and a real
//! browser's phone, so that screens live and everything on the way is exercised. What a person does next is decided
//! by pure cores ([`caller`], [`operator`]) from seeded dice; the rest only carries it out.

pub mod caller;
pub mod desk;
pub mod door;
pub mod line;
pub mod operator;
pub mod person;
pub mod site;
pub mod tally;
pub mod wire;

use crate::demo_data::files::Fault;
use desk::Room;
use door::{Door, SignedIn};
use line::Lines;
use operator::Habits;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use site::Site;
use std::io::{IsTerminal, Write};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tally::Tally;
use telephony::sip::client::SipClient;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use wire::WireError;

/// Most simulated calls at once: each sends 50 packets a second from this machine.
const CALLS_MAX: usize = 500;
/// How long everybody may take to leave.
const LEAVES_WITHIN: Duration = Duration::from_secs(10);

/// What `trunkline demo` is asked for.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Address of the running server, plain HTTP.
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    pub url: String,
    /// Its SIP address.
    #[arg(long, default_value = "127.0.0.1:5060")]
    pub sip: String,
    /// Calls a minute, on average; they come as irregularly as people do.
    #[arg(long, default_value_t = 12.0)]
    pub calls_per_minute: f64,
    /// Operators; without it all of the demo organisation but the first, whose desk is left for you.
    #[arg(long)]
    pub operators: Option<usize>,
    /// Minutes after which the demo ends by itself; without it Ctrl-C ends it.
    #[arg(long)]
    pub minutes: Option<f64>,
    /// The same number lets the same people do the same things.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Seconds after which operators hang up, without pauses between contacts: for measurements.
    #[arg(long, hide = true)]
    pub talk_seconds: Option<f64>,
}

/// Why there is no demo. The messages say what to do.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Files of the demo organisation.
    #[error("the demo organisation cannot be read: run this where config/demo is, or set [demo] dir")]
    Files(#[from] Fault),
    /// No number.
    #[error("config/demo/telephony.toml has no number that is enabled: enable one")]
    NoNumber,
    /// The address of the server.
    #[error(
        "{0:?} is no address of a server: write such as http://127.0.0.1:8080 (the demo speaks plain HTTP)"
    )]
    Url(String),
    /// The SIP address.
    #[error("{0:?} is no SIP address: write such as 127.0.0.1:5060")]
    SipAddress(String),
    /// A number of the command line.
    #[error("{what} must be {must}")]
    Option {
        /// Which.
        what: &'static str,
        /// What it must be.
        must: &'static str,
    },
    /// No HTTP client.
    #[error("HTTP does not work here")]
    Client(#[source] reqwest::Error),
    /// Nobody answers.
    #[error("no server answers at {host}: start it with scripts/run, or name its address with --url")]
    NotRunning {
        /// Where.
        host: String,
        /// Why.
        source: Box<reqwest::Error>,
    },
    /// The demo password does not fit.
    #[error(
        "{login} cannot sign in with the password of config/demo/organisation.toml: the server was started without \
         the demo organisation, or the password was changed (reset it there, or start with a fresh data folder)"
    )]
    WrongPassword {
        /// Who.
        login: String,
    },
    /// Too many sign-ins.
    #[error("{login} may not sign in now: too many attempts. Try again in {seconds} s")]
    Locked {
        /// Who.
        login: String,
        /// How long.
        seconds: String,
    },
    /// Something else was refused.
    #[error("{what} was refused with {status}: {detail}")]
    Refused {
        /// What.
        what: String,
        /// How.
        status: reqwest::StatusCode,
        /// The server's reason.
        detail: String,
    },
    /// A desk does not work.
    #[error("the desk of {login} does not work")]
    Desk {
        /// Whose.
        login: String,
        /// Why.
        source: WireError,
    },
    /// No caller.
    #[error("no calls can be placed from here")]
    Sip(#[from] telephony::sip::client::CallError),
    /// No signals.
    #[error("Ctrl-C cannot be listened for")]
    Signals(#[source] std::io::Error),
}

impl Options {
    fn check(&self) -> Result<(), DemoError> {
        let fits = |number: f64, max: f64| number.is_finite() && (0.0..=max).contains(&number);
        let refuse = |what, must| Err(DemoError::Option { what, must });
        match self {
            _ if !fits(self.calls_per_minute, 60_000.0) => {
                refuse("--calls-per-minute", "a number from 0 to 60000")
            }
            _ if !fits(self.minutes.unwrap_or(1.0), 100_000.0) => {
                refuse("--minutes", "a number from 0 to 100000")
            }
            _ if !fits(self.talk_seconds.unwrap_or(1.0), 100_000.0) => {
                refuse("--talk-seconds", "a number from 0 to 100000")
            }
            _ => Ok(()),
        }
    }

    fn habits(&self) -> Habits {
        match self.talk_seconds {
            Some(seconds) => Habits::tireless(Duration::from_secs_f64(seconds)),
            None => Habits::lively(),
        }
    }
}

/// Adds live traffic to a running server until Ctrl-C, or for the minutes asked for.
///
/// # Errors
/// [`DemoError`], whose message says what to do.
pub async fn run(options: Options, folder: &Path, sounds: &Path) -> Result<(), DemoError> {
    options.check()?;
    let stop = stop_on_signals(options.minutes)?;
    let site = Arc::new(Site::read(folder, sounds)?);
    let tally = Arc::new(Tally::default());
    let lines = Arc::new(lines(&options, &site, &tally, &stop).await?);
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);

    let door = Door::new(&options.url)?;
    let habits = options.habits();
    let room = Arc::new(Room { door, site, tally: Arc::clone(&tally), habits, stop: stop.clone() });
    let mut people = JoinSet::new();
    seat(&options, &room, &mut rng, &mut people).await?;
    println!("calls to {} at {}; Ctrl-C ends the demo", lines.site.number, lines.server);
    people.spawn({
        let (lines, rate, seed) = (Arc::clone(&lines), options.calls_per_minute / 60.0, rng.random());
        async move { traffic(lines, rate, seed).await }
    });

    report(&tally, &stop, &mut people).await;
    println!("\nstopping: calls are hung up, operators sign out");
    let left = async { while people.join_next().await.is_some() {} };
    let _some_did_not_leave = tokio::time::timeout(LEAVES_WITHIN, left).await;
    let figures = tally.figures();
    println!(
        "{} calls: {} answered, {} gave up, {} failed",
        figures.placed, figures.answered, figures.gave_up, figures.failed
    );
    Ok(())
}

async fn lines(
    options: &Options,
    site: &Arc<Site>,
    tally: &Arc<Tally>,
    stop: &CancellationToken,
) -> Result<Lines, DemoError> {
    let server = options.sip.to_socket_addrs().ok().and_then(|mut found| found.next());
    let server = server.ok_or_else(|| DemoError::SipAddress(options.sip.clone()))?;
    let local = towards(server).ok_or_else(|| DemoError::SipAddress(options.sip.clone()))?;
    let client = SipClient::bind(SocketAddr::new(local, 0), "Trunkline demo").await?;
    let (site, tally, stop) = (Arc::clone(site), Arc::clone(tally), stop.clone());
    Ok(Lines { client, server, local, site, tally, stop })
}

/// Our own address on the way to `server`.
fn towards(server: SocketAddr) -> Option<IpAddr> {
    let any = if server.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(server).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// Signs operators in and lets them work. The first one must get in; later ones may be missing.
async fn seat(
    options: &Options,
    room: &Arc<Room>,
    rng: &mut ChaCha8Rng,
    people: &mut JoinSet<()>,
) -> Result<(), DemoError> {
    let logins = &room.site.logins;
    let wanted = options.operators.unwrap_or(logins.len().saturating_sub(1));
    if wanted > logins.len() {
        println!("the demo organisation has {} operators: no more can work", logins.len());
    }
    // From the end: the first desks are left for visitors.
    for (number, login) in logins.iter().rev().take(wanted).enumerate() {
        let who = match room.door.sign_in(login, &room.site.password).await {
            Ok(who) => who,
            Err(error) if number == 0 => return Err(error),
            Err(error) => {
                println!("{login} stays away: {error}");
                continue;
            }
        };
        let words = room.door.words(&who).await?;
        people.spawn(sit(number, Arc::clone(room), who, words, rng.random()));
    }
    Ok(())
}

async fn sit(number: usize, room: Arc<Room>, who: SignedIn, words: operator::Words, seed: u64) {
    let login = who.login.clone();
    match desk::work(number, &room, who, words, seed).await {
        Ok(()) => {}
        Err(DemoError::Desk { source: WireError::TakenOver, .. }) => {
            println!("\n{login}: somebody works at this desk now, the simulated operator leaves");
        }
        Err(DemoError::Desk { source, .. }) => println!("\n{login} leaves: {source}"),
        Err(error) => println!("\n{login} leaves: {error}"),
    }
}

/// Callers, as irregular as people: the time between two of them is exponentially distributed.
async fn traffic(lines: Arc<Lines>, per_second: f64, seed: u64) {
    if per_second <= 0.0 {
        return;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut calls = JoinSet::new();
    loop {
        let share: f64 = rng.random();
        let wait = Duration::from_secs_f64((-(1.0 - share).ln() / per_second).min(3_600.0));
        tokio::select! {
            () = lines.stop.cancelled() => break,
            () = tokio::time::sleep(wait) => {}
        }
        while calls.try_join_next().is_some() {}
        if calls.len() < CALLS_MAX {
            let plan = caller::plan(&lines.site.customers, &mut rng);
            let (lines, seed) = (Arc::clone(&lines), rng.random());
            calls.spawn(async move { lines.call(plan, seed).await });
        }
    }
    while calls.join_next().await.is_some() {}
}

/// Shows the progress line until the demo ends: once a second on a terminal, every ten seconds elsewhere.
async fn report(tally: &Tally, stop: &CancellationToken, people: &mut JoinSet<()>) {
    let is_terminal = std::io::stdout().is_terminal();
    let mut every = tokio::time::interval(Duration::from_secs(if is_terminal { 1 } else { 10 }));
    let start = Instant::now();
    let mut trouble = None;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            Some(_) = people.join_next() => continue,
            _ = every.tick() => {}
        }
        let figures = tally.figures();
        if figures.trouble.is_some() && figures.trouble != trouble {
            trouble.clone_from(&figures.trouble);
            println!("\ncalls fail: {}", trouble.as_deref().unwrap_or_default());
        }
        let line = tally::line(start.elapsed(), &figures);
        if is_terminal {
            // \x1b[K clears what a longer line left.
            print!("\r{line}\x1b[K");
            let _not_shown = std::io::stdout().flush();
        } else {
            println!("{line}");
        }
    }
}

fn stop_on_signals(minutes: Option<f64>) -> Result<CancellationToken, DemoError> {
    use tokio::signal::unix::{SignalKind, signal};
    let stop = CancellationToken::new();
    let mut interrupt = signal(SignalKind::interrupt()).map_err(DemoError::Signals)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(DemoError::Signals)?;
    let ends = minutes.map(|minutes| Instant::now() + Duration::from_secs_f64(minutes * 60.0));
    let stopped = stop.clone();
    tokio::spawn(async move {
        let over = async {
            match ends {
                Some(ends) => tokio::time::sleep_until(ends).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            () = over => {}
        }
        stopped.cancel();
    });
    Ok(stop)
}
