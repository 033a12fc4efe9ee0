//! Partners, their rates, and the exchange of points into theirs (CIMP-PRT-01, CIMP-PRT-03).

use super::kept::{added, at_version, changed, record};
use super::movement::{self, Party, post};
use crate::bonus_type::amount;
use crate::bonus_type::amount::Points;
use crate::id::{ConversionId, PartnerId, RateId};
use crate::partner::{
    Conversion, MONEY_SCALE, Partner, PartnerFields, RateInput, StoredRate, currency_fault,
};
use crate::query::{conversion as conversions, partner as query};
use crate::rate::RateRefusal;
use crate::refused::Refused;
use base::id::{CurrencyId, MasterAccountId};
use base::{ChangeError, Edit, FieldFault};
use ledger::currency::CurrencyFields;
use ledger::{Account, Amount, Cause, Counter, LotTerms, Movement, Order, transaction_id};
use serde_json::json;
use sqlx::PgConnection;
use sqlx::types::Json;

/// The role of the ledger's accounts that points go through on their way to a partner.
pub const ROLE: &str = "partner";

/// Registers a partner; one with points of its own gets a currency in the ledger.
///
/// # Errors
/// Fields that cannot be accepted, a code that is there, or the database.
pub async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &PartnerFields,
) -> Result<Partner, ChangeError> {
    ChangeError::unless_empty(fields.faults())?;
    let id = PartnerId::new(edit.now, edit.rng);
    let currency = open_currency(db, edit, fields).await?;
    sqlx::query(
        "insert into loyalty.partner (partner_id, code, title, unit_id, currency_id, currency_code, currency_scale, active,
             created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
    )
    .bind(id)
    .bind(&fields.code)
    .bind(Json(&fields.title))
    .bind(fields.unit_id)
    .bind(currency)
    .bind(fields.currency.as_ref().map(|currency| currency.code.as_str()))
    .bind(fields.currency.as_ref().map(|currency| currency.scale))
    .bind(fields.active)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(constraint)?;
    added(db, edit, id.as_uuid()).await
}

/// Changes the partner that is at `version`. Its code and a currency that it has stay.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, or the database.
pub async fn update(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: PartnerId,
    version: i32,
    fields: &PartnerFields,
) -> Result<Partner, ChangeError> {
    let before: Partner = at_version(db, id.as_uuid(), version).await?;
    let mut faults = fields.faults();
    if fields.code != before.fields.code {
        faults.push(FieldFault::new("/code", "cannot be changed: switch this partner off and add another"));
    }
    if before.fields.currency.is_some() && fields.currency != before.fields.currency {
        faults.push(FieldFault::new("/currency", "cannot be changed: points were exchanged into it"));
    }
    ChangeError::unless_empty(faults)?;
    let currency = match before.currency_id {
        Some(known) => Some(CurrencyId::from_uuid(known)),
        None => open_currency(db, edit, fields).await?,
    };
    sqlx::query(
        "update loyalty.partner
         set title = $2, unit_id = $3, currency_id = $4, currency_code = $5, currency_scale = $6, active = $7,
             updated_at = $8, version = version + 1
         where partner_id = $1",
    )
    .bind(id)
    .bind(Json(&fields.title))
    .bind(fields.unit_id)
    .bind(currency)
    .bind(fields.currency.as_ref().map(|currency| currency.code.as_str()))
    .bind(fields.currency.as_ref().map(|currency| currency.scale))
    .bind(fields.active)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(constraint)?;
    changed(db, edit, &before).await
}

fn constraint(error: sqlx::Error) -> ChangeError {
    let violated = error.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
    if violated == Some("partner_currency_key") {
        return ChangeError::Taken(taken_currency());
    }
    ChangeError::on_constraint(error, "partner_code_key", "/code", "another partner has this code")
}

/// The currency of the partner's points. Its code in the ledger is told from that of a bonus type.
async fn open_currency(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &PartnerFields,
) -> Result<Option<CurrencyId>, ChangeError> {
    let Some(currency) = &fields.currency else { return Ok(None) };
    let new = CurrencyFields {
        code: format!("partner-{}", currency.code),
        scale: u8::try_from(currency.scale).unwrap_or(0),
        allows_debt: false,
    };
    match ledger::store::insert_currency(db, edit, &new).await {
        Ok(made) => Ok(Some(made.id)),
        Err(ChangeError::Taken(_)) => Err(ChangeError::Taken(taken_currency())),
        Err(other) => Err(other),
    }
}

