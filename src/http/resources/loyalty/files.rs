//! Files of the loyalty programme: what came in, how far it is, what was refused, and uploads (CIMP-ETL-02, CIMP-ETL-04).

use crate::http::prelude::*;
use crate::http::resources::loyalty::loaded::loaded;
use crate::ingest::folder::Part;
use crate::ingest::loyalty::{place_of, put_together};
use crate::loyalty::Working;
use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use loyalty::file::query::{self, Filter};
use loyalty::file::record::{FileState, LoyaltyFile};
use loyalty::file::{FileKind, name};

/// Which files are listed.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FileFilter {
    /// Of this type.
    pub kind: Option<FileKind>,
    /// In this state.
    pub state: Option<FileState>,
    /// Of this programme.
    pub programme_id: Option<Uuid>,
    /// Started at this moment or later.
    pub from: Option<DateTime<Utc>>,
    /// Started before this moment.
    pub to: Option<DateTime<Utc>>,
}

/// What was taken.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UploadedBody {
    /// The name under which it appears in the list within seconds.
    pub name: String,
    /// Its length.
    pub bytes: u64,
}

/// Files, the newest first. `q` looks for a part of the name.
#[utoipa::path(get, path = "/api/v1/loyalty/files", operation_id = "listLoyaltyFiles", tag = "loyalty files",
    params(PageQuery, FileFilter), responses((status = 200, body = Page<LoyaltyFile>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    wanted: Query<FileFilter>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    let filter = Filter {
        kind: wanted.kind,
        state: wanted.state,
        programme_id: wanted.programme_id,
        name: page.text().map(str::to_owned),
        from: wanted.from,
        to: wanted.to,
        after: page.after()?,
    };
    let mut db = state.pool.acquire().await?;
    let rows = query::files(&mut db, &filter, page.rows()?).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| (row.started_at, row.id))?))
}

/// One file with its progress: `done` of `lines`, and what became of them so far.
#[utoipa::path(get, path = "/api/v1/loyalty/files/{id}", operation_id = "getLoyaltyFile", tag = "loyalty files",
    params(("id" = Uuid, Path)), responses((status = 200, body = LoyaltyFile), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    Ok(HttpResponse::Ok().json(known(&state, id.0).await?))
}

/// The reject file: line, field, reason and the line itself. While the file is being applied, what there is so far.
#[utoipa::path(get, path = "/api/v1/loyalty/files/{id}/rejects", operation_id = "loadLoyaltyFileRejects",
    tag = "loyalty files", params(("id" = Uuid, Path)),
    responses((status = 200, content_type = "text/plain", body = String), (status = 404, body = Problem)))]
async fn rejects(state: Data<AppState>, caller: Caller, id: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    let file = known(&state, id.0).await?;
    if !file.has_rejects || name::check(&file.name).is_err() {
        return Err(ApiError::not_found("reject file of file", file.id));
    }
    let dir = &state.part::<Working>()?.files;
    let whole = place_of(dir, file.id, &file.name);
    let saved_as = format!("{}.rejects.txt", file.name);
    if tokio::fs::try_exists(&whole).await.unwrap_or(false) {
        return loaded(&whole, &saved_as).await;
    }
    let so_far = whole.with_file_name(format!(".{}.{:016x}.so-far", file.id, rand::random::<u64>()));
    let (dir, to) = (dir.clone(), so_far.clone());
    web::block(move || put_together(&dir, file.id, &to))
        .await
        .map_err(ApiError::internal)?
        .map_err(ApiError::internal)?;
    let answer = loaded(&so_far, &saved_as).await;
    tokio::fs::remove_file(&so_far).await.map_err(ApiError::internal)?; // what is open is read to its end
    answer
}

/// Bring a file by HTTP: it is put into the folder and applied as one that was dropped there. Sent again it counts once.
#[utoipa::path(put, path = "/api/v1/loyalty/files/uploads/{name}", operation_id = "uploadLoyaltyFile",
    tag = "loyalty files", params(("name" = String, Path, example = "PUR_20261128.txt")),
    request_body(content_type = "text/plain", content = String),
    responses((status = 202, body = UploadedBody), (status = 413, body = Problem), (status = 422, body = Problem)))]
async fn upload(
    payload: web::Payload,
    state: Data<AppState>,
    caller: Caller,
    given: Path<String>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    name::check(&given.0).map_err(|fault| ApiError::invalid("/name", fault.to_string()))?;
    let structures = query::structures(&mut *state.pool.acquire().await?).await?;
    let names = structures.iter().any(|one| one.fields.active && one.fields.structure.names(&given.0));
    if !names {
        return Err(ApiError::invalid("/name", "no structure has this prefix and suffix: add one first"));
    }
    let working = state.part::<Working>()?;
    let place = working.files.join(&given.0);
    let waits = || {
        let detail = "a file of this name waits to be applied: wait for it, or use another name";
        ApiError::new(Code::NotPossibleNow, detail)
    };
    if tokio::fs::try_exists(&place).await.map_err(ApiError::internal)? {
        return Err(waits());
    }
    let mut part = Part::begin(&place).await.map_err(ApiError::internal)?;
    let mut payload = payload;
    while let Some(chunk) = payload.next().await {
        let refusal = match chunk {
            Ok(chunk) => {
                part.add(&chunk).await.map_err(ApiError::internal)?;
                let is_too_large = part.bytes > u64::try_from(working.upload_bytes_max).unwrap_or(u64::MAX);
                let detail = format!("the file is longer than {} bytes", working.upload_bytes_max);
                is_too_large.then(|| ApiError::new(Code::TooLarge, detail))
            }
            Err(error) => Some(ApiError::new(Code::MalformedRequest, format!("the file broke off: {error}"))),
        };
        if let Some(refusal) = refusal {
            part.give_up().await.map_err(ApiError::internal)?;
            return Err(refusal);
        }
    }
    // Somebody may have sent one of the same name meanwhile.
    let bytes = part.finish_new().await.map_err(ApiError::internal)?.ok_or_else(waits)?;
    Ok(HttpResponse::Accepted().json(UploadedBody { name: given.0, bytes }))
}

async fn known(state: &AppState, id: Uuid) -> Result<LoyaltyFile, ApiError> {
    let mut db = state.pool.acquire().await?;
    query::file(&mut db, id).await?.ok_or_else(|| ApiError::not_found("file", id))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let market = Needs::Operation(Operation::LoyaltyMarket);
    vec![
        Route::get("/api/v1/loyalty/files", market, || web::to(list)),
        Route::get("/api/v1/loyalty/files/{id}", market, || web::to(find)),
        Route::get("/api/v1/loyalty/files/{id}/rejects", market, || web::to(rejects)),
        Route::put("/api/v1/loyalty/files/uploads/{name}", market, || web::to(upload)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, rejects, upload))]
    struct Docs;
    Docs::openapi()
}
