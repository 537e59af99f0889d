//! A bench as one page: figures, plots, the box and what to know about it, with everything that it needs inside it. It
//! loads nothing and runs no script.

use askama::Template;

use super::caveats;
use super::figures::{KINDS, Kind, StageFigures, decodes, is_model};
use super::plots;
use super::report::{Case, Report};
use crate::eval::plots::PlotError;
use crate::eval::report_html::STYLE;

/// What a system that does not say something is said to do.
pub const NOT_OFFERED: &str = "not offered here";

/// The figures at the top, and what they are called there.
const HEADLINES: [(&str, &str); 6] = [
    ("paced_latency_p99_ms", "from frame to observation, 99 of 100 frames"),
    ("paced_dropped_share", "of the frames dropped"),
    ("paced_core_share", "of one core"),
    ("cpu_ms", "processor time a frame"),
    ("first_observation_ms", "from start to first observation"),
    ("steady_mib", "memory"),
];

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// A plot could not be drawn.
    #[error(transparent)]
    Plot(#[from] PlotError),
    /// The page could not be written.
    #[error("the page could not be written: {0}")]
    Page(#[from] askama::Error),
}

#[derive(Template)]
#[template(path = "bench.html")]
struct Page<'a> {
    style: &'static str,
    report: &'a Report,
    at: String,
    box_name: String,
    headlines: Vec<Headline>,
    headline_case: String,
    disturbances: Vec<String>,
    limits: Vec<String>,
    rate: String,
    cases: Vec<Key>,
    settings: Vec<(String, String)>,
    paced_latency: Option<String>,
    latency: Option<String>,
    stages: String,
    stage_keys: Vec<Key>,
    repeats: Option<String>,
    rows: Vec<Row>,
    stage_tables: Vec<StageTable>,
    machine: Vec<(&'static str, String)>,
    software: Vec<(String, String)>,
}

struct Headline {
    value: String,
    interval: String,
    label: &'static str,
}

/// A name with its colour.
struct Key {
    name: String,
    colour: String,
}

struct Row {
    label: &'static str,
    cells: Vec<Cell>,
}

struct Cell {
    value: String,
    interval: String,
}

struct StageTable {
    case: String,
    rows: Vec<StageRow>,
}

struct StageRow {
    name: String,
    colour: String,
    cells: [String; 7],
}

/// The page.
///
/// # Errors
/// [`PageError`].
pub fn page(report: &Report) -> Result<String, PageError> {
    let key =
        |(index, case): (usize, &Case)| Key { name: case.name.clone(), colour: plots::css(plots::case_colour(index)) };
    let spreads = |of: fn(&Case) -> &[f64]| report.cases.iter().map(of).collect::<Vec<_>>();
    let names = report.cases.iter().flat_map(|case| &case.stages).map(|stage| stage.name.clone());
    let mut stage_keys: Vec<Key> = Vec::new();
    for name in names {
        if stage_keys.iter().all(|key| key.name != name) {
            stage_keys.push(Key { colour: plots::css(plots::stage_colour(&name)), name });
        }
    }
    let page = Page {
        style: STYLE,
        report,
        at: report.at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        box_name: box_name(report),
        headlines: report.cases.first().map(headlines).unwrap_or_default(),
        headline_case: report.cases.first().map_or_else(String::new, |case| case.name.clone()),
        disturbances: caveats::disturbances(report),
        limits: caveats::limits(report),
        rate: format!("{}", report.rate_hz),
        cases: report.cases.iter().enumerate().map(key).collect(),
        settings: report.cases.iter().map(|case| (case.name.clone(), setting(case))).collect(),
        paced_latency: plots::latency(&spreads(|case| &case.paced_latency_ms))?,
        latency: plots::latency(&spreads(|case| &case.latency_ms))?,
        stages: plots::stages(&report.cases)?,
        stage_keys,
        repeats: plots::repeats(&report.cases)?,
        rows: KINDS.iter().filter_map(|kind| row(kind, report)).collect(),
        stage_tables: report.cases.iter().map(stage_table).collect(),
        machine: machine(report),
        software: software(report),
    };
    Ok(page.render()?)
}

fn box_name(report: &Report) -> String {
    let cpu = report.machine.cpu.clone().unwrap_or_else(|| "a processor that does not say its name".to_owned());
    match report.machine.cores {
        Some(1) => format!("{cpu}, 1 core"),
        Some(cores) => format!("{cpu}, {cores} cores"),
        None => cpu,
    }
}

fn headlines(case: &Case) -> Vec<Headline> {
    let found = HEADLINES.iter().filter_map(|(key, label)| {
        let kind = KINDS.iter().find(|kind| kind.key == *key)?;
        let cell = cell(kind, case)?;
        Some(Headline { value: cell.value, interval: cell.interval, label })
    });
    found.collect()
}

fn cell(kind: &Kind, case: &Case) -> Option<Cell> {
    let estimate = case.figure(kind.key)?;
    let interval = estimate
        .interval
        .map_or_else(String::new, |(low, high)| format!("{} to {}", kind.unit.shown(low), kind.unit.shown(high)));
    Some(Cell { value: kind.unit.shown(estimate.median), interval })
}

/// A figure that no case has is told once, so that nobody looks for it.
fn row(kind: &Kind, report: &Report) -> Option<Row> {
    let paced = kind.key.starts_with("paced");
    if paced && report.cases.iter().all(|case| case.figure(kind.key).is_none()) {
        return None;
    }
    let told = |value: &str| Cell { value: value.to_owned(), interval: String::new() };
    let cells = report.cases.iter().map(|case| match (kind.key, &case.picture) {
        (_, None) if kind.key.ends_with("_share") => told("-"),
        ("decode_share", Some(picture)) if picture.rendered => told("rendered, not decoded"),
        ("decode_share" | "outside_models_share" | "waited_share", _) if !case.is_one_thread() => {
            told("only told apart with one thread and one camera")
        }
        _ => cell(kind, case).unwrap_or_else(|| told(NOT_OFFERED)),
    });
    Some(Row { label: kind.label, cells: cells.collect() })
}

fn stage_table(case: &Case) -> StageTable {
    let counted = |stage: &&StageFigures| decodes(case.picture.as_ref()) || stage.name != "capture";
    let total: f64 = case.stages.iter().filter(counted).map(|stage| stage.ms_a_frame.median).sum();
    let rows = case.stages.iter().map(|stage| {
        let ms = |value: f64| format!("{value:.2}");
        let share = stage.ms_a_frame.median / total * 100.0;
        let share = if counted(&stage) { format!("{share:.1} %") } else { "rendering".to_owned() };
        let frames = format!("{:.0} %", stage.ran_in_share * 100.0);
        let a_frame = format!("{:.3}", stage.ms_a_frame.median);
        let cells = [a_frame, share, frames, ms(stage.p50_ms), ms(stage.p95_ms), ms(stage.p99_ms), ms(stage.max_ms)];
        let name = if is_model(&stage.name) { format!("{} (model)", stage.name) } else { stage.name.clone() };
        StageRow { name, colour: plots::css(plots::stage_colour(&stage.name)), cells }
    });
    StageTable { case: case.name.clone(), rows: rows.collect() }
}

fn machine(report: &Report) -> Vec<(&'static str, String)> {
    let (machine, before, after) = (&report.machine, &report.before, &report.after);
    let or = |value: Option<String>| value.unwrap_or_else(|| NOT_OFFERED.to_owned());
    let from_to = |of: fn(&super::machine::State) -> Option<f64>, unit: &str| {
        or(of(before).zip(of(after)).map(|(from, to)| format!("{from:.0} {unit} before, {to:.0} {unit} after")))
    };
    let throttled = after.throttled.zip(before.throttled);
    vec![
        ("processor", or(machine.cpu.clone())),
        ("cores", or(machine.cores.map(|cores| cores.to_string()))),
        ("governor", or(machine.governor.clone())),
        ("highest frequency", or(machine.max_mhz.map(|mhz| format!("{mhz} MHz")))),
        ("frequency", from_to(|state| state.mhz, "MHz")),
        ("temperature", from_to(|state| state.celsius, "°C")),
        (
            "slowed down by heat",
            or(throttled.map(|(after, before)| format!("{} times while measured", after.saturating_sub(before)))),
        ),
        ("power", or(before.on_mains.map(|mains| if mains { "mains" } else { "battery" }.to_owned()))),
        ("load before and after", or(before.load.zip(after.load).map(|(from, to)| format!("{from:.2}, {to:.2}")))),
        ("memory", or(machine.memory_mib.map(|mib| format!("{mib} MiB")))),
        ("virtual machine", or(machine.virtual_machine.map(|yes| if yes { "yes" } else { "no" }.to_owned()))),
        ("system", or(machine.system.clone())),
        ("kernel", or(machine.kernel.clone())),
    ]
}

/// What was read and how, in one sentence.
fn setting(case: &Case) -> String {
    let mut parts: Vec<String> = case.subject.file().map(|file| file.display().to_string()).into_iter().collect();
    parts.extend(case.picture.as_ref().map(|picture| {
        let coded = match &picture.codec {
            _ if picture.rendered => "rendered",
            Some(codec) => codec,
            None => "of an unnamed codec",
        };
        format!("{coded}, {} x {} pixels", picture.width_px, picture.height_px)
    }));
    parts.extend(case.inputs.iter().map(|input| format!("random input {input}")));
    parts.push(format!("provider {}", case.provider));
    parts.push(counted(case.setting.threads, "thread of onnxruntime", "threads of onnxruntime"));
    if case.picture.is_some() {
        parts.push(format!("object model {} times a second", case.setting.objects_hz));
        parts.push(counted(case.setting.cameras, "camera", "cameras"));
    }
    let noun = if case.picture.is_some() { "frames" } else { "runs" };
    parts.push(format!("{} {noun} in {}", case.frames, counted(case.repeats.len(), "repeat", "repeats")));
    parts.join("; ")
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn software(report: &Report) -> Vec<(String, String)> {
    let mut rows = vec![
        ("program".to_owned(), report.tool.clone()),
        ("commit".to_owned(), report.commit.clone().unwrap_or_else(|| NOT_OFFERED.to_owned())),
    ];
    let Some(case) = report.cases.first() else { return rows };
    let version = case.library_version.clone().unwrap_or_else(|| "of an unknown version".to_owned());
    rows.push(("onnxruntime".to_owned(), format!("{version}, {}", case.library.display())));
    rows.extend(case.models.iter().map(|(name, hash)| (format!("model {name}"), format!("sha256 {hash}"))));
    rows
}

#[cfg(test)]
pub(super) mod tests;
