//! The door: decides about every message before any state is made for it.
//!
//! What is refused here costs one look and one datagram; nothing is remembered of it. Time is an argument.

use super::check::{Served, Sound, Verdict, check};
use super::digest::{DigestServer, Outcome};
use super::directory::{SipDirectory, TrunkAccess};
use super::event::CallerId;
use super::known::{Known, KnownCall};
use super::limit::{Bucket, PerSource};
use super::refused::Refused;
use super::reply::{ACCEPT, ALLOW, Refusal, SUPPORTED, phrase, print};
use super::session_timer::parse_expires;
use super::settings::SipSettings;
use super::wire::{Message, address, user_of};
use base::PhoneNumber;
use base::id::{LegId, TrunkId};
use chrono::{DateTime, Utc};
use rand::Rng;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The present moment on both clocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    pub(crate) utc: DateTime<Utc>,
    pub(crate) at: Instant,
}

/// How busy the rest of the edge is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    /// How long work waited lately before somebody did it.
    pub(crate) queue_delay: Duration,
    /// Whether the call side has room for the events of one more call.
    pub(crate) events_have_room: bool,
}

/// A call that was let in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NewCall {
    pub(crate) leg: LegId,
    pub(crate) trunk: TrunkId,
    pub(crate) local_tag: String,
    pub(crate) caller: CallerId,
    pub(crate) dialled: String,
    pub(crate) offer: Option<String>,
    pub(crate) call_id: String,
    pub(crate) from_tag: String,
}

/// What to do with a message.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Judged {
    /// Forget it.
    Drop,
    /// Send this back to where it came from.
    Answer(Vec<u8>),
    /// Give it to the transactions.
    Pass,
    /// Give it to the transactions; it begins a call.
    Call(Box<NewCall>),
}

/// The door.
pub(crate) struct Front {
    settings: SipSettings,
    directory: Arc<dyn SipDirectory>,
    digest: DigestServer,
    sources: PerSource,
    new_calls: Bucket,
    /// Calls that were let in.
    pub(crate) known: Known,
    refused: Refused,
    key: [u8; 32],
    /// Whether new calls are let in at all.
    pub(crate) accepting: bool,
    rng: Box<dyn Rng + Send>,
}

impl Front {
    pub(crate) fn new(
        settings: SipSettings,
        directory: Arc<dyn SipDirectory>,
        mut rng: Box<dyn Rng + Send>,
        now: Now,
    ) -> Self {
        let mut key = [0_u8; 32];
        rng.fill_bytes(&mut key);
        let digest = DigestServer::new(&settings, key);
        let sources =
            PerSource::new(settings.source_messages_per_second, settings.source_burst, settings.sources_max);
        let new_calls = Bucket::full(settings.calls_per_second_max, now.at);
        let known = Known::new(settings.t1 * 64);
        let refused = Refused::new(settings.t1 * 64);
        Self { settings, directory, digest, sources, new_calls, known, refused, key, accepting: true, rng }
    }

    /// Whether a packet from this address may be looked at. Costs no parse.
    pub(crate) fn may_look(&mut self, source: SocketAddr, now: Now) -> bool {
        self.sources.allows(source.ip(), now.at)
    }

    /// Decides about one message.
    pub(crate) fn judge(
        &mut self,
        message: &Message<'_>,
        source: SocketAddr,
        now: Now,
        load: Load,
    ) -> Judged {
        let trusted = self.directory.trunk_by_address(source.ip());
        let stranger = trusted.is_none() && !self.directory.has_credentials();
        match check(message) {
            Verdict::Silence(why) => {
                metrics::counter!("sip_malformed_total", "why" => why).increment(1);
                Judged::Drop
            }
            Verdict::Response => Judged::Pass,
            Verdict::Refuse(why, refusal) => {
                metrics::counter!("sip_malformed_total", "why" => why).increment(1);
                if stranger { strange() } else { self.answer(message, &refusal, source) }
            }
            Verdict::Sound(sound) => {
                match self.place(message, &sound, source, trusted, stranger, now, load) {
                    Ok(judged) => judged,
                    Err(refusal) => self.answer(message, &refusal, source),
                }
            }
        }
    }

