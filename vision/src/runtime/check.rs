//! Whether a provider computes what the CPU provider does: each model of it answers one made-up picture at the start,
//! beside a session of the CPU provider of the same library, and is refused where an output differs by more than is
//! stated here. Nothing of a camera is used, and nothing stays loaded but the provider's own session.

use std::fmt;

use ort::session::{Session, SessionOutputs};
use ort::value::{DynTensor, Tensor, TensorElementType, ValueType};

use super::{Provider, Runtime};
use crate::error::VisionError;
use crate::manifest::VerifiedModel;

/// What of a model's answers may differ, and by how much.
struct Answers {
    model: &'static str,
    /// Lowest and highest value of the input, as in the models' manifest.
    input: [f32; 2],
    /// Each output with what is allowed of it.
    outputs: &'static [(&'static str, Within)],
}

/// What the difference of an output's values is held to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Within {
    /// Every value by itself.
    Each(f32),
    /// The root of the mean square: for what is rounded to 8 bits in hundreds of places, where single values that
    /// nobody reads (boxes of anchors at which nothing is) stray far.
    RootMeanSquare(f32),
}

/// The tolerances come from what reads the outputs. 0.25 px of the mesh's crop turn the gaze by about a degree, where
/// its spread is six; a detector's box may be off by a pixel, because the mesh is fitted anew in it; 0.25 of a logit is
/// at most 0.06 of a probability, and the phone's scores of two INT8 kernels differ by as much. OpenVINO's float32 was
/// seen to stay below a thousandth of them, and its INT8 object model at 0.01 and 0.04 (`docs/providers.md`).
const ANSWERS: [Answers; 7] = [
    Answers { model: "face_detector_full_range", input: [-1.0, 1.0], outputs: DETECTOR },
    Answers { model: "face_detector_short_range", input: [-1.0, 1.0], outputs: DETECTOR },
    Answers {
        model: "face_mesh",
        input: [0.0, 1.0],
        outputs: &[("landmarks", Within::Each(0.25)), ("presence", Within::Each(0.25))],
    },
    Answers { model: "face_blendshapes", input: [0.0, 256.0], outputs: &[("coefficients", Within::Each(0.02))] },
    Answers {
        model: "object_detector",
        input: [0.0, 255.0],
        outputs: &[("scores", Within::Each(0.05)), ("boxes", Within::RootMeanSquare(0.1))],
    },
    Answers { model: "hand_detector", input: [0.0, 1.0], outputs: DETECTOR },
    Answers { model: "image_classifier", input: [0.0, 255.0], outputs: &[("probabilities", Within::Each(0.05))] },
];

/// Of each detector that speaks in pixels of its input and in logits.
const DETECTOR: &[(&str, Within)] = &[("regressors", Within::Each(1.0)), ("scores", Within::Each(0.25))];

/// How far an output is from the CPU provider's.
struct Difference {
    output: &'static str,
    /// As `within` has it; NaN where one of the two gave no number.
    by: f32,
    within: Within,
}

impl Difference {
    fn of(output: &'static str, within: Within, cpu: &[f32], other: &[f32]) -> Self {
        let apart = || cpu.iter().zip(other).map(|(cpu, other)| (cpu - other).abs());
        let by = match within {
            // `f32::max` would drop a NaN.
            Within::Each(_) => apart().fold(0.0, |most, by| if by > most || by.is_nan() { by } else { most }),
            Within::RootMeanSquare(_) => (apart().map(|by| by * by).sum::<f32>() / cpu.len().max(1) as f32).sqrt(),
        };
        Self { output, by, within }
    }

    fn is_within(&self) -> bool {
        let (Within::Each(most) | Within::RootMeanSquare(most)) = self.within;
        self.by <= most
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { output, by, within } = self;
        match within {
            Within::Each(most) => write!(f, "output `{output}` is off by up to {by:.4}, and {most} is allowed"),
            Within::RootMeanSquare(most) => {
                write!(f, "output `{output}` is off by {by:.4} (root mean square), and {most} is allowed")
            }
        }
    }
}

/// Refuses a session whose answers are not the CPU provider's.
pub(crate) fn check(
    runtime: &Runtime,
    name: &'static str,
    model: &VerifiedModel,
    session: &mut Session,
) -> Result<(), VisionError> {
    let failed = |why: String| VisionError::Inference { model: name, why };
    let answers = ANSWERS
        .iter()
        .find(|answers| answers.model == name)
        .ok_or_else(|| failed("has no stated tolerance for another provider than `cpu`".to_owned()))?;
    let mut cpu = runtime.build(Provider::Cpu, model).map_err(&failed)?;
    let off = differences(answers, &mut cpu, session).map_err(failed)?;
    let off: Vec<_> = off.iter().filter(|one| !one.is_within()).map(Difference::to_string).collect();
    if off.is_empty() {
        return Ok(());
    }
    Err(VisionError::Answers {
        model: name,
        provider: runtime.provider().name(),
        library: runtime.library().to_owned(),
        off: off.join("; "),
    })
}

