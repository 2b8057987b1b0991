//! Answers as no LMS should give them: each row comes to a clear end, nothing is lost or sent twice, and other
//! connections of the job go on.

use serde_json::Value;

use super::peer::Peer;
use super::scene::{Scene, sync};
use crate::harness::{Account, World};

const PORTAL: &str = "portal";
const SECRET: &str = "Secret-7";
const ROWS: [[&str; 3]; 2] = [["key", "day", "mail"], ["E1", "21/11/2026", "o'neil@example.org"]];

/// One job with a push to each product, and to a SmarterU that is as it should be.
struct Trial {
    world: World,
    crowdwisdom: Peer,
    ispring: Peer,
    smarteru: Peer,
    upsidelms: Peer,
    sound: Peer,
}

impl Trial {
    fn start(mode: &str) -> Option<Self> {
        let soap =
            |more: &[&str]| Peer::start("soap_peer.py", &[&["--mode", mode, "--product"], more].concat());
        let form = |more: &[&str]| Peer::start("form_peer.py", &[&["--product"], more].concat());
        let crowdwisdom = soap(&["crowdwisdom"])?;
        let ispring = soap(&["ispring", "--client", "id", SECRET])?;
        let smarteru = form(&["smarteru", "--mode", mode, "--keys", SECRET, SECRET])?;
        let upsidelms = form(&["upsidelms", "--mode", mode, "--keys", PORTAL, SECRET])?;
        let sound = form(&["smarteru", "--keys", SECRET, SECRET])?;
        let secret = "{ file = \"secrets/one\" }";
        let keys = format!("account_api = {secret}\nuser_api = {secret}");
        let day = "{ column = \"day\", date = \"%d/%m/%Y\" }";
        let enroll = format!(
            "Email = \"mail\"\nGroupName = {{ value = \"g\" }}\nLearningModuleID = {{ value = \"1\" }}\n\
             LearningModuleSessionID = {{ value = \"2\" }}\nEnrollmentStatus = {{ value = \"Attended\" }}\n\
             EnrolledDate = {day}"
        );
        let update = format!(
            "enrollmentId = \"key\"\ncourseId = {{ value = \"c\" }}\ncontentItemId = {{ value = \"i\" }}\n\
             date = {day}\nstatus = {{ value = \"passed\" }}\nawardedScore = {{ value = \"9\" }}"
        );
        let complete = "customerId = \"key\"\nproductId = { value = \"p\" }\n\
                        completion = { value = \"Passed\" }";
        let load = "first_load = \"create\"";
        // The whole of a hostile answer has time to come; only UpsideLMS, which waits as long before it
        // looks up what became of a call, is given less.
        let scene = Scene::default()
            .keys("deadline = \"12s\"")
            .secret("one", SECRET)
            .connection("crowdwisdom", &crowdwisdom.base_url(), "system_id = \"1\"")
            .connection(
                "ispring",
                &ispring.base_url(),
                &format!("client_id = \"id\"\nclient_secret = {secret}"),
            )
            .connection("smarteru", &smarteru.base_url(), &keys)
            .connection(
                "upsidelms",
                &upsidelms.base_url(),
                &format!("portal_key = \"{PORTAL}\"\npassword = {secret}\ntimeout_s = 2"),
            )
            .connection_called("sound", "smarteru", &sound.base_url(), &keys)
            .push("crowdwisdom", "set_completion", load, complete)
            .push("ispring", "update_modules_statuses", load, &update)
            .push("smarteru", "enroll_session_history", load, &enroll)
            .push("upsidelms", "assign_curriculum", load, "email_id = \"mail\"\ncurr_id = { value = \"7\" }")
            .push("sound", "enroll_session_history", load, &enroll);
        Some(Self { world: scene.start(), crowdwisdom, ispring, smarteru, upsidelms, sound })
    }
}

/// What a push of the account came to: the counts that are not zero.
fn said(account: &Account, connection: &str) -> String {
    let pushes = account.json["pushes"].as_array().unwrap();
    let push = pushes.iter().find(|push| push["connection"] == connection).unwrap();
    let counts = ["accepted", "already", "refused", "parked", "in_doubt", "pending", "held"];
    let filled = counts.into_iter().filter(|count| push[*count].as_u64().unwrap() > 0);
    filled.map(|count| format!("{} {count}", push[count])).collect::<Vec<_>>().join(", ")
}

