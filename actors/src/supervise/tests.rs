use super::*;
use actix::Actor;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::mpsc;

struct Fragile {
    _guard: ExitGuard,
}

impl Actor for Fragile {
    type Context = Context<Self>;
}

#[derive(actix::Message)]
#[rtype(result = "()")]
struct Break;

impl Handler<Break> for Fragile {
    type Result = ();
    fn handle(&mut self, Break: Break, _ctx: &mut Context<Self>) {
        panic!("planned");
    }
}

struct Parent(mpsc::UnboundedSender<String>);

impl Actor for Parent {
    type Context = Context<Self>;
}

impl Handler<GaveUp> for Parent {
    type Result = ();
    fn handle(&mut self, message: GaveUp, _ctx: &mut Context<Self>) {
        self.0.send(message.child).unwrap();
    }
}

#[actix::test]
async fn a_panicking_actor_gets_fresh_values_until_its_intensity_is_used_up() {
    let (gave_up, mut given_up) = mpsc::unbounded_channel();
    let (started, mut starts) = mpsc::unbounded_channel();
    let supervisor = Supervisor::start_under(Parent(gave_up).start().recipient());
    let made = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&made);

    supervisor.do_send(Supervise {
        child: "queue one".into(),
        restart: Restart::Permanent,
        intensity: Intensity::ACTOR,
        factory: Box::new(move |guard| {
            counter.fetch_add(1, Ordering::SeqCst);
            started.send(Fragile { _guard: guard }.start()).unwrap();
        }),
    });

    for _ in 0..3 {
        starts.recv().await.unwrap().do_send(Break);
    }
    assert_eq!(given_up.recv().await.unwrap(), "queue one");
    assert_eq!(made.load(Ordering::SeqCst), 3, "the first and two restarts");
}

#[actix::test]
async fn a_temporary_actor_is_given_up_at_its_first_panic() {
    let (gave_up, mut given_up) = mpsc::unbounded_channel();
    let (started, mut starts) = mpsc::unbounded_channel();
    let supervisor = Supervisor::start_under(Parent(gave_up).start().recipient());

    supervisor.do_send(Supervise {
        child: "call one".into(),
        restart: Restart::Temporary,
        intensity: Intensity::ACTOR,
        factory: Box::new(move |guard| started.send(Fragile { _guard: guard }.start()).unwrap()),
    });

    starts.recv().await.unwrap().do_send(Break);
    assert_eq!(given_up.recv().await.unwrap(), "call one");
}

/// An operator signs out and in again: the old value may end after the new one began.
#[actix::test]
async fn the_end_of_an_older_value_does_not_leave_the_newer_one_unwatched() {
    let (gave_up, mut given_up) = mpsc::unbounded_channel();
    let (started, mut starts) = mpsc::unbounded_channel();
    let supervisor = Supervisor::start_under(Parent(gave_up).start().recipient());
    let again = || {
        let started = started.clone();
        Supervise {
            child: "operator one".into(),
            restart: Restart::Permanent,
            intensity: Intensity { restarts: 0, within: Duration::from_secs(2) },
            factory: Box::new(move |guard| started.send(Fragile { _guard: guard }.start()).unwrap()),
        }
    };
    supervisor.do_send(again());
    let older = starts.recv().await.unwrap();
    supervisor.do_send(again());
    let newer = starts.recv().await.unwrap();

    drop(older);
    actix::clock::sleep(Duration::from_millis(10)).await;
    newer.do_send(Break);

    assert_eq!(given_up.recv().await.unwrap(), "operator one");
}
