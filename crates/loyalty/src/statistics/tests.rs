use super::*;
use chrono::TimeZone;
use chrono_tz::America::Sao_Paulo;
use chrono_tz::Asia::Tashkent;
use chrono_tz::Europe::Berlin;

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// CIMP-STAT-01: on the first day of each month the month before, as days are in the programme's zone.
#[test]
fn the_month_before_is_that_of_the_zone() {
    let evening = Utc.with_ymd_and_hms(2026, 12, 31, 19, 30, 0).unwrap();
    assert_eq!(Month::before(evening, Tashkent).first(), day(2026, 12, 1), "it is January in Tashkent");
    assert_eq!(Month::before(evening, Berlin).first(), day(2026, 11, 1));
    let leap = Utc.with_ymd_and_hms(2028, 3, 1, 0, 0, 0).unwrap();
    assert_eq!(Month::before(leap, Tashkent).first(), day(2028, 2, 1));
}

#[test]
fn a_month_lasts_from_midnight_to_midnight_also_when_clocks_change() {
    let march = Month::of(day(2026, 3, 17), Berlin);
    assert_eq!(march.from(), Utc.with_ymd_and_hms(2026, 2, 28, 23, 0, 0).unwrap());
    assert_eq!(march.to(), Utc.with_ymd_and_hms(2026, 3, 31, 22, 0, 0).unwrap());
    assert!(!march.is_over(Utc.with_ymd_and_hms(2026, 3, 31, 21, 59, 59).unwrap()));
    assert!(march.is_over(Utc.with_ymd_and_hms(2026, 3, 31, 22, 0, 0).unwrap()));
    // In 2018 clocks leapt over this midnight.
    let november = Month::of(day(2018, 11, 4), Sao_Paulo);
    assert_eq!(november.from(), Utc.with_ymd_and_hms(2018, 11, 1, 3, 0, 0).unwrap());
}

/// CIMP-STAT-03: X is a setting; nothing set is one month.
#[test]
fn the_horizon_is_so_many_months_after_the_end() {
    let january = Month::of(day(2028, 1, 31), Tashkent);
    let at =
        |year, month| Utc.with_ymd_and_hms(year, month, 1, 0, 0, 0).unwrap() - chrono::TimeDelta::hours(5);
    assert_eq!(january.horizon(0), at(2028, 3));
    assert_eq!(january.horizon(1), at(2028, 3));
    assert_eq!(january.horizon(12), at(2029, 2));
}

/// CIMP-STAT-04, GAP-37: one file for each macroregion, with the definition at its top.
#[test]
fn a_file_has_its_name_its_definitions_and_its_rows() {
    let month = Month::of(day(2026, 11, 1), Tashkent);
    assert_eq!(file_name("main", month, "North-West"), "STAT_main_202611_North-West.txt");
    assert_eq!(file_name("main", month, ""), "STAT_main_202611_NONE.txt");
    let long = "N".repeat(61);
    let names = ["North-West", "North/West", "North West", "../North-West", "", "NONE", &long, &long[1..]]
        .map(|macroregion| file_name("main", month, macroregion));
    assert!(names.iter().all(|name| !name.contains(['/', ' ']) && !name.contains("..")), "{names:?}");
    let different: std::collections::BTreeSet<&String> = names.iter().collect();
    assert_eq!(different.len(), names.len(), "CIMP-STAT-05: no two share a file: {names:?}");

    let mut out = head("main", month, "N", 3);
    let row = Row {
        account_id: Uuid::nil(),
        number: "100".to_owned(),
        bonus_type: "points".to_owned(),
        scale: 2,
        figures: Figures {
            opening: 1_000,
            accumulated: 250,
            accumulated_before: 900,
            spent: 50,
            expired: 5,
            closing: 1_195,
            to_be_expired: 30,
        },
    };
    push_row(&mut out, &row);

    let text = String::from_utf8(out).unwrap();
    assert!(
        text.contains("POINTS_ACCUMULATED_PREV: credited before the period and still in the balance"),
        "{text}"
    );
    assert!(text.ends_with("100|points|10|2.5|9|0.5|0.05|11.95|0.3\n"), "{text}");
}
