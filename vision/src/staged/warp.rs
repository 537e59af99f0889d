//! Turning a portrait's head: a grid with depth over the head and shoulders is rotated and textured with the portrait.
//!
//! Each node has a depth (towards the camera, from the pivot between the ears) and a weight that falls from 1 on the
//! head to 0 on the shoulders. A node moves by its weight times what the rotation moves it; the cells are drawn with a
//! depth test, so that the nose hides the far cheek. Conventions: pixel centres at .5, angles as in
//! [`crate::HeadPose`]. The side of a head that the portrait does not show cannot appear: fine to about 30 degrees.

use super::portrait::{Shape, Span, Sprite};

/// Distance from camera to head in widths of a face: 1.4 m for a face 14 cm wide.
const CAMERA_FACE_WIDTHS: f32 = 10.0;
/// How far beyond its own box a turned head may reach, in widths of a face.
const REACH_FACE_WIDTHS: f32 = 0.3;

/// The head of a portrait at the size of its sprite.
pub(super) struct Head {
    columns: usize,
    nodes: Vec<Node>,
    pivot: (f32, f32),
    camera_px: f32,
    rest_yaw_deg: f32,
    rest_pitch_deg: f32,
    /// The sprite's pixels that the grid draws.
    pub span: Span,
    /// Where the turned head lies in the sprite: the span and what it may reach beyond.
    patch: Span,
}

/// One node of the grid, in the sprite's pixels.
#[derive(Clone, Copy)]
struct Node {
    x: f32,
    y: f32,
    depth: f32,
    weight: f32,
}

/// A node after turning: where it is drawn, how near, and where its colour comes from.
#[derive(Clone, Copy)]
struct Corner {
    x: f32,
    y: f32,
    near: f32,
    from_x: f32,
    from_y: f32,
}

/// Reused buffers: the turned head as a sprite with its depths.
pub(super) struct Patch {
    sprite: Sprite,
    near: Vec<f32>,
    corners: Vec<Corner>,
}

impl Patch {
    pub fn new() -> Self {
        let sprite = Sprite { width: 0, height: 0, bgra: Vec::new(), face: (0.0, 0.0) };
        Self { sprite, near: Vec::new(), corners: Vec::new() }
    }
}

impl Head {
    /// The head of `shape` for a sprite made at `scale`, not mirrored.
    pub fn new(shape: &Shape, scale: f32) -> Self {
        let step = shape.step_px * scale;
        let [left, top] = shape.origin_px.map(|v| v * scale);
        let nodes: Vec<_> = (shape.depth_px.iter().zip(&shape.weight).enumerate())
            .map(|(i, (depth, &weight))| Node {
                x: left + step * (i % shape.columns) as f32,
                y: top + step * (i / shape.columns) as f32,
                depth: depth * scale,
                weight,
            })
            .collect();
        let rows = nodes.len() / shape.columns;
        // The pixels whose centres lie within the grid.
        let within = |from: f32, cells: usize| {
            ((from - 0.5).ceil() as i32, (from + step * (cells - 1) as f32 + 0.5).floor() as i32)
        };
        let span = Span { x: within(left, shape.columns), y: within(top, rows) };
        let reach = (REACH_FACE_WIDTHS * shape.face_width_px * scale).ceil() as i32;
        Self {
            columns: shape.columns,
            nodes,
            pivot: (shape.pivot_px[0] * scale, shape.pivot_px[1] * scale),
            camera_px: CAMERA_FACE_WIDTHS * shape.face_width_px * scale,
            rest_yaw_deg: shape.rest_yaw_deg,
            rest_pitch_deg: shape.rest_pitch_deg,
            span,
            patch: Span { x: (span.x.0 - reach, span.x.1 + reach), y: (span.y.0 - reach, span.y.1 + reach) },
        }
    }

