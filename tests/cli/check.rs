//! `check`: every mistake of every file at once.

use std::fs;

use crate::harness::{JobFile, Setup, World};

fn check(world: &mut World, expected: &[&str]) {
    let ended = world.run(&["check"]).expect(2);
    let told: Vec<&str> =
        ended.stdout.lines().filter(|line| line.contains(".toml:") || line.contains("folder")).collect();
    assert_eq!(told.len(), expected.len(), "{}", ended.stdout);
    for words in expected {
        assert!(
            told.iter().any(|line| words.split(" … ").all(|part| line.contains(part))),
            "{words}\n{told:#?}"
        );
    }
    let problems = if expected.len() == 1 { "problem" } else { "problems" };
    assert!(ended.stdout.contains(&format!("{} {problems} in 2 files", expected.len())), "{}", ended.stdout);
}

#[test]
fn six_mistakes_in_two_files_are_named_with_file_line_and_way_out() {
    let job = JobFile::default()
        .set("source.delimeter", "\";\"")
        .set("fields.lmsrol", "{ value = \"Learner\" }")
        .set("push.connection", "\"upsid\"")
        .without("fields.email")
        .set("report.to", "\"nobody\"");
    let mut world = Setup::of(&job).start();
    check(
        &mut world,
        &[
            "people.toml:2 source.delimeter … did you mean `delimiter`?",
            "push.connection … did you mean `upside`?",
            "report.to … \"nobody\"",
        ],
    );
    let mut world = Setup::of(&job.set("push.connection", "\"upside\"")).start();
    world.set_config("requests_per_second = 0", "requests_per_second = \"none\"");
    world.set_config("[mail]\n", "[mail]\nform = \"x\"\n");
    check(
        &mut world,
        &[
            "rollbook.toml:6 mail.form … did you mean `from`?",
            "rollbook.toml … connections.upside.requests_per_second … \"none\"",
            "people.toml:2 source.delimeter … did you mean `delimiter`?",
            "push.fields.lmsrol … did you mean `lmsrole`?",
            "people.toml … push.fields … email",
            "report.to … \"nobody\"",
        ],
    );
}

#[test]
fn what_is_missing_in_the_world_is_a_mistake_too() {
    let mut world = Setup::default().start();
    fs::remove_dir(world.path("inbox")).unwrap();
    fs::remove_file(world.path("secrets/upside")).unwrap();
    let ended = world.run(&["check"]).expect(2);
    assert!(ended.stdout.contains("source.folder") && ended.stdout.contains("inbox"), "{}", ended.stdout);
    assert!(ended.stdout.contains("connections.upside.password"), "{}", ended.stdout);
}

#[test]
fn a_good_configuration_has_no_problem_and_signs_in() {
    let mut world = Setup::default().start();
    let ended = world.run(&["check"]).expect(0);
    assert!(ended.stdout.contains("2 files, no problem"), "{}", ended.stdout);
    let ended = world.run(&["check", "--live"]).expect(0);
    assert!(ended.stdout.contains("connection upside: signed in"), "{}", ended.stdout);
    assert!(world.lms().users().is_empty(), "signing in changes nothing");
}

#[test]
fn a_sign_in_that_fails_is_exit_code_1() {
    let mut world = Setup::default().start();
    world.set_config("portal_key = \"sandbox\"", "portal_key = \"sandpit\"");
    let ended = world.run(&["check", "--live"]).expect(1);
    assert!(ended.stdout.contains("connection upside: Err001"), "{}", ended.stdout);
}

#[test]
fn no_command_works_with_a_configuration_that_has_mistakes() {
    let mut world = Setup::of(&JobFile::default().set("push.conection", "\"x\"")).start();
    for command in [&["sync", "people"][..], &["plan", "people"], &["status"], &["runs"], &["run"]] {
        let ended = world.run(command).expect(2);
        assert!(ended.stderr.contains("push.conection"), "{command:?}: {}", ended.stderr);
    }
}
