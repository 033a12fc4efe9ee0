use super::*;
use actix::{Actor, Context, Handler};
use tokio_tungstenite::tungstenite::protocol::Role;

/// A desk whose actor ends with the first command, as at a sign-out: answered, then gone.
struct LeavingDesk {
    newer: Option<oneshot::Sender<()>>,
}

impl Actor for LeavingDesk {
    type Context = Context<Self>;
}

impl Handler<DeskAsk> for LeavingDesk {
    type Result = ();

    fn handle(&mut self, ask: DeskAsk, _ctx: &mut Context<Self>) {
        match ask {
            DeskAsk::Attached { taken_over, .. } => self.newer = Some(taken_over),
            DeskAsk::Detached { .. } => {}
            DeskAsk::Command { reply, .. } => {
                self.newer = None;
                reply.send(Ok(Value::Null)).unwrap();
            }
        }
    }
}

fn rights() -> Rights {
    let topic = Topic::new("desk", "1", chrono::DateTime::UNIX_EPOCH);
    let desk = Desk { topic: topic.clone(), asks: LeavingDesk { newer: None }.start().recipient() };
    Rights {
        topics: BTreeMap::from([("desk", topic)]),
        desk: Some((OperatorId::from_uuid(Uuid::from_u128(1)), desk)),
        still: Box::new(|| Box::pin(async { true })),
    }
}

#[actix_rt::test]
async fn a_sign_out_is_answered_before_the_socket_of_the_closed_desk_ends() {
    let (ours, theirs) = tokio::io::duplex(4096);
    let server = WebSocketStream::from_raw_socket(ours, Role::Server, None).await;
    let mut client = WebSocketStream::from_raw_socket(theirs, Role::Client, None).await;
    let (beats, heard) = broadcast::channel(4);
    let served = actix_rt::spawn(Socket::new(server, rights(), Acks::default()).serve(heard, 7));

    let id = Uuid::from_u128(2);
    let command = json!({"type": "command", "id": id, "name": "presence.sign_out", "args": {}});
    client.send(Message::text(command.to_string())).await.unwrap();

    let answer: Value =
        serde_json::from_str(client.next().await.unwrap().unwrap().to_text().unwrap()).unwrap();
    assert_eq!(answer, json!({"type": "ack", "id": id}));
    let Message::Close(Some(close)) = client.next().await.unwrap().unwrap() else {
        panic!("it is not closed")
    };
    assert_eq!(close.code, CloseCode::Restart);
    served.await.unwrap();
    drop(beats);
}

/// The rights are asked for again while the database is away: screens and commands go on meanwhile.
#[actix_rt::test]
async fn a_socket_goes_on_while_nobody_answers_whether_it_may() {
    let (ours, theirs) = tokio::io::duplex(4096);
    let server = WebSocketStream::from_raw_socket(ours, Role::Server, None).await;
    let mut client = WebSocketStream::from_raw_socket(theirs, Role::Client, None).await;
    let (beats, heard) = broadcast::channel(4);
    let unanswered = Rights { still: Box::new(|| Box::pin(std::future::pending())), ..rights() };
    actix_rt::spawn(Socket::new(server, unanswered, Acks::default()).serve(heard, 7));

    for beat in 1..=RECHECK_BEATS + 2 {
        beats.send(Bytes::from(beat.to_string())).unwrap();
        let frame = tokio::time::timeout(Duration::from_secs(5), client.next()).await.unwrap();
        assert_eq!(frame.unwrap().unwrap().to_text().unwrap(), beat.to_string());
    }
}

#[actix_rt::test]
async fn a_socket_ends_when_it_may_not_stay() {
    let (ours, theirs) = tokio::io::duplex(4096);
    let server = WebSocketStream::from_raw_socket(ours, Role::Server, None).await;
    let mut client = WebSocketStream::from_raw_socket(theirs, Role::Client, None).await;
    let (beats, heard) = broadcast::channel(4);
    let ended = Rights { still: Box::new(|| Box::pin(async { false })), ..rights() };
    actix_rt::spawn(Socket::new(server, ended, Acks::default()).serve(heard, 7));

    for _ in 0..RECHECK_BEATS {
        beats.send(Bytes::from_static(b"beat")).unwrap();
        client.next().await.unwrap().unwrap();
    }

    let Message::Close(Some(close)) = client.next().await.unwrap().unwrap() else {
        panic!("it is not closed")
    };
    assert_eq!(close.code, CloseCode::from(NOT_ALLOWED));
}
