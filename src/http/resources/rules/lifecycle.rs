//! The life of a rule: approval by somebody else, launch, pause, roll-back, stop (BRE-ST-01).

use super::drafts::{RuleBody, body, found};
use super::trials::before_approval;
use crate::http::prelude::*;
use base::Edit;
use base::id::RuleId;
use rules::rule::Rule;
use rules::store;
use sqlx::PgConnection;

/// Why a draft is not approved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusalInput {
    /// What is to be corrected, 1 to 1,000 characters.
    reason: String,
}

/// For whom a version is launched.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LaunchInput {
    /// Percent of the customers, 1 to 100; less than 100 runs it beside the live version.
    #[serde(default)]
    percent: Option<i16>,
}

/// Which version.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RuleRollBackInput)]
#[serde(deny_unknown_fields)]
pub struct RollBackInput {
    /// Its number.
    version: i32,
}

/// One act on a rule, in a transaction of its own; the rule as it is then.
async fn act(
    state: &AppState,
    caller: &Caller,
    needs: Operation,
    work: impl AsyncFnOnce(&mut PgConnection, &mut Edit<'_>) -> Result<Rule, ApiError>,
) -> Result<HttpResponse, ApiError> {
    caller.require(needs)?;
    let mut tx = state.begin().await?;
    let mut dice = state.dice();
    let rule = work(&mut tx, &mut caller.edit(&mut dice)).await?;
    let version = rule.version;
    let answer = body(&mut tx, caller, rule).await?;
    tx.commit().await?;
    Ok(etag::ok(&answer, version))
}

/// Ask for approval. The draft is checked and its tests are run; what fails is told.
#[utoipa::path(post, path = "/api/v1/rules/{id}/ask-approval", operation_id = "askRuleApproval", tag = "rules",
    params(("id" = Uuid, Path)), responses((status = 200, body = RuleBody), (status = 422, body = Problem)))]
async fn ask_approval(
    state: Data<AppState>,
    caller: Caller,
    id: Path<RuleId>,
) -> Result<HttpResponse, ApiError> {
    act(&state, &caller, Operation::RuleWrite, async |db, edit| {
        let rule = found(db, id.0).await?;
        let (faults, _) = before_approval(db, &state, &caller, &rule.document).await?;
        if !faults.is_empty() {
            let detail =
                "the draft must be without faults, and its tests must pass, before somebody looks at it";
            let refusal = ApiError::new(Code::Invalid, detail);
            let named = faults.iter().take(20).fold(refusal, |refusal, fault| {
                refusal.and_at(&format!("/document{}", fault.pointer), fault.message.clone())
            });
            return Err(named);
        }
        Ok(store::ask_approval(db, edit, id.0).await?)
    })
    .await
}

/// Approve what somebody else wrote.
#[utoipa::path(post, path = "/api/v1/rules/{id}/approve", operation_id = "approveRule", tag = "rules",
    params(("id" = Uuid, Path)), responses((status = 200, body = RuleBody), (status = 409, body = Problem)))]
async fn approve(state: Data<AppState>, caller: Caller, id: Path<RuleId>) -> Result<HttpResponse, ApiError> {
    act(&state, &caller, Operation::RuleApprove, async |db, edit| Ok(store::approve(db, edit, id.0).await?))
        .await
}

/// Send a draft back to its author.
#[utoipa::path(post, path = "/api/v1/rules/{id}/refuse", operation_id = "refuseRule", tag = "rules",
    params(("id" = Uuid, Path)), request_body = RefusalInput,
    responses((status = 200, body = RuleBody), (status = 409, body = Problem)))]
async fn refuse(
    state: Data<AppState>,
    caller: Caller,
    id: Path<RuleId>,
    input: Json<RefusalInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleApprove)?;
    let reason = input.reason.trim();
    if reason.is_empty() || reason.chars().count() > 1_000 {
        return Err(ApiError::invalid("/reason", "say in 1 to 1,000 characters what is to be corrected"));
    }
    let refuse =
        async |db: &mut PgConnection, edit: &mut Edit<'_>| Ok(store::refuse(db, edit, id.0, reason).await?);
    act(&state, &caller, Operation::RuleApprove, refuse).await
}

/// Launch the approved draft: events from now on are decided by it.
#[utoipa::path(post, path = "/api/v1/rules/{id}/launch", operation_id = "launchRule", tag = "rules",
    params(("id" = Uuid, Path)), request_body = LaunchInput,
    responses((status = 200, body = RuleBody), (status = 409, body = Problem)))]
