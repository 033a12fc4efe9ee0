//! Structures: what administrators define of records (UMS-ENT-05). Attributes, kinds of cards and kinds of links are
//! shown, defined, changed and taken out of use in one way; each says here what is its own.

use super::listed;
use super::viewer::{Eyes, eyes};
use crate::http::prelude::*;
use base::{ChangeError, Edit, LocalText};
use serde::de::DeserializeOwned;
use sqlx::PgConnection;
use std::fmt::Display;

/// A structure, as its routes need it.
pub(super) trait Structure: Serialize + Sized {
    /// Names one.
    type Id: Copy + Display;
    /// What people set of it.
    type Fields: Serialize + DeserializeOwned;
    /// Where they are found.
    const PATH: &'static str;
    /// What one is called in an error.
    const NAME: &'static str;

    /// Its id.
    fn id(&self) -> Self::Id;
    /// Its id as pages know it.
    fn uuid(&self) -> Uuid;
    /// For `If-Match`.
    fn version(&self) -> i32;
    /// What is searched of it.
    fn text(&self) -> String;
    /// Whether the caller may know that it exists.
    fn is_seen_by(&self, eyes: &Eyes) -> bool;

    /// One that is in use.
    async fn find(db: &mut PgConnection, id: Self::Id) -> sqlx::Result<Option<Self>>;
    /// Defines one.
    async fn insert(
        db: &mut PgConnection,
        edit: &mut Edit<'_>,
        fields: &Self::Fields,
    ) -> Result<Self, ChangeError>;
    /// Changes one.
    async fn update(
        db: &mut PgConnection,
        edit: &mut Edit<'_>,
        id: Self::Id,
        version: i32,
        fields: &Self::Fields,
    ) -> Result<Self, ChangeError>;
    /// Takes one out of use.
    async fn archive(
        db: &mut PgConnection,
        edit: &mut Edit<'_>,
        id: Self::Id,
        version: i32,
    ) -> Result<(), ChangeError>;
}

/// A title in all its languages, as it is searched.
pub(super) fn titles(title: &LocalText) -> String {
    title.0.values().cloned().collect::<Vec<_>>().join(" ")
}

/// A page of those that the caller sees.
pub(super) async fn list<S: Structure>(
    state: &AppState,
    caller: &Caller,
    page: &PageQuery,
    rows: impl AsyncFnOnce(&mut PgConnection) -> sqlx::Result<Vec<S>>,
) -> Result<HttpResponse, ApiError> {
    let mut db = state.pool.acquire().await?;
    let eyes = eyes(&mut db, caller).await?;
    let mut rows = rows(&mut db).await?;
    rows.retain(|row| row.is_seen_by(&eyes));
    Ok(HttpResponse::Ok().json(listed(rows, page, S::text, S::uuid)?))
}

/// One, when the caller sees it.
pub(super) async fn find<S: Structure>(
    state: &AppState,
    caller: &Caller,
    id: S::Id,
) -> Result<HttpResponse, ApiError> {
    let mut db = state.pool.acquire().await?;
    let eyes = eyes(&mut db, caller).await?;
    let found = S::find(&mut db, id).await?.filter(|row| row.is_seen_by(&eyes));
    let row = found.ok_or_else(|| ApiError::not_found(S::NAME, id))?;
    Ok(etag::ok(&row, row.version()))
}

/// Defines one.
pub(super) async fn create<S: Structure>(
    state: &AppState,
    caller: &Caller,
    key: IdempotencyKey,
    body: &Json<S::Fields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::StructureWrite)?;
    key.once(state, caller, body, async |db, rng| {
        let row = S::insert(db, &mut caller.edit(rng), body).await?;
        Ok(Answer::created(format!("{}/{}", S::PATH, row.id()), &row)?.version(row.version()))
    })
    .await
}

/// Changes one.
pub(super) async fn change<S: Structure>(
    state: &AppState,
    caller: &Caller,
    id: S::Id,
    version: IfMatch,
    body: &Json<S::Fields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::StructureWrite)?;
    let mut tx = state.begin().await?;
    let row = S::update(&mut tx, &mut caller.edit(&mut state.dice()), id, version.0, body).await?;
    tx.commit().await?;
    Ok(etag::ok(&row, row.version()))
}

/// Takes one out of use.
pub(super) async fn archive<S: Structure>(
    state: &AppState,
    caller: &Caller,
    id: S::Id,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::StructureWrite)?;
    let mut tx = state.begin().await?;
    let row = S::find(&mut tx, id).await?.ok_or_else(|| ApiError::not_found(S::NAME, id))?;
    S::archive(&mut tx, &mut caller.edit(&mut state.dice()), id, row.version()).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Makes a structure of a type whose SQL stands in `store` (`insert`, `update`, `archive`) and whose handlers stand in the
/// same file: where it is found, its name, how one is found, what is searched of it and who sees it.
macro_rules! structure {
    ($kind:ty, $id:ty, $fields:ty, $path:literal, $name:literal, $find:path, $text:expr, $sees:expr) => {
        impl Structure for $kind {
            type Id = $id;
            type Fields = $fields;
            const PATH: &'static str = $path;
            const NAME: &'static str = $name;

            fn id(&self) -> $id {
                self.id
            }

            fn uuid(&self) -> Uuid {
                self.id.as_uuid()
            }

            fn version(&self) -> i32 {
                self.version
            }

            fn text(&self) -> String {
                let text: fn(&Self) -> String = $text;
                text(self)
            }

            fn is_seen_by(&self, eyes: &Eyes) -> bool {
                let sees: fn(&Self, &Eyes) -> bool = $sees;
                sees(self, eyes)
            }

            async fn find(db: &mut PgConnection, id: $id) -> sqlx::Result<Option<Self>> {
                $find(db, id).await
            }

            async fn insert(
                db: &mut PgConnection,
                edit: &mut Edit<'_>,
                fields: &$fields,
            ) -> Result<Self, ChangeError> {
                store::insert(db, edit, fields).await
            }

            async fn update(
                db: &mut PgConnection,
                edit: &mut Edit<'_>,
                id: $id,
                version: i32,
                fields: &$fields,
            ) -> Result<Self, ChangeError> {
                store::update(db, edit, id, version, fields).await
            }

            async fn archive(
                db: &mut PgConnection,
                edit: &mut Edit<'_>,
                id: $id,
                version: i32,
            ) -> Result<(), ChangeError> {
                store::archive(db, edit, id, version).await
            }
        }

        /// The routes of this file.
        #[must_use]
        pub fn routes() -> Vec<Route> {
            let write = Needs::Operation(Operation::StructureWrite);
            vec![
                // For everybody who sees records of some kind: the handlers look at which.
                Route::get($path, Needs::Caller, || web::to(list)),
                Route::post($path, write, || web::to(create)),
                Route::get(concat!($path, "/{id}"), Needs::Caller, || web::to(find)),
                Route::put(concat!($path, "/{id}"), write, || web::to(change)),
                Route::delete(concat!($path, "/{id}"), write, || web::to(archive)),
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
    };
}
pub(super) use structure;
