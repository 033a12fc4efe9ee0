//! The shell of a link to a mail server: a few connections that take from one line.

use super::board::LinkBoard;
use super::counter::{Counter, Item};
use super::smpp::take_over;
use super::writer::{self, WAITING_MAX};
use base::Clock;
use base::id::LinkId;
use channels::link::{Secrets, SmtpSettings};
use channels::mail::client::{Connection, Handed};
use channels::mail::compose::Composer;
use channels::pace::Pace;
use channels::store::{Claimed, Outcome, Retry, Taken, Verdict};
use chrono::{DateTime, TimeDelta, Utc};
use platform::tls::Authorities;
use rand::RngExt;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, mpsc, watch};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

/// How often the queue is looked at without being woken.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A connection without work is closed after this long; servers close them after a few minutes themselves.
const IDLE: Duration = Duration::from_secs(30);
/// First and longest wait before a message is tried again: greylisting wants minutes.
const LATER: (TimeDelta, TimeDelta) = (TimeDelta::minutes(1), TimeDelta::hours(1));
/// First and longest wait of a connection that could not be made.
const AGAIN: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// What a link runs on.
pub struct SmtpLink {
    /// Which link.
    pub id: LinkId,
    /// Its settings.
    pub settings: SmtpSettings,
    /// Its password and key.
    pub secrets: Secrets,
    /// Whose certificates are trusted beside the well-known ones.
    pub authorities: Authorities,
    /// Where its messages come from and go to.
    pub counter: Rc<dyn Counter>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where its state is shown.
    pub board: LinkBoard,
    /// Changes whenever something was queued.
    pub queued: watch::Receiver<u64>,
    /// Cancelled when the link is switched off.
    pub stop: CancellationToken,
}

/// What the connections of a link share.
struct Shared {
    link: SmtpLink,
    composer: Composer,
    line: Mutex<mpsc::Receiver<Claimed>>,
    items: mpsc::Sender<Item>,
    pace: RefCell<Pace>,
    began: Instant,
    pending: Cell<usize>,
}

impl SmtpLink {
    /// Runs the link until it is stopped.
    pub async fn run(self) {
        let composer = match Composer::new(self.settings.clone(), self.secrets.private_key.as_ref()) {
            Ok(composer) => composer,
            Err(why) => {
                tracing::error!(link = %self.id, "the link cannot be used: {why}");
                self.show(false, Some(why));
                return self.stop.cancelled().await;
            }
        };
        if !take_over(&*self.counter, self.id, &self.stop).await {
            return;
        }
        let (items, waiting) = mpsc::channel(WAITING_MAX);
        let (stored, _) = mpsc::unbounded_channel();
        let writer = actix_rt::spawn(writer::write(Rc::clone(&self.counter), waiting, stored));
        // One waits for each connection while it works.
        let (line, ahead) = mpsc::channel(usize::from(self.settings.connections));
        let pace = RefCell::new(Pace::new(self.settings.per_second));
        let line_out = Mutex::new(ahead);
        let began = Instant::now();
        let shared = Rc::new(Shared {
            composer,
            line: line_out,
            items,
            pace,
            began,
            pending: Cell::new(0),
            link: self,
        });
        let connections: Vec<_> = (0..shared.link.settings.connections)
            .map(|_| actix_rt::spawn(connection(Rc::clone(&shared))))
            .collect();
        feed(&shared, line).await;
        for connection in connections {
            let _ended = connection.await;
        }
        shared.link.show(false, Some("the link is switched off".to_owned()));
        drop(shared);
        let _ended = writer.await;
    }

    fn show(&self, connected: bool, error: Option<String>) {
        let now = self.clock.now();
        self.board.update(self.id, |state| {
            if state.connected != connected || state.since.is_none() {
                state.since = Some(now);
            }
            state.connected = connected;
            state.error = error;
        });
    }
}

