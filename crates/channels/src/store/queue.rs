//! The send queue: what comes in, what links take, what nobody wants any more.

use super::{CHANGED, Changed, tell};
use crate::choice::{Composed, compose};
use crate::message::{
    Channel, Enqueued, KEY_MAX, MessageClass, MessageState, NewMessage, Reason, VALID_FOR, rank,
};
use crate::template::TemplateFields;
use base::id::{LinkId, MessageId};
use base::{ChangeError, Edit, FieldFault};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{AssertSqlSafe, PgConnection};
use std::collections::BTreeMap;

/// Puts a message into the queue, in the caller's transaction. The same key again is the same message. What cannot
/// be sent is stored as `refused`, with the reason.
///
/// # Errors
/// A key that is no key, or the database.
pub async fn enqueue(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    message: NewMessage,
) -> Result<MessageId, ChangeError> {
    let enqueued = enqueue_all(db, edit, &[message]).await?;
    enqueued.first().map(|enqueued| enqueued.id).ok_or(ChangeError::Unknown("message"))
}

/// A row of the queue, as it is written.
#[derive(Serialize)]
struct NewRow<'m> {
    message_id: MessageId,
    key: &'m str,
    customer_id: Option<base::id::CustomerId>,
    channel: Option<Channel>,
    address: Option<String>,
    class: MessageClass,
    template: &'m str,
    language: Option<base::Locale>,
    subject: Option<String>,
    text: String,
    html: Option<String>,
    priority: i32,
    state: MessageState,
    reason: Option<Reason>,
    detail: Option<String>,
}

/// Puts messages into the queue, in few statements however many they are. The answers stand in the order of the
/// messages.
///
/// # Errors
/// A key that is no key, or the database.
pub async fn enqueue_all(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    messages: &[NewMessage],
) -> Result<Vec<Enqueued>, ChangeError> {
    check_keys(messages)?;
    let names: Vec<&str> = messages.iter().map(|message| message.template.as_str()).collect();
    let templates: BTreeMap<String, TemplateFields> = sqlx::query_as::<_, TemplateFields>(
        "select name, title, class, bodies from channels.template where name = any($1) and archived_at is null",
    )
    .bind(names)
    .fetch_all(&mut *db)
    .await?
    .into_iter()
    .map(|template| (template.name.clone(), template))
    .collect();
    let rows: Vec<NewRow<'_>> = messages
        .iter()
        .map(|message| {
            let composed = compose(message, templates.get(&message.template));
            row(MessageId::new(edit.now, edit.rng), message, composed)
        })
        .collect();
    let inserted: Vec<Changed> = sqlx::query_as(AssertSqlSafe(format!(
        "insert into channels.message (message_id, key, customer_id, channel, address, class, template, language,
             subject, text, html, priority, state, reason, detail, due_at, expires_at, created_at, updated_at)
         select message_id, key, customer_id, channel, address, class, template, language, subject, text, html,
             priority, state, reason, detail, $2, $3, $2, $2
         from jsonb_to_recordset($1) as given (message_id uuid, key text, customer_id uuid, channel text,
             address text, class text, template text, language text, subject text, text text, html text,
             priority integer, state text, reason text, detail text)
         on conflict (key) do nothing
         returning {CHANGED}",
    )))
    .bind(sqlx::types::Json(&rows))
    .bind(edit.now)
    .bind(edit.now + VALID_FOR)
    .fetch_all(&mut *db)
    .await?;
    tell(db, edit, &inserted).await?;
    if inserted.iter().any(|message| message.state == MessageState::Queued) {
        sqlx::query("select pg_notify($1, '')").bind(crate::QUEUE_CHANNEL).execute(&mut *db).await?;
    }
    answers(db, messages, inserted).await
}

fn check_keys(messages: &[NewMessage]) -> Result<(), ChangeError> {
    let fits = |key: &str| (1..=KEY_MAX).contains(&key.chars().count()) && !key.contains('\0');
    if messages.iter().all(|message| fits(&message.key)) {
        return Ok(());
    }
    let detail = format!("must have 1 to {KEY_MAX} characters");
    Err(ChangeError::Invalid(vec![FieldFault::new("/key", detail)]))
}

