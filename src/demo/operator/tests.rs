use super::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;

const fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

struct Scene {
    operator: Operator,
    rng: ChaCha8Rng,
}

impl Scene {
    fn new(habits: Habits) -> Self {
        let words = Words {
            reasons: vec!["lunch".into()],
            topics: vec!["tariffs".into()],
            results: vec!["solved".into()],
        };
        Self { operator: Operator::new(habits, words), rng: ChaCha8Rng::seed_from_u64(1) }
    }

    fn see(&mut self, now: Duration, desk: &serde_json::Value) {
        self.operator.see(now, Sight::of(desk), &mut self.rng);
    }

    fn plan(&mut self) -> (Duration, Act) {
        let at = self.operator.due().expect("something is planned");
        (at, self.operator.act(at).expect("it is due"))
    }
}

fn idle(state: &str) -> serde_json::Value {
    json!({"presence": {"state": state}, "phone": {"state": "connected"}})
}

fn contact(state: &str) -> serde_json::Value {
    json!({"presence": {"state": "on_contact"}, "phone": {"state": "connected"},
        "contact": {"card": {"contact_id": "c1"}, "state": state}})
}

fn offer() -> serde_json::Value {
    json!({"presence": {"state": "ringing"}, "phone": {"state": "connected"}, "offer": {"id": "o1"}})
}

#[test]
fn who_sits_down_becomes_ready_once_the_phone_is_connected() {
    let mut scene = Scene::new(Habits::lively());

    scene.see(at(1), &json!({"presence": {"state": "not_ready"}, "phone": {"state": "connecting"}}));
    assert_eq!(scene.operator.due(), None);

    scene.see(at(2), &idle("not_ready"));
    assert_eq!(scene.plan(), (at(2), Act::Ready));
}

#[test]
fn an_offer_is_accepted_after_some_ringing() {
    let mut scene = Scene::new(Habits { ignores_percent: 0, ..Habits::lively() });

    scene.see(at(10), &offer());

    let (when, act) = scene.plan();
    assert_eq!(act, Act::Accept("o1".into()));
    assert!((at(11)..=at(16)).contains(&when), "{when:?}");
}

#[test]
fn an_ignored_offer_rings_in_vain_and_the_operator_comes_back_after_a_rest() {
    let mut scene = Scene::new(Habits { ignores_percent: 100, ..Habits::lively() });
    scene.see(at(1), &idle("not_ready"));
    scene.plan();

    scene.see(at(10), &offer());
    assert_eq!(scene.operator.due(), None);

    scene.see(at(30), &idle("not_responding"));
    let (when, act) = scene.plan();
    assert_eq!(act, Act::Ready);
    assert!(when >= at(40), "{when:?}");
}

#[test]
fn a_talk_is_held_once_and_then_ended() {
    let mut scene = Scene::new(Habits { holds_percent: 100, ..Habits::lively() });

    scene.see(at(100), &contact("talking"));
    let (held, act) = scene.plan();
    assert_eq!(act, Act::Hold);

    scene.see(held, &contact("held"));
    let (resumed, act) = scene.plan();
    assert_eq!(act, Act::Resume);

    scene.see(resumed, &contact("talking"));
    assert_eq!(scene.plan().1, Act::HangUp);
}

#[test]
fn a_contact_ends_with_a_topic_and_a_result() {
    let mut scene = Scene::new(Habits::lively());

    scene.see(at(100), &contact("wrap_up"));

    let done =
        Act::WrapUp { contact: "c1".into(), topic: Some("tariffs".into()), result: Some("solved".into()) };
    assert_eq!(scene.plan().1, done);
}

#[test]
fn a_ready_operator_takes_breaks_with_a_reason() {
    let mut scene = Scene::new(Habits::lively());
    scene.see(at(0), &idle("not_ready"));
    scene.plan();

    scene.see(at(1), &idle("ready"));

    let (when, act) = scene.plan();
    assert_eq!(act, Act::Break(Some("lunch".into())));
    assert!(when >= at(90), "{when:?}");
}

#[test]
fn who_leaves_ends_the_talk_wraps_up_and_signs_out() {
    let mut scene = Scene::new(Habits::lively());
    scene.see(at(5), &contact("talking"));

    scene.operator.leave(at(6), &mut scene.rng);
    assert_eq!(scene.plan(), (at(6), Act::HangUp));

    scene.see(at(7), &contact("wrap_up"));
    assert!(matches!(scene.plan(), (when, Act::WrapUp { .. }) if when == at(7)));

    scene.see(at(8), &idle("ready"));
    assert_eq!(scene.plan(), (at(8), Act::SignOut));
}

#[test]
fn who_leaves_while_it_rings_declines() {
    let mut scene = Scene::new(Habits::lively());
    scene.see(at(5), &offer());

    scene.operator.leave(at(6), &mut scene.rng);

    assert_eq!(scene.plan(), (at(6), Act::Reject("o1".into())));
}

#[test]
fn a_refused_act_is_tried_again_after_a_moment() {
    let mut scene = Scene::new(Habits::tireless(at(0)));
    scene.see(at(1), &offer());
    scene.plan();

    scene.operator.refused(at(2), &mut scene.rng);

    let (when, act) = scene.plan();
    assert_eq!(act, Act::Accept("o1".into()));
    assert!(when > at(2), "{when:?}");
}

#[test]
fn a_tireless_operator_does_everything_at_once_and_takes_no_break() {
    let mut scene = Scene::new(Habits::tireless(at(0)));

    scene.see(at(1), &idle("not_ready"));
    assert_eq!(scene.plan(), (at(1), Act::Ready));
    scene.see(at(2), &idle("ready"));
    assert_eq!(scene.operator.due(), None);
    scene.see(at(3), &contact("talking"));
    assert_eq!(scene.plan(), (at(3), Act::HangUp));
}
