use super::*;
use base::Locale;
use std::collections::BTreeMap;
use uuid::Uuid;

fn queue() -> QueueFields {
    QueueFields {
        name: "Individuals".to_owned(),
        skills: Vec::new(),
        ring_seconds: 20,
        wrap_up_seconds: 30,
        wrap_up_mandatory: true,
        target_seconds: 20,
        target_percent: 80,
        short_abandon_seconds: 5,
        waiting_max: 100,
        priority: 0,
        unit_id: None,
    }
}

fn pointers(faults: &[FieldFault]) -> Vec<&str> {
    faults.iter().map(|fault| fault.pointer.as_str()).collect()
}

#[test]
fn every_field_of_a_queue_that_cannot_be_accepted_is_named() {
    let skill = SkillLevel { skill_id: SkillId::from_uuid(Uuid::nil()), level: 11 };
    let fields = QueueFields {
        name: "  ".to_owned(),
        skills: vec![skill.clone(), skill],
        ring_seconds: 0,
        target_percent: 101,
        ..queue()
    };

    assert_eq!(queue().faults(), []);
    assert_eq!(
        pointers(&fields.faults()),
        [
            "/name",
            "/skills/0/level",
            "/skills/1/level",
            "/skills/1/skill_id",
            "/ring_seconds",
            "/target_percent"
        ]
    );
}

#[test]
fn a_name_needs_a_text_in_at_least_one_language() {
    let named = |texts: &[(Locale, &str)]| NamedFields {
        name: LocalText(
            texts.iter().map(|(locale, text)| (*locale, (*text).to_owned())).collect::<BTreeMap<_, _>>(),
        ),
    };

    assert_eq!(named(&[(Locale::Uz, "Qarz")]).faults(), []);
    assert_eq!(pointers(&named(&[]).faults()), ["/name"]);
    assert_eq!(pointers(&named(&[(Locale::En, "Debt"), (Locale::Ru, "")]).faults()), ["/name/ru"]);
}

#[test]
fn the_code_of_a_reason_is_short_and_plain() {
    let name = LocalText(BTreeMap::from([(Locale::En, "Lunch".to_owned())]));
    let coded = |code: &str| ReasonFields { code: code.to_owned(), name: name.clone() };

    assert_eq!(coded("lunch_2").faults(), []);
    for bad in ["", "Lunch", "обед", "a b"] {
        assert_eq!(pointers(&coded(bad).faults()), ["/code"], "{bad:?}");
    }
}