fn row(id: MessageId, message: &NewMessage, composed: Composed) -> NewRow<'_> {
    let state = if composed.refused.is_some() { MessageState::Refused } else { MessageState::Queued };
    let (reason, detail) = composed.refused.unzip();
    NewRow {
        message_id: id,
        key: &message.key,
        customer_id: message.customer,
        channel: composed.channel,
        address: composed.address,
        class: composed.class,
        template: &message.template,
        language: composed.language,
        subject: composed.texts.subject.map(storable),
        text: storable(composed.texts.text),
        html: composed.texts.html.map(storable),
        priority: rank(message.priority, composed.class),
        state,
        reason,
        detail: detail.map(storable),
    }
}

/// Postgres keeps no NUL in texts.
fn storable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "") } else { text }
}

async fn answers(
    db: &mut PgConnection,
    messages: &[NewMessage],
    inserted: Vec<Changed>,
) -> Result<Vec<Enqueued>, ChangeError> {
    let mut known: BTreeMap<String, Enqueued> = inserted
        .into_iter()
        .map(|row| (row.key, Enqueued { id: row.message_id, state: row.state, is_new: true }))
        .collect();
    let others: Vec<&str> =
        messages.iter().map(|m| m.key.as_str()).filter(|key| !known.contains_key(*key)).collect();
    if !others.is_empty() {
        let rows: Vec<(String, MessageId, MessageState)> =
            sqlx::query_as("select key, message_id, state from channels.message where key = any($1)")
                .bind(others)
                .fetch_all(db)
                .await?;
        known.extend(rows.into_iter().map(|(key, id, state)| (key, Enqueued { id, state, is_new: false })));
    }
    messages
        .iter()
        .map(|message| known.get(&message.key).cloned().ok_or(ChangeError::Unknown("message")))
        .collect()
}

/// A message in the hands of a link.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Claimed {
    /// Which message.
    #[sqlx(rename = "message_id")]
    pub id: MessageId,
    /// To which customer.
    pub customer_id: Option<base::id::CustomerId>,
    /// Which try it is, from 1.
    #[sqlx(rename = "attempts")]
    pub attempt: i32,
    /// To which address.
    pub address: String,
    /// What it is for.
    pub class: MessageClass,
    /// In which language.
    pub language: Option<base::Locale>,
    /// Subject of an e-mail.
    pub subject: Option<String>,
    /// What it says.
    pub text: String,
    /// What it says with mark-up.
    pub html: Option<String>,
    /// Its Message-ID, when it is an e-mail.
    pub mail_id: Option<String>,
    /// Not sent after.
    pub expires_at: DateTime<Utc>,
    /// Its place in the queue: higher is first.
    pub priority: i32,
}

/// Takes up to `limit` messages for a link, most urgent first. What another link takes at the same moment is passed
/// over. `mail_domain`: what the Message-ID of e-mails ends in.
///
/// # Errors
/// The database failed.
pub async fn claim(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    (link, channel): (LinkId, Channel),
    mail_domain: Option<&str>,
    limit: u32,
) -> sqlx::Result<Vec<Claimed>> {
    let mut rows: Vec<Claimed> = sqlx::query_as(
        "with next as (
             select message_id from channels.message
             where state = 'queued' and channel = $2 and due_at <= $3 and expires_at > $3
             order by priority desc, message_id limit $4 for update skip locked),
         taken as (
             update channels.message m
             set state = 'sending', reason = null, detail = null, link_id = $1, attempts = attempts + 1,
                 updated_at = $3, mail_id = coalesce(mail_id, replace(m.message_id::text, '-', '') || '@' || $5)
             from next where m.message_id = next.message_id
             returning m.*),
         tried as (
             insert into channels.attempt (message_id, attempt, link_id, started_at)
             select message_id, attempts, $1, $3 from taken)
         select message_id, customer_id, attempts, address, class, language, subject, text, html, mail_id,
             expires_at, priority
         from taken",
    )
    .bind(link)
    .bind(channel)
    .bind(edit.now)
    .bind(i64::from(limit))
    .bind(mail_domain)
    .fetch_all(&mut *db)
    .await?;
    rows.sort_by_key(|row| (std::cmp::Reverse(row.priority), row.id));
    let ids: Vec<MessageId> = rows.iter().map(|row| row.id).collect();
    tell_of(db, edit, &ids).await?;
    Ok(rows)
}

