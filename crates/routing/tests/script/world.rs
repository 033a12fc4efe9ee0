//! A small contact centre in one thread, with its own simple books.

use crate::scene::{Move, OPERATORS, QUEUES, contact, id, nth, queue_config, settings, skills_of};
use base::id::{CallId, ContactId, LegId, OperatorId, QueueId};
use chrono::{DateTime, TimeDelta, Utc};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use routing::contact::{EndedBy, StateName, WrapUp};
use routing::operator::{self, Command, FromCall, Operator, Request};
use routing::queue::{self, Contact, Happened, Left, Queue, ToCall, ToOperator, WrapUpRule};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Queue(QueueId),
    Operator(OperatorId),
    Call(CallId),
}

#[derive(Clone, Debug)]
enum Mail {
    ToQueue(queue::Event),
    ToOperator(operator::Event),
    FromQueue(ToCall),
    FromOperator(Command),
    AreYouWithMe,
    AnnounceAgain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Alarm {
    Queue(QueueId, queue::Timer),
    Operator(OperatorId, operator::Timer),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Waiting,
    With(OperatorId),
    Over,
}

struct Call {
    contact: Contact,
    queue: QueueId,
    stage: Stage,
    /// The operator gave it back; the message is on its way.
    given_back: bool,
}

pub struct World {
    now: DateTime<Utc>,
    rng: ChaCha8Rng,
    queues: BTreeMap<QueueId, Queue>,
    operators: BTreeMap<OperatorId, Operator>,
    calls: BTreeMap<CallId, Call>,
    mail: BTreeMap<(Who, Who), VecDeque<Mail>>,
    alarms: BTreeMap<Alarm, DateTime<Utc>>,
    declined: BTreeSet<(OperatorId, ContactId)>,
    pub answered: BTreeMap<ContactId, u32>,
    pub abandoned: BTreeMap<ContactId, u32>,
    legs: u128,
    failures: bool,
}

impl World {
    pub fn new() -> Self {
        let mut world = Self {
            now: DateTime::from_timestamp(1_767_225_600, 0).unwrap(),
            rng: ChaCha8Rng::seed_from_u64(7),
            queues: BTreeMap::new(),
            operators: BTreeMap::new(),
            calls: BTreeMap::new(),
            mail: BTreeMap::new(),
            alarms: BTreeMap::new(),
            declined: BTreeSet::new(),
            answered: BTreeMap::new(),
            abandoned: BTreeMap::new(),
            legs: 0,
            failures: false,
        };
        for number in 0..QUEUES {
            let queue = QueueId::from_uuid(id(number));
            world.queues.insert(queue, Queue::new(queue, queue_config(number)));
        }
        for number in 0..OPERATORS {
            world.start_operator(OperatorId::from_uuid(id(number)), number);
        }
        // The shift has begun: everybody sits at the desk and becomes ready.
        let everybody = 0..u8::try_from(OPERATORS).unwrap();
        everybody.clone().for_each(|number| world.desk_back(number));
        world.wait(TimeDelta::seconds(1));
        everybody.for_each(|number| world.ask(number, Request::Ready));
        world
    }

    pub fn play(&mut self, step: Move) {
        match step {
            Move::Deliver(number) => {
                if let Some(road) = nth(&self.mail, number) {
                    self.deliver(road);
                }
            }
            Move::Arrive { queue, kind } => self.arrive(queue, kind),
            Move::CallerHangsUp(number) => {
                if let Some(call) = nth(&self.calls, number) {
                    self.hang_up(call);
                }
            }
            Move::WantsReady(number) => self.ask(number, Request::Ready),
            Move::WantsNotReady(number) => self.ask(number, Request::NotReady { reason: None }),
            Move::Accept(number) => self.at_desk(number, true),
            Move::Reject(number) => self.at_desk(number, false),
            Move::CompleteWrapUp(number) => self.complete(number),
            Move::DeskLost(number) => self.operator_event(number, operator::Event::DeskLost),
            Move::DeskBack(number) => self.desk_back(number),
            Move::Wait(millis) => self.wait(TimeDelta::milliseconds(i64::from(millis))),
            Move::OperatorFails(number) => self.operator_fails(number),
            Move::QueueFails(number) => self.queue_fails(number),
        }
        self.check();
    }

