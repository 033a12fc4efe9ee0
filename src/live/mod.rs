//! The live part of the server: signalling, audio, calls, queues, operators and boards, and how they follow
//! changes of configuration.

mod book;
mod config;
mod flows;
mod operators;

pub use config::{DeskError, Floor};
pub use flows::Flows;
pub use operators::Presences;

use crate::app::Ground;
use crate::http::resources::parts::{
    AudioFolders, CHANGES_KEPT, ConfigChanged, LiveFlows, LiveOperators, Parts,
};
use crate::settings::Settings;
use actix_rt::Arbiter;
use actors::call::visits::Visits;
use actors::calls;
use actors::live::Topic;
use actors::world::{Book, Dice, Sounds, World};
use arc_swap::ArcSwap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use telephony::media::api::MediaSettings;
use telephony::media::handle::{MediaEngine, MediaHandle};
use telephony::sip::{LiveTrunkBook, SipEdge, SipHandle, SipSettings};
use tokio::sync::{broadcast, mpsc};

/// Events of signalling that may wait for us: a second of the highest rate that is let in.
const SIP_EVENTS_MAX: usize = 8192;
/// Events of audio that may wait for us.
const MEDIA_EVENTS_MAX: usize = 16_384;
/// How long signalling may take to say goodbye when the server stops.
const GOODBYES_WITHIN: Duration = Duration::from_secs(2);

/// Every `*.flow.json` of a folder, by name; none when it cannot be read, which the reading of IVRs says.
#[must_use]
pub fn flow_files(folder: &Path) -> Vec<(String, String)> {
    flows::read_files(folder).unwrap_or_default()
}