/// Appends an event for each of these messages, as they stand now.
pub(super) async fn tell_of(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    ids: &[MessageId],
) -> sqlx::Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let changed: Vec<Changed> = sqlx::query_as(AssertSqlSafe(format!(
        "select {CHANGED} from channels.message where message_id = any($1)"
    )))
    .bind(ids)
    .fetch_all(&mut *db)
    .await?;
    tell(db, edit, &changed).await
}

/// Takes a message back that no link has taken.
///
/// # Errors
/// Unknown, no longer waiting, or the database.
pub async fn cancel(db: &mut PgConnection, edit: &mut Edit<'_>, id: MessageId) -> Result<(), ChangeError> {
    let changed: Vec<Changed> = sqlx::query_as(AssertSqlSafe(format!(
        "update channels.message set state = 'cancelled', reason = 'taken_back', detail = null, updated_at = $2
         where message_id = $1 and state = 'queued' returning {CHANGED}",
    )))
    .bind(id)
    .bind(edit.now)
    .fetch_all(&mut *db)
    .await?;
    if changed.is_empty() {
        let state: Option<MessageState> =
            sqlx::query_scalar("select state from channels.message where message_id = $1")
                .bind(id)
                .fetch_optional(&mut *db)
                .await?;
        let state = state.ok_or(ChangeError::Unknown("message"))?;
        let detail = format!("the message is {}: only a queued one can be taken back", state.as_str());
        return Err(ChangeError::InUse(detail));
    }
    tell(db, edit, &changed).await?;
    Ok(())
}

/// Ends the waiting of messages whose time is over; how many there were.
///
/// # Errors
/// The database failed.
pub async fn expire(db: &mut PgConnection, edit: &mut Edit<'_>) -> sqlx::Result<usize> {
    let changed: Vec<Changed> = sqlx::query_as(AssertSqlSafe(format!(
        "update channels.message set state = 'expired', reason = 'too_late', updated_at = $1
         where message_id in (
             select message_id from channels.message where state = 'queued' and expires_at <= $1
             limit 1000 for update skip locked)
         returning {CHANGED}",
    )))
    .bind(edit.now)
    .fetch_all(&mut *db)
    .await?;
    tell(db, edit, &changed).await?;
    Ok(changed.len())
}

/// Messages that a link had in its hands when the server stopped without a word: nobody knows whether the provider
/// took them. Called before the link takes anything; `resend` puts them back into the queue.
///
/// # Errors
/// The database failed.
pub async fn orphans(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    link: LinkId,
    resend: bool,
) -> sqlx::Result<usize> {
    sqlx::query(
        "update channels.attempt a set ended_at = $2, outcome = 'unknown'
         from channels.message m
         where m.link_id = $1 and m.state = 'sending' and a.message_id = m.message_id and a.attempt = m.attempts",
    )
    .bind(link)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    let changed: Vec<Changed> = sqlx::query_as(AssertSqlSafe(format!(
        "update channels.message
         set state = case when $3 then 'queued' else 'unknown' end, reason = 'link_lost',
             detail = 'the server stopped before the provider answered', updated_at = $2
         where link_id = $1 and state = 'sending' returning {CHANGED}",
    )))
    .bind(link)
    .bind(edit.now)
    .bind(resend)
    .fetch_all(&mut *db)
    .await?;
    tell(db, edit, &changed).await?;
    Ok(changed.len())
}
