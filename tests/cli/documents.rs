//! JSON documents and exit codes.

use serde_json::Value;

use crate::harness::{Export, JobFile, Setup, World};

/// The keys of an object.
fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[track_caller]
fn has(value: &Value, wanted: &[&str]) {
    let found = keys(value);
    for key in wanted {
        assert!(found.contains(key), "{key} is not among {found:?}");
    }
}

#[track_caller]
fn is_time(value: &Value) {
    let text = value.as_str().unwrap();
    assert!(text.ends_with('Z') && chrono::DateTime::parse_from_rfc3339(text).is_ok(), "{text}");
}

/// A world with one run, in which one row was rejected and one refused.
fn world() -> World {
    let mut world = Setup::default().connection("concurrency = 1").start();
    let export = Export::of(4).with("E2", "born", "soon").with("E3", "mail", "e1@example.org");
    world.sync_export(&export).expect("partial, 1 rejected, 3 create, 2 accepted, 1 refused");
    world
}

#[test]
fn sync_and_show_tell_the_same() {
    let mut world = world();
    let run = world.run(&["runs", "--json"]).expect(0).json()["runs"][0]["run"].as_str().unwrap().to_owned();
    let shown = world.run(&["show", &run, "--json"]).expect(0).json();
    has(&shown, &["schema", "run", "job", "status", "source", "pushes", "rejects", "refusals", "guards"]);
    has(&shown["source"], &["file", "sha256", "rows", "filtered", "read"]);
    has(
        &shown["pushes"][0],
        &["push", "connection", "operation", "status", "in_doubt", "superseded", "held"],
    );
    assert_eq!(keys(&shown["rejects"][0]), ["field", "key", "push", "reason", "row", "sheet", "value"]);
    has(&shown["refusals"][0], &["push", "row", "key", "code", "reason"]);
    assert_eq!(shown["schema"], 1);
    assert_eq!((&shown["status"], &shown["source"]["file"]), (&"partial".into(), &"people-001.csv".into()));
    assert_eq!(shown["pushes"][0]["operation"], "upsidelms.manage_user");
    assert_eq!((&shown["rejects"][0]["row"], &shown["rejects"][0]["value"]), (&3.into(), &"soon".into()));
    assert_eq!(
        (&shown["refusals"][0]["code"], &shown["refusals"][0]["key"]),
        (&"Err005".into(), &"E3".into())
    );
    is_time(&shown["started_at"]);
    is_time(&shown["finished_at"]);

    let text = world.run(&["show", &run]).expect(0).stdout;
    for words in
        ["EVERY CHANGE", "create E1 (row 2): accepted", "create E3 (row 4): refused", "The file lies in"]
    {
        assert!(text.contains(words), "{words} in {text}");
    }
}

#[test]
fn runs_are_listed_newest_first() {
    let mut world = world();
    world.sync_export(&Export::of(4)).expect("ok, 2 unchanged, 2 create, 2 accepted");
    let runs = world.run(&["runs", "--json"]).expect(0).json();
    assert_eq!((keys(&runs), &runs["schema"]), (vec!["runs", "schema"], &1.into()));
    let status: Vec<&Value> = runs["runs"].as_array().unwrap().iter().map(|run| &run["status"]).collect();
    assert_eq!(status, ["ok", "partial"]);
    has(&runs["runs"][0], &["run", "job", "status", "started_at", "finished_at", "file", "rows"]);
    is_time(&runs["runs"][0]["started_at"]);
    let one = world.run(&["runs", "--limit", "1", "--job", "people", "--json"]).expect(0).json();
    assert_eq!(one["runs"].as_array().unwrap().len(), 1);
    assert!(world.run(&["runs"]).expect(0).stdout.contains("people-002.csv"));
}

#[test]
fn status_has_jobs_and_connections_and_the_code_of_the_worst_last_run() {
    let mut setup = Setup::of(&JobFile::default());
    let schedule = "[schedule]\ncron = \"30 2 * * *\"\ntimezone = \"Europe/London\"\ndue_by = \"06:30\"\n";
    let nightly = JobFile::default().without("push.first_load").without("fields.password");
    setup.jobs.push(("nightly".to_owned(), nightly.text() + schedule));
    let mut world = setup.start();
    let status = world.run(&["status", "--json"]).expect(0).json();
    assert_eq!((&status["schema"], &status["daemon"]), (&1.into(), &false.into()));
    let [nightly, people] = status["jobs"].as_array().unwrap().as_slice() else { panic!("{status:#}") };
    for job in [nightly, people] {
        has(job, &["job", "last", "next", "due", "holds"]);
    }
    assert_eq!(nightly["next"].as_array().unwrap().len(), 5);
    nightly["next"].as_array().unwrap().iter().for_each(is_time);
    is_time(&nightly["due"]);
    assert_eq!((&people["last"], people["next"].as_array().unwrap().len()), (&Value::Null, 0));
    let connection = &status["connections"][0];
    assert_eq!((&connection["connection"], &connection["waiting"]), (&"upside".into(), &0.into()));
    assert_eq!(connection["breaker"], "closed");

    world.drop_file("people-1.csv", &Export::of(2).csv());
    let held = world.sync_job("nightly").expect("held, 2 create, 2 held");
    world.sync_export(&Export::of(2)).expect("ok, 2 create, 2 accepted");
    let status = world.run(&["status", "--json"]).expect(3).json();
    assert_eq!(status["jobs"][0]["holds"], serde_json::json!([held.run()]));
    assert_eq!(status["jobs"][1]["last"]["status"], "ok");
    let text = world.run(&["status"]).expect(3).stdout;
    assert!(text.contains("no daemon runs") && text.contains("nightly") && text.contains("held"), "{text}");
}

