//! Mistakes in a job file outside its pushes.

use super::*;

#[test]
fn many_mistakes_are_all_said_at_once() {
    let job = r#"descripton = "x"
archive = "sealt"
deadline = 4

[source]
pattern = "hr-{a.csv"
key = ["id", "id", "", 5]
rows = "fulll"
where = { Country = [], Site = ["A", "A"], Level = 3 }
where_absent = "gone"
delimiter = "||"
encoding = "windows-1252"
sheet = 1
header_row = 0
settle_s = -1
folders = "x"

[schedule]
on_arrival = "true"
cron = "0 2 * * * *"
timezone = "Europe/Londn"
due_by = 06:30:00
catch_up = "one"

[guard]
max_removed_percent = 101
max_removed = 2.5
median_factor = -1
max_created_percent = "20"
max_updated_percent = nan
hold = "all"
max_remove = 3

[report]
to = ["lms@example.org", "nobody", 3, "Name <a@example.org>"]
when = "never"
"#;
    insta::assert_snapshot!(Files::new(MAIN, &[("hr.toml", job)]).problems(), @r#"
    jobs/hr.toml:1 push: missing; at least one [[push]] is needed
    jobs/hr.toml:1 descripton: unknown key; did you mean `description`?
    jobs/hr.toml:2 archive: found "sealt"; allowed: `keep`, `sealed`, `delete`; did you mean `sealed`?
    jobs/hr.toml:3 deadline: found 4; allowed: a length of time in quotes, such as "4h" or "1h 30m"
    jobs/hr.toml:5 source.folder: missing; the folder in which the exports arrive
    jobs/hr.toml:6 source.pattern: found "hr-{a.csv", which is no pattern: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)
    jobs/hr.toml:7 source.key: `id` stands in this list twice
    jobs/hr.toml:7 source.key: found an empty text
    jobs/hr.toml:7 source.key: found 5; allowed: a text in quotes
    jobs/hr.toml:8 source.rows: found "fulll"; allowed: `full`, `delta`; did you mean `full`?
    jobs/hr.toml:9 source.where.Country: found an empty list; at least one is needed
    jobs/hr.toml:9 source.where.Level: found 3; allowed: a list: [ … ]
    jobs/hr.toml:9 source.where.Site: `A` stands in this list twice
    jobs/hr.toml:10 source.where_absent: found "gone"; allowed: `missing`, `present`
    jobs/hr.toml:11 source.delimiter: found "||"; allowed: one character, such as ";" or "\t", and not a quotation mark
    jobs/hr.toml:12 source.encoding: found "windows-1252"; only "utf-8" can be read so far, so save the export as UTF-8
    jobs/hr.toml:13 source.sheet: found 1; allowed: a text in quotes
    jobs/hr.toml:14 source.header_row: found 0; allowed: a whole number from 1 to 1048576
    jobs/hr.toml:15 source.settle_s: found -1; allowed: a whole number from 0 to 86400
    jobs/hr.toml:16 source.folders: unknown key; did you mean `folder`?
    jobs/hr.toml:19 schedule.on_arrival: found "true"; allowed: true or false, without quotes
    jobs/hr.toml:20 schedule.cron: found "0 2 * * * *" with 6 fields; allowed are five: minute, hour, day of the month, month, day of the week
    jobs/hr.toml:21 schedule.timezone: no such time zone: "Europe/Londn"; did you mean `Europe/London`?
    jobs/hr.toml:22 schedule.due_by: found a date or a time without quotes; allowed: a time of day in quotes, such as "06:30"
    jobs/hr.toml:23 schedule.catch_up: found "one"; allowed: `skip`, `once`, `all`; did you mean `once`?
    jobs/hr.toml:26 guard.max_removed_percent: found 101; allowed: a number from 0 to 100
    jobs/hr.toml:27 guard.max_removed: found 2.5; allowed: a whole number, 0 or more
    jobs/hr.toml:28 guard.median_factor: found -1; allowed: a number, 0 or more
    jobs/hr.toml:29 guard.max_created_percent: found "20"; allowed: a number from 0 to 100
    jobs/hr.toml:30 guard.max_updated_percent: found nan; allowed: a number from 0 to 100
    jobs/hr.toml:31 guard.hold: found "all"; allowed: `removals`, `push`
    jobs/hr.toml:32 guard.max_remove: unknown key; did you mean `max_removed`?
    jobs/hr.toml:35 report.to: found 3; allowed: a text in quotes
    jobs/hr.toml:35 report.to: found "nobody"; allowed: an e-mail address
    jobs/hr.toml:35 report.to: found "Name <a@example.org>"; allowed: an e-mail address
    jobs/hr.toml:36 report.when: found "never"; allowed: `always`, `changes`, `problems`
    "#);
}

