use super::*;
use bytes::Bytes;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_442_000, 0).unwrap()
}

/// The outcomes of a message of so many parts with these answers, in order.
fn outcomes(answers: &[(u64, Answer)], parts: usize) -> Vec<Outcome> {
    let mut deliveries = Deliveries::default();
    deliveries.begin(MessageId::from_uuid(uuid::Uuid::nil()), 2, vec![Bytes::new(); parts]);
    answers
        .iter()
        .filter_map(|(tag, answer)| deliveries.answered(now(), IdForm::Hexadecimal, *tag, answer.clone()))
        .collect()
}

fn taken(id: &str) -> Answer {
    Answer::Taken(Some(id.to_owned()))
}

/// A message has one outcome, when the last of its parts is answered.
#[test]
fn a_message_is_sent_when_every_part_is_taken() {
    let sent = outcomes(&[(1, taken("0B")), (0, taken("a"))], 2);

    let ids: Vec<Option<&str>> = sent[0].taken.iter().map(|t| t.provider_id.as_deref()).collect();
    assert_eq!((sent.len(), &sent[0].verdict), (1, &Verdict::Sent));
    assert_eq!(ids, [Some("10"), Some("11")]);
}

#[test]
fn a_refused_part_fails_the_message_and_an_unknown_one_makes_it_unknown_until_the_answer_comes() {
    let failed = outcomes(&[(0, taken("1")), (1, Answer::Refused(0x45))], 2);
    let unknown = outcomes(&[(0, Answer::Unknown), (0, taken("1"))], 1);

    assert!(matches!(&failed[0].verdict, Verdict::Failed { code: Some(code), .. } if code == "0x00000045"));
    assert!(matches!(unknown[0].verdict, Verdict::Unknown { .. }));
    assert_eq!(unknown[1].verdict, Verdict::Sent);
}

#[test]
fn what_was_not_handed_over_goes_back_and_a_busy_centre_is_given_time() {
    let returned = outcomes(&[(0, Answer::Returned)], 1);
    let busy = outcomes(&[(0, Answer::Busy(0x58))], 1);
    let half = outcomes(&[(0, taken("1")), (1, Answer::Returned)], 2);
    let due = |outcome: &Outcome| match &outcome.verdict {
        Verdict::Retry(retry) => retry.due_at - now(),
        other => panic!("{other:?}"),
    };

    assert_eq!(due(&returned[0]), TimeDelta::zero());
    assert_eq!(due(&busy[0]), TimeDelta::seconds(60));
    assert!(matches!(half[0].verdict, Verdict::Unknown { .. }));
}
