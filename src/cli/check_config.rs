//! `hymy check-config`: every fault of a file at once, or what it means.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use hymy::config::{Config, KeyKept};
use hymy::decide::Region;
use hymy::terms::ReleaseTerms;
use hymy_vision::SourceSpec;

/// Check a configuration file; prints every fault with its line and column, or the resolved values.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hymy check-config configs/kiosk.toml

configs/kiosk.toml explains every key. What pages of set-up left in data_dir, setup.toml, goes first \
and is marked. Nothing is opened or written, but for reading that and the token file.")]
pub struct CheckConfig {
    /// The file, in TOML.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl CheckConfig {
    /// Checks and prints.
    pub fn run(&self) -> anyhow::Result<()> {
        let config = Config::load(&self.file)?;
        super::print(&format!("OK {}\n{}", self.file.display(), resolved(&config)));
        Ok(())
    }
}

/// A region's bounds.
fn degrees(region: Region) -> String {
    let [yaw, pitch] = region.bounds_deg();
    format!("yaw {} to {}, pitch {} to {} degrees", yaw.0, yaw.1, pitch.0, pitch.1)
}

/// What a window releases, in a line.
fn released(release: &ReleaseTerms) -> String {
    let plan = &release.plan;
    let statistics: Vec<&str> = plan.statistics().iter().map(|statistic| statistic.as_str()).collect();
    format!(
        "{} (at least {} people with {} transactions each, epsilon {}, windows of {} days)",
        statistics.join(", "),
        plan.people_floor(),
        plan.transactions_floor(),
        plan.epsilon().value(),
        release.window_days
    )
}

