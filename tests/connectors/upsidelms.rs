//! UpsideLMS: assignments and redirection forms as urllib and openssl read them.

use serde_json::{Value, json};

use super::peer::{Peer, ask};
use super::scene::{Scene, refusals, sync};
use crate::harness::World;

const PORTAL: &str = "key & <portal> \"1\"+";
const PASSWORD: &str = "Up&<ü>@2016";

fn peer(more: &[&str]) -> Option<Peer> {
    let usual = ["--product", "upsidelms", "--keys", PORTAL, PASSWORD];
    Peer::start("form_peer.py", &[&usual, more].concat())
}

fn connection(base_url: &str, keys: &str) -> Scene {
    let keys = format!("portal_key = '{PORTAL}'\npassword = {{ file = \"secrets/portal\" }}\n{keys}");
    Scene::default().secret("portal", PASSWORD).connection("upsidelms", base_url, &keys)
}

mod assigning {
    use super::*;

    const HEADING: [&str; 5] = ["key", "id", "login", "mail", "course"];
    const FIELDS: &str =
        "unique_id = \"id\"\nusername = \"login\"\nemail_id = \"mail\"\ncurr_id = \"course\"\n";
    const ROWS: [[&str; 5]; 6] = [
        ["1", "48 & 61", "pallavi \"p\" <x>", "o'neil+x@example.org", "167"],
        ["2", "48 & 61", "pallavi \"p\" <x>", "o'neil+x@example.org", "166"],
        ["3", "", "Jörg + Zoë 日本 🎓", "", "167"],
        ["4", "", "Jörg + Zoë 日本 🎓", "", "C&<1>+%20"],
        ["5", "42", "", "", "167"],
        ["6", "", "", "m@example.org", "113"],
    ];

    /// What is in doubt is looked up once its call can't be under way any more.
    const SOON: &str = "timeout_s = 2";

    fn world(base_url: &str, keys: &str) -> World {
        let push = "first_load = \"create\"";
        connection(base_url, keys).push("upsidelms", "assign_curriculum", push, FIELDS).start()
    }

