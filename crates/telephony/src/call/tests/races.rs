//! What comes late, twice, or in the wrong order.

use super::*;

fn timer_is_armed(phone: &Phone, timer: TimerKey) -> bool {
    phone.call.timers.contains(&timer)
}

#[test]
fn no_room_is_said_with_a_time_to_come_back() {
    let mut phone = Phone::rings();
    let effects = phone.give(Event::MediaRefused { leg: CALLER, why: MediaRefusal::NoRoom });

    let Effect::Reject { status: 503, retry_after: Some(after), .. } = effects[0] else {
        panic!("{effects:?}")
    };
    assert!(RETRY_AFTER_SECONDS.contains(&after.as_secs()));
}

#[test]
fn a_caller_who_cancels_is_not_answered_and_nothing_stays_open() {
    let mut phone = Phone::rings();
    phone.give(Event::Cancelled { leg: CALLER });
    let late = phone.give(Event::MediaReady { leg: CALLER, sdp: "answer".into() });

    assert_eq!(late, vec![]);
    assert_eq!(phone.ended().outcome, Outcome::Cancelled);
    assert!(phone.effects.contains(&Effect::CloseMedia { leg: CALLER }));
    assert!(!phone.effects.iter().any(|effect| matches!(effect, Effect::Reject { .. } | Effect::Bye { .. })));
}

#[test]
fn an_offer_left_to_us_is_answered_in_the_ack() {
    let mut phone = Phone::rings_with(None);
    phone.give(Event::MediaReady { leg: CALLER, sdp: "our offer".into() });

    let effects = phone.give(Event::Acked { leg: CALLER, answer_sdp: Some("answer".into()) });

    assert!(effects.contains(&Effect::ApplyAnswer { leg: CALLER, sdp: "answer".into() }));
    let mut silent = Phone::rings_with(None);
    silent.give(Event::MediaReady { leg: CALLER, sdp: "our offer".into() });
    let effects = silent.give(Event::Acked { leg: CALLER, answer_sdp: None });
    assert!(effects.contains(&Effect::Bye { leg: CALLER }));
}

#[test]
fn an_answer_that_is_never_confirmed_ends() {
    let mut phone = Phone::rings();
    phone.give(Event::MediaReady { leg: CALLER, sdp: "answer".into() });

    let effects = phone.after(32).give(Event::Timer(TimerKey::Ack));

    assert!(effects.contains(&Effect::Bye { leg: CALLER }));
    assert_eq!(phone.ended().outcome, Outcome::Failed);
}

/// The operator accepted in the same moment in which the caller hung up.
#[test]
fn an_operator_who_accepts_too_late_is_freed() {
    let refused = vec![Effect::RefuseConnect { offer: OFFER, operator: OLGA }];

    let mut gone = Phone::rings().waiting();
    gone.give(Event::HungUp { leg: CALLER });
    assert_eq!(gone.accepts(OLGA, DESK), refused);

    let mut overflowed = Phone::rings().waiting();
    overflowed.give(Event::Timer(TimerKey::Flow(flow::TimerKey::WaitMax)));
    assert_eq!(overflowed.accepts(OLGA, DESK), refused);

    let mut taken = Phone::rings().talking();
    let second = taken.accepts(PETR, DESK_AGAIN);
    assert_eq!(second, vec![Effect::RefuseConnect { offer: OFFER, operator: PETR }]);
}

#[test]
fn keys_pressed_ahead_are_taken_by_the_question_that_follows() {
    let mut phone = Phone::rings().answered();
    phone.give(Event::CallerUnknown);

    let effects = phone.give(Event::Digit { leg: CALLER, digit: '1' });

    assert!(effects.iter().any(|effect| matches!(effect, Effect::Enqueue { .. })), "{effects:?}");
    assert!(!timer_is_armed(&phone, TimerKey::Digits));
}

#[test]
fn silence_after_the_question_is_counted_from_its_end() {
    let mut phone = Phone::rings().answered();
    phone.give(Event::CallerUnknown);
    phone.hears_it_out();
    assert!(!timer_is_armed(&phone, TimerKey::Digits), "the question is being said");

    phone.hears_it_out();
    assert!(timer_is_armed(&phone, TimerKey::Digits));
    phone.give(Event::Timer(TimerKey::Digits));
    phone.hears_it_out();
    phone.give(Event::Timer(TimerKey::Digits));

    assert_eq!((phone.ended().outcome, phone.ended().by), (Outcome::ServedByFlow, EndedBy::System));
}

#[test]
fn a_prompt_that_never_ends_counts_as_heard() {
    let mut phone = Phone::rings().answered();
    phone.give(Event::CallerUnknown);

    let effects = phone.give(Event::Timer(TimerKey::Play));

    assert!(
        effects.iter().any(|effect| matches!(effect, Effect::Play { .. })),
        "the menu follows: {effects:?}"
    );
}

