use super::*;
use crate::attribute::AttributeType::Text;
use crate::attribute::tests::attribute;
use base::id::RoleId;
use serde_json::json;
use uuid::Uuid;

fn role(n: u128) -> RoleId {
    RoleId::from_uuid(Uuid::from_u128(n))
}

fn attributes() -> Vec<Attribute> {
    let mut debt = attribute("debt", Text);
    debt.fields.readers = Some(vec![role(1)]);
    let mut of_cards = attribute("price", Text);
    of_cards.fields.of = "device".to_owned();
    vec![debt, attribute("tier", Text), of_cards]
}

/// UMS-ENT-05: what a role may not read is read through no expression.
#[test]
fn a_hidden_attribute_is_seen_neither_alone_nor_in_a_whole() {
    let stranger = Sight::of(&attributes(), &Viewer::with([role(2)]));

    let customer = json!({ "id": 1, "name": "Aziza", "debt": 5, "tier": "gold", "archived": "x" });
    assert_eq!(stranger.mask(customer.clone()), json!({ "id": 1, "name": "Aziza", "tier": "gold" }));
    for hidden in ["customer.debt", "customer.debt.sum", "customer", "event.after.attributes.debt", "event"] {
        assert!(!stranger.sees(hidden), "{hidden}");
    }
    for seen in ["customer.tier", "customer.debts", "event.amount", "vars.x"] {
        assert!(stranger.sees(seen), "{seen}");
    }
    let mut inputs = json!({ "customer.debt": 5, "customer.tier": "gold" });
    stranger.mask_inputs(&mut inputs);
    assert_eq!(inputs, json!({ "customer.debt": null, "customer.tier": "gold" }));
    let refused = stranger.allows([&"event.amount".to_owned(), &"customer.debt".to_owned()]);
    assert!(refused.unwrap_err().contains("customer.debt"));

    let reader = Sight::of(&attributes(), &Viewer::with([role(1)]));
    assert!(reader.sees("customer") && reader.closed().next().is_none());
    assert_eq!(Sight::of(&attributes(), &Viewer::Server).mask(customer.clone()), customer);
}

#[test]
fn the_states_of_records_in_events_are_hidden_from_who_does_not_see_all() {
    let data = || json!({ "before": null, "after": { "attributes": { "debt": 5 } }, "x": 1 });
    let masked = |viewer| {
        let mut data = data();
        Sight::of(&attributes(), &viewer).mask_event(data.as_object_mut().unwrap());
        data
    };

    assert_eq!(masked(Viewer::with([])), json!({ "before": null, "after": null, "x": 1 }));
    assert_eq!(masked(Viewer::with([role(1)])), data());
}
