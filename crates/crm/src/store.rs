//! SQL that changes the schema `crm`. Functions take a connection; the edge owns the transaction.

use crate::customer::{Customer, CustomerFields, Identifier, IdentifierKind};
use crate::name;
use base::event::Journal;
use base::id::CustomerId;
use base::{ChangeError, Edit, FieldFault, NewEvent};
use serde_json::json;
use sqlx::PgConnection;

/// Adds a customer.
///
/// # Errors
/// Fields that cannot be accepted, an identifier of another customer, or the database.
pub async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &CustomerFields,
) -> Result<Customer, ChangeError> {
    let id = CustomerId::new(edit.now, edit.rng);
    insert_as(db, edit, id, fields).await
}

/// Adds a customer under an id that is known before, for records that are loaded from files.
///
/// # Errors
/// As [`insert`].
pub async fn insert_as(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: CustomerId,
    fields: &CustomerFields,
) -> Result<Customer, ChangeError> {
    let fields = fields.checked().map_err(ChangeError::Invalid)?;
    check_free(db, id, &fields).await?;
    sqlx::query(
        "insert into crm.customer (customer_id, kind, name, vip, language, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $6)",
    )
    .bind(id)
    .bind(fields.kind)
    .bind(&fields.name)
    .bind(fields.vip)
    .bind(fields.language)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    replace_lists(db, id, &fields).await?;
    let customer = crate::query::find(db, id).await?.ok_or(ChangeError::Unknown("customer"))?;
    record(db, edit, "crm.customer_created.v1", None, &customer).await?;
    Ok(customer)
}

/// Changes the customer that is at `version`.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, an identifier of another customer, or the database.
pub async fn update(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: CustomerId,
    version: i32,
    fields: &CustomerFields,
) -> Result<Customer, ChangeError> {
    sqlx::query("select 1 from crm.customer where customer_id = $1 for update")
        .bind(id)
        .execute(&mut *db)
        .await?;
    let before = crate::query::find(db, id).await?.ok_or(ChangeError::Unknown("customer"))?;
    if before.version != version {
        return Err(ChangeError::Stale { given: version, present: before.version });
    }
    let fields = fields.checked().map_err(ChangeError::Invalid)?;
    check_free(db, id, &fields).await?;
    sqlx::query(
        "update crm.customer
         set kind = $2, name = $3, vip = $4, language = $5, updated_at = $6, version = version + 1
         where customer_id = $1",
    )
    .bind(id)
    .bind(fields.kind)
    .bind(&fields.name)
    .bind(fields.vip)
    .bind(fields.language)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    replace_lists(db, id, &fields).await?;
    let after = crate::query::find(db, id).await?.ok_or(ChangeError::Unknown("customer"))?;
    record(db, edit, "crm.customer_changed.v1", Some(&before), &after).await?;
    Ok(after)
}

/// Names an identifier that belongs to another customer before anything is written; the primary key is what
/// prevents a race.
async fn check_free(
    db: &mut PgConnection,
    id: CustomerId,
    fields: &CustomerFields,
) -> Result<(), ChangeError> {
    let (kinds, values) = columns(fields);
    let taken: Vec<(IdentifierKind, String)> = sqlx::query_as(
        "select kind, value from crm.identifier
         where customer_id <> $1 and (kind, value) in (select * from unnest($2::text[], $3::text[]))",
    )
    .bind(id)
    .bind(kinds)
    .bind(values)
    .fetch_all(db)
    .await?;
    taken_fault(&fields.identifiers, &taken).map_or(Ok(()), |fault| Err(ChangeError::Taken(fault)))
}

fn columns(fields: &CustomerFields) -> (Vec<&'static str>, Vec<&str>) {
    fields.identifiers.iter().map(|identifier| (identifier.kind.as_str(), identifier.value.as_str())).unzip()
}

async fn replace_lists(
    db: &mut PgConnection,
    id: CustomerId,
    fields: &CustomerFields,
) -> Result<(), ChangeError> {
    let (kinds, values) = columns(fields);
    sqlx::query("delete from crm.identifier where customer_id = $1").bind(id).execute(&mut *db).await?;
    sqlx::query(
        "insert into crm.identifier (customer_id, kind, value, position)
         select $1, kind, value, place
         from unnest($2::text[], $3::text[]) with ordinality as given (kind, value, place)",
    )
    .bind(id)
    .bind(&kinds)
    .bind(&values)
    .execute(&mut *db)
    .await
    .map_err(|error| {
        ChangeError::on_constraint(
            error,
            "identifier_pkey",
            "/identifiers",
            "another customer has one of them",
        )
    })?;
    sqlx::query("delete from crm.name_word where customer_id = $1").bind(id).execute(&mut *db).await?;
    sqlx::query("insert into crm.name_word (customer_id, word) select $1, word from unnest($2::text[]) as given (word)")
        .bind(id)
        .bind(name::words(&fields.name))
        .execute(db)
        .await?;
    Ok(())
}

fn taken_fault(given: &[Identifier], taken: &[(IdentifierKind, String)]) -> Option<FieldFault> {
    let is_taken = |identifier: &Identifier| {
        taken.iter().any(|(kind, value)| (*kind, value) == (identifier.kind, &identifier.value))
    };
    let position = given.iter().position(is_taken)?;
    Some(FieldFault::new(format!("/identifiers/{position}/value"), "another customer has it"))
}

async fn record(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    kind: &'static str,
    before: Option<&Customer>,
    after: &Customer,
) -> Result<(), ChangeError> {
    let event = NewEvent {
        kind: kind.into(),
        journal: Journal::Change,
        subject: after.id.as_uuid(),
        correlation: None,
        author: edit.author,
        payload: json!({ "before": before, "after": after }),
    };
    platform::event::append(db, edit.now, edit.rng, &event).await?;
    Ok(())
}
