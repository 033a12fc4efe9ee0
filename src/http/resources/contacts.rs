//! Contacts: what happened to each communication, searched.

use crate::http::prelude::*;
use access::Scope;
use base::Locale;
use base::id::{ContactId, CustomerId, OperatorId, OrgUnitId, PersonId, QueueId, ResultId, TopicId};
use chrono::{DateTime, Utc};
use routing::contact::{Channel, Contact, Direction, EndedBy, Outcome};
use routing::query::contact::{After, Search, search};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};

/// Customers that a name may find; contacts of further ones are not looked for.
const CUSTOMERS_MAX: i64 = 500;
/// Contacts that are looked through for those with a recording before a page comes out short.
const LOOKED_THROUGH_MAX: usize = 5_000;

/// Further filters of the list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ContactFilter {
    /// Of this customer.
    pub customer_id: Option<CustomerId>,
    /// In this queue.
    pub queue_id: Option<QueueId>,
    /// Served by this operator.
    pub operator_id: Option<OperatorId>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// Arrived at or after this moment.
    pub from: Option<DateTime<Utc>>,
    /// Arrived before this moment.
    pub to: Option<DateTime<Utc>>,
    /// Only those with a recording, or only those without.
    pub has_recording: Option<bool>,
}

/// A contact as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ContactBody {
    /// Its id.
    pub id: ContactId,
    /// By what means.
    pub channel: Channel,
    /// Who started it.
    pub direction: Direction,
    /// The caller's number, E.164 when it is one; null when withheld.
    pub caller: Option<String>,
    /// Whom it is with.
    pub customer_id: Option<CustomerId>,
    /// The caller's name, when known.
    pub customer_name: Option<String>,
    /// The number that was called.
    pub dialled: String,
    /// What the caller was spoken to in.
    pub language: Option<Locale>,
    /// The queue it was, or is, in.
    pub queue_id: Option<QueueId>,
    /// The name of that queue.
    pub queue_name: Option<String>,
    /// Who served it last.
    pub operator_id: Option<OperatorId>,
    /// The name of that operator.
    pub operator_name: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// Who ended it.
    pub ended_by: Option<EndedBy>,
    /// When it began.
    pub arrived_at: DateTime<Utc>,
    /// When it first got in line.
    pub queued_at: Option<DateTime<Utc>>,
    /// When an operator first answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// When wrap-up was finished.
    pub wrapped_up_at: Option<DateTime<Utc>>,
    /// Time in the queue.
    pub wait_seconds: Option<i64>,
    /// Time with an operator, without hold.
    pub talk_seconds: Option<i64>,
    /// Time on hold.
    pub hold_seconds: Option<i64>,
    /// Time of wrap-up.
    pub wrap_up_seconds: Option<i64>,
    /// What it was about.
    pub topic_id: Option<TopicId>,
    /// How it ended, as the operator judged it.
    pub result_id: Option<ResultId>,
    /// The operator's note.
    pub note: String,
    /// The contact it repeats: the one before it of the same customer or number within seven days.
    pub repeat_of: Option<ContactId>,
    /// Whether a recording can be played.
    pub has_recording: bool,
    /// Grows with each correction of the wrap-up.
    pub version: i32,
}

impl ContactBody {
    pub(super) fn new(row: Contact, has_recording: bool, names: &BTreeMap<OperatorId, String>) -> Self {
        let seconds = |ms: Option<i64>| ms.map(|ms| ms / 1_000);
        Self {
            id: row.id,
            channel: row.channel,
            direction: row.direction,
            caller: row.caller_number,
            customer_id: row.customer_id,
            customer_name: row.caller_name,
            dialled: row.dialled,
            language: row.language,
            queue_id: row.queue_id,
            queue_name: row.queue_name,
            operator_id: row.operator_id,
            operator_name: row.operator_id.and_then(|id| names.get(&id).cloned()),
            outcome: row.outcome,
            ended_by: row.ended_by,
            arrived_at: row.arrived_at,
            queued_at: row.queued_at,
            answered_at: row.answered_at,
            ended_at: row.ended_at,
            wrapped_up_at: row.wrapped_up_at,
            wait_seconds: seconds(row.waited_ms),
            talk_seconds: seconds(row.talked_ms),
            hold_seconds: seconds(row.held_ms),
            wrap_up_seconds: seconds(row.wrap_up_ms),
            topic_id: row.topic_id,
            result_id: row.result_id,
            note: row.note,
            repeat_of: row.repeat_of,
            has_recording,
            version: row.version,
        }
    }
}

