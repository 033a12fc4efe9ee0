//! Words that people choose from: skills, results, not-ready reasons, topics.

pub mod reason;
pub mod topic;

/// Skills and results are the same row (a name) in two tables; the statements stay static text.
macro_rules! named_rows {
    ($module:ident, $row:ident, $id:ident, $find:ident, $table:literal, $thing:literal, $in_use:literal, $why:literal) => {
        /// Create, change, archive.
        pub mod $module {
            use super::super::{record, same_version};
            use crate::config::{NamedFields, $row};
            use crate::query::config::$find;
            use base::id::$id;
            use base::{ChangeError, Edit};
            use sqlx::PgConnection;
            use sqlx::types::Json;

            /// Creates one.
            ///
            /// # Errors
            /// Fields that cannot be accepted, or the database.
            pub async fn insert(
                db: &mut PgConnection,
                edit: &mut Edit<'_>,
                fields: &NamedFields,
            ) -> Result<$row, ChangeError> {
                let id = $id::new(edit.now, edit.rng);
                insert_as(db, edit, id, fields).await
            }

            /// Creates one under an id that is known before, for records that are loaded from files.
            ///
            /// # Errors
            /// Fields that cannot be accepted, or the database.
            pub async fn insert_as(
                db: &mut PgConnection,
                edit: &mut Edit<'_>,
                id: $id,
                fields: &NamedFields,
            ) -> Result<$row, ChangeError> {
                ChangeError::unless_empty(fields.faults())?;
                sqlx::query(concat!(
                    "insert into routing.",
                    $table,
                    " (",
                    $table,
                    "_id, name) values ($1, $2)"
                ))
                .bind(id)
                .bind(Json(&fields.name))
                .execute(&mut *db)
                .await?;
                let row = $find(db, id).await?.ok_or(ChangeError::Unknown($thing))?;
                let kind = concat!("routing.", $table, "_created.v1");
                record(db, edit, kind, id.as_uuid(), None::<&$row>, Some(&row)).await?;
                Ok(row)
            }

            /// Changes the one that is at `version`.
            ///
            /// # Errors
            /// Unknown, changed meanwhile, fields that cannot be accepted, or the database.
            pub async fn update(
                db: &mut PgConnection,
                edit: &mut Edit<'_>,
                id: $id,
                version: i32,
                fields: &NamedFields,
            ) -> Result<$row, ChangeError> {
                let before = lock(db, id).await?;
                same_version(before.version, version)?;
                ChangeError::unless_empty(fields.faults())?;
                sqlx::query(concat!(
                    "update routing.",
                    $table,
                    " set name = $2, version = version + 1 where ",
                    $table,
                    "_id = $1"
                ))
                .bind(id)
                .bind(Json(&fields.name))
                .execute(&mut *db)
                .await?;
                let after = $find(db, id).await?.ok_or(ChangeError::Unknown($thing))?;
                let kind = concat!("routing.", $table, "_changed.v1");
                record(db, edit, kind, id.as_uuid(), Some(&before), Some(&after)).await?;
                Ok(after)
            }

            /// Takes one out of use; history keeps referring to it.
            ///
            /// # Errors
            /// Unknown, changed meanwhile, still needed, or the database.
            pub async fn archive(
                db: &mut PgConnection,
                edit: &mut Edit<'_>,
                id: $id,
                version: i32,
            ) -> Result<(), ChangeError> {
                let before = lock(db, id).await?;
                same_version(before.version, version)?;
                let needed: bool = sqlx::query_scalar($in_use).bind(id).fetch_one(&mut *db).await?;
                if needed {
                    return Err(ChangeError::InUse($why.to_owned()));
                }
                sqlx::query(concat!(
                    "update routing.",
                    $table,
                    " set archived_at = $2, version = version + 1 where ",
                    $table,
                    "_id = $1"
                ))
                .bind(id)
                .bind(edit.now)
                .execute(&mut *db)
                .await?;
                let kind = concat!("routing.", $table, "_archived.v1");
                record(db, edit, kind, id.as_uuid(), Some(&before), None::<&$row>).await
            }

            async fn lock(db: &mut PgConnection, id: $id) -> Result<$row, ChangeError> {
                sqlx::query(concat!(
                    "select 1 from routing.",
                    $table,
                    " where ",
                    $table,
                    "_id = $1 for update"
                ))
                .bind(id)
                .execute(&mut *db)
                .await?;
                $find(db, id).await?.ok_or(ChangeError::Unknown($thing))
            }
        }
    };
}

named_rows!(
    skill,
    Skill,
    SkillId,
    find_skill,
    "skill",
    "skill",
    "select exists (select 1 from routing.queue_skill join routing.queue using (queue_id)
                    where skill_id = $1 and archived_at is null)",
    "a queue needs this skill: take it from the queue first"
);
named_rows!(
    result,
    ContactResult,
    ResultId,
    find_result,
    "result",
    "result",
    "select false from (values ($1::uuid)) as given (id)",
    "this result is needed"
);
