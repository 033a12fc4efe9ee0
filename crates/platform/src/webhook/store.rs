//! SQL of webhooks and deliveries.

use super::{Delivery, DeliveryState, PREVIOUS_SECRET_FOR, Webhook, WebhookFields, secret};
use crate::event::Event;
use crate::vault::Vault;
use base::event::Journal;
use base::id::{EventId, WebhookDeliveryId, WebhookId};
use base::{Author, ChangeError, Edit, NewEvent};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

mod deliveries;

pub(super) use deliveries::insert_deliveries;
pub use deliveries::{Due, due, finish, forget, list_deliveries, retry};

/// All webhooks, by name.
///
/// # Errors
/// The database failed.
pub async fn list(db: &mut PgConnection) -> sqlx::Result<Vec<Webhook>> {
    sqlx::query_as(
        "select webhook_id, name, url, kinds, enabled, disabled_reason, previous_until, version, created_at
         from platform.webhook order by name",
    )
    .fetch_all(db)
    .await
}

/// One webhook.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, id: WebhookId) -> sqlx::Result<Option<Webhook>> {
    sqlx::query_as(
        "select webhook_id, name, url, kinds, enabled, disabled_reason, previous_until, version, created_at
         from platform.webhook where webhook_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// The webhooks that are sent to.
pub(super) async fn wanting(db: &mut PgConnection) -> sqlx::Result<Vec<(WebhookId, WebhookFields)>> {
    let all = list(db).await?;
    Ok(all.into_iter().filter(|hook| hook.fields.enabled).map(|hook| (hook.id, hook.fields)).collect())
}

/// Makes a webhook; also its secret, which nobody is shown again.
///
/// # Errors
/// Fields that cannot be accepted, a name that is taken, or the database.
pub async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &WebhookFields,
    private: bool,
    vault: &Vault,
) -> Result<(Webhook, String), ChangeError> {
    ChangeError::unless_empty(fields.faults(private))?;
    let (id, key) = (WebhookId::new(edit.now, edit.rng), secret::make(edit.rng));
    sqlx::query(
        "insert into platform.webhook (webhook_id, name, url, kinds, enabled, secret, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)",
    )
    .bind(id)
    .bind(fields.name.trim())
    .bind(&fields.url)
    .bind(&fields.kinds)
    .bind(fields.enabled)
    .bind(seal(vault, id, &key)?)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(name_taken)?;
    let after = find(db, id).await?.ok_or(ChangeError::Unknown("webhook"))?;
    record(db, edit, "platform.webhook_created.v1", id, None, Some(&after)).await?;
    Ok((after, key))
}

