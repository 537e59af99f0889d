//! The dashboard asks for the figures that there are, and the document names every way in.

use std::collections::BTreeSet;

use super::document::Document;
use super::*;
use crate::health::tests::THOUGHT_ABOUT;

/// Every query in a dashboard, wherever it stands.
fn queries(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(members) => {
            for (key, member) in members {
                match member.as_str() {
                    Some(text) if ["expr", "query"].contains(&key.as_str()) => found.push(text.to_owned()),
                    _ => queries(member, found),
                }
            }
        }
        serde_json::Value::Array(members) => members.iter().for_each(|member| queries(member, found)),
        _ => {}
    }
}

#[test]
fn the_dashboard_asks_for_exactly_the_figures_that_there_are() {
    let text = include_str!("../../../configs/grafana/hymy.json");
    let dashboard: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let mut found = Vec::new();
    queries(&dashboard, &mut found);
    let part_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let asked: BTreeSet<&str> = found
        .iter()
        .flat_map(|query| query.split(|letter| !part_of_name(letter)))
        .filter(|word| word.starts_with("hymy_"))
        .collect();
    assert_eq!(asked, BTreeSet::from(THOUGHT_ABOUT));
    assert!(!text.contains("http://") && !text.contains("https://"), "it fetches nothing from elsewhere");
}

#[test]
fn the_document_names_every_way_in_and_its_answers() {
    let json = serde_json::to_value(Document::openapi()).expect("JSON");
    let paths: Vec<&String> = json["paths"].as_object().expect("paths").keys().collect();
    assert_eq!(paths, ["/api/v1/openapi.json", "/api/v1/releases", "/api/v1/till/events", "/healthz", "/metrics"]);
    let codes = |path: &str, method: &str| -> Vec<String> {
        json["paths"][path][method]["responses"].as_object().expect("answers").keys().cloned().collect()
    };
    assert_eq!(
        codes("/api/v1/till/events", "post"),
        ["200", "202", "400", "401", "403", "408", "413", "421", "422", "429", "503"]
    );
    assert_eq!(codes("/api/v1/releases", "get"), ["200", "401", "403", "421", "429", "503"]);
    assert_eq!(codes("/healthz", "get"), ["200", "401", "403", "421", "429", "503"]);
}
