//! Prompts: what callers hear, in every language. An upload wins over the prompt that came with the server.

use super::parts::{AudioFolders, ConfigChanged, announce, parts};
use crate::http::json::read_body;
use crate::http::prelude::*;
use base::Locale;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::path::{Path as FilePath, PathBuf};
use telephony::config::wav::{self, BYTES_MAX};
use telephony::config::{UploadedPrompt, query, store};

/// A prompt in one language.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PromptBody {
    /// By which name flows play it.
    #[schema(example = "welcome")]
    pub name: String,
    /// In which language.
    pub locale: Locale,
    /// What is said in it.
    pub text: String,
    /// How long it is.
    pub seconds: f64,
    /// Whether it was uploaded here; else it came with the server.
    pub uploaded: bool,
}

/// What is said in an uploaded prompt.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// What is said in it; the text before it stays when absent.
    pub text: Option<String>,
}

/// One entry of `manifest.toml`; its key is `<locale>/<name>`.
#[derive(Debug, Deserialize)]
struct Shipped {
    text: String,
    seconds: f64,
}

/// Prompts that came with the server.
fn shipped(folders: &AudioFolders) -> Result<Vec<PromptBody>, ApiError> {
    let file = folders.sounds.join("manifest.toml");
    let text = std::fs::read_to_string(&file).map_err(ApiError::internal)?;
    let entries: BTreeMap<String, Shipped> = toml::from_str(&text).map_err(ApiError::internal)?;
    let body = |(key, entry): (String, Shipped)| {
        let (locale, name) = key.split_once('/')?;
        let locale = locale.parse().ok()?; // music has no language and is no prompt
        Some(PromptBody {
            name: name.to_owned(),
            locale,
            text: entry.text,
            seconds: entry.seconds,
            uploaded: false,
        })
    };
    Ok(entries.into_iter().filter_map(body).collect())
}

#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "a prompt lasts minutes, not centuries"
)]
fn seconds(duration_ms: i64) -> f64 {
    duration_ms as f64 / 1_000.0
}

/// Every prompt in every language, by name.
#[utoipa::path(get, path = "/api/v1/prompts", operation_id = "listPrompts", tag = "prompts",
    responses((status = 200, body = Vec<PromptBody>)))]
async fn list(state: Data<AppState>, caller: Caller) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::PromptRead)?;
    let mut prompts: BTreeMap<(String, Locale), PromptBody> = BTreeMap::new();
    for prompt in shipped(&parts(&state)?.folders)? {
        prompts.insert((prompt.name.clone(), prompt.locale), prompt);
    }
    let mut db = state.pool.acquire().await?;
    for row in query::prompts(&mut db).await? {
        let (name, locale) = (row.name, row.locale);
        let body =
            PromptBody { name, locale, text: row.text, seconds: seconds(row.duration_ms), uploaded: true };
        prompts.insert((body.name.clone(), body.locale), body);
    }
    Ok(HttpResponse::Ok().json(prompts.into_values().collect::<Vec<_>>()))
}

/// A name becomes a file name, so it is nothing but letters, digits and dashes.
fn checked((locale, file): (String, String)) -> Result<(Locale, String), ApiError> {
    let locale = locale.parse().map_err(|_| ApiError::not_found("language", &locale))?;
    let name = file.strip_suffix(".wav").ok_or_else(|| ApiError::not_found("prompt", &file))?.to_owned();
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if name.is_empty() || name.len() > 64 || !plain {
        return Err(ApiError::not_found("prompt", name));
    }
    Ok((locale, name))
}

fn file_of(folder: &FilePath, locale: Locale, name: &str) -> PathBuf {
    folder.join(locale.code()).join(format!("{name}.wav"))
}

/// The audio of a prompt, as callers hear it.
#[utoipa::path(get, path = "/api/v1/prompts/{locale}/{file}", operation_id = "playPrompt", tag = "prompts",
    params(("locale" = Locale, Path), ("file" = String, Path, example = "welcome.wav")),
    responses((status = 200, content_type = "audio/wav", body = [u8]), (status = 404, body = Problem)))]
