//! Who may do what, where: operations granted in an organisation unit hold in the units below it.

pub mod query;

use crate::operation::Operation;
use base::id::OrgUnitId;
use std::collections::{BTreeMap, BTreeSet};

/// The units of the organisation, each with the one above it. Exactly one has none above: the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitTree(BTreeMap<OrgUnitId, Option<OrgUnitId>>);

impl UnitTree {
    /// A tree from pairs of unit and parent.
    #[must_use]
    pub fn new(units: impl IntoIterator<Item = (OrgUnitId, Option<OrgUnitId>)>) -> Self {
        Self(units.into_iter().collect())
    }

    /// Whether `unit` is `above` or stands anywhere below it. A ring, which the store refuses, ends the walk.
    #[must_use]
    pub fn is_within(&self, unit: OrgUnitId, above: OrgUnitId) -> bool {
        let mut at = Some(unit);
        for _ in 0..=self.0.len() {
            match at {
                Some(found) if found == above => return true,
                Some(found) => at = self.0.get(&found).copied().flatten(),
                None => return false,
            }
        }
        false
    }

    /// `unit` and every unit below it.
    #[must_use]
    pub fn subtree(&self, unit: OrgUnitId) -> BTreeSet<OrgUnitId> {
        let below = self.0.keys().copied().filter(|candidate| self.is_within(*candidate, unit));
        below.chain([unit]).collect()
    }

    /// The unit at the top.
    #[must_use]
    pub fn root(&self) -> Option<OrgUnitId> {
        self.0.iter().find(|(_, parent)| parent.is_none()).map(|(unit, _)| *unit)
    }
}

/// One role of one person: its operations, and the unit from which downwards they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// What the role allows.
    pub operations: BTreeSet<Operation>,
    /// Where.
    pub unit: OrgUnitId,
}

/// In which units something is visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In the whole organisation, and so also what belongs to no unit.
    Everywhere,
    /// In these units only. May be empty: then nothing is.
    Units(BTreeSet<OrgUnitId>),
}

impl Scope {
    /// The scope as a bind parameter: `null` means everywhere, for `($1::uuid[] is null or unit_id = any($1))`.
    #[must_use]
    pub fn as_filter(&self) -> Option<Vec<OrgUnitId>> {
        match self {
            Self::Everywhere => None,
            Self::Units(units) => Some(units.iter().copied().collect()),
        }
    }
}

/// Everything one caller may do, already expanded down the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    units: BTreeMap<Operation, BTreeSet<OrgUnitId>>,
    root: Option<OrgUnitId>,
}

impl Permissions {
    /// What the grants add up to in this organisation.
    #[must_use]
    pub fn new(grants: &[Grant], tree: &UnitTree) -> Self {
        let mut units: BTreeMap<Operation, BTreeSet<OrgUnitId>> = BTreeMap::new();
        for grant in grants {
            let subtree = tree.subtree(grant.unit);
            for operation in &grant.operations {
                units.entry(*operation).or_default().extend(subtree.iter().copied());
            }
        }
        Self { units, root: tree.root() }
    }

    /// Whether the operation is allowed in at least one unit.
    #[must_use]
    pub fn allows(&self, operation: Operation) -> bool {
        self.units.contains_key(&operation)
    }

    /// Whether the operation is allowed in this unit. What belongs to no unit belongs to the whole
    /// organisation: there the operation is needed at the root. At the root it is allowed everywhere, also in a
    /// unit that does not exist: whoever looks for it may learn that.
    #[must_use]
    pub fn allows_in(&self, operation: Operation, unit: Option<OrgUnitId>) -> bool {
        let Some(root) = self.root else { return false };
        let holds =
            |units: &BTreeSet<OrgUnitId>| units.contains(&unit.unwrap_or(root)) || units.contains(&root);
        self.units.get(&operation).is_some_and(holds)
    }

    /// Where the operation is allowed.
    #[must_use]
    pub fn scope(&self, operation: Operation) -> Scope {
        let units = self.units.get(&operation).cloned().unwrap_or_default();
        match self.root {
            Some(root) if units.contains(&root) => Scope::Everywhere,
            _ => Scope::Units(units),
        }
    }

    /// An operation that `other` allows in a unit where these permissions do not; nothing when they cover it.
    #[must_use]
    pub fn first_missing(&self, other: &Self) -> Option<Operation> {
        let covers = |operation: &Operation, units: &BTreeSet<OrgUnitId>| {
            self.units.get(operation).is_some_and(|own| own.is_superset(units))
        };
        other
            .units
            .iter()
            .find(|(operation, units)| !covers(operation, units))
            .map(|(operation, _)| *operation)
    }

    /// Every operation that is allowed somewhere.
    pub fn operations(&self) -> impl Iterator<Item = Operation> + '_ {
        self.units.keys().copied()
    }
}

#[cfg(test)]
mod tests;