/// Claims messages and puts them into the line, until the link is stopped.
async fn feed(shared: &Shared, line: mpsc::Sender<Claimed>) {
    let limit = u32::from(shared.link.settings.connections) * 4;
    let mut queued = shared.link.queued.clone();
    while !shared.link.stop.is_cancelled() {
        let claimed = match shared.link.counter.claim(limit).await {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::warn!(link = %shared.link.id, %error, "the queue cannot be read, another try follows");
                Vec::new()
            }
        };
        let is_full = u32::try_from(claimed.len()).is_ok_and(|count| count >= limit);
        for message in claimed {
            shared.count(1);
            if line.send(message).await.is_err() {
                return; // no connection is left
            }
        }
        if !is_full {
            tokio::select! {
                _ = queued.changed() => {}
                () = sleep(LOOK_EVERY) => {}
                () = shared.link.stop.cancelled() => {}
            }
        }
    }
}

impl Shared {
    fn count(&self, more: isize) {
        let pending = self.pending.get().saturating_add_signed(more);
        self.pending.set(pending);
        self.link.board.update(self.link.id, |state| state.pending = pending);
    }

    /// Waits until the link's rate allows one more.
    async fn pace(&self) {
        while !self.pace.borrow_mut().take(self.began.elapsed()) {
            sleep(Duration::from_millis(1)).await;
        }
    }

    async fn end(&self, message: &Claimed, verdict: Verdict) {
        let taken = match &verdict {
            Verdict::Sent => vec![Taken { number: 1, provider_id: message.mail_id.clone() }],
            _ => Vec::new(),
        };
        let outcome = Outcome { message: message.id, attempt: message.attempt, taken, verdict };
        let _ = self.items.send(Item::Outcome(outcome)).await; // the writer outlives us
        self.count(-1);
    }
}

/// One connection: made when there is something to send, kept while there is more.
async fn connection(shared: Rc<Shared>) {
    let mut open: Option<Connection> = None;
    let mut wait = AGAIN.0;
    loop {
        let next = tokio::time::timeout(IDLE, async { shared.line.lock().await.recv().await }).await;
        let message = match next {
            Ok(Some(message)) => message,
            Ok(None) => break,
            Err(_) => {
                if let Some(connection) = open.take() {
                    connection.close().await;
                }
                continue;
            }
        };
        if shared.link.stop.is_cancelled() {
            let detail = "the link was switched off".to_owned();
            let due_at = shared.link.clock.now();
            shared.end(&message, Verdict::Retry(Retry { due_at, code: None, detail })).await;
            continue;
        }
        if open.as_ref().is_none_or(Connection::is_broken) {
            let password = shared.link.secrets.password.as_ref();
            match Connection::open(&shared.link.settings, password, &shared.link.authorities).await {
                Ok(connection) => {
                    shared.link.show(true, None);
                    wait = AGAIN.0;
                    open = Some(connection);
                }
                Err(why) => {
                    shared.link.show(false, Some(why.clone()));
                    tracing::warn!(link = %shared.link.id, "the mail server cannot be used: {why}");
                    let due_at = shared.link.clock.now() + TimeDelta::from_std(wait).unwrap_or(LATER.0);
                    shared.end(&message, Verdict::Retry(Retry { due_at, code: None, detail: why })).await;
                    let jittered = wait.mul_f64(rand::rng().random_range(0.5..1.5));
                    tokio::select! {
                        () = sleep(jittered) => {}
                        () = shared.link.stop.cancelled() => {}
                    }
                    wait = (wait * 2).min(AGAIN.1);
                    continue;
                }
            }
        }
        shared.pace().await;
        let now = shared.link.clock.now();
        let verdict = match (shared.composer.compose(now, &message), open.as_mut()) {
            (Err(detail), _) => Verdict::Failed { code: None, detail },
            (Ok(mail), Some(connection)) => judge(now, &message, connection.hand_over(&mail).await),
            (Ok(_), None) => continue,
        };
        shared.end(&message, verdict).await;
    }
    if let Some(connection) = open {
        connection.close().await;
    }
}

fn judge(now: DateTime<Utc>, message: &Claimed, handed: Handed) -> Verdict {
    match handed {
        Handed::Taken => Verdict::Sent,
        Handed::Refused { code, detail } => Verdict::Failed { code, detail },
        Handed::Unknown { detail } => Verdict::Unknown { detail },
        Handed::Later { code, detail } => {
            let doubled = 1_i32.checked_shl(u32::try_from(message.attempt - 1).unwrap_or(0).min(6));
            let wait = (LATER.0 * doubled.unwrap_or(64)).min(LATER.1);
            Verdict::Retry(Retry { due_at: now + wait, code, detail })
        }
    }
}
