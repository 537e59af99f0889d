//! A kiosk of a test: its folder and configuration, the running process, and a camera to stop and start.

use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{Ended, hymy, not_run, root, wait_for};

const TOKEN: &str = "0123456789abcdef";

/// A folder with a configuration, its store, and an empty place to run in.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    /// A kiosk that looks at this camera, its staff zone at the right and its customer zone at the left.
    pub fn with_camera(source: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = format!(
            "[kiosk]\ndata_dir = \"data\"\n[camera]\nsource = \"{source}\"\nopen_timeout_ms = 4000\n\
             read_timeout_ms = 2000\n[zones]\nstaff = [[0.45, 0], [1, 0], [1, 1], [0.45, 1]]\n\
             customer = [[0, 0], [0.35, 0], [0.35, 1], [0, 1]]\n[till]\nenabled = true\nlisten = \"127.0.0.1:0\"\n\
             token = \"{TOKEN}\"\nmax_late_s = 10\n[consent]\nagreement = \"made up\"\n[signals]\nchoices = [\"smile\", \"gaze\", \"phone_in_hand\"]\n"
        );
        std::fs::write(folder.path().join("kiosk.toml"), config).expect("written");
        std::fs::create_dir(folder.path().join("cwd")).expect("made");
        Self { folder }
    }

    pub fn config(&self) -> PathBuf {
        self.folder.path().join("kiosk.toml")
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where its commands run, their home and their temporary folder: what they write without being told lands here.
    pub fn cwd(&self) -> PathBuf {
        self.folder.path().join("cwd")
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = hymy(args);
        command
            .arg("--config")
            .arg(self.config())
            .current_dir(self.cwd())
            .env("TMPDIR", self.cwd())
            .env("HOME", self.cwd());
        command
    }

    pub fn hymy(&self, args: &[&str]) -> Ended {
        Ended::of(&mut self.command(args))
    }

    /// A command that is told these lines.
    pub fn told(&self, args: &[&str], told: &str) -> Ended {
        Ended::of(self.command(args).stdin(lines(told)))
    }

    /// Invites a made-up person, who agrees to smile, gaze and phone_in_hand.
    pub fn take_in(&self, name: &str) {
        let told = self.hymy(&["staff", "add", name]).good().out;
        let line = told.lines().next().expect("an invitation");
        let invitation = line.rsplit(' ').next().expect("a code");
        let secret = secret_of(name);
        // At their own request, three signals, and no bands.
        let answers = format!("{invitation}\nyes\nyes\nyes\nyes\nno\n{secret}\n{secret}\n");
        self.told(&["staff", "consent", name], &answers).good();
    }

    /// A person signs in at the running kiosk.
    pub fn sign_in(&self, name: &str) {
        self.told(&["staff", "sign-in", name], &secret_of(name)).good();
    }

    /// A person's own summary.
    pub fn summary(&self, name: &str) -> String {
        self.told(&["staff", "summary", name], &secret_of(name)).good().out
    }
}

/// Standard input that says this and ends.
pub fn lines(text: &str) -> std::fs::File {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(text.as_bytes()).and_then(|()| file.rewind()).expect("written");
    file
}

/// The secret of a made-up person.
pub fn secret_of(name: &str) -> String {
    format!("{name}'s own secret")
}

/// The names after each `--staff`, each one's secret on a line.
pub fn secrets_of(args: &[&str]) -> String {
    args.windows(2).filter(|pair| pair[0] == "--staff").map(|pair| secret_of(pair[1]) + "\n").collect()
}

/// A running kiosk; killed when the test ends, however it ends.
pub struct Kiosk {
    child: Child,
    lines: Arc<Mutex<Vec<String>>>,
    till: String,
    socket: PathBuf,
}

impl Kiosk {
    /// Starts `hymy run` and waits until it says that it runs.
    pub fn start(place: &Place, args: &[&str]) -> Self {
        Self::start_command(place, place.command(args).stdin(lines(&secrets_of(args))))
    }

    /// The same with a command of this place that was changed.
    pub fn start_command(place: &Place, command: &mut Command) -> Self {
        Self::of_command(&place.data(), command)
    }

    /// The same of a kiosk whose data are elsewhere.
    pub fn of_command(data: &Path, command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("starts");
        let told = BufReader::new(child.stderr.take().expect("piped"));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        std::thread::spawn(move || told.lines().map_while(Result::ok).for_each(|line| kept.lock().unwrap().push(line)));
        let socket = data.join("hymy.sock");
        let mut kiosk = Self { child, lines, till: String::new(), socket };
        kiosk.wait_for_line("kiosk_started", 1, Duration::from_secs(60));
        let opened = kiosk.lines_with("till_endpoint_opened address=");
        kiosk.till = opened[0].rsplit('=').next().expect("an address").trim().to_owned();
        kiosk
    }

    /// What it told with this in it.
    pub fn lines_with(&self, text: &str) -> Vec<String> {
        self.lines.lock().unwrap().iter().filter(|line| line.contains(text)).cloned().collect()
    }

