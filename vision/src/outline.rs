//! The outline of an empty scene: a few long straight lines, by which whoever sets the kiosk up finds the counter when
//! they draw zones. Besides an [`Observation`](crate::Observation) it is the only thing that leaves this crate.
//!
//! It cannot carry a picture: at most [`MAX_LINES`] lines, each at least [`LEAST_LENGTH`] of the picture's width long,
//! their ends rounded to a 256th of the picture. A face has no line of that length. It is computed only after
//! [`EMPTY_MS`] in which neither the object model nor a face detector saw anyone anywhere in the frame; the clock of
//! that is kept here and begins anew with everyone who is seen. It is never logged: `Debug` says its name alone.

mod lines;

use std::fmt;

pub(crate) use lines::LineFinder;

use crate::error::VisionError;
use crate::frame::Frame;

/// More lines than these are never told.
pub const MAX_LINES: usize = 200;
/// The shortest line, as a share of the picture's width.
pub const LEAST_LENGTH: f32 = 0.05;
/// For so long nobody was seen before a line is looked for.
pub const EMPTY_MS: u64 = 10_000;

/// How finely the ends of lines are told: steps across the picture, and from its top to its bottom.
const STEPS: f32 = 255.0;
/// A pause between two looks that is longer than this says nothing about who was there meanwhile.
const LONGEST_PAUSE_MS: u64 = 1_000;

/// A straight line of the scene.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Line([u8; 4]);

impl Line {
    /// Its two ends, x and y each, in fractions of the picture's width and height.
    #[must_use]
    pub fn ends(&self) -> [(f32, f32); 2] {
        let [x0, y0, x1, y1] = self.0.map(|step| f32::from(step) / STEPS);
        [(x0, y0), (x1, y1)]
    }

    /// Rounds a line; `None` of one that is then too short. `height` is the picture's, in widths.
    fn new(ends: [(f32, f32); 2], height: f32) -> Option<Self> {
        let step = |fraction: f32| (fraction.clamp(0.0, 1.0) * STEPS).round() as u8;
        let [(x0, y0), (x1, y1)] = ends;
        let line = Self([step(x0), step(y0), step(x1), step(y1)]);
        (line.length(height) >= LEAST_LENGTH).then_some(line)
    }

    /// In widths of the picture.
    fn length(&self, height: f32) -> f32 {
        let [(x0, y0), (x1, y1)] = self.ends();
        (x1 - x0).hypot((y1 - y0) * height)
    }
}

/// The lines of an empty scene.
#[derive(Clone, PartialEq)]
pub struct Outline {
    lines: [Line; MAX_LINES],
    count: usize,
    height: f32,
}

impl Outline {
    /// Of lines in fractions of the picture, the first ones first; `height` is the picture's, in widths. Lines that are
    /// too short, and those beyond [`MAX_LINES`], are left out.
    pub(crate) fn new(lines: impl IntoIterator<Item = [(f32, f32); 2]>, height: f32) -> Self {
        let mut outline = Self { lines: [Line([0; 4]); MAX_LINES], count: 0, height };
        let long = lines.into_iter().filter_map(|ends| Line::new(ends, height));
        for (place, line) in outline.lines.iter_mut().zip(long) {
            *place = line;
            outline.count += 1;
        }
        outline
    }

    /// The lines.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        self.lines.get(..self.count).unwrap_or_default()
    }

    /// Height of the picture, in widths.
    #[must_use]
    pub fn height(&self) -> f32 {
        self.height
    }
}

impl fmt::Debug for Outline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outline")
    }
}

/// For how long nobody has been seen, by the time of the source.
#[derive(Debug, Default)]
struct Empty {
    since_ms: Option<u64>,
    looked_ms: u64,
}

impl Empty {
    /// Takes the next look; gives for how long nobody has been seen.
    fn look(&mut self, t_ms: u64, anyone: bool) -> u64 {
        let in_turn = t_ms.checked_sub(self.looked_ms).is_some_and(|pause_ms| pause_ms <= LONGEST_PAUSE_MS);
        self.looked_ms = t_ms;
        let since_ms = self.since_ms.filter(|_| in_turn && !anyone);
        self.since_ms = if anyone { None } else { since_ms.or(Some(t_ms)) };
        since_ms.map_or(0, |since_ms| t_ms - since_ms)
    }
}

/// What a look at the scene gave.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Looked {
    pub(crate) empty_ms: u64,
    pub(crate) outline: Option<Box<Outline>>,
}

/// Finds the outline, once nobody was there for long enough.
pub(crate) struct Outliner {
    empty: Empty,
    finder: LineFinder,
}

impl Outliner {
    pub(crate) fn new() -> Self {
        Self { empty: Empty::default(), finder: LineFinder::new() }
    }

    /// Forgets who was there, and overwrites what pixels it holds.
    pub(crate) fn forget(&mut self) {
        self.empty = Empty::default();
        self.finder.wipe();
    }

    /// Whether somebody was seen when it was looked last.
    #[cfg(test)]
    pub(crate) fn begins_anew(&self) -> bool {
        self.empty.since_ms.is_none()
    }

    /// Takes the next look: whether `anyone` was seen in this frame at `t_ms`.
    pub(crate) fn look(&mut self, frame: &Frame, t_ms: u64, anyone: bool) -> Result<Looked, VisionError> {
        let empty_ms = self.empty.look(t_ms, anyone);
        let outline = match empty_ms >= EMPTY_MS {
            true => Some(Box::new(self.finder.outline(frame)?)),
            false => None,
        };
        Ok(Looked { empty_ms, outline })
    }
}

#[cfg(test)]
mod tests;
