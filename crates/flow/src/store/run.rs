//! One run goes on: inputs in, everything that can be done in this transaction done, the run written back.

mod act;
mod waiting;
pub(super) use act::questions;

use super::{activity, as_json, count, signal, whole};
use crate::perform::{Performer, Trouble};
use crate::process::{Definition, Doing, Effect, Input, Refused, State, Status, Surroundings, Visit, step};
use crate::query::run::{Row, lock_row};
use base::id::InstanceId;
use base::{ChangeError, Edit};
use serde_json::{Value as Json, json};
use sqlx::PgConnection;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

/// Inputs that one transaction takes: a flow that sends more messages than these in one go runs in a circle.
const INPUTS_MAX: usize = 500;
/// Definitions that are kept compiled; all are dropped when there are more.
const DEFINITIONS_MAX: usize = 1000;

/// Why a run did not go on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no such run.
    #[error("this run does not exist")]
    Unknown,
    /// The input was not taken.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The version it runs cannot be read any more.
    #[error("the version of the flow cannot be read: {0}")]
    Unreadable(String),
    /// A change was refused.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// The database failed.
    #[error("database error")]
    Database(#[from] sqlx::Error),
}

/// Compiled definitions by version, which never change.
#[derive(Debug, Default)]
pub struct Definitions(Mutex<BTreeMap<(base::id::FlowId, i32), Arc<Definition>>>);

impl Definitions {
    /// The definition of a version.
    ///
    /// # Errors
    /// The database failed, or it cannot be read any more.
    pub async fn get(
        &self,
        db: &mut PgConnection,
        flow: base::id::FlowId,
        number: i32,
    ) -> Result<Arc<Definition>, RunError> {
        if let Some(known) = self.lock().get(&(flow, number)) {
            return Ok(Arc::clone(known));
        }
        let version = crate::query::flow::version(db, flow, number).await?.ok_or(RunError::Unknown)?;
        let read = crate::process::load(&version.definition, &crate::process::Known::default());
        let read = Arc::new(read.map_err(|faults| {
            let told: Vec<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
            RunError::Unreadable(told.join("; "))
        })?);
        let mut known = self.lock();
        if known.len() >= DEFINITIONS_MAX {
            known.clear();
        }
        known.insert((flow, number), Arc::clone(&read));
        Ok(read)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<(base::id::FlowId, i32), Arc<Definition>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What runs need to go on.
pub struct Engine {
    /// Compiled definitions.
    pub definitions: Definitions,
    /// Who does what runs need done.
    pub performer: Box<dyn Performer>,
}

impl Engine {
    /// An engine with nothing compiled yet.
    #[must_use]
    pub fn new(performer: Box<dyn Performer>) -> Self {
        Self { definitions: Definitions::default(), performer }
    }

    /// What expressions of a run of `definition` see.
    ///
    /// # Errors
    /// The database failed.
    pub async fn surroundings(
        &self,
        db: &mut PgConnection,
        definition: &Definition,
        customer: Option<uuid::Uuid>,
        subject: String,
    ) -> sqlx::Result<Surroundings> {
        let or_nothing = |trouble| match trouble {
            Trouble::Refused(_) => None,
            Trouble::Database(error) => Some(error),
        };
        let customer = match customer {
            Some(id) => {
                let (predictions, cards) = (&definition.predictions, &definition.cards);
                match self.performer.customer(&mut *db, id, predictions, cards).await.map_err(or_nothing) {
                    Ok(found) => found,
                    Err(None) => Json::Null,
                    Err(Some(error)) => return Err(error),
                }
            }
            None => Json::Null,
        };
        let reference = match self.performer.references(db).await.map_err(or_nothing) {
            Ok(found) => found,
            Err(None) => rules::References::default(),
            Err(Some(error)) => return Err(error),
        };
        Ok(Surroundings { customer, reference, zone: self.performer.zone(), subject })
    }

    /// Takes what was left for a run, then `input`, and does all that can be done now.
    ///
    /// # Errors
    /// `input` was refused (nothing is kept then, roll back), no such run, or the database.
    pub async fn advance(
        &self,
        db: &mut PgConnection,
        edit: &mut Edit<'_>,
        id: InstanceId,
        input: Option<Input>,
    ) -> Result<State, RunError> {
        let row = lock_row(db, id).await?.ok_or(RunError::Unknown)?;
        let definition = self.definitions.get(db, row.flow_id, row.flow_version).await?;
        let subject = row.customer_id.map_or_else(|| id.to_string(), |customer| customer.to_string());
        let around = self.surroundings(db, &definition, row.customer_id, subject).await?;
        let state = row.state(&definition);
        let before = (state.status(), state.tokens.is_empty());
        let is_new = state.counter == 0;
        let mut run = Run { engine: self, row, definition, around, state, inputs: VecDeque::new(), is_new };
        if is_new {
            run.inputs.push_back(Input::Started);
            run.take_inputs(db, edit).await?;
        }
        for left in signal::take(db, id).await? {
            run.inputs.push_back(left);
            run.take_inputs(db, edit).await?;
        }
        if run.state.due_at().is_some_and(|at| at <= edit.now) {
            run.inputs.push_back(Input::Due);
            run.take_inputs(db, edit).await?;
        }
        if let Some(input) = input {
            run.take(db, edit, input).await??;
            run.take_inputs(db, edit).await?;
        }
        run.write(db, edit, before).await?;
        Ok(run.state)
    }
}

/// One run that goes on.
struct Run<'a> {
    engine: &'a Engine,
    row: Row,
    definition: Arc<Definition>,
    around: Surroundings,
    state: State,
    inputs: VecDeque<Input>,
    /// Whether it is taken on for the first time.
    is_new: bool,
}

impl Run<'_> {
    /// Takes inputs until none is left; one that is late is passed over.
    async fn take_inputs(&mut self, db: &mut PgConnection, edit: &mut Edit<'_>) -> Result<(), RunError> {
        let mut taken = 0;
        while let Some(input) = self.inputs.pop_front() {
            taken += 1;
            if taken > INPUTS_MAX {
                self.give_up(format!(
                    "more than {INPUTS_MAX} things to do in one go: the flow runs in a circle"
                ));
                return Ok(());
            }
            let _late = self.take(db, edit, input).await?;
        }
        Ok(())
    }

