use super::*;
use crate::contact::{Channel, Direction};
use crate::explain::RuledOutWhy;
use crate::matching::Lack;
use base::id::{CallId, SkillId};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// A queue with its own clock and dice. Contacts and operators are numbers.
struct Scene {
    queue: Queue,
    rng: ChaCha8Rng,
    now: DateTime<Utc>,
    effects: Vec<Effect>,
}

fn id(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

fn anna() -> OperatorId {
    OperatorId::from_uuid(id(101))
}

fn boris() -> OperatorId {
    OperatorId::from_uuid(id(102))
}

fn legal() -> SkillId {
    SkillId::from_uuid(id(7))
}

fn config() -> Config {
    Config {
        name: "Sales".into(),
        open: true,
        skills: Skills::default(),
        priority: 0,
        offer_rings_for: Duration::from_secs(20),
        wrap_up: WrapUpRule { lasts: Duration::from_secs(30), mandatory: false },
        waiting_max: 3,
        target: Target {
            answered_within: Duration::from_secs(20),
            percent: 80,
            short_abandon: Duration::from_secs(5),
        },
    }
}

fn scene() -> Scene {
    let queue = Queue::new(QueueId::from_uuid(id(1)), config());
    let now = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
    Scene { queue, rng: ChaCha8Rng::seed_from_u64(1), now, effects: Vec::new() }
}

fn contact_id(number: u128) -> ContactId {
    ContactId::from_uuid(id(number))
}

impl Scene {
    fn tell(&mut self, event: Event) {
        self.now += Duration::from_secs(1);
        self.effects = self.queue.step(self.now, event, &mut self.rng);
    }

    fn arrives(&mut self, number: u128) {
        self.arrives_with(number, |_| {});
    }

    fn arrives_with(&mut self, number: u128, change: impl FnOnce(&mut Contact)) {
        let card = Card {
            contact_id: contact_id(number),
            channel: Channel::Voice,
            direction: Direction::Inbound,
            queue: None,
            caller: Caller::default(),
            dialled: "+998712000000".into(),
            arrived_at: self.now,
            queued_at: None,
        };
        let mut contact = Contact {
            card: Arc::new(card),
            call: CallId::from_uuid(id(number)),
            needs: Skills::default(),
            priority: 0,
            queued_at: self.now,
            returning: false,
        };
        change(&mut contact);
        self.tell(Event::ContactArrived { contact });
    }

    fn free(&mut self, operator: OperatorId, skills: &Skills) {
        let idle_since = self.now;
        self.tell(Event::OperatorFree { operator, skills: skills.clone(), idle_since, round: 1 });
    }

    /// The offer that the last step reserved, and for whom.
    fn reserved(&self) -> Option<(OperatorId, OfferId, ContactId)> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::ToOperator { operator, message: ToOperator::Reserve { offer, rank } } => {
                Some((*operator, *offer, rank.contact))
            }
            _ => None,
        })
    }

    fn rings_at(&mut self, operator: OperatorId) -> OfferId {
        let (who, offer, _) = self.reserved().unwrap();
        assert_eq!(who, operator);
        self.tell(Event::Reserved { offer, operator });
        offer
    }

    fn said(&self, wanted: &ToCall) -> bool {
        self.effects
            .iter()
            .any(|effect| matches!(effect, Effect::ToCall { message, .. } if message == wanted))
    }

    fn line(&self) -> Vec<u128> {
        self.queue.line().iter().map(|contact| contact.as_uuid().as_u128()).collect()
    }
}

/// CC-ROUTE-03
#[test]
fn the_longest_idle_operator_gets_the_contact() {
    let mut scene = scene();
    scene.free(boris(), &Skills::default());
    scene.free(anna(), &Skills::default());

    scene.arrives(1);

    assert_eq!(scene.reserved().unwrap().0, boris());
}

/// CC-ROUTE-02
#[test]
fn priority_goes_before_arrival() {
    let mut scene = scene();
    scene.arrives(1);
    scene.arrives_with(2, |contact| contact.priority = 5);

    scene.free(anna(), &Skills::default());

    assert_eq!(scene.reserved().unwrap().2, contact_id(2));
}

#[test]
fn contact_whose_offer_times_out_returns_to_the_head_of_the_line() {
    let mut scene = scene();
    scene.free(anna(), &Skills::default());
    scene.arrives(1);
    let offer = scene.rings_at(anna());
    scene.arrives(2);

    scene.tell(Event::TimerFired { timer: Timer::Ring { offer } });

    assert_eq!(scene.line(), [1, 2]);
    assert!(scene.effects.iter().any(|effect| matches!(
        effect,
        Effect::ToOperator { message: ToOperator::Withdraw { why: Withdrawn::Lapsed, .. }, .. }
    )));
}

