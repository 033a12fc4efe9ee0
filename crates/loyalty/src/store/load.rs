//! Many new accounts at once, as files bring them: a statement for each table, not for each account.

use super::account::Registration;
use super::member_event;
use super::movement::Party;
use crate::account::Account;
use crate::programme::Programme;
use crate::service::ServiceFields;
use crate::tier::{Counted, Ladder, Move, Present, Standing, settle};
use base::id::{CustomerId, EventId, MasterAccountId, ProgrammeId, ServiceId, TierId};
use base::{Edit, NewEvent};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// Registers accounts with their services, each with the tier that it has then. Numbers, services and customers are free
/// and differ from each other, and every field is one that [`super::register`] accepts: the caller has looked. An account is
/// told of as if its services had been connected one after the other.
///
/// # Errors
/// The database failed, or somebody registered one of them meanwhile: none is, and trying again finds what is there.
pub async fn register_many(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    programme: &Programme,
    ladder: &Ladder,
    new: &[Registration],
) -> sqlx::Result<()> {
    let (mut accounts, mut services, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for registration in new {
        let mut account = account_of(edit, registration);
        let said =
            json!({ "status": account.status, "macroregion": account.macroregion, "region": account.region });
        events.push(member_event("loyalty.account_registered.v1", edit, &Party::from(&account), said));
        for (count, service) in (1..).zip(&registration.services) {
            let id = ServiceId::new(edit.now, edit.rng);
            services.push((id, account.id, service));
            events.push(member_event(
                "loyalty.service_connected.v1",
                edit,
                &Party::from(&account),
                json!({ "service": service }),
            ));
            let connected = registration.services.get(..count).unwrap_or_default();
            events.extend(settled(edit, programme, ladder, &mut account, connected));
        }
        accounts.push(account);
    }
    insert_accounts(db, &accounts).await?;
    insert_services(db, edit.now, programme.id, &services).await?;
    let events: Vec<(EventId, NewEvent)> =
        events.into_iter().map(|event| (EventId::new(edit.now, edit.rng), event)).collect();
    platform::event::append_all(db, edit.now, &events).await
}

fn account_of(edit: &mut Edit<'_>, new: &Registration) -> Account {
    let id = MasterAccountId::new(edit.now, edit.rng);
    Account {
        id,
        programme_id: new.programme,
        number: new.number.clone().unwrap_or_else(|| super::number_for(id)),
        customer_id: new.customer,
        status: new.status,
        macroregion: new.macroregion.clone(),
        region: new.region.clone(),
        tier_id: None,
        tier_since: None,
        tier_unmet_since: None,
        registered_at: edit.now,
        enrolled_at: new.status.earns().then_some(edit.now),
        cancelled_at: None,
        version: 1,
    }
}

/// Gives an account with these services its tier; what is told when it changes.
fn settled(
    edit: &Edit<'_>,
    programme: &Programme,
    ladder: &Ladder,
    account: &mut Account,
    connected: &[ServiceFields],
) -> Option<NewEvent> {
    let types: BTreeSet<&str> = connected.iter().map(|service| service.line.as_str()).collect();
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let standing = Standing {
        service_types: count(types.len()),
        services: count(connected.len()),
        enrolled_at: account.enrolled_at,
        macroregion: account.macroregion.clone(),
        region: account.region.clone(),
        counted: Some(Counted::default()), // a new account has nothing yet
    };
    let zone = programme.zone();
    let earned = ladder.earned(standing.facts(edit.now, zone));
    let present = Present { tier: account.tier_id, unmet_since: account.tier_unmet_since };
    match settle(ladder, present, earned, programme.fields.settings.downgrade, edit.now, zone) {
        Move::Stay(unmet) => {
            account.tier_unmet_since = unmet;
            None
        }
        Move::To(tier, unmet) => {
            let said = super::standing::changed(ladder, account.tier_id, tier);
            let event = member_event("loyalty.tier_changed.v1", edit, &Party::from(&*account), said);
            (account.tier_id, account.tier_since, account.tier_unmet_since) = (tier, Some(edit.now), unmet);
            account.version += 1;
            Some(event)
        }
    }
}

async fn insert_accounts(db: &mut PgConnection, rows: &[Account]) -> sqlx::Result<()> {
    sqlx::query(
        "insert into loyalty.account (account_id, programme_id, number, customer_id, status, macroregion, region, tier_id,
             tier_since, tier_unmet_since, registered_at, enrolled_at, version)
         select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::smallint[], $6::text[], $7::text[],
             $8::uuid[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::integer[])",
    )
    .bind(rows.iter().map(|row| row.id).collect::<Vec<MasterAccountId>>())
    .bind(rows.iter().map(|row| row.programme_id).collect::<Vec<ProgrammeId>>())
    .bind(rows.iter().map(|row| row.number.as_str()).collect::<Vec<&str>>())
    .bind(rows.iter().map(|row| row.customer_id).collect::<Vec<CustomerId>>())
    .bind(rows.iter().map(|row| row.status.code()).collect::<Vec<i16>>())
    .bind(rows.iter().map(|row| row.macroregion.as_deref()).collect::<Vec<Option<&str>>>())
    .bind(rows.iter().map(|row| row.region.as_deref()).collect::<Vec<Option<&str>>>())
    .bind(rows.iter().map(|row| row.tier_id).collect::<Vec<Option<TierId>>>())
    .bind(rows.iter().map(|row| row.tier_since).collect::<Vec<Option<DateTime<Utc>>>>())
    .bind(rows.iter().map(|row| row.tier_unmet_since).collect::<Vec<Option<DateTime<Utc>>>>())
    .bind(rows.iter().map(|row| row.registered_at).collect::<Vec<DateTime<Utc>>>())
    .bind(rows.iter().map(|row| row.enrolled_at).collect::<Vec<Option<DateTime<Utc>>>>())
    .bind(rows.iter().map(|row| row.version).collect::<Vec<i32>>())
    .execute(db)
    .await?;
    Ok(())
}

async fn insert_services(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    programme: ProgrammeId,
    rows: &[(ServiceId, MasterAccountId, &ServiceFields)],
) -> sqlx::Result<()> {
    let texts = |text: fn(&ServiceFields) -> &str| rows.iter().map(|row| text(row.2)).collect::<Vec<&str>>();
    sqlx::query(
        "insert into loyalty.service (service_id, programme_id, account_id, code, name, user_id, line, state,
             connected_at)
         select service_id, $7, account_id, code, name, user_id, line, 'connected', $8
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
             as given (service_id, account_id, code, name, user_id, line)",
    )
    .bind(rows.iter().map(|row| row.0).collect::<Vec<ServiceId>>())
    .bind(rows.iter().map(|row| row.1).collect::<Vec<MasterAccountId>>())
    .bind(texts(|service| &service.code))
    .bind(texts(|service| &service.name))
    .bind(texts(|service| &service.user_id))
    .bind(texts(|service| &service.line))
    .bind(programme)
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}
