//! Words that people choose from: skills, not-ready reasons, topics, results. Their endpoints are alike.

use crate::http::route::Route;

macro_rules! word_endpoints {
    (
        $(#[$doc:meta])*
        $module:ident: $row:ident, $fields:ident, $id:ident, $store:ident, $list:ident, $find:ident,
        $read:ident, $write:ident, $change:ident, $thing:literal, $tag:literal, $path:literal, $item_path:literal,
        $list_id:literal, $get_id:literal, $create_id:literal, $change_id:literal, $archive_id:literal
    ) => {
        $(#[$doc])*
        pub mod $module {
            use crate::http::prelude::*;
            use crate::http::resources::listed;
            use crate::http::resources::parts::{ConfigChanged, announce};
            use base::id::$id;
            use routing::config::{$fields, $row};
            use routing::query::config::{$find, $list};
            use routing::store::classifier::$store as store;

            fn words(row: &$row) -> String {
                row.fields.name.0.values().map(String::as_str).collect::<Vec<_>>().join(" ")
            }

            #[doc = concat!("All in use: ", $tag, ".")]
            #[utoipa::path(get, path = $path, operation_id = $list_id, tag = $tag,
                params(PageQuery), responses((status = 200, body = Page<$row>)))]
            async fn list(
                state: Data<AppState>,
                caller: Caller,
                page: Query<PageQuery>,
            ) -> Result<HttpResponse, ApiError> {
                caller.require(Operation::$read)?;
                let mut db = state.pool.acquire().await?;
                let rows = $list(&mut db).await?;
                Ok(HttpResponse::Ok().json(listed(rows, &page, words, |row| row.id.as_uuid())?))
            }

            #[doc = concat!("One ", $thing, ".")]
            #[utoipa::path(get, path = $item_path, operation_id = $get_id, tag = $tag, params(("id" = Uuid, Path)),
                responses((status = 200, body = $row), (status = 404, body = Problem)))]
            async fn find(state: Data<AppState>, caller: Caller, id: Path<$id>) -> Result<HttpResponse, ApiError> {
                caller.require(Operation::$read)?;
                let mut db = state.pool.acquire().await?;
                let row = $find(&mut db, id.0).await?.ok_or_else(|| ApiError::not_found($thing, id.0))?;
                Ok(etag::ok(&row, row.version))
            }

            #[doc = concat!("Add a ", $thing, ".")]
            #[utoipa::path(post, path = $path, operation_id = $create_id, tag = $tag,
                params(IdempotencyHeader), request_body = $fields,
                responses((status = 201, body = $row), (status = 422, body = Problem)))]
            async fn create(
                state: Data<AppState>,
                caller: Caller,
                key: IdempotencyKey,
                body: Json<$fields>,
            ) -> Result<HttpResponse, ApiError> {
                caller.require(Operation::$write)?;
                let response = key
                    .once(&state, &caller, &body, async |db, rng| {
                        let row = store::insert(db, &mut caller.edit(rng), &body).await?;
                        Ok(Answer::created(format!("{}/{}", $path, row.id), &row)?.version(row.version))
                    })
                    .await?;
                announce(&state, ConfigChanged::$change);
                Ok(response)
            }

            #[doc = concat!("Change a ", $thing, ".")]
            #[utoipa::path(put, path = $item_path, operation_id = $change_id, tag = $tag,
                params(("id" = Uuid, Path), IfMatchHeader), request_body = $fields,
                responses((status = 200, body = $row), (status = 412, body = Problem), (status = 422, body = Problem)))]
            async fn change(
                state: Data<AppState>,
                caller: Caller,
                id: Path<$id>,
                version: IfMatch,
                body: Json<$fields>,
            ) -> Result<HttpResponse, ApiError> {
                caller.require(Operation::$write)?;
                let mut tx = state.begin().await?;
                let mut rng = state.dice();
                let row = store::update(&mut tx, &mut caller.edit(&mut rng), id.0, version.0, &body).await?;
                tx.commit().await?;
                announce(&state, ConfigChanged::$change);
                Ok(etag::ok(&row, row.version))
            }

            #[doc = concat!("Take a ", $thing, " out of use. History keeps it.")]
            #[utoipa::path(delete, path = $item_path, operation_id = $archive_id, tag = $tag,
                params(("id" = Uuid, Path)),
                responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
            async fn archive(state: Data<AppState>, caller: Caller, id: Path<$id>) -> Result<HttpResponse, ApiError> {
                caller.require(Operation::$write)?;
                let mut tx = state.begin().await?;
                let row = $find(&mut tx, id.0).await?.ok_or_else(|| ApiError::not_found($thing, id.0))?;
                store::archive(&mut tx, &mut caller.edit(&mut state.dice()), id.0, row.version).await?;
                tx.commit().await?;
                announce(&state, ConfigChanged::$change);
                Ok(HttpResponse::NoContent().finish())
            }

            /// The routes of this module.
            #[must_use]
            pub fn routes() -> Vec<Route> {
                let (read, write) = (Needs::Operation(Operation::$read), Needs::Operation(Operation::$write));
                vec![
                    Route::get($path, read, || web::to(list)),
                    Route::post($path, write, || web::to(create)),
                    Route::get($item_path, read, || web::to(find)),
                    Route::put($item_path, write, || web::to(change)),
                    Route::delete($item_path, write, || web::to(archive)),
                ]
            }

            /// What the OpenAPI document says of them.
            #[must_use]
            pub fn docs() -> utoipa::openapi::OpenApi {
                #[derive(OpenApi)]
                #[openapi(paths(list, find, create, change, archive))]
                struct Docs;
                Docs::openapi()
            }
        }
    };
}

word_endpoints!(
    /// Skills: what operators can do.
    skills: Skill, NamedFields, SkillId, skill, skills, find_skill,
    SkillRead, SkillWrite, Skills, "skill", "skills", "/api/v1/skills", "/api/v1/skills/{id}",
    "listSkills", "getSkill", "createSkill", "changeSkill", "archiveSkill"
);
word_endpoints!(
    /// Results: how contacts can end, as operators judge it.
    results: ContactResult, NamedFields, ResultId, result, results, find_result,
    ClassifierRead, ClassifierWrite, Results, "result", "results", "/api/v1/results", "/api/v1/results/{id}",
    "listResults", "getResult", "createResult", "changeResult", "archiveResult"
);
word_endpoints!(
    /// Topics: what contacts can be about.
    topics: Topic, TopicFields, TopicId, topic, topics, find_topic,
    ClassifierRead, ClassifierWrite, Topics, "topic", "topics", "/api/v1/topics", "/api/v1/topics/{id}",
    "listTopics", "getTopic", "createTopic", "changeTopic", "archiveTopic"
);
word_endpoints!(
    /// Not-ready reasons: why operators can be away.
    reasons: NotReadyReason, ReasonFields, NotReadyReasonId, reason, reasons, find_reason,
    ClassifierRead, ClassifierWrite, Reasons, "not-ready reason", "not-ready-reasons",
    "/api/v1/not-ready-reasons", "/api/v1/not-ready-reasons/{id}",
    "listNotReadyReasons", "getNotReadyReason", "createNotReadyReason", "changeNotReadyReason",
    "archiveNotReadyReason"
);

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    [skills::routes(), results::routes(), topics::routes(), reasons::routes()].concat()
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> Vec<utoipa::openapi::OpenApi> {
    vec![skills::docs(), results::docs(), topics::docs(), reasons::docs()]
}
