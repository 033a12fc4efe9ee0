//! What customers wrote to us (OMNI-07).

use crate::message::Channel;
use base::event::Journal;
use base::id::{CustomerId, LinkId, MessageId};
use base::{Edit, NewEvent};
use chrono::TimeDelta;
use serde_json::json;
use sqlx::PgConnection;

/// How long parts of a long message wait for the others: references are used again after 256 messages.
const PARTS_FOR: TimeDelta = TimeDelta::hours(24);
/// How long ago the message that an answer is taken for may be.
const ANSWERED_WITHIN: TimeDelta = TimeDelta::days(7);

/// Which part of a long message something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartOf {
    /// The same for all parts.
    pub reference: i32,
    /// How many there are.
    pub total: i32,
    /// Which it is, from 1.
    pub number: i32,
}

/// Something a customer wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReceived {
    /// By which channel.
    pub channel: Channel,
    /// Who wrote it.
    pub sender: String,
    /// To which number or address of ours.
    pub recipient: String,
    /// What it says.
    pub text: String,
    /// Which part of a long message it is.
    pub part: Option<PartOf>,
}

/// Stores what came over a link. Parts wait for each other; a part that comes again changes nothing.
///
/// # Errors
/// The database failed.
pub async fn record_received(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    link: LinkId,
    received: &NewReceived,
) -> sqlx::Result<()> {
    let text = match received.part {
        Some(part) => match join(db, edit, link, received, part).await? {
            Some(text) => text,
            None => return Ok(()),
        },
        None => received.text.replace('\0', ""),
    };
    let answered: Option<(MessageId, Option<CustomerId>)> = sqlx::query_as(
        "select message_id, customer_id from channels.message
         where address = $1 and channel = $2 and created_at > $3 and state not in ('refused', 'cancelled')
         order by message_id desc limit 1",
    )
    .bind(&received.sender)
    .bind(received.channel)
    .bind(edit.now - ANSWERED_WITHIN)
    .fetch_optional(&mut *db)
    .await?;
    let (reply_to, customer) = answered.unzip();
    let (id, customer) = (base::id::uuid_v7(edit.now, edit.rng), customer.flatten());
    sqlx::query(
        "insert into channels.received (received_id, link_id, channel, sender, recipient, text, customer_id, reply_to,
             received_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id)
    .bind(link)
    .bind(received.channel)
    .bind(&received.sender)
    .bind(&received.recipient)
    .bind(&text)
    .bind(customer)
    .bind(reply_to)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    let event = NewEvent {
        kind: "channels.message_received.v1".into(),
        journal: Journal::Activity,
        subject: id,
        correlation: customer.map(CustomerId::as_uuid),
        author: edit.author,
        payload: json!({
            "customer_id": customer,
            "channel": received.channel,
            "from": received.sender,
            "to": received.recipient,
            "text": text,
            "reply_to": reply_to,
        }),
    };
    platform::event::append(db, edit.now, edit.rng, &event).await?;
    Ok(())
}

/// Keeps a part; the whole text once all are there.
async fn join(
    db: &mut PgConnection,
    edit: &Edit<'_>,
    link: LinkId,
    received: &NewReceived,
    part: PartOf,
) -> sqlx::Result<Option<String>> {
    sqlx::query("delete from channels.received_part where received_at < $1")
        .bind(edit.now - PARTS_FOR)
        .execute(&mut *db)
        .await?;
    sqlx::query(
        "insert into channels.received_part (link_id, sender, recipient, reference, total, number, text, received_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict do nothing",
    )
    .bind(link)
    .bind(&received.sender)
    .bind(&received.recipient)
    .bind(part.reference)
    .bind(part.total)
    .bind(part.number)
    .bind(received.text.replace('\0', ""))
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    let whole: Option<String> = sqlx::query_scalar(
        "select string_agg(text, '' order by number) from channels.received_part
         where link_id = $1 and sender = $2 and recipient = $3 and reference = $4 and total = $5
         having count(*) = $5",
    )
    .bind(link)
    .bind(&received.sender)
    .bind(&received.recipient)
    .bind(part.reference)
    .bind(part.total)
    .fetch_optional(&mut *db)
    .await?
    .flatten();
    if whole.is_some() {
        sqlx::query(
            "delete from channels.received_part
             where link_id = $1 and sender = $2 and recipient = $3 and reference = $4 and total = $5",
        )
        .bind(link)
        .bind(&received.sender)
        .bind(&received.recipient)
        .bind(part.reference)
        .bind(part.total)
        .execute(&mut *db)
        .await?;
    }
    Ok(whole)
}
