use super::*;
use crate::contact::{Channel, Direction, WrapUp};
use crate::queue::{Caller, Card, Event as ToQueue, ToOperator, Withdrawn};
use base::LocalText;
use base::id::{ResultId, TopicId};
use serde_json::{Value, json};
use std::sync::Arc;

/// An operator of two queues, with its own clock.
struct Scene {
    operator: Operator,
    now: DateTime<Utc>,
    effects: Vec<Effect>,
}

fn id(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

fn sales() -> QueueId {
    QueueId::from_uuid(id(1))
}

fn support() -> QueueId {
    QueueId::from_uuid(id(2))
}

fn offer(number: u128) -> OfferId {
    OfferId::from_uuid(id(number))
}

fn leg(number: u128) -> LegId {
    LegId::from_uuid(id(number))
}

fn call() -> CallId {
    CallId::from_uuid(id(50))
}

fn lunch() -> Reason {
    Reason { id: NotReadyReasonId::from_uuid(id(70)), code: "lunch".into(), name: LocalText::default() }
}

fn settings() -> Settings {
    Settings {
        name: "Anna".into(),
        login: "anna".into(),
        unit: None,
        queues: [(sales(), "Sales".into()), (support(), "Support".into())].into(),
        skills: Skills::default(),
        receives_incoming: true,
        wrap_up_mandatory: false,
        zone: chrono_tz::Asia::Tashkent,
        reasons: vec![lunch()],
    }
}

fn contact(now: DateTime<Utc>) -> Contact {
    let card = Card {
        contact_id: ContactId::from_uuid(id(60)),
        channel: Channel::Voice,
        direction: Direction::Inbound,
        queue: None,
        caller: Caller { name: Some("Aziza".into()), ..Caller::default() },
        dialled: "+998712000000".into(),
        arrived_at: now,
        queued_at: Some(now),
    };
    Contact {
        card: Arc::new(card),
        call: call(),
        needs: Skills::default(),
        priority: 0,
        queued_at: now,
        returning: false,
    }
}

fn scene() -> Scene {
    let now = DateTime::from_timestamp(1_767_250_800, 0).unwrap();
    let (operator, effects) = Operator::start(OperatorId::from_uuid(id(100)), settings(), now);
    Scene { operator, now, effects }
}

impl Scene {
    fn after(&mut self, seconds: u64, event: Event) {
        self.now += Duration::from_secs(seconds);
        self.effects = self.operator.step(self.now, event);
    }

    fn tell(&mut self, event: Event) {
        self.after(0, event);
    }

    fn ask(&mut self, request: Request) -> Result<(), Refusal> {
        self.tell(Event::Asked { ask: 7, request });
        let answer = self.effects.iter().find_map(|effect| match effect {
            Effect::Answer { ask: 7, result } => Some(*result),
            _ => None,
        });
        answer.unwrap()
    }

    fn sits_down(&mut self, number: u128) {
        self.tell(Event::DeskConnected);
        self.tell(Event::PhoneConnecting { leg: leg(number) });
        self.tell(Event::PhoneConnected { leg: leg(number) });
    }

    fn ready() -> Self {
        let mut scene = scene();
        scene.sits_down(1);
        scene.tell(Event::TimerFired { timer: Timer::Sync });
        scene.ask(Request::Ready).unwrap();
        scene
    }

    fn queue(&mut self, queue: QueueId, message: ToOperator) {
        self.tell(Event::Queue { queue, message });
    }

    fn reserve(&mut self, queue: QueueId, number: u128, priority: i16) {
        let rank = Rank::new(priority, self.now, ContactId::from_uuid(id(60)));
        self.queue(queue, ToOperator::Reserve { offer: offer(number), rank });
    }

    fn ringing() -> Self {
        let mut scene = Self::ready();
        scene.reserve(sales(), 10, 0);
        scene.tell(Event::TimerFired { timer: Timer::Bids });
        let wrap_up = WrapUpRule { lasts: Duration::from_secs(30), mandatory: false };
        let (contact, expires_at) = (contact(scene.now), scene.now + Duration::from_secs(20));
        scene.queue(sales(), ToOperator::Offer { offer: offer(10), contact, wrap_up, expires_at });
        scene
    }

    fn talking() -> Self {
        let mut scene = Self::ringing();
        scene.ask(Request::Accept { offer: offer(10) }).unwrap();
        scene.call(FromCall::Connected);
        scene
    }

    fn call(&mut self, message: FromCall) {
        self.tell(Event::Call { call: call(), message });
    }

    fn told(&self, queue: QueueId, event: &ToQueue) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::ToQueue { queue: to, event: it } if *to == queue && it == event))
    }

    fn commanded(&self, command: Command) -> bool {
        self.effects.contains(&Effect::ToCall { call: call(), command })
    }

    fn state(&self) -> StateName {
        self.operator.presence()
    }

    fn view(&self, pointer: &str) -> Value {
        self.operator.desk_view().pointer(pointer).cloned().unwrap_or(Value::Null)
    }
}

