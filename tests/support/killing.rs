//! A process of a test's own that does one job until it is killed.
//!
//! The test binary starts itself again, with the ignored test `child` only, which asks [`job`] what to do and [`tell`]s
//! what is done. A test calls [`at_random_moments`] with a job and with what must hold after each kill.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{names_in, wait_for};

const JOB: &str = "HYMY_KILLED_JOB";
const FOLDER: &str = "HYMY_KILLED_FOLDER";
/// What a child tells when it begins with its job: a kill before that would hit nothing.
const BEGUN: &str = "begun";
/// So many kills, and with `HYMY_LONG=1` as many as the issue of it asks for.
const KILLS: usize = 40;
const KILLS_LONG: usize = 200;

/// In `child`: the job, and the folder that outlives the kills; `None` where nobody starts it for one.
pub fn job() -> Option<(String, PathBuf)> {
    Some((std::env::var(JOB).ok()?, std::env::var_os(FOLDER)?.into()))
}

/// In `child`: tells a line, of something that is done.
pub fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("told");
}

/// In `child`: from here on kills hit the job.
pub fn begun() {
    tell(BEGUN);
}

/// A child that runs; killed at the latest when it is dropped.
pub struct Doomed {
    child: std::process::Child,
    lines: Arc<Mutex<Vec<String>>>,
    reader: Option<JoinHandle<()>>,
    /// Where it runs, and where it puts temporary files: whatever is there afterwards is a stray.
    cwd: tempfile::TempDir,
}

impl Doomed {
    /// Starts this test binary's `child` with a job.
    pub fn start(job: &str, folder: &Path) -> Self {
        let cwd = tempfile::tempdir().expect("a folder");
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--exact", "child", "--ignored", "--nocapture"])
            .env(JOB, job)
            .env(FOLDER, folder)
            .envs(["TMPDIR", "SQLITE_TMPDIR", "HOME"].map(|name| (name, cwd.path())))
            .current_dir(cwd.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let told = BufReader::new(child.stdout.take().expect("piped"));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let read = move || told.lines().map_while(Result::ok).for_each(|line| kept.lock().unwrap().push(line));
        Self { child, lines, reader: Some(std::thread::spawn(read)), cwd }
    }

    /// Waits for a line with these words.
    pub fn wait_until_told(&mut self, what: &str) {
        wait_for(what, Duration::from_secs(60), || {
            let ended = self.child.try_wait().expect("asked");
            let lines = self.lines.lock().unwrap();
            assert!(ended.is_none(), "the child ended with {ended:?}: {lines:?}");
            lines.iter().any(|line| line.contains(what)).then_some(())
        });
    }

    /// `kill -9`; gives all that it told.
    pub fn kill(mut self) -> Vec<String> {
        assert_eq!(self.child.try_wait().expect("asked"), None, "it ended by itself: {:?}", self.lines.lock().unwrap());
        self.child.kill().expect("killed");
        self.child.wait().expect("ended");
        self.reader.take().expect("once").join().expect("read");
        assert_eq!(names_in(self.cwd.path()), Vec::<String>::new(), "strays in the temporary folder");
        std::mem::take(&mut *self.lines.lock().unwrap())
    }
}

impl Drop for Doomed {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a kill hit, by what lies there afterwards.
pub struct Hit {
    /// It fell into what the job does.
    pub under_way: bool,
    /// How many rounds of the job were finished before it.
    pub finished: usize,
}

/// Starts the job and kills it at a random moment of its first three rounds, again and again; each round ends with telling
/// a line that has `done` in it. `check` is given what each child told. A machine that is busy at the first round and
/// idle afterwards is killed too late most times: it goes on until one in `hits` of the wanted kills fell into the job
/// and one in four finished a round, and fails where four times as many did not do.
pub fn at_random_moments(job: &str, folder: &Path, done: &str, hits: usize, mut check: impl FnMut(&[String]) -> Hit) {
    let mut first = Doomed::start(job, folder);
    first.wait_until_told(BEGUN);
    let begun = Instant::now();
    first.wait_until_told(done);
    let longest = 3 * begun.elapsed();
    check(&first.kill());
    let wanted = if std::env::var_os("HYMY_LONG").is_some_and(|value| value == "1") { KILLS_LONG } else { KILLS };
    let (mut kills, mut under_way, mut finished) = (0, 0, 0);
    while kills < wanted || under_way * hits <= wanted || finished * 4 <= wanted {
        assert!(
            kills < 4 * wanted,
            "too little happened: {under_way} of {kills} kills hit the job, {finished} finished"
        );
        kills += 1;
        let run = longest.mul_f64(f64::from(getrandom::u32().expect("random")) / f64::from(u32::MAX));
        // Shown by a test that fails.
        eprintln!("{job}: kill {kills} of {wanted}, {run:?} after it began");
        let mut child = Doomed::start(job, folder);
        child.wait_until_told(BEGUN);
        std::thread::sleep(run);
        let hit = check(&child.kill());
        under_way += usize::from(hit.under_way);
        finished += hit.finished;
    }
    eprintln!("{job}: {under_way} of {kills} kills fell into it; {finished} rounds were finished");
}
