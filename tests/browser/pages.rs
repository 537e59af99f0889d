//! The pages in a browser, as people use them: Debian's Chromium, driven over WebDriver, on the made-up store of
//! `hymy demo`. Screenshots of every page are left in `target/screenshots/` to be looked at.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

const SECRET: &str = "a made-up secret";
const TECHNICIAN_CODE: &str = "made-up-technician";

/// Screens that the pages are made for: at the counter, large and small, and the small one upright; and the large one
/// with everything twice as large, which leaves a page half the room.
const SCREENS: [(u32, u32); 4] = [(1280, 800), (1024, 600), (600, 1024), (640, 400)];

/// Rules of the accessibility engine that hold: WCAG 2.2 A and AA, and what is known to be good practice.
const AXE_TAGS: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// A process that ends with the tests, however they end.
struct Running {
    child: Child,
    address: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Starts it, and waits until a line has an address after these words.
    fn start(command: &mut Command, words: &str) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("starts");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, after) = line.split_once(words)?;
            Some(after.split_whitespace().next()?.trim_end_matches(['.', '/']).to_owned())
        });
        std::thread::spawn(move || lines.count());
        Self { child, address: address.expect("it told no address") }
    }
}

/// The demo and the driver: one of each for all tests, which take turns. Both end with it.
struct Stage {
    demo: Running,
    driver: Running,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn set() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut demo = Command::new(program());
        demo.args(["demo", "--listen", "127.0.0.1:0"]).stdin(Stdio::null()).env("TMPDIR", folder.path());
        let demo = Running::start(&mut demo, "pages are at http://");
        let driver = Running::start(Command::new("chromedriver").arg("--port=0"), "started successfully on port ");
        Self { demo, driver, _folder: folder }
    }
}

struct Turn<'stage> {
    stage: &'stage Stage,
    client: Client,
}

impl<'stage> Turn<'stage> {
    /// A new browser at the counter, with nobody on shift.
    async fn begin(stage: &'stage Stage, language: &str, dark: bool) -> Self {
        let mut arguments = vec!["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"];
        arguments.push("--disable-dev-shm-usage");
        let blink = "--blink-settings=preferredColorScheme=0";
        if dark {
            arguments.push(blink);
        }
        let language_argument = format!("--accept-lang={language}");
        arguments.push(&language_argument);
        let capabilities = json!({"goog:chromeOptions": {
            "args": arguments, "prefs": {"intl.accept_languages": language},
        }});
        let Value::Object(capabilities) = capabilities else { panic!("an object") };
        let driver = format!("http://127.0.0.1:{}", stage.driver.address);
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(capabilities)
            .connect(&driver)
            .await
            .expect("a browser");
        let turn = Self { stage, client };
        turn.size(SCREENS[0]).await;
        turn
    }

    fn origin(&self) -> String {
        format!("http://{}", self.stage.demo.address)
    }

