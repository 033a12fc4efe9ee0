//! What is kept beside the values of a record: the keys of unique attributes, the words of searchable ones.

use crate::attribute::{Attribute, AttributeType, CUSTOMER, Values, key_text};
use crate::name;
use base::ChangeError;
use base::id::AttributeId;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// Keeps keys and words of a record whose values change from `before` to `after`.
///
/// # Errors
/// Another record has a value that must be unique, a link names nothing, or the database failed.
pub(super) async fn keep(
    db: &mut PgConnection,
    record: Uuid,
    attributes: &[Attribute],
    before: &Values,
    after: &Values,
) -> Result<(), ChangeError> {
    for attribute in attributes {
        let (was, now) = (before.get(attribute.key()), after.get(attribute.key()));
        if was == now {
            continue;
        }
        if let (AttributeType::Link, Some(target)) = (attribute.fields.value_type, now) {
            check_target(db, attribute, target).await?;
        }
        if attribute.fields.unique {
            keep_key(db, record, attribute, now).await?;
        }
        if attribute.fields.searchable {
            keep_words(db, attribute.id, record, now).await?;
        }
    }
    Ok(())
}

/// Two who give the same value wait for each other at the primary key; the second is refused.
async fn keep_key(
    db: &mut PgConnection,
    record: Uuid,
    attribute: &Attribute,
    value: Option<&Value>,
) -> Result<(), ChangeError> {
    sqlx::query("delete from crm.attribute_key where attribute_id = $1 and record_id = $2")
        .bind(attribute.id)
        .bind(record)
        .execute(&mut *db)
        .await?;
    let Some(value) = value else { return Ok(()) };
    sqlx::query("insert into crm.attribute_key (attribute_id, value, record_id) values ($1, $2, $3)")
        .bind(attribute.id)
        .bind(key_text(value))
        .bind(record)
        .execute(db)
        .await
        .map_err(|error| {
            let fault = attribute.fault("another record has this value");
            ChangeError::on_constraint(error, "attribute_key_pkey", &fault.pointer, &fault.detail)
        })?;
    Ok(())
}

/// The words of one value in place of those before.
pub(super) async fn keep_words(
    db: &mut PgConnection,
    attribute: AttributeId,
    record: Uuid,
    value: Option<&Value>,
) -> sqlx::Result<()> {
    sqlx::query("delete from crm.attribute_word where record_id = $2 and attribute_id = $1")
        .bind(attribute)
        .bind(record)
        .execute(&mut *db)
        .await?;
    let words = value.map(words_of).unwrap_or_default();
    if words.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into crm.attribute_word (record_id, attribute_id, word) select $2, $1, word from unnest($3::text[]) as given (word)",
    )
    .bind(attribute)
    .bind(record)
    .bind(words)
    .execute(db)
    .await?;
    Ok(())
}

/// The words by which a value is found.
pub(super) fn words_of(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => name::words(text),
        Value::Number(number) => name::words(&number.to_string()),
        _ => Vec::new(),
    }
}

async fn check_target(
    db: &mut PgConnection,
    attribute: &Attribute,
    target: &Value,
) -> Result<(), ChangeError> {
    let kind = attribute.fields.link_to.as_deref().unwrap_or(CUSTOMER);
    let id: Option<Uuid> = target.as_str().and_then(|text| text.parse().ok());
    let there: bool = sqlx::query_scalar(
        "select case when $1 = 'customer' then exists (select from crm.customer where customer_id = $2)
             else exists (select from crm.card where card_id = $2 and kind = $1 and archived_at is null) end",
    )
    .bind(kind)
    .bind(id)
    .fetch_one(db)
    .await?;
    if there {
        Ok(())
    } else {
        Err(ChangeError::Invalid(vec![attribute.fault(format!("there is no such {kind}"))]))
    }
}
