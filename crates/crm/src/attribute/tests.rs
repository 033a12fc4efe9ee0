use super::*;
use crate::viewer::Viewer;
use base::Locale;
use chrono::DateTime;
use serde_json::{Value, json};
use uuid::Uuid;

fn role(n: u128) -> RoleId {
    RoleId::from_uuid(Uuid::from_u128(n))
}

fn title(text: &str) -> LocalText {
    LocalText([(Locale::En, text.to_owned())].into())
}

pub(crate) fn attribute(key: &str, value_type: AttributeType) -> Attribute {
    let moment = DateTime::from_timestamp(1_795_341_600, 0).unwrap();
    let choices = ["basic", "gold"].map(|value| Choice { value: value.to_owned(), title: title(value) });
    let chooses = matches!(value_type, AttributeType::Choice | AttributeType::Choices);
    Attribute {
        id: AttributeId::from_uuid(Uuid::nil()),
        fields: AttributeFields {
            of: CUSTOMER.to_owned(),
            key: key.to_owned(),
            title: title(key),
            value_type,
            unit: None,
            choices: if chooses { choices.to_vec() } else { Vec::new() },
            link_to: (value_type == AttributeType::Link).then(|| CUSTOMER.to_owned()),
            required: false,
            unique: false,
            searchable: false,
            indexed: false,
            readers: None,
            editors: None,
            position: 0,
        },
        built_in: false,
        builds: Vec::new(),
        created_at: moment,
        updated_at: moment,
        version: 1,
    }
}

fn stored(value_type: AttributeType, value: &Value) -> Result<Option<Value>, String> {
    one_checked(&attribute("x", value_type), value, None).map_err(|fault| fault.detail)
}

fn object(value: Value) -> Values {
    value.as_object().unwrap().clone()
}

/// UMS-ENT-05: each type has one stored form, and takes nothing else.
#[test]
fn values_are_brought_into_one_form_by_their_type() {
    use AttributeType::{
        Boolean, Choice, Choices, Date, Datetime, Decimal, Email, Link, Number, Phone, Text, Url,
    };
    let id = "01900000-0000-7000-8000-000000000001";
    for (value_type, given, kept) in [
        (Text, json!("  two words "), json!("two words")),
        (Text, json!("   "), Value::Null),
        (Number, json!(42), json!(42)),
        (Number, json!("42"), json!(42)),
        (Decimal, json!("1250.50"), json!(1250.5)),
        (Decimal, json!(0.1), json!(0.1)),
        (Decimal, json!("70000.00"), json!(70000)),
        (Decimal, json!(-3), json!(-3)),
        (Boolean, json!(false), json!(false)),
        (Date, json!("2026-02-28"), json!("2026-02-28")),
        (Datetime, json!("2026-11-27T14:30:00+05:00"), json!("2026-11-27T09:30:00.000Z")),
        (Choice, json!("gold"), json!("gold")),
        (Choices, json!(["gold", "basic"]), json!(["gold", "basic"])),
        (Choices, json!([]), Value::Null),
        (Phone, json!(" +998901234567"), json!("+998901234567")),
        (Email, json!("Anna@Example.com"), json!("anna@example.com")),
        (Url, json!("https://example.com/a?b=c"), json!("https://example.com/a?b=c")),
        (Link, json!(id), json!(id)),
    ] {
        let expected = if kept.is_null() { None } else { Some(kept) };
        assert_eq!(stored(value_type, &given), Ok(expected), "{value_type:?} {given}");
    }
    for (value_type, given) in [
        (Text, json!(1)),
        (Text, json!("a\0b")),
        (Text, json!("x".repeat(1_000_000))),
        (Text, json!("ш".repeat(4_001))),
        (Number, json!(1.5)),
        (Number, json!(9_007_199_254_740_992_i64)),
        (Number, json!(true)),
        (Decimal, json!("1e300")),
        (Decimal, json!("1234567890.1234567")),
        (Decimal, json!("NaN")),
        (Decimal, json!(".5")),
        (Boolean, json!("true")),
        (Date, json!("2026-02-30")),
        (Date, json!("28.02.2026")),
        (Datetime, json!("2026-11-27T14:30:00")),
        (Choice, json!("platnum")),
        (Choice, json!(["gold"])),
        (Choices, json!("gold")),
        (Choices, json!(["gold", "gold"])),
        (Phone, json!("90 123")),
        (Email, json!("anna")),
        (Url, json!("javascript:alert(1)")),
        (Url, json!("https://")),
        (Link, json!("gold")),
        (Text, json!({ "a": [1] })),
    ] {
        assert!(stored(value_type, &given).is_err(), "{value_type:?} took {:.60}", given.to_string());
    }
}

