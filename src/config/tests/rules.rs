//! What an operation demands between fields, what it advises, and what its changes may do.

use super::academy::{job, main, said};
use super::*;
use crate::model::{Missing, OnChange};

/// What is said of `enroll` with these fields.
fn with(fields: &[&str]) -> String {
    said("enroll", "", &fields.join("\n"))
}

#[test]
fn fields_that_rows_can_choose_between_are_fine() {
    for good in [
        &["mail = \"Mail\"", "group = \"Group\""][..],
        &["mail = \"Mail\"", "number = \"Id\"", "team = \"Team\""],
        &[
            "mail = \"Mail\"",
            "number = { value = \"7\" }",
            "team = \"Team\"",
            "group = { value = \"Staff\" }",
        ],
        &["mail = \"Mail\"", "team = \"Team\"", "grade = \"Grade\"", "status = { value = \"Completed\" }"],
        &["mail = \"Mail\"", "team = \"Team\"", "grade = { value = \"\" }", "status = \"Status\""],
    ] {
        assert_eq!(with(good), "", "{good:?}");
    }
}

#[test]
fn a_rule_that_no_row_can_keep_is_a_mistake_of_the_file() {
    let bad = [
        with(&["status = \"Status\""]),
        with(&["mail = { value = \"\" }", "team = \"Team\""]),
        with(&["mail = { value = \"a\" }", "number = { value = \"b\" }", "team = \"Team\""]),
        with(&[
            "mail = { column = \"Mail\", empty = \"reject\" }",
            "number = { column = \"Id\", default = \"7\" }",
            "team = \"Team\"",
        ]),
        with(&["mail = \"Mail\"", "team = \"Team\"", "grade = \"Grade\""]),
        with(&[
            "mail = \"Mail\"",
            "team = \"Team\"",
            "grade = \"Grade\"",
            "status = { value = \"Attended\" }",
        ]),
        // What is wrong by itself is said once.
        with(&["mail = 7", "group = {}"]),
    ];
    insta::assert_snapshot!(bad.join("\n"), @r#"
    jobs/done.toml:10 push.fields.mail: missing; academy.enroll demands exactly one of `mail` and `number`
    jobs/done.toml:10 push.fields.group: missing; academy.enroll demands at least one of `group` and `team`
    jobs/done.toml:10 push.fields.mail: missing; academy.enroll demands exactly one of `mail` and `number`
    jobs/done.toml:12 push.fields.number: has a value in every row, and so has `mail`; academy.enroll allows exactly one of `mail` and `number`
    jobs/done.toml:12 push.fields.number: has a value in every row, and so has `mail`; academy.enroll allows exactly one of `mail` and `number`
    jobs/done.toml:13 push.fields.grade: no row may have it, for `status` is not mapped; academy.enroll allows `grade` only where `status` is `Completed`
    jobs/done.toml:13 push.fields.grade: no row may have it, for `status` is always `Attended`; academy.enroll allows `grade` only where `status` is `Completed`
    jobs/done.toml:11 push.fields.mail: found a number; allowed: a column in quotes, { column = "…", … } or { value = "…" }
    jobs/done.toml:12 push.fields.group: neither `column` nor `value`; allowed: exactly one of them
    "#);
}

#[test]
fn what_had_better_be_mapped_is_advised() {
    insta::assert_snapshot!(said("set_done", "id = \"done\"", "learner = \"id\""), @"(notice) jobs/done.toml:10 push.fields.done_at: not mapped by the push `done`: the LMS takes the time of each call");
    assert_eq!(said("set_done", "", "learner = \"id\"\ndone_at = \"Done\""), "");
}

#[test]
fn a_correction_is_held_where_a_repeat_may_hurt() {
    let policy = |operation: &str, lines: &str, fields: &str| {
        let loaded = Files::new(&main(), &[("done.toml", &job(operation, lines, fields))]).load();
        let config = loaded.config.expect("a sound configuration");
        config.jobs["done"].pushes[0].policy.clone()
    };
    let learner = "learner = \"id\"";
    assert_eq!(policy("set_done", "", learner).on_change, OnChange::Hold);
    assert_eq!(policy("set_done", "on_change = \"send\"", learner).on_change, OnChange::Send);
    assert_eq!(policy("set_done", "on_change = \"ignore\"", learner).on_change, OnChange::Ignore);
    assert_eq!(policy("launch", "on_change = \"send\"", learner).on_change, OnChange::Send);
    assert_eq!(policy("launch", "", learner).on_change, OnChange::Send);
    assert_eq!(policy("launch", "on_missing = \"withdraw\"", learner).on_missing, Missing::Withdraw);
    let bad = [
        said("set_done", "on_change = \"held\"", "learner = \"id\"\ndone_at = \"Done\""),
        said("launch", "on_change = \"hold\"", learner),
        job_with(&[("operation =", "on_change = \"ignore\"\noperation =")]),
    ];
    insta::assert_snapshot!(bad.join("\n"), @r#"
    jobs/done.toml:9 push.on_change: found "held"; allowed: `hold`, `send`, `ignore`; did you mean `hold`?
    jobs/done.toml:9 push.on_change: found "hold"; a change of academy.launch grants and mails nothing twice, so it is always sent; allowed: "send"
    jobs/hr.toml:10 push.on_change: found "ignore"; a change of upsidelms.manage_user grants and mails nothing twice, so it is always sent; allowed: "send"
    "#);
}

#[test]
fn only_links_are_withdrawn() {
    let learner = "learner = \"id\"\ndone_at = \"Done\"";
    let delta = job("form", "on_missing = \"withdraw\"", learner).replace("\"full\"", "\"delta\"");
    let bad = [
        said("launch", "on_missing = \"remove\"", learner),
        said("launch", "on_missing = { learner = \"0\" }", learner),
        said("set_done", "on_missing = \"withdraw\"", learner),
        job_with(&[("operation =", "on_missing = \"withdraw\"\noperation =")]),
        Files::new(&main(), &[("done.toml", &delta)]).problems(),
    ];
    insta::assert_snapshot!(bad.join("\n"), @r#"
    jobs/done.toml:9 push.on_missing: found "remove"; allowed: "ignore", or "withdraw" (the link is left out of its file)
    jobs/done.toml:9 push.on_missing: academy.launch sends nothing, so no field can be set; allowed: "ignore", or "withdraw" (the link is left out of its file)
    jobs/done.toml:9 push.on_missing: only a link can be withdrawn, and academy.set_done makes none; allowed: "ignore"
    jobs/hr.toml:10 push.on_missing: only a link can be withdrawn, and upsidelms.manage_user makes none; allowed: "ignore", or the fields to set: { status = "Inactive" }
    (notice) jobs/done.toml:9 push.on_missing: means nothing with rows = "delta": only a full export tells who is missing
    "#);
}
