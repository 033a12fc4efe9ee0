use super::*;
use actix::{Actor, Context, Handler};
use tokio::sync::mpsc;

struct Slow(mpsc::UnboundedSender<Admitted<u32>>);

impl Actor for Slow {
    type Context = Context<Self>;
}

impl Handler<Admitted<u32>> for Slow {
    type Result = ();
    fn handle(&mut self, message: Admitted<u32>, _ctx: &mut Context<Self>) {
        self.0.send(message).unwrap();
    }
}

#[actix::test]
async fn the_limit_holds_until_work_is_done() {
    let (taken, mut work) = mpsc::unbounded_channel();
    let inbox = Inbox::new(Slow(taken).start().recipient(), 2);

    assert!(inbox.offer(1).is_ok());
    assert!(inbox.offer(2).is_ok());
    assert_eq!(inbox.offer(3), Err(Full { limit: 2 }));

    let first = work.recv().await.unwrap();
    assert_eq!((first.event, inbox.depth()), (1, 2));
    drop(first);
    assert_eq!(inbox.depth(), 1);
    assert!(inbox.offer(4).is_ok());
}
