//! What happened to contacts.

use super::{World, arrival, operator, text};
use base::id::{ContactId, CustomerId, ResultId, TopicId};
use base::{ChangeError, Locale};
use chrono::TimeDelta;
use routing::config::{NamedFields, TopicFields};
use routing::contact::{EndedBy, Ending, Identity, OfferEnd, Offered, Outcome, WrapUp};
use routing::query::contact::{After, Search, decisions, find, search};
use routing::store::classifier::{result, topic};
use routing::store::live::{
    close_orphans, contact_answered, contact_arrived, contact_ended, contact_identified, contact_offered,
    contact_queued, decision_explained, offer_ended, offer_lapsed,
};
use routing::store::wrap_up::{contact_wrapped_up, correct_wrap_up};
use serde_json::json;
use uuid::Uuid;

const SERVED: Ending =
    Ending { outcome: Outcome::Answered, ended_by: EndedBy::Caller, held_ms: 4_000, talked_ms: None };

/// Runs a write twice, as the journal does when an answer is lost: the second time must change nothing.
macro_rules! twice {
    ($write:expr) => {{
        $write.await.unwrap();
        $write.await.unwrap();
    }};
}

/// CC-HIST-02, CC-TEL-03: type, direction, result, category, times and note of a call, whole and once.
#[tokio::test]
async fn a_served_contact_keeps_everything_though_each_write_runs_twice() {
    let mut world = World::new().await;
    let queue = world.queue("Individuals").await;
    let (db, mut edit) = world.edit();
    let about =
        topic::insert(db, &mut edit, &TopicFields { name: text("Billing"), parent_id: None }).await.unwrap();
    let solved = result::insert(db, &mut edit, &NamedFields { name: text("Solved") }).await.unwrap();
    let contact = ContactId::new(world.now, &mut world.rng);
    let (first, second) = (world.offer_id(), world.offer_id());
    let (anna, boris) = (operator(1), operator(2));
    let wrap_up = WrapUp { topic_id: Some(about.id), result_id: Some(solved.id), note: "paid".to_owned() };

    let now = world.now;
    twice!(contact_arrived(&mut world.db, now, &arrival(contact)));
    let now = world.seconds(10);
    twice!(contact_queued(&mut world.db, now, contact, queue));
    let offered = Offered { offer: first, contact, queue, operator: anna };
    twice!(contact_offered(&mut world.db, now, &offered));
    twice!(decision_explained(&mut world.db, now, contact, Some(anna), &json!({ "considered": 2 })));
    let now = world.seconds(20);
    twice!(offer_lapsed(&mut world.db, now, first));
    twice!(contact_offered(&mut world.db, now, &Offered { offer: second, operator: boris, ..offered }));
    let now = world.seconds(5);
    twice!(offer_ended(&mut world.db, now, second, OfferEnd::Accepted));
    twice!(contact_answered(&mut world.db, now, contact, boris));
    let now = world.seconds(60);
    twice!(contact_ended(&mut world.db, now, contact, &SERVED));
    let now = world.seconds(15);
    twice!(contact_wrapped_up(&mut world.db, now, contact, boris, &wrap_up));

    let row = find(&mut world.db, contact).await.unwrap().unwrap();
    assert_eq!((row.outcome, row.ended_by), (Outcome::Answered, Some(EndedBy::Caller)));
    assert_eq!((row.waited_ms, row.talked_ms, row.held_ms), (Some(25_000), Some(56_000), Some(4_000)));
    assert_eq!((row.wrap_up_ms, row.wrapped_up_at), (Some(15_000), Some(now)));
    assert_eq!((row.topic_id, row.result_id, row.note.as_str()), (Some(about.id), Some(solved.id), "paid"));
    assert_eq!((row.operator_id, row.queue_name.as_deref()), (Some(boris), Some("Individuals")));
    assert_eq!(decisions(&mut world.db, contact).await.unwrap().len(), 1);
    assert_eq!(
        world.events(contact.as_uuid()).await,
        [
            "routing.contact_arrived.v1",
            "routing.contact_queued.v1",
            "routing.contact_offered.v1",
            "routing.decision_explained.v1",
            "routing.offer_lapsed.v1",
            "routing.contact_offered.v1",
            "routing.offer_accepted.v1",
            "routing.contact_answered.v1",
            "routing.contact_ended.v1",
            "routing.contact_wrapped_up.v1",
        ]
    );
}

