//! Waiting times that grow and differ between processes, so that those who wait for the same thing do not meet again.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// A sequence of waiting times: each twice the one before up to a maximum, each shortened by up to a half by chance.
#[derive(Clone, Debug)]
pub(crate) struct Backoff {
    next: Duration,
    max: Duration,
}

impl Backoff {
    pub(crate) fn new(first: Duration, max: Duration) -> Self {
        Self { next: first.min(max), max }
    }

    pub(crate) fn delay(&mut self) -> Duration {
        let full = self.next;
        self.next = (self.next * 2).min(self.max);
        full.mul_f64(0.5 + 0.5 * fraction())
    }
}

/// A number that nobody else draws at the same time; the standard library's hash keys are random.
pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

fn fraction() -> f64 {
    (random() >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Backoff;

    #[test]
    fn delays_grow_to_the_maximum_and_are_never_the_same() {
        let mut backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(2));
        let delays: Vec<Duration> = (0..8).map(|_| backoff.delay()).collect();
        for (delay, full) in delays.iter().zip([200, 400, 800, 1600, 2000, 2000, 2000, 2000]) {
            let full = Duration::from_millis(full);
            assert!(*delay >= full / 2 && *delay <= full, "{delay:?} of {full:?}");
        }
        assert_ne!(delays[6], delays[7]);
    }
}
