//! A camera that shows one random pattern and nothing else, and the search for that pattern in everything that a
//! kiosk leaves: database, WAL, log at its most talkative, what a crash leaves, and the folders around.

mod support;

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use support::kiosk::{Kiosk, Place, lines, secret_of};
use support::{has_ffmpeg, not_run, wait_for};

/// Size of the picture. The pattern repeats every `TILE_PX` pixels of a row, so that any crop holds all of it.
const WIDTH_PX: usize = 320;
const HEIGHT_PX: usize = 240;
const TILE_PX: usize = 32;
/// So many bytes in a row are in no other data by chance.
const NEEDLE_BYTES: usize = 12;
const FRAMES_A_SECOND: u32 = 10;
const FRAMES: u32 = 100;

/// The pattern as the camera shows it: random BGR.
fn random_tile() -> Vec<u8> {
    let mut tile = vec![0; TILE_PX * 3];
    getrandom::fill(&mut tile).expect("random bytes");
    tile
}

/// A recording of it that loses nothing: raw BGR in NUT, a container that can be read as it comes.
fn recording(tile: &[u8], folder: &Path) -> Vec<u8> {
    let file = folder.join("pattern.nut");
    let size = format!("{WIDTH_PX}x{HEIGHT_PX}");
    let mut ffmpeg = Command::new("ffmpeg")
        .args(["-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "bgr24", "-s", &size])
        .args(["-r", &FRAMES_A_SECOND.to_string(), "-i", "-", "-c:v", "rawvideo", "-pix_fmt", "bgr24"])
        .arg(&file)
        .stdin(Stdio::piped())
        .spawn()
        .expect("ffmpeg starts");
    let frame = tile.repeat(WIDTH_PX / TILE_PX * HEIGHT_PX);
    let mut input = ffmpeg.stdin.take().expect("piped");
    (0..FRAMES).for_each(|_| input.write_all(&frame).expect("taken"));
    drop(input);
    assert!(ffmpeg.wait().expect("waited for").success());
    std::fs::read(file).expect("made")
}

/// Serves the recording to whoever asks, at the camera's pace; gives the address.
fn serve(recording: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = format!("http://{}/pattern.nut", listener.local_addr().expect("bound"));
    let answer = move |mut stream: TcpStream| -> std::io::Result<()> {
        let request = BufReader::new(stream.try_clone()?).lines().map_while(Result::ok);
        request.take_while(|line| !line.is_empty()).count();
        write!(stream, "HTTP/1.0 200 OK\r\nContent-Type: video/x-nut\r\n\r\n")?;
        for frame in recording.chunks(recording.len() / FRAMES as usize) {
            stream.write_all(frame)?;
            std::thread::sleep(Duration::from_secs(1) / FRAMES_A_SECOND);
        }
        Ok(())
    };
    std::thread::spawn(move || {
        // Whoever has seen enough goes away: no failure of the server.
        listener.incoming().map_while(Result::ok).for_each(|stream| drop(answer(stream)));
    });
    address
}

/// What would betray the pattern, wherever in the tile it begins: as bytes in both orders of colours, and as text.
fn needles(tile: &[u8]) -> Vec<Vec<u8>> {
    let reversed: Vec<u8> = tile.chunks(3).flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect();
    let mut needles = Vec::new();
    for tile in [tile, &reversed] {
        let twice = tile.repeat(2);
        for bytes in (0..tile.len()).map(|start| &twice[start..start + NEEDLE_BYTES]) {
            let listed = format!("{bytes:?}");
            needles.extend([bytes.to_vec(), hex::encode(bytes).into_bytes(), listed[1..listed.len() - 1].into()]);
        }
    }
    needles
}

fn holds(data: &[u8], needle: &[u8]) -> bool {
    let Some((first, rest)) = needle.split_first() else { return false };
    let mut from = 0;
    while let Some(at) = data[from..].iter().position(|byte| byte == first) {
        from += at + 1;
        if data[from..].starts_with(rest) {
            return true;
        }
    }
    false
}

/// How encoded pictures and videos begin, JPEG, PNG, WebP and AVI, MP4, Matroska.
const PICTURES: [&[u8]; 6] = [b"JFIF\0", b"\x89PNG\r\n", b"WEBPVP8", b"AVI LIST", b"ftypiso", b"\x1A\x45\xDF\xA3\x01"];

#[track_caller]
fn holds_none(what: &str, data: &[u8], needles: &[Vec<u8>]) {
    assert!(!needles.iter().any(|needle| holds(data, needle)), "{what} holds pixels");
    assert!(!PICTURES.iter().any(|start| holds(data, start)), "{what} holds a picture");
}

/// Whether the memory of the process holds this; `None` where it may not be read.
fn memory_holds(pid: u32, needle: &[u8]) -> Option<bool> {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/maps")).ok()?;
    let mut memory = std::fs::File::open(format!("/proc/{pid}/mem")).ok()?;
    for line in maps.lines().filter(|line| line.contains(" rw-p ")) {
        let (start, end) = line.split_once(' ')?.0.split_once('-')?;
        let [start, end] = [start, end].map(|address| u64::from_str_radix(address, 16).unwrap_or(0));
        let mut part = vec![0; (end - start) as usize];
        // A stack's guard cannot be read; what was unmapped meanwhile neither.
        if memory.seek(SeekFrom::Start(start)).is_ok() && memory.read_exact(&mut part).is_ok() && holds(&part, needle) {
            return Some(true);
        }
    }
    Some(false)
}

/// Every file under a folder, whatever its name.
fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("listed").path());
    let (folders, mut files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| files_under(folder)));
    // A socket holds nothing.
    files.into_iter().filter(|path| path.is_file()).collect()
}