    /// Lays the sprite over a picture with the head turned by a change of yaw and pitch from the portrait's rest.
    /// Without a change this is the sprite itself, pixel for pixel.
    pub fn paste(
        &self,
        sprite: &Sprite,
        (yaw_deg, pitch_deg): (f32, f32),
        patch: &mut Patch,
        out: &mut [u8],
        (left, top): (i32, i32),
    ) {
        if yaw_deg == 0.0 && pitch_deg == 0.0 {
            sprite.paste(out, left, top, None);
            return;
        }
        self.draw(sprite, &self.rotation(yaw_deg, pitch_deg), patch);
        sprite.paste(out, left, top, Some(self.span));
        patch.sprite.paste(out, left + self.patch.x.0, top + self.patch.y.0, None);
    }

    /// The rotation that changes the head's yaw and pitch by these angles and keeps its roll:
    /// `Ry(rest + change) Rx(rest + change) Rx(rest)^-1 Ry(rest)^-1`, axes x right, y up, z towards the camera.
    fn rotation(&self, yaw_deg: f32, pitch_deg: f32) -> [[f32; 3]; 3] {
        let turned = [yaw(self.rest_yaw_deg + yaw_deg), pitch(self.rest_pitch_deg + pitch_deg)];
        let back = [pitch(-self.rest_pitch_deg), yaw(-self.rest_yaw_deg)];
        times(&times(&turned[0], &turned[1]), &times(&back[0], &back[1]))
    }

    fn turn(&self, node: Node, rotation: &[[f32; 3]; 3]) -> Corner {
        // Where the node is in space, seen from the pivot; y up.
        let shrink = (self.camera_px - node.depth) / self.camera_px;
        let at = [(node.x - self.pivot.0) * shrink, -(node.y - self.pivot.1) * shrink, node.depth];
        let turned = rotation.map(|row| row[0] * at[0] + row[1] * at[1] + row[2] * at[2]);
        let grow = self.camera_px / (self.camera_px - turned[2]);
        let (x, y) = (self.pivot.0 + turned[0] * grow, self.pivot.1 - turned[1] * grow);
        Corner {
            x: node.x + node.weight * (x - node.x),
            y: node.y + node.weight * (y - node.y),
            near: node.depth + node.weight * (turned[2] - node.depth),
            from_x: node.x,
            from_y: node.y,
        }
    }

    fn draw(&self, sprite: &Sprite, rotation: &[[f32; 3]; 3], patch: &mut Patch) {
        patch.sprite.width = (self.patch.x.1 - self.patch.x.0) as usize;
        patch.sprite.height = (self.patch.y.1 - self.patch.y.0) as usize;
        let pixels = patch.sprite.width * patch.sprite.height;
        patch.sprite.bgra.clear();
        patch.sprite.bgra.resize(pixels, [0; 4]);
        patch.near.clear();
        patch.near.resize(pixels, f32::MIN);
        patch.corners.clear();
        let (left, top) = (self.patch.x.0 as f32, self.patch.y.0 as f32);
        patch.corners.extend(self.nodes.iter().map(|&node| {
            let corner = self.turn(node, rotation);
            Corner { x: corner.x - left, y: corner.y - top, ..corner }
        }));
        let Patch { sprite: target, near, corners } = patch;
        for (above, below) in corners.chunks_exact(self.columns).zip(corners.chunks_exact(self.columns).skip(1)) {
            for (a, b) in above.windows(2).zip(below.windows(2)) {
                triangle([a[0], a[1], b[0]], sprite, target, near);
                triangle([b[1], b[0], a[1]], sprite, target, near);
            }
        }
    }
}

