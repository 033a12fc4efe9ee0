//! SQL of the event log.

use super::{Event, Payload, Position};
use base::event::Journal;
use base::id::EventId;
use base::id::{ApiKeyId, PersonId};
use base::{Author, NewEvent};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{PgConnection, Postgres, Row};
use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
pub(super) struct EventRow {
    event_id: EventId,
    transaction_id: i64,
    position: i64,
    kind: String,
    journal: String,
    subject_id: Uuid,
    correlation_id: Option<Uuid>,
    author_kind: String,
    author_id: Option<Uuid>,
    payload: String,
    occurred_at: DateTime<Utc>,
}

impl From<EventRow> for Event {
    fn from(row: EventRow) -> Self {
        Self {
            event_id: row.event_id,
            at: Position { transaction_id: row.transaction_id, position: row.position },
            kind: row.kind,
            journal: journal_of(&row.journal),
            subject: row.subject_id,
            correlation: row.correlation_id,
            author: author_of(&row.author_kind, row.author_id),
            payload: Payload::of_json(row.payload),
            occurred_at: row.occurred_at,
        }
    }
}

/// The column's word for a journal.
pub(super) const fn journal_word(journal: Journal) -> &'static str {
    match journal {
        Journal::Activity => "activity",
        Journal::Security => "security",
        Journal::Change => "change",
        Journal::Failure => "failure",
        Journal::Outside => "outside",
    }
}

/// The table's check constraint allows no other word.
fn journal_of(word: &str) -> Journal {
    match word {
        "security" => Journal::Security,
        "change" => Journal::Change,
        "failure" => Journal::Failure,
        "outside" => Journal::Outside,
        _ => Journal::Activity,
    }
}

fn author_of(kind: &str, id: Option<Uuid>) -> Author {
    match (kind, id) {
        ("person", Some(id)) => Author::Person(PersonId::from_uuid(id)),
        ("api_key", Some(id)) => Author::ApiKey(ApiKeyId::from_uuid(id)),
        _ => Author::System,
    }
}

/// The columns of an author.
pub(super) fn author_words(author: Author) -> (&'static str, Option<Uuid>) {
    match author {
        Author::Person(id) => ("person", Some(id.as_uuid())),
        Author::ApiKey(id) => ("api_key", Some(id.as_uuid())),
        Author::System => ("system", None),
    }
}

/// Writes one event and wakes the readers when the transaction commits.
pub(super) async fn insert(
    db: &mut PgConnection,
    event_id: EventId,
    now: DateTime<Utc>,
    event: &NewEvent,
) -> sqlx::Result<()> {
    let (author_kind, author_id) = author_words(event.author);
    sqlx::query(
        "with appended as (
            insert into platform.event
                (event_id, kind, journal, subject_id, correlation_id, author_kind, author_id, payload, occurred_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict (event_id, occurred_at, journal) do nothing
            returning 1)
        select pg_notify('platform_event', '') from appended",
    )
    .bind(event_id)
    .bind(&event.kind)
    .bind(journal_word(event.journal))
    .bind(event.subject)
    .bind(event.correlation)
    .bind(author_kind)
    .bind(author_id)
    .bind(&event.payload)
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// Appends events in the caller's transaction, in one statement however many they are.
///
/// # Errors
/// The database refused; the transaction is lost, as with any statement.
pub async fn append_all(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    events: &[(EventId, NewEvent)],
) -> sqlx::Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let rows: Vec<NewRow<'_>> =
        events.iter().map(|(event_id, event)| NewRow::own(*event_id, now, event)).collect();
    rows_of(APPEND, &rows).execute(db).await?;
    Ok(())
}

/// A row that is appended.
pub(super) struct NewRow<'e> {
    /// What it counts once under, with the hash of what was said; none: one of our own, which only its id names.
    pub(super) key: Option<(Uuid, &'e [u8])>,
    pub(super) event_id: EventId,
    pub(super) occurred_at: DateTime<Utc>,
    pub(super) kind: &'e str,
    pub(super) journal: Journal,
    pub(super) subject: Uuid,
    pub(super) correlation: Option<Uuid>,
    pub(super) author: Author,
    /// JSON.
    pub(super) payload: Cow<'e, str>,
}

