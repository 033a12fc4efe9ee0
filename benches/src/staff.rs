//! Operators who answer at once: `trunkline demo` in a process of its own, with no calls.

use crate::site::{Site, binary};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Operators at their desks.
pub struct Staff(Child);

impl Staff {
    /// Seats `count` operators who hang up after `talk_seconds`, and waits until they have their phones.
    pub fn seat(site: &Site, count: usize, talk_seconds: f64) -> Self {
        let child = Command::new(binary())
            .args(["demo", "--url", &format!("http://{}", site.http), "--sip", &site.sip])
            .args(["--operators", &count.to_string(), "--talk-seconds", &talk_seconds.to_string()])
            .args(["--calls-per-minute", "0"])
            .env("TRUNKLINE__DEMO__DIR", site.folder.join("demo"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let staff = Self(child);
        let start = Instant::now();
        let wanted: f64 = u32::try_from(count).unwrap().into();
        while site.metric("media_legs", "") < wanted {
            assert!(start.elapsed() < Duration::from_secs(90), "not all operators have phones");
            std::thread::sleep(Duration::from_millis(200));
        }
        // From a connected phone to "ready" it is one command.
        std::thread::sleep(Duration::from_secs(1));
        staff
    }
}

impl Drop for Staff {
    fn drop(&mut self) {
        let _gone = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        let _status = self.0.wait();
    }
}
