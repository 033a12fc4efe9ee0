//! How much memory the private Postgres may keep pages in.

/// Least, when nothing is known of the machine: what Postgres takes by itself.
const LEAST_MB: u64 = 128;
/// Most: above this the operating system's own cache serves as well.
const MOST_MB: u64 = 4_096;
/// Its part of the machine's memory; half of the quarter that its manual advises, because our server works beside it.
const PART: u64 = 8;

/// MB for `shared_buffers` on this machine.
pub(super) fn for_buffers_mb() -> u64 {
    let read = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    buffers_mb(total_kb(&read))
}

fn total_kb(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn buffers_mb(total_kb: Option<u64>) -> u64 {
    total_kb.map_or(LEAST_MB, |total| (total / 1_024 / PART).clamp(LEAST_MB, MOST_MB))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_eighth_of_the_machine_within_bounds() {
        let total = total_kb("MemTotal:       24689764 kB\nMemFree:         1000 kB\n");
        assert_eq!(total, Some(24_689_764));
        assert_eq!(buffers_mb(total), 3_013);
        assert_eq!(buffers_mb(Some(512_000)), LEAST_MB);
        assert_eq!(buffers_mb(Some(1 << 40)), MOST_MB);
        assert_eq!(buffers_mb(total_kb("nonsense")), LEAST_MB);
    }
}
