//! Where the present moment comes from: the system's clock, or one that a demo or a test moves by hand.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::time::Millis;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Millis;
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods)] // here is where it comes from
    fn now(&self) -> Millis {
        chrono::Utc::now().timestamp_millis()
    }
}

/// A clock that stands at a set moment until it is told to follow the system's.
#[derive(Debug)]
pub struct ManualClock {
    /// The moment, or [`ManualClock::LIVE`].
    at: AtomicI64,
}

impl ManualClock {
    const LIVE: i64 = i64::MIN;

    /// A clock that stands at `at`.
    pub fn new(at: Millis) -> Self {
        Self { at: AtomicI64::new(at) }
    }

    /// Moves it.
    pub fn set(&self, at: Millis) {
        self.at.store(at, Ordering::Release);
    }

    /// From now on it is the system's clock.
    pub fn go_live(&self) {
        self.set(Self::LIVE);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Millis {
        match self.at.load(Ordering::Acquire) {
            Self::LIVE => SystemClock.now(),
            at => at,
        }
    }
}
