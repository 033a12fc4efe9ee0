//! The call's place in a queue, translated between the call and the queue.

use super::{CallActor, translate};
use crate::message::{Boards, Operators, Queues, Site};
use actix::Context;
use base::id::{OperatorId, QueueId};
use chrono::{DateTime, Utc};
use flow::LeftBecause;
use flow::node::SkillNeed;
use routing::board;
use routing::contact::{Channel, Direction};
use routing::matching::Skills;
use routing::operator::{self, FromCall};
use routing::queue::{self, Card, Contact, Left, NotTaken, QueueName, ToCall, WrapUpRule};
use std::sync::Arc;
use telephony::call::Event;

/// What is remembered of the last queue, so that the contact can be announced again.
#[derive(Default)]
pub(super) struct Line {
    contact: Option<(QueueId, Contact)>,
    /// The queue has said that it took the contact.
    taken: bool,
    /// The contact is in line, or has asked to be.
    waits: bool,
    /// How the queue that connected the contact wants it finished.
    wrap_up: WrapUpRule,
    arrived_at: Option<DateTime<Utc>>,
}

impl CallActor {
    /// What desktops and boards show of this contact.
    pub(super) fn card(&self, queue: Option<QueueName>, queued_at: Option<DateTime<Utc>>) -> Arc<Card> {
        Arc::new(Card {
            contact_id: self.call.contact(),
            channel: Channel::Voice,
            direction: Direction::Inbound,
            queue,
            caller: translate::caller(self.call.caller()),
            dialled: self.call.dialled().to_owned(),
            arrived_at: self.line.arrived_at.unwrap_or_else(|| self.world.clock.now()),
            queued_at,
        })
    }

    pub(super) fn arrived(&mut self, now: DateTime<Utc>) {
        self.line.arrived_at = Some(now);
        self.tell_board(board::Event::CallStarted { card: self.card(None, None) });
    }

    pub(super) fn tell_board(&self, event: board::Event) {
        if let Err(error) = self.world.directory.tell::<Boards>(Site::HERE, event) {
            tracing::debug!(%error, "nobody counts");
        }
    }

    pub(super) fn get_in_line(
        &mut self,
        now: DateTime<Utc>,
        name: &str,
        skills: &[SkillNeed],
        priority: Option<u8>,
        at_head: bool,
        ctx: &mut Context<Self>,
    ) {
        let book = self.world.book.load();
        let Some(queue) = book.queues.get(name).copied() else {
            return self.drive(Event::EnqueueRefused { why: LeftBecause::NoSuchQueue }, ctx);
        };
        let needs = skills.iter().filter_map(|need| Some((*book.skills.get(&need.skill)?, need.level)));
        let needs = Skills::new(needs);
        let first = self.line.contact.as_ref().filter(|(before, _)| *before == queue && at_head);
        let queued_at = first.map_or(now, |(_, contact)| contact.queued_at);
        let card = self.card(Some(QueueName { id: queue, name: name.to_owned() }), Some(queued_at));
        let call = self.call.id();
        let priority = priority.map_or(0, i16::from);
        let contact = Contact { card, call, needs, priority, queued_at, returning: at_head };
        self.line.contact = Some((queue, contact.clone()));
        (self.line.taken, self.line.waits) = (false, true);
        let arrived = queue::Event::ContactArrived { contact };
        if self.world.directory.tell::<Queues>(queue, arrived).is_err() {
            self.drive(Event::EnqueueRefused { why: LeftBecause::NoSuchQueue }, ctx);
        }
    }

    pub(super) fn leave_line(&mut self, queue: Option<QueueId>, abandoned: bool) {
        let Some(queue) = queue.or(self.line.contact.as_ref().map(|(queue, _)| *queue)) else { return };
        let why = if abandoned { Left::CallerHungUp } else { Left::TakenAway };
        self.tell_queue(queue, queue::Event::ContactLeft { contact: self.call.contact(), why });
        (self.line.taken, self.line.waits) = (false, false);
    }

    pub(super) fn ask_position(&self, queue: QueueId) {
        self.tell_queue(queue, queue::Event::PositionAsked { contact: self.call.contact() });
    }

    fn tell_queue(&self, queue: QueueId, event: queue::Event) {
        if let Err(error) = self.world.directory.tell::<Queues>(queue, event) {
            tracing::warn!(%error, contact.id = %self.call.contact(), "a queue is gone");
        }
    }

    pub(super) fn queue_said(&mut self, queue: QueueId, message: ToCall, ctx: &mut Context<Self>) {
        match message {
            ToCall::Position { .. } if !self.line.taken => {
                self.line.taken = true;
                self.drive(Event::Enqueued { queue }, ctx);
            }
            ToCall::Position { position, estimated_wait } => {
                let position = u32::try_from(position).unwrap_or(u32::MAX);
                self.drive(Event::Position { queue, position, estimated_wait }, ctx);
            }
            ToCall::NotTaken { why } => {
                self.line.waits = false;
                let why = match why {
                    NotTaken::Full => LeftBecause::Full,
                    NotTaken::Closed => LeftBecause::Closed,
                };
                self.drive(Event::EnqueueRefused { why }, ctx);
            }
            // The board hears these from the queue itself.
            ToCall::Offered { .. } | ToCall::OfferWithdrawn => {}
            ToCall::Connect { offer, operator, leg, wrap_up } => {
                (self.line.taken, self.line.waits) = (false, false);
                self.line.wrap_up = wrap_up;
                self.drive(Event::Connect { queue, offer, operator, operator_leg: leg }, ctx);
            }
        }
    }

    /// The queue lost its line: this contact says again that it waits there, with its place. One that the queue has
    /// not answered yet asks again: its question may be lost with the line.
    pub(super) fn announce_again(&self, queue: QueueId) {
        let waits = self.line.waits.then_some(self.line.contact.as_ref()).flatten();
        if let Some((_, contact)) = waits.filter(|(waits_in, _)| *waits_in == queue) {
            let contact = Contact { returning: contact.returning || self.line.taken, ..contact.clone() };
            self.tell_queue(queue, queue::Event::ContactArrived { contact });
        }
    }

    /// An operator restarted without memory: if this call is with it, it says so.
    pub(super) fn say_who_is_served(&self, operator: OperatorId) {
        if self.call.operator() != Some(operator) {
            return;
        }
        let Some((_, contact)) = &self.line.contact else { return };
        let answered_at = self.answered_at.unwrap_or(contact.queued_at);
        let holds = FromCall::Holds { contact: contact.clone(), wrap_up: self.line.wrap_up, answered_at };
        self.tell_operator(operator, holds);
    }

    pub(super) fn tell_operator(&self, operator: OperatorId, message: FromCall) {
        let event = operator::Event::Call { call: self.call.id(), message };
        if let Err(error) = self.world.directory.tell::<Operators>(operator, event) {
            tracing::warn!(%error, contact.id = %self.call.contact(), "an operator is gone");
        }
    }
}
