//! iSpring Learn: what zeep and lxml read, by SOAP and by REST.

use serde_json::{Value, json};

use super::peer::Peer;
use super::scene::{AWKWARD, Scene, refusals, sync};

const ID: &str = "id & <co>";
const SECRET: &str = "p\"ö+=&%41]]>";
const FIELDS: &str = "enrollmentId = \"key\"\ncourseId = \"course\"\ncontentItemId = \"item\"\n\
                      date = { column = \"day\", date = \"%d/%m/%Y\" }\nreason = \"reason\"\n\
                      status = \"state\"\nawardedScore = \"score\"\n";
const HEADING: [&str; 7] = ["key", "course", "item", "day", "reason", "state", "score"];

fn peer(more: &[&str]) -> Option<Peer> {
    let usual = ["--product", "ispring", "--client", ID, SECRET];
    Peer::start("soap_peer.py", &[&usual, more].concat())
}

fn scene(base_url: &str, keys: &str) -> Scene {
    let keys = format!("client_id = '{ID}'\nclient_secret = {{ file = \"secrets/learn\" }}\n{keys}");
    let scene = Scene::default().secret("learn", SECRET).connection("ispring", base_url, &keys);
    scene.push("ispring", "update_modules_statuses", "first_load = \"create\"", FIELDS)
}

fn ids(rows: &[[&str; 7]]) -> Value {
    let mut ids: Vec<Value> = rows.iter().map(|row| json!(row[0])).collect();
    ids.sort_by_key(Value::to_string);
    Value::Array(ids)
}

/// The call that these rows, which agree in all but the first cell, must have become.
fn call(rows: &[[&str; 7]], task: &Value) -> Value {
    let [_, course, item, day, reason, state, score] = rows[0];
    let (day, month) = day.split_once('/').unwrap();
    let (month, year) = month.split_once('/').unwrap();
    json!({
        "enrollmentIds": { "id": ids(rows) },
        "courseId": course,
        "moduleStatuses": { "moduleStatus": [{
            "contentItemId": item, "date": format!("{year}-{month}-{day}"), "reason": reason,
            "status": state, "awardedScore": score,
        }] },
        "taskId": task,
    })
}

/// Seven enrolments: the first three differ in nothing else and go together.
fn rows() -> Vec<[&'static str; 7]> {
    let mut rows = vec![HEADING];
    for key in &AWKWARD[..3] {
        rows.push([key, AWKWARD[1], AWKWARD[2], "12/03/2020", AWKWARD[4], "complete", "100"]);
    }
    rows.push([AWKWARD[3], AWKWARD[1], AWKWARD[2], "12/03/2020", AWKWARD[4], "passed", "100"]);
    rows.push([AWKWARD[4], AWKWARD[1], AWKWARD[2], "13/03/2020", AWKWARD[4], "complete", "100"]);
    rows.push([AWKWARD[5], AWKWARD[1], AWKWARD[2], "12/03/2020", AWKWARD[3], "complete", "100"]);
    rows.push([AWKWARD[6], AWKWARD[1], AWKWARD[2], "12/03/2020", AWKWARD[4], "complete", "87.5"]);
    rows
}

/// Compares what was read with what was in the file, whatever the order of the calls.
#[track_caller]
fn check(peer: &Peer, rows: &[[&str; 7]]) {
    let mut calls = peer.decoded("updateModulesStatuses");
    for call in &mut calls {
        call["enrollmentIds"]["id"].as_array_mut().unwrap().sort_by_key(Value::to_string);
    }
    let groups = [&rows[1..4], &rows[4..5], &rows[5..6], &rows[6..7], &rows[7..8]];
    assert_eq!(calls.len(), groups.len(), "{calls:#?}");
    for group in groups {
        let ids = ids(group);
        let found = calls.iter().find(|found| found["enrollmentIds"]["id"] == ids);
        let found = found.unwrap_or_else(|| panic!("no call with {ids} in {calls:#?}"));
        assert_eq!(*found, call(group, &found["taskId"]));
    }
}

#[test]
fn every_value_arrives_and_tasks_are_followed_by_soap() {
    let Some(peer) = peer(&[]) else { return };
    let mut world = scene(&peer.base_url(), "").start();
    let rows = rows();
    sync(&mut world, &rows).expect("ok, 7 create, 7 accepted");
    check(&peer, &rows);
    assert_eq!(peer.decoded("token").len(), 1, "one token serves all calls");
    let asked = peer.decoded("getTaskStatus");
    let ended = asked.iter().filter(|status| status["status"] == "complete").count();
    assert_eq!((asked.len(), ended), (10, 5), "each task is under way once, then complete: {asked:?}");
    sync(&mut world, &rows).expect("nothing, 7 unchanged");
}

#[test]
fn tasks_are_followed_by_rest() {
    let Some(peer) = peer(&[]) else { return };
    let mut world = scene(&peer.base_url(), "follow = \"rest\"").start();
    let rows = rows();
    sync(&mut world, &rows).expect("ok, 7 create, 7 accepted");
    check(&peer, &rows);
    assert_eq!(peer.decoded("getTaskStatus"), [] as [Value; 0]);
    let asked = peer.decoded("GET status");
    let ended = asked.iter().filter(|status| status["status"] == "complete").count();
    assert_eq!((asked.len(), ended), (10, 5), "{asked:?}");
}

#[test]
fn the_culprit_of_a_group_is_found() {
    let Some(peer) = peer(&[]) else { return };
    let mut world = scene(&peer.base_url(), "").start();
    let mut rows = vec![HEADING];
    for key in ["e1", "e2", "nobody", "e4", "e5"] {
        rows.push([key, "c", "i", "12/03/2020", "away", "declined", "0"]);
    }
    let account = sync(&mut world, &rows).expect("partial, 5 create, 4 accepted, 1 refused");
    let refused = refusals(&account);
    assert!(refused.len() == 1 && refused[0].starts_with("4 "), "{refused:?}");
    let calls = peer.decoded("updateModulesStatuses");
    assert_eq!(calls[0]["enrollmentIds"]["id"].as_array().unwrap().len(), 5);
    let others = calls.iter().filter(|call| !call.to_string().contains("nobody"));
    let mut kept: Vec<&str> = others
        .flat_map(|call| {
            call["enrollmentIds"]["id"].as_array().unwrap().iter().map(|id| id.as_str().unwrap())
        })
        .collect();
    kept.sort_unstable();
    assert_eq!(kept, ["e1", "e2", "e4", "e5"], "each of the others is in one task that ended well");
}
