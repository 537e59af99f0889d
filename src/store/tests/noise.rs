//! A stolen database, its write-ahead log and a backup read as noise.

use super::super::Decided;
use super::*;

/// So many bytes at least, or the figures say little.
const SAMPLE_BYTES: usize = 64 * 1024;
/// Bits a byte. Of 64 KiB of noise, the estimate lies at 7.997.
const LEAST_ENTROPY_BITS: f64 = 7.9;
/// Chi-square of 256 equally likely bytes has 255 degrees of freedom: mean 255, standard deviation √510 = 22.6. Noise is
/// farther than seven of them off once in a hundred million times; a page that is left in the clear is off by thousands.
const CHI_SQUARE: std::ops::RangeInclusive<f64> = 97.0..=413.0;
/// SQLCipher's pages, and what SQLite writes before them in a write-ahead log.
const PAGE_BYTES: usize = 4096;
const LOG_HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;

/// Entropy in bits a byte, and chi-square against equally likely bytes.
fn figures(bytes: &[u8]) -> (f64, f64) {
    let mut counts = [0u64; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let all = bytes.len() as f64;
    let entropy = counts.iter().filter(|count| **count > 0).map(|count| *count as f64 / all);
    let entropy: f64 = entropy.map(|share| -share * share.log2()).sum();
    let expected = all / 256.0;
    let chi_square = counts.iter().map(|count| (*count as f64 - expected).powi(2) / expected).sum();
    (entropy, chi_square)
}

fn is_noise(bytes: &[u8]) -> bool {
    let (entropy, chi_square) = figures(bytes);
    entropy > LEAST_ENTROPY_BITS && CHI_SQUARE.contains(&chi_square)
}

/// Asserts that these bytes are noise, in large and in every part, and that nothing known is among them.
fn assert_noise(what: &str, bytes: &[u8], known: &[&str]) {
    assert!(bytes.len() >= SAMPLE_BYTES, "{what}: only {} bytes", bytes.len());
    for part in std::iter::once(bytes).chain(bytes.chunks_exact(SAMPLE_BYTES)) {
        assert!(is_noise(part), "{what}: {:?} of {} bytes", figures(part), part.len());
    }
    // A page of noise has a byte thirty times or more often than once in a billion pages; one of zeros, always.
    // Noise has each byte sixteen times in a page, give or take four; a page of zeros has one of them 4096 times.
    for page in bytes.chunks_exact(PAGE_BYTES) {
        let most = (0..=255u8).map(|byte| page.iter().filter(|other| **other == byte).count()).max();
        assert!(most < Some(60), "{what}: a page has one byte {most:?} times");
    }
    for word in known {
        assert!(!bytes.windows(word.len()).any(|window| window == word.as_bytes()), "{what} holds {word}");
    }
}

/// The pages in a write-ahead log. Its headers are plain by SQLite's design: page numbers, sizes, random salts and
/// checksums, which this checks and leaves out.
fn pages_of_log(log: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8], at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    assert!([0x377f_0682, 0x377f_0683].contains(&number(log, 0)), "a write-ahead log");
    assert_eq!(number(log, 8) as usize, PAGE_BYTES);
    let frames = log[LOG_HEADER_BYTES..].chunks_exact(FRAME_HEADER_BYTES + PAGE_BYTES);
    assert!(frames.remainder().is_empty(), "nothing but whole frames");
    let mut pages = Vec::new();
    for frame in frames {
        let page = number(frame, 0);
        assert!((1..10_000).contains(&page), "a page number: {page}");
        pages.extend_from_slice(&frame[FRAME_HEADER_BYTES..]);
    }
    pages
}

#[test]
fn a_stolen_database_its_log_and_a_backup_read_as_noise() {
    let place = Place::new();
    let mut store = place.open().expect("opens");
    let person = take_in(&mut store, "Aino Virtanen", at(0));
    let work = |store: &mut Store, from: i64| {
        let shift = store.start_shift(&person, "register-seven", at(from)).expect("started");
        let record = |n| NewRecord { opened_at: at(from + n), closed_at: at(from + n), json: "{}".into() };
        let records: Vec<_> = (0..100).map(record).collect();
        let decided = Decided { records: &records, handled: &[], summary: Some((1, "{}")) };
        store.commit_decisions(&shift, &decided, at(from)).expect("written");
    };
    work(&mut store, 1_000);
    store.flush().expect("folded in");
    work(&mut store, 2_000);
    let backup = place.data_dir().join(store.backup().expect("backed up"));

    // Taken while the store is open, as a thief of a running machine's disk would.
    let read = |name: &str| fs::read(place.data_dir().join(name)).expect("read");
    let (database, log, index) = (read("hymy.db"), read("hymy.db-wal"), read("hymy.db-shm"));
    let backup = fs::read(backup).expect("read");
    let key = fs::read_to_string(place.key()).expect("a key");
    let key = key.trim();
    let identity = person.0.as_str();
    let known = ["SQLite format 3", "Aino Virtanen", "register-seven", "greet_delay", "CREATE TABLE", identity, key];
    assert_noise("the database", &database, &known);
    assert_noise("the log", &pages_of_log(&log), &known);
    assert_noise("the backup", &backup, &known);
    for word in known {
        assert!(!index.windows(word.len()).any(|window| window == word.as_bytes()), "the log's index holds {word}");
    }

    // The same database decrypted is no noise, though most of it is sealed: the figures can tell.
    let plain = raw_pages(&place.data_dir());
    assert!(!is_noise(&plain), "{:?}", figures(&plain));
}
