//! `person` and `after`: whom a push waits for.

use super::academy::{job, main};
use super::*;

const DONE: &str = "learner = \"id\"\ndone_at = \"Done\"";

/// What is said of job files with these names and texts.
fn said(jobs: &[(&str, &str)]) -> String {
    Files::new(&main(), jobs).problems()
}

/// A job of completions with these lines in its push.
fn done(lines: &str) -> String {
    job("set_done", lines, DONE)
}

#[test]
fn a_push_waits_for_the_persons_of_another_job() {
    let lines = "person = [\"Number\"]\nafter = [\"users\"]";
    let files = Files::new(&main(), &[("done.toml", &done(lines)), ("users.toml", JOB)]);
    let loaded = files.load();
    assert_eq!(files.shown(&loaded.problems), "");
    let config = loaded.config.unwrap();
    let [done, users] = ["done", "users"].map(|job| config.jobs[job].pushes[0].clone());
    let person =
        |push: &crate::config::Push| push.mapping.person.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!((person(&done), done.after), (vec!["Number".to_owned()], vec!["users".into()]));
    assert_eq!(person(&users), ["id"], "the person of a push of users is its key");
    assert!(users.after.is_empty());
    // One name needs no list.
    assert_eq!(
        said(&[("done.toml", &self::done("person = [\"N\"]\nafter = \"users\"")), ("users.toml", JOB)]),
        ""
    );
}

#[test]
fn a_push_without_a_person_waits_for_nobody() {
    let shown = [
        said(&[("done.toml", &done("after = [\"users\"]")), ("users.toml", JOB)]),
        said(&[("done.toml", &done("after = [\"other\"]\nperson = [\"N\"]")), ("other.toml", &done(""))]),
        said(&[("done.toml", &done("after = [\"users\"]\nperson = [\"N\", \"M\"]")), ("users.toml", JOB)]),
        said(&[("done.toml", &done("person = \"N\"")), ("users.toml", JOB)]),
    ];
    insta::assert_snapshot!(shown.join("\n"), @r#"
    jobs/done.toml:6 push.person: missing; `after` stands without it: the columns that name the person, as the jobs of `after` have them
    jobs/done.toml:9 push.after: no push of the job `other` has `person`, so nobody there can be waited for; say there which columns name the person
    jobs/done.toml:9 push.after: `person` has 2 columns here, and 1 in the job `users`; it must have as many, in the same order
    jobs/done.toml:9 push.person: found "N"; allowed: a list: [ … ]
    "#);
}

#[test]
fn a_job_that_is_not_there_is_named_with_the_nearest() {
    let lines = "person = [\"N\"]\nafter = [\"user\", \"done\", \"payroll\"]";
    insta::assert_snapshot!(said(&[("done.toml", &done(lines)), ("users.toml", JOB)]), @r#"
    jobs/done.toml:10 push.after: no such job: "user"; did you mean `users`?
    jobs/done.toml:10 push.after: names the job itself; within a job users go first without being told
    jobs/done.toml:10 push.after: no such job: "payroll"; there are `users`
    "#);
}

#[test]
fn jobs_that_wait_for_each_other_are_said_once() {
    let waits = |job: &str| done(&format!("person = [\"N\"]\nafter = [{job:?}]"));
    let jobs =
        [("a.toml", waits("b")), ("b.toml", waits("c")), ("c.toml", waits("a")), ("d.toml", waits("a"))];
    let jobs: Vec<_> = jobs.iter().map(|(name, text)| (*name, text.as_str())).collect();
    insta::assert_snapshot!(said(&jobs), @"jobs/a.toml:10 push.after: the jobs wait for each other: a → b → c → a; take one `after` out");
}

#[test]
fn a_job_with_mistakes_of_its_own_is_not_blamed_for_more() {
    let broken = done("persn = [\"N\"]");
    let lines = "person = [\"N\"]\nafter = [\"other\"]";
    insta::assert_snapshot!(said(&[("done.toml", &done(lines)), ("other.toml", &broken)]), @"jobs/other.toml:9 push.persn: unknown key; did you mean `person`?");
    assert_eq!(
        said(&[("done.toml", &done(lines)), ("other.toml", "[source")]).lines().count(),
        1,
        "a file that can't be read is there all the same"
    );
}
