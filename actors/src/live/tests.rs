use super::*;
use proptest::prelude::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600 + seconds, 0).unwrap()
}

fn parsed(frame: &Bytes) -> Value {
    serde_json::from_slice(frame).unwrap()
}

/// Live values: objects of objects without null, as the boards have them.
fn any_live() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![any::<bool>().prop_map(Value::from), (0..5).prop_map(Value::from)];
    let tree = leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            proptest::collection::btree_map("[abc]", inner.clone(), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            proptest::collection::vec(inner, 0..3).prop_map(Value::Array),
        ]
    });
    proptest::collection::btree_map("[abc]", tree, 0..4).prop_map(|m| Value::Object(m.into_iter().collect()))
}

proptest! {
    #[test]
    fn a_client_that_applies_every_difference_sees_the_present_value(values in proptest::collection::vec(any_live(), 1..20)) {
        let topic = Topic::new("board", "e1", at(0));
        let mut subscription = topic.subscribe(None);
        let mut seen = parsed(&subscription.first[0])["data"].clone();

        for (second, value) in (0_i64..).zip(&values) {
            topic.publish(at(second), value.clone());
            while let Ok(frame) = subscription.frames.try_recv() {
                json_patch::merge(&mut seen, &parsed(&frame.text)["patch"]);
            }
            prop_assert_eq!(&seen, value);
        }
    }

    #[test]
    fn a_socket_that_resumes_hears_exactly_what_it_missed(count in 1_u64..400, heard in 0_u64..400) {
        let heard = heard.min(count);
        let topic = Topic::new("board", "e1", at(0));
        for n in 1..=count {
            topic.publish(at(0), json!({"n": n}));
        }

        let first = topic.subscribe(Some(&Resume { epoch: "e1".into(), seq: heard })).first;

        let missed = count - heard;
        if missed <= 256 {
            prop_assert_eq!(u64::try_from(first.len()).unwrap(), missed);
            prop_assert!(first.iter().zip(heard + 1..).all(|(frame, seq)| parsed(frame)["seq"] == json!(seq)));
        } else {
            prop_assert_eq!(&parsed(&first[0])["type"], "snapshot");
        }
    }
}

#[test]
fn an_equal_value_sends_nothing_and_null_means_absent() {
    let topic = Topic::new("desk", "e1", at(0));

    assert!(topic.publish(at(1), json!({"offer": {"id": 1}, "contact": null})));
    assert!(!topic.publish(at(2), json!({"offer": {"id": 1}})));
    assert!(topic.publish(at(3), json!({})));

    let frames = topic.subscribe(Some(&Resume { epoch: "e1".into(), seq: 1 })).first;
    assert_eq!(parsed(&frames[0])["patch"], json!({"offer": null}));
}

#[test]
fn another_life_of_the_topic_starts_with_a_snapshot() {
    let topic = Topic::new("desk", "e2", at(0));
    topic.publish(at(1), json!({"a": 1}));

    let first = topic.subscribe(Some(&Resume { epoch: "e1".into(), seq: 1 })).first;

    assert_eq!(parsed(&first[0])["type"], "snapshot");
    assert_eq!(parsed(&first[0])["data"], json!({"a": 1}));
}
