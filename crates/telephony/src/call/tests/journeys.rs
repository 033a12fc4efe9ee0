//! Whole calls, as the log tells them.

use super::*;

/// CC-IN-01, CC-TEL-01, CC-TEL-02
#[test]
fn a_caller_goes_through_the_menu_and_the_queue_to_an_operator_who_holds_resumes_mutes_and_ends() {
    let mut phone = Phone::rings().answered();
    phone.give(Event::CallerFound(anna()));
    phone.after(3).hears_it_out();
    phone.after(2).give(Event::Digit { leg: CALLER, digit: '1' });
    phone.give(Event::Enqueued { queue: SERVICES });
    phone.after(30).give(Event::Timer(TimerKey::Flow(flow::TimerKey::Announce)));
    phone.give(Event::Position { queue: SERVICES, position: 2, estimated_wait: None });
    phone.after(4).hears_it_out();
    phone.after(6).accepts(OLGA, DESK);
    phone.after(10).give(Event::Command { operator: OLGA, command: Command::Hold });
    phone.after(5).give(Event::Command { operator: OLGA, command: Command::Resume });
    phone.after(5).give(Event::Command { operator: OLGA, command: Command::Mute { on: true } });
    phone.give(Event::Command { operator: OLGA, command: Command::Mute { on: false } });
    phone.after(5).give(Event::Command { operator: OLGA, command: Command::HangUp });
    phone.after(1).stores_recordings();

    insta::assert_snapshot!(phone.log());
    let ended = phone.ended();
    assert_eq!((ended.outcome, ended.by), (Outcome::Served, EndedBy::Operator));
    let seconds = [ended.in_flow, ended.waited, ended.talked, ended.held].map(|time| time.as_secs());
    assert_eq!(seconds, [5, 40, 20, 5]);
    assert!(phone.call.is_finished());
}

#[test]
fn a_caller_who_hangs_up_in_the_queue_is_abandoned() {
    let mut phone = Phone::rings().waiting();
    phone.after(42).give(Event::HungUp { leg: CALLER });

    insta::assert_snapshot!(phone.log());
    assert_eq!((phone.ended().outcome, phone.ended().waited.as_secs()), (Outcome::Abandoned, 42));
}

#[test]
fn an_operator_who_reloads_gets_the_call_back_on_the_new_leg() {
    let mut phone = Phone::rings().talking();
    phone.after(10).give(Event::OperatorAway { operator: OLGA });
    phone.after(4).give(Event::OperatorBack { operator: OLGA, operator_leg: DESK_AGAIN });
    phone.after(10).give(Event::HungUp { leg: CALLER });
    phone.stores_recordings();

    let log = phone.log();
    insta::assert_snapshot!(log[log.find("OperatorAway").unwrap()..]);
    let ended = phone.ended();
    assert_eq!((ended.by, ended.talked.as_secs(), ended.held.as_secs()), (EndedBy::Caller, 20, 4));
}

#[test]
fn an_operator_who_does_not_come_back_costs_the_caller_no_place_in_the_line() {
    let mut phone = Phone::rings().talking();
    phone.after(10).give(Event::OperatorAway { operator: OLGA });
    phone.after(30).give(Event::OperatorLost { operator: OLGA });
    phone.give(Event::Enqueued { queue: SERVICES });
    phone.after(5).accepts(PETR, DESK_AGAIN);
    phone.after(60).give(Event::Command { operator: PETR, command: Command::HangUp });
    phone.stores_recordings();

    let log = phone.log();
    insta::assert_snapshot!(log[log.find("OperatorLost").unwrap()..]);
    assert_eq!(phone.ended().operator, Some(PETR));
}

#[test]
fn a_caller_without_a_codec_of_ours_gets_488() {
    let mut phone = Phone::rings();
    phone.give(Event::MediaRefused { leg: CALLER, why: MediaRefusal::NoCommonCodec });

    insta::assert_snapshot!(phone.log());
}