    /// Everybody comes back, becomes ready, takes what rings, finishes: then nothing may be left.
    pub fn let_everybody_finish(&mut self) {
        for _ in 0..2_000 {
            while let Some(road) = self.mail.keys().next().copied() {
                self.deliver(road);
                self.check();
            }
            for number in 0..u8::try_from(OPERATORS).unwrap() {
                self.nudge(number);
            }
            let talking: Vec<_> =
                self.calls.iter().filter(|(_, call)| matches!(call.stage, Stage::With(_))).collect();
            let talking: Vec<_> = talking.into_iter().map(|(call, _)| *call).collect();
            if self.mail.is_empty() {
                talking.into_iter().for_each(|call| self.hang_up(call));
            }
            if self.mail.is_empty() && self.is_quiet() {
                return self.check_the_end();
            }
            if self.mail.is_empty() {
                self.wait(TimeDelta::milliseconds(500));
            }
        }
        let left: Vec<_> =
            self.calls.values().filter(|call| call.stage != Stage::Over).map(|c| c.contact.id()).collect();
        let states: Vec<_> = self.operators.values().map(Operator::presence).collect();
        panic!("stuck: {left:?} wait or talk, operators are {states:?}");
    }

    fn is_quiet(&self) -> bool {
        self.calls.values().all(|call| call.stage == Stage::Over)
            && self.operators.values().all(|operator| operator.presence() == StateName::Ready)
    }

    fn check_the_end(&self) {
        assert!(self.queues.values().all(|queue| queue.waiting() == 0), "a queue still holds somebody");
        for call in self.calls.values() {
            let contact = call.contact.id();
            let answered = self.answered.get(&contact).copied().unwrap_or(0);
            let abandoned = self.abandoned.get(&contact).copied().unwrap_or(0);
            assert!(
                abandoned <= 1 && (answered + abandoned >= 1 || self.failures),
                "{contact} was not counted"
            );
        }
    }

    fn nudge(&mut self, number: u8) {
        let Some(operator) = nth(&self.operators, number) else { return };
        let view = self.operators[&operator].desk_view();
        if view["phone"]["state"] != "connected" || view["presence"]["state"] == "disconnected" {
            self.desk_back(number);
        }
        match self.operators[&operator].presence() {
            StateName::NotReady | StateName::NotResponding => self.ask(number, Request::Ready),
            StateName::Ringing => self.at_desk(number, true),
            StateName::WrapUp => self.complete(number),
            _ => {}
        }
    }

    fn arrive(&mut self, queue: u8, kind: u8) {
        let queue = nth(&self.queues, queue).unwrap();
        self.now += TimeDelta::milliseconds(1);
        let contact_id = ContactId::new(self.now, &mut self.rng);
        let call = CallId::from_uuid(contact_id.as_uuid());
        let contact = contact(contact_id, kind, self.now);
        self.send(
            Who::Call(call),
            Who::Queue(queue),
            Mail::ToQueue(queue::Event::ContactArrived { contact: contact.clone() }),
        );
        self.calls.insert(call, Call { contact, queue, stage: Stage::Waiting, given_back: false });
    }

    fn hang_up(&mut self, id: CallId) {
        let call = self.calls.get_mut(&id).unwrap();
        let (queue, contact) = (call.queue, call.contact.id());
        match std::mem::replace(&mut call.stage, Stage::Over) {
            Stage::Waiting => {
                let left = queue::Event::ContactLeft { contact, why: Left::CallerHungUp };
                self.send(Who::Call(id), Who::Queue(queue), Mail::ToQueue(left));
            }
            Stage::With(operator) => self.call_says(id, operator, FromCall::Ended { by: EndedBy::Caller }),
            Stage::Over => {}
        }
    }

