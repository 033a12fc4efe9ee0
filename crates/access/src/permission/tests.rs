use super::*;
use proptest::prelude::*;
use uuid::Uuid;

fn unit(n: u32) -> OrgUnitId {
    OrgUnitId::from_uuid(Uuid::from_u128(u128::from(n) + 1))
}

/// company -> {sales -> {north, south}, service}
fn company() -> UnitTree {
    UnitTree::new([
        (unit(0), None),
        (unit(1), Some(unit(0))),
        (unit(2), Some(unit(0))),
        (unit(3), Some(unit(1))),
        (unit(4), Some(unit(1))),
    ])
}

fn grant(operation: Operation, at: u32) -> Grant {
    Grant { operations: [operation].into(), unit: unit(at) }
}

/// NFR-ORG-01
#[test]
fn a_role_given_in_a_unit_holds_there_and_below_and_nowhere_else() {
    let sales = Permissions::new(&[grant(Operation::QueueRead, 1)], &company());

    for (at, allowed) in [(0, false), (1, true), (2, false), (3, true), (4, true)] {
        assert_eq!(sales.allows_in(Operation::QueueRead, Some(unit(at))), allowed, "unit {at}");
    }
    assert!(sales.allows(Operation::QueueRead));
    assert!(!sales.allows(Operation::QueueWrite));
    assert!(!sales.allows_in(Operation::QueueRead, None), "what belongs to no unit belongs to everybody");
    assert_eq!(sales.scope(Operation::QueueRead), Scope::Units([unit(1), unit(3), unit(4)].into()));
}

#[test]
fn a_role_at_the_root_holds_everywhere() {
    let all = Permissions::new(&[grant(Operation::QueueRead, 0)], &company());

    assert!(all.allows_in(Operation::QueueRead, None));
    assert_eq!(all.scope(Operation::QueueRead), Scope::Everywhere);
    assert_eq!(all.scope(Operation::QueueWrite), Scope::Units(BTreeSet::new()));
}

/// Nobody hands out more than they have.
#[test]
fn a_part_of_the_organisation_does_not_cover_the_whole_but_the_whole_covers_the_part() {
    let whole = Permissions::new(&[grant(Operation::QueueRead, 0)], &company());
    let part = Permissions::new(&[grant(Operation::QueueRead, 1)], &company());
    let other = Permissions::new(&[grant(Operation::QueueWrite, 3)], &company());

    assert_eq!(whole.first_missing(&part), None);
    assert_eq!(part.first_missing(&whole), Some(Operation::QueueRead));
    assert_eq!(whole.first_missing(&other), Some(Operation::QueueWrite));
}

#[test]
fn a_ring_of_units_ends_the_walk() {
    let ring = UnitTree::new([(unit(1), Some(unit(2))), (unit(2), Some(unit(1)))]);

    assert!(ring.is_within(unit(1), unit(2)));
    assert!(!ring.is_within(unit(1), unit(9)));
}

/// A random tree: every unit's parent has a smaller number; and random grants on it.
fn any_company() -> impl Strategy<Value = (UnitTree, Vec<Grant>, u32)> {
    (
        1_u32..20,
        any::<[u32; 20]>(),
        proptest::collection::vec((0_u32..20, 0_usize..Operation::ALL.len()), 0..6),
    )
        .prop_map(|(size, parents, grants)| {
            let tree = UnitTree::new((0..size).map(|n| {
                let parent = (n > 0).then(|| unit(parents[usize::try_from(n).unwrap()] % n));
                (unit(n), parent)
            }));
            let grants = grants.into_iter().map(|(at, op)| grant(Operation::ALL[op], at % size)).collect();
            (tree, grants, size)
        })
}

proptest! {
    /// NFR-ORG-01: permission is exactly "some grant of that operation stands at the unit or above it".
    #[test]
    fn permission_in_a_unit_is_a_grant_at_or_above_it((tree, grants, size) in any_company()) {
        let permissions = Permissions::new(&grants, &tree);
        for n in 0..size {
            for operation in Operation::ALL {
                let expected = grants.iter().any(|g| g.operations.contains(operation) && tree.is_within(unit(n), g.unit));
                prop_assert_eq!(permissions.allows_in(*operation, Some(unit(n))), expected);
            }
        }
        for operation in permissions.operations() {
            prop_assert!(permissions.allows(operation));
        }
    }
}

#[test]
fn only_who_may_act_everywhere_learns_that_a_unit_does_not_exist() {
    let whole = Permissions::new(&[grant(Operation::QueueRead, 0)], &company());
    let part = Permissions::new(&[grant(Operation::QueueRead, 1)], &company());

    assert!(whole.allows_in(Operation::QueueRead, Some(unit(99))));
    assert!(!part.allows_in(Operation::QueueRead, Some(unit(99))));
}