/// Code and reason of a push's one row that is not done.
#[track_caller]
fn told(account: &Account, connection: &str) -> (String, String) {
    let lists = ["in_doubt", "refusals"].map(|list| account.json[list].as_array().unwrap());
    let mut of_it = lists.into_iter().flatten().filter(|row| {
        row["push"].as_str().unwrap().starts_with(&format!("{connection}.")) && row["row"] == 2
    });
    let row = of_it.next().unwrap_or_else(|| panic!("{connection}: {:#}", account.json));
    assert_eq!(of_it.next(), None);
    (row["code"].as_str().unwrap().to_owned(), row["reason"].as_str().unwrap().to_owned())
}

/// How often a call with an effect came.
fn effects(peer: &Peer, operation: &str) -> usize {
    peer.decoded(operation).len()
}

#[track_caller]
fn check(mode: &str, code: &str, word: &str) -> Option<Trial> {
    let mut trial = Trial::start(mode)?;
    trial.world.leftovers = true;
    let account = sync(&mut trial.world, &ROWS);
    let json = format!("{:#}", account.json);
    assert_eq!(said(&account, "sound"), "1 accepted", "another connection goes on: {json}");
    // May be repeated, so it is tried until an answer comes that says something.
    assert_eq!(said(&account, "ispring"), "1 pending", "{json}");
    assert_eq!(said(&account, "smarteru"), "1 pending", "{json}");
    // May not, and can't be read back: a person has to look.
    assert_eq!(said(&account, "crowdwisdom"), "1 in_doubt", "{json}");
    // May not, and its plan tells.
    assert_eq!(said(&account, "upsidelms"), "1 accepted", "{json}");
    assert_eq!(effects(&trial.crowdwisdom, "setCompletion"), 1);
    assert_eq!(effects(&trial.upsidelms, "assigncurriculum"), 1);
    assert!(effects(&trial.smarteru, "enrollSessionHistory") > 0);

    for connection in ["crowdwisdom", "ispring", "smarteru"] {
        let (found, reason) = told(&account, connection);
        assert_eq!(found, code, "{connection}: {reason}");
        assert!(reason.contains(word) && !reason.contains(SECRET), "{connection}: {reason}");
    }
    // What waits goes once they are well again, and what stands in doubt does not.
    for peer in [&trial.crowdwisdom, &trial.ispring, &trial.smarteru] {
        peer.set_mode("ok");
    }
    trial.world.make_due(0);
    let account = sync(&mut trial.world, &[ROWS[0], ROWS[1], ["E2", "22/11/2026", "b@example.org"]]);
    let json = format!("{:#}", account.json);
    for (connection, counts) in [
        ("ispring", "2 accepted"),
        ("smarteru", "2 accepted"),
        ("sound", "1 accepted"),
        ("upsidelms", "1 accepted"),
        ("crowdwisdom", "1 accepted, 1 parked"),
    ] {
        assert_eq!(said(&account, connection), counts, "{connection}: {json}");
    }
    let waiting = trial.world.query("SELECT count(*) FROM change WHERE state IN ('waiting', 'claimed')");
    assert_eq!(waiting, [0], "nothing is left over");
    assert_eq!(effects(&trial.crowdwisdom, "setCompletion"), 2, "E1 and E2, once each");
    assert_eq!(effects(&trial.upsidelms, "assigncurriculum"), 2, "E1 and E2, once each");
    assert_eq!(effects(&trial.sound, "enrollSessionHistory"), 2, "E1 and E2, once each");
    Some(trial)
}

#[test]
fn a_page_is_no_answer() {
    check("html", "unreadable", "an HTML page");
}

#[test]
fn an_answer_with_a_document_type_is_none() {
    check("doctype", "unreadable", "the answer has a DOCTYPE");
}

#[test]
fn a_huge_answer_is_cut_short() {
    let Some(trial) = check("huge", "too large", "the answer is larger than") else { return };
    for peer in [&trial.crowdwisdom, &trial.ispring, &trial.smarteru, &trial.upsidelms] {
        let sent: Vec<Value> = peer.journal().into_iter().filter(|call| call["path"] == "huge").collect();
        assert!(!sent.is_empty());
        for one in sent {
            assert!(one["sent"].as_u64().unwrap() < 90 << 20, "nobody reads it to its end: {one}");
        }
    }
}
