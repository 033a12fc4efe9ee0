//! Which contact for which operator: an index, not a scan.
//!
//! Contacts queue per *signature* (a distinct set of needs), in rank order. Operators are grouped by
//! *profile* (a distinct set of skills), the free ones by how long they have been idle. Which profile covers
//! which signature is a bitmap that changes only when a new set appears, so a decision looks at the heads of
//! lines only. Idle operators are kept per profile and not per signature: an operator who becomes free is one
//! insertion, not one for each of the hundreds of signatures it covers.

mod bits;
mod skills;
#[cfg(test)]
mod tests;

pub use bits::Bits;
pub use skills::{Lack, Level, Skills};

use crate::explain::Roster;
use base::id::{ContactId, OperatorId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Signatures that are kept interned before the slot of one with nobody waiting is used again.
///
/// Needs come from queues and languages, so hundreds are many; beyond this, something invents them.
pub const SIGNATURES_KEPT: usize = 4_096;

/// A place in the line: higher priority first, then who came first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rank {
    /// Larger goes first.
    pub priority: Reverse<i16>,
    /// Since when the contact waits; kept when it returns to the line.
    pub arrived_at: DateTime<Utc>,
    /// Whose place it is; also decides between equals, so that the order is total.
    pub contact: ContactId,
}

impl Rank {
    /// The place of `contact`.
    #[must_use]
    pub const fn new(priority: i16, arrived_at: DateTime<Utc>, contact: ContactId) -> Self {
        Self { priority: Reverse(priority), arrived_at, contact }
    }
}

/// Idle since, and who.
type Idle = (DateTime<Utc>, OperatorId);

#[derive(Debug)]
struct Signature {
    needs: Skills,
    line: BTreeSet<Rank>,
    covered_by: Bits,
}

#[derive(Debug)]
struct Profile {
    skills: Skills,
    free: BTreeSet<Idle>,
    covers: Bits,
    operators: usize,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    profile: usize,
    seat: usize,
    idle_since: Option<DateTime<Utc>>,
}

/// The waiting contacts and the operators of one queue.
#[derive(Debug, Default)]
pub struct Matching {
    signatures: Vec<Signature>,
    signature_of: BTreeMap<Skills, usize>,
    heads: Vec<Option<Rank>>,
    with_waiting: Bits,
    profiles: Vec<Profile>,
    profile_of: BTreeMap<Skills, usize>,
    idle_heads: Vec<Option<Idle>>,
    with_free: Bits,
    contacts: BTreeMap<ContactId, (usize, Rank)>,
    operators: BTreeMap<OperatorId, Known>,
    refusals: BTreeSet<(OperatorId, ContactId)>,
    roster: Arc<Roster>,
    free: Bits,
}

impl Matching {
    /// Puts a contact in line at its rank. One that is in line already moves there.
    pub fn contact_waits(&mut self, rank: Rank, needs: &Skills) {
        self.contact_taken(rank.contact);
        let number = self.intern_signature(needs);
        if let Some(signature) = self.signatures.get_mut(number) {
            signature.line.insert(rank);
        }
        self.contacts.insert(rank.contact, (number, rank));
        self.refresh_head(number);
    }

    /// Takes a contact out of the line: offered to somebody, or gone.
    pub fn contact_taken(&mut self, contact: ContactId) -> Option<Rank> {
        let (number, rank) = self.contacts.remove(&contact)?;
        if let Some(signature) = self.signatures.get_mut(number) {
            signature.line.remove(&rank);
        }
        self.refresh_head(number);
        Some(rank)
    }

    /// An operator is free for contacts it covers, idle since then.
    pub fn operator_free(&mut self, operator: OperatorId, skills: &Skills, idle_since: DateTime<Utc>) {
        self.operator_known(operator, skills);
        self.set_idle(operator, Some(idle_since));
    }

    /// An operator takes nothing more for now. Whether it was free.
    pub fn operator_not_free(&mut self, operator: OperatorId) -> bool {
        self.set_idle(operator, None)
    }

    /// An operator left the queue: nothing is remembered of it.
    pub fn operator_gone(&mut self, operator: OperatorId) {
        self.operator_not_free(operator);
        let Some(known) = self.operators.remove(&operator) else { return };
        self.release_profile(known.profile);
        Arc::make_mut(&mut self.roster).leave(known.seat);
        let of_operator = self.refusals_of(operator).collect::<Vec<_>>();
        for contact in of_operator {
            self.refusals.remove(&(operator, contact));
        }
    }