#[test]
fn a_phone_that_holds_from_its_side_is_answered_and_a_second_offer_waits() {
    let mut phone = Phone::rings().talking();
    let reoffer = || Event::Reoffered { leg: CALLER, sdp: Some("sendonly".into()) };
    assert_eq!(
        phone.give(reoffer()),
        vec![Effect::Renegotiate { leg: CALLER, offer: Some("sendonly".into()) }]
    );

    let early = phone.give(reoffer());
    assert!(matches!(early[..], [Effect::RejectReoffer { status: 500, retry_after: Some(_), .. }]));
    let done = phone.give(Event::MediaRenegotiated { leg: CALLER, sdp: "recvonly".into() });
    assert_eq!(done, vec![Effect::AnswerReoffer { leg: CALLER, sdp: "recvonly".into() }]);

    phone.give(reoffer());
    let why = MediaRefusal::NoCommonCodec;
    let refused = phone.give(Event::MediaRefused { leg: CALLER, why });
    assert_eq!(refused, vec![Effect::RejectReoffer { leg: CALLER, status: 488, retry_after: None }]);
    assert_eq!(phone.call.phase().0, Phase::Talking, "the call goes on as it was");
}

#[test]
fn a_mute_survives_a_reload_and_ends_with_the_call() {
    let mut phone = Phone::rings().talking();
    phone.give(Event::Command { operator: OLGA, command: Command::Mute { on: true } });
    phone.give(Event::OperatorAway { operator: OLGA });

    let back = phone.give(Event::OperatorBack { operator: OLGA, operator_leg: DESK_AGAIN });
    assert_eq!(back[1], Effect::MuteLeg { leg: DESK_AGAIN, on: true }, "before the bridge: {back:?}");

    let ended = phone.give(Event::HungUp { leg: CALLER });
    assert!(ended.contains(&Effect::MuteLeg { leg: DESK_AGAIN, on: false }));
}

#[test]
fn a_held_caller_is_still_held_after_a_reload() {
    let mut phone = Phone::rings().talking();
    phone.give(Event::Command { operator: OLGA, command: Command::Hold });
    phone.give(Event::OperatorAway { operator: OLGA });

    let back = phone.give(Event::OperatorBack { operator: OLGA, operator_leg: DESK_AGAIN });
    assert!(!back.iter().any(|effect| matches!(effect, Effect::Bridge { .. })), "{back:?}");

    let resumed = phone.give(Event::Command { operator: OLGA, command: Command::Resume });
    assert!(resumed.contains(&Effect::Bridge { a: CALLER, b: DESK_AGAIN }));
}

#[test]
fn flows_that_send_a_call_round_end_it() {
    let mut phone = Phone::rings().answered();
    phone.give(Event::CallerUnknown);
    let mut rounds = 0;
    while !phone.call.is_finished() && rounds < 100 {
        phone.give(Event::Digit { leg: CALLER, digit: '3' });
        phone.give(Event::EnqueueRefused { why: LeftBecause::Full });
        phone.give(Event::CallerUnknown);
        rounds += 1;
    }
    assert_eq!(rounds, TRANSFERS_MAX / 2 + 1);
}

#[test]
fn a_server_that_stops_refuses_who_rings_and_gives_the_others_a_while() {
    let mut ringing = Phone::rings();
    let drain = Event::Drain { within: Duration::from_secs(30) };
    assert!(matches!(ringing.give(drain.clone())[0], Effect::Reject { status: 503, .. }));

    let mut talking = Phone::rings().talking();
    talking.give(drain);
    assert_eq!(talking.call.phase().0, Phase::Talking);
    talking.after(30).give(Event::Timer(TimerKey::Drain));
    assert_eq!((talking.ended().outcome, talking.ended().by), (Outcome::Served, EndedBy::System));
}

#[test]
fn a_recording_that_is_never_stored_does_not_keep_the_call() {
    let mut phone = Phone::rings().talking();
    phone.give(Event::HungUp { leg: CALLER });
    assert!(!phone.call.is_finished());

    assert_eq!(phone.after(30).give(Event::Timer(TimerKey::RecordingStored)), vec![Effect::Finished]);
}

#[test]
fn a_caller_who_is_lost_while_waiting_is_abandoned_and_one_who_overflows_is_not() {
    let mut lost = Phone::rings().waiting();
    let effects = lost.give(Event::MediaTimedOut { leg: CALLER });
    assert!(effects.contains(&Effect::LeaveQueue { queue: Some(SERVICES), abandoned: true }));
    assert_eq!(lost.ended().outcome, Outcome::Abandoned);

    let mut overflows = Phone::rings().waiting();
    let effects = overflows.give(Event::Timer(TimerKey::Flow(flow::TimerKey::WaitMax)));
    assert!(effects.contains(&Effect::LeaveQueue { queue: Some(SERVICES), abandoned: false }));
    overflows.hears_it_out();
    assert_eq!((overflows.ended().outcome, overflows.ended().by), (Outcome::Unserved, EndedBy::System));
}

#[test]
fn the_caller_may_fall_silent_and_so_may_the_desk() {
    let mut caller = Phone::rings().talking();
    caller.give(Event::MediaTimedOut { leg: CALLER });
    assert_eq!(caller.ended().by, EndedBy::System);

    let mut desk = Phone::rings().talking();
    desk.give(Event::MediaTimedOut { leg: DESK });
    assert_eq!(desk.call.phase().0, Phase::Away);
    desk.give(Event::Timer(TimerKey::Away));
    assert_eq!(desk.call.phase().0, Phase::Waiting);
}
