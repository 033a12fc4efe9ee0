//! What an operator's core wants done.

use super::{OperatorActor, request};
use crate::Tell;
use crate::message::{Boards, CallMessage, Calls, Operators, Queues, Site};
use actix::{AsyncContext, Context};
use base::id::{CallId, ContactId, LegId, NotReadyReasonId, QueueId};
use futures_util::future::BoxFuture;
use routing::contact::{EndedBy, PresenceChange, StateName, WrapUp};
use routing::operator::{Command, Effect, Event, FromCall, Refusal};
use routing::store::presence::{operator_signed_out, operator_state_changed};
use routing::store::wrap_up::contact_wrapped_up;
use routing::{board, queue};
use serde_json::Value;
use sqlx::PgConnection;
use std::sync::Arc;

impl OperatorActor {
    pub(super) fn perform(&mut self, effect: Effect, ctx: &mut Context<Self>) {
        match effect {
            Effect::ToQueue { queue, event } => self.to_queue(queue, event, ctx),
            Effect::ToCall { call, command } => self.to_call(call, command, ctx),
            Effect::AskCalls => {
                self.world.directory.broadcast::<Calls>(&CallMessage::WhoServes { operator: self.id });
            }
            Effect::ClosePhone { leg } => self.close_phone(leg),
            Effect::Arm { timer, after } => self.timers.arm(ctx, timer, after, move |this, ctx| {
                this.timers.fired(&timer);
                this.drive(Event::TimerFired { timer }, ctx);
            }),
            Effect::Disarm { timer } => self.timers.disarm(ctx, &timer),
            Effect::Answer { ask, result } => self.answer(ask, result),
            Effect::PresenceChanged { state, reason } => self.write_presence(state, reason),
            Effect::WrappedUp { contact, wrap_up, .. } => {
                self.write_wrap_up(contact, wrap_up.unwrap_or_default())
            }
            Effect::Changed => {
                self.show_desk();
                self.show_board();
            }
            Effect::DeskChanged => self.show_desk(),
            Effect::SignedOut => self.sign_out(ctx),
            Effect::Configured => self.settings.store(Arc::new(self.operator.settings().clone())),
        }
    }

    fn to_queue(&self, queue: QueueId, event: queue::Event, ctx: &mut Context<Self>) {
        let unanswered = event.when_not_live();
        if self.world.directory.tell::<Queues>(queue, event).is_err()
            && let Some(message) = unanswered
        {
            ctx.notify(Tell(Event::Queue { queue, message }));
        }
    }

    fn to_call(&self, call: CallId, command: Command, ctx: &mut Context<Self>) {
        let message = CallMessage::Operator { operator: self.id, command };
        if self.world.directory.tell::<Calls>(call, message).is_err() {
            ctx.notify(Tell(Event::Call { call, message: FromCall::Ended { by: EndedBy::System } }));
        }
    }

    fn close_phone(&self, leg: LegId) {
        self.world.legs.remove(leg.as_uuid());
        if let Err(error) = self.world.media.close(leg) {
            tracing::debug!(leg.id = %leg, %error, "a phone was closed already");
        }
    }

    fn answer(&mut self, ask: u64, result: Result<(), Refusal>) {
        if let Some(reply) = self.replies.remove(&ask) {
            // A desktop that is gone needs no answer.
            let _gone = reply.send(result.map(|()| Value::Null).map_err(request::problem));
        }
    }

    fn show_desk(&self) {
        self.topic.publish(self.world.clock.now(), self.operator.desk_view());
    }

    fn show_board(&self) {
        let event = board::Event::OperatorChanged { operator: Box::new(self.operator.now()) };
        if let Err(error) = self.world.directory.tell::<Boards>(Site::HERE, event) {
            tracing::debug!(%error, "the live board is not there; it will ask when it is back");
        }
    }

    fn write_presence(&self, state: StateName, reason: Option<NotReadyReasonId>) {
        let (now, operator) = (self.world.clock.now(), self.id);
        let change = PresenceChange { operator, state, reason };
        self.submit("operator_state_changed", move |db| {
            Box::pin(async move { operator_state_changed(db, now, &change).await })
        });
    }

    fn write_wrap_up(&self, contact: ContactId, wrap_up: WrapUp) {
        let (now, operator) = (self.world.clock.now(), self.id);
        self.submit("contact_wrapped_up", move |db| {
            let wrap_up = wrap_up.clone();
            Box::pin(async move { contact_wrapped_up(db, now, contact, operator, &wrap_up).await })
        });
    }

    /// The shift is over: nothing of this operator is live any more.
    fn sign_out(&mut self, ctx: &mut Context<Self>) {
        let (now, operator) = (self.world.clock.now(), self.id);
        self.submit("operator_signed_out", move |db| Box::pin(operator_signed_out(db, now, operator)));
        self.world.directory.remove::<Operators>(operator);
        self.world.desks.remove(operator);
        // A board that is not there knows nobody anyway.
        let _gone = self.world.directory.tell::<Boards>(Site::HERE, board::Event::OperatorGone { operator });
        self.timers.stop_all(ctx);
    }

    fn submit<W>(&self, label: &'static str, write: W)
    where
        W: for<'c> Fn(&'c mut PgConnection) -> BoxFuture<'c, Result<(), sqlx::Error>> + Send + 'static,
    {
        if let Err(error) = self.world.journal.submit(label, write) {
            tracing::error!(operator.id = %self.id, %error, "an operator's {label} was not kept");
        }
    }
}
