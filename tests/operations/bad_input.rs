//! Rows that no LMS would take, settings that none would bear, and trouble that stays where it is.

use std::fs;

use super::furnish::{
    ASSIGN, CROWD, CROWD_HEADER, ISPRING, SMARTERU, SMARTERU_HEADER, applied, job, push, world,
};
use crate::harness::{Account, World};

const SESSION: &str = "S1,ann@example.org,Staff,1,9,Attended,,2026-11-20";

/// One good row and one bad one of a delta job: all that is said of the bad one, as `field found: reason`.
#[track_caller]
fn rejected(id: &str, fields: &str, rows: &[&str; 3]) -> Vec<String> {
    let mut world = world(&[job("rows", "", "delta", "[\"id\"]", &[push(id, "", fields)])], |_| {});
    let run = world.sync_rows("rows", rows).expect("partial, 1 rejected, 1 create, 1 accepted");
    let mail = world.mail_of(&run);
    assert_eq!(mail.rejects().0, "rows-001-rejects.csv");
    said(&run)
}

fn said(run: &Account) -> Vec<String> {
    let rejects = run.json["rejects"].as_array().unwrap().iter();
    let line = |reject: &serde_json::Value| {
        assert_eq!((&reject["row"], &reject["key"]), (&3.into(), &"bad".into()), "{reject:#}");
        let [field, reason] = ["field", "reason"].map(|name| reject[name].as_str().unwrap_or("-"));
        format!("{field} {}: {reason}", reject["value"])
    };
    rejects.map(line).collect()
}

const STAND_FOR: &str = "correct it, or say with `values` in the job what it stands for";

#[test]
fn an_unknown_status_word_is_a_reject() {
    let ispring = ISPRING.replace("{ value = \"complete\" }", "\"word\"");
    let rows =
        ["id,course,day,score,word", "N1,C-1,2026-11-20,100,complete", "bad,C-1,2026-11-20,100,completed"];
    let words = "`complete`, `incomplete`, `passed`, `failed`, `accepted`, `declined`";
    let reason =
        format!("status \"completed\": column `word`: `completed` is not one of {words}; {STAND_FOR}");
    assert_eq!(rejected("ispring.update_modules_statuses", &ispring, &rows), [reason]);
    let rows = [SMARTERU_HEADER, SESSION, "bad,bob@example.org,Staff,1,9,Complete,80,2026-11-20"];
    let words = "`NotAttended`, `Attended`, `Completed`";
    let reason = format!(
        "EnrollmentStatus \"Complete\": column `status`: `Complete` is not one of {words}; {STAND_FOR}"
    );
    assert_eq!(rejected("smarteru.enroll_session_history", SMARTERU, &rows), [reason]);
    let rows = [CROWD_HEADER, "M1,P-7,Passed,80,2026-11-20", "bad,P-7,Done,80,2026-11-20"];
    let words = "`Completed`, `Passed`, `Failed`";
    let reason = format!("completion \"Done\": column `result`: `Done` is not one of {words}; {STAND_FOR}");
    assert_eq!(rejected("crowd.set_completion", CROWD, &rows), [reason]);
}

#[test]
fn a_date_in_the_wrong_form_is_a_reject() {
    let rows = [CROWD_HEADER, "M1,P-7,Passed,80,2026-11-20", "bad,P-7,Passed,80,20/11/2026"];
    let reason = "completionDate \"20/11/2026\": column `day`: `20/11/2026` is not a date and time written as \
                  YYYY-MM-DD; a zone may follow (Z, +01:00); correct it, or `date` of the \
                  field in the job";
    assert_eq!(rejected("crowd.set_completion", CROWD, &rows), [reason]);
    let rows = [SMARTERU_HEADER, SESSION, "bad,bob@example.org,Staff,1,9,Attended,,2026-02-30"];
    let reason = "EnrolledDate \"2026-02-30\": column `day`: `2026-02-30` is no day of the calendar; it is read as \
                  YYYY-MM-DD";
    assert_eq!(rejected("smarteru.enroll_session_history", SMARTERU, &rows), [reason]);
}

