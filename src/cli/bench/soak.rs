//! `hymy bench --soak`: a line a minute, and the verdict.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hymy::bench::job::Job;
use hymy::bench::measure;
use hymy::bench::soak::{self, Length, Line, Trend};
use hymy_vision::{SourceSpec, Vision};
use serde::Serialize;

/// What `--json` writes.
#[derive(Serialize)]
struct Soaked<'a> {
    format: u32,
    tool: &'static str,
    partial: bool,
    rate_hz: f64,
    lines: &'a [Line],
    memory: Trend,
    latency: Trend,
}

/// Plays the camera of the job for so many minutes.
pub fn run(job: &Job, minutes: f64, json: Option<&Path>, stop: &AtomicBool) -> anyhow::Result<()> {
    let period = Duration::try_from_secs_f64(1.0 / job.rate_hz)?;
    let source = SourceSpec::Paced { source: Box::new(measure::source_of(job)), period };
    let mut vision = Vision::load(&measure::settings_of_job(job)?.0)?;
    let length = Length::of_minutes(minutes);
    super::super::print("  minutes   frames  dropped   p50 ms   p99 ms   max ms   of a core   memory");
    let lines = soak::soak(&mut vision, &source, length, stop, |line| super::super::print(&row(line)))?;
    let stopped = stop.load(Ordering::Relaxed);
    let (memory, latency) = (Trend::of_memory(&lines), Trend::of_latency(&lines));
    super::super::print(&format!("memory: {}\nlatency, p99: {}", memory.text(), latency.text()));
    if let Some(path) = json {
        let soaked = Soaked {
            format: hymy::bench::report::FORMAT,
            tool: concat!("hymy ", env!("CARGO_PKG_VERSION")),
            partial: stopped,
            rate_hz: job.rate_hz,
            lines: &lines,
            memory,
            latency,
        };
        super::super::eval::output::text(path, &(serde_json::to_string_pretty(&soaked)? + "\n"))?;
    }
    anyhow::ensure!(!stopped, "stopped before the end: what is told is of the minutes until then");
    anyhow::ensure!(!matches!(memory, Trend::Growing { .. }), "memory is {}", memory.text());
    Ok(())
}

fn row(line: &Line) -> String {
    let memory = line.resident_mib.map_or_else(|| "not offered here".to_owned(), |mib| format!("{mib:.1} MiB"));
    format!(
        "{:9.2} {:8} {:8} {:8.2} {:8.2} {:8.2} {:9.1} % {:>10}",
        line.minutes,
        line.frames,
        line.dropped,
        line.p50_ms,
        line.p99_ms,
        line.max_ms,
        line.core_share * 100.0,
        memory
    )
}