fn taken_currency() -> FieldFault {
    FieldFault::new("/currency/code", "another partner has points with this code")
}

fn invalid(pointer: &str, detail: impl Into<String>) -> ChangeError {
    ChangeError::Invalid(vec![FieldFault::new(pointer, detail)])
}

/// The decimal places of what a rate gives: a partner's points, or money.
async fn other_scale(db: &mut PgConnection, input: &RateInput) -> Result<i16, ChangeError> {
    match (input.partner_id, &input.money) {
        (Some(partner), None) => {
            let partner = query::find(db, partner).await?;
            let partner = partner.ok_or_else(|| invalid("/partner_id", "there is no such partner"))?;
            let none = || invalid("/partner_id", "this partner has no points of its own: give it a currency");
            partner.fields.currency.map(|currency| currency.scale).ok_or_else(none)
        }
        (None, Some(money)) => {
            ChangeError::unless_empty(currency_fault("/money", money).into_iter().collect())?;
            Ok(MONEY_SCALE)
        }
        _ => Err(invalid("/partner_id", "name a partner, or money, and not both")),
    }
}

type Terms = (i64, i64, Option<i64>, Option<i64>);

/// What is given, what is got, the least and the most, in smallest units.
fn terms(input: &RateInput, scale: i16, other_scale: i16) -> Result<Terms, ChangeError> {
    let positive = |pointer: &str, text: &str, scale: i16| match amount::read(text, scale) {
        Ok(units) if units > 0 => Ok(units),
        Ok(_) => Err(invalid(pointer, "must be more than zero")),
        Err(fault) => Err(invalid(pointer, fault.to_string())),
    };
    let give = positive("/give", &input.give.0, scale)?;
    let get = positive("/get", &input.get.0, other_scale)?;
    let minimum = input.minimum.as_ref().map(|text| positive("/minimum", &text.0, scale)).transpose()?;
    let maximum = input.maximum.as_ref().map(|text| positive("/maximum", &text.0, scale)).transpose()?;
    if minimum.zip(maximum).is_some_and(|(minimum, maximum)| minimum > maximum) {
        return Err(invalid("/maximum", "must not be less than the minimum"));
    }
    Ok((give, get, minimum, maximum))
}

/// Writes a new rate. Those before it stay, for what was exchanged at them.
///
/// # Errors
/// Fields that cannot be accepted, another rate of the same moment, or the database.
pub async fn insert_rate(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    input: &RateInput,
) -> Result<StoredRate, ChangeError> {
    let bonus = query::bonus_type(db, &input.programme, &input.bonus_type).await?;
    let bonus =
        bonus.ok_or_else(|| invalid("/bonus_type", "there is no such bonus type in this programme"))?;
    let (give, get, minimum, maximum) = terms(input, bonus.scale, other_scale(db, input).await?)?;
    let valid_from = input.valid_from.unwrap_or(edit.now);
    if valid_from < edit.now {
        return Err(invalid("/valid_from", "must not be in the past: what was exchanged keeps its rate"));
    }
    let id = RateId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into loyalty.rate (rate_id, partner_id, money, bonus_type_id, give, get, rounding, minimum, maximum,
             valid_from, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(id)
    .bind(input.partner_id)
    .bind(&input.money)
    .bind(bonus.id)
    .bind(give)
    .bind(get)
    .bind(input.rounding)
    .bind(minimum)
    .bind(maximum)
    .bind(valid_from)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(|error| {
        let name = if input.partner_id.is_some() { "rate_partner_key" } else { "rate_money_key" };
        ChangeError::on_constraint(error, name, "/valid_from", "another rate begins at this moment")
    })?;
    let rate = query::find_rate(db, id).await?.ok_or(ChangeError::Unknown("rate"))?;
    let subject = input.partner_id.map_or(id.as_uuid(), PartnerId::as_uuid);
    record(db, edit, "loyalty.rate_created.v1", subject, None, Some(&rate)).await?;
    Ok(rate)
}

/// What somebody exchanges.
#[derive(Clone, Debug)]
pub struct NewConversion<'a> {
    /// Whose points.
    pub account: MasterAccountId,
    /// Into whose.
    pub partner: PartnerId,
    /// The code of the bonus type, of the account's programme.
    pub bonus_type: &'a str,
    /// How many bonuses.
    pub amount: &'a str,
    /// Which way it came: `ui`, `api`, `file`.
    pub source: &'a str,
}

