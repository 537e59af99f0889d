//! What pages saved goes first, is whole or not there at all, and goes with its file.

use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::calibrate::Regions;
use crate::config::Config;

fn polygon(corners: &[(f32, f32)]) -> Option<Polygon> {
    Polygon::new(corners.to_vec()).ok()
}

fn drawn() -> Places {
    let zones = Zones {
        staff: polygon(&[(0.5, 0.0), (1.0, 0.0), (1.0, 1.0)]),
        customer: polygon(&[(0.0, 0.0), (0.4, 0.0), (0.4, 0.9)]),
        queue: None,
    };
    Places { zones, till_zone: polygon(&[(0.4, 0.6), (0.5, 0.6), (0.5, 0.9)]), ..Places::default() }
}

fn regions() -> Regions {
    let region = |yaw, pitch| Region::new(yaw, pitch).expect("in range");
    Regions {
        target: Some(region((-30.0, 20.0), (-27.0, 15.0))),
        work: vec![("till".into(), region((30.0, 50.0), (-50.0, -20.0)))],
    }
}

/// A kiosk's folder and its configuration.
struct Place(tempfile::TempDir);

impl Place {
    fn new(more: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("data")).expect("made");
        std::fs::write(folder.path().join("kiosk.toml"), format!("[kiosk]\ndata_dir = \"data\"\n{more}"))
            .expect("written");
        Self(folder)
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn load(&self) -> Result<Config, ConfigError> {
        Config::load(&self.0.path().join("kiosk.toml"))
    }
}

const ZONES: &str =
    "[zones]\nstaff = [[0,0],[1,0],[1,1]]\ncustomer = [[0,0],[1,0],[0,1]]\nqueue = [[0,0],[1,0],[0,1]]\n";
const DIRECTIONS: &str = "[target]\nyaw_deg = [-1, 1]\npitch_deg = [-1, 1]\n\
                          [[work_direction]]\nname = \"drawer\"\nyaw_deg = [60, 80]\npitch_deg = [-50, -20]\n";

#[test]
fn what_was_saved_goes_first_section_by_section_and_is_gone_with_the_file() {
    let place = Place::new(&format!("{ZONES}{DIRECTIONS}"));
    let configured = place.load().expect("valid");
    assert!(configured.set_up.is_none() && configured.zones.queue.is_some());
    save_zones(&place.data(), &drawn()).expect("saved");
    let config = place.load().expect("valid");
    assert_eq!((&config.zones, &config.till_zone), (&drawn().zones, &drawn().till_zone), "no queue, as it was drawn");
    assert_eq!(config.directions, configured.directions, "nothing was saved of these");
    assert!(config.set_up.as_ref().is_some_and(|set_up| set_up.has("zones") && !set_up.has("target")));

    save_regions(&place.data(), &config.configured, &regions()).expect("saved");
    let config = place.load().expect("valid");
    assert_eq!(config.zones, drawn().zones, "the zones stay");
    assert_eq!(config.directions.target.map(|target| target.0), regions().target);
    let names: Vec<&str> = config.directions.work.iter().map(|work| work.name.as_str()).collect();
    assert_eq!(names, ["drawer", "till"], "what the configuration has comes along");

    std::fs::remove_file(place.data().join(SETUP_FILE)).expect("removed");
    let config = place.load().expect("valid");
    assert_eq!((config.zones, config.directions), (configured.zones, configured.directions));
}

#[test]
fn the_file_is_its_owners_only_and_says_what_it_is() {
    let place = Place::new("");
    for _ in 0..2 {
        save_zones(&place.data(), &drawn()).expect("saved");
        let file = place.data().join(SETUP_FILE);
        assert_eq!(std::fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
        let text = std::fs::read_to_string(&file).expect("read");
        assert!(text.starts_with("# Written by the pages of set-up") && text.matches('#').count() == 2, "{text}");
        assert_eq!(std::fs::read_dir(place.data()).expect("read").count(), 1, "nothing is left beside it");
    }
}

#[test]
fn what_a_crash_left_beside_the_file_is_never_read_and_the_old_one_holds() {
    let place = Place::new("");
    save_zones(&place.data(), &drawn()).expect("saved");
    // What a crash leaves between writing the new file and renaming it, at any point of the writing.
    let text = std::fs::read_to_string(place.data().join(SETUP_FILE)).expect("read");
    let other = text.replace("0.5", "0.6");
    for length in [0, other.len() / 2, other.len()] {
        std::fs::write(place.data().join(".tmpAbCdEf"), &other[..length]).expect("written");
        assert_eq!(place.load().expect("valid").zones, drawn().zones);
        save_zones(&place.data(), &drawn()).expect("saved beside it");
    }
}

#[test]
fn whoever_reads_while_it_is_written_sees_the_old_one_or_the_new_one() {
    let place = Place::new("");
    let (one, other) = (drawn(), Places { till_zone: None, ..drawn() });
    save_zones(&place.data(), &other).expect("saved");
    let (data, done) = (place.data(), std::sync::atomic::AtomicBool::new(false));
    let reads = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut reads = 0;
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                let set_up = SetUp::read(&data).expect("whole").expect("there");
                let read = set_up.over(&Places::default());
                assert!(read == one || read == other, "{set_up:?}");
                reads += 1;
            }
            reads
        });
        for turn in 0..100 {
            save_zones(&place.data(), if turn % 2 == 0 { &one } else { &other }).expect("saved");
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        reader.join().expect("every read was whole")
    });
    assert!(reads > 10, "{reads} reads show little");
}

#[test]
fn a_file_that_cannot_be_written_stays_as_it_was() {
    let place = Place::new("");
    save_zones(&place.data(), &drawn()).expect("saved");
    let before = std::fs::read(place.data().join(SETUP_FILE)).expect("read");
    // A folder in its place takes no file; root may write into any folder, so a mode would not do.
    let nowhere = place.data().join("nowhere");
    assert!(matches!(save_zones(&nowhere, &drawn()), Err(NotSaved::Disk { .. })));
    assert_eq!(std::fs::read(place.data().join(SETUP_FILE)).expect("read"), before);
}

#[test]
fn a_faulty_file_is_named_with_the_way_back_and_is_not_built_upon() {
    let place = Place::new("");
    let file = place.data().join(SETUP_FILE);
    for (text, fault) in [
        ("[zones]\nstaff = [[0,0],[1,0]]\n", "setup.toml:2:9: zones.staff: a zone needs at least 3 corners"),
        ("[zones]\nstaff = [[0,0],[1,1],[1,0],[0,1]]\n", "the side after corner 0 crosses the one after corner 2"),
        ("[kiosk]\ndata_dir = \"/elsewhere\"\n", "unknown section"),
        ("[zones\n", "syntax"),
    ] {
        std::fs::write(&file, text).expect("written");
        let told = place.load().expect_err("faulty").to_string();
        assert!(told.contains(fault) && told.contains("delete this file"), "`{fault}` is not in: {told}");
        assert!(matches!(save_zones(&place.data(), &drawn()), Err(NotSaved::Faulty(_))));
        assert_eq!(std::fs::read_to_string(&file).expect("read"), text);
    }
}
