//! What is in doubt, and a person's word on it: `rollbook doubt` and `rollbook settle`.

use super::stands::STANDS;
use crate::harness::{Setup, World};

/// A world in which the first record of a completion is in doubt; gives the run too.
fn doubtful() -> (World, String) {
    let stand = STANDS.iter().find(|stand| stand.operation == "crowdwisdom.set_completion").unwrap();
    let mut setup = Setup::products().connection("timeout_s = 1");
    setup.jobs = vec![("people".to_owned(), stand.job())];
    let mut world = setup.start();
    world.break_lms("script=lose,only=setCompletion");
    let account = world.sync_bytes(&stand.csv(1)).expect("partial, 1 create, 1 in_doubt");
    let run = account.run().to_owned();
    (world, run)
}

fn applied(world: &World) -> u32 {
    world.lms().effects().completions.iter().map(|completion| completion.applied).sum()
}

/// The same row once more, and what the run said.
fn again(world: &mut World) -> String {
    let stand = STANDS.iter().find(|stand| stand.operation == "crowdwisdom.set_completion").unwrap();
    world.sync_bytes(&stand.csv(2)[..]).said()
}

#[test]
fn what_the_lms_has_counts_as_accepted_and_is_never_sent_again() {
    let (mut world, run) = doubtful();
    let listed = world.run(&["doubt"]);
    assert_eq!(listed.code, 4);
    assert!(listed.stdout.contains(&run) && listed.stdout.contains("M1"), "{}", listed.stdout);
    let settled = world.run(&["settle", &run, "M1", "--accepted"]);
    assert_eq!(
        (settled.code, settled.stdout.as_str()),
        (0, "key M1 of crowd.set_completion counts as accepted\n")
    );
    assert_eq!(world.run(&["doubt"]).code, 0);
    assert_eq!(world.run(&["settle", &run, "M1", "--accepted"]).code, 2);
    assert_eq!(again(&mut world), "ok, 1 unchanged, 1 create, 1 accepted");
    assert_eq!(applied(&world), 2, "one each");
}

#[test]
fn what_the_lms_does_not_have_is_sent_again() {
    let (mut world, run) = doubtful();
    let settled = world.run(&["settle", &run, "M1", "--resend"]);
    assert_eq!(settled.code, 0, "{}", settled.stderr);
    // The other row brings the delivery about; the first is carried out a second time, as the person said.
    assert_eq!(again(&mut world), "ok, 2 create, 2 accepted");
    assert_eq!(applied(&world), 3);
}

#[test]
fn what_waits_behind_a_doubt_goes_with_it() {
    let (mut world, run) = doubtful();
    assert_eq!(again(&mut world), "partial, 2 create, 1 accepted, 1 parked");
    assert_eq!(world.run(&["settle", &run, "M1", "--accepted"]).code, 0);
    assert_eq!(world.query("SELECT count(*) FROM change WHERE state = 'parked'"), [0]);
    assert_eq!(applied(&world), 2);
}

#[test]
fn a_verdict_has_to_be_given_and_its_record_to_be_in_doubt() {
    let (mut world, run) = doubtful();
    assert_eq!(world.run(&["settle", &run, "M1"]).code, 2);
    assert_eq!(world.run(&["settle", &run, "M1", "--accepted", "--resend"]).code, 2);
    assert_eq!(world.run(&["settle", "2020-01-01.1", "M1", "--accepted"]).code, 2);
    let other = world.run(&["settle", &run, "M9", "--accepted"]);
    assert_eq!(other.code, 2);
    assert!(other.stderr.contains("nothing of key M9 is in doubt"), "{}", other.stderr);
    assert_eq!(applied(&world), 1);
}
