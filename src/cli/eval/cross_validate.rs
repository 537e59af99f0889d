//! `hymy eval DIR --cross-validate`: the smile's regression on stills that it was not fitted to, and its weights.

use std::path::Path;

use anyhow::Context;
use comfy_table::{Table, presets};
use hymy::eval::cross_validate::{CrossValidation, Figures, Measured, RIDGE, table};
use hymy::eval::stills::Stills;
use hymy_vision::{Vision, VisionSettings, find_models};

use crate::cli::{WrongUsage, progress};

/// Reads the stills, prints the figures, and writes the weights where `coefficients` says.
pub fn run(stills: &Stills, coefficients: Option<&Path>) -> anyhow::Result<()> {
    if let Some(why) = stills.too_few() {
        return Err(WrongUsage(format!("--cross-validate: {why}")).into());
    }
    let stop = progress::stop_on_signal()?;
    let mut vision = Vision::load(&VisionSettings::new(find_models(None)))?;
    let bar = progress::frames(Some(2 * stills.stills.len() as u64));
    let mut failed = Vec::new();
    let skipped = |path: &Path, why: &str| {
        let trouble = format!("{}: {why}; left out", path.display());
        bar.suspend(|| eprintln!("{trouble}"));
        failed.push(trouble);
    };
    let measured = Measured::read(&mut vision, stills, &stop, || bar.inc(1), skipped)?;
    bar.finish_and_clear();
    if stop.load(std::sync::atomic::Ordering::Relaxed) {
        anyhow::bail!("stopped before the end: weights of some of the stills would not be those of all");
    }
    let found = CrossValidation::of(&measured, RIDGE).context(
        "the stills do not suffice for a fit: every one of five ranges of numbers needs smile and neutral stills in \
         which a smile's measures can be read",
    )?;
    let names = hymy_vision::lab::smile_measures();
    tell(&measured, &found, names.len(), stills);
    if let Some(path) = coefficients {
        std::fs::write(path, table(&names, &found.fit))
            .with_context(|| format!("{}: cannot be written", path.display()))?;
    }
    if failed.is_empty() {
        return Ok(());
    }
    anyhow::bail!("not everything could be read:\n  {}", failed.join("\n  "))
}

fn tell(measured: &Measured, found: &CrossValidation, measures: usize, stills: &Stills) {
    let share = measured.faces.share().unwrap_or_default() * 100.0;
    crate::cli::print(&format!(
        "{} stills; a face in {} ({share:.1} %), a smile's measures in {}, and in {} read again in worse pictures\n\
         logistic regression on {measures} measures, ridge {RIDGE}; each range judged by weights fitted to the others",
        measured.faces.of,
        measured.faces.part,
        measured.samples.len(),
        measured.worse.len(),
    ));
    let mut figures = Table::new();
    figures.load_style(presets::UTF8_HORIZONTAL_ONLY);
    figures.set_header(["numbers", "stills", "AUC", "AUC of one look", "calibration error"]);
    for (fold, range) in found.folds.iter().zip(&stills.folds) {
        figures.add_row(row(format!("{} to {}", range.0, range.1), fold));
    }
    figures.add_row(row("all".to_owned(), &found.all));
    crate::cli::print(&figures.to_string());
    if let Some(median) = found.all.neutral_median {
        crate::cli::print(&format!("median probability of the stills labelled neutral, by one look: {median:.3}"));
    }
}

fn row(name: String, figures: &Figures) -> [String; 5] {
    let figure = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.4}"));
    [
        name,
        figures.stills.to_string(),
        figure(figures.auc),
        figure(figures.auc_of_one_look),
        figure(figures.calibration_error),
    ]
}
