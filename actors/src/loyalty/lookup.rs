//! Members and known events for many reports at once: what has been asked since the last question is one question.

use loyalty::member::Member;
use platform::event::Appended;
use platform::event::outside::{self, Sought};
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Most questions that are put together: a question of this size takes a few milliseconds.
const GROUP_MAX: usize = 200;
/// A connection that was not used for so long goes back.
const HELD_FOR: Duration = Duration::from_millis(500);

/// Whose account, and whether its event is known.
struct Asked {
    programme: base::id::ProgrammeId,
    number: String,
    event: Sought,
    answer: oneshot::Sender<Option<Found>>,
}

/// What is known.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The member, when there is one.
    pub(super) member: Option<Member>,
    /// What stands in the log under the event's source and id.
    pub(super) known: Option<Appended>,
}

/// Answers; clones share the reader.
#[derive(Clone)]
pub(super) struct Lookup {
    asked: mpsc::Sender<Asked>,
}

impl Lookup {
    pub(super) fn start(pool: &PgPool, stop: &CancellationToken) -> Self {
        let (asked, arrived) = mpsc::channel(GROUP_MAX * 8);
        tokio::spawn(run(pool.clone(), arrived, stop.clone()));
        Self { asked }
    }

    /// Nothing when the database is away.
    pub(super) async fn find(
        &self,
        programme: base::id::ProgrammeId,
        number: String,
        event: Sought,
    ) -> Option<Found> {
        let (answer, answered) = oneshot::channel();
        self.asked.send(Asked { programme, number, event, answer }).await.ok()?;
        answered.await.ok()?
    }
}

async fn run(pool: PgPool, mut arrived: mpsc::Receiver<Asked>, stop: CancellationToken) {
    let mut line = Line { pool, held: None };
    loop {
        let mut group = Vec::new();
        let unused_for = if line.held.is_some() { HELD_FOR } else { Duration::MAX };
        tokio::select! {
            () = stop.cancelled() => return,
            came = tokio::time::timeout(unused_for, arrived.recv_many(&mut group, GROUP_MAX)) => match came {
                Ok(0) => return,
                Ok(_) => {}
                Err(_) => {
                    line.held = None;
                    continue;
                }
            }
        }
        answer(line.ask(&group).await, group);
    }
}

type Answer = (Vec<Member>, Vec<Option<Appended>>);

/// The connection over which it is asked, kept while questions follow each other: to try it before it is used is a round trip
/// as dear as a question.
struct Line {
    pool: PgPool,
    held: Option<PoolConnection<Postgres>>,
}

impl Line {
    /// Asks; once more over another connection when the one that was kept is broken.
    async fn ask(&mut self, group: &[Asked]) -> sqlx::Result<Answer> {
        if let Some(db) = &mut self.held {
            match ask(db, group).await {
                Ok(answer) => return Ok(answer),
                Err(error) => tracing::debug!(%error, "members are asked for again over another connection"),
            }
        }
        self.held = None;
        let mut db = self.pool.acquire().await?;
        let answer = ask(&mut db, group).await?;
        self.held = Some(db);
        Ok(answer)
    }
}

async fn ask(db: &mut PgConnection, group: &[Asked]) -> sqlx::Result<Answer> {
    let sought: Vec<_> = group.iter().map(|one| (one.programme, one.number.as_str())).collect();
    let events: Vec<Sought> = group.iter().map(|one| one.event).collect();
    Ok((loyalty::query::by_numbers(db, &sought).await?, outside::known(db, &events).await?))
}

fn answer(found: sqlx::Result<Answer>, group: Vec<Asked>) {
    match found {
        Ok((members, known)) => {
            let members: HashMap<_, Member> = members
                .into_iter()
                .map(|member| ((member.programme_id, member.number.clone()), member))
                .collect();
            for (asked, known) in group.into_iter().zip(known) {
                let member = members.get(&(asked.programme, asked.number)).cloned();
                let _left = asked.answer.send(Some(Found { member, known }));
            }
        }
        Err(error) => {
            tracing::error!(%error, "members could not be read: whoever reports activities is told to try again");
            for asked in group {
                let _left = asked.answer.send(None);
            }
        }
    }
}
