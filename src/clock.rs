//! The two clocks of the kiosk, injected so that tests move them by hand.

use std::sync::Mutex;
use std::time::Instant;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Wall clock and monotonic clock.
pub trait Clock: Send + Sync {
    /// The wall clock; it may jump.
    fn now(&self) -> Timestamp;
    /// Milliseconds since some fixed moment; never goes back.
    fn monotonic_ms(&self) -> u64;
    /// Where weeks begin at midnight.
    fn time_zone(&self) -> TimeZone;
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn monotonic_ms(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn time_zone(&self) -> TimeZone {
        TimeZone::system()
    }
}

/// Clocks that stand still until they are moved; UTC.
#[derive(Debug)]
pub struct ManualClock(Mutex<(Timestamp, u64)>);

impl ManualClock {
    /// Clocks that show `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new((now, 0)))
    }

    /// Lets time pass on both clocks.
    pub fn advance_ms(&self, ms: u64) {
        self.with(|(wall, monotonic)| {
            *wall = shifted(*wall, i64::try_from(ms).unwrap_or(i64::MAX));
            *monotonic += ms;
        });
    }

    /// Sets the wall clock forth or back, as an administrator or NTP does.
    pub fn jump_ms(&self, ms: i64) {
        self.with(|(wall, _)| *wall = shifted(*wall, ms));
    }

    fn with<T>(&self, change: impl FnOnce(&mut (Timestamp, u64)) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.with(|(wall, _)| *wall)
    }

    fn monotonic_ms(&self) -> u64 {
        self.with(|(_, monotonic)| *monotonic)
    }

    fn time_zone(&self) -> TimeZone {
        TimeZone::UTC
    }
}

/// `at` moved by `ms`, staying within what a [`Timestamp`] can hold.
#[must_use]
pub fn shifted(at: Timestamp, ms: i64) -> Timestamp {
    at.saturating_add(jiff::SignedDuration::from_millis(ms)).unwrap_or(at)
}
