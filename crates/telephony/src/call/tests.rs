//! A telephone to test calls with: it gives events, keeps its own books of the effects, and writes a log.

mod journeys;
mod races;
mod script;

use super::*;
use chrono::DateTime;
use flow::{CallerKind, Catalogue, LeftBecause};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use std::fmt::Write as _;
use std::sync::LazyLock;
use uuid::Uuid;

use crate::media::api::PlayId;
use base::Locale;
use base::id::{CustomerId, OfferId, QueueId};

pub(super) const CALLER: LegId = LegId::from_uuid(Uuid::from_u128(1));
pub(super) const DESK: LegId = LegId::from_uuid(Uuid::from_u128(2));
pub(super) const DESK_AGAIN: LegId = LegId::from_uuid(Uuid::from_u128(3));
pub(super) const OFFER: OfferId = OfferId::from_uuid(Uuid::from_u128(4));
pub(super) const OLGA: OperatorId = OperatorId::from_uuid(Uuid::from_u128(5));
pub(super) const PETR: OperatorId = OperatorId::from_uuid(Uuid::from_u128(6));
pub(super) const SERVICES: QueueId = QueueId::from_uuid(Uuid::from_u128(7));
pub(super) const SALES: QueueId = QueueId::from_uuid(Uuid::from_u128(8));
const CONTACT: ContactId = ContactId::from_uuid(Uuid::from_u128(9));
const CALL: CallId = CallId::from_uuid(Uuid::from_u128(10));
pub(super) const ANNA: CustomerId = CustomerId::from_uuid(Uuid::from_u128(11));

/// Loaded once: the script test makes thousands of calls.
static LIBRARY: LazyLock<Arc<Library>> = LazyLock::new(|| Arc::new(library()));

fn library() -> Library {
    let prompts = flow::spoken::NUMBERS.into_iter().map(flow::spoken::number_prompt);
    let own = flow::spoken::OWN_PROMPTS.into_iter().chain(["welcome", "menu", "sorry", "moment"]);
    let prompts: std::collections::BTreeSet<String> = prompts.chain(own.map(str::to_owned)).collect();
    let catalogue = Catalogue {
        prompts: Locale::ALL.into_iter().map(|locale| (locale, prompts.clone())).collect(),
        music: ["default".to_owned()].into(),
        queues: ["services".to_owned(), "sales".to_owned()].into(),
        ..Catalogue::default()
    };
    let queue = |name: &str| {
        json!({"type": "queue", "queue": name, "announce_every_seconds": 30, "returned_prompt": "moment",
               "wait_max_seconds": 300, "overflow": "sorry", "full": "sorry", "closed": "sorry"})
    };
    let main = json!({"name": "main", "version": 1, "kind": "ivr", "start": "lookup", "nodes": {
        "lookup": {"type": "caller_lookup", "found": "welcome", "unknown": "welcome"},
        "welcome": {"type": "say", "prompts": ["welcome"], "barge_in": true, "next": "menu"},
        "menu": {"type": "menu", "prompts": ["menu"], "options": {"1": "services", "3": "other", "9": "menu"},
                 "tries": 2, "exhausted": "end"},
        "services": queue("services"),
        "other": {"type": "transfer", "flow": "other"},
        "sorry": {"type": "say", "prompts": ["sorry"], "next": "end"},
        "end": {"type": "hang_up"}
    }});
    let other = json!({"name": "other", "version": 1, "kind": "ivr", "start": "sales", "nodes": {
        "sales": queue("sales"),
        "sorry": {"type": "transfer", "flow": "main"},
    }});
    let files = [("main", main), ("other", other)].map(|(file, json)| (file.to_owned(), json.to_string()));
    let (library, faults) = Library::load(&files, &catalogue, &Library::default());
    assert_eq!(faults, vec![]);
    library
}

pub(super) struct Phone {
    pub call: Call,
    now: DateTime<chrono::Utc>,
    rng: ChaCha8Rng,
    pub effects: Vec<Effect>,
    log: String,
}

impl Phone {
    /// An INVITE with an offer, from a known kind of number.
    pub fn rings() -> Self {
        Self::rings_with(Some("offer".to_owned()))
    }

    pub fn rings_with(offer_sdp: Option<String>) -> Self {
        let flows = Arc::clone(&LIBRARY);
        let arrival = Arrival {
            call: CALL,
            contact: CONTACT,
            caller_leg: CALLER,
            caller_number: Some("+998901234567".parse().unwrap()),
            caller_display: "Anna".to_owned(),
            dialled: "100".to_owned(),
            offer_sdp,
            flow: flows.get("main").unwrap(),
            flows,
        };
        let now = "2026-03-02T05:00:00Z".parse().unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let (call, effects) = Call::arrive(now, arrival, &mut rng);
        let mut phone = Self { call, now, rng, effects: effects.clone(), log: String::new() };
        phone.write("INVITE", &effects);
        phone
    }

