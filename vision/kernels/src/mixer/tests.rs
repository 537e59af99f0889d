//! The mixer against the operators that it stands for, one by one in 64 bits.

use fastrand::Rng;

use super::{KernelError, Mixer, Parameter, WIDTH};
use crate::lanes::Registers;

/// Of each block: hidden of the tokens, tokens that are kept, hidden of the channels.
type Sizes = [[usize; 3]];

const TOKENS: usize = 11;
const EPSILON: f32 = 1e-3;

fn shapes(sizes: &Sizes) -> Vec<Vec<usize>> {
    let mut here = TOKENS;
    let mut shapes = Vec::new();
    for [inner, kept, wide] in sizes {
        shapes.extend([vec![WIDTH], vec![*inner, here], vec![*inner, 1], vec![*kept, *inner], vec![*kept, 1]]);
        shapes.extend([vec![WIDTH], vec![WIDTH, *wide], vec![*wide], vec![*wide, WIDTH], vec![WIDTH]]);
        here = *kept;
    }
    shapes
}

fn random(random: &mut Rng, shapes: &[Vec<usize>]) -> Vec<Vec<f32>> {
    let values = |shape: &Vec<usize>| (0..shape.iter().product()).map(|_| random.f32() - 0.5).collect();
    shapes.iter().map(values).collect()
}

fn parameters<'p>(shapes: &'p [Vec<usize>], values: &'p [Vec<f32>]) -> Vec<Parameter<'p>> {
    shapes.iter().zip(values).map(|(shape, values)| Parameter { shape, values }).collect()
}

/// Rows of values.
type Matrix = Vec<Vec<f64>>;

fn rows(values: &[f32], columns: usize) -> Matrix {
    values.chunks(columns).map(|row| row.iter().copied().map(f64::from).collect()).collect()
}

fn times(left: &Matrix, right: &Matrix) -> Matrix {
    let cell = |row: &Vec<f64>, column: usize| row.iter().zip(right).map(|(value, other)| value * other[column]).sum();
    left.iter().map(|row| (0..right[0].len()).map(|column| cell(row, column)).collect()).collect()
}

fn normalised(tokens: &Matrix, gains: &[f32]) -> Matrix {
    let token = |values: &Vec<f64>| {
        let mean = values.iter().sum::<f64>() / WIDTH as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / WIDTH as f64;
        let by = 1.0 / (variance + f64::from(EPSILON)).sqrt();
        values.iter().zip(gains).map(|(value, gain)| (value - mean) * by * f64::from(*gain)).collect()
    };
    tokens.iter().map(token).collect()
}

/// What the operators say that the blocks are made of, one after the other, in 64 bits.
fn plain(tokens: &[f32], sizes: &Sizes, values: &[Vec<f32>]) -> Vec<f64> {
    let mut tokens = rows(tokens, WIDTH);
    for ([inner, _, wide], values) in sizes.iter().zip(values.chunks(10)) {
        let here = tokens.len();
        let each = |matrix: Matrix, change: &dyn Fn(f64, usize, usize) -> f64| -> Matrix {
            let row = |(y, row): (usize, Vec<f64>)| row.into_iter().enumerate().map(|(x, v)| change(v, y, x)).collect();
            matrix.into_iter().enumerate().map(row).collect()
        };
        let widened = times(&rows(&values[1], here), &normalised(&tokens, &values[0]));
        let widened = each(widened, &|value, row, _| (value + f64::from(values[2][row])).max(0.0));
        let mixed = times(&rows(&values[3], *inner), &widened);
        tokens = each(mixed, &|value, row, column| value + f64::from(values[4][row]) + tokens[row][column]);
        let widened = times(&normalised(&tokens, &values[5]), &rows(&values[6], *wide));
        let widened = each(widened, &|value, _, column| (value + f64::from(values[7][column])).max(0.0));
        let mixed = times(&widened, &rows(&values[8], WIDTH));
        tokens = each(mixed, &|value, row, column| value + f64::from(values[9][column]) + tokens[row][column]);
    }
    tokens.concat()
}

