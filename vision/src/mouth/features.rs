//! What the lower face looks like, as a logit of "the mouth is hidden".
//!
//! A grid over the mouth and chin, and a few lip and chin points, are compared with the skin of cheeks, forehead
//! and nose in the same frame: a mouth has a dark horizontal line, even sides and lips redder than the skin; a
//! hand, a mug or a card has not. Twelve hinge features, fitted to faces with drawn covers (area under the ROC
//! curve 0.985 on faces left out); no clip's hidden frame was fitted to.

use smallvec::SmallVec;

use crate::models::face_mesh::{INPUT_PX, Mesh};

/// Grid over mouth and chin: along the lips in half mouth widths, down in eye distances.
const COLUMNS: usize = 9;
const ROWS: usize = 33;
const COLUMN_STEP: f32 = 0.2;
const ROW_START: f32 = -0.44;
const ROW_STEP: f32 = 0.04;
/// Skin that is seldom hidden: cheeks, brow, nose.
const SKIN: [usize; 10] = [50, 280, 101, 330, 117, 346, 195, 5, 118, 347];
/// Skin beside and below the mouth.
const AROUND: [usize; 15] = [57, 287, 43, 273, 212, 432, 202, 422, 204, 424, 194, 418, 200, 199, 175];
/// Outer and inner edge of the upper lip, beside the middle.
const UPPER_LIP: [(usize, usize); 5] = [(39, 81), (37, 82), (0, 13), (267, 312), (269, 311)];
/// A frame whose skin differs less than this between channels (0..255) has no colour.
const GREY_BELOW: f32 = 3.0;
/// Chroma differences are counted in twentieths.
const CHROMA_SCALE: f32 = 20.0;

/// One frame's judgement.
pub(super) struct Look {
    pub logit: f32,
    pub has_colour: bool,
}

/// The twelve features; units as in the module's text.
struct Features {
    /// Share of horizontal structure at the lips, 0..1.
    horizontal: f32,
    /// Logarithm of vertical structure at the lips.
    vertical: f32,
    /// Logarithm of the difference between left and right.
    uneven: f32,
    /// Mouth width in eye distances.
    width: f32,
    /// Darkness of the line between the lips.
    line: f32,
    /// Largest chroma differences around the mouth.
    around_chroma: f32,
    /// Darkest point around the mouth, logarithm of brightness.
    around_darkest: f32,
    /// Redness of the upper lip over the skin above it.
    lip_red: f32,
    /// Spread of brightness around the mouth.
    around_spread: f32,
    /// Share of the grid that has another colour than the skin, 0..1.
    foreign: f32,
    /// Logarithm of vertical structure at the chin.
    chin_vertical: f32,
}

impl Features {
    /// Logistic regression with hinges.
    fn logit(&self) -> f32 {
        let over = |value: f32, bound: f32| (value - bound).max(0.0);
        let under = |value: f32, bound: f32| (bound - value).max(0.0);
        6.502
            + 12.9152 * under(self.horizontal, 0.71)
            + 15.5648 * under(self.horizontal, 0.63)
            + 8.4131 * under(self.vertical, -0.70)
            + 3.2165 * self.uneven
            - 12.8027 * under(self.width, 0.52)
            - 3.5859 * self.line
            + 1.2361 * over(self.around_chroma, 1.36)
            - 1.6569 * under(self.around_darkest, -0.36)
            + 2.9195 * under(self.lip_red, -0.01)
            - 33.5079 * under(self.around_spread, 0.09)
            + 1.3111 * over(self.foreign, 0.20)
            - 1.5762 * over(self.chin_vertical, 0.18)
    }
}

/// Judges one face from its mesh and the crop (RGB, 0..1) that the mesh was fitted to.
pub(super) fn look(mesh: &Mesh, crop: &[f32]) -> Look {
    let at = |index: usize| sample(crop, mesh.crop_xy[index]);
    let mut skin = SKIN.map(at);
    let has_colour = skin.iter().any(|[r, g, b]| (r - g).abs() >= GREY_BELOW || (b - g).abs() >= GREY_BELOW);
    let brightness = luminance(median_of(&mut skin, |colour| colour.map(|value| value + 1.0))).max(8.0);
    let tone = median_of(&mut skin, chroma);
    let reference = Reference { brightness, tone };
    let eye_distance =
        distance(mesh.crop_xy[263], mesh.crop_xy[33]).max(1.6 * distance(mesh.crop_xy[6], mesh.crop_xy[2]));
    let grid = Grid::over(mesh, crop, eye_distance, &reference);
    let features = features(mesh, crop, &grid, &reference, eye_distance);
    Look { logit: features.logit(), has_colour }
}

/// The skin that everything is compared with.
struct Reference {
    brightness: f32,
    tone: [f32; 2],
}

