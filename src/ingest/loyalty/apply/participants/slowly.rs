//! One line of participants by itself: whatever it changes, behind a savepoint.

use super::Said;
use crate::ingest::loyalty::apply::settle::settle;
use crate::ingest::loyalty::apply::{About, Applied, Line};
use base::id::{CustomerId, ProgrammeId};
use base::{ChangeError, Edit, FieldFault};
use crm::viewer::Viewer;
use loyalty::account::Account;
use loyalty::master::MasterKind;
use loyalty::service::ServiceState;
use loyalty::{query, store};
use rand::Rng;
use sqlx::{Connection, PgConnection};

/// Applies one line.
pub(super) async fn line(
    db: &mut PgConnection,
    about: &About<'_>,
    said: &Said<'_>,
    (record, bytes): &Line,
    dice: &mut (dyn Rng + Send),
    applied: &mut Applied,
) -> sqlx::Result<()> {
    let mut tx = db.begin().await?;
    let done = participant(&mut tx, &mut about.edit(dice), about.programme(), said).await;
    settle(tx, done.map(|()| true), record, bytes, applied).await
}

async fn participant(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    programme: ProgrammeId,
    said: &Said<'_>,
) -> Result<(), ChangeError> {
    check_listed(db, MasterKind::Macroregion, said.macroregion).await?;
    check_listed(db, MasterKind::Region, said.region).await?;
    let service = &said.service;
    let Some(account) = query::find_by_number(db, Some(programme), said.number).await? else {
        let customer = customer(db, edit, said).await?;
        store::register(db, edit, &said.registration(programme, customer)).await?;
        return Ok(());
    };
    change_customer(db, edit, account.customer_id, said).await?;
    change_regions(db, edit, &account, said).await?;
    match query::service_by_code(db, programme, &service.code).await? {
        Some(known) if known.account_id == account.id && known.state == ServiceState::Connected => {
            if known.fields != *service {
                store::update_service(db, edit, known.id, service).await?;
            }
        }
        Some(known) if known.account_id != account.id && known.state == ServiceState::Connected => {
            let detail = "this service is connected to another account: disconnect it there first";
            return Err(ChangeError::Taken(FieldFault::new("/service_id", detail)));
        }
        _ => drop(store::connect(db, edit, account.id, service).await?),
    }
    Ok(())
}

/// Macroregions and regions are of their lists, once somebody has written them (CIMP-MST-06, CIMP-MST-07).
async fn check_listed(
    db: &mut PgConnection,
    kind: MasterKind,
    code: Option<&str>,
) -> Result<(), ChangeError> {
    let Some(code) = code else { return Ok(()) };
    if query::master::is_listed_where_kept(db, kind, code).await? {
        return Ok(());
    }
    let kind = kind.as_str();
    let detail = format!("{code:?} is no {kind} in use: add it to the list, or correct it");
    Err(ChangeError::Invalid(vec![FieldFault::new(format!("/{kind}"), detail)]))
}

async fn change_regions(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    account: &Account,
    said: &Said<'_>,
) -> Result<(), ChangeError> {
    if said.macroregion.is_none() && said.region.is_none() {
        return Ok(());
    }
    let (macroregion, region) = said.regions(account);
    store::set_regions(db, edit, account.id, macroregion, region).await.map(drop)
}

/// The customer of a new account: the one who has the phone number or the address, or a new one.
async fn customer(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    said: &Said<'_>,
) -> Result<CustomerId, ChangeError> {
    let found = crm::query::by_identifiers(db, &said.identifiers).await?;
    if let Some(known) = found.into_iter().flatten().next() {
        change_customer(db, edit, known, said).await?;
        return Ok(known);
    }
    Ok(crm::store::insert(db, edit, &Viewer::Server, &said.customer()).await?.id)
}

async fn change_customer(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: CustomerId,
    said: &Said<'_>,
) -> Result<(), ChangeError> {
    let known = crm::query::find(db, id).await?.ok_or(ChangeError::Unknown("customer"))?;
    let wanted = said.wanted(&known.fields);
    if wanted == known.fields {
        return Ok(());
    }
    crm::store::update(db, edit, &Viewer::Server, id, known.version, &wanted).await.map(drop)
}
