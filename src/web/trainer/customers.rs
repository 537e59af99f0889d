//! What customers answered, as a trainer reads it: each part of the week by itself, in words, numbers and lengths.

use crate::customer::{ANSWERS_FLOOR, Answers, Counts, Face, Part, Said};
use crate::web::customer::Drawn;
use crate::web::page::Chrome;
use crate::web::text::Texts;

/// The longest bar, in the units of its drawing.
const BAR: f64 = 100.0;

/// Everything that is told of customers' answers.
pub struct CustomersView {
    /// From when on answers are told.
    pub means: String,
    /// The newest weeks; `None` while nothing is told.
    pub newest: Option<WeeksView>,
    /// The weeks before: days, and the answers of each part, newest first.
    pub earlier: Vec<(String, Vec<String>)>,
    /// What the parts are called, in the order of those answers.
    pub parts: Vec<String>,
}

/// Four weeks.
pub struct WeeksView {
    /// Their days.
    pub days: String,
    /// Every part.
    pub parts: Vec<PartView>,
}

/// A part of the week.
pub struct PartView {
    /// What it is called.
    pub name: String,
    /// How many answers; `None` where it is withheld.
    pub answers: Option<String>,
    /// How often each face was touched; empty where it is withheld.
    pub faces: Vec<FaceRow>,
}

/// A face in it.
pub struct FaceRow {
    /// As customers see it.
    pub face: Drawn,
    /// How often.
    pub count: String,
    /// How long its bar is.
    pub bar: f64,
}

impl CustomersView {
    /// Of what was told, oldest first, as things stand with this floor of people.
    pub fn of(answers: &[Answers], people_floor: u32, chrome: &Chrome) -> Self {
        let t = chrome.t;
        let floors = [("answers", f64::from(ANSWERS_FLOOR).into()), ("people", f64::from(people_floor).into())];
        let earlier = answers.iter().rev().skip(1).map(|answers| {
            let told = |said: &Said| match said {
                Said::Answers(counts) => {
                    let each: Vec<String> = counts.values().map(ToString::to_string).collect();
                    each.join(" · ")
                }
                Said::Withheld => t.say("trainer-withheld"),
            };
            (days(answers, t), answers.parts.values().map(told).collect())
        });
        Self {
            means: t.with("trainer-customers-means", &floors),
            newest: answers.last().map(|answers| WeeksView {
                days: days(answers, t),
                parts: answers.parts.iter().map(|(part, said)| PartView::of(*part, said, chrome)).collect(),
            }),
            earlier: earlier.collect(),
            parts: Part::ALL.iter().map(|part| name(*part, t)).collect(),
        }
    }
}

fn days(answers: &Answers, t: &Texts) -> String {
    let (from, to) = (t.day(answers.weeks.first_day()), t.day(answers.weeks.last_day()));
    t.with("trainer-days", &[("from", from.into()), ("to", to.into())])
}

fn name(part: Part, t: &Texts) -> String {
    t.say(&format!("trainer-part-{}", part.name()))
}

impl PartView {
    fn of(part: Part, said: &Said, chrome: &Chrome) -> Self {
        let t = chrome.t;
        let name = name(part, t);
        let Said::Answers(counts) = said else { return Self { name, answers: None, faces: Vec::new() } };
        let of = total(counts);
        let row = |(face, count): (&Face, &u32)| FaceRow {
            face: Drawn::of(*face, chrome),
            count: t.with("trainer-count", &[("count", f64::from(*count).into()), ("of", f64::from(of).into())]),
            bar: f64::from(*count) / f64::from(of.max(1)) * BAR,
        };
        Self { name, answers: Some(t.count("trainer-answers", of)), faces: counts.iter().map(row).collect() }
    }
}

fn total(counts: &Counts) -> u32 {
    counts.values().fold(0, |sum, count| sum.saturating_add(*count))
}