    /// An operator refused a contact: it is not offered to that operator again until that is forgotten.
    pub fn refused(&mut self, operator: OperatorId, contact: ContactId) {
        self.refusals.insert((operator, contact));
    }

    /// A refusal is forgotten. Whether there was one.
    pub fn forget_refusal(&mut self, operator: OperatorId, contact: ContactId) -> bool {
        self.refusals.remove(&(operator, contact))
    }

    /// The first in line that a free `operator` may serve.
    #[must_use]
    pub fn best_contact(&self, operator: OperatorId) -> Option<Rank> {
        let profile = self.profiles.get(self.operators.get(&operator)?.profile)?;
        let reachable = profile.covers.both(&self.with_waiting);
        if self.refusals_of(operator).next().is_none() {
            return reachable.filter_map(|number| *self.heads.get(number)?).min();
        }
        reachable
            .filter_map(|number| {
                let mut line = self.signatures.get(number)?.line.iter().copied();
                line.find(|rank| !self.has_refused(operator, rank.contact))
            })
            .min()
    }

    /// The operator who may serve a waiting `contact` and has been idle for longest.
    #[must_use]
    pub fn best_operator(&self, contact: ContactId) -> Option<OperatorId> {
        let (number, _) = self.contacts.get(&contact)?;
        let reachable = self.signatures.get(*number)?.covered_by.both(&self.with_free);
        let best = if self.refusals.is_empty() {
            reachable.filter_map(|profile| *self.idle_heads.get(profile)?).min()
        } else {
            reachable
                .filter_map(|profile| {
                    let mut idle = self.profiles.get(profile)?.free.iter().copied();
                    idle.find(|(_, operator)| !self.has_refused(*operator, contact))
                })
                .min()
        };
        best.map(|(_, operator)| operator)
    }