/// Exchanges points into a partner's at the rate of this moment: one transaction of the ledger with two movements.
///
/// # Errors
/// No such account, partner or rate, an amount out of bounds, too few points, or the database.
pub async fn convert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    new: &NewConversion<'_>,
) -> Result<Conversion, Refused> {
    let party = movement::enrolled(db, new.account).await?;
    let partner = query::find(db, new.partner).await?.ok_or(Refused::unknown("partner"))?;
    if !partner.fields.active {
        return Err(Refused::not_now("the partner does not take part at present"));
    }
    let bonus = query::bonus_type_of(db, party.programme_id, new.bonus_type).await?;
    let bonus = bonus
        .ok_or_else(|| Refused::invalid("/bonus_type", "there is no such bonus type in this programme"))?;
    let rate = query::rate_at(db, Some(partner.id), None, bonus.id, edit.now).await?;
    let (Some(rate), Some(currency)) = (rate, partner.currency_id) else {
        return Err(Refused::not_now("there is no rate for these bonuses and this partner at present"));
    };
    let given = amount::read(new.amount, bonus.scale)
        .map_err(|fault| Refused::invalid("/amount", fault.to_string()))?;
    let got = rate.rate().convert(given).map_err(|refusal| out_of_bounds(refusal, bonus.scale))?;
    let id = ConversionId::new(edit.now, edit.rng);
    let key = format!("convert:{id}");
    sqlx::query(
        "insert into loyalty.conversion (conversion_id, account_id, partner_id, rate_id, given, got, transaction_id, source, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id)
    .bind(new.account)
    .bind(partner.id)
    .bind(rate.id)
    .bind(given)
    .bind(got)
    .bind(transaction_id(&key))
    .bind(new.source)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    let conversion = conversions::find(db, id).await?.ok_or(Refused::unknown("conversion"))?;
    tell(db, edit, &party, &partner, &conversion).await?;
    let (give, get) = (positive(given)?, positive(got)?);
    let owner = new.account.as_uuid();
    let through = Counter::of(ROLE, partner.id.as_uuid());
    let bonuses = Account { owner, currency: CurrencyId::from_uuid(bonus.id.as_uuid()) };
    let theirs = Account { owner, currency: CurrencyId::from_uuid(currency) };
    let taken = Movement::Debit { account: bonuses, amount: give, to: through.clone() };
    let mut order = Order::new(key, "convert", new.source.to_owned(), edit.author, taken);
    order.movements.push(Movement::Credit {
        account: theirs,
        amount: get,
        from: through,
        lot: LotTerms::default(),
    });
    order.cause = Cause { record: Some(format!("conversion:{id}")), ..Cause::default() };
    post(db, edit, order, bonus.scale).await?;
    Ok(conversion)
}

fn positive(units: i64) -> Result<Amount, Refused> {
    Amount::new(units).map_err(Refused::not_now)
}

fn out_of_bounds(refusal: RateRefusal, scale: i16) -> Refused {
    let bound = match refusal {
        RateRefusal::BelowMinimum(bound) | RateRefusal::AboveMaximum(bound) => {
            format!(": {}", Points::new(bound, scale))
        }
        RateRefusal::NotPositive | RateRefusal::GivesNothing | RateRefusal::TooLarge => String::new(),
    };
    Refused::invalid("/amount", format!("{refusal}{bound}"))
}

async fn tell(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    party: &Party,
    partner: &Partner,
    conversion: &Conversion,
) -> Result<(), Refused> {
    let data = json!({
        "conversion_id": conversion.id, "partner": partner.fields.code,
        "partner_title": partner.fields.title, "bonus_type": conversion.bonus_type, "given": conversion.given,
        "currency": conversion.currency, "got": conversion.got, "source": conversion.source,
    });
    Ok(super::tell(db, edit, party, "loyalty.points_converted.v1", data).await?)
}
