//! A calibrated probability of a smile, from blendshapes and the shape of mouth, cheeks, chin and eyes in head axes.
//!
//! Ridge-regularised logistic regression; measures and weights stand in `models/smile.csv`, which
//! `hymy eval DIR --cross-validate --coefficients` writes. Left and right are always taken together, so a face and
//! its mirror image read the same. It sees no pixel and no embedding, says what the mouth does, and nothing of why.

use crate::error::VisionError;
use crate::head_pose::HeadAxes;
use crate::models::blendshapes::{BLENDSHAPE_NAMES, Coefficients};
use crate::models::face_mesh::{FACE_POINTS, Mesh};

/// The table of measures and weights.
const TABLE: &str = include_str!("../../models/smile.csv");
/// The most numbers that the table may hold: it was fitted to a few thousand faces and must not remember them.
const MAX_WEIGHTS: usize = 500;
/// The name of the weight that belongs to no measure.
const INTERCEPT: &str = "intercept";
/// Corners of both eyes: what the positions of all other points are measured from. The skull moves them and nothing
/// about the mouth does.
const EYE_CORNERS: [usize; 4] = [33, 133, 263, 362];

/// One thing that the regression sees.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Measure {
    /// Mean of the coefficients of both sides, or twice the one in the middle, 0..1.
    Blendshape(usize, usize),
    /// Half the distance of a point from its mirror point across the face, in canonical centimetres.
    Aside(usize, usize),
    /// Mean height (1) or depth (2) of a point and its mirror point from the eye corners, in canonical centimetres.
    Along(usize, usize, usize),
}

impl Measure {
    /// `blendshape jawOpen`, `blendshape mouthSmile` (both sides), `point 61 291 x`.
    fn named(name: &str) -> Option<Self> {
        let fields: Vec<&str> = name.split(' ').collect();
        let blendshape = |name: &str| BLENDSHAPE_NAMES.iter().position(|known| *known == name);
        let point = |text: &str| text.parse().ok().filter(|index| *index < FACE_POINTS);
        match fields[..] {
            ["blendshape", name] => match blendshape(name) {
                Some(index) => Some(Self::Blendshape(index, index)),
                None => {
                    Some(Self::Blendshape(blendshape(&format!("{name}Left"))?, blendshape(&format!("{name}Right"))?))
                }
            },
            ["point", right, left, "x"] => Some(Self::Aside(point(right)?, point(left)?)),
            ["point", right, left, "y"] => Some(Self::Along(point(right)?, point(left)?, 1)),
            ["point", right, left, "z"] => Some(Self::Along(point(right)?, point(left)?, 2)),
            _ => None,
        }
    }

    fn of(self, coefficients: &Coefficients, mesh: &Mesh, axes: &HeadAxes, eyes: [f32; 3]) -> f32 {
        match self {
            Self::Blendshape(left, right) => (coefficients.0[left] + coefficients.0[right]) / 2.0,
            Self::Aside(right, left) => ((axes.point_cm(mesh, left)[0] - axes.point_cm(mesh, right)[0]) / 2.0).abs(),
            Self::Along(right, left, axis) => {
                (axes.point_cm(mesh, left)[axis] + axes.point_cm(mesh, right)[axis]) / 2.0 - eyes[axis]
            }
        }
    }
}

/// The regression: an intercept, and a weight for each measure.
pub(crate) struct SmileModel {
    intercept: f32,
    terms: Vec<(Measure, f32)>,
}

impl SmileModel {
    /// The one that ships.
    pub(crate) fn new() -> Result<Self, VisionError> {
        Self::read(TABLE)
    }

    fn read(table: &str) -> Result<Self, VisionError> {
        let refuse = |why: String| VisionError::Manifest { path: "models/smile.csv".into(), why };
        let mut intercept = None;
        let mut terms = Vec::new();
        for (name, weight) in rows(table).map_err(refuse)? {
            if name == INTERCEPT {
                intercept = Some(weight);
                continue;
            }
            let measure = Measure::named(name).ok_or_else(|| refuse(format!("`{name}` is no measure")))?;
            if terms.iter().any(|(known, _)| *known == measure) {
                return Err(refuse(format!("`{name}` stands there twice")));
            }
            terms.push((measure, weight));
        }
        let intercept = intercept.ok_or_else(|| refuse("has no intercept".to_owned()))?;
        if terms.is_empty() || terms.len() >= MAX_WEIGHTS {
            return Err(refuse(format!("has {} weights; 1 to {} are allowed", terms.len() + 1, MAX_WEIGHTS)));
        }
        Ok(Self { intercept, terms })
    }

    /// Log-odds that this face smiles.
    pub(crate) fn log_odds(&self, coefficients: &Coefficients, mesh: &Mesh, axes: &HeadAxes) -> f32 {
        let eyes = eyes(mesh, axes);
        let sum: f32 =
            self.terms.iter().map(|(measure, weight)| weight * measure.of(coefficients, mesh, axes, eyes)).sum();
        self.intercept + sum
    }

