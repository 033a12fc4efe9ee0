//! The chunks of a file in lanes: each applies every n-th chunk in order, and what a chunk causes, the lane's place and
//! the length of its part of the reject file are one transaction. While one lane waits for Postgres another decides.

use super::apply::{self, Applied};
use super::rejects::Rejects;
use super::source::{self, CHUNK, Chunk};
use super::{FileError, Files, Work, blocking_result};
use base::event::Journal;
use futures_util::future::try_join_all;
use loyalty::file::record::{Lane, Place};
use loyalty::file::{FileKind, Scanned, store};
use platform::journal::{Fault, fault_of};
use serde_json::json;
use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{Receiver, channel};

/// Lanes of files whose lines do not depend on each other. One waits for the disk or the end of the ledger's chain while
/// another writes rows and a third decides; more only wait for each other.
pub const LANES: usize = 3;
/// Wait before a chunk is tried again, when the database is away.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// How often a file that is being applied says how far it is, as an event. Over HTTP it says it with each chunk.
const TELL_EVERY: Duration = Duration::from_secs(5);
/// Chunks that are read ahead of the one that a lane applies.
const READ_AHEAD: usize = 1;

/// In how many lanes files of a type are applied. Lines that change what later lines find stay in their order.
pub const fn lanes_of(kind: FileKind) -> usize {
    match kind {
        FileKind::Invoices | FileKind::Purchases | FileKind::TopUps => LANES,
        FileKind::Participants | FileKind::TariffPlans | FileKind::Gifts | FileKind::PartnerExchange => 1,
    }
}

/// Applies all chunks behind the places that were reached; where the lanes stand then.
pub(super) async fn apply(
    files: &Files,
    work: &Work<'_>,
    scanned: &Scanned,
    place: Place,
) -> Result<Place, FileError> {
    let reached: Vec<u64> = place.lanes.iter().map(|lane| lane.reached).collect();
    let (senders, receivers): (Vec<_>, Vec<_>) = reached.iter().map(|_| channel(READ_AHEAD)).unzip();
    let (path, structure, scanned) =
        (work.path.to_owned(), work.structure.fields.structure.clone(), scanned.clone());
    let reading = tokio::task::spawn_blocking(move || {
        source::read(&path, &structure, &scanned, &reached, |lane, chunk| {
            senders.get(lane).is_some_and(|lane| lane.blocking_send(chunk).is_ok())
        })
    });
    let all = Lanes {
        files,
        work,
        progress: RefCell::new((place, Instant::now())),
        most: Cell::new(CHUNK),
        unseen: Cell::new(true),
    };
    try_join_all(receivers.into_iter().enumerate().map(|(lane, chunks)| all.run(lane, chunks))).await?;
    blocking_result(reading.await)??;
    Ok(all.progress.into_inner().0)
}

struct Lanes<'f> {
    files: &'f Files,
    work: &'f Work<'f>,
    /// How far all lanes are, and when that was told.
    progress: RefCell<(Place, Instant)>,
    /// Most lines or sums of a transaction: what they give is one call of the ledger.
    most: Cell<usize>,
    /// Whether the last chunk had no line that was booked before: the next is believed to have none either.
    unseen: Cell<bool>,
}

/// How a chunk is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Try {
    First,
    /// A line was booked before, or by another lane at the same moment: now it is looked which.
    Again,
    /// One line may be at fault: each by itself, so that it harms no other.
    OneByOne,
}

