//! Who is who in the small contact centre.

use base::id::{CallId, ContactId, QueueId, SkillId};
use chrono::{DateTime, Utc};
use routing::contact::{Channel, Direction};
use routing::matching::Skills;
use routing::operator::Settings;
use routing::queue::{Caller, Card, Config, Contact, WrapUpRule};
use routing::service_level::Target;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub const QUEUES: u128 = 3;
pub const OPERATORS: u128 = 4;

#[derive(Clone, Copy, Debug)]
pub enum Move {
    Deliver(u8),
    Arrive { queue: u8, kind: u8 },
    CallerHangsUp(u8),
    WantsReady(u8),
    WantsNotReady(u8),
    Accept(u8),
    Reject(u8),
    CompleteWrapUp(u8),
    DeskLost(u8),
    DeskBack(u8),
    Wait(u32),
    OperatorFails(u8),
    QueueFails(u8),
}

pub fn id(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

pub fn skill(number: u128) -> SkillId {
    SkillId::from_uuid(id(number))
}

pub fn skills_of(operator: u128) -> Skills {
    // The first can do everything, so that everybody can be served.
    match operator {
        0 => Skills::new([(skill(1), 5), (skill(2), 5)]),
        1 => Skills::new([(skill(1), 5)]),
        2 => Skills::new([(skill(2), 2)]),
        _ => Skills::default(),
    }
}

pub fn needs(kind: u8) -> Skills {
    match kind % 4 {
        0 => Skills::default(),
        1 => Skills::new([(skill(1), 3)]),
        2 => Skills::new([(skill(2), 2)]),
        _ => Skills::new([(skill(1), 1), (skill(2), 5)]),
    }
}

pub fn queue_config(number: u128) -> Config {
    Config {
        name: format!("queue {number}"),
        open: true,
        skills: Skills::default(),
        priority: 0,
        offer_rings_for: Duration::from_secs(20),
        wrap_up: WrapUpRule {
            lasts: Duration::from_secs(30 * u64::from(number != 1)),
            mandatory: number == 2,
        },
        waiting_max: 500,
        target: Target {
            answered_within: Duration::from_secs(20),
            percent: 80,
            short_abandon: Duration::from_secs(5),
        },
    }
}

pub fn settings(number: u128) -> Settings {
    let served = (0..QUEUES).filter(|queue| number == 0 || !(number + queue).is_multiple_of(3));
    Settings {
        name: format!("operator {number}"),
        login: format!("op{number}"),
        unit: None,
        queues: served.map(|queue| (QueueId::from_uuid(id(queue)), format!("queue {queue}"))).collect(),
        skills: skills_of(number),
        receives_incoming: true,
        wrap_up_mandatory: false,
        zone: chrono_tz::Asia::Tashkent,
        reasons: Vec::new(),
    }
}

pub fn nth<K: Copy + Ord, V>(map: &BTreeMap<K, V>, number: u8) -> Option<K> {
    let count = map.len().max(1);
    map.keys().nth(usize::from(number) % count).copied()
}

pub fn contact(contact_id: ContactId, kind: u8, now: DateTime<Utc>) -> Contact {
    let card = Card {
        contact_id,
        channel: Channel::Voice,
        direction: Direction::Inbound,
        queue: None,
        caller: Caller::default(),
        dialled: "+998712000000".into(),
        arrived_at: now,
        queued_at: Some(now),
    };
    Contact {
        card: Arc::new(card),
        call: CallId::from_uuid(contact_id.as_uuid()),
        needs: needs(kind),
        priority: i16::from(kind / 64),
        queued_at: now,
        returning: false,
    }
}
