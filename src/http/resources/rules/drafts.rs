//! Rules as drafts: list, read, make, change, archive, export, import.

use super::around::around;
use crate::http::prelude::*;
use crate::http::resources::listed;
use base::id::RuleId;
use rules::fault::Fault;
use rules::rule::{Rule, RuleFields};
use rules::{document, query, store};
use serde_json::{Value, json};
use sqlx::PgConnection;

/// A rule with what is wrong with its draft.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleBody {
    /// The rule.
    #[serde(flatten)]
    pub rule: Rule,
    /// What is wrong with the draft.
    pub faults: Vec<Fault>,
}

/// A rule to carry to another server.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RuleFile {
    /// The format: 1.
    pub trunkline_rule: u32,
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The document.
    #[schema(value_type = Object)]
    pub document: Value,
}

/// A rule with its faults.
pub(super) async fn body(db: &mut PgConnection, caller: &Caller, rule: Rule) -> Result<RuleBody, ApiError> {
    let faults = document::check(&rule.document, &around(db, caller, &rule.document).await?);
    Ok(RuleBody { rule, faults })
}

/// A rule, or 404.
pub(super) async fn found(db: &mut PgConnection, id: RuleId) -> Result<Rule, ApiError> {
    query::find(db, id).await?.ok_or_else(|| ApiError::not_found("rule", id))
}

/// Rules, by name.
#[utoipa::path(get, path = "/api/v1/rules", operation_id = "listRules", tag = "rules",
    params(PageQuery), responses((status = 200, body = Page<RuleBody>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleRead)?;
    let mut db = state.pool.acquire().await?;
    let rows = query::list(&mut db).await?;
    let page =
        listed(rows, &page, |row| format!("{} {}", row.name, row.description), |row| row.id.as_uuid())?;
    Ok(HttpResponse::Ok().json(page.map(|rule| RuleBody { rule, faults: Vec::new() })))
}

/// One rule.
#[utoipa::path(get, path = "/api/v1/rules/{id}", operation_id = "getRule", tag = "rules",
    params(("id" = Uuid, Path)), responses((status = 200, body = RuleBody), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<RuleId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleRead)?;
    let mut db = state.pool.acquire().await?;
    let rule = found(&mut db, id.0).await?;
    let version = rule.version;
    Ok(etag::ok(&body(&mut db, &caller, rule).await?, version))
}

/// Write a new rule. It is a draft.
#[utoipa::path(post, path = "/api/v1/rules", operation_id = "createRule", tag = "rules",
    params(IdempotencyHeader), request_body = RuleFields,
    responses((status = 201, body = RuleBody), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    fields: Json<RuleFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleWrite)?;
    key.once(&state, &caller, &fields, async |db, rng| {
        let rule = store::insert(db, &mut caller.edit(rng), &fields).await?;
        let (id, version) = (rule.id, rule.version);
        Ok(Answer::created(format!("/api/v1/rules/{id}"), &body(db, &caller, rule).await?)?.version(version))
    })
    .await
}

/// Change the draft. A live version goes on as it is; an approval is void.
#[utoipa::path(put, path = "/api/v1/rules/{id}", operation_id = "changeRule", tag = "rules",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = RuleFields,
    responses((status = 200, body = RuleBody), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<RuleId>,
    version: IfMatch,
    fields: Json<RuleFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleWrite)?;
    let mut tx = state.begin().await?;
    let rule = store::update(&mut tx, &mut caller.edit(&mut state.dice()), id.0, version.0, &fields).await?;
    let version = rule.version;
    let answer = body(&mut tx, &caller, rule).await?;
    tx.commit().await?;
    Ok(etag::ok(&answer, version))
}

/// Take a rule away. It stops; what it decided stays.
#[utoipa::path(delete, path = "/api/v1/rules/{id}", operation_id = "archiveRule", tag = "rules",
    params(("id" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn archive(state: Data<AppState>, caller: Caller, id: Path<RuleId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleWrite)?;
    let mut tx = state.begin().await?;
    let rule = found(&mut tx, id.0).await?;
    if rule.live_version.is_some() {
        caller.require(Operation::RuleLaunch)?;
    }
    store::archive(&mut tx, &mut caller.edit(&mut state.dice()), id.0).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The rule as a file, to import it elsewhere (GAP-20).
#[utoipa::path(get, path = "/api/v1/rules/{id}/export", operation_id = "exportRule", tag = "rules",
    params(("id" = Uuid, Path)), responses((status = 200, body = RuleFile), (status = 404, body = Problem)))]
async fn export(state: Data<AppState>, caller: Caller, id: Path<RuleId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleRead)?;
    let mut db = state.pool.acquire().await?;
    let Rule { name, description, document, .. } = found(&mut db, id.0).await?;
    Ok(HttpResponse::Ok().json(RuleFile { trunkline_rule: 1, name, description, document }))
}

/// Import a rule from a file: a new draft. A name that is taken gets a number.
#[utoipa::path(post, path = "/api/v1/rules/import", operation_id = "importRule", tag = "rules",
    params(IdempotencyHeader), request_body = RuleFile,
    responses((status = 201, body = RuleBody), (status = 422, body = Problem)))]