    pub fn told(&self) -> String {
        self.lines.lock().unwrap().join("\n")
    }

    /// Waits until it has told this so many times.
    pub fn wait_for_line(&mut self, text: &str, times: usize, within: Duration) {
        wait_for(&format!("{text}, {times} times"), within, || {
            let ended = self.child.try_wait().expect("asked");
            assert!(ended.is_none(), "{text}: the kiosk ended with {ended:?}:\n{}", self.told());
            (self.lines_with(text).len() >= times).then_some(())
        });
    }

    /// Whether its camera gives frames, by its own account.
    pub fn sees(&self) -> bool {
        self.ask("{\"ask\":\"status\"}").contains("\"camera\":true")
    }

    /// A question at its socket, as a line of JSON; gives the answer.
    pub fn ask(&self, question: &str) -> String {
        let mut stream = UnixStream::connect(&self.socket).expect("connects");
        writeln!(stream, "{question}").expect("sent");
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).expect("answered");
        answer
    }

    /// Posts an event of now; gives the status of the answer.
    pub fn post(&self, event: &str) -> u16 {
        self.post_at(event, jiff::Timestamp::now())
    }

    pub fn post_at(&self, event: &str, at: jiff::Timestamp) -> u16 {
        let body = format!(r#"{{"register":"1","event":"{event}","at":"{at}"}}"#);
        let mut stream = TcpStream::connect(&self.till).expect("connects");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("set");
        let length = body.len();
        write!(
            stream,
            "POST /api/v1/till/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Authorization: Bearer {TOKEN}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
    }

    /// Whether this process has its camera open, a connection to this port of loopback: by its own descriptors, or where
    /// these may not be read, by anyone's connections.
    pub fn is_connected_to(&self, port: u16) -> bool {
        let connections = std::fs::read_to_string("/proc/net/tcp").expect("Linux has /proc");
        let remote = format!("0100007F:{port:04X}");
        let own = self.descriptors();
        connections.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).any(|fields| {
            let [_, _, to, state, _, _, _, _, _, inode, ..] = fields[..] else { return false };
            let mine = own.as_ref().is_none_or(|own| own.contains(&format!("socket:[{inode}]")));
            // 01 is an established connection.
            to == remote && mine && (own.is_some() || state == "01")
        })
    }

    /// What the process has open; `None` where that may not be read.
    pub fn descriptors(&self) -> Option<Vec<String>> {
        let open = std::fs::read_dir(format!("/proc/{}/fd", self.pid())).ok()?;
        let links = open.flatten().filter_map(|entry| std::fs::read_link(entry.path()).ok());
        Some(links.map(|link| link.display().to_string()).collect())
    }

    /// Ends it by a signal that it does not take; gives all that it told.
    pub fn crash(mut self, number: i32) -> String {
        use std::os::unix::process::ExitStatusExt;
        signal(&self.child, number);
        let status = wait_for("the crash", Duration::from_secs(30), || self.child.try_wait().expect("asked"));
        assert_eq!(status.signal(), Some(number), "{}", self.told());
        assert!(!status.core_dumped(), "a core was dumped");
        self.told()
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a service manager does; gives the exit code and all that it told.
    pub fn terminate(mut self) -> (Option<i32>, String) {
        signal(&self.child, libc::SIGTERM);
        let status = wait_for("the kiosk's end", Duration::from_secs(30), || self.child.try_wait().expect("asked"));
        (status.code(), self.told())
    }
}

impl Drop for Kiosk {
    fn drop(&mut self) {
        // Both fail only when it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal(child: &Child, signal: i32) {
    // SAFETY: the child is ours and has not been waited for, so the number is still its own.
    assert_eq!(unsafe { libc::kill(child.id() as i32, signal) }, 0);
}

/// GStreamer's RTSP server in a process of its own, showing a portrait in the staff zone.
pub struct Camera {
    child: Child,
}

impl Camera {
    /// Starts it; `None`, and the test named, where GStreamer is missing.
    pub fn start(test: &str, port: u16) -> Option<Self> {
        Self::showing(test, port, &root().join("vision/assets/portraits/collins.png"))
    }

    /// The same with another picture.
    pub fn showing(test: &str, port: u16, picture: &Path) -> Option<Self> {
        let started = Command::new("/usr/bin/python3")
            .arg(root().join("tests/support/rtsp_server.py"))
            .arg(port.to_string())
            .arg(picture)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let Ok(mut child) = started else {
            not_run(test, "no /usr/bin/python3");
            return None;
        };
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        if line.trim() == "ready" {
            return Some(Self { child });
        }
        let status = child.wait().expect("the server ends");
        assert_eq!(status.code(), Some(3), "the RTSP server failed: {line}");
        not_run(test, &format!("{}; setup/packages.sh test installs it", line.trim()));
        None
    }

    /// Silent: connected, and not a byte.
    pub fn silence(&self) {
        signal(&self.child, libc::SIGSTOP);
    }

    pub fn speak(&self) {
        signal(&self.child, libc::SIGCONT);
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port of loopback that nothing listened on a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("loopback").port()
}
