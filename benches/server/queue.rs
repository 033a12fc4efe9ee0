//! Calls through a queue to operators, with audio: CPU a call and the rates it holds.

use crate::calls::climb;
use crate::sipp::{Ending, Run};
use crate::site::{QUEUE_NUMBER, Site, Wants};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use trunkline::demo::desk::{self, Room};
use trunkline::demo::door::Door;
use trunkline::demo::operator::Habits;
use trunkline::demo::site::Site as People;
use trunkline::demo::tally::Tally;

/// How long an operator talks.
const TALK: Duration = Duration::from_millis(200);

/// Operators who sit at their desks.
pub struct Staff {
    runtime: tokio::runtime::Runtime,
    stop: CancellationToken,
    /// What they do.
    pub tally: Arc<Tally>,
}

impl Staff {
    /// Seats `count` operators of `site` and waits until they are ready.
    pub fn seat(site: &Site, count: usize, habits: Habits) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mut people = People::read(&site.folder.join("demo"), "sounds".as_ref()).unwrap();
        people.logins.retain(|login| login.starts_with("bench"));
        let (tally, stop) = (Arc::new(Tally::default()), CancellationToken::new());
        let door = Door::new(&format!("http://{}", site.http)).unwrap();
        let room = Arc::new(Room {
            door,
            site: Arc::new(people),
            tally: Arc::clone(&tally),
            habits,
            stop: stop.clone(),
        });
        runtime.block_on(async {
            for (number, login) in room.site.logins.iter().take(count).enumerate() {
                let who = room.door.sign_in(login, &room.site.password).await.unwrap();
                let words = room.door.words(&who).await.unwrap();
                let room = Arc::clone(&room);
                tokio::spawn(async move {
                    if let Err(error) = desk::work(number, &room, who, words, 1).await {
                        println!("{error}: {:?}", std::error::Error::source(&error));
                    }
                });
            }
        });
        let start = Instant::now();
        let wanted = u64::try_from(count).unwrap();
        while tally.figures().operators.get("ready") != Some(&wanted) {
            assert!(start.elapsed() < Duration::from_secs(60), "not all are ready: {:?}", tally.figures());
            std::thread::sleep(Duration::from_millis(100));
        }
        Self { runtime, stop, tally }
    }
}

impl Drop for Staff {
    fn drop(&mut self) {
        self.stop.cancel();
        self.runtime.block_on(tokio::time::sleep(Duration::from_secs(2)));
    }
}

/// Through the queue to `operators`, who answer at once.
pub fn run(operators: usize) {
    let site = Site::start(&Wants { operators, calls_per_second: 100_000, calls_max: 5_000 });
    let staff = Staff::seat(&site, operators, Habits::tireless(TALK));
    let run = Run {
        server: &site.sip,
        number: QUEUE_NUMBER,
        rate: 10,
        calls: 50,
        ending: Ending::Server,
        media: true,
    };
    let legs: f64 = u32::try_from(operators).unwrap().into();
    run.start(&site.folder, "warm-up").finish();
    site.settles(legs, Duration::from_secs(60));
    println!(
        "\ncalls through a queue to {operators} operators with browsers' phones, recorded, {} ms of talk; \
         Asterisk 22.10.1 app_queue, 20 members: 5.2 to 8 ms; goal at most 2",
        TALK.as_millis()
    );
    climb(&site, &run, legs, 5);
    println!("operators at the end: {:?}", staff.tally.figures().operators);
    println!("afterwards {:?}; panics: {}", site.alive(), site.panics());
}
