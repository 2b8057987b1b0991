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
    let catalog = pulling("training_catalog", "id = \"all\"\nparameters = { contentlist = \"On\" }");
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
fn a_moment_is_no_day() {
    let with = |field: &str| {
        let push = changed(
            JOB,
            &[
                ("folder = \"in\"", "pull = \"catalog\""),
                ("[\"id\"]", "[\"curriculum_id\"]"),
                ("\"id\"", "\"curriculum_id\""),
                ("\"First name\"", &format!("\"curriculum_name\"\njoining_data = {field}")),
            ],
        );
        Files::new(MAIN, &[("catalog.toml", &pulling("training_catalog", "")), ("hr.toml", &push)]).problems()
    };
    assert_eq!(with("{ column = \"modified_on\", values = { never = \"11/21/2026\" } }"), "");
    assert_eq!(with("{ column = \"modified_on\", day_in = \"Europe/Zurich\" }"), "");
    let shown = [with("\"modified_on\""), with("{ column = \"modified_on\", date = \"%Y-%m-%dT%H:%M:%S\" }")];
    insta::assert_snapshot!(shown.join("\n"), @"
    (notice) jobs/hr.toml:15 push.fields.joining_data: `modified_on` has a time of day, and the field takes a date alone: such rows are rejected, unless `day_in` says in which zone the day is meant
    (notice) jobs/hr.toml:15 push.fields.joining_data.column: `modified_on` has a time of day, and the field takes a date alone: such rows are rejected, unless `day_in` says in which zone the day is meant
    ");
}

#[test]
fn a_pull_needs_no_file() {
    let lines = "pull = \"catalog\"\nfolder = \"in\"\npattern = \"*\"\nsettle_s = 3\nencoding = \"utf-8\"\n\
                 delimiter = \";\"\nsheet = \"S\"\nheader_row = 2";
    let shown = [with(lines, FIELDS), with("folder = \"in\"\npull_id = \"all\"", FIELDS)];
    insta::assert_snapshot!(shown.join("\n"), @"
    jobs/done.toml:3 source.folder: `folder` means nothing beside `pull`, which needs no file; take it out
    jobs/done.toml:4 source.pattern: `pattern` means nothing beside `pull`, which needs no file; take it out
    jobs/done.toml:5 source.settle_s: `settle_s` means nothing beside `pull`, which needs no file; take it out
    jobs/done.toml:6 source.encoding: `encoding` means nothing beside `pull`, which needs no file; take it out
    jobs/done.toml:7 source.delimiter: `delimiter` means nothing beside `pull`, which needs no file; take it out
    jobs/done.toml:8 source.sheet: `sheet` means nothing beside `pull`, which needs no file; take it out
    jobs/done.toml:9 source.header_row: `header_row` means nothing beside `pull`, which needs no file; take it out
    jobs/done.toml:3 source.pull_id: means nothing without `pull`, the job whose pull is meant
    ");
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
    insta::assert_snapshot!(shown.join("\n"), @r#"
    jobs/done.toml:2 source.pull: no such job: "catalogue"; did you mean `catalog`?
    jobs/done.toml:2 source.pull: no such job: "payroll"; there are `catalog`
    jobs/done.toml:2 source.pull: the job `users` has no [[pull]], so nothing comes from it
    jobs/done.toml:2 source.pull: the job `done` has no [[pull]], so nothing comes from it
    jobs/done.toml:2 source.pull: the job `catalog` has several pulls: `upside.training_catalog`, `other`; say which, pull_id = "…"
    jobs/done.toml:3 source.pull_id: the job `catalog` has no such pull: "othr"; did you mean `other`?
    jobs/done.toml:3 source.pull_id: the job `catalog` has no such pull: "mine"; it has `upside.training_catalog`, `other`
    jobs/done.toml:2 source.pull: found 3; allowed: a text in quotes
    "#);
}

#[test]
fn a_first_feed_that_may_reach_people_is_said() {
    let progress = |lines: &str| {
        pulling("progress", &format!("{lines}\nparameters.platform = \"p\"")).replace("upside", "academy")
    };
    let fields = "learner = \"curriculum_name\"\ndone_at = \"start_date\"";
    let with = |lines: &str, rows: &str, load: &str| {
        let job = changed(
            &fed("pull = \"p\"", fields),
            &[("\"full\"", rows), ("\"set_done\"\n", &format!("\"set_done\"\n{load}"))],
        );
        said(&[("p.toml", &progress(lines)), ("done.toml", &job)])
    };
    assert_eq!(with("since = \"2026-11-01\"", "\"delta\"", ""), "");
    assert_eq!(with("", "\"full\"", "first_load = \"adopt\"\n"), "", "nothing is sent");
    insta::assert_snapshot!(with("", "\"delta\"", ""), @r#"(notice) jobs/done.toml:2 source.pull: the pull `academy.progress` of the job `p` has no `since`, so its first run brings what happened in the last year, and academy.set_done may mail people or grant for all of it; say there from which day on, since = "…""#);
}

#[test]
fn the_columns_are_told_whatever_the_only_pull_is_called() {
    insta::assert_snapshot!(with("pull = \"catalog\"\npull_id = \"mine\"", "learner = \"curriculum_nam\"\ndone_at = \"start_date\""), @r#"
    jobs/done.toml:3 source.pull_id: the job `catalog` has no such pull: "mine"; it has `upside.training_catalog`
    jobs/done.toml:12 push.fields.learner: the pull of the job `catalog` has no such column: "curriculum_nam"; did you mean `curriculum_name`?
    "#);
}

#[test]
fn columns_that_nobody_asks_for_are_empty() {
    let lines = "[pull.parameters]\noutputlist = [\"curriculum_name\"]";
    let job = fed("pull = \"catalog\"\nwhere = { \"content.kind\" = \"*\" }", FIELDS);
    let shown = said(&[("catalog.toml", &pulling("training_catalog", lines)), ("done.toml", &job)]);
    insta::assert_snapshot!(shown, @"
    (notice) jobs/done.toml:3 source.where.\"content.kind\": `content.kind` is empty in every row of the pull of the job `catalog`: `contentlist` is not `On`, so no parts are asked for
    (notice) jobs/done.toml:13 push.fields.done_at: `start_date` is empty in every row of the pull of the job `catalog`: `outputlist` does not name it, so it is not asked for
    ");
}

#[test]
fn columns_are_those_of_the_pull() {
    let job = "[source]\npull = \"catalog\"\nkey = [\"id\"]\nrows = \"delta\"\n\
               where = { certificaton = [\"true\"], certification = [\"Yes\", \"true\"], start_date = [\"01/31/2026\", \"*\"], \
               \"content.mandatory\" = \"No\", seat_hours = \"x\" }\n\
               [[push]]\nconnection = \"academy\"\noperation = \"set_done\"\nkey = [\"curriculum_id\", \"Email\"]\n\
               person = [\"learner\"]\nfields = { learner = \"curriculumname\", done_at = { column = \"salary\" } }\n";
    let catalog = pulling("training_catalog", "parameters = { contentlist = \"On\" }");
    insta::assert_snapshot!(said(&[("catalog.toml", &catalog), ("done.toml", job)]), @r#"
    jobs/done.toml:3 source.key: the pull of the job `catalog` has no such column: "id"; `rollbook fields upsidelms.training_catalog` lists them
    (notice) jobs/done.toml:5 source.where.certification: no row has "Yes" there; the memory keeps `true` and `false`
    jobs/done.toml:5 source.where.certificaton: the pull of the job `catalog` has no such column: "certificaton"; did you mean `certification`?
    (notice) jobs/done.toml:5 source.where."content.mandatory": no row has "No" there; the memory keeps `true` and `false`
    (notice) jobs/done.toml:5 source.where.seat_hours: no row has "x" there; the memory keeps whole numbers
    (notice) jobs/done.toml:5 source.where.start_date: no row has "01/31/2026" there; the memory keeps dates as 2026-11-21
    jobs/done.toml:9 push.key: the pull of the job `catalog` has no such column: "Email"; `rollbook fields upsidelms.training_catalog` lists them
    jobs/done.toml:10 push.person: the pull of the job `catalog` has no such column: "learner"; `rollbook fields upsidelms.training_catalog` lists them
    jobs/done.toml:11 push.fields.done_at.column: the pull of the job `catalog` has no such column: "salary"; `rollbook fields upsidelms.training_catalog` lists them
    jobs/done.toml:11 push.fields.learner: the pull of the job `catalog` has no such column: "curriculumname"; did you mean `curriculum_name`?
    "#);
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
    insta::assert_snapshot!(shown.join("\n"), @"
    jobs/catalog.toml:4 pull.learners: the jobs feed each other: catalog → hr → catalog; take `learners` from another job
    jobs/a.toml:4 source.pull: the jobs feed each other: a → catalog → a; take the rows from another job
    ");
    assert_eq!(said_of("training_catalog", "learners = { job = \"hr\" }"), "");
}
