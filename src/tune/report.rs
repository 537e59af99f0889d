//! What was found and decided, as it is written, and what is said of it in the configuration.

use jiff::Timestamp;
use serde::Serialize;
use toml_edit::Value;

use super::candidates::name;
use super::choose::{Candidate, Choice, Cost, Seen, Verdict, Wish};
use super::write::Change;
use crate::bench::figures::Unit;
use crate::bench::job::Setting;
use crate::bench::machine::Machine;
use crate::bench::stats::{Estimate, median};

/// The format of the JSON; counted up when what is there changes its meaning.
pub const FORMAT: u32 = 1;

/// Why nothing that looks less often was taken.
const NO_RECORDINGS: &str = "Looking less often was not considered: no recordings were evaluated that would show what it \
                             loses (--footage).";

/// What `hymy tune --json` writes.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// [`FORMAT`].
    pub format: u32,
    /// Name and version of the program.
    pub tool: String,
    /// Whether the program was built with optimisation; figures of another one say nothing of the product.
    pub optimised: bool,
    /// When it ended.
    pub at: Timestamp,
    /// What was typed.
    pub command: String,
    /// It was stopped: not every repeat is here, and nothing was decided for good.
    pub partial: bool,
    /// The box.
    pub machine: Machine,
    /// What was wished for.
    pub wish: Wish,
    /// Repeats that were asked for.
    pub repeats: u32,
    /// The candidates, in the order in which they are preferred.
    pub rows: Vec<Row>,
    /// The name of the one that is taken.
    pub taken: Option<String>,
    /// Where none is: the name of the one that is nearest to the wish.
    pub nearest: Option<String>,
}

/// One candidate.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// What a person calls it.
    pub name: String,
    /// The candidate, with what was measured of it.
    #[serde(flatten)]
    pub candidate: Candidate,
    /// Processor time a frame.
    pub cpu_ms: Option<Estimate>,
    /// The 99th percentile of latency.
    pub latency_p99_ms: Option<Estimate>,
    /// The dropped share.
    pub dropped_share: Option<Estimate>,
    /// What was decided.
    pub verdict: Verdict,
    /// The same, in words.
    pub why: String,
}

/// One row a candidate.
#[must_use]
pub fn rows(candidates: &[Candidate], choice: &Choice, wish: &Wish) -> Vec<Row> {
    let row = |(candidate, verdict): (&Candidate, &Verdict)| {
        let of = |values: &dyn Fn(&Cost) -> &Vec<f64>| Estimate::of(values(candidate.cost()?));
        Row {
            name: name(&candidate.setting),
            candidate: candidate.clone(),
            cpu_ms: of(&|cost| &cost.cpu_ms),
            latency_p99_ms: of(&|cost| &cost.latency_p99_ms),
            dropped_share: of(&|cost| &cost.dropped_share),
            verdict: verdict.clone(),
            why: verdict.text(wish),
        }
    };
    candidates.iter().zip(&choice.verdicts).map(row).collect()
}

/// What a candidate costs, in one line; `None` of one that was not measured.
#[must_use]
pub fn told(cost: &Cost) -> Option<String> {
    let (cpu, latency, dropped) = (median(&cost.cpu_ms)?, median(&cost.latency_p99_ms)?, median(&cost.dropped_share)?);
    Some(format!(
        "{} of processor time a frame, p99 latency {}, {} dropped",
        Unit::Ms.shown(cpu),
        Unit::Ms.shown(latency),
        Unit::Share.shown(dropped)
    ))
}

/// What is known of a candidate's accuracy, in one sentence.
#[must_use]
pub fn seen(seen: &Seen, wish: &Wish) -> String {
    match seen {
        Seen::AsBefore => format!("Accuracy: the models see what they saw before. {NO_RECORDINGS}"),
        Seen::Checked => format!(
            "Accuracy: at every start each model's answers are compared with the CPU provider's (docs/providers.md). \
             {NO_RECORDINGS}"
        ),
        Seen::Evaluated(falls) => match falls.first() {
            None => "Accuracy: no figure of the evaluation fell.".to_owned(),
            Some(fall) => format!("Accuracy: at most {} may be lost; the largest fall is {}.", wish.loss, fall.text()),
        },
        Seen::Unknown(why) | Seen::Failed(why) => format!("Accuracy: not known: {why}."),
    }
}