    /// Forgets what nobody can ask about any more.
    pub(crate) fn sweep(&mut self, now: Instant) {
        self.known.sweep(now);
        self.refused.sweep(now);
    }

    /// Refuses a message that the door let through but the library could not read.
    pub(crate) fn unreadable(&self, message: &Message<'_>, source: SocketAddr) -> Judged {
        metrics::counter!("sip_malformed_total", "why" => "unreadable").increment(1);
        match message.method() {
            Some("ACK") | None => Judged::Drop,
            Some(_) => self.answer(message, &Refusal::new(400, phrase(400)), source),
        }
    }

    fn answer(&self, message: &Message<'_>, refusal: &Refusal, source: SocketAddr) -> Judged {
        let method = match message.method() {
            Some("INVITE") => "INVITE",
            Some("OPTIONS") => "OPTIONS",
            Some("REGISTER") => "REGISTER",
            _ => "other",
        };
        count(method, refusal.status);
        Judged::Answer(print(message, refusal, source, &self.settings.product, &self.key))
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one decision over everything that is known about one packet"
    )]
    fn place(
        &mut self,
        message: &Message<'_>,
        sound: &Sound<'_>,
        source: SocketAddr,
        trusted: Option<TrunkAccess>,
        stranger: bool,
        now: Now,
        load: Load,
    ) -> Result<Judged, Refusal> {
        let known = self.known.find(sound.call_id, sound.caller_tag());
        let mine = known.is_some_and(|call| trusted.is_some() || call.source.ip() == source.ip());
        match (sound.method, sound.to_tag()) {
            // An ACK without our tag is of something we refused without state, or of nothing at all.
            (Served::Ack, tag) => {
                let ours = mine && known.is_some_and(|call| tag == Some(&call.local_tag));
                Ok(if ours { Judged::Pass } else { Judged::Drop })
            }
            (Served::Cancel, _) if mine => Ok(Judged::Pass),
            (_, Some(tag)) if mine && known.is_some_and(|call| call.local_tag == tag) => Ok(Judged::Pass),
            _ if stranger => Ok(strange()),
            (Served::Options, None) => Err(options()),
            (Served::Invite, None) => match known {
                Some(call) if mine && call.is_retransmitted(sound) => Ok(Judged::Pass),
                // RFC 3261 8.2.2.2: the same call came by two ways.
                Some(call) if call.cseq == sound.cseq => Err(Refusal::new(482, phrase(482))),
                Some(call) if call.is_live() => Err(Refusal::new(500, phrase(500)).with("Retry-After", "1")),
                _ if self.refused.contains(sound) => Err(self.busy()),
                _ => {
                    let judged = self.admit(message, sound, source, trusted, now, load);
                    if judged.as_ref().is_err_and(|refusal| refusal.status == 503) {
                        self.refused.remember(sound, now.at);
                    }
                    judged
                }
            },
            _ => Err(Refusal::new(481, phrase(481))),
        }
    }

    fn admit(
        &mut self,
        message: &Message<'_>,
        sound: &Sound<'_>,
        source: SocketAddr,
        trusted: Option<TrunkAccess>,
        now: Now,
        load: Load,
    ) -> Result<Judged, Refusal> {
        let full = !self.accepting
            || load.queue_delay > self.settings.queue_delay_max
            || !load.events_have_room
            || self.known.live() >= self.settings.calls_max;
        if full {
            return Err(self.busy());
        }
        let access = match trusted {
            Some(access) => access,
            None => match self.prove(message, sound, source, now) {
                Ok(access) => access,
                Err(Some(refusal)) => return Err(refusal),
                Err(None) => return Ok(strange()),
            },
        };
        if self.known.live_on(access.trunk) >= access.calls_max {
            return Err(self.busy());
        }
        let asked = message.first("Session-Expires").and_then(parse_expires);
        if message.lists("Supported", "timer")
            && asked.is_some_and(|asked| asked.interval < self.settings.min_se)
        {
            let least = self.settings.min_se.as_secs().to_string();
            return Err(Refusal::new(422, phrase(422)).with("Min-SE", least));
        }
        let dialled = user_of(sound.uri);
        if !self.directory.serves(&dialled) {
            return Err(Refusal::new(404, phrase(404)));
        }
        let (rate, burst) = (self.settings.calls_per_second_max, self.settings.calls_per_second_max);
        if !self.new_calls.take(now.at, rate, burst) {
            return Err(self.busy());
        }
        let mut tag = [0_u8; 10];
        self.rng.fill_bytes(&mut tag);
        let call = NewCall {
            leg: LegId::new(now.utc, &mut *self.rng),
            trunk: access.trunk,
            local_tag: hex::encode(tag),
            caller: self.caller(message, sound, trusted.is_some()),
            dialled,
            offer: text(sound.body),
            call_id: sound.call_id.to_owned(),
            from_tag: sound.caller_tag().to_owned(),
        };
        self.known.insert(
            sound.call_id,
            sound.caller_tag(),
            KnownCall {
                trunk: access.trunk,
                source,
                local_tag: call.local_tag.clone(),
                leg: call.leg,
                cseq: sound.cseq,
                branch: sound.via.branch.unwrap_or("").to_owned(),
                ended: None,
            },
        );
        Ok(Judged::Call(Box::new(call)))
    }

    /// Digest. `Err(None)` = say nothing.
    fn prove(
        &mut self,
        message: &Message<'_>,
        sound: &Sound<'_>,
        source: SocketAddr,
        now: Now,
    ) -> Result<TrunkAccess, Option<Refusal>> {
        let authorization = message.first("Authorization");
        let outcome = self.digest.judge(
            now.utc,
            source.ip(),
            sound.method.name(),
            sound.uri,
            authorization,
            &*self.directory,
        );
        match outcome {
            Outcome::Accepted(access) => Ok(access),
            Outcome::LockedOut => Err(None),
            Outcome::Challenge { stale } => {
                let mut refusal = Refusal::new(401, phrase(401));
                for value in self.digest.challenge(now.utc, stale) {
                    refusal = refusal.with("WWW-Authenticate", value);
                }
                Err(Some(refusal))
            }
        }
    }

    fn busy(&self) -> Refusal {
        let seconds = self.settings.retry_after.as_secs().max(1).to_string();
        Refusal::new(503, phrase(503)).with("Retry-After", seconds)
    }

    fn caller(&self, message: &Message<'_>, sound: &Sound<'_>, trusted: bool) -> CallerId {
        // RFC 3325: an asserted identity counts only from within the circle of trust.
        let asserted =
            message.first("P-Asserted-Identity").filter(|_| trusted).and_then(|value| address(value).ok());
        let identity = asserted.as_ref().unwrap_or(&sound.from);
        let raw = user_of(identity.uri);
        let number =
            PhoneNumber::from_dialled(&raw, &self.settings.country_code, self.settings.national_digits).ok();
        let display = identity.display.clone().or_else(|| sound.from.display.clone());
        CallerId { number, display: display.filter(|name| !name.is_empty()), raw }
    }
}

/// A body as text, when there is one.
pub(crate) fn text(body: &[u8]) -> Option<String> {
    (!body.is_empty()).then(|| String::from_utf8_lossy(body).into_owned())
}

/// Counts one answer.
pub(crate) fn count(method: &'static str, status: u16) {
    metrics::counter!("sip_requests_total", "method" => method, "answer" => status.to_string()).increment(1);
}

fn strange() -> Judged {
    metrics::counter!("sip_strangers_total").increment(1);
    Judged::Drop
}

fn options() -> Refusal {
    Refusal::new(200, phrase(200))
        .with("Allow", ALLOW)
        .with("Accept", ACCEPT)
        .with("Accept-Encoding", "identity")
        .with("Accept-Language", "en, ru, uz")
        .with("Supported", SUPPORTED)
}
