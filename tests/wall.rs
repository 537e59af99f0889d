//! The built program itself: no encoder of pictures, no writer of videos and nothing for sound is linked into it.
//!
//! The libraries that it loads have encoders of their own, as FFmpeg's do; the program cannot reach one without
//! importing it by name.

mod support;

use std::process::Command;

use support::not_run;

/// Parts of names that would be imported: OpenCV's writers and windows, FFmpeg's encoders, sound of any kind.
const IMPORTS: [&str; 22] = [
    "imwrite",
    "imencode",
    "imshow",
    "VideoWriter",
    "CvVideoWriter",
    "avcodec_send_frame",
    "avcodec_encode",
    "avcodec_find_encoder",
    "avformat_write",
    "av_write",
    "av_interleaved_write",
    "avio_open",
    "jpeg_write",
    "jpeg_start_compress",
    "png_write",
    "WebPEncode",
    "gst_",
    "snd_",
    "pa_simple",
    "pa_stream",
    "pw_stream",
    "SDL_OpenAudio",
];
/// Libraries that the program itself may not ask for.
const LIBRARIES: [&str; 12] = [
    "imgcodecs",
    "highgui",
    "libav",
    "libswscale",
    "libjpeg",
    "libpng",
    "libwebp",
    "libgst",
    "libasound",
    "libpulse",
    "libpipewire",
    "libcurl",
];
/// Encoders of Rust's own crates, as parts of the names of functions in the program.
const OWN: [&str; 7] =
    ["JpegEncoder", "PngEncoder", "WebPEncoder", "BmpEncoder", "png::encoder", "save_buffer", "VideoWriter"];

/// What a program of binutils says of the built `hymy`; `None`, and the test named, where it is missing.
fn told(test: &str, program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).arg(env!("CARGO_BIN_EXE_hymy")).output();
    let Ok(output) = output else {
        not_run(test, &format!("no {program}; Debian's binutils has it"));
        return None;
    };
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The lines in which one of the parts stands.
fn lines_with<'a>(text: &'a str, parts: &[&str]) -> Vec<&'a str> {
    text.lines().filter(|line| parts.iter().any(|part| line.contains(part))).collect()
}

#[test]
fn the_program_imports_no_encoder_no_writer_and_no_sound() {
    let test = "the_program_imports_no_encoder_no_writer_and_no_sound";
    let Some(imported) = told(test, "nm", &["--dynamic", "--undefined-only", "--demangle"]) else { return };
    assert!(imported.contains("cv::VideoCapture::"), "what is imported is listed, such as the camera's reader");
    assert_eq!(lines_with(&imported, &IMPORTS), Vec::<&str>::new());
    let Some(needed) = told(test, "readelf", &["--dynamic", "--wide"]) else { return };
    assert!(needed.contains("libopencv_videoio"), "what is needed is listed");
    let needed: Vec<&str> = needed.lines().filter(|line| line.contains("(NEEDED)")).collect();
    assert_eq!(lines_with(&needed.join("\n"), &LIBRARIES), Vec::<&str>::new());
}

#[test]
fn the_program_holds_no_encoder_of_its_own() {
    let Some(functions) = told("the_program_holds_no_encoder_of_its_own", "nm", &["--demangle"]) else { return };
    assert!(functions.contains("hymy_vision::"), "the program is not stripped of its names");
    assert_eq!(lines_with(&functions, &OWN), Vec::<&str>::new());
}