/// Both sessions' answers to the same input, side by side.
fn differences(answers: &Answers, cpu: &mut Session, other: &mut Session) -> Result<Vec<Difference>, String> {
    let text = |error: ort::Error| error.to_string();
    let input = made_up(cpu, answers.input)?;
    let (cpu, other) = (cpu.run(ort::inputs![&input]).map_err(text)?, other.run(ort::inputs![&input]).map_err(text)?);
    let mut differences = Vec::new();
    for &(output, within) in answers.outputs {
        let (cpu, other) = (values(&cpu, output)?, values(&other, output)?);
        if cpu.len() != other.len() {
            return Err(format!("gave {} values as `{output}`, not {} as the CPU provider", other.len(), cpu.len()));
        }
        let difference = Difference::of(output, within, cpu, other);
        tracing::debug!(model = answers.model, output, by = difference.by, ?within, "provider_checked");
        differences.push(difference);
    }
    Ok(differences)
}

fn values<'o>(outputs: &'o SessionOutputs<'_>, output: &str) -> Result<&'o [f32], String> {
    let value = outputs.get(output).ok_or_else(|| format!("has no output `{output}`"))?;
    value.try_extract_tensor::<f32>().map(|(_, values)| values).map_err(|error| error.to_string())
}

/// A picture that nobody took, of the form of a session's input: an oval with two dark places and a line, as a drawn
/// face has them, on a ground of waves in which no two pixels are alike.
fn made_up(session: &Session, [lowest, highest]: [f32; 2]) -> Result<DynTensor, String> {
    let text = |error: ort::Error| error.to_string();
    let input = session.inputs().first().ok_or("has no input")?;
    let ValueType::Tensor { ty, shape, .. } = input.dtype() else {
        return Err("has an input that is no tensor".into());
    };
    let sizes: Vec<usize> = shape.iter().map(|&size| usize::try_from(size).unwrap_or(1)).collect();
    let values: Vec<f32> = places(&sizes).map(|place| lowest + (highest - lowest) * drawn(place)).collect();
    match ty {
        TensorElementType::Float32 => Ok(Tensor::from_array((sizes, values)).map_err(text)?.upcast()),
        TensorElementType::Uint8 => {
            let bytes: Vec<u8> = values.into_iter().map(|value| value as u8).collect();
            Ok(Tensor::from_array((sizes, bytes)).map_err(text)?.upcast())
        }
        other => Err(format!("has an input of {other:?}, for which nothing is made up")),
    }
}

/// Row, column (0..1) and channel of each value of a tensor [1, rows, columns, channels], or [1, rows, channels].
fn places(sizes: &[usize]) -> impl Iterator<Item = (f32, f32, usize)> {
    let channels = sizes.last().copied().unwrap_or(1).max(1);
    let columns = if sizes.len() > 3 { sizes.get(2).copied().unwrap_or(1).max(1) } else { 1 };
    let rows = (sizes.iter().product::<usize>() / (channels * columns)).max(1);
    (0..rows * columns * channels).map(move |index| {
        let (pixel, channel) = (index / channels, index % channels);
        let share = |at: usize, of: usize| (at as f32 + 0.5) / of as f32;
        (share(pixel / columns, rows), share(pixel % columns, columns), channel)
    })
}

/// One value of the drawing, 0..1.
fn drawn((row, column, channel): (f32, f32, usize)) -> f32 {
    let (x, y, channel) = (column - 0.5, row - 0.5, channel as f32);
    let inside = |cx: f32, cy: f32, rx: f32, ry: f32| ((x - cx) / rx).hypot((y - cy) / ry) < 1.0;
    let waves = 0.06 * ((37.0 * x + 5.0 * channel).sin() + (53.0 * y + 29.0 * x * y).cos());
    let eye = inside(-0.11, -0.08, 0.05, 0.025) || inside(0.11, -0.08, 0.05, 0.025);
    let line = inside(0.0, 0.17, 0.1, 0.02) || inside(0.0, 0.06, 0.03, 0.012);
    let tone = match (eye, line, inside(0.0, 0.0, 0.26, 0.36)) {
        (true, _, _) => 0.18,
        (_, true, _) => 0.45 - 0.06 * channel,
        (_, _, true) => 0.78 - 0.1 * channel,
        _ => 0.45 + 0.05 * channel,
    };
    (tone + waves).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests;
