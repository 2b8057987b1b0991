//! Logs can be read alone, and hold nothing about persons.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::support::Daemon;
use crate::crash::support::{Lms, World, until};

const DAYS: [&str; 2] = ["hr-users-2026-11-20.csv", "hr-users-2026-11-21.csv"];
/// Columns with what must not be in a log.
const PERSONAL: [&str; 8] = [
    "Last name",
    "Work email",
    "Personal email",
    "Login",
    "Initial password",
    "Phone",
    "Mobile",
    "Manager email",
];

#[test]
fn log_lines_are_json_and_name_nobody() {
    let lms = Lms::start("fail=0.005,seed=3");
    let world = World::new(&lms.base_url());
    fs::remove_file(world.path("jobs/hr.toml")).unwrap();
    let top = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    fs::copy(top.join("jobs/hr-users.toml"), world.path("jobs/hr-users.toml")).unwrap();
    let environment = [("RUST_LOG", "debug,rollbook=trace")];
    let daemon = Daemon::start_with(&world, &environment);
    let mut personal = BTreeSet::new();
    for (number, day) in DAYS.into_iter().enumerate() {
        let bytes = fs::read(top.join("sample-data").join(day)).unwrap();
        personal.extend(words(&bytes));
        world.drop_file("hr", day, &bytes);
        world.ended_runs("hr-users", number + 1);
        until("the report", || (world.mails().len() == number + 1).then_some(()));
    }
    assert!(daemon.stop().success());

    let log = world.log();
    let mut messages = BTreeSet::new();
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        for field in ["timestamp", "level", "target"] {
            assert!(line[field].is_string(), "no {field}: {line}");
        }
        if line["target"].as_str().unwrap().starts_with("rollbook") {
            messages.insert(line["message"].as_str().unwrap_or_else(|| panic!("{line}")).to_owned());
        }
    }
    for message in ["run begun", "planned", "run ended", "mail sent"] {
        assert!(messages.contains(message), "{message}: {messages:?}");
    }
    assert!(!log.contains("@example."), "an e-mail address: {}", line_with(&log, "@example."));
    assert!(personal.len() > 1000, "{}", personal.len());
    let found: Vec<&String> = personal.iter().filter(|word| has_word(&log, word)).collect();
    assert!(found.is_empty(), "{found:?}: {}", line_with(&log, found[0]));
}

/// What the export says about persons, but for what is too short to tell anybody.
fn words(bytes: &[u8]) -> Vec<String> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text);
    let header: Vec<String> = reader.headers().unwrap().iter().map(|name| name.trim().to_owned()).collect();
    let columns: Vec<usize> =
        PERSONAL.iter().map(|name| header.iter().position(|found| found == name).expect(name)).collect();
    let mut words = Vec::new();
    for row in reader.records() {
        let row = row.unwrap();
        let cells = columns.iter().filter_map(|column| row.get(*column)).map(str::trim);
        words.extend(cells.filter(|cell| cell.chars().count() >= 5).map(str::to_owned));
    }
    words
}

fn has_word(log: &str, word: &str) -> bool {
    log.match_indices(word).any(|(place, _)| {
        let before = log[..place].chars().next_back();
        let after = log[place + word.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

fn line_with<'a>(log: &'a str, word: &str) -> &'a str {
    log.lines().find(|line| line.contains(word)).unwrap_or_default()
}
