//! Pulls in the daemon: by request, by the clock, after a restart, and what feeds on them.

use std::fs;

use rollbook::sandbox::{Media77Study, SandboxOptions};
use serde_json::Value;

use super::{CATALOG, curriculum, give, job, know, said, world, world_of};
use crate::crash::support::until;
use crate::harness::{Account, Setup, World};

fn runs(world: &mut World, job: &str) -> Vec<Value> {
    let runs = world.run(&["runs", "--job", job, "--json"]).expect(0).json();
    runs["runs"].as_array().unwrap().clone()
}

fn ended(world: &mut World, job: &str, number: usize) -> Vec<Value> {
    until(&format!("{number} runs of {job} have ended"), || {
        let mut runs = runs(world, job);
        runs.retain(|run| run["status"] != "running");
        (runs.len() >= number).then_some(runs)
    })
}

/// The daemon takes requests once it has the lock.
fn begin(world: &World) -> crate::harness::Program {
    let daemon = world.begin(&["run"]);
    until("the daemon is up", || {
        let path = world.path("data/lock");
        let file = fs::File::open(path).ok()?;
        matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock)).then_some(())
    });
    daemon
}

#[test]
fn the_daemon_pulls_when_asked_and_goes_on_after_a_restart() {
    let list: String = (0..300).map(|id| format!("E{id}\n")).collect();
    let plan =
        "[[pull]]\nconnection = \"upside\"\noperation = \"training_plan\"\nlearners = \"learners.csv\"\n";
    let mut world = world(&format!("{CATALOG}{plan}"), vec![curriculum("10", "Fire")]);
    fs::write(world.path("jobs/learners.csv"), format!("Uniqueid\n{list}")).unwrap();
    know(&world, 300);
    (0..300).for_each(|id| give(&world, &format!("E{id}"), "10"));
    let daemon = begin(&world);
    let asked = world.begin(&["sync", "daily", "--json"]);
    until("some learners are asked for", || (world.lms().calls().len() >= 60).then_some(()));
    daemon.terminate();
    assert_eq!(daemon.end().code, 0);
    assert_eq!(asked.end().code, 1);
    let first = world.lms().calls().len();
    assert!(first < 301, "{first}");
    let daemon = begin(&world);
    let runs = ended(&mut world, "daily", 1);
    assert_eq!((runs.len(), runs[0]["status"].as_str()), (1, Some("ok")), "{runs:#?}");
    assert_eq!(world.lms().calls().len(), 301, "nobody was asked for twice");
    let again = Account::new(world.run(&["sync", "daily", "--json"]));
    assert_eq!(said(&again), "ok, 301 asked, 301 answered");
    daemon.terminate();
    assert_eq!(daemon.end().code, 0);
}

#[test]
fn the_clock_starts_a_pull() {
    let schedule = "[schedule]\ncron = \"* * * * *\"\ntimezone = \"Europe/London\"\ncatch_up = \"once\"\n";
    let mut world =
        world_of(&[("daily", &job(&format!("{schedule}{CATALOG}")))], vec![curriculum("10", "Fire")]);
    world.sync_job("daily");
    // A time that was missed is made up for at once: nobody waits for the next minute.
    world.execute("INSERT INTO tick (job, kind, scheduled_at) VALUES ('daily', 'cron', ? - 600000)", now());
    let daemon = begin(&world);
    let runs = ended(&mut world, "daily", 2);
    assert!(runs[0]["cause"].as_str().unwrap().starts_with("the schedule ("), "{runs:#?}");
    assert_eq!(runs[0]["status"], "ok");
    daemon.terminate();
    assert_eq!(daemon.end().code, 0);
}

fn now() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

const PROGRESS: &str =
    "[[pull]]\nconnection = \"media\"\noperation = \"activity_progress\"\nsince = \"2026-01-01\"\n";

const COMPLETIONS: &str = "description = \"On\"\n[source]\npull = \"progress\"\nrows = \"delta\"\nkey = [\"transactionId\"]\n\
    where = { dateCompleted = \"*\" }\n[schedule]\non_arrival = true\ntimezone = \"Europe/London\"\n\
    [[push]]\nconnection = \"crowd\"\noperation = \"set_completion\"\non_change = \"ignore\"\nfirst_load = \"create\"\n\
    [push.fields]\ncustomerId = \"memberIdentifier\"\nproductId = \"activityId\"\ncompletion = { value = \"Completed\" }\n\
    completionDate = \"dateCompleted\"\n";

#[test]
fn what_a_pull_has_learnt_goes_on_by_itself() {
    let jobs = [("progress", job(PROGRESS)), ("completions", COMPLETIONS.to_owned())];
    let jobs = jobs.map(|(name, text)| (name.to_owned(), text)).to_vec();
    let mut world = Setup { jobs, ..Setup::products() }.start();
    let token: &'static str = SandboxOptions::default().media77.token.leak();
    world.environment.push(("MEDIA_TOKEN", token));
    world.configure("media", "token = { env = \"MEDIA_TOKEN\" }");
    let study = |world: &World, registration: &str, progress| {
        world.lms().study(Media77Study {
            registration: registration.to_owned(),
            member_identifier: format!("M{registration}"),
            activity_id: "SAFE".to_owned(),
            progress,
            ..Media77Study::default()
        });
    };
    study(&world, "1", 100);
    study(&world, "2", 50);
    let nothing = world.sync_job("completions");
    assert_eq!(nothing.status(), "nothing");
    assert!(nothing.notes()[0].contains("has brought nothing yet"), "{:?}", nothing.notes());

    let daemon = begin(&world);
    let completions = |world: &World| {
        let calls = world.lms().calls();
        calls.iter().filter(|call| call.method.starts_with("setCompletion")).count()
    };
    assert_eq!(
        said(&Account::new(world.run(&["sync", "progress", "--json"]))),
        "ok, 1 asked, 1 answered, 1 baselines"
    );
    let fed = ended(&mut world, "completions", 2);
    assert_eq!((fed[0]["status"].as_str(), completions(&world)), (Some("ok"), 1), "{fed:#?}");
    assert!(fed[0]["cause"].as_str().unwrap().contains("its pull has something new"), "{fed:#?}");
    // Nothing new is no reason to run.
    assert_eq!(said(&Account::new(world.run(&["sync", "progress", "--json"]))), "ok, 1 asked, 1 answered");
    study(&world, "2", 100);
    assert_eq!(
        said(&Account::new(world.run(&["sync", "progress", "--json"]))),
        "ok, 1 asked, 1 answered, 1 changed"
    );
    let fed = ended(&mut world, "completions", 3);
    assert_eq!((fed.len(), fed[0]["status"].as_str(), completions(&world)), (3, Some("ok"), 2), "{fed:#?}");
    daemon.terminate();
    assert_eq!(daemon.end().code, 0);
    // By hand it is fed with what is known, and nothing is sent twice.
    let again = world.sync_job("completions");
    assert_eq!((again.status(), completions(&world)), ("nothing", 2), "{again:#?}");
}
