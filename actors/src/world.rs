//! What every shell is given: time, dice, the ways to partners and to the outside.

use crate::call::visits::Visits;
use crate::desk::Desks;
use crate::directory::Directory;
use crate::legs::Legs;
use crate::live::Topic;
use arc_swap::ArcSwap;
use base::id::{LegId, QueueId, RecordingId, SkillId};
use base::{Clock, Locale};
use flow::Library;
use futures_util::future::BoxFuture;
use platform::journal::Journal;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use telephony::media::api::{MediaError, PlayId, Side};
use telephony::media::handle::MediaHandle;
use telephony::sip::{SipCommand, SipHandle};

/// Everything a shell needs. One for the whole server, shared.
pub struct World {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where the randomness of actors comes from.
    pub dice: Dice,
    /// The site's time zone.
    pub zone: chrono_tz::Tz,
    /// Who is where.
    pub directory: Directory,
    /// Open desks.
    pub desks: Desks,
    /// Owners of legs and recordings.
    pub legs: Legs,
    /// The kept-and-retried way to rows.
    pub journal: Journal,
    /// For questions; changes go through the journal.
    pub pool: PgPool,
    /// Audio.
    pub media: Arc<dyn MediaPort>,
    /// Signalling.
    pub sip: Arc<dyn SipPort>,
    /// Names and numbers as configured now.
    pub book: ArcSwap<Book>,
    /// Files to play.
    pub sounds: Sounds,
    /// The folder of recordings.
    pub recordings: PathBuf,
    /// The wallboard.
    pub board: Topic,
    /// The supervisor's floor.
    pub floor: Topic,
    /// At which nodes of voice menus calls are.
    pub visits: Visits,
}

/// Randomness: every actor gets dice of its own, so that one does not disturb another's sequence.
#[derive(Clone)]
pub struct Dice(Arc<Mutex<ChaCha8Rng>>);

