use super::*;
use serde_json::json;

fn fields(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn email(subject: &str, text: &str, html: &str) -> EmailBody {
    EmailBody { subject: subject.to_owned(), text: text.to_owned(), html: Some(html.to_owned()) }
}

#[test]
fn placeholders_are_replaced_and_those_without_a_value_are_named() {
    let body = SmsBody { text: "{{ customer.name }}: {{event.amount}} of {{ event.shop }}".to_owned() };
    let known = fields(json!({ "customer": { "name": "Aziza" }, "event": { "amount": 12.5, "shop": "" } }));

    let rendered = render(Body::Sms(&body), &known).unwrap();

    assert_eq!(rendered.text, "Aziza: 12.5 of {{ event.shop }}");
    assert_eq!(rendered.missing, [Missing { placeholder: "event.shop".to_owned(), detail: None }]);
}

#[test]
fn a_name_is_neither_mark_up_nor_a_header() {
    let body = email("To {{ customer.name }}", "{{ customer.name }}", "<b>{{ customer.name }}</b>");
    let known = fields(json!({ "customer": { "name": "<A&B>\r\nBcc: x@example.com" } }));

    let rendered = render(Body::Email(&body), &known).unwrap();

    assert_eq!(rendered.subject.as_deref(), Some("To <A&B>  Bcc: x@example.com"));
    assert_eq!(rendered.html.as_deref(), Some("<b>&lt;A&amp;B&gt;\r\nBcc: x@example.com</b>"));
}

#[test]
fn a_language_falls_back_to_the_sites_and_then_to_any() {
    let sms = |text: &str| SmsBody { text: text.to_owned() };
    let two = Bodies {
        sms: BTreeMap::from([(Locale::Ru, sms("ru")), (Locale::Uz, sms("uz"))]),
        ..Bodies::default()
    };
    let one = Bodies { sms: BTreeMap::from([(Locale::Uz, sms("uz"))]), ..Bodies::default() };
    let found = |bodies: &Bodies, wanted| bodies.find(Channel::Sms, wanted).map(|(locale, _)| locale);

    assert_eq!(found(&two, Some(Locale::Uz)), Some(Locale::Uz));
    assert_eq!(found(&two, Some(Locale::En)), Some(Locale::Ru));
    assert_eq!(found(&two, None), Some(Locale::Ru));
    assert_eq!(found(&one, Some(Locale::En)), Some(Locale::Uz));
    assert_eq!(one.find(Channel::Email, None), None);
}

#[test]
fn every_text_that_cannot_be_accepted_is_named() {
    let bodies = Bodies {
        sms: BTreeMap::from([(Locale::En, SmsBody { text: "{{ customer.name".to_owned() })]),
        email: BTreeMap::from([(Locale::Ru, email("", "a {{ }}", "ok"))]),
    };
    let wrong = TemplateFields {
        name: "Welcome".to_owned(),
        title: String::new(),
        class: MessageClass::Functional,
        channels: bodies,
    };

    let pointers: Vec<String> = wrong.faults().into_iter().map(|fault| fault.pointer).collect();

    assert_eq!(
        pointers,
        ["/name", "/channels/sms/en/text", "/channels/email/ru/subject", "/channels/email/ru/text"]
    );
}

#[test]
fn a_preview_says_what_a_message_would_cost() {
    let latin = SmsBody { text: format!("{}{{{{ vars.end }}}}", "a".repeat(160)) };
    let cyrillic = SmsBody { text: "ж".repeat(70) };

    let long = preview((Locale::En, Body::Sms(&latin)), &fields(json!({ "vars": { "end": "!" } }))).unwrap();
    let short = preview((Locale::Ru, Body::Sms(&cyrillic)), &Map::new()).unwrap();

    assert_eq!((long.encoding, long.segments, long.characters), (Some(sms::Encoding::Gsm7), Some(2), 161));
    assert_eq!((short.encoding, short.segments, short.characters), (Some(sms::Encoding::Ucs2), Some(1), 70));
}
