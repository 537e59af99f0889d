//! An evaluation as one page: tables and plots, with everything it needs inside it. It loads nothing.

use std::fmt::Write;

use super::labels::{Class, Labels};
use super::plots::{self, Curve, PlotError};
use super::report::Report;
use super::run::Version;
use super::score::Score;
use super::sheets::{Sheet, sheets};
use super::stills::Stills;
use crate::web::html::escaped;

/// The style of developers' reports.
pub(crate) const STYLE: &str = "\
:root{color-scheme:light}
body{font:15px/1.5 system-ui,sans-serif;color:#2b2f36;background:#f4f5f7;margin:0}
main{max-width:1080px;margin:0 auto;padding:24px 20px 60px}
h1{font-size:26px;margin:8px 0 2px}h2{font-size:19px;margin:36px 0 10px}h3{font-size:15px;margin:0 0 6px}
p{margin:6px 0 10px;max-width:76ch}.quiet{color:#69707a}
section,figure{background:#fff;border:1px solid #e4e6ea;border-radius:8px;padding:14px 16px;margin:0 0 14px;overflow-x:auto}
figure svg{display:block;max-width:100%;height:auto}figcaption{color:#69707a;font-size:13px;margin-bottom:4px}
.pair{display:flex;flex-wrap:wrap;gap:14px}.pair figure{flex:1 1 440px}
table{border-collapse:collapse;font-size:13.5px;width:100%;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:600;border-bottom:2px solid #d5dae0;vertical-align:bottom}
th,td{padding:4px 10px 4px 0}td{border-bottom:1px solid #eef0f2;vertical-align:top}
.n{text-align:right;white-space:nowrap}tr:last-child td{border-bottom:0}
.failed{border-color:#d97a1c}.key{display:inline-block;width:22px;height:11px;vertical-align:middle;margin:0 4px 0 10px}";

/// The page.
///
/// # Errors
/// [`PlotError`].
pub fn page(
    report: &Report,
    versions: &[Version],
    labels: Option<&Labels>,
    stills: &Stills,
) -> Result<String, PlotError> {
    let mut page = String::new();
    let folder = escaped(&report.folder);
    push(&mut page, format_args!("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"));
    push(&mut page, format_args!("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"));
    push(&mut page, format_args!("<title>Evaluation of {folder}</title><style>{STYLE}</style></head><body><main>"));
    push(&mut page, format_args!("<h1>Evaluation</h1><p class=\"quiet\">{folder}, {}</p>", escaped(&report.tool)));
    failures(&mut page, &report.failed);
    let mut sheets = sheets(report);
    // The most general first: a page is read from its beginning.
    sheets.reverse();
    if let Some(first) = sheets.first() {
        table(&mut page, first);
    }
    if let Some(recorded) = versions.first() {
        curves(&mut page, recorded, stills)?;
        if let Some(labels) = labels.filter(|_| !recorded.clips.is_empty()) {
            clips(&mut page, recorded, labels)?;
        }
    }
    page.push_str(
        "<h2>Figures</h2><p>\"Observable\" is the share of labelled frames in which the product said yes or ",
    );
    page.push_str("no at all; the other figures are of those. AUC is the area under the ROC curve, ECE the expected ");
    page.push_str("calibration error of the smile's probabilities.</p>");
    sheets.iter().skip(1).for_each(|sheet| table(&mut page, sheet));
    page.push_str("</main></body></html>\n");
    Ok(page)
}

fn failures(page: &mut String, failed: &[String]) {
    if failed.is_empty() {
        return;
    }
    page.push_str("<section class=\"failed\"><h3>Not everything could be evaluated</h3><ul>");
    failed.iter().for_each(|what| push(page, format_args!("<li>{}</li>", escaped(what))));
    page.push_str("</ul></section>");
}

fn curves(page: &mut String, recorded: &Version, stills: &Stills) -> Result<(), PlotError> {
    let all = Score::sum(recorded.clips.iter().map(|clip| &clip.score));
    let of_stills = recorded.stills.as_ref().map(|result| result.score(stills, |_| true));
    let clips = Class::ALL.map(|class| Curve {
        name: format!("{}, clips", class.key()),
        class,
        thin: false,
        scored: &all.tally(class).scored,
    });
    let smile_of_stills = of_stills.iter().map(|score| Curve {
        name: "smile, stills".to_owned(),
        class: Class::Smile,
        thin: true,
        scored: &score.tally(Class::Smile).scored,
    });
    let drawable = |curve: &Curve<'_>| !super::metrics::roc_curve(curve.scored).is_empty();
    let curves: Vec<Curve<'_>> = clips.into_iter().chain(smile_of_stills).filter(drawable).collect();
    page.push_str("<h2>Curves</h2><div class=\"pair\">");
    if !curves.is_empty() {
        figure(page, "Recall and false alarms at every threshold", &plots::roc(&curves)?);
    }
    for (name, score) in [("clips", Some(&all)), ("stills", of_stills.as_ref())] {
        let Some(tally) = score.map(|score| score.tally(Class::Smile)).filter(|tally| !tally.scored.is_empty()) else {
            continue;
        };
        let caption = format!("Smile, {name}: how often it smiles where a probability is given");
        figure(page, &caption, &plots::reliability(&tally.calibration())?);
    }
    page.push_str("</div>");
    Ok(())
}

fn clips(page: &mut String, recorded: &Version, labels: &Labels) -> Result<(), PlotError> {
    page.push_str("<h2>Clips, frame by frame</h2><p>The upper strip is the label, the lower one the answer:");
    page.push_str("<span class=\"key\" style=\"background:#1f6fb4\"></span>yes");
    page.push_str("<span class=\"key\" style=\"background:#d5dae0\"></span>no");
    page.push_str("<span class=\"key\" style=\"border:1px solid #e4e6ea\"></span>not labelled, or not observable. ");
    page.push_str(
        "The line is the score: a probability from 0 to 1, the angle from the lens from 60 degrees up to 0, ",
    );
    page.push_str("the score of a phone-like thing from 0 to 1. The line across is where a yes begins.</p>");
    for clip in &recorded.clips {
        let Some(labels) = labels.clips.get(&clip.name) else { continue };
        push(page, format_args!("<figure><h3>{}</h3>{}</figure>", escaped(&clip.name), plots::clip(clip, labels)?));
    }
    Ok(())
}

fn figure(page: &mut String, caption: &str, svg: &str) {
    push(page, format_args!("<figure><figcaption>{}</figcaption>{svg}</figure>", escaped(caption)));
}

fn table(page: &mut String, sheet: &Sheet) {
    let class = |column: usize| if sheet.text_columns.contains(&column) { "" } else { " class=\"n\"" };
    push(page, format_args!("<section><h3>{}</h3><table><thead><tr>", escaped(&sheet.title)));
    for (column, name) in sheet.header.iter().enumerate() {
        push(page, format_args!("<th{}>{}</th>", class(column), escaped(name)));
    }
    page.push_str("</tr></thead><tbody>");
    for row in &sheet.rows {
        page.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            push(page, format_args!("<td{}>{}</td>", class(column), escaped(cell)));
        }
        page.push_str("</tr>");
    }
    page.push_str("</tbody></table></section>");
}

fn push(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = page.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_and_never_obeyed() {
        assert_eq!(escaped("a<b>&\"'c"), "a&lt;b&gt;&amp;&quot;&#39;c");
        let failed = vec!["<script>x</script>".to_owned()];
        let report = Report { tool: "t".into(), folder: "<i>d".into(), versions: Vec::new(), against: None, failed };
        let page = page(&report, &[], None, &Stills::default()).expect("a page");
        assert!(!page.contains("<script") && !page.contains("<i>") && page.contains("&lt;i&gt;d"));
        assert!(!page.contains("http"), "it loads nothing");
    }
}