#[test]
fn every_kind_of_register_says_what_the_operators_say_one_by_one() {
    let mut rng = Rng::with_seed(11);
    for sizes in [&[[5, 11, 64], [13, 11, 128], [7, 1, 192]][..], &[[1, 4, 64]], &[]] {
        let shapes = shapes(sizes);
        let values = random(&mut rng, &shapes);
        let tokens: Vec<f32> = (0..TOKENS * WIDTH).map(|_| rng.f32() * 4.0 - 1.0).collect();
        let wanted = plain(&tokens, sizes, &values);
        for registers in Registers::available() {
            let mut mixer = Mixer::on(registers, TOKENS, EPSILON, &parameters(&shapes, &values)).unwrap();
            let [kept, width] = mixer.output_shape();
            let mut mixed = vec![f32::NAN; kept * width];
            // Twice: nothing of a run is left for the next.
            for _ in 0..2 {
                mixer.run(&tokens, &mut mixed).unwrap();
                assert_eq!(mixed.len(), wanted.len());
                let far = mixed.iter().zip(&wanted).map(|(found, wanted)| (f64::from(*found) - wanted).abs());
                assert!(far.fold(0.0, f64::max) < 1e-4, "{registers:?} {sizes:?}");
            }
        }
    }
}

#[test]
fn after_a_run_nothing_of_it_is_left() {
    let sizes = &[[5, 3, 64]];
    let shapes = shapes(sizes);
    let values = random(&mut Rng::with_seed(4), &shapes);
    let mut mixer = Mixer::new(TOKENS, EPSILON, &parameters(&shapes, &values)).unwrap();
    let tokens: Vec<f32> = (0..TOKENS * WIDTH).map(|at| at as f32).collect();
    mixer.run(&tokens, &mut [0.0; 3 * WIDTH]).unwrap();
    let all =
        |mixer: &Mixer| [&mixer.values, &mixer.normal, &mixer.hidden].map(|values| values.iter().all(|v| *v == 0.0));
    assert_eq!(all(&mixer), [true; 3]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let sizes = &[[5, 3, 64], [4, 2, 64]];
    let whole = shapes(sizes);
    let refused = |shapes: &[Vec<usize>]| {
        let values = random(&mut Rng::with_seed(1), shapes);
        Mixer::new(TOKENS, EPSILON, &parameters(shapes, &values)).err()
    };
    assert_eq!(refused(&whole), None);
    assert_eq!(refused(&whole[..9]), Some(KernelError::Count { found: 9, first: 0, each: 10 }));
    for index in 0..whole.len() {
        let mut shapes = whole.clone();
        shapes[index].insert(0, 2);
        assert!(matches!(refused(&shapes), Some(KernelError::Shape { .. })), "{index}");
        let values = random(&mut Rng::with_seed(1), &whole);
        let mut short = parameters(&whole, &values);
        short[index].values = &short[index].values[1..];
        let refused = Mixer::new(TOKENS, EPSILON, &short).err();
        assert!(matches!(refused, Some(KernelError::Shape { index: at, .. }) if at == index), "{index}: {refused:?}");
    }
    let more_tokens = Some(KernelError::Shape { index: 3, found: vec![12, 5], wanted: vec![11, 5] });
    assert_eq!(refused(&shapes(&[[5, 12, 64]])), more_tokens);
    let odd = Some(KernelError::Shape { index: 6, found: vec![64, 65], wanted: vec![64, 128] });
    assert_eq!(refused(&shapes(&[[5, 3, 65]])), odd);
}

#[test]
fn lengths_that_do_not_fit_are_errors_and_no_number_is_no_number() {
    let sizes = &[[5, 3, 64]];
    let shapes = shapes(sizes);
    let values = random(&mut Rng::with_seed(2), &shapes);
    let mut mixer = Mixer::new(TOKENS, EPSILON, &parameters(&shapes, &values)).unwrap();
    let (tokens, mut mixed) = (vec![f32::NAN; TOKENS * WIDTH], vec![0.0; 3 * WIDTH]);
    let length = |found, wanted| Err(KernelError::Length { found, wanted });
    assert_eq!(mixer.run(&tokens[1..], &mut mixed), length(703, 704));
    assert_eq!(mixer.run(&tokens, &mut mixed[1..]), length(191, 192));
    assert_eq!(mixer.run(&tokens, &mut mixed), Ok(()));
    assert!(mixed.iter().all(|value| value.is_nan()));
}
