//! What is made of attributes in the background, while everybody works: indexes and words.
//!
//! A pass compares what is wanted with what is there, so a server that stopped half way loses nothing: an index that
//! was not finished is invalid, is dropped and made again.

use super::hold_structure;
use super::values::{keep_words, words_of};
use crate::attribute::{AttributeType, CUSTOMER, is_key};
use crate::columns;
use base::id::AttributeId;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};
use std::time::Duration;
use uuid::Uuid;

/// Records whose words are made in one transaction: short, because others wait for their rows.
const BATCH: i64 = 500;
/// How often the progress of an index is noted.
const NOTED_EVERY: Duration = Duration::from_millis(500);
/// One server builds at a time, for the whole database.
const LOCK: &str = "crm.attribute_build";

/// An attribute that something is made of.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Wanted {
    attribute_id: AttributeId,
    record_kind: String,
    key: String,
    value_type: AttributeType,
    what: String,
}

impl Wanted {
    /// The name of its index.
    fn index(&self) -> String {
        format!("value_{}_idx", self.attribute_id.as_uuid().simple())
    }

    /// The name of what the planner knows of its values.
    fn statistics(&self) -> String {
        statistics_of(&self.index())
    }

    /// Of a partial index on an expression the planner learns nothing about the values: it would think that any value is
    /// found in one row of two hundred, and walk the whole table. Extended statistics tell it.
    fn learn(&self) -> String {
        let expression = columns::expression(self.value_type, "", &self.key);
        let table = if self.record_kind == CUSTOMER { "customer" } else { "card" };
        format!("create statistics if not exists crm.{} on {expression} from crm.{table}", self.statistics())
    }

    /// Only rows that have a value are in the index; the planner sees that a comparison leaves the others out.
    fn statement(&self) -> String {
        let expression = columns::expression(self.value_type, "", &self.key);
        let (table, id, kind) = match self.record_kind.as_str() {
            CUSTOMER => ("customer", "customer_id", String::new()),
            kind => ("card", "card_id", format!("kind = '{kind}' and archived_at is null and ")),
        };
        format!(
            "create index concurrently {} on crm.{table} ({expression}, {id}) where {kind}{expression} is not null",
            self.index()
        )
    }
}

/// The name of the statistics that belong to an index.
fn statistics_of(index: &str) -> String {
    index.replace("_idx", "_stat")
}

/// Makes what waits and drops what nobody wants any more; how many things that were. Nothing while another server is
/// at it.
///
/// # Errors
/// The database failed; the next pass goes on.
pub async fn pass(pool: &PgPool) -> sqlx::Result<usize> {
    // A connection of its own: the lock belongs to the session and must end with it.
    let mut db = pool.acquire().await?.detach();
    // An index of millions of rows takes its time, and waits for those who write at its start and end.
    sqlx::query(
        "select set_config('statement_timeout', '0', false), set_config('lock_timeout', '10min', false)",
    )
    .execute(&mut db)
    .await?;
    let locked: bool = sqlx::query_scalar("select pg_try_advisory_lock(hashtextextended($1, 0))")
        .bind(LOCK)
        .fetch_one(&mut db)
        .await?;
    let done = if locked { all(pool, &mut db).await } else { Ok(0) };
    // The server ends a session a moment after its client has left: the next pass must not find the lock taken.
    sqlx::query("select pg_advisory_unlock_all()").execute(&mut db).await?;
    db.close().await?;
    done
}

async fn all(pool: &PgPool, db: &mut PgConnection) -> sqlx::Result<usize> {
    let mut done = drop_unwanted(db).await?;
    let wanted: Vec<Wanted> = sqlx::query_as(
        "select a.attribute_id, a.record_kind, a.key, a.value_type, b.what
         from crm.attribute_build b join crm.attribute a using (attribute_id)
         where b.state in ('waiting', 'running') and a.archived_at is null
         order by b.what desc, a.created_at",
    )
    .fetch_all(&mut *db)
    .await?;
    for wanted in wanted.iter().filter(|wanted| is_key(&wanted.key)) {
        note(db, wanted, "running", None).await?;
        let made = match wanted.what.as_str() {
            "index" => make_index(pool, db, wanted).await,
            _ => make_words(db, wanted).await,
        };
        match made {
            Ok(()) => note(db, wanted, "ready", None).await?,
            Err(sqlx::Error::Database(refused)) => {
                note(db, wanted, "failed", Some(refused.message())).await?;
            }
            Err(error) => return Err(error),
        }
        done += 1;
    }
    Ok(done)
}

