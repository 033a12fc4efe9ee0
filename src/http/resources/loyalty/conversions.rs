//! The exchange of points into a partner's, and what became of partners' services and rates (CIMP-PRT-03, CIMP-PRT-04).

use super::common::{PARTNER_READERS, PartnerView, Period, account, account_of_filter, source};
use super::media::spoken;
use super::partners::visible;
use crate::http::prelude::*;
use actix_web::http::header;
use loyalty::id::{ConversionId, PartnerId};
use loyalty::input::Decimal;
use loyalty::partner::{Conversion, ConversionSum, PartnerStatistics, ServiceUse};
use loyalty::query::conversion::{self as query, ConversionSearch};
use loyalty::store::partner::{NewConversion, convert};

/// What is exchanged.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConversionInput {
    /// Whose points: the number of the account, or its id.
    #[schema(example = "100200300")]
    pub account: String,
    /// The code of the partner.
    #[schema(example = "airline")]
    pub partner: String,
    /// The code of the bonus type.
    #[schema(example = "points")]
    pub bonus_type: String,
    /// How many bonuses.
    pub amount: Decimal,
}

/// Which exchanges a list shows.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ConversionFilter {
    /// Of this account: its number or its id.
    pub account: Option<String>,
    /// Into this partner's points.
    pub partner_id: Option<PartnerId>,
}

/// Exchanges of points, newest first.
#[utoipa::path(get, path = "/api/v1/loyalty/conversions", operation_id = "listConversions", tag = "loyalty",
    params(PageQuery, ConversionFilter, Period), responses((status = 200, body = Page<Conversion>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<ConversionFilter>,
    period: Query<Period>,
) -> Result<HttpResponse, ApiError> {
    let view = PartnerView::of(&caller, &[Operation::LoyaltyRead])?;
    let mut db = state.pool.acquire().await?;
    let search = ConversionSearch {
        id: None,
        account: account_of_filter(&mut db, filter.account.as_deref()).await?,
        partner: filter.partner_id,
        units: view.units(),
        from: period.from,
        until: period.until,
        after: page.after::<ConversionId>()?,
    };
    let rows = query::search(&mut db, &search, page.rows()?).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| row.id)?))
}

/// Exchange points into a partner's at the rate of this moment.
#[utoipa::path(post, path = "/api/v1/loyalty/conversions", operation_id = "convertPoints", tag = "loyalty",
    params(IdempotencyHeader), request_body = ConversionInput,
    responses((status = 201, body = Conversion), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn exchange(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<ConversionInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::LoyaltyServe, None)?;
    key.required()?;
    key.once(&state, &caller, &body, async |db, rng| {
        let partner = loyalty::query::partner::called(db, &body.partner).await?;
        let partner = partner.ok_or_else(|| ApiError::invalid("/partner", "there is no such partner"))?;
        let new = NewConversion {
            account: account(db, &body.account).await?,
            partner: partner.id,
            bonus_type: &body.bonus_type,
            amount: &body.amount.0,
            source: source(&caller),
        };
        let conversion = convert(db, &mut caller.edit(rng), &new).await?;
        Answer::created(format!("/api/v1/loyalty/conversions/{}", conversion.id), &conversion)
    })
    .await
}

/// Which partners are counted.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatisticsFilter {
    /// This partner; all that the caller sees when absent.
    pub partner_id: Option<PartnerId>,
}

/// Use of partners' services and exchange of points in a period, `from` and `until` given. CSV with `Accept: text/csv`.
#[utoipa::path(get, path = "/api/v1/loyalty/partner-statistics", operation_id = "getPartnerStatistics", tag = "loyalty",
    params(StatisticsFilter, Period),
    responses((status = 200, body = PartnerStatistics), (status = 422, body = Problem)))]
async fn statistics(
    state: Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    filter: Query<StatisticsFilter>,
    period: Query<Period>,
) -> Result<HttpResponse, ApiError> {
    let view = PartnerView::of(&caller, &[Operation::LoyaltyRead])?;
    let (Some(from), Some(until)) = (period.from, period.until) else {
        return Err(ApiError::invalid(
            "?from",
            "say the period: from and until, such as 2026-03-01T00:00:00Z",
        ));
    };
    let mut db = state.pool.acquire().await?;
    if let Some(id) = filter.partner_id {
        visible(&mut db, &view, id).await?;
    }
    let counted = query::statistics(&mut db, filter.partner_id, view.units(), from, until).await?;
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    if accept.is_some_and(|accept| accept.contains("text/csv")) {
        let named = (header::CONTENT_DISPOSITION, "attachment; filename=\"partners.csv\"");
        let body = csv(&counted);
        return Ok(HttpResponse::Ok()
            .content_type("text/csv; charset=utf-8")
            .insert_header(named)
            .body(body));
    }
    Ok(HttpResponse::Ok().json(counted))
}

/// One table of both parts: what is counted stands in the first column.
fn csv(counted: &PartnerStatistics) -> String {
    let mut text = String::from(
        "kind,partner,service,bonus_type,placed,confirmed,cancelled,units,members,points,currency,got\r\n",
    );
    for ServiceUse {
        partner, reward, bonus_type, placed, confirmed, cancelled, units, members, spent, ..
    } in &counted.services
    {
        let bonus_type = quoted(bonus_type.as_deref().unwrap_or_default());
        let (partner, reward) = (quoted(partner), quoted(reward));
        text.push_str(&format!(
            "service,{partner},{reward},{bonus_type},{placed},{confirmed},{cancelled},{units},{members},{spent},,\r\n"
        ));
    }
    for ConversionSum { partner, bonus_type, currency, count, members, given, got } in &counted.conversions {
        let (partner, bonus_type, currency) = (quoted(partner), quoted(bonus_type), quoted(currency));
        text.push_str(&format!(
            "conversion,{partner},,{bonus_type},,{count},,,{members},{given},{currency},{got}\r\n"
        ));
    }
    text
}

/// A field as RFC 4180 has it. What a spreadsheet would take for a formula is made a text.
fn quoted(field: &str) -> String {
    let guard = if field.starts_with(['=', '+', '-', '@']) { "'" } else { "" };
    if guard.is_empty() && !field.contains([',', '"', '\r', '\n']) {
        return field.to_owned();
    }
    format!("\"{guard}{}\"", field.replace('"', "\"\""))
}

/// The routes of this file. Who works for a partner sees what concerns that one: the handlers look.
#[must_use]
pub fn routes() -> Vec<Route> {
    let serve = Needs::Operation(Operation::LoyaltyServe);
    vec![
        Route::get("/api/v1/loyalty/conversions", PARTNER_READERS, || spoken(web::to(list), "conversions")),
        Route::post("/api/v1/loyalty/conversions", serve, || spoken(web::to(exchange), "conversion")),
        Route::get("/api/v1/loyalty/partner-statistics", PARTNER_READERS, || web::to(statistics)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, exchange, statistics))]
    struct Docs;
    Docs::openapi()
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn fields_of_csv_are_quoted_and_never_formulas() {
        assert_eq!(quoted("airline"), "airline");
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(quoted("=cmd()"), "\"'=cmd()\"");
    }
}
