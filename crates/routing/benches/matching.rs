//! How long a routing decision takes, by index and by plain scan, in the same run.
//!
//! `cargo bench -p routing`: 10,000 contacts wait, 2,000 operators work, 500 skill combinations are in use. Both
//! ways take the same decisions; the run fails when they differ.
#![expect(
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::indexing_slicing,
    reason = "a benchmark stops at a bug"
)]

use base::id::{ContactId, OperatorId, SkillId};
use chrono::{DateTime, TimeDelta, Utc};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use routing::matching::{Matching, Rank, Skills};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

const CONTACTS: usize = 10_000;
const OPERATORS: usize = 2_000;
const COMBINATIONS: usize = 500;
const SKILLS: u128 = 24;
const ROUNDS: usize = 20_000;
const SCANNED_ROUNDS: usize = 4_000;
const OPERATOR_FREE_LIMIT: Duration = Duration::from_micros(3);
const CONTACT_ARRIVES_LIMIT: Duration = Duration::from_micros(1);

struct Scene {
    rng: ChaCha8Rng,
    start: DateTime<Utc>,
    needs: Vec<Skills>,
    profiles: Vec<Skills>,
    serial: u128,
}

fn combination(
    rng: &mut ChaCha8Rng,
    count: std::ops::RangeInclusive<usize>,
    levels: std::ops::RangeInclusive<u8>,
) -> Skills {
    let count = rng.random_range(count);
    Skills::new((0..count).map(|_| {
        let skill = SkillId::from_uuid(uuid::Uuid::from_u128(rng.random_range(1..=SKILLS)));
        (skill, rng.random_range(levels.clone()))
    }))
}

impl Scene {
    fn new() -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mut distinct = |count, levels: std::ops::RangeInclusive<u8>| {
            let mut all: Vec<Skills> = Vec::new();
            while all.len() < COMBINATIONS {
                let one = combination(&mut rng, std::ops::RangeInclusive::clone(&count), levels.clone());
                if !all.contains(&one) {
                    all.push(one);
                }
            }
            all
        };
        let (needs, profiles) = (distinct(1..=3, 1..=5), distinct(4..=12, 3..=10));
        let start = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
        Self { rng: ChaCha8Rng::seed_from_u64(3), start, needs, profiles, serial: 0 }
    }

    fn contact(&mut self) -> (Rank, Skills) {
        self.serial += 1;
        let contact = ContactId::new(self.start, &mut self.rng);
        let arrived_at = self.start + TimeDelta::milliseconds(self.serial as i64);
        let priority = [0, 0, 0, 0, 0, 0, 0, 5, 5, 10][self.rng.random_range(0..10)];
        let needs = self.needs[self.rng.random_range(0..COMBINATIONS)].clone();
        (Rank::new(priority, arrived_at, contact), needs)
    }

    fn profile(&mut self) -> Skills {
        self.profiles[self.rng.random_range(0..COMBINATIONS)].clone()
    }
}

fn operator(number: usize) -> OperatorId {
    OperatorId::from_uuid(uuid::Uuid::from_u128(number as u128))
}

/// What is scanned: everybody, every time.
#[derive(Default)]
struct Scan {
    waiting: Vec<(Rank, Skills)>,
    free: Vec<(DateTime<Utc>, OperatorId, Skills)>,
}

impl Scan {
    fn best_contact(&self, skills: &Skills) -> Option<Rank> {
        self.waiting.iter().filter(|(_, needs)| skills.covers(needs)).map(|(rank, _)| *rank).min()
    }

    fn best_operator(&self, needs: &Skills) -> Option<OperatorId> {
        let able = self.free.iter().filter(|(_, _, skills)| skills.covers(needs));
        able.map(|(since, operator, _)| (*since, *operator)).min().map(|(_, operator)| operator)
    }
}

fn report(what: &str, mut times: Vec<Duration>, limit: Option<Duration>) -> bool {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 1_000];
    let mean = times.iter().sum::<Duration>() / times.len() as u32;
    let verdict = limit.map(|limit| (at(990) <= limit, limit));
    let said = match verdict {
        Some((true, limit)) => format!("within the limit of {limit:?}"),
        Some((false, limit)) => format!("OVER the limit of {limit:?}"),
        None => String::new(),
    };
    println!(
        "{what:<44} p50 {:>9.3?}  p99 {:>9.3?}  p99.9 {:>9.3?}  mean {mean:>9.3?}  {said}",
        at(500),
        at(990),
        at(999)
    );
    verdict.is_none_or(|(held, _)| held)
}

