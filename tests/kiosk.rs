//! `hymy run` from the camera to the summary: a real RTSP camera that is stopped, silent and started again, a till
//! that goes on meanwhile, and what is left on the disk.

mod support;

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use support::kiosk::{Camera, Kiosk, Place, free_port, lines, secret_of, secrets_of};
use support::{Ended, names_in, resident_kib, wait_for};

/// A stream starts within this, on a busy machine.
const START: Duration = Duration::from_secs(60);
/// A camera that fails is noticed within the read time-out of 2 s, and a busy machine's time.
const LOSS: Duration = Duration::from_secs(30);
/// A camera that is back is found again within a wait of the back-off, an open, and a busy machine's time.
const RETURN: Duration = Duration::from_secs(60);
/// How long a customer is served here.
const SERVED: Duration = Duration::from_millis(1_500);
/// Memory after the first return of the camera and after the last differ by less than this.
const GROWTH_KIB: u64 = 10 * 1024;
const MOST_KIB: u64 = 250 * 1024;

/// One customer, as the till tells it.
fn serve(kiosk: &Kiosk) {
    assert_eq!(kiosk.post("opened"), 202);
    std::thread::sleep(SERVED);
    assert_eq!(kiosk.post("payment"), 202);
    assert_eq!(kiosk.post("closed"), 202);
}

fn wait_until_it_sees(kiosk: &Kiosk) {
    wait_for("the camera", START, || kiosk.sees().then_some(()));
}

#[test]
fn a_camera_that_comes_and_goes_costs_no_transaction() {
    let test = "a_camera_that_comes_and_goes_costs_no_transaction";
    let port = free_port();
    let Some(camera) = Camera::start(test, port) else { return };
    let place = Place::with_camera(&format!("rtsp://127.0.0.1:{port}/test"));
    place.take_in("Aino");
    let mut kiosk = Kiosk::start(&place, &["run", "--staff", "Aino"]);
    wait_until_it_sees(&kiosk);
    serve(&kiosk);
    beside_a_running_kiosk(&place);

    // A customer is being served when the camera goes.
    let opened = jiff::Timestamp::now();
    assert_eq!(kiosk.post_at("opened", opened), 202);
    std::thread::sleep(SERVED);
    drop(camera);
    kiosk.wait_for_line("camera_lost", 1, LOSS);
    assert!(!kiosk.sees());
    assert_eq!(kiosk.post("payment"), 202);
    assert_eq!(kiosk.post_at("opened", opened), 200, "a duplicate");
    let camera = Camera::start(test, port).expect("it ran before");
    kiosk.wait_for_line("camera_back", 1, RETURN);
    wait_until_it_sees(&kiosk);
    assert_eq!(kiosk.post("closed"), 202);
    serve(&kiosk);
    let warm_kib = resident_kib(kiosk.pid()).expect("it runs");

    // Connected and silent, with a whole customer meanwhile.
    camera.silence();
    kiosk.wait_for_line("camera_lost", 2, LOSS);
    serve(&kiosk);
    camera.speak();
    kiosk.wait_for_line("camera_back", 2, RETURN);

    drop(camera);
    kiosk.wait_for_line("camera_lost", 3, LOSS);
    serve(&kiosk);
    let _camera = Camera::start(test, port).expect("it ran before");
    kiosk.wait_for_line("camera_back", 3, RETURN);
    wait_until_it_sees(&kiosk);
    serve(&kiosk);
    let end_kib = resident_kib(kiosk.pid()).expect("it runs");
    eprintln!("resident: {} MiB after one loss, {} MiB after three", warm_kib / 1024, end_kib / 1024);
    assert!(end_kib <= MOST_KIB, "{end_kib} KiB");
    assert!(end_kib.saturating_sub(warm_kib) <= GROWTH_KIB, "{warm_kib} KiB, then {end_kib} KiB");

    let (code, told) = kiosk.terminate();
    assert_eq!(code, Some(0), "{told}");
    let times = |name: &str| told.lines().filter(|line| line.contains(name)).count();
    assert_eq!((times("camera_lost"), times("camera_back")), (3, 3), "each loss and return once: {told}");
    assert_eq!((times("panicked"), times("ERROR")), (0, 0), "{told}");
    assert!(!told.contains("Aino"), "no name in the log: {told}");

    // The one in which the camera went, the two without it, and three with it.
    let summary = place.summary("Aino");
    assert!(summary.contains(": 6 transactions\n"), "{summary}");
    let row = |name: &str| summary.lines().find(|line| line.trim_start().starts_with(name)).expect("a row").to_owned();
    let smile = row("smile.all");
    let shown = smile.split("  ").map(str::trim).find(|cell| cell.contains(" of ")).expect("shown in");
    let (shown, known) = shown.split_once(" of ").expect("two numbers");
    assert!(shown == known && known.parse().is_ok_and(|known: u32| (3..=6).contains(&known)), "{smile}");
    assert!(!summary.contains("longest_look"), "a signal that nobody chose is not shown: {summary}");
    left_on_the_disk(&place);
}

