//! Customers as expressions see them: the object `customer` of rules, templates, flows and routing criteria.

use crate::customer::Identifier;
use base::id::CustomerId;
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// The `customer` object of each customer that exists: its own fields, the first identifier of each kind (null when
/// there is none), and its attributes by key.
///
/// # Errors
/// The database failed.
pub async fn facts(
    db: &mut PgConnection,
    customers: &[CustomerId],
) -> sqlx::Result<BTreeMap<CustomerId, Value>> {
    let rows: Vec<(CustomerId, Value)> = sqlx::query_as(
        r#"select c.customer_id,
             c.attributes
             || '{"phone": null, "email": null, "telegram": null, "tax_number": null, "contract": null}'::jsonb
             || coalesce((
                    select jsonb_object_agg(first.kind, first.value) from (
                        select distinct on (i.kind) i.kind, i.value from crm.identifier i
                        where i.customer_id = c.customer_id order by i.kind, i.position, i.value) as first), '{}')
             || jsonb_build_object('id', c.customer_id, 'kind', c.kind, 'name', c.name, 'vip', c.vip,
                    'language', c.language,
                    'created_at', to_char(c.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
           from crm.customer c
           where c.customer_id = any($1)"#,
    )
    .bind(customers)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().collect())
}

/// Whom each identifier belongs to, in the order of the question. A value is looked for in the form that is stored;
/// one that cannot be an identifier belongs to nobody.
///
/// # Errors
/// The database failed.
pub async fn by_identifiers(
    db: &mut PgConnection,
    identifiers: &[Identifier],
) -> sqlx::Result<Vec<Option<CustomerId>>> {
    let normalised: Vec<Option<Identifier>> =
        identifiers.iter().map(|identifier| identifier.normalised().ok()).collect();
    let (kinds, values): (Vec<&str>, Vec<&str>) = normalised
        .iter()
        .map(|known| known.as_ref().map_or(("", ""), |known| (known.kind.as_str(), known.value.as_str())))
        .unzip();
    sqlx::query_scalar(
        "select i.customer_id
         from unnest($1::text[], $2::text[]) with ordinality as sought (kind, value, place)
         left join crm.identifier i on i.kind = sought.kind and i.value = sought.value
         order by sought.place",
    )
    .bind(kinds)
    .bind(values)
    .fetch_all(db)
    .await
}

/// Which of these customers exist.
///
/// # Errors
/// The database failed.
pub async fn existing(db: &mut PgConnection, customers: &[CustomerId]) -> sqlx::Result<Vec<CustomerId>> {
    sqlx::query_scalar("select customer_id from crm.customer where customer_id = any($1)")
        .bind(customers)
        .fetch_all(db)
        .await
}
