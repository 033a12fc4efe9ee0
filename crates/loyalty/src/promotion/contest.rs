//! Contests: who wins, from a recorded seed (CIMP-SPV-04).
//!
//! Each entry gets the number SHA-256(seed, entry); prizes go to the entries with the smallest numbers, in order. Anybody
//! can repeat a draw from the seed and the list of entries with any implementation of SHA-256; the order in which entries
//! were read plays no part.

use crate::id::{DrawId, PromotionId, PromotionOfferId};
use base::LocalText;
use base::id::MasterAccountId;
use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

/// Bytes of a seed.
pub const SEED_BYTES: usize = 32;

/// The winners, best prize first. `prizes` says how many there are of each; an entry wins at most once, and prizes for
/// which there is no entry stay.
#[must_use]
pub fn draw(seed: &[u8; SEED_BYTES], entries: &[Uuid], prizes: &[u32]) -> Vec<(usize, Uuid)> {
    let mut drawn: Vec<([u8; 32], Uuid)> =
        entries.iter().map(|entry| (number(seed, *entry), *entry)).collect();
    drawn.sort_unstable();
    drawn.dedup();
    let places = prizes
        .iter()
        .enumerate()
        .flat_map(|(prize, count)| std::iter::repeat_n(prize, usize::try_from(*count).unwrap_or(usize::MAX)));
    places.zip(drawn).map(|(prize, (_, entry))| (prize, entry)).collect()
}

fn number(seed: &[u8; SEED_BYTES], entry: Uuid) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seed);
    hash.update(entry.as_bytes());
    hash.finalize().into()
}

/// The fingerprint of the list of entries, kept with a draw: shows later that nobody was added or left out.
#[must_use]
pub fn fingerprint(entries: &[Uuid]) -> [u8; 32] {
    let mut entries = entries.to_vec();
    entries.sort_unstable();
    let mut hash = Sha256::new();
    for entry in entries {
        hash.update(entry.as_bytes());
    }
    hash.finalize().into()
}

/// A draw as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Draw {
    /// Its id.
    pub id: DrawId,
    /// Of which contest.
    pub promotion_id: PromotionId,
    /// The seed, 64 hexadecimal digits.
    pub seed: String,
    /// How many entries took part.
    pub entries: i32,
    /// SHA-256 over the sorted ids of the entries, 64 hexadecimal digits.
    pub fingerprint: String,
    /// When.
    pub drawn_at: DateTime<Utc>,
    /// Who won, best prize first.
    pub winners: Vec<ContestWinner>,
}

/// One winner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContestWinner {
    /// From 1 on.
    pub place: i32,
    /// Which of the contest's prizes, from 0 on.
    pub prize: i32,
    /// The prize's title.
    pub title: LocalText,
    /// The entry.
    pub offer_id: PromotionOfferId,
    /// Who won.
    pub account_id: MasterAccountId,
    /// The number of the account.
    pub account: String,
    /// What was given; null until it is.
    #[schema(value_type = Option<Object>)]
    pub granted: Option<serde_json::Value>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn entries(count: u128) -> Vec<Uuid> {
        (1..=count).map(Uuid::from_u128).collect()
    }

    /// CIMP-SPV-04: a draw is repeated from its seed, whatever the order in which entries are read.
    #[test]
    fn the_same_seed_draws_the_same_winners() {
        let mut backwards = entries(100);
        backwards.reverse();
        let winners = draw(&[7; 32], &entries(100), &[1, 3]);

        assert_eq!(winners, draw(&[7; 32], &backwards, &[1, 3]));
        assert_eq!(winners.iter().map(|(prize, _)| *prize).collect::<Vec<_>>(), [0, 1, 1, 1]);
        assert_ne!(winners, draw(&[8; 32], &entries(100), &[1, 3]));
        assert_eq!(fingerprint(&entries(100)), fingerprint(&backwards));
        assert_ne!(fingerprint(&entries(100)), fingerprint(&entries(99)));
    }

    /// Every entry has the same chance: over 4,000 seeds ten entries win about 400 times each (five sigma is 95).
    #[test]
    fn every_entry_has_the_same_chance() {
        let all = entries(10);
        let mut wins = [0_u32; 10];
        for n in 0..4_000_u32 {
            let mut seed = [0; 32];
            seed[..4].copy_from_slice(&n.to_le_bytes());
            let winner = draw(&seed, &all, &[1])[0].1;
            wins[all.iter().position(|entry| *entry == winner).unwrap()] += 1;
        }
        assert!(wins.iter().all(|count| (305..=495).contains(count)), "{wins:?}");
    }

    proptest! {
        #[test]
        fn nobody_wins_twice_and_no_prize_is_given_too_often(
            seed: [u8; 32],
            count in 0_u128..60,
            prizes in prop::collection::vec(0_u32..9, 0..5),
        ) {
            let all = entries(count);
            let winners = draw(&seed, &all, &prizes);
            let unique: BTreeSet<Uuid> = winners.iter().map(|(_, entry)| *entry).collect();
            prop_assert_eq!(unique.len(), winners.len());
            prop_assert!(unique.iter().all(|entry| all.contains(entry)));
            let wanted: usize = prizes.iter().map(|count| usize::try_from(*count).unwrap()).sum();
            prop_assert_eq!(winners.len(), wanted.min(all.len()));
            for (prize, count) in prizes.iter().enumerate() {
                let given = winners.iter().filter(|(won, _)| *won == prize).count();
                prop_assert!(given <= usize::try_from(*count).unwrap());
            }
        }
    }
}
