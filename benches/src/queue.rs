//! Calls through a queue to operators, with audio: CPU a call and the rates it holds.

use crate::calls::{climb, idle};
use crate::sipp::{Ending, Run};
use crate::site::{QUEUE_NUMBER, Site, Wants};
use crate::staff::Staff;
use std::time::Duration;

/// How long an operator talks, in seconds.
const TALK_SECONDS: f64 = 0.2;

/// Through the queue to `operators`, who answer at once.
pub fn run(operators: usize) {
    let site = Site::start(&Wants { operators, calls_per_second: 100_000, calls_max: 5_000 });
    let staff = Staff::seat(&site, operators, TALK_SECONDS);
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
    idle(&site);
    println!(
        "\ncalls through a queue to {operators} operators with browsers' phones, recorded, {TALK_SECONDS} s of talk; \
         Asterisk 22.10.1 app_queue, 20 members: 5.2 to 8 ms; goal at most 2"
    );
    climb(&site, &run, legs, 5);
    println!("afterwards {:?}; panics: {}", site.alive(), site.panics());
    drop(staff);
}