#[test]
fn both_or_neither_of_two_identifiers_is_a_reject() {
    let fields = format!("{SMARTERU}\nEmployeeID = \"number\"\nGroupID = \"group_id\"");
    let header = format!("{SMARTERU_HEADER},number,group_id");
    let good = format!("{SESSION},,");
    let both = "bad,bob@example.org,Staff,1,9,Attended,,2026-11-20,7,";
    let reason = "- null: both `Email` (column `mail`) and `EmployeeID` (column `number`) have a value; exactly one of \
                  `Email` and `EmployeeID` is allowed, so empty all cells but one";
    assert_eq!(rejected("smarteru.enroll_session_history", &fields, &[&header, &good, both]), [reason]);
    let neither = "bad,,,1,9,Attended,,2026-11-20,,";
    let reasons = [
        "- null: neither `Email` (column `mail`) nor `EmployeeID` (column `number`) has a value; exactly one of \
         `Email` and `EmployeeID` is needed, so fill in a cell",
        "- null: neither `GroupName` (column `group`) nor `GroupID` (column `group_id`) has a value; exactly one of \
         `GroupName` and `GroupID` is needed, so fill in a cell",
    ];
    assert_eq!(rejected("smarteru.enroll_session_history", &fields, &[&header, &good, neither]), reasons);
    let fields =
        format!("{ASSIGN}\nemail_id = \"mail\"").replace("unique_id = \"id\"", "unique_id = \"number\"");
    let reason = "- null: none of `unique_id` (column `number`), `username` (not mapped by the job) and `email_id` \
                  (column `mail`) have a value; at least one of `unique_id`, `username` and `email_id` is needed, so \
                  fill in a cell";
    let rows = ["id,number,mail,course", "one,L1,,167", "bad,,,167"];
    assert_eq!(rejected("upside.assign_curriculum", &fields, &rows), [reason]);
}

#[test]
fn a_value_with_the_sign_that_divides_values_is_a_reject() {
    let fields = ASSIGN.replace("unique_id = \"id\"", "unique_id = \"number\"");
    let rows = ["id,number,course", "one,L1,167", "bad,L2~L3,404~405"];
    let reasons = [
        "unique_id \"L2~L3\": column `number`: `L2~L3` holds `~`, which separates values in what the LMS gets; take \
         it out (it may hold no `~`, no `=`)",
        "curr_id \"404~405\": column `course`: `404~405` holds `~`, which separates values in what the LMS gets; take \
         it out (it may hold no `~`)",
    ];
    assert_eq!(rejected("upside.assign_curriculum", &fields, &rows), reasons);
}

#[test]
fn a_batch_larger_than_allowed_is_an_error_of_check() {
    for (connection, most) in [("upside", 200), ("crowd", 500), ("ispring", 1000), ("smarteru", 200)] {
        let push = push("crowd.set_completion", "", CROWD);
        let mut world = world(&[job("done", "", "delta", "[\"id\"]", &[push])], |_| {});
        world.configure(connection, &format!("batch = {}", most + 1));
        let said = world.run(&["check"]).expect(2).stdout;
        let words = format!(
            "connections.{connection}.batch: found {}; allowed: a whole number from 1 to {most}\n\n1 problem in 2 files",
            most + 1
        );
        assert!(said.contains(&words), "{words} in {said}");
        world.run(&["sync", "done"]).expect(2);
    }
}

