//! `hymy trainer`, `hymy check-log` and a person's own `seen`, `share` and `shares`, beside a running kiosk and without.

mod support;

use std::io::Write;

use support::kiosk::{Kiosk, Place, secret_of};

/// A kiosk with a trainer and a line manager, and one person who takes part.
fn place() -> Place {
    let place = Place::with_camera("rtsp://127.0.0.1:9/none");
    let mut config = std::fs::OpenOptions::new().append(true).open(place.config()).expect("opens");
    writeln!(config, "[sharing]\ntrainers = [\"Tuula\"]\nline_managers = [\"Martti\"]").expect("written");
    place.take_in("Aino");
    place
}

fn go_through(place: &Place) {
    let own = |args: &[&str]| place.told(args, &secret_of("Aino"));
    own(&["staff", "share", "Aino", "--with", "Martti"])
        .failed(1, &["Martti is a line manager or of personnel: nobody can share their summary with them"]);
    own(&["staff", "share", "Aino", "--with", "Eero"]).failed(1, &["not a trainer here"]);
    own(&["staff", "share", "Aino", "--with", "Tuula"]).failed(1, &["nothing was observed yet"]);
    own(&["staff", "share", "Aino", "--with", "Tuula", "--days", "91"]).failed(2, &["91"]);
    assert_eq!(own(&["staff", "shares", "Aino"]).good().out, "nothing is shared\n");
    assert_eq!(own(&["staff", "unshare", "Aino"]).good().out, "nothing was shared\n");
    place.told(&["staff", "seen", "Aino"], "another secret").failed(1, &["not the secret"]);

    let invited = place.hymy(&["trainer", "invite", "tuula"]).good().out;
    let code = invited.lines().next().and_then(|line| line.rsplit(' ').next()).expect("a code").to_owned();
    let chosen = secret_of("Tuula");
    let told = place.told(&["trainer", "secret", "Tuula"], &format!("{code}\n{chosen}\n{chosen}\n")).good().out;
    assert!(told.contains("the mark of your key"), "{told}");
    assert_eq!(place.told(&["trainer", "shared", "Tuula"], &chosen).good().out, "nothing is shared with you\n");
    place.told(&["trainer", "shared", "Martti"], &chosen).failed(1, &["line manager"]);

    let seen = own(&["staff", "seen", "Aino"]).good().out;
    assert!(seen.ends_with("you  looked at who saw what of yours\n"), "{seen}");
    let told = place.hymy(&["check-log"]).good().out;
    let head = told.lines().find_map(|line| line.strip_prefix("head ")).expect("a head");
    assert!(!told.contains("Aino"), "{told}");
    place.hymy(&["check-log", "--noted", head]).good();
    let (number, _) = head.split_once(':').expect("a number");
    place.hymy(&["check-log", "--noted", &format!("{number}:{}", "0".repeat(64))]).failed(1, &["not whole"]);
    place.hymy(&["check-log", "--noted", "none"]).failed(2, &["NUMBER:HASH"]);
}

#[test]
fn a_person_and_a_trainer_go_through_their_commands_beside_a_kiosk_and_without() {
    let place = place();
    go_through(&place);
    let kiosk = Kiosk::start(&place, &["run"]);
    go_through(&place);
    let (code, told) = kiosk.terminate();
    assert_eq!(code, Some(0), "{told}");
    assert!(!told.contains("Aino") && !told.contains("Tuula"), "no name in the log: {told}");
}
