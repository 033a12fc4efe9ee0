use super::*;
use crate::link::{Link, LinkFields, LinkKind, LinkSettings, Secrets};
use crate::message::{ChannelChoice, Message, NewMessage, Priority};
use crate::query;
use crate::template::{Bodies, SmsBody, TemplateFields};
use base::Locale;
use base::id::LinkId;
use chrono::{DateTime, TimeDelta, Utc};
use platform::testing::TestDb;
use platform::vault::Vault;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// A database with one template and one link, and a clock.
struct World {
    db: TestDb,
    rng: ChaCha8Rng,
    now: DateTime<Utc>,
    link: LinkId,
}

impl World {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let now = DateTime::from_timestamp(1_772_442_000, 0).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut tx = db.pool().begin().await.unwrap();
        let mut edit = by_system(now, &mut rng);
        let sms = SmsBody { text: "Hello {{ customer.name }}".to_owned() };
        let template = TemplateFields {
            name: "hello".to_owned(),
            title: "Hello".to_owned(),
            class: MessageClass::Functional,
            channels: Bodies { sms: BTreeMap::from([(Locale::En, sms)]), ..Bodies::default() },
        };
        insert_template(&mut tx, &mut edit, &template).await.unwrap();
        let settings = json!({ "host": "127.0.0.1", "port": 2775, "system_id": "t", "sender": "Trunkline" });
        let settings = LinkSettings::read(LinkKind::Smpp, &settings).unwrap();
        let fields = LinkFields { name: "SMSC".to_owned(), enabled: true, settings };
        let link: Link =
            insert_link(&mut tx, &mut edit, &Vault::with_key([5; 32]).unwrap(), &fields, &Secrets::default())
                .await
                .unwrap();
        tx.commit().await.unwrap();
        Self { db, rng, now, link: link.id }
    }

    async fn with<T>(&mut self, work: impl AsyncFnOnce(&mut PgConnection, &mut Edit<'_>) -> T) -> T {
        let mut tx = self.db.pool().begin().await.unwrap();
        let mut edit = by_system(self.now, &mut self.rng);
        let done = work(&mut tx, &mut edit).await;
        tx.commit().await.unwrap();
        done
    }

    async fn enqueue(&mut self, messages: &[NewMessage]) -> Vec<crate::message::Enqueued> {
        self.with(async |db, edit| enqueue_all(db, edit, messages).await.unwrap()).await
    }

    async fn claim(&mut self) -> Vec<Claimed> {
        let link = self.link;
        self.with(async |db, edit| claim(db, edit, (link, Channel::Sms), None, 100).await.unwrap()).await
    }

    async fn outcome(&mut self, claimed: &Claimed, ids: &[Option<&str>], verdict: Verdict) {
        let taken =
            ids.iter().zip(1..).map(|(id, number)| Taken { number, provider_id: id.map(str::to_owned) });
        let outcome =
            Outcome { message: claimed.id, attempt: claimed.attempt, taken: taken.collect(), verdict };
        let link = self.link;
        self.with(async |db, edit| record_outcomes(db, edit, link, false, &[outcome]).await.unwrap()).await;
    }

    async fn receipt(&mut self, id: &str, state: ReceiptState) {
        let receipt = NewReceipt {
            provider_id: id.to_owned(),
            address: Some("+998901234567".to_owned()),
            state,
            code: None,
            raw: format!("id:{id}"),
        };
        let link = self.link;
        self.with(async |db, edit| record_receipts(db, edit, link, &[receipt]).await.unwrap()).await;
    }

    async fn message(&self, id: MessageId) -> Message {
        let mut db = self.db.pool().acquire().await.unwrap();
        query::find_message(&mut db, id).await.unwrap().unwrap()
    }

    async fn states(&self, id: MessageId) -> Vec<String> {
        sqlx::query_scalar("select kind from platform.event where subject_id = $1 order by position")
            .bind(id)
            .fetch_all(self.db.pool())
            .await
            .unwrap()
    }
}

fn new(key: &str) -> NewMessage {
    let fields = json!({ "customer": { "name": "Aziza", "phone": "+998901234567" } });
    NewMessage {
        key: key.to_owned(),
        customer: None,
        to: None,
        channel: ChannelChoice::Preferred,
        template: "hello".to_owned(),
        class: None,
        language: None,
        fields: fields.as_object().cloned().unwrap(),
        priority: Priority::Normal,
    }
}

