//! Listening to recordings (CC-TEL-06). Every request for audio is in the security log.

use super::contact_detail::visible;
use super::parts::parts;
use crate::http::prelude::*;
use actix_web::body::SizedStream;
use actix_web::http::header::{self, HeaderValue};
use base::id::ContactId;
use std::io::SeekFrom;
use std::path::{Component, Path as FilePath};
use telephony::config::{query, store};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

/// Which bytes of a file an answer has: from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    first: u64,
    last: u64,
}

/// Reads `Range` (RFC 9110 14.2). None: the whole file, because there is no range, or one that is not understood,
/// which a server is to ignore.
///
/// # Errors
/// 416 when the file ends before the range begins.
fn part(range: Option<&str>, length: u64) -> Result<Option<Part>, ApiError> {
    let Some((first, last)) =
        range.and_then(|range| range.trim().strip_prefix("bytes=")).and_then(|range| range.split_once('-'))
    else {
        return Ok(None);
    };
    let end = length.saturating_sub(1);
    let wanted = match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => Part { first, last: last.min(end) },
        (Ok(first), Err(_)) if last.trim().is_empty() => Part { first, last: end },
        (Err(_), Ok(count)) if first.trim().is_empty() && count > 0 => {
            Part { first: length.saturating_sub(count), last: end }
        }
        _ => return Ok(None),
    };
    if wanted.first >= length {
        let detail = format!("the recording has {length} bytes, and the range begins at {}", wanted.first);
        return Err(ApiError::new(Code::RangeNotSatisfiable, detail));
    }
    Ok(Some(wanted))
}

/// A row names a file below the folder of recordings, whatever somebody wrote into the row.
fn is_below(path: &FilePath) -> bool {
    path.components().all(|component| matches!(component, Component::Normal(_)))
}

/// The audio of a contact: caller left, operator right.
#[utoipa::path(get, path = "/api/v1/contacts/{id}/recording", operation_id = "playRecording", tag = "contacts",
    params(("id" = Uuid, Path), ("Range" = Option<String>, Header, description = "Which bytes, such as `bytes=0-`")),
    responses((status = 200, content_type = "audio/wav", body = [u8]),
        (status = 206, content_type = "audio/wav", body = [u8]), (status = 404, body = Problem),
        (status = 416, body = Problem)))]
async fn play(
    request: HttpRequest,
    state: Data<AppState>,
    caller: Caller,
    id: Path<ContactId>,
) -> Result<HttpResponse, ApiError> {
    let folder = parts(&state)?.folders.recordings.clone();
    let mut tx = state.begin().await?;
    let contact = visible(&mut tx, &caller, Operation::RecordingPlay, id.0).await?;
    let recording = query::recording_of(&mut tx, contact.id).await?;
    let recording = recording.ok_or_else(|| ApiError::not_found("recording of contact", contact.id))?;
    if !is_below(FilePath::new(&recording.path)) {
        return Err(ApiError::internal(format!(
            "recording {} names a file outside its folder",
            recording.id
        )));
    }
    let file = tokio::fs::File::open(folder.join(&recording.path)).await;
    let mut file = file.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => ApiError::not_found("file of recording", recording.id),
        _ => ApiError::internal(error),
    })?;
    let length = file.metadata().await.map_err(ApiError::internal)?.len();
    let range = request.headers().get(header::RANGE).and_then(|range| range.to_str().ok());
    let wanted = part(range, length)?;
    // Before the first byte leaves: what cannot be written down is not played.
    store::recording_played(&mut tx, &mut caller.edit(&mut state.dice()), &recording).await?;
    tx.commit().await?;

    let sent = wanted.unwrap_or(Part { first: 0, last: length.saturating_sub(1) });
    file.seek(SeekFrom::Start(sent.first)).await.map_err(ApiError::internal)?;
    let count = if length == 0 { 0 } else { sent.last - sent.first + 1 };
    let mut response = if wanted.is_some() { HttpResponse::PartialContent() } else { HttpResponse::Ok() };
    if wanted.is_some() {
        let content_range = format!("bytes {}-{}/{length}", sent.first, sent.last);
        response.insert_header((header::CONTENT_RANGE, content_range));
    }
    let audio = SizedStream::new(count, ReaderStream::new(file.take(count)));
    Ok(response
        .content_type("audio/wav")
        .insert_header((header::ACCEPT_RANGES, HeaderValue::from_static("bytes")))
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")))
        .body(audio))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let play_it = Needs::Operation(Operation::RecordingPlay);
    vec![Route::get("/api/v1/contacts/{id}/recording", play_it, || web::to(play))]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(play))]
    struct Docs;
    Docs::openapi()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(first: u64, last: u64) -> Option<Part> {
        Some(Part { first, last })
    }

    #[test]
    fn ranges_are_read_as_browsers_write_them() {
        let read = |range| part(Some(range), 1_000).unwrap();

        assert_eq!(part(None, 1_000).unwrap(), None);
        assert_eq!(read("bytes=0-"), bytes(0, 999));
        assert_eq!(read("bytes=100-199"), bytes(100, 199));
        assert_eq!(read("bytes=900-5000"), bytes(900, 999));
        assert_eq!(read("bytes=-44"), bytes(956, 999));
        assert_eq!(read("bytes=5-1"), None);
        assert_eq!(read("seconds=1-2"), None);
        assert_eq!(read("bytes=0-1,5-6"), None);
        assert_eq!(part(Some("bytes=1000-"), 1_000).unwrap_err().code(), Code::RangeNotSatisfiable);
    }

    #[test]
    fn only_files_below_the_folder_are_played() {
        assert!(is_below(FilePath::new("2026/11/22/a.wav")));
        assert!(!is_below(FilePath::new("../a.wav")));
        assert!(!is_below(FilePath::new("/etc/passwd")));
    }
}