    /// Learner and curriculum of every assignment that was decoded, in order.
    fn assigned(peer: &Peer) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for call in peer.decoded("assigncurriculum") {
            let mut ids: Vec<Value> =
                call.as_array().unwrap().iter().map(|item| item["assignment_id"].clone()).collect();
            ids.sort_by_key(Value::to_string);
            ids.dedup();
            assert_eq!(ids.len(), call.as_array().unwrap().len(), "no assignment_id stands twice in a call");
            for item in call.as_array().unwrap() {
                // In any order, says the document.
                let mut learner: Vec<&str> = item["learner_info"].as_str().unwrap().split('~').collect();
                learner.sort_unstable();
                let learner = learner.join("~");
                let curricula = item["curr_ids"].as_str().unwrap().split('~');
                pairs.extend(curricula.map(|curriculum| (learner.clone(), curriculum.to_owned())));
            }
        }
        pairs.sort();
        pairs
    }

    fn wanted(rows: &[[&str; 5]]) -> Vec<(String, String)> {
        let learner = |row: &[&str; 5]| {
            let named = [("email_id", row[3]), ("unique_id", row[1]), ("username", row[2])];
            let filled = named.into_iter().filter(|(_, cell)| !cell.is_empty());
            filled.map(|(name, cell)| format!("{name}={cell}")).collect::<Vec<_>>()
        };
        let mut pairs: Vec<(String, String)> =
            rows.iter().map(|row| (learner(row).join("~"), row[4].to_owned())).collect();
        pairs.sort();
        pairs
    }

    fn rows() -> Vec<[&'static str; 5]> {
        [&[HEADING][..], &ROWS].concat()
    }

    #[track_caller]
    fn check(peer: &Peer, keys: &str) {
        let mut world = world(&peer.base_url(), keys);
        sync(&mut world, &rows()).expect("ok, 6 create, 6 accepted");
        assert_eq!(assigned(peer), wanted(&ROWS));
        let calls = peer.decoded("assigncurriculum");
        assert_eq!(calls.len(), 1, "several learners and curricula go in one call");
        assert!(calls[0].to_string().contains('~'), "{calls:#?}");
        sync(&mut world, &rows()).expect("nothing, 6 unchanged");
        assert_eq!(peer.journal().len(), 1);
    }

    #[test]
    fn openssl_deciphers_what_is_assigned() {
        let Some(peer) = peer(&[]) else { return };
        check(&peer, "");
    }

    #[test]
    fn a_portal_without_a_public_key_reads_it_as_it_stands() {
        let Some(peer) = peer(&["--plain"]) else { return };
        check(&peer, "encrypt_assign = false");
    }

    #[test]
    fn each_row_has_its_own_answer() {
        let Some(peer) = peer(&[]) else { return };
        let mut world = world(&peer.base_url(), "");
        let rows = [
            HEADING,
            ["1", "42", "", "", "167"],
            ["2", "42", "", "", "gone"],
            ["3", "again7", "", "", "167"],
            ["4", "", "nobody", "", "167"],
        ];
        let account = sync(&mut world, &rows);
        let (said, refused) = (account.said(), refusals(&account));
        assert_eq!(said, "partial, 4 create, 1 accepted, 1 already, 1 refused, 1 parked", "{refused:?}");
        assert!(refused.iter().any(|line| line.starts_with("3 Err009: ")), "{refused:?}");
        let mut sent = assigned(&peer);
        // Who is not there yet may have come with what was accepted, and is asked for once more.
        sent.dedup_by(|one, other| one == other && one.0 == "username=nobody");
        assert_eq!(sent, wanted(&rows[1..]), "nothing else was sent twice");
    }

    #[test]
    fn an_answer_that_was_lost_is_looked_up_and_nothing_is_sent_again() {
        let Some(peer) = peer(&["--mode", "lost"]) else { return };
        let mut world = world(&peer.base_url(), SOON);
        sync(&mut world, &rows()).expect("ok, 6 create, 6 accepted");
        assert_eq!(assigned(&peer), wanted(&ROWS), "each was sent once");
        assert_ne!(peer.decoded("trainingplan"), [] as [Value; 0]);
    }

    /// The portal may have no plans, or know the learner there by another identifier.
    #[test]
    fn what_no_plan_tells_is_left_to_a_person_and_the_others_go() {
        for plan in ["302", "403", "404", "no-data"] {
            let Some(peer) = peer(&["--mode", "lost", "--plan", plan]) else { return };
            let mut world = world(&peer.base_url(), SOON);
            let account = sync(&mut world, &[HEADING, ROWS[4]]).expect("partial, 1 create, 1 in_doubt");
            let doubt = &account.json["in_doubt"][0]["reason"];
            let told = "the record is not sent again before that is settled";
            assert!(doubt.as_str().unwrap().ends_with(told), "{plan}: {doubt}");
            peer.set_mode("ok");
            let account = sync(&mut world, &[HEADING, ROWS[4], ROWS[5]]);
            assert_eq!(account.count("accepted"), 1, "{plan}: {account:#?}");
            assert_eq!(assigned(&peer), wanted(&ROWS[4..]), "{plan}: each was sent once");
        }
    }

    #[test]
    fn a_page_in_place_of_a_plan_sends_nothing_again() {
        let Some(peer) = peer(&["--mode", "lost", "--plan", "html"]) else { return };
        let push = "first_load = \"create\"";
        let scene = connection(&peer.base_url(), SOON).keys("deadline = \"6s\"");
        let mut world = scene.push("upsidelms", "assign_curriculum", push, FIELDS).start();
        world.leftovers = true;
        let account = sync(&mut world, &[HEADING, ROWS[4]]);
        assert_eq!((account.count("create"), account.count("accepted")), (1, 0), "{account:#?}");
        assert_ne!(peer.decoded("trainingplan"), [] as [Value; 0]);
        assert_eq!(assigned(&peer), wanted(&ROWS[4..5]), "it was sent once");
    }

    #[test]
    fn an_answer_to_another_call_is_none() {
        let Some(peer) = peer(&["--mode", "other-token"]) else { return };
        let mut world = world(&peer.base_url(), SOON);
        sync(&mut world, &rows()).expect("ok, 6 create, 6 accepted");
        assert_eq!(assigned(&peer), wanted(&ROWS), "each was sent once");
        assert_ne!(peer.decoded("trainingplan"), [] as [Value; 0], "it is the plan that tells");
    }
}