impl Dice {
    /// Dice that fall the same way for the same seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(ChaCha8Rng::seed_from_u64(seed))))
    }

    /// Dice of one's own.
    #[must_use]
    pub fn take(&self) -> ChaCha8Rng {
        ChaCha8Rng::from_rng(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What names in flows and dialled numbers mean at present.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// Queues by name.
    pub queues: BTreeMap<String, QueueId>,
    /// Skills by each of their names.
    pub skills: BTreeMap<String, SkillId>,
    /// Dialled number, digits only -> name of the flow.
    pub numbers: BTreeMap<String, String>,
    /// The flows that loaded.
    pub flows: Arc<Library>,
}

/// Where sounds are: what was uploaded replaces what was shipped.
#[derive(Clone, Debug)]
pub struct Sounds {
    /// `sounds` of the installation.
    pub shipped: PathBuf,
    /// Uploaded prompts, by language.
    pub uploaded: PathBuf,
}

impl Sounds {
    /// The file of a prompt.
    #[must_use]
    pub fn prompt(&self, locale: Locale, name: &str) -> PathBuf {
        let file = PathBuf::from(locale.code()).join(format!("{name}.wav"));
        let uploaded = self.uploaded.join(&file);
        if uploaded.is_file() { uploaded } else { self.shipped.join(file) }
    }

    /// The file of a piece of music.
    #[must_use]
    pub fn music(&self, name: &str) -> PathBuf {
        let file = PathBuf::from("music").join(format!("{name}.wav"));
        let uploaded = self.uploaded.join(&file);
        if uploaded.is_file() { uploaded } else { self.shipped.join(file) }
    }
}

/// The media engine as shells see it.
///
/// An order that the engine cannot take is reported by the engine's events or found by the core's timers; a shell
/// logs it and goes on.
pub trait MediaPort: Send + Sync {
    /// Opens an RTP leg: answers the offer, or makes one.
    fn open_rtp(&self, leg: LegId, offer: Option<String>) -> BoxFuture<'static, Result<String, MediaError>>;
    /// Takes in the answer to our offer.
    fn accept_answer(&self, leg: LegId, answer: String) -> BoxFuture<'static, Result<(), MediaError>>;
    /// Answers another offer of an open leg.
    fn renegotiate(&self, leg: LegId, offer: String) -> BoxFuture<'static, Result<String, MediaError>>;
    /// Opens a browser's leg.
    fn open_webrtc(&self, leg: LegId, offer: String) -> BoxFuture<'static, Result<String, MediaError>>;
    /// Plays files.
    fn play(&self, leg: LegId, play: PlayId, files: Vec<PathBuf>, looped: bool) -> Result<(), MediaError>;
    /// Stops a play.
    fn stop_play(&self, leg: LegId, play: PlayId) -> Result<(), MediaError>;
    /// Lets two legs hear each other.
    fn bridge(&self, one: LegId, other: LegId) -> Result<(), MediaError>;
    /// Ends the bridge of a leg.
    fn unbridge(&self, leg: LegId) -> Result<(), MediaError>;
    /// Silences what a leg sends.
    fn mute(&self, leg: LegId, on: bool) -> Result<(), MediaError>;
    /// Begins a recording: the caller left, the operator right.
    fn start_recording(
        &self,
        id: RecordingId,
        path: PathBuf,
        left: LegId,
        right: LegId,
    ) -> Result<(), MediaError>;
    /// Records another operator's leg from now on.
    fn record_right(&self, id: RecordingId, leg: LegId) -> Result<(), MediaError>;
    /// Ends a recording.
    fn stop_recording(&self, id: RecordingId) -> Result<(), MediaError>;
    /// Closes a leg.
    fn close(&self, leg: LegId) -> Result<(), MediaError>;
}

impl MediaPort for MediaHandle {
    fn open_rtp(&self, leg: LegId, offer: Option<String>) -> BoxFuture<'static, Result<String, MediaError>> {
        Box::pin(Self::open_rtp(self, leg, offer))
    }
    fn accept_answer(&self, leg: LegId, answer: String) -> BoxFuture<'static, Result<(), MediaError>> {
        Box::pin(Self::accept_answer(self, leg, answer))
    }
    fn renegotiate(&self, leg: LegId, offer: String) -> BoxFuture<'static, Result<String, MediaError>> {
        Box::pin(Self::renegotiate(self, leg, offer))
    }
    fn open_webrtc(&self, leg: LegId, offer: String) -> BoxFuture<'static, Result<String, MediaError>> {
        Box::pin(Self::open_webrtc(self, leg, offer))
    }
    fn play(&self, leg: LegId, play: PlayId, files: Vec<PathBuf>, looped: bool) -> Result<(), MediaError> {
        Self::play(self, leg, play, files, looped)
    }
    fn stop_play(&self, leg: LegId, play: PlayId) -> Result<(), MediaError> {
        Self::stop_play(self, leg, play)
    }
    fn bridge(&self, one: LegId, other: LegId) -> Result<(), MediaError> {
        Self::bridge(self, one, other)
    }
    fn unbridge(&self, leg: LegId) -> Result<(), MediaError> {
        Self::unbridge(self, leg)
    }
    fn mute(&self, leg: LegId, on: bool) -> Result<(), MediaError> {
        Self::mute(self, leg, on)
    }
    fn start_recording(
        &self,
        id: RecordingId,
        path: PathBuf,
        left: LegId,
        right: LegId,
    ) -> Result<(), MediaError> {
        Self::start_recording(self, id, path, left, right)
    }
    fn record_right(&self, id: RecordingId, leg: LegId) -> Result<(), MediaError> {
        self.swap_recording_leg(id, Side::Right, leg)
    }
    fn stop_recording(&self, id: RecordingId) -> Result<(), MediaError> {
        Self::stop_recording(self, id)
    }
    fn close(&self, leg: LegId) -> Result<(), MediaError> {
        Self::close(self, leg)
    }
}

/// Signalling as shells see it.
pub trait SipPort: Send + Sync {
    /// Does something on a leg; an order for a leg that has ended is late and ignored.
    fn send(&self, command: SipCommand);
}

impl SipPort for SipHandle {
    fn send(&self, command: SipCommand) {
        if let Err(error) = Self::send(self, command) {
            tracing::warn!(%error, "a SIP command was not taken");
        }
    }
}
