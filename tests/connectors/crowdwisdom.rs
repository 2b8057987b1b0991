//! CrowdWisdom: what zeep and lxml read, call by call and in batches.

use serde_json::{Value, json};

use super::peer::Peer;
use super::scene::{AWKWARD, Scene, sync};

const SYSTEM: &str = "system & <1>";
const PASSWORD: &str = "p]]>\"ö&amp;";
const FIELDS: &str = r#"
customerId = "key"
productId = "product"
completion = "what"
status = "state"
score = "score"
timeSpent = { column = "spent", unit = "hh:mm" }
completionDate = "when"
grantCredits = "grant"
packageId = "package"
credits = { column = "credits", separator = ";" }
customerFirstName = "first"
customerEmail = "mail"
"#;
const HEADING: [&str; 12] = [
    "key", "product", "what", "state", "score", "spent", "when", "grant", "package", "credits", "first",
    "mail",
];

/// A span and a point in time as the cells have them, and what zeep must read: milliseconds, and the time in
/// UTC where its zone is said.
const TIMES: [[&str; 4]; 2] = [
    ["1:30", "2026-11-21T08:30:00", "5400000", "2026-11-21T08:30:00"],
    ["00:45", "2026-11-21T00:30:00+01:00", "2700000", "2026-11-20T23:30:00+00:00"],
];

fn rows() -> Vec<[&'static str; 12]> {
    let full = |key, product, score, [spent, when, _, _]: [&'static str; 4], credits, first| {
        let mail = "o'neil+x@example.org";
        [key, product, "Passed", "Finished", score, spent, when, "false", "p&1", credits, first, mail]
    };
    let bare = |key, product| [key, product, "Completed", "", "", "", "", "", "", "", "", ""];
    vec![
        HEADING,
        full(AWKWARD[0], AWKWARD[1], "87.5", TIMES[0], "CE <1>=Éthique & \"droit\";CPD", AWKWARD[2]),
        full(AWKWARD[3], AWKWARD[4], "0", TIMES[1], "", AWKWARD[5]),
        bare(AWKWARD[6], AWKWARD[7]),
    ]
}

/// The record that a row must have become.
fn record(row: &[&str; 12]) -> Value {
    let [customer, product, completion, status, score, spent, when, grant, package, credits, first, mail] =
        *row;
    let mut record = json!({ "customerId": customer, "productId": product, "completion": completion });
    let mut put = |name: &str, cell: &str, value: Value| {
        if !cell.is_empty() {
            record[name] = value;
        }
    };
    put("status", status, json!(status));
    put("score", score, json!(score.parse::<f64>().unwrap_or_default()));
    let times = TIMES.iter().find(|times| times[0] == spent).unwrap_or(&TIMES[0]);
    put("timeSpent", spent, json!(times[2].parse::<u64>().unwrap()));
    put("completionDate", when, json!(times[3]));
    put("grantCredits", grant, json!(grant == "true"));
    put("packageId", package, json!(package));
    let credit = |text: &str| match text.split_once('=') {
        Some((name, title)) => json!({ "name": name, "title": title }),
        None => json!({ "name": text }),
    };
    put("credits", credits, json!({ "credit": credits.split(';').map(credit).collect::<Vec<_>>() }));
    put("customerFirstName", first, json!(first));
    put("customerEmail", mail, json!(mail));
    record
}

fn scene(base_url: &str, keys: &str) -> Scene {
    let keys = format!("system_id = '{SYSTEM}'\n{keys}");
    let scene = Scene::default().secret("crowd", PASSWORD).connection("crowdwisdom", base_url, &keys);
    scene.push("crowdwisdom", "set_completion", "first_load = \"create\"", FIELDS)
}

fn peer(more: &[&str]) -> Option<Peer> {
    Peer::start("soap_peer.py", &[&["--product", "crowdwisdom"], more].concat())
}

#[track_caller]
fn sorted(mut records: Vec<Value>) -> Vec<Value> {
    records.sort_by_key(Value::to_string);
    records
}

/// One call a record, and the session that `session` opened with these values.
#[track_caller]
fn check_single(peer: &Peer, session: &str, opened: &Value) {
    let rows = rows();
    assert_eq!(peer.decoded(session), std::slice::from_ref(opened), "one session serves all calls");
    let calls = peer.decoded("setCompletion");
    assert!(calls.iter().all(|call| call["systemId"] == SYSTEM), "{calls:#?}");
    let found = calls.into_iter().map(|mut call| call["record"].take()).collect();
    assert_eq!(sorted(found), sorted(rows[1..].iter().map(record).collect()));
}

#[test]
fn every_value_of_single_completions_arrives() {
    let Some(peer) = peer(&[]) else { return };
    let keys = "session_parameters = { password = { file = \"secrets/crowd\" } }";
    let mut world = scene(&peer.base_url(), keys).start();
    sync(&mut world, &rows()).expect("ok, 3 create, 3 accepted");
    check_single(&peer, "diConnect", &json!({ "systemId": SYSTEM, "password": PASSWORD }));
    sync(&mut world, &rows()).expect("nothing, 3 unchanged");
}

#[test]
fn without_a_wsdl_the_calls_are_the_documents() {
    let Some(peer) = peer(&["--hide-wsdl"]) else { return };
    let mut world = scene(&peer.base_url(), "").start();
    sync(&mut world, &rows()).expect("ok, 3 create, 3 accepted");
    // That the service hides its WSDL is no fault of a call.
    let journal = peer.journal();
    let wrong: Vec<&Value> =
        journal.iter().filter(|call| call["method"] == "POST" && !call["error"].is_null()).collect();
    assert_eq!(wrong, [] as [&Value; 0]);
    let calls = journal.iter().filter(|call| call["operation"] == "setCompletion");
    let found = calls.map(|call| call["values"]["record"].clone()).collect();
    assert_eq!(sorted(found), sorted(rows()[1..].iter().map(record).collect()));
}

#[test]
fn names_are_those_of_the_clients_own_wsdl() {
    let Some(peer) = peer(&["--rename", "diConnect=ymConnect"]) else { return };
    let mut world = scene(&peer.base_url(), "session_method = \"ymConnect\"").start();
    sync(&mut world, &rows()).expect("ok, 3 create, 3 accepted");
    check_single(&peer, "ymConnect", &json!({ "systemId": SYSTEM }));
}

#[test]
fn a_batch_is_one_call_of_many_records() {
    let Some(peer) = peer(&[]) else { return };
    let mut world = scene(&peer.base_url(), "batch = 2").start();
    sync(&mut world, &rows()).expect("ok, 3 create, 3 accepted");
    let many = peer.decoded("setCompletions");
    assert_eq!(many.len(), 1, "{many:#?}");
    let mut found: Vec<Value> = many[0]["records"].as_array().unwrap().clone();
    assert_eq!(found.len(), 2, "{many:#?}");
    found.extend(peer.decoded("setCompletion").into_iter().map(|mut call| call["record"].take()));
    assert_eq!(sorted(found), sorted(rows()[1..].iter().map(record).collect()));
}