#[tokio::test]
async fn a_caller_who_leaves_the_queue_waited_and_never_talked() {
    let mut world = World::new().await;
    let queue = world.queue("Individuals").await;
    let contact = world.arrives("+998901234567").await;
    let now = world.now;
    contact_queued(&mut world.db, now, contact, queue).await.unwrap();
    let offer = world.offer_id();
    let offered = Offered { offer, contact, queue, operator: operator(1) };
    contact_offered(&mut world.db, now, &offered).await.unwrap();

    let now = world.seconds(7);
    offer_ended(&mut world.db, now, offer, OfferEnd::Withdrawn).await.unwrap();
    let ending =
        Ending { outcome: Outcome::Abandoned, ended_by: EndedBy::Caller, held_ms: 0, talked_ms: None };
    twice!(contact_ended(&mut world.db, now, contact, &ending));
    offer_lapsed(&mut world.db, now, offer).await.unwrap(); // late: the offer is over

    let row = find(&mut world.db, contact).await.unwrap().unwrap();
    assert_eq!((row.outcome, row.waited_ms), (Outcome::Abandoned, Some(7_000)));
    assert_eq!((row.talked_ms, row.held_ms, row.operator_id), (None, None, None));
    let events = world.events(contact.as_uuid()).await;
    assert_eq!(events[3..].len(), 2);
    assert!(events.contains(&"routing.contact_abandoned.v1".to_owned()));
    assert!(events.contains(&"routing.offer_withdrawn.v1".to_owned()));
}

/// A caller whose operator was lost waits again: that time is no talk.
#[tokio::test]
async fn a_second_wait_is_no_talk() {
    let mut world = World::new().await;
    let queue = world.queue("Individuals").await;
    let contact = world.arrives("+998901234567").await;
    contact_queued(&mut world.db, world.now, contact, queue).await.unwrap();
    let now = world.seconds(10);
    contact_answered(&mut world.db, now, contact, operator(1)).await.unwrap();
    let now = world.seconds(120);

    let ending = Ending { talked_ms: Some(50_000), ..SERVED };
    contact_ended(&mut world.db, now, contact, &ending).await.unwrap();

    let row = find(&mut world.db, contact).await.unwrap().unwrap();
    assert_eq!((row.waited_ms, row.talked_ms, row.held_ms), (Some(10_000), Some(50_000), Some(4_000)));
}

/// CC-HIST-02: fact of repeat communication.
#[tokio::test]
async fn a_contact_repeats_the_one_before_it_of_the_same_number_or_customer_within_seven_days() {
    let mut world = World::new().await;
    let long_ago = world.arrives("+998901234567").await;
    world.seconds(8 * 86_400);
    let first = world.arrives("+998901234567").await;
    let stranger = world.arrives("+998907654321").await;
    world.seconds(3_600);
    let again = world.arrives("+998901234567").await;
    let customer = CustomerId::from_uuid(Uuid::from_u128(77));
    sqlx::query(
        "insert into crm.customer (customer_id, kind, name, vip, created_at, updated_at)
         values ($1, 'individual', 'Aziza', false, $2, $2)",
    )
    .bind(customer)
    .bind(world.now)
    .execute(&mut *world.db)
    .await
    .unwrap();
    let aziza = Identity {
        customer: Some(customer),
        caller_name: Some("Aziza".to_owned()),
        language: Some(Locale::Ru),
    };
    let now = world.now;
    twice!(contact_identified(&mut world.db, now, stranger, &aziza));
    world.seconds(60);
    let other_phone = world.arrives("+998935555555").await;
    let now = world.now;
    contact_identified(&mut world.db, now, other_phone, &aziza).await.unwrap();

    let mut repeat_of = async |contact| find(&mut world.db, contact).await.unwrap().unwrap().repeat_of;
    assert_eq!(repeat_of(long_ago).await, None);
    assert_eq!(repeat_of(first).await, None);
    assert_eq!(repeat_of(again).await, Some(first));
    assert_eq!(repeat_of(other_phone).await, Some(stranger));
    let row = find(&mut world.db, other_phone).await.unwrap().unwrap();
    assert_eq!((row.caller_name.as_deref(), row.language), (Some("Aziza"), Some(Locale::Ru)));
}

#[tokio::test]
async fn what_a_crash_left_in_progress_is_closed_as_failed() {
    let mut world = World::new().await;
    let queue = world.queue("Individuals").await;
    let contact = world.arrives("+998901234567").await;
    let now = world.now;
    contact_queued(&mut world.db, now, contact, queue).await.unwrap();
    let offer = world.offer_id();
    let offered = Offered { offer, contact, queue, operator: operator(1) };
    contact_offered(&mut world.db, now, &offered).await.unwrap();
    contact_answered(&mut world.db, now, contact, operator(1)).await.unwrap();

    let now = world.seconds(30);
    let closed = close_orphans(&mut world.db, now).await.unwrap();
    let again = close_orphans(&mut world.db, now).await.unwrap();

    assert_eq!((closed.len(), closed[0].contact_id, closed[0].operator_id), (1, contact, Some(operator(1))));
    assert_eq!(again, []);
    let row = find(&mut world.db, contact).await.unwrap().unwrap();
    assert_eq!(
        (row.outcome, row.ended_by, row.ended_at),
        (Outcome::Failed, Some(EndedBy::System), Some(now))
    );
}

