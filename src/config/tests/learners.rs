//! `learners` of a pull: a job, a file, or a list.

use super::academy::{job, main};
use super::questions::{pulling, said_of};
use super::*;
use crate::config::Learners;

/// The job of users, with their identifier.
fn with(learners: &str) -> String {
    said_of("training_plan", &format!("learners = {learners}"))
}

fn read(learners: &str) -> Learners {
    let job = pulling("training_plan", &format!("learners = {learners}"));
    let files = Files::new(MAIN, &[("catalog.toml", &job), ("hr.toml", JOB)]);
    let loaded = files.load();
    assert_eq!(files.shown(&loaded.problems), "", "{learners}");
    loaded.config.unwrap().jobs["catalog"].pulls[0].learners.clone()
}

#[test]
fn learners_are_a_job_a_file_or_a_list() {
    assert_eq!(read("{ job = \"hr\" }"), Learners::Job("hr".into()));
    assert!(matches!(read("\"people.CSV\""), Learners::File(path) if path.ends_with("jobs/people.CSV")));
    let these = |learners: &str| match read(learners) {
        Learners::These(these) => these.iter().map(ToString::to_string).collect::<Vec<_>>(),
        _ => panic!("{learners}"),
    };
    assert_eq!(these("\"Uniqueid=101\""), ["Uniqueid=101"]);
    assert_eq!(
        these("[\"Email = a@example.org ~ Uniqueid = 0101\", \"Uniqueid=x.csv\"]"),
        ["Uniqueid=0101~Email=a@example.org", "Uniqueid=x.csv"]
    );
}

