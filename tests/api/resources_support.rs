//! What a server needs of its live part, for tests about resources; and rows to look at.

use base::Locale;
use base::id::{ContactId, OperatorId, QueueId, RecordingId};
use chrono::{DateTime, Utc};
use routing::config::QueueFields;
use routing::contact::{Arrival, Channel, Direction, EndedBy, Ending, Outcome, StateName, WrapUp};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::sync::broadcast;
use trunkline::http::resources::{
    AudioFolders, ConfigChanged, FlowBody, LiveFlows, LiveOperators, Parts, PresenceNow,
};
use uuid::Uuid;

/// Stands for the live part.
pub struct Stub {
    live: Arc<Live>,
    pub changes: broadcast::Sender<ConfigChanged>,
    pub folder: TempDir,
}

#[derive(Default)]
struct Live {
    present: Mutex<BTreeMap<OperatorId, PresenceNow>>,
    reloads: Mutex<u32>,
}

impl LiveOperators for Live {
    fn presences(&self) -> BTreeMap<OperatorId, PresenceNow> {
        self.present.lock().unwrap().clone()
    }
}

impl LiveFlows for Live {
    fn list(&self) -> Vec<FlowBody> {
        let reloads = *self.reloads.lock().unwrap();
        let flow = |name: &str, error: Option<&str>| FlowBody {
            name: name.to_owned(),
            file: format!("{name}.flow.json"),
            version: reloads.to_string(),
            nodes: 3,
            loaded_at: error.is_none().then(crate::support::monday),
            error: error.map(str::to_owned),
        };
        vec![
            flow("broken", Some("broken.flow.json: node menu: field next: there is no node nowhere")),
            flow("main", None),
        ]
    }

    fn reload(&self) -> Vec<FlowBody> {
        *self.reloads.lock().unwrap() += 1;
        self.list()
    }

    fn read(&self, json: &str) -> Result<flow::Definition, Vec<rules::Fault>> {
        let told = |fault: flow::Fault| rules::Fault::error("wrong", fault.pointer, fault.problem);
        flow::load("draft", json, &flow::Catalogue::default())
            .map_err(|faults| faults.into_iter().map(told).collect())
    }

    fn text(&self, _: &str) -> Option<String> {
        None
    }
}

impl Stub {
    pub fn new() -> Self {
        let (changes, _) = broadcast::channel(16);
        Self { live: Arc::default(), changes, folder: tempfile::tempdir().unwrap() }
    }

    pub fn parts(&self) -> Parts {
        let folders = AudioFolders {
            sounds: Path::new(env!("CARGO_MANIFEST_DIR")).join("sounds"),
            uploaded: self.folder.path().join("uploaded"),
            recordings: self.folder.path().join("recordings"),
        };
        let (operators, flows) = (self.live.clone(), self.live.clone());
        Parts { operators, flows, changes: self.changes.clone(), folders, realm: "trunkline".to_owned() }
    }

    /// From now on the operator is at work, in this state.
    pub fn present(&self, operator: OperatorId, state: StateName, since: DateTime<Utc>) {
        let presence = PresenceNow { state, reason_id: None, since };
        self.live.present.lock().unwrap().insert(operator, presence);
    }
}

/// A queue with boring settings, as the API takes it.
pub fn queue_body(name: &str) -> serde_json::Value {
    serde_json::to_value(queue_fields(name)).unwrap()
}

fn queue_fields(name: &str) -> QueueFields {
    QueueFields {
        name: name.to_owned(),
        skills: Vec::new(),
        ring_seconds: 20,
        wrap_up_seconds: 30,
        wrap_up_mandatory: true,
        target_seconds: 20,
        target_percent: 80,
        short_abandon_seconds: 5,
        waiting_max: 100,
        priority: 0,
        unit_id: None,
    }
}

/// A contact that an operator served and wrapped up, with or without a recording.
pub async fn served(
    db: &mut PgConnection,
    (n, number): (u128, &str),
    queue: Option<QueueId>,
    operator: Option<OperatorId>,
    at: DateTime<Utc>,
) -> ContactId {
    use routing::store::live;
    let contact = ContactId::from_uuid(Uuid::from_u128(n));
    let arrival = Arrival {
        contact,
        channel: Channel::Voice,
        direction: Direction::Inbound,
        customer: customer_of(db, number).await,
        caller_number: Some(number.to_owned()),
        caller_name: None,
        dialled: "+998712000000".to_owned(),
        language: Some(Locale::Uz),
    };
    live::contact_arrived(db, at, &arrival).await.unwrap();
    if let Some(queue) = queue {
        live::contact_queued(db, at, contact, queue).await.unwrap();
    }
    let answered = at + chrono::TimeDelta::seconds(12);
    if let Some(operator) = operator {
        live::contact_answered(db, answered, contact, operator).await.unwrap();
    }
    let outcome = if operator.is_some() { Outcome::Answered } else { Outcome::AbandonedInIvr };
    let ended = at + chrono::TimeDelta::seconds(72);
    let ending = Ending { outcome, ended_by: EndedBy::Caller, held_ms: 0, talked_ms: None };
    live::contact_ended(db, ended, contact, &ending).await.unwrap();
    if let Some(operator) = operator {
        let wrap_up = WrapUp::default();
        routing::store::wrap_up::contact_wrapped_up(db, ended, contact, operator, &wrap_up).await.unwrap();
    }
    contact
}

async fn customer_of(db: &mut PgConnection, number: &str) -> Option<base::id::CustomerId> {
    let caller = crm::query::find_by_phone(db, &number.parse().unwrap()).await.unwrap();
    caller.map(|caller| caller.customer_id)
}

/// A recording of `bytes` below the stub's folder.
pub async fn recorded(
    db: &mut PgConnection,
    stub: &Stub,
    contact: ContactId,
    bytes: &[u8],
    at: DateTime<Utc>,
) {
    let path = format!("2026/{contact}.wav");
    let file = stub.parts().folders.recordings.join(&path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, bytes).unwrap();
    let recording = telephony::config::Recording {
        id: RecordingId::from_uuid(contact.as_uuid()),
        contact_id: contact,
        path,
        bytes: i64::try_from(bytes.len()).unwrap(),
        sha256: "00".repeat(32),
        started_at: at,
        duration_ms: 1_000,
        channels: 2,
    };
    telephony::config::store::recording_stored(db, at, &recording).await.unwrap();
}
