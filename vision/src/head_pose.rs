//! Head pose: the rotation between the mesh and MediaPipe's canonical face.
//!
//! A weighted similarity fit (Horn 1987, unit quaternions) of the mesh's 3-D points to the canonical geometry.
//! Axes: x right in the picture, y up, z towards the camera. The fit is made around the face's own position,
//! so a face that looks straight into the lens has yaw, pitch and roll 0 wherever it is in the picture.

mod in_view;

use opencv::core::{Mat, MatTraitConst};

use crate::error::VisionError;
use crate::models::face_mesh::{FACE_POINTS, Mesh, OUTER_EYE_CORNERS};
use crate::observation::HeadPose;

/// The canonical face: one row per mesh point, in centimetres, with its weight in the fit.
const CANONICAL_FACE: &str = include_str!("../../models/canonical_face.csv");

/// A rotation matrix, row-major: head axes to camera axes.
pub(crate) type Rotation = [[f32; 3]; 3];

/// The canonical face geometry, ready for fitting.
pub(crate) struct CanonicalFace {
    /// Points with a positive weight: mesh index, position relative to their weighted centre, weight.
    points: Vec<(usize, [f32; 3], f32)>,
}

impl CanonicalFace {
    pub(crate) fn new() -> Result<Self, VisionError> {
        let refuse = |line: usize| VisionError::Manifest {
            path: "models/canonical_face.csv".into(),
            why: format!("line {} is not `id,x,y,z,weight`", line + 1),
        };
        let mut points = Vec::new();
        let mut rows = 0;
        for (number, line) in CANONICAL_FACE.lines().enumerate() {
            if line.starts_with('#') || line.starts_with("id") || line.is_empty() {
                continue;
            }
            let fields: Vec<f32> =
                line.split(',').map(str::parse).collect::<Result<_, _>>().map_err(|_| refuse(number))?;
            let [id, x, y, z, weight] = fields[..] else { return Err(refuse(number)) };
            rows += 1;
            if weight > 0.0 {
                points.push((id as usize, [x, y, z], weight));
            }
        }
        if rows != FACE_POINTS || points.len() < 4 || points.iter().any(|(id, ..)| *id >= FACE_POINTS) {
            return Err(refuse(rows));
        }
        let centre = weighted_centre(points.iter().map(|(_, position, weight)| (*position, *weight)));
        for (_, position, _) in &mut points {
            *position = subtract(*position, centre);
        }
        Ok(Self { points })
    }

    /// The rotation that turns the canonical face into the mesh; `None` when the points are degenerate.
    pub(crate) fn fit(&self, mesh: &Mesh) -> Option<Rotation> {
        self.fit_points(|index| {
            let [x, y, z] = mesh.points[index];
            [x, -y, -z]
        })
    }

    fn fit_points(&self, point: impl Fn(usize) -> [f32; 3]) -> Option<Rotation> {
        let centre = weighted_centre(self.points.iter().map(|(id, _, weight)| (point(*id), *weight)));
        // Correlation of canonical (rows) and seen (columns) positions.
        let mut s = [[0.0f64; 3]; 3];
        for (id, canonical, weight) in &self.points {
            let seen = subtract(point(*id), centre);
            for (row, a) in s.iter_mut().zip(canonical) {
                for (sum, b) in row.iter_mut().zip(seen) {
                    *sum += f64::from(*weight * a * b);
                }
            }
        }
        rotation_of(&s)
    }
}

/// The rotation that maximises the correlation: the leading eigenvector of Horn's 4x4 matrix.
fn rotation_of(s: &[[f64; 3]; 3]) -> Option<Rotation> {
    let n = [
        s[0][0] + s[1][1] + s[2][2],
        s[1][2] - s[2][1],
        s[2][0] - s[0][2],
        s[0][1] - s[1][0],
        s[1][2] - s[2][1],
        s[0][0] - s[1][1] - s[2][2],
        s[0][1] + s[1][0],
        s[2][0] + s[0][2],
        s[2][0] - s[0][2],
        s[0][1] + s[1][0],
        -s[0][0] + s[1][1] - s[2][2],
        s[1][2] + s[2][1],
        s[0][1] - s[1][0],
        s[2][0] + s[0][2],
        s[1][2] + s[2][1],
        -s[0][0] - s[1][1] + s[2][2],
    ];
    let matrix = Mat::new_rows_cols_with_data(4, 4, &n).ok()?;
    let (mut values, mut vectors) = (Mat::default(), Mat::default());
    if !opencv::core::eigen(&matrix, &mut values, &mut vectors).ok()? {
        return None;
    }
    let mut q = [0.0f64; 4];
    for (column, part) in q.iter_mut().enumerate() {
        *part = *vectors.at_2d::<f64>(0, column as i32).ok()?;
    }
    let [w, x, y, z] = q;
    let norm = w * w + x * x + y * y + z * z;
    if !norm.is_finite() || norm < 0.5 {
        return None;
    }
    let rotation = [
        [w * w + x * x - y * y - z * z, 2.0 * (x * y - w * z), 2.0 * (x * z + w * y)],
        [2.0 * (x * y + w * z), w * w - x * x + y * y - z * z, 2.0 * (y * z - w * x)],
        [2.0 * (x * z - w * y), 2.0 * (y * z + w * x), w * w - x * x - y * y + z * z],
    ];
    Some(rotation.map(|row| row.map(|value| (value / norm) as f32)))
}