impl Lanes<'_> {
    async fn run(&self, number: usize, mut chunks: Receiver<Chunk>) -> Result<(), FileError> {
        let (file, mut lane) = {
            let (place, _) = &*self.progress.borrow();
            (place.id, place.lanes.get(number).cloned().unwrap_or_default())
        };
        let mut rejects = Rejects::open(&self.files.dir, file, number, lane.reject_bytes).await?;
        while let Some(chunk) = chunks.recv().await {
            let mut waiting = vec![chunk];
            while let Some(mut chunk) = waiting.pop() {
                waiting.extend(chunk.split_off(self.most.get()));
                let tell = self.is_due();
                match self.until_done(number, &chunk, &lane, &mut rejects, tell).await? {
                    Some(reached) => lane = reached,
                    None => waiting.push(chunk),
                }
                if let Some(place) = self.progress.borrow_mut().0.lanes.get_mut(number) {
                    place.clone_from(&lane);
                }
                if tell {
                    self.files.hold().await?;
                }
            }
        }
        Ok(())
    }

    /// Whether it is time to tell how far the file is; then the caller does.
    fn is_due(&self) -> bool {
        let (_, told) = &mut *self.progress.borrow_mut();
        let is_due = told.elapsed() >= TELL_EVERY;
        if is_due {
            *told = Instant::now();
        }
        is_due
    }

    /// Applies a chunk; waits as long as the database is away. None: it gives more than the ledger takes in one call, and
    /// is to be split.
    async fn until_done(
        &self,
        number: usize,
        chunk: &Chunk,
        lane: &Lane,
        rejects: &mut Rejects,
        tell: bool,
    ) -> Result<Option<Lane>, FileError> {
        let mut how = Try::First;
        loop {
            match self.chunk((number, how), chunk, lane, rejects, tell).await {
                Ok(reached) => return Ok(reached),
                Err(FileError::Database(error)) if fault_of(&error) != Fault::Bad => {
                    tracing::warn!(%error, "lines of a file wait for the database");
                    tokio::time::sleep(AGAIN_AFTER).await;
                }
                Err(FileError::Database(_)) if how == Try::First => how = Try::Again,
                Err(FileError::Database(error)) if how == Try::Again => {
                    tracing::warn!(%error, "a chunk of a file was refused: each line is applied alone");
                    how = Try::OneByOne;
                }
                Err(error) => return Err(error),
            }
            rejects.cut(lane.reject_bytes).await?;
        }
    }

    async fn chunk(
        &self,
        (number, how): (usize, Try),
        chunk: &Chunk,
        lane: &Lane,
        rejects: &mut Rejects,
        tell: bool,
    ) -> Result<Option<Lane>, FileError> {
        let Self { files, work, .. } = self;
        let file = self.progress.borrow().0.id;
        let rules = files.earning.snapshot().await?;
        let now = files.clock.now();
        let mut tx = files.pool.begin().await?;
        let unseen = how == Try::First && self.unseen.get();
        let about = apply::About { now, file, name: work.name, structure: work.structure, unseen };
        let mut applied = Applied { is_limited: chunk.content.len() > 1, ..Applied::default() };
        let one_by_one = how == Try::OneByOne;
        apply::apply(&mut tx, &about, &chunk.content, (&rules, one_by_one), &mut files.dice(), &mut applied)
            .await?;
        if applied.is_too_much {
            self.most.set((chunk.content.len() / 2).max(1));
            return Ok(None);
        }
        for wrong in &chunk.wrong {
            applied.tally.reject(wrong.code);
            applied.rejects.push((wrong.number, wrong.told.clone()));
        }
        let (tally, told) = applied.finish();
        rejects.add(told).await?;
        let mut reached = Lane {
            reached: chunk.to,
            done: lane.done + (chunk.to - chunk.from),
            reject_bytes: rejects.bytes(),
            tally: lane.tally.clone(),
        };
        reached.tally.add(&tally);
        let at = (file, number);
        if !store::advance(&mut tx, now, at, lane.reached, &reached, chunk.units).await? {
            return Err(FileError::Elsewhere);
        }
        if tell {
            let total = self.total_with(number, &reached);
            let payload =
                json!({ "file": work.name, "done": total.done, "lines": chunk.units, "tally": total.tally });
            files.append(&mut tx, file, "loyalty.file_progressed.v1", Journal::Activity, payload).await?;
        }
        tx.commit().await?;
        self.unseen.set(tally.repeated == 0);
        Ok(Some(reached))
    }

    /// All lanes together, this one where it will be.
    fn total_with(&self, number: usize, reached: &Lane) -> Lane {
        let mut place = self.progress.borrow().0.clone();
        if let Some(lane) = place.lanes.get_mut(number) {
            lane.clone_from(reached);
        }
        place.total()
    }
}
