//! What this crate cannot name, shown by code that must not compile; nothing here is part of the program.
//!
//! Each example that fails stands beside one that compiles and differs in that name only, so that it fails for it.

/// A frame, whatever path is tried; an observation can be named.
///
/// ```
/// fn take(_: hymy_vision::Observation) {}
/// ```
/// ```compile_fail
/// fn take(_: hymy_vision::Frame) {}
/// ```
/// ```
/// fn take(_: hymy_vision::observation::Observation) {}
/// ```
/// ```compile_fail
/// fn take(_: hymy_vision::frame::Frame) {}
/// ```
/// ```compile_fail
/// fn take(_: hymy_vision::preprocess::Preprocessor) {}
/// ```
pub fn a_frame_cannot_be_named() {}

/// The libraries that hold pixels are no dependencies of this crate; others are.
///
/// ```
/// extern crate jiff as library;
/// ```
/// ```compile_fail
/// extern crate opencv as library;
/// ```
/// ```compile_fail
/// extern crate ort as library;
/// ```
/// ```compile_fail
/// extern crate ndarray as library;
/// ```
/// ```compile_fail
/// extern crate image as library;
/// ```
pub fn no_library_of_pixels_can_be_named() {}

/// A loaded source of frames gives numbers and nothing else: the event has these parts.
///
/// ```
/// fn take(event: hymy_vision::Event<'_>) {
///     if let hymy_vision::Event::Observed { observation: _, file: _ } = event {}
/// }
/// ```
/// ```compile_fail
/// fn take(event: hymy_vision::Event<'_>) {
///     if let hymy_vision::Event::Observed { observation: _, file: _, frame: _ } = event {}
/// }
/// ```
pub fn an_event_holds_no_frame() {}
