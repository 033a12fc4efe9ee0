use super::offer::{OfferRefusal, OfferState};
use super::*;
use base::Locale;
use uuid::Uuid;

fn title(text: &str) -> LocalText {
    LocalText([(Locale::Ru, text.to_owned())].into())
}

fn fields(kind: PromotionKind) -> PromotionFields {
    PromotionFields {
        code: "spring".to_owned(),
        title: title("Весна"),
        description: LocalText::default(),
        kind,
        programme_id: ProgrammeId::from_uuid(Uuid::from_u128(1)),
        criteria: String::new(),
        starts_at: None,
        ends_at: None,
        offer_days: None,
        rescan_hours: None,
        activation: None,
        reward: None,
        prizes: Vec::new(),
        coupons: None,
    }
}

fn pointers(fields: &PromotionFields) -> Vec<String> {
    fields.faults().into_iter().map(|fault| fault.pointer).collect()
}

fn at(hour: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(hour * 3600, 0).unwrap()
}

/// CIMP-SPV-04: three kinds, each with what belongs to it.
#[test]
fn each_kind_asks_for_what_belongs_to_it() {
    let prize = Prize { title: title("Телефон"), count: 1, reward: None };
    let terms: CouponTerms = serde_json::from_str("{}").unwrap();
    assert_eq!((terms.uses, terms.length), (1, CodeLength::Usual));
    assert!(pointers(&fields(PromotionKind::General)).is_empty());
    assert_eq!(pointers(&fields(PromotionKind::Contest)), ["/prizes"]);
    assert_eq!(pointers(&fields(PromotionKind::Coupons)), ["/coupons"]);
    let contest = PromotionFields { prizes: vec![prize.clone()], ..fields(PromotionKind::Contest) };
    assert!(pointers(&contest).is_empty());
    let coupons = PromotionFields { coupons: Some(terms.clone()), ..fields(PromotionKind::Coupons) };
    assert!(pointers(&coupons).is_empty());
    let mixed =
        PromotionFields { prizes: vec![prize], coupons: Some(terms), ..fields(PromotionKind::General) };
    assert_eq!(pointers(&mixed), ["/prizes", "/coupons"]);
    let reward = PromotionReward::Coupon { promotion_id: PromotionId::from_uuid(Uuid::nil()) };
    assert_eq!(pointers(&PromotionFields { reward: Some(reward), ..coupons }), ["/reward/kind"]);
}

/// CIMP-SPV-01: criteria over the client base, in the language of rules; what they cannot see is told.
#[test]
fn criteria_see_the_customer_and_the_account_and_nothing_else() {
    let with =
        |criteria: &str| PromotionFields { criteria: criteria.to_owned(), ..fields(PromotionKind::General) };
    assert!(pointers(&with("customer.language == 'ru' and account.services >= 2")).is_empty());
    assert_eq!(pointers(&with("event.amount > 1")), ["/criteria"]);
    assert_eq!(pointers(&with("customer.language = ")), ["/criteria"]);
    assert_eq!(pointers(&with(&format!("customer.x == '{}'", "y".repeat(5_000)))), ["/criteria"]);
    let activation =
        Activation { event_type: "purchase".to_owned(), condition: "event.amount > 1".to_owned() };
    assert!(pointers(&PromotionFields { activation: Some(activation), ..with("") }).is_empty());
    let activation = Activation { event_type: String::new(), condition: "vars.x == 1".to_owned() };
    assert_eq!(
        pointers(&PromotionFields { activation: Some(activation), ..with("") }),
        ["/activation/event_type", "/activation/condition"]
    );
}

/// CIMP-SPV-05, CIMP-SPV-07: an offer is activated once, in its time, while its promotion runs.
#[test]
fn an_offer_is_activated_once_in_its_time() {
    let open = OfferState::Open;
    assert_eq!(open.activate(true, None, at(5)), Ok(true));
    assert_eq!(open.activate(true, Some(at(6)), at(5)), Ok(true));
    assert_eq!(open.activate(true, Some(at(5)), at(5)), Err(OfferRefusal::Expired));
    assert_eq!(open.activate(false, None, at(5)), Err(OfferRefusal::NotRunning));
    assert_eq!(OfferState::Activated.activate(false, None, at(5)), Ok(false));
    assert_eq!(OfferState::Closed.activate(true, None, at(5)), Err(OfferRefusal::Closed));
    assert_eq!(OfferState::Expired.activate(true, None, at(5)), Err(OfferRefusal::Expired));
    let timed =
        PromotionFields { starts_at: Some(at(2)), ends_at: Some(at(4)), ..fields(PromotionKind::General) };
    assert_eq!([1, 2, 3, 4].map(|hour| timed.is_on(at(hour))), [false, true, true, false]);
}
