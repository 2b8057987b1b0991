use std::fs;
use std::sync::Arc;

use tempfile::TempDir;

use super::super::SystemClock;
use super::*;
use crate::config;
use crate::engine::load_report;
use crate::model::{ChangeState, Key, RunStatus};
use crate::report::Report;

const MAIN: &str = r#"data_dir = "data"

[connections.upside]
product = "upsidelms"
base_url = "https://lms.example.org"
portal_key = "key"
password = { env = "ROLLBOOK_TEST_NOT_SET" }
"#;

const JOB: &str = r#"description = "Nightly"

[source]
folder = "in"
pattern = "*.csv"
key = ["id"]
rows = "full"

[[push]]
connection = "upside"
operation = "manage_user"
first_load = "create"

[push.fields]
unique_id = "id"
firstname = { value = "Ann" }
email = { value = "ann@example.org" }
username = "id"
designation = "grade"
"#;

/// A push of completions, nothing of which is ever sent.
struct World {
    folder: TempDir,
    engine: Arc<Engine>,
    files: u32,
}

impl World {
    async fn new(on_change: OnChange) -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("jobs")).unwrap();
        fs::write(folder.path().join("rollbook.toml"), MAIN).unwrap();
        fs::write(folder.path().join("jobs/done.toml"), JOB).unwrap();
        let engine = Self::engine(&folder, on_change).await;
        Self { folder, engine, files: 0 }
    }

    async fn engine(folder: &TempDir, on_change: OnChange) -> Arc<Engine> {
        let loaded = config::load(&folder.path().join("rollbook.toml"));
        let mut config = loaded.config.unwrap_or_else(|| panic!("{:?}", loaded.problems));
        let connections = config.connections.values_mut().flat_map(|account| &mut account.operations);
        let pushes = config.jobs.values_mut().flat_map(|job| &mut job.pushes);
        for operation in connections.chain(pushes.map(|push| &mut push.operation)) {
            operation.kind = OperationKind::PushCompletions;
            operation.can_take_back = false;
            operation.repeatable = false;
        }
        for push in config.jobs.values_mut().flat_map(|job| &mut job.pushes) {
            push.policy.on_change = on_change;
        }
        Engine::open(config, Arc::new(SystemClock)).await.unwrap()
    }

    async fn set(&mut self, on_change: OnChange) {
        self.engine = Self::engine(&self.folder, on_change).await;
    }

    /// Plans and commits a file with these keys and grades, and gives the report of it as it stands.
    async fn sync(&mut self, rows: &[(&str, &str)]) -> Report {
        self.files += 1;
        let file = self.folder.path().join(format!("{}.csv", self.files));
        let lines = rows.iter().map(|(id, grade)| format!("{id},{grade}\n"));
        fs::write(&file, std::iter::once("id,grade\n".to_owned()).chain(lines).collect::<String>()).unwrap();
        let incoming = self.engine.copy_named(&file).unwrap();
        let run = self.engine.run_file(&"done".into(), &incoming, "a test").await.unwrap().unwrap();
        let run = self.engine.store.run(run).await.unwrap();
        let report = load_report(&self.engine, &run).await.unwrap();
        let counts = &report.pushes[0].counts;
        assert_eq!(counts.rows(), rows.len() as u64, "every row is accounted for: {counts:?}");
        assert_eq!(counts.changes(), counts.outcomes(), "every change is accounted for: {counts:?}");
        report
    }

    /// The LMS takes all that waits, but for the key that it leaves in doubt.
    async fn deliver(&self, doubtful: &str) {
        self.engine.store.accept_all_but(doubtful).await;
    }
}

fn keys<'a>(lines: impl IntoIterator<Item = &'a Key>) -> Vec<&'a str> {
    lines.into_iter().map(Key::as_str).collect()
}

