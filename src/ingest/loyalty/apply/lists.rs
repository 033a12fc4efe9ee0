//! Lists that other systems send: tariff plans and products for bonuses (CIMP-ETL-09, CIMP-ETL-10, CIMP-RED-04).

use super::settle::settle;
use super::{About, Applied, Line};
use base::{ChangeError, FieldFault, LocalText, Locale};
use loyalty::file::{Record, Value};
use loyalty::input::Decimal;
use loyalty::master::{MasterFields, MasterKind};
use loyalty::reward::{PriceInput, RewardFields, RewardKind};
use loyalty::{query, store};
use rand::Rng;
use serde_json::{Map, json};
use sqlx::{Connection, PgConnection};

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
        let done =
            store::master::put(&mut tx, &mut about.edit(dice), MasterKind::TariffPlan, &tariff(record)).await;
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
    let flag = |name: &str| matches!(record.value(name), Some(Value::Flag(true)));
    let code = text(record, "code");
    let known = query::reward::called(db, &code).await?;
    let fields = RewardFields {
        code,
        title: title(record, "title"),
        description: title(record, "description"),
        kind: if partner_id.is_some() { RewardKind::PartnerService } else { RewardKind::Gift },
        partner_id,
        physical: flag("physical"),
        needs_confirmation: flag("needs_confirmation"),
        // What a file does not say stays as people set it.
        valid_from: known.as_ref().and_then(|known| known.fields.valid_from),
        valid_until: known.as_ref().and_then(|known| known.fields.valid_until),
        picture: known.as_ref().and_then(|known| known.fields.picture.clone()),
        active: true,
    };
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
    let stock = match record.value("stock") {
        Some(Value::Whole(stock)) => Some(i32::try_from(*stock).unwrap_or(i32::MAX)),
        _ => None,
    };
    store::reward::put(db, &mut about.edit(dice), &fields, &[PriceInput { bonus_type, amount }], stock).await
}

fn tariff(record: &Record) -> MasterFields {
    let mut attributes = Map::new();
    for (field, value) in record.filled().filter(|(field, _)| !matches!(field.name, "code" | "title")) {
        attributes.insert(field.name.to_owned(), json!(value.text()));
    }
    MasterFields {
        code: text(record, "code"),
        title: title(record, "title"),
        parent: None,
        areas: Vec::new(),
        attributes,
        active: true,
    }
}

fn text(record: &Record, field: &str) -> String {
    record.text(field).unwrap_or_default().to_owned()
}

/// Files have one language and do not say which: it is shown where no other is there.
fn title(record: &Record, field: &str) -> LocalText {
    LocalText(record.text(field).map(|text| (Locale::Ru, text.to_owned())).into_iter().collect())
}
