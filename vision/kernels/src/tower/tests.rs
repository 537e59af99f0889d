//! A tower against the same sums written down plainly.

use super::{KernelError, Parameter, Tower};
use crate::lanes::Registers;

/// Shapes of the parameters of a tower whose stem has so many channels; of each block stride, inner and output channels.
fn shapes(stem: usize, blocks: &[(usize, usize, usize)]) -> Vec<Vec<usize>> {
    let mut shapes = vec![vec![stem, 3, 3, 3], vec![stem], vec![stem, 1, 1]];
    let mut inputs = stem;
    for (stride, inner, outputs) in blocks.iter().copied() {
        shapes.extend([
            vec![inner, inputs, stride, stride],
            vec![inner],
            vec![inner, 1, 1],
            vec![inner, 1, 3, 3],
            vec![inner],
            vec![outputs, inner, 1, 1],
            vec![outputs],
            vec![outputs, 1, 1],
        ]);
        inputs = outputs;
    }
    shapes
}

/// Numbers between -1 and 1, small enough that sums over many stay so.
fn made_up(shapes: &[Vec<usize>], seed: u64) -> Vec<Vec<f32>> {
    let mut random = fastrand::Rng::with_seed(seed);
    let scale = |shape: &[usize]| 1.5 / (shape.iter().skip(1).product::<usize>().max(1) as f32).sqrt();
    shapes
        .iter()
        .map(|shape| (0..shape.iter().product()).map(|_| (random.f32() * 2.0 - 1.0) * scale(shape)).collect())
        .collect()
}

fn parameters<'p>(shapes: &'p [Vec<usize>], values: &'p [Vec<f32>]) -> Vec<Parameter<'p>> {
    shapes.iter().zip(values).map(|(shape, values)| Parameter { shape, values }).collect()
}

/// Channels, rows, columns.
struct Plane {
    side: usize,
    values: Vec<Vec<f32>>,
}

impl Plane {
    fn at(&self, channel: usize, y: isize, x: isize) -> f32 {
        let inside = |at: isize| usize::try_from(at).ok().filter(|at| *at < self.side);
        inside(y).zip(inside(x)).map_or(0.0, |(y, x)| self.values[channel][y * self.side + x])
    }

    /// A convolution without groups, or with as many as there are channels.
    fn convolved(&self, weights: &Parameter<'_>, bias: &[f32], stride: usize, before: isize) -> Self {
        let [outputs, inputs, kernel] = [weights.shape[0], weights.shape[1], weights.shape[2]];
        let grouped = inputs == 1 && self.values.len() > 1;
        let side = self.side / stride;
        let plane = |output: usize| {
            let value = |at: usize| {
                let mut sum = bias[output];
                for input in 0..inputs {
                    for k in 0..kernel * kernel {
                        let (y, x) =
                            ((at / side * stride + k / kernel) as isize, (at % side * stride + k % kernel) as isize);
                        let from = if grouped { output } else { input };
                        let weight = weights.values[(output * inputs + input) * kernel * kernel + k];
                        sum += weight * self.at(from, y - before, x - before);
                    }
                }
                sum
            };
            (0..side * side).map(value).collect()
        };
        Self { side, values: (0..outputs).map(plane).collect() }
    }

    fn rectified(mut self, slopes: &[f32]) -> Self {
        for (plane, slope) in self.values.iter_mut().zip(slopes) {
            plane.iter_mut().filter(|value| **value < 0.0).for_each(|value| *value *= slope);
        }
        self
    }

    fn pooled(&self, stride: usize, channels: usize) -> Self {
        let side = self.side / stride;
        let largest = |channel: usize, at: usize| {
            let (y, x) = (at / side * stride, at % side * stride);
            let all =
                (0..stride * stride).map(|k| self.at(channel, (y + k / stride) as isize, (x + k % stride) as isize));
            all.fold(f32::NEG_INFINITY, f32::max)
        };
        let plane = |channel| {
            let known = channel < self.values.len();
            (0..side * side).map(|at| if known { largest(channel, at) } else { 0.0 }).collect()
        };
        Self { side, values: (0..channels).map(plane).collect() }
    }

    fn plus(mut self, other: &Self) -> Self {
        for (plane, other) in self.values.iter_mut().zip(&other.values) {
            plane.iter_mut().zip(other).for_each(|(value, other)| *value += other);
        }
        self
    }
}

