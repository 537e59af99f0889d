//! Bytes into lines, with a longest line. A carriage return ends a line as well: some tills send nothing else.

use zeroize::Zeroizing;

/// The longest line; a till's has a tenth of it. What is longer is passed over to its end.
pub const LINE_BYTES_MAX: usize = 4096;

/// One line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// All of it; wiped when it is dropped, as it may hold what somebody bought.
    Whole(Zeroizing<Vec<u8>>),
    /// It was longer than [`LINE_BYTES_MAX`].
    TooLong,
}

/// A line that is not at its end yet.
#[derive(Default)]
pub struct Splitter {
    begun: Zeroizing<Vec<u8>>,
    too_long: bool,
    /// Begun in the middle of a line, of which nobody asked.
    skips: bool,
}

impl Splitter {
    /// One that passes over everything up to the next end of a line.
    pub fn in_the_middle() -> Self {
        Self { skips: true, ..Self::default() }
    }

    /// Takes bytes up to the next end of a line; `None` once they are used up before there is one.
    pub fn take(&mut self, bytes: &mut &[u8]) -> Option<Line> {
        loop {
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let (part, rest) = bytes.split_at_checked(end.unwrap_or(bytes.len())).unwrap_or((*bytes, &[]));
            self.append(part);
            *bytes = rest.get(1..).unwrap_or_default();
            end?;
            let begun = std::mem::take(self);
            if !begun.skips {
                return Some(if begun.too_long { Line::TooLong } else { Line::Whole(begun.begun) });
            }
        }
    }

    /// Whether a line is begun.
    pub fn is_within_a_line(&self) -> bool {
        !self.begun.is_empty() || self.too_long || self.skips
    }

    fn append(&mut self, part: &[u8]) {
        if self.skips || self.too_long {
            return;
        }
        if self.begun.len() + part.len() > LINE_BYTES_MAX {
            self.too_long = true;
            self.begun = Zeroizing::default();
            return;
        }
        // In one piece: growing would leave copies behind that are not wiped.
        if self.begun.capacity() == 0 && !part.is_empty() {
            self.begun.reserve_exact(LINE_BYTES_MAX);
        }
        self.begun.extend_from_slice(part);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<Option<String>> {
        let (mut splitter, mut found) = (Splitter::default(), Vec::new());
        for mut piece in pieces.iter().copied() {
            while let Some(line) = splitter.take(&mut piece) {
                found.push(match line {
                    Line::Whole(line) => Some(String::from_utf8_lossy(&line).into_owned()),
                    Line::TooLong => None,
                });
            }
            assert!(piece.is_empty());
        }
        found
    }

    fn texts(texts: &[&str]) -> Vec<Option<String>> {
        texts.iter().map(|text| Some((*text).to_owned())).collect()
    }

    #[test]
    fn a_half_line_waits_for_its_end() {
        assert_eq!(lines(&[b"OPEN 1"]), []);
        assert_eq!(lines(&[b"OPEN", b" 1\nPA", b"Y\n"]), texts(&["OPEN 1", "PAY"]));
        assert_eq!(lines(&[b"a\r\nb\rc\n"]), texts(&["a", "", "b", "c"]));
    }

    #[test]
    fn a_line_without_end_takes_no_memory_and_what_follows_it_is_read() {
        let long = vec![b'x'; LINE_BYTES_MAX + 1];
        assert_eq!(lines(&[&long, &long, b"x\nnext\n"]), [None, Some("next".into())]);
        let just = vec![b'x'; LINE_BYTES_MAX];
        assert_eq!(lines(&[&just, b"\n"])[0].as_ref().map(String::len), Some(LINE_BYTES_MAX));
    }

    #[test]
    fn begun_in_the_middle_the_first_end_counts() {
        let (mut splitter, mut bytes) = (Splitter::in_the_middle(), &b"rest\nnext\n"[..]);
        assert_eq!(splitter.take(&mut bytes), Some(Line::Whole(Zeroizing::new(b"next".to_vec()))));
        assert!(bytes.is_empty() && !splitter.is_within_a_line());
    }

    proptest! {
        #[test]
        fn however_bytes_come_the_lines_are_the_same(bytes in proptest::collection::vec(any::<u8>(), 0..300), cut in 0usize..300) {
            let cut = cut.min(bytes.len());
            prop_assert_eq!(lines(&[&bytes]), lines(&[&bytes[..cut], &bytes[cut..]]));
        }
    }
}
