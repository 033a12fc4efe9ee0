//! The reaction `accrue` of rules: for events that were not reported to [`super::Earning`], for rules that give later
//! and for those with a limit. Under the same keys: what was given on arrival is not given again.

use crate::automation::Trouble;
use base::id::{CustomerId, ReactionId, TransactionId};
use base::{Author, Edit};
use ledger::{Movement, Order, Portion, Refusal, ReversalPolicy};
use loyalty::earning::{self, Grant, Occasion, Setup};
use loyalty::member::Member;
use rules::Facts;
use rules::document::Act;
use rules::store::{DueReaction, ReactionRow};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Which of these reactions were given when their activity was reported, with the transaction.
///
/// # Errors
/// The database failed.
pub async fn already_posted(
    db: &mut PgConnection,
    rows: &[ReactionRow<'_>],
) -> sqlx::Result<Vec<(ReactionId, Value)>> {
    let wanted: Vec<(ReactionId, TransactionId)> = rows
        .iter()
        .filter(|row| matches!(row.act, Act::Accrue { .. }))
        .filter_map(|row| {
            let meta = &row.context.meta;
            let key = earning::key(meta.source?, meta.id.as_deref()?, row.rule_id, row.key);
            Some((row.reaction_id, ledger::transaction_id(&key)))
        })
        .collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<TransactionId> = wanted.iter().map(|(_, id)| *id).collect();
    let posted = ledger::query::existing(db, &ids).await?;
    let done = |(reaction, id): (ReactionId, TransactionId)| {
        posted.contains(&id).then(|| (reaction, json!({ "transaction": id, "on_arrival": true })))
    };
    Ok(wanted.into_iter().filter_map(done).collect())
}

/// Gives what these reactions owe, all in one call of the ledger; what became of each, in their order. Nothing else may
/// be posted in the transaction.
///
/// # Errors
/// The database failed; nothing is done.
pub async fn perform_all(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    due: &[(&DueReaction, &Facts)],
) -> sqlx::Result<Vec<Result<Value, Trouble>>> {
    let programmes = loyalty::query::programmes(&mut *db).await?;
    let setup = Setup::new(programmes, loyalty::query::bonus_types(&mut *db, None).await?);
    let customers: Vec<CustomerId> =
        due.iter().filter_map(|(one, _)| one.customer_id).map(CustomerId::from_uuid).collect();
    let mut members: BTreeMap<CustomerId, Vec<Member>> = BTreeMap::new();
    for member in loyalty::query::by_customers(&mut *db, &customers).await? {
        members.entry(member.customer_id).or_default().push(member);
    }
    let asked: Vec<Asked> = due.iter().map(|(one, facts)| order_of(one, facts, &setup, &members)).collect();
    let orders: Vec<Order> = asked
        .iter()
        .filter_map(|asked| asked.as_ref().ok()?.as_ref().map(|(_, _, order)| order.clone()))
        .collect();
    let mut answers = ledger::post(db, edit.now, edit.rng, &orders).await?.into_iter();
    let outcome = |asked| match asked {
        Err(said) => Err(Trouble::Refused(said)),
        Ok(None) => Ok(json!({ "amount": 0 })),
        Ok(Some((member, grant, order))) => answered(answers.next(), &member, &grant, &order),
    };
    Ok(asked.into_iter().map(outcome).collect())
}

/// What is asked of the ledger for one reaction; nothing when the amount is none; or why nothing can be asked.
type Asked = Result<Option<(Member, Grant, Order)>, String>;
/// What it answers.
type Booked = Result<ledger::Receipt, Refusal>;

fn answered(answer: Option<Booked>, member: &Member, grant: &Grant, order: &Order) -> Result<Value, Trouble> {
    let said = json!({
        "transaction": order.id(), "account": member.number, "bonus_type": grant.bonus_type.fields.code,
        "amount": grant.units,
    });
    match answer {
        // Posted before under another body: the one that came first counts.
        Some(Ok(_) | Err(Refusal::KeyReused(_))) => Ok(said),
        Some(Err(refusal)) => Err(Trouble::Refused(refusal.to_string())),
        None => Err(Trouble::Later("the ledger did not answer".to_owned())),
    }
}

fn order_of(
    due: &DueReaction,
    facts: &Facts,
    setup: &Setup,
    members: &BTreeMap<CustomerId, Vec<Member>>,
) -> Asked {
    let customer = due.customer_id.map(CustomerId::from_uuid).ok_or("the event names no customer")?;
    let own = members.get(&customer).ok_or("the customer takes part in no programme")?;
    let said = |field: &str| facts.event.get(field).and_then(Value::as_str);
    let programme = said("programme").and_then(|code| setup.programme_called(Some(code)));
    let member = own
        .iter()
        .find(|member| programme.is_none_or(|programme| programme.id == member.programme_id))
        .ok_or("the customer takes no part in this programme")?;
    let at = due.occurred_at;
    let act = &due.act.0;
    let Some(grant) = earning::granted(setup, member, act, &facts.prepare(), at)? else { return Ok(None) };
    let grant = Grant { rule: due.rule_id, version: due.version, reaction: due.key.clone(), ..grant };
    let meta = |field: &str| facts.meta.get(field).and_then(Value::as_str).unwrap_or_default();
    let occasion =
        Occasion { source: meta("source"), id: meta("id"), kind: meta("type"), at, author: Author::System };
    let body = earning::identity(occasion.kind, &facts.event);
    let order = earning::order(occasion, member, &grant, body);
    Ok(Some((member.clone(), grant, order)))
}

/// Takes back what a reaction gave: what is left of it, and then what the member can spend.
///
/// # Errors
/// It cannot be taken back, or the database failed.
pub async fn undo(db: &mut PgConnection, edit: &mut Edit<'_>, due: &DueReaction) -> Result<(), Trouble> {
    let given = due.result.as_ref().and_then(|result| result.get("transaction")).and_then(Value::as_str);
    let Some(transaction) = given.and_then(|id| id.parse().ok()) else { return Ok(()) };
    let movement =
        Movement::Reverse { transaction, portion: Portion::All, policy: ReversalPolicy::WithinBalance };
    let order = Order::new(format!("undo:{}", due.reaction_id), "reverse", "rule", Author::System, movement);
    match ledger::post(db, edit.now, edit.rng, &[order]).await?.pop() {
        Some(Ok(_) | Err(Refusal::AlreadyReversed(_))) => Ok(()),
        Some(Err(refusal)) => Err(Trouble::Refused(refusal.to_string())),
        None => Err(Trouble::Later("the ledger did not answer".to_owned())),
    }
}
