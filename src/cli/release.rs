//! `hymy release --plan`: what a window would release, and how uncertain it would be, before anybody decides for it.
//! It opens no store and reads nothing about anybody; `--show` reads what was released.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};
use comfy_table::{Table, presets};
use hymy::release::{
    Cells, Epsilon, HALF_WIDTH_90_MAX, NoiseScale, PEOPLE_FLOOR, Plan, PlanSettings, STATISTICS_MAX, Statistic,
    TRANSACTIONS_FLOOR,
};

use super::{WrongUsage, released};

/// Chances below this, and above 1 minus it, are not worth a word in a table.
const RARE: f64 = 0.005;
const DAYS_OF_A_YEAR: u32 = 365;

/// See what was released to trainers; or what a window would release, and how uncertain, before deciding for it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hymy release --plan                                      four statistics at the defaults
  hymy release --plan --statistics smile.greeting.shown    one statistic: a quarter of the noise
  hymy release --plan --cells weekday --people 40,80,200   days of the week pay from the same budget
  hymy release --list                                      the statistics that there are
  hymy release --show --config /etc/hymy/kiosk.toml        what was released

A release is a mean over people: each adds one share, their own mean over at least
--transactions-floor transactions. The noise does not depend on what anybody did, so this table is
true before anything was measured. The smaller --epsilon, the better one person is hidden, and the
more noise: nothing that is released is more than e^epsilon times as likely with a person as
without. Only --show opens the store. docs/release.md has the whole of it.")]
pub struct Release {
    /// Print the expected error of each figure for groups of several sizes.
    #[arg(long, action = ArgAction::SetTrue, required_unless_present_any = ["list", "show"])]
    plan: bool,
    /// Print what was released: shares over many people, with noise, each window once.
    #[arg(long, conflicts_with_all = ["plan", "list"], requires = "config")]
    show: bool,
    /// The configuration that names the store, for --show.
    #[arg(long, value_name = "FILE", requires = "show")]
    config: Option<PathBuf>,
    /// List the statistics that can be chosen.
    #[arg(long, conflicts_with = "plan")]
    list: bool,
    /// One to four statistics, separated by commas.
    #[arg(
        long,
        value_name = "KEY,...",
        value_delimiter = ',',
        value_parser = statistic,
        default_value = "smile.greeting.shown,gaze.greeting.shown,gaze.farewell.shown,smile.farewell.shown"
    )]
    statistics: Vec<Statistic>,
    /// Each statistic in cells as well, which pay from the same budget.
    #[arg(long, value_enum, default_value_t = ByCells::None)]
    cells: ByCells,
    /// k: figures about fewer people are withheld; 5 at the least.
    #[arg(long, value_name = "K", default_value_t = PEOPLE_FLOOR)]
    people_floor: u32,
    /// n: a person with fewer transactions is not in a figure.
    #[arg(long, value_name = "N", default_value_t = TRANSACTIONS_FLOOR)]
    transactions_floor: u32,
    /// The budget of a window, 0.1 to 4.
    #[arg(long, value_name = "E", default_value_t = Epsilon::DEFAULT.value())]
    epsilon: f64,
    /// How long a window lasts, 7 to 92 days: only to say what a year of them adds up to.
    #[arg(long, value_name = "DAYS", default_value_t = 28, value_parser = clap::value_parser!(u32).range(7..=92))]
    window_days: u32,
    /// Numbers of people behind a figure.
    #[arg(long, value_name = "N,...", value_delimiter = ',', default_value = "5,8,12,20,40,80")]
    people: Vec<u32>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ByCells {
    /// Only over all.
    None,
    /// Monday to Sunday.
    Weekday,
    /// Eight bands of three hours.
    Hours,
}

impl From<ByCells> for Cells {
    fn from(cells: ByCells) -> Self {
        match cells {
            ByCells::None => Self::None,
            ByCells::Weekday => Self::Weekday,
            ByCells::Hours => Self::Hours,
        }
    }
}

fn statistic(key: &str) -> Result<Statistic, String> {
    let keys: Vec<&str> = Statistic::ALL.iter().map(|statistic| statistic.as_str()).collect();
    Statistic::from_key(key).ok_or_else(|| format!("must be one of {}", keys.join(", ")))
}

