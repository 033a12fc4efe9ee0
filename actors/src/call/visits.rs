//! At which nodes of voice menus calls are, counted in memory and written together once a second.

use flow::store::voice::{self, NodeCount};
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the numbers are written: who looks at the drawing sees them move.
const WRITES_EVERY: Duration = Duration::from_secs(1);

/// A node: flow and key.
type Place = (String, String);

/// What changed since the numbers were last written. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Visits(Arc<Mutex<BTreeMap<Place, (i64, i64)>>>);

impl Visits {
    fn change(&self, place: Place, entered: i64, there: i64) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(place).or_default();
        *count = (count.0 + entered, count.1 + there);
    }

    fn take(&self) -> Vec<NodeCount> {
        let counts = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let row = |((flow, node), (entered, there))| NodeCount { flow, node, entered, there };
        counts.into_iter().map(row).filter(|row| row.entered != 0 || row.there != 0).collect()
    }

    /// Writes until `stop` is cancelled, and then what is left.
    pub async fn run(self, pool: PgPool, stop: CancellationToken) {
        let begun = async { voice::clear(&mut *pool.acquire().await?).await }.await;
        if let Err(error) = begun {
            tracing::warn!(%error, "the calls at nodes of before could not be taken away");
        }
        loop {
            let last = tokio::select! {
                () = stop.cancelled() => true,
                () = tokio::time::sleep(WRITES_EVERY) => false,
            };
            self.write(&pool).await;
            if last {
                return;
            }
        }
    }

    async fn write(&self, pool: &PgPool) {
        let rows = self.take();
        if rows.is_empty() {
            return;
        }
        let written = async { voice::add(&mut *pool.acquire().await?, &rows).await }.await;
        if let Err(error) = written {
            tracing::debug!(%error, "calls at nodes are written later");
            for NodeCount { flow, node, entered, there } in rows {
                self.change((flow, node), entered, there);
            }
        }
    }
}

/// Where one call is; it is there no more when this is dropped.
#[derive(Debug)]
pub(super) struct Whereabouts {
    visits: Visits,
    counted: u64,
    here: Option<Place>,
}

impl Whereabouts {
    pub(super) fn new(visits: Visits) -> Self {
        Self { visits, counted: 0, here: None }
    }

    /// Counts the nodes that the walk entered since it was last looked at.
    pub(super) fn look(&mut self, walk: &flow::State) {
        let new = usize::try_from(walk.entered().saturating_sub(self.counted)).unwrap_or(usize::MAX);
        self.counted = walk.entered();
        let path = walk.path();
        for visit in path.iter().skip(path.len().saturating_sub(new)) {
            let place = (visit.flow.clone(), visit.node.as_str().to_owned());
            self.visits.change(place.clone(), 1, 1);
            self.leave();
            self.here = Some(place);
        }
        if walk.is_finished() {
            self.leave();
        }
    }

    fn leave(&mut self) {
        if let Some(place) = self.here.take() {
            self.visits.change(place, 0, -1);
        }
    }
}

impl Drop for Whereabouts {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A call that goes on is counted at each node and is at the last; one that is over is nowhere.
    #[test]
    fn a_call_is_in_one_place_at_a_time() {
        let visits = Visits::default();
        let at = |node: &str| ("main".to_owned(), node.to_owned());
        visits.change(at("menu"), 1, 1);
        let mut call = Whereabouts { visits: visits.clone(), counted: 1, here: Some(at("menu")) };
        call.leave();
        call.leave();
        drop(call);
        let rows = visits.take();
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].entered, rows[0].there), (1, 0));
        assert!(visits.take().is_empty(), "what was taken is told once");
    }
}
