//! Released figures as a trainer reads them: words, the interval of the noise, a drawing of both, and a table.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::release::{Answer, Cells, Release, Released, Statistic, Window};
use crate::web::text::Texts;

/// The width of a drawing of one figure, in its own units.
const WIDTH: f64 = 200.0;

/// The drawing over time: the plot's left edge, top and height, the most room of one window, and of all of them.
const LEFT: f64 = 44.0;
const TOP: f64 = 10.0;
const HEIGHT: f64 = 120.0;
const STEP_MAX: f64 = 96.0;
const PLOT: f64 = 640.0;

/// A released window in the list of them.
pub struct WindowTab {
    /// Its number.
    pub number: u32,
    /// Its days.
    pub days: String,
    /// It is the one that is shown.
    pub shown: bool,
}

/// The first and the last day of a window.
pub fn days(window: &Window, t: &Texts, zone: &TimeZone) -> String {
    let last = window.closes.saturating_sub(SignedDuration::from_millis(1)).unwrap_or(window.closes);
    let day = |at: Timestamp| t.day_of(at, zone);
    t.with("trainer-days", &[("from", day(window.opens).into()), ("to", day(last).into())])
}

/// A share with its noise; never there for a withheld figure.
pub struct Share {
    /// How large.
    pub said: String,
    /// How far the noise may have moved it.
    pub interval: String,
    /// The same, with what that means.
    pub interval_means: String,
    /// How many people.
    pub people: String,
    /// The same, as a number.
    pub people_about: u32,
    /// Where it lies, 0 to 1.
    pub at: f64,
    /// Where the interval begins,
    pub low: f64,
    /// and ends.
    pub high: f64,
}

impl Share {
    fn of(figure: &Released, t: &Texts) -> Option<Self> {
        let Answer::Share { share_thousandths, people_about, half_width_95_thousandths: _ } = figure.answer else {
            return None;
        };
        let (low, high) = figure.answer.interval_90_thousandths()?;
        // Rounded outwards, so that the interval holds as often as it says.
        let ends = [("low", f64::from(low / 10).into()), ("high", f64::from(high.div_ceil(10)).into())];
        let value = t.number(f64::from(share_thousandths) / 10.0, 0);
        let share = |thousandths: u16| f64::from(thousandths) / 1_000.0;
        Some(Self {
            said: t.with(said_of(figure.statistic), &[("value", value.into())]),
            interval: t.with("trainer-between", &ends),
            interval_means: t.with("trainer-between-means", &ends),
            people: t.count("trainer-people", people_about),
            people_about,
            at: share(share_thousandths),
            low: share(low),
            high: share(high),
        })
    }

    /// Where it lies in a drawing.
    pub fn x(&self) -> f64 {
        self.at * WIDTH
    }

    /// Where its interval begins in a drawing, and how wide it is.
    pub fn bar(&self) -> (f64, f64) {
        (self.low * WIDTH, (self.high - self.low) * WIDTH)
    }

    /// In the drawing over time: where the interval begins from the top, how tall it is, and where the figure lies.
    pub fn upright_bar(&self) -> (f64, f64, f64) {
        let y = |share: f64| TOP + (1.0 - share) * HEIGHT;
        (y(self.high), y(self.low) - y(self.high), y(self.at))
    }
}

fn said_of(statistic: Statistic) -> &'static str {
    match statistic {
        Statistic::ServiceLook | Statistic::Upright => "trainer-of-time",
        Statistic::LookedAt
        | Statistic::GreetingSmile
        | Statistic::GreetingLook
        | Statistic::PaymentLook
        | Statistic::FarewellSmile
        | Statistic::FarewellLook
        | Statistic::QueueLook
        | Statistic::NoPhone => "trainer-of-transactions",
    }
}

/// What a statistic is called.
fn name(statistic: Statistic, t: &Texts) -> String {
    t.say(&format!("statistic-{}", statistic.as_str().replace('.', "-")))
}

/// One statistic of a window.
pub struct FigureView {
    /// What it is called.
    pub name: String,
    /// Over all; `None` where it is withheld.
    pub share: Option<Share>,
    /// In days or hours: what these are called, with their shares; empty without cells.
    pub cells: Vec<(String, Option<Share>)>,
    /// What the cells are.
    pub cells_title: String,
    /// What one of them is.
    pub cell_head: String,
}

impl FigureView {
    /// Every statistic of a release, in the order of its plan.
    pub fn of_all(release: &Release, t: &Texts) -> Vec<Self> {
        let cells = release.plan.cells();
        let of = |statistic: &Statistic| {
            let figures = || release.figures.iter().filter(|figure| figure.statistic == *statistic);
            let kind = match cells {
                Cells::Hours => "hours",
                Cells::None | Cells::Weekday => "weekday",
            };
            let cell = |figure: &Released| Some((cell_name(cells, figure.cell?, t), Share::of(figure, t)));
            Self {
                name: name(*statistic, t),
                share: figures().find(|figure| figure.cell.is_none()).and_then(|figure| Share::of(figure, t)),
                cells: figures().filter_map(cell).collect(),
                cells_title: t.say(&format!("trainer-by-{kind}")),
                cell_head: t.say(&format!("trainer-cell-{kind}")),
            }
        };
        release.plan.statistics().iter().map(of).collect()
    }
}

/// A day of the week, or hours.
fn cell_name(cells: Cells, cell: usize, t: &Texts) -> String {
    match cells {
        Cells::None => String::new(),
        Cells::Weekday => t.say(&format!("trainer-day-{cell}")),
        Cells::Hours => {
            let hours = 24 / Cells::Hours.count();
            let hour = |hour: usize| u32::try_from(hour).map_or(0.0, f64::from).into();
            t.with("trainer-hours", &[("from", hour(cell * hours)), ("to", hour((cell + 1) * hours))])
        }
    }
}

/// One statistic over the windows that released it.
pub struct OverTime {
    /// What it is called.
    pub name: String,
    /// Oldest window first.
    pub points: Vec<Point>,
    /// How wide the drawing is.
    pub width: f64,
}

/// One window of it.
pub struct Point {
    /// The window's number.
    pub number: u32,
    /// Its days.
    pub days: String,
    /// `None` where it is withheld.
    pub share: Option<Share>,
    /// Where it lies in the drawing.
    pub x: f64,
}

impl OverTime {
    /// The statistics of a release over all windows that have them.
    pub fn of_all(release: &Release, windows: &[(Window, Release)], t: &Texts, zone: &TimeZone) -> Vec<Self> {
        let of = |statistic: &Statistic| {
            let mut points: Vec<Point> = Vec::new();
            for (window, release) in windows {
                let over_all = |figure: &&Released| figure.statistic == *statistic && figure.cell.is_none();
                if let Some(figure) = release.figures.iter().find(over_all) {
                    let (number, share) = (window.id.0, Share::of(figure, t));
                    points.push(Point { number, days: days(window, t, zone), share, x: 0.0 });
                }
            }
            let count = u32::try_from(points.len()).map_or(1.0, f64::from).max(1.0);
            let step = (PLOT / count).min(STEP_MAX);
            let mut x = LEFT + step / 2.0;
            for point in &mut points {
                point.x = x;
                x += step;
            }
            Self { name: name(*statistic, t), points, width: LEFT + step * count + 6.0 }
        };
        release.plan.statistics().iter().map(of).collect()
    }
}
