//! Zones as a form has them: corners in percent of the picture, typed or drawn; what is wrong is said at its field.

use hymy_vision::{Polygon, PolygonError, Zones};

use crate::config::Places;
use crate::web::text::Texts;

/// Keys of the zones, in order, and whether each has to be there.
const KEYS: [(&str, bool); 4] = [("staff", true), ("customer", true), ("queue", false), ("till", false)];
/// What a zone begins with that nobody has drawn: three empty corners to fill in.
const BLANK_ROWS: usize = 3;

/// One zone of the form.
pub struct Drawn {
    pub key: &'static str,
    pub name: String,
    pub means: String,
    pub needed: bool,
    pub rows: Vec<Corner>,
    /// What is wrong with it as a whole.
    pub fault: Option<String>,
    /// How its handles are called; `#n`, `#x` and `#y` are filled in by the script.
    pub handle: String,
}

/// A corner, in percent as typed.
#[derive(Clone, Default)]
pub struct Corner {
    pub x: String,
    pub y: String,
    /// One of the two is no percentage.
    pub wrong: bool,
}

impl Corner {
    fn is_blank(&self) -> bool {
        self.x.is_empty() && self.y.is_empty()
    }

    /// As a fraction of the picture.
    fn fractions(&self) -> Option<(f32, f32)> {
        let fraction = |typed: &str| typed.replace(',', ".").parse::<f32>().ok().map(|percent| percent / 100.0);
        Some((fraction(&self.x)?, fraction(&self.y)?)).filter(|(x, y)| [x, y].iter().all(|f| (0.0..=1.0).contains(*f)))
    }
}

impl Drawn {
    fn new(key: &'static str, needed: bool, rows: Vec<Corner>, t: &Texts) -> Self {
        let name = t.say(&format!("zones-{key}"));
        let handle = t.with(
            "zones-handle",
            &[("zone", name.as_str().into()), ("n", "#n".into()), ("x", "#x".into()), ("y", "#y".into())],
        );
        let means = t.say(&format!("zones-means-{key}"));
        Self { key, name, means, needed, rows, fault: None, handle }
    }

    /// All four, as they are saved.
    pub fn saved(places: &Places, t: &Texts) -> Vec<Self> {
        let Places { zones: Zones { staff, customer, queue }, till_zone, .. } = places;
        let percent = |fraction: f32| {
            let text = format!("{:.1}", fraction * 100.0);
            text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
        };
        let rows = |zone: &Option<Polygon>| match zone {
            Some(zone) => {
                let corner = |&(x, y): &(f32, f32)| Corner { x: percent(x), y: percent(y), wrong: false };
                zone.corners().iter().map(corner).collect()
            }
            None => vec![Corner::default(); BLANK_ROWS],
        };
        let all = KEYS.into_iter().zip([staff, customer, queue, till_zone]);
        all.map(|((key, needed), zone)| Self::new(key, needed, rows(zone), t)).collect()
    }

    /// All four, as they were typed.
    pub fn typed(form: &[(String, String)], t: &Texts) -> Vec<Self> {
        let values = |name: String| form.iter().filter(move |(key, _)| *key == name).map(|(_, value)| value.trim());
        let of = |(key, needed): (&'static str, bool)| {
            let pairs = values(format!("{key}.x")).zip(values(format!("{key}.y")));
            let rows = pairs.map(|(x, y)| Corner { x: x.to_owned(), y: y.to_owned(), wrong: false }).collect();
            Self::new(key, needed, rows, t)
        };
        KEYS.into_iter().map(of).collect()
    }

    /// The zone; `None` where it was left out, or something is wrong, which is then said.
    fn polygon(&mut self, t: &Texts) -> Option<Polygon> {
        self.rows.retain(|row| !row.is_blank());
        if self.rows.is_empty() {
            self.fault = self.needed.then(|| t.say("zones-fault-needed"));
            self.rows = vec![Corner::default(); BLANK_ROWS];
            return None;
        }
        let mut corners = Vec::with_capacity(self.rows.len());
        for row in &mut self.rows {
            let corner = row.fractions();
            row.wrong = corner.is_none();
            corners.extend(corner);
        }
        if corners.len() < self.rows.len() {
            self.fault = Some(t.say("zones-fault-number"));
            return None;
        }
        match Polygon::new(corners) {
            Ok(zone) => Some(zone),
            Err(error) => {
                self.fault = Some(fault(&error, t));
                None
            }
        }
    }

    /// Corners in the units of the drawing.
    pub fn points(&self, width: f32, height: f32) -> String {
        let point = |(x, y): (f32, f32)| format!("{:.1},{:.1}", x * width, y * height);
        self.rows.iter().filter_map(Corner::fractions).map(point).collect::<Vec<_>>().join(" ")
    }
}

/// A side or corner as people count them, from 1.
fn counted(index: usize) -> f64 {
    u32::try_from(index).map_or(f64::NAN, |index| f64::from(index) + 1.0)
}

fn fault(error: &PolygonError, t: &Texts) -> String {
    match error {
        PolygonError::TooFewCorners(_) => t.say("zones-fault-few"),
        PolygonError::TooManyCorners(_) => t.say("zones-fault-many"),
        PolygonError::OutOfRange { .. } => t.say("zones-fault-number"),
        PolygonError::Crossing { first, second } => {
            t.with("zones-fault-crossing", &[("first", counted(*first).into()), ("second", counted(*second).into())])
        }
        PolygonError::NoArea => t.say("zones-fault-area"),
    }
}

/// The zones of a form, or the form with what is wrong said.
pub fn checked(mut drawn: Vec<Drawn>, t: &Texts) -> Result<Places, Vec<Drawn>> {
    let mut zones = drawn.iter_mut().map(|zone| zone.polygon(t)).collect::<Vec<_>>().into_iter();
    let mut next = || zones.next().flatten();
    let (staff, customer, queue, till_zone) = (next(), next(), next(), next());
    if drawn.iter().any(|zone| zone.fault.is_some()) {
        return Err(drawn);
    }
    Ok(Places { zones: Zones { staff, customer, queue }, till_zone, ..Places::default() })
}

/// Adds a corner to a zone, or removes one, as a button without a script asks for.
pub fn edited(drawn: &mut [Drawn], asked: &str) {
    let mut words = asked.split('.');
    let (Some(what), Some(key)) = (words.next(), words.next()) else { return };
    let Some(zone) = drawn.iter_mut().find(|zone| zone.key == key) else { return };
    let place = words.next().and_then(|place| place.parse::<usize>().ok());
    match (what, place) {
        ("add", _) => zone.rows.push(Corner::default()),
        ("remove", Some(place)) if place < zone.rows.len() => drop(zone.rows.remove(place)),
        _ => {}
    }
}