    /// What the regression sees of a face, in the order of the table.
    #[cfg(feature = "lab")]
    pub(crate) fn measures(&self, coefficients: &Coefficients, mesh: &Mesh, axes: &HeadAxes) -> Vec<f32> {
        let eyes = eyes(mesh, axes);
        self.terms.iter().map(|(measure, _)| measure.of(coefficients, mesh, axes, eyes)).collect()
    }
}

/// The names of the measures, in the order of the table.
#[cfg(feature = "lab")]
pub(crate) fn measure_names() -> Vec<&'static str> {
    rows(TABLE).unwrap_or_default().into_iter().map(|(name, _)| name).filter(|name| *name != INTERCEPT).collect()
}

/// Names and weights of a table.
fn rows(table: &str) -> Result<Vec<(&str, f32)>, String> {
    let wanted = |line: &&str| !line.is_empty() && !line.starts_with('#') && *line != "measure,weight";
    table
        .lines()
        .filter(wanted)
        .map(|line| row(line).ok_or_else(|| format!("`{line}` is not `measure,weight`")))
        .collect()
}

fn row(line: &str) -> Option<(&str, f32)> {
    let (name, weight) = line.split_once(',')?;
    let weight: f32 = weight.parse().ok()?;
    weight.is_finite().then_some((name, weight))
}

/// The middle of the eye corners in head axes.
fn eyes(mesh: &Mesh, axes: &HeadAxes) -> [f32; 3] {
    let mut middle = [0.0; 3];
    for index in EYE_CORNERS {
        for (sum, value) in middle.iter_mut().zip(axes.point_cm(mesh, index)) {
            *sum += value / EYE_CORNERS.len() as f32;
        }
    }
    middle
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::head_pose::CanonicalFace;
    use crate::models::face_mesh::POINTS;

    #[test]
    fn the_table_that_ships_is_sound_and_small() {
        let model = SmileModel::new().expect("sound");
        assert!(model.terms.len() < MAX_WEIGHTS);
    }

    #[test]
    fn a_table_that_says_something_else_is_refused() {
        for (table, why) in [
            ("measure,weight\nblendshape jawOpen,1\n", "no intercept"),
            ("intercept,1\nblendshape jaws,1\n", "no measure"),
            ("intercept,1\npoint 61 468 x,1\n", "no measure"),
            ("intercept,1\nblendshape jawOpen,NaN\n", "not `measure,weight`"),
            ("intercept,1\nblendshape jawOpen\n", "not `measure,weight`"),
            ("intercept,1\nblendshape jawOpen,1\nblendshape jawOpen,1\n", "twice"),
            ("intercept,1\n", "1 weights"),
        ] {
            let error = SmileModel::read(table).err().expect(table).to_string();
            assert!(error.contains(why), "{table}: {error}");
        }
        assert!(SmileModel::read("# a comment\nintercept,1\nblendshape mouthSmile,2\n").is_ok());
    }

    /// An uneven face: the canonical points, each pushed a little, the same way every time.
    fn face() -> (Mesh, Coefficients) {
        let mut mesh = Mesh { points: [[0.0; 3]; POINTS], crop_xy: [[0.0; 2]; POINTS], presence: 1.0 };
        for line in include_str!("../../models/canonical_face.csv").lines() {
            let fields: Vec<f32> = line.split(',').filter_map(|field| field.parse().ok()).collect();
            let [id, x, y, z, _] = fields[..] else { continue };
            let push = (id * 0.7).sin() * 0.3;
            mesh.points[id as usize] = [100.0 + 7.0 * (x + push), 100.0 - 7.0 * y, -7.0 * (z + push)];
        }
        let mut coefficients = Coefficients([0.0; BLENDSHAPE_NAMES.len()]);
        coefficients.0.iter_mut().enumerate().for_each(|(index, value)| *value = index as f32 / 60.0);
        (mesh, coefficients)
    }

    fn log_odds(mesh: &Mesh, coefficients: &Coefficients) -> f32 {
        let rotation = CanonicalFace::new().expect("embedded").fit(mesh).expect("sound");
        SmileModel::new().expect("sound").log_odds(coefficients, mesh, &HeadAxes::new(mesh, rotation))
    }

    #[test]
    fn size_place_and_roll_of_a_face_change_nothing() {
        let (mesh, coefficients) = face();
        let (mut moved, _) = face();
        let (sin, cos) = 0.4f32.sin_cos();
        for [x, y, z] in &mut moved.points {
            (*x, *y, *z) = (300.0 + 3.0 * (cos * *x - sin * *y), 3.0 * (sin * *x + cos * *y), 3.0 * *z);
        }
        let difference = log_odds(&mesh, &coefficients) - log_odds(&moved, &coefficients);
        assert!(difference.abs() < 0.02, "{difference}");
    }
}