/// Its commands are answered, nobody else's process takes its store, and what is private is so.
fn beside_a_running_kiosk(place: &Place) {
    assert!(place.hymy(&["staff", "list"]).good().out.starts_with("Aino"));
    place
        .told(&["run", "--staff", "Aino"], &secrets_of(&["run", "--staff", "Aino"]))
        .failed(1, &["another Hymy process uses this store"]);
    for private in ["hymy.sock", "hymy.key", "hymy.db"] {
        let mode = std::fs::metadata(place.data().join(private)).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{private}");
    }
    assert_eq!(std::fs::metadata(place.data()).expect("it is there").permissions().mode() & 0o777, 0o700);
    let expected = ["hymy.db", "hymy.db-shm", "hymy.db-wal", "hymy.key", "hymy.lock", "hymy.sock"];
    assert_eq!(names_in(&place.data()), expected);
}

/// The database, its key and its lock; no picture, here or where the kiosk ran.
fn left_on_the_disk(place: &Place) {
    let names = names_in(&place.data());
    assert_eq!(names, ["hymy.db", "hymy.key", "hymy.lock"]);
    assert_eq!(names_in(&place.cwd()), Vec::<String>::new());
    let database = std::fs::read(place.data().join("hymy.db")).expect("read");
    assert!(!database.starts_with(b"SQLite format 3"), "the database is encrypted");
    for plain in [&b"Aino"[..], b"smile.greeting", b"CREATE TABLE"] {
        assert!(!database.windows(plain.len()).any(|window| window == plain), "in the clear: {plain:?}");
    }
}

#[test]
fn two_people_at_one_register_have_no_summary_of_it() {
    let test = "two_people_at_one_register_have_no_summary_of_it";
    let port = free_port();
    let Some(_camera) = Camera::start(test, port) else { return };
    let place = Place::with_camera(&format!("rtsp://127.0.0.1:{port}/test"));
    for name in ["Aino", "Eero"] {
        place.take_in(name);
    }
    place
        .told(
            &["run", "--staff", "Aino", "--staff", "Aino"],
            &secrets_of(&["run", "--staff", "Aino", "--staff", "Aino"]),
        )
        .failed(2, &["given twice"]);
    let kiosk = Kiosk::start(&place, &["run", "--staff", "Aino", "--staff", "Eero"]);
    wait_until_it_sees(&kiosk);
    serve(&kiosk);
    let (code, told) = kiosk.terminate();
    assert_eq!(code, Some(0), "{told}");
    for name in ["Aino", "Eero"] {
        assert!(place.summary(name).contains("no transactions yet"), "{name}");
    }
}

#[test]
fn a_camera_that_is_not_there_yet_is_waited_for() {
    let test = "a_camera_that_is_not_there_yet_is_waited_for";
    let port = free_port();
    let place = Place::with_camera(&format!("rtsp://user:secret@127.0.0.1:{port}/test"));
    place.take_in("Aino");
    let mut kiosk = Kiosk::start(&place, &["run", "--staff", "Aino"]);
    kiosk.wait_for_line("camera_lost", 1, LOSS);
    serve(&kiosk);
    let camera = Camera::start(test, port);
    if camera.is_some() {
        kiosk.wait_for_line("camera_back", 1, RETURN);
    }
    let (code, told) = kiosk.terminate();
    assert_eq!(code, Some(0), "{told}");
    assert!(!told.contains("secret"), "no password in the log: {told}");
    assert!(place.summary("Aino").contains(": 1 transaction"));
}

#[test]
fn without_a_shift_no_camera_is_opened() {
    let camera = TcpListener::bind("127.0.0.1:0").expect("loopback");
    camera.set_nonblocking(true).expect("set");
    let place = Place::with_camera(&format!("rtsp://{}/test", camera.local_addr().expect("bound")));
    place.take_in("Aino");
    let kiosk = Kiosk::start(&place, &["run"]);
    assert_eq!(kiosk.post("opened"), 202, "the till is answered");
    assert!(!kiosk.sees());
    let (code, told) = kiosk.terminate();
    assert_eq!(code, Some(0), "{told}");
    // The kiosk has ended: whoever connected would wait here.
    assert!(camera.accept().is_err(), "no shift, and yet the camera was opened");

    let kiosk = Kiosk::start(&place, &["run", "--staff", "Aino"]);
    wait_for("with a shift, the camera is opened", START, || camera.accept().ok());
    let (code, told) = kiosk.terminate();
    assert_eq!(code, Some(0), "{told}");
}