/// Draws one triangle. One that shows its back is skipped: behind it there is only the head itself.
fn triangle([a, b, c]: [Corner; 3], from: &Sprite, to: &mut Sprite, near: &mut [f32]) {
    let area = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    if area <= 1e-6 {
        return;
    }
    let per_area = 1.0 / area;
    let first = |v: [f32; 3]| (v[0].min(v[1]).min(v[2]) - 0.5).ceil().max(0.0) as usize;
    let past = |v: [f32; 3], len: usize| ((v[0].max(v[1]).max(v[2]) + 0.5).floor().max(0.0) as usize).min(len);
    for y in first([a.y, b.y, c.y])..past([a.y, b.y, c.y], to.height) {
        for x in first([a.x, b.x, c.x])..past([a.x, b.x, c.x], to.width) {
            let (px, py) = (x as f32 + 0.5, y as f32 + 0.5);
            let share_b = ((px - a.x) * (c.y - a.y) - (py - a.y) * (c.x - a.x)) * per_area;
            let share_c = ((b.x - a.x) * (py - a.y) - (b.y - a.y) * (px - a.x)) * per_area;
            let share_a = 1.0 - share_b - share_c;
            // A hair of overlap closes the seams between triangles.
            if share_a < -1e-4 || share_b < -1e-4 || share_c < -1e-4 {
                continue;
            }
            let mix = |v: [f32; 3]| share_a * v[0] + share_b * v[1] + share_c * v[2];
            let depth = mix([a.near, b.near, c.near]);
            let at = y * to.width + x;
            if depth <= near[at] {
                continue;
            }
            let colour = sample(from, mix([a.from_x, b.from_x, c.from_x]), mix([a.from_y, b.from_y, c.from_y]));
            if colour[3] > 0 {
                near[at] = depth;
                to.bgra[at] = colour;
            }
        }
    }
}

/// Bilinear sample; outside the sprite is transparent above and beside it.
fn sample(from: &Sprite, x: f32, y: f32) -> [u8; 4] {
    let (x, y) = (x - 0.5, y - 0.5);
    let (x0, y0) = (x.floor(), y.floor());
    let (fx, fy) = (x - x0, y - y0);
    let pixel = |dx: i32, dy: i32| {
        let (x, y) = (x0 as i32 + dx, y0 as i32 + dy);
        let inside = x >= 0 && y >= 0 && (x as usize) < from.width && (y as usize) < from.height;
        if inside { from.bgra[y as usize * from.width + x as usize] } else { [0; 4] }
    };
    let [a, b, c, d] = [pixel(0, 0), pixel(1, 0), pixel(0, 1), pixel(1, 1)];
    std::array::from_fn(|i| {
        let [a, b, c, d] = [a[i], b[i], c[i], d[i]].map(f32::from);
        let (above, below) = (a + fx * (b - a), c + fx * (d - c));
        (above + fy * (below - above)).round() as u8
    })
}

/// Rotation to the right of the picture.
fn yaw(deg: f32) -> [[f32; 3]; 3] {
    let (s, c) = deg.to_radians().sin_cos();
    [[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]]
}

/// Rotation up.
fn pitch(deg: f32) -> [[f32; 3]; 3] {
    let (s, c) = deg.to_radians().sin_cos();
    [[1.0, 0.0, 0.0], [0.0, c, s], [0.0, -s, c]]
}

fn times(a: &[[f32; 3]; 3], b: &[[f32; 3]; 3]) -> [[f32; 3]; 3] {
    a.map(|row| std::array::from_fn(|j| row[0] * b[0][j] + row[1] * b[1][j] + row[2] * b[2][j]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotation_changes_yaw_and_pitch_by_what_was_asked() {
        let shape = Shape::for_tests(7.0, -12.0);
        let head = Head::new(&shape, 1.0);
        let rest = times(&yaw(7.0), &pitch(-12.0));
        for (dy, dp) in [(25.0, 0.0), (-25.0, 0.0), (0.0, -13.0), (20.0, -10.0)] {
            let r = times(&head.rotation(dy, dp), &rest);
            assert!((r[0][2].atan2(r[2][2]).to_degrees() - 7.0 - dy).abs() < 1e-3);
            assert!((r[1][2].asin().to_degrees() + 12.0 - dp).abs() < 1e-3);
        }
    }
}
