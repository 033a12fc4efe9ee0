use super::*;
use base::id::SkillId;
use proptest::prelude::*;

fn id(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

fn skills(pairs: &[(u8, u8)]) -> Skills {
    Skills::new(pairs.iter().map(|(skill, level)| (SkillId::from_uuid(id(u128::from(*skill))), *level)))
}

fn at(seconds: u8) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600 + i64::from(seconds), 0).unwrap()
}

fn any_skills() -> impl Strategy<Value = Skills> {
    proptest::collection::vec((0_u8..3, 1_u8..4), 0..3).prop_map(|pairs| skills(&pairs))
}

#[derive(Clone, Debug)]
enum Move {
    Waits(u8, i16, u8, Skills),
    Taken(u8),
    Free(u8, Skills, u8),
    NotFree(u8),
    Gone(u8),
    Refused(u8, u8),
    Forget(u8, u8),
}

fn any_move() -> impl Strategy<Value = Move> {
    let small = || 0_u8..6;
    prop_oneof![
        4 => (small(), 0_i16..3, any::<u8>(), any_skills()).prop_map(|(c, p, at, s)| Move::Waits(c, p, at, s)),
        1 => small().prop_map(Move::Taken),
        4 => (small(), any_skills(), any::<u8>()).prop_map(|(o, s, at)| Move::Free(o, s, at)),
        1 => small().prop_map(Move::NotFree),
        1 => small().prop_map(Move::Gone),
        1 => (small(), small()).prop_map(|(o, c)| Move::Refused(o, c)),
        1 => (small(), small()).prop_map(|(o, c)| Move::Forget(o, c)),
    ]
}

fn operator(number: u8) -> OperatorId {
    OperatorId::from_uuid(id(u128::from(number)))
}

fn contact(number: u8) -> ContactId {
    ContactId::from_uuid(id(u128::from(number)))
}

/// The same by plain books.
#[derive(Default)]
struct Books {
    waiting: BTreeMap<ContactId, (Rank, Skills)>,
    free: BTreeMap<OperatorId, (DateTime<Utc>, Skills)>,
    refused: BTreeSet<(OperatorId, ContactId)>,
}

impl Books {
    fn fits(&self, who: OperatorId, contact: ContactId, needs: &Skills) -> bool {
        self.free[&who].1.covers(needs) && !self.refused.contains(&(who, contact))
    }

    fn best_contact(&self, who: OperatorId) -> Option<Rank> {
        self.waiting
            .iter()
            .filter(|(it, (_, needs))| self.fits(who, **it, needs))
            .map(|(_, (rank, _))| *rank)
            .min()
    }

    fn best_operator(&self, it: ContactId) -> Option<OperatorId> {
        let needs = &self.waiting[&it].1;
        let able = self.free.iter().filter(|(who, _)| self.fits(**who, it, needs));
        able.map(|(who, (since, _))| (*since, *who)).min().map(|(_, who)| who)
    }

    fn play(&mut self, step: Move, index: &mut Matching) {
        match step {
            Move::Waits(it, priority, arrived, needs) => {
                let rank = Rank::new(priority, at(arrived), contact(it));
                index.contact_waits(rank, &needs);
                self.waiting.insert(contact(it), (rank, needs));
            }
            Move::Taken(it) => {
                let rank = self.waiting.remove(&contact(it)).map(|(rank, _)| rank);
                assert_eq!(index.contact_taken(contact(it)), rank);
            }
            Move::Free(who, skills, since) => {
                index.operator_free(operator(who), &skills, at(since));
                self.free.insert(operator(who), (at(since), skills));
            }
            Move::NotFree(who) => {
                assert_eq!(
                    index.operator_not_free(operator(who)),
                    self.free.remove(&operator(who)).is_some()
                );
            }
            Move::Gone(who) => {
                index.operator_gone(operator(who));
                self.free.remove(&operator(who));
                self.refused.retain(|(refuser, _)| *refuser != operator(who));
            }
            Move::Refused(who, it) => {
                // Only who is known can refuse.
                if self.free.contains_key(&operator(who)) {
                    index.refused(operator(who), contact(it));
                    self.refused.insert((operator(who), contact(it)));
                }
            }
            Move::Forget(who, it) => {
                let was = self.refused.remove(&(operator(who), contact(it)));
                assert_eq!(index.forget_refusal(operator(who), contact(it)), was);
            }
        }
    }
}

proptest! {
    /// CC-ROUTE-02, CC-ROUTE-06: the index chooses what a scan of everybody would choose.
    #[test]
    fn the_index_chooses_as_a_scan_would(script in proptest::collection::vec(any_move(), 0..60)) {
        let (mut index, mut books) = (Matching::default(), Books::default());
        for step in script {
            books.play(step, &mut index);
            for who in books.free.keys() {
                prop_assert_eq!(index.best_contact(*who), books.best_contact(*who));
            }
            for (it, (rank, _)) in &books.waiting {
                prop_assert_eq!(index.best_operator(*it), books.best_operator(*it));
                let ahead = books.waiting.values().filter(|(other, _)| other < rank).count();
                prop_assert_eq!(index.ahead_of(*rank), ahead);
            }
            prop_assert_eq!(index.waiting(), books.waiting.len());
            prop_assert_eq!(index.free_operators().count(), books.free.len());
        }
    }
}

#[test]
fn needs_that_nobody_has_any_more_make_room_for_new_ones() {
    let mut index = Matching::default();
    let kinds = u32::try_from(SIGNATURES_KEPT).unwrap() + 100;
    for kind in 0..kinds {
        let needs = Skills::new([(SkillId::from_uuid(id(u128::from(kind))), 1)]);
        index.contact_waits(Rank::new(0, at(0), contact(1)), &needs);
        index.contact_taken(contact(1));
    }
    assert!(index.signatures.len() <= SIGNATURES_KEPT);
    assert_eq!(index.signature_of.len(), index.signatures.len());
}