#[test]
fn plan_shows_what_a_sync_would_do_and_stores_nothing() {
    let mut world = Setup::default().start();
    let export = Export::of(10);
    world.sync_export(&export).expect("ok, 10 create, 10 accepted");
    let other = export.without(&["E4"]).with("E2", "title", "Lead").with("E3", "born", "soon").and("E11");
    world.drop_file("people-plan.csv", &other.csv());
    let rows = "SELECT (SELECT count(*) FROM run) * 1000000 + (SELECT count(*) FROM change) * 10000
                     + (SELECT count(*) FROM snapshot) * 100 + (SELECT count(*) FROM reject)";
    let (before, calls, files) = (world.query(rows), world.lms().calls(), world.files("data"));
    let bytes = std::fs::read(world.path("data/rollbook.db")).unwrap();

    let plan = world.run(&["plan", "people", "--json"]).expect(4).json();
    has(&plan, &["schema", "job", "pushes", "rejects", "guards"]);
    let push = &plan["pushes"][0];
    has(
        push,
        &[
            "push",
            "fingerprint",
            "verdict",
            "create",
            "update",
            "deactivate",
            "remove",
            "unchanged",
            "rejected",
        ],
    );
    assert_eq!((&push["create"], &push["update"], &push["remove"]), (&1.into(), &1.into(), &1.into()));
    let changes = push["changes"].as_array().unwrap();
    let kinds: Vec<String> =
        changes.iter().map(|change| format!("{} {}", change["kind"], change["key"])).collect();
    assert_eq!(kinds, ["\"create\" \"E11\"", "\"update\" \"E2\"", "\"remove\" \"E4\""]);
    assert_eq!(keys(&changes[1]), ["after", "before", "key", "kind", "row"]);
    assert_eq!(changes[1]["before"]["designation"], "Adviser");
    assert_eq!(changes[1]["after"]["designation"], "Lead");
    assert_eq!(plan["rejects"][0]["key"], "E3");
    let text = world.run(&["plan", "people"]).expect(4).stdout;
    assert!(text.contains("designation: \"Adviser\" -> \"Lead\""), "{text}");

    assert_eq!((world.query(rows), world.lms().calls()), (before, calls));
    assert_eq!(std::fs::read(world.path("data/rollbook.db")).unwrap(), bytes);
    assert_eq!(world.files("data"), files);
    assert_eq!(world.mails().len(), 1);
    let run =
        world.sync().expect("partial, 1 rejected, 7 unchanged, 1 create, 1 update, 1 remove, 3 accepted");
    assert_eq!(push["fingerprint"].as_str().unwrap().len(), 32);
    assert_eq!(run.json["source"]["file"], "people-plan.csv");
}

#[test]
fn plan_answers_as_the_sync_would() {
    let mut world = Setup::default().start();
    world.run(&["plan", "people"]).expect(0);
    world.drop_file("people-1.csv", &Export::of(0).csv());
    world.run(&["plan", "people"]).expect(3);
    world.drop_file("people-1.csv", b"<html>");
    let ended = world.run(&["plan", "people"]).expect(1);
    assert!(ended.stderr.contains("people-1.csv"), "{}", ended.stderr);
}

#[test]
fn a_sync_without_a_file_is_nothing() {
    let mut world = Setup::default().start();
    let run = world.sync();
    assert_eq!((run.status(), run.code), ("nothing", 0));
    assert_eq!(run.json["notes"][0], "no file was there");
    assert!(world.mails().is_empty());
}

#[test]
fn a_file_named_on_the_command_line_stays_where_it_is() {
    let mut world = Setup::default().start();
    std::fs::write(world.path("other.csv"), Export::of(2).csv()).unwrap();
    world.run(&["sync", "people", "--file", "other.csv", "--json"]).expect(0);
    assert!(world.path("other.csv").exists());
    assert_eq!(world.lms().users().len(), 2);
    let ended = world.run(&["sync", "people", "--file", "missing.csv"]).expect(2);
    assert!(ended.stderr.contains("missing.csv"), "{}", ended.stderr);
}

#[test]
fn what_is_not_there_is_named_with_the_nearest() {
    let mut world = world();
    let mut check = |command: &[&str], words: &str| {
        let ended = world.run(command).expect(2);
        assert!(ended.stderr.contains(words), "{command:?}: {}", ended.stderr);
        assert_eq!(ended.stdout, "");
    };
    check(&["sync", "peple"], "there is no job `peple`; did you mean `people`?");
    check(&["plan", "peple"], "did you mean `people`?");
    check(&["runs", "--job", "peple"], "did you mean `people`?");
    check(&["show", "2000-01-01.1"], "there is no run `2000-01-01.1`; did you mean `");
    check(&["fields", "upsidelms.manage_users"], "did you mean `upsidelms.manage_user`?");
    check(&["snyc"], "sync");
    check(&["sync"], "<JOB>");
    check(&["--config", "missing.toml", "status"], "missing.toml");
}
