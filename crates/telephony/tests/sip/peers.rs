//! Real peers: SIPp runs the scenarios of `tests/sipp` against the edge.

use crate::support::{NUMBER, Phone, Rig, SDP, digest_book, open_book, settings};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use telephony::sip::client::{CallError, CallRequest, SipClient};
use telephony::sip::{LiveTrunkBook, SipCommand, SipEvent, SipHandle};
use tokio::sync::mpsc;

/// What the call side does with a call.
#[derive(Clone, Copy, PartialEq)]
enum Plan {
    RingAndAnswer,
    Ring,
    AnswerAndHangUp,
}

/// A call side that follows a plan until it is dropped.
struct Handler(Arc<AtomicBool>);

impl Handler {
    fn start(handle: SipHandle, mut events: mpsc::Receiver<SipEvent>, plan: Plan) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                let Ok(event) = events.try_recv() else {
                    std::thread::sleep(Duration::from_millis(1));
                    continue;
                };
                follow(&handle, event, plan);
            }
        });
        Self(stop)
    }
}

impl Drop for Handler {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn follow(handle: &SipHandle, event: SipEvent, plan: Plan) {
    let command = match event {
        SipEvent::Incoming(call) => {
            let leg = call.leg;
            handle.send(SipCommand::Ringing { leg }).ok();
            if plan == Plan::Ring {
                return;
            }
            SipCommand::Answer { leg, sdp: SDP.to_owned() }
        }
        SipEvent::Acked { leg, .. } if plan == Plan::AnswerAndHangUp => SipCommand::Bye { leg, cause: None },
        SipEvent::Reoffered { leg, .. } => SipCommand::AnswerReoffer { leg, sdp: SDP.to_owned() },
        _ => return,
    };
    handle.send(command).ok();
}

fn take(rig: &mut Rig, plan: Plan) -> Handler {
    let (_, nothing) = mpsc::channel(1);
    Handler::start(rig.handle.clone(), std::mem::replace(&mut rig.events, nothing), plan)
}

fn sipp(rig: &Rig, scenario: &str, transport: &str, number: &str, calls: u32) {
    let port = if transport == "t1" { rig.tcp() } else { rig.udp() };
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("sipp")
        .current_dir(folder.path())
        .arg("-sf")
        .arg(format!("{}/tests/sipp/{scenario}.xml", env!("CARGO_MANIFEST_DIR")))
        .args(["-i", "127.0.0.1", "-t", transport, "-m", &calls.to_string(), "-r", "50", "-s", number])
        .args(["-timeout", "20", "-timeout_error", "-nostdin", "-trace_err", "-error_file", "errors.log"])
        .arg(port.to_string())
        .stdin(Stdio::null())
        .output()
        .expect("sipp is installed: apt install sip-tester");
    let errors = std::fs::read_to_string(folder.path().join("errors.log")).unwrap_or_default();
    assert!(output.status.success(), "{scenario}: {}\n{errors}", String::from_utf8_lossy(&output.stderr));
}

fn run(scenario: &str, transport: &str, plan: Plan) {
    let mut rig = Rig::open();
    let _handler = take(&mut rig, plan);

    sipp(&rig, scenario, transport, NUMBER, 5);

    rig.until_no_legs();
}

/// CC-TEL-01
#[test]
fn sipp_calls_over_udp() {
    run("answer", "u1", Plan::RingAndAnswer);
}

/// CC-TEL-01
#[test]
fn sipp_calls_over_tcp() {
    run("answer", "t1", Plan::RingAndAnswer);
}

#[test]
fn sipp_is_hung_up_on_over_udp_and_tcp() {
    run("far_hang_up", "u1", Plan::AnswerAndHangUp);
    run("far_hang_up", "t1", Plan::AnswerAndHangUp);
}

#[test]
fn sipp_cancels() {
    run("cancel", "u1", Plan::Ring);
}

#[test]
fn sipp_dials_a_number_that_is_not_ours() {
    let rig = Rig::open();
    sipp(&rig, "unknown_number", "u1", "+998710000000", 1);
}

#[test]
fn sipp_refreshes_its_session() {
    run("session_timer", "u1", Plan::RingAndAnswer);
}

#[test]
fn sipp_requires_reliable_ringing() {
    run("prack", "u1", Plan::RingAndAnswer);
}

#[test]
fn sipp_holds_and_resumes() {
    run("hold", "u1", Plan::RingAndAnswer);
    run("hold", "t1", Plan::RingAndAnswer);
}

/// CC-TEL-01: a digest trunk.
#[test]
fn sipp_proves_itself_by_password() {
    let mut rig = Rig::start(settings(), LiveTrunkBook::new(digest_book()));
    let _handler = take(&mut rig, Plan::RingAndAnswer);

    sipp(&rig, "digest", "u1", NUMBER, 3);
}

#[test]
fn sipp_finds_all_lines_busy() {
    let mut rig = Rig::start(settings(), LiveTrunkBook::new(open_book(1)));
    Phone::new(rig.udp()).call(&mut rig, "");

    sipp(&rig, "no_room", "u1", NUMBER, 3);
}

fn caller(rig: &Rig, number: &str) -> CallRequest {
    CallRequest {
        to: format!("sip:{number}@{}", rig.udp()),
        from: "sip:+998901234567@127.0.0.1".to_owned(),
        display: Some("Anna".to_owned()),
        offer: SDP.to_owned(),
        credential: None,
    }
}

async fn client() -> SipClient {
    SipClient::bind("127.0.0.1:0".parse().unwrap(), "demo").await.unwrap()
}

#[tokio::test]
async fn our_own_caller_calls_sends_a_digit_and_hangs_up() {
    let mut rig = Rig::open();
    let _handler = take(&mut rig, Plan::RingAndAnswer);
    let client = client().await;

    let call = client.call(caller(&rig, NUMBER)).await.unwrap();
    assert_eq!(call.answer, SDP);
    call.digit('5').await.unwrap();
    call.hang_up().await.unwrap();

    rig.until_no_legs();
    let refused = client.call(caller(&rig, "+998710000000")).await.unwrap_err();
    assert!(matches!(refused, CallError::Refused(404)), "{refused}");
    assert_eq!(client.calls(), 0);
    drop(tokio::task::spawn_blocking(move || drop(rig)).await);
}

#[tokio::test]
async fn our_own_caller_proves_itself_and_hears_the_far_end_hang_up() {
    let mut rig = Rig::start(settings(), LiveTrunkBook::new(digest_book()));
    let _handler = take(&mut rig, Plan::AnswerAndHangUp);
    let client = client().await;
    let credential = Some(("carrier".to_owned(), "s3cret".to_owned()));

    let mut call = client.call(CallRequest { credential, ..caller(&rig, NUMBER) }).await.unwrap();
    tokio::time::timeout(crate::support::PATIENCE, call.ended()).await.unwrap();

    assert_eq!(client.calls(), 0);
    drop(tokio::task::spawn_blocking(move || drop(rig)).await);
}
