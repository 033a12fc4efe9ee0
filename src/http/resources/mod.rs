//! The contact centre's resources: what is configured, what happened, and whom it serves.

pub mod attributes;
pub mod card_kinds;
pub mod cards;
pub mod connectors;
pub mod contact_detail;
pub mod contacts;
pub mod customers;
pub mod event_ingest;
pub mod event_log;
pub mod event_types;
pub mod explanations;
pub mod flows;
mod histories;
pub mod link_kinds;
pub mod links;
pub mod links_of;
pub mod loyalty;
pub mod messages;
pub mod numbers;
pub mod operators;
pub mod parts;
pub mod predictions;
pub mod prompts;
pub mod queues;
pub mod recordings;
pub mod records;
pub mod rules;
pub mod scripts;
mod structures;
pub mod tasks;
pub mod templates;
pub mod trunks;
mod viewer;
pub mod webhooks;
pub mod words;

pub use parts::{
    AudioFolders, ConfigChanged, FlowBody, LiveFlows, LiveOperators, Parts, PresenceNow, SiteZone,
};

use crate::http::page::{Page, PageQuery};
use crate::http::problem::ApiError;
use crate::http::route::Route;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The routes of all resources.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        queues::routes(),
        words::routes(),
        operators::routes(),
        trunks::routes(),
        numbers::routes(),
        prompts::routes(),
        flows::routes(),
        tasks::routes(),
        scripts::routes(),
        connectors::routes(),
        contacts::routes(),
        contact_detail::routes(),
        recordings::routes(),
        customers::routes(),
        event_ingest::routes(),
        event_types::routes(),
        event_log::routes(),
        webhooks::routes(),
        templates::routes(),
        messages::routes(),
        links::routes(),
        rules::routes(),
        predictions::routes(),
        attributes::routes(),
        card_kinds::routes(),
        cards::routes(),
        link_kinds::routes(),
        links_of::routes(),
        records::routes(),
        loyalty::routes(),
    ]
    .concat()
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn documents() -> Vec<utoipa::openapi::OpenApi> {
    let mut documents = vec![
        queues::docs(),
        operators::docs(),
        trunks::docs(),
        numbers::docs(),
        prompts::docs(),
        tasks::docs(),
        scripts::docs(),
        connectors::docs(),
        contacts::docs(),
        contact_detail::docs(),
        recordings::docs(),
        customers::docs(),
        event_ingest::docs(),
        event_types::docs(),
        event_log::docs(),
        webhooks::docs(),
        templates::docs(),
        messages::docs(),
        links::docs(),
        attributes::docs(),
        card_kinds::docs(),
        cards::docs(),
        link_kinds::docs(),
        links_of::docs(),
        records::docs(),
    ];
    documents.extend(flows::docs());
    documents.extend(words::docs());
    documents.extend(rules::docs());
    documents.extend(predictions::docs());
    documents.extend(loyalty::docs());
    documents
}

/// A page of a list that is short enough to be read whole: configuration is tens of rows, not thousands.
/// `text` is what `q` is looked for in.
fn listed<T, K: PartialEq + Serialize + DeserializeOwned>(
    rows: Vec<T>,
    page: &PageQuery,
    text: impl Fn(&T) -> String,
    id: impl Fn(&T) -> K,
) -> Result<Page<T>, ApiError> {
    let sought = page.text().map(str::to_lowercase);
    let after = page.after::<K>()?;
    let mut rows: Vec<T> = rows
        .into_iter()
        .filter(|row| sought.as_ref().is_none_or(|sought| text(row).to_lowercase().contains(sought)))
        .collect();
    if let Some(after) = after {
        let start = rows.iter().position(|row| id(row) == after).map_or(rows.len(), |position| position + 1);
        rows.drain(..start);
    }
    Page::new(rows, page, id)
}
