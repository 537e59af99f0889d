//! How right the product is on labelled recordings, for developers: labels, readings and the figures of both.
//!
//! Clips go through exactly the path that `hymy analyze` takes. A labelled frame that the product calls "not
//! observable" is counted as that, with its reason, and never as wrong or as zero. Nothing of a picture gets here, no
//! one is named or compared, and what is computed of a recording is written only where the developer says.

pub mod compare;
pub mod cross_validate;
pub mod labels;
pub mod logistic;
pub mod metrics;
pub mod plots;
pub mod reading;
pub mod report;
pub mod report_html;
pub mod run;
pub mod score;
pub mod sheets;
pub mod stills;