    fn ask(&mut self, number: u8, request: Request) {
        self.operator_event(number, operator::Event::Asked { ask: 1, request });
    }

    fn at_desk(&mut self, number: u8, accept: bool) {
        let Some(operator) = nth(&self.operators, number) else { return };
        let view = self.operators[&operator].desk_view();
        let Some(offer) = view["offer"]["id"].as_str().and_then(|id| id.parse().ok()) else { return };
        if !accept {
            let contact = view["offer"]["contact"]["contact_id"].as_str().unwrap().parse().unwrap();
            self.declined.insert((operator, contact));
        }
        self.ask(number, if accept { Request::Accept { offer } } else { Request::Reject { offer } });
    }

    fn complete(&mut self, number: u8) {
        let Some(operator) = nth(&self.operators, number) else { return };
        let view = self.operators[&operator].desk_view();
        let Some(contact) = view["contact"]["card"]["contact_id"].as_str() else { return };
        let contact = contact.parse().unwrap();
        let (topic_id, result_id) =
            (Some(base::id::TopicId::from_uuid(id(1))), Some(base::id::ResultId::from_uuid(id(1))));
        let wrap_up = WrapUp { topic_id, result_id, note: String::new() };
        self.ask(number, Request::CompleteWrapUp { contact, wrap_up });
    }

    fn desk_back(&mut self, number: u8) {
        self.legs += 1;
        let leg = LegId::from_uuid(id(self.legs));
        self.operator_event(number, operator::Event::DeskConnected);
        self.operator_event(number, operator::Event::PhoneConnecting { leg });
        self.operator_event(number, operator::Event::PhoneConnected { leg });
    }

    fn wait(&mut self, by: TimeDelta) {
        let until = self.now + by;
        loop {
            let next =
                self.alarms.iter().min_by_key(|(alarm, at)| (**at, **alarm)).map(|(alarm, at)| (*alarm, *at));
            let Some((alarm, at)) = next.filter(|(_, at)| *at <= until) else { break };
            self.now = self.now.max(at);
            self.alarms.remove(&alarm);
            match alarm {
                Alarm::Queue(queue, timer) => self.step_queue(queue, queue::Event::TimerFired { timer }),
                Alarm::Operator(who, timer) => self.step_operator(who, operator::Event::TimerFired { timer }),
            }
        }
        self.now = until;
    }

    fn operator_fails(&mut self, number: u8) {
        self.failures = true;
        let operator = nth(&self.operators, number).unwrap();
        self.mail.retain(|(_, to), _| *to != Who::Operator(operator));
        self.alarms.retain(|alarm, _| !matches!(alarm, Alarm::Operator(who, _) if *who == operator));
        self.start_operator(operator, operator.as_uuid().as_u128());
        self.desk_back(number);
    }

    fn queue_fails(&mut self, number: u8) {
        self.failures = true;
        let queue = nth(&self.queues, number).unwrap();
        self.mail.retain(|(_, to), _| *to != Who::Queue(queue));
        self.alarms.retain(|alarm, _| !matches!(alarm, Alarm::Queue(who, _) if *who == queue));
        self.queues.insert(queue, Queue::new(queue, queue_config(queue.as_uuid().as_u128())));
        let calls: Vec<_> = self.calls.keys().copied().collect();
        calls.into_iter().for_each(|call| self.send(Who::Queue(queue), Who::Call(call), Mail::AnnounceAgain));
        let operators: Vec<_> = self.operators.keys().copied().collect();
        for operator in operators {
            let question = Mail::ToOperator(operator::Event::AnnounceAgain { queue });
            self.send(Who::Queue(queue), Who::Operator(operator), question);
        }
    }

    fn start_operator(&mut self, operator: OperatorId, number: u128) {
        let (machine, effects) = Operator::start(operator, settings(number), self.now);
        self.operators.insert(operator, machine);
        self.perform_operator(operator, effects);
    }

