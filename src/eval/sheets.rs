//! An evaluation as tables of text, the same for the terminal and for the page.

use super::compare::Comparison;
use super::labels::Class;
use super::report::{ByClass, Report, SetReport, StillsReport, VersionReport};
use super::score::Figures;

/// Where there is nothing to compute a figure from.
const NOTHING: &str = "-";

/// One table. The first column names the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// What it shows.
    pub title: String,
    /// Names of the columns.
    pub header: Vec<String>,
    /// Cells.
    pub rows: Vec<Vec<String>>,
    /// Columns that hold text, not numbers: the first ones, and the last where it is of text as well.
    pub text_columns: Vec<usize>,
}

impl Sheet {
    fn new(title: impl Into<String>, header: &[&str], text_columns: &[usize]) -> Self {
        let header = header.iter().map(|name| (*name).to_owned()).collect();
        Self { title: title.into(), header, rows: Vec::new(), text_columns: text_columns.to_vec() }
    }

    /// Without the columns in which no row says anything.
    fn trimmed(mut self) -> Self {
        let says = |column: usize| {
            let mut cells = self.rows.iter().filter_map(|row| row.get(column));
            column == 0 || cells.any(|cell| !matches!(cell.as_str(), "" | NOTHING))
        };
        let kept: Vec<usize> = (0..self.header.len()).filter(|column| says(*column)).collect();
        for cells in std::iter::once(&mut self.header).chain(&mut self.rows) {
            *cells = kept.iter().filter_map(|column| cells.get(*column).cloned()).collect();
        }
        let place = |column: &usize| kept.iter().position(|kept| kept == column);
        self.text_columns = self.text_columns.iter().filter_map(place).collect();
        self
    }
}

/// Every table of a report, the most general last: a terminal shows the end.
#[must_use]
pub fn sheets(report: &Report) -> Vec<Sheet> {
    let Some(recorded) = report.versions.first() else { return Vec::new() };
    let mut sheets = Vec::new();
    if !recorded.clips.is_empty() {
        sheets.push(clips(recorded));
        sheets.extend(Class::ALL.into_iter().filter_map(|class| of_class(recorded, class)));
    }
    sheets.extend(recorded.stills.as_ref().map(of_stills));
    if report.versions.len() > 1 {
        sheets.push(versions(&report.versions));
    }
    sheets.extend(report.against.as_ref().map(side_by_side));
    if !recorded.clips.is_empty() {
        sheets.push(overall(&recorded.overall));
    }
    sheets
}

const FIGURES: [&str; 9] =
    ["", "yes/no", "observable", "recall", "false alarms", "balanced accuracy", "AUC", "ECE", "not observable because"];
const TEXT_OF_FIGURES: [usize; 2] = [0, 8];

fn figures_row(name: &str, figures: &Figures) -> Vec<String> {
    let reasons = figures.not_observable.iter().map(|(reason, count)| format!("{} {count}", reason.name()));
    vec![
        name.to_owned(),
        format!("{}/{}", figures.labelled_yes, figures.labelled_no),
        percent(figures.observable_share),
        percent(figures.recall),
        percent(figures.false_alarm_rate),
        percent(figures.balanced_accuracy),
        decimals(figures.roc_auc),
        decimals(figures.calibration_error),
        reasons.collect::<Vec<_>>().join(", "),
    ]
}

fn clips(version: &VersionReport) -> Sheet {
    let mut sheet = Sheet::new("Clips", &["clip", "frames", "face found", "nods"], &[0]);
    sheet.rows.extend(version.clips.iter().map(|clip| {
        vec![clip.clip.clone(), clip.frames.to_string(), percent(clip.face_found_share), clip.nods.to_string()]
    }));
    sheet
}

fn of_class(version: &VersionReport, class: Class) -> Option<Sheet> {
    let whole = version.overall.classes.get(class.key())?;
    let mut sheet = Sheet::new(format!("{}, frame by frame", class.key()), &FIGURES, &TEXT_OF_FIGURES);
    let mut add = |name: &str, classes: &ByClass| {
        sheet.rows.extend(classes.get(class.key()).map(|figures| figures_row(name, figures)));
    };
    version.clips.iter().for_each(|clip| add(&clip.clip, &clip.classes));
    version.groups.iter().for_each(|(group, set)| add(&format!("group: {group}"), &set.classes));
    sheet.rows.push(figures_row("all clips", whole));
    Some(sheet.trimmed())
}

fn overall(set: &SetReport) -> Sheet {
    let face = percent(set.face_found_share);
    let title = format!("All {} clips; a face was found in {face} of the frames with a person", set.clips);
    let mut sheet = Sheet::new(title, &FIGURES, &TEXT_OF_FIGURES);
    let labelled = Class::ALL.into_iter().filter_map(|class| Some((class, set.classes.get(class.key())?)));
    sheet.rows.extend(labelled.map(|(class, figures)| figures_row(class.key(), figures)));
    sheet.trimmed()
}

