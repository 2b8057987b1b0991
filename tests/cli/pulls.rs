//! What pull jobs say: at their end, in mails, in lists, and when somebody asks what they know.

use std::os::unix::fs::PermissionsExt;

use rollbook::sandbox::{Media77Options, Media77Study};
use serde_json::Value;

use crate::harness::{Setup, World};

const JOB: &str = "description = \"Progress, every morning\"\n\n[[pull]]\nconnection = \"media\"\n\
                   operation = \"activity_progress\"\n\n[report]\nto = [\"lms-admins@example.org\"]\n";

fn world(when: &str) -> World {
    let mut setup = Setup::products();
    setup.jobs.push(("progress".to_owned(), format!("{JOB}when = \"{when}\"\n")));
    let world = setup.start();
    let secret = world.path("secrets/media");
    std::fs::write(&secret, Media77Options::default().token).unwrap();
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    world.configure("media", "token = { file = \"secrets/media\" }");
    world
}

fn study(world: &World, registration: &str, title: &str, progress: u8) {
    world.lms().study(Media77Study {
        registration: registration.to_owned(),
        activity_title: title.to_owned(),
        first_name: "Ann".to_owned(),
        progress,
        ..Media77Study::default()
    });
}

#[track_caller]
fn sync(world: &mut World, code: i32) -> Value {
    world.run(&["sync", "progress", "--json"]).expect(code).json()
}

#[test]
fn a_second_pull_tells_what_the_first_did_not_know() {
    let mut world = world("changes");
    study(&world, "r001", "Fire safety", 20);
    let first = sync(&mut world, 0);
    assert_eq!((&first["source"], &first["pushes"]), (&Value::Null, &serde_json::json!([])));
    let pull = &first["pulls"][0];
    assert_eq!((&pull["operation"], &pull["status"]), (&"media77.activity_progress".into(), &"ok".into()));
    assert_eq!((&pull["items"], &pull["added"]), (&serde_json::json!({"progress": 1}), &0.into()));
    assert_eq!(pull["baselines"], 1);
    let mails = world.mails();
    assert!(mails[0].subject.contains("1 progress record, the first pull"), "{}", mails[0].subject);

    study(&world, "r001", "Fire safety", 60);
    study(&world, "r002", "=Ladders", 10);
    let second = sync(&mut world, 0);
    assert_eq!((&second["pulls"][0]["added"], &second["pulls"][0]["changed"]), (&1.into(), &1.into()));
    let mail = &world.mails()[1];
    assert!(mail.text.contains("NEW: 1\n\n  progress record \"=Ladders\""), "{}", mail.text);
    assert!(mail.flat().contains("\"20\" -> \"60\""), "{}", mail.text);
    assert!(mail.html.contains("=Ladders"), "{}", mail.html);
    assert_eq!(mail.names(), ["pulled-changes.csv"]);
    let rows = String::from_utf8(mail.attachment("pulled-changes.csv").to_vec()).unwrap();
    assert!(rows.contains(",added,progress,'=Ladders,"), "{rows}");
    assert!(rows.contains(",changed,progress,Fire safety,") && rows.contains(",progress,20,60"), "{rows}");

    sync(&mut world, 0);
    assert_eq!(world.mails().len(), 2, "nothing has changed, and nobody asked to be told so");

    let run = second["run"].as_str().unwrap();
    let shown = world.run(&["show", run]).expect(0).stdout;
    assert_eq!(shown.matches("=Ladders").count(), 1, "nothing was left out above: {shown}");
    let shown = world.run(&["show", run, "--json"]).expect(0).json();
    assert_eq!(shown["events"].as_array().unwrap().len(), second["events"].as_array().unwrap().len());
    assert_eq!(shown["failures"], serde_json::json!([]));
}

#[test]
fn a_pull_without_an_answer_is_a_problem() {
    let mut world = world("problems");
    study(&world, "r001", "Fire safety", 20);
    sync(&mut world, 0);
    assert!(world.mails().is_empty());
    world.leftovers = true;
    world.lms().set_media77(|options| options.token = "another".to_owned());
    let failed = sync(&mut world, 1);
    assert_eq!((&failed["status"], &failed["pulls"][0]["failed"]), (&"failed".into(), &1.into()));
    assert_eq!(failed["failures"].as_array().unwrap().len(), 1);
    let mail = &world.mails()[0];
    assert!(mail.subject.starts_with("[Rollbook] FAILED progress: no answer ("), "{}", mail.subject);
    assert!(
        mail.text.contains("WHAT NEEDS YOU") && mail.text.contains("rollbook sync progress"),
        "{}",
        mail.text
    );
    let known = world.run(&["catalog", "media"]).expect(0).stdout;
    assert!(known.contains("Fire safety") && known.contains("since then was not answered"), "{known}");
}

