//! Names of cases, and reports that are none.

use super::*;

fn job(clip: Option<&str>, threads: usize, cameras: usize) -> Job {
    Job {
        subject: clip.map_or(Subject::Staged, |clip| Subject::Clip(clip.into())),
        config: None,
        setting: Setting {
            threads,
            objects_hz: 3.0,
            faces_hz: 4.0,
            provider: "cpu".into(),
            precision: "full".into(),
            cameras,
            size: None,
        },
        warm_up: 0,
        frames: 1,
        seconds: 1.0,
        rate_hz: 10.0,
        paced_s: 0.0,
        started_ns: 0,
    }
}

#[test]
fn a_case_is_called_by_what_differs() {
    let one = job(None, 1, 1);
    assert_eq!(name_of(&one, std::slice::from_ref(&one)), "staged scene");
    let all = [one.clone(), job(None, 2, 1), job(Some("clips/help.mkv"), 1, 1)];
    assert_eq!(name_of(&one, &all), "staged scene, 1 thread");
    assert_eq!(name_of(&all[2], &all), "help.mkv, 1 thread");
    assert_eq!(name_of(&job(None, 1, 4), &[one, job(None, 1, 4)]), "staged scene, 4 cameras");
}

#[test]
fn what_is_no_report_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    let why = |text: &str| {
        std::fs::write(&path, text).unwrap();
        Report::read(&path).unwrap_err().to_string()
    };
    assert!(why("{").contains("a.json") && why("{").contains("line 1"));
    assert!(why("{}").contains("no number `format`"));
    assert!(why(r#"{"format": 2}"#).contains("measure again"));
    assert!(why(r#"{"format": 1, "cases": 3}"#).contains("cases"), "{}", why(r#"{"format": 1, "cases": 3}"#));
    let gone = Report::read(&folder.path().join("gone.json")).unwrap_err().to_string();
    assert!(gone.contains("gone.json: cannot be read"), "{gone}");
}

#[test]
fn latencies_are_kept_as_percentiles() {
    let kept = spread((0..=1000).map(|us| us * 10));
    assert_eq!((kept.len(), kept[0], kept[100]), (101, 0.0, 10.0));
    assert!(spread(std::iter::empty()).is_empty());
}
