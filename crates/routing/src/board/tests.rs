use super::*;
use crate::contact::{Channel, Direction};
use crate::matching::Skills;
use crate::queue::{Caller, Contact};
use base::id::CallId;
use proptest::prelude::*;

fn id(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

fn at(seconds: i64) -> DateTime<Utc> {
    // 2026-01-01 12:00 in Tashkent.
    DateTime::from_timestamp(1_767_250_800 + seconds, 0).unwrap()
}

fn queue() -> QueueId {
    QueueId::from_uuid(id(1))
}

fn contact(number: u128, queued_at: DateTime<Utc>) -> Contact {
    let card = Card {
        contact_id: ContactId::from_uuid(id(number)),
        channel: Channel::Voice,
        direction: Direction::Inbound,
        queue: None,
        caller: Caller { name: Some("Aziza".into()), ..Caller::default() },
        dialled: "+998712000000".into(),
        arrived_at: queued_at,
        queued_at: Some(queued_at),
    };
    let call = CallId::from_uuid(id(number));
    Contact { card: Arc::new(card), call, needs: Skills::default(), priority: 0, queued_at, returning: false }
}

fn board() -> Board {
    let mut board = Board::new(at(0), chrono_tz::Asia::Tashkent);
    let target = Target {
        answered_within: Duration::from_secs(20),
        percent: 80,
        short_abandon: Duration::from_secs(5),
    };
    board.step(at(0), Event::QueueConfigured { queue: queue(), name: "Sales".into(), target });
    board
}

fn tell(board: &mut Board, now: DateTime<Utc>, happened: Happened) {
    board.step(now, Event::QueueHappened { queue: queue(), happened });
}

/// CC-SUP-02, REP-05: every number of a tile follows from what the queue said, at once.
#[test]
fn a_tile_shows_who_waits_and_how_many_were_answered_in_time() {
    let mut board = board();
    tell(&mut board, at(1), Happened::Queued { contact: contact(1, at(1)) });
    tell(&mut board, at(2), Happened::Queued { contact: contact(2, at(2)) });
    let operator = OperatorId::from_uuid(id(9));
    let waited = Duration::from_secs(10);
    tell(&mut board, at(11), Happened::Answered { contact: ContactId::from_uuid(id(1)), operator, waited });

    let view = board.board_view();

    let tile = &view["queues"][queue().to_string()];
    assert_eq!(
        (&tile["waiting"], &tile["offered"], &tile["answered_in_time"]),
        (&1.into(), &2.into(), &1.into())
    );
    assert_eq!(tile["longest_since"], "2026-01-01T07:00:02.000Z");
    assert_eq!((&tile["service_level"], &tile["name"]), (&100.0.into(), &"Sales".into()));
    assert_eq!(view["day_started_at"], "2025-12-31T19:00:00.000Z");
    assert_eq!(view["series"]["waiting"], serde_json::json!([2]));
}

#[test]
fn a_call_is_in_the_flow_then_queued_then_gone() {
    let mut board = board();
    let caller = contact(1, at(1));
    let stage = |board: &Board| board.floor_view()["calls"][id(1).to_string()]["stage"].clone();

    board.step(at(1), Event::CallStarted { card: Arc::clone(&caller.card) });
    assert_eq!((stage(&board), board.board_view()["totals"]["in_ivr"].clone()), ("ivr".into(), 1.into()));
    tell(&mut board, at(2), Happened::Queued { contact: caller.clone() });
    assert_eq!((stage(&board), board.board_view()["totals"]["in_ivr"].clone()), ("queued".into(), 0.into()));
    tell(&mut board, at(3), Happened::Abandoned { contact: caller.id(), waited: Duration::from_secs(1) });
    board.step(at(3), Event::CallEnded { contact: caller.id() });
    assert_eq!(stage(&board), serde_json::Value::Null);
}

#[test]
fn at_the_local_midnight_counters_start_again_and_who_waits_stays() {
    let mut board = board();
    tell(&mut board, at(1), Happened::Queued { contact: contact(1, at(1)) });

    board.step(at(12 * 3_600 + 1), Event::Ticked);

    assert_eq!(board.totals(), Counts::default());
    assert_eq!(board.board_view()["totals"]["waiting"], 1);
    let waited = Duration::from_secs(1);
    tell(
        &mut board,
        at(12 * 3_600 + 2),
        Happened::Abandoned { contact: ContactId::from_uuid(id(1)), waited },
    );
    assert_eq!(board.totals().abandoned, 1);
}

proptest! {
    /// A contact is counted once as offered and once as answered or abandoned, whatever is repeated, and in
    /// whatever order queues announce, lose and take back.
    #[test]
    fn each_contact_is_counted_once(script in proptest::collection::vec((0_u128..6, 0_u8..5), 0..80)) {
        let mut board = board();
        let (mut offered, mut ended) = (BTreeSet::new(), BTreeSet::new());
        for (number, what) in script {
            let (it, waited) = (ContactId::from_uuid(id(number)), Duration::from_secs(1));
            let operator = OperatorId::from_uuid(id(9));
            let happened = match what {
                0 | 1 => Happened::Queued { contact: contact(number, at(1)) },
                2 => Happened::Answered { contact: it, operator, waited },
                3 => Happened::Abandoned { contact: it, waited },
                _ => {
                    board.step(at(1), Event::QueueRestarted { queue: queue() });
                    continue;
                }
            };
            match what {
                0 | 1 => { offered.insert(number); }
                _ if offered.contains(&number) => { ended.insert(number); }
                _ => {}
            }
            tell(&mut board, at(1), happened);
        }
        let counts = board.totals();
        prop_assert_eq!(usize::try_from(counts.offered).unwrap(), offered.len());
        prop_assert_eq!(usize::try_from(counts.answered + counts.abandoned).unwrap(), ended.len());
    }
}
