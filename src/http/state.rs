//! What every handler can reach: the pool, the clock, the dice, settings, and the live parts.

use super::guard::limits::Limits;
use super::hashing::Hashing;
use super::problem::ApiError;
use super::programs::Programs;
use super::settings::Http;
use access::policy::AccessPolicy;
use actix_web::web::Data;
use base::Clock;
use chrono::{DateTime, Utc};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use sqlx::{PgPool, Postgres, Transaction};
use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Shared by all handlers as `Data<AppState>`.
pub struct AppState {
    /// The database. Handlers take a transaction with [`AppState::begin`].
    pub pool: PgPool,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// `[http]`
    pub settings: Http,
    /// Rules for passwords, sessions and lock-out.
    pub policy: AccessPolicy,
    /// Hashes passwords, a few at a time.
    pub hashing: Hashing,
    /// API keys that were looked up of late.
    pub programs: Programs,
    /// How many requests a source may send.
    pub limits: Limits,
    /// When this server started.
    pub started_at: DateTime<Utc>,
    dice: Mutex<ChaCha20Rng>,
    parts: BTreeMap<TypeId, Box<dyn Any + Send + Sync>>,
}

impl AppState {
    /// The state without live parts. `seed` comes from the operating system; tests fix it.
    #[must_use]
    pub fn new(
        pool: PgPool,
        clock: Arc<dyn Clock>,
        seed: [u8; 32],
        settings: Http,
        policy: AccessPolicy,
    ) -> Self {
        let started_at = clock.now();
        Self {
            pool,
            clock,
            hashing: Hashing::new(),
            programs: Programs::default(),
            limits: Limits::new(&settings),
            settings,
            policy,
            started_at,
            dice: Mutex::new(ChaCha20Rng::from_seed(seed)),
            parts: BTreeMap::new(),
        }
    }

    /// The state with one more live part, such as the directory of actors; found again by its type.
    #[must_use]
    pub fn with<T: Any + Send + Sync>(mut self, part: T) -> Self {
        self.parts.insert(TypeId::of::<T>(), Box::new(part));
        self
    }

    /// A live part, when this server has it.
    #[must_use]
    pub fn find_part<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.parts.get(&TypeId::of::<T>()).and_then(|part| part.downcast_ref())
    }

    /// A live part.
    ///
    /// # Errors
    /// 503 when this server runs without it.
    pub fn part<T: Any + Send + Sync>(&self) -> Result<&T, ApiError> {
        self.find_part().ok_or_else(|| {
            let name = std::any::type_name::<T>();
            ApiError::unavailable(format!("this server runs without {name}"))
        })
    }

    /// Dice of one's own, seeded from the shared ones, so that nothing is locked while a handler waits.
    /// Cryptographically secure.
    #[must_use]
    pub fn dice(&self) -> ChaCha20Rng {
        let mut seed = [0_u8; 32];
        self.dice.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut seed);
        ChaCha20Rng::from_seed(seed)
    }

    /// Starts the transaction of a request; it rolls back unless it is committed.
    ///
    /// # Errors
    /// 503 when the database is away.
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>, ApiError> {
        Ok(self.pool.begin().await?)
    }

    /// Ready to be given to the application.
    #[must_use]
    pub fn shared(self) -> Data<Self> {
        Data::new(self)
    }
}
