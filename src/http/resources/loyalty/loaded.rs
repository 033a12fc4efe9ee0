//! Files of ours that a caller loads.

use crate::http::prelude::*;
use actix_web::body::SizedStream;
use actix_web::http::header;
use std::path::Path as FilePath;
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

/// The content of a text file, for saving under `name`.
///
/// # Errors
/// 404 when it is not on this server.
pub async fn loaded(place: &FilePath, name: &str) -> Result<HttpResponse, ApiError> {
    let file = tokio::fs::File::open(place).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => ApiError::not_found("file", name),
        _ => ApiError::internal(error),
    })?;
    let length = file.metadata().await.map_err(ApiError::internal)?.len();
    let disposition = header::ContentDisposition::attachment(name);
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(disposition)
        .insert_header((header::CACHE_CONTROL, header::HeaderValue::from_static("private, no-store")))
        .body(SizedStream::new(length, ReaderStream::new(file.take(length)))))
}