    fn operator_event(&mut self, number: u8, event: operator::Event) {
        let operator = nth(&self.operators, number).unwrap();
        self.step_operator(operator, event);
    }

    fn send(&mut self, from: Who, to: Who, mail: Mail) {
        self.mail.entry((from, to)).or_default().push_back(mail);
    }

    fn call_says(&mut self, call: CallId, operator: OperatorId, message: FromCall) {
        let mail = Mail::ToOperator(operator::Event::Call { call, message });
        self.send(Who::Call(call), Who::Operator(operator), mail);
    }

    fn deliver(&mut self, road: (Who, Who)) {
        let line = self.mail.get_mut(&road).unwrap();
        let mail = line.pop_front().unwrap();
        if line.is_empty() {
            self.mail.remove(&road);
        }
        match (road, mail) {
            ((_, Who::Queue(queue)), Mail::ToQueue(event)) => self.step_queue(queue, event),
            ((_, Who::Operator(operator)), Mail::ToOperator(event)) => self.step_operator(operator, event),
            ((Who::Queue(queue), Who::Call(call)), Mail::FromQueue(message)) => {
                self.call_hears_queue(queue, call, message)
            }
            ((Who::Queue(queue), Who::Call(call)), Mail::AnnounceAgain) => self.announce_again(queue, call),
            ((Who::Operator(operator), Who::Call(call)), mail) => {
                self.call_hears_operator(operator, call, &mail)
            }
            (road, mail) => panic!("{mail:?} has no way {road:?}"),
        }
    }

    fn announce_again(&mut self, queue: QueueId, id: CallId) {
        let call = &self.calls[&id];
        if call.stage == Stage::Waiting && call.queue == queue {
            let contact = Contact { returning: true, ..call.contact.clone() };
            self.send(
                Who::Call(id),
                Who::Queue(queue),
                Mail::ToQueue(queue::Event::ContactArrived { contact }),
            );
        }
    }

    fn call_hears_queue(&mut self, _queue: QueueId, id: CallId, message: ToCall) {
        let ToCall::Connect { operator, .. } = message else { return };
        let call = self.calls.get_mut(&id).unwrap();
        match call.stage {
            Stage::Waiting => {
                call.stage = Stage::With(operator);
                call.given_back = false;
                self.call_says(id, operator, FromCall::Connected);
            }
            Stage::Over => self.call_says(id, operator, FromCall::Ended { by: EndedBy::System }),
            Stage::With(other) => panic!("{id} is connected twice: with {other}, then with {operator}"),
        }
    }

    fn call_hears_operator(&mut self, operator: OperatorId, id: CallId, mail: &Mail) {
        let call = self.calls.get_mut(&id).unwrap();
        if call.stage != Stage::With(operator) {
            return;
        }
        match mail {
            Mail::AreYouWithMe => {
                let (contact, wrap_up) = (call.contact.clone(), WrapUpRule::default());
                let answered_at = self.now;
                self.call_says(id, operator, FromCall::Holds { contact, wrap_up, answered_at });
            }
            Mail::FromOperator(Command::OperatorLost) => {
                call.stage = Stage::Waiting;
                let (queue, contact) = (call.queue, Contact { returning: true, ..call.contact.clone() });
                self.send(
                    Who::Call(id),
                    Who::Queue(queue),
                    Mail::ToQueue(queue::Event::ContactArrived { contact }),
                );
            }
            Mail::FromOperator(Command::HangUp) => {
                call.stage = Stage::Over;
                self.call_says(id, operator, FromCall::Ended { by: EndedBy::Operator });
            }
            _ => {}
        }
    }

    fn step_operator(&mut self, operator: OperatorId, event: operator::Event) {
        let effects = self.operators.get_mut(&operator).unwrap().step(self.now, event);
        self.perform_operator(operator, effects);
    }

