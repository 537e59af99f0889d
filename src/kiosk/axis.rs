//! The time axis of a shift: milliseconds since it began, on which observations and till events meet.
//!
//! Observations carry the source's own time, till events the wall clock's; both are brought here. The
//! axis follows the monotonic clock, so that a jump of the wall clock moves no observation.

use jiff::Timestamp;

use crate::clock::{Clock, shifted};

/// A difference between the clocks beyond this is a jump, not drift; NTP slews by less in a minute.
const JUMP_MS: i64 = 1_000;
/// A smaller step between the two clocks is rounding.
const ROUNDING_MS: i64 = 5;

/// Maps wall time, monotonic time and the source's time onto the shift.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    /// Monotonic time at shift time 0; before the process began for a shift taken up again.
    origin_monotonic_ms: i64,
    /// Wall time at shift time 0, as the wall clock stands now.
    anchor: Timestamp,
    /// Shift time minus source time, once the source has shown a frame.
    source_offset_ms: Option<i64>,
    newest_ms: u64,
}

impl Axis {
    /// The axis of a shift that began at `started_at`, now or before a crash.
    pub fn new(started_at: Timestamp, clock: &dyn Clock) -> Self {
        let elapsed_ms = (clock.now().as_millisecond() - started_at.as_millisecond()).max(0);
        let monotonic_ms = i64::try_from(clock.monotonic_ms()).unwrap_or(i64::MAX);
        let mut axis = Self {
            origin_monotonic_ms: monotonic_ms.saturating_sub(elapsed_ms),
            anchor: started_at,
            source_offset_ms: None,
            newest_ms: 0,
        };
        axis.follow(clock);
        axis
    }

    /// Milliseconds since the shift began.
    pub fn now_ms(&self, clock: &dyn Clock) -> u64 {
        let monotonic_ms = i64::try_from(clock.monotonic_ms()).unwrap_or(i64::MAX);
        u64::try_from(monotonic_ms.saturating_sub(self.origin_monotonic_ms)).unwrap_or(0)
    }

    /// Follows the wall clock: small drift silently; `Some` with the size of a jump in milliseconds.
    pub fn follow(&mut self, clock: &dyn Clock) -> Option<i64> {
        let elapsed_ms = i64::try_from(self.now_ms(clock)).unwrap_or(i64::MAX);
        let anchor = shifted(clock.now(), -elapsed_ms);
        let moved_ms = anchor.as_millisecond() - self.anchor.as_millisecond();
        // Both clocks are read in whole milliseconds: a step of one or two is their rounding, not a movement, and would
        // put events of the same time in another order.
        if moved_ms.abs() > ROUNDING_MS {
            self.anchor = anchor;
        }
        (moved_ms.abs() > JUMP_MS).then_some(moved_ms)
    }

    /// Shift time of a wall time; 0 for one before the shift.
    pub fn shift_from_wall(&self, at: Timestamp) -> u64 {
        u64::try_from(at.as_millisecond() - self.anchor.as_millisecond()).unwrap_or(0)
    }

    /// Wall time of a shift time.
    pub fn wall_from_shift(&self, t_ms: u64) -> Timestamp {
        shifted(self.anchor, i64::try_from(t_ms).unwrap_or(i64::MAX))
    }

    /// Shift time of an observation; never before the previous one's. The first frame after the source
    /// was opened is taken to be of this moment.
    pub fn shift_from_source(&mut self, source_ms: u64, clock: &dyn Clock) -> u64 {
        let source_ms = i64::try_from(source_ms).unwrap_or(i64::MAX);
        let now_ms = self.now_ms(clock);
        let offset = *self
            .source_offset_ms
            .get_or_insert_with(|| i64::try_from(now_ms).unwrap_or(i64::MAX).saturating_sub(source_ms));
        let t_ms = u64::try_from(source_ms.saturating_add(offset)).unwrap_or(0);
        self.newest_ms = self.newest_ms.max(t_ms);
        self.newest_ms
    }

    /// The source was closed; its next frame may count from anew.
    pub fn source_closed(&mut self) {
        self.source_offset_ms = None;
    }

    /// The end of the shift on this axis: now, or the newest observation if that is later.
    pub fn end_ms(&self, clock: &dyn Clock) -> u64 {
        self.now_ms(clock).max(self.newest_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    fn noon() -> Timestamp {
        "2026-03-02T12:00:00Z".parse().expect("a time")
    }

    #[test]
    fn wall_source_and_shift_time_meet() {
        let clock = ManualClock::at(noon());
        let mut axis = Axis::new(noon(), &clock);
        clock.advance_ms(5_000);
        assert_eq!(axis.shift_from_source(100, &clock), 5_000);
        clock.advance_ms(1_000);
        assert_eq!(axis.shift_from_source(1_100, &clock), 6_000);
        assert_eq!(axis.shift_from_wall(clock.now()), 6_000);
        assert_eq!(axis.wall_from_shift(6_000), clock.now());
        assert_eq!(axis.shift_from_wall(shifted(noon(), -5)), 0);
    }

    #[test]
    fn a_jump_of_the_wall_clock_moves_events_and_no_observation() {
        let clock = ManualClock::at(noon());
        let mut axis = Axis::new(noon(), &clock);
        axis.shift_from_source(0, &clock);
        for jump_ms in [3_600_000, -7_200_000] {
            clock.advance_ms(10_000);
            clock.jump_ms(jump_ms);
            assert_eq!(axis.follow(&clock), Some(jump_ms));
            assert_eq!(axis.shift_from_wall(clock.now()), axis.now_ms(&clock));
        }
        assert_eq!(axis.shift_from_source(20_000, &clock), 20_000);
        clock.jump_ms(200);
        assert_eq!(axis.follow(&clock), None, "drift is followed silently");
    }

    #[test]
    fn a_source_opened_again_goes_on_from_now() {
        let clock = ManualClock::at(noon());
        let mut axis = Axis::new(noon(), &clock);
        clock.advance_ms(1_000);
        assert_eq!(axis.shift_from_source(50_000, &clock), 1_000);
        axis.source_closed();
        clock.advance_ms(9_000);
        assert_eq!(axis.shift_from_source(0, &clock), 10_000);
        assert_eq!(axis.shift_from_source(0, &clock), 10_000);
    }

    #[test]
    fn a_shift_taken_up_again_keeps_its_beginning() {
        let clock = ManualClock::at(noon());
        let axis = Axis::new(shifted(noon(), -60_000), &clock);
        assert_eq!(axis.now_ms(&clock), 60_000);
        assert_eq!(axis.shift_from_wall(noon()), 60_000);
    }
}