/// CIMP-NTF-01: the same key is the same message, and each change is an event.
#[tokio::test]
async fn a_message_goes_from_the_queue_to_its_receipt_and_each_step_is_an_event() {
    let mut world = World::new().await;

    let first = world.enqueue(&[new("a"), new("b")]).await;
    let again = world.enqueue(&[new("a")]).await;
    let claimed = world.claim().await;
    world.outcome(&claimed[0], &[Some("p1")], Verdict::Sent).await;
    world.receipt("p1", ReceiptState::Pending).await;
    assert_eq!(world.message(claimed[0].id).await.state, MessageState::Sent);
    world.receipt("p1", ReceiptState::Delivered).await;

    assert!(first.iter().all(|enqueued| enqueued.is_new));
    assert_eq!((again[0].id, again[0].is_new), (first[0].id, false));
    assert_eq!(claimed.len(), 2);
    assert_eq!(claimed[0].text, "Hello Aziza");
    let kinds = ["queued", "sending", "sent", "delivered"].map(|s| format!("channels.message_{s}.v1"));
    assert_eq!(world.states(claimed[0].id).await, kinds);
}

/// CIMP-NTF-02: functional before marketing, and before both what somebody waits for.
#[tokio::test]
async fn links_take_the_most_urgent_first_and_never_the_same_twice() {
    let mut world = World::new().await;
    let marketing = NewMessage { class: Some(MessageClass::Marketing), ..new("marketing") };
    let code = NewMessage { priority: Priority::Interactive, ..new("code") };
    let ids: Vec<MessageId> =
        world.enqueue(&[marketing, new("functional"), code]).await.into_iter().map(|e| e.id).collect();

    let (link, now) = (world.link, world.now);
    let mut one = world.db.pool().begin().await.unwrap();
    let mut other = world.db.pool().begin().await.unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let first = claim(&mut one, &mut by_system(now, &mut rng), (link, Channel::Sms), None, 2).await.unwrap();
    let second =
        claim(&mut other, &mut by_system(now, &mut rng), (link, Channel::Sms), None, 2).await.unwrap();

    assert_eq!(first.iter().map(|m| m.id).collect::<Vec<_>>(), [ids[2], ids[1]]);
    assert_eq!(second.iter().map(|m| m.id).collect::<Vec<_>>(), [ids[0]]);
}

#[tokio::test]
async fn a_missing_field_refuses_a_message_and_names_the_field() {
    let mut world = World::new().await;
    let mut nameless = new("a");
    nameless.fields = json!({ "customer": { "phone": "+998901234567" } }).as_object().cloned().unwrap();

    let refused = world.enqueue(&[nameless]).await;
    let message = world.message(refused[0].id).await;

    assert_eq!((message.state, message.reason), (MessageState::Refused, Some(Reason::MissingField)));
    assert_eq!(message.detail.as_deref(), Some("customer.name has no value"));
    assert_eq!(world.states(message.id).await, ["channels.message_refused.v1"]);
}

/// INT-17: the receipt may overtake the answer, and a long message is delivered when all of its parts are.
#[tokio::test]
async fn a_receipt_that_comes_first_waits_and_all_parts_make_a_delivery() {
    let mut world = World::new().await;
    let id = world.enqueue(&[new("a")]).await[0].id;
    let claimed = world.claim().await;

    world.receipt("p1", ReceiptState::Delivered).await;
    world.outcome(&claimed[0], &[Some("p1"), Some("p2")], Verdict::Sent).await;
    let half = world.message(id).await.state;
    world.receipt("p2", ReceiptState::Delivered).await;

    assert_eq!(half, MessageState::Sent);
    assert_eq!(world.message(id).await.state, MessageState::Delivered);
}

#[tokio::test]
async fn one_lost_part_makes_a_message_undelivered() {
    let mut world = World::new().await;
    let id = world.enqueue(&[new("a")]).await[0].id;
    let claimed = world.claim().await;

    world.outcome(&claimed[0], &[Some("p1"), Some("p2")], Verdict::Sent).await;
    world.receipt("p1", ReceiptState::Undelivered).await;
    world.receipt("p2", ReceiptState::Delivered).await;

    let message = world.message(id).await;
    assert_eq!((message.state, message.reason), (MessageState::Undelivered, Some(Reason::Receipt)));
}