impl<'e> NewRow<'e> {
    pub(super) fn own(event_id: EventId, occurred_at: DateTime<Utc>, event: &'e NewEvent) -> Self {
        Self {
            key: None,
            event_id,
            occurred_at,
            kind: &event.kind,
            journal: event.journal,
            subject: event.subject,
            correlation: event.correlation,
            author: event.author,
            payload: event.payload.to_string().into(),
        }
    }
}

/// The lists of rows, unnested in the list of columns: Postgres hands each row on, in the order of the lists, where in `from`
/// it would store all of them first.
macro_rules! given {
    () => {
        "select unnest($1::uuid[]) as event_id, unnest($2::text[]) as kind, unnest($3::text[]) as journal,
            unnest($4::uuid[]) as subject_id, unnest($5::uuid[]) as correlation_id, unnest($6::text[]) as author_kind,
            unnest($7::uuid[]) as author_id, unnest($8::text[])::jsonb as payload,
            unnest($9::timestamptz[]) as occurred_at"
    };
}

// An id that stands already changes nothing: writes may be repeated.
const APPEND: &str = concat!(
    "with appended as (
    insert into platform.event
        (event_id, kind, journal, subject_id, correlation_id, author_kind, author_id, payload, occurred_at) ",
    given!(),
    " on conflict (event_id, occurred_at, journal) do nothing
    returning 1
)
select pg_notify('platform_event', '') from appended limit 1"
);

// Keys in one order for all writers, so that two of them never wait for each other; who took one and has not committed is
// waited for.
const APPEND_NEW: &str = concat!(
    "with taken as (
    insert into platform.outside_key (key, body_hash, event_id, received_at)
    select key, body_hash, event_id, $12
    from unnest($10::uuid[], $11::bytea[], $1::uuid[]) as given (key, body_hash, event_id)
    where key is not null order by key
    on conflict (key) do nothing
    returning key
), appended as (
    insert into platform.event
        (event_id, kind, journal, subject_id, correlation_id, author_kind, author_id, payload, occurred_at)
    select event_id, kind, journal, subject_id, correlation_id, author_kind, author_id, payload, occurred_at
    from (",
    given!(),
    ", unnest($10::uuid[]) as key) as given
    where key is null or key in (select key from taken)
)
select array(select key from taken), pg_notify('platform_event', '')"
);

fn rows_of<'q>(sql: &'static str, rows: &'q [NewRow<'_>]) -> Query<'q, Postgres, PgArguments> {
    let authors: Vec<_> = rows.iter().map(|row| author_words(row.author)).collect();
    sqlx::query(sql)
        .bind(rows.iter().map(|row| row.event_id).collect::<Vec<EventId>>())
        .bind(rows.iter().map(|row| row.kind).collect::<Vec<&str>>())
        .bind(rows.iter().map(|row| journal_word(row.journal)).collect::<Vec<&str>>())
        .bind(rows.iter().map(|row| row.subject).collect::<Vec<Uuid>>())
        .bind(rows.iter().map(|row| row.correlation).collect::<Vec<Option<Uuid>>>())
        .bind(authors.iter().map(|(kind, _)| *kind).collect::<Vec<&str>>())
        .bind(authors.iter().map(|(_, id)| *id).collect::<Vec<Option<Uuid>>>())
        .bind(rows.iter().map(|row| &*row.payload).collect::<Vec<&str>>())
        .bind(rows.iter().map(|row| row.occurred_at).collect::<Vec<DateTime<Utc>>>())
}

