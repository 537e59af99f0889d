//! How the kiosk is, for machines that look after it: `/metrics` and MQTT tell these figures and no others.
//!
//! They are a list that was thought about one by one: from none of them can a shift, a pause, a presence or a transaction
//! be told, however often they are read. So there is no count of events, no load and no memory among them.

use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use crate::kiosk::KioskHandle;

/// Room on the disk is told in steps of this many bytes: a transaction's few kilobytes never show.
const ROOM_STEP_BYTES: u64 = 256 * 1024 * 1024;

/// Every figure that there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// The program that runs.
    pub version: &'static str,
    /// When it was started.
    pub started_timestamp_seconds: i64,
    /// Whether the store takes writes.
    pub store_writable: bool,
    /// Room on the disk of the store, in steps of 256 MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_room_bytes: Option<u64>,
}

impl Figures {
    /// Those of now.
    pub async fn now(kiosk: &KioskHandle, data_dir: &Path, started: Timestamp) -> Self {
        Self::of(kiosk.writable().await, room_bytes(data_dir), started)
    }

    fn of(store_writable: bool, room_bytes: Option<u64>, started: Timestamp) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            started_timestamp_seconds: started.as_second(),
            store_writable,
            disk_room_bytes: room_bytes.map(|room| room / ROOM_STEP_BYTES * ROOM_STEP_BYTES),
        }
    }

    /// In the text format of Prometheus.
    #[must_use]
    pub fn prometheus(&self) -> String {
        let Self { version, started_timestamp_seconds, store_writable, disk_room_bytes } = self;
        let mut text = format!(
            "# HELP hymy_info The program that runs.\n# TYPE hymy_info gauge\nhymy_info{{version=\"{version}\"}} 1\n\
             # HELP hymy_started_timestamp_seconds When the program was started.\n\
             # TYPE hymy_started_timestamp_seconds gauge\nhymy_started_timestamp_seconds {started_timestamp_seconds}\n\
             # HELP hymy_store_writable Whether the store takes writes.\n# TYPE hymy_store_writable gauge\n\
             hymy_store_writable {}\n",
            u8::from(*store_writable)
        );
        if let Some(room) = disk_room_bytes {
            text.push_str(&format!(
                "# HELP hymy_disk_room_bytes Room on the disk of the store, in steps of {ROOM_STEP_BYTES} bytes.\n\
                 # TYPE hymy_disk_room_bytes gauge\nhymy_disk_room_bytes {room}\n"
            ));
        }
        text
    }
}

/// Room on the disk of a folder, where that can be told.
#[must_use]
pub fn room_bytes(folder: &Path) -> Option<u64> {
    rustix::fs::statvfs(folder).ok().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// What was thought about: nothing that changes with what people do.
    pub(crate) const THOUGHT_ABOUT: [&str; 4] =
        ["hymy_info", "hymy_started_timestamp_seconds", "hymy_store_writable", "hymy_disk_room_bytes"];

    #[test]
    fn figures_are_the_ones_that_were_thought_about() {
        let started = Timestamp::from_second(1_800_000_000).expect("in range");
        let figures = Figures::of(true, Some(10 * ROOM_STEP_BYTES + 5_000), started);
        let text = figures.prometheus();
        let names: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split(['{', ' ']).next().unwrap_or_default())
            .collect();
        assert_eq!(names, THOUGHT_ABOUT);
        let json = serde_json::to_value(&figures).expect("JSON");
        let told: Vec<&String> = json.as_object().expect("figures").keys().collect();
        assert_eq!(told, ["disk_room_bytes", "started_timestamp_seconds", "store_writable", "version"]);
        let more = Figures::of(true, Some(10 * ROOM_STEP_BYTES + 900_000), started);
        assert_eq!(figures, more, "a transaction's room does not show");
    }
}
