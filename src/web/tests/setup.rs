//! Set-up: who gets in, what is refused at which field, and that what was saved is read at the next start.

use super::pages::{Browser, CODE, staff_zone};
use crate::config::{Config, SETUP_FILE};

/// A form of two zones.
const DRAWN: &str = "do=save&staff.x=50&staff.y=0&staff.x=100&staff.y=0&staff.x=100&staff.y=100.0\
                     &customer.x=0&customer.y=0&customer.x=40&customer.y=0&customer.x=40,5&customer.y=90\
                     &queue.x=&queue.y=&till.x=&till.y=";

impl Browser {
    async fn technician(&mut self) {
        assert_eq!(self.post("/setup/open", &format!("code={CODE}")).await.code, 303);
    }

    fn configured(&self) -> Config {
        let file = self.folder.path().join("kiosk.toml");
        std::fs::write(&file, "[kiosk]\ndata_dir = \".\"\n").expect("written");
        Config::load(&file).expect("valid")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn set_up_is_the_technicians_alone() {
    let mut browser = Browser::new();
    for who in ["nobody", "Aino", "Tuula"] {
        browser.cookies.clear();
        match who {
            "Aino" => assert_eq!(browser.opens("/me", who).await.code, 303),
            "Tuula" => assert_eq!(browser.opens("/trainer", who).await.code, 303),
            _ => {}
        }
        for path in ["/setup", "/setup/zones", "/setup/outline/now", "/setup/calibration", "/setup/calibration/now"] {
            assert_eq!(browser.get(path).await.code, 401, "{who}: {path}");
        }
        for path in [
            "/setup/zones",
            "/setup/outline",
            "/setup/outline/end",
            "/setup/calibration",
            "/setup/calibration/end",
            "/setup/calibration/save",
        ] {
            assert_eq!(browser.post(path, DRAWN).await.code, 401, "{who}: {path}");
        }
    }
    assert!(!browser.folder.path().join(SETUP_FILE).exists());
    assert_eq!(browser.camera().await, "off");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_drawn_is_read_at_the_next_start_and_the_page_says_that_it_waits() {
    let mut browser = Browser::new();
    browser.technician().await;
    let page = browser.get("/setup/zones").await.text;
    assert!(page.contains("come from the configuration") && !page.contains("does not hold yet"), "{page}");
    assert!(page.contains("name=\"staff.x\" value=\"50\""), "what the configuration says stands there");
    assert_eq!(browser.post("/setup/zones", DRAWN).await.code, 303);
    let page = browser.get("/setup/zones").await.text;
    assert!(page.contains("The zones are saved. They hold from the next start"), "{page}");
    browser.cookies.remove("hymy_said");
    let page = browser.get("/setup/zones").await.text;
    for says in ["does not hold yet", SETUP_FILE, "name=\"customer.x\" value=\"40.5\""] {
        assert!(page.contains(says), "{says}: {page}");
    }
    let config = browser.configured();
    let corners = |zone: &Option<hymy_vision::Polygon>| zone.as_ref().map(|zone| zone.corners().to_vec());
    assert_eq!(corners(&config.zones.staff), Some(vec![(0.5, 0.0), (1.0, 0.0), (1.0, 1.0)]));
    assert_eq!(corners(&config.zones.customer), Some(vec![(0.0, 0.0), (0.4, 0.0), (0.405, 0.9)]));
    assert_eq!((&config.zones.queue, &config.till_zone), (&None, &None));
    assert_ne!(config.zones.staff, staff_zone());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_zone_is_refused_at_its_field_and_nothing_is_saved() {
    let mut browser = Browser::new();
    browser.technician().await;
    let customer = "&customer.x=0&customer.y=0&customer.x=40&customer.y=0&customer.x=40&customer.y=90";
    for (staff, fault, marked) in [
        ("staff.x=&staff.y=", "This zone is needed", 0),
        ("staff.x=10&staff.y=10&staff.x=90&staff.y=10", "at least three corners", 0),
        ("staff.x=10&staff.y=10&staff.x=90&staff.y=10&staff.x=101&staff.y=90", "between 0 and 100", 2),
        ("staff.x=10&staff.y=10&staff.x=90&staff.y=10&staff.x=ten&staff.y=90", "between 0 and 100", 2),
        ("staff.x=10&staff.y=10&staff.x=90&staff.y=10&staff.x=&staff.y=90", "between 0 and 100", 2),
        ("staff.x=10&staff.y=10&staff.x=NaN&staff.y=10&staff.x=inf&staff.y=90", "between 0 and 100", 4),
        (
            "staff.x=10&staff.y=10&staff.x=90&staff.y=90&staff.x=90&staff.y=10&staff.x=10&staff.y=80",
            "The side after corner 1 crosses the side after corner 3",
            0,
        ),
        ("staff.x=10&staff.y=10&staff.x=50&staff.y=50&staff.x=90&staff.y=90", "enclose nothing", 0),
    ] {
        let got = browser.post("/setup/zones", &format!("do=save&{staff}{customer}")).await;
        assert_eq!(got.code, 422, "{staff}");
        let zone = got.text.split("data-zone=\"").nth(1).expect("the staff zone");
        assert!(zone.starts_with("staff") && zone.contains("id=\"fault-staff\"") && zone.contains(fault), "{zone}");
        assert_eq!(zone.matches("aria-invalid").count(), marked, "{staff}");
        assert!(!got.text.contains("id=\"fault-customer\""), "{staff}");
    }
    let all = "do=save&till.x=1&till.y=1".to_owned() + customer;
    let got = browser.post("/setup/zones", &all).await.text;
    assert!(got.contains("id=\"fault-staff\"") && got.contains("id=\"fault-till\""), "all that is wrong at once");
    assert!(!browser.folder.path().join(SETUP_FILE).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn corners_are_added_and_removed_without_a_script() {
    let mut browser = Browser::new();
    browser.technician().await;
    let rows = |text: &str| text.matches("name=\"staff.x\"").count();
    let form = "staff.x=50&staff.y=0&staff.x=100&staff.y=0&staff.x=77&staff.y=100";
    assert_eq!(rows(&browser.post("/setup/zones", &format!("do=add.staff&{form}")).await.text), 4);
    let fewer = browser.post("/setup/zones", &format!("do=remove.staff.1&{form}")).await.text;
    assert!(
        rows(&fewer) == 2
            && fewer.contains("value=\"77\"")
            && !fewer.contains("value=\"100\" aria-label=\"Staff, Corner 2: From the left")
    );
    for asked in ["remove.staff.9", "remove.staff", "add.nothing", "sing", ""] {
        assert_eq!(browser.post("/setup/zones", &format!("do={asked}&{form}")).await.code, 200, "{asked}");
    }
    assert!(!browser.folder.path().join(SETUP_FILE).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_file_is_told_with_the_way_back_and_left_alone() {
    let mut browser = Browser::new();
    browser.technician().await;
    let file = browser.folder.path().join(SETUP_FILE);
    std::fs::write(&file, "[zones]\nstaff = 1\n").expect("written");
    let page = browser.get("/setup/zones").await.text;
    assert!(page.contains("setup.toml:2:9") && page.contains("delete this file"), "{page}");
    let got = browser.post("/setup/zones", DRAWN).await;
    assert!(got.code == 500 && got.text.contains("could not be saved"), "{}", got.code);
    assert!(got.text.contains("value=\"40.5\""), "what was drawn is not lost");
    assert_eq!(std::fs::read_to_string(&file).expect("read"), "[zones]\nstaff = 1\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_camera_opens_for_lines_and_for_looks_and_closes_by_a_tap() {
    let mut browser = Browser::new();
    browser.technician().await;
    for (begin, form, end, page, now) in [
        ("/setup/outline", "", "/setup/outline/end", "/setup/zones", "/setup/outline/now"),
        (
            "/setup/calibration",
            "target=yes&work=till,+drawer",
            "/setup/calibration/end",
            "/setup/calibration",
            "/setup/calibration/now",
        ),
    ] {
        assert!(browser.get(now).await.text.contains("ended"));
        assert_eq!(browser.post(begin, form).await.code, 303);
        assert_eq!(browser.camera().await, "set-up");
        assert!(browser.get(page).await.text.contains("The camera is being opened"));
        let told = browser.get(now).await.text;
        assert!(told.contains("\"state\":\"looking\"") && told.contains("being opened"), "{told}");
        assert_eq!(browser.post(end, "").await.code, 303);
        assert_eq!(browser.camera().await, "off");
    }
    assert_eq!(browser.post("/setup/calibration/save", "").await.code, 409, "there is nothing to save");
    for (form, fault) in [
        ("work=", "name a place of work"),
        ("work=till,till", "“till” cannot be used"),
        ("work=a%09b", "cannot be used"),
    ] {
        let got = browser.post("/setup/calibration", form).await;
        assert!(got.code == 422 && got.text.contains(fault) && got.text.contains("id=\"work-fault\""), "{form}");
    }
    browser.post("/shift/sign-in", "name=Aino&code=Aino%27s+own+secret").await;
    for (path, form) in [("/setup/outline", ""), ("/setup/calibration", "target=yes")] {
        assert_eq!(browser.post(path, form).await.code, 409, "a shift is on");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_checklist_says_what_was_found_and_what_to_do() {
    let mut browser = Browser::new();
    browser.technician().await;
    for (language, says) in [
        ("en", ["Worth a look:", "Not measured yet", "Records 14 days, summaries 12 months", "gigabytes are free"]),
        ("fi", ["Katso ainakin nämä:", "Ei vielä mitattu", "Tapahtumatiedot 14 päivää", "gigatavua"]),
    ] {
        browser.language = language;
        let page = browser.get("/setup").await.text;
        for says in says {
            assert!(page.contains(says), "{says}: {page}");
        }
    }
}