    fn perform_operator(&mut self, operator: OperatorId, effects: Vec<operator::Effect>) {
        let me = Who::Operator(operator);
        for effect in effects {
            match effect {
                operator::Effect::ToQueue { queue, event } => {
                    self.send(me, Who::Queue(queue), Mail::ToQueue(event))
                }
                operator::Effect::ToCall { call, command } => {
                    if command == Command::OperatorLost {
                        self.calls.get_mut(&call).unwrap().given_back = true;
                    }
                    self.send(me, Who::Call(call), Mail::FromOperator(command));
                }
                operator::Effect::AskCalls => {
                    let calls: Vec<_> = self.calls.keys().copied().collect();
                    calls.into_iter().for_each(|call| self.send(me, Who::Call(call), Mail::AreYouWithMe));
                }
                operator::Effect::Arm { timer, after } => {
                    self.alarms.insert(Alarm::Operator(operator, timer), self.now + after);
                }
                operator::Effect::Disarm { timer } => {
                    self.alarms.remove(&Alarm::Operator(operator, timer));
                }
                _ => {}
            }
        }
    }

    fn step_queue(&mut self, id: QueueId, event: queue::Event) {
        let queue = self.queues.get_mut(&id).unwrap();
        let before = queue.line();
        let freed = match event {
            queue::Event::OperatorFree { operator, .. } => Some(operator),
            _ => None,
        };
        let effects = queue.step(self.now, event, &mut self.rng);
        for effect in effects {
            match effect {
                queue::Effect::ToOperator { operator, message } => {
                    if let ToOperator::Reserve { rank, .. } = &message
                        && freed == Some(operator)
                        && before.contains(&rank.contact)
                    {
                        self.check_turn(operator, rank.contact, &before);
                    }
                    let mail = Mail::ToOperator(operator::Event::Queue { queue: id, message });
                    self.send(Who::Queue(id), Who::Operator(operator), mail);
                }
                queue::Effect::ToCall { call, message } => {
                    self.send(Who::Queue(id), Who::Call(call), Mail::FromQueue(message));
                }
                queue::Effect::Arm { timer, after } => {
                    self.alarms.insert(Alarm::Queue(id, timer), self.now + after);
                }
                queue::Effect::Disarm { timer } => {
                    self.alarms.remove(&Alarm::Queue(id, timer));
                }
                queue::Effect::Explain(decision) => {
                    let explanation = decision.explain();
                    assert!(
                        explanation.considered + explanation.ruled_out <= 4,
                        "everybody is looked at once"
                    );
                }
                queue::Effect::Happened(happened) => self.count(&happened),
                queue::Effect::Configured | queue::Effect::Report(_) => {}
            }
        }
    }

    fn count(&mut self, happened: &Happened) {
        match happened {
            Happened::Answered { contact, .. } => *self.answered.entry(*contact).or_default() += 1,
            Happened::Abandoned { contact, .. } => *self.abandoned.entry(*contact).or_default() += 1,
            _ => {}
        }
    }

    /// Of those whom the operator can serve and has not declined, the first in line gets the turn.
    fn check_turn(&self, operator: OperatorId, chosen: ContactId, line: &[ContactId]) {
        let skills = skills_of(operator.as_uuid().as_u128());
        let passed_over = line.iter().take_while(|contact| **contact != chosen).find(|contact| {
            let needs = &self.calls[&CallId::from_uuid(contact.as_uuid())].contact.needs;
            skills.covers(needs) && !self.declined.contains(&(operator, **contact))
        });
        assert_eq!(passed_over, None, "somebody was passed over by {operator}");
    }

    fn check(&self) {
        for queue in self.queues.values() {
            let places: Vec<_> = queue
                .line()
                .into_iter()
                .map(|contact| {
                    let contact = &self.calls[&CallId::from_uuid(contact.as_uuid())].contact;
                    (-contact.priority, contact.queued_at)
                })
                .collect();
            assert!(places.is_sorted(), "the line keeps its order");
        }
        let mut serving = BTreeSet::new();
        for call in self.calls.values().filter(|call| !call.given_back) {
            if let Stage::With(operator) = call.stage {
                assert!(serving.insert(operator) || self.failures, "{operator} holds two contacts");
            }
        }
    }
}
