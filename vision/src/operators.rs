//! What onnxruntime's CPU provider is given beside its own kernels: the face mesh's tower of residual blocks, and the
//! blendshapes' mixer.
//!
//! A model names the operator and holds a function of the same name that computes it by standard operators; providers
//! that this kernel is not for compute the function.

use std::ptr;

use hymy_kernels::{KernelError, Mixer, Parameter, Tower};
use ort::AsPointer;
use ort::operator::{ComputeContext, Kernel, KernelContext, Operator, OperatorDomain, OperatorInput, OperatorOutput};
use ort::sys::{ONNXTensorElementDataType, OrtStatusPtr, OrtValue};
use ort::value::TensorElementType::Float32;
use ort::value::TensorValueType;

/// The operators' domain in a model.
const DOMAIN: &str = "hymy";

/// The operators that every session of the CPU provider may use.
pub(crate) fn domain() -> ort::Result<OperatorDomain> {
    OperatorDomain::new(DOMAIN)?.add(ResidualTower)?.add(TokenMixer)
}

/// `ResidualTower`: a picture (1, rows, columns, 3), then the parameters of [`Tower::new`], which are constants; features
/// (1, channels, rows, columns).
struct ResidualTower;

/// `TokenMixer`: tokens (count, 64), then the parameters of [`Mixer::new`], which are constants; tokens (kept, 64). The
/// attribute `epsilon` is added to variances.
struct TokenMixer;

struct TowerKernel(Tower);
struct MixerKernel(Mixer);

fn refuse(why: impl ToString) -> ort::Error {
    ort::Error::new(why.to_string())
}

/// What goes in: values, then constants.
fn inputs() -> [OperatorInput; 2] {
    [OperatorInput::required(Float32), OperatorInput::variadic(1).homogenous(Float32)]
}

impl Operator for ResidualTower {
    type Kernel<'attr> = TowerKernel;

    fn name(&self) -> &str {
        "ResidualTower"
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        inputs()
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [OperatorOutput::required(Float32)]
    }

    fn create_kernel<'attr>(&self, node: &KernelContext<'attr>) -> ort::Result<TowerKernel> {
        let side = input_side(node, 1)?;
        with_parameters(node, |parameters| Tower::new(side, parameters)).map(TowerKernel)
    }
}

impl Operator for TokenMixer {
    type Kernel<'attr> = MixerKernel;

    fn name(&self) -> &str {
        "TokenMixer"
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        inputs()
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [OperatorOutput::required(Float32)]
    }

    fn create_kernel<'attr>(&self, node: &KernelContext<'attr>) -> ort::Result<MixerKernel> {
        let tokens = input_side(node, 0)?;
        let epsilon: f32 = node.get("epsilon").ok_or_else(|| refuse("there is no epsilon"))?;
        with_parameters(node, |parameters| Mixer::new(tokens, epsilon, parameters)).map(MixerKernel)
    }
}

impl Kernel for TowerKernel {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        let Self(tower) = self;
        let [channels, rows, columns] = tower.output_shape();
        compute(context, [1, channels, rows, columns], |picture, features| tower.run(picture, features))
    }
}

impl Kernel for MixerKernel {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        let Self(mixer) = self;
        compute(context, mixer.output_shape(), |tokens, mixed| mixer.run(tokens, mixed))
    }
}

/// A side of the first input, which the model has to state.
fn input_side(node: &KernelContext<'_>, axis: usize) -> ort::Result<usize> {
    let inputs = node.inputs()?;
    let side = inputs.first().and_then(|input| input.dtype().tensor_shape()?.get(axis).copied());
    side.and_then(|side| usize::try_from(side).ok()).ok_or_else(|| refuse("the first input has no size"))
}

/// A kernel that is made of the constants after the first input.
fn with_parameters<T>(
    node: &KernelContext<'_>,
    make: impl FnOnce(&[Parameter<'_>]) -> Result<T, KernelError>,
) -> ort::Result<T> {
    let constants = (1..node.inputs()?.len())
        .map(|index| node.constant_input::<TensorValueType<f32>>(index))
        .collect::<ort::Result<Vec<_>>>()?;
    let tensors: Vec<_> = constants.iter().map(|value| value.extract_tensor()).collect();
    let shapes: Vec<Vec<usize>> = tensors
        .iter()
        .map(|(shape, _)| shape.iter().filter_map(|size| usize::try_from(*size).ok()).collect())
        .collect();
    let parameters: Vec<_> =
        shapes.iter().zip(&tensors).map(|(shape, (_, values))| Parameter { shape, values }).collect();
    make(&parameters).map_err(refuse)
}

/// Runs a kernel on the first input's values, and room for an output of this shape.
fn compute<const N: usize>(
    context: &ComputeContext,
    shape: [usize; N],
    run: impl FnOnce(&[f32], &mut [f32]) -> Result<(), KernelError>,
) -> ort::Result<()> {
    let shape = shape.map(|size| size as i64);
    let context = context.ptr().cast_mut();
    let (mut input, mut output) = (ptr::null(), ptr::null_mut());
    // SAFETY: the context is onnxruntime's for this call, and so are input and output, which are apart.
    let (input, output) = unsafe {
        checked((ort::api().KernelContext_GetInput)(context, 0, &mut input))?;
        checked((ort::api().KernelContext_GetOutput)(context, 0, shape.as_ptr(), shape.len(), &mut output))?;
        (values(input.cast_mut())?, values(output)?)
    };
    run(input, output).map_err(refuse)
}

/// What went wrong, if something did.
///
/// # Safety
/// The status is one that onnxruntime has just returned.
unsafe fn checked(status: OrtStatusPtr) -> ort::Result<()> {
    // SAFETY: the caller's word.
    unsafe { ort::Error::result_from_status(status) }
}

/// The values of a tensor of floats, without the wrapper, which allocates for each.
///
/// # Safety
/// `value` is null or a tensor that lives, and that nobody else uses, for as long as the slice.
unsafe fn values<'a>(value: *mut OrtValue) -> ort::Result<&'a mut [f32]> {
    if value.is_null() {
        return Err(refuse("an input or output is missing"));
    }
    let api = ort::api();
    let (mut info, mut count, mut first) = (ptr::null_mut(), 0, ptr::null_mut());
    let mut element = ONNXTensorElementDataType::ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    // SAFETY: the caller's word; what is asked for is written before it is read, and the description is released once.
    unsafe {
        checked((api.GetTensorTypeAndShape)(value, &mut info))?;
        let kind = checked((api.GetTensorElementType)(info, &mut element));
        let size = checked((api.GetTensorShapeElementCount)(info, &mut count));
        (api.ReleaseTensorTypeAndShapeInfo)(info);
        kind.and(size)?;
        checked((api.GetTensorMutableData)(value, &mut first))?;
    }
    if element != ONNXTensorElementDataType::ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT || first.is_null() {
        return Err(refuse("an input or output is no tensor of floats"));
    }
    // SAFETY: onnxruntime's word: so many floats from there.
    Ok(unsafe { std::slice::from_raw_parts_mut(first.cast(), count) })
}
