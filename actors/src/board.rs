//! The shell of the live board: coalesces, publishes two topics and tells desktops the lines of their queues.

use crate::Tell;
use crate::message::{Boards, Operators, Queues, Site};
use crate::supervise::{ExitGuard, Intensity, Restart, Supervise, Supervisor};
use crate::world::World;
use actix::{Actor, ActorFutureExt, Addr, AsyncContext, Context, Handler, WrapFuture};
use base::id::QueueId;
use routing::board::{Board, Event, LineNow};
use routing::operator::day_start;
use routing::query::day::{QueueDay, queue_days};
use routing::service_level::Counts;
use routing::{operator, queue};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// At most ten frames a second: a change is on every screen within a quarter of a second, and what happens at once
/// is one frame.
pub const PUBLISHED_EVERY: Duration = Duration::from_millis(100);

/// How often desktops hear of their queues' lines, and the floor is drawn while no supervisor watches: a desktop's
/// count of who waits need not run, and forty desktops ten times a second cost more than the calls themselves.
/// Shorter than [`TICKS_EVERY`], so that each tick finds it due.
const SELDOM_EVERY: Duration = Duration::from_millis(900);

/// How often time itself may change the board: minutes of the series, midnight.
const TICKS_EVERY: Duration = Duration::from_secs(1);

/// The actor of the live board.
pub struct BoardActor {
    world: Arc<World>,
    board: Board,
    /// A publication is due at the end of this stretch of [`PUBLISHED_EVERY`].
    due: bool,
    published_at: Option<Instant>,
    seldom_at: Option<Instant>,
    lines: Arc<BTreeMap<QueueId, LineNow>>,
    _guard: ExitGuard,
}

/// Starts the live board under `supervisor`.
pub fn open(world: &Arc<World>, supervisor: &Addr<Supervisor>) {
    let world = Arc::clone(world);
    supervisor.do_send(Supervise {
        child: "live board".to_owned(),
        restart: Restart::Permanent,
        intensity: Intensity::LINK,
        factory: Box::new(move |guard| {
            let board = Board::new(world.clock.now(), world.zone);
            let world = Arc::clone(&world);
            let lines = Arc::default();
            BoardActor {
                world,
                board,
                due: false,
                published_at: None,
                seldom_at: None,
                lines,
                _guard: guard,
            }
            .start();
        }),
    });
}

impl BoardActor {
    fn drive(&mut self, event: Event, ctx: &mut Context<Self>) {
        self.board.step(self.world.clock.now(), event);
        self.publish_soon(ctx);
    }

    fn publish_soon(&mut self, ctx: &mut Context<Self>) {
        if std::mem::replace(&mut self.due, true) {
            return;
        }
        let rest =
            self.published_at.map_or(Duration::ZERO, |at| PUBLISHED_EVERY.saturating_sub(at.elapsed()));
        // Even after a long silence a moment is waited, so that one act's several events are one frame.
        ctx.run_later(rest.max(Duration::from_millis(5)), |this, _ctx| this.publish());
    }

    fn publish(&mut self) {
        self.due = false;
        self.published_at = Some(Instant::now());
        let now = self.world.clock.now();
        self.world.board.publish(now, self.board.board_view());
        let seldom = self.seldom_at.is_none_or(|at| at.elapsed() >= SELDOM_EVERY);
        if seldom || self.world.floor.subscribers() > 0 {
            self.world.floor.publish(now, self.board.floor_view());
        }
        if seldom {
            self.seldom_at = Some(Instant::now());
            self.tell_lines();
        }
    }

    fn tell_lines(&mut self) {
        let lines = self.board.lines();
        if lines != *self.lines {
            self.lines = Arc::new(lines);
            let lines = Arc::clone(&self.lines);
            self.world.directory.broadcast::<Operators>(&operator::Event::LinesChanged { lines });
        }
    }

    /// What was counted earlier today is in the rows.
    fn restore(&mut self, ctx: &mut Context<Self>) {
        let (pool, from) = (self.world.pool.clone(), day_start(self.world.clock.now(), self.world.zone));
        let read = async move {
            let mut db = pool.acquire().await?;
            queue_days(&mut db, from).await
        };
        ctx.spawn(read.into_actor(self).map(|days, this, ctx| match days {
            Ok(days) => {
                for day in days {
                    this.board.restore(day.queue_id, counts(&day));
                }
                this.publish_soon(ctx);
            }
            Err(error) => tracing::warn!(%error, "the live board starts at zero: the rows cannot be read"),
        }));
    }
}

impl Actor for BoardActor {
    type Context = Context<Self>;

    /// A board starts empty: queues and operators are asked who is here, the rows what was counted.
    fn started(&mut self, ctx: &mut Context<Self>) {
        self.world.directory.register::<Boards>(Site::HERE, ctx.address().recipient());
        self.restore(ctx);
        self.world.directory.broadcast::<Queues>(&queue::Event::BoardRestarted);
        self.world.directory.broadcast::<Operators>(&operator::Event::BoardRestarted);
        ctx.run_interval(TICKS_EVERY, |this, ctx| this.drive(Event::Ticked, ctx));
    }
}

impl Handler<Tell<Event>> for BoardActor {
    type Result = ();

    fn handle(&mut self, Tell(event): Tell<Event>, ctx: &mut Context<Self>) {
        self.drive(event, ctx);
    }
}

fn counts(day: &QueueDay) -> Counts {
    let count = |rows: i64| u32::try_from(rows).unwrap_or(0);
    Counts {
        offered: count(day.offered),
        answered: count(day.answered),
        answered_in_time: count(day.answered_in_time),
        abandoned: count(day.abandoned),
        abandoned_short: count(day.abandoned_short),
    }
}
