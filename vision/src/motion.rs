//! How a face moves across the picture: a Kalman filter for each axis, constant velocity, acceleration unknown.
//!
//! It knows places and times in milliseconds, never what a face looks like: no embedding of a face is computed. Its
//! uncertainty grows with the time since the last measurement, whatever the frame rate, so that a dropped frame widens
//! the search instead of losing the face.

/// How strongly a head is accelerated at random: spectral density in face widths squared per second cubed. Twice the
/// square of 3 m/s² (a step, a quick lean; the face 15 cm wide) times the 0.15 s over which an acceleration lasts.
const ACCELERATION_DENSITY: f32 = 120.0;
/// One standard deviation of the speed of a face that was seen once, in face widths per second: about half a walking
/// pace.
const FIRST_SPEED_WIDTHS_S: f32 = 5.0;
/// One standard deviation of a place as the mesh gives it, in face widths.
pub(crate) const MESH_NOISE_WIDTHS: f32 = 0.02;
/// The same as the detector gives it: its box breathes with the head's turn.
pub(crate) const DETECTOR_NOISE_WIDTHS: f32 = 0.1;

/// Where a face is expected and how sure that is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    /// Middle of the face, in frame pixels.
    pub place: (f32, f32),
    /// One standard deviation of it along either axis, in frame pixels.
    pub spread_px: f32,
}

/// The motion of one face.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Motion {
    t_ms: u64,
    width_px: f32,
    axes: [Axis; 2],
}

/// Place and speed along one axis, and their covariance.
#[derive(Clone, Copy, Debug)]
struct Axis {
    place_px: f32,
    speed_px_s: f32,
    /// Variance of the place, covariance, variance of the speed.
    covariance: [f32; 3],
}

impl Motion {
    /// A face that was seen once.
    pub(crate) fn new(t_ms: u64, (x, y): (f32, f32), width_px: f32, noise_widths: f32) -> Self {
        let axis = |place_px| Axis {
            place_px,
            speed_px_s: 0.0,
            covariance: [(noise_widths * width_px).powi(2), 0.0, (FIRST_SPEED_WIDTHS_S * width_px).powi(2)],
        };
        Self { t_ms, width_px, axes: [axis(x), axis(y)] }
    }

    /// When it was measured last.
    pub(crate) fn t_ms(&self) -> u64 {
        self.t_ms
    }

    /// Width of the face when it was measured last, in frame pixels.
    pub(crate) fn width_px(&self) -> f32 {
        self.width_px
    }

    /// Where it was when it was measured last, noise taken out.
    pub(crate) fn place(&self) -> (f32, f32) {
        (self.axes[0].place_px, self.axes[1].place_px)
    }

    /// Where it is at `t_ms`, not before the last measurement.
    pub(crate) fn at(&self, t_ms: u64) -> Expected {
        let [x, y] = self.axes.map(|axis| axis.moved(self.step_s(t_ms), self.width_px));
        Expected { place: (x.place_px, y.place_px), spread_px: x.covariance[0].max(0.0).sqrt() }
    }

    /// Takes a measurement. One of the same time, as the mesh gives after the detector, only makes the place surer.
    pub(crate) fn measure(&mut self, t_ms: u64, (x, y): (f32, f32), width_px: f32, noise_widths: f32) {
        let step_s = self.step_s(t_ms);
        let variance = (noise_widths * width_px).powi(2);
        let width_before_px = self.width_px;
        for (axis, place_px) in self.axes.iter_mut().zip([x, y]) {
            *axis = axis.moved(step_s, width_before_px).measured(place_px, variance);
        }
        self.t_ms = self.t_ms.max(t_ms);
        self.width_px = width_px;
    }

    fn step_s(&self, t_ms: u64) -> f32 {
        t_ms.saturating_sub(self.t_ms) as f32 / 1000.0
    }
}

impl Axis {
    fn moved(self, step_s: f32, width_px: f32) -> Self {
        let [place, both, speed] = self.covariance;
        // White noise in continuous time: the same spread whatever the steps that add up to a time.
        let noise = ACCELERATION_DENSITY * width_px.powi(2);
        Self {
            place_px: self.place_px + self.speed_px_s * step_s,
            speed_px_s: self.speed_px_s,
            covariance: [
                place + 2.0 * step_s * both + step_s.powi(2) * speed + noise * step_s.powi(3) / 3.0,
                both + step_s * speed + noise * step_s.powi(2) / 2.0,
                speed + noise * step_s,
            ],
        }
    }