/// Appends rows in their order, those with a key only when nobody has the key, and wakes the readers when the
/// transaction commits. Which keys nobody had.
pub(super) async fn append_new(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    rows: &[NewRow<'_>],
) -> sqlx::Result<HashSet<Uuid>> {
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    let row = rows_of(APPEND_NEW, rows)
        .bind(rows.iter().map(|row| row.key.map(|(key, _)| key)).collect::<Vec<Option<Uuid>>>())
        .bind(rows.iter().map(|row| row.key.map(|(_, hash)| hash)).collect::<Vec<Option<&[u8]>>>())
        .bind(now)
        .fetch_one(db)
        .await?;
    let new: Vec<Uuid> = row.try_get(0)?;
    Ok(new.into_iter().collect())
}

/// Up to `limit` events after `after`, in the log's order, none of a transaction that might still be overtaken.
///
/// # Errors
/// The database refused.
pub async fn read(db: &mut PgConnection, after: Position, limit: u32) -> sqlx::Result<Vec<Event>> {
    let rows = sqlx::query_as::<_, EventRow>(
        "select event_id, transaction_id::text::bigint as transaction_id, position, kind, journal, subject_id,
            correlation_id, author_kind, author_id, payload::text as payload, occurred_at
        from platform.events_behind($1::text::xid8, $2, $3)",
    )
    .bind(after.transaction_id.to_string())
    .bind(after.position)
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Event::from).collect())
}

/// Up to `limit` events of these kinds behind the start of `places` and up to its end, the end included, in the log's
/// order. For who looks back at what a consumer has read already.
///
/// # Errors
/// The database refused.
pub async fn read_kinds(
    db: &mut PgConnection,
    places: Range<Position>,
    kinds: &[String],
    limit: u32,
) -> sqlx::Result<Vec<Event>> {
    let rows = sqlx::query_as::<_, EventRow>(
        "select event_id, transaction_id::text::bigint as transaction_id, position, kind, journal, subject_id,
            correlation_id, author_kind, author_id, payload::text as payload, occurred_at
        from platform.event
        where (transaction_id, position) > ($1::text::xid8, $2)
            and (transaction_id, position) <= ($3::text::xid8, $4) and kind = any($5)
        order by event.transaction_id, event.position
        limit $6",
    )
    .bind(places.start.transaction_id.to_string())
    .bind(places.start.position)
    .bind(places.end.transaction_id.to_string())
    .bind(places.end.position)
    .bind(kinds)
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Event::from).collect())
}

/// Whether anything stands behind `after`, readable or not.
pub(super) async fn has_more(db: &mut PgConnection, after: Position) -> sqlx::Result<bool> {
    // The order makes it look into the index, whatever the tables looked like when the plan was made.
    let next: Option<i64> = sqlx::query_scalar(
        "select position from platform.event where (transaction_id, position) > ($1::text::xid8, $2)
         order by event.transaction_id, event.position limit 1",
    )
    .bind(after.transaction_id.to_string())
    .bind(after.position)
    .fetch_optional(db)
    .await?;
    Ok(next.is_some())
}

/// Whether the consumer `name` has read behind an event that happened at or after `since`. Not while the event is unknown.
///
/// # Errors
/// The database failed.
pub async fn has_read(
    db: &mut PgConnection,
    name: &str,
    event: EventId,
    since: DateTime<Utc>,
) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (
             select from platform.event e
             join platform.event_consumer c on (c.transaction_id, c.position) >= (e.transaction_id, e.position)
             where c.name = $1 and e.event_id = $2 and e.occurred_at >= $3)",
    )
    .bind(name)
    .bind(event)
    .bind(since)
    .fetch_one(db)
    .await
}

/// How many events a consumer has not read yet, counted up to 10,000: the alarm for a stuck horizon.
///
/// # Errors
/// The database refused.
pub async fn lag(db: &mut PgConnection, consumer: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "select count(*) from (
            select 1 from platform.event
            where (transaction_id, position) > (
                select coalesce(max(c.transaction_id), '0'::xid8), coalesce(max(c.position), 0)
                from platform.event_consumer c where c.name = $1)
            limit 10000) as unread",
    )
    .bind(consumer)
    .fetch_one(db)
    .await
}

