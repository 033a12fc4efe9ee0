//! The machine and its processes, as the kernel counts them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Ticks of the kernel's process times a second; 100 on every Linux of today.
const TICKS_PER_SECOND: f64 = 100.0;

/// What a process has used so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Usage {
    /// CPU seconds, user and system, of the server.
    pub server: f64,
    /// The same of its Postgres.
    pub postgres: f64,
}

impl Usage {
    /// What was used since.
    pub fn since(self, before: Self) -> Self {
        Self { server: self.server - before.server, postgres: self.postgres - before.postgres }
    }
}

struct Process {
    name: String,
    parent: u32,
    own: f64,
    waited: f64,
}

fn processes() -> BTreeMap<u32, Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            let (head, rest) = stat.rsplit_once(')')?;
            let fields: Vec<&str> = rest.split_whitespace().collect();
            let ticks = |n: usize| fields.get(n).and_then(|it| it.parse::<f64>().ok()).unwrap_or(0.0);
            let name = head.split_once('(')?.1.to_owned();
            let own = (ticks(11) + ticks(12)) / TICKS_PER_SECOND;
            let waited = (ticks(13) + ticks(14)) / TICKS_PER_SECOND;
            Some((pid, Process { name, parent: fields.get(1)?.parse().ok()?, own, waited }))
        })
        .collect()
}

/// CPU of the server `pid` and of the Postgres below it.
pub fn usage(pid: u32) -> Usage {
    let all = processes();
    let mut below = BTreeSet::from([pid]);
    // A child may have a lower number than its parent: until nothing is added.
    loop {
        let more: Vec<u32> = all
            .iter()
            .filter(|(id, it)| below.contains(&it.parent) && !below.contains(id))
            .map(|(id, _)| *id)
            .collect();
        if more.is_empty() {
            break;
        }
        below.extend(more);
    }
    let postgres = below.iter().filter_map(|id| all.get(id)).filter(|it| it.name.starts_with("postgres"));
    Usage {
        server: all.get(&pid).map_or(0.0, |it| it.own),
        postgres: postgres.map(|it| it.own + it.waited).sum(),
    }
}

fn status(pid: u32, field: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or("0");
    line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

/// Resident memory in kB.
pub fn resident_kb(pid: u32) -> f64 {
    status(pid, "VmRSS").to_string().parse().unwrap_or(0.0)
}

/// Threads.
pub fn threads(pid: u32) -> u64 {
    status(pid, "Threads")
}

/// Raises the limit of open files to what is allowed; children inherit it.
pub fn raise_open_files() -> u64 {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    let _as_it_was = setrlimit(Resource::Nofile, limit);
    getrlimit(Resource::Nofile).current.unwrap_or(0)
}

/// Processor, cores, memory and what else runs, in a line.
pub fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let info = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let total = info.lines().find_map(|line| line.strip_prefix("MemTotal:")).unwrap_or("0");
    let kb: u64 = total.trim().trim_end_matches(" kB").parse().unwrap_or(0);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default().to_owned();
    format!("{cores} cores, {} GiB, load {load} before the start", kb.div_ceil(1024 * 1024))
}
