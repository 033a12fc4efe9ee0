use super::*;

fn digest() -> TrunkFields {
    TrunkFields {
        name: "Operator 1".to_owned(),
        kind: TrunkKind::Digest,
        addresses: Vec::new(),
        username: Some("operator1".to_owned()),
        calls_max: 30,
        enabled: true,
    }
}

fn pointers(faults: &[FieldFault]) -> Vec<&str> {
    faults.iter().map(|fault| fault.pointer.as_str()).collect()
}

#[test]
fn a_trunk_needs_what_its_kind_proves_itself_with() {
    let address = TrunkFields { kind: TrunkKind::Address, ..digest() };
    let wrong = TrunkFields { addresses: vec!["10.0.0.0/8".into(), "10.0.0.0/33".into()], ..address.clone() };
    let nameless = TrunkFields { username: Some("a:b".into()), calls_max: 0, ..digest() };

    assert_eq!(digest().faults(true), []);
    assert_eq!(pointers(&digest().faults(false)), ["/password"]);
    assert_eq!(pointers(&address.faults(false)), ["/addresses"]);
    assert_eq!(pointers(&wrong.faults(false)), ["/addresses/1"]);
    assert_eq!(pointers(&nameless.faults(true)), ["/calls_max", "/username"]);
}

#[test]
fn a_number_is_e164_or_short() {
    let number = |number: &str| NumberFields {
        number: number.to_owned(),
        flow: "main".to_owned(),
        description: String::new(),
        enabled: true,
    };

    for good in ["+998712000000", "1099", "07"] {
        assert_eq!(number(good).faults(), [], "{good}");
    }
    for bad in ["998712000000", "1", "+12", "10a"] {
        assert_eq!(pointers(&number(bad).faults()), ["/number"], "{bad}");
    }
}