/// Every value of every table, decrypted.
fn values_of_the_store(place: &Place) -> Vec<Vec<u8>> {
    let key = std::fs::read_to_string(place.data().join("hymy.key")).expect("the key");
    let store = rusqlite::Connection::open(place.data().join("hymy.db")).expect("opens");
    store.execute_batch(&format!("PRAGMA key = \"x'{}'\"", key.trim())).expect("the key fits");
    let mut tables = store.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").expect("read");
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).expect("read").map(Result::unwrap).collect();
    assert!(tables.iter().any(|name| name == "transaction_record"), "{tables:?}");
    let mut values = Vec::new();
    for table in tables {
        let mut rows = store.prepare(&format!("SELECT * FROM \"{table}\"")).expect("read");
        let columns = rows.column_count();
        let mut rows = rows.query([]).expect("read");
        while let Some(row) = rows.next().expect("read") {
            values.extend((0..columns).map(|column| match row.get_ref(column).expect("a value") {
                rusqlite::types::ValueRef::Text(bytes) | rusqlite::types::ValueRef::Blob(bytes) => bytes.to_vec(),
                number => format!("{number:?}").into_bytes(),
            }));
        }
    }
    values
}

/// Whether a process that is left to itself leaves a core in the folder where it dies.
fn cores_land_in(folder: &Path) -> bool {
    std::fs::create_dir(folder).expect("made");
    let killed = Command::new("sh").args(["-c", "kill -QUIT $$"]).current_dir(folder).status().expect("sh starts");
    !killed.success() && std::fs::read_dir(folder).expect("a folder").count() > 0
}

#[test]
fn a_pattern_shown_to_the_camera_is_found_nowhere_not_after_a_crash_either() {
    let test = "a_pattern_shown_to_the_camera_is_found_nowhere_not_after_a_crash_either";
    if !has_ffmpeg(test) {
        return;
    }
    let elsewhere = tempfile::tempdir().expect("a folder");
    let tile = random_tile();
    let recording = recording(&tile, elsewhere.path());
    let needles = needles(&tile);
    assert!(needles.iter().any(|needle| holds(&recording, needle)), "the search finds the pattern where it is");
    let place = Place::with_camera(&serve(recording));
    let mut config = std::fs::OpenOptions::new().append(true).open(place.config()).expect("opens");
    config.write_all(b"[telemetry]\nlog_file = \"kiosk.log\"\n").expect("written");
    place.take_in("Aino");

    // The kiosk could leave a core, were it not for itself.
    let limit = getrlimit(Resource::Core);
    setrlimit(Resource::Core, Rlimit { current: limit.maximum, ..limit }).expect("up to the hard limit");
    let cores = cores_land_in(&elsewhere.path().join("cores"));
    let mut command = place.command(&["run", "--staff", "Aino"]);
    // A proxy that nobody configured, and nobody serves: the camera would not be reached through it.
    command.env("HYMY_LOG", "trace").env("http_proxy", "http://127.0.0.1:9");
    command.stdin(lines(&secret_of("Aino")));
    let mut kiosk = Kiosk::start_command(&place, &mut command);
    wait_for("the camera", Duration::from_secs(60), || kiosk.sees().then_some(()));
    assert_eq!(kiosk.post("opened"), 202);
    let seen =
        wait_for("the pattern in memory", Duration::from_secs(60), || match memory_holds(kiosk.pid(), &needles[0]) {
            Some(false) => None,
            found => Some(found),
        });
    if seen.is_none() {
        not_run(&format!("{test}, in part: that the pattern reached the kiosk"), "its memory may not be read");
    }
    assert_eq!(kiosk.post("payment"), 202);
    assert_eq!(kiosk.post("closed"), 202);
    // The camera is opened again when the recording is over.
    kiosk.wait_for_line("camera_back", 1, Duration::from_secs(60));

    let told = kiosk.crash(libc::SIGABRT);
    holds_none("standard error", told.as_bytes(), &needles);
    if !cores {
        not_run(&format!("{test}, in part: the core dump"), "this system writes no core into the working folder");
    }
    let folder = place.config().parent().expect("a folder").to_owned();
    let files = files_under(&folder);
    let names: Vec<String> = files.iter().map(|file| file.file_name().unwrap().to_string_lossy().into()).collect();
    for expected in ["hymy.db", "hymy.db-wal", "kiosk.log", "kiosk.toml"] {
        assert!(names.iter().any(|name| name == expected), "{expected} is among {names:?}");
    }
    assert!(!names.iter().any(|name| name.starts_with("core")), "a core was dumped: {names:?}");
    for file in &files {
        holds_none(&file.display().to_string(), &std::fs::read(file).expect("read"), &needles);
    }
    for value in values_of_the_store(&place) {
        holds_none("a row of the store", &value, &needles);
    }
}
