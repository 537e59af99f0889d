//! The models, one per file: each takes a tensor that [`crate::preprocess`] filled and gives numbers.

pub(crate) mod blendshapes;
pub(crate) mod face_detector;
pub(crate) mod face_mesh;
pub(crate) mod hand_detector;
pub(crate) mod image_classifier;
pub(crate) mod object_detector;

use ort::session::{Session, SessionOutputs};
use ort::value::{PrimitiveTensorElementType, Tensor};

use crate::error::VisionError;
use crate::manifest::VerifiedModel;
use crate::runtime::Runtime;

/// A model with one input tensor that is allocated once and overwritten for each run.
pub(crate) struct Model<T: PrimitiveTensorElementType + Default + Copy + std::fmt::Debug + 'static> {
    name: &'static str,
    session: Session,
    input: Tensor<T>,
}

impl<T: PrimitiveTensorElementType + Default + Copy + std::fmt::Debug + 'static> Model<T> {
    pub(crate) fn new<const N: usize>(
        runtime: &Runtime,
        name: &'static str,
        model: &VerifiedModel,
        shape: [usize; N],
    ) -> Result<Self, VisionError> {
        let session = runtime.checked_session(name, model)?;
        let values = vec![T::default(); shape.iter().product()].into_boxed_slice();
        let input = Tensor::from_array((shape.to_vec(), values)).map_err(VisionError::inference(name))?;
        Ok(Self { name, session, input })
    }

    /// The input's elements, row-major.
    pub(crate) fn input(&mut self) -> &mut [T] {
        self.input.extract_tensor_mut().1
    }

    pub(crate) fn run(&mut self) -> Result<SessionOutputs<'_>, VisionError> {
        self.session.run(ort::inputs![&self.input]).map_err(VisionError::inference(self.name))
    }
}

impl<T: PrimitiveTensorElementType + Default + Copy + std::fmt::Debug + 'static> Drop for Model<T> {
    /// The input held what a camera saw.
    fn drop(&mut self) {
        self.input().fill(T::default());
    }
}

/// An output of a model as a slice, checked for its length.
pub(crate) fn output<'o>(
    outputs: &'o SessionOutputs<'_>,
    model: &'static str,
    name: &str,
    length: usize,
) -> Result<&'o [f32], VisionError> {
    let refuse = |why: String| VisionError::Inference { model, why };
    let value = outputs.get(name).ok_or_else(|| refuse(format!("has no output `{name}`")))?;
    let (_, values) = value.try_extract_tensor::<f32>().map_err(VisionError::inference(model))?;
    if values.len() != length {
        return Err(refuse(format!("gave {} values as `{name}`, not {length}", values.len())));
    }
    Ok(values)
}

/// The logistic function; a NaN stays a NaN and fails every later comparison.
pub(crate) fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}