/// Changes a webhook that is at `version`. Switching it on again clears why it was switched off.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, a name that is taken, or the database.
pub async fn update(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: WebhookId,
    version: i32,
    fields: &WebhookFields,
    private: bool,
) -> Result<Webhook, ChangeError> {
    let before = lock(db, id).await?;
    if before.version != version {
        return Err(ChangeError::Stale { given: version, present: before.version });
    }
    ChangeError::unless_empty(fields.faults(private))?;
    sqlx::query(
        "update platform.webhook
         set name = $2, url = $3, kinds = $4, enabled = $5, updated_at = $6, version = version + 1,
             disabled_reason = case when $5 then null else disabled_reason end
         where webhook_id = $1",
    )
    .bind(id)
    .bind(fields.name.trim())
    .bind(&fields.url)
    .bind(&fields.kinds)
    .bind(fields.enabled)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(name_taken)?;
    let after = find(db, id).await?.ok_or(ChangeError::Unknown("webhook"))?;
    record(db, edit, "platform.webhook_changed.v1", id, Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Removes a webhook with its deliveries.
///
/// # Errors
/// Unknown, or the database.
pub async fn delete(db: &mut PgConnection, edit: &mut Edit<'_>, id: WebhookId) -> Result<(), ChangeError> {
    let before = lock(db, id).await?;
    sqlx::query("delete from platform.webhook where webhook_id = $1").bind(id).execute(&mut *db).await?;
    record(db, edit, "platform.webhook_deleted.v1", id, Some(&before), None).await
}

/// Makes a new secret, which nobody is shown again; the one before it counts beside it for a day.
///
/// # Errors
/// Unknown, or the database.
pub async fn rotate(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: WebhookId,
    vault: &Vault,
) -> Result<(Webhook, String), ChangeError> {
    let before = lock(db, id).await?;
    let key = secret::make(edit.rng);
    sqlx::query(
        "update platform.webhook
         set previous_secret = secret, previous_until = $3, secret = $2, updated_at = $4, version = version + 1
         where webhook_id = $1",
    )
    .bind(id)
    .bind(seal(vault, id, &key)?)
    .bind(edit.now + PREVIOUS_SECRET_FOR)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    let after = find(db, id).await?.ok_or(ChangeError::Unknown("webhook"))?;
    record(db, edit, "platform.webhook_secret_changed.v1", id, Some(&before), Some(&after)).await?;
    Ok((after, key))
}

/// Where the vault knows the secrets of a webhook; the one before is kept under the same place.
pub(super) fn place(id: WebhookId) -> String {
    format!("platform.webhook.secret/{id}")
}

fn seal(vault: &Vault, id: WebhookId, key: &str) -> sqlx::Result<String> {
    Ok(vault.seal(&place(id), key)?)
}

/// Seals what an older server stored open, and what was sealed with a key that is not the first one any more; how many
/// secrets that were. One that does not open stays as it is and is told.
///
/// # Errors
/// The database failed.
pub async fn seal_secrets(db: &mut PgConnection, vault: &Vault) -> sqlx::Result<usize> {
    let rows: Vec<(WebhookId, String, Option<String>)> =
        sqlx::query_as("select webhook_id, secret, previous_secret from platform.webhook for update")
            .fetch_all(&mut *db)
            .await?;
    let mut sealed = 0;
    for (id, secret, previous) in rows {
        let secret = vault.renewed_or_told(&place(id), Some(&secret));
        let previous = vault.renewed_or_told(&place(id), previous.as_deref());
        if secret.is_none() && previous.is_none() {
            continue;
        }
        sealed += 1;
        sqlx::query(
            "update platform.webhook
             set secret = coalesce($2, secret), previous_secret = coalesce($3, previous_secret)
             where webhook_id = $1",
        )
        .bind(id)
        .bind(secret)
        .bind(previous)
        .execute(&mut *db)
        .await?;
    }
    Ok(sealed)
}

/// Switches a webhook off because its receiver said that it is gone.
///
/// # Errors
/// The database failed.
pub async fn disable(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    event_id: EventId,
    id: WebhookId,
    reason: &str,
) -> Result<(), ChangeError> {
    let before = lock(db, id).await?;
    if !before.fields.enabled {
        return Ok(());
    }
    sqlx::query(
        "update platform.webhook set enabled = false, disabled_reason = $2, updated_at = $3, version = version + 1
         where webhook_id = $1",
    )
    .bind(id)
    .bind(reason)
    .bind(now)
    .execute(&mut *db)
    .await?;
    let after = lock(db, id).await?;
    let event = event("platform.webhook_disabled.v1", id, Author::System, Some(&before), Some(&after));
    crate::event::append_as(db, event_id, now, &event).await?;
    Ok(())
}

async fn lock(db: &mut PgConnection, id: WebhookId) -> Result<Webhook, ChangeError> {
    sqlx::query("select 1 from platform.webhook where webhook_id = $1 for update")
        .bind(id)
        .execute(&mut *db)
        .await?;
    find(db, id).await?.ok_or(ChangeError::Unknown("webhook"))
}

fn name_taken(error: sqlx::Error) -> ChangeError {
    ChangeError::on_constraint(error, "webhook_name_key", "/name", "another webhook has this name")
}

async fn record(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    kind: &'static str,
    id: WebhookId,
    before: Option<&Webhook>,
    after: Option<&Webhook>,
) -> Result<(), ChangeError> {
    let event = event(kind, id, edit.author, before, after);
    crate::event::append(db, edit.now, edit.rng, &event).await?;
    Ok(())
}

fn event(
    kind: &'static str,
    id: WebhookId,
    author: Author,
    before: Option<&Webhook>,
    after: Option<&Webhook>,
) -> NewEvent {
    NewEvent {
        kind: kind.into(),
        journal: Journal::Change,
        subject: id.as_uuid(),
        correlation: None,
        author,
        payload: json!({ "before": before, "after": after }),
    }
}
