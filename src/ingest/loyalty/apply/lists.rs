//! Lists that other systems send: tariff plans and products for bonuses (CIMP-ETL-09, CIMP-ETL-10, CIMP-RED-04).

use super::settle::settle;
use super::{About, Applied, Line};
use base::{ChangeError, FieldFault, LocalText, Locale};
use loyalty::file::{Record, Value};
use loyalty::id::PartnerId;
use loyalty::input::Decimal;
use loyalty::master::{Master, MasterFields, MasterKind};
use loyalty::reward::{PriceInput, Reward, RewardFields, RewardKind};
use loyalty::{query, store};
use rand::Rng;
use serde_json::{Map, json};
use sqlx::{Connection, PgConnection};
use std::collections::BTreeMap;

/// Applies tariff plans.
pub(super) async fn tariff_plans(
    db: &mut PgConnection,
    about: &About<'_>,
    lines: &[Line],
    dice: &mut (dyn Rng + Send),
    applied: &mut Applied,
) -> sqlx::Result<()> {
    for (record, bytes) in lines {
        let mut tx = db.begin().await?;
        let done = tariff(&mut tx, about, record, dice).await;
        settle(tx, done, record, bytes, applied).await?;
    }
    Ok(())
}

/// Applies products and services for bonuses.
pub(super) async fn gifts(
    db: &mut PgConnection,
    about: &About<'_>,
    lines: &[Line],
    dice: &mut (dyn Rng + Send),
    applied: &mut Applied,
) -> sqlx::Result<()> {
    for (record, bytes) in lines {
        let mut tx = db.begin().await?;
        let done = gift(&mut tx, about, record, dice).await;
        settle(tx, done, record, bytes, applied).await?;
    }
    Ok(())
}

async fn gift(
    db: &mut PgConnection,
    about: &About<'_>,
    record: &Record,
    dice: &mut (dyn Rng + Send),
) -> Result<bool, ChangeError> {
    let partner_id = match record.text("partner") {
        None => None,
        Some(code) => {
            let found = query::partner::called(db, code).await?;
            let missing = || {
                ChangeError::Invalid(vec![FieldFault::new("/partner", format!("there is no partner {code}"))])
            };
            Some(found.ok_or_else(missing)?.id)
        }
    };
    let code = text(record, "code");
    let known = query::reward::called(db, &code).await?;
    let fields = reward(record, code, partner_id, known.as_ref());
    let bonus_type = match record.text("bonus_type") {
        Some(code) => code.to_owned(),
        None => loyalty::file::query::only_bonus_type(db, about.structure.fields.programme_id)
            .await?
            .ok_or_else(|| {
                ChangeError::Invalid(vec![FieldFault::new(
                    "/bonus_type",
                    "the programme has several: name one",
                )])
            })?,
    };
    let amount = Decimal(record.value("price").map(Value::text).unwrap_or_default());
    // Prices in other points stay; where several programmes have points of one code, they are one price.
    let mut prices: BTreeMap<String, Decimal> = known
        .iter()
        .flat_map(|known| &known.prices)
        .map(|price| (price.bonus_type.clone(), Decimal(price.amount.to_string())))
        .collect();
    prices.insert(bonus_type, amount);
    let prices: Vec<PriceInput> =
        prices.into_iter().map(|(bonus_type, amount)| PriceInput { bonus_type, amount }).collect();
    let stock = match record.value("stock") {
        Some(Value::Whole(stock)) => Some(i32::try_from(*stock).unwrap_or(i32::MAX)), // which is refused
        _ => None,
    };
    store::reward::put(db, &mut about.edit(dice), &fields, &prices, stock).await
}

/// What a line says of a reward. What it does not say stays as people set it.
fn reward(
    record: &Record,
    code: String,
    partner_id: Option<PartnerId>,
    known: Option<&Reward>,
) -> RewardFields {
    let known = known.map(|known| &known.fields);
    let flag = |name: &str| match record.value(name) {
        Some(Value::Flag(said)) => Some(*said),
        _ => None,
    };
    let partner_id = partner_id.or_else(|| known.and_then(|known| known.partner_id));
    RewardFields {
        code,
        title: title(record, "title", known.map(|known| &known.title)),
        description: title(record, "description", known.map(|known| &known.description)),
        kind: match (partner_id, known) {
            (Some(_), _) => RewardKind::PartnerService,
            (None, Some(known)) => known.kind,
            (None, None) => RewardKind::Gift,
        },
        partner_id,
        physical: flag("physical").unwrap_or_else(|| known.is_some_and(|known| known.physical)),
        needs_confirmation: flag("needs_confirmation")
            .unwrap_or_else(|| known.is_some_and(|known| known.needs_confirmation)),
        valid_from: known.and_then(|known| known.valid_from),
        valid_until: known.and_then(|known| known.valid_until),
        picture: known.and_then(|known| known.picture.clone()),
        active: known.is_none_or(|known| known.active),
    }
}

async fn tariff(
    db: &mut PgConnection,
    about: &About<'_>,
    record: &Record,
    dice: &mut (dyn Rng + Send),
) -> Result<bool, ChangeError> {
    if let (Some(Value::Date(from)), Some(Value::Date(to))) =
        (record.value("valid_from"), record.value("valid_to"))
        && to < from
    {
        return Err(ChangeError::Invalid(vec![FieldFault::new(
            "/valid_to",
            "must not be before valid_from",
        )]));
    }
    if let Some(line) = record.text("service_line")
        && !query::master::is_listed_where_kept(db, MasterKind::ServiceLine, line).await?
    {
        let detail = format!("{line:?} is no service line in use: add it to the list, or correct it");
        return Err(ChangeError::Invalid(vec![FieldFault::new("/service_line", detail)]));
    }
    let code = text(record, "code");
    let known = query::master::called(db, MasterKind::TariffPlan, &code).await?;
    let fields = plan(record, code, known.as_ref());
    store::master::put(db, &mut about.edit(dice), MasterKind::TariffPlan, &fields).await
}

/// What a line says of a tariff plan. What it does not say stays as it was.
fn plan(record: &Record, code: String, known: Option<&Master>) -> MasterFields {
    let known = known.map(|known| &known.fields);
    let mut attributes = known.map_or_else(Map::new, |known| known.attributes.clone());
    for (field, value) in record.filled().filter(|(field, _)| !matches!(field.name, "code" | "title")) {
        attributes.insert(field.name.to_owned(), json!(value.text()));
    }
    MasterFields {
        code,
        title: title(record, "title", known.map(|known| &known.title)),
        parent: None,
        areas: Vec::new(),
        attributes,
        active: known.is_none_or(|known| known.active),
    }
}

fn text(record: &Record, field: &str) -> String {
    record.text(field).unwrap_or_default().to_owned()
}

/// Files have one language and do not say which: it is shown where no other is there. Texts of other languages stay.
fn title(record: &Record, field: &str, known: Option<&LocalText>) -> LocalText {
    let mut texts = known.cloned().unwrap_or_default();
    if let Some(text) = record.text(field) {
        texts.0.insert(Locale::Ru, text.to_owned());
    }
    texts
}