#[tokio::test]
async fn contacts_are_found_by_number_queue_operator_outcome_and_date_page_by_page() {
    let mut world = World::new().await;
    let queue = world.queue("Individuals").await;
    let mut contacts = Vec::new();
    for n in 0..5 {
        world.seconds(60);
        contacts.push(world.arrives(&format!("+99890123450{n}")).await);
    }
    let now = world.now;
    contact_queued(&mut world.db, now, contacts[1], queue).await.unwrap();
    contact_answered(&mut world.db, now, contacts[1], operator(3)).await.unwrap();
    contact_ended(&mut world.db, now, contacts[1], &SERVED).await.unwrap();

    let mut ids = async |sought: Search, after: Option<After>, limit: i64| -> Vec<ContactId> {
        let rows = search(&mut world.db, &sought, after, limit).await.unwrap();
        rows.into_iter().map(|row| row.id).collect()
    };
    let newest_first: Vec<ContactId> = contacts.iter().rev().copied().collect();
    assert_eq!(ids(Search::default(), None, 10).await, newest_first);
    assert_eq!(ids(Search::default(), None, 2).await, newest_first[..2]);
    let number = Search { number: Some("1234503".to_owned()), ..Search::default() };
    assert_eq!(ids(number, None, 10).await, [contacts[3]]);
    let nobody = Search { customers: Some(Vec::new()), ..Search::default() };
    assert_eq!(ids(nobody, None, 10).await, []);
    let served = Search {
        queue: Some(queue),
        visible: Some(vec![queue]),
        operator: Some(operator(3)),
        outcome: Some(Outcome::Answered),
        from: Some(now - TimeDelta::minutes(10)),
        to: Some(now),
        ..Search::default()
    };
    assert_eq!(ids(served, None, 10).await, [contacts[1]]);
    let blind = Search { visible: Some(Vec::new()), ..Search::default() };
    assert_eq!(ids(blind, None, 10).await, []);
    let only = Search { only: Some(vec![contacts[0], contacts[4]]), ..Search::default() };
    assert_eq!(ids(only, None, 10).await, [contacts[4], contacts[0]]);
    let last = find(&mut world.db, newest_first[1]).await.unwrap().unwrap();
    let after = After { arrived_at: last.arrived_at, id: last.id };
    let next = search(&mut world.db, &Search::default(), Some(after), 10).await.unwrap();
    assert_eq!(next.iter().map(|row| row.id).collect::<Vec<_>>(), newest_first[2..]);
}

#[tokio::test]
async fn a_wrap_up_is_corrected_once_a_version_and_names_what_it_refuses() {
    let mut world = World::new().await;
    let contact = world.arrives("+998901234567").await;
    let (db, mut edit) = world.edit();
    let solved = result::insert(db, &mut edit, &NamedFields { name: text("Solved") }).await.unwrap();
    let right = WrapUp { topic_id: None, result_id: Some(solved.id), note: "called back".to_owned() };
    let wrong = WrapUp {
        topic_id: Some(TopicId::from_uuid(Uuid::nil())),
        result_id: Some(ResultId::from_uuid(Uuid::nil())),
        note: "x".repeat(4_001),
    };

    let corrected = correct_wrap_up(db, &mut edit, contact, 1, &right).await.unwrap();
    assert_eq!(
        (corrected.version, corrected.result_id, corrected.note.as_str()),
        (2, Some(solved.id), "called back")
    );
    assert!(matches!(
        correct_wrap_up(db, &mut edit, contact, 1, &right).await,
        Err(ChangeError::Stale { .. })
    ));
    let Err(ChangeError::Invalid(faults)) = correct_wrap_up(db, &mut edit, contact, 2, &wrong).await else {
        panic!("a wrong wrap-up was accepted");
    };
    assert_eq!(
        faults.iter().map(|fault| fault.pointer.as_str()).collect::<Vec<_>>(),
        ["/topic_id", "/result_id", "/note"]
    );
    assert_eq!(world.events(contact.as_uuid()).await[1..], ["routing.contact_wrap_up_corrected.v1"]);
}
