//! Work in processes of its own: this program, told what to do; repeats of several cases take turns.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use hymy::bench::job::{Job, Measured};
use hymy::bench::process;
use indicatif::ProgressBar;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How often it is looked whether the process ended or the work was stopped.
const LOOK: Duration = Duration::from_millis(20);

/// What became of the repeats of some jobs.
pub struct Rounds {
    /// Of each job, the repeats that were measured.
    pub measured: Vec<Vec<Measured>>,
    /// Each repeat that failed.
    pub failed: Vec<Failure>,
}

/// A repeat that failed.
pub struct Failure {
    /// The place of its job.
    pub place: usize,
    /// The job's name, and which repeat.
    pub what: String,
    /// What its process said last.
    pub why: String,
}

/// Measures every job so often, in turn, or until `stop` is set. What fails is told, and the others go on.
pub fn rounds(jobs: &[Job], names: &[String], repeats: u32, bar: &ProgressBar, stop: &AtomicBool) -> Rounds {
    let mut rounds = Rounds { measured: jobs.iter().map(|_| Vec::new()).collect(), failed: Vec::new() };
    for repeat in 1..=repeats {
        for (place, ((job, name), measured)) in jobs.iter().zip(names).zip(&mut rounds.measured).enumerate() {
            if stop.load(Ordering::Relaxed) {
                return rounds;
            }
            bar.set_message(name.clone());
            match run(job, stop) {
                Ok(result) => {
                    measured.push(result);
                    if bar.is_hidden() {
                        eprintln!("{name}: repeat {repeat} of {repeats} measured");
                    }
                }
                Err(_) if stop.load(Ordering::Relaxed) => {}
                Err(why) => {
                    let what = format!("{name}, repeat {repeat}");
                    bar.suspend(|| eprintln!("{what}: {why}; going on"));
                    rounds.failed.push(Failure { place, what, why });
                }
            }
            bar.inc(1);
        }
    }
    rounds
}

/// Measures one repeat; the error is what the process said last.
fn run(job: &Job, stop: &AtomicBool) -> Result<Measured, String> {
    let started_ns = u64::try_from(process::monotonic().as_nanos()).unwrap_or_default();
    told("bench", &Job { started_ns, ..job.clone() }, stop)
}

/// Runs a command of this program as the child that is told a task, and reads the one object that it prints.
pub fn told<T: DeserializeOwned>(command: &str, task: &impl Serialize, stop: &AtomicBool) -> Result<T, String> {
    let task = serde_json::to_string(task).map_err(|error| error.to_string())?;
    let program = std::env::current_exe().map_err(|error| format!("this program cannot be found: {error}"))?;
    let mut child = Command::new(program)
        .args([command, "--child", &task])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("this program cannot be started: {error}"))?;
    let (out, err) = (reader(child.stdout.take()), reader(child.stderr.take()));
    let ended = wait(&mut child, stop);
    let text = |reader: Option<JoinHandle<String>>| reader.and_then(|reader| reader.join().ok()).unwrap_or_default();
    let (out, err) = (text(out), text(err));
    let ended = ended?;
    if !ended.success() {
        let said = err.lines().rev().find(|line| !line.trim().is_empty());
        let said = said.map_or_else(|| format!("its process ended with {ended}"), str::to_owned);
        return Err(said.strip_prefix("error: ").unwrap_or(&said).to_owned());
    }
    serde_json::from_str(&out).map_err(|error| format!("its process gave no figures: {error}"))
}

/// Reads on while the process runs: a full pipe would stop it.
fn reader(pipe: Option<impl Read + Send + 'static>) -> Option<JoinHandle<String>> {
    let mut pipe = pipe?;
    Some(std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before it failed is what there is.
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }))
}

/// Waits for the end, and ends it when the work is stopped.
fn wait(child: &mut Child, stop: &AtomicBool) -> Result<ExitStatus, String> {
    loop {
        match child.try_wait() {
            Ok(Some(ended)) => return Ok(ended),
            Ok(None) if stop.load(Ordering::Relaxed) => {
                let _ = child.kill();
                return child.wait().map_err(|error| error.to_string());
            }
            Ok(None) => std::thread::sleep(LOOK),
            Err(error) => return Err(error.to_string()),
        }
    }
}
