//! When there is an outline, and what it can hold. The staged scene through the real models is in
//! `pipeline/tests/outline.rs`.

use proptest::prelude::*;

use super::*;

#[test]
fn ten_seconds_without_anyone_begin_anew_with_everyone_who_is_seen() {
    let mut empty = Empty::default();
    let mut shown = |from_ms: u64, until_ms: u64, anyone: bool| {
        (from_ms..until_ms).step_by(200).map(|t_ms| empty.look(t_ms, anyone)).max().unwrap_or_default()
    };
    assert_eq!(shown(0, 10_000, false), 9_800);
    assert_eq!(shown(10_000, 10_200, true), 0);
    assert_eq!(shown(10_200, 20_200, false), 9_800);
    assert_eq!(shown(20_200, 20_400, false), EMPTY_MS);
}

#[test]
fn time_in_which_nothing_was_looked_at_does_not_count() {
    let mut empty = Empty::default();
    assert_eq!(empty.look(0, false), 0);
    assert_eq!(empty.look(EMPTY_MS, false), 0, "nobody knows who was there meanwhile");
    assert_eq!(empty.look(EMPTY_MS + 500, false), 500);
    assert_eq!(empty.look(100, false), 0, "a source that began anew");
}

proptest! {
    #[test]
    fn an_outline_holds_few_long_and_coarse_lines(
        lines in prop::collection::vec(prop::array::uniform4(-0.5f32..1.5), 0..400), height in 0.3f32..3.0,
    ) {
        let outline = Outline::new(lines.iter().map(|line| [(line[0], line[1]), (line[2], line[3])]), height);
        prop_assert!(outline.lines().len() <= MAX_LINES);
        for line in outline.lines() {
            let [(x0, y0), (x1, y1)] = line.ends();
            prop_assert!((x1 - x0).hypot((y1 - y0) * height) >= LEAST_LENGTH);
            for fraction in [x0, y0, x1, y1] {
                prop_assert!((0.0..=1.0).contains(&fraction) && (fraction * STEPS).fract() == 0.0);
            }
        }
    }
}

#[test]
fn it_is_small_and_prints_nothing_of_what_it_holds() {
    assert!(size_of::<Outline>() <= MAX_LINES * 4 + 16, "four bytes a line");
    let outline = Outline::new([[(0.0, 0.0), (1.0, 1.0)]], 0.75);
    assert_eq!((format!("{outline:?}"), outline.lines().len()), ("Outline".to_owned(), 1));
}
