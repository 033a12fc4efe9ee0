//! Templates: what messages say (CIMP-NTF-04).

use super::listed;
use super::viewer::{add_customer, sight};
use crate::http::prelude::*;
use base::Locale;
use base::id::{CustomerId, TemplateId};
use channels::message::Channel;
use channels::template::{Bodies, Preview, Template, TemplateFields, preview};
use channels::{query, store};
use serde_json::{Map, Value};
use sqlx::PgConnection;

/// Of which texts a preview is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum PreviewOf {
    /// Name of a template.
    Name(String),
    /// Texts that are not stored yet.
    Texts(Bodies),
}

/// What a preview is of.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewInput {
    /// Name of a template, or its `channels` as they stand in an editor.
    template: PreviewOf,
    /// On which channel.
    channel: Channel,
    /// In which language; when the template does not have it, in the next best.
    #[serde(default)]
    language: Option<Locale>,
    /// Values of the placeholders: `customer`, `event`, `vars`, ...
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
    /// A customer whose fields are taken for `customer`.
    #[serde(default)]
    customer_id: Option<CustomerId>,
}

/// Templates in use, by name.
#[utoipa::path(get, path = "/api/v1/templates", operation_id = "listTemplates", tag = "messages",
    params(PageQuery), responses((status = 200, body = Page<Template>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::TemplateRead)?;
    let mut db = state.pool.acquire().await?;
    let rows = query::templates(&mut db).await?;
    let text = |row: &Template| format!("{} {}", row.set.name, row.set.title);
    Ok(HttpResponse::Ok().json(listed(rows, &page, text, |row| row.id.as_uuid())?))
}

/// One template.
#[utoipa::path(get, path = "/api/v1/templates/{id}", operation_id = "getTemplate", tag = "messages",
    params(("id" = Uuid, Path)), responses((status = 200, body = Template), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<TemplateId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::TemplateRead)?;
    let mut db = state.pool.acquire().await?;
    let template =
        query::find_template(&mut db, id.0).await?.ok_or_else(|| ApiError::not_found("template", id.0))?;
    Ok(etag::ok(&template, template.version))
}

/// Whoever writes a template reads, in messages to own numbers, what it says of a customer.
async fn may_be_written(
    db: &mut PgConnection,
    caller: &Caller,
    fields: &TemplateFields,
) -> Result<(), ApiError> {
    let (sight, ..) = sight(db, caller).await?;
    sight.allows(&fields.channels.fields()).map_err(|detail| ApiError::invalid("/channels", detail))
}

/// Add a template.
#[utoipa::path(post, path = "/api/v1/templates", operation_id = "createTemplate", tag = "messages",
    params(IdempotencyHeader), request_body = TemplateFields,
    responses((status = 201, body = Template), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<TemplateFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::TemplateWrite)?;
    key.once(&state, &caller, &body, async |db, rng| {
        may_be_written(db, &caller, &body).await?;
        let template = store::insert_template(db, &mut caller.edit(rng), &body).await?;
        Ok(Answer::created(format!("/api/v1/templates/{}", template.id), &template)?
            .version(template.version))
    })
    .await
}

/// Change a template. Messages that were made of it keep their texts.
#[utoipa::path(put, path = "/api/v1/templates/{id}", operation_id = "changeTemplate", tag = "messages",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = TemplateFields,
    responses((status = 200, body = Template), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<TemplateId>,
    version: IfMatch,
    body: Json<TemplateFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::TemplateWrite)?;
    let mut tx = state.begin().await?;
    let mut rng = state.dice();
    let edit = &mut caller.edit(&mut rng);
    may_be_written(&mut tx, &caller, &body).await?;
    let template = store::update_template(&mut tx, edit, id.0, version.0, &body).await?;
    tx.commit().await?;
    Ok(etag::ok(&template, template.version))
}

/// Take a template out of use. Messages that were made of it stay.
#[utoipa::path(delete, path = "/api/v1/templates/{id}", operation_id = "archiveTemplate", tag = "messages",
    params(("id" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn archive(
    state: Data<AppState>,
    caller: Caller,
    id: Path<TemplateId>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::TemplateWrite)?;
    let mut tx = state.begin().await?;
    let template =
        query::find_template(&mut tx, id.0).await?.ok_or_else(|| ApiError::not_found("template", id.0))?;
    store::archive_template(&mut tx, &mut caller.edit(&mut state.dice()), id.0, template.version).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a message would say, in how many parts, and which fields it lacks. Nothing is sent.
#[utoipa::path(post, path = "/api/v1/templates/preview", operation_id = "previewTemplate", tag = "messages",
    request_body = PreviewInput,
    responses((status = 200, body = Preview), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn try_out(
    state: Data<AppState>,
    caller: Caller,
    body: Json<PreviewInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::TemplateRead)?;
    let PreviewInput { template, channel, language, mut fields, customer_id } = body.into_inner();
    let mut db = state.pool.acquire().await?;
    let bodies = match template {
        PreviewOf::Texts(bodies) => bodies,
        PreviewOf::Name(name) => {
            let found = query::find_template_named(&mut db, &name).await?;
            found.ok_or_else(|| ApiError::not_found("template", &name))?.set.channels
        }
    };
    if let Some(customer) = customer_id {
        caller.require(Operation::CustomerRead)?;
        add_customer(&mut db, &caller, customer, &bodies.fields(), &mut fields).await?;
    }
    let references = rules::query::references(&mut db).await?;
    fields.insert("ref".to_owned(), Value::Object(references.read_by(&bodies.fields())));
    let found = bodies.find(channel, language);
    let found = found.ok_or_else(|| ApiError::invalid("/channel", "the template has no text for it"))?;
    let shown = preview(found, &fields).map_err(|detail| ApiError::invalid("/template", detail))?;
    Ok(HttpResponse::Ok().json(shown))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) =
        (Needs::Operation(Operation::TemplateRead), Needs::Operation(Operation::TemplateWrite));
    vec![
        Route::get("/api/v1/templates", read, || web::to(list)),
        Route::post("/api/v1/templates", write, || web::to(create)),
        Route::post("/api/v1/templates/preview", read, || web::to(try_out)),
        Route::get("/api/v1/templates/{id}", read, || web::to(find)),
        Route::put("/api/v1/templates/{id}", write, || web::to(change)),
        Route::delete("/api/v1/templates/{id}", write, || web::to(archive)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, create, change, archive, try_out))]
    struct Docs;
    Docs::openapi()
}
