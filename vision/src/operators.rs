//! What onnxruntime's CPU provider is given beside its own kernels: the face mesh's tower of residual blocks.
//!
//! A model names the operator and holds a function of the same name that computes it by standard operators; providers
//! that this kernel is not for compute the function.

use std::sync::Arc;

use hymy_kernels::{Parameter, Tower};
use ort::operator::{ComputeContext, Kernel, KernelContext, Operator, OperatorDomain, OperatorInput, OperatorOutput};
use ort::value::TensorElementType::Float32;
use ort::value::TensorValueType;

/// The operators' domain in a model.
const DOMAIN: &str = "hymy";

/// The operators that every session of the CPU provider may use.
pub(crate) fn domain() -> ort::Result<Arc<OperatorDomain>> {
    Ok(Arc::new(OperatorDomain::new(DOMAIN)?.add(ResidualTower)?))
}

/// `ResidualTower`: a picture (1, rows, columns, 3), then the parameters of [`Tower::new`], which are constants; features
/// (1, channels, rows, columns).
struct ResidualTower;

struct TowerKernel(Tower);

fn refuse(why: impl ToString) -> ort::Error {
    ort::Error::new(why.to_string())
}

impl Operator for ResidualTower {
    type Kernel<'attr> = TowerKernel;

    fn name(&self) -> &str {
        "ResidualTower"
    }

    fn inputs(&self) -> impl IntoIterator<Item = OperatorInput> {
        [OperatorInput::required(Float32), OperatorInput::variadic(1).homogenous(Float32)]
    }

    fn outputs(&self) -> impl IntoIterator<Item = OperatorOutput> {
        [OperatorOutput::required(Float32)]
    }

    fn create_kernel<'attr>(&self, node: &KernelContext<'attr>) -> ort::Result<TowerKernel> {
        let inputs = node.inputs()?;
        let side = inputs.first().and_then(|picture| picture.dtype().tensor_shape()?.get(1).copied());
        let side = side.and_then(|side| usize::try_from(side).ok()).ok_or_else(|| refuse("the picture has no size"))?;
        let constants = (1..inputs.len())
            .map(|index| node.constant_input::<TensorValueType<f32>>(index))
            .collect::<ort::Result<Vec<_>>>()?;
        let tensors: Vec<_> = constants.iter().map(|value| value.extract_tensor()).collect();
        let shapes: Vec<Vec<usize>> = tensors
            .iter()
            .map(|(shape, _)| shape.iter().filter_map(|size| usize::try_from(*size).ok()).collect())
            .collect();
        let parameters: Vec<_> =
            shapes.iter().zip(&tensors).map(|(shape, (_, values))| Parameter { shape, values }).collect();
        Tower::new(side, &parameters).map(TowerKernel).map_err(refuse)
    }
}

impl Kernel for TowerKernel {
    fn compute(&mut self, context: &ComputeContext) -> ort::Result<()> {
        let Self(tower) = self;
        let picture = context.input(0)?.ok_or_else(|| refuse("no picture"))?;
        let (_, picture) = picture.try_extract_tensor::<f32>()?;
        let [channels, rows, columns] = tower.output_shape().map(|size| size as i64);
        let mut features =
            context.output(0, [1, channels, rows, columns])?.ok_or_else(|| refuse("nobody reads the features"))?;
        let (_, features) = features.try_extract_tensor_mut::<f32>()?;
        tower.run(picture, features).map_err(refuse)
    }
}
