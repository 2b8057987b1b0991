//! Corrected rows: rule 17.

use super::furnish::{
    ASSIGN, CROWD, CROWD_HEADER, ISPRING, ISPRING_HEADER, SMARTERU, SMARTERU_HEADER, applied, calls,
    completion, job, push, world,
};
use crate::harness::World;

const FIRST: [&str; 3] = [CROWD_HEADER, "M1,P-7,Passed,80,2026-11-20", "M2,P-7,Passed,70,2026-11-20"];
const CORRECTED: [&str; 4] = [
    CROWD_HEADER,
    "M1,P-7,Passed,80,2026-11-20",
    "M2,P-7,Passed,75,2026-11-20",
    "M3,P-7,Failed,10,2026-11-20",
];

fn crowd(more: &str, fields: &str) -> World {
    let more = format!("first_load = \"create\"\n{more}");
    let push = push("crowd.set_completion", &more, &format!("{CROWD}\n{fields}"));
    world(&[job("done", "", "full", "[\"id\", \"course\"]", &[push])], |_| {})
}

#[test]
fn rule_17_a_corrected_completion_is_held_where_a_repeat_may_grant_twice() {
    let mut world = crowd("", "");
    world.sync_rows("done", &FIRST).expect("ok, 2 create, 2 accepted");
    let run = world.sync_rows("done", &CORRECTED);
    let run = run.expect("held, 1 unchanged, 1 create, 1 update, 1 accepted, 1 held");
    assert_eq!(run.guards(), ["on_change"]);
    assert_eq!(run.json["guards"][0]["found"], "1 corrected completion");
    let text = world.mail_of(&run).flat();
    assert!(text.contains("key M2,P-7 (row 3): score \"70\" -> \"75\""), "{text}");
    assert!(
        text.contains("set on_change = \"send\" (it is sent) or \"ignore\" (it is left alone)"),
        "{text}"
    );
    // Nothing is sent the next night either, and it is still said.
    world.sync_rows("done", &CORRECTED).expect("held, 2 unchanged, 1 update, 1 held");
    assert_eq!(completion(&world, "crowdwisdom", "M2 / P-7").field("score"), Some("70"));
    assert_eq!(applied(&world, "crowdwisdom"), ["M1 / P-7: 1", "M2 / P-7: 1", "M3 / P-7: 1"]);
    // Taken back, it is no correction any more.
    let back = [&FIRST[..], &CORRECTED[3..]].concat();
    world.sync_rows("done", &back).expect("ok, 3 unchanged");
}

#[test]
fn rule_17_a_correction_that_is_sent_grants_nothing_a_second_time() {
    let mut world = crowd("on_change = \"send\"", "");
    world.sync_rows("done", &FIRST).expect("ok, 2 create, 2 accepted");
    let first = completion(&world, "crowdwisdom", "M2 / P-7");
    assert_eq!((first.field("grantCredits"), first.field("issueCertificates")), (None, None));
    let run = world.sync_rows("done", &CORRECTED);
    run.expect("ok, 1 unchanged, 1 create, 1 update, 2 accepted");
    let second = completion(&world, "crowdwisdom", "M2 / P-7");
    assert_eq!((second.field("score"), second.applied), (Some("75"), 2));
    assert_eq!(
        (second.field("grantCredits"), second.field("issueCertificates")),
        (Some("false"), Some("false"))
    );
    assert_eq!((second.count("credits"), second.count("certificates")), (1, 1));
    // A new one grants, on the same night.
    assert_eq!(completion(&world, "crowdwisdom", "M3 / P-7").count("credits"), 1);
    world.sync_rows("done", &CORRECTED).expect("nothing, 3 unchanged");
}

#[test]
fn rule_17_a_mapped_grant_is_sent_as_mapped() {
    let mut world = crowd("on_change = \"send\"", "grantCredits = { value = \"true\" }");
    world.sync_rows("done", &FIRST).expect("ok, 2 create, 2 accepted");
    world.sync_rows("done", &CORRECTED).expect("ok, 1 unchanged, 1 create, 1 update, 2 accepted");
    let sent = completion(&world, "crowdwisdom", "M2 / P-7");
    assert_eq!((sent.field("grantCredits"), sent.field("issueCertificates")), (Some("true"), Some("false")));
    assert_eq!((sent.count("credits"), sent.count("certificates")), (2, 1));
}

#[test]
fn rule_17_an_ignored_correction_is_left_alone_and_said() {
    let mut world = crowd("on_change = \"ignore\"", "");
    world.sync_rows("done", &FIRST).expect("ok, 2 create, 2 accepted");
    let run = world.sync_rows("done", &CORRECTED).expect("ok, 2 unchanged, 1 create, 1 accepted");
    let note = "crowd.set_completion: 1 row differs from what the LMS has acknowledged, which is left alone \
                (on_change = \"ignore\")";
    assert_eq!(run.notes(), [note]);
    assert_eq!(completion(&world, "crowdwisdom", "M2 / P-7").applied, 1);
    let text = world.mail_of(&run).flat();
    assert!(text.contains("1 row differs from what the LMS has acknowledged"), "{text}");
}

#[test]
fn rule_17_a_corrected_assignment_is_held() {
    let push = push("upside.assign_curriculum", "first_load = \"create\"", ASSIGN);
    let mut world = world(&[job("courses", "", "full", "[\"id\"]", &[push])], |_| {});
    world.sync_rows("courses", &["id,course", "L1,167", "L2,167"]).expect("ok, 2 create, 2 accepted");
    let run = world.sync_rows("courses", &["id,course", "L1,404", "L2,167"]);
    let run = run.expect("held, 1 unchanged, 1 update, 1 held");
    assert_eq!(run.json["guards"][0]["found"], "1 corrected assignment");
    assert_eq!(applied(&world, "upsidelms"), ["L1 / 167: 1", "L2 / 167: 1"]);
}

#[test]
fn rule_17_a_correction_is_sent_where_a_repeat_does_no_harm() {
    let ispring = push("ispring.update_modules_statuses", "first_load = \"create\"", ISPRING);
    let smarteru = push("smarteru.enroll_session_history", "first_load = \"create\"", SMARTERU);
    let jobs = [
        job("modules", "", "full", "[\"id\"]", &[ispring]),
        job("sessions", "", "full", "[\"id\"]", &[smarteru]),
    ];
    let mut world = world(&jobs, |sandbox| sandbox.smarteru.enrolls_again = true);
    let modules = |score: &str| [ISPRING_HEADER.to_owned(), format!("N1,C-1,2026-11-20,{score}")];
    let sessions = |grade: &str| {
        [SMARTERU_HEADER.to_owned(), format!("S1,ann@example.org,Staff,3860,9,Completed,{grade},2026-11-20")]
    };
    for (mark, said) in [("80", "ok, 1 create, 1 accepted"), ("90", "ok, 1 update, 1 accepted")] {
        world.sync_rows("modules", &modules(mark).each_ref().map(String::as_str)).expect(said);
        world.sync_rows("sessions", &sessions(mark).each_ref().map(String::as_str)).expect(said);
    }
    assert_eq!(completion(&world, "ispring", "N1 / item-1").field("awardedScore"), Some("90"));
    assert_eq!(completion(&world, "smarteru", "ann@example.org / 9").field("Grade"), Some("90"));
    assert_eq!(calls(world.lms(), "updateModulesStatuses").len(), 2);
}
