//! What providers said, later, of what they had taken.

use super::{CHANGED, Changed, tell};
use base::Edit;
use base::id::{LinkId, MessageId};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

/// How long a receipt waits for the part it is of, before it may be taken for one whose id was lost with a link:
/// an answer takes at most two minutes.
const PARKED_FOR: TimeDelta = TimeDelta::minutes(3);
/// How long a message of unknown outcome may still be found by a receipt for its address.
const UNKNOWN_FOR: TimeDelta = TimeDelta::hours(72);

/// What a receipt says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptState {
    /// It arrived.
    Delivered,
    /// It will not arrive.
    Undelivered,
    /// It did not arrive in time.
    Expired,
    /// Not final: on its way, accepted, or the provider does not know.
    Pending,
}

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewReceipt {
    /// Of which part, in the link's one form.
    pub provider_id: String,
    /// For which address, when it says so.
    pub address: Option<String>,
    /// What it says.
    pub state: ReceiptState,
    /// As the provider gave it.
    pub code: Option<String>,
    /// As it came.
    pub raw: String,
}

#[derive(Serialize)]
struct Row<'r> {
    receipt_id: Uuid,
    #[serde(flatten)]
    receipt: &'r NewReceipt,
}

/// Stores receipts and moves the messages they are of. One whose part is not known yet is kept until it is.
///
/// # Errors
/// The database failed.
pub async fn record_receipts(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    link: LinkId,
    receipts: &[NewReceipt],
) -> sqlx::Result<()> {
    let rows: Vec<Row<'_>> = receipts
        .iter()
        .map(|receipt| Row { receipt_id: base::id::uuid_v7(edit.now, edit.rng), receipt })
        .collect();
    sqlx::query(
        "insert into channels.receipt (receipt_id, link_id, provider_id, address, state, code, raw, received_at)
         select receipt_id, $2, provider_id, address, state, code, raw, $3
         from jsonb_to_recordset($1) as given (receipt_id uuid, provider_id text, address text, state text,
             code text, raw text)",
    )
    .bind(sqlx::types::Json(&rows))
    .bind(link)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    let ids: Vec<String> = receipts.iter().map(|receipt| receipt.provider_id.clone()).collect();
    let met = adopt(db, link, &ids).await?;
    settle(db, edit, &met).await
}

/// Brings parked receipts of these ids together with their parts; the messages concerned. An id that a provider
/// used again means the newest part.
pub(super) async fn adopt(
    db: &mut PgConnection,
    link: LinkId,
    provider_ids: &[String],
) -> sqlx::Result<Vec<MessageId>> {
    sqlx::query_scalar(
        "with newest as (
             select distinct on (provider_id) provider_id, message_id, attempt, number
             from channels.part
             where link_id = $1 and provider_id = any($2)
             order by provider_id, updated_at desc, message_id desc),
         adopted as (
             update channels.receipt r set message_id = newest.message_id
             from newest
             where r.link_id = $1 and r.provider_id = newest.provider_id and r.message_id is null
             returning r.provider_id, r.state, r.received_at),
         last as (
             select distinct on (provider_id) provider_id, state, received_at
             from adopted where state <> 'pending'
             order by provider_id, (state = 'delivered') desc, received_at)
         update channels.part p set state = last.state, updated_at = greatest(p.updated_at, last.received_at)
         from last join newest using (provider_id)
         where p.message_id = newest.message_id and p.attempt = newest.attempt and p.number = newest.number
             and p.state <> 'delivered'
         returning p.message_id",
    )
    .bind(link)
    .bind(provider_ids)
    .fetch_all(db)
    .await
}

/// Moves messages to what their parts say: delivered when all are, undelivered when one is not.
pub(super) async fn settle(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    ids: &[MessageId],
) -> sqlx::Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let changed: Vec<Changed> = sqlx::query_as(AssertSqlSafe(format!(
        "with said as (
             select p.message_id, bool_and(p.state = 'delivered') as arrived,
                 bool_or(p.state = 'undelivered') as lost, bool_or(p.state = 'expired') as late
             from channels.part p
             join channels.message m on m.message_id = p.message_id and m.attempts = p.attempt
             where p.message_id = any($1) group by p.message_id),
         final as (
             select message_id,
                 case when lost then 'undelivered' when late then 'expired' when arrived then 'delivered' end as state,
                 (select coalesce(r.code, r.raw) from channels.receipt r
                  where r.message_id = said.message_id and r.state in ('undelivered', 'expired')
                  order by r.received_at desc limit 1) as detail
             from said where lost or late or arrived)
         update channels.message m
         set state = final.state, updated_at = $2, detail = final.detail,
             reason = case final.state when 'undelivered' then 'receipt' when 'expired' then 'too_late' end
         from final
         where m.message_id = final.message_id and m.state in ('sent', 'unknown') and m.state <> final.state
         returning {}",
        CHANGED.replace("message_id", "m.message_id").replace("state", "m.state").replace("detail", "m.detail"),
    )))
    .bind(ids)
    .bind(edit.now)
    .fetch_all(&mut *db)
    .await?;
    tell(db, edit, &changed).await
}

