//! What a video file's first bytes say about its whole: whether the container counts its frames, and whether the
//! file is as long as it should be. Reads a few bytes; never a frame.

use std::io::{self, Read};
use std::path::Path;

/// How far a container's count of frames can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Completeness {
    /// The headers count the frames (MP4 and AVI families).
    Counted,
    /// The count is a guess from length and rate; the file is as long as its headers say.
    Whole,
    /// The count is a guess; the file is shorter than its headers say.
    Cut,
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
        file.take(START_BYTES).read_to_end(&mut start)?;
        Ok(Self::judge(&start, length))
    }

    fn judge(start: &[u8], length: u64) -> Self {
        let word = |at: usize| start.get(at..at + 4).unwrap_or_default();
        let boxes: [&[u8]; 6] = [b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"];
        if word(0) == b"RIFF" || boxes.contains(&word(4)) {
            return Self::Counted;
        }
        match segment_end(start) {
            Some(end) if end > length => Self::Cut,
            Some(_) => Self::Whole,
            None => Self::Unknown,
        }
    }
}

/// Where a Matroska or WebM file's one segment ends, when it says so (RFC 8794, RFC 9559).
fn segment_end(start: &[u8]) -> Option<u64> {
    let header = start.strip_prefix(&EBML)?;
    let (header_bytes, used) = variable_size(header)?;
    let segment_at = EBML.len() + used + usize::try_from(header_bytes).ok()?;
    let segment = start.get(segment_at..)?.strip_prefix(&SEGMENT)?;
    let (segment_bytes, used) = variable_size(segment)?;
    (segment_at as u64 + (SEGMENT.len() + used) as u64).checked_add(segment_bytes)
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
        assert_eq!(Completeness::judge(start, length), expect, "{start:02x?} {length}");
    }

    #[test]
    fn a_container_says_what_it_can() {
        check(b"\0\0\0\x20ftypisom", 100, Completeness::Counted);
        check(b"RIFF1234AVI ", 100, Completeness::Counted);
        // Header of 3 bytes, then a segment of 1000 bytes that starts behind 12.
        let matroska = [&EBML[..], &[0x83, 1, 2, 3], &SEGMENT, &[0x43, 0xe8]].concat();
        check(&matroska, 14 + 1000, Completeness::Whole);
        check(&matroska, 14 + 999, Completeness::Cut);
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
