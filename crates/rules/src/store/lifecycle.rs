//! From a draft to a live rule and back (BRE-ST-01): a passed test, four eyes, launch, pause, roll-back, stop.

use super::{RULE_CHANGED, author_id, record};
use crate::query;
use crate::rule::{Rule, RuleState};
use base::id::RuleId;
use base::{ChangeError, Edit};
use serde_json::{Value, json};
use sqlx::PgConnection;

async fn locked(db: &mut PgConnection, id: RuleId) -> Result<Rule, ChangeError> {
    query::lock(db, id).await?.ok_or(ChangeError::Unknown("rule"))
}

fn refused<T>(why: &str) -> Result<T, ChangeError> {
    Err(ChangeError::InUse(why.to_owned()))
}

async fn told(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: RuleId,
    payload: Value,
) -> Result<Rule, ChangeError> {
    record(db, edit, RULE_CHANGED, id.as_uuid(), payload).await?;
    query::find(db, id).await?.ok_or(ChangeError::Unknown("rule"))
}

/// Asks somebody else to look at the draft. The caller has checked it and run its tests.
///
/// # Errors
/// Unknown, not a draft, or the database.
pub async fn ask_approval(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: RuleId,
) -> Result<Rule, ChangeError> {
    let rule = locked(db, id).await?;
    if matches!(rule.state, RuleState::InTest | RuleState::Approved) {
        return refused("approval of this draft was asked for before");
    }
    set_draft(db, edit, id, "in_test", None).await?;
    told(db, edit, id, json!({ "act": "approval_asked" })).await
}

/// Approves the draft. Whoever wrote it last cannot.
///
/// # Errors
/// Unknown, not waiting for approval, one's own, or the database.
pub async fn approve(db: &mut PgConnection, edit: &mut Edit<'_>, id: RuleId) -> Result<Rule, ChangeError> {
    let rule = locked(db, id).await?;
    if rule.state != RuleState::InTest {
        return refused("approval must be asked for first: its tests are run then");
    }
    if rule.author.is_some() && rule.author == author_id(edit.author) {
        return refused("somebody else must approve what you wrote");
    }
    sqlx::query("update rules.rule set approver_id = $2 where rule_id = $1")
        .bind(id)
        .bind(author_id(edit.author))
        .execute(&mut *db)
        .await?;
    set_draft(db, edit, id, "approved", None).await?;
    told(db, edit, id, json!({ "act": "approved" })).await
}

/// Sends the draft back to its author.
///
/// # Errors
/// Unknown, not waiting for approval, or the database.
pub async fn refuse(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: RuleId,
    reason: &str,
) -> Result<Rule, ChangeError> {
    let rule = locked(db, id).await?;
    if !matches!(rule.state, RuleState::InTest | RuleState::Approved) {
        return refused("this draft does not wait for approval");
    }
    set_draft(db, edit, id, "draft", Some(reason)).await?;
    told(db, edit, id, json!({ "act": "refused", "reason": reason })).await
}

async fn set_draft(
    db: &mut PgConnection,
    edit: &Edit<'_>,
    id: RuleId,
    state: &str,
    refused: Option<&str>,
) -> Result<(), ChangeError> {
    sqlx::query(
        "update rules.rule set draft_state = $2, refused = $3, updated_at = $4, version = version + 1
         where rule_id = $1",
    )
    .bind(id)
    .bind(state)
    .bind(refused)
    .bind(edit.now)
    .execute(db)
    .await?;
    Ok(())
}

