use super::*;
use chrono::TimeDelta;
use proptest::prelude::*;

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap()
}

fn after(minutes: i64) -> DateTime<Utc> {
    start() + TimeDelta::minutes(minutes)
}

/// SEC-01
#[test]
fn the_fifth_wrong_password_in_the_window_locks_for_the_set_time() {
    let policy = LockoutPolicy::default();
    let mut refusals = Refusals::None;

    for minute in 0..4 {
        refusals = refusals.after_failure(after(minute), 5, &policy);
        assert_eq!(refusals.locked_until(after(minute)), None);
    }
    refusals = refusals.after_failure(after(4), 5, &policy);

    assert_eq!(refusals.locked_until(after(4)), Some(after(19)));
    assert_eq!(refusals.locked_until(after(18)), Some(after(19)));
    assert_eq!(refusals.locked_until(after(19)), None);
    assert_eq!(
        refusals.after_failure(after(20), 5, &policy),
        Refusals::Counted { failures: 1, first_at: after(20) }
    );
}

#[test]
fn failures_older_than_the_window_are_forgotten() {
    let policy = LockoutPolicy::default();
    let once = Refusals::None.after_failure(after(0), 2, &policy);

    assert_eq!(
        once.after_failure(after(15), 2, &policy),
        Refusals::Counted { failures: 1, first_at: after(15) }
    );
    assert_eq!(once.after_failure(after(14), 2, &policy), Refusals::Locked { until: after(29) });
}

proptest! {
    /// Whatever the rhythm of guesses, no more than `limit` are looked at in any lock period's length.
    #[test]
    fn guessing_is_never_faster_than_the_limit_a_lock_period(gaps in proptest::collection::vec(0_i64..40, 1..200), limit in 1_u16..8) {
        let policy = LockoutPolicy { window_minutes: 15, locked_minutes: 15, ..LockoutPolicy::default() };
        let mut refusals = Refusals::None;
        let mut now = start();
        let mut looked_at = Vec::new();
        for gap in gaps {
            now += TimeDelta::minutes(gap);
            if refusals.locked_until(now).is_none() {
                looked_at.push(now);
                refusals = refusals.after_failure(now, limit, &policy);
            }
        }
        for (n, first) in looked_at.iter().enumerate() {
            let close = looked_at[n..].iter().take_while(|at| **at - *first < policy.window()).count();
            // A window may begin inside one count and end inside the next.
            prop_assert!(close < 2 * usize::from(limit) + 1, "{close} guesses in a window with limit {limit}");
        }
    }
}
