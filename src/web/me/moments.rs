//! The moments of a transaction side by side: in how many of each a smile, and a look at the customer, was shown.

use super::figure::Figure;
use crate::signals::SignalKey;
use crate::web::text::Texts;

/// Smile and gaze over the four moments; what was not chosen is not there.
pub struct Moments {
    /// What the columns are called.
    pub columns: Vec<String>,
    /// The moment, and a cell for each column.
    pub rows: Vec<(String, Vec<Cell>)>,
}

/// One moment of one behaviour.
pub struct Cell {
    /// In how many of them it was shown, or that this could not be seen.
    pub said: String,
    /// In how many more it could not be seen.
    pub unseen: Option<String>,
    /// From left to right, in percent; `None` where nothing could be known.
    pub bar: Option<String>,
    /// How sure that is: from and width.
    pub interval: Option<(String, String)>,
}

/// The moments in the order in which they happen, each by its smile and its gaze.
const MOMENTS: [(&str, SignalKey, SignalKey); 4] = [
    ("moment-greeting", SignalKey::SmileGreeting, SignalKey::GazeGreeting),
    ("moment-service", SignalKey::SmileService, SignalKey::GazeService),
    ("moment-payment", SignalKey::SmilePayment, SignalKey::GazePayment),
    ("moment-farewell", SignalKey::SmileFarewell, SignalKey::GazeFarewell),
];

impl Moments {
    /// What these figures say; `None` where neither was chosen.
    pub fn of(figures: &[Figure], t: &Texts) -> Option<Self> {
        let of = |key: SignalKey| figures.iter().find(|figure| figure.key == key);
        let smile = MOMENTS.iter().any(|(_, smile, _)| of(*smile).is_some());
        let gaze = MOMENTS.iter().any(|(.., gaze)| of(*gaze).is_some());
        let columns = [(smile, "choice-smile"), (gaze, "choice-gaze")];
        let columns = columns.iter().filter(|(chosen, _)| *chosen).map(|(_, name)| t.say(name)).collect();
        let row = |(name, one, other): &(&str, SignalKey, SignalKey)| {
            let cells = [(smile, one), (gaze, other)].into_iter().filter(|(chosen, _)| *chosen);
            (t.say(name), cells.map(|(_, key)| Cell::of(of(*key), t)).collect())
        };
        (smile || gaze).then(|| Self { columns, rows: MOMENTS.iter().map(row).collect() })
    }
}

impl Cell {
    fn of(figure: Option<&Figure>, t: &Texts) -> Self {
        let shown = figure.and_then(|figure| Some((figure.shown.clone()?, figure.drawing.as_ref()?)));
        match shown {
            Some((said, drawing)) => Self {
                said,
                unseen: figure.filter(|figure| figure.unseen > 0).map(|figure| t.count("me-unseen-in", figure.unseen)),
                bar: Some(drawing.at.clone()),
                interval: drawing.interval.clone(),
            },
            None => Self { said: t.say("me-not-observable"), unseen: None, bar: None, interval: None },
        }
    }
}