async fn note(db: &mut PgConnection, wanted: &Wanted, state: &str, error: Option<&str>) -> sqlx::Result<()> {
    sqlx::query("update crm.attribute_build set state = $3, error = $4 where attribute_id = $1 and what = $2")
        .bind(wanted.attribute_id)
        .bind(&wanted.what)
        .bind(state)
        .bind(error)
        .execute(db)
        .await
        .map(drop)
}

/// Indexes of attributes that are no longer indexed, and those that were not finished.
async fn drop_unwanted(db: &mut PgConnection) -> sqlx::Result<usize> {
    let names: Vec<String> = sqlx::query_scalar(
        "select c.relname::text
         from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'crm' and c.relname ~ '^value_[0-9a-f]{32}_idx$'
           and (not i.indisvalid or not exists (
                select from crm.attribute a
                where a.is_indexed and a.archived_at is null
                  and c.relname = 'value_' || replace(a.attribute_id::text, '-', '') || '_idx'))",
    )
    .fetch_all(&mut *db)
    .await?;
    for name in &names {
        let statement = format!("drop index concurrently if exists crm.{name}");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *db).await?;
        let statement = format!("drop statistics if exists crm.{}", statistics_of(name));
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *db).await?;
    }
    Ok(names.len())
}

/// Makes the index without keeping anybody from writing, and notes how far it is.
async fn make_index(pool: &PgPool, db: &mut PgConnection, wanted: &Wanted) -> sqlx::Result<()> {
    let there: bool = sqlx::query_scalar("select to_regclass('crm.' || $1) is not null")
        .bind(wanted.index())
        .fetch_one(&mut *db)
        .await?;
    if there {
        return Ok(());
    }
    let process: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut *db).await?;
    let statement = sqlx::raw_sql(AssertSqlSafe(wanted.statement())).execute(db);
    tokio::pin!(statement);
    loop {
        tokio::select! {
            made = &mut statement => {
                made?;
                break;
            }
            () = tokio::time::sleep(NOTED_EVERY) => {
                sqlx::query(
                    "update crm.attribute_build b set done = p.blocks_done, total = p.blocks_total
                     from pg_stat_progress_create_index p
                     where p.pid = $1 and b.attribute_id = $2 and b.what = 'index'",
                )
                .bind(process)
                .bind(wanted.attribute_id)
                .execute(pool)
                .await?;
            }
        }
    }
    sqlx::raw_sql(AssertSqlSafe(wanted.learn())).execute(pool).await?;
    // The planner learns how the values are spread, else it does not trust the index.
    let table = if wanted.record_kind == CUSTOMER { "analyze crm.customer" } else { "analyze crm.card" };
    sqlx::raw_sql(table).execute(pool).await.map(drop)
}

/// Makes the words of all records, some at a time. Who changes a record meanwhile makes its words too; each waits for
/// the other at the row.
async fn make_words(db: &mut PgConnection, wanted: &Wanted) -> sqlx::Result<()> {
    let total: i64 = sqlx::query_scalar(
        "select case when $1 = 'customer' then (select count(*) from crm.customer)
             else (select count(*) from crm.card where kind = $1 and archived_at is null) end",
    )
    .bind(&wanted.record_kind)
    .fetch_one(&mut *db)
    .await?;
    let mut after = Uuid::nil();
    let mut done = 0_i64;
    loop {
        let mut tx = db.begin().await?;
        hold_structure(&mut tx, &wanted.record_kind).await?;
        let rows = batch(&mut tx, wanted, after).await?;
        let Some((last, _)) = rows.last() else { return tx.commit().await };
        after = *last;
        done += i64::try_from(rows.len()).unwrap_or(i64::MAX);
        for (record, value) in rows.iter().filter(|(_, value)| !words_of(value).is_empty()) {
            keep_words(&mut tx, wanted.attribute_id, *record, Some(value)).await?;
        }
        sqlx::query(
            "update crm.attribute_build set done = $2, total = $3 where attribute_id = $1 and what = 'words'",
        )
        .bind(wanted.attribute_id)
        .bind(done)
        .bind(total)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
    }
}

async fn batch(db: &mut PgConnection, wanted: &Wanted, after: Uuid) -> sqlx::Result<Vec<(Uuid, Value)>> {
    let statement = if wanted.record_kind == CUSTOMER {
        "select customer_id, coalesce(attributes -> $1, 'null') from crm.customer
         where customer_id > $2 and $4 = 'customer' order by customer_id limit $3 for update"
    } else {
        "select card_id, coalesce(attributes -> $1, 'null') from crm.card
         where card_id > $2 and kind = $4 and archived_at is null order by card_id limit $3 for update"
    };
    sqlx::query_as(statement)
        .bind(&wanted.key)
        .bind(after)
        .bind(BATCH)
        .bind(&wanted.record_kind)
        .fetch_all(db)
        .await
}
