//! What operators and queues did with a day.

use super::{World, operator, text};
use base::id::NotReadyReasonId;
use routing::config::ReasonFields;
use routing::contact::{EndedBy, Ending, Offered, Outcome, PresenceChange, StateName};
use routing::query::day::{OperatorDay, QueueDay, operator_day, queue_days};
use routing::store::classifier::reason;
use routing::store::live::{contact_answered, contact_ended, contact_offered, contact_queued, offer_lapsed};
use routing::store::presence::{close_open_states, operator_signed_out, operator_state_changed};
use uuid::Uuid;

/// CC-SUP-02: operator load and working time come from intervals of presence.
#[tokio::test]
async fn worked_time_is_the_sum_of_intervals_though_each_write_runs_twice() {
    let mut world = World::new().await;
    let anna = operator(1);
    let (db, mut edit) = world.edit();
    let lunch = reason::insert(db, &mut edit, &ReasonFields { code: "lunch".into(), name: text("Lunch") })
        .await
        .unwrap();
    let start = world.now;
    let script = [
        (StateName::Ready, None, 100),
        (StateName::Ringing, None, 5),
        (StateName::OnContact, None, 60),
        (StateName::WrapUp, None, 30),
        (StateName::NotReady, Some(lunch.id), 600),
        (StateName::NotReady, Some(NotReadyReasonId::from_uuid(Uuid::nil())), 50),
        (StateName::Ready, None, 10),
    ];
    for (state, reason, seconds) in script {
        let change = PresenceChange { operator: anna, state, reason };
        let now = world.now;
        operator_state_changed(&mut world.db, now, &change).await.unwrap();
        operator_state_changed(&mut world.db, now, &change).await.unwrap();
        world.seconds(seconds);
    }

    let now = world.now;
    let day = operator_day(&mut world.db, anna, start, now).await.unwrap();
    operator_signed_out(&mut world.db, now, anna).await.unwrap();
    let later = world.seconds(1_000);
    let same = operator_day(&mut world.db, anna, start, later).await.unwrap();

    let expected = OperatorDay {
        ready_seconds: 115,
        not_ready_seconds: 650,
        wrap_up_seconds: 30,
        ..OperatorDay::default()
    };
    assert_eq!((day, same), (expected, expected));
    assert_eq!(close_open_states(&mut world.db, later).await.unwrap(), 0);
    assert_eq!(world.events(anna.as_uuid()).await.len(), script.len() + 1);
}

#[tokio::test]
async fn counters_of_a_queue_and_an_operator_continue_from_rows_after_a_restart() {
    let mut world = World::new().await;
    let queue = world.queue("Individuals").await; // 20 s target, 5 s short abandon
    let start = world.now;
    // waits 10 s and 30 s for an answer, leaves after 3 s and 40 s, and one still waits
    let script = [(10, true), (30, true), (3, false), (40, false)];
    for (waits, answered) in script {
        let contact = world.arrives("+998901234567").await;
        let now = world.now;
        contact_queued(&mut world.db, now, contact, queue).await.unwrap();
        let offer = world.offer_id();
        let offered = Offered { offer, contact, queue, operator: operator(1) };
        contact_offered(&mut world.db, now, &offered).await.unwrap();
        let now = world.seconds(waits);
        let outcome = if answered {
            contact_answered(&mut world.db, now, contact, operator(1)).await.unwrap();
            Outcome::Answered
        } else {
            offer_lapsed(&mut world.db, now, offer).await.unwrap();
            Outcome::Abandoned
        };
        let now = world.seconds(if answered { 50 } else { 0 });
        let ending = Ending { outcome, ended_by: EndedBy::Caller, held_ms: 0, talked_ms: None };
        contact_ended(&mut world.db, now, contact, &ending).await.unwrap();
    }
    let waiting = world.arrives("+998901234567").await;
    let now = world.now;
    contact_queued(&mut world.db, now, waiting, queue).await.unwrap();

    let counted = QueueDay {
        queue_id: queue,
        offered: 5,
        answered: 2,
        answered_in_time: 1,
        abandoned: 2,
        abandoned_short: 1,
    };
    assert_eq!(queue_days(&mut world.db, start).await.unwrap(), [counted]);
    let day = operator_day(&mut world.db, operator(1), start, now).await.unwrap();
    assert_eq!((day.handled, day.missed, day.talk_seconds), (2, 2, 100));
}
