//! How the rest of the server speaks to the media thread: commands over a bounded queue, answers by a future.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::task::{Context, Poll as Progress};
use std::thread;
use std::time::Instant;

use base::id::{LegId, RecordingId};
use mio::{Poll, Waker};
use tokio::sync::mpsc::Sender;
use tokio::sync::oneshot;

use super::api::{MediaError, MediaEvent, MediaSettings, PlayId, Side, StartError};
use super::engine::Engine;
use super::net::{Outbox, Shell, Slow, WAKE, Wires, bind_web};
use super::player::{self, LoadJob};
use super::recorder;
use super::webrtc::PeerConfig;

/// Commands that may wait for the media thread.
const COMMANDS_MAX: usize = 8_192;

/// Orders that may wait for a disk.
const SLOW_MAX: usize = 8_192;

type Answer<T> = oneshot::Sender<Result<T, MediaError>>;

/// What the media thread is told.
#[derive(Debug)]
pub enum Command {
    /// Opens an RTP leg.
    OpenRtp {
        /// The new leg.
        leg: LegId,
        /// The peer's offer; none: we offer.
        offer: Option<String>,
        /// Gets our answer or offer.
        reply: Answer<String>,
    },
    /// Takes in the answer to our offer.
    AcceptAnswer {
        /// The leg.
        leg: LegId,
        /// The peer's answer.
        answer: String,
        /// Gets the outcome.
        reply: Answer<()>,
    },
    /// Answers another offer.
    Renegotiate {
        /// The leg.
        leg: LegId,
        /// The peer's offer.
        offer: String,
        /// Gets our answer.
        reply: Answer<String>,
    },
    /// Opens a browser's leg.
    OpenWebrtc {
        /// The new leg.
        leg: LegId,
        /// The browser's offer.
        offer: String,
        /// Gets our answer.
        reply: Answer<String>,
    },
    /// Plays files.
    Play(LoadJob),
    /// Stops a play.
    StopPlay {
        /// The leg.
        leg: LegId,
        /// The order.
        play: PlayId,
    },
    /// Lets two legs hear each other.
    Bridge {
        /// One.
        one: LegId,
        /// And the other.
        other: LegId,
    },
    /// Ends a leg's bridge.
    Unbridge {
        /// The leg.
        leg: LegId,
    },
    /// Silences what a leg sends.
    Mute {
        /// The leg.
        leg: LegId,
        /// Or lets it be heard again.
        on: bool,
    },
    /// Records two legs.
    StartRecording {
        /// The new recording.
        recording: RecordingId,
        /// Where it will be.
        path: PathBuf,
        /// The caller.
        left: LegId,
        /// The operator.
        right: LegId,
    },
    /// Records another leg on one side.
    SwapRecordingLeg {
        /// The recording.
        recording: RecordingId,
        /// Which side.
        side: Side,
        /// The other leg.
        leg: LegId,
    },
    /// Ends a recording.
    StopRecording {
        /// The recording.
        recording: RecordingId,
    },
    /// Closes a leg.
    Close {
        /// The leg.
        leg: LegId,
    },
    /// Ends the thread.
    Stop,
}

/// The media engine.
#[derive(Debug)]
pub struct MediaEngine;

impl MediaEngine {
    /// Starts the media thread and its two helpers, which read prompts and write recordings.
    ///
    /// All legs share the one thread, so that a bridge is a function call. The example `media_bench` tells what one
    /// core carries; a site with more runs several engines with a range of ports each, and keeps the legs of one
    /// call in one engine.
    ///
    /// `events` should have room for a second's events; the thread never waits for it.
    pub fn start(settings: MediaSettings, events: Sender<MediaEvent>) -> Result<MediaHandle, StartError> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKE)?);
        let web = bind_web(&settings, &poll)
            .map_err(|source| StartError::NoBrowserPort { port: settings.webrtc_port, source })?;

        let (loader, load_jobs) = sync_channel(SLOW_MAX);
        let (done, loaded) = sync_channel(SLOW_MAX);
        let woken = Arc::clone(&waker);
        spawn("media-prompts", move || {
            player::load_all(&load_jobs, |one| {
                if done.send(one).is_ok() {
                    // A wake that fails is made up for by the next beat.
                    let _ = woken.wake();
                }
            });
        })?;
        let (writer, write_jobs) = sync_channel(SLOW_MAX);
        let reports = events.clone();
        let writing = spawn("media-recordings", move || {
            recorder::write_all(&write_jobs, |event| {
                // Nobody listens any more: the file is stored all the same.
                let _ = reports.blocking_send(event);
            });
        })?;

        let slow = Slow { loader, writer };
        let wires = Wires::new(settings.clone(), web, Outbox::new(events), slow);
        let candidates = wires.candidates();
        let peers = PeerConfig::new(candidates.clone())
            .ok_or_else(|| std::io::Error::other("no DTLS certificate can be made"))?;
        let engine = Engine::new(Instant::now(), &settings, peers, rand::random());
        let (commands, orders) = sync_channel(COMMANDS_MAX);
        let shell = Shell::new(engine, wires, poll, orders, loaded);
        let (ended, end) = tokio::sync::watch::channel(false);
        spawn("media", move || {
            shell.run();
            // The shell is gone and with it the writer's last order: it ends once it has written everything.
            if writing.join().is_err() {
                tracing::error!("the writer of recordings has panicked");
            }
            let _ = ended.send(true);
        })?;
        Ok(MediaHandle { commands, waker, candidates: candidates.into(), end })
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<thread::JoinHandle<()>> {
    thread::Builder::new().name(name.to_owned()).spawn(work)
}