/// Launches the approved draft as a new version: for everybody, or for `percent` of the customers beside the live
/// version. `dates` are the fields that its form compares as dates.
///
/// # Errors
/// Unknown, not approved, nothing to run beside, or the database.
pub async fn launch(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: RuleId,
    percent: Option<i16>,
    dates: &[String],
) -> Result<Rule, ChangeError> {
    let rule = locked(db, id).await?;
    if rule.state != RuleState::Approved {
        return refused("the draft must be approved first, and not be changed afterwards");
    }
    let percent = percent.filter(|percent| *percent < 100);
    if percent.is_some() && rule.running != Some(RuleState::Live) {
        return refused("a challenger runs beside a live version: launch this one for everybody first");
    }
    let number: i32 = sqlx::query_scalar(
        "insert into rules.rule_version
             (rule_id, number, document, date_fields, author_id, approver_id, launcher_id, launched_at)
         select rule_id, coalesce((select max(number) from rules.rule_version where rule_id = $1), 0) + 1,
             document, $2, draft_author_id, approver_id, $3, $4
         from rules.rule where rule_id = $1
         returning number",
    )
    .bind(id)
    .bind(dates)
    .bind(author_id(edit.author))
    .bind(edit.now)
    .fetch_one(&mut *db)
    .await?;
    let sql = match percent {
        Some(_) => {
            "update rules.rule set challenger_version = $2, challenger_percent = $3, draft_state = 'launched',
                 updated_at = $4, version = version + 1
             where rule_id = $1"
        }
        None => {
            "update rules.rule set live_version = $2, running = 'live', challenger_version = null,
                 challenger_percent = $3, draft_state = 'launched', updated_at = $4, version = version + 1
             where rule_id = $1"
        }
    };
    sqlx::query(sql).bind(id).bind(number).bind(percent).bind(edit.now).execute(&mut *db).await?;
    told(db, edit, id, json!({ "act": "launched", "version": number, "percent": percent })).await
}

/// Lets a live rule rest.
///
/// # Errors
/// Unknown, not live, or the database.
pub async fn pause(db: &mut PgConnection, edit: &mut Edit<'_>, id: RuleId) -> Result<Rule, ChangeError> {
    run(db, edit, id, &[RuleState::Live], "paused").await
}

/// Lets a paused rule go on.
///
/// # Errors
/// Unknown, not paused, or the database.
pub async fn resume(db: &mut PgConnection, edit: &mut Edit<'_>, id: RuleId) -> Result<Rule, ChangeError> {
    run(db, edit, id, &[RuleState::Paused], "live").await
}

/// Ends a rule. What it owes already is still done.
///
/// # Errors
/// Unknown, not running, or the database.
pub async fn stop(db: &mut PgConnection, edit: &mut Edit<'_>, id: RuleId) -> Result<Rule, ChangeError> {
    run(db, edit, id, &[RuleState::Live, RuleState::Paused], "stopped").await
}

async fn run(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: RuleId,
    from: &[RuleState],
    to: &str,
) -> Result<Rule, ChangeError> {
    let rule = locked(db, id).await?;
    if !rule.running.is_some_and(|running| from.contains(&running)) {
        return refused("the rule is not in a state for this");
    }
    sqlx::query(
        "update rules.rule set running = $2, updated_at = $3, version = version + 1,
             challenger_version = case when $2 = 'stopped' then null else challenger_version end,
             challenger_percent = case when $2 = 'stopped' then null else challenger_percent end
         where rule_id = $1",
    )
    .bind(id)
    .bind(to)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    told(db, edit, id, json!({ "act": to })).await
}

/// Makes an earlier version live again, also after a stop; the challenger ends.
///
/// # Errors
/// Unknown rule or version, or the database.
pub async fn roll_back(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: RuleId,
    version: i32,
) -> Result<Rule, ChangeError> {
    locked(db, id).await?;
    query::find_version(db, id, version).await?.ok_or(ChangeError::Unknown("version"))?;
    set_live(db, edit, id, version).await?;
    told(db, edit, id, json!({ "act": "rolled_back", "version": version })).await
}

/// Makes the challenger the live version.
///
/// # Errors
/// Unknown, no challenger, or the database.
pub async fn promote(db: &mut PgConnection, edit: &mut Edit<'_>, id: RuleId) -> Result<Rule, ChangeError> {
    let rule = locked(db, id).await?;
    let Some(challenger) = rule.challenger else { return refused("no challenger runs") };
    set_live(db, edit, id, challenger.version).await?;
    told(db, edit, id, json!({ "act": "promoted", "version": challenger.version })).await
}

async fn set_live(
    db: &mut PgConnection,
    edit: &Edit<'_>,
    id: RuleId,
    version: i32,
) -> Result<(), ChangeError> {
    sqlx::query(
        "update rules.rule set live_version = $2, running = 'live', challenger_version = null,
             challenger_percent = null, updated_at = $3, version = version + 1
         where rule_id = $1",
    )
    .bind(id)
    .bind(version)
    .bind(edit.now)
    .execute(db)
    .await?;
    Ok(())
}
