//! Structures brought in as one document.

use super::{attribute, card_kind, link_kind};
use crate::attribute::{Attribute, AttributeFields};
use crate::card::{CardKind, CardKindFields};
use crate::link::{LinkKind, LinkKindFields};
use crate::query;
use crate::structure::{Action, FORMAT, ImportFault, ImportPlan, PlannedChange, Structures};
use base::{ChangeError, Edit};
use sqlx::{Connection, PgConnection};

/// Brings structures in, one by one: what is new is added, what differs is changed, what is not named stays. With a
/// fault in the plan the caller rolls back, as after a dry run.
///
/// # Errors
/// The database failed; what cannot be accepted stands in the plan.
pub async fn import(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    document: &Structures,
) -> Result<ImportPlan, ChangeError> {
    let mut plan = ImportPlan::default();
    if document.format != FORMAT {
        let message = format!("this server reads the format {FORMAT}");
        plan.faults.push(ImportFault { pointer: "/format".to_owned(), message });
        return Ok(plan);
    }
    for (at, fields) in document.card_kinds.iter().enumerate() {
        let found = query::card_kind_called(db, &fields.key).await?;
        let mut tx = db.begin().await?;
        let done = one_card_kind(&mut tx, edit, found, fields).await;
        note(&mut plan, tx, done, "card_kind", fields.key.clone(), format!("/card_kinds/{at}")).await?;
    }
    for (at, fields) in document.attributes.iter().enumerate() {
        let found = query::attributes(db, &fields.of).await?;
        let found = found.into_iter().find(|attribute| attribute.key() == fields.key);
        let mut tx = db.begin().await?;
        let done = one_attribute(&mut tx, edit, found, fields).await;
        let key = format!("{}.{}", fields.of, fields.key);
        note(&mut plan, tx, done, "attribute", key, format!("/attributes/{at}")).await?;
    }
    for (at, fields) in document.link_kinds.iter().enumerate() {
        let found = query::link_kinds(db).await?.into_iter().find(|kind| kind.fields.key == fields.key);
        let mut tx = db.begin().await?;
        let done = one_link_kind(&mut tx, edit, found, fields).await;
        note(&mut plan, tx, done, "link_kind", fields.key.clone(), format!("/link_kinds/{at}")).await?;
    }
    Ok(plan)
}

/// What was done, or why not: then it alone is taken back, so that all faults of a document are found at once.
async fn note(
    plan: &mut ImportPlan,
    tx: sqlx::Transaction<'_, sqlx::Postgres>,
    done: Result<Action, ChangeError>,
    what: &'static str,
    key: String,
    pointer: String,
) -> Result<(), ChangeError> {
    let faults = match done {
        Ok(action) => {
            tx.commit().await?;
            plan.changes.push(PlannedChange { action, what, key });
            return Ok(());
        }
        Err(ChangeError::Invalid(faults)) => faults,
        Err(ChangeError::Taken(fault)) => vec![fault],
        Err(other) => return Err(other),
    };
    tx.rollback().await?;
    plan.faults.extend(
        faults.into_iter().map(|fault| ImportFault {
            pointer: format!("{pointer}{}", fault.pointer),
            message: fault.detail,
        }),
    );
    Ok(())
}

async fn one_card_kind(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    found: Option<CardKind>,
    fields: &CardKindFields,
) -> Result<Action, ChangeError> {
    match found {
        Some(kind) if kind.fields == *fields => Ok(Action::Keep),
        Some(kind) => {
            card_kind::update(db, edit, kind.id, kind.version, fields).await.map(|_| Action::Change)
        }
        None => card_kind::insert(db, edit, fields).await.map(|_| Action::Add),
    }
}

async fn one_attribute(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    found: Option<Attribute>,
    fields: &AttributeFields,
) -> Result<Action, ChangeError> {
    match found {
        Some(known) if known.fields == *fields => Ok(Action::Keep),
        Some(known) => {
            attribute::update(db, edit, known.id, known.version, fields).await.map(|_| Action::Change)
        }
        None => attribute::insert(db, edit, fields).await.map(|_| Action::Add),
    }
}

async fn one_link_kind(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    found: Option<LinkKind>,
    fields: &LinkKindFields,
) -> Result<Action, ChangeError> {
    match found {
        Some(kind) if kind.fields == *fields => Ok(Action::Keep),
        Some(kind) => {
            link_kind::update(db, edit, kind.id, kind.version, fields).await.map(|_| Action::Change)
        }
        None => link_kind::insert(db, edit, fields).await.map(|_| Action::Add),
    }
}

/// All structures in use.
///
/// # Errors
/// The database failed.
pub async fn export(db: &mut PgConnection) -> sqlx::Result<Structures> {
    Ok(Structures {
        format: FORMAT,
        card_kinds: query::card_kinds(db).await?.into_iter().map(|kind| kind.fields).collect(),
        attributes: query::all_attributes(db).await?.into_iter().map(|attribute| attribute.fields).collect(),
        link_kinds: query::link_kinds(db).await?.into_iter().map(|kind| kind.fields).collect(),
    })
}