#[test]
fn ready_needs_a_phone() {
    let mut scene = scene();
    scene.tell(Event::DeskConnected);
    scene.tell(Event::TimerFired { timer: Timer::Sync });

    assert_eq!(scene.ask(Request::Ready), Err(Refusal::PhoneNotConnected));
    scene.sits_down(1);
    assert_eq!(scene.ask(Request::Ready), Ok(()));
    assert_eq!(scene.state(), StateName::Ready);
}

#[test]
fn the_best_of_what_the_queues_propose_is_taken_and_the_rest_refused() {
    let mut scene = Scene::ready();
    scene.reserve(sales(), 10, 0);

    scene.reserve(support(), 11, 5);

    let operator = scene.operator.id();
    assert!(scene.told(support(), &ToQueue::Reserved { offer: offer(11), operator }));
    assert!(scene.told(sales(), &ToQueue::Refused { offer: offer(10), operator }));
    assert!(scene.told(sales(), &ToQueue::OperatorNotFree { operator }));
}

#[test]
fn a_contact_is_accepted_talked_with_and_wrapped_up() {
    let mut scene = Scene::talking();
    assert_eq!((scene.state(), scene.view("/contact/state")), (StateName::OnContact, json!("talking")));

    scene.ask(Request::Hold).unwrap();
    assert!(scene.commanded(Command::Hold));
    scene.call(FromCall::Held);
    assert_eq!(scene.view("/contact/state"), "held");
    scene.call(FromCall::Resumed);
    scene.now += Duration::from_secs(60);
    scene.call(FromCall::Ended { by: EndedBy::Caller });
    assert_eq!((scene.state(), scene.view("/contact/ended_by")), (StateName::WrapUp, json!("caller")));

    let wrap_up = WrapUp { topic_id: None, result_id: None, note: "asked about a tariff".into() };
    let contact = ContactId::from_uuid(id(60));
    scene.ask(Request::CompleteWrapUp { contact, wrap_up: wrap_up.clone() }).unwrap();

    assert_eq!(scene.state(), StateName::Ready);
    assert!(scene.effects.contains(&Effect::WrappedUp {
        contact,
        wrap_up: Some(wrap_up),
        lasted: Duration::ZERO
    }));
    assert_eq!((scene.view("/today/handled"), scene.view("/today/talk_seconds")), (json!(1), json!(60)));
}

