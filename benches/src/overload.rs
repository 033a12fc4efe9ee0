//! Twice the rate that the server holds: what is accepted succeeds, the rest is refused, nothing stays behind.

use crate::calls::{climb, heads, print};
use crate::machine::resident_kb;
use crate::sipp::{Ending, Run};
use crate::site::{MAIN_NUMBER, Site, Wants};
use std::time::{Duration, Instant};

/// How long a call stands, in milliseconds.
const HOLD: u32 = 200;
/// How long the storm lasts, in seconds.
const STORM: u32 = 5;

fn run_at(site: &Site, rate: u32, seconds: u32, name: &str) -> crate::sipp::Counted {
    let run = Run {
        server: &site.sip,
        number: MAIN_NUMBER,
        rate,
        calls: rate * seconds,
        ending: Ending::Caller(HOLD),
        media: false,
    };
    let before = site.usage();
    let counted = run.start(&site.folder, name).finish();
    print(rate, counted, site.usage().since(before));
    counted
}

/// Finds the rate, storms with the limit off, then with the limit set to it.
pub fn run() {
    let limits = |calls_per_second| Wants { operators: 0, calls_per_second, calls_max: 5_000 };
    let open = Site::start(&limits(100_000));
    println!("\nthe rate that this machine holds, no limit set");
    let run = Run {
        server: &open.sip,
        number: MAIN_NUMBER,
        rate: 50,
        calls: 100,
        ending: Ending::Caller(HOLD),
        media: false,
    };
    let knee = climb(&open, &run, 0.0, 3).max(50);
    println!("\nstorm at {} calls a second, no limit set: only the delay of the work protects", knee * 2);
    storm(&open, knee * 2);
    drop(open);
    let limited = Site::start(&limits(knee));
    println!("\nstorm at {} calls a second, calls_per_second = {knee}", knee * 2);
    storm(&limited, knee * 2);
}

fn storm(site: &Site, rate: u32) {
    heads();
    run_at(site, 20, 2, "before");
    site.settles(0.0, Duration::from_secs(60));
    let empty = resident_kb(site.pid());
    let run = Run {
        server: &site.sip,
        number: MAIN_NUMBER,
        rate,
        calls: rate * STORM,
        ending: Ending::Caller(HOLD),
        media: false,
    };
    let (start, before) = (Instant::now(), site.usage());
    let storm = run.start(&site.folder, "storm");
    std::thread::sleep(Duration::from_secs(u64::from(STORM) + 5));
    println!("5 seconds after the storm:");
    let after = run_at(site, 20, 2, "after");
    let counted = storm.finish();
    println!("the storm, over after {:.0} s:", start.elapsed().as_secs_f64());
    print(rate, counted, site.usage().since(before));
    let settled = site.settles(0.0, Duration::from_secs(90));
    println!(
        "serves as before: {}; left behind: {:?} (settled: {settled}), {:.0} kB before, {:.0} kB after; panics: {}",
        after.failed == 0 && after.retransmitted == 0 && after.refused == 0,
        site.alive(),
        empty,
        resident_kb(site.pid()),
        site.panics(),
    );
}
