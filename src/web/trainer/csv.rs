//! Released figures as a table for other programs. A withheld figure has no number in it.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::release::{Answer, Release, Window};

/// What the columns are called: shares 0 to 1, `low_90` and `high_90` the interval of the noise.
const COLUMNS: &str = "window,opens,closes,statistic,cell,share,low_90,high_90,people_about,withheld";

/// Every figure of every window, oldest window first.
pub fn table(windows: &[(Window, Release)], zone: &TimeZone) -> String {
    let mut table = format!("{COLUMNS}\r\n");
    let day = |at: Timestamp| at.to_zoned(zone.clone()).date();
    for (window, release) in windows {
        for figure in &release.figures {
            let cell = figure.cell.map(|cell| release.plan.cells().name(cell)).unwrap_or_default();
            let said = match (figure.answer, figure.answer.interval_90_thousandths()) {
                (Answer::Share { share_thousandths, people_about, .. }, Some((low, high))) => {
                    let [share, low, high] = [share_thousandths, low, high].map(share);
                    format!("{share},{low},{high},{people_about},no")
                }
                _ => ",,,,yes".to_owned(),
            };
            let (opens, closes) = (day(window.opens), day(window.closes));
            let statistic = figure.statistic.as_str();
            table.push_str(&format!("{},{opens},{closes},{statistic},{cell},{said}\r\n", window.id.0));
        }
    }
    table
}

fn share(thousandths: u16) -> String {
    format!("{:.3}", f64::from(thousandths) / 1_000.0)
}