#[test]
fn a_choice_that_was_taken_out_of_the_list_stays_where_it_is() {
    let tier = attribute("tier", AttributeType::Choice);

    assert_eq!(one_checked(&tier, &json!("bronze"), Some(&json!("bronze"))), Ok(Some(json!("bronze"))));
    let refused = one_checked(&tier, &json!("bronze"), Some(&json!("gold"))).unwrap_err();

    assert_eq!(
        (refused.pointer.as_str(), refused.detail.as_str()),
        ("/attributes/tier", "must be one of: basic, gold")
    );
}

/// UMS-ENT-05, KAM-GEN-08: who may see and change an attribute, by role.
#[test]
fn what_is_not_seen_is_kept_and_what_is_only_seen_does_not_change() {
    let (seer, doctor, other) = (role(1), role(2), role(3));
    let mut secret = attribute("diagnosis", AttributeType::Text);
    secret.fields.readers = Some(vec![seer]);
    secret.fields.editors = Some(vec![doctor]);
    let attributes = [attribute("note", AttributeType::Text), secret];
    let before = object(json!({ "note": "old", "diagnosis": "flu" }));
    let change = |given: Value, viewer: &Viewer| checked(&attributes, &before, &object(given), viewer);
    let (nobody, reader, editor) =
        (Viewer::with([other]), Viewer::with([seer]), Viewer::with([doctor, other]));

    assert_eq!(change(json!({}), &nobody), Ok(object(json!({ "diagnosis": "flu" }))));
    assert_eq!(
        change(json!({ "note": "new", "diagnosis": "flu" }), &reader),
        Ok(object(json!({ "note": "new", "diagnosis": "flu" })))
    );
    assert_eq!(change(json!({ "note": "new" }), &editor), Ok(object(json!({ "note": "new" }))));
    let unseen = change(json!({ "diagnosis": "flu" }), &nobody).unwrap_err();
    assert_eq!(unseen[0].detail, "there is no such attribute; there are: note");
    let unchanged = change(json!({ "diagnosis": "cold" }), &reader).unwrap_err();
    assert_eq!((unchanged.len(), unchanged[0].pointer.as_str()), (1, "/attributes/diagnosis"));
    assert_eq!(shown(&attributes, &before, &nobody), object(json!({ "note": "old" })));
    assert_eq!(shown(&attributes, &before, &reader), before);
    assert_eq!(shown(&attributes, &before, &editor), before);
    assert_eq!(shown(&attributes, &before, &Viewer::Server), before);
}

#[test]
fn unknown_and_missing_values_are_named_and_an_answer_stays_short() {
    let mut required = attribute("imei", AttributeType::Text);
    required.fields.required = true;
    let many: Values = (0..1_000).map(|n| (format!("{}/{n}", "k".repeat(1_000)), json!(1))).collect();

    let missing = checked(&[required.clone()], &Values::new(), &Values::new(), &Viewer::Server).unwrap_err();
    let unknown = checked(&[required], &Values::new(), &many, &Viewer::Server).unwrap_err();

    assert_eq!(
        (missing[0].pointer.as_str(), missing[0].detail.as_str()),
        ("/attributes/imei", "is required")
    );
    assert_eq!(unknown.len(), 50);
    assert!(unknown.iter().all(|fault| fault.pointer.len() < 100));
}

#[test]
fn a_definition_that_makes_no_sense_is_refused_at_its_field() {
    let faults = |change: &dyn Fn(&mut AttributeFields)| {
        let mut fields = attribute("tier", AttributeType::Choice).fields;
        change(&mut fields);
        fields.faults().into_iter().map(|fault| fault.pointer).collect::<Vec<_>>()
    };

    assert_eq!(faults(&|_| ()), Vec::<String>::new());
    assert_eq!(faults(&|fields| fields.key = "Tier".to_owned()), ["/key"]);
    assert_eq!(faults(&|fields| fields.key = "name".to_owned()), ["/key"]);
    assert_eq!(faults(&|fields| fields.key = "x'); drop table crm.customer; --".to_owned()), ["/key"]);
    assert_eq!(faults(&|fields| fields.title = LocalText::default()), ["/title"]);
    assert_eq!(faults(&|fields| fields.choices.clear()), ["/choices"]);
    assert_eq!(faults(&|fields| fields.choices.swap(0, 1)), Vec::<String>::new());
    assert_eq!(faults(&|fields| fields.choices = vec![fields.choices[0].clone(); 2]), ["/choices/1/value"]);
    assert_eq!(faults(&|fields| fields.link_to = Some(CUSTOMER.to_owned())), ["/link_to"]);
    assert_eq!(faults(&|fields| fields.value_type = AttributeType::Text), ["/choices"]);
    assert_eq!(
        faults(&|fields| (fields.value_type, fields.unique) = (AttributeType::Choices, true)),
        ["/unique"]
    );
}
