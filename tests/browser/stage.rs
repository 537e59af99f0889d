//! What runs while the tests do: the demo, a kiosk to which nothing happened yet, and the driver. Each ends with them,
//! however they end.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The secret of everybody who is made up.
pub const SECRET: &str = "a made-up secret";
/// By which the made-up stores are set up.
pub const TECHNICIAN_CODE: &str = "made-up-technician";

/// A process that ends with the tests, however they end.
pub struct Running {
    child: Child,
    pub address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Starts it, and waits until a line has an address after these words.
    fn start(command: &mut Command, words: &str) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("starts");
        let out = child.stdout.take().expect("piped");
        Self::told_by(child, out, words)
    }

    /// The same of one that tells it in its log.
    fn start_telling(command: &mut Command, words: &str) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().expect("starts");
        let log = child.stderr.take().expect("piped");
        Self::told_by(child, log, words)
    }

    fn told_by(child: Child, said: impl Read + Send + 'static, words: &str) -> Self {
        let mut lines = BufReader::new(said).lines();
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, after) = line.split_once(words)?;
            Some(after.split_whitespace().next()?.trim_end_matches(['.', '/']).to_owned())
        });
        std::thread::spawn(move || lines.count());
        Self { child, address: address.expect("it told no address") }
    }
}

/// The demo and the driver: one of each for all tests, which take turns. Both end with it.
pub struct Stage {
    pub demo: Running,
    pub driver: Running,
    _folder: tempfile::TempDir,
}

impl Stage {
    pub fn set() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut demo = Command::new(program());
        demo.args(["demo", "--listen", "127.0.0.1:0"]).stdin(Stdio::null()).env("TMPDIR", folder.path());
        let demo = Running::start(&mut demo, "pages are at http://");
        let driver = Running::start(Command::new("chromedriver").arg("--port=0"), "started successfully on port ");
        Self { demo, driver, _folder: folder }
    }
}

/// `hymy run` over a store in which one person agreed and nothing happened yet, without a camera: what is there to be
/// seen before there is anything to see.
pub struct Empty {
    pub kiosk: Running,
    _folder: tempfile::TempDir,
}

impl Empty {
    pub fn set() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let mut options = std::fs::OpenOptions::new();
            let mut file = options.write(true).create_new(true).mode(0o600).open(folder.path().join(name));
            file.as_mut().expect("made").write_all(text.as_bytes()).expect("written");
        };
        write("code", TECHNICIAN_CODE);
        write(
            "kiosk.toml",
            "[kiosk]\ndata_dir = \"data\"\n[zones]\nstaff = [[0.45, 0], [1, 0], [1, 1], [0.45, 1]]\n\
             customer = [[0, 0], [0.35, 0], [0.35, 1], [0, 1]]\n[pages]\nenabled = true\nlisten = \"127.0.0.1:0\"\n\
             technician_code_file = \"code\"\n[consent]\nagreement = \"made up\"\n[signals]\nchoices = [\"smile\"]\n\
             [release]\nstatistics = [\"smile.greeting.shown\"]\n[sharing]\ntrainers = [\"Tuula\"]\n",
        );
        let told = |args: &[&str], lines: &str| -> String {
            let mut command = Self::command(folder.path(), args);
            let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("starts");
            child.stdin.take().expect("piped").write_all(lines.as_bytes()).expect("told");
            let ended = child.wait_with_output().expect("ended");
            assert!(ended.status.success(), "{args:?}");
            String::from_utf8(ended.stdout).expect("text")
        };
        let invitation = |said: String| -> String {
            said.lines().next().and_then(|line| line.rsplit(' ').next()).expect("an invitation").to_owned()
        };
        let code = invitation(told(&["staff", "add", "Aino"], ""));
        told(&["staff", "consent", "Aino"], &format!("{code}\nyes\nyes\nno\n{SECRET}\n{SECRET}\n"));
        let code = invitation(told(&["trainer", "invite", "Tuula"], ""));
        told(&["trainer", "secret", "Tuula"], &format!("{code}\n{SECRET}\n{SECRET}\n"));
        let mut run = Self::command(folder.path(), &["run"]);
        let kiosk = Running::start_telling(run.stdin(Stdio::null()), "pages_opened address=");
        Self { kiosk, _folder: folder }
    }

    fn command(folder: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(args).args(["--config", "kiosk.toml"]).current_dir(folder).env("TMPDIR", folder);
        command
    }
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The program that is tested.
fn program() -> PathBuf {
    let named = std::env::var_os("HYMY_PROGRAM").expect("HYMY_PROGRAM names the program; make browser-tests sets it");
    root().join(named)
}

pub fn axe() -> PathBuf {
    root().join("target/axe/node_modules/axe-core/axe.min.js")
}

/// Says by name what could not be tested here.
fn not_run(test: &str, why: &str) {
    let told = format!("not run: {test} ({why})\n");
    std::io::stderr().write_all(told.as_bytes()).expect("told");
}

/// Whether what the tests need is installed.
pub fn has_browser() -> bool {
    let found = |command: &str| {
        let status = Command::new(command).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    let all = found("chromium") && found("chromedriver") && Path::new(&axe()).exists();
    if !all {
        not_run("tests/browser", "no chromium, chromedriver or axe-core; make setup-test installs them");
    }
    all
}
