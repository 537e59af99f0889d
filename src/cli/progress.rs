//! Progress on long work, and a way to stop it in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over `total` frames, or a counter where the total is not known; shown only on a terminal.
pub fn frames(total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), "{bar:32} {pos}/{len} frames  {per_sec}  {eta} left"),
        None => (ProgressBar::new_spinner(), "{spinner} {pos} frames  {per_sec}"),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}

/// A bar over `total` steps, each of them long; the message says what the step is about.
#[cfg(feature = "lab")]
pub fn steps(total: u64, noun: &str) -> ProgressBar {
    let bar = ProgressBar::new(total);
    if let Ok(style) =
        ProgressStyle::with_template(&format!("{{bar:32}} {{pos}}/{{len}} {noun}  {{eta}} left  {{msg}}"))
    {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}

/// Set by the first Ctrl-C or SIGTERM, so that what was done is kept; a second one ends the program at once.
pub fn stop_on_signal() -> anyhow::Result<Arc<AtomicBool>> {
    use tokio::signal::unix::{SignalKind, signal};
    let stop = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&stop);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut interrupt, mut terminate) = {
        let _inside = runtime.enter();
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    std::thread::Builder::new().name("hymy-signals".to_owned()).spawn(move || {
        runtime.block_on(async {
            for times in 0u32.. {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                if times > 0 {
                    std::process::exit(1);
                }
                set.store(true, Ordering::Relaxed);
            }
        });
    })?;
    Ok(stop)
}