fn of_stills(stills: &StillsReport) -> Sheet {
    let face = percent(stills.face_found_share);
    let title = format!("smile, {} stills; a face was found in {face}", stills.stills);
    let mut sheet = Sheet::new(title, &FIGURES, &TEXT_OF_FIGURES);
    for fold in &stills.folds {
        sheet.rows.push(figures_row(&format!("{} to {}", fold.first, fold.last), &fold.smile));
    }
    for (group, figures) in &stills.groups {
        sheet.rows.push(figures_row(&format!("folder: {}", if group.is_empty() { "." } else { group }), figures));
    }
    sheet.rows.push(figures_row("all stills", &stills.smile));
    sheet.trimmed()
}

/// A figure: what it is called, where it stands, how it is written.
type Followed = (&'static str, fn(&Figures) -> Option<f64>, fn(Option<f64>) -> String);

const FOLLOWED: [Followed; 6] = [
    ("not observable", |figures| figures.observable_share.map(|share| 1.0 - share), percent),
    ("recall", |figures| figures.recall, percent),
    ("false alarms", |figures| figures.false_alarm_rate, percent),
    ("balanced accuracy", |figures| figures.balanced_accuracy, percent),
    ("AUC", |figures| figures.roc_auc, decimals),
    ("ECE", |figures| figures.calibration_error, decimals),
];

fn versions(versions: &[VersionReport]) -> Sheet {
    let names = versions.iter().map(|version| version.version.replace('_', " "));
    let header: Vec<String> = [String::new(), "figure".to_owned()].into_iter().chain(names).collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut sheet = Sheet::new("The same in worse pictures", &header, &[0, 1]);
    let mut add = |of: &str, figure: &str, values: Vec<Option<f64>>, shown: fn(Option<f64>) -> String| {
        if values.iter().any(Option::is_some) {
            let name = [of.to_owned(), figure.to_owned()];
            sheet.rows.push(name.into_iter().chain(values.into_iter().map(shown)).collect());
        }
    };
    let face = versions.iter().map(|version| version.overall.face_found_share).collect();
    add("face", "found", face, percent);
    for class in Class::ALL {
        for (figure, of, shown) in FOLLOWED {
            let values = versions.iter().map(|version| version.overall.classes.get(class.key()).and_then(of));
            add(class.key(), figure, values.collect(), shown);
        }
    }
    let stills = |version: &VersionReport| version.stills.as_ref().and_then(|stills| stills.face_found_share);
    add("stills", "face found", versions.iter().map(stills).collect(), percent);
    for (figure, of, shown) in FOLLOWED {
        let values = versions.iter().map(|version| version.stills.as_ref().and_then(|stills| of(&stills.smile)));
        add("stills: smile", figure, values.collect(), shown);
    }
    sheet
}

fn side_by_side(against: &Comparison) -> Sheet {
    let title = format!("{} clips beside {}; differences in points", against.clips.len(), against.folder);
    let mut sheet = Sheet::new(title, &["", "figure", "Hymy", "other", "difference"], &[0, 1]);
    let mut add = |class: &str, figure: &str, pair: [Option<f64>; 2], shown: fn(Option<f64>) -> String| {
        if pair == [None, None] {
            return;
        }
        let [ours, theirs] = pair;
        let difference = ours.zip(theirs).map_or(NOTHING.to_owned(), |(ours, theirs)| {
            // Shares are shown in percent, everything else as it is.
            let in_percent = shown(Some(0.0)).ends_with('%');
            if in_percent { format!("{:+.1}", (ours - theirs) * 100.0) } else { format!("{:+.3}", ours - theirs) }
        });
        sheet.rows.push(vec![class.to_owned(), figure.to_owned(), shown(ours), shown(theirs), difference]);
    };
    add("face", "found", against.face_found_share, percent);
    for class in Class::ALL {
        let Some(pair) = against.classes.get(class.key()) else { continue };
        for (figure, of, shown) in FOLLOWED {
            add(class.key(), figure, [of(&pair.ours), of(&pair.theirs)], shown);
        }
        let both = &pair.both;
        let right = format!("right, of {} frames that both answered", both.frames);
        add(class.key(), &right, [both.ours_right, both.theirs_right], percent);
    }
    sheet
}

fn percent(share: Option<f64>) -> String {
    share.map_or(NOTHING.to_owned(), |share| format!("{:.1} %", share * 100.0))
}

fn decimals(value: Option<f64>) -> String {
    value.map_or(NOTHING.to_owned(), |value| format!("{value:.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_that_say_nothing_go() {
        let mut sheet = Sheet::new("t", &["", "a", "b", "c"], &[0, 3]);
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        sheet.rows = vec![row(["x", "-", "1", "s"]), row(["y", "", "2", ""])];
        let sheet = sheet.trimmed();
        assert_eq!(
            (sheet.header.as_slice(), sheet.text_columns.as_slice()),
            (&["", "b", "c"].map(str::to_owned)[..], &[0, 2][..])
        );
        assert_eq!(sheet.rows[1], ["y", "2", ""]);
    }
}
