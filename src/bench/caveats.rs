//! What whoever reads a report has to know about it: what disturbed this measurement, and what it is and is not of.

use super::job::Subject;
use super::report::Report;

/// Processes that wanted a core before the first run, for each core, from which on others took part of the box.
const BUSY_LOAD: f64 = 0.3;
/// The share of its wall time that a run waited for a core, from which on others did.
const WAITED_SHARE: f64 = 0.03;
/// Fewer repeats than this give intervals that are too narrow.
const FEW_REPEATS: usize = 5;

/// What disturbed this measurement, the worst first.
#[must_use]
pub fn disturbances(report: &Report) -> Vec<String> {
    let mut found = Vec::new();
    let mut say = |when: bool, what: String| found.extend(when.then_some(what));
    say(
        !report.optimised,
        "The program was built without optimisation: these figures say nothing of the product. \"make build\" builds one \
         that was."
            .to_owned(),
    );
    say(report.partial, "Not every repeat could be measured; what failed is named.".to_owned());
    let throttled =
        report.after.throttled.zip(report.before.throttled).map(|(after, before)| after.saturating_sub(before));
    if let Some(times) = throttled {
        say(times > 0, format!("The processor slowed down because of heat, {times} times while it was measured."));
    }
    let load = report.before.load.unwrap_or(0.0) / report.machine.cores.unwrap_or(1) as f64;
    say(
        load > BUSY_LOAD,
        format!("The box was busy with something else before the first run (load {:.1}).", load_of(report)),
    );
    let waited = report.cases.iter().filter_map(|case| case.figure("waited_share")).map(|waited| waited.median);
    let waited = waited.fold(0.0, f64::max);
    say(
        waited > WAITED_SHARE,
        format!(
            "Runs waited for a core for up to {:.0} % of their time: latencies and frames a second are worse than on a \
             box that does nothing else; processor time is hardly touched.",
            waited * 100.0
        ),
    );
    say(report.before.on_mains == Some(false), "The box ran on its battery.".to_owned());
    say(
        report.machine.virtual_machine == Some(true),
        "The box is a virtual machine: other guests of its host may take time from it, and it shows neither temperature \
         nor energy."
            .to_owned(),
    );
    let fewest = report.cases.iter().map(|case| case.repeats.len()).min().unwrap_or(0);
    say(fewest < FEW_REPEATS, format!("Only {fewest} repeats: the intervals are missing or too narrow."));
    found
}

fn load_of(report: &Report) -> f64 {
    report.before.load.unwrap_or(0.0)
}

/// What every report of this kind is and is not.
#[must_use]
pub fn limits(report: &Report) -> Vec<String> {
    let mut limits = vec![
        "Latency counts from the moment when a frame stands decoded in memory; at the camera's pace from the moment when \
         it was due, with its wait for the one before. Exposure, cable and network come before that."
            .to_owned(),
        "The time of a model holds the decoding of its outputs. Stages are wall time on the frame's thread.".to_owned(),
        "Intervals say how much repeats on this box at this time differ, not how boxes do.".to_owned(),
    ];
    if report.cases.iter().any(|case| case.subject == Subject::Staged) {
        limits.push(
            "The staged scene is rendered, not decoded: its rendering is left out of processor time and stages, but is \
             in frames a second and in the share of a core. A real camera adds its decoding: measure a clip of yours."
                .to_owned(),
        );
    }
    if report.cases.iter().any(|case| matches!(case.subject, Subject::Clip(_))) {
        limits.push(
            "At the camera's pace each frame of a clip is shown, one after the other, so that movements of a clip of \
             another rate are slower or faster than they were."
                .to_owned(),
        );
    }
    if report.cases.iter().any(|case| case.setting.cameras > 1) {
        limits.push(
            "Several cameras are threads of one process, each with sessions of its own in one environment of \
             onnxruntime; latencies are those of all cameras together."
                .to_owned(),
        );
    }
    limits
}
