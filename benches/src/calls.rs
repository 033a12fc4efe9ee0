//! Calls that the IVR answers: CPU a call, the rates it holds, memory of a call that stands.

use crate::machine::{Usage, resident_kb, threads};
use crate::sipp::{Counted, Ending, Run};
use crate::site::{MAIN_NUMBER, Site, Wants};
use std::time::Duration;

/// How long a call stands, in milliseconds: as in the measurements of others.
const HOLD: u32 = 200;
/// Calls that stand at once when memory is measured.
const STANDING: u32 = 500;

/// Asterisk 22.10.1 on the same kind of machine, `Answer,Wait` without a prompt: milliseconds of CPU a call, and
/// memory of a standing call in kB.
const ASTERISK: &str = "Asterisk 22.10.1: 2.1 to 2.5 ms; goal at most 0.8";
const ASTERISK_MEMORY: &str = "Asterisk 22.10.1: 133 kB and one thread a call; goal at most 44";

/// Rates to try, until something is lost.
pub const RATES: [u32; 11] = [50, 100, 200, 300, 400, 600, 800, 1_000, 1_300, 1_700, 2_200];

/// One rate and what came of it, as a line.
pub fn print(rate: u32, counted: Counted, used: Usage) {
    let per_call = |seconds: f64| {
        let calls: u32 = counted.succeeded.try_into().unwrap_or(u32::MAX);
        seconds * 1e3 / f64::from(calls.max(1))
    };
    println!(
        "{rate:>6}/s {:>8.2} ms {:>8.2} ms {:>8} {:>8} {:>8} {:>8}",
        per_call(used.server),
        per_call(used.postgres),
        counted.succeeded - counted.refused,
        counted.refused,
        counted.failed,
        counted.retransmitted,
    );
}

/// The heads of the columns.
pub fn heads() {
    println!("  rate   server CPU  postgres CPU   good  refused   failed  retransmitted");
}

/// Tries rates until something is lost; the last rate at which nothing was.
pub fn climb(site: &Site, run: &Run<'_>, legs: f64, seconds: u32) -> u32 {
    heads();
    let (mut holds, mut retransmits, mut refuses, mut fails) = (0, None, None, None);
    for rate in RATES {
        let before = site.usage();
        let run = Run { rate, calls: rate * seconds, ..run.clone() };
        let counted = run.start(&site.folder, &format!("rate-{rate}")).finish();
        // What is written down follows within moments.
        std::thread::sleep(Duration::from_millis(500));
        print(rate, counted, site.usage().since(before));
        site.settles(legs, Duration::from_secs(60));
        let first = |kept: &mut Option<u32>, lost: u64| *kept = kept.or((lost > 0).then_some(rate));
        first(&mut retransmits, counted.retransmitted);
        first(&mut refuses, counted.refused);
        first(&mut fails, counted.failed);
        let lost = counted.refused + counted.failed;
        if lost == 0 && counted.retransmitted == 0 {
            holds = rate;
        }
        // A neighbour on the same cores costs a call now and then; beyond a twentieth it is the rate.
        if lost * 20 > u64::from(run.calls) {
            break;
        }
    }
    println!(
        "first retransmission: {}; first refusal: {}; first failure: {}; nothing lost up to {holds} calls a second",
        named(retransmits),
        named(refuses),
        named(fails)
    );
    holds
}

fn named(rate: Option<u32>) -> String {
    rate.map_or("none".to_owned(), |rate| format!("at {rate}/s"))
}

/// Answered by the IVR, with audio both ways.
pub fn run() {
    let site = Site::start(&Wants { operators: 0, calls_per_second: 100_000, calls_max: 5_000 });
    let run = Run {
        server: &site.sip,
        number: MAIN_NUMBER,
        rate: 50,
        calls: 100,
        ending: Ending::Caller(HOLD),
        media: true,
    };
    run.start(&site.folder, "warm-up").finish();
    memory(&site, &run);
    idle(&site);
    println!(
        "\ncalls answered by the IVR (flows/main, a prompt plays, the caller sends audio, {HOLD} ms); {ASTERISK}"
    );
    climb(&site, &run, 0.0, 4);
    println!("panics: {}", site.panics());
}

/// What the server uses when nothing happens: part of every figure below.
pub fn idle(site: &Site) {
    const SECONDS: f64 = 5.0;
    let before = site.usage();
    std::thread::sleep(Duration::from_secs_f64(SECONDS));
    let used = site.usage().since(before);
    println!(
        "idle: {:.1} ms CPU a second, Postgres {:.1}",
        used.server * 1e3 / SECONDS,
        used.postgres * 1e3 / SECONDS
    );
}

fn memory(site: &Site, run: &Run<'_>) {
    site.settles(0.0, Duration::from_secs(60));
    println!("\nmemory of a standing call with audio both ways; {ASTERISK_MEMORY}");
    let (empty, empty_threads) = (resident_kb(site.pid()), threads(site.pid()));
    let run = Run { rate: 50, calls: STANDING, ending: Ending::Caller(16_000), ..run.clone() };
    let standing = run.start(&site.folder, "standing");
    std::thread::sleep(Duration::from_secs(11));
    let (calls, before) = (site.metric("actor_live", "kind=\"call\""), site.usage());
    let full = resident_kb(site.pid());
    std::thread::sleep(Duration::from_secs(4));
    let used = site.usage().since(before).server / 4.0 / calls;
    println!(
        "{calls} calls: {:.1} kB each, {} threads more, {:.2} ms CPU a second each ({full:.0} kB, {empty:.0} empty)",
        (full - empty) / calls,
        threads(site.pid()) - empty_threads,
        used * 1e3,
    );
    let counted = standing.finish();
    println!(
        "{} good, {} failed, {} retransmitted",
        counted.succeeded, counted.failed, counted.retransmitted
    );
    let empties = site.settles(0.0, Duration::from_secs(60));
    println!("afterwards {:?}, settled: {empties}, {:.0} kB", site.alive(), resident_kb(site.pid()));
}
