//! UpsideLMS: questions for catalogs and learning plans as urllib and openssl read them, and the document's samples
//! as answers, enciphered by openssl.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::peer::Peer;
use super::scene::Scene;
use crate::harness::{Account, World};

const PORTAL: &str = "key & <portal> \"1\"+";
const PASSWORD: &str = "Up&<ü>@2016";
const CATALOG: &str = "training_catalog";
const PLAN: &str = "training_plan";

/// The filters of the document's example, and those that it leaves out set in other values.
const EVERY_FILTER: &str = "Accessibility = [\"Public\", \"Private\", \"Paid\"]\nStatus = \"Available\"\n\
    Certification = [\"Yes\", \"No\"]\nRating = \"1,2,3,4,5\"\nvalidity_days = \"1\"\n\
    Start_Date = \"01/01/2016\"\nEnd_Date = 2016-01-01\nOrder_by = \"curriculum_name_asc\"\n";

/// The kinds of contents that the peer's curriculum has, one of each.
const KINDS: [&str; 8] = [
    "Course",
    "Assignment",
    "Assessment",
    "Reference Material",
    "Video",
    "Survey",
    "Session",
    "Virtual Classroom",
];

fn peer(more: &[&str]) -> Option<Peer> {
    Peer::start("pull_peer.py", &[&["--keys", PORTAL, PASSWORD], more].concat())
}

fn world(peer: &Peer, operation: &str, keys: &str, parameters: &str) -> World {
    let connection = format!("portal_key = '{PORTAL}'\npassword = {{ file = \"secrets/portal\" }}");
    let scene = Scene::default().secret("portal", PASSWORD).keys("deadline = \"6s\"");
    let scene = scene.connection("upsidelms", &peer.base_url(), &connection);
    scene.pull("upsidelms", operation, keys, parameters).start()
}

/// Runs the job; what it left over is the tests' own affair.
fn pull(world: &mut World) -> Account {
    world.leftovers = true;
    world.sync_job("trial")
}

/// The status of the run, and what its one pull came to: the counts that are not zero.
fn said(account: &Account) -> String {
    let [pull] = account.json["pulls"].as_array().unwrap().as_slice() else { panic!("{account:#?}") };
    let counts = ["asked", "answered", "failed", "added", "changed", "retired", "returned"];
    let counts = counts.map(|key| (key, pull[key].as_u64().unwrap()));
    let counts = counts.into_iter().filter(|(_, count)| *count > 0);
    let counts: String = counts.map(|(key, count)| format!(", {count} {key}")).collect();
    format!("{}{counts}", account.status())
}

/// How many items of that kind the run's one pull knows.
fn items(account: &Account, kind: &str) -> u64 {
    account.json["pulls"][0]["items"][kind].as_u64().unwrap_or_default()
}

/// Every text of what a command answers with, whatever its form.
fn told(world: &mut World, arguments: &[&str]) -> HashSet<String> {
    fn collect(value: &Value, texts: &mut HashSet<String>) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
            Value::Object(values) => values.values().for_each(|value| collect(value, texts)),
            Value::String(text) => drop(texts.insert(text.clone())),
            _ => {}
        }
    }
    let mut texts = HashSet::new();
    collect(&world.run(arguments).expect(0).json(), &mut texts);
    texts
}

#[track_caller]
fn check_told(texts: &HashSet<String>, expected: &[&str]) {
    for text in expected {
        assert!(texts.contains(*text), "{text} is not among {texts:?}");
    }
}

#[test]
fn every_parameter_is_enciphered_as_the_document_has_it() {
    let Some(peer) = peer(&[]) else { return };
    let output = "contentlist = \"On\"\n\
                  outputlist = [\"curriculum_id\", \"curriculum_name\", \"avgratings\", \"purchase_count\"]\n";
    let learner = "learners = \"Email=amrit.ansarwadkar@upsidelearning.com~Login=amrita~Uniqueid=101\"";
    let mut world = world(&peer, CATALOG, learner, &format!("{output}{EVERY_FILTER}"));
    pull(&mut world);
    let [question] = <[Value; 1]>::try_from(peer.decoded("trainingcatalog")).unwrap();
    // In any order, says the document of the learner's names.
    let mut names: Vec<_> = question["lmslearnerid"].as_str().unwrap().split('~').collect();
    names.sort_unstable();
    assert_eq!(names, ["Email=amrit.ansarwadkar@upsidelearning.com", "Login=amrita", "Uniqueid=101"]);
    let expected = json!({
        "contentlist": "On",
        "lmslearnerid": question["lmslearnerid"],
        "filterby": "Accessibility=Public,Private,Paid~Status=Available~Certification=Yes,No~Rating=1,2,3,4,5~\
                     validity_days=1~Start_Date=01/01/2016~End_Date=01/01/2016~Order_by=curriculum_name_asc",
        "outputlist": "Parameter_List=curriculum_id,curriculum_name,avgratings,purchase_count",
    });
    assert_eq!(question, expected);
}

#[test]
fn what_nobody_asked_for_is_not_sent() {
    let Some(peer) = peer(&[]) else { return };
    let mut world = world(&peer, CATALOG, "", "");
    let account = pull(&mut world);
    assert_eq!(said(&account), "ok, 1 asked, 1 answered", "{account:#?}");
    assert_eq!(peer.decoded("trainingcatalog"), [json!({})]);
    assert_eq!((items(&account, "curriculum"), items(&account, "Course")), (1, 0), "{account:#?}");
}

