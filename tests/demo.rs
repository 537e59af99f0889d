//! `hymy demo`: what it prints of the staged scene keeps what the product promises, and it leaves nothing behind.
//!
//! The numbers are read from the tables that a person reads, so the tables are under test as well.

mod support;

use std::sync::OnceLock;

use support::{Ended, hymy, names_in};

/// Head angles: median difference from the script.
const MOST_DEG: f64 = 7.0;

/// The output of the one run that all tests look at; it takes a minute.
fn printed() -> &'static str {
    static PRINTED: OnceLock<String> = OnceLock::new();
    PRINTED.get_or_init(|| {
        let [cwd, temporary] = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
        let mut command = hymy(["demo", "--no-serve"]);
        command.current_dir(cwd.path()).env("TMPDIR", temporary.path()).env("HOME", cwd.path());
        let ended = Ended::of(&mut command).good();
        assert_eq!(names_in(cwd.path()), Vec::<String>::new(), "the demo wrote where it was started");
        assert_eq!(names_in(temporary.path()), Vec::<String>::new(), "the demo's store is deleted at its end");
        ended.out
    })
}

/// The cells of the row of this name in one of the tables: 0 script beside measurement, 1 records, 2 summary.
fn row(table: usize, name: &str) -> Vec<String> {
    let titles = ["Three staged transactions", "What a transaction's record says", "The stored summary"];
    let part = printed().split_once(titles[table]).expect("the title of the table").1;
    let part = titles.get(table + 1).and_then(|next| part.split_once(next)).map_or(part, |(part, _)| part);
    let line = part.lines().find_map(|line| line.trim_start().strip_prefix(name)).unwrap_or_else(|| {
        panic!("no row `{name}` in {part}");
    });
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
}

/// `[part, of]` of each cell such as `316 of 316 (100.0 %)`; `None` for a dash.
fn shares(cells: &[String]) -> Vec<Option<[f64; 2]>> {
    let share = |cell: &String| {
        let cell = cell.split(" / ").last()?;
        let (part, rest) = cell.split_once(" of ")?;
        Some([part.parse().expect("a number"), rest.split(' ').next()?.parse().expect("a number")])
    };
    cells.iter().map(share).collect()
}

#[test]
fn head_angles_are_within_seven_degrees_of_the_script() {
    let of_turned = ["of turned frames, median error", "gaze of turned frames, median error"];
    for name in ["head yaw, median error", "head pitch, median error"].into_iter().chain(of_turned) {
        let cells = row(0, name);
        assert_eq!(cells.len(), 3, "{name}: {cells:?}");
        for cell in cells {
            let degrees: f64 = cell.trim_end_matches('°').parse().expect("degrees");
            assert!(degrees <= MOST_DEG, "{name}: {cell}");
        }
    }
}

#[test]
fn nods_are_counted_within_one() {
    let cells = row(0, "nods scripted / counted");
    assert_eq!(cells.len(), 3);
    for cell in cells {
        let (scripted, counted) = cell.split_once(" / ").expect("two numbers");
        let [scripted, counted]: [u32; 2] = [scripted, counted].map(|number| number.parse().expect("a number"));
        assert!(scripted > 0 && scripted.abs_diff(counted) <= 1, "{cell}");
    }
}

#[test]
fn a_covered_face_and_a_second_face_are_never_read() {
    let covered = shares(&row(0, "covered: hidden or no face"));
    let second = shares(&row(0, "second face: not alone"));
    let empty = shares(&row(0, "empty counter: no face"));
    assert_eq!(covered.iter().flatten().count(), 2, "two transactions have a cover");
    assert_eq!(second.iter().flatten().count(), 1, "one transaction has a second face");
    for [part, of] in covered.into_iter().chain(second).chain(empty).flatten() {
        assert!(of > 0.0 && part == of, "{part} of {of}");
    }
}

#[test]
fn the_smiling_portrait_smiles_and_the_serious_one_does_not() {
    let cells = row(0, "portrait smiles / frames smiling");
    for (cell, share) in cells.iter().zip(shares(&cells)) {
        let [part, of] = share.expect("a share");
        let kept = if cell.starts_with("yes") { part >= 0.95 * of } else { part <= 0.05 * of };
        assert!(of > 0.0 && kept, "{cell}");
    }
    assert_eq!(cells.iter().filter(|cell| cell.starts_with("yes")).count(), 2);
}

#[test]
fn most_frames_with_one_face_are_readable() {
    let readable = shares(&row(0, "readable frames"));
    assert_eq!(readable.len(), 3);
    for [part, of] in readable.into_iter().flatten() {
        assert!(part >= 0.5 * of, "{part} of {of}");
    }
}

#[test]
fn three_transactions_are_stored_and_read_back() {
    assert_eq!(row(1, "observed").len(), 3);
    let cells = row(2, "observed");
    assert_eq!(cells.last().map(String::as_str), Some("3"), "known in three transactions: {cells:?}");
    // Transaction 2 is the serious portrait's.
    let cells = row(2, "smile.all");
    assert!(cells.contains(&"2 of 3".to_owned()), "{cells:?}");
}

#[test]
fn the_page_is_for_this_machine_only() {
    let ended = Ended::of(&mut hymy(["demo", "--listen", "0.0.0.0:1"]));
    ended.failed(2, &["0.0.0.0:1", "not a loopback address", "127.0.0.1"]);
}
