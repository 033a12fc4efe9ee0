//! What everything that people set up has in common: it is added, read, locked and changed at a version, and each change
//! is an event with what was before and after.

use crate::query;
use base::{ChangeError, Edit};
pub(super) use platform::event::record;
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

/// Something that people set up.
pub(super) trait Kept: Serialize + Sync + Sized {
    /// What it is called in refusals.
    const NAME: &'static str;
    /// Locks its row until the transaction ends.
    const LOCK: &'static str;
    /// The event of its beginning.
    const CREATED: &'static str;
    /// The event of a change.
    const CHANGED: &'static str;

    /// Its id.
    fn key(&self) -> Uuid;
    /// Grows with each change.
    fn version(&self) -> i32;
    /// The one with this id.
    async fn find(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Self>>;
}

macro_rules! kept {
    ($($kept:ty, $id:ty, $table:literal, $event:literal, $name:literal, $find:path;)*) => {$(
        impl Kept for $kept {
            const NAME: &'static str = $name;
            const LOCK: &'static str =
                concat!("select 1 from loyalty.", $table, " where ", $table, "_id = $1 for update");
            const CREATED: &'static str = concat!("loyalty.", $event, "_created.v1");
            const CHANGED: &'static str = concat!("loyalty.", $event, "_changed.v1");

            fn key(&self) -> Uuid {
                self.id.as_uuid()
            }

            fn version(&self) -> i32 {
                self.version
            }

            async fn find(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Self>> {
                $find(db, <$id>::from_uuid(id)).await
            }
        }
    )*};
}

kept! {
    crate::programme::Programme, base::id::ProgrammeId, "programme", "programme", "programme", query::find_programme;
    crate::bonus_type::BonusType, base::id::BonusTypeId, "bonus_type", "bonus_type", "bonus type", query::find_bonus_type;
    // `loyalty.tier_changed` is what happens to a member.
    crate::tier::Tier, base::id::TierId, "tier", "tier_level", "tier", query::find_tier;
    crate::master::Master, crate::id::MasterId, "master", "master", "entry of this master", query::master::find;
    crate::reward::Reward, crate::id::RewardId, "reward", "reward", "reward", query::reward::find;
    crate::partner::Partner, crate::id::PartnerId, "partner", "partner", "partner", query::partner::find;
    crate::promotion::Promotion, crate::id::PromotionId, "promotion", "promotion", "promotion", query::promotion::find;
}

/// The one with this id.
pub(super) async fn found<T: Kept>(db: &mut PgConnection, id: Uuid) -> Result<T, ChangeError> {
    T::find(db, id).await?.ok_or(ChangeError::Unknown(T::NAME))
}

/// The one with this id, which nobody else changes until the transaction ends.
pub(super) async fn locked<T: Kept>(db: &mut PgConnection, id: Uuid) -> Result<T, ChangeError> {
    sqlx::query(T::LOCK).bind(id).execute(&mut *db).await?;
    found(db, id).await
}

/// [`locked`], when it is at the version that was read.
pub(super) async fn at_version<T: Kept>(
    db: &mut PgConnection,
    id: Uuid,
    version: i32,
) -> Result<T, ChangeError> {
    let present: T = locked(db, id).await?;
    match present.version() {
        same if same == version => Ok(present),
        other => Err(ChangeError::Stale { given: version, present: other }),
    }
}

/// What was just inserted, with the event that tells of it.
pub(super) async fn added<T: Kept>(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: Uuid,
) -> Result<T, ChangeError> {
    let made: T = found(db, id).await?;
    record(db, edit, T::CREATED, id, None, Some(&made)).await?;
    Ok(made)
}

/// What was just changed, with the event that tells of it.
pub(super) async fn changed<T: Kept>(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    before: &T,
) -> Result<T, ChangeError> {
    let after: T = found(db, before.key()).await?;
    record(db, edit, T::CHANGED, before.key(), Some(before), Some(&after)).await?;
    Ok(after)
}