/// Why the live part did not start.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The rows that it is configured by.
    #[error("the configuration cannot be read from the database")]
    Database(#[from] sqlx::Error),
    /// Signalling.
    #[error("SIP does not start")]
    Sip(#[from] telephony::sip::StartError),
    /// Audio.
    #[error("audio does not start")]
    Media(#[from] telephony::media::api::StartError),
    /// Queues and operators.
    #[error("queues do not start: {0}")]
    Queues(String),
}

/// The running live part.
pub struct Live {
    /// What the shells share.
    pub world: Arc<World>,
    /// Queues, operators and boards.
    pub floor: Floor,
    /// Changes of configuration are told here.
    pub changes: broadcast::Sender<ConfigChanged>,
    /// Flows as the administration sees them.
    pub flows: Arc<Flows>,
    /// Who is at a desk.
    pub presences: Arc<Presences>,
    sip: SipHandle,
    media: MediaHandle,
    arbiter: Arbiter,
}

impl Live {
    /// Starts audio, signalling, queues and boards from what the database says.
    ///
    /// # Errors
    /// [`LiveError`] naming what did not start.
    pub async fn start(ground: &Ground) -> Result<Self, LiveError> {
        let settings = &ground.settings;
        let folders = folders(settings);
        let flows =
            Arc::new(Flows::new(settings.server.flows_dir.clone(), &folders, Arc::clone(&ground.clock)));
        let trunks = Arc::new(LiveTrunkBook::new(book::trunks(&ground.pool).await?));

        let (media_events, media_heard) = mpsc::channel(MEDIA_EVENTS_MAX);
        let media = MediaEngine::start(media_settings(settings), media_events)?;
        let (sip_events, sip_heard) = mpsc::channel(SIP_EVENTS_MAX);
        let directory = Arc::clone(&trunks);
        let clock = Arc::clone(&ground.clock);
        let sip = SipEdge::start(sip_settings(settings), directory, sip_events, clock)?;

        let world = Arc::new(world(ground, &folders, media.clone(), sip.clone()));
        let names = book::names(&ground.pool).await?;
        flows.read(&names);
        world.book.store(Arc::new(names.book(flows.library())));

        let arbiter = Arbiter::new();
        let calls_max = usize::try_from(settings.sip.calls_max.get()).unwrap_or(usize::MAX);
        let inbox = on(&arbiter, {
            let world = Arc::clone(&world);
            move || calls::CallsSupervisor::start_with(world, calls_max)
        })
        .await?;
        let floor = Floor::start(&world, &arbiter, ground.fatal.clone()).await?;
        tokio::spawn(calls::pump_media(Arc::clone(&world), media_heard));
        tokio::spawn(world.visits.clone().run(ground.pool.clone(), ground.stop.clone()));
        tokio::spawn(calls::pump_sip(Arc::clone(&world), inbox, sip_heard));

        let (changes, heard) = broadcast::channel(CHANGES_KEPT);
        tokio::spawn(config::follow(floor.clone(), Arc::clone(&flows), trunks, heard));
        let presences = Arc::new(Presences::new(world.floor.clone()));
        Ok(Self { world, floor, changes, flows, presences, sip, media, arbiter })
    }

    /// What the resources of the REST interface need.
    #[must_use]
    pub fn parts(&self, settings: &Settings) -> Parts {
        let operators: Arc<dyn LiveOperators> = self.presences.clone();
        let flows: Arc<dyn LiveFlows> = self.flows.clone();
        Parts {
            operators,
            flows,
            changes: self.changes.clone(),
            folders: folders(settings),
            realm: SipSettings::default().realm,
        }
    }

    /// Where SIP is heard over UDP, then over TCP.
    #[must_use]
    pub fn sip_addresses(&self) -> Vec<SocketAddr> {
        self.sip.udp_addresses().iter().chain(self.sip.tcp_addresses()).copied().collect()
    }

    /// No new calls; running ones end or are ended after `within`.
    pub async fn drain(&self, within: Duration) {
        self.sip.set_accepting(false);
        calls::drain(&self.world, within).await;
    }

    /// Ends what is left.
    pub async fn stop(self) {
        self.sip.stop(GOODBYES_WITHIN).await;
        self.media.stop().await;
        self.arbiter.stop();
    }
}

/// Runs `work` on an arbiter and waits for its answer.
pub(crate) async fn on<T: Send + 'static>(
    arbiter: &Arbiter,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, LiveError> {
    let (done, answer) = tokio::sync::oneshot::channel();
    arbiter.spawn_fn(move || {
        let _nobody_waits = done.send(work());
    });
    answer.await.map_err(|_| LiveError::Queues("their thread ended".to_owned()))
}

/// Where audio is.
pub(crate) fn folders(settings: &Settings) -> AudioFolders {
    let data = &settings.server.data_dir;
    AudioFolders {
        sounds: settings.server.sounds_dir.clone(),
        uploaded: data.join("sounds"),
        recordings: absolute(&data.join(&settings.media.recordings_dir)),
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn world(ground: &Ground, folders: &AudioFolders, media: MediaHandle, sip: SipHandle) -> World {
    let now = ground.clock.now();
    let epoch: Arc<str> = now.timestamp_micros().to_string().into();
    World {
        clock: Arc::clone(&ground.clock),
        dice: Dice::seeded(rand::random()),
        zone: ground.settings.server.time_zone,
        directory: actors::directory::Directory::default(),
        desks: actors::desk::Desks::default(),
        legs: actors::legs::Legs::default(),
        journal: ground.journal.clone(),
        pool: ground.pool.clone(),
        media: Arc::new(media),
        sip: Arc::new(sip),
        book: ArcSwap::from_pointee(Book::default()),
        sounds: Sounds { shipped: folders.sounds.clone(), uploaded: folders.uploaded.clone() },
        recordings: folders.recordings.clone(),
        board: Topic::new("board", Arc::clone(&epoch), now),
        floor: Topic::new("floor", epoch, now),
        visits: Visits::default(),
    }
}

fn media_settings(settings: &Settings) -> MediaSettings {
    let media = &settings.media;
    let external: Option<IpAddr> = media.external_addresses.first().copied();
    let heard = settings.sip.listen_udp.or(settings.sip.listen_tcp);
    let rtp_address = heard.map_or(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), |address| address.ip());
    let webrtc = media.webrtc_listen;
    let webrtc_addresses = if webrtc.ip().is_unspecified() { Vec::new() } else { vec![webrtc.ip()] };
    MediaSettings {
        rtp_address,
        rtp_public_address: settings.sip.external_address.or(external),
        rtp_ports: media.rtp_port_min.get()..=media.rtp_port_max.get(),
        rtp_timeout: media.rtp_timeout(),
        webrtc_addresses,
        webrtc_port: webrtc.port(),
        webrtc_public_address: external,
        ..MediaSettings::default()
    }
}

fn sip_settings(settings: &Settings) -> SipSettings {
    let sip = &settings.sip;
    SipSettings {
        udp: sip.listen_udp.into_iter().collect(),
        tcp: sip.listen_tcp.into_iter().collect(),
        advertised: sip.external_address,
        country_code: settings.server.country_code.clone(),
        national_digits: settings.server.national_digits,
        calls_max: usize::try_from(sip.calls_max.get()).unwrap_or(usize::MAX),
        calls_per_second_max: f64::from(sip.calls_per_second.get()),
        ..SipSettings::default()
    }
}
