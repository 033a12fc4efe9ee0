//! An engine on loopback and what tests ask of it.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::time::Duration;

use base::id::LegId;
use telephony::media::api::{MediaEvent, MediaSettings};
use telephony::media::client::tone;
use telephony::media::client::{RtpPhone, Voice, WebPhone};
use telephony::media::handle::{MediaEngine, MediaHandle};
use tokio::sync::mpsc::{self, Receiver};

/// Long enough for a loaded machine, short enough to fail.
pub const PATIENCE: Duration = Duration::from_secs(10);

pub const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

static NEXT_PORT: AtomicU16 = AtomicU16::new(0);
static NEXT_ID: AtomicU64 = AtomicU64::new(1);

pub fn uuid() -> uuid::Uuid {
    uuid::Uuid::from_u128(u128::from(NEXT_ID.fetch_add(1, Ordering::Relaxed)))
}

pub fn leg() -> LegId {
    LegId::from_uuid(uuid())
}

pub struct Rig {
    pub media: MediaHandle,
    pub events: Receiver<MediaEvent>,
    pub folder: tempfile::TempDir,
}

impl Rig {
    pub fn start() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut MediaSettings)) -> Self {
        // Each test process and each rig has a range of its own, as far as that can be arranged.
        let share =
            (std::process::id() % 100) as u16 * 200 + NEXT_PORT.fetch_add(1, Ordering::Relaxed) % 10 * 20;
        let first = 10_000 + share; // below what the system gives to telephones
        let mut settings = MediaSettings { rtp_ports: first..=first + 199, ..MediaSettings::default() };
        settings.webrtc_addresses = vec![LOCALHOST];
        change(&mut settings);
        let (sender, events) = mpsc::channel(10_000);
        let media = MediaEngine::start(settings, sender).unwrap();
        Self { media, events, folder: tempfile::tempdir().unwrap() }
    }

    /// Waits for an event.
    pub async fn event(&mut self, what: &str, wanted: impl Fn(&MediaEvent) -> bool) -> MediaEvent {
        self.event_within(PATIENCE, what, wanted).await
    }

    pub async fn event_within(
        &mut self,
        within: Duration,
        what: &str,
        wanted: impl Fn(&MediaEvent) -> bool,
    ) -> MediaEvent {
        let wait = async {
            loop {
                let event = self.events.recv().await.expect("the engine has ended");
                if wanted(&event) {
                    return event;
                }
            }
        };
        tokio::time::timeout(within, wait).await.unwrap_or_else(|_| panic!("no event: {what}"))
    }

    /// A telephone in a call with the engine that says a tone.
    pub async fn phone(&mut self, frequency: f32) -> (RtpPhone, LegId) {
        let phone = RtpPhone::open(LOCALHOST).await.unwrap();
        let leg = leg();
        let answer = self.media.open_rtp(leg, Some(phone.offer())).await.unwrap();
        assert!(phone.accept(&answer));
        phone.say(Voice::Tone(frequency));
        self.event("latched", |event| *event == MediaEvent::Connected { leg }).await;
        (phone, leg)
    }

    /// A browser in a session with the engine that says a tone.
    pub async fn browser(&mut self, frequency: f32) -> (WebPhone, LegId) {
        let (mut phone, offer) = WebPhone::offer(LOCALHOST).await.unwrap();
        let leg = leg();
        let answer = self.media.open_webrtc(leg, offer).await.unwrap();
        phone.accept(&answer).unwrap();
        phone.say(Voice::Tone(frequency));
        assert!(phone.connects(PATIENCE).await, "the browser does not connect");
        self.event("connected", |event| *event == MediaEvent::Connected { leg }).await;
        (phone, leg)
    }

    /// A WAV file with a tone.
    pub fn prompt(&self, frequency: f32, millis: u32) -> PathBuf {
        let path = self.folder.path().join(format!("{frequency}-{millis}.wav"));
        write_wav(&path, &tone::samples(frequency, 0, millis as usize * 8));
        path
    }
}

pub fn write_wav(path: &Path, samples: &[i16]) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    samples.iter().for_each(|sample| writer.write_sample(*sample).unwrap());
    writer.finalize().unwrap();
}
