//! A queue in memory.

use actors::messages::{Counter, Item};
use base::id::MessageId;
use channels::message::MessageClass;
use channels::store::{Claimed, Verdict};
use futures_util::future::LocalBoxFuture;
use std::cell::Cell;
use std::rc::Rc;
use tokio::sync::Notify;
use uuid::Uuid;

/// So many messages, and how many of them ended.
pub struct Memory {
    pub left: Cell<u32>,
    pub sent: Cell<u32>,
    pub receipts: Cell<u32>,
    pub other: Cell<u32>,
    pub done: Notify,
    pub of: u32,
    pub receipts_wanted: u32,
}

impl Memory {
    pub fn new(of: u32, receipts_wanted: u32) -> Rc<Self> {
        let zero = || Cell::new(0);
        Rc::new(Self {
            left: Cell::new(of),
            sent: zero(),
            receipts: zero(),
            other: zero(),
            done: Notify::new(),
            of,
            receipts_wanted,
        })
    }
}

thread_local! {
    /// Whether the addresses are of e-mail.
    pub static IS_MAIL: Cell<bool> = const { Cell::new(false) };
}

fn message(n: u32) -> Claimed {
    Claimed {
        id: MessageId::from_uuid(Uuid::from_u128(n.into())),
        customer_id: None,
        attempt: 1,
        address: if IS_MAIL.get() { format!("c{n}@customer.test") } else { format!("+99890{n:07}") },
        class: MessageClass::Marketing,
        language: None,
        subject: Some("Good morning".to_owned()),
        text: "Your order 1234567 is on its way, the courier comes at noon.".to_owned(),
        html: Some("<p>Your order <b>1234567</b> is on its way.</p>".to_owned()),
        mail_id: Some(format!("{n}@example.com")),
        expires_at: base::Clock::now(&platform::SystemClock),
        priority: 0,
    }
}

impl Counter for Memory {
    fn claim(&self, limit: u32) -> LocalBoxFuture<'_, sqlx::Result<Vec<Claimed>>> {
        Box::pin(async move {
            let count = self.left.get().min(limit);
            let from = self.left.get() - count;
            self.left.set(from);
            Ok((from..from + count).map(message).collect())
        })
    }

    fn record<'a>(&'a self, items: &'a [Item]) -> LocalBoxFuture<'a, sqlx::Result<()>> {
        Box::pin(async move {
            for item in items {
                let counter = match item {
                    Item::Outcome(outcome) if outcome.verdict == Verdict::Sent => &self.sent,
                    Item::Receipt(..) => &self.receipts,
                    Item::Outcome(_) | Item::Received(..) => &self.other,
                };
                counter.set(counter.get() + 1);
            }
            if self.sent.get() + self.other.get() >= self.of && self.receipts.get() >= self.receipts_wanted {
                self.done.notify_one();
            }
            Ok(())
        })
    }

    fn take_over(&self) -> LocalBoxFuture<'_, sqlx::Result<usize>> {
        Box::pin(async { Ok(0) })
    }
}
