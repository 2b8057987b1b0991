//! Help, completions, the manual, the fields, the demo.

use crate::harness::Program;

fn run(arguments: &[&str]) -> crate::harness::Ended {
    let folder = tempfile::tempdir().unwrap();
    Program::start(folder.path(), arguments, &[]).end()
}

/// The commands that the help lists.
fn commands() -> Vec<String> {
    let help = run(&["--help"]).expect(0).stdout;
    let list =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    list.filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next().map(str::to_owned)).collect()
}

#[test]
fn every_command_explains_itself() {
    let commands = commands();
    for needed in "demo run check plan sync status runs show fields sandbox completions man".split(' ') {
        assert!(commands.iter().any(|command| command == needed), "{needed} is not among {commands:?}");
    }
    for command in commands.iter().filter(|command| *command != "help") {
        let help = run(&[command, "--help"]).expect(0);
        assert!(help.stdout.contains("Usage: rollbook") && help.stderr.is_empty(), "{command}: {help:#?}");
    }
    assert!(run(&["--version"]).expect(0).stdout.starts_with("rollbook "));
}

#[test]
fn all_fields_of_an_operation_are_listed() {
    let text = run(&["fields", "upsidelms.manage_user"]).expect(0).stdout;
    let lines = text.lines().skip_while(|line| !line.trim_start().starts_with("FIELD")).skip(1);
    let names: Vec<&str> = lines.map_while(|line| line.split_whitespace().next()).collect();
    assert_eq!(names.len(), 31, "{text}");
    assert_eq!((names[0], names[30]), ("unique_id", "user_expiry_date"));
    assert!(text.contains("One record a call") && text.contains("is sent again."), "{text}");
    assert!(run(&["fields"]).expect(0).stdout.contains("upsidelms.manage_user"));
}

#[test]
fn completions_and_the_manual_are_written() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(run(&["completions", shell]).expect(0).stdout.contains("rollbook"), "{shell}");
    }
    let manual = run(&["man"]).expect(0).stdout;
    assert!(manual.starts_with(".ie") || manual.contains(".TH rollbook"), "{manual}");
    // The pages of the commands follow, each with its options.
    assert!(manual.contains(".TH rollbook-catalog") && manual.contains("changed\\-since"), "{manual}");
}

#[test]
fn the_demo_ends_well_and_leaves_what_it_names() {
    let folder = tempfile::tempdir().unwrap();
    let ended = Program::start(folder.path(), &["demo", "--dir", "demo"], &[]).end().expect(0);
    assert!(
        ended.stdout.contains("32 changes (with 3 remove) = 30 accepted + 1 refused + 1 parked"),
        "{}",
        ended.stdout
    );
    let mails = std::fs::read_dir(folder.path().join("demo/mail")).unwrap().count();
    assert_eq!(mails, 10, "two of the jobs mail only what changed or went wrong");
    // Its folder is one that the other commands work in.
    let demo = folder.path().join("demo");
    let runs = Program::start(&demo, &["runs", "--json"], &[]).end().expect(0).json();
    assert_eq!(runs["runs"].as_array().unwrap().len(), 12);
    Program::start(&demo, &["check"], &[]).end().expect(0);
    let again = Program::start(folder.path(), &["demo", "--dir", "demo"], &[]).end().expect(2);
    assert!(again.stderr.contains("is not empty"), "{}", again.stderr);
}