async fn import(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    file: Json<RuleFile>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleWrite)?;
    if file.trunkline_rule != 1 {
        return Err(ApiError::invalid("/trunkline_rule", "this server reads rule files of format 1"));
    }
    key.once(&state, &caller, &file, async |db, rng| {
        let taken: Vec<String> =
            query::list(db).await?.into_iter().map(|rule| rule.name.to_lowercase()).collect();
        let is_free = |name: &String| !taken.contains(&name.to_lowercase());
        let numbered = (2..1000).map(|number| format!("{} ({number})", file.name));
        let name = std::iter::once(file.name.clone()).chain(numbered).find(is_free).unwrap_or_default();
        let fields =
            RuleFields { name, description: file.description.clone(), document: file.document.clone() };
        let rule = store::insert(db, &mut caller.edit(rng), &fields).await?;
        let (id, version) = (rule.id, rule.version);
        Ok(Answer::created(format!("/api/v1/rules/{id}"), &body(db, &caller, rule).await?)?.version(version))
    })
    .await
}

/// Versions that were launched, newest first.
#[utoipa::path(get, path = "/api/v1/rules/{id}/versions", operation_id = "listRuleVersions", tag = "rules",
    params(("id" = Uuid, Path)), responses((status = 200, body = Page<VersionBody>)))]
async fn versions(state: Data<AppState>, caller: Caller, id: Path<RuleId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleRead)?;
    let mut db = state.pool.acquire().await?;
    let rule = found(&mut db, id.0).await?;
    let rows = query::versions(&mut db, id.0).await?;
    let items: Vec<VersionBody> = rows.into_iter().map(|version| VersionBody::of(version, &rule)).collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next": null })))
}

/// A version and whether it runs.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionBody {
    /// The version.
    #[serde(flatten)]
    version: rules::rule::RuleVersion,
    /// `live` (also the challenger), `paused` or `stopped`.
    state: rules::rule::RuleState,
}

impl VersionBody {
    fn of(version: rules::rule::RuleVersion, rule: &Rule) -> Self {
        use rules::rule::RuleState;
        let challenges = rule.challenger.is_some_and(|challenger| challenger.version == version.number);
        let runs = challenges || rule.live_version == Some(version.number);
        let state = if runs { rule.running.unwrap_or(RuleState::Stopped) } else { RuleState::Stopped };
        Self { version, state }
    }
}

/// One version.
#[utoipa::path(get, path = "/api/v1/rules/{id}/versions/{number}", operation_id = "getRuleVersion", tag = "rules",
    params(("id" = Uuid, Path), ("number" = i32, Path)),
    responses((status = 200, body = VersionBody), (status = 404, body = Problem)))]
async fn version(
    state: Data<AppState>,
    caller: Caller,
    path: Path<(RuleId, i32)>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleRead)?;
    let mut db = state.pool.acquire().await?;
    let rule = found(&mut db, path.0.0).await?;
    let version = query::find_version(&mut db, path.0.0, path.0.1).await?;
    let version = version.ok_or_else(|| ApiError::not_found("version", path.0.1))?;
    Ok(HttpResponse::Ok().json(VersionBody::of(version, &rule)))
}

/// What changed from one version to another: a JSON patch (RFC 6902).
#[utoipa::path(get, path = "/api/v1/rules/{id}/versions/{a}/diff/{b}", operation_id = "compareRuleVersions",
    tag = "rules", params(("id" = Uuid, Path), ("a" = i32, Path), ("b" = i32, Path)),
    responses((status = 200, body = Object), (status = 404, body = Problem)))]
async fn diff(
    state: Data<AppState>,
    caller: Caller,
    path: Path<(RuleId, i32, i32)>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleRead)?;
    let (id, a, b) = path.0;
    let mut db = state.pool.acquire().await?;
    let before =
        query::find_version(&mut db, id, a).await?.ok_or_else(|| ApiError::not_found("version", a))?;
    let after =
        query::find_version(&mut db, id, b).await?.ok_or_else(|| ApiError::not_found("version", b))?;
    let patch = json_patch::diff(&before.document, &after.document);
    Ok(HttpResponse::Ok().json(json!({ "from": a, "to": b, "changes": patch })))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Operation(Operation::RuleRead), Needs::Operation(Operation::RuleWrite));
    vec![
        Route::get("/api/v1/rules", read, || web::to(list)),
        Route::post("/api/v1/rules", write, || web::to(create)),
        Route::post("/api/v1/rules/import", write, || web::to(import)),
        Route::get("/api/v1/rules/{id}", read, || web::to(find)),
        Route::put("/api/v1/rules/{id}", write, || web::to(change)),
        Route::delete("/api/v1/rules/{id}", write, || web::to(archive)),
        Route::get("/api/v1/rules/{id}/export", read, || web::to(export)),
        Route::get("/api/v1/rules/{id}/versions", read, || web::to(versions)),
        Route::get("/api/v1/rules/{id}/versions/{number}", read, || web::to(version)),
        Route::get("/api/v1/rules/{id}/versions/{a}/diff/{b}", read, || web::to(diff)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, create, change, archive, export, import, versions, version, diff))]
    struct Docs;
    Docs::openapi()
}
