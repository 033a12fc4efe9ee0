//! Definitions of attributes: create, change, archive. They are in force at once, for every server.

use super::{lock_structure, record, same_version};
use crate::attribute::{ATTRIBUTES_MAX, Attribute, AttributeFields};
use crate::query;
use base::id::AttributeId;
use base::{ChangeError, Edit, FieldFault};
use sqlx::PgConnection;
use sqlx::types::Json;

/// Creates an attribute.
///
/// # Errors
/// Fields that cannot be accepted, a key that is or was used, or the database.
pub async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &AttributeFields,
) -> Result<Attribute, ChangeError> {
    lock_structure(db, &fields.of).await?;
    check(db, fields).await?;
    let count: i64 = sqlx::query_scalar("select count(*) from crm.attribute where record_kind = $1")
        .bind(&fields.of)
        .fetch_one(&mut *db)
        .await?;
    if usize::try_from(count).is_ok_and(|count| count >= ATTRIBUTES_MAX) {
        let detail =
            format!("there are {ATTRIBUTES_MAX} attributes already, the most that one kind can have");
        return Err(ChangeError::Invalid(vec![FieldFault::new("/of", detail)]));
    }
    let id = AttributeId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into crm.attribute (attribute_id, record_kind, key, value_type, link_to, title, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)",
    )
    .bind(id)
    .bind(&fields.of)
    .bind(&fields.key)
    .bind(fields.value_type)
    .bind(&fields.link_to)
    .bind(Json(&fields.title))
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(|error| {
        let detail = "another attribute has or had this key: its values are still there";
        ChangeError::on_constraint(error, "attribute_key_key", "/key", detail)
    })?;
    write(db, edit, id, fields).await?;
    let after = query::find_attribute(db, id).await?.ok_or(ChangeError::Unknown("attribute"))?;
    make_ready(db, None, &after).await?;
    let after = query::find_attribute(db, id).await?.ok_or(ChangeError::Unknown("attribute"))?;
    record(db, edit, "crm.attribute_created.v1", id.as_uuid(), None, Some(&after)).await?;
    Ok(after)
}

