//! Jobs of `[[pull]]`: what they come to, and what may not stand in them.

use std::time::Duration;

use super::academy::main;
use super::questions::{pulling, said_of};
use super::*;
use crate::config::check::check_in;
use crate::config::{Learners, Place};

const DAY: Duration = Duration::from_secs(86_400);

const FULL: &str = r#"
description = "The catalog of each morning"
deadline = "1h"
[schedule]
cron = "0 5 * * *"
timezone = "Europe/London"
[[pull]]
id = "catalog"
connection = "upside"
operation = "upsidelms.training_catalog"
learners = "people.csv"
export = "../outbox/catalog.XLSX"
columns = ["Email", "curriculum_name", "content.kind", "curriculum_id"]
retention = "30days"
[pull.parameters]
contentlist = "On"
Accessibility = ["Public", "Paid"]
[[pull]]
connection = "academy"
operation = "progress"
overlap = "36h"
since = 2026-01-01
parameters = { platform = "p", done = true }
[report]
to = "lms@example.org"
"#;

#[test]
fn a_pull_that_says_nothing_extra_gets_the_defaults() {
    let files = Files::new(MAIN, &[("catalog.toml", &pulling("training_catalog", ""))]);
    let loaded = files.load();
    assert_eq!(files.shown(&loaded.problems), "");
    let config = loaded.config.unwrap();
    let job = &config.jobs["catalog"];
    assert!(matches!(job.source.place, Place::Nowhere) && job.pushes.is_empty());
    assert!(!job.schedule.on_arrival && job.schedule.cron.is_none(), "no file starts it");
    let [pull] = job.pulls.as_slice() else { panic!() };
    assert_eq!((pull.id.as_str(), pull.connection.as_str()), ("upside.training_catalog", "upside"));
    assert_eq!(pull.operation.name.as_str(), "upsidelms.training_catalog");
    assert_eq!((pull.overlap, pull.since, pull.retention.as_secs()), (DAY * 90, None, 2 * 31_557_600));
    assert_eq!((&pull.learners, &pull.export, &pull.columns), (&Learners::Nobody, &None, &None));
    assert_eq!(pull.parameters, crate::model::Fields::default());
}

#[test]
fn a_job_that_says_everything_is_taken_at_its_word() {
    let files = Files::new(&main(), &[("catalog.toml", FULL)]);
    let loaded = files.load();
    assert_eq!(files.shown(&loaded.problems), "");
    let config = loaded.config.unwrap();
    let job = &config.jobs["catalog"];
    assert_eq!((job.schedule.cron.as_deref(), job.schedule.on_arrival), (Some("0 5 * * *"), false));
    assert_eq!((job.deadline.as_secs(), job.report.to.len()), (3600, 1));
    let [catalog, progress] = job.pulls.as_slice() else { panic!() };
    assert_eq!((catalog.id.as_str(), catalog.retention), ("catalog", DAY * 30));
    assert_eq!(catalog.learners, Learners::File(files.path("jobs/people.csv")));
    assert_eq!(catalog.export, Some(files.path("jobs/../outbox/catalog.XLSX")));
    let columns: Vec<_> = catalog.columns.iter().flatten().map(ToString::to_string).collect();
    assert_eq!(columns, ["Email", "curriculum_name", "content.kind", "curriculum_id"]);
    let parameters = [("contentlist", "On"), ("Accessibility", "Public,Paid")].into_iter().collect();
    assert_eq!(catalog.parameters, parameters);
    assert_eq!(
        (progress.overlap, progress.since),
        (DAY * 3 / 2, chrono::NaiveDate::from_ymd_opt(2026, 1, 1))
    );
    assert_eq!(progress.parameters, [("platform", "p"), ("done", "true")].into_iter().collect());
}

