//! What the files of the catalogue, partners and promotions share.

use crate::http::prelude::*;
use base::Author;
use base::id::{MasterAccountId, OrgUnitId};
use chrono::{DateTime, Utc};
use loyalty::coupon::code::CodeKey;
use loyalty::master::ReasonArea;
use loyalty::refused::Refused;
use sqlx::PgConnection;

/// The key of coupon codes, a live part of the server.
#[derive(Clone, Debug)]
pub struct Coupons(pub CodeKey);

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Change(error) => error.into(),
            Refused::NotNow(detail) => Self::new(Code::NotPossibleNow, detail),
            Refused::TooFew { .. } => {
                Self::new(Code::NotPossibleNow, format!("there are too few points: {refused}"))
            }
        }
    }
}

/// Who sees partners and their services: whoever reads everything, and who works for a partner.
pub(super) const PARTNER_READERS: Needs = Needs::AnyOf(&[Operation::LoyaltyRead, Operation::LoyaltyPartner]);
/// Who writes services of partners: marketing, and who works for the partner.
pub(super) const PARTNER_WRITERS: Needs =
    Needs::AnyOf(&[Operation::LoyaltyMarket, Operation::LoyaltyPartner]);
/// Who confirms and cancels orders: customer service, and who works for the partner.
pub(super) const ORDER_SERVERS: Needs = Needs::AnyOf(&[Operation::LoyaltyServe, Operation::LoyaltyPartner]);
/// Who writes and leads promotions (CIMP-SPV-02, CIMP-ST-04).
pub(super) const PROMOTION_STAFF: Needs = Needs::AnyOf(&[Operation::LoyaltyMarket, Operation::LoyaltyServe]);

/// Which way a request came: people use the browser, programs the interface.
pub(super) const fn source(caller: &Caller) -> &'static str {
    match caller.author() {
        Author::Person(_) => "ui",
        Author::ApiKey(_) | Author::System => "api",
    }
}

/// The account that a request names by its id or its number.
pub(super) async fn account(db: &mut PgConnection, named: &str) -> Result<MasterAccountId, ApiError> {
    let found = loyalty::query::partner::account_named(db, named).await?;
    found.ok_or_else(|| ApiError::invalid("/account", "there is no such account: give its number or its id"))
}

/// The account of a filter.
pub(super) async fn account_of_filter(
    db: &mut PgConnection,
    named: Option<&str>,
) -> Result<Option<MasterAccountId>, ApiError> {
    let Some(named) = named else { return Ok(None) };
    let found = loyalty::query::partner::account_named(db, named).await?;
    found.map(Some).ok_or_else(|| ApiError::invalid("?account", "there is no such account"))
}

/// Whose partners the caller sees: all of them with `operation`, else those of the units where the caller works for a
/// partner (CIMP-ROLE-01).
#[derive(Clone, Debug)]
pub(super) struct PartnerView {
    units: Option<Vec<OrgUnitId>>,
}

impl PartnerView {
    /// What the caller sees.
    ///
    /// # Errors
    /// 403 for whoever has neither right.
    pub(super) fn of(caller: &Caller, operations: &[Operation]) -> Result<Self, ApiError> {
        if operations.iter().any(|operation| caller.permissions().allows(*operation)) {
            return Ok(Self { units: None });
        }
        caller.require(Operation::LoyaltyPartner)?;
        Ok(Self { units: caller.scope(Operation::LoyaltyPartner).as_filter() })
    }

    /// The units whose partners are seen; none for all.
    pub(super) fn units(&self) -> Option<&[OrgUnitId]> {
        self.units.as_deref()
    }

    /// Whether everything is seen, also what belongs to no partner.
    pub(super) const fn is_all(&self) -> bool {
        self.units.is_none()
    }

    /// Whether a partner of this unit is seen.
    pub(super) fn sees(&self, unit: Option<OrgUnitId>) -> bool {
        self.units.as_ref().is_none_or(|units| unit.is_some_and(|unit| units.contains(&unit)))
    }
}

/// Refuses a reason that is not for this operation (CIMP-TXN-04).
pub(super) async fn check_reason(
    db: &mut PgConnection,
    code: &str,
    area: ReasonArea,
) -> Result<(), ApiError> {
    let checked = loyalty::query::master::check_reason_where_kept(db, code, area).await?;
    checked.map_err(|refusal| ApiError::invalid("/reason", refusal.to_string()))
}

/// A period of a filter.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Period {
    /// From then on.
    pub from: Option<DateTime<Utc>>,
    /// Before then.
    pub until: Option<DateTime<Utc>>,
}
