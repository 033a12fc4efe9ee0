use super::*;
use crate::account::AccountStatus;
use crate::bonus_type::{BonusType, BonusTypeFields, ExpiryRound, Rounding};
use crate::member::{Member, ServiceCounts};
use crate::programme::{Programme, ProgrammeFields, ProgrammeSettings};
use base::id::{BonusTypeId, CustomerId, MasterAccountId, ProgrammeId};
use base::{Author, LocalText, Locale};
use chrono::{DateTime, Utc};
use ledger::{Movement, OrderEvent};
use rules::Facts;
use rules::decide::{CompiledRule, LiveRule, RuleSet, Version};
use rules::document::Document;
use rules::facts::References;
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

fn moment() -> DateTime<Utc> {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

fn title(text: &str) -> LocalText {
    LocalText([(Locale::En, text.to_owned())].into())
}

fn setup() -> Setup {
    let programme_id = ProgrammeId::from_uuid(Uuid::from_u128(1));
    let programme = Programme {
        id: programme_id,
        fields: ProgrammeFields {
            code: "main".into(),
            title: title("Main"),
            zone: "Asia/Tashkent".into(),
            settings: ProgrammeSettings::default(),
        },
        created_at: moment(),
        updated_at: moment(),
        version: 1,
    };
    let points = BonusType {
        id: BonusTypeId::from_uuid(Uuid::from_u128(2)),
        programme_id,
        fields: BonusTypeFields {
            code: "points".into(),
            title: title("Points"),
            scale: 0,
            validity_days: Some(365),
            expiry_round: ExpiryRound::Month,
            rounding: Rounding::Down,
            allows_debt: false,
            manual_limit: None,
        },
        version: 1,
        created_at: moment(),
        updated_at: moment(),
    };
    Setup::new(vec![programme], vec![points])
}

fn member(status: AccountStatus) -> Member {
    Member {
        id: MasterAccountId::from_uuid(Uuid::from_u128(3)),
        programme_id: ProgrammeId::from_uuid(Uuid::from_u128(1)),
        number: "100".into(),
        customer_id: CustomerId::from_uuid(Uuid::from_u128(4)),
        status,
        enrolled_at: Some(moment()),
        macroregion: None,
        region: None,
        tier: Some("gold".into()),
        level: Some(4),
        multiplier: Some(1.5),
        services: ServiceCounts { types: 4, all: 5 },
    }
}

fn rule(n: u128, document: Value) -> LiveRule {
    let document = Document::read(&document).unwrap();
    let rule = Arc::new(CompiledRule::compile(document, &|_| false).unwrap());
    LiveRule {
        rule_id: Uuid::from_u128(n),
        name: format!("rule {n}"),
        salt: Uuid::nil(),
        live: Version { number: 7, rule },
        challenger: None,
    }
}

fn accruing(criteria: &str, amount: &str) -> Value {
    json!({
        "event": "loyalty.purchase", "criteria": { "kind": "expression", "text": criteria },
        "reactions": [{ "key": "give", "kind": "accrue", "bonus_type": "points", "amount": amount }],
    })
}

fn decide_for(rules: Vec<LiveRule>, status: AccountStatus, amount: Value) -> Decided {
    let member = member(status);
    let account = member.facts(moment(), chrono_tz::UTC);
    let facts = Facts { event: json!({ "amount": amount }), account, ..Facts::default() };
    let set = RuleSet::new(rules, References::default());
    decide(&set, &setup(), &member, "loyalty.purchase", &facts.prepare(), (moment(), chrono_tz::UTC))
}

/// CIMP-BON-07, CIMP-GEN-05: what is given follows from the rule, the activity and the member's tier.
#[test]
fn a_rule_gives_by_the_activity_and_the_tier() {
    let rules = vec![
        rule(10, accruing("event.amount >= 100", "event.amount * 0.01 * account.multiplier")),
        rule(11, accruing("event.amount >= 100000", "500")),
    ];

    let decided = decide_for(rules, AccountStatus::Enrolled, json!(1999));

    let [grant] = decided.grants.as_slice() else { panic!("{decided:?}") };
    assert_eq!(
        (grant.units, grant.version, grant.rule),
        (29, 7, Uuid::from_u128(10)),
        "29.985 is rounded down"
    );
    assert_eq!(
        grant.expires_at,
        Some("2027-03-31T19:00:00Z".parse().unwrap()),
        "the end of the month in Tashkent"
    );
    assert_eq!((decided.pending, decided.faults), (vec![], vec![]));
}

/// CIMP-ACC-10: accounts that are not enrolled earn nothing, and the answer says why.
#[test]
fn an_account_that_is_not_enrolled_earns_nothing() {
    let decided = decide_for(vec![rule(10, accruing("true", "10"))], AccountStatus::NotEnrolled, json!(5));

    assert!(decided.grants.is_empty());
    assert!(decided.faults[0].message.contains("not enrolled"), "{decided:?}");
}

/// A rule with a limit for each customer needs its memory: the reader of the log looks at it.
#[test]
fn a_rule_with_a_limit_is_pending() {
    let mut document = accruing("true", "10");
    document["limit"] = json!({ "times": 1, "per_seconds": 86_400 });
    let decided = decide_for(vec![rule(10, document)], AccountStatus::Enrolled, json!(5));

    assert_eq!((decided.grants.len(), decided.pending), (0, vec![Uuid::from_u128(10)]));
}

/// A formula that has no value, takes away, or gives 10^30 is a fault; it never becomes zero silently.
#[test]
fn an_amount_that_cannot_be_given_is_a_fault() {
    for amount in ["event.missing * 2", "-5", "1000000000000000 * 1000000000000"] {
        let decided = decide_for(vec![rule(10, accruing("true", amount))], AccountStatus::Enrolled, json!(5));
        assert_eq!((decided.grants.len(), decided.faults.len()), (0, 1), "{amount}: {decided:?}");
    }
    let nothing =
        decide_for(vec![rule(10, accruing("true", "event.amount / 10"))], AccountStatus::Enrolled, json!(5));
    assert_eq!((nothing.grants.len(), nothing.faults.len()), (0, 0), "half a point is rounded down to none");
}

/// CIMP-ENT-04, CIMP-GEN-03: a booking says the event, the rule and its version; its key counts once.
#[test]
fn an_order_says_why_and_counts_once() {
    let decided = decide_for(vec![rule(10, accruing("true", "10"))], AccountStatus::Enrolled, json!(5));
    let occasion =
        Occasion { source: "shop", id: "77", kind: "loyalty.purchase", at: moment(), author: Author::System };
    let body = identity("loyalty.purchase", &json!({ "amount": 5 }));

    let order = order(occasion, &member(AccountStatus::Enrolled), &decided.grants[0], body);

    assert_eq!(order.key, format!("accrue:shop:77:{}:give", Uuid::from_u128(10)));
    assert_eq!(order.cause.event.as_deref(), Some("shop 77"));
    assert_eq!((order.cause.rule, order.cause.version), (Some(Uuid::from_u128(10)), Some(7)));
    assert_eq!(order.reason.as_deref(), Some("purchase"));
    assert!(matches!(order.movements.as_slice(), [Movement::Credit { .. }]));
    let [OrderEvent::New(event)] = order.events.as_slice() else { panic!("one event") };
    assert_eq!((event.kind.as_ref(), &event.payload["amount"]), ("loyalty.bonus_accrued.v1", &json!(10)));
    assert!(key(&"s".repeat(500), &"i".repeat(500), Uuid::nil(), &"k".repeat(60)).len() <= 300);
    assert_ne!(key(&"s".repeat(300), "1", Uuid::nil(), "k"), key(&"s".repeat(299), "s1", Uuid::nil(), "k"));
}