/// One export for five systems.
fn everywhere() -> World {
    let links = "em = \"mail\"\nfn = \"mail\"\nactivity = { value = \"https://courses.example.org/one/#/\" }";
    let pushes = [
        push("upside.assign_curriculum", "", ASSIGN),
        push("crowd.set_completion", "", CROWD),
        push("ispring.update_modules_statuses", "", ISPRING),
        push("smarteru.enroll_session_history", "", &SMARTERU.replace("\"course\"", "{ value = \"3860\" }")),
        push("media.launch_link", "export = \"../links.csv\"", links),
    ];
    world(&[job("all", "", "delta", "[\"id\"]", &pushes)], |_| {})
}

const HEADER: &str = "id,course,result,score,day,mail,group,session,status,grade";
const ROW: &str = "L1,167,Passed,80,2026-11-20,ann@example.org,Staff,9,Completed,80";
const PUSHES: [(&str, &str); 4] = [
    ("upside.assign_curriculum", "upsidelms"),
    ("crowd.set_completion", "crowdwisdom"),
    ("ispring.update_modules_statuses", "ispring"),
    ("smarteru.enroll_session_history", "smarteru"),
];

#[test]
fn the_trouble_of_one_connection_leaves_the_others_undisturbed() {
    // Who is stopped, and what of the settings is wrong then.
    let wrong = [
        (
            "upside.assign_curriculum",
            "portal_key = \"sandbox\"",
            "portal_key = \"sandpit\"",
            "is portal_key that of the portal at base_url?",
        ),
        (
            "crowd.set_completion",
            "system_id = \"sandbox\"",
            "system_id = \"sandpit\"",
            "is system_id the identifier that the vendor assigned?",
        ),
        (
            "ispring.update_modules_statuses",
            "client_id = \"sandbox\"",
            "client_id = \"sandpit\"",
            "are client_id and client_secret those of an API key that is still there",
        ),
        (
            "smarteru.enroll_session_history",
            "secrets/account",
            "secrets/data-key",
            "check account_api and user_api of the connection",
        ),
    ];
    for (stopped, from, to, advice) in wrong {
        let mut world = everywhere();
        world.set_config(from, to);
        world.leftovers = true;
        let run = world.sync_rows("all", &[HEADER, ROW]);
        for (push, product) in PUSHES {
            let (said, held) = if push == stopped {
                ("failed, 1 create, 1 pending", 0)
            } else {
                ("ok, 1 create, 1 accepted", 1)
            };
            assert_eq!(run.said_of(push), said, "{run:#?}");
            assert_eq!(applied(&world, product).len(), held, "{push} while {stopped} is stopped");
        }
        assert_eq!(run.said_of("media.launch_link"), "ok, 1 create, 1 accepted");
        assert!(world.path("links.csv").exists());
        let line = &run.json["stopped"];
        assert_eq!(line.as_array().unwrap().len(), 1, "{run:#?}");
        let mail = world.mail_of(&run).flat();
        assert!(
            mail.contains(&format!("Connection {} is stopped", stopped.split('.').next().unwrap())),
            "{mail}"
        );
        assert!(mail.contains(advice), "{advice} in {mail}");
        world.set_config(to, from);
        world.leftovers = false;
        let late = world.sync_job("all");
        assert_eq!((late.run(), late.said_of(stopped).as_str()), (run.run(), "ok, 1 create, 1 accepted"));
        assert!(PUSHES.iter().all(|(_, product)| applied(&world, product).len() == 1));
    }
}

#[test]
fn a_connection_without_its_secret_leaves_the_others_undisturbed() {
    let mut world = everywhere();
    fs::remove_file(world.path("secrets/ispring")).unwrap();
    world.leftovers = true;
    let run = world.sync_rows("all", &[HEADER, ROW]);
    let reason = "connections.ispring.client_secret: secret file secrets/ispring is not there";
    assert_eq!(run.json["stopped"][0]["reason"], reason);
    assert_eq!(run.said_of("ispring.update_modules_statuses"), "failed, 1 create, 1 pending");
    assert_eq!(run.said_of("smarteru.enroll_session_history"), "ok, 1 create, 1 accepted");
}