/// Contacts, newest first. `q` finds numbers, and names of customers in any script.
#[utoipa::path(get, path = "/api/v1/contacts", operation_id = "listContacts", tag = "contacts",
    params(PageQuery, ContactFilter), responses((status = 200, body = Page<ContactBody>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<ContactFilter>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::ContactRead)?;
    let after = page.after::<(DateTime<Utc>, ContactId)>()?;
    let after = after.map(|(arrived_at, id)| After { arrived_at, id });
    let mut db = state.pool.acquire().await?;
    let sought = sought(&mut db, &caller, &page, &filter).await?;
    let rows = matching(&mut db, &sought, after, page.rows()?, filter.has_recording).await?;
    let bodies = with_names(&mut db, rows).await?;
    Ok(HttpResponse::Ok().json(Page::new(bodies, &page, |body| (body.arrived_at, body.id))?))
}

async fn sought(
    db: &mut PgConnection,
    caller: &Caller,
    page: &PageQuery,
    filter: &ContactFilter,
) -> Result<Search, ApiError> {
    let text = page.text();
    let digits: String = text.unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    let is_number = text.is_some_and(|text| text.chars().all(|c| c.is_ascii_digit() || " +-()".contains(c)));
    let customers = match text {
        _ if filter.customer_id.is_some() => filter.customer_id.map(|customer| vec![customer]),
        Some(text) if !is_number => Some(crm::query::search_ids(db, text, CUSTOMERS_MAX).await?),
        _ => None,
    };
    Ok(Search {
        number: (is_number && !digits.is_empty() && filter.customer_id.is_none()).then_some(digits),
        customers,
        queue: filter.queue_id,
        visible: visible_queues(db, &caller.scope(Operation::ContactRead)).await?,
        operator: filter.operator_id,
        outcome: filter.outcome,
        from: filter.from,
        to: filter.to,
        only: None,
    })
}

/// The queues whose contacts a scope shows; none: every contact, also those of no queue.
async fn visible_queues(db: &mut PgConnection, scope: &Scope) -> Result<Option<Vec<QueueId>>, ApiError> {
    let Some(units) = scope.as_filter() else { return Ok(None) };
    let queues = routing::query::config::queues(db).await?;
    let is_visible = |unit: &Option<OrgUnitId>| unit.is_some_and(|unit| units.contains(&unit));
    Ok(Some(
        queues.into_iter().filter(|queue| is_visible(&queue.fields.unit_id)).map(|queue| queue.id).collect(),
    ))
}

/// A page of contacts with the recordings they have. Recordings are telephony's rows, so those with one are picked
/// from what routing finds.
async fn matching(
    db: &mut PgConnection,
    sought: &Search,
    mut after: Option<After>,
    rows: i64,
    has_recording: Option<bool>,
) -> Result<Vec<(Contact, bool)>, ApiError> {
    let wanted = usize::try_from(rows).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    let mut looked_through = 0;
    loop {
        let batch = search(db, sought, after, rows).await?;
        let is_last = batch.len() < wanted;
        looked_through += batch.len();
        after = batch.last().map(|last| After { arrived_at: last.arrived_at, id: last.id });
        let ids: Vec<ContactId> = batch.iter().map(|contact| contact.id).collect();
        let recorded: BTreeSet<ContactId> =
            telephony::config::query::recorded(db, &ids).await?.into_iter().collect();
        for contact in batch {
            let has = recorded.contains(&contact.id);
            if has_recording.is_none_or(|wanted| wanted == has) && found.len() < wanted {
                found.push((contact, has));
            }
        }
        if is_last || found.len() >= wanted || looked_through >= LOOKED_THROUGH_MAX {
            return Ok(found);
        }
    }
}

/// Names of operators, by id.
pub(super) async fn operator_names(
    db: &mut PgConnection,
    ids: &[OperatorId],
) -> Result<BTreeMap<OperatorId, String>, ApiError> {
    let people: Vec<PersonId> = ids.iter().map(|id| (*id).into()).collect();
    let names = access::person::query::names(db, &people).await?;
    Ok(names.into_iter().map(|(person, _login, name)| (OperatorId::from(person), name)).collect())
}

async fn with_names(db: &mut PgConnection, rows: Vec<(Contact, bool)>) -> Result<Vec<ContactBody>, ApiError> {
    let ids: Vec<OperatorId> = rows.iter().filter_map(|(contact, _)| contact.operator_id).collect();
    let names = operator_names(db, &ids).await?;
    Ok(rows.into_iter().map(|(contact, recorded)| ContactBody::new(contact, recorded, &names)).collect())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![Route::get("/api/v1/contacts", Needs::Operation(Operation::ContactRead), || web::to(list))]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list))]
    struct Docs;
    Docs::openapi()
}