    async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.origin())).await.expect("a page");
    }

    async fn size(&self, (width, height): (u32, u32)) {
        // The window has a frame: what is wanted is the page.
        self.client.set_window_size(width, height).await.expect("a window");
        let inner = self.client.execute("return [innerWidth, innerHeight]", Vec::new()).await.expect("asked");
        let (inner_width, inner_height): (u32, u32) = serde_json::from_value(inner).expect("numbers");
        let frame = (width.saturating_sub(inner_width), height.saturating_sub(inner_height));
        self.client.set_window_size(width + frame.0, height + frame.1).await.expect("a window");
    }

    async fn text(&self) -> String {
        let said = self.client.execute("return document.body?.innerText ?? ''", Vec::new()).await.expect("asked");
        said.as_str().expect("text").to_owned()
    }

    /// Waits until the page says something: a form that was sent takes a moment.
    async fn says(&self, wanted: &str) {
        for _ in 0..100 {
            if self.text().await.contains(wanted) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{wanted} is not in: {}", self.text().await);
    }

    /// Waits until there is such an element.
    async fn has(&self, css: &str, why: &str) {
        let found = self.client.wait().at_most(Duration::from_secs(10)).for_element(Locator::Css(css)).await;
        assert!(found.is_ok(), "{why}: {css} is not in: {}", self.text().await);
    }

    async fn camera(&self) -> String {
        // The counter shows itself anew when the camera opens or closes: in between there is no element.
        let script = "return document.querySelector('main[data-camera]')?.dataset.camera ?? ''";
        let said = self.client.execute(script, Vec::new()).await.expect("asked");
        said.as_str().expect("text").to_owned()
    }

    /// Waits until the counter, by itself, shows the camera so.
    async fn camera_is(&self, wanted: &str) {
        for _ in 0..200 {
            if self.camera().await == wanted {
                // What it shows anew is there.
                self.has("footer a", "the whole page").await;
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the counter shows {} and never {wanted}", self.camera().await);
    }

    async fn fill(&self, name: &str, text: &str) {
        let field = self.client.find(Locator::Css(&format!("input[name={name}]"))).await.expect("a field");
        field.clear().await.expect("cleared");
        field.send_keys(text).await.expect("typed");
    }

    async fn press(&self, css: &str) {
        self.client.find(Locator::Css(css)).await.expect("a button").click().await.expect("pressed");
    }

    async fn signs_in(&self, name: &str, code: &str) {
        self.go("/").await;
        self.fill("name", name).await;
        self.fill("code", code).await;
        self.press("form[action='/shift/sign-in'] button").await;
    }

    /// Opens one's own pages.
    async fn opens(&self, area: &str, name: Option<&str>, code: &str) {
        self.go(area).await;
        if let Some(name) = name {
            self.fill("name", name).await;
        }
        self.fill("code", code).await;
        self.press(&format!("form[action='{area}/open'] button")).await;
    }

    /// What the accessibility engine finds wrong, and requests to anywhere else.
    async fn faults(&self) -> Vec<String> {
        let engine = std::fs::read_to_string(axe()).expect("axe-core: setup/axe.sh fetches it");
        let tags = serde_json::to_string(&AXE_TAGS).expect("JSON");
        // The page's own policy would not let it in as a script of the page.
        self.client.execute(&engine, Vec::new()).await.expect("runs");
        let script = format!(
            "const done = arguments[arguments.length - 1];
             axe.run(document, {{runOnly: {tags}}}).then(found => done(found.violations.map(v =>
                 v.id + ': ' + v.help + ' ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | '))));"
        );
        let found = self.client.execute_async(&script, Vec::new()).await.expect("runs");
        let mut faults: Vec<String> = serde_json::from_value(found).expect("texts");
        let script =
            "return performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
                          .map(entry => entry.name)";
        let loaded = self.client.execute(script, Vec::new()).await.expect("runs");
        let loaded: Vec<String> = serde_json::from_value(loaded).expect("texts");
        let origin = self.origin();
        faults
            .extend(loaded.into_iter().filter(|name| !name.starts_with(&origin)).map(|name| format!("loaded {name}")));
        faults
    }

    async fn screenshot(&self, name: &str) {
        let folder = root().join("target/screenshots");
        std::fs::create_dir_all(&folder).expect("made");
        let png = self.client.screenshot().await.expect("a picture of the page");
        std::fs::write(folder.join(format!("{name}.png")), png).expect("written");
    }

    /// Ends whatever shift is on, and the browser.
    async fn end(self) {
        self.go("/").await;
        if self.camera().await != "off" {
            self.press("form[action='/shift/sign-out'] button").await;
            self.camera_is("off").await;
        }
        self.client.close().await.expect("closed");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The program that is tested.
fn program() -> PathBuf {
    let named = std::env::var_os("HYMY_PROGRAM").expect("HYMY_PROGRAM names the program; make browser-tests sets it");
    root().join(named)
}

fn axe() -> PathBuf {
    root().join("target/axe/node_modules/axe-core/axe.min.js")
}

/// Says by name what could not be tested here.
fn not_run(test: &str, why: &str) {
    let told = format!("not run: {test} ({why})\n");
    std::io::stderr().write_all(told.as_bytes()).expect("told");
}

/// Whether what the tests need is installed.
fn has_browser() -> bool {
    let found = |command: &str| {
        let status = Command::new(command).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    };
    let all = found("chromium") && found("chromedriver") && Path::new(&axe()).exists();
    if !all {
        not_run("tests/browser", "no chromium, chromedriver or axe-core; make setup-test installs them");
    }
    all
}

async fn a_shift_from_sign_in_to_sign_out_and_a_pause_closes_the_camera(stage: &Stage) {
    let turn = Turn::begin(stage, "en", false).await;
    turn.signs_in("Aino", SECRET).await;
    turn.camera_is("on").await;
    turn.screenshot("counter-on-1280x800-en").await;
    assert!(!turn.text().await.contains("Aino"), "no names at the counter");
    turn.press("form[action='/shift/for-work'] button").await;
    turn.says("The phone is left out").await;
    turn.press("form[action='/shift/pause'] button").await;
    turn.camera_is("paused").await;
    turn.screenshot("counter-paused-1280x800-en").await;
    turn.fill("name", "Aino").await;
    turn.fill("code", SECRET).await;
    turn.press("form[action='/shift/resume'] button").await;
    turn.camera_is("on").await;
    turn.press("form[action='/shift/sign-out'] button").await;
    turn.camera_is("off").await;
    turn.end().await;
}

async fn wrong_codes_are_slowed_and_open_nothing(stage: &Stage) {
    let turn = Turn::begin(stage, "fi", false).await;
    for _ in 0..5 {
        turn.opens("/me", Some("Eeva"), "not her secret").await;
        turn.says("Nimi tai koodi ei täsmää").await;
    }
    turn.opens("/me", Some("Eeva"), SECRET).await;
    turn.says("Liian monta väärää koodia").await;
    turn.end().await;
}

async fn nobody_opens_what_is_anothers(stage: &Stage) {
    let turn = Turn::begin(stage, "en", false).await;
    let areas = [("/me", Some("Aino"), SECRET), ("/trainer", Some("Tuula"), SECRET), ("/setup", None, TECHNICIAN_CODE)];
    for (own, name, code) in areas {
        turn.opens(own, name, code).await;
        turn.has("form[action='/close']", "the own pages open").await;
        for (other, ..) in areas.iter().filter(|(area, ..)| *area != own) {
            turn.go(other).await;
            turn.has(&format!("form[action='{other}/open']"), &format!("closed to {own}")).await;
        }
        turn.go(own).await;
        turn.press("form[action='/close'] button").await;
        turn.has("main[data-camera]", "back at the counter").await;
        turn.go(own).await;
        turn.has(&format!("form[action='{own}/open']"), "closed is closed").await;
    }
    turn.end().await;
}

async fn one_touch_on_a_face_says_thanks_and_comes_back(stage: &Stage) {
    let turn = Turn::begin(stage, "fi", false).await;
    turn.go("/customer").await;
    turn.press("form[action='/customer'] button").await;
    turn.says("Kiitos").await;
    turn.screenshot("customer-thanks-1280x800-fi").await;
    turn.has("form[action='/customer'] button", "back after three seconds").await;
    turn.end().await;
}

async fn the_counter_is_used_by_keyboard_alone(stage: &Stage) {
    let turn = Turn::begin(stage, "en", false).await;
    turn.go("/").await;
    let focused = async || turn.client.active_element().await.expect("something has the focus");
    let tab = async || {
        let body = focused().await;
        body.send_keys("\u{e004}").await.expect("typed");
        focused().await
    };
    let mut reached = BTreeSet::new();
    for _ in 0..12 {
        let element = tab().await;
        match element.attr("name").await.expect("asked").as_deref() {
            Some("name") => element.send_keys("Aino").await.expect("typed"),
            Some("code") => {
                element.send_keys(SECRET).await.expect("typed");
                reached.insert("code");
                element.send_keys("\u{e007}").await.expect("entered");
                break;
            }
            _ => {}
        }
    }
    assert!(reached.contains("code"), "the fields are reached by the tabulator");
    turn.camera_is("on").await;
    for _ in 0..12 {
        let element = tab().await;
        if element.text().await.expect("asked").contains("Sign out") {
            element.send_keys("\u{e007}").await.expect("entered");
            break;
        }
    }
    turn.camera_is("off").await;
    turn.end().await;
}

async fn what_is_shared_is_looked_at_until_it_is_taken_back(stage: &Stage) {
    let turn = Turn::begin(stage, "en", false).await;
    let close = async || {
        turn.press("form[action='/close'] button").await;
        turn.has("main[data-camera]", "back at the counter").await;
    };
    turn.opens("/me", Some("Emma"), SECRET).await;
    turn.has("form[action='/close']", "her pages open").await;
    turn.go("/me/sharing").await;
    turn.press("input[name=with][value=Tuula]").await;
    turn.fill("days", "7").await;
    turn.press("form[action='/me/share'] button").await;
    turn.has("form[action='/me/unshare']", "it is shared").await;
    turn.screenshot("sharing-shared-1280x800-en").await;
    close().await;

    let looks = async || {
        turn.opens("/trainer", Some("Tuula"), SECRET).await;
        turn.has("form[action='/close']", "her pages open").await;
        turn.go("/trainer/shared").await;
        turn.has("main", "the list").await;
    };
    looks().await;
    let hers = "//li[contains(., 'Emma')]//button";
    turn.client.find(Locator::XPath(hers)).await.expect("shared").click().await.expect("pressed");
    turn.says("Emma").await;
    turn.screenshot("shared-summary-1280x800-en").await;
    close().await;

    turn.opens("/me", Some("Emma"), SECRET).await;
    turn.has("form[action='/close']", "her pages open").await;
    turn.go("/me/seen").await;
    turn.says("Tuula").await;
    turn.go("/me/sharing").await;
    turn.press("form[action='/me/unshare'] button").await;
    turn.says("You share nothing").await;
    close().await;

    looks().await;
    assert!(turn.client.find(Locator::XPath(hers)).await.is_err(), "taken back is gone at once");
    close().await;
    turn.end().await;
}

async fn who_withdraws_is_told_what_is_gone_and_opens_nothing_any_more(stage: &Stage) {
    let turn = Turn::begin(stage, "fi", true).await;
    turn.opens("/me", Some("Hanna"), SECRET).await;
    turn.has("form[action='/close']", "her pages open").await;
    turn.go("/me/leave").await;
    turn.press("form[action='/me/withdraw'] input[name=sure]").await;
    let present = "form[action='/me/withdraw'] input[name=present]";
    turn.client.find(Locator::Css(present)).await.expect("a field").send_keys(SECRET).await.expect("typed");
    turn.press("form[action='/me/withdraw'] button").await;
    turn.says("Olet eronnut").await;
    turn.screenshot("withdrawn-1280x800-fi").await;
    turn.opens("/me", Some("Hanna"), SECRET).await;
    turn.says("Nimi tai koodi ei täsmää").await;
    turn.end().await;
}

/// Every page, with how it is reached.
const PAGES: [(&str, &str); 14] = [
    ("counter", "/"),
    ("customer", "/customer"),
    ("about", "/about"),
    ("me", "/me"),
    ("transactions", "/me/transactions"),
    ("choices", "/me/choices"),
    ("sharing", "/me/sharing"),
    ("seen", "/me/seen"),
    ("export", "/me/export"),
    ("leave", "/me/leave"),
    ("trainer", "/trainer"),
    ("shared", "/trainer/shared"),
    ("how-to-read", "/trainer/how-to-read"),
    ("setup", "/setup"),
];

async fn every_page_passes_the_accessibility_rules_and_loads_nothing_from_elsewhere(stage: &Stage) {
    let mut faults = Vec::new();
    for (language, dark) in [("en", false), ("fi", true)] {
        let turn = Turn::begin(stage, language, dark).await;
        let mut visited = "";
        for (page, path) in PAGES {
            let area = path.split('/').nth(1).unwrap_or_default();
            if ["me", "trainer", "setup"].contains(&area) && area != visited {
                let path = format!("/{area}");
                turn.go(&path).await;
                faults.extend(turn.faults().await.into_iter().map(|fault| format!("{language} open {area}: {fault}")));
                turn.screenshot(&format!("open-{area}-{language}")).await;
                match area {
                    "me" => turn.opens(&path, Some("Aino"), SECRET).await,
                    "trainer" => turn.opens(&path, Some("Tuula"), SECRET).await,
                    _ => turn.opens(&path, None, TECHNICIAN_CODE).await,
                }
                turn.has("form[action='/close']", "the pages open").await;
                visited = area;
            }
            for screen in SCREENS {
                turn.size(screen).await;
                turn.go(path).await;
                turn.screenshot(&format!("{page}-{}x{}-{language}", screen.0, screen.1)).await;
                let script = "return document.documentElement.scrollWidth <= window.innerWidth";
                let fits = turn.client.execute(script, Vec::new()).await.expect("runs");
                if fits != json!(true) {
                    faults.push(format!("{language} {page} is wider than a screen of {screen:?}"));
                }
            }
            faults.extend(turn.faults().await.into_iter().map(|fault| format!("{language} {page}: {fault}")));
        }
        turn.end().await;
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The tests, one after the other, as the libtest harness would tell them; a harness of its own, because only so do the
/// demo and the driver end with them, however they end.
fn main() {
    if !has_browser() {
        return;
    }
    let only: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let stage = Stage::set();
    let mut failed = Vec::new();
    macro_rules! run {
        ($($test:ident),* $(,)?) => {$(
            let name = stringify!($test);
            if only.is_empty() || only.iter().any(|wanted| name.contains(wanted.as_str())) {
                let test = std::panic::AssertUnwindSafe(|| runtime.block_on($test(&stage)));
                let good = std::panic::catch_unwind(test).is_ok();
                println!("test {name} ... {}", if good { "ok" } else { "FAILED" });
                if !good {
                    failed.push(name);
                }
            }
        )*};
    }
    run!(
        a_shift_from_sign_in_to_sign_out_and_a_pause_closes_the_camera,
        wrong_codes_are_slowed_and_open_nothing,
        nobody_opens_what_is_anothers,
        one_touch_on_a_face_says_thanks_and_comes_back,
        the_counter_is_used_by_keyboard_alone,
        what_is_shared_is_looked_at_until_it_is_taken_back,
        who_withdraws_is_told_what_is_gone_and_opens_nothing_any_more,
        every_page_passes_the_accessibility_rules_and_loads_nothing_from_elsewhere,
    );
    drop(stage);
    if !failed.is_empty() {
        println!("test result: FAILED: {}", failed.join(", "));
        std::process::exit(1);
    }
    println!("test result: ok");
}
