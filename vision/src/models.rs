//! The models, one per file: each takes a tensor that [`crate::preprocess`] filled and gives numbers.

pub(crate) mod blendshapes;
pub(crate) mod face_detector;
pub(crate) mod face_mesh;
pub(crate) mod hand_detector;
pub(crate) mod image_classifier;
pub(crate) mod object_detector;

use std::ffi::{CStr, CString};
use std::ptr;
use std::sync::PoisonError;

use ort::AsPointer;
use ort::value::{Outlet, PrimitiveTensorElementType, Tensor, ValueType};

use crate::error::VisionError;
use crate::manifest::VerifiedModel;
use crate::runtime::{Runtime, SharedSession};

/// The most outputs that a model has.
const MAX_OUTPUTS: usize = 2;

/// A model with one input tensor and its output tensors, which are allocated once and overwritten by each run. The session
/// is shared by every pipeline of the process; the tensors are not.
pub(crate) struct Model<T: PrimitiveTensorElementType + Default + Copy + std::fmt::Debug + 'static> {
    name: &'static str,
    session: SharedSession,
    input_name: CString,
    input: Tensor<T>,
    outputs: Vec<Output>,
}

/// What a model says under one name.
pub(crate) struct Output {
    name: CString,
    values: Tensor<f32>,
}

impl<T: PrimitiveTensorElementType + Default + Copy + std::fmt::Debug + 'static> Model<T> {
    pub(crate) fn new<const N: usize>(
        runtime: &Runtime,
        name: &'static str,
        model: &VerifiedModel,
        shape: [usize; N],
    ) -> Result<Self, VisionError> {
        let session = runtime.shared_session(name, model)?;
        let values = vec![T::default(); shape.iter().product()].into_boxed_slice();
        let input = Tensor::from_array((shape.to_vec(), values)).map_err(VisionError::inference(name))?;
        let refuse = |why: String| VisionError::Inference { model: name, why };
        let (input_name, outputs) = {
            let session = session.lock().unwrap_or_else(PoisonError::into_inner);
            let [only] = session.inputs() else { return Err(refuse("has more than one input, or none".to_owned())) };
            let outputs = session.outputs().iter().map(Output::of).collect::<Result<Vec<_>, _>>().map_err(refuse)?;
            (CString::new(only.name()).map_err(|error| refuse(error.to_string()))?, outputs)
        };
        if outputs.len() > MAX_OUTPUTS {
            return Err(refuse(format!("has {} outputs, where {MAX_OUTPUTS} are the most", outputs.len())));
        }
        Ok(Self { name, session, input_name, input, outputs })
    }

    /// The input's elements, row-major.
    pub(crate) fn input(&mut self) -> &mut [T] {
        self.input.extract_tensor_mut().1
    }

    /// Overwrites what the model was given and what it said.
    pub(crate) fn wipe(&mut self) {
        self.input().fill(T::default());
        self.outputs.iter_mut().for_each(|output| output.values.extract_tensor_mut().1.fill(0.0));
    }

    /// What the model says of its input. Nothing is allocated on this side of onnxruntime; while another pipeline runs the
    /// same model, this one waits.
    pub(crate) fn run(&mut self) -> Result<&[Output], VisionError> {
        let mut names: [*const std::ffi::c_char; MAX_OUTPUTS] = [ptr::null(); MAX_OUTPUTS];
        let mut values: [*mut ort::sys::OrtValue; MAX_OUTPUTS] = [ptr::null_mut(); MAX_OUTPUTS];
        for ((name, value), output) in names.iter_mut().zip(&mut values).zip(&mut self.outputs) {
            (*name, *value) = (output.name.as_ptr(), output.values.ptr_mut());
        }
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: the session is locked; names end with a zero byte, input and outputs are tensors of this model that live
        // and are used by nobody else while it runs; onnxruntime writes to the outputs that it is given, and refuses those
        // that do not fit.
        let done = unsafe {
            let status = (ort::api().Run)(
                session.ptr_mut(),
                ptr::null(),
                &self.input_name.as_ptr(),
                &self.input.ptr(),
                1,
                names.as_ptr(),
                self.outputs.len(),
                values.as_mut_ptr(),
            );
            ort::Error::result_from_status(status)
        };
        drop(session);
        done.map_err(VisionError::inference(self.name))?;
        Ok(&self.outputs)
    }
}

impl Output {
    /// Room for an output of floats whose shape the model states.
    fn of(outlet: &Outlet) -> Result<Self, String> {
        let wrong = |why: &str| format!("its output `{}` {why}", outlet.name());
        let ValueType::Tensor { shape, .. } = outlet.dtype() else { return Err(wrong("is no tensor")) };
        let shape: Option<Vec<usize>> = shape.iter().map(|side| usize::try_from(*side).ok()).collect();
        let shape = shape.ok_or_else(|| wrong("has a side that it leaves open"))?;
        let values = vec![0.0; shape.iter().product()].into_boxed_slice();
        Ok(Self {
            name: CString::new(outlet.name()).map_err(|error| wrong(&error.to_string()))?,
            values: Tensor::from_array((shape, values)).map_err(|error| wrong(&error.to_string()))?,
        })
    }
}

impl<T: PrimitiveTensorElementType + Default + Copy + std::fmt::Debug + 'static> Drop for Model<T> {
    /// The tensors held what a camera saw, and what was made of it.
    fn drop(&mut self) {
        self.wipe();
    }
}

/// An output of a model as a slice, checked for its length.
pub(crate) fn output<'o>(
    outputs: &'o [Output],
    model: &'static str,
    name: &CStr,
    length: usize,
) -> Result<&'o [f32], VisionError> {
    let refuse = |why: String| VisionError::Inference { model, why };
    let named = outputs.iter().find(|output| output.name.as_c_str() == name);
    let output = named.ok_or_else(|| refuse(format!("has no output {name:?}")))?;
    let (_, values) = output.values.extract_tensor();
    if values.len() != length {
        return Err(refuse(format!("gave {} values as {name:?}, not {length}", values.len())));
    }
    Ok(values)
}

/// The logistic function; a NaN stays a NaN and fails every later comparison.
pub(crate) fn sigmoid(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

#[cfg(test)]
mod tests;