impl Reference {
    fn relative_chroma(&self, colour: [f32; 3]) -> [f32; 2] {
        let [r, b] = chroma(colour);
        [r - self.tone[0], b - self.tone[1]]
    }
}

/// Brightness (1 is the skin's) and chroma (0 is the skin's) over mouth and chin.
struct Grid {
    brightness: [[f32; COLUMNS]; ROWS],
    chroma: [[[f32; 2]; COLUMNS]; ROWS],
    /// Distance of two columns, in eye distances.
    column_width: f32,
}

impl Grid {
    fn over(mesh: &Mesh, crop: &[f32], eye_distance: f32, reference: &Reference) -> Self {
        let [upper, lower, right, left] = [13, 14, 61, 291].map(|index| mesh.crop_xy[index]);
        let centre = [0, 1].map(|axis| (upper[axis] + lower[axis] + right[axis] + left[axis]) / 4.0);
        let half_width = distance(left, right) / 2.0;
        let along = [0, 1].map(|axis| (left[axis] - right[axis]) / 2.0 / half_width.max(1e-6));
        let down = [-along[1], along[0]];
        let half_width = half_width.max(0.22 * eye_distance);
        let mut grid = Self {
            brightness: [[0.0; COLUMNS]; ROWS],
            chroma: [[[0.0; 2]; COLUMNS]; ROWS],
            column_width: COLUMN_STEP * half_width / eye_distance,
        };
        for row in 0..ROWS {
            for column in 0..COLUMNS {
                let (u, v) = (along_lips(column) * half_width, down_face(row) * eye_distance);
                let point = [0, 1].map(|axis| centre[axis] + u * along[axis] + v * down[axis]);
                let colour = sample(crop, point);
                grid.brightness[row][column] = luminance(colour) / reference.brightness;
                grid.chroma[row][column] = reference.relative_chroma(colour);
            }
        }
        grid
    }

    /// Mean brightness step down the face, per eye distance, over the rows inside `range`.
    fn horizontal_structure(&self, range: std::ops::Range<f32>) -> f32 {
        let steps = (0..ROWS - 1).filter(|row| inside(*row, &range)).flat_map(|row| {
            (0..COLUMNS).map(move |column| (self.brightness[row + 1][column] - self.brightness[row][column]).abs())
        });
        mean(steps) / ROW_STEP
    }

    /// Mean brightness step along the lips, per eye distance, over the rows inside `range`.
    fn vertical_structure(&self, range: std::ops::Range<f32>) -> f32 {
        let steps = (0..ROWS).filter(|row| inside(*row, &range)).flat_map(|row| {
            (0..COLUMNS - 1).map(move |column| (self.brightness[row][column + 1] - self.brightness[row][column]).abs())
        });
        mean(steps) / self.column_width
    }

    /// Mean difference between left and right below the nose, without an even slope of the light.
    fn unevenness(&self) -> f32 {
        let rows = || (0..ROWS).filter(|row| down_face(*row) > -0.2);
        let difference =
            |row: usize, column: usize| self.brightness[row][column] - self.brightness[row][COLUMNS - 1 - column];
        let cells = || rows().flat_map(|row| (0..COLUMNS).map(move |column| (row, column)));
        let slope = mean(cells().map(|(row, column)| difference(row, column) * along_lips(column)))
            / mean((0..COLUMNS).map(|column| along_lips(column).powi(2)));
        mean(cells().map(|(row, column)| (difference(row, column) - slope * along_lips(column)).abs()))
    }

    /// How much darker than the skin above and below the darkest row at the lips is, over the inner columns.
    fn line_depth(&self) -> f32 {
        mean((1..COLUMNS - 1).map(|column| {
            let middle = |low: f32, high: f32| {
                let mut values: SmallVec<[f32; ROWS]> = (0..ROWS)
                    .filter(|row| (low..=high).contains(&down_face(*row)))
                    .map(|row| self.brightness[row][column])
                    .collect();
                median(&mut values)
            };
            let darkest = (0..ROWS)
                .filter(|row| down_face(*row).abs() <= 0.13)
                .map(|row| self.brightness[row][column])
                .fold(f32::INFINITY, f32::min);
            (middle(-0.34, -0.16) + middle(0.2, 0.36)) / 2.0 - darkest
        }))
    }

    /// Share of the grid below the nose that has not the skin's colour.
    fn foreign_share(&self) -> f32 {
        let below = (0..ROWS).filter(|row| down_face(*row) > -0.2).flat_map(|row| self.chroma[row]);
        mean(below.map(|[r, b]| if CHROMA_SCALE * r.hypot(b) > 1.0 { 1.0 } else { 0.0 }))
    }

    /// Middle redness of the skin between nose and mouth.
    fn redness_above(&self) -> f32 {
        let rows = (0..ROWS).filter(|row| (-0.34..=-0.16).contains(&down_face(*row)));
        let mut values: SmallVec<[f32; ROWS * COLUMNS]> =
            rows.flat_map(|row| self.chroma[row].map(|[red, _]| red)).collect();
        median(&mut values)
    }
}

