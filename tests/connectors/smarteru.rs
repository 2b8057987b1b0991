//! SmarterU: what urllib and lxml read of its packages.

use serde_json::{Value, json};

use super::peer::Peer;
use super::scene::{Scene, refusals, sync};

/// Keys as the vendor makes them.
const ACCOUNT: &str = "A*b$C^d!E&f+g%41]]>";
const USER: &str = "u<&>\"'=;*$^!";
const FIELDS: &str = "Email = \"mail\"\nEmployeeID = \"employee\"\nGroupName = \"group\"\nGroupID = \"gid\"\n\
                      LearningModuleID = \"course\"\nLearningModuleSessionID = \"session\"\n\
                      EnrollmentStatus = \"state\"\nGrade = \"grade\"\n\
                      EnrolledDate = { column = \"day\", date = \"%d/%m/%Y\" }\n";
const NAMES: [&str; 9] = [
    "Email",
    "EmployeeID",
    "GroupName",
    "GroupID",
    "LearningModuleID",
    "LearningModuleSessionID",
    "EnrollmentStatus",
    "Grade",
    "EnrolledDate",
];
const HEADING: [&str; 10] =
    ["key", "mail", "employee", "group", "gid", "course", "session", "state", "grade", "day"];

const ROWS: [[&str; 10]; 5] = [
    ["1", "o'neil+x@example.org", "", "R&D <Köln> ]]>", "", "3860", "77", "Completed", "A+", "21/11/2026"],
    ["2", "", "E & 7 \"*$^!", "", "g<&>;=+%20", "3860", "77", "Completed", "95.25", "01/02/2026"],
    ["3", "", "日本 🎓", "&amp; Söhne", "", "3861", "78", "Completed", "Pass", "02/02/2026"],
    ["4", "d@example.org", "", "a b", "", "3860", "77", "NotAttended", "", "03/02/2026"],
    ["5", "e@example.org", "", "a b", "", "3860", "77", "Attended", "", "04/02/2026"],
];

fn peer() -> Option<Peer> {
    Peer::start("form_peer.py", &["--product", "smarteru", "--keys", ACCOUNT, USER])
}

fn scene(base_url: &str, keys: &str) -> Scene {
    bare(base_url, keys).push("smarteru", "enroll_session_history", "first_load = \"create\"", FIELDS)
}

/// Without a push.
fn bare(base_url: &str, keys: &str) -> Scene {
    let keys = format!(
        "account_api = {{ file = \"secrets/account\" }}\nuser_api = {{ file = \"secrets/user\" }}\n\
         date_format = \"%Y-%m-%d\"\nconcurrency = 4\n{keys}"
    );
    let scene = Scene::default().secret("account", ACCOUNT).secret("user", USER);
    scene.connection("smarteru", base_url, &keys)
}

/// The enrollment that a row must have become.
fn enrollment(row: &[&str; 10]) -> Value {
    let (day, rest) = row[9].split_once('/').unwrap();
    let (month, year) = rest.split_once('/').unwrap();
    let date = format!("{year}-{month}-{day}");
    let cells = row[1..9].iter().copied().chain([date.as_str()]);
    let filled = NAMES.into_iter().zip(cells).filter(|(_, cell)| !cell.is_empty());
    filled.map(|(name, cell)| (name.to_owned(), json!(cell))).collect::<serde_json::Map<_, _>>().into()
}

fn sorted(mut records: Vec<Value>) -> Vec<Value> {
    records.sort_by_key(Value::to_string);
    records
}

fn enrolled(peer: &Peer) -> Vec<Value> {
    let calls = peer.decoded("enrollSessionHistory");
    calls.into_iter().flat_map(|call| call.as_array().unwrap().clone()).collect()
}

#[test]
fn every_value_of_a_batch_arrives() {
    let Some(peer) = peer() else { return };
    let mut world = scene(&peer.base_url(), "").start();
    let rows = [&[HEADING][..], &ROWS].concat();
    sync(&mut world, &rows).expect("ok, 5 create, 5 accepted");
    assert_eq!(peer.decoded("enrollSessionHistory").len(), 1, "one call is enough for five");
    assert_eq!(sorted(enrolled(&peer)), sorted(ROWS.iter().map(enrollment).collect()));
    sync(&mut world, &rows).expect("nothing, 5 unchanged");
}

#[test]
fn every_enrollment_is_found_again() {
    let Some(peer) = peer() else { return };
    let push = "first_load = \"create\"\nverify = \"sample\"";
    let scene = bare(&peer.base_url(), "").push("smarteru", "enroll_session_history", push, FIELDS);
    let mut world = scene.start();
    let rows = [&[HEADING][..], &ROWS].concat();
    let account = sync(&mut world, &rows).expect("ok, 5 create, 5 accepted");
    let verified = &account.json["pushes"][0]["verified"];
    assert_eq!((&verified["asked"], &verified["there"]), (&json!(5), &json!(5)), "{verified:#}");
    let asked = ROWS.iter().map(|row| {
        let status = if row[7] == "NotAttended" { "Did Not Attend" } else { row[7] };
        json!({ "user": if row[1].is_empty() { row[2] } else { row[1] }, "status": status })
    });
    assert_eq!(sorted(peer.decoded("getLearnerReport")), sorted(asked.collect()));
    let busy = peer.journal().into_iter().all(|call| call["busy"] == 1);
    assert!(busy, "one call at a time, questions included");
}

#[test]
fn calls_come_one_at_a_time() {
    let Some(peer) = peer() else { return };
    let mut world = scene(&peer.base_url(), "batch = 1").start();
    sync(&mut world, &[&[HEADING][..], &ROWS].concat()).expect("ok, 5 create, 5 accepted");
    let busy: Vec<Value> = peer.journal().into_iter().map(|mut call| call["busy"].take()).collect();
    assert_eq!(busy, [1, 1, 1, 1, 1]);
    assert_eq!(sorted(enrolled(&peer)), sorted(ROWS.iter().map(enrollment).collect()));
}

#[test]
fn an_error_of_a_block_is_that_rows_alone() {
    let Some(peer) = peer() else { return };
    let mut world = scene(&peer.base_url(), "").start();
    let mut rows = [&[HEADING][..], &ROWS].concat();
    rows[4][1] = "nobody@example.org";
    let account = sync(&mut world, &rows).expect("partial, 5 create, 4 accepted, 1 refused");
    let refused = refusals(&account);
    assert!(refused.len() == 1 && refused[0].starts_with("5 ESH:21: "), "{refused:?}");
    assert_eq!(enrolled(&peer).len(), 5, "nobody was sent twice");
}

/// Under another name, and by another job.
#[test]
fn two_connections_to_one_account_call_one_at_a_time() {
    let Some(peer) = peer() else { return };
    let scene = scene(&peer.base_url(), "batch = 1");
    let keys = "account_api = { file = \"secrets/account\" }\nuser_api = { file = \"secrets/user\" }\n\
                date_format = \"%Y-%m-%d\"\nbatch = 1";
    let scene = scene.connection_called("again", "smarteru", &peer.base_url(), keys);
    let scene = scene.push("again", "enroll_session_history", "first_load = \"create\"", FIELDS);
    let mut world = scene.start();
    sync(&mut world, &[&[HEADING][..], &ROWS].concat());
    let busy: Vec<Value> = peer.journal().into_iter().map(|mut call| call["busy"].take()).collect();
    assert_eq!(busy, [1; 10]);
}