    pub fn give(&mut self, event: Event) -> Vec<Effect> {
        let title = format!("{event:?}");
        let effects = self.give_quietly(event);
        self.write(&title, &effects);
        effects
    }

    /// Without a line in the log.
    pub fn give_quietly(&mut self, event: Event) -> Vec<Effect> {
        let effects = self.call.step(self.now, event, &mut self.rng);
        self.effects.extend(effects.iter().cloned());
        effects
    }

    fn write(&mut self, title: &str, effects: &[Effect]) {
        writeln!(self.log, "{} {title}", self.now.format("%M:%S")).unwrap();
        for effect in effects {
            writeln!(self.log, "      -> {effect:?}").unwrap();
        }
    }

    pub fn after(&mut self, seconds: u64) -> &mut Self {
        self.now += Duration::from_secs(seconds);
        self
    }

    /// The log with names for ids.
    pub fn log(&self) -> String {
        let mut log = self.log.clone();
        let recordings = self.effects.iter().filter_map(|effect| match effect {
            Effect::StartRecording { recording, .. } => Some(format!("{recording:?}")),
            _ => None,
        });
        for (index, recording) in recordings.enumerate() {
            log = log.replace(&recording, &format!("recording-{}", index + 1));
        }
        let names = [
            (format!("{CALLER:?}"), "caller"),
            (format!("{DESK:?}"), "desk"),
            (format!("{DESK_AGAIN:?}"), "desk-again"),
            (format!("{OFFER:?}"), "offer"),
            (format!("{OLGA:?}"), "olga"),
            (format!("{PETR:?}"), "petr"),
            (format!("{SERVICES:?}"), "services"),
            (format!("{CONTACT:?}"), "contact"),
            (format!("{CALL:?}"), "call"),
            (format!("{ANNA:?}"), "anna"),
        ];
        names.iter().fold(log, |log, (id, name)| log.replace(id, name))
    }

    pub fn answered(mut self) -> Self {
        self.give(Event::MediaReady { leg: CALLER, sdp: "answer".into() });
        self.give(Event::Acked { leg: CALLER, answer_sdp: None });
        self
    }

    /// The caller pressed 1 and waits.
    pub fn waiting(self) -> Self {
        let mut phone = self.answered();
        phone.give(Event::CallerUnknown);
        phone.hears_it_out();
        phone.give(Event::Digit { leg: CALLER, digit: '1' });
        phone.give(Event::Enqueued { queue: SERVICES });
        phone
    }

    pub fn talking(self) -> Self {
        let mut phone = self.waiting();
        phone.after(20).accepts(OLGA, DESK);
        phone
    }

    pub fn accepts(&mut self, operator: OperatorId, operator_leg: LegId) -> Vec<Effect> {
        self.give(Event::Connect { queue: SERVICES, offer: OFFER, operator, operator_leg })
    }

    pub fn hears_it_out(&mut self) -> Vec<Effect> {
        let play = self.last_play();
        self.give(Event::PlayFinished { leg: CALLER, play })
    }

    pub fn last_play(&self) -> PlayId {
        let plays = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Play { play, .. } => Some(*play),
            _ => None,
        });
        plays.unwrap_or(PlayId(0))
    }

    pub fn stores_recordings(&mut self) {
        let stopped = self.effects.iter().filter_map(|effect| match effect {
            Effect::StopRecording { recording } => Some(*recording),
            _ => None,
        });
        for recording in stopped.collect::<Vec<_>>() {
            self.give(Event::RecordingStored(stored(recording)));
        }
    }

    pub fn ended(&self) -> &Ended {
        let ended = self.effects.iter().filter_map(|effect| match effect {
            Effect::ContactEnded(ended) => Some(ended),
            _ => None,
        });
        let ended: Vec<_> = ended.collect();
        assert_eq!(ended.len(), 1, "a contact ends once");
        ended[0]
    }
}

pub(super) fn stored(recording: RecordingId) -> StoredRecording {
    StoredRecording {
        recording,
        path: "2026/03/02/contact.wav".into(),
        size_bytes: 1000,
        duration: Duration::from_secs(60),
        sha256: "00".into(),
    }
}

pub(super) fn anna() -> CallerRecord {
    CallerRecord {
        customer: ANNA,
        name: "Anna".into(),
        language: Some(Locale::Uz),
        kind: CallerKind::Individual,
        vip: true,
    }
}
