//! The shell of a simulated operator: signs in, holds the socket and the browser's phone, does what the core says.

use super::DemoError;
use super::door::{Door, SignedIn};
use super::operator::{Act, Habits, Operator, Sight, Words};
use super::site::Site;
use super::tally::Tally;
use super::wire::{Mirror, Pass, Wire, WireError};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use telephony::media::client::{Voice, WebPhone};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The tone that operators begin with, in hertz: by it simulated callers know that somebody answered.
pub const HELLO_HERTZ: f32 = 620.0;
/// How long the tone lasts.
const HELLO: Duration = Duration::from_millis(700);
/// A phone that is not connected by then does not work.
const CONNECTS_WITHIN: Duration = Duration::from_secs(10);
/// How long an operator may take to end what runs, wrap up and sign out.
const LEAVES_WITHIN: Duration = Duration::from_secs(6);

/// What all simulated operators share.
pub struct Room {
    /// The way in.
    pub door: Door,
    /// The organisation.
    pub site: Arc<Site>,
    /// The figures.
    pub tally: Arc<Tally>,
    /// How they work.
    pub habits: Habits,
    /// The demo ends.
    pub stop: CancellationToken,
}

/// One operator at the desk.
struct Desk<'a> {
    number: usize,
    room: &'a Room,
    wire: Wire,
    phone: WebPhone,
    mirror: Mirror,
    operator: Operator,
    rng: ChaCha8Rng,
    start: Instant,
    /// The contact that is being talked to, and when the hello ends.
    talk: Option<(String, Option<Instant>)>,
}

/// Works at the desk of `who` until the demo ends.
///
/// # Errors
/// [`DemoError`] when the desk or its phone does not work, or somebody else took it.
pub async fn work(
    number: usize,
    room: &Room,
    who: SignedIn,
    words: Words,
    seed: u64,
) -> Result<(), DemoError> {
    let worked = work_at(number, room, &who, words, seed).await;
    room.tally.gone(number);
    room.door.sign_out(&who).await;
    worked.map_err(|source| DemoError::Desk { login: who.login, source })
}

async fn work_at(
    number: usize,
    room: &Room,
    who: &SignedIn,
    words: Words,
    seed: u64,
) -> Result<(), WireError> {
    let mut wire = Wire::open(&room.door.host, "/ws/operator", Pass::Cookie(&who.cookie), "desk").await?;
    let phone = connect_phone(&mut wire).await?;
    let mut desk = Desk {
        number,
        room,
        wire,
        phone,
        mirror: Mirror::default(),
        operator: Operator::new(room.habits.clone(), words),
        rng: ChaCha8Rng::seed_from_u64(seed),
        start: Instant::now(),
        talk: None,
    };
    let worked = desk.shift().await;
    let Desk { wire, phone, .. } = desk;
    phone.hang_up().await;
    wire.close().await;
    worked
}

/// Gives the desk of `wire` a browser's phone.
///
/// # Errors
/// [`WireError`] when the phone does not connect.
pub async fn connect_phone(wire: &mut Wire) -> Result<WebPhone, WireError> {
    let broken = |why: String| WireError::NotOpen { path: "phone".to_owned(), why };
    let (mut phone, offer) = WebPhone::offer(wire.local).await.map_err(|error| broken(error.to_string()))?;
    let answer = wire.command("phone.connect", json!({"sdp": offer})).await?;
    let sdp = answer.get("sdp").and_then(Value::as_str).unwrap_or_default();
    phone.accept(sdp).map_err(|error| broken(error.to_string()))?;
    if phone.connects(CONNECTS_WITHIN).await {
        Ok(phone)
    } else {
        Err(broken("it does not connect: is the server's media port reachable by UDP?".to_owned()))
    }
}

impl Desk<'_> {
    /// Until the demo ends, then until everything is brought to an end.
    async fn shift(&mut self) -> Result<(), WireError> {
        let stop = self.room.stop.clone();
        while !stop.is_cancelled() {
            tokio::select! {
                () = stop.cancelled() => {}
                step = self.step() => { step?; }
            }
        }
        self.operator.leave(self.start.elapsed(), &mut self.rng);
        let leaves = async {
            while !self.step().await? {}
            Ok(())
        };
        tokio::time::timeout(LEAVES_WITHIN, leaves).await.unwrap_or(Ok(()))
    }

    /// Waits for the next thing that happens and reacts; whether the operator has signed out.
    async fn step(&mut self) -> Result<bool, WireError> {
        let due = self.operator.due().map(|due| self.start + due);
        let hello = self.talk.as_ref().and_then(|(_, ends)| *ends);
        tokio::select! {
            frame = self.wire.next() => self.take(&frame?),
            () = until(due) => return self.act().await,
            () = until(hello) => self.speak(),
        }
        Ok(false)
    }

    fn take(&mut self, frame: &Value) {
        if !self.mirror.take("desk", frame) {
            return;
        }
        let sight = Sight::of(&self.mirror.data);
        self.room.tally.shows(self.number, &sight);
        self.listen(&sight);
        self.operator.see(self.start.elapsed(), sight, &mut self.rng);
    }

    /// The microphone is on during a contact only, as in the browser.
    fn listen(&mut self, sight: &Sight) {
        let contact = sight.contact.as_ref().filter(|(_, state)| state != "wrap_up");
        match (contact, &self.talk) {
            (Some((id, _)), Some((known, _))) if id == known => {}
            (Some((id, state)), _) if state == "talking" => {
                self.phone.say(Voice::Tone(HELLO_HERTZ));
                self.talk = Some((id.clone(), Some(Instant::now() + HELLO)));
            }
            (Some(_), _) => {}
            (None, Some(_)) => {
                self.phone.say(Voice::Nothing);
                self.talk = None;
            }
            (None, None) => {}
        }
    }

    fn speak(&mut self) {
        if let Some((_, hello)) = &mut self.talk {
            *hello = None;
        }
        self.phone.say(self.room.site.voice(&mut self.rng));
    }

    async fn act(&mut self) -> Result<bool, WireError> {
        let Some(act) = self.operator.act(self.start.elapsed()) else { return Ok(false) };
        let leaves = act == Act::SignOut;
        let (name, args) = command(act);
        match self.wire.command(name, args).await {
            Ok(_) => Ok(leaves),
            // The desktop has changed meanwhile, such as by a caller who hung up: it is looked at again.
            Err(WireError::Refused { .. }) => {
                self.operator.refused(self.start.elapsed(), &mut self.rng);
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

fn command(act: Act) -> (&'static str, Value) {
    match act {
        Act::Ready => ("presence.set", json!({"state": "ready"})),
        Act::Break(Some(reason)) => ("presence.set", json!({"state": "not_ready", "reason_id": reason})),
        Act::Break(None) => ("presence.set", json!({"state": "not_ready"})),
        Act::Accept(offer) => ("offer.accept", json!({"offer_id": offer})),
        Act::Reject(offer) => ("offer.reject", json!({"offer_id": offer})),
        Act::Hold => ("call.hold", json!({})),
        Act::Resume => ("call.resume", json!({})),
        Act::HangUp => ("call.hang_up", json!({})),
        Act::WrapUp { contact, topic, result } => {
            ("wrap_up.complete", json!({"contact_id": contact, "topic_id": topic, "result_id": result}))
        }
        Act::SignOut => ("presence.sign_out", json!({})),
    }
}
