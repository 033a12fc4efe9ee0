use super::*;
use serde_json::json;

#[test]
fn a_change_is_told_field_by_field() {
    let before = json!({ "id": 1, "name": "Aziza", "vip": false, "version": 1, "identifiers": [],
        "attributes": { "tier": "basic", "city": "Buxoro" } });
    let after = json!({ "id": 1, "name": "Aziza", "vip": true, "version": 2, "identifiers": ["x"],
        "attributes": { "tier": "gold" } });

    let told = differences(Some(&before), Some(&after), &[], &Viewer::Server);
    let fields: Vec<_> =
        told.iter().map(|change| (change.field.as_str(), &change.before, &change.after)).collect();

    assert_eq!(
        fields,
        [
            ("attributes.city", &json!("Buxoro"), &Value::Null),
            ("attributes.tier", &json!("basic"), &json!("gold")),
            ("identifiers", &Value::Null, &json!(["x"])),
            ("vip", &json!(false), &json!(true)),
        ]
    );
    let stranger = differences(Some(&before), Some(&after), &[], &Viewer::with([]));
    assert_eq!(stranger.len(), 2, "attributes that nobody defined for the viewer are not told");
    assert_eq!(differences(None, Some(&after), &[], &Viewer::Server).len(), 4);
    assert!(differences(None, None, &[], &Viewer::Server).is_empty());
}
