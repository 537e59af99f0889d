//! A program under `strace`, and what of its system calls left a trace outside itself.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use super::kiosk::{lines, secrets_of};
use super::{not_run, wait_for};

/// The calls that are watched: whatever makes, changes or removes a file, and whatever speaks to someone.
const CALLS: &str = "trace=execve,open,openat,openat2,creat,mkdir,mkdirat,mknod,mknodat,rename,renameat,renameat2,\
                     link,linkat,symlink,symlinkat,truncate,unlink,unlinkat,rmdir,chmod,fchmodat,memfd_create,\
                     connect,bind,sendto,sendmsg,sendmmsg";

/// A program under strace; killed when the test ends, however it ends.
pub struct Traced {
    strace: Child,
    pid: Option<i32>,
    trace: PathBuf,
}

impl Traced {
    /// Starts it with its trace in this file; `None`, and the test named, where strace is missing or may not trace.
    pub fn start(test: &str, program: &Command, trace: &Path) -> Option<Self> {
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-s", "256", "-e", CALLS, "-o"]).arg(trace);
        // SAFETY: no argument, no memory. A program without core dumps is read only by someone who may trace all.
        if unsafe { libc::geteuid() } != 0 {
            let mut as_root = Command::new("unshare");
            as_root.arg("--map-root-user").arg(strace.get_program()).args(strace.get_args());
            strace = as_root;
        }
        strace.arg(program.get_program()).args(program.get_args());
        strace.current_dir(program.get_current_dir().expect("a folder"));
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => strace.env(name, value),
                None => strace.env_remove(name),
            };
        }
        let args: Vec<&str> = program.get_args().filter_map(|arg| arg.to_str()).collect();
        strace.stdin(lines(&secrets_of(&args)));
        let Ok(child) = strace.stdout(Stdio::null()).stderr(Stdio::null()).spawn() else {
            not_run(test, "no strace; setup/packages.sh test installs it");
            return None;
        };
        let mut traced = Self { strace: child, pid: None, trace: trace.to_owned() };
        traced.pid = wait_for("the trace", Duration::from_secs(30), || {
            let line = traced.lines().into_iter().find(|line| line.contains("execve("));
            let pid = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
            (pid.is_some() || traced.strace.try_wait().expect("asked").is_some()).then_some(pid)
        });
        if traced.pid.is_none() {
            not_run(test, "strace may not trace here");
            return None;
        }
        Some(traced)
    }

    /// Sends a signal to the program, not to strace, which would leave it running.
    pub fn signal(&mut self, signal: i32) {
        if let (Some(pid), Ok(None)) = (self.pid, self.strace.try_wait()) {
            // SAFETY: strace runs as long as the program does, so the number is still the program's.
            unsafe { libc::kill(pid, signal) };
        }
    }

    /// Waits for the program's end.
    pub fn wait(&mut self, within: Duration) -> ExitStatus {
        wait_for("the end", within, || self.strace.try_wait().expect("asked"))
    }

    /// The calls so far, one a line.
    pub fn lines(&self) -> Vec<String> {
        let text = std::fs::read(&self.trace).unwrap_or_default();
        String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
    }

    /// Addresses of the internet that were connected or sent to. Sending on an open connection names none.
    pub fn spoken_to(&self) -> BTreeSet<String> {
        let calls = self.lines().into_iter().filter(|line| !line.contains(" bind("));
        let addresses = calls.filter(|line| line.contains("sa_family=AF_INET"));
        addresses.map(|line| line.split_once('{').map_or(line.clone(), |(_, address)| address.to_owned())).collect()
    }

    /// Every path that was made, changed, removed or opened for writing, in the order of names. A call that failed
    /// counts: it was tried. So does one that strace saw in two parts, whose first names the path.
    pub fn written(&self) -> BTreeSet<String> {
        let mut written = BTreeSet::new();
        for line in self.lines() {
            let Some((call, arguments)) = line.split_once(' ').and_then(|(_, call)| call.trim_start().split_once('('))
            else {
                continue;
            };
            let opens = call.starts_with("open");
            let speaks = ["connect", "bind", "sendto", "sendmsg", "sendmmsg", "execve"].contains(&call);
            let for_writing =
                ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TMPFILE"].iter().any(|flag| arguments.contains(flag));
            // The part of an interrupted call that names no path.
            if speaks || call.starts_with('<') || (opens && !for_writing) {
                continue;
            }
            let quoted = arguments.split('"').skip(1).step_by(2);
            written.extend(quoted.map(str::to_owned));
        }
        written
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        self.signal(libc::SIGKILL);
        let _ = self.strace.kill();
        let _ = self.strace.wait();
    }
}
