//! When something that need not run on every frame is due, in the source's own time.

/// Due a number of times a second.
pub(crate) struct Every {
    period_ms: f64,
    next_ms: Option<f64>,
}

impl Every {
    pub(crate) fn hz(hz: f32) -> Self {
        Self { period_ms: 1000.0 / f64::from(hz.max(0.001)), next_ms: None }
    }

    /// Due at the next call.
    pub(crate) fn restart(&mut self) {
        self.next_ms = None;
    }

    /// Whether it is due at `t_ms`; if so, the next time is set. A clock that jumps back makes it due.
    pub(crate) fn is_due(&mut self, t_ms: u64) -> bool {
        let now = t_ms as f64;
        let due = self.next_ms.is_none_or(|next| now >= next || now + self.period_ms < next);
        if due {
            let steady = self.next_ms.unwrap_or(now) + self.period_ms;
            self.next_ms =
                Some(if steady > now && steady <= now + self.period_ms { steady } else { now + self.period_ms });
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_times_a_second_at_any_frame_rate() {
        for (step_ms, frames) in [(33, 300), (40, 250), (100, 100)] {
            let mut every = Every::hz(3.0);
            let runs = (0..frames).filter(|n| every.is_due(n * step_ms)).count();
            assert!((29..=31).contains(&runs), "{step_ms} ms: {runs}");
        }
    }

    #[test]
    fn a_clock_that_jumps_back_does_not_silence_it() {
        let mut every = Every::hz(3.0);
        assert!(every.is_due(1_000_000));
        assert!(every.is_due(5));
    }
}