async fn play(
    state: Data<AppState>,
    caller: Caller,
    path: Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::PromptRead)?;
    let (locale, name) = checked(path.0)?;
    let folders = &parts(&state)?.folders;
    for folder in [&folders.uploaded, &folders.sounds] {
        match tokio::fs::read(file_of(folder, locale, &name)).await {
            Ok(audio) => return Ok(HttpResponse::Ok().content_type("audio/wav").body(audio)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(ApiError::internal(error)),
        }
    }
    Err(ApiError::not_found("prompt", format!("{locale}/{name}")))
}

/// Replace a prompt by a WAV file: any PCM file is converted to 8 kHz, mono, 16 bit. When the file is refused, the
/// prompt before it stays.
#[utoipa::path(put, path = "/api/v1/prompts/{locale}/{file}", operation_id = "uploadPrompt", tag = "prompts",
    params(("locale" = Locale, Path), ("file" = String, Path, example = "welcome.wav"), UploadQuery),
    request_body(content_type = "audio/wav", content = [u8]),
    responses((status = 200, body = PromptBody), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn upload(
    request: HttpRequest,
    payload: web::Payload,
    state: Data<AppState>,
    caller: Caller,
    path: Path<(String, String)>,
    about: Query<UploadQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::PromptWrite)?;
    let (locale, name) = checked(path.0)?;
    let folders = parts(&state)?.folders.clone();
    let known =
        shipped(&folders)?.into_iter().find(|prompt| (prompt.locale, &prompt.name) == (locale, &name));
    let mut tx = state.begin().await?;
    let before = query::find_prompt(&mut tx, locale, &name).await?;
    let text =
        about.text.clone().or_else(|| before.map(|row| row.text)).or_else(|| known.map(|prompt| prompt.text));
    let Some(text) = text else {
        // A flow can only play what it knows: a name that nobody ships is a slip.
        return Err(ApiError::not_found("prompt", format!("{locale}/{name}: a new one needs ?text=")));
    };
    let body = read_body(&request, &mut payload.into_inner(), BYTES_MAX).await?;
    let converted = web::block(move || wav::convert(&body)).await.map_err(ApiError::internal)?;
    let converted = converted.map_err(|refused| ApiError::invalid("", refused.to_string()))?;
    let row = UploadedPrompt {
        locale,
        name,
        text,
        duration_ms: converted.duration_ms,
        bytes: i64::try_from(converted.file.len()).unwrap_or(i64::MAX),
        sha256: hex::encode(Sha256::digest(&converted.file)),
        uploaded_at: caller.now(),
        version: 0,
    };
    let stored = store::put_prompt(&mut tx, &mut caller.edit(&mut state.dice()), &row).await?;
    let file = file_of(&folders.uploaded, locale, &stored.name);
    web::block(move || write_whole(&file, &converted.file))
        .await
        .map_err(ApiError::internal)?
        .map_err(ApiError::internal)?;
    tx.commit().await?;
    announce(&state, ConfigChanged::Prompts);
    Ok(HttpResponse::Ok().json(PromptBody {
        name: stored.name,
        locale,
        text: stored.text,
        seconds: seconds(stored.duration_ms),
        uploaded: true,
    }))
}

/// Writes beside the file and renames: whoever plays it meanwhile hears the old one or the new one, never half.
fn write_whole(file: &FilePath, content: &[u8]) -> std::io::Result<()> {
    let folder = file.parent().ok_or_else(|| std::io::Error::other("the file has no folder"))?;
    std::fs::create_dir_all(folder)?;
    let part = file.with_extension("part");
    std::fs::write(&part, content)?;
    std::fs::File::open(&part)?.sync_all()?;
    std::fs::rename(&part, file)
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Operation(Operation::PromptRead), Needs::Operation(Operation::PromptWrite));
    vec![
        Route::get("/api/v1/prompts", read, || web::to(list)),
        Route::get("/api/v1/prompts/{locale}/{file}", read, || web::to(play)),
        Route::put("/api/v1/prompts/{locale}/{file}", write, || web::to(upload)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, play, upload))]
    struct Docs;
    Docs::openapi()
}