/// What a tower computes, as its documentation has it.
fn plainly(side: usize, picture: &[f32], parameters: &[Parameter<'_>]) -> Vec<f32> {
    let values = (0..3).map(|colour| picture.iter().skip(colour).step_by(3).copied().collect()).collect();
    let (stem, blocks) = parameters.split_at(3);
    let mut here = Plane { side, values }.convolved(&stem[0], stem[1].values, 2, 0).rectified(stem[2].values);
    for block in blocks.chunks_exact(8) {
        let stride = block[0].shape[2];
        let inner = here.convolved(&block[0], block[1].values, stride, 0).rectified(block[2].values);
        let filtered = inner.convolved(&block[3], block[4].values, 1, 1);
        let expanded = filtered.convolved(&block[5], block[6].values, 1, 0);
        here = expanded.plus(&here.pooled(stride, block[5].shape[0])).rectified(block[7].values);
    }
    here.values.concat()
}

fn check(side: usize, stem: usize, blocks: &[(usize, usize, usize)]) {
    let shapes = shapes(stem, blocks);
    let values = made_up(&shapes, 7);
    let parameters = parameters(&shapes, &values);
    let mut random = fastrand::Rng::with_seed(11);
    let pictures: [Vec<f32>; 2] = std::array::from_fn(|_| (0..side * side * 3).map(|_| random.f32()).collect());
    for registers in Registers::available() {
        let mut tower = Tower::on(registers, side, &parameters).unwrap();
        let mut features = vec![f32::NAN; tower.output_shape().iter().product()];
        // The second picture meets what the first has left in the tower's memory.
        for picture in &pictures {
            tower.run(picture, &mut features).unwrap();
            let wanted = plainly(side, picture, &parameters);
            assert!(wanted.iter().any(|value| value.abs() > 0.1), "{wanted:?}");
            for (found, wanted) in features.iter().zip(&wanted) {
                assert!((found - wanted).abs() < 1e-4, "{registers:?} {blocks:?}: {found} and not {wanted}");
            }
        }
    }
}

#[test]
fn a_stem_alone_is_a_convolution_of_the_picture_padded_at_its_ends() {
    check(8, 16, &[]);
}

#[test]
fn blocks_give_the_sums_of_their_documentation_on_every_kind_of_register() {
    check(16, 16, &[(1, 16, 16)]);
    check(32, 16, &[(1, 8, 16), (1, 8, 16), (2, 16, 32), (1, 16, 32), (2, 32, 64), (1, 32, 64)]);
    // As the mesh ends: as many channels after halving as before, down to two pixels.
    check(16, 64, &[(2, 64, 128), (1, 64, 128), (2, 64, 128), (1, 64, 128)]);
}

#[test]
fn odd_numbers_of_pixels_and_channels_that_fill_three_registers_are_computed_too() {
    check(12, 16, &[(1, 48, 16), (2, 48, 32)]);
    check(20, 48, &[(1, 16, 48)]);
}

#[test]
fn parameters_that_do_not_fit_are_refused() {
    let blocks = [(1, 8, 16)];
    let shapes = shapes(16, &blocks);
    let values = made_up(&shapes, 1);
    let whole = parameters(&shapes, &values);
    let refused = |side, parameters: &[Parameter<'_>]| Tower::new(side, parameters).err();
    assert_eq!(refused(16, &whole), None);
    assert_eq!(refused(16, &whole[..4]), Some(KernelError::Count { found: 4, first: 3, each: 8 }));
    assert_eq!(refused(16, &[]), Some(KernelError::Count { found: 0, first: 3, each: 8 }));
    assert_eq!(refused(15, &whole), Some(KernelError::Side(15)));
    for index in 0..whole.len() {
        let mut other = whole.clone();
        other[index].values = &other[index].values[1..];
        let error = refused(16, &other);
        assert!(matches!(&error, Some(KernelError::Shape { index: at, .. }) if *at == index), "{index}: {error:?}");
    }
    // More channels than the row of the input has room for.
    let wider = self::shapes(16, &[(1, 16, 32)]);
    let values = made_up(&wider, 1);
    assert!(matches!(refused(16, &parameters(&wider, &values)), Some(KernelError::Shape { index: 8, .. })));
}

#[test]
fn a_picture_of_another_size_is_refused() {
    let shapes = shapes(16, &[(1, 8, 16)]);
    let values = made_up(&shapes, 1);
    let mut tower = Tower::new(16, &parameters(&shapes, &values)).unwrap();
    let (picture, mut features) = (vec![0.0; 16 * 16 * 3], vec![0.0; 16 * 8 * 8]);
    assert_eq!(tower.output_shape(), [16, 8, 8]);
    tower.run(&picture, &mut features).unwrap();
    assert_eq!(tower.run(&picture[1..], &mut features), Err(KernelError::Length { found: 767, wanted: 768 }));
    let short = tower.run(&picture, &mut features[1..]);
    assert_eq!(short, Err(KernelError::Length { found: 1023, wanted: 1024 }));
}

#[test]
fn after_a_run_nothing_of_it_is_left() {
    let shapes = shapes(16, &[(1, 8, 16)]);
    let values = made_up(&shapes, 1);
    let mut tower = Tower::new(16, &parameters(&shapes, &values)).unwrap();
    tower.run(&[0.7; 16 * 16 * 3], &mut [0.0; 16 * 8 * 8]).unwrap();
    let left = tower.padded.iter().chain([&tower.values]).chain(tower.rows.all());
    assert!(left.flatten().all(|value| *value == 0.0));
}