fn features(mesh: &Mesh, crop: &[f32], grid: &Grid, reference: &Reference, eye_distance: f32) -> Features {
    let around = AROUND.map(|index| sample(crop, mesh.crop_xy[index]));
    let brightness = around.map(|colour| (luminance(colour) / reference.brightness + 0.05).ln());
    let mut chroma = around.map(|colour| {
        let [r, b] = reference.relative_chroma(colour);
        CHROMA_SCALE * r.hypot(b)
    });
    chroma.sort_by(|a, b| b.total_cmp(a));
    let mean_brightness = mean(brightness.iter().copied());
    let lip_red = mean(UPPER_LIP.iter().map(|(outer, inner)| {
        let [a, b] = [mesh.crop_xy[*outer], mesh.crop_xy[*inner]];
        reference.relative_chroma(sample(crop, [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0]))[0]
    }));
    let (down, across) = (grid.horizontal_structure(-0.2..0.2), grid.vertical_structure(-0.2..0.2));
    Features {
        horizontal: down / (down + across + 0.05),
        vertical: (across + 0.05).ln(),
        uneven: (grid.unevenness() + 0.01).ln(),
        width: distance(mesh.crop_xy[61], mesh.crop_xy[291]) / eye_distance,
        line: grid.line_depth(),
        around_chroma: mean(chroma[..3].iter().copied()),
        around_darkest: brightness.iter().copied().fold(f32::INFINITY, f32::min),
        lip_red: CHROMA_SCALE * (lip_red - grid.redness_above()),
        around_spread: mean(brightness.iter().map(|value| (value - mean_brightness).powi(2))).sqrt(),
        foreign: grid.foreign_share(),
        chin_vertical: (grid.vertical_structure(0.24..0.7) + 0.05).ln(),
    }
}

fn along_lips(column: usize) -> f32 {
    (column as f32 - (COLUMNS / 2) as f32) * COLUMN_STEP
}

fn down_face(row: usize) -> f32 {
    ROW_START + ROW_STEP * row as f32
}

/// Open at both ends, so that rounding of the grid does not decide.
fn inside(row: usize, range: &std::ops::Range<f32>) -> bool {
    let v = down_face(row);
    v > range.start + 1e-4 && v < range.end - 1e-4
}

fn luminance([r, g, b]: [f32; 3]) -> f32 {
    0.299 * r + 0.587 * g + 0.114 * b
}

/// Shares of red and blue against green, 0 for grey.
fn chroma([r, g, b]: [f32; 3]) -> [f32; 2] {
    [r / (r + g + 2.0) - 0.5, b / (b + g + 2.0) - 0.5]
}

fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = values.fold((0.0, 0u32), |(sum, count), value| (sum + value, count + 1));
    sum / count.max(1) as f32
}

/// The middle value; the mean of the two in the middle of an even number.
pub(super) fn median(values: &mut [f32]) -> f32 {
    values.sort_by(f32::total_cmp);
    match values.len() {
        0 => f32::NAN,
        n if n % 2 == 1 => values[n / 2],
        n => (values[n / 2 - 1] + values[n / 2]) / 2.0,
    }
}

/// The middle of each component of what `part` takes from the colours.
fn median_of<const N: usize>(colours: &mut [[f32; 3]; 10], part: impl Fn([f32; 3]) -> [f32; N]) -> [f32; N] {
    let parts = colours.map(part);
    std::array::from_fn(|axis| median(&mut parts.map(|values| values[axis])))
}

/// The mean colour (0..255) of 5x5 pixels around a point of the crop, bilinear between pixels.
fn sample(crop: &[f32], [x, y]: [f32; 2]) -> [f32; 3] {
    let last = INPUT_PX as isize - 1;
    let place = |value: f32| {
        let value = if value.is_finite() { value.clamp(0.0, last as f32 - 0.001) } else { 0.0 };
        (value as isize, value.fract())
    };
    let ((x, fx), (y, fy)) = (place(x), place(y));
    let weight = |step: isize, fraction: f32| match step {
        -2 => 1.0 - fraction,
        3 => fraction,
        _ => 1.0,
    };
    let mut sum = [0.0f32; 3];
    for dy in -2..=3 {
        let row = (y + dy).clamp(0, last) as usize * INPUT_PX;
        for dx in -2..=3 {
            let start = (row + (x + dx).clamp(0, last) as usize) * 3;
            let weight = weight(dx, fx) * weight(dy, fy) * (255.0 / 25.0);
            if let Some(pixel) = crop.get(start..start + 3) {
                for (sum, value) in sum.iter_mut().zip(pixel) {
                    *sum += weight * value;
                }
            }
        }
    }
    sum
}
