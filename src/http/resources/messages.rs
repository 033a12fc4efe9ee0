//! Messages: what was sent to customers, and what became of it (CIMP-NTF-01, CIMP-NTF-02).

use super::viewer::add_customer;
use crate::http::prelude::*;
use actors::automation::with_looked_up;
use base::Locale;
use base::id::{CustomerId, MessageId};
use channels::message::{
    Address, Attempt, Channel, ChannelChoice, Message, MessageClass, MessageState, NewMessage, Priority,
    ReceiptShown,
};
use channels::{query, store};
use serde_json::{Map, Value};
use sqlx::PgConnection;

/// Further filters of the list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MessageListFilter {
    /// To this customer.
    pub customer_id: Option<CustomerId>,
    /// In this state.
    pub state: Option<MessageState>,
    /// By this channel.
    pub channel: Option<Channel>,
    /// Of this class.
    pub class: Option<MessageClass>,
}

/// One message with what happened to it.
#[derive(Serialize, ToSchema)]
pub struct MessageDetail {
    /// The message.
    #[serde(flatten)]
    message: Message,
    /// The tries to hand it to a provider.
    tries: Vec<Attempt>,
    /// What providers said of it later.
    receipts: Vec<ReceiptShown>,
}

/// A message that shall be sent.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageInput {
    /// To which customer; needed without `to`.
    #[serde(default)]
    customer_id: Option<CustomerId>,
    /// To which number or e-mail address; needed without `customer_id`.
    #[serde(default)]
    to: Option<String>,
    /// By which channel.
    #[serde(default)]
    channel: ChannelChoice,
    /// Name of the template.
    template: String,
    /// What it is for; absent: what the template is for.
    #[serde(default)]
    class: Option<MessageClass>,
    /// In which language; absent: the customer's.
    #[serde(default)]
    language: Option<Locale>,
    /// Values of the placeholders besides `customer`.
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
    /// Who waits for it.
    #[serde(default)]
    priority: Priority,
}

/// Messages, newest first. `q` is a whole number or e-mail address.
#[utoipa::path(get, path = "/api/v1/messages", operation_id = "listMessages", tag = "messages",
    params(PageQuery, MessageListFilter), responses((status = 200, body = Page<Message>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<MessageListFilter>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::MessageRead)?;
    let filter = query::MessageFilter {
        customer_id: filter.customer_id,
        state: filter.state,
        channel: filter.channel,
        class: filter.class,
        address: page.text().map(str::to_owned),
        before: page.after::<MessageId>()?,
    };
    let mut db = state.pool.acquire().await?;
    let rows = query::messages(&mut db, &filter, page.rows()?).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| row.id)?))
}

/// One message, with its tries and receipts.
#[utoipa::path(get, path = "/api/v1/messages/{id}", operation_id = "getMessage", tag = "messages",
    params(("id" = Uuid, Path)), responses((status = 200, body = MessageDetail), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<MessageId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::MessageRead)?;
    let mut db = state.pool.acquire().await?;
    Ok(HttpResponse::Ok().json(detail(&mut db, id.0).await?))
}

async fn detail(db: &mut PgConnection, id: MessageId) -> Result<MessageDetail, ApiError> {
    let message = query::find_message(db, id).await?.ok_or_else(|| ApiError::not_found("message", id))?;
    let tries = query::attempts(db, id).await?;
    Ok(MessageDetail { message, tries, receipts: query::receipts(db, id).await? })
}

/// Send a message. What cannot be said or reaches nobody is stored as refused, with the reason.
#[utoipa::path(post, path = "/api/v1/messages", operation_id = "sendMessage", tag = "messages",
    params(IdempotencyHeader), request_body = MessageInput,
    responses((status = 201, body = Message), (status = 422, body = Problem)))]
async fn send(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<MessageInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::MessageSend)?;
    key.once(&state, &caller, &body, async |db, rng| {
        let edit = &mut caller.edit(rng);
        let own = base::id::uuid_v7(edit.now, edit.rng);
        let message = composed(db, &caller, &body, format!("api:{own}")).await?;
        let id = store::enqueue(db, edit, message).await?;
        let message = query::find_message(db, id).await?.ok_or_else(|| ApiError::not_found("message", id))?;
        Answer::created(format!("/api/v1/messages/{id}"), &message)
    })
    .await
}

async fn composed(
    db: &mut PgConnection,
    caller: &Caller,
    body: &MessageInput,
    key: String,
) -> Result<NewMessage, ApiError> {
    let mut fields = body.fields.clone();
    if let Some(customer) = body.customer_id {
        // The answer shows the text.
        let template = query::find_template_named(db, &body.template).await?;
        let paths = template.map(|template| template.fields.into_iter().collect()).unwrap_or_default();
        add_customer(db, caller, customer, &paths, &mut fields).await?;
    } else if body.to.is_none() {
        return Err(ApiError::invalid("/to", "needs a number or an e-mail address, or give customer_id"));
    }
    let references = rules::query::references(db).await?;
    with_looked_up(db, &body.template, None, &references, &mut fields).await?;
    let to = body.to.as_deref().map(|text| {
        let channel = match body.channel {
            ChannelChoice::Sms => Channel::Sms,
            ChannelChoice::Email => Channel::Email,
            ChannelChoice::Preferred if text.contains('@') => Channel::Email,
            ChannelChoice::Preferred => Channel::Sms,
        };
        let detail = "is neither a number such as +998901234567 nor an e-mail address";
        Address::parse(channel, text).ok_or_else(|| ApiError::invalid("/to", detail))
    });
    Ok(NewMessage {
        key,
        customer: body.customer_id,
        to: to.transpose()?,
        channel: body.channel,
        template: body.template.clone(),
        class: body.class,
        language: body.language,
        fields,
        priority: body.priority,
    })
}

/// Take a message back that no link has taken yet.
#[utoipa::path(post, path = "/api/v1/messages/{id}/cancel", operation_id = "cancelMessage", tag = "messages",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = MessageDetail), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn cancel(
    state: Data<AppState>,
    caller: Caller,
    id: Path<MessageId>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::MessageSend)?;
    let mut tx = state.begin().await?;
    store::cancel(&mut tx, &mut caller.edit(&mut state.dice()), id.0).await?;
    let detail = detail(&mut tx, id.0).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(detail))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, send_it) =
        (Needs::Operation(Operation::MessageRead), Needs::Operation(Operation::MessageSend));
    vec![
        Route::get("/api/v1/messages", read, || web::to(list)),
        Route::post("/api/v1/messages", send_it, || web::to(send)),
        Route::get("/api/v1/messages/{id}", read, || web::to(find)),
        Route::post("/api/v1/messages/{id}/cancel", send_it, || web::to(cancel)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, send, cancel))]
    struct Docs;
    Docs::openapi()
}
