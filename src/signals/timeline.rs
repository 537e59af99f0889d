//! What was decided, over time, in as little room as it needs: equal neighbours are one span.
//!
//! It holds no observation, no pose and no picture, only coarse states and the times of nods, and forgets what no
//! transaction needs any more.

use std::collections::VecDeque;

use super::{NodDetector, Reason, Seen, State, nods::Pace};
use crate::decide::Decided;

/// A frame stands for the time until the next one, but for at most this long, in milliseconds; a longer hole was not
/// observed.
pub const FRAME_STANDS_MAX_MS: u64 = 500;

/// A stretch of time in which nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First millisecond.
    pub from_ms: u64,
    /// One past the last millisecond.
    pub to_ms: u64,
    /// What held.
    pub state: State,
}

/// The decided past, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// In the order of their time, not overlapping; time between them was not observed.
    spans: VecDeque<Span>,
    /// The newest frame, which stands until the next.
    newest: Option<(u64, State)>,
    pace: Pace,
    mouth_visible: Option<bool>,
    nods: NodDetector,
    nods_ms: VecDeque<u64>,
}

impl Timeline {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next frame. One that is not newer than the newest is ignored.
    pub fn push(&mut self, decided: &Decided) {
        let t_ms = decided.observation.t_ms;
        if self.newest.is_some_and(|(newest_ms, _)| t_ms <= newest_ms) {
            return;
        }
        if let Some((newest_ms, newest)) = &mut self.newest {
            self.pace.step(t_ms - *newest_ms);
            if newest.head == Seen::Yes && !self.pace.shows_nods() {
                newest.head = Seen::Unknown(Reason::SignalOff);
            }
        }
        self.end(t_ms);
        let state = State::of(decided);
        self.newest = Some((t_ms, state));
        match (state.head, decided.observation.face) {
            (Seen::Yes, Some(face)) => {
                if self.mouth_visible.replace(face.mouth_visible) == Some(!face.mouth_visible) {
                    // A hand on its way to the mouth moves the mesh, and the pitch with it.
                    self.nods.reset();
                }
                let nod_ms = self.nods.push(t_ms, face.head, face.bounds);
                self.nods_ms.extend(nod_ms.filter(|_| self.pace.shows_nods()));
            }
            // A face that is lost for a frame or two comes back to the same nod; the detector knows how long it may
            // be gone. Of two faces, either may be read next.
            (Seen::Unknown(Reason::NotAlone), _) => self.nods.reset(),
            _ => {}
        }
    }

    /// The source ended at `t_ms`: the newest frame stands until then.
    pub fn end(&mut self, t_ms: u64) {
        let Some((from_ms, state)) = self.newest.take() else { return };
        let to_ms = t_ms.min(from_ms + FRAME_STANDS_MAX_MS);
        match self.spans.back_mut() {
            Some(last) if last.state == state && last.to_ms == from_ms => last.to_ms = to_ms,
            _ if from_ms < to_ms => self.spans.push_back(Span { from_ms, to_ms, state }),
            _ => {}
        }
    }

    /// Forgets what lies wholly before `t_ms`.
    pub fn forget_before(&mut self, t_ms: u64) {
        while self.spans.front().is_some_and(|span| span.to_ms <= t_ms) {
            self.spans.pop_front();
        }
        while self.nods_ms.front().is_some_and(|nod_ms| *nod_ms < t_ms) {
            self.nods_ms.pop_front();
        }
    }

    /// Everything from `from_ms` to `to_ms`, without holes: what was not observed is a span of [`State::GAP`].
    pub fn between(&self, from_ms: u64, to_ms: u64) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut known_to_ms = from_ms;
        let first = self.spans.partition_point(|span| span.to_ms <= from_ms);
        for span in self.spans.range(first..).take_while(|span| span.from_ms < to_ms) {
            let clipped = Span { from_ms: span.from_ms.max(from_ms), to_ms: span.to_ms.min(to_ms), ..*span };
            if known_to_ms < clipped.from_ms {
                spans.push(Span { from_ms: known_to_ms, to_ms: clipped.from_ms, state: State::GAP });
            }
            known_to_ms = clipped.to_ms;
            spans.push(clipped);
        }
        if known_to_ms < to_ms {
            spans.push(Span { from_ms: known_to_ms, to_ms, state: State::GAP });
        }
        spans
    }

    /// How many nods had their lowest point from `from_ms` to just before `to_ms`.
    pub fn nods_between(&self, from_ms: u64, to_ms: u64) -> usize {
        self.nods_ms.iter().filter(|nod_ms| (from_ms..to_ms).contains(nod_ms)).count()
    }

    /// How many spans are held.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }
}