/// Contacts wait, nobody is free; one operator after the other becomes free and takes the best contact.
fn operator_becomes_free(scene: &mut Scene) -> bool {
    let (mut index, mut scan) = (Matching::default(), Scan::default());
    let mut needs_of = BTreeMap::new();
    let profiles: Vec<_> = (0..OPERATORS).map(|_| scene.profile()).collect();
    for (number, skills) in profiles.iter().enumerate() {
        index.operator_free(operator(number), skills, scene.start);
        index.operator_not_free(operator(number));
    }
    while index.waiting() < CONTACTS {
        let (rank, needs) = scene.contact();
        index.contact_waits(rank, &needs);
        needs_of.insert(rank.contact, needs);
    }
    let (mut indexed, mut scanned) = (Vec::new(), Vec::new());
    // The scan has rounds of its own: it would push the index out of the processor's cache.
    for round in 0..ROUNDS + SCANNED_ROUNDS {
        let scans = round >= ROUNDS;
        if round == ROUNDS {
            scan.waiting =
                index.line().into_iter().map(|rank| (rank, needs_of[&rank.contact].clone())).collect();
        }
        let number = scene.rng.random_range(0..OPERATORS);
        let (who, skills) = (operator(number), profiles[number].clone());
        let idle_since = scene.start + TimeDelta::milliseconds(round as i64);

        let begin = Instant::now();
        index.operator_free(who, &skills, idle_since);
        let best = index.best_contact(who);
        if let Some(rank) = best {
            index.contact_taken(rank.contact);
            index.operator_not_free(who);
        }
        black_box(index.roster());
        let took = begin.elapsed();

        if scans {
            let begin = Instant::now();
            let same = black_box(scan.best_contact(&skills));
            scanned.push(begin.elapsed());
            assert_eq!(best, same, "index and scan choose the same contact");
        } else {
            indexed.push(took);
        }
        index.operator_not_free(who);
        if let Some(rank) = best {
            let (fresh, needs) = scene.contact();
            if scans {
                let place = scan.waiting.iter().position(|(waiting, _)| *waiting == rank).unwrap();
                scan.waiting[place] = (fresh, needs.clone());
            }
            index.contact_waits(fresh, &needs);
            needs_of.insert(fresh.contact, needs);
        }
    }
    let held = report("operator became free, index, with taking", indexed, Some(OPERATOR_FREE_LIMIT));
    report("operator became free, scan, finding only", scanned, None);
    held
}

/// Contacts wait for whom nobody is free; others arrive and find the longest idle of those who are.
fn contact_arrives(scene: &mut Scene) -> bool {
    let (mut index, mut scan) = (Matching::default(), Scan::default());
    for number in 0..OPERATORS {
        let skills = scene.profile();
        index.operator_free(operator(number), &skills, scene.start);
        index.operator_not_free(operator(number));
        // One in eleven is free while others talk, as in a busy hour.
        if number % 11 == 0 {
            let idle_since = scene.start + TimeDelta::milliseconds(i64::from(scene.rng.next_u32() % 600_000));
            index.operator_free(operator(number), &skills, idle_since);
            scan.free.push((idle_since, operator(number), skills));
        }
    }
    for _ in 0..CONTACTS {
        let (rank, needs) = scene.contact();
        index.contact_waits(rank, &needs);
    }
    let (mut indexed, mut scanned) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS + SCANNED_ROUNDS {
        let (rank, needs) = scene.contact();
        index.contact_waits(rank, &needs);

        let begin = Instant::now();
        let best = black_box(index.best_operator(rank.contact));
        black_box(index.roster());
        let took = begin.elapsed();

        if round < ROUNDS {
            indexed.push(took);
        } else {
            let begin = Instant::now();
            let same = black_box(scan.best_operator(&needs));
            scanned.push(begin.elapsed());
            assert_eq!(best, same, "index and scan choose the same operator");
        }
        index.contact_taken(rank.contact);
    }
    let held = report("contact arrives, index", indexed, Some(CONTACT_ARRIVES_LIMIT));
    report("contact arrives, scan", scanned, None);
    held
}

fn main() {
    println!(
        "{CONTACTS} contacts wait, {OPERATORS} operators, {COMBINATIONS} combinations of {SKILLS} skills"
    );
    let mut scene = Scene::new();
    let held = [operator_becomes_free(&mut scene), contact_arrives(&mut scene)];
    if held.contains(&false) {
        std::process::exit(1);
    }
}
