use super::*;
use crate::message::Priority;
use crate::template::{Bodies, EmailBody, SmsBody};
use serde_json::json;
use std::collections::BTreeMap;

fn template() -> TemplateFields {
    let email =
        EmailBody { subject: "s".to_owned(), text: "Hello {{ customer.name }}".to_owned(), html: None };
    TemplateFields {
        name: "hello".to_owned(),
        title: String::new(),
        class: MessageClass::Marketing,
        channels: Bodies {
            sms: BTreeMap::from([
                (Locale::En, SmsBody { text: "Hello {{ customer.name }}".to_owned() }),
                (Locale::Uz, SmsBody { text: "Salom {{ customer.name }}".to_owned() }),
            ]),
            email: BTreeMap::from([(Locale::En, email)]),
        },
    }
}

fn message(customer: Value) -> NewMessage {
    NewMessage {
        key: "k".to_owned(),
        customer: None,
        to: None,
        channel: ChannelChoice::Preferred,
        template: "hello".to_owned(),
        class: None,
        language: None,
        fields: json!({ "customer": customer }).as_object().cloned().unwrap_or_default(),
        priority: Priority::Normal,
    }
}

fn reason(composed: &Composed) -> Option<Reason> {
    composed.refused.as_ref().map(|(reason, _)| *reason)
}

/// CIMP-NTF-01: by the customer's preferred channel, in the customer's language.
#[test]
fn the_preferred_channel_wins_and_else_the_first_that_reaches() {
    let both =
        json!({ "name": "Aziza", "phone": "+998901234567", "email": "a@example.com", "language": "uz" });
    let mut prefers_mail = both.clone();
    prefers_mail["preferred_channel"] = json!("email");
    let only_mail = json!({ "name": "Aziza", "email": "a@example.com", "preferred_channel": "sms" });

    let first = compose(&message(both), Some(&template()));
    let preferred = compose(&message(prefers_mail), Some(&template()));
    let reachable = compose(&message(only_mail), Some(&template()));

    assert_eq!(first.channel, Some(Channel::Sms));
    assert_eq!(first.texts.text, "Salom Aziza");
    assert_eq!(first.class, MessageClass::Marketing);
    assert_eq!(preferred.channel, Some(Channel::Email));
    assert_eq!(
        (reachable.channel, reachable.address.as_deref()),
        (Some(Channel::Email), Some("a@example.com"))
    );
}

#[test]
fn what_cannot_go_is_refused_with_the_reason() {
    let nameless = compose(&message(json!({ "phone": "+998901234567" })), Some(&template()));
    let nobody = compose(&message(json!({ "name": "Aziza" })), Some(&template()));
    let unknown = compose(&message(json!({})), None);
    let by_sms = NewMessage { channel: ChannelChoice::Sms, ..message(json!({ "email": "a@example.com" })) };
    let long = NewMessage {
        to: Address::parse(Channel::Sms, "+998901234567"),
        ..message(json!({ "name": "ж".repeat(700) }))
    };

    assert_eq!(nameless.refused, Some((Reason::MissingField, "customer.name has no value".to_owned())));
    assert_eq!(reason(&nobody), Some(Reason::NoAddress));
    assert_eq!(reason(&unknown), Some(Reason::UnknownTemplate));
    assert_eq!(reason(&compose(&by_sms, Some(&template()))), Some(Reason::NoAddress));
    assert_eq!(reason(&compose(&long, Some(&template()))), Some(Reason::TooLong));
}
