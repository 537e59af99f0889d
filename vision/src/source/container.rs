//! What a video file's container says about its whole: whether it counts its frames, and whether the file is as long
//! as it should be. Reads headers; never a frame.

use std::io::{self, Read};
use std::path::Path;

use super::matroska::{self, Walked};

/// How far a container's count of frames can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Completeness {
    /// The headers count the frames (MP4 and AVI families).
    Counted,
    /// The headers count nothing; these are the frames that the file holds.
    Holds(u64),
    /// The count is a guess from length and rate; nothing of the file is missing.
    Whole,
    /// The count is a guess from length and rate; the file is shorter than its headers say, or damaged within.
    Broken,
    /// The count is a guess, and nothing says how long the file should be.
    Unknown,
}

/// Enough for the headers that are looked at.
const START_BYTES: u64 = 256;
const EBML: [u8; 4] = [0x1a, 0x45, 0xdf, 0xa3];
const SEGMENT: [u8; 4] = [0x18, 0x53, 0x80, 0x67];

impl Completeness {
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let file = std::fs::File::open(path)?;
        let length = file.metadata()?.len();
        let mut start = Vec::new();
        (&file).take(START_BYTES).read_to_end(&mut start)?;
        match Self::judge(&start, length) {
            Judged::Whole { from, end } => Ok(match matroska::walk(&file, from, end)? {
                Walked::Frames(frames) => Self::Holds(frames),
                Walked::Uncounted => Self::Whole,
                Walked::Damaged => Self::Broken,
            }),
            Judged::Is(completeness) => Ok(completeness),
        }
    }

    fn judge(start: &[u8], length: u64) -> Judged {
        let word = |at: usize| start.get(at..at + 4).unwrap_or_default();
        let boxes: [&[u8]; 6] = [b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"];
        if word(0) == b"RIFF" || boxes.contains(&word(4)) {
            return Judged::Is(Self::Counted);
        }
        match segment(start) {
            Some((_, end)) if end > length => Judged::Is(Self::Broken),
            Some((from, end)) => Judged::Whole { from, end },
            None => Judged::Is(Self::Unknown),
        }
    }
}

/// What the first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judged {
    Is(Completeness),
    /// A segment that is as long as it should be, and where it lies.
    Whole {
        from: u64,
        end: u64,
    },
}

/// Where a Matroska or WebM file's one segment begins and ends, when it says so (RFC 8794, RFC 9559).
fn segment(start: &[u8]) -> Option<(u64, u64)> {
    let header = start.strip_prefix(&EBML)?;
    let (header_bytes, used) = variable_size(header)?;
    let segment_at = EBML.len() + used + usize::try_from(header_bytes).ok()?;
    let segment = start.get(segment_at..)?.strip_prefix(&SEGMENT)?;
    let (segment_bytes, used) = variable_size(segment)?;
    let from = segment_at as u64 + (SEGMENT.len() + used) as u64;
    Some((from, from.checked_add(segment_bytes)?))
}

/// An EBML size and the bytes it takes; `None` for "unknown", which live recordings have.
fn variable_size(bytes: &[u8]) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let used = first.leading_zeros() as usize + 1;
    let digits = bytes.get(..used).filter(|_| used <= 8)?;
    let marked = digits.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
    let largest = (1u64 << (7 * used)) - 1;
    let value = marked & largest;
    (value != largest).then_some((value, used))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(start: &[u8], length: u64, expect: Completeness) {
        assert_eq!(Completeness::judge(start, length), Judged::Is(expect), "{start:02x?} {length}");
    }

    #[test]
    fn a_container_says_what_it_can() {
        check(b"\0\0\0\x20ftypisom", 100, Completeness::Counted);
        check(b"RIFF1234AVI ", 100, Completeness::Counted);
        // Header of 3 bytes, then a segment of 1000 bytes that starts behind 12.
        let matroska = [&EBML[..], &[0x83, 1, 2, 3], &SEGMENT, &[0x43, 0xe8]].concat();
        assert_eq!(Completeness::judge(&matroska, 14 + 1000), Judged::Whole { from: 14, end: 14 + 1000 });
        check(&matroska, 14 + 999, Completeness::Broken);
        let live = [&EBML[..], &[0x83, 1, 2, 3], &SEGMENT, &[0xff]].concat();
        check(&live, 1000, Completeness::Unknown);
        for length in 0..matroska.len() {
            check(&matroska[..length], length as u64, Completeness::Unknown);
        }
        check(b"GIF89a", 6, Completeness::Unknown);
        check(&[0x1a, 0x45, 0xdf, 0xa3, 0x01, 255, 255, 255, 255, 255, 255, 254], 12, Completeness::Unknown);
        check(&[0x1a, 0x45, 0xdf, 0xa3, 0], 5, Completeness::Unknown);
    }
}
