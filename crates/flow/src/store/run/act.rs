//! What a run has done for it, in its transaction; calls of outside systems are only noted down.

use super::{Run, RunError};
use crate::definition::Kind;
use crate::perform::{MessageWish, Trouble};
use crate::process::{Act, Effect, Input, NewTask};
use crate::store::{Parent, SUB_FLOW_DEPTH_MAX, Start, as_json, signal, start_under, task, whole};
use base::id::InstanceId;
use base::{ChangeError, Edit};
use serde_json::{Map, Value as Json};
use sqlx::{Acquire, PgConnection};

impl Run<'_> {
    pub(super) async fn perform(
        &mut self,
        db: &mut PgConnection,
        edit: &mut Edit<'_>,
        effect: Effect,
    ) -> Result<(), RunError> {
        let (token, entry) = (effect.token, effect.entry);
        let outcome = match &effect.act {
            Act::Call { connector, operation, input } => {
                self.note_call(db, edit, &effect, (connector, operation), input).await?;
                return Ok(());
            }
            Act::CloseTasks => return Ok(task::close(db, self.row.id, token, edit.now).await?),
            Act::StopFlow => return self.stop_children(db, edit, token).await,
            Act::StartFlow { flow, variables } => {
                match self.start_child(db, edit, &effect, flow, variables).await {
                    Ok(_) => return Ok(()), // answered when it ends
                    Err(trouble) => Err(trouble),
                }
            }
            Act::CreateTask(new) => match self.create_task(db, edit, &effect, new).await {
                Ok(()) => return Ok(()), // answered by a person
                Err(trouble) => Err(trouble),
            },
            Act::Message { .. } | Act::Emit { .. } | Act::SetAttribute { .. } => {
                self.perform_apart(db, edit, &effect).await
            }
        };
        self.inputs.push_back(match outcome {
            Ok(value) => Input::Performed { token, entry, value },
            Err(Trouble::Refused(reason)) => Input::Failed { token, entry, reason },
            Err(Trouble::Database(error)) => match refusal(&error) {
                Some(reason) => Input::Failed { token, entry, reason },
                None => return Err(error.into()),
            },
        });
        Ok(())
    }

    /// Does it behind a savepoint, so that what is refused half way leaves nothing behind.
    async fn perform_apart(
        &self,
        db: &mut PgConnection,
        edit: &mut Edit<'_>,
        effect: &Effect,
    ) -> Result<Json, Trouble> {
        let cause = self.cause(effect);
        let performer = &self.engine.performer;
        let mut apart = db.begin().await?;
        let done = match &effect.act {
            Act::Message { channel, template, class, fields } => {
                let wish = MessageWish {
                    channel: *channel,
                    template,
                    class: *class,
                    fields,
                    customer: &self.around.customer,
                    event: &self.state.event,
                    variables: &self.state.variables,
                };
                performer.message(&mut apart, edit, &cause, wish).await
            }
            Act::Emit { event, data } => performer.emit(&mut apart, edit, &cause, event, data).await,
            Act::SetAttribute { attribute, value } => {
                performer.set_attribute(&mut apart, edit, &cause, attribute, value).await
            }
            _ => Ok(Json::Null),
        };
        match done {
            Ok(value) => {
                apart.commit().await?;
                Ok(value)
            }
            Err(trouble) => {
                apart.rollback().await?;
                Err(trouble)
            }
        }
    }

    async fn note_call(
        &self,
        db: &mut PgConnection,
        edit: &Edit<'_>,
        effect: &Effect,
        (connector, operation): (&str, &str),
        input: &Map<String, Json>,
    ) -> sqlx::Result<()> {
        sqlx::query(
            "with noted as (
                 insert into flow.call (instance_id, token, entry, connector, operation, input, next_at, at_desk)
                 values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing)
             select pg_notify('flow_due', '')",
        )
        .bind(self.row.id)
        .bind(whole(effect.token))
        .bind(whole(effect.entry))
        .bind(connector)
        .bind(operation)
        .bind(Json::Object(input.clone()))
        .bind(edit.now)
        .bind(self.definition.kind == Kind::Script)
        .execute(db)
        .await?;
        Ok(())
    }

    async fn start_child(
        &self,
        db: &mut PgConnection,
        edit: &mut Edit<'_>,
        effect: &Effect,
        flow: &str,
        variables: &Map<String, Json>,
    ) -> Result<InstanceId, Trouble> {
        if self.row.depth >= SUB_FLOW_DEPTH_MAX {
            let reason = format!("more than {SUB_FLOW_DEPTH_MAX} flows start each other");
            return Err(Trouble::Refused(reason));
        }
        let cause = self.cause(effect);
        let start = Start {
            key: cause.key(),
            flow: flow.to_owned(),
            customer: self.row.customer_id,
            variables: variables.clone(),
            event_depth: cause.event_depth,
            ..Start::default()
        };
        let parent =
            Parent { instance: self.row.id, token: effect.token, entry: effect.entry, depth: self.row.depth };
        match start_under(db, edit, &start, Some(parent)).await {
            Err(ChangeError::Unknown(_)) => {
                Err(Trouble::Refused(format!("there is no flow {flow:?} in force: publish it")))
            }
            other => Ok(other?),
        }
    }

    async fn stop_children(
        &self,
        db: &mut PgConnection,
        edit: &Edit<'_>,
        token: u64,
    ) -> Result<(), RunError> {
        let children: Vec<InstanceId> = sqlx::query_scalar(
            "select instance_id from flow.instance where parent_id = $1 and parent_token = $2 and ended_at is null",
        )
        .bind(self.row.id)
        .bind(whole(token))
        .fetch_all(&mut *db)
        .await?;
        for child in children {
            signal::leave(db, edit.now, child, &Input::Cancel).await?;
        }
        Ok(())
    }

    async fn create_task(
        &self,
        db: &mut PgConnection,
        edit: &mut Edit<'_>,
        effect: &Effect,
        new: &NewTask,
    ) -> Result<(), Trouble> {
        let person = match &new.person {
            Some(name) => match self.engine.performer.person(&mut *db, name).await? {
                Some(person) => Some(person),
                None => return Err(Trouble::Refused(format!("nobody has the login or the id {name:?}"))),
            },
            None => None,
        };
        let of_run = task::OfRun { instance: self.row.id, token: effect.token, entry: effect.entry };
        let key = self.cause(effect).key();
        task::insert(db, edit, &key, Some(of_run), new, person, self.row.customer_id).await?;
        Ok(())
    }
}

/// What the database says about values rather than about itself (classes 22 and 23 of SQLSTATE): trying again would
/// not help.
fn refusal(error: &sqlx::Error) -> Option<String> {
    let said = error.as_database_error()?;
    let code = said.code()?;
    (code.starts_with("22") || code.starts_with("23")).then(|| said.message().to_owned())
}

/// How the questions of a task are kept.
pub(in crate::store) fn questions(new: &NewTask) -> Json {
    as_json(Some(&new.questions))
}