    fn measured(self, place_px: f32, variance: f32) -> Self {
        let [place, both, speed] = self.covariance;
        let total = (place + variance).max(f32::MIN_POSITIVE);
        let (gain_place, gain_speed) = (place / total, both / total);
        let off_px = place_px - self.place_px;
        Self {
            place_px: self.place_px + gain_place * off_px,
            speed_px_s: self.speed_px_s + gain_speed * off_px,
            covariance: [(1.0 - gain_place) * place, (1.0 - gain_place) * both, speed - gain_speed * both],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDTH_PX: f32 = 60.0;

    /// The largest distance in face widths between where a face is and where it is expected, once it has been seen
    /// for half a second, and the same for the place of the frame before.
    fn largest_off(step_ms: u64, place: impl Fn(f32) -> f32) -> (f32, f32) {
        let at = |t_ms: u64| (place(t_ms as f32 / 1000.0) * WIDTH_PX, 100.0);
        let mut motion = Motion::new(0, at(0), WIDTH_PX, MESH_NOISE_WIDTHS);
        let (mut expected, mut last) = (0.0f32, 0.0f32);
        for t_ms in (1..).map(|n| n * step_ms).take_while(|t_ms| *t_ms <= 4000) {
            if t_ms > 500 {
                expected = expected.max((motion.at(t_ms).place.0 - at(t_ms).0).abs() / WIDTH_PX);
                last = last.max((motion.place().0 - at(t_ms).0).abs() / WIDTH_PX);
            }
            motion.measure(t_ms, at(t_ms), WIDTH_PX, MESH_NOISE_WIDTHS);
        }
        (expected, last)
    }

    #[test]
    fn a_steady_walk_is_expected_where_it_is_at_any_frame_rate() {
        // Five face widths a second: three quarters of a metre.
        for step_ms in [33, 100, 200] {
            let (expected, last) = largest_off(step_ms, |s| 5.0 * s);
            assert!(expected < 0.1, "{step_ms} ms: off by {expected} face widths");
            assert!(last > 4.0 * step_ms as f32 / 1000.0, "the place before is off by {last}");
        }
    }

    #[test]
    fn a_head_that_sways_is_expected_nearer_than_where_it_was() {
        for step_ms in [33, 100, 200] {
            // Two face widths either way, once in two seconds: up to six widths a second, twenty per second squared.
            let (expected, last) = largest_off(step_ms, |s| 2.0 * (std::f32::consts::PI * s).sin());
            assert!(expected < 0.75 * last, "{step_ms} ms: expected off by {expected}, the place before by {last}");
        }
    }

    #[test]
    fn uncertainty_grows_with_time_and_a_measurement_ends_it() {
        let mut motion = Motion::new(0, (0.0, 0.0), WIDTH_PX, MESH_NOISE_WIDTHS);
        for n in 1..20 {
            motion.measure(n * 40, (0.0, 0.0), WIDTH_PX, MESH_NOISE_WIDTHS);
        }
        let spread = |t_ms| motion.at(t_ms).spread_px / WIDTH_PX;
        assert!(spread(800) < 0.1, "{}", spread(800));
        assert!(spread(1000) > 0.3 && spread(1760) > 2.0, "{} {}", spread(1000), spread(1760));
        motion.measure(1760, (0.0, 0.0), WIDTH_PX, MESH_NOISE_WIDTHS);
        assert!(motion.at(1760).spread_px < MESH_NOISE_WIDTHS * WIDTH_PX * 1.01);
    }

    #[test]
    fn no_measurement_makes_it_anything_but_a_number() {
        let mut motion = Motion::new(5, (0.0, 0.0), 1.0, 0.0);
        for (n, x) in [0.0, 1e6, -1e6, 0.0, 0.0].into_iter().enumerate() {
            motion.measure(5 + n as u64 / 2, (x, -x), 1.0, 0.0);
            let expected = motion.at(1_000_000);
            assert!(expected.place.0.is_finite() && expected.spread_px.is_finite(), "{motion:?}");
        }
    }
}