async fn launch(
    state: Data<AppState>,
    caller: Caller,
    id: Path<RuleId>,
    input: Json<LaunchInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleLaunch)?;
    if input.percent.is_some_and(|percent| !(1..=100).contains(&percent)) {
        return Err(ApiError::invalid("/percent", "1 to 100 percent of the customers"));
    }
    act(&state, &caller, Operation::RuleLaunch, async |db, edit| {
        let rule = found(db, id.0).await?;
        // What it names may have changed since the approval.
        let (faults, dates) = before_approval(db, &state, &caller, &rule.document).await?;
        if let Some(fault) = faults.first() {
            let detail = format!("the draft no longer fits what is around it: {}", fault.message);
            return Err(ApiError::new(Code::NotPossibleNow, detail));
        }
        Ok(store::launch(db, edit, id.0, input.percent, &dates).await?)
    })
    .await
}

/// Let a live rule rest.
#[utoipa::path(post, path = "/api/v1/rules/{id}/pause", operation_id = "pauseRule", tag = "rules",
    params(("id" = Uuid, Path)), responses((status = 200, body = RuleBody), (status = 409, body = Problem)))]
async fn pause(state: Data<AppState>, caller: Caller, id: Path<RuleId>) -> Result<HttpResponse, ApiError> {
    act(&state, &caller, Operation::RuleLaunch, async |db, edit| Ok(store::pause(db, edit, id.0).await?))
        .await
}

/// Let a paused rule go on.
#[utoipa::path(post, path = "/api/v1/rules/{id}/resume", operation_id = "resumeRule", tag = "rules",
    params(("id" = Uuid, Path)), responses((status = 200, body = RuleBody), (status = 409, body = Problem)))]
async fn resume(state: Data<AppState>, caller: Caller, id: Path<RuleId>) -> Result<HttpResponse, ApiError> {
    act(&state, &caller, Operation::RuleLaunch, async |db, edit| Ok(store::resume(db, edit, id.0).await?))
        .await
}

/// End a rule. What it owes is still done.
#[utoipa::path(post, path = "/api/v1/rules/{id}/stop", operation_id = "stopRule", tag = "rules",
    params(("id" = Uuid, Path)), responses((status = 200, body = RuleBody), (status = 409, body = Problem)))]
async fn stop(state: Data<AppState>, caller: Caller, id: Path<RuleId>) -> Result<HttpResponse, ApiError> {
    act(&state, &caller, Operation::RuleLaunch, async |db, edit| Ok(store::stop(db, edit, id.0).await?)).await
}

/// Make the challenger the live version.
#[utoipa::path(post, path = "/api/v1/rules/{id}/promote", operation_id = "promoteRule", tag = "rules",
    params(("id" = Uuid, Path)), responses((status = 200, body = RuleBody), (status = 409, body = Problem)))]
async fn promote(state: Data<AppState>, caller: Caller, id: Path<RuleId>) -> Result<HttpResponse, ApiError> {
    act(&state, &caller, Operation::RuleLaunch, async |db, edit| Ok(store::promote(db, edit, id.0).await?))
        .await
}

/// Make an earlier version live again.
#[utoipa::path(post, path = "/api/v1/rules/{id}/roll-back", operation_id = "rollBackRule", tag = "rules",
    params(("id" = Uuid, Path)), request_body = RollBackInput,
    responses((status = 200, body = RuleBody), (status = 404, body = Problem)))]
async fn roll_back(
    state: Data<AppState>,
    caller: Caller,
    id: Path<RuleId>,
    input: Json<RollBackInput>,
) -> Result<HttpResponse, ApiError> {
    act(&state, &caller, Operation::RuleLaunch, async |db, edit| {
        Ok(store::roll_back(db, edit, id.0, input.version).await?)
    })
    .await
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (write, look, launches) = (
        Needs::Operation(Operation::RuleWrite),
        Needs::Operation(Operation::RuleApprove),
        Needs::Operation(Operation::RuleLaunch),
    );
    vec![
        Route::post("/api/v1/rules/{id}/ask-approval", write, || web::to(ask_approval)),
        Route::post("/api/v1/rules/{id}/approve", look, || web::to(approve)),
        Route::post("/api/v1/rules/{id}/refuse", look, || web::to(refuse)),
        Route::post("/api/v1/rules/{id}/launch", launches, || web::to(launch)),
        Route::post("/api/v1/rules/{id}/pause", launches, || web::to(pause)),
        Route::post("/api/v1/rules/{id}/resume", launches, || web::to(resume)),
        Route::post("/api/v1/rules/{id}/stop", launches, || web::to(stop)),
        Route::post("/api/v1/rules/{id}/promote", launches, || web::to(promote)),
        Route::post("/api/v1/rules/{id}/roll-back", launches, || web::to(roll_back)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(ask_approval, approve, refuse, launch, pause, resume, stop, promote, roll_back))]
    struct Docs;
    Docs::openapi()
}
