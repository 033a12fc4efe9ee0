//! How much one address, and everybody together, may ask for.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// A token bucket.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Bucket {
    pub(crate) fn full(burst: f64, now: Instant) -> Self {
        Self { tokens: burst, at: now }
    }

    /// Takes one token, if there is one.
    pub(crate) fn take(&mut self, now: Instant, per_second: f64, burst: f64) -> bool {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = now;
        self.tokens = (self.tokens + passed * per_second).min(burst);
        let allowed = self.tokens >= 1.0;
        if allowed {
            self.tokens -= 1.0;
        }
        allowed
    }
}

/// A bucket for each address, and no more of them than `sources_max`.
#[derive(Debug)]
pub(crate) struct PerSource {
    buckets: BTreeMap<IpAddr, Bucket>,
    per_second: f64,
    burst: f64,
    sources_max: usize,
}

impl PerSource {
    pub(crate) fn new(per_second: f64, burst: f64, sources_max: usize) -> Self {
        Self { buckets: BTreeMap::new(), per_second, burst, sources_max }
    }

    /// Whether one more message from `source` may be read.
    pub(crate) fn allows(&mut self, source: IpAddr, now: Instant) -> bool {
        if let Some(bucket) = self.buckets.get_mut(&source) {
            return bucket.take(now, self.per_second, self.burst);
        }
        if self.buckets.len() >= self.sources_max {
            self.forget(now);
        }
        let mut bucket = Bucket::full(self.burst, now);
        let allowed = bucket.take(now, self.per_second, self.burst);
        self.buckets.insert(source, bucket);
        allowed
    }

    /// Forgets addresses whose bucket is full again; failing that, the one that was idle longest.
    fn forget(&mut self, now: Instant) {
        let refill =
            Duration::try_from_secs_f64(self.burst / self.per_second.max(0.001)).unwrap_or(Duration::MAX);
        self.buckets.retain(|_, bucket| now.saturating_duration_since(bucket.at) < refill);
        if self.buckets.len() >= self.sources_max
            && let Some(oldest) =
                self.buckets.iter().min_by_key(|(_, bucket)| bucket.at).map(|(source, _)| *source)
        {
            self.buckets.remove(&oldest);
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.buckets.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_gets_its_burst_and_then_its_rate() {
        let start = Instant::now();
        let mut sources = PerSource::new(10.0, 5.0, 100);
        let source: IpAddr = "192.0.2.1".parse().unwrap();

        let at_once = (0..20).filter(|_| sources.allows(source, start)).count();
        let later = (0..20).filter(|_| sources.allows(source, start + Duration::from_millis(200))).count();

        assert_eq!((at_once, later), (5, 2));
        assert!(sources.allows("192.0.2.2".parse().unwrap(), start));
    }

    #[test]
    fn a_flood_of_addresses_does_not_fill_the_memory() {
        let start = Instant::now();
        let mut sources = PerSource::new(10.0, 5.0, 100);

        for n in 0..10_000_u32 {
            sources.allows(IpAddr::from(n.to_be_bytes()), start + Duration::from_micros(u64::from(n)));
        }

        assert!(sources.len() <= 100);
    }
}
