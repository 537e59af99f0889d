//! How many frames a Matroska or WebM file holds, by walking over its elements' headers (RFC 9559): such a file states
//! its length only, from which a count is a guess. Reads headers; never a frame.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

const SEGMENT: u64 = 0x1853_8067;
const CLUSTER: u64 = 0x1f43_b675;
const TRACKS: u64 = 0x1654_ae6b;
const TRACK_ENTRY: u64 = 0xae;
const TRACK_NUMBER: u64 = 0xd7;
const TRACK_TYPE: u64 = 0x83;
const TYPE_VIDEO: u64 = 1;
const BLOCK_GROUP: u64 = 0xa0;
const BLOCK: u64 = 0xa1;
const SIMPLE_BLOCK: u64 = 0xa3;
const CODEC: u64 = 0x86;
/// VP8 stores pictures that are never shown in blocks of their own.
const CODEC_VP8: &[u8] = b"V_VP8";
/// An element's identifier has four bytes at most, its size eight.
const ID_BYTES: u32 = 4;
const SIZE_BYTES: u32 = 8;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Walked {
    /// The first video track has so many frames.
    Frames(u64),
    /// Every element is there, but how many frames are shown cannot be told from them.
    Uncounted,
    /// The elements do not follow each other to the end as they should.
    Damaged,
}

/// Walks over a segment from its start to its end.
pub(super) fn walk(file: impl Read + Seek, from: u64, end: u64) -> io::Result<Walked> {
    let mut reader = BufReader::new(file);
    reader.seek(SeekFrom::Start(from))?;
    let (mut at, mut number, mut video, mut vp8, mut frames) = (from, 0, None, false, 0);
    while at < end {
        let Some((id, used)) = variable(&mut reader, ID_BYTES, true)? else { return Ok(Walked::Damaged) };
        let Some((size, size_used)) = variable(&mut reader, SIZE_BYTES, false)? else { return Ok(Walked::Damaged) };
        at += used + size_used;
        // What holds what is looked for is walked into, whatever size it states.
        if matches!(id, SEGMENT | CLUSTER | TRACKS | TRACK_ENTRY | BLOCK_GROUP) {
            continue;
        }
        let Some(next) = at.checked_add(size).filter(|next| *next <= end) else { return Ok(Walked::Damaged) };
        match id {
            TRACK_NUMBER | TRACK_TYPE if size <= 8 => {
                let mut value = 0;
                for _ in 0..size {
                    value = value << 8 | u64::from(byte(&mut reader)?.unwrap_or_default());
                }
                at = next;
                if id == TRACK_NUMBER {
                    number = value;
                } else if value == TYPE_VIDEO && video.is_none() {
                    video = Some(number);
                }
                continue;
            }
            CODEC if size == CODEC_VP8.len() as u64 => {
                let mut codec = [0; CODEC_VP8.len()];
                for letter in &mut codec {
                    *letter = byte(&mut reader)?.unwrap_or_default();
                }
                vp8 |= codec == CODEC_VP8;
                at = next;
                continue;
            }
            BLOCK | SIMPLE_BLOCK => {
                let Some((track, used)) = variable(&mut reader, SIZE_BYTES, false)? else { return Ok(Walked::Damaged) };
                frames += u64::from(video == Some(track));
                at += used;
            }
            _ => {}
        }
        let Some(rest) = next.checked_sub(at).and_then(|rest| i64::try_from(rest).ok()) else {
            return Ok(Walked::Damaged);
        };
        reader.seek_relative(rest)?;
        at = next;
    }
    Ok(match video {
        _ if at != end => Walked::Damaged,
        Some(_) if !vp8 => Walked::Frames(frames),
        _ => Walked::Uncounted,
    })
}

/// A number of variable length and the bytes it takes, with the mark of its length for identifiers, without it for
/// sizes; `None` where none stands here.
fn variable(reader: &mut impl BufRead, longest: u32, marked: bool) -> io::Result<Option<(u64, u64)>> {
    let Some(first) = byte(reader)? else { return Ok(None) };
    let used = first.leading_zeros() + 1;
    if used > longest {
        return Ok(None);
    }
    let mark = 0x80u8 >> (used - 1);
    let mut value = u64::from(if marked { first } else { first & !mark });
    for _ in 1..used {
        let Some(next) = byte(reader)? else { return Ok(None) };
        value = value << 8 | u64::from(next);
    }
    Ok(Some((value, u64::from(used))))
}

fn byte(reader: &mut impl BufRead) -> io::Result<Option<u8>> {
    let byte = reader.fill_buf()?.first().copied();
    reader.consume(usize::from(byte.is_some()));
    Ok(byte)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn frames_of_the_picture_are_counted_and_damage_is_noticed() {
        let sound = [0xae, 0x86, 0xd7, 0x81, 2, 0x83, 0x81, 2];
        let picture = [0xae, 0x86, 0xd7, 0x81, 1, 0x83, 0x81, 1];
        let of_sound = [0xa3, 0x84, 0x82, 0, 0, 0];
        let of_picture = [0xa3, 0x84, 0x81, 0, 0, 0];
        let grouped = [0xa0, 0x86, 0xa1, 0x84, 0x81, 0, 0, 0];
        let tracks = [&[0x16, 0x54, 0xae, 0x6b, 0x90][..], &sound, &picture].concat();
        // A cluster of unknown size, as live recordings have.
        let cluster = [&[0x1f, 0x43, 0xb6, 0x75, 0xff][..], &of_sound, &of_picture, &grouped, &of_sound].concat();
        let file = [&tracks[..], &cluster, &cluster].concat();
        let count = |bytes: &[u8]| walk(Cursor::new(bytes), 0, file.len() as u64).expect("read");
        assert_eq!(count(&file), Walked::Frames(4));
        // The end of the last block is for the file's length to tell.
        for length in 0..file.len() - 3 {
            assert_eq!(count(&file[..length]), Walked::Damaged, "cut to {length}");
        }
        let mut damaged = file.clone();
        damaged[tracks.len() + 5..tracks.len() + 17].fill(0);
        assert_eq!(count(&damaged), Walked::Damaged);
        let vp8 = [&[0xae, 0x8d, 0xd7, 0x81, 1, 0x83, 0x81, 1, 0x86, 0x85][..], b"V_VP8"].concat();
        for (tracks, what) in [(&vp8, "hidden pictures"), (&sound.to_vec(), "no picture")] {
            let file = [&tracks[..], &of_picture].concat();
            assert_eq!(walk(Cursor::new(&file), 0, file.len() as u64).expect("read"), Walked::Uncounted, "{what}");
        }
    }
}
