//! `check --live` against all five products.

use std::fs;

use super::furnish::{CROWD, job, push, world};
use crate::harness::World;

fn five() -> World {
    world(&[job("done", "", "delta", "[\"id\"]", &[push("crowd.set_completion", "", CROWD)])], |_| {})
}

/// What is said of each connection.
fn said(world: &mut World, code: i32) -> Vec<String> {
    let said = world.run(&["check", "--live"]).expect(code).stdout;
    said.lines().filter_map(|line| line.strip_prefix("connection ")).map(str::to_owned).collect()
}

#[test]
fn every_connection_signs_in_or_says_that_it_can_not_be_checked() {
    let mut world = five();
    let expected = [
        "crowd: signed in",
        "ispring: signed in",
        "media: not checkable: links are made here, so there is nothing to sign in to; name the hosts of this \
         environment's courses in `hosts`, or a course of the other one may slip in",
        "smarteru: signed in",
        "upside: signed in",
    ];
    assert_eq!(said(&mut world, 0), expected);
    let effects = world.lms().effects();
    assert!(effects.users.is_empty() && effects.assignments.is_empty() && effects.completions.is_empty());
    assert!(effects.tasks.is_empty());
}

#[test]
fn wrong_secrets_are_named_each_with_its_connection() {
    let mut world = five();
    world.set_config("system_id = \"sandbox\"", "system_id = \"sandpit\"");
    world.set_config("portal_key = \"sandbox\"", "portal_key = \"sandpit\"");
    for name in ["ispring", "account"] {
        fs::write(world.path("secrets").join(name), "not the right one").unwrap();
    }
    let said = said(&mut world, 1);
    let expected = [
        "crowd: 2: no session: Invalid System ID; is system_id the identifier that the vendor assigned?",
        "ispring: invalid_client; the LMS gives no token for these credentials: are client_id and client_secret those \
         of an API key that is still there, and base_url that of its account?",
        "media: not checkable: links are made here, so there is nothing to sign in to; name the hosts of this \
         environment's courses in `hosts`, or a course of the other one may slip in",
        "smarteru: SU:10: User and Account API keys are invalid; check account_api and user_api of the connection",
        "upside: Err001: Invalid value received against parameter. (Portal key); is portal_key that of the portal at \
         base_url?",
    ];
    assert_eq!(said, expected);
    assert!(!world.transcript.contains("not the right one"), "no secret is said");
}

#[test]
fn one_that_does_not_answer_is_named_and_the_others_sign_in() {
    let mut world = five();
    world.break_lms("hang=1,only=ispring");
    let said = said(&mut world, 1);
    assert_eq!(said[1], "ispring: timeout: no complete answer within 1s");
    assert_eq!(said.iter().filter(|line| line.ends_with("signed in")).count(), 3);
}