/// What was in flight when the server was killed is unknown, and a receipt may still say what became of it.
#[tokio::test]
async fn what_was_in_flight_is_unknown_and_is_found_by_its_receipt() {
    let mut world = World::new().await;
    let id = world.enqueue(&[new("a")]).await[0].id;
    world.claim().await;
    let link = world.link;

    world.with(async |db, edit| orphans(db, edit, link, false).await.unwrap()).await;
    let unknown = world.message(id).await;
    world.receipt("p9", ReceiptState::Delivered).await;
    let soon = world.with(async |db, edit| reconcile(db, edit).await.unwrap()).await;
    world.now += TimeDelta::minutes(4);
    let found = world.with(async |db, edit| reconcile(db, edit).await.unwrap()).await;

    assert_eq!((unknown.state, unknown.reason), (MessageState::Unknown, Some(Reason::LinkLost)));
    assert_eq!((soon, found), (0, 1));
    assert_eq!(world.message(id).await.state, MessageState::Delivered);
}

#[tokio::test]
async fn two_unknown_messages_to_one_address_stay_unknown() {
    let mut world = World::new().await;
    world.enqueue(&[new("a"), new("b")]).await;
    world.claim().await;
    let link = world.link;
    world.with(async |db, edit| orphans(db, edit, link, false).await.unwrap()).await;
    world.receipt("p9", ReceiptState::Delivered).await;
    world.now += TimeDelta::minutes(4);

    assert_eq!(world.with(async |db, edit| reconcile(db, edit).await.unwrap()).await, 0);
}

#[tokio::test]
async fn a_try_again_waits_a_refusal_is_final_and_an_old_outcome_changes_nothing() {
    let mut world = World::new().await;
    world.enqueue(&[new("a"), new("b")]).await;
    let claimed = world.claim().await;
    let due_at = world.now + TimeDelta::seconds(30);
    let retry = Retry { due_at, code: Some("451".to_owned()), detail: "later".to_owned() };

    world.outcome(&claimed[0], &[], Verdict::Retry(retry)).await;
    world.outcome(&claimed[1], &[], Verdict::Failed { code: None, detail: "no".to_owned() }).await;
    let nothing = world.claim().await;
    world.now = due_at;
    let second = world.claim().await;
    world.outcome(&claimed[0], &[Some("late")], Verdict::Sent).await;

    assert_eq!(nothing, []);
    assert_eq!((second[0].id, second[0].attempt), (claimed[0].id, 2));
    assert_eq!(world.message(claimed[0].id).await.state, MessageState::Sending);
    assert_eq!(world.message(claimed[1].id).await.state, MessageState::Failed);
    let mut db = world.db.pool().acquire().await.unwrap();
    let attempts = query::attempts(&mut db, claimed[0].id).await.unwrap();
    assert_eq!(attempts[0].outcome.as_deref(), Some("retry"));
    assert_eq!(attempts[0].code.as_deref(), Some("451"));
}

#[tokio::test]
async fn what_waits_too_long_expires_and_only_what_waits_is_taken_back() {
    let mut world = World::new().await;
    let ids: Vec<MessageId> = world.enqueue(&[new("a"), new("b")]).await.into_iter().map(|e| e.id).collect();

    world.with(async |db, edit| cancel(db, edit, ids[0]).await.unwrap()).await;
    let again = world.with(async |db, edit| cancel(db, edit, ids[0]).await.unwrap_err().to_string()).await;
    world.now += TimeDelta::hours(25);
    let expired = world.with(async |db, edit| expire(db, edit).await.unwrap()).await;

    assert_eq!(again, "the message is cancelled: only a queued one can be taken back");
    assert_eq!(expired, 1);
    assert_eq!(world.message(ids[1]).await.state, MessageState::Expired);
}

/// OMNI-07: an answer is stored as an event, whole, and with whom it answers.
#[tokio::test]
async fn an_answer_in_parts_is_one_event_with_the_message_it_answers() {
    let mut world = World::new().await;
    let customer = CustomerId::new(world.now, &mut world.rng);
    let id = world.enqueue(&[NewMessage { customer: Some(customer), ..new("a") }]).await[0].id;
    let link = world.link;
    let part = |number: i32, text: &str| NewReceived {
        channel: Channel::Sms,
        sender: "+998901234567".to_owned(),
        recipient: "1099".to_owned(),
        text: text.to_owned(),
        part: Some(PartOf { reference: 7, total: 2, number }),
    };

    for received in [part(2, "please"), part(2, "please"), part(1, "yes ")] {
        world.with(async |db, edit| record_received(db, edit, link, &received).await.unwrap()).await;
    }

    let payloads: Vec<serde_json::Value> =
        sqlx::query_scalar("select payload from platform.event where kind = 'channels.message_received.v1'")
            .fetch_all(world.db.pool())
            .await
            .unwrap();
    assert_eq!(payloads.len(), 1);
    assert_eq!(payloads[0]["text"], "yes please");
    assert_eq!(payloads[0]["customer_id"], json!(customer));
    assert_eq!(payloads[0]["reply_to"], json!(id));
}
