//! Schedules of the daemon, with a clock that the test sets.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use rollbook::engine::{Clock, Engine};
use rollbook::store::RunFilter;
use rollbook::trigger;
use tokio_util::sync::CancellationToken;

use crate::crash::support::{Lms, World, export, until};

#[derive(Debug)]
struct SetClock(Mutex<DateTime<Utc>>);

impl SetClock {
    fn at(time: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new(time.parse().unwrap())))
    }

    fn set(&self, time: &str) {
        *self.0.lock().unwrap() = time.parse().unwrap();
    }
}

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

/// A daemon within this process. It has a job `first` besides, which takes files at once.
struct Serving {
    engine: Arc<Engine>,
    clock: Arc<SetClock>,
    stop: CancellationToken,
    served: tokio::task::JoinHandle<()>,
}

impl Serving {
    fn start(world: &World, lms: &Lms, time: &str) -> Self {
        let clock = SetClock::at(time);
        let loaded = rollbook::config::load(&world.path("rollbook.toml"));
        let config = loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.problems));
        let stop = CancellationToken::new();
        let engine =
            lms.runtime.block_on(Engine::open(config, Arc::clone(&clock) as Arc<dyn Clock>)).unwrap();
        let (own, token) = (Arc::clone(&engine), stop.clone());
        let served = lms.runtime.spawn(async move { trigger::serve(own, token).await.unwrap() });
        // What is due counts from the start, so the clock may go on only when the daemon is up.
        let first = format!("{}.csv", time.replace(':', "-"));
        world.drop_file("first", &first, "");
        until("the daemon is up", || (world.names("inbox/first") == [".rollbook"]).then_some(()));
        Self { engine, clock, stop, served }
    }

    fn runs(&self, lms: &Lms) -> Vec<(String, Option<String>, String)> {
        let filter = RunFilter { job: Some("hr".into()), limit: None };
        let runs = lms.runtime.block_on(self.engine.store.runs(&filter)).unwrap();
        let done = runs.iter().filter(|run| run.reports > 0);
        done.map(|run| (run.cause.clone(), run.file.clone(), run.run.to_string())).collect()
    }

    fn end(self, lms: &Lms) {
        self.stop.cancel();
        lms.runtime.block_on(async {
            self.served.await.unwrap();
            self.engine.store.close().await;
        });
    }
}

#[test]
fn a_file_that_is_late_is_told_once() {
    rustls_provider();
    let lms = Lms::start("");
    let world = World::new(&lms.base_url());
    let schedule =
        "on_arrival = true\ncron = \"0 2 * * *\"\ntimezone = \"Europe/London\"\ndue_by = \"06:30\"\n";
    world.job("hr", 0, schedule);
    first_job(&world);
    let serving = Serving::start(&world, &lms, "2026-07-01T00:30:00Z");
    // 02:00 in London, in summer.
    serving.clock.set("2026-07-01T01:00:30Z");
    until("the run of the schedule", || (serving.runs(&lms).len() == 1).then_some(()));
    let (cause, file, _) = serving.runs(&lms).remove(0);
    assert_eq!((cause.as_str(), file), ("the schedule (2026-07-01 01:00 UTC)", None));
    assert_eq!(world.mails(), [], "no file is no reason for a mail yet");
    serving.clock.set("2026-07-01T05:30:30Z");
    let mails = until("the mail", || Some(world.mails()).filter(|mails| !mails.is_empty()));
    assert!(mails[0].1.contains("LATE hr: no file has come by") && mails[0].1.contains("06:30"), "{mails:?}");

    // Later the file comes, and all is well; nothing is told again, not even by another process.
    world.drop_file("hr", "hr-1.csv", export(20));
    until("the report", || (world.mails().len() == 2).then_some(()));
    serving.end(&lms);
    let serving = Serving::start(&world, &lms, "2026-07-01T06:00:00Z");
    // The next night's time: it comes after everything else was looked at.
    serving.clock.set("2026-07-02T01:00:30Z");
    until("the next run of the schedule", || (serving.runs(&lms).len() == 3).then_some(()));
    assert_eq!(world.mails().len(), 2);
    serving.end(&lms);
}

#[test]
fn a_schedule_takes_what_waits_once() {
    rustls_provider();
    let lms = Lms::start("");
    let world = World::new(&lms.base_url());
    world.job("hr", 0, "on_arrival = false\ncron = \"* * * * *\"\ntimezone = \"Europe/London\"\n");
    world.drop_file("hr", "hr-1.csv", export(20));
    first_job(&world);
    let serving = Serving::start(&world, &lms, "2026-07-01T00:00:30Z");
    serving.clock.set("2026-07-01T00:01:00Z");
    until("the run", || (serving.runs(&lms).len() == 1).then_some(()));
    serving.clock.set("2026-07-01T00:02:00Z");
    until("the next run", || (serving.runs(&lms).len() == 2).then_some(()));
    let files: Vec<Option<String>> = serving.runs(&lms).into_iter().map(|(_, file, _)| file).collect();
    assert_eq!(files, [None, Some("hr-1.csv".to_owned())]);
    serving.end(&lms);
    assert_eq!(lms.calls().len(), 20);
}

/// The job that shows that the daemon is up; nobody is told of it.
fn first_job(world: &World) {
    world.job("first", 0, "on_arrival = true\n");
    let file = world.path("jobs/first.toml");
    let text =
        std::fs::read_to_string(&file).unwrap().replace("[report]\nto = [\"lms-admins@example.org\"]\n", "");
    std::fs::write(&file, text).unwrap();
}

/// As the command line does it.
fn rustls_provider() {
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
}