mod redirecting {
    use super::*;

    const HEADING: [&str; 5] = ["key", "course", "id", "login", "mail"];
    const FIELDS: &str = "curriculumId = \"course\"\nuniqueIdentifier1 = \"id\"\nuniqueIdentifier2 = \"login\"\n\
                          uniqueIdentifier3 = \"mail\"\n";
    const NAMES: [&str; 4] = ["curriculumId", "uniqueIdentifier1", "uniqueIdentifier2", "uniqueIdentifier3"];
    const ROWS: [[&str; 5]; 4] = [
        ["1", "2", "404", "aasif", "aasif.iqbal@upsidelearning.com"],
        ["2", "C&<1>\"'+", "R&D ]]>", "Jörg + Zoë 日本 🎓", "o'neil+x@example.org"],
        ["3", "3", "", "", ""],
        ["4", "", "", "", ""],
    ];

    /// What a form's fields must say: without SSO there is no identifier, and the curriculum may miss.
    fn wanted(row: &[&str; 5]) -> Value {
        let filled = NAMES.into_iter().zip(&row[1..]).filter(|(_, cell)| !cell.is_empty());
        filled.map(|(name, cell)| (name.to_owned(), json!(cell))).collect::<serde_json::Map<_, _>>().into()
    }

    #[test]
    fn a_browser_submits_the_forms_and_openssl_deciphers_them() {
        let Some(peer) = peer(&[]) else { return };
        let push = "first_load = \"create\"\nexport = \"../forms\"";
        let scene = connection(&peer.base_url(), "").push("upsidelms", "redirect_form", push, FIELDS);
        let mut world = scene.start();
        sync(&mut world, &[&[HEADING][..], &ROWS].concat()).expect("ok, 4 create, 4 accepted");
        let pages: Vec<_> =
            world.files("forms").into_iter().filter(|path| path.extension().is_some()).collect();
        assert_eq!(pages.len(), ROWS.len(), "{pages:?}");
        for page in &pages {
            let text = std::fs::read_to_string(page).unwrap();
            let Some(said) = ask("browser.py", &["submit"], &text) else { return };
            assert_eq!((&said["status"], &said["target"]), (&json!(200), &json!("_blank")), "{said}");
            assert!(!said["tags"].as_array().unwrap().contains(&json!("script")), "{said}");
        }
        let mut found = peer.decoded("navigationcontroller");
        let mut expected: Vec<Value> = ROWS.iter().map(wanted).collect();
        found.sort_by_key(Value::to_string);
        expected.sort_by_key(Value::to_string);
        assert_eq!(found, expected);
    }

    #[test]
    fn one_form_is_printed_on_request() {
        let Some(peer) = peer(&[]) else { return };
        let push = "first_load = \"create\"";
        let scene = connection(&peer.base_url(), "").push("upsidelms", "redirect_form", push, FIELDS);
        let mut world = scene.start();
        sync(&mut world, &[&[HEADING][..], &ROWS].concat()).expect("ok, 4 create, 4 accepted");
        let page = world.begin(&["link", "trial", "2"]).end().expect(0).stdout;
        let Some(_) = ask("browser.py", &["submit"], &page) else { return };
        assert_eq!(peer.decoded("navigationcontroller"), [wanted(&ROWS[1])]);
    }
}
