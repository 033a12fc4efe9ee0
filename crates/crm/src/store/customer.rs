//! Customers: create, change, set one attribute.

use super::{hold_structure, record, same_version, values};
use crate::attribute::{self, Attribute, CUSTOMER, Values};
use crate::customer::{Customer, CustomerFields, Identifier, IdentifierKind};
use crate::viewer::Viewer;
use crate::{name, query};
use base::id::CustomerId;
use base::{ChangeError, Edit, FieldFault};
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;

/// Adds a customer. `viewer` is who gives the attributes.
///
/// # Errors
/// Fields that cannot be accepted, an identifier or a unique value of another customer, or the database.
pub async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    viewer: &Viewer,
    fields: &CustomerFields,
) -> Result<Customer, ChangeError> {
    let id = CustomerId::new(edit.now, edit.rng);
    insert_as(db, edit, viewer, id, fields).await
}

/// Adds a customer under an id that is known before, for records that are loaded from files.
///
/// # Errors
/// As [`insert`].
pub async fn insert_as(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    viewer: &Viewer,
    id: CustomerId,
    fields: &CustomerFields,
) -> Result<Customer, ChangeError> {
    hold_structure(db, CUSTOMER).await?;
    let attributes = query::attributes(db, CUSTOMER).await?;
    let given = fields.attributes.clone().unwrap_or_default();
    let (fields, given) = both_checked(fields, &attributes, &Values::new(), Some(&given), viewer)?;
    check_free(db, id, &fields).await?;
    sqlx::query(
        "insert into crm.customer (customer_id, kind, name, vip, language, attributes, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)",
    )
    .bind(id)
    .bind(fields.kind)
    .bind(&fields.name)
    .bind(fields.vip)
    .bind(fields.language)
    .bind(Json(&given))
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    replace_lists(db, id, &fields).await?;
    values::keep(db, id.as_uuid(), &attributes, &Values::new(), &given).await?;
    let customer = query::find(db, id).await?.ok_or(ChangeError::Unknown("customer"))?;
    record(db, edit, "crm.customer_created.v1", id.as_uuid(), None, Some(&customer)).await?;
    Ok(customer)
}

/// Changes the customer that is at `version`. Without attributes in `fields` they stay as they are.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, an identifier or a unique value of another customer,
/// or the database.
pub async fn update(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    viewer: &Viewer,
    id: CustomerId,
    version: i32,
    fields: &CustomerFields,
) -> Result<Customer, ChangeError> {
    hold_structure(db, CUSTOMER).await?;
    let before = locked(db, id).await?;
    same_version(before.version, version)?;
    let attributes = query::attributes(db, CUSTOMER).await?;
    let was = before.fields.attributes.clone().unwrap_or_default();
    let (fields, given) = both_checked(fields, &attributes, &was, fields.attributes.as_ref(), viewer)?;
    check_free(db, id, &fields).await?;
    sqlx::query(
        "update crm.customer
         set kind = $2, name = $3, vip = $4, language = $5, attributes = $6, updated_at = $7, version = version + 1
         where customer_id = $1",
    )
    .bind(id)
    .bind(fields.kind)
    .bind(&fields.name)
    .bind(fields.vip)
    .bind(fields.language)
    .bind(Json(&given))
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    replace_lists(db, id, &fields).await?;
    values::keep(db, id.as_uuid(), &attributes, &was, &given).await?;
    let after = query::find(db, id).await?.ok_or(ChangeError::Unknown("customer"))?;
    record(db, edit, "crm.customer_changed.v1", id.as_uuid(), Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Sets one attribute, as rules and flows do; null takes it away. A value that is there already changes nothing and
/// writes no event, so that who repeats it, repeats nothing.
///
/// # Errors
/// Unknown customer or attribute, a value that cannot be accepted, or the database.
pub async fn set_attribute(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: CustomerId,
    key: &str,
    value: &Value,
) -> Result<Customer, ChangeError> {
    hold_structure(db, CUSTOMER).await?;
    let before = locked(db, id).await?;
    let mut attributes = query::attributes(db, CUSTOMER).await?;
    attributes.retain(|attribute| attribute.key() == key);
    let attribute = attributes.first().ok_or(ChangeError::Unknown("attribute"))?;
    let was = before.fields.attributes.clone().unwrap_or_default();
    let new = attribute::one_checked(attribute, value, was.get(key))
        .map_err(|fault| ChangeError::Invalid(vec![fault]))?;
    if new.as_ref() == was.get(key) {
        return Ok(before);
    }
    let mut given = was.clone();
    match new {
        Some(value) => drop(given.insert(key.to_owned(), value)),
        None => drop(given.remove(key)),
    }
    sqlx::query(
        "update crm.customer set attributes = $2, updated_at = $3, version = version + 1 where customer_id = $1",
    )
    .bind(id)
    .bind(Json(&given))
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    values::keep(db, id.as_uuid(), &attributes, &was, &given).await?;
    let after = query::find(db, id).await?.ok_or(ChangeError::Unknown("customer"))?;
    record(db, edit, "crm.customer_changed.v1", id.as_uuid(), Some(&before), Some(&after)).await?;
    Ok(after)
}

async fn locked(db: &mut PgConnection, id: CustomerId) -> Result<Customer, ChangeError> {
    sqlx::query("select 1 from crm.customer where customer_id = $1 for update")
        .bind(id)
        .execute(&mut *db)
        .await?;
    query::find(db, id).await?.ok_or(ChangeError::Unknown("customer"))
}

/// Own fields and attributes in their stored form, or the faults of both.
pub(super) fn both_checked(
    fields: &CustomerFields,
    attributes: &[Attribute],
    before: &Values,
    given: Option<&Values>,
    viewer: &Viewer,
) -> Result<(CustomerFields, Values), ChangeError> {
    let values = match given {
        Some(given) => attribute::checked(attributes, before, given, viewer),
        None => Ok(before.clone()),
    };
    match (fields.checked(), values) {
        (Ok(fields), Ok(values)) => Ok((fields, values)),
        (own, values) => {
            let faults = own.err().into_iter().chain(values.err()).flatten();
            Err(ChangeError::Invalid(faults.collect()))
        }
    }
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