    /// Takes one input and has done what follows from it; what comes of that are more inputs.
    async fn take(
        &mut self,
        db: &mut PgConnection,
        edit: &mut Edit<'_>,
        input: Input,
    ) -> Result<Result<(), Refused>, RunError> {
        let answered = answer_of(&input);
        let done = match step(&self.definition, &mut self.state, &self.around, edit.now, input) {
            Ok(done) => done,
            Err(refused) => return Ok(Err(refused)),
        };
        if let Some((entry, detail)) = answered {
            self.detail(db, entry, &detail).await?;
        }
        self.write_visits(db, edit, &done.visits).await?;
        for effect in done.effects {
            self.perform(db, edit, effect).await?;
        }
        Ok(Ok(()))
    }

    fn give_up(&mut self, reason: String) {
        self.inputs.clear();
        for token in &mut self.state.tokens {
            token.doing = Doing::Failed { reason: reason.clone() };
        }
    }

    /// What a person answered, for who looks at the path.
    async fn detail(&self, db: &mut PgConnection, entry: u64, detail: &Json) -> sqlx::Result<()> {
        sqlx::query(
            "update flow.visit set detail = coalesce(detail, '{}') || $3 where instance_id = $1 and entry = $2",
        )
        .bind(self.row.id)
        .bind(whole(entry))
        .bind(detail)
        .execute(db)
        .await?;
        Ok(())
    }

