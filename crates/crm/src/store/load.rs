//! Many customers at once, as files bring and change them: a statement for each table, not for each customer.

use super::{customer, hold_structure, values};
use crate::attribute::{Attribute, AttributeType, CUSTOMER, Values};
use crate::customer::{Customer, CustomerFields};
use crate::viewer::Viewer;
use crate::{name, query};
use base::event::Journal;
use base::id::{AttributeId, CustomerId, EventId};
use base::{ChangeError, Edit, Locale, NewEvent, same_version};
use chrono::DateTime;
use serde_json::json;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{PgConnection, Postgres};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Whether customers with values of these attributes can be added by [`insert_many`]: values that must be unique, or that
/// name other records, are looked at one by one.
#[must_use]
pub fn is_plain(attributes: &[Attribute], keys: &[&str]) -> bool {
    let named = attributes.iter().filter(|attribute| keys.contains(&attribute.key()));
    named
        .into_iter()
        .all(|attribute| !attribute.fields.unique && attribute.fields.value_type != AttributeType::Link)
}

/// Adds customers, each under its id; what became of each, in their order. One whose fields cannot be accepted is refused
/// and harms no other. Their identifiers are free and differ from each other, and their attributes are
/// [plain](is_plain): the caller has looked.
///
/// # Errors
/// The database failed, or somebody took an identifier meanwhile: none is added, and trying again finds out whose it is.
pub async fn insert_many(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    viewer: &Viewer,
    new: &[(CustomerId, CustomerFields)],
) -> sqlx::Result<Vec<Result<Customer, ChangeError>>> {
    hold_structure(db, CUSTOMER).await?;
    let attributes = query::attributes(db, CUSTOMER).await?;
    let at = DateTime::from_timestamp_micros(edit.now.timestamp_micros()).unwrap_or(edit.now);
    let made = |(id, fields): &(CustomerId, CustomerFields)| {
        let given = fields.attributes.clone().unwrap_or_default();
        let checked = customer::both_checked(fields, &attributes, &Values::new(), Some(&given), viewer);
        checked.map(|(mut fields, given)| {
            fields.attributes = Some(given);
            Customer { id: *id, fields, created_at: at, updated_at: at, version: 1 }
        })
    };
    let mut done: Vec<Result<Customer, ChangeError>> = new.iter().map(made).collect();
    let added: Vec<&Customer> = done.iter().filter_map(|one| one.as_ref().ok()).collect();
    if added.is_empty() {
        return Ok(done);
    }
    insert_rows(db, edit, &added).await?;
    insert_identifiers(db, &added).await?;
    insert_words(db, &attributes, &added).await?;
    for customer in done.iter_mut().flatten() {
        // As they are read again.
        customer.fields.identifiers.sort_by_key(|identifier| identifier.kind.as_str());
    }
    let states = done.iter().flatten().map(|after| (None, after));
    record_all(db, edit, "crm.customer_created.v1", states).await?;
    Ok(done)
}

/// Changes customers as they were read to these fields; what became of each, in their order. Each stands there once. One whose
/// fields cannot be accepted, or that somebody changed meanwhile, is refused and harms no other. Their identifiers stay, and
/// the attributes that change are [plain](is_plain): the caller has looked.
///
/// # Errors
/// The database failed: none is changed.
pub async fn change_many(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    viewer: &Viewer,
    wanted: &[(Customer, CustomerFields)],
) -> sqlx::Result<Vec<Result<Customer, ChangeError>>> {
    hold_structure(db, CUSTOMER).await?;
    let attributes = query::attributes(db, CUSTOMER).await?;
    let ids: Vec<CustomerId> = wanted.iter().map(|(before, _)| before.id).collect();
    let present: BTreeMap<CustomerId, i32> = lock(db, &ids).await?.into_iter().collect();
    let at = DateTime::from_timestamp_micros(edit.now.timestamp_micros()).unwrap_or(edit.now);
    let made = |(before, fields): &(Customer, CustomerFields)| {
        let present = present.get(&before.id).ok_or(ChangeError::Unknown("customer"))?;
        same_version(*present, before.version)?;
        let was = before.fields.attributes.clone().unwrap_or_default();
        let given = fields.attributes.as_ref();
        let (mut fields, given) = customer::both_checked(fields, &attributes, &was, given, viewer)?;
        fields.attributes = Some(given);
        fields.identifiers.clone_from(&before.fields.identifiers);
        Ok(Customer { fields, updated_at: at, version: before.version + 1, ..before.clone() })
    };
    let done: Vec<Result<Customer, ChangeError>> = wanted.iter().map(made).collect();
    let changed: Vec<&Customer> = done.iter().filter_map(|one| one.as_ref().ok()).collect();
    if changed.is_empty() {
        return Ok(done);
    }
    update_rows(db, edit, &changed).await?;
    delete_words(db, &attributes, &changed).await?;
    insert_words(db, &attributes, &changed).await?;
    let states = wanted.iter().zip(&done);
    let states = states.filter_map(|((before, _), after)| Some((Some(before), after.as_ref().ok()?)));
    record_all(db, edit, "crm.customer_changed.v1", states).await?;
    Ok(done)
}

/// Locks customers in the order of their ids; with each its version.
async fn lock(db: &mut PgConnection, ids: &[CustomerId]) -> sqlx::Result<Vec<(CustomerId, i32)>> {
    sqlx::query_as(
        "select customer_id, version from crm.customer where customer_id = any($1) order by customer_id for update",
    )
    .bind(ids)
    .fetch_all(db)
    .await
}

