//! Queues, operators and boards as configured, and how they follow changes of configuration.

use super::flows::Flows;
use super::{LiveError, book, on};
use crate::http::resources::parts::ConfigChanged;
use actix::{Actor, Addr, Context, Handler};
use actix_rt::Arbiter;
use actors::desk::Desk;
use actors::message::{Operators, Queues};
use actors::supervise::{GaveUp, Supervisor};
use actors::world::World;
use actors::{board, operator, queue};
use base::id::{OperatorId, QueueId};
use routing::config::{Queue, SkillLevel};
use routing::matching::Skills;
use routing::operator::{Reason, Settings};
use routing::queue::{Config, WrapUpRule};
use routing::service_level::Target;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use telephony::sip::LiveTrunkBook;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// A desk that is not open by then has no thread to run on.
const DESK_OPENS_WITHIN: Duration = Duration::from_secs(5);

/// Queues, operators and boards with who watches over them.
#[derive(Clone)]
pub struct Floor {
    world: Arc<World>,
    supervisor: Addr<Supervisor>,
    /// Queues that were opened, as they were last configured.
    opened: Arc<Mutex<BTreeMap<QueueId, Config>>>,
}

/// Why a desk does not open.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// Its settings.
    #[error("the operator's settings cannot be read: try again")]
    Database(#[from] sqlx::Error),
    /// The person.
    #[error("nobody has this id")]
    Unknown,
    /// Its actor.
    #[error("the desk does not open: try again")]
    NotOpen,
}

/// The root of the tree: when it hears that a branch is given up, the process ends, so that the service manager acts.
struct Root(CancellationToken);

impl Actor for Root {
    type Context = Context<Self>;
}

impl Handler<GaveUp> for Root {
    type Result = ();

    fn handle(&mut self, GaveUp { child }: GaveUp, _ctx: &mut Context<Self>) {
        tracing::error!(%child, "a part of the server panics again and again: the server stops");
        self.0.cancel();
    }
}

impl Floor {
    /// Opens the board and every queue on `arbiter`. `fatal` is cancelled when a part cannot be kept alive.
    pub(super) async fn start(
        world: &Arc<World>,
        arbiter: &Arbiter,
        fatal: CancellationToken,
    ) -> Result<Self, LiveError> {
        let supervisor =
            on(arbiter, move || Supervisor::start_under(Root(fatal).start().recipient())).await?;
        let floor = Self { world: Arc::clone(world), supervisor, opened: Arc::default() };
        board::open(world, &floor.supervisor);
        floor.read_queues().await?;
        Ok(floor)
    }

    /// Opens queues that are new, changes those that changed, closes those that are no more.
    async fn read_queues(&self) -> sqlx::Result<()> {
        let mut db = self.world.pool.acquire().await?;
        let configured = routing::query::config::queues(&mut db).await?;
        let configured: BTreeMap<_, _> = configured.into_iter().map(|it| (it.id, queue_config(it))).collect();
        let mut opened = self.opened.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (id, config) in &configured {
            queue::open(&self.world, &self.supervisor, *id, config.clone());
        }
        for (gone, config) in opened.iter().filter(|(id, _)| !configured.contains_key(id)) {
            self.close(*gone, config.clone());
        }
        *opened = configured;
        Ok(())
    }

    /// Who waits is still served; nobody new comes in. The queue ends, and leaves the board, when it is empty.
    fn close(&self, queue: QueueId, config: Config) {
        let closed = routing::queue::Event::ConfigChanged { config: Config { open: false, ..config } };
        let _not_live = self.world.directory.tell::<Queues>(queue, closed);
    }

    /// The desk of an operator; signs the operator in when nobody has opened it yet.
    ///
    /// # Errors
    /// [`DeskError`].
    pub async fn open_desk(&self, id: OperatorId) -> Result<Desk, DeskError> {
        let settings = self.settings_of(id).await?.ok_or(DeskError::Unknown)?;
        operator::sign_in(&self.world, &self.supervisor, id, settings);
        let opened = tokio::time::timeout(DESK_OPENS_WITHIN, self.world.desks.opened(id)).await;
        opened.map_err(|_| DeskError::NotOpen)
    }

    /// Tells signed-in operators what they may do now.
    async fn configure_operators(&self, only: Option<OperatorId>) -> sqlx::Result<()> {
        let signed_in = self.world.directory.ids::<Operators>();
        for id in signed_in.into_iter().filter(|id| only.is_none_or(|only| only == *id)) {
            if let Some(settings) = self.settings_of(id).await? {
                let changed = routing::operator::Event::Configured { settings: Box::new(settings) };
                let _signed_out = self.world.directory.tell::<Operators>(id, changed);
            }
        }
        Ok(())
    }