#[test]
fn lists_show_what_a_pull_learnt_where_others_have_a_file() {
    let mut world = world("always");
    study(&world, "r001", "Fire safety", 20);
    let run = sync(&mut world, 0);
    let listed = world.run(&["runs"]).expect(0).stdout;
    assert!(listed.contains("pull: 1 progress record, the first pull"), "{listed}");
    let listed = world.run(&["runs", "--json"]).expect(0).json();
    assert_eq!((&listed["runs"][0]["kind"], &listed["runs"][0]["file"]), (&"pull".into(), &Value::Null));
    assert_eq!(listed["runs"][0]["pulls"][0]["items"]["progress"], 1);
    assert_eq!(listed["runs"][0]["rows"], 1, "as the table says");
    let status = world.run(&["status", "--json"]).expect(0).json();
    let job = status["jobs"].as_array().unwrap().iter().find(|job| job["job"] == "progress").unwrap();
    assert_eq!((&job["last"]["run"], &job["last"]["kind"]), (&run["run"], &"pull".into()));
    let status = world.run(&["status"]).expect(0).stdout;
    let line = status.lines().find(|line| line.trim_start().starts_with("progress ")).unwrap();
    assert!(line.contains("by hand"), "{line}");

    let ended = world.run(&["plan", "progress"]).expect(2);
    assert!(
        ended.stderr.contains("a pull job plans nothing; `rollbook sync progress` asks the LMS"),
        "{}",
        ended.stderr
    );
}

#[test]
fn what_is_known_is_told_as_table_document_and_csv() {
    let mut world = world("always");
    study(&world, "r001", "Fire safety", 20);
    study(&world, "r002", "Ladders", 10);
    sync(&mut world, 0);
    let table = world.run(&["catalog", "media", "--search", "LADD"]).expect(0).stdout;
    assert!(table.starts_with("media.activity_progress of job progress, answered last "), "{table}");
    assert!(table.contains("Ladders") && table.ends_with("\n1 progress record\n"), "{table}");
    let document = world.run(&["catalog", "media", "--json"]).expect(0).json();
    let items = document["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["fields"]["progress"]), (2, &"20".into()));
    let csv = world.run(&["catalog", "media", "--csv"]).expect(0).stdout;
    assert!(csv.starts_with("pull,item_kind,item_title,part_of,") && csv.lines().count() == 3, "{csv}");
    let none = world.run(&["catalog", "media", "--changed-since", "1 day"]).expect(0).stdout;
    assert!(none.contains("Nothing has changed since "), "{none}");

    let mut refuse = |arguments: &[&str], words: &str| {
        let ended = world.run(arguments).expect(2);
        assert!(ended.stderr.contains(words) && ended.stdout.is_empty(), "{arguments:?}: {ended:#?}");
    };
    refuse(&["catalog", "medai"], "there is no connection `medai`; did you mean `media`?");
    refuse(&["catalog", "crowd"], "no job pulls anything from connection `crowd`");
    refuse(&["catalog", "media", "--changed-since", "soon"], "`soon` is no time");
    refuse(&["catalog", "media", "--changed-since", "-3 days"], "`-3 days` is no time");
    refuse(&["catalog", "media", "--changed-since", "0 days"], "`0 days` is not in the past");
    refuse(&["catalog", "media", "--json", "--csv"], "--csv");
    refuse(&["learner", "media", "E1"], "nothing is known of a learner `E1` on connection `media`");
}

/// Whoever asks holds no lock: the daemon may be up.
#[test]
fn asking_changes_nothing() {
    let mut world = world("always");
    study(&world, "r001", "Fire safety", 20);
    sync(&mut world, 0);
    let bytes = std::fs::read(world.path("data/rollbook.db")).unwrap();
    world.run(&["catalog", "media", "--gone", "--ids"]).expect(0);
    assert_eq!(std::fs::read(world.path("data/rollbook.db")).unwrap(), bytes);
}