#[test]
fn wrap_up_ends_by_itself_unless_extended_and_never_when_it_is_mandatory() {
    let mut scene = Scene::talking();
    scene.call(FromCall::Ended { by: EndedBy::Operator });
    let contact = ContactId::from_uuid(id(60));
    scene.ask(Request::ExtendWrapUp { contact }).unwrap();
    scene.after(30, Event::TimerFired { timer: Timer::WrapUp });
    assert_eq!(scene.state(), StateName::WrapUp);
    scene.after(30, Event::TimerFired { timer: Timer::WrapUp });
    assert_eq!(scene.state(), StateName::Ready);

    let mut strict = Scene::talking();
    let settings = Box::new(Settings { wrap_up_mandatory: true, ..settings() });
    strict.tell(Event::Configured { settings });
    strict.call(FromCall::Ended { by: EndedBy::Operator });
    strict.after(30, Event::TimerFired { timer: Timer::WrapUp });
    assert_eq!(strict.state(), StateName::WrapUp);
    let empty = Request::CompleteWrapUp { contact, wrap_up: WrapUp::default() };
    assert_eq!(strict.ask(empty), Err(Refusal::TopicAndResultNeeded));
    let (topic_id, result_id) = (Some(TopicId::from_uuid(id(1))), Some(ResultId::from_uuid(id(1))));
    let wrap_up = WrapUp { topic_id, result_id, note: String::new() };
    strict.ask(Request::CompleteWrapUp { contact, wrap_up }).unwrap();
    assert_eq!(strict.state(), StateName::Ready);
}

/// CC-SUP-02
#[test]
fn who_lets_an_offer_ring_out_is_not_responding() {
    let mut scene = Scene::ringing();

    scene.queue(sales(), ToOperator::Withdraw { offer: offer(10), why: Withdrawn::Lapsed });

    assert_eq!((scene.state(), scene.view("/today/missed")), (StateName::NotResponding, json!(1)));
}

#[test]
fn a_caller_who_hangs_up_while_it_rings_leaves_the_operator_ready_and_first_in_turn() {
    let mut scene = Scene::ringing();
    let idle_since = scene.now;

    scene.now += Duration::from_secs(5);
    scene.queue(sales(), ToOperator::Withdraw { offer: offer(10), why: Withdrawn::ContactLeft });

    assert_eq!((scene.state(), scene.view("/offer")), (StateName::Ready, Value::Null));
    let (operator, skills) = (scene.operator.id(), Skills::default());
    assert!(scene.told(sales(), &ToQueue::OperatorFree { operator, skills, idle_since, round: 2 }));
}

#[test]
fn a_desktop_that_reloads_in_mid_contact_gets_the_caller_back() {
    let mut scene = Scene::talking();

    scene.tell(Event::DeskLost);
    assert!(scene.commanded(Command::OperatorAway));
    assert_eq!((scene.state(), scene.view("/contact/state")), (StateName::Disconnected, json!("away")));
    scene.now += Duration::from_secs(3);
    scene.sits_down(2);

    assert!(scene.commanded(Command::OperatorBack { leg: leg(2) }));
    assert_eq!((scene.state(), scene.view("/contact/state")), (StateName::OnContact, json!("talking")));
}

#[test]
fn a_desktop_that_stays_away_gives_the_caller_to_somebody_else() {
    let mut scene = Scene::talking();
    scene.tell(Event::DeskLost);

    scene.after(30, Event::TimerFired { timer: Timer::AwayOnContact });

    assert!(scene.commanded(Command::OperatorLost));
    scene.sits_down(2);
    assert_eq!(scene.state(), StateName::NotReady);
}

#[test]
fn a_desktop_back_within_a_minute_finds_everything_as_it_was() {
    let mut scene = Scene::ready();
    scene.tell(Event::DeskLost);
    assert_eq!(scene.state(), StateName::Disconnected);
    scene.now += Duration::from_secs(50);
    scene.sits_down(2);
    assert_eq!(scene.state(), StateName::Ready);

    scene.tell(Event::DeskLost);
    scene.after(60, Event::TimerFired { timer: Timer::Restore });
    scene.sits_down(3);
    assert_eq!(scene.state(), StateName::NotReady);
}

