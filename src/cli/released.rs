//! `hymy release --show`: what trainers see. It reads what was released, and nothing else.

use std::path::Path;

use comfy_table::{Table, presets};
use hymy::clock::{Clock, SystemClock};
use hymy::config::Config;
use hymy::control::{Answer, Question};
use hymy::release::{Answer as Said, Release, Window};
use jiff::tz::TimeZone;

/// Asks the kiosk or the store, and prints.
pub fn show(config: &Path) -> anyhow::Result<()> {
    let config = Config::load(config)?;
    let clock = SystemClock::default();
    match super::ask(&config, &Question::Releases)? {
        Answer::Releases { windows } if windows.is_empty() => {
            let why = if config.terms.release.is_some() {
                "a window is released three days after it closed"
            } else {
                "releases are switched off; [release] in the configuration chooses what they say"
            };
            super::print(&format!("nothing is released yet: {why}"));
        }
        Answer::Releases { windows } => {
            for (window, release) in &windows {
                super::print(&told(window, release, &clock.time_zone()));
            }
        }
        _ => anyhow::bail!("the kiosk answered something else"),
    }
    Ok(())
}

/// A window's release as a table.
pub fn told(window: &Window, release: &Release, zone: &TimeZone) -> String {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["share of each person, averaged over people", "share", "95 % of the noise", "people, about"]);
    for figure in &release.figures {
        let name = match figure.cell {
            Some(cell) => format!("{}, {}", figure.statistic.as_str(), release.plan.cells().name(cell)),
            None => figure.statistic.as_str().to_owned(),
        };
        table.add_row(match figure.answer {
            Said::Withheld => [name, "withheld".to_owned(), String::new(), String::new()],
            Said::Share { share_thousandths, half_width_95_thousandths, people_about } => {
                let thousandths = |value: u16| format!("{:.2}", f64::from(value) / 1_000.0);
                let half_width = format!("±{}", thousandths(half_width_95_thousandths));
                [name, thousandths(share_thousandths), half_width, people_about.to_string()]
            }
        });
    }
    let day = |at: jiff::Timestamp| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    format!("Window {}, {} to {}\n{table}", window.id.0, day(window.opens), day(window.closes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_reads_as_a_table_and_a_withheld_figure_says_no_reason() {
        let release = serde_json::json!({
            "window": 3,
            "plan": {
                "statistics": ["smile.greeting.shown"], "cells": "none", "people_floor": 5, "transactions_floor": 20,
                "epsilon_thousandths": 2000
            },
            "figures": [
                {"statistic": "smile.greeting.shown", "answer": {"share": {
                    "share_thousandths": 634, "half_width_95_thousandths": 38, "people_about": 41}}},
                {"statistic": "gaze.greeting.shown", "answer": "withheld"}
            ]
        });
        let release: Release = serde_json::from_value(release).expect("a release");
        let at = |text: &str| text.parse().expect("a time");
        let (opens, closes) = (at("2026-03-02T00:00:00Z"), at("2026-03-30T00:00:00Z"));
        let window = Window { id: release.window, opens, closes, plan: release.plan.clone() };
        insta::assert_snapshot!(told(&window, &release, &TimeZone::UTC));
    }
}
