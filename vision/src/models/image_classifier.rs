//! EfficientNet-Lite0 on a crop around a phone-like thing: does a second model, trained on other pictures, agree?
//!
//! Source: TensorFlow's `efficientnet_lite0` of MediaPipe's `image_classifier` (ImageNet). Input 224x224 RGB, 0..255.
//! Of its thousand classes three are left in the graph: cellular telephone, hand-held computer, iPod.

use super::{Model, output};
use crate::error::VisionError;
use crate::manifest::VerifiedModel;
use crate::runtime::Runtime;

/// Side of the input, in pixels.
pub(crate) const INPUT_PX: usize = 224;
pub(crate) const NAME: &str = "image_classifier";
const CLASSES: usize = 3;

pub(crate) struct ImageClassifier(Model<u8>);

impl ImageClassifier {
    pub(crate) fn new(runtime: &Runtime, model: &VerifiedModel) -> Result<Self, VisionError> {
        Model::new(runtime, NAME, model, [1, INPUT_PX, INPUT_PX, 3]).map(Self)
    }

    pub(crate) fn input(&mut self) -> &mut [u8] {
        self.0.input()
    }

    /// Overwrites what the model was given and what it said.
    pub(crate) fn wipe(&mut self) {
        self.0.wipe();
    }

    /// Probability of a phone or of what looks much like one, 0..1.
    pub(crate) fn run(&mut self) -> Result<f32, VisionError> {
        let outputs = self.0.run()?;
        Ok(output(outputs, NAME, c"probabilities", CLASSES)?.iter().sum())
    }
}
