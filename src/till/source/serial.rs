//! A serial line, opened for reading only: 8 data bits, no parity, one stop bit, no handshake.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;
use rustix::termios::{ControlModes, OptionalActions, tcgetattr, tcsetattr};

/// Opens it raw, at this speed. The open file does not block.
///
/// # Errors
/// There is no such line, it may not be opened, or it knows no such speed.
pub fn open(device: &Path, baud: u32) -> io::Result<File> {
    // Without these flags opening would wait for a modem, and the line could become this program's terminal.
    let flags = OFlags::NOCTTY | OFlags::NONBLOCK;
    let line = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(device)?;
    let mut settings = tcgetattr(&line)?;
    settings.make_raw();
    settings.control_modes.remove(ControlModes::CSTOPB | ControlModes::CRTSCTS);
    settings.control_modes.insert(ControlModes::CLOCAL | ControlModes::CREAD);
    settings.set_speed(baud)?;
    tcsetattr(&line, OptionalActions::Now, &settings)?;
    Ok(line)
}
