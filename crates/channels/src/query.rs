//! SQL that reads the schema `channels`.

use crate::link::{Link, LinkFields, LinkKind, LinkSettings, Secrets};
use crate::message::{Attempt, Channel, Message, MessageClass, MessageState, ReceiptShown};
use crate::template::Template;
use base::id::{CustomerId, LinkId, MessageId, TemplateId};
use platform::vault::{Vault, VaultError};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// A template in use.
///
/// # Errors
/// The database failed.
pub async fn find_template(db: &mut PgConnection, id: TemplateId) -> sqlx::Result<Option<Template>> {
    let template: Option<Template> = sqlx::query_as(
        "select template_id, name, title, class, bodies, version, updated_at
         from channels.template where template_id = $1 and archived_at is null",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    Ok(template.map(Template::with_fields))
}

/// A template in use, by its name.
///
/// # Errors
/// The database failed.
pub async fn find_template_named(db: &mut PgConnection, name: &str) -> sqlx::Result<Option<Template>> {
    let template: Option<Template> = sqlx::query_as(
        "select template_id, name, title, class, bodies, version, updated_at
         from channels.template where name = $1 and archived_at is null",
    )
    .bind(name)
    .fetch_optional(db)
    .await?;
    Ok(template.map(Template::with_fields))
}

/// Whether there ever was a template.
///
/// # Errors
/// The database failed.
pub async fn any_template(db: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar("select exists (select from channels.template)").fetch_one(db).await
}

/// Every template in use, by name.
///
/// # Errors
/// The database failed.
pub async fn templates(db: &mut PgConnection) -> sqlx::Result<Vec<Template>> {
    let templates: Vec<Template> = sqlx::query_as(
        "select template_id, name, title, class, bodies, version, updated_at
         from channels.template where archived_at is null order by name",
    )
    .fetch_all(db)
    .await?;
    Ok(templates.into_iter().map(Template::with_fields).collect())
}

/// The columns of a link that are sealed.
pub(crate) const PASSWORD: &str = "password";
/// See [`PASSWORD`].
pub(crate) const PRIVATE_KEY: &str = "private_key";

/// Where the vault knows a secret of a link.
pub(crate) fn place(column: &str, id: LinkId) -> String {
    format!("channels.link.{column}/{id}")
}

/// The secrets of a link as they are stored.
struct Sealed {
    password: Option<String>,
    private_key: Option<String>,
}

impl Sealed {
    fn open(&self, vault: &Vault, id: LinkId) -> Result<Secrets, VaultError> {
        let open = |column, stored: &Option<String>| {
            stored.as_deref().map(|stored| vault.open(&place(column, id), stored)).transpose()
        };
        Ok(Secrets {
            password: open(PASSWORD, &self.password)?,
            private_key: open(PRIVATE_KEY, &self.private_key)?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct LinkRow {
    link_id: LinkId,
    kind: LinkKind,
    name: String,
    enabled: bool,
    settings: serde_json::Value,
    password: Option<String>,
    private_key: Option<String>,
    version: i32,
}

impl LinkRow {
    fn read(self) -> sqlx::Result<(Link, Sealed)> {
        let settings = LinkSettings::read(self.kind, &self.settings).map_err(|error| {
            sqlx::Error::Decode(format!("settings of link {}: {error}", self.link_id).into())
        })?;
        let link = Link {
            id: self.link_id,
            kind: self.kind,
            name: self.name,
            enabled: self.enabled,
            settings,
            has_password: self.password.is_some(),
            has_private_key: self.private_key.is_some(),
            version: self.version,
        };
        Ok((link, Sealed { password: self.password, private_key: self.private_key }))
    }
}

/// A link in use.
///
/// # Errors
/// The database failed.
pub async fn find_link(db: &mut PgConnection, id: LinkId) -> sqlx::Result<Option<Link>> {
    let row: Option<LinkRow> = sqlx::query_as(
        "select link_id, kind, name, enabled, settings, password, private_key, version
         from channels.link where link_id = $1 and archived_at is null",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    row.map(|row| row.read().map(|(link, _)| link)).transpose()
}

/// Every link in use, by name.
///
/// # Errors
/// The database failed.
pub async fn links(db: &mut PgConnection) -> sqlx::Result<Vec<Link>> {
    Ok(stored_links(db).await?.into_iter().map(|(link, _)| link).collect())
}

/// Every link in use with its secrets, for the shells; or why they do not open.
///
/// # Errors
/// The database failed.
pub async fn live_links(
    db: &mut PgConnection,
    vault: &Vault,
) -> sqlx::Result<Vec<(Link, Result<Secrets, VaultError>)>> {
    let opened = |(link, sealed): (Link, Sealed)| {
        let secrets = sealed.open(vault, link.id);
        (link, secrets)
    };
    Ok(stored_links(db).await?.into_iter().map(opened).collect())
}

async fn stored_links(db: &mut PgConnection) -> sqlx::Result<Vec<(Link, Sealed)>> {
    let rows: Vec<LinkRow> = sqlx::query_as(
        "select link_id, kind, name, enabled, settings, password, private_key, version
         from channels.link where archived_at is null order by lower(name)",
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(LinkRow::read).collect()
}

impl Link {
    /// What people set of it.
    #[must_use]
    pub fn fields(&self) -> LinkFields {
        LinkFields { name: self.name.clone(), enabled: self.enabled, settings: self.settings.clone() }
    }
}

/// Which messages a list shows.
#[derive(Clone, Debug, Default)]
pub struct MessageFilter {
    /// To which customer.
    pub customer_id: Option<CustomerId>,
    /// What became of them.
    pub state: Option<MessageState>,
    /// By which channel.
    pub channel: Option<Channel>,
    /// What they are for.
    pub class: Option<MessageClass>,
    /// To which address, whole.
    pub address: Option<String>,
    /// Older than this one.
    pub before: Option<MessageId>,
}

/// At most `limit` messages, newest first.
///
/// # Errors
/// The database failed.
pub async fn messages(
    db: &mut PgConnection,
    filter: &MessageFilter,
    limit: i64,
) -> sqlx::Result<Vec<Message>> {
    sqlx::query_as(
        "select message_id, key, customer_id, channel, address, class, template, language, subject, text, html,
             state, reason, detail, link_id, attempts, due_at, expires_at, created_at, updated_at
         from channels.message
         where ($1::uuid is null or customer_id = $1) and ($2::text is null or state = $2)
             and ($3::text is null or channel = $3) and ($4::text is null or class = $4)
             and ($5::text is null or address = $5) and ($6::uuid is null or message_id < $6)
         order by message_id desc limit $7",
    )
    .bind(filter.customer_id)
    .bind(filter.state)
    .bind(filter.channel)
    .bind(filter.class)
    .bind(&filter.address)
    .bind(filter.before)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// One message.
///
/// # Errors
/// The database failed.
pub async fn find_message(db: &mut PgConnection, id: MessageId) -> sqlx::Result<Option<Message>> {
    sqlx::query_as(
        "select message_id, key, customer_id, channel, address, class, template, language, subject, text, html,
             state, reason, detail, link_id, attempts, due_at, expires_at, created_at, updated_at
         from channels.message where message_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// The tries of a message.
///
/// # Errors
/// The database failed.
pub async fn attempts(db: &mut PgConnection, id: MessageId) -> sqlx::Result<Vec<Attempt>> {
    sqlx::query_as(
        "select attempt, link_id, started_at, ended_at, outcome, code, detail
         from channels.attempt where message_id = $1 order by attempt",
    )
    .bind(id)
    .fetch_all(db)
    .await
}

/// What providers said of a message.
///
/// # Errors
/// The database failed.
pub async fn receipts(db: &mut PgConnection, id: MessageId) -> sqlx::Result<Vec<ReceiptShown>> {
    sqlx::query_as(
        "select provider_id, state, code, raw, received_at
         from channels.receipt where message_id = $1 order by received_at, receipt_id",
    )
    .bind(id)
    .fetch_all(db)
    .await
}

/// How many messages wait, by channel.
///
/// # Errors
/// The database failed.
pub async fn waiting(db: &mut PgConnection) -> sqlx::Result<BTreeMap<Channel, i64>> {
    let rows: Vec<(Channel, i64)> = sqlx::query_as(
        "select channel, count(*) from channels.message where state = 'queued' group by channel",
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().collect())
}