#[test]
fn an_offer_that_rings_at_an_empty_desk_goes_elsewhere_within_ten_seconds() {
    let mut scene = Scene::ringing();
    scene.tell(Event::DeskLost);
    assert!(
        scene.effects.contains(&Effect::Arm { timer: Timer::AwayWhileRinging, after: AWAY_WHILE_RINGING })
    );

    scene.after(8, Event::TimerFired { timer: Timer::AwayWhileRinging });

    let operator = scene.operator.id();
    assert!(scene.told(sales(), &ToQueue::Refused { offer: offer(10), operator }));
    scene.sits_down(2);
    assert_eq!(scene.state(), StateName::NotReady);
}

#[test]
fn a_state_asked_for_during_a_contact_comes_after_it() {
    let mut scene = Scene::talking();
    scene.ask(Request::NotReady { reason: Some(lunch().id) }).unwrap();
    assert_eq!(scene.view("/presence/next/reason/code"), "lunch");

    scene.call(FromCall::Ended { by: EndedBy::Caller });
    scene.after(30, Event::TimerFired { timer: Timer::WrapUp });

    assert_eq!((scene.state(), scene.view("/presence/reason/code")), (StateName::NotReady, json!("lunch")));
}

#[test]
fn a_restarted_operator_is_syncing_until_it_knows_whether_it_talks() {
    let mut scene = scene();
    assert!(scene.effects.contains(&Effect::AskCalls));
    scene.sits_down(1);
    assert_eq!(scene.state(), StateName::Syncing);

    let (wrap_up, answered_at) = (WrapUpRule::default(), scene.now);
    scene.call(FromCall::Holds { contact: contact(scene.now), wrap_up, answered_at });

    assert_eq!(scene.state(), StateName::OnContact);
    assert!(scene.commanded(Command::OperatorBack { leg: leg(1) }));
}

#[test]
fn nobody_signs_out_in_mid_contact() {
    let mut scene = Scene::talking();
    assert_eq!(scene.ask(Request::SignOut), Err(Refusal::Busy));

    let mut idle = Scene::ready();
    idle.ask(Request::SignOut).unwrap();
    assert_eq!(idle.effects.last(), Some(&Effect::SignedOut), "nothing is written or shown after the end");
    let shown = |effect: &Effect| matches!(effect, Effect::PresenceChanged { .. } | Effect::Changed);
    assert!(!idle.effects.iter().any(shown), "{:?}", idle.effects);
    assert!(idle.told(sales(), &ToQueue::OperatorGone { operator: idle.operator.id() }));
}

#[test]
fn the_phone_of_an_older_desktop_means_nothing() {
    let mut scene = Scene::ready();
    scene.sits_down(2);
    assert_eq!(scene.state(), StateName::Ready);

    scene.tell(Event::PhoneLost { leg: leg(1) });
    assert_eq!(scene.state(), StateName::Ready);
    scene.tell(Event::PhoneConnected { leg: leg(1) });
    scene.tell(Event::PhoneLost { leg: leg(2) });
    assert_eq!((scene.state(), scene.view("/phone/state")), (StateName::Disconnected, json!("disconnected")));
}

#[test]
fn a_queue_whose_reservation_vanished_is_asked_again() {
    let mut scene = Scene::ready();
    let idle_since = scene.now;
    scene.reserve(sales(), 10, 0);
    scene.queue(sales(), ToOperator::Withdraw { offer: offer(10), why: Withdrawn::ContactLeft });

    scene.queue(support(), ToOperator::NothingForYou { round: 1 });

    let (operator, skills) = (scene.operator.id(), Skills::default());
    assert!(scene.told(sales(), &ToQueue::OperatorFree { operator, skills, idle_since, round: 2 }));
}

#[test]
fn a_call_that_holds_an_operator_who_forgot_it_is_asked_or_given_back() {
    let mut idle = Scene::ready();
    idle.call(FromCall::Connected);
    assert!(idle.effects.contains(&Effect::AskCalls));

    let mut busy = Scene::talking();
    let stranger = CallId::from_uuid(id(51));
    busy.tell(Event::Call { call: stranger, message: FromCall::Connected });
    let given_back = Effect::ToCall { call: stranger, command: Command::OperatorLost };
    assert!(busy.effects.contains(&given_back));
}
