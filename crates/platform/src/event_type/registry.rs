//! The types as a server knows them: schemas compiled once per version, looked at again every second.

use super::{EventType, schema, store};
use jsonschema::Validator;
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// For how long what is known is believed: a change made on another server counts here after this time.
const BELIEVED_FOR: Duration = Duration::from_secs(1);

/// A type that is ready for use.
#[derive(Debug)]
pub struct KnownType {
    /// As registered.
    pub event_type: EventType,
    /// Its schema, compiled.
    pub validator: Validator,
}

/// All types at one moment, by name.
#[derive(Clone, Debug, Default)]
pub struct Known {
    types: BTreeMap<String, Arc<KnownType>>,
}

impl Known {
    /// The type of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Arc<KnownType>> {
        self.types.get(name)
    }

    /// Every type, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<KnownType>> {
        self.types.values()
    }

    /// The same with these types: what did not change is not compiled again.
    fn with(&self, rows: Vec<EventType>) -> Self {
        let known = |event_type: EventType| {
            let same = self.find(&event_type.name).filter(|known| known.event_type == event_type);
            if let Some(known) = same {
                return Some((event_type.name, Arc::clone(known)));
            }
            match schema::compile(&event_type.schema()) {
                Ok(validator) => {
                    Some((event_type.name.clone(), Arc::new(KnownType { event_type, validator })))
                }
                Err(why) => {
                    // It was compiled before it was stored: an older server knew a keyword that this one does not.
                    tracing::error!("the event type {} is not used: its schema {why}", event_type.name);
                    None
                }
            }
        };
        Self { types: rows.into_iter().filter_map(known).collect() }
    }
}

impl EventType {
    fn schema(&self) -> serde_json::Value {
        self.fields.schema.clone()
    }
}

#[derive(Default)]
struct Memory {
    known: Arc<Known>,
    stamp: Option<(i64, i64)>,
    looked_at: Option<Instant>,
}

/// Finds types; clones share what they know.
#[derive(Clone)]
pub struct Registry {
    pool: PgPool,
    memory: Arc<Mutex<Memory>>,
    /// Held by the one that looks; the others go on with what is known.
    looking: Arc<tokio::sync::Mutex<()>>,
}

impl Registry {
    /// A registry that knows nothing yet.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool, memory: Arc::default(), looking: Arc::default() }
    }

    /// The types, at most a second old.
    ///
    /// # Errors
    /// The database failed and nothing is known yet.
    pub async fn known(&self) -> sqlx::Result<Arc<Known>> {
        let (known, fresh, any) = {
            let memory = self.memory();
            let fresh = memory.looked_at.is_some_and(|at| at.elapsed() < BELIEVED_FOR);
            (Arc::clone(&memory.known), fresh, memory.stamp.is_some())
        };
        if fresh {
            return Ok(known);
        }
        if any {
            // Somebody looks already: what is known is good enough until then.
            let Ok(_looking) = self.looking.try_lock() else { return Ok(known) };
            if let Err(error) = self.look().await {
                tracing::warn!(%error, "event types could not be read: those of a while ago are used");
            }
        } else {
            let _looking = self.looking.lock().await;
            if self.memory().stamp.is_none() {
                self.look().await?;
            }
        }
        Ok(Arc::clone(&self.memory().known))
    }

    /// Reads the types now: after a change, so that it counts at once.
    ///
    /// # Errors
    /// The database failed.
    pub async fn refresh(&self) -> sqlx::Result<Arc<Known>> {
        let _looking = self.looking.lock().await;
        self.look().await?;
        Ok(Arc::clone(&self.memory().known))
    }

    async fn look(&self) -> sqlx::Result<()> {
        let mut db = self.pool.acquire().await?;
        let stamp = store::stamp(&mut db).await?;
        let known = {
            let mut memory = self.memory();
            memory.looked_at = Some(Instant::now());
            (memory.stamp != Some(stamp)).then(|| Arc::clone(&memory.known))
        };
        if let Some(known) = known {
            let known = known.with(store::list(&mut db).await?);
            let mut memory = self.memory();
            memory.known = Arc::new(known);
            memory.stamp = Some(stamp);
        }
        Ok(())
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
