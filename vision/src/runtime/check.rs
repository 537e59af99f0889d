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
    /// Each output with the largest difference of any of its values.
    outputs: &'static [(&'static str, f32)],
}

/// The tolerances come from what reads the outputs: each is at most a quarter of what changes a reading noticeably, and
/// at least ten times what float32 computed in another order was seen to differ by (OpenVINO 2025.4 beside
/// onnxruntime 1.24.1). `docs/providers.md` has the figures.
const ANSWERS: [Answers; 7] = [
    Answers {
        model: "face_detector_full_range",
        input: [-1.0, 1.0],
        outputs: &[("regressors", 1.0), ("scores", 0.25)],
    },
    Answers {
        model: "face_detector_short_range",
        input: [-1.0, 1.0],
        outputs: &[("regressors", 1.0), ("scores", 0.25)],
    },
    Answers { model: "face_mesh", input: [0.0, 1.0], outputs: &[("landmarks", 0.25), ("presence", 0.25)] },
    Answers { model: "face_blendshapes", input: [0.0, 256.0], outputs: &[("coefficients", 0.02)] },
    Answers { model: "object_detector", input: [0.0, 255.0], outputs: &[("scores", 0.05), ("boxes", 0.25)] },
    Answers { model: "hand_detector", input: [0.0, 1.0], outputs: &[("regressors", 1.0), ("scores", 0.25)] },
    Answers { model: "image_classifier", input: [0.0, 255.0], outputs: &[("probabilities", 0.05)] },
];

/// How far an output is from the CPU provider's.
#[derive(Clone, Debug, PartialEq)]
struct Difference {
    output: &'static str,
    /// Largest difference of any value; NaN where one of the two is no number.
    by: f32,
    tolerance: f32,
}

impl Difference {
    fn is_within(&self) -> bool {
        self.by <= self.tolerance
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` by {:.3} (at most {})", self.output, self.by, self.tolerance)
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
        off: off.join(", "),
    })
}

/// Both sessions' answers to the same input, side by side.
fn differences(answers: &Answers, cpu: &mut Session, other: &mut Session) -> Result<Vec<Difference>, String> {
    let text = |error: ort::Error| error.to_string();
    let input = made_up(cpu, answers.input)?;
    let (cpu, other) = (cpu.run(ort::inputs![&input]).map_err(text)?, other.run(ort::inputs![&input]).map_err(text)?);
    let mut differences = Vec::new();
    for &(output, tolerance) in answers.outputs {
        let of = |outputs: &SessionOutputs<'_>| -> Result<Vec<f32>, String> {
            let value = outputs.get(output).ok_or_else(|| format!("has no output `{output}`"))?;
            Ok(value.try_extract_tensor::<f32>().map_err(text)?.1.to_vec())
        };
        let (cpu, other) = (of(&cpu)?, of(&other)?);
        if cpu.len() != other.len() {
            return Err(format!("gave {} values as `{output}`, not {} as the CPU provider", other.len(), cpu.len()));
        }
        let by = cpu.iter().zip(&other).map(|(cpu, other)| (cpu - other).abs());
        // A NaN is the largest difference of all, so it is kept: `f32::max` would drop it.
        let by = by.fold(0.0, |largest: f32, by| if by.is_nan() { by } else if largest < by { by } else { largest });
        tracing::debug!(model = answers.model, output, by, tolerance, "provider_checked");
        differences.push(Difference { output, by, tolerance });
    }
    Ok(differences)
}

/// A picture that nobody took, of the form of a session's input: an oval with two dark places and a line, as a drawn
/// face has them, on a ground of waves in which no two pixels are alike.
fn made_up(session: &Session, [lowest, highest]: [f32; 2]) -> Result<DynTensor, String> {
    let text = |error: ort::Error| error.to_string();
    let input = session.inputs().first().ok_or("has no input")?;
    let ValueType::Tensor { ty, shape, .. } = input.dtype() else { return Err("has an input that is no tensor".into()) };
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
