//! A browser, and what a person does in it.

use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use serde_json::{Value, json};

use crate::stage::{Stage, axe, root};

/// Screens that the pages are made for: at the counter, large and small, and the small one upright; and the large one
/// with everything twice as large, which leaves a page half the room.
pub const SCREENS: [(u32, u32); 4] = [(1280, 800), (1024, 600), (600, 1024), (640, 400)];

/// Rules of the accessibility engine that hold: WCAG 2.2 A and AA, and what is known to be good practice.
const AXE_TAGS: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

pub struct Turn<'stage> {
    address: &'stage str,
    pub client: Client,
}

impl<'stage> Turn<'stage> {
    /// A new browser at the counter, with nobody on shift.
    pub async fn begin(stage: &'stage Stage, language: &str, dark: bool) -> Self {
        Self::at(stage, &stage.demo.address, language, dark).await
    }

    /// At another address than the demo's.
    pub async fn at(stage: &Stage, address: &'stage str, language: &str, dark: bool) -> Self {
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
        let turn = Self { address, client };
        turn.size(SCREENS[0]).await;
        turn
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.origin())).await.expect("a page");
    }

    pub async fn size(&self, (width, height): (u32, u32)) {
        // The window has a frame: what is wanted is the page.
        self.client.set_window_size(width, height).await.expect("a window");
        let inner = self.client.execute("return [innerWidth, innerHeight]", Vec::new()).await.expect("asked");
        let (inner_width, inner_height): (u32, u32) = serde_json::from_value(inner).expect("numbers");
        let frame = (width.saturating_sub(inner_width), height.saturating_sub(inner_height));
        self.client.set_window_size(width + frame.0, height + frame.1).await.expect("a window");
    }

    pub async fn text(&self) -> String {
        let said = self.client.execute("return document.body?.innerText ?? ''", Vec::new()).await.expect("asked");
        said.as_str().expect("text").to_owned()
    }

    /// Waits until the page says something: a form that was sent takes a moment.
    pub async fn says(&self, wanted: &str) {
        for _ in 0..100 {
            if self.text().await.contains(wanted) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{wanted} is not in: {}", self.text().await);
    }

    /// Waits until there is such an element.
    pub async fn has(&self, css: &str, why: &str) {
        let found = self.client.wait().at_most(Duration::from_secs(10)).for_element(Locator::Css(css)).await;
        assert!(found.is_ok(), "{why}: {css} is not in: {}", self.text().await);
    }

    pub async fn camera(&self) -> String {
        // The counter shows itself anew when the camera opens or closes: in between there is no element.
        let script = "return document.querySelector('main[data-camera]')?.dataset.camera ?? ''";
        let said = self.client.execute(script, Vec::new()).await.expect("asked");
        said.as_str().expect("text").to_owned()
    }

    /// Waits until the counter, by itself, shows the camera so.
    pub async fn camera_is(&self, wanted: &str) {
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

    pub async fn fill(&self, name: &str, text: &str) {
        let field = self.client.find(Locator::Css(&format!("input[name={name}]"))).await.expect("a field");
        field.clear().await.expect("cleared");
        field.send_keys(text).await.expect("typed");
    }

    pub async fn press(&self, css: &str) {
        self.client.find(Locator::Css(css)).await.expect("a button").click().await.expect("pressed");
    }

    pub async fn signs_in(&self, name: &str, code: &str) {
        self.go("/").await;
        self.fill("name", name).await;
        self.fill("code", code).await;
        self.press("form[action='/shift/sign-in'] button").await;
    }

    /// Opens one's own pages.
    pub async fn opens(&self, area: &str, name: Option<&str>, code: &str) {
        self.go(area).await;
        if let Some(name) = name {
            self.fill("name", name).await;
        }
        self.fill("code", code).await;
        self.press(&format!("form[action='{area}/open'] button")).await;
    }

    /// What the accessibility engine finds wrong, and requests to anywhere else.
    pub async fn faults(&self) -> Vec<String> {
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

    pub async fn screenshot(&self, name: &str) {
        let folder = root().join("target/screenshots");
        std::fs::create_dir_all(&folder).expect("made");
        let png = self.client.screenshot().await.expect("a picture of the page");
        std::fs::write(folder.join(format!("{name}.png")), png).expect("written");
    }

    /// Ends whatever shift is on, and the browser.
    pub async fn end(self) {
        self.go("/").await;
        if self.camera().await != "off" {
            self.press("form[action='/shift/sign-out'] button").await;
            self.camera_is("off").await;
        }
        self.client.close().await.expect("closed");
    }
}
