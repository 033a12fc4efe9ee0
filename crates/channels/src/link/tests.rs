use super::*;
use serde_json::json;

/// INT-17: an id is compared in one form that the link's settings state.
#[test]
fn ids_are_compared_in_the_form_that_the_settings_state() {
    assert_eq!(IdForm::Hexadecimal.normalise("00AbC"), IdForm::Decimal.normalise("0002748"));
    assert_eq!(IdForm::Hexadecimal.normalise("10"), "16");
    assert_eq!(IdForm::AsIs.normalise(" 00AbC "), "00AbC");
    assert_eq!(IdForm::Decimal.normalise("x-1"), "x-1");
}

#[test]
fn settings_have_defaults_and_every_fault_is_named() {
    let given = json!({ "host": "127.0.0.1", "port": 2775, "system_id": "trunkline", "sender": "Trunkline" });
    let settings = LinkSettings::read(LinkKind::Smpp, &given).unwrap();
    let good = LinkFields { name: "SMSC".to_owned(), enabled: true, settings };
    let bad =
        json!({ "host": "a b", "port": 25, "from": "x", "per_second": 0, "unsubscribe_url": "http://x" });
    let settings = LinkSettings::read(LinkKind::Smtp, &bad).unwrap();
    let bad = LinkFields { name: String::new(), enabled: true, settings };

    let pointers: Vec<String> =
        bad.faults(&Secrets::default()).into_iter().map(|fault| fault.pointer).collect();

    assert_eq!(good.faults(&Secrets::default()), []);
    assert_eq!(good.settings.per_second(), 100);
    assert_eq!(
        pointers,
        ["/name", "/settings/per_second", "/settings/host", "/settings/from", "/settings/unsubscribe_url"]
    );
    let long = Secrets { password: Some("123456789".into()), private_key: None };
    assert_eq!(good.faults(&long).len(), 1);
}
