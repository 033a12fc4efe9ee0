//! Members and known events for many reports at once: what has been asked since the last question is one question.

use loyalty::member::Member;
use platform::event::Appended;
use platform::event::outside::{self, Sought};
use sqlx::PgPool;
use std::collections::HashMap;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Most questions that are put together: a question of this size takes a few milliseconds.
const GROUP_MAX: usize = 200;

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
    loop {
        let mut group = Vec::new();
        tokio::select! {
            () = stop.cancelled() => return,
            _ = arrived.recv_many(&mut group, GROUP_MAX) => {}
        }
        if group.is_empty() {
            return;
        }
        answer(&pool, group).await;
    }
}

async fn answer(pool: &PgPool, group: Vec<Asked>) {
    let members = async {
        let sought: Vec<_> = group.iter().map(|one| (one.programme, one.number.as_str())).collect();
        loyalty::query::by_numbers(&mut *pool.acquire().await?, &sought).await
    };
    let known = async {
        let events: Vec<Sought> = group.iter().map(|one| one.event).collect();
        outside::known(&mut *pool.acquire().await?, &events).await
    };
    // Side by side: whoever reports waits for both.
    match tokio::try_join!(members, known) {
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