/// The consumer's place, locked until the transaction ends, and whether it is new: a new consumer starts at the
/// beginning. Nothing when another server holds it.
pub(super) async fn lock_position(
    db: &mut PgConnection,
    consumer: &str,
) -> sqlx::Result<Option<(Position, bool)>> {
    if let Some(at) = try_lock(db, consumer).await? {
        return Ok(Some((at, false)));
    }
    let made = sqlx::query(
        "insert into platform.event_consumer (name, transaction_id, position)
        values ($1, '0'::xid8, 0)
        on conflict (name) do nothing",
    )
    .bind(consumer)
    .execute(&mut *db)
    .await?;
    if made.rows_affected() == 0 {
        return Ok(None);
    }
    Ok(try_lock(db, consumer).await?.map(|at| (at, true)))
}

/// A lock beside the row, not on it: a locked row makes a transaction a writer from then on, for whose end every reader
/// of the log would wait. Whoever took the lock after the place was read is found when the place is moved.
async fn try_lock(db: &mut PgConnection, consumer: &str) -> sqlx::Result<Option<Position>> {
    let row: Option<(i64, i64)> = sqlx::query_as(
        "select c.transaction_id::text::bigint, c.position
        from (select transaction_id, position from platform.event_consumer where name = $1 offset 0) c
        where pg_try_advisory_xact_lock(hashtextextended('platform.event_consumer ' || $1, 0))",
    )
    .bind(consumer)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(transaction_id, position)| Position { transaction_id, position }))
}

/// The transaction's commit does not wait for the disk.
pub(super) async fn commit_without_waiting(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query("set local synchronous_commit = off").execute(db).await?;
    Ok(())
}

/// Moves the consumer's place from where it was read; false when it stands elsewhere meanwhile, because another server
/// or a replay moved it: what was done is to be taken back then.
pub(super) async fn move_position(
    db: &mut PgConnection,
    consumer: &str,
    from: Position,
    to: Position,
) -> sqlx::Result<bool> {
    let moved = sqlx::query(
        "update platform.event_consumer
        set transaction_id = $2::text::xid8, position = $3, moved_at = now()
        where name = $1 and transaction_id = $4::text::xid8 and position = $5",
    )
    .bind(consumer)
    .bind(to.transaction_id.to_string())
    .bind(to.position)
    .bind(from.transaction_id.to_string())
    .bind(from.position)
    .execute(db)
    .await?;
    Ok(moved.rows_affected() > 0)
}

/// One event of the log. The time finds its partition.
pub(super) async fn find(
    db: &mut PgConnection,
    event_id: EventId,
    occurred_at: DateTime<Utc>,
) -> sqlx::Result<Option<Event>> {
    let row = sqlx::query_as::<_, EventRow>(
        "select event_id, transaction_id::text::bigint as transaction_id, position, kind, journal, subject_id,
            correlation_id, author_kind, author_id, payload::text as payload, occurred_at
        from platform.event where event_id = $1 and occurred_at = $2",
    )
    .bind(event_id)
    .bind(occurred_at)
    .fetch_optional(db)
    .await?;
    Ok(row.map(Event::from))
}

/// One event of the log, when its time is not known: each partition is asked by its key.
pub(super) async fn find_anywhere(db: &mut PgConnection, event_id: EventId) -> sqlx::Result<Option<Event>> {
    let row = sqlx::query_as::<_, EventRow>(
        "select event_id, transaction_id::text::bigint as transaction_id, position, kind, journal, subject_id,
            correlation_id, author_kind, author_id, payload::text as payload, occurred_at
        from platform.event where event_id = $1 limit 1",
    )
    .bind(event_id)
    .fetch_optional(db)
    .await?;
    Ok(row.map(Event::from))
}

/// The time of the database, for consumers, which hold no clock.
pub(super) async fn database_now(db: &mut PgConnection) -> sqlx::Result<DateTime<Utc>> {
    sqlx::query_scalar("select now()").fetch_one(db).await
}

/// Says why a consumer cannot go on, or that it works again.
pub(super) async fn set_failure(
    db: &mut PgConnection,
    consumer: &str,
    failure: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query(
        "update platform.event_consumer
        set failure = $2, failing_since = case when $2::text is null then null else coalesce(failing_since, now()) end
        where name = $1 and (failure is distinct from $2)",
    )
    .bind(consumer)
    .bind(failure)
    .execute(db)
    .await?;
    Ok(())
}
