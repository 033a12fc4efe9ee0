//! Composition of what works by itself: rules that react to events, and what they owe.

use crate::app::{Ground, RunError};
use crate::http::resources::rules::RuleFile;
use actix_rt::Arbiter;
use actors::automation::{CONSUMER, Performer, Reactions, RulesConsumer, run_simulations};
use actors::prediction::run_trainings;
use base::{Author, Clock, Edit};
use platform::event;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use rules::rule::RuleFields;
use sqlx::PgPool;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Notify;

/// What works by itself, until it is stopped.
pub struct Automation {
    arbiter: Arbiter,
}

impl Automation {
    /// Starts the reader of events, the worker of reactions, simulations and trainings.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn start(ground: &Ground) -> Result<Self, RunError> {
        let (pool, clock, stop) = (&ground.pool, &ground.clock, &ground.stop);
        let zone = ground.settings.server.time_zone;
        let owed = Arc::new(Notify::new());
        load_packs(pool, &**clock, &ground.settings.server.flows_dir.join("rules")).await?;
        let kept = ground.settings.retention.decisions();
        let consumer = RulesConsumer::new(zone, Arc::clone(clock), rand::random(), Arc::clone(&owed), kept);
        tokio::spawn(event::run(ground.log.clone(), CONSUMER, consumer, stop.clone()));
        tokio::spawn(run_simulations(pool.clone(), Arc::clone(clock), zone, stop.clone()));
        let client = crate::processes::client(ground)?;
        // What a reaction calls, and who edits records with dice, stays on one thread.
        let arbiter = Arbiter::new();
        let (pool, clock, stop, seed) = (pool.clone(), Arc::clone(clock), stop.clone(), rand::random());
        arbiter.spawn_fn(move || {
            let (perform, references) = (Box::new(Performer), rules::query::KnownReferences::default());
            let worker = Reactions { pool, clock, zone, perform, client, owed, references };
            let trainings = run_trainings(
                worker.pool.clone(),
                Arc::clone(&worker.clock),
                zone,
                rand::random(),
                stop.clone(),
            );
            actix_rt::spawn(trainings);
            actix_rt::spawn(worker.run(seed, stop));
        });
        Ok(Self { arbiter })
    }

    /// Ends what is left, once the ground's `stop` is cancelled.
    pub fn stop(self) {
        self.arbiter.stop();
    }
}

/// Loads the rules that come along, as drafts, into a database that never had a rule: the files win only at the
/// first start (GAP-20). What cannot be read is left out and said.
///
/// # Errors
/// The database failed.
pub async fn load_packs(pool: &PgPool, clock: &dyn Clock, folder: &Path) -> sqlx::Result<()> {
    let mut tx = pool.begin().await?;
    if rules::query::any(&mut tx).await? {
        return Ok(());
    }
    let mut dice = ChaCha20Rng::from_rng(&mut rand::rng());
    let mut edit = Edit { now: clock.now(), author: Author::System, rng: &mut dice };
    for path in packs(folder) {
        let read = std::fs::read(&path).map_err(|error| error.to_string());
        let pack = read
            .and_then(|bytes| serde_json::from_slice::<RuleFile>(&bytes).map_err(|error| error.to_string()));
        let stored = match pack {
            Ok(RuleFile { name, description, document, .. }) => {
                let fields = RuleFields { name, description, document };
                rules::store::insert(&mut tx, &mut edit, &fields)
                    .await
                    .map(drop)
                    .map_err(|error| error.to_string())
            }
            Err(error) => Err(error),
        };
        if let Err(error) = stored {
            tracing::warn!(file = %path.display(), "this rule was not loaded: {error}");
        }
    }
    tx.commit().await
}

/// The rule files of a folder, by name.
fn packs(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
    let mut packs: Vec<PathBuf> =
        files.filter(|path| path.to_string_lossy().ends_with(".rule.json")).collect();
    packs.sort();
    packs
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::FixedClock;
    use platform::testing::TestDb;
    use serde_json::json;

    /// CIMP-GEN-07, GAP-20: rules are JSON files of a folder below `flows_dir` of the settings; they are loaded as drafts into
    /// a database that has none, what cannot be read is left out, and later what people changed goes before the files.
    #[tokio::test]
    async fn rules_are_json_files_of_the_folder_that_the_settings_name() {
        let flows = tempfile::tempdir().unwrap();
        let file = flows.path().join("settings.toml");
        std::fs::write(&file, format!("[server]\nflows_dir = {:?}\n", flows.path())).unwrap();
        let loaded = crate::settings::load(Some(&file)).unwrap();
        let folder = loaded.settings.server.flows_dir.join("rules");
        std::fs::create_dir(&folder).unwrap();
        let rule = |amount: &str| {
            json!({ "trunkline_rule": 1, "name": "Payments", "description": "", "document": {
                "event": "loyalty.payment", "criteria": { "kind": "expression", "text": "true" },
                "reactions": [{ "key": "give", "kind": "accrue", "bonus_type": "points", "amount": amount }],
                "tests": [] } })
        };
        std::fs::write(folder.join("payments.rule.json"), rule("5").to_string()).unwrap();
        std::fs::write(folder.join("broken.rule.json"), "{").unwrap();
        std::fs::write(folder.join("notes.txt"), "no rule").unwrap();
        let db = TestDb::new().await;
        let clock = FixedClock::at(chrono::DateTime::UNIX_EPOCH);
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let mut edit = Edit { now: clock.now(), author: Author::System, rng: &mut rng };
        let mut tx = db.pool().begin().await.unwrap();
        platform::event_type::built_in::load(&mut tx, &mut edit).await.unwrap();
        tx.commit().await.unwrap();

        load_packs(db.pool(), &clock, &folder).await.unwrap();
        std::fs::write(folder.join("payments.rule.json"), rule("9").to_string()).unwrap();
        load_packs(db.pool(), &clock, &folder).await.unwrap();

        let stored = rules::query::list(&mut db.pool().acquire().await.unwrap()).await.unwrap();
        let found: Vec<(&str, &serde_json::Value)> = stored
            .iter()
            .map(|rule| (rule.name.as_str(), &rule.document["reactions"][0]["amount"]))
            .collect();
        assert_eq!(found, [("Payments", &json!("5"))]);
    }
}