    async fn settings_of(&self, id: OperatorId) -> sqlx::Result<Option<Settings>> {
        let mut db = self.world.pool.acquire().await?;
        let Some(person) = access::person::query::find(&mut db, id.into(), self.world.clock.now()).await?
        else {
            return Ok(None);
        };
        let unit = access::unit::store::find(&mut db, person.unit_id).await?;
        let configured = routing::query::config::find_operator(&mut db, id).await?;
        let fields = configured.unwrap_or_else(|| routing::config::OperatorSettings::unset(id)).fields;
        let queues = routing::query::config::queues(&mut db).await?;
        let served = queues.into_iter().filter(|queue| fields.queues.contains(&queue.id));
        let queues: BTreeMap<_, _> = served.map(|queue| (queue.id, queue.fields.name)).collect();
        let reasons = routing::query::config::reasons(&mut db).await?.into_iter();
        let reason = |known: routing::config::NotReadyReason| Reason {
            id: known.id,
            code: known.fields.code,
            name: known.fields.name,
        };
        Ok(Some(Settings {
            name: person.name,
            login: person.login,
            unit: unit.map(|unit| unit.name),
            queues,
            skills: skills(&fields.skills),
            receives_incoming: fields.receives_incoming,
            wrap_up_mandatory: fields.wrap_up_mandatory,
            zone: self.world.zone,
            reasons: reasons.map(reason).collect(),
        }))
    }
}

fn queue_config(queue: Queue) -> Config {
    let fields = queue.fields;
    let seconds = |value: i32| Duration::from_secs(u64::try_from(value).unwrap_or(0));
    Config {
        name: fields.name,
        open: true,
        skills: skills(&fields.skills),
        priority: i16::try_from(fields.priority).unwrap_or(0),
        offer_rings_for: seconds(fields.ring_seconds),
        wrap_up: WrapUpRule { lasts: seconds(fields.wrap_up_seconds), mandatory: fields.wrap_up_mandatory },
        waiting_max: usize::try_from(fields.waiting_max).unwrap_or(0),
        target: Target {
            answered_within: seconds(fields.target_seconds),
            percent: u8::try_from(fields.target_percent).unwrap_or(100),
            short_abandon: seconds(fields.short_abandon_seconds),
        },
    }
}

fn skills(levels: &[SkillLevel]) -> Skills {
    Skills::new(levels.iter().map(|it| (it.skill_id, u8::try_from(it.level).unwrap_or(u8::MAX))))
}

/// Follows changes until nobody announces any more.
pub(super) async fn follow(
    floor: Floor,
    flows: Arc<Flows>,
    trunks: Arc<LiveTrunkBook>,
    mut changes: broadcast::Receiver<ConfigChanged>,
) {
    loop {
        let change = match changes.recv().await {
            Ok(change) => Some(change),
            Err(broadcast::error::RecvError::Lagged(_)) => None,
            Err(broadcast::error::RecvError::Closed) => return,
        };
        if let Err(error) = apply(&floor, &flows, &trunks, change).await {
            tracing::error!(%error, ?change, "a change of configuration is not in force yet: change it again");
        }
    }
}

/// Brings one change into force; none stands for all of them.
async fn apply(
    floor: &Floor,
    flows: &Flows,
    trunks: &LiveTrunkBook,
    change: Option<ConfigChanged>,
) -> sqlx::Result<()> {
    use ConfigChanged as C;
    let world = &floor.world;
    if matches!(change, None | Some(C::Queues)) {
        floor.read_queues().await?;
    }
    if matches!(change, None | Some(C::Queues | C::Skills | C::Numbers | C::Prompts | C::Flows)) {
        let names = book::names(&world.pool).await?;
        flows.read(&names);
        world.book.store(Arc::new(names.book(flows.library())));
    }
    if matches!(change, None | Some(C::Trunks | C::Numbers)) {
        trunks.replace(book::trunks(&world.pool).await?);
    }
    match change {
        None | Some(C::Queues | C::Skills | C::Reasons) => floor.configure_operators(None).await,
        Some(C::Operator(id)) => floor.configure_operators(Some(id)).await,
        Some(C::Topics | C::Results | C::Trunks | C::Numbers | C::Prompts | C::Flows) => Ok(()),
    }
}