/// What is said at the beginning of the configuration.
#[must_use]
pub fn about(taken: &Candidate, wish: &Wish, machine: &Machine, at: Timestamp, repeats: usize) -> Vec<String> {
    let of_box = machine.cpu.clone().unwrap_or_else(|| "an unnamed processor".to_owned());
    let cores = machine.cores.map(|cores| format!(", {cores} cores")).unwrap_or_default();
    let day = at.strftime("%Y-%m-%d");
    let mut about = vec![format!(
        "hymy tune, {day}, {of_box}{cores}: {} frames a second of {}, p99 latency of at most {}, under {} dropped.",
        wish.rate_hz,
        cameras(taken.setting.cameras),
        Unit::Ms.shown(wish.latency_ms),
        Unit::Share.shown(super::choose::DROPPED_SHARE)
    )];
    about.extend(
        taken
            .cost()
            .and_then(told)
            .map(|told| format!("{}: {told} (medians of {repeats} repeats).", name(&taken.setting))),
    );
    about.push(seen(&taken.seen, wish));
    about
}

fn cameras(count: usize) -> String {
    if count == 1 { "one camera".to_owned() } else { format!("{count} cameras") }
}

/// The keys that the taken candidate sets otherwise than the configuration did, each with why: what became of the
/// candidate that differs in that key alone, where there was one. `library` is the one that has the provider; the CPU
/// provider is in each.
#[must_use]
pub fn changes(base: &Setting, taken: &Setting, rows: &[Row], library: Option<&str>) -> Vec<Change> {
    let why = |was: String, with_old: Setting| {
        let told = rows.iter().find(|row| row.candidate.setting == with_old).map(|row| {
            let cost = row.candidate.cost().and_then(told).map(|cost| format!("{cost}; ")).unwrap_or_default();
            format!(" With that: {cost}{}.", row.why)
        });
        format!("was {was}.{}", told.unwrap_or_default())
    };
    let mut changes = Vec::new();
    let mut put = |differs: bool, section, key, value: Value, why: String| {
        changes.extend(differs.then_some(Change { section, key, value, why }));
    };
    let old = taken.clone();
    let differs = taken.provider != base.provider;
    let with_old = Setting { provider: base.provider.clone(), ..old.clone() };
    put(differs, "runtime", "provider", Value::from(taken.provider.as_str()), why(base.provider.clone(), with_old));
    if let Some(library) = library.filter(|_| differs && taken.provider != "cpu") {
        put(true, "runtime", "library", Value::from(library), "the library that has this provider.".to_owned());
    }
    let with_old = Setting { precision: base.precision.clone(), ..old.clone() };
    let precision = Value::from(taken.precision.as_str());
    let why_precision = why(base.precision.clone(), with_old);
    put(taken.precision != base.precision, "runtime", "precision", precision, why_precision);
    let with_old = Setting { threads: base.threads, ..old.clone() };
    let threads = Value::from(i64::try_from(taken.threads).unwrap_or(1));
    put(taken.threads != base.threads, "runtime", "threads", threads, why(base.threads.to_string(), with_old));
    let is_other = |one: f32, other: f32| one.total_cmp(&other).is_ne();
    let with_old = Setting { objects_hz: base.objects_hz, ..old.clone() };
    let objects = is_other(taken.objects_hz, base.objects_hz);
    put(objects, "vision", "objects_hz", hertz(taken.objects_hz), why(base.objects_hz.to_string(), with_old));
    let with_old = Setting { faces_hz: base.faces_hz, ..old };
    let faces = is_other(taken.faces_hz, base.faces_hz);
    put(faces, "vision", "faces_hz", hertz(taken.faces_hz), why(base.faces_hz.to_string(), with_old));
    changes
}

/// As a person would write it, not with the digits that a wider type shows.
fn hertz(hz: f32) -> Value {
    Value::from((f64::from(hz) * 1e3).round() / 1e3)
}

#[cfg(test)]
mod tests {
    use super::super::choose::{Measured, choose};
    use super::*;