#[test]
fn learners_that_can_not_be_asked_for_are_said() {
    let bad = [
        "{ jobs = \"hr\" }",
        "{ job = \"\" }",
        "101",
        "\"people.xlsx\"",
        "\"hr\"",
        "[]",
        "[\"people.csv\", \"Uniqueid=101\"]",
        "\"uniqueid=101\"",
        "\"Badge=101\"",
        "\"Uniqueid=\"",
        "\"Uniqueid=101~\"",
        "\"Uniqueid=1~2\"",
        "\"Uniqueid=101=102\"",
        "\"Uniqueid=101~Uniqueid=102\"",
        "\"Email=amrita\"",
        "[\"Uniqueid=101\", \"Uniqueid=101\", \"Email=a@example.org~Uniqueid=101\"]",
    ];
    insta::assert_snapshot!(bad.map(with).join("\n"), @r#"
    jobs/catalog.toml:4 pull.learners.job: missing; the job that pushes the learners to this connection
    jobs/catalog.toml:4 pull.learners.jobs: unknown key; did you mean `job`?
    jobs/catalog.toml:4 pull.learners.job: found an empty text
    jobs/catalog.toml:4 pull.learners: found 101; allowed: { job = "…" }, a file such as "learners.csv", or learners such as "Uniqueid=101", one or a list
    jobs/catalog.toml:4 pull.learners: found "people.xlsx"; allowed: { job = "…" }, a file such as "learners.csv", or learners such as "Uniqueid=101", one or a list
    jobs/catalog.toml:4 pull.learners: found "hr"; allowed: { job = "…" }, a file such as "learners.csv", or learners such as "Uniqueid=101", one or a list
    jobs/catalog.toml:4 pull.learners: found an empty list; at least one is needed
    jobs/catalog.toml:4 pull.learners: found "people.csv"; allowed: { job = "…" }, a file such as "learners.csv", or learners such as "Uniqueid=101", one or a list
    jobs/catalog.toml:4 pull.learners: no learner is named by "uniqueid"; did you mean `Uniqueid`?
    jobs/catalog.toml:4 pull.learners: no learner is named by "Badge"; there are `Uniqueid`, `Email`
    jobs/catalog.toml:4 pull.learners: found nothing behind `Uniqueid=`
    jobs/catalog.toml:4 pull.learners: found "Uniqueid=101~", and "" is no NAME=VALUE; `~` stands between two names of one learner, so no value may hold it
    jobs/catalog.toml:4 pull.learners: found "Uniqueid=1~2", and "2" is no NAME=VALUE; `~` stands between two names of one learner, so no value may hold it
    jobs/catalog.toml:4 pull.learners: found "101=102", and no value may hold `=`
    jobs/catalog.toml:4 pull.learners: `Uniqueid` stands in "Uniqueid=101~Uniqueid=102" twice
    jobs/catalog.toml:4 pull.learners: found "amrita"; allowed: an e-mail address
    jobs/catalog.toml:4 pull.learners: `Uniqueid=101` stands in this list twice
    jobs/catalog.toml:4 pull.learners: found "Email=a@example.org~Uniqueid=101"; the learner `Uniqueid=101` stands here twice
    "#);
    assert_eq!(with(&format!("\"Uniqueid={}\"", "1".repeat(50))), "");
    insta::assert_snapshot!(with(&format!("\"Uniqueid={}\"", "1".repeat(51))), @"jobs/catalog.toml:4 pull.learners: found 51 characters; `unique_id` holds at most 50");
}

#[test]
fn learners_are_named_where_the_operation_asks_for_them() {
    let progress = pulling("progress", "learners = \"Uniqueid=1\"\nparameters.platform = \"p\"");
    let shown = [
        said_of("training_plan", ""),
        Files::new(&main(), &[("p.toml", &progress.replace("upside", "academy"))]).problems(),
    ];
    insta::assert_snapshot!(shown.join("\n"), @r#"
    jobs/catalog.toml:1 pull.learners: missing; upsidelms.training_plan asks for each learner, so say whose: { job = "…" }, a file such as "learners.csv", or learners such as "Uniqueid=101", one or a list
    jobs/p.toml:4 pull.learners: means nothing here: academy.progress asks for nobody in particular
    "#);
    assert_eq!(said_of("training_catalog", "learners = \"Uniqueid=1\""), "");
}

#[test]
fn a_job_of_learners_pushes_them_to_the_same_connection() {
    let asks = |name: &str| pulling("training_plan", &format!("learners = {{ job = {name:?} }}"));
    let said = |name: &str, other: &str| {
        Files::new(&main(), &[("a.toml", &asks(name)), ("hr.toml", other)]).problems()
    };
    let done = job("set_done", "", "learner = \"id\"\ndone_at = \"Done\"");
    let assigning = changed(
        JOB,
        &[
            ("manage_user\"", "assign_curriculum\"\nfirst_load = \"create\""),
            ("unique_id = \"id\"\nfirstname = \"First name\"", "curr_id = \"Course\""),
        ],
    );
    let shown = [
        said("hr-users", JOB),
        said("a", JOB),
        said("hr", &done),
        said("hr", &assigning),
        said("hr", &changed(JOB, &[("firstname =", "firstnam =")])),
    ];
    insta::assert_snapshot!(shown.join("\n"), @r#"
    jobs/a.toml:4 pull.learners: no such job: "hr-users"; there are `a`, `hr`
    jobs/a.toml:4 pull.learners: the job `a` pushes no users to `upside`, so nobody is known there
    jobs/a.toml:4 pull.learners: the job `hr` pushes no users to `upside`, so nobody is known there
    jobs/a.toml:4 pull.learners: the job `hr` pushes no users to `upside`, so nobody is known there
    jobs/hr.toml:12 push.fields.firstname: missing; upsidelms.manage_user demands this field (First Name)
    jobs/hr.toml:14 push.fields.firstnam: no such field of upsidelms.manage_user; did you mean `firstname`?
    "#);
}

#[test]
fn a_job_of_learners_names_them() {
    let main = format!("{MAIN}fields = {{ absent = [\"unique_id\"] }}\n");
    let asks = pulling("training_plan", "learners = { job = \"hr\" }");
    let said = |fields: &str| {
        let job = changed(JOB, &[("unique_id = \"id\"\n", fields)]);
        Files::new(&main, &[("a.toml", &asks), ("hr.toml", &job)]).problems()
    };
    assert_eq!(said("email = \"E\"\n"), "");
    insta::assert_snapshot!(said(""), @"jobs/a.toml:4 pull.learners: the job `hr` maps none of `unique_id`, `email`, one of which must name a learner; map it there");
}