#[test]
fn six_mistakes_are_all_said_at_once() {
    let lines = "learner = \"Uniqueid=101\"\nretention = 2\nexport = \"catalog.xls\"\ncolumns = [\"curriculum\"]\n\
                 [pull.parameters]\nAccesibility = \"Public\"\nOrder_by = \"ratings\"";
    insta::assert_snapshot!(said_of("training_catalog", lines), @r#"
    jobs/catalog.toml:4 pull.learner: unknown key; did you mean `learners`?
    jobs/catalog.toml:5 pull.retention: found 2; allowed: a length of time in quotes, a day or more, such as "2y"
    jobs/catalog.toml:6 pull.export: found "catalog.xls"; allowed: a file for the items that ends in .csv or .xlsx
    jobs/catalog.toml:7 pull.columns: no such column: "curriculum"; did you mean `curriculum_id`?
    jobs/catalog.toml:9 pull.parameters.Accesibility: no such parameter of upsidelms.training_catalog; did you mean `Accessibility`?
    jobs/catalog.toml:10 pull.parameters.Order_by: found "ratings"; allowed: `rating`, `curriculum_name_asc`; did you mean `rating`?
    "#);
    assert_eq!(said_of("training_catalog", lines).lines().count(), 6);
}

#[test]
fn what_belongs_to_pushes_means_nothing_to_pulls() {
    let job = format!(
        "archive = \"keep\"\n[source]\nfolder = \"in\"\n[schedule]\non_arrival = true\ndue_by = \"06:30\"\n\
         [guard]\nmax_removed = 3\n{}",
        pulling("training_catalog", "")
    );
    insta::assert_snapshot!(Files::new(MAIN, &[("catalog.toml", &job)]).problems(), @"
    jobs/catalog.toml:1 archive: means nothing in a job of [[pull]]: it keeps no files; take it out
    jobs/catalog.toml:2 source: means nothing in a job of [[pull]]: it has no rows to read; take it out
    jobs/catalog.toml:5 schedule.on_arrival: means nothing in a job of [[pull]], which waits for no file; `cron` says when it asks
    jobs/catalog.toml:6 schedule.due_by: means nothing in a job of [[pull]], which waits for no file; `cron` says when it asks
    jobs/catalog.toml:7 guard: means nothing in a job of [[pull]]: it changes nothing in an LMS; take it out
    ");
}

#[test]
fn a_job_pushes_or_pulls() {
    let both = format!("{JOB}{}", pulling("training_catalog", "export = 5"));
    let pull = pulling("training_catalog", "");
    let shown = [
        both.as_str(),
        "description = \"nothing\"",
        "[source]\nfolder = \"in\"\nrows = \"full\"",
        &format!("{pull}{pull}"),
        &pull.replace("[[pull]]", "[[pul]]"),
        &pull.replace("[[pull]]", "[pull]"),
        "pull = []",
    ]
    .map(|job| Files::new(MAIN, &[("both.toml", job)]).problems());
    insta::assert_snapshot!(shown.join("\n"), @r#"
    jobs/both.toml:15 pull: a job pushes or pulls, never both; give its pulls a job file of their own
    jobs/both.toml:18 pull.export: found 5; allowed: a text in quotes
    jobs/both.toml:1 push: missing; a job has a [source] and at least one [[push]], or at least one [[pull]]
    jobs/both.toml:1 push: missing; at least one [[push]] is needed
    jobs/both.toml:5 pull: two pulls of this job have the id `upside.training_catalog`; give this one another: id = "…"
    jobs/both.toml:1 push: missing; a job has a [source] and at least one [[push]], or at least one [[pull]]
    jobs/both.toml:1 pul: unknown key; did you mean `pull`?
    jobs/both.toml:1 pull: found a table; allowed: a list of tables, each under [[pull]]
    jobs/both.toml:1 pull: found an empty list; at least one [[pull]] is needed
    "#);
}

#[test]
fn an_operation_stands_under_the_table_of_its_kind() {
    let push = changed(JOB, &[("manage_user", "training_catalog")]);
    let shown = [
        said_of("manage_user", "first_load = \"create\""),
        said_of("training_catalogue", ""),
        said_of("salaries", ""),
        Files::new(MAIN, &[("hr.toml", &push)]).problems(),
        Files::new(MAIN, &[("hr.toml", &changed(JOB, &[("manage_user", "salaries")]))]).problems(),
    ];
    insta::assert_snapshot!(shown.join("\n"), @r#"
    jobs/catalog.toml:3 pull.operation: upsidelms.manage_user pushes; it goes under [[push]], in a job with [source]
    jobs/catalog.toml:3 pull.operation: no such operation of upsidelms: "training_catalogue"; did you mean `training_catalog`?
    jobs/catalog.toml:3 pull.operation: no such operation of upsidelms: "salaries"; upsidelms has `training_catalog`, `training_plan`
    jobs/hr.toml:10 push.operation: upsidelms.training_catalog pulls; it goes under [[pull]], in a job without [source]
    jobs/hr.toml:10 push.operation: no such operation of upsidelms: "salaries"; upsidelms has `manage_user`, `assign_curriculum`
    "#);
}

#[test]
fn an_operation_is_known_without_its_account() {
    let lost = |operation: &str| {
        let job = pulling(operation, "").replace("\"upside\"", "\"payroll\"");
        Files::new(MAIN, &[("c.toml", &job)]).problems()
    };
    let shown = [lost("progress"), lost("academy.progress"), lost("training_catalogue"), lost("salaries")];
    insta::assert_snapshot!(shown.join("\n"), @r#"
    jobs/c.toml:2 pull.connection: no such connection in rollbook.toml: "payroll"; rollbook.toml has `upside`
    jobs/c.toml:2 pull.connection: no such connection in rollbook.toml: "payroll"; rollbook.toml has `upside`
    jobs/c.toml:2 pull.connection: no such connection in rollbook.toml: "payroll"; rollbook.toml has `upside`
    jobs/c.toml:3 pull.operation: no product has such an operation: "training_catalogue"; did you mean `training_catalog`?
    jobs/c.toml:2 pull.connection: no such connection in rollbook.toml: "payroll"; rollbook.toml has `upside`
    jobs/c.toml:3 pull.operation: no product has such an operation: "salaries"; `rollbook fields` lists what there is
    "#);
}

#[test]
fn spans_of_time_belong_to_pulls_that_ask_for_them() {
    let progress = |lines: &str| {
        let job = pulling("progress", lines).replace("upside", "academy");
        Files::new(&main(), &[("p.toml", &format!("{job}parameters.platform = \"p\"\n"))]).problems()
    };
    assert_eq!(progress("overlap = \"0s\"\nsince = \"2026-01-31\""), "");
    let bad = [
        progress("overlap = \"2y\"\nsince = \"31/01/2026\"\nretention = \"1h\""),
        progress("overlap = 3\nsince = 2026-01-31T08:00:00\nretention = \"200y\""),
        said_of("training_catalog", "overlap = \"3d\"\nsince = \"2026-01-31\""),
    ];
    insta::assert_snapshot!(bad.join("\n"), @r#"
    jobs/p.toml:4 pull.overlap: found "2y"; allowed: a length of time in quotes, at most a year, such as "90d"
    jobs/p.toml:5 pull.since: found "31/01/2026"; allowed: a date, such as "2026-01-01"
    jobs/p.toml:6 pull.retention: found "1h"; allowed: a length of time in quotes, a day or more, such as "2y"
    jobs/p.toml:4 pull.overlap: found 3; allowed: a length of time in quotes, at most a year, such as "90d"
    jobs/p.toml:5 pull.since: found a date or a time without quotes; allowed: a date, such as "2026-01-01"
    jobs/p.toml:6 pull.retention: found "200y"; allowed: a length of time in quotes, a day or more, such as "2y"
    jobs/catalog.toml:4 pull.overlap: means something only where a span of time is asked for; upsidelms.training_catalog asks for all there is
    jobs/catalog.toml:5 pull.since: means something only where a span of time is asked for; upsidelms.training_catalog asks for all there is
    "#);
}

#[test]
fn an_export_has_columns_that_there_are() {
    let with = |lines: &str| said_of("training_catalog", lines);
    assert_eq!(
        with(
            "export = \"c.csv\"\ncolumns = [\"curriculum_name\", \"content.mandatory\"]\nparameters = { contentlist = \"On\" }"
        ),
        ""
    );
    let bad = [
        with("columns = [\"curriculum_name\"]"),
        with(
            "export = \"c.csv\"\ncolumns = [\"curriculum_name\", \"curriculum_name\", \"Email\", \"content.title \"]",
        ),
        with("export = \"c.csv\"\ncolumns = []"),
        with("export = \"in/c.csv\""),
        with("export = \"forms\""),
        with("learners = \"people.csv\"\nexport = \"people.csv\""),
    ];
    insta::assert_snapshot!(bad.join("\n"), @r#"
    jobs/catalog.toml:4 pull.columns: means nothing without `export`, the file whose columns these are
    jobs/catalog.toml:5 pull.columns: `curriculum_name` stands in this list twice
    jobs/catalog.toml:5 pull.columns: no such column: "Email"; `rollbook fields upsidelms.training_catalog` lists them
    jobs/catalog.toml:5 pull.columns: no such column: "content.title "; did you mean `content.title`?
    jobs/catalog.toml:5 pull.columns: found an empty list; at least one is needed
    jobs/catalog.toml:4 pull.export: the job `hr` takes files of this name from this folder, so it would read what is written there as data; name another folder
    jobs/catalog.toml:4 pull.export: found "forms"; allowed: a file for the items that ends in .csv or .xlsx
    jobs/catalog.toml:5 pull.export: the learners of this pull are read from there; name another file
    "#);
    let twice = pulling("training_catalog", "export = \"c.csv\"");
    let second = pulling("training_catalog", "id = \"other\"\nexport = \"../jobs/c.csv\"");
    let files = [("a.toml", format!("{twice}{second}")), ("b.toml", twice.clone())];
    let files: Vec<_> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    insta::assert_snapshot!(Files::new(MAIN, &files).problems(), @"
    jobs/a.toml:9 pull.export: a pull of the job `a` writes there too; give each a place of its own
    jobs/b.toml:4 pull.export: a pull of the job `a` writes there too; give each a place of its own
    ");
}

#[test]
fn columns_that_nobody_asks_for_are_said() {
    let with = |columns: &str, parameters: &str| {
        said_of(
            "training_catalog",
            &format!("export = \"c.csv\"\ncolumns = [{columns}]\n[pull.parameters]\n{parameters}"),
        )
    };
    let all = "\"curriculum_id\", \"curriculum_name\", \"status\", \"content.title\"";
    assert_eq!(with(all, "contentlist = \"On\""), "");
    assert_eq!(
        with(all, "contentlist = \"On\"\noutputlist = [\"curriculum_name\", \"curriculum_status\"]"),
        ""
    );
    insta::assert_snapshot!(with(all, "contentlist = \"Off\"\noutputlist = [\"start_date\"]"), @r#"
    (notice) jobs/catalog.toml:5 pull.columns: "curriculum_name" will be empty in every row: `outputlist` does not name it, so it is not asked for
    (notice) jobs/catalog.toml:5 pull.columns: "status" will be empty in every row: `outputlist` does not name it, so it is not asked for
    (notice) jobs/catalog.toml:5 pull.columns: "content.title" will be empty in every row: `contentlist` is not `On`, so no parts are asked for
    "#);
    let learner = "export = \"c.csv\"\nlearners = \"Uniqueid=1\"\ncolumns = [\"Uniqueid\"]\n\
                   parameters = { outputlist = \"start_date\" }";
    assert_eq!(said_of("training_catalog", learner), "", "whose it is needs no asking");
}

#[test]
fn a_list_of_learners_has_a_heading_that_names_them() {
    let files =
        Files::new(MAIN, &[("catalog.toml", &pulling("training_catalog", "learners = \"people.csv\""))]);
    let said = |text: &[u8]| {
        std::fs::write(files.path("jobs/people.csv"), text).unwrap();
        let shown = files.shown(&check_in(&files.load().world, &|_| None));
        shown.lines().filter(|line| line.contains("pull.")).collect::<Vec<_>>().join("\n")
    };
    let good: [&[u8]; 4] = [
        b"Uniqueid\n101\n",
        b"\xef\xbb\xbfname;EMAIL\r\nAnn;a@example.org\r\n",
        b"\n\"Full name\",\"Uniqueid\"\nAnn,1\n",
        b"Name\tEmail\nJ\xf6rg\tj@example.org\n",
    ];
    for text in good {
        assert_eq!(said(text), "");
    }
    let bad: [&[u8]; 4] =
        [b" \r\n", b"N\xf6m,Uniqueid\n", b"Name;E-mail\nAnn;a@example.org\n", b"101\n102\n"];
    insta::assert_snapshot!(bad.map(said).join("\n"), @r#"
    jobs/catalog.toml:4 pull.learners: jobs/people.csv is empty; needed is a column that names learners: `Uniqueid`, `Email`
    jobs/catalog.toml:4 pull.learners: the headings of jobs/people.csv are not UTF-8; save the file as CSV in UTF-8
    jobs/catalog.toml:4 pull.learners: jobs/people.csv has no column that names learners: found the headings `Name`, `E-mail`; needed is one of `Uniqueid`, `Email`; is "E-mail" meant to be `Email`?
    jobs/catalog.toml:4 pull.learners: jobs/people.csv begins without headings; needed is one of `Uniqueid`, `Email`
    "#);
}

#[test]
fn a_folder_that_will_be_made_is_said() {
    let files = Files::new(MAIN, &[("c.toml", &pulling("training_catalog", "export = \"../outbox/c.csv\""))]);
    let said = || {
        let shown = files.shown(&check_in(&files.load().world, &|_| None));
        shown.lines().filter(|line| line.contains("pull.")).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(said(), @"(notice) jobs/c.toml:4 pull.export: folder jobs/../outbox is not there yet; it will be made");
    std::fs::create_dir(files.path("outbox")).unwrap();
    assert_eq!(said(), "");
}

#[test]
fn what_a_pull_reads_and_writes_is_looked_for() {
    let lines = "learners = \"people.csv\"\nexport = \"../rollbook.toml/catalog.csv\"";
    let files = Files::new(MAIN, &[("catalog.toml", &pulling("training_catalog", lines))]);
    let said = || {
        let shown = files.shown(&check_in(&files.load().world, &|_| None));
        shown.lines().filter(|line| line.contains("pull.")).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(said(), @"
    jobs/catalog.toml:4 pull.learners: no such file: jobs/people.csv
    jobs/catalog.toml:5 pull.export: jobs/../rollbook.toml is not a folder
    ");
    std::fs::write(files.path("jobs/people.csv"), "Uniqueid\n101\n").unwrap();
    assert_eq!(said().lines().count(), 1, "the list is there now");
}
