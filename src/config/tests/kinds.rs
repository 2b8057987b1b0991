//! Values, defaults and tables of every kind of field.

use super::academy::{job, main, said};
use super::*;
use crate::model::{Take, TimeUnit};

/// What is said of `set_done` with this field beside the learner.
fn with(line: &str) -> String {
    said("set_done", "", &format!("learner = \"id\"\ndone_at = \"Done\"\n{line}"))
}

#[test]
fn values_that_fit_are_taken() {
    for good in [
        "granted = { value = \"yes\" }",
        "score = { value = \"87.50\" }",
        "spent = { value = \"90000\" }",
        "spent = { column = \"Spent\", unit = \"hh:mm\", default = \"1:30\" }",
        "spent = { column = \"Spent\", unit = \"hours\", default = \"1.5\" }",
        "spent = { column = \"Spent\", values = { Short = \"60000\" }, default = \"60000\" }",
        "grade = { value = \"A-\" }",
        "page = { value = \"https://courses.example.org/#/\" }",
        "part = { value = \"E 1\" }",
        "mail_part = { value = \"a@example.org\" }",
        "granted = { column = \"Grant\", values = { Ja = \"true\", Nein = \"no\" } }",
    ] {
        assert_eq!(with(good), "", "{good}");
    }
    let done = |line: &str| said("set_done", "", &format!("learner = \"id\"\ndone_at = {line}"));
    for good in [
        "{ value = \"2026-11-21T08:30:00\" }",
        "{ value = \"2026-11-21T08:30:00Z\" }",
        "{ column = \"Done\", date = \"%d/%m/%Y\", default = \"21/11/2026\" }",
        "{ column = \"Done\", date = \"%d/%m/%Y %H:%M %z\" }",
        "{ column = \"Done\", date = \"%m/%d/%Y %I:%M %p\" }",
    ] {
        assert_eq!(done(good), "", "{good}");
    }
}