#[test]
fn the_documents_sample_is_read_and_remembered() {
    for more in [&[][..], &["--plain"]] {
        let Some(peer) = peer(more) else { return };
        let mut world = world(&peer, CATALOG, "", "contentlist = \"On\"");
        let account = pull(&mut world);
        // What is there first is a beginning, and no news.
        assert_eq!(said(&account), "ok, 1 asked, 1 answered", "{account:#?}");
        let kinds = KINDS.map(|kind| items(&account, kind));
        assert_eq!((items(&account, "curriculum"), kinds), (1, [1; 8]), "{account:#?}");
        check_told(&told(&mut world, &["catalog", "upsidelms", "--json"]), &["UL Curriculum"]);
        let account = pull(&mut world);
        assert_eq!(said(&account), "ok, 1 asked, 1 answered", "the same again is no news: {account:#?}");
        let tokens: HashSet<String> =
            peer.journal().iter().map(|call| call["token"].as_str().unwrap().to_owned()).collect();
        assert_eq!(tokens.len(), 2, "each call has its own token");
    }
}

#[test]
fn news_are_told_and_what_is_gone_is_retired() {
    let Some(peer) = peer(&[]) else { return };
    let mut world = world(&peer, CATALOG, "", "contentlist = \"Off\"");
    pull(&mut world);
    peer.set_mode("changed");
    assert_eq!(said(&pull(&mut world)), "ok, 1 asked, 1 answered, 1 added, 1 changed");
    check_told(
        &told(&mut world, &["catalog", "upsidelms", "--json"]),
        &["UL Curriculum, revised", "Another"],
    );
    peer.set_mode("ok");
    assert_eq!(said(&pull(&mut world)), "ok, 1 asked, 1 answered, 1 changed, 1 retired");
    peer.set_mode("changed");
    assert_eq!(said(&pull(&mut world)), "ok, 1 asked, 1 answered, 1 changed, 1 returned");
}

#[test]
fn answers_that_are_none_change_nothing_and_are_said() {
    for mode in ["none", "cut", "foreign", "tokenless", "html", "other-token", "lost"] {
        let Some(peer) = peer(&[]) else { return };
        let mut world = world(&peer, CATALOG, "", "contentlist = \"On\"");
        pull(&mut world);
        peer.set_mode(mode);
        let account = pull(&mut world);
        assert!(!["ok", "nothing"].contains(&account.status()), "{mode}: {account:#?}");
        for key in ["added", "changed", "retired"] {
            assert_eq!(account.json["pulls"][0][key], 0, "{mode}: {account:#?}");
        }
        assert!(mode == "none" || account.json["failures"][0]["reason"].is_string(), "{mode}: {account:#?}");
        assert!(!account.json.to_string().contains(PASSWORD), "{mode}: {account:#?}");
        check_told(&told(&mut world, &["catalog", "upsidelms", "--json"]), &["UL Curriculum"]);
        peer.set_mode("ok");
        let account = pull(&mut world);
        assert_eq!(said(&account), "ok, 1 asked, 1 answered", "{mode}: {account:#?}");
    }
}

mod plans {
    use super::*;

    const LEARNERS: &str = "learners = [\"Uniqueid=101\", \"Email=o'neil+x@example.org~Login=nobody\", \
                            \"Login=Jörg + Zoë 日本 🎓\", \"Uniqueid=idle\"]";

    #[test]
    fn each_learner_is_asked_for_and_one_that_is_unknown_holds_up_nobody() {
        let Some(peer) = peer(&[]) else { return };
        let parameters = "contentlist = \"On\"\nCompletion_Status = \"Completed\"\nExpiry_Date = \"01/01/2016\"\n\
                          Order_by = \"accessibility\"\noutputlist = [\"curriculum_id\", \"started_on\", \"feedback\"]";
        let mut world = world(&peer, PLAN, LEARNERS, parameters);
        let account = pull(&mut world);
        assert_eq!(said(&account), "partial, 4 asked, 3 answered, 1 failed", "{account:#?}");
        let failure = &account.json["failures"][0];
        let who = failure["learner"].as_str().unwrap();
        assert!(who == "Login=nobody" && failure["code"] == "Err001", "{failure}");
        let mut asked: Vec<Vec<String>> = Vec::new();
        for question in peer.decoded("trainingplan") {
            assert_eq!(
                (&question["contentlist"], &question["filterby"], &question["outputlist"]),
                (
                    &json!("On"),
                    &json!("Completion_Status=Completed~Expiry_Date=01/01/2016~Order_by=accessibility"),
                    &json!("Parameter_List=curriculum_id,started_on,feedback"),
                )
            );
            let mut names: Vec<String> =
                question["lmslearnerid"].as_str().unwrap().split('~').map(str::to_owned).collect();
            names.sort_unstable();
            asked.push(names);
        }
        asked.sort();
        let expected = [
            &["Email=o'neil+x@example.org", "Login=nobody"][..],
            &["Login=Jörg + Zoë 日本 🎓"],
            &["Uniqueid=101"],
            &["Uniqueid=idle"],
        ];
        assert_eq!(asked, expected);
    }

    #[test]
    fn the_documents_sample_is_read_and_remembered() {
        let Some(peer) = peer(&[]) else { return };
        let mut world = world(&peer, PLAN, "learners = \"Uniqueid=101\"", "contentlist = \"On\"");
        let account = pull(&mut world);
        assert_eq!(said(&account), "ok, 1 asked, 1 answered", "{account:#?}");
        let kinds = KINDS.map(|kind| items(&account, kind));
        assert_eq!((items(&account, "curriculum"), kinds), (1, [1; 8]), "{account:#?}");
        check_told(&told(&mut world, &["learner", "upsidelms", "101", "--json"]), &["UL Curriculum"]);
        assert_eq!(said(&pull(&mut world)), "ok, 1 asked, 1 answered");
    }
}
