//! The next best action: which of several offers one customer gets now.

use super::scores::scores;
use crate::http::prelude::*;
use crate::http::resources::parts::SiteZone;
use base::NewEvent;
use base::event::Journal;
use base::id::{CustomerId, EventId};
use prediction::choice::{CANDIDATES_MAX, Candidate, EXPLORED_SHARE, choose};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The event of a choice: rules may react to it, with `event.chosen`.
const ACTION_CHOSEN: &str = "prediction.action_chosen.v1";

/// An offer that may be made.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[schema(as = NextActionCandidate)]
#[serde(deny_unknown_fields)]
pub struct CandidateInput {
    /// Its key, as the caller calls it, 1 to 100 characters.
    key: String,
    /// The launched prediction that says how probably it is taken.
    #[serde(default)]
    prediction: Option<String>,
    /// How probably it is taken, when no prediction says it, 0 to 1.
    #[serde(default)]
    probability: Option<f64>,
    /// What it is worth when it is taken, in the same unit for all.
    value: f64,
}

/// Which offers, for whom.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NextActionInput {
    /// The customer.
    #[schema(value_type = Uuid)]
    customer: CustomerId,
    /// 1 to 50 offers.
    candidates: Vec<CandidateInput>,
    /// The share of customers, by lot and day, that gets any of them: 0 to 0.5, 0.05 when absent.
    #[serde(default)]
    explore: Option<f64>,
}

/// Which offer it is, and why.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct NextActionBody {
    /// The key of the offer; null when nothing is known of any of them.
    chosen: Option<String>,
    /// Whether it was taken by lot.
    explored: bool,
    /// All offers with what was known.
    candidates: Vec<CandidateBody>,
    /// The event that keeps the choice.
    #[schema(value_type = Uuid)]
    event_id: EventId,
}

/// An offer with what was known of it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = NextActionOffer)]
pub struct CandidateBody {
    /// Its key.
    key: String,
    /// How probably it is taken; null when its prediction gives no score.
    probability: Option<f64>,
    /// The version of the model that said so.
    version: Option<i32>,
    /// What it is worth when it is taken.
    value: f64,
    /// Probability times value.
    expected: Option<f64>,
}

fn check(input: &NextActionInput) -> Result<(), ApiError> {
    if input.candidates.is_empty() || input.candidates.len() > CANDIDATES_MAX {
        return Err(ApiError::invalid("/candidates", format!("1 to {CANDIDATES_MAX} offers")));
    }
    if input.explore.is_some_and(|share| !(0.0..=0.5).contains(&share)) {
        return Err(ApiError::invalid("/explore", "a share from 0 to 0.5"));
    }
    let keys: BTreeSet<&str> = input.candidates.iter().map(|one| one.key.as_str()).collect();
    if keys.len() != input.candidates.len() || keys.iter().any(|key| key.is_empty() || key.len() > 100) {
        return Err(ApiError::invalid("/candidates", "each offer has a key of its own, 1 to 100 characters"));
    }
    for (place, one) in input.candidates.iter().enumerate() {
        let at = |field: &str| format!("/candidates/{place}/{field}");
        if one.prediction.is_some() == one.probability.is_some() {
            let detail = "name a prediction or give a probability, one of them";
            return Err(ApiError::invalid(&at("prediction"), detail));
        }
        if one.probability.is_some_and(|probability| !(0.0..=1.0).contains(&probability)) {
            return Err(ApiError::invalid(&at("probability"), "from 0 to 1"));
        }
        if !one.value.is_finite() {
            return Err(ApiError::invalid(&at("value"), "a number"));
        }
    }
    Ok(())
}

/// Choose the offer that is worth most on average for a customer, by the scores of now; a share of customers gets one by
/// lot, the same all day. The choice is kept as the event `prediction.action_chosen.v1`, to which rules may react.
#[utoipa::path(post, path = "/api/v1/predictions/next-action", operation_id = "chooseNextAction", tag = "predictions",
    params(IdempotencyHeader), request_body = NextActionInput,
    responses((status = 200, body = NextActionBody), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn next_action(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    input: Json<NextActionInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::PredictionRead)?;
    caller.require(Operation::CustomerRead)?;
    check(&input)?;
    let day = caller.now().with_timezone(&SiteZone::of(&state)).date_naive().to_string();
    key.once(&state, &caller, &input, async |db, rng| {
        let scores = scores(db, &state, &caller, input.customer).await?;
        let known: BTreeMap<&str, (i32, f64)> =
            scores.iter().map(|score| (score.name.as_str(), (score.version, score.probability))).collect();
        let scored =
            |one: &CandidateInput| one.prediction.as_deref().and_then(|name| known.get(name).copied());
        let candidates: Vec<Candidate> = input
            .candidates
            .iter()
            .map(|one| Candidate {
                key: one.key.clone(),
                probability: one.probability.or_else(|| scored(one).map(|(_, probability)| probability)),
                value: one.value,
            })
            .collect();
        let share = input.explore.unwrap_or(EXPLORED_SHARE);
        let choice = choose(&candidates, input.customer.as_uuid(), &day, share);
        let offers: Vec<CandidateBody> = input
            .candidates
            .iter()
            .zip(&candidates)
            .map(|(one, candidate)| CandidateBody {
                key: candidate.key.clone(),
                probability: candidate.probability,
                version: scored(one).map(|(version, _)| version),
                value: candidate.value,
                expected: candidate.expected(),
            })
            .collect();
        let chosen =
            choice.as_ref().and_then(|choice| candidates.get(choice.place)).map(|one| one.key.clone());
        let explored = choice.is_some_and(|choice| choice.explored);
        let event = NewEvent {
            kind: ACTION_CHOSEN.into(),
            journal: Journal::Activity,
            subject: input.customer.as_uuid(),
            correlation: None,
            author: caller.edit(rng).author,
            payload: json!({
                "customer_id": input.customer, "chosen": chosen, "explored": explored, "share": share,
                "candidates": offers,
            }),
        };
        let event_id = platform::event::append(db, caller.now(), rng, &event).await?;
        Answer::ok(&NextActionBody { chosen, explored, candidates: offers, event_id })
    })
    .await
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let read = Needs::Operation(Operation::PredictionRead);
    vec![Route::post("/api/v1/predictions/next-action", read, || web::to(next_action))]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(next_action))]
    struct Docs;
    Docs::openapi()
}
