use super::*;

fn normalised(kind: IdentifierKind, value: &str) -> Result<String, String> {
    Identifier { kind, value: value.to_owned() }.normalised().map(|identifier| identifier.value)
}

#[test]
fn identifiers_have_one_form() {
    assert_eq!(normalised(IdentifierKind::Phone, " +998901234567 ").unwrap(), "+998901234567");
    assert_eq!(normalised(IdentifierKind::Email, "Anna@Example.COM").unwrap(), "anna@example.com");
    assert_eq!(normalised(IdentifierKind::Telegram, "@Anna_K").unwrap(), "anna_k");
    assert_eq!(normalised(IdentifierKind::Contract, "ab-12").unwrap(), "AB-12");
    assert_eq!(normalised(IdentifierKind::TaxNumber, "302345678").unwrap(), "302345678");

    assert!(normalised(IdentifierKind::Phone, "90 123").is_err());
    assert!(normalised(IdentifierKind::Email, "anna").is_err());
    assert!(normalised(IdentifierKind::TaxNumber, "12x").is_err());
    assert!(normalised(IdentifierKind::Contract, "  ").is_err());
}

#[test]
fn every_field_of_a_customer_that_cannot_be_accepted_is_named() {
    let phone = Identifier { kind: IdentifierKind::Phone, value: "+998901234567".to_owned() };
    let fields = CustomerFields {
        kind: CustomerKind::Individual,
        name: " ".to_owned(),
        vip: false,
        language: None,
        identifiers: vec![
            phone.clone(),
            phone,
            Identifier { kind: IdentifierKind::Email, value: "x".to_owned() },
        ],
        attributes: None,
    };

    let pointers: Vec<String> =
        fields.checked().unwrap_err().into_iter().map(|fault| fault.pointer).collect();

    assert_eq!(pointers, ["/name", "/identifiers/1/value", "/identifiers/2/value"]);
}