    /// How many wait in line.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.contacts.len()
    }

    /// How many wait with a better rank than this.
    #[must_use]
    pub fn ahead_of(&self, rank: Rank) -> usize {
        self.signatures.iter().map(|signature| signature.line.range(..rank).count()).sum()
    }

    /// The rank of a waiting contact.
    #[must_use]
    pub fn rank(&self, contact: ContactId) -> Option<Rank> {
        self.contacts.get(&contact).map(|(_, rank)| *rank)
    }

    /// Everybody in line, first first.
    #[must_use]
    pub fn line(&self) -> Vec<Rank> {
        let mut line: Vec<_> = self.contacts.values().map(|(_, rank)| *rank).collect();
        line.sort_unstable();
        line
    }

    /// Since when a free operator is idle; nothing for one that is not free.
    #[must_use]
    pub fn idle_since(&self, operator: OperatorId) -> Option<DateTime<Utc>> {
        self.operators.get(&operator)?.idle_since
    }

    /// Every operator that is free.
    pub fn free_operators(&self) -> impl Iterator<Item = OperatorId> + '_ {
        self.operators.iter().filter(|(_, known)| known.idle_since.is_some()).map(|(operator, _)| *operator)
    }

    /// Everybody known, as it stands: cheap, for an explanation that is expanded later.
    #[must_use]
    pub fn roster(&self) -> (Arc<Roster>, Bits) {
        (Arc::clone(&self.roster), self.free.clone())
    }

    /// Who refused this contact and is still spared it.
    #[must_use]
    pub fn refused_by(&self, contact: ContactId) -> Vec<OperatorId> {
        if self.refusals.is_empty() {
            return Vec::new();
        }
        self.refusals
            .iter()
            .filter(|(_, refused)| *refused == contact)
            .map(|(operator, _)| *operator)
            .collect()
    }

    fn refusals_of(&self, operator: OperatorId) -> impl Iterator<Item = ContactId> + '_ {
        let first = ContactId::from_uuid(uuid::Uuid::nil());
        self.refusals
            .range((operator, first)..)
            .map_while(move |(who, contact)| (*who == operator).then_some(*contact))
    }

    fn has_refused(&self, operator: OperatorId, contact: ContactId) -> bool {
        self.refusals.contains(&(operator, contact))
    }

    fn refresh_head(&mut self, number: usize) {
        let first = self.signatures.get(number).and_then(|signature| signature.line.first().copied());
        if let Some(head) = self.heads.get_mut(number) {
            *head = first;
        }
        self.with_waiting.set(number, first.is_some());
    }

    fn set_idle(&mut self, operator: OperatorId, idle_since: Option<DateTime<Utc>>) -> bool {
        let Some(known) = self.operators.get_mut(&operator) else { return false };
        let before = std::mem::replace(&mut known.idle_since, idle_since);
        let Known { profile: number, seat, .. } = *known;
        if before == idle_since {
            return before.is_some();
        }
        if let Some(profile) = self.profiles.get_mut(number) {
            if let Some(since) = before {
                profile.free.remove(&(since, operator));
            }
            if let Some(since) = idle_since {
                profile.free.insert((since, operator));
            }
            let first = profile.free.first().copied();
            if let Some(head) = self.idle_heads.get_mut(number) {
                *head = first;
            }
            self.with_free.set(number, first.is_some());
        }
        self.free.set(seat, idle_since.is_some());
        before.is_some()
    }

    /// Remembers who the operator is; one whose skills changed moves to its new profile, not free there yet.
    fn operator_known(&mut self, operator: OperatorId, skills: &Skills) {
        if let Some(known) = self.operators.get(&operator).copied() {
            if self.profiles.get(known.profile).is_some_and(|profile| profile.skills == *skills) {
                return;
            }
            self.set_idle(operator, None);
            self.release_profile(known.profile);
            let profile = self.intern_profile(skills);
            self.operators.insert(operator, Known { profile, idle_since: None, ..known });
            Arc::make_mut(&mut self.roster).change(known.seat, operator, skills.clone());
        } else {
            let profile = self.intern_profile(skills);
            let seat = Arc::make_mut(&mut self.roster).join(operator, skills.clone());
            self.operators.insert(operator, Known { profile, seat, idle_since: None });
        }
    }

    fn intern_signature(&mut self, needs: &Skills) -> usize {
        if let Some(number) = self.signature_of.get(needs) {
            return *number;
        }
        let covered_by = |profiles: &[Profile]| {
            let mut bits = Bits::default();
            let covering = profiles.iter().enumerate().filter(|(_, profile)| profile.skills.covers(needs));
            covering.for_each(|(number, _)| bits.insert(number));
            bits
        };
        let fresh =
            Signature { needs: needs.clone(), line: BTreeSet::new(), covered_by: covered_by(&self.profiles) };
        let number = self.free_signature();
        if let Some(slot) = self.signatures.get_mut(number) {
            self.signature_of.remove(&slot.needs);
            *slot = fresh;
        } else {
            self.signatures.push(fresh);
            self.heads.push(None);
        }
        for profile in &mut self.profiles {
            profile.covers.set(number, profile.skills.covers(needs));
        }
        self.signature_of.insert(needs.clone(), number);
        number
    }

    fn free_signature(&self) -> usize {
        let count = self.signatures.len();
        if count < SIGNATURES_KEPT {
            return count;
        }
        self.signatures.iter().position(|signature| signature.line.is_empty()).unwrap_or(count)
    }

    fn intern_profile(&mut self, skills: &Skills) -> usize {
        if let Some(number) = self.profile_of.get(skills).copied() {
            if let Some(profile) = self.profiles.get_mut(number) {
                profile.operators += 1;
            }
            return number;
        }
        let mut covers = Bits::default();
        let covered =
            self.signatures.iter().enumerate().filter(|(_, signature)| skills.covers(&signature.needs));
        covered.for_each(|(number, _)| covers.insert(number));
        let fresh = Profile { skills: skills.clone(), free: BTreeSet::new(), covers, operators: 1 };
        let unused = self.profiles.iter().position(|profile| profile.operators == 0);
        let number = unused.unwrap_or(self.profiles.len());
        if let Some(slot) = self.profiles.get_mut(number) {
            *slot = fresh;
        } else {
            self.profiles.push(fresh);
            self.idle_heads.push(None);
        }
        for signature in &mut self.signatures {
            signature.covered_by.set(number, skills.covers(&signature.needs));
        }
        self.profile_of.insert(skills.clone(), number);
        number
    }

    fn release_profile(&mut self, number: usize) {
        let Some(profile) = self.profiles.get_mut(number) else { return };
        profile.operators = profile.operators.saturating_sub(1);
        if profile.operators == 0 {
            self.profile_of.remove(&profile.skills);
        }
    }
}