/// The resolved values, without the token.
fn resolved(config: &Config) -> String {
    let Config {
        file: _,
        kiosk,
        camera,
        zones,
        till_zone,
        directions,
        configured: _,
        set_up,
        models_dir,
        runtime,
        vision,
        till,
        till_sources,
        pages,
        tls,
        api_tokens,
        mqtt,
        key,
        signals,
        language,
        terms,
        sharing,
        telemetry,
    } = config;
    let or = |value: Option<String>, otherwise: &str| value.unwrap_or_else(|| otherwise.to_owned());
    let path = |path: &Option<PathBuf>, otherwise: &str| or(path.as_ref().map(|p| p.display().to_string()), otherwise);
    let corners = |zone: &Option<hymy_vision::Polygon>| {
        let corner = |(x, y): &(f32, f32)| format!("[{x}, {y}]");
        or(zone.as_ref().map(|zone| zone.corners().iter().map(corner).collect::<Vec<_>>().join(" ")), "none")
    };
    let region = |region: Option<Region>, otherwise: &str| or(region.map(degrees), otherwise);
    // What a page of set-up saved says so; everything else stands in the file that was checked.
    let from = |section: &str, value: String| match set_up.as_ref().filter(|set_up| set_up.has(section)) {
        Some(set_up) => format!("{value}  (from {})", set_up.file.display()),
        None => value,
    };
    let mut text = String::new();
    let mut line = |key: &str, value: String| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {key:<26} {value}");
    };
    line("kiosk.data_dir", kiosk.data_dir.display().to_string());
    line("kiosk.register", kiosk.register.clone());
    line("kiosk.idle_minutes", kiosk.idle_minutes.to_string());
    line("camera.source", or(camera.source.as_deref().map(|source| SourceSpec::parse(source).locator()), "none"));
    line("camera.open_timeout_ms", camera.open_timeout_ms.to_string());
    line("camera.read_timeout_ms", camera.read_timeout_ms.to_string());
    line("camera.rotate", camera.orientation.rotate.degrees().to_string());
    line("camera.mirrored", camera.orientation.mirrored.to_string());
    line("zones.staff", from("zones", corners(&zones.staff)));
    line("zones.customer", from("zones", corners(&zones.customer)));
    line("zones.queue", from("zones", corners(&zones.queue)));
    line("zones.till", from("zones", corners(till_zone)));
    line("target", from("target", region(directions.target.map(|target| target.0), "towards the camera")));
    line("queue_direction", from("queue_direction", region(directions.queue, "none")));
    let work: Vec<String> =
        directions.work.iter().map(|work| format!("{} ({})", work.name, degrees(work.region))).collect();
    let work = if work.is_empty() { "none".to_owned() } else { work.join(", ") };
    line("work_direction", from("work_direction", work));
    line("models.dir", path(models_dir, "as installed"));
    line("runtime.library", path(&runtime.library, "as installed"));
    line("runtime.provider", runtime.provider.name().to_owned());
    line("runtime.precision", runtime.precision.name().to_owned());
    line("runtime.threads", runtime.threads.to_string());
    line("vision.objects_hz", vision.objects_hz.to_string());
    line("vision.faces_hz", vision.faces_hz.to_string());
    line("till.enabled", till.enabled.to_string());
    line("till.listen", till.listen.to_string());
    line("till.token", if till.token.is_some() { "set, not shown" } else { "none" }.to_owned());
    line("till.max_late_s", till.max_late_s.to_string());
    line("till.max_ahead_s", till.max_ahead_s.to_string());
    for source in till_sources {
        line(&format!("till_source.{}", source.name), format!("{} {}", source.place.kind().name(), source.place));
        for (number, pattern) in source.patterns.iter().enumerate() {
            line(&format!("  pattern {}", number + 1), format!("{} {}", pattern.event(), pattern.expression()));
        }
    }
    line("pages.enabled", pages.enabled.to_string());
    line("pages.listen", pages.listen.to_string());
    line("pages.local_listen", or(pages.local().map(|local| local.to_string()), "not needed"));
    let code = if pages.technician_code.is_some() { "set, not shown" } else { "none, so nobody sets up by a page" };
    line("pages.technician_code_file", code.to_owned());
    let names = tls.as_ref().map(|tls| tls.names.join(", "));
    line("tls.names", or(names, "none, so no other machine reaches the kiosk"));
    let given = tls.as_ref().and_then(|tls| tls.given.as_ref()).map(|files| files.certificate.display().to_string());
    line("tls.certificate_file", or(given, if tls.is_some() { "none, the kiosk makes its own" } else { "none" }));
    let machines: Vec<String> =
        api_tokens.iter().map(|token| format!("{} ({})", token.name, token.purpose.name())).collect();
    line("api_token", if machines.is_empty() { "none".to_owned() } else { machines.join(", ") });
    let broker = mqtt.as_ref().map(|mqtt| {
        let scheme = if mqtt.ca_file.is_some() { "mqtts" } else { "mqtt" };
        format!("{scheme}://{}:{}, topics {}/...", mqtt.host, mqtt.port, mqtt.topic)
    });
    line("mqtt.broker", or(broker, "none"));
    let kept = match key {
        KeyKept::File(path) => format!("file {}", path.display()),
        KeyKept::Credential(name) => format!("credential {name}"),
        KeyKept::Passphrase => "passphrase, asked for".to_owned(),
    };
    line("store.source", kept);
    line("signals.choices", if signals.is_empty() { "none".to_owned() } else { signals.join(", ") });
    line("consent.agreement", or(terms.agreement.clone(), "none"));
    line("consent.language", language.name().to_owned());
    line("retention.records_days", terms.records_days.to_string());
    line("retention.summaries_months", terms.summaries_months.to_string());
    line("release.statistics", or(terms.release.as_ref().map(released), "none"));
    line("sharing.trainers", if sharing.trainers.is_empty() { "none".to_owned() } else { sharing.trainers.join(", ") });
    line("telemetry.log", telemetry.log.clone());
    line("telemetry.log_file", path(&telemetry.log_file, "none"));
    if zones.staff.is_none() || zones.customer.is_none() {
        text.push_str("  note: hymy run needs zones.staff and zones.customer\n");
    }
    if signals.is_empty() {
        text.push_str("  note: signals.choices is empty, so nothing will be measured\n");
    }
    if terms.agreement.is_none() {
        text.push_str("  note: without consent.agreement nobody can agree to take part, and no shift begins\n");
    }
    let regions = [("target", directions.target.map(|target| target.0)), ("queue_direction", directions.queue)];
    for (name, _) in regions.iter().filter(|(_, region)| region.is_some_and(|region| !region.is_wide_enough())) {
        let _ = writeln!(
            text,
            "  note: {name} is so narrow that looks at it will mostly be not observable; 20 degrees of yaw and 26 of \
             pitch are enough"
        );
    }
    text.trim_end().to_owned()
}