#[tokio::test]
async fn a_corrected_completion_is_held_alone_then_ignored_or_sent() {
    let mut world = World::new(OnChange::Hold).await;
    world.sync(&[("E1", "A"), ("E2", "A")]).await;
    world.deliver("").await;
    let corrected = [("E1", "B"), ("E2", "A"), ("E3", "A")];
    let held = world.sync(&corrected).await;
    let counts = &held.pushes[0].counts;
    assert_eq!((counts.update, counts.held, counts.create, counts.pending), (1, 1, 1, 1), "{counts:?}");
    assert_eq!(held.pushes[0].status, RunStatus::Held);
    let guards: Vec<_> = held.guards.iter().map(|line| (line.guard.as_str(), line.found.as_str())).collect();
    assert_eq!(guards, [("on_change", "1 corrected completion")]);
    assert!(
        held.guards[0].explanation.contains(r#"key E1 (row 2): designation "A" -> "B""#),
        "{}",
        held.guards[0].explanation
    );
    world.deliver("").await;

    let again = world.sync(&corrected).await;
    assert_eq!(again.pushes[0].counts.held, 1, "it is found every night until somebody decides");
    world.set(OnChange::Ignore).await;
    let ignored = world.sync(&corrected).await;
    assert_eq!((ignored.pushes[0].counts.unchanged, ignored.guards.len()), (3, 0));
    assert_eq!(
        ignored.pushes[0].notes,
        ["1 row differs from what the LMS has acknowledged, which is left alone (on_change = \"ignore\")"]
    );
    world.set(OnChange::Send).await;
    let sent = world.sync(&corrected).await;
    assert_eq!((sent.pushes[0].counts.update, sent.pushes[0].counts.pending), (1, 1));

    // Held again before it went out: the older one does not go either.
    world.set(OnChange::Hold).await;
    let held = world.sync(&[("E1", "C"), ("E2", "A"), ("E3", "A")]).await;
    assert_eq!((held.pushes[0].counts.held, held.still_open.len()), (1, 0));
}

#[tokio::test]
async fn what_vanishes_is_listed_once_until_it_is_back() {
    let mut world = World::new(OnChange::Send).await;
    world.sync(&[("E1", "A"), ("E2", "A"), ("E3", "A")]).await;
    world.deliver("").await;
    let check = |report: &Report, new: &[&str], listed: (u64, u64)| {
        assert_eq!(keys(report.vanished.iter().map(|line| &line.key)), new);
        assert_eq!((report.pushes[0].listed, report.vanished_total), (listed, listed.0));
    };
    let gone = world.sync(&[("E1", "A")]).await;
    check(&gone, &["E2", "E3"], (2, 0));
    let fields = &gone.vanished[0].fields;
    assert_eq!(fields.get(&"designation".into()), Some("A"), "{fields:?}");
    check(&world.sync(&[("E1", "A"), ("E2", "A")]).await, &[], (0, 1));
    check(&world.sync(&[("E2", "A")]).await, &["E1"], (1, 1));

    let empty = world.sync(&[]).await;
    assert_eq!(empty.pushes[0].status, RunStatus::Held);
    check(&empty, &[], (0, 2));
    let unreadable = world.sync(&[("E1", "A"), ("", "A")]).await;
    check(&unreadable, &[], (0, 1));
    let notes = &unreadable.pushes[0].notes;
    assert!(notes[0].starts_with("1 row has no key that can be read"), "{notes:?}");
    check(&world.sync(&[("E1", "A")]).await, &["E2"], (1, 1));
    let all = world.sync(&[("E1", "A"), ("E2", "A"), ("E3", "A")]).await;
    check(&all, &[], (0, 0));
    assert_eq!(all.pushes[0].counts.unchanged, 3, "the snapshot has them all the time");
}

#[tokio::test]
async fn nothing_passes_a_change_that_is_in_doubt() {
    let mut world = World::new(OnChange::Send).await;
    let rows = [("E1", "A"), ("E2", "A")];
    world.sync(&rows).await;
    world.deliver("E1").await;
    for night in 0..3 {
        let report = world.sync(&rows).await;
        let counts = &report.pushes[0].counts;
        assert_eq!((counts.create, counts.parked, counts.unchanged), (1, 1, 1), "night {night}: {counts:?}");
        assert_eq!(report.refusals[0].code, "in doubt");
        assert!(
            report.refusals[0].reason.contains("is in doubt: find out in the LMS"),
            "{:?}",
            report.refusals
        );
        let open: Vec<_> = report.still_open.iter().map(|line| (line.key.as_str(), line.state)).collect();
        assert_eq!(open, [("E1", ChangeState::InDoubt)], "night {night}: what was parked is replaced");
        assert!(report.refusals[0].reason.contains(report.still_open[0].run.as_str()));
    }
    // Another value, and a hold: nothing is lost, and nothing is sent.
    world.set(OnChange::Hold).await;
    let other = world.sync(&[("E1", "B"), ("E2", "B")]).await;
    let counts = &other.pushes[0].counts;
    assert_eq!((counts.create, counts.parked, counts.update, counts.held), (1, 1, 1, 1), "{counts:?}");

    let gone = world.sync(&[("E2", "A")]).await;
    assert_eq!((gone.pushes[0].counts.changes(), gone.vanished_total), (0, 0));
    assert_eq!(gone.still_open.len(), 1, "the doubt stays, and nothing stands behind it");
}
