//! Drafts: make, change, archive.

use super::{RULE_CHANGED, author_id, record};
use crate::query;
use crate::rule::{Rule, RuleFields};
use base::id::RuleId;
use base::{ChangeError, Edit};
use serde_json::json;
use sqlx::PgConnection;

/// Makes a rule: a draft.
///
/// # Errors
/// Fields that cannot be accepted, a name that another rule has, or the database.
pub async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &RuleFields,
) -> Result<Rule, ChangeError> {
    ChangeError::unless_empty(fields.faults())?;
    let id = RuleId::new(edit.now, edit.rng);
    let salt = base::id::uuid_v7(edit.now, edit.rng);
    sqlx::query(
        "insert into rules.rule (rule_id, name, description, document, draft_author_id, salt, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)",
    )
    .bind(id)
    .bind(fields.name.trim())
    .bind(&fields.description)
    .bind(&fields.document)
    .bind(author_id(edit.author))
    .bind(salt)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(name_taken)?;
    let rule = query::find(db, id).await?.ok_or(ChangeError::Unknown("rule"))?;
    record(db, edit, RULE_CHANGED, id.as_uuid(), json!({ "act": "made", "after": fields })).await?;
    Ok(rule)
}

/// Makes a rule that is live at once: one of a pack that is loaded at the first start.
///
/// # Errors
/// As [`insert`].
pub async fn insert_live(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &RuleFields,
    dates: &[String],
) -> Result<Rule, ChangeError> {
    let rule = insert(db, edit, fields).await?;
    sqlx::query("update rules.rule set draft_state = 'approved' where rule_id = $1")
        .bind(rule.id)
        .execute(&mut *db)
        .await?;
    super::launch(db, edit, rule.id, None, dates).await
}

/// Changes the draft of a rule that is at `version`. What was approved before no longer is.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, a name that another rule has, or the database.
pub async fn update(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: RuleId,
    version: i32,
    fields: &RuleFields,
) -> Result<Rule, ChangeError> {
    let before = query::lock(db, id).await?.ok_or(ChangeError::Unknown("rule"))?;
    if before.version != version {
        return Err(ChangeError::Stale { given: version, present: before.version });
    }
    ChangeError::unless_empty(fields.faults())?;
    sqlx::query(
        "update rules.rule
         set name = $2, description = $3, document = $4, draft_author_id = $5, updated_at = $6, draft_state = 'draft',
             approver_id = null, refused = null, version = version + 1
         where rule_id = $1",
    )
    .bind(id)
    .bind(fields.name.trim())
    .bind(&fields.description)
    .bind(&fields.document)
    .bind(author_id(edit.author))
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(name_taken)?;
    let payload = json!({
        "act": "draft_changed", "after": fields,
        "before": { "name": before.name, "description": before.description, "document": before.document },
    });
    record(db, edit, RULE_CHANGED, id.as_uuid(), payload).await?;
    query::find(db, id).await?.ok_or(ChangeError::Unknown("rule"))
}

/// Takes a rule away. A live rule stops; what it decided stays.
///
/// # Errors
/// Unknown, or the database.
pub async fn archive(db: &mut PgConnection, edit: &mut Edit<'_>, id: RuleId) -> Result<(), ChangeError> {
    query::lock(db, id).await?.ok_or(ChangeError::Unknown("rule"))?;
    sqlx::query(
        "update rules.rule
         set archived_at = $2, running = case when running is null then null else 'stopped' end, version = version + 1
         where rule_id = $1",
    )
    .bind(id)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    record(db, edit, RULE_CHANGED, id.as_uuid(), json!({ "act": "archived" })).await
}

fn name_taken(error: sqlx::Error) -> ChangeError {
    ChangeError::on_constraint(error, "rule_name_key", "/name", "another rule has this name")
}
