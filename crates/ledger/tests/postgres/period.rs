//! Figures of a span of time (CIMP-STAT-02).

use crate::site::{amount, credit, credit_until, debit, noon, order, reverse, site};
use chrono::{DateTime, TimeDelta, Utc};
use ledger::query::PeriodFigures;
use ledger::{Counter, Movement, Portion, ReversalPolicy, query};

fn day(days: i64) -> DateTime<Utc> {
    noon() + TimeDelta::days(days)
}

/// What is taken back is no debit but less credit, and the other way round; what happens after the span changes nothing.
#[tokio::test]
async fn figures_of_a_span_are_those_of_its_bookings() {
    let site = site().await;
    let (anna, boris) = (site.account(1), site.account(2));
    for (at, key, movement) in [
        (0, "before", credit_until(anna, 100, Some(day(45)))),
        (0, "returned", credit(anna, 40)),
        (1, "spent before", debit(anna, 30)),
        (10, "inside", credit_until(anna, 50, Some(day(60)))),
        (11, "take back", reverse("returned", Portion::All, ReversalPolicy::OnlyRemaining)),
        (12, "spent inside", debit(anna, 20)),
        (13, "give back", reverse("spent before", Portion::Part(amount(10)), ReversalPolicy::OnlyRemaining)),
        (
            14,
            "to a partner",
            Movement::Debit { account: anna, amount: amount(5), to: Counter::the("partner") },
        ),
        (15, "other", credit(boris, 7)),
        (25, "after", credit(anna, 1_000)),
        (26, "spent after", debit(anna, 90)),
    ] {
        site.post_at(day(at), order(key, movement)).await.unwrap();
    }

    let mut db = site.db.pool().acquire().await.unwrap();
    let owners = [anna.owner, boris.owner, site.account(3).owner];
    let figures = query::period(&mut db, site.points, &owners, day(5)..day(20), day(50)).await.unwrap();

    // Of the first lot of 100: 30 spent before, 10 of them given back, 25 spent inside.
    let anna = PeriodFigures {
        owner: anna.owner,
        opening: 110,
        credited: 50 - 40,
        debited: 25 - 10,
        expired: 0,
        closing: 105,
        remaining_before: 55,
        expiring: 55,
    };
    let boris = PeriodFigures { owner: boris.owner, credited: 7, closing: 7, ..PeriodFigures::default() };
    assert_eq!(figures, [anna, boris]);
    let movements = query::movements(&mut db, site.points, day(5)..day(20), (0, 0), 100).await.unwrap();
    let changes: Vec<i64> = movements.iter().map(|moved| moved.change).collect();
    assert_eq!(changes, [50, -40, -20, 10, -5, 7]);
    let rest = (movements[2].number, movements[2].place);
    assert_eq!(
        query::movements(&mut db, site.points, day(5)..day(20), rest, 2).await.unwrap(),
        movements[3..5]
    );
}