#[test]
fn a_cron_line_has_five_fields_and_comes() {
    let check = |cron: &str| {
        job_with(&[("[source]", &format!("[schedule]\ntimezone = \"UTC\"\ncron = {cron:?}\n[source]"))])
    };
    for good in ["0 2 * * *", "*/5 8-18 * * MON-FRI", "0 0 29 2 *", "0 0 29 2 MON"] {
        assert_eq!(check(good), "", "{good}");
    }
    let bad = ["0 0 31 2 *", "@daily", "0 2 * *", "0 25 * * *", "0 2 * * FUNDAY"];
    insta::assert_snapshot!(bad.map(check).join("\n"), @r#"
    jobs/hr.toml:5 schedule.cron: found "0 0 31 2 *", a time that never comes
    jobs/hr.toml:5 schedule.cron: found "@daily" with 1 field; allowed are five: minute, hour, day of the month, month, day of the week
    jobs/hr.toml:5 schedule.cron: found "0 2 * *" with 4 fields; allowed are five: minute, hour, day of the month, month, day of the week
    jobs/hr.toml:5 schedule.cron: found "0 25 * * *", which is no cron line: Component error: Number out of bounds.
    jobs/hr.toml:5 schedule.cron: found "0 2 * * FUNDAY", which is no cron line: Pattern contains illegal characters: CronPattern contains illegal character 'F' in part 'FUNDAY'
    "#);
}

#[test]
fn a_time_needs_its_zone() {
    let check = |lines: &str| job_with(&[("[source]", &format!("[schedule]\n{lines}\n[source]"))]);
    assert_eq!(check("due_by = \"06:30\"\ntimezone = \"Asia/Kolkata\""), "");
    let bad = [
        "cron = \"0 2 * * *\"",
        "due_by = \"06:30\"",
        "timezone = \"london\"",
        "timezone = \"new york\"",
        "timezone = \"GMT+25\"",
    ];
    insta::assert_snapshot!(bad.map(check).join("\n"), @r#"
    jobs/hr.toml:3 schedule.timezone: missing; `cron` needs to know in which zone it is, such as "Europe/London"
    jobs/hr.toml:3 schedule.timezone: missing; `due_by` needs to know in which zone it is, such as "Europe/London"
    jobs/hr.toml:4 schedule.timezone: no such time zone: "london"; did you mean `Europe/London`?
    jobs/hr.toml:4 schedule.timezone: no such time zone: "new york"; did you mean `America/New_York`?
    jobs/hr.toml:4 schedule.timezone: no such time zone: "GMT+25"; allowed: a name of the IANA database, such as `Europe/London`
    "#);
}

#[test]
fn a_report_needs_a_mail_server() {
    let main = changed(
        MAIN,
        &[(
            "[mail]\nfrom = \"Rollbook <rollbook@example.org>\"\ntransport = \"directory\"\ndirectory = \"mail\"\n",
            "",
        )],
    );
    let job = format!("{JOB}[report]\nto = \"lms@example.org\"\n");
    insta::assert_snapshot!(Files::new(&main, &[("hr.toml", &job)]).problems(), @"jobs/hr.toml:16 report.to: the report can't be sent: there is no [mail] in rollbook.toml");
    assert_eq!(Files::new(&main, &[("hr.toml", JOB)]).problems(), "", "who tells nobody needs none");
}

#[test]
fn a_job_has_a_source_a_push_and_a_name() {
    let files = [
        ("a b.toml", JOB),
        ("empty.toml", ""),
        ("flat.toml", "push = []\nsource = 3"),
        ("one.toml", "[push]\nid = \"x\""),
    ];
    insta::assert_snapshot!(Files::new(MAIN, &files).problems(), @r#"
    jobs/a b.toml: the file's name is the job's, and "a b" can't be a name; allowed: letters, digits, `-` and `_`, the first one no sign but `_`
    jobs/empty.toml:1 push: missing; a job has a [source] and at least one [[push]], or at least one [[pull]]
    jobs/flat.toml:1 push: found an empty list; at least one [[push]] is needed
    jobs/flat.toml:2 source: found 3; allowed: a table
    jobs/one.toml:1 source: missing; where the rows come from
    jobs/one.toml:1 push: found a table; allowed: a list of tables, each under [[push]]
    "#);
}

#[test]
fn sealing_needs_the_data_key() {
    let main = changed(MAIN, &[("data_key = { env = \"ROLLBOOK_TEST_KEY\" }\n", "")]);
    let job = changed(
        JOB,
        &[
            ("description", "archive = \"sealed\"\ndescription"),
            ("operation", "first_load = \"create\"\noperation"),
            ("unique_id", "password = \"pw\"\nunique_id"),
        ],
    );
    insta::assert_snapshot!(Files::new(&main, &[("hr.toml", &job)]).problems(), @r#"
    jobs/hr.toml:1 archive: `sealed` needs `data_key` in rollbook.toml, and there is none
    jobs/hr.toml:15 push.fields.password: `password` is secret and is sealed where it is kept: rollbook.toml needs `data_key`, such as data_key = { credential = "data-key" }
    "#);
}