/// Yaw, pitch and roll of a rotation, in degrees.
pub(crate) fn angles(r: &Rotation) -> HeadPose {
    HeadPose {
        yaw_deg: r[0][2].atan2(r[2][2]).to_degrees(),
        pitch_deg: r[1][2].clamp(-1.0, 1.0).asin().to_degrees(),
        roll_deg: (-r[1][0]).atan2(r[1][1]).to_degrees(),
    }
}

/// Distance of the outer eye corners in the canonical face.
const EYE_DISTANCE_CM: f32 = 8.89;

/// The axes of one head: lengths in the canonical face's centimetres.
pub(crate) struct HeadAxes {
    rotation: Rotation,
    px_per_cm: f32,
}

impl HeadAxes {
    pub(crate) fn new(mesh: &Mesh, rotation: Rotation) -> Self {
        let mut axes = Self { rotation, px_per_cm: 1.0 };
        let [right, left] = [OUTER_EYE_CORNERS.0, OUTER_EYE_CORNERS.1].map(|index| axes.point_cm(mesh, index));
        let eye_distance_px = right.iter().zip(left).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
        axes.px_per_cm = eye_distance_px.max(1e-3) / EYE_DISTANCE_CM;
        axes
    }

    /// Pixels of the frame a centimetre of the canonical face is long, where it is not foreshortened.
    pub(crate) fn px_per_cm(&self) -> f32 {
        self.px_per_cm
    }

    /// How far up, in head axes, a unit step towards the camera goes: positive for a lowered head.
    pub(crate) fn up_towards_camera(&self) -> f32 {
        self.rotation[2][1]
    }

    /// A point of the mesh in head axes (x right in the picture, y up, z out of the face), up to a translation.
    pub(crate) fn point_cm(&self, mesh: &Mesh, index: usize) -> [f32; 3] {
        let [x, y, z] = mesh.points[index];
        head_from_camera(&self.rotation, [x, -y, -z]).map(|value| value / self.px_per_cm)
    }
}

/// A position or direction in head axes, from one in camera axes (the transpose of `rotation` applied).
fn head_from_camera(rotation: &Rotation, v: [f32; 3]) -> [f32; 3] {
    [0, 1, 2].map(|i| rotation[0][i] * v[0] + rotation[1][i] * v[1] + rotation[2][i] * v[2])
}

/// A position or direction in camera axes, from one in head axes.
fn camera_from_head(rotation: &Rotation, v: [f32; 3]) -> [f32; 3] {
    rotation.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
}

fn subtract(a: [f32; 3], b: [f32; 3]) -> [f32; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn weighted_centre(points: impl Iterator<Item = ([f32; 3], f32)>) -> [f32; 3] {
    let (mut sum, mut total) = ([0.0f32; 3], 0.0f32);
    for (position, weight) in points {
        for (sum, value) in sum.iter_mut().zip(position) {
            *sum += weight * value;
        }
        total += weight;
    }
    sum.map(|value| value / total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::face_mesh::POINTS;

    /// The canonical face turned by yaw then pitch, as a mesh 100 pixels wide somewhere in a frame.
    fn turned(yaw_deg: f32, pitch_deg: f32) -> Mesh {
        let (sy, cy) = yaw_deg.to_radians().sin_cos();
        let (sp, cp) = (-pitch_deg).to_radians().sin_cos();
        let yaw = [[cy, 0.0, sy], [0.0, 1.0, 0.0], [-sy, 0.0, cy]];
        let pitch = [[1.0, 0.0, 0.0], [0.0, cp, -sp], [0.0, sp, cp]];
        let mut mesh = Mesh { points: [[0.0; 3]; POINTS], crop_xy: [[0.0; 2]; POINTS], presence: 1.0 };
        for (id, position, _) in CanonicalFace::new().expect("embedded").points {
            let [x, y, z] = camera_from_head(&yaw, camera_from_head(&pitch, position));
            mesh.points[id] = [300.0 + 7.0 * x, 200.0 - 7.0 * y, -7.0 * z];
        }
        mesh
    }

    #[test]
    fn a_turned_canonical_face_gives_its_angles_back() {
        let face = CanonicalFace::new().expect("embedded");
        for (yaw, pitch) in [(0.0, 0.0), (25.0, 0.0), (-40.0, 0.0), (0.0, 20.0), (0.0, -15.0)] {
            let pose = angles(&face.fit(&turned(yaw, pitch)).expect("sound"));
            assert!((pose.yaw_deg - yaw).abs() < 0.01, "{yaw} {pitch}: {pose:?}");
            assert!((pose.pitch_deg - pitch).abs() < 0.01, "{yaw} {pitch}: {pose:?}");
            assert!(pose.roll_deg.abs() < 0.01, "{yaw} {pitch}: {pose:?}");
        }
    }

    #[test]
    fn points_that_coincide_have_no_pose() {
        let mesh = Mesh { points: [[f32::NAN; 3]; POINTS], crop_xy: [[0.0; 2]; POINTS], presence: 1.0 };
        assert!(CanonicalFace::new().expect("embedded").fit(&mesh).is_none());
    }
}