    async fn write_visits(
        &self,
        db: &mut PgConnection,
        edit: &Edit<'_>,
        visits: &[Visit],
    ) -> sqlx::Result<()> {
        if visits.is_empty() {
            return Ok(());
        }
        let entries: Vec<i64> = visits.iter().map(|visit| whole(visit.entry)).collect();
        let tokens: Vec<i64> = visits.iter().map(|visit| whole(visit.token)).collect();
        let nodes: Vec<&str> = visits.iter().map(|visit| visit.node.as_str()).collect();
        sqlx::query(
            "with gone as (
                 update flow.visit set left_at = $5
                 where instance_id = $1 and left_at is null and token = any($3))
             insert into flow.visit (instance_id, entry, token, node, entered_at)
             select $1, given.entry, given.token, given.node, $5
             from unnest($2::bigint[], $3::bigint[], $4::text[]) as given (entry, token, node)
             on conflict do nothing",
        )
        .bind(self.row.id)
        .bind(entries)
        .bind(tokens)
        .bind(nodes)
        .bind(edit.now)
        .execute(db)
        .await?;
        Ok(())
    }

    /// Writes the run back and tells who waits for its end.
    async fn write(
        &mut self,
        db: &mut PgConnection,
        edit: &mut Edit<'_>,
        before: (Status, bool),
    ) -> Result<(), RunError> {
        let status = self.state.status();
        let over = matches!(status, Status::Done | Status::Cancelled);
        let error = self.state.error();
        sqlx::query(
            "update flow.instance
             set state = $2, status = $3, error = $4, outcome = $5, due_at = $6, ended_at = $7
             where instance_id = $1",
        )
        .bind(self.row.id)
        .bind(as_json(Some(&self.state)))
        .bind(status)
        .bind(&error)
        .bind(&self.state.outcome)
        .bind(self.state.due_at())
        .bind(over.then_some(edit.now))
        .execute(&mut *db)
        .await?;
        self.write_waiting(db).await?;
        if before.0 == status {
            return Ok(());
        }
        let flow = &self.definition.name;
        let about = json!({
            "flow": flow, "version": self.row.flow_version, "customer_id": self.row.customer_id,
            "outcome": self.state.outcome, "error": error,
        });
        let id = self.row.id.as_uuid();
        match status {
            Status::Failed => activity(db, edit, "flow.instance_failed.v1", id, about).await?,
            Status::Done | Status::Cancelled => {
                let kind = if status == Status::Done {
                    "flow.instance_ended.v1"
                } else {
                    "flow.instance_cancelled.v1"
                };
                activity(db, edit, kind, id, about).await?;
                self.tell_parent(db, edit, status).await?;
            }
            Status::Running | Status::Waiting => {}
        }
        Ok(())
    }

    async fn tell_parent(
        &self,
        db: &mut PgConnection,
        edit: &Edit<'_>,
        status: Status,
    ) -> Result<(), RunError> {
        let (Some(parent), Some(token), Some(entry)) =
            (self.row.parent_id, self.row.parent_token, self.row.parent_entry)
        else {
            return Ok(());
        };
        let (token, entry) = (count(token), count(entry));
        let input = if status == Status::Done {
            Input::Performed { token, entry, value: Json::Object(self.state.variables.clone()) }
        } else {
            Input::Failed { token, entry, reason: format!("the flow {} was cancelled", self.definition.name) }
        };
        Ok(signal::leave(db, edit.now, parent, &input).await?)
    }
}

/// What a person said, with the visit that asked.
fn answer_of(input: &Input) -> Option<(u64, Json)> {
    match input {
        Input::Answered { entry, values, button, by, .. } => {
            Some((*entry, json!({ "answers": values, "button": button, "by": by })))
        }
        Input::Decided { entry, decision, reason, by, .. } => {
            Some((*entry, json!({ "decision": decision, "reason": reason, "by": by })))
        }
        Input::Failed { entry, reason, .. } => Some((*entry, json!({ "error": reason }))),
        _ => None,
    }
}

/// The runs that can go on now, at most `limit`, locked for this transaction and left out by every other runner.
///
/// # Errors
/// The database failed.
pub async fn claim(
    db: &mut PgConnection,
    now: chrono::DateTime<chrono::Utc>,
    limit: i64,
) -> sqlx::Result<Vec<InstanceId>> {
    sqlx::query_scalar(
        "select instance_id from flow.instance
         where due_at <= $1 order by due_at limit $2 for update skip locked",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// A run that cannot even be read waits for a person with the reason, so that it does not hold up the others.
///
/// # Errors
/// The database failed.
pub async fn set_aside(db: &mut PgConnection, id: InstanceId, reason: &str) -> sqlx::Result<()> {
    sqlx::query(
        "update flow.instance set status = 'failed', error = $2, due_at = null where instance_id = $1",
    )
    .bind(id)
    .bind(reason)
    .execute(db)
    .await?;
    Ok(())
}

impl Run<'_> {
    fn cause(&self, effect: &Effect) -> crate::perform::Cause {
        crate::perform::Cause {
            instance: self.row.id,
            entry: effect.entry,
            customer: self.row.customer_id,
            event_depth: u8::try_from(self.row.event_depth).unwrap_or(u8::MAX),
        }
    }
}

/// A run that the database would not take on waits a little.
///
/// # Errors
/// The database failed.
pub async fn postpone(
    db: &mut PgConnection,
    id: InstanceId,
    until: chrono::DateTime<chrono::Utc>,
) -> sqlx::Result<()> {
    sqlx::query("update flow.instance set due_at = $2 where instance_id = $1")
        .bind(id)
        .bind(until)
        .execute(db)
        .await?;
    Ok(())
}