#[test]
fn run_refuses_wrong_people_and_places() {
    let place = Place::with_camera("clip.mkv");
    place
        .told(&["run", "--staff", "Eero"], &secrets_of(&["run", "--staff", "Eero"]))
        .failed(1, &["no staff member is called \"Eero\"", "hymy staff list"]);
    let text = std::fs::read_to_string(place.config()).expect("read");
    let without: String =
        text.lines().filter(|line| !line.starts_with("customer")).map(|line| format!("{line}\n")).collect();
    std::fs::write(place.config(), without).expect("written");
    place
        .told(&["run", "--staff", "Aino"], &secrets_of(&["run", "--staff", "Aino"]))
        .failed(2, &["[zones] has no customer"]);
}

#[test]
fn no_shift_without_consent_and_secret() {
    let place = Place::with_camera("clip.mkv");
    let run = ["run", "--staff", "Aino"];
    place.hymy(&["staff", "add", "Aino"]).good();
    place.told(&run, &secrets_of(&run)).failed(1, &["this is not the secret of anyone called \"Aino\" who takes part"]);
    place.hymy(&["erase", "Aino", "--yes"]).good();
    place.take_in("Aino");
    place.told(&run, "another secret\n").failed(1, &["this is not the secret of anyone called \"Aino\""]);
    place.told(&run, "").failed(1, &["standard input ended"]);
    place.told(&["staff", "summary", "Aino"], "another secret\n").failed(1, &["this is not the secret"]);

    // The agreement that she agreed under is no longer the store's.
    let text = std::fs::read_to_string(place.config()).expect("read");
    std::fs::write(place.config(), text.replace("\"made up\"", "\"another\"")).expect("written");
    place.told(&run, &secrets_of(&run)).failed(1, &["a value in force has changed", "hymy staff consent NAME --again"]);
    std::fs::write(place.config(), text.replace("agreement = \"made up\"", "")).expect("written");
    place.told(&run, &secrets_of(&run)).failed(1, &["[consent] agreement is not set"]);
    place.told(&["staff", "consent", "Aino"], "").failed(1, &["[consent] agreement is not set"]);
}

#[test]
fn a_person_exports_everything_and_withdraws() {
    let place = Place::with_camera("clip.mkv");
    place.take_in("Aino");
    let out = place.cwd().join("aino");
    let export = ["export", "Aino", "--out", out.to_str().expect("a path")];
    place.told(&export, "another secret\n").failed(1, &["this is not the secret"]);
    assert!(!out.exists(), "nothing is written for anyone else");
    place.told(&export, &secret_of("Aino")).good();
    let tables = ["accesses.csv", "dictionary.csv", "export.json", "shares.csv", "shifts.csv", "times.csv"];
    assert_eq!(names_in(&out), [tables.as_slice(), &["transactions.csv", "windows.csv"]].concat());
    let everything = std::fs::read_to_string(out.join("export.json")).expect("read");
    assert!(everything.contains("\"smile\"") && !everything.contains("\"nods\""), "{everything}");
    place.told(&export, &secret_of("Aino")).failed(1, &["exists already"]);

    let answers = format!("{}\nno\n", secret_of("Aino"));
    place.told(&["staff", "withdraw", "Aino"], &answers).failed(1, &["nothing was erased"]);
    let answers = format!("{}\nyes\n", secret_of("Aino"));
    assert!(place.told(&["staff", "withdraw", "Aino"], &answers).good().out.contains("erased: 0 transactions"));
    place.told(&["staff", "summary", "Aino"], &secret_of("Aino")).failed(1, &["this is not the secret"]);
    assert!(place.hymy(&["staff", "list"]).good().out.starts_with("Aino"), "she is still invited");
}

#[test]
fn a_start_that_fails_says_why_and_leaves_no_socket() {
    let place = Place::with_camera("clip.mkv");
    place.take_in("Aino");
    let mut command = place.command(&["run", "--staff", "Aino"]);
    let command = command.env("HYMY_ONNXRUNTIME", "/nonexistent/libonnxruntime.so");
    let ended = Ended::of(command.stdin(lines(&secret_of("Aino"))));
    ended.failed(1, &["/nonexistent/libonnxruntime.so", "make runtime"]);
    assert!(!place.data().join("hymy.sock").exists(), "no socket is left behind");
    place.hymy(&["staff", "list"]).good();
}
