//! The two ways in which every signal adds up a stretch of the timeline: a tally of time, and unbroken runs.

use super::{GazeState, Reason, Seen, State, Timeline};

/// Unknown time of at most this length, in milliseconds, between two equal stretches does not break a run: a blink
/// takes 100 to 400 ms.
pub const BRIDGED_MAX_MS: u64 = 400;

/// Least observed time, in milliseconds, from which a share is given: a smile or look of 0.5 s must fit in.
pub const OBSERVED_MIN_MS: u64 = 500;

/// Milliseconds of one fact, by what was seen.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub yes_ms: u64,
    pub no_ms: u64,
    pub excluded_ms: u64,
    unknown_ms: [u64; Reason::ALL.len()],
}

impl Tally {
    pub(super) fn of(timeline: &Timeline, stretches: &[(u64, u64)], read: fn(&State) -> Seen) -> Self {
        let mut tally = Self::default();
        for &(from_ms, to_ms) in stretches {
            for span in timeline.between(from_ms, to_ms) {
                let length_ms = span.to_ms - span.from_ms;
                match read(&span.state) {
                    Seen::Yes => tally.yes_ms += length_ms,
                    Seen::No => tally.no_ms += length_ms,
                    Seen::Excluded => tally.excluded_ms += length_ms,
                    Seen::Unknown(reason) => {
                        for (place, of_ms) in Reason::ALL.iter().zip(&mut tally.unknown_ms) {
                            *of_ms += if *place == reason { length_ms } else { 0 };
                        }
                    }
                }
            }
        }
        tally
    }

    /// Time in which the answer was known.
    pub(super) fn observed_ms(&self) -> u64 {
        self.yes_ms + self.no_ms
    }

    pub(super) fn unknown_ms(&self) -> u64 {
        self.unknown_ms.iter().sum()
    }

    /// The reason that lasted longest; of equals, the first in precedence.
    pub(super) fn reason(&self) -> Option<Reason> {
        let lasted = Reason::ALL.into_iter().zip(self.unknown_ms).filter(|(_, ms)| *ms > 0);
        lasted.rev().max_by_key(|(_, ms)| *ms).map(|(reason, _)| reason)
    }

    /// Why no share can be given: less than half of the time was known, or too little of it counts.
    pub(super) fn too_little(&self) -> Option<Reason> {
        if self.observed_ms() + self.excluded_ms < self.unknown_ms() {
            self.reason()
        } else if self.observed_ms() < OBSERVED_MIN_MS {
            Some(self.reason().filter(|_| self.unknown_ms() >= OBSERVED_MIN_MS).unwrap_or(Reason::TooShort))
        } else {
            None
        }
    }
}

/// An unbroken stretch of the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub seen: Seen,
    pub from_ms: u64,
    pub to_ms: u64,
    /// It borders on time that is not known, so that it may have been longer.
    pub cut: bool,
}

impl Run {
    pub(super) fn length_ms(&self) -> u64 {
        self.to_ms - self.from_ms
    }
}

/// The runs from `from_ms` to `to_ms` without the unknown ones; short unknown time within a run is bridged.
pub(super) fn runs(timeline: &Timeline, from_ms: u64, to_ms: u64, read: fn(&State) -> Seen) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for span in timeline.between(from_ms, to_ms) {
        // Reasons do not matter here: unknown is unknown.
        let seen = match read(&span.state) {
            Seen::Unknown(_) => Seen::Unknown(Reason::NoFace),
            known => known,
        };
        let unknown = matches!(seen, Seen::Unknown(_));
        match runs.as_mut_slice() {
            [.., last] if last.seen == seen => last.to_ms = span.to_ms,
            [.., before, gap] if !unknown && before.seen == seen && is_bridged(gap) => {
                before.to_ms = span.to_ms;
                runs.pop();
            }
            _ => runs.push(Run { seen, from_ms: span.from_ms, to_ms: span.to_ms, cut: false }),
        }
    }
    let unknown: Vec<bool> = runs.iter().map(|run| matches!(run.seen, Seen::Unknown(_))).collect();
    let is_unknown = |place: Option<usize>| place.and_then(|place| unknown.get(place)).is_some_and(|unknown| *unknown);
    for (place, run) in runs.iter_mut().enumerate() {
        run.cut = is_unknown(place.checked_sub(1)) || is_unknown(Some(place + 1));
    }
    runs.retain(|run| !matches!(run.seen, Seen::Unknown(_)));
    runs
}

/// The longest stretch of unknown time, in milliseconds, that is not bridged.
pub(super) fn longest_unknown_ms(timeline: &Timeline, from_ms: u64, to_ms: u64, read: fn(&State) -> Seen) -> u64 {
    let (mut longest_ms, mut current_ms) = (0, 0);
    for span in timeline.between(from_ms, to_ms) {
        let unknown = matches!(read(&span.state), Seen::Unknown(_));
        current_ms = if unknown { current_ms + span.to_ms - span.from_ms } else { 0 };
        longest_ms = longest_ms.max(current_ms);
    }
    if longest_ms > BRIDGED_MAX_MS { longest_ms } else { 0 }
}

fn is_bridged(gap: &Run) -> bool {
    matches!(gap.seen, Seen::Unknown(_)) && gap.length_ms() <= BRIDGED_MAX_MS
}

/// Looking towards the customer: turned away counts as not looking, a work direction does not count.
pub(super) fn looking(state: &State) -> Seen {
    match state.gaze {
        GazeState::Looking => Seen::Yes,
        GazeState::Away | GazeState::TurnedAway => Seen::No,
        GazeState::Work => Seen::Excluded,
        GazeState::NotObservable(reason) => Seen::Unknown(reason),
    }
}