/// An answer of the media thread that is still to come. The command is on its way already: dropping this only means
/// not to wait.
#[derive(Debug)]
pub struct Reply<T>(Result<oneshot::Receiver<Result<T, MediaError>>, Option<MediaError>>);

impl<T> Future for Reply<T> {
    type Output = Result<T, MediaError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Progress<Self::Output> {
        match &mut self.0 {
            Ok(receiver) => {
                Pin::new(receiver).poll(context).map(|answer| answer.unwrap_or(Err(MediaError::Stopped)))
            }
            Err(refused) => Progress::Ready(Err(refused.take().unwrap_or(MediaError::Stopped))),
        }
    }
}

/// The way to a running engine. Clones are the same engine; it ends with [`MediaHandle::stop`] or with the last clone.
///
/// Commands are obeyed in the order in which they are given.
#[derive(Clone, Debug)]
pub struct MediaHandle {
    commands: SyncSender<Command>,
    waker: Arc<Waker>,
    candidates: Arc<[std::net::SocketAddr]>,
    end: tokio::sync::watch::Receiver<bool>,
}

impl MediaHandle {
    fn tell(&self, command: Command) -> Result<(), MediaError> {
        self.commands.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => MediaError::Overloaded,
            TrySendError::Disconnected(_) => MediaError::Stopped,
        })?;
        // A wake that fails is made up for by the next beat.
        let _ = self.waker.wake();
        Ok(())
    }

    fn ask<T>(&self, command: impl FnOnce(Answer<T>) -> Command) -> Reply<T> {
        let (reply, answer) = oneshot::channel();
        Reply(self.tell(command(reply)).map(|()| answer).map_err(Some))
    }

    /// The addresses announced to browsers.
    #[must_use]
    pub fn browser_addresses(&self) -> &[std::net::SocketAddr] {
        &self.candidates
    }

    /// Opens an RTP leg: answers `offer`, or without one makes an offer, whose answer [`MediaHandle::accept_answer`] takes.
    pub fn open_rtp(&self, leg: LegId, offer: Option<String>) -> Reply<String> {
        self.ask(|reply| Command::OpenRtp { leg, offer, reply })
    }

    /// Takes in the answer to our offer.
    pub fn accept_answer(&self, leg: LegId, answer: String) -> Reply<()> {
        self.ask(|reply| Command::AcceptAnswer { leg, answer, reply })
    }

    /// Answers another offer of an open leg: hold in either style, resume, a new address. Ports are kept.
    pub fn renegotiate(&self, leg: LegId, offer: String) -> Reply<String> {
        self.ask(|reply| Command::Renegotiate { leg, offer, reply })
    }

    /// Opens a browser's leg and answers its offer. [`MediaEvent::Connected`] follows.
    pub fn open_webrtc(&self, leg: LegId, offer: String) -> Reply<String> {
        self.ask(|reply| Command::OpenWebrtc { leg, offer, reply })
    }

    /// Plays WAV files one after another, once or again and again, instead of what plays on the leg now. A play wins
    /// over a bridge until it ends.
    pub fn play(
        &self,
        leg: LegId,
        play: PlayId,
        files: Vec<PathBuf>,
        looped: bool,
    ) -> Result<(), MediaError> {
        self.tell(Command::Play(LoadJob { leg, play, files, looped }))
    }

    /// Stops a play without an event. Another play on the leg is left alone.
    pub fn stop_play(&self, leg: LegId, play: PlayId) -> Result<(), MediaError> {
        self.tell(Command::StopPlay { leg, play })
    }

    /// Lets two legs hear each other; each leaves the bridge that it was in.
    pub fn bridge(&self, one: LegId, other: LegId) -> Result<(), MediaError> {
        self.tell(Command::Bridge { one, other })
    }

    /// Ends the bridge that a leg is in.
    pub fn unbridge(&self, leg: LegId) -> Result<(), MediaError> {
        self.tell(Command::Unbridge { leg })
    }

    /// Replaces what a leg sends by silence, for its partner and for recordings; keys are still reported.
    pub fn mute(&self, leg: LegId, on: bool) -> Result<(), MediaError> {
        self.tell(Command::Mute { leg, on })
    }

    /// Begins a recording whose left channel is what `left` sends and whose right channel is what `right` sends. Legs
    /// that are not open yet, or not any more, are silence.
    pub fn start_recording(
        &self,
        recording: RecordingId,
        path: PathBuf,
        left: LegId,
        right: LegId,
    ) -> Result<(), MediaError> {
        self.tell(Command::StartRecording { recording, path, left, right })
    }

    /// Records another leg on one side from now on: the operator is back with a new browser session.
    pub fn swap_recording_leg(
        &self,
        recording: RecordingId,
        side: Side,
        leg: LegId,
    ) -> Result<(), MediaError> {
        self.tell(Command::SwapRecordingLeg { recording, side, leg })
    }

    /// Ends a recording. [`MediaEvent::RecordingStored`] or [`MediaEvent::RecordingFailed`] follows.
    pub fn stop_recording(&self, recording: RecordingId) -> Result<(), MediaError> {
        self.tell(Command::StopRecording { recording })
    }

    /// Closes a leg and its ports. Recordings of it go on with silence.
    pub fn close(&self, leg: LegId) -> Result<(), MediaError> {
        self.tell(Command::Close { leg })
    }

    /// Ends the engine, after its recordings are stored. Events of that come before this returns, as long as somebody
    /// takes them.
    pub async fn stop(mut self) {
        if self.tell(Command::Stop) == Err(MediaError::Overloaded) {
            tracing::warn!("the media engine is overloaded and ends only with its last handle");
        }
        // An error means that the thread is gone already.
        let _ = self.end.wait_for(|ended| *ended).await;
    }
}
