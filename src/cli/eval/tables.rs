//! An evaluation as a person reads it: tables of at most a hundred columns.

use comfy_table::{CellAlignment, Column, ContentArrangement, Table, presets};
use hymy::eval::compare::Comparison;
use hymy::eval::labels::Class;
use hymy::eval::report::{ByClass, Report, SetReport, StillsReport, VersionReport};
use hymy::eval::score::Figures;

use crate::cli::figures::reason_name;

/// Widest line.
const WIDTH: u16 = 100;
/// Where there is nothing to compute a figure from.
const NOTHING: &str = "-";

/// Prints everything.
pub fn tell(report: &Report) {
    let Some(recorded) = report.versions.first() else { return };
    if !recorded.clips.is_empty() {
        clips(recorded);
    }
    if let Some(stills) = &recorded.stills {
        of_stills(stills);
    }
    if report.versions.len() > 1 {
        versions(&report.versions);
    }
    if let Some(against) = &report.against {
        side_by_side(against);
    }
    if !recorded.clips.is_empty() {
        overall(&recorded.overall);
    }
}

fn headed(title: &str, table: &Table) {
    super::super::print(&format!("\n{title}\n{table}"));
}

/// A table whose first column is text and whose others are numbers, up to `numbers` of them.
fn table(header: &[&str], numbers: usize) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    table.set_header(header.iter().copied());
    for column in table.column_iter_mut().skip(1).take(numbers) {
        Column::set_cell_alignment(column, CellAlignment::Right);
    }
    table
}

const FIGURES: [&str; 9] =
    ["", "yes / no", "observ-\nable", "recall", "false\nalarms", "bal.\nacc.", "AUC", "ECE", "not observable because"];

fn figures_row(name: &str, figures: &Figures) -> Vec<String> {
    let reasons = figures.not_observable.iter().map(|(reason, count)| format!("{} {count}", reason_name(*reason)));
    vec![
        name.to_owned(),
        format!("{} / {}", figures.labelled_yes, figures.labelled_no),
        percent(figures.observable_share),
        percent(figures.recall),
        percent(figures.false_alarm_rate),
        percent(figures.balanced_accuracy),
        decimals(figures.roc_auc),
        decimals(figures.calibration_error),
        reasons.collect::<Vec<_>>().join(", "),
    ]
}

fn clips(version: &VersionReport) {
    let mut all = table(&["clip", "frames", "face found", "nods"], 3);
    for clip in &version.clips {
        let face = percent(clip.face_found_share);
        all.add_row([clip.clip.clone(), clip.frames.to_string(), face, clip.nods.to_string()]);
    }
    headed("Clips", &all);
    for class in Class::ALL {
        let Some(whole) = version.overall.classes.get(class.key()) else { continue };
        let mut rows = table(&FIGURES, 7);
        let mut add = |name: &str, classes: &ByClass| {
            if let Some(figures) = classes.get(class.key()) {
                rows.add_row(figures_row(name, figures));
            }
        };
        version.clips.iter().for_each(|clip| add(&clip.clip, &clip.classes));
        version.groups.iter().for_each(|(group, set)| add(&format!("group: {group}"), &set.classes));
        rows.add_row(figures_row("all clips", whole));
        headed(&format!("{}, frame by frame", class.key()), &rows);
    }
}

fn overall(set: &SetReport) {
    let mut rows = table(&FIGURES, 7);
    for class in Class::ALL {
        if let Some(figures) = set.classes.get(class.key()) {
            rows.add_row(figures_row(class.key(), figures));
        }
    }
    let face = percent(set.face_found_share);
    headed(&format!("All {} clips; a face was found in {face} of the frames with a person", set.clips), &rows);
}

fn of_stills(stills: &StillsReport) {
    let mut rows = table(&FIGURES, 7);
    rows.add_row(figures_row("all", &stills.smile));
    for fold in &stills.folds {
        rows.add_row(figures_row(&format!("{} to {}", fold.first, fold.last), &fold.smile));
    }
    for (group, figures) in &stills.groups {
        rows.add_row(figures_row(&format!("folder: {}", if group.is_empty() { "." } else { group }), figures));
    }
    let face = percent(stills.face_found_share);
    headed(&format!("{} stills, smile; a face was found in {face}", stills.stills), &rows);
}