#[test]
fn a_caller_who_hangs_up_while_it_rings_is_abandoned_and_the_offer_vanishes() {
    let mut scene = scene();
    scene.free(anna(), &Skills::default());
    scene.arrives(1);
    let offer = scene.rings_at(anna());

    scene.tell(Event::ContactLeft { contact: contact_id(1), why: Left::CallerHungUp });

    let kinds: Vec<_> = scene.effects.iter().map(|effect| format!("{effect:?}")).collect();
    assert!(kinds.iter().any(|it| it.contains("Withdraw") && it.contains("ContactLeft")), "{kinds:?}");
    assert!(kinds.iter().any(|it| it.contains("Abandoned")), "{kinds:?}");
    scene.tell(Event::Accepted { offer, operator: anna(), leg: LegId::from_uuid(id(9)) });
    assert!(matches!(
        scene.effects[..],
        [Effect::ToOperator { message: ToOperator::Withdraw { why: Withdrawn::Unknown, .. }, .. }]
    ));
}

#[test]
fn an_operator_who_declined_is_spared_the_contact_for_a_while() {
    let mut scene = scene();
    scene.free(anna(), &Skills::default());
    scene.arrives(1);
    let offer = scene.rings_at(anna());

    scene.tell(Event::Rejected { offer, operator: anna() });
    scene.free(anna(), &Skills::default());
    assert_eq!(scene.reserved(), None);
    assert_eq!(scene.line(), [1]);

    scene.tell(Event::TimerFired { timer: Timer::Refusal { operator: anna(), contact: contact_id(1) } });
    assert_eq!(scene.reserved().unwrap().2, contact_id(1));
}

#[test]
fn a_full_queue_refuses_newcomers_and_takes_back_who_was_in_it() {
    let mut scene = scene();
    (1..=3).for_each(|number| scene.arrives(number));

    scene.arrives(4);
    assert!(scene.said(&ToCall::NotTaken { why: NotTaken::Full }));

    let first_in_line = scene.now - Duration::from_secs(600);
    scene.arrives_with(5, |contact| (contact.returning, contact.queued_at) = (true, first_in_line));
    assert_eq!(scene.line(), [5, 1, 2, 3]);
}

#[test]
fn the_place_and_the_estimate_are_told_when_asked() {
    let mut scene = scene();
    (1..=3).for_each(|number| scene.arrives(number));

    scene.tell(Event::PositionAsked { contact: contact_id(3) });

    assert!(scene.said(&ToCall::Position { position: 3, estimated_wait: None }));
}

#[test]
fn skills_that_a_queue_asks_for_from_now_on_hold_for_those_who_wait() {
    let mut scene = scene();
    let expert = Skills::new([(legal(), 5)]);
    scene.tell(Event::ConfigChanged { config: Config { skills: expert.clone(), ..config() } });
    scene.arrives(1);
    scene.free(anna(), &Skills::default());
    assert_eq!(scene.reserved(), None);

    scene.tell(Event::ConfigChanged { config: config() });

    assert_eq!(scene.reserved().unwrap().0, anna());
}

/// CC-ROUTE-02, CC-ROUTE-06: who was considered, who was ruled out, and why.
#[test]
fn every_decision_keeps_its_explanation() {
    let mut scene = scene();
    let junior = OperatorId::from_uuid(id(103));
    let busy = OperatorId::from_uuid(id(104));
    let expert = Skills::new([(legal(), 5)]);
    scene.free(boris(), &expert);
    scene.free(anna(), &expert);
    scene.free(junior, &Skills::new([(legal(), 2)]));
    scene.free(busy, &expert);
    scene.tell(Event::OperatorNotFree { operator: busy });

    scene.arrives_with(1, |contact| contact.needs = Skills::new([(legal(), 3)]));

    let decision = scene.effects.iter().find_map(|effect| match effect {
        Effect::Explain(decision) => Some(decision.explain()),
        _ => None,
    });
    let explanation = decision.unwrap();
    assert_eq!((explanation.considered, explanation.ruled_out), (2, 2));
    let reasons: Vec<_> = explanation.reasons.iter().map(|it| (it.operator, it.why)).collect();
    let lack = Lack::TooLow { skill: legal(), has: 2, needs: 3 };
    assert_eq!(
        reasons,
        [
            (anna(), RuledOutWhy::IdleForLess),
            (busy, RuledOutWhy::NotFree),
            (junior, RuledOutWhy::Skill { lack })
        ]
    );
    let json = serde_json::to_string(&explanation).unwrap();
    assert_eq!(serde_json::from_str::<crate::explain::Explanation>(&json).unwrap(), explanation);
}
