use super::*;
use base::Locale;
use serde_json::json;

fn fields(template: &str) -> CardKindFields {
    let title = LocalText([(Locale::En, "Device".to_owned())].into());
    CardKindFields {
        key: "device".to_owned(),
        title: title.clone(),
        plural: title,
        icon: "smartphone".to_owned(),
        title_template: template.to_owned(),
        readers: None,
        editors: None,
    }
}

#[test]
fn a_title_is_made_of_what_is_there() {
    let values = json!({ "brand": "Artel", "imei": 356, "tags": ["a", "b"] });
    let made = |template: &str| title(template, values.as_object().unwrap());

    assert_eq!(made("{{ brand }} {{imei}}"), "Artel 356");
    assert_eq!(made("{{ brand }} ({{ card.model }}) {{ tags }}"), "Artel () a, b");
    assert_eq!(made("{{ nothing }}"), "");
    assert_eq!(made("no braces"), "no braces");
    assert_eq!(made("open {{ brand"), "open");
}

#[test]
fn a_kind_that_makes_no_sense_is_refused_at_its_field() {
    let pointers = |fields: CardKindFields| -> Vec<String> {
        fields.faults().into_iter().map(|fault| fault.pointer).collect()
    };

    assert!(pointers(fields("{{ brand }}")).is_empty());
    assert_eq!(pointers(fields("{{ brand")), ["/title_template"]);
    assert_eq!(pointers(fields("{{ event.amount * 2 }}")), ["/title_template"]);
    assert_eq!(pointers(CardKindFields { key: "customer".to_owned(), ..fields("") }), ["/key"]);
    assert_eq!(pointers(CardKindFields { icon: "<script>".to_owned(), ..fields("") }), ["/icon"]);
}
