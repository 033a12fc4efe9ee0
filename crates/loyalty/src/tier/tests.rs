use super::ladder::whole_months;
use super::settle::lost_at;
use super::*;
use crate::programme::{Downgrade, DowngradePolicy, Period};
use base::Locale;
use chrono_tz::Asia::Tashkent;
use uuid::Uuid;

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn tier(level: i16) -> Tier {
    Tier {
        id: TierId::from_uuid(Uuid::from_u128(u128::try_from(level).unwrap())),
        programme_id: ProgrammeId::from_uuid(Uuid::nil()),
        fields: TierFields {
            level,
            code: format!("level-{level}"),
            title: LocalText([(Locale::En, format!("Level {level}"))].into()),
            condition: format!("account.service_types >= {level}"),
            discount_percent: 0.0,
            multiplier: 1.0,
        },
        version: 1,
        created_at: moment("2026-01-01T00:00:00Z"),
        updated_at: moment("2026-01-01T00:00:00Z"),
    }
}

fn ladder() -> Ladder {
    Ladder::new((1..=5).map(tier).collect())
}

fn standing(service_types: i64) -> serde_json::Value {
    let enrolled_at = Some(moment("2026-01-31T10:00:00Z"));
    let standing = Standing { service_types, services: service_types, enrolled_at, ..Standing::default() };
    standing.facts(moment("2026-03-01T00:00:00Z"), Tashkent)
}

fn level_of(ladder: &Ladder, id: TierId) -> i16 {
    ladder.tiers().find(|tier| tier.id == id).unwrap().fields.level
}

/// CIMP-TIER-03: the sample by the number of distinct service types.
#[test]
fn the_tier_follows_the_number_of_service_types() {
    let ladder = ladder();
    for types in 1..=5 {
        let earned = ladder.earned(standing(types)).unwrap();
        assert_eq!(i64::from(earned.fields.level), types);
    }
    assert_eq!(ladder.earned(standing(9)).unwrap().fields.level, 5);
    assert!(ladder.earned(standing(0)).is_none());
}

fn go(present: Present, types: i64, policy: DowngradePolicy, now: &str) -> Move {
    let ladder = ladder();
    settle(&ladder, present, ladder.earned(standing(types)), policy, moment(now), Tashkent)
}

/// CIMP-TIER-02: up at once; down at once, by one, or at the end of a period, each after the grace.
#[test]
fn a_tier_rises_at_once_and_falls_as_the_policy_says() {
    let third = Present { tier: Some(tier(3).id), unmet_since: None };
    let immediate = DowngradePolicy::default();
    assert_eq!(go(third, 5, immediate, "2026-03-01T00:00:00Z"), Move::To(Some(tier(5).id), None));
    assert_eq!(go(third, 3, immediate, "2026-03-01T00:00:00Z"), Move::Stay(None));
    assert_eq!(go(third, 1, immediate, "2026-03-01T00:00:00Z"), Move::To(Some(tier(1).id), None));
    assert_eq!(go(third, 0, immediate, "2026-03-01T00:00:00Z"), Move::To(None, None));

    let one_down = DowngradePolicy { policy: Downgrade::OneDown, grace_days: 30, ..immediate };
    let since = moment("2026-03-01T00:00:00Z");
    assert_eq!(go(third, 1, one_down, "2026-03-01T00:00:00Z"), Move::Stay(Some(since)));
    let waiting = Present { unmet_since: Some(since), ..third };
    assert_eq!(go(waiting, 1, one_down, "2026-03-30T23:59:59Z"), Move::Stay(Some(since)));
    let then = moment("2026-03-31T00:00:00Z");
    assert_eq!(go(waiting, 1, one_down, "2026-03-31T00:00:00Z"), Move::To(Some(tier(2).id), Some(then)));
    assert_eq!(go(waiting, 3, one_down, "2026-03-31T00:00:00Z"), Move::Stay(None), "fulfilled again in time");
}

#[test]
fn a_period_ends_at_the_midnight_of_the_programme() {
    let at = |period, grace_days| DowngradePolicy { policy: Downgrade::AtPeriodEnd, grace_days, period };
    let since = moment("2026-02-10T00:00:00Z");
    assert_eq!(lost_at(since, at(Period::Month, 0), Tashkent), moment("2026-02-28T19:00:00Z"));
    assert_eq!(lost_at(since, at(Period::Month, 30), Tashkent), moment("2026-03-31T19:00:00Z"));
    assert_eq!(lost_at(since, at(Period::Quarter, 0), Tashkent), moment("2026-03-31T19:00:00Z"));
    assert_eq!(lost_at(since, at(Period::Year, 0), Tashkent), moment("2026-12-31T19:00:00Z"));
}

/// A tier that was taken out of the list gives way to the one that is earned.
#[test]
fn a_tier_that_no_longer_exists_is_replaced() {
    let gone = Present { tier: Some(TierId::from_uuid(Uuid::from_u128(99))), unmet_since: None };
    let Move::To(Some(id), None) = go(gone, 2, DowngradePolicy::default(), "2026-03-01T00:00:00Z") else {
        panic!("the tier must change")
    };
    assert_eq!(level_of(&ladder(), id), 2);
}

/// CIMP-BON-08: tenure is counted by the calendar; month ends and leap days.
#[test]
fn months_of_membership_are_those_of_the_calendar() {
    let months = |from, to| whole_months(moment(from), moment(to), chrono_tz::UTC);
    assert_eq!(months("2026-01-31T10:00:00Z", "2026-02-27T10:00:00Z"), 0);
    assert_eq!(months("2026-01-31T10:00:00Z", "2026-02-28T10:00:00Z"), 1);
    assert_eq!(months("2024-02-29T10:00:00Z", "2025-02-28T10:00:00Z"), 12);
    assert_eq!(months("2026-03-10T10:00:00Z", "2026-03-09T10:00:00Z"), 0);
}

#[test]
fn a_condition_names_only_what_is_counted() {
    let faults = |condition: &str| TierFields { condition: condition.to_owned(), ..tier(1).fields }.faults();
    assert_eq!(faults("account.service_types >= 2 and account.tenure_months > 12"), []);
    assert_eq!(faults("account.servicetypes >= 2")[0].pointer, "/condition");
    assert_eq!(faults("customer.vip")[0].pointer, "/condition");
    assert_eq!(faults("account.services >")[0].pointer, "/condition");
}
