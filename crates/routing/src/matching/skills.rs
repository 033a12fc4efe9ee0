//! What a contact needs and what an operator can do: skills with levels.

use base::id::SkillId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How well a skill is mastered or how well it must be. 1 is the least; 0 means "any level will do".
pub type Level = u8;

/// A set of skills with levels: of a contact what it needs, of an operator what it can do.
///
/// Cheap to clone. Compared by fingerprint first, so that finding an equal set among hundreds is quick.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Vec<(SkillId, Level)>", into = "Vec<(SkillId, Level)>")]
pub struct Skills {
    fingerprint: u64,
    levels: Arc<[(SkillId, Level)]>,
}

/// Why a set of skills does not meet a need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Lack {
    /// The skill is not there at all.
    Missing {
        /// The skill that is needed.
        skill: SkillId,
    },
    /// The skill is there, at too low a level.
    TooLow {
        /// The skill that is needed.
        skill: SkillId,
        /// The level it has.
        has: Level,
        /// The least level that would do.
        needs: Level,
    },
}

impl Skills {
    /// Skills from pairs in any order; of a skill named twice the higher level counts.
    #[must_use]
    pub fn new(pairs: impl IntoIterator<Item = (SkillId, Level)>) -> Self {
        let mut levels: Vec<_> = pairs.into_iter().collect();
        levels.sort_by_key(|(skill, level)| (*skill, std::cmp::Reverse(*level)));
        levels.dedup_by_key(|(skill, _)| *skill);
        Self { fingerprint: fingerprint(&levels), levels: levels.into() }
    }

    /// Both sets together; of a skill in both the higher level counts.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        if other.levels.is_empty() {
            return self.clone();
        }
        if self.levels.is_empty() {
            return other.clone();
        }
        Self::new(self.iter().chain(other.iter()))
    }

    /// The pairs, ordered by skill.
    pub fn iter(&self) -> impl Iterator<Item = (SkillId, Level)> + '_ {
        self.levels.iter().copied()
    }

    /// Whether an operator with these skills may serve a contact with those needs.
    #[must_use]
    pub fn covers(&self, needs: &Self) -> bool {
        self.lack(needs).is_none()
    }

    /// The first need that these skills do not meet.
    #[must_use]
    pub fn lack(&self, needs: &Self) -> Option<Lack> {
        let mut mine = self.levels.iter().peekable();
        for (skill, needed) in needs.levels.iter().copied() {
            while mine.next_if(|(own, _)| *own < skill).is_some() {}
            match mine.peek() {
                Some((own, has)) if *own == skill && *has >= needed => {}
                Some((own, has)) if *own == skill => {
                    return Some(Lack::TooLow { skill, has: *has, needs: needed });
                }
                _ => return Some(Lack::Missing { skill }),
            }
        }
        None
    }
}

impl Default for Skills {
    fn default() -> Self {
        Self::new([])
    }
}

impl From<Vec<(SkillId, Level)>> for Skills {
    fn from(pairs: Vec<(SkillId, Level)>) -> Self {
        Self::new(pairs)
    }
}

impl From<Skills> for Vec<(SkillId, Level)> {
    fn from(skills: Skills) -> Self {
        skills.iter().collect()
    }
}

/// FNV-1a over the pairs: the same on every run, unlike a keyed hash, so that a seed reproduces a run.
fn fingerprint(levels: &[(SkillId, Level)]) -> u64 {
    let mut print = 0xcbf2_9ce4_8422_2325_u64;
    let mut eat = |byte: u8| print = (print ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    for (skill, level) in levels {
        skill.as_uuid().as_bytes().iter().for_each(|byte| eat(*byte));
        eat(*level);
    }
    print
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skill(number: u128) -> SkillId {
        SkillId::from_uuid(uuid::Uuid::from_u128(number))
    }

    /// CC-ROUTE-06
    #[test]
    fn every_needed_skill_must_be_there_at_its_level() {
        let (uzbek, russian, legal) = (skill(1), skill(2), skill(3));
        let operator = Skills::new([(russian, 3), (uzbek, 5)]);

        assert!(operator.covers(&Skills::default()));
        assert!(operator.covers(&Skills::new([(uzbek, 5), (russian, 1)])));
        assert_eq!(operator.lack(&Skills::new([(legal, 1)])), Some(Lack::Missing { skill: legal }));
        assert_eq!(
            operator.lack(&Skills::new([(russian, 4)])),
            Some(Lack::TooLow { skill: russian, has: 3, needs: 4 })
        );
    }

    #[test]
    fn equal_sets_are_equal_however_they_were_written() {
        let one = Skills::new([(skill(1), 2), (skill(2), 1), (skill(1), 4)]);
        let other = Skills::new([(skill(2), 1)]).with(&Skills::new([(skill(1), 4)]));

        assert_eq!(one, other);
        assert_eq!(serde_json::from_str::<Skills>(&serde_json::to_string(&one).unwrap()).unwrap(), other);
    }
}
