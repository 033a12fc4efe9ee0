//! The profile of a member, put together from the customer, the account and the ledger.

use super::bodies::{BalanceBody, LotBody, ParticipantBody, ProfileBody, ServiceBody, TierBody};
use crate::http::prelude::*;
use crate::http::resources::viewer::viewer;
use crm::customer::{Customer, IdentifierKind};
use loyalty::account::Account;
use loyalty::bonus_type::amount::Points;
use serde_json::Value;
use sqlx::PgConnection;

/// The balances of an account, one for each bonus type of its programme, also of those that it never had.
pub async fn balances(
    db: &mut PgConnection,
    caller: &Caller,
    account: &Account,
    with_lots: bool,
) -> Result<Vec<BalanceBody>, ApiError> {
    let types = loyalty::query::bonus_types(&mut *db, Some(account.programme_id)).await?;
    let had = ledger::query::balances(&mut *db, caller.now(), &[account.id.as_uuid()]).await?;
    let mut bodies = Vec::with_capacity(types.len());
    for bonus_type in types {
        let scale = bonus_type.fields.scale;
        let points = |units: i64| Points::new(units, scale);
        let own = had.iter().find(|own| own.currency == bonus_type.currency());
        let lots = match own {
            Some(own) if with_lots => ledger::query::open_lots(&mut *db, own.account).await?,
            _ => Vec::new(),
        };
        let units = |of: fn(&ledger::query::Balance) -> i64| points(own.map_or(0, of));
        bodies.push(BalanceBody {
            bonus_type: bonus_type.fields.code.clone(),
            title: bonus_type.fields.title.clone(),
            balance: units(|own| own.balance),
            available: units(|own| own.available),
            held: units(|own| own.held),
            pending: units(|own| own.pending),
            debt: units(|own| own.debt),
            lots: lots
                .into_iter()
                .map(|lot| LotBody {
                    amount: points(lot.amount),
                    remaining: points(lot.remaining),
                    held: points(lot.held),
                    active_from: lot.active_from,
                    expires_at: lot.expires_at,
                })
                .collect(),
        });
    }
    Ok(bodies)
}

/// The tier of an account.
pub async fn tier(db: &mut PgConnection, account: &Account) -> Result<Option<TierBody>, ApiError> {
    let Some(id) = account.tier_id else { return Ok(None) };
    let tier = loyalty::query::find_tier(db, id).await?;
    Ok(tier.map(|tier| TierBody::of(tier, account.tier_since)))
}

/// Who takes part. Loyalty shows what it needs of a customer to whoever may see members.
pub fn participant(customer: &Customer) -> ParticipantBody {
    let first = |kind: IdentifierKind| {
        let found = customer.fields.identifiers.iter().find(|identifier| identifier.kind == kind);
        found.map(|identifier| identifier.value.clone())
    };
    let said = |key: &str| {
        let attributes = customer.fields.attributes.as_ref()?;
        attributes.get(key).and_then(Value::as_str).map(str::to_owned)
    };
    ParticipantBody {
        customer_id: customer.id,
        name: customer.fields.name.clone(),
        phone: first(IdentifierKind::Phone),
        email: first(IdentifierKind::Email),
        language: customer.fields.language,
        birth_date: said("birthday"),
        sex: said("sex"),
        address: said("address"),
    }
}

/// The customer as the caller may see one.
pub async fn customer(
    db: &mut PgConnection,
    caller: &Caller,
    account: &Account,
) -> Result<Option<Customer>, ApiError> {
    let Some(customer) = crm::query::find(&mut *db, account.customer_id).await? else { return Ok(None) };
    let attributes = crm::query::attributes(&mut *db, crm::attribute::CUSTOMER).await?;
    let viewer = viewer(db, caller).await?;
    Ok(Some(customer.shown_to(&viewer, &attributes)))
}

/// The whole profile.
pub async fn profile(
    db: &mut PgConnection,
    caller: &Caller,
    account: Account,
) -> Result<ProfileBody, ApiError> {
    let programme = loyalty::query::find_programme(&mut *db, account.programme_id).await?;
    let customer = customer(&mut *db, caller, &account).await?;
    let services = loyalty::query::services(&mut *db, account.id).await?;
    let balances = balances(&mut *db, caller, &account, true).await?;
    let tier = tier(db, &account).await?;
    Ok(ProfileBody {
        id: account.id,
        programme: programme.map(|one| one.fields.code).unwrap_or_default(),
        number: account.number,
        status: account.status,
        status_code: account.status.code(),
        macroregion: account.macroregion,
        region: account.region,
        tier,
        registered_at: account.registered_at,
        enrolled_at: account.enrolled_at,
        cancelled_at: account.cancelled_at,
        version: account.version,
        participant: customer.as_ref().map(participant),
        services: services.into_iter().map(ServiceBody::from).collect(),
        balances,
    })
}