/// Writes down how customers were and are.
async fn record_all(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    kind: &'static str,
    states: impl Iterator<Item = (Option<&Customer>, &Customer)>,
) -> sqlx::Result<()> {
    let mut events: Vec<(EventId, NewEvent)> = Vec::new();
    for (before, after) in states {
        let event = NewEvent {
            kind: kind.into(),
            journal: Journal::Change,
            subject: after.id.as_uuid(),
            correlation: None,
            author: edit.author,
            payload: json!({ "before": before, "after": after }),
        };
        events.push((EventId::new(edit.now, edit.rng), event));
    }
    platform::event::append_all(db, edit.now, &events).await
}

/// The columns of customers' rows: id, kind, name, vip, language, attributes as texts.
fn row_values<'q>(
    asked: Query<'q, Postgres, PgArguments>,
    customers: &'q [&Customer],
) -> Query<'q, Postgres, PgArguments> {
    let fields = || customers.iter().map(|customer| &customer.fields);
    asked
        .bind(customers.iter().map(|customer| customer.id).collect::<Vec<CustomerId>>())
        .bind(fields().map(|fields| fields.kind.as_str()).collect::<Vec<&str>>())
        .bind(fields().map(|fields| fields.name.as_str()).collect::<Vec<&str>>())
        .bind(fields().map(|fields| fields.vip).collect::<Vec<bool>>())
        .bind(fields().map(|fields| fields.language.map(Locale::code)).collect::<Vec<Option<&str>>>())
        .bind(fields().map(|fields| json!(fields.attributes).to_string()).collect::<Vec<String>>())
}

async fn update_rows(db: &mut PgConnection, edit: &Edit<'_>, changed: &[&Customer]) -> sqlx::Result<()> {
    let sql = "update crm.customer c
         set kind = given.kind, name = given.name, vip = given.vip, language = given.language,
             attributes = given.attributes::jsonb, updated_at = $7, version = c.version + 1
         from unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::text[], $6::text[])
            as given (customer_id, kind, name, vip, language, attributes)
         where c.customer_id = given.customer_id";
    row_values(sqlx::query(sql), changed).bind(edit.now).execute(db).await?;
    Ok(())
}

/// The words of names and of searchable attributes go, before others come.
async fn delete_words(
    db: &mut PgConnection,
    attributes: &[Attribute],
    changed: &[&Customer],
) -> sqlx::Result<()> {
    let ids: Vec<CustomerId> = changed.iter().map(|customer| customer.id).collect();
    let searchable = attributes.iter().filter(|attribute| attribute.fields.searchable);
    sqlx::query("delete from crm.name_word where customer_id = any($1)").bind(&ids).execute(&mut *db).await?;
    sqlx::query("delete from crm.attribute_word where record_id = any($1) and attribute_id = any($2)")
        .bind(&ids)
        .bind(searchable.map(|attribute| attribute.id).collect::<Vec<AttributeId>>())
        .execute(db)
        .await?;
    Ok(())
}

async fn insert_rows(db: &mut PgConnection, edit: &Edit<'_>, added: &[&Customer]) -> sqlx::Result<()> {
    let sql = "insert into crm.customer (customer_id, kind, name, vip, language, attributes, created_at, updated_at)
         select customer_id, kind, name, vip, language, attributes::jsonb, $7, $7
         from unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::text[], $6::text[])
            as given (customer_id, kind, name, vip, language, attributes)";
    row_values(sqlx::query(sql), added).bind(edit.now).execute(db).await?;
    Ok(())
}

async fn insert_identifiers(db: &mut PgConnection, added: &[&Customer]) -> sqlx::Result<()> {
    let mut rows: Vec<(Uuid, &str, &str, i64)> = Vec::new();
    for customer in added {
        for (place, identifier) in (1..).zip(&customer.fields.identifiers) {
            rows.push((customer.id.as_uuid(), identifier.kind.as_str(), &identifier.value, place));
        }
    }
    sqlx::query(
        "insert into crm.identifier (customer_id, kind, value, position)
         select * from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[])",
    )
    .bind(rows.iter().map(|row| row.0).collect::<Vec<Uuid>>())
    .bind(rows.iter().map(|row| row.1).collect::<Vec<&str>>())
    .bind(rows.iter().map(|row| row.2).collect::<Vec<&str>>())
    .bind(rows.iter().map(|row| row.3).collect::<Vec<i64>>())
    .execute(db)
    .await?;
    Ok(())
}

/// The words by which the names and the searchable attributes are found.
async fn insert_words(
    db: &mut PgConnection,
    attributes: &[Attribute],
    added: &[&Customer],
) -> sqlx::Result<()> {
    let (mut whose, mut words) = (Vec::new(), Vec::new());
    let mut of_attributes: (Vec<Uuid>, Vec<AttributeId>, Vec<String>) = Default::default();
    for customer in added {
        for word in name::words(&customer.fields.name) {
            whose.push(customer.id);
            words.push(word);
        }
        let given = customer.fields.attributes.iter().flatten();
        for (key, value) in given {
            let named = |attribute: &&Attribute| attribute.key() == key && attribute.fields.searchable;
            let Some(attribute) = attributes.iter().find(named) else { continue };
            for word in values::words_of(value) {
                of_attributes.0.push(customer.id.as_uuid());
                of_attributes.1.push(attribute.id);
                of_attributes.2.push(word);
            }
        }
    }
    sqlx::query("insert into crm.name_word (customer_id, word) select * from unnest($1::uuid[], $2::text[])")
        .bind(whose)
        .bind(words)
        .execute(&mut *db)
        .await?;
    if of_attributes.0.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into crm.attribute_word (record_id, attribute_id, word)
         select * from unnest($1::uuid[], $2::uuid[], $3::text[])",
    )
    .bind(of_attributes.0)
    .bind(of_attributes.1)
    .bind(of_attributes.2)
    .execute(db)
    .await?;
    Ok(())
}
