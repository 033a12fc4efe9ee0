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

/// UMS-ENT-05: of linked cards too, and of a kind that is not for a role nothing.
#[test]
fn linked_cards_are_seen_as_far_as_their_attributes_and_kinds_are() {
    let mut attributes = attributes();
    attributes[2].fields.readers = Some(vec![role(1)]);
    let mut brand = attribute("brand", Text);
    brand.fields.of = "device".to_owned();
    attributes.push(brand);
    let viewer = Viewer::with([role(2)]);
    let sight = Sight::of(&attributes, &viewer).without(["cards.complaint".to_owned()]);
    for (path, seen) in [
        ("cards.device.brand", true),
        ("cards.device.id", true),
        ("cards.device.price", false),
        ("cards.device", false),
        ("cards.complaint.id", false),
    ] {
        assert_eq!(sight.sees(path), seen, "{path}");
    }
    let card = json!({ "id": 1, "brand": "Artel", "price": 5, "archived": "x" });
    let customer = json!({ "name": "Aziza", "@cards": { "device": [card], "complaint": [{ "id": 2 }] } });
    assert_eq!(
        sight.mask(customer),
        json!({ "name": "Aziza", "@cards": { "device": [{ "id": 1, "brand": "Artel" }] } })
    );
    let mut inputs = json!({ "cards.device.price": [5], "cards.device.brand": ["Artel"] });
    sight.mask_inputs(&mut inputs);
    assert_eq!(inputs, json!({ "cards.device.price": null, "cards.device.brand": ["Artel"] }));
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
