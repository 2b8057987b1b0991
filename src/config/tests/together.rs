//! Settings of products: numbers, parameters, and what goes wrong between several.

use secrecy::ExposeSecret;

use super::academy::main;
use super::*;
use crate::config::SecretRef;
use crate::config::check::check_in;

/// What is said of the account with these lines.
fn with(lines: &str) -> String {
    Files::new(&format!("{}{lines}\n", main()), &[("hr.toml", JOB)]).problems()
}

#[test]
fn parameters_keep_their_order_and_their_secrets() {
    let lines = "batch = 100\nsession = { zone = \"eu\", password = { env = \"P\" }, \"a b\" = { credential = \"c\" } }";
    let files = Files::new(&format!("{}{lines}\n", main()), &[("hr.toml", JOB)]);
    let loaded = files.load();
    assert_eq!(files.shown(&loaded.problems), "");
    let account = &loaded.config.unwrap().connections["academy"];
    assert_eq!(account.settings.texts("session").unwrap(), ["zone", "password", "a b"]);
    assert_eq!(account.settings.whole("batch"), Some(100));
    assert!(
        matches!(&account.secrets["session.zone"], SecretRef::Value(value) if value.expose_secret() == "eu")
    );
    assert!(matches!(&account.secrets["session.password"], SecretRef::Env(name) if name == "P"));
    assert!(matches!(&account.secrets["session.a b"], SecretRef::Credential(name) if name == "c"));
    let world = files.shown(&check_in(&loaded.world, &|name| (name != "P").then(|| "x".repeat(40))));
    assert!(
        world.contains("connections.academy.session.password: environment variable `P` is not set"),
        "{world}"
    );
    assert_eq!(with("session = {}"), "", "a session may need none");
}

#[test]
fn numbers_and_parameters_that_can_not_be_are_said() {
    let bad = [
        "batch = 0",
        "batch = 101",
        "batch = \"7\"",
        "session = [\"hunter2\"]",
        "session = { \"\" = \"hunter2\", user = \"\", password = 5, token = { value = \"hunter2\" } }",
        "fields = { required = [\"learner\"] }",
    ];
    let shown = bad.map(with).join("\n");
    assert!(!shown.contains("hunter2"));
    insta::assert_snapshot!(shown, @r#"
    rollbook.toml:19 connections.academy.batch: found 0; allowed: a whole number from 1 to 100
    rollbook.toml:19 connections.academy.batch: found 101; allowed: a whole number from 1 to 100
    rollbook.toml:19 connections.academy.batch: found "7"; allowed: a whole number from 1 to 100
    rollbook.toml:19 connections.academy.session: found a list; allowed: a table
    rollbook.toml:19 connections.academy.session."": a parameter without a name; write it as the LMS names it
    rollbook.toml:19 connections.academy.session.user: found an empty text; allowed: the value, or { env = "NAME" }, { file = "path" } or { credential = "name" }
    rollbook.toml:19 connections.academy.session.password: found a number; allowed: the value in quotes, or { env = "NAME" }, { file = "path" } or { credential = "name" }
    rollbook.toml:19 connections.academy.session.token: found another key; allowed: { env = "NAME" }, { file = "path" } or { credential = "name" }
    rollbook.toml:19 connections.academy.fields: `fields` says how the registration form of a portal differs, and academy has none
    "#);
}

#[test]
fn more_calls_than_an_operation_makes_are_worth_a_word() {
    insta::assert_snapshot!(with("concurrency = 4"), @"(notice) rollbook.toml:19 connections.academy.concurrency: found 4, but academy.enroll makes one call at a time, whatever stands here");
    assert_eq!(with("concurrency = 1"), "");
}

#[test]
fn what_settings_get_wrong_together_stands_at_its_key() {
    let second = "\n[connections.again]\nproduct = \"academy\"\nbase_url = \"https://academy.example.org/\"\n\
                  environment = \"production\"";
    let staging = "\n[connections.stage]\nproduct = \"academy\"\nbase_url = \"https://staging.example.org\"\n\
                   environment = \"production\"";
    insta::assert_snapshot!(with(&format!("{second}{staging}")), @"
    rollbook.toml:20 connections.again.batch: set it where an address is shared
    rollbook.toml:22 connections.again.base_url: two connections have this address
    rollbook.toml:27 connections.stage.environment: `production`, and the address is one of staging
    ");
    // What is wrong by itself is put right first.
    let broken = format!("{staging}\nbatch = 0");
    insta::assert_snapshot!(with(&broken), @"rollbook.toml:24 connections.stage.batch: found 0; allowed: a whole number from 1 to 100");
}
