use super::*;
use chrono::TimeZone;
use chrono_tz::Asia::Tashkent;
use chrono_tz::Europe::Berlin;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// Table B 24: the order of the midnight jobs is fixed; a server that died in between goes on where it was.
#[test]
fn steps_are_done_in_their_order_and_those_that_are_done_are_passed_over() {
    assert!(Step::ALL.is_sorted());
    assert_eq!(left(&[]), Step::ALL);
    let done = ["anniversaries".to_owned(), "close_day".to_owned()];
    assert_eq!(left(&done).first(), Some(&Step::SettleTiers));
    assert_eq!(left(&done).len(), 4);
}

#[test]
fn the_day_begins_at_midnight_of_the_zone() {
    let before = Utc.with_ymd_and_hms(2026, 11, 30, 18, 59, 59).unwrap();
    assert_eq!(today(before, Tashkent), day(2026, 11, 30));
    assert_eq!(today(before + chrono::TimeDelta::seconds(1), Tashkent), day(2026, 12, 1));
}

/// CIMP-BON-12: notices 30, 7 and 1 days before, over month ends, leap days and changes of clocks.
#[test]
fn notices_look_at_the_days_30_7_and_1_ahead() {
    let told = |today, zone| -> Vec<(NaiveDate, u16)> {
        notices(today, Some(today.pred_opt().unwrap()), zone).iter().map(|due| (due.day, due.days)).collect()
    };
    assert_eq!(
        told(day(2028, 2, 28), Tashkent),
        [(day(2028, 3, 29), 30), (day(2028, 3, 6), 7), (day(2028, 2, 29), 1)]
    );
    let spring = notices(day(2026, 3, 28), Some(day(2026, 3, 27)), Berlin);
    let next = spring.last().unwrap();
    assert_eq!((next.to - next.from).num_hours(), 23, "the day of the change has 23 hours");
}

/// A server that was away makes up for the nights it missed, and tells nobody of days that are over.
#[test]
fn missed_nights_are_made_up_for() {
    let all = notices(day(2026, 11, 28), Some(day(2026, 11, 25)), Tashkent);
    let days = |distance| -> Vec<u32> {
        use chrono::Datelike;
        all.iter().filter(|due| due.days == distance).map(|due| due.day.day()).collect()
    };
    assert_eq!(days(30), [26, 27, 28]);
    assert_eq!(days(7), [3, 4, 5]);
    assert_eq!(days(1), [29]);
    assert_eq!(super::days(day(2026, 3, 1), Some(day(2026, 2, 27))), [day(2026, 2, 28), day(2026, 3, 1)]);
    assert_eq!(super::days(day(2026, 3, 1), None), [day(2026, 3, 1)]);
    let years = notices(day(2026, 11, 28), Some(day(2020, 1, 1)), Tashkent);
    assert_eq!(years.iter().filter(|due| due.days == 30).count(), 7);
}