    const WISH: Wish = Wish { rate_hz: 10.0, latency_ms: 60.0, loss: 0.01 };

    fn setting(threads: usize, objects_hz: f32) -> Setting {
        Setting {
            threads,
            objects_hz,
            faces_hz: 4.0,
            provider: "cpu".into(),
            precision: "full".into(),
            cameras: 1,
            size: None,
        }
    }

    fn candidate(setting: Setting, cpu_ms: f64, latency_ms: f64) -> Candidate {
        let cost = Cost { cpu_ms: vec![cpu_ms; 3], latency_p99_ms: vec![latency_ms; 3], dropped_share: vec![0.0; 3] };
        Candidate { setting, seen: Seen::Evaluated(Vec::new()), measured: Measured::Cost(cost) }
    }

    #[test]
    fn each_changed_key_says_what_its_old_value_would_have_cost() {
        let candidates = [
            candidate(setting(1, 3.0), 30.0, 90.0),
            candidate(setting(2, 3.0), 40.0, 45.0),
            candidate(setting(1, 1.5), 20.0, 80.0),
            candidate(setting(2, 1.5), 25.0, 44.0),
        ];
        let choice = choose(&candidates, &WISH);
        assert_eq!(choice.taken, Some(3));
        let rows = rows(&candidates, &choice, &WISH);
        let changes = changes(&setting(1, 3.0), &setting(2, 1.5), &rows, Some("/lib.so"));
        let told: Vec<(&str, String, &str)> =
            changes.iter().map(|change| (change.key, change.value.to_string(), change.why.as_str())).collect();
        assert_eq!(
            told,
            [
                (
                    "threads",
                    "2".to_owned(),
                    "was 1. With that: 20.00 ms of processor time a frame, p99 latency 80.00 ms, 0.0 % dropped; p99 \
                     latency 80.00 ms, over 60.00 ms."
                ),
                (
                    "objects_hz",
                    "1.5".to_owned(),
                    "was 3. With that: 40.00 ms of processor time a frame, p99 latency 45.00 ms, 0.0 % dropped; 1.60 \
                     times the processor time."
                ),
            ],
            "the provider is the same, and so is its library"
        );
    }

    #[test]
    fn another_provider_names_its_library() {
        let taken = Setting { provider: "openvino".into(), ..setting(1, 3.0) };
        let changes = changes(&setting(1, 3.0), &taken, &[], Some("/lib.so"));
        let keys: Vec<(&str, String)> = changes.iter().map(|change| (change.key, change.value.to_string())).collect();
        assert_eq!(keys, [("provider", "\"openvino\"".to_owned()), ("library", "\"/lib.so\"".to_owned())]);
        assert_eq!(changes[0].why, "was cpu.");
        let fewer = Setting { precision: "bf16".into(), ..taken.clone() };
        let digits = super::changes(&taken, &fewer, &[], Some("/lib.so"));
        assert_eq!((digits.len(), digits[0].key, digits[0].why.as_str()), (1, "precision", "was full."));
        let back = super::changes(&taken, &setting(1, 3.0), &[], Some("/lib.so"));
        assert_eq!(back.iter().map(|change| change.key).collect::<Vec<_>>(), ["provider"]);
    }

    #[test]
    fn the_beginning_names_the_box_the_wish_and_what_was_lost() {
        let mut taken = candidate(setting(2, 1.5), 25.0, 44.0);
        let machine = Machine { cpu: Some("Abacus".into()), cores: Some(2), ..Machine::default() };
        let at = "2026-11-23T12:00:00Z".parse().expect("a time");
        let told = about(&taken, &WISH, &machine, at, 3);
        assert_eq!(
            told[0],
            "hymy tune, 2026-11-23, Abacus, 2 cores: 10 frames a second of one camera, p99 latency of at most 60.00 ms, \
             under 1.0 % dropped."
        );
        assert!(told[1].contains("25.00 ms of processor time a frame") && told[1].contains("3 repeats"), "{}", told[1]);
        assert_eq!(told[2], "Accuracy: no figure of the evaluation fell.");
        taken.seen = Seen::AsBefore;
        assert!(about(&taken, &WISH, &machine, at, 3)[2].contains("no recordings were evaluated"));
    }
}
