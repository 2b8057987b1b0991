//! `[source] pull = "…"`: rows that come from a pull.

use super::academy::{job, main};
use super::questions::{pulling, said_of};
use super::*;
use crate::config::Place;
use crate::model::RowsKind;

const FIELDS: &str = "learner = \"curriculum_name\"\ndone_at = \"start_date\"";

/// A job fed by a pull, with these lines in its source.
fn fed(lines: &str, fields: &str) -> String {
    let job = job("set_done", "", fields);
    changed(&job, &[("folder = \"in\"", lines), ("\"id\"", "\"curriculum_id\"")])
}

fn said(jobs: &[(&str, &str)]) -> String {
    Files::new(&main(), jobs).problems()
}

/// What is said of a job that the catalog feeds.
fn with(lines: &str, fields: &str) -> String {
    said(&[("catalog.toml", &pulling("training_catalog", "")), ("done.toml", &fed(lines, fields))])
}

#[test]
fn rows_come_from_the_pull_of_another_job() {
    let catalog = pulling("training_catalog", "id = \"all\"");
    let job = fed(
        "pull = \"catalog\"\nwhere = { certification = \"true\", \"content.kind\" = \"Course\" }",
        FIELDS,
    );
    let files = Files::new(&main(), &[("catalog.toml", &catalog), ("done.toml", &job)]);
    let loaded = files.load();
    assert_eq!(files.shown(&loaded.problems), "");
    let config = loaded.config.unwrap();
    let source = &config.jobs["done"].source;
    let feed = source.feed().unwrap();
    assert_eq!((feed.job.as_str(), feed.pull.as_str()), ("catalog", "all"));
    assert_eq!((source.rows, source.filters.len()), (RowsKind::Full, 2));
    assert!(matches!(config.jobs["catalog"].source.place, Place::Nowhere));
}

#[test]
fn dates_are_read_as_the_memory_keeps_them() {
    let push = changed(
        JOB,
        &[
            ("folder = \"in\"", "pull = \"catalog\""),
            ("[\"id\"]", "[\"curriculum_id\"]"),
            ("\"id\"", "\"curriculum_id\""),
            ("\"First name\"", "\"curriculum_name\"\njoining_data = \"start_date\""),
        ],
    );
    let date = |text: &str| {
        let files =
            Files::new(MAIN, &[("catalog.toml", &pulling("training_catalog", "")), ("hr.toml", text)]);
        let loaded = files.load();
        assert_eq!(files.shown(&loaded.problems), "");
        let fields = &loaded.config.unwrap().jobs["hr"].pushes[0].mapping.fields;
        let found = fields.iter().find(|field| field.name().as_str() == "joining_data").unwrap();
        (found.date.clone(), found.default.clone())
    };
    let iso = || Some("%Y-%m-%d".to_owned());
    assert_eq!(date(&push), (iso(), None));
    let default = "{ column = \"start_date\", default = \"2026-01-31\" }";
    assert_eq!(date(&changed(&push, &[("\"start_date\"", default)])), (iso(), Some("2026-01-31".to_owned())));
    let own = "{ column = \"start_date\", date = \"%Y\\u002d%m-%d\" }";
    assert_eq!(date(&changed(&push, &[("\"start_date\"", own)])), (iso(), None));
}

#[test]
fn a_pull_needs_no_file() {
    let lines = "pull = \"catalog\"\nfolder = \"in\"\npattern = \"*\"\nsettle_s = 3\nencoding = \"utf-8\"\n\
                 delimiter = \";\"\nsheet = \"S\"\nheader_row = 2";
    let shown = [with(lines, FIELDS), with("folder = \"in\"\npull_id = \"all\"", FIELDS)];
    insta::assert_snapshot!(shown.join("\n"), @"");
}

#[test]
fn the_pull_that_is_meant_is_there() {
    let two = pulling("training_catalog", "") + &pulling("training_catalog", "id = \"other\"");
    let users = changed(JOB, &[]);
    let with = |lines: &str| {
        said(&[("catalog.toml", &two), ("done.toml", &fed(lines, FIELDS)), ("users.toml", &users)])
    };
    assert_eq!(with("pull = \"catalog\"\npull_id = \"other\""), "");
    let shown = [
        with("pull = \"catalogue\""),
        with("pull = \"payroll\""),
        with("pull = \"users\""),
        with("pull = \"done\""),
        with("pull = \"catalog\""),
        with("pull = \"catalog\"\npull_id = \"othr\""),
        with("pull = \"catalog\"\npull_id = \"mine\""),
        with("pull = 3"),
    ];
    insta::assert_snapshot!(shown.join("\n"), @"");
}

#[test]
fn columns_are_those_of_the_pull() {
    let job = "[source]\npull = \"catalog\"\nkey = [\"id\"]\nrows = \"delta\"\n\
               where = { certificaton = [\"true\"], certification = [\"Yes\", \"true\"], start_date = \"01/31/2026\", \
               \"content.mandatory\" = \"No\", seat_hours = \"x\" }\n\
               [[push]]\nconnection = \"academy\"\noperation = \"set_done\"\nkey = [\"curriculum_id\", \"Email\"]\n\
               person = [\"learner\"]\nfields = { learner = \"curriculumname\", done_at = { column = \"salary\" } }\n";
    let catalog = pulling("training_catalog", "");
    insta::assert_snapshot!(said(&[("catalog.toml", &catalog), ("done.toml", job)]), @"");
    // A pull by learner has a column for each of their names.
    let by_learner = pulling("training_catalog", "learners = \"Uniqueid=101\"");
    let shown = said(&[("catalog.toml", &by_learner), ("done.toml", job)]);
    assert!(!shown.contains("Email"), "{shown}");
    // Of a job that could not be read nobody knows the columns.
    let broken = pulling("training_catalog", "colour = 1");
    assert_eq!(said(&[("catalog.toml", &broken), ("done.toml", job)]).lines().count(), 1);
}

#[test]
fn jobs_that_feed_each_other_are_said_once() {
    let asks = pulling("training_catalog", "learners = { job = \"hr\" }");
    let users = changed(
        JOB,
        &[
            ("folder = \"in\"", "pull = \"catalog\""),
            ("[\"id\"]", "[\"Uniqueid\"]"),
            ("\"id\"", "\"Uniqueid\""),
            ("\"First name\"", "\"curriculum_name\""),
        ],
    );
    let shown = [
        said(&[("catalog.toml", &asks), ("hr.toml", &users)]),
        said(&[("catalog.toml", &asks.replace("\"hr\"", "\"a\"")), ("a.toml", &users)]),
    ];
    insta::assert_snapshot!(shown.join("\n"), @"");
    assert_eq!(said_of("training_catalog", "learners = { job = \"hr\" }"), "");
}