/// A figure that is followed over the versions.
type Followed = (&'static str, fn(&Figures) -> Option<f64>, fn(Option<f64>) -> String);

fn versions(versions: &[VersionReport]) {
    const FOLLOWED: [Followed; 6] = [
        ("not observable", |figures| figures.observable_share.map(|share| 1.0 - share), percent),
        ("recall", |figures| figures.recall, percent),
        ("false alarms", |figures| figures.false_alarm_rate, percent),
        ("balanced accuracy", |figures| figures.balanced_accuracy, percent),
        ("AUC", |figures| figures.roc_auc, decimals),
        ("calibration error", |figures| figures.calibration_error, decimals),
    ];
    let names = versions.iter().map(|version| version.version.replace('_', "\n"));
    let header: Vec<String> = std::iter::once(String::new()).chain(names).collect();
    let mut rows = table(&header.iter().map(String::as_str).collect::<Vec<_>>(), versions.len());
    let mut add = |name: String, values: Vec<Option<f64>>, shown: fn(Option<f64>) -> String| {
        if values.iter().any(Option::is_some) {
            rows.add_row(std::iter::once(name).chain(values.into_iter().map(shown)));
        }
    };
    let face = versions.iter().map(|version| version.overall.face_found_share).collect();
    add("face found".to_owned(), face, percent);
    for class in Class::ALL {
        for (figure, of, shown) in FOLLOWED {
            let values = versions.iter().map(|version| version.overall.classes.get(class.key()).and_then(of));
            add(format!("{}: {figure}", class.key()), values.collect(), shown);
        }
    }
    let stills = |of: fn(&StillsReport) -> Option<f64>| -> Vec<Option<f64>> {
        versions.iter().map(|version| version.stills.as_ref().and_then(of)).collect()
    };
    add("stills: face found".to_owned(), stills(|stills| stills.face_found_share), percent);
    for (figure, of, shown) in FOLLOWED {
        let values = versions.iter().map(|version| version.stills.as_ref().and_then(|stills| of(&stills.smile)));
        add(format!("stills, smile: {figure}"), values.collect(), shown);
    }
    headed("The same in worse pictures", &rows);
}

fn side_by_side(against: &Comparison) {
    let mut rows = table(&["", "figure", "Hymy", "other", "difference"], 0);
    for column in rows.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut add = |class: &str, figure: &str, ours: Option<f64>, theirs: Option<f64>, points: bool| {
        let shown = if points { percent } else { decimals };
        if ours.is_none() && theirs.is_none() {
            return;
        }
        let difference = ours.zip(theirs).map_or(NOTHING.to_owned(), |(ours, theirs)| {
            if points { format!("{:+.1}", (ours - theirs) * 100.0) } else { format!("{:+.3}", ours - theirs) }
        });
        rows.add_row([class, figure, &shown(ours), &shown(theirs), &difference]);
    };
    let [ours, theirs] = against.face_found_share;
    add("face", "found", ours, theirs, true);
    for class in Class::ALL {
        let Some(pair) = against.classes.get(class.key()) else { continue };
        let (ours, theirs, both) = (&pair.ours, &pair.theirs, &pair.both);
        add(class.key(), "observable", ours.observable_share, theirs.observable_share, true);
        add("", "recall", ours.recall, theirs.recall, true);
        add("", "false alarms", ours.false_alarm_rate, theirs.false_alarm_rate, true);
        add("", "balanced accuracy", ours.balanced_accuracy, theirs.balanced_accuracy, true);
        add("", "AUC", ours.roc_auc, theirs.roc_auc, false);
        add("", "calibration error", ours.calibration_error, theirs.calibration_error, false);
        let right = format!("right, of the {} frames that both answered", both.frames);
        add("", &right, both.ours_right, both.theirs_right, true);
    }
    headed(&format!("{} clips beside {}; differences in points", against.clips.len(), against.folder), &rows);
}

fn percent(share: Option<f64>) -> String {
    share.map_or(NOTHING.to_owned(), |share| format!("{:.1} %", share * 100.0))
}

fn decimals(value: Option<f64>) -> String {
    value.map_or(NOTHING.to_owned(), |value| format!("{value:.3}"))
}