/// Changes the attribute that is at `version`. What it belongs to, its key and its type stay.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, values that are not unique, or the database.
pub async fn update(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: AttributeId,
    version: i32,
    fields: &AttributeFields,
) -> Result<Attribute, ChangeError> {
    lock_structure(db, &fields.of).await?;
    let before = query::find_attribute(db, id).await?.ok_or(ChangeError::Unknown("attribute"))?;
    same_version(before.version, version)?;
    let stays = [
        ("/of", before.fields.of == fields.of),
        ("/key", before.fields.key == fields.key),
        ("/type", before.fields.value_type == fields.value_type),
        ("/link_to", before.fields.link_to == fields.link_to),
    ];
    let detail = "cannot be changed: archive this attribute and add another";
    let moved = stays.iter().filter(|(_, same)| !same).map(|(pointer, _)| FieldFault::new(*pointer, detail));
    ChangeError::unless_empty(moved.collect())?;
    check(db, fields).await?;
    write(db, edit, id, fields).await?;
    sqlx::query("update crm.attribute set version = version + 1 where attribute_id = $1")
        .bind(id)
        .execute(&mut *db)
        .await?;
    let after = query::find_attribute(db, id).await?.ok_or(ChangeError::Unknown("attribute"))?;
    make_ready(db, Some(&before), &after).await?;
    let after = query::find_attribute(db, id).await?.ok_or(ChangeError::Unknown("attribute"))?;
    record(db, edit, "crm.attribute_changed.v1", id.as_uuid(), Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Takes an attribute out of use. Its values stay where they are, unseen; its key is not used again.
///
/// # Errors
/// Unknown, changed meanwhile, one that the server itself needs, or the database.
pub async fn archive(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: AttributeId,
    version: i32,
) -> Result<(), ChangeError> {
    let before = query::find_attribute(db, id).await?.ok_or(ChangeError::Unknown("attribute"))?;
    lock_structure(db, &before.fields.of).await?;
    same_version(before.version, version)?;
    if before.built_in {
        let detail =
            format!("{} is used by the server itself: change it, it cannot be archived", before.key());
        return Err(ChangeError::InUse(detail));
    }
    sqlx::query(
        "update crm.attribute
         set archived_at = $2, is_unique = false, is_searchable = false, is_indexed = false, version = version + 1
         where attribute_id = $1",
    )
    .bind(id)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    for statement in [
        "delete from crm.attribute_key where attribute_id = $1",
        "delete from crm.attribute_word where attribute_id = $1",
        "delete from crm.attribute_build where attribute_id = $1",
    ] {
        sqlx::query(statement).bind(id).execute(&mut *db).await?;
    }
    record(db, edit, "crm.attribute_archived.v1", id.as_uuid(), Some(&before), None).await
}

async fn check(db: &mut PgConnection, fields: &AttributeFields) -> Result<(), ChangeError> {
    let mut faults = fields.faults();
    for (pointer, kind) in [("/of", Some(&fields.of)), ("/link_to", fields.link_to.as_ref())] {
        if let Some(kind) = kind
            && !query::is_record_kind(db, kind).await?
        {
            faults.push(FieldFault::new(pointer, "is neither customer nor the key of a kind of card"));
        }
    }
    ChangeError::unless_empty(faults)
}

/// Everything that can be changed later.
async fn write(
    db: &mut PgConnection,
    edit: &Edit<'_>,
    id: AttributeId,
    fields: &AttributeFields,
) -> Result<(), ChangeError> {
    sqlx::query(
        "update crm.attribute
         set title = $2, unit = $3, choices = $4, is_required = $5, is_unique = $6, is_searchable = $7,
             is_indexed = $8, readers = $9, editors = $10, position = $11, updated_at = $12
         where attribute_id = $1",
    )
    .bind(id)
    .bind(Json(&fields.title))
    .bind(&fields.unit)
    .bind(Json(&fields.choices))
    .bind(fields.required)
    .bind(fields.unique)
    .bind(fields.searchable)
    .bind(fields.indexed)
    .bind(&fields.readers)
    .bind(&fields.editors)
    .bind(fields.position)
    .bind(edit.now)
    .execute(db)
    .await?;
    Ok(())
}

/// Fills the keys of an attribute that became unique, and orders what is made in the background.
async fn make_ready(
    db: &mut PgConnection,
    before: Option<&Attribute>,
    after: &Attribute,
) -> Result<(), ChangeError> {
    let was = |is: fn(&AttributeFields) -> bool| before.is_some_and(|before| is(&before.fields));
    if after.fields.unique != was(|fields| fields.unique) {
        sqlx::query("delete from crm.attribute_key where attribute_id = $1")
            .bind(after.id)
            .execute(&mut *db)
            .await?;
    }
    if after.fields.unique && !was(|fields| fields.unique) {
        fill_keys(db, after).await?;
    }
    order(db, after, "index", after.fields.indexed, was(|fields| fields.indexed)).await?;
    order(db, after, "words", after.fields.searchable, was(|fields| fields.searchable)).await?;
    if !after.fields.searchable && was(|fields| fields.searchable) {
        sqlx::query("delete from crm.attribute_word where attribute_id = $1")
            .bind(after.id)
            .execute(db)
            .await?;
    }
    Ok(())
}

async fn fill_keys(db: &mut PgConnection, attribute: &Attribute) -> Result<(), ChangeError> {
    sqlx::query(
        "insert into crm.attribute_key (attribute_id, value, record_id)
         select $1, lower(attributes ->> $2), customer_id from crm.customer
         where $3 = 'customer' and attributes ->> $2 is not null
         union all
         select $1, lower(attributes ->> $2), card_id from crm.card
         where kind = $3 and attributes ->> $2 is not null and archived_at is null",
    )
    .bind(attribute.id)
    .bind(attribute.key())
    .bind(&attribute.fields.of)
    .execute(db)
    .await
    .map_err(|error| {
        let detail = "two records have the same value: change one of them first";
        ChangeError::on_constraint(error, "attribute_key_pkey", "/unique", detail)
    })?;
    Ok(())
}

/// What is wanted and was not ready, or failed, waits for its turn; what is no longer wanted is forgotten.
async fn order(
    db: &mut PgConnection,
    attribute: &Attribute,
    what: &str,
    wanted: bool,
    was_wanted: bool,
) -> sqlx::Result<()> {
    if !wanted {
        return sqlx::query("delete from crm.attribute_build where attribute_id = $1 and what = $2")
            .bind(attribute.id)
            .bind(what)
            .execute(db)
            .await
            .map(drop);
    }
    sqlx::query(
        "insert into crm.attribute_build (attribute_id, what, state) values ($1, $2, 'waiting')
         on conflict (attribute_id, what) do update set state = 'waiting', done = 0, error = null
         where attribute_build.state = 'failed' or not $3",
    )
    .bind(attribute.id)
    .bind(what)
    .bind(was_wanted)
    .execute(db)
    .await
    .map(drop)
}
