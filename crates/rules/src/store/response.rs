//! Responses beside whom a version reached: of each type the first counts.

use super::decision::column;
use crate::response::{Delivery, Reply, Responses};
use sqlx::PgConnection;

/// Marks in the column `$at` who replied before the end in the column `$until`.
macro_rules! mark_replies {
    ($at:literal, $until:literal) => {
        concat!(
            "update rules.exposure e set ",
            $at,
            " = g.at
            from (select rule_id, customer_id, min(at) as at
                  from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as given (rule_id, customer_id, at)
                  group by 1, 2) g
            where e.rule_id = g.rule_id and e.customer_id = g.customer_id and e.first_at < g.at and e.",
            $at,
            " is null and g.at <= e.",
            $until
        )
    };
}

const CONVERTED: &str = mark_replies!("converted_at", "until");
const INTERESTED: &str = mark_replies!("interested_at", "interest_until");
const DELIVERED: &str = "
update rules.exposure e set delivered_at = g.at
from (select r.rule_id, r.version, r.customer_id, min(given.at) as at
      from unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) as given (rule_id, event_id, key, at)
      join rules.reaction r using (rule_id, event_id, key)
      group by 1, 2, 3) g
where e.rule_id = g.rule_id and e.version = g.version and e.customer_id = g.customer_id and e.delivered_at is null";

/// Marks who responded, and how.
///
/// # Errors
/// The database failed.
pub async fn mark_responses(db: &mut PgConnection, all: &Responses) -> sqlx::Result<()> {
    mark(db, INTERESTED, &all.interests).await?;
    mark(db, CONVERTED, &all.conversions).await?;
    delivered(db, &all.deliveries).await
}

async fn mark(db: &mut PgConnection, sql: &'static str, rows: &[Reply]) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(sql)
        .bind(column(rows, |row| row.rule_id))
        .bind(column(rows, |row| row.customer_id))
        .bind(column(rows, |row| row.at))
        .execute(db)
        .await?;
    Ok(())
}

async fn delivered(db: &mut PgConnection, rows: &[Delivery]) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(DELIVERED)
        .bind(column(rows, |row| row.reaction.0))
        .bind(column(rows, |row| row.reaction.1))
        .bind(column(rows, |row| row.reaction.2.clone()))
        .bind(column(rows, |row| row.at))
        .execute(db)
        .await?;
    Ok(())
}