/// Finds, for receipts that nobody claimed, the message of unknown outcome they can only be of: the one that went
/// over the same link to the same address. How many were found.
///
/// # Errors
/// The database failed.
pub async fn reconcile(db: &mut PgConnection, edit: &mut Edit<'_>) -> sqlx::Result<usize> {
    let changed: Vec<Changed> = sqlx::query_as(AssertSqlSafe(format!(
        "with lonely as (
             select r.receipt_id, r.link_id, r.address, r.state, r.code, m.message_id
             from channels.receipt r
             join channels.message m on m.link_id = r.link_id and m.address = r.address
             where r.message_id is null and r.state <> 'pending' and r.received_at <= $2
                 and m.state = 'unknown' and m.created_at <= r.received_at and m.created_at > $3
                 and not exists (
                     select 1 from channels.message other
                     where other.link_id = m.link_id and other.address = m.address
                         and other.message_id <> m.message_id and other.state in ('unknown', 'sending'))),
         adopted as (
             update channels.receipt r set message_id = lonely.message_id
             from lonely where r.receipt_id = lonely.receipt_id),
         said as (
             select message_id, case when bool_or(state = 'undelivered') then 'undelivered'
                 when bool_or(state = 'expired') then 'expired' else 'delivered' end as final
             from lonely group by message_id)
         update channels.message
         set state = said.final, updated_at = $1, detail = null,
             reason = case said.final when 'undelivered' then 'receipt' when 'expired' then 'too_late' end
         from said where said.message_id = channels.message.message_id
         returning {}",
        CHANGED.replace("message_id", "channels.message.message_id"),
    )))
    .bind(edit.now)
    .bind(edit.now - PARKED_FOR)
    .bind(edit.now - UNKNOWN_FOR)
    .fetch_all(&mut *db)
    .await?;
    tell(db, edit, &changed).await?;
    Ok(changed.len())
}

/// Writes down what a mail server reported of an e-mail. A report for a message that is none of ours changes
/// nothing; whether it was one of ours.
///
/// # Errors
/// The database failed.
pub async fn bounce(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    message: MessageId,
    receipt: &NewReceipt,
) -> sqlx::Result<bool> {
    let link: Option<Option<LinkId>> = sqlx::query_scalar(
        "select link_id from channels.message where message_id = $1 and channel = 'email'",
    )
    .bind(message)
    .fetch_optional(&mut *db)
    .await?;
    let Some(Some(link)) = link else { return Ok(false) };
    store_bounce(db, edit.now, (link, message), base::id::uuid_v7(edit.now, edit.rng), receipt).await?;
    let (state, reason) = match receipt.state {
        ReceiptState::Delivered => ("delivered", None),
        ReceiptState::Undelivered | ReceiptState::Expired => ("undelivered", Some("bounce")),
        ReceiptState::Pending => return Ok(true),
    };
    let changed: Vec<Changed> = sqlx::query_as(AssertSqlSafe(format!(
        "update channels.message set state = $2, reason = $3, detail = $4, updated_at = $5
         where message_id = $1 and state in ('sending', 'sent', 'unknown') returning {CHANGED}",
    )))
    .bind(message)
    .bind(state)
    .bind(reason)
    .bind(&receipt.code)
    .bind(edit.now)
    .fetch_all(&mut *db)
    .await?;
    tell(db, edit, &changed).await?;
    Ok(true)
}

async fn store_bounce(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    (link, message): (LinkId, MessageId),
    id: Uuid,
    receipt: &NewReceipt,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into channels.receipt (receipt_id, link_id, provider_id, address, message_id, state, code, raw, received_at)
         select $1, $2, provider_id, address, $3, state, code, raw, $5
         from jsonb_to_record($4) as given (provider_id text, address text, state text, code text, raw text)",
    )
    .bind(id)
    .bind(link)
    .bind(message)
    .bind(sqlx::types::Json(receipt))
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}
