//! Cells: rules 15 and 16.

use crate::harness::{Export, JobFile, Setup};

#[test]
fn rule_15_a_value_that_became_empty_is_left_out_and_counted() {
    let mut world = Setup::default().start();
    let export = Export::of(3);
    world.sync_export(&export).expect("ok, 3 create, 3 accepted");
    let emptied = export.with("E2", "phone", " ");
    let run = world.sync_export(&emptied).expect("ok, 3 unchanged");
    assert_eq!(world.field("E2", "phone"), "020 7946 0000");
    let text = world.mail_of(&run).flat();
    assert!(text.contains("1 record counts as unchanged although a value became empty"), "{text}");
    world.twice(&emptied);
}

#[test]
fn rule_15_clear_empties_the_field() {
    let job = JobFile::default().set("fields.phone", "{ column = \"phone\", empty = \"clear\" }");
    let mut world = Setup::of(&job).start();
    let export = Export::of(3);
    world.sync_export(&export).expect("ok, 3 create, 3 accepted");
    let emptied = export.with("E2", "phone", "");
    world.sync_export(&emptied).expect("ok, 2 unchanged, 1 update, 1 accepted");
    assert_eq!(world.field("E2", "phone"), "");
    world.twice(&emptied);
}

#[test]
fn rule_15_reject_turns_the_row_down_and_so_do_required_fields() {
    let job = JobFile::default().set("fields.phone", "{ column = \"phone\", empty = \"reject\" }");
    let mut world = Setup::of(&job).start();
    let export = Export::of(3).with("E2", "phone", "").with("E3", "name", "").with("E3", "phone", "");
    let run = world.sync_export(&export).expect("partial, 2 rejected, 1 create, 1 accepted");
    let reason = "it is required, and there is no value";
    let mut said = run.rejects();
    said.sort();
    let expected = [
        format!("3 E2 phone: {reason}"),
        format!("4 E3 firstname: column `name`: {reason}"),
        format!("4 E3 phone: {reason}"),
    ];
    assert_eq!(said, expected, "every problem of a row is listed");
}

#[test]
fn rule_16_a_value_that_holds_its_separator_is_rejected_by_name() {
    let job = JobFile::default().set("fields.node_id", "{ column = \"units\", separator = \";\" }");
    let mut world = Setup::of(&job).start();
    let export = Export::of(3).with_column("units", "N-1;N-2").with("E2", "units", "N-1;N,2");
    let run = world.sync_export(&export).expect("partial, 1 rejected, 2 create, 2 accepted");
    let said = run.rejects().remove(0);
    assert!(said.starts_with("3 E2 node_id: ") && said.contains("`,`"), "{said}");
    assert_eq!(run.json["rejects"][0]["value"], "N-1;N,2");
    assert_eq!(world.field("E1", "node_id"), "N-1,N-2");
}