impl Release {
    /// Prints the plan, or what was released.
    ///
    /// # Errors
    /// When the options are outside the compiled bounds, or nobody answers for the store.
    pub fn run(self) -> anyhow::Result<()> {
        if let Some(config) = &self.config {
            return released::show(config);
        }
        if self.list {
            super::print(&list().to_string());
            return Ok(());
        }
        let wrong = |text: String| WrongUsage(text);
        let epsilon_thousandths =
            Epsilon::of(self.epsilon).ok_or_else(|| wrong("--epsilon: must be 0.1 to 4".to_owned()))?;
        let settings = PlanSettings {
            statistics: self.statistics,
            cells: self.cells.into(),
            people_floor: self.people_floor,
            transactions_floor: self.transactions_floor,
            epsilon_thousandths,
        };
        let plan = Plan::new(settings).map_err(|fault| wrong(fault.to_string()))?;
        super::print(&told(&plan, &self.people, self.window_days));
        Ok(())
    }
}

fn list() -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table.set_header(["statistic", "of each person, the share that is averaged over people"]);
    for statistic in Statistic::ALL {
        table.add_row([statistic.as_str(), statistic.meaning()]);
    }
    table
}

fn told(plan: &Plan, people: &[u32], window_days: u32) -> String {
    let scale = NoiseScale::of(plan);
    let epsilon = plan.epsilon().value();
    let figures = plan.figures_count();
    let mut text = format!(
        "{figures} {}, each over at least {} people with at least {} transactions each; epsilon {epsilon} for the \
         window, {:.3} for each.\n{}\n",
        if figures == 1 { "figure" } else { "figures" },
        plan.people_floor(),
        plan.transactions_floor(),
        epsilon / figures as f64,
        table(plan, scale, people),
    );
    let needed = scale.people() * 10_f64.ln() / HALF_WIDTH_90_MAX;
    let windows = DAYS_OF_A_YEAR / window_days;
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "± is the error that the noise stays within in at least 95 of 100 figures, whatever the values are.\n\
         Withheld: fewer than {} people, or a 90 % interval of the noise wider than ±{HALF_WIDTH_90_MAX}, which here \
         means fewer than about {} people. The rule reads the number of people with its noise, never a value; where \
         it can go either way, the table says how often.\n\
         Budgets add up: who takes part in all {windows} windows of a year has spent epsilon {:.1}.",
        plan.people_floor(),
        needed.ceil(),
        epsilon * f64::from(windows),
    );
    if plan.statistics().len() == STATISTICS_MAX || plan.cells() != Cells::None {
        let _ =
            write!(text, "\nFewer statistics, or none by cell, leave more of the budget to each figure: less noise.");
    }
    text
}

fn table(plan: &Plan, scale: NoiseScale, people: &[u32]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY);
    table
        .set_header(std::iter::once("figure".to_owned()).chain(people.iter().map(|people| format!("{people} people"))));
    let cells = plan.cells().count();
    for statistic in plan.statistics() {
        let over_all = Some(statistic.as_str().to_owned());
        let in_cells = (cells > 0).then(|| format!("{}, each of {cells} cells", statistic.as_str()));
        for name in over_all.into_iter().chain(in_cells) {
            table.add_row(std::iter::once(name).chain(people.iter().map(|people| cell(plan, scale, *people))));
        }
    }
    table
}

/// What would be seen of a figure about so many people.
fn cell(plan: &Plan, scale: NoiseScale, people: u32) -> String {
    let released = scale.chance_of_release(f64::from(people));
    if people < plan.people_floor() || released < RARE {
        return "withheld".to_owned();
    }
    let error = scale.half_width(0.95, f64::from(people));
    if released > 1.0 - RARE {
        return format!("±{error:.2}");
    }
    format!("±{error:.2}\nwithheld {:.0} %", 100.0 * (1.0 - released))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_is_told_at_the_defaults() {
        let plan = Plan::new(PlanSettings::of(&Statistic::ALL[..4])).expect("a plan");
        insta::assert_snapshot!(told(&plan, &[5, 8, 12, 20, 40, 80], 28));
    }

    #[test]
    fn what_is_below_the_floor_is_withheld_however_small_the_noise() {
        let mut settings = PlanSettings::of(&Statistic::ALL[..1]);
        settings.epsilon_thousandths = Epsilon::CEILING;
        let plan = Plan::new(settings).expect("a plan");
        let scale = NoiseScale::of(&plan);
        assert_eq!(cell(&plan, scale, 4), "withheld");
        assert_eq!(cell(&plan, scale, 40), "±0.02");
    }

    #[test]
    fn an_unknown_statistic_is_answered_with_those_that_there_are() {
        assert_eq!(statistic("upright.share"), Ok(Statistic::Upright));
        assert!(statistic("smiles").expect_err("refused").contains("smile.greeting.shown, "));
    }
}