#[test]
fn values_that_do_not_fit_are_said() {
    let bad = [
        "granted = { value = \"ja\" }",
        "score = { value = \"101\" }",
        "score = { value = \"87%\" }",
        "score = { column = \"Score\", default = \"1,5\" }",
        "spent = { value = \"1:30\" }",
        "spent = { column = \"Spent\", unit = \"hh:mm\", default = \"90\" }",
        "grade = { value = \"Passed\" }",
        "page = { value = \"http://courses.example.org/\" }",
        "page = { value = \"https://u:hunter2@courses.example.org/\" }",
        "page = { value = \"https://other.example.org/\" }",
        "part = { value = \"a~b\" }",
        "mail_part = { value = \"a\" }",
        "mail_part = { value = \"a=b@example.org\" }",
        "granted = { column = \"Grant\", values = { Ja = \"ja\" } }",
    ];
    let shown = bad.map(with).join("\n");
    assert!(!shown.contains("hunter2"));
    insta::assert_snapshot!(shown, @r#"
    jobs/done.toml:13 push.fields.granted.value: found "ja", which says neither yes nor no; allowed, in any case: true, yes, y, 1, on, and false, no, n, 0, off; for other words add a table to the field: values = { … = "true", … = "false" }
    jobs/done.toml:13 push.fields.score.value: found "101", which is not a number from 0 to 100
    jobs/done.toml:13 push.fields.score.value: found "87%", which has a percent sign; write the number alone (87), and format a spreadsheet's column as a number
    jobs/done.toml:13 push.fields.score.default: found "1,5", which has a comma, which may stand for a point or for thousands; write 87.5 and 1234
    jobs/done.toml:13 push.fields.spent.value: found "1:30", which is written hh:mm, where milliseconds are wanted; for cells that are written so set unit = "hh:mm"
    jobs/done.toml:13 push.fields.spent.default: found "90", which is not a time written hh:mm or hh:mm:ss, such as 1:30 or 36:00:00
    jobs/done.toml:13 push.fields.grade.value: found "Passed", which is 6 characters long; a grade has up to 5 characters, or is a number from 0 to 100
    jobs/done.toml:13 push.fields.page.value: found an address that begins with http://; allowed: https://
    jobs/done.toml:13 push.fields.page.value: found an address that holds a user name or a password; take them out of the address
    jobs/done.toml:13 push.fields.page.value: found an address that leads to another host than allowed; allowed: `courses.example.org`
    jobs/done.toml:13 push.fields.part.value: found "a~b", which holds `~`, which separates values in what the LMS gets; take it out (it may hold no `~`, no `=`)
    jobs/done.toml:13 push.fields.mail_part.value: found "a"; allowed: an e-mail address
    jobs/done.toml:13 push.fields.mail_part.value: found "a=b@example.org", which holds `=`, which separates values in what the LMS gets; take it out (it may hold no `~`, no `=`)
    jobs/done.toml:13 push.fields.granted.values.Ja: found "ja", which says neither yes nor no; allowed, in any case: true, yes, y, 1, on, and false, no, n, 0, off; for other words add a table to the field: values = { … = "true", … = "false" }
    "#);
}

#[test]
fn a_time_is_written_so_that_it_can_be_read() {
    let done = |line: &str| said("set_done", "", &format!("learner = \"id\"\ndone_at = {line}"));
    let bad = [
        "{ value = \"2026-11-21\" }",
        "{ value = \"2026-02-30T08:30:00\" }",
        "{ value = \"2026-11-21T08:30:00+01:00\" }",
        "{ column = \"Done\", date = \"%d/%m/%Y\", default = \"2026-11-21\" }",
        "{ column = \"Done\", date = \"%d/%m/%Y %H\" }",
        "{ column = \"Done\", date = \"%d/%m/%Y %I:%M\" }",
        "{ column = \"Done\", date = \"%d/%m/%Y %H:%M %Z\" }",
        "{ column = \"Done\", date = \"%H:%M\" }",
        "{ column = \"Done\", unit = \"hours\" }",
    ];
    insta::assert_snapshot!(bad.map(done).join("\n"), @r#"
    jobs/done.toml:12 push.fields.done_at.value: found "2026-11-21"; allowed: a date and time such as 2026-11-21T08:30:00, with Z behind it for UTC
    jobs/done.toml:12 push.fields.done_at.value: found "2026-02-30T08:30:00"; allowed: a date and time such as 2026-11-21T08:30:00, with Z behind it for UTC
    jobs/done.toml:12 push.fields.done_at.value: found "2026-11-21T08:30:00+01:00"; allowed: a date and time such as 2026-11-21T08:30:00, with Z behind it for UTC
    jobs/done.toml:12 push.fields.done_at.default: found "2026-11-21"; allowed: a date written DD/MM/YYYY, such as 21/11/2026
    jobs/done.toml:12 push.fields.done_at.date: found "%d/%m/%Y %H", from which no time of day can be read; allowed behind the day: nothing, %H:%M, %H:%M:%S or %I:%M %p
    jobs/done.toml:12 push.fields.done_at.date: found "%d/%m/%Y %I:%M", from which no time of day can be read; allowed behind the day: nothing, %H:%M, %H:%M:%S or %I:%M %p
    jobs/done.toml:12 push.fields.done_at.date: found "%d/%m/%Y %H:%M %Z"; the name of a zone (%Z) can't be converted; allowed: %z, for +0100 or Z
    jobs/done.toml:12 push.fields.done_at.date: found "%H:%M", from which no day can be read; allowed: %d (day), %m (month), %Y (year), such as "%d/%m/%Y"
    jobs/done.toml:12 push.fields.done_at.unit: `done_at` is no span of time; only a span of time has a unit
    "#);
}

#[test]
fn a_unit_belongs_to_spans_of_time_in_cells() {
    let bad = [
        "spent = { column = \"Spent\", unit = \"minute\" }",
        "score = { column = \"Score\", unit = \"minutes\" }",
        "spent = { value = \"60000\", unit = \"minutes\" }",
        "spent = { column = \"Spent\", unit = \"minutes\", values = { Short = \"60000\" } }",
    ];
    insta::assert_snapshot!(bad.map(with).join("\n"), @r#"
    jobs/done.toml:13 push.fields.spent.unit: found "minute"; allowed: `milliseconds`, `seconds`, `minutes`, `hours`, `hh:mm`; did you mean `minutes`?
    jobs/done.toml:13 push.fields.score.unit: `score` is no span of time; only a span of time has a unit
    jobs/done.toml:13 push.fields.spent.unit: `unit` means nothing beside `value`
    jobs/done.toml:13 push.fields.spent.unit: `unit` means nothing beside `values`: the table says what is sent, in milliseconds
    "#);
}

#[test]
fn a_day_is_taken_out_of_a_time_in_a_zone() {
    let with =
        |line: &str| changed(JOB, &[("[push.fields]\n", &format!("[push.fields]\njoining_data = {line}\n"))]);
    let files = Files::new(MAIN, &[("hr.toml", &with("{ column = \"Since\", day_in = \"Europe/Zurich\" }"))]);
    let loaded = files.load();
    assert_eq!(files.shown(&loaded.problems), "");
    let zones: Vec<_> = loaded.config.unwrap().jobs["hr"].pushes[0]
        .mapping
        .fields
        .iter()
        .filter_map(|one| one.day_in)
        .collect();
    assert_eq!(zones, [chrono_tz::Europe::Zurich]);
    let bad = [
        "{ column = \"Since\", day_in = \"Zurich\" }",
        "{ value = \"11/21/2026\", day_in = \"UTC\" }",
        "{ column = \"Since\", day_in = \"UTC\", values = { x = \"11/21/2026\" } }",
    ];
    let mut shown: Vec<_> =
        bad.iter().map(|line| Files::new(MAIN, &[("hr.toml", &with(line))]).problems()).collect();
    shown.push(said("set_done", "", "learner = \"id\"\ndone_at = { column = \"Done\", day_in = \"UTC\" }"));
    insta::assert_snapshot!(shown.join("\n"), @r#"
    jobs/hr.toml:13 push.fields.joining_data.day_in: no such time zone: "Zurich"; did you mean `Europe/Zurich`?
    jobs/hr.toml:13 push.fields.joining_data.day_in: `day_in` means nothing beside `value`
    jobs/hr.toml:13 push.fields.joining_data.day_in: `day_in` means nothing beside `values`, which say what is sent
    jobs/done.toml:12 push.fields.done_at.day_in: `done_at` is no day; only a day is taken out of a point in time
    "#);
}

#[test]
fn units_and_values_come_to_the_mapping() {
    let fields = "learner = \"id\"\ndone_at = \"Done\"\nspent = { column = \"Spent\", unit = \"minutes\" }\n\
                  granted = { value = \"no\" }";
    let loaded = Files::new(&main(), &[("done.toml", &job("set_done", "", fields))]).load();
    let config = loaded.config.unwrap();
    let [_, _, granted, spent] = config.jobs["done"].pushes[0].mapping.fields.as_slice() else { panic!() };
    assert_eq!((spent.unit, granted.unit), (Some(TimeUnit::Minutes), None));
    assert_eq!(granted.take, Take::Constant("no".to_owned()));
}

#[test]
fn a_default_beside_a_date_format_is_written_in_it() {
    let check = |default: &str| {
        job_with(&[(
            "unique_id",
            &format!(
                "joining_data = {{ column = \"Start\", date = \"%d.%m.%Y\", default = {default:?} }}\nunique_id"
            ),
        )])
    };
    assert_eq!(check("21.11.2026"), "");
    insta::assert_snapshot!(check("11/21/2026"), @r#"jobs/hr.toml:13 push.fields.joining_data.default: found "11/21/2026"; allowed: a date written DD.MM.YYYY, such as 21.11.2026"#);
}
