//! What is remembered of pulls, how it changes, and how it is found.

use chrono::{DateTime, TimeDelta, Utc};
use tempfile::TempDir;

use super::*;
use crate::model::{Digest, Fields, Fingerprint, ItemEvent, ItemStanding, Key, Learner, Pulled, RunStatus};

struct Memory {
    _folder: TempDir,
    store: Store,
    pull: PullRef,
    now: DateTime<Utc>,
}

impl Memory {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("rollbook.db")).await.unwrap();
        let pull =
            store.pull(&"daily".into(), &"catalog".into(), &"upside".into(), &"u.catalog".into()).await;
        let now = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        Self { _folder: folder, store, pull: pull.unwrap(), now }
    }

    /// A run that asks for these learners (nobody where there are none) and has not ended.
    async fn begin(&mut self, learners: &[&[(&str, &str)]]) -> RunRef {
        self.now += TimeDelta::days(1);
        let run = self.run("daily", RunKind::Pull, None).await;
        let mut steps: Vec<NewStep> = learners
            .iter()
            .map(|names| {
                let names = names.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
                let learner = Learner { names: names.collect() };
                let names = learner.names.iter().map(|(_, value)| value.clone()).collect();
                NewStep { scope: learner.to_string(), learner: Some(learner), names, unusable: None }
            })
            .collect();
        if steps.is_empty() {
            steps.push(NewStep { scope: String::new(), learner: None, names: Vec::new(), unusable: None });
        }
        self.store.enter_steps(run, self.pull, question(), &steps, self.now).await.unwrap();
        self.store.enter_pull(run, self.pull, 0, None, &[]).await.unwrap();
        run
    }

    async fn run(&self, job: &str, kind: RunKind, fed_by: Option<RunRef>) -> RunRef {
        let new = NewRun {
            kind,
            fed_by,
            job: job.into(),
            job_hash: question(),
            cause: "a test".to_owned(),
            started_at: self.now,
            deadline_at: self.now,
            file: None,
        };
        self.store.enter_run(&new).await.unwrap().run_ref
    }

    async fn end(&self, run: RunRef, status: RunStatus) {
        self.store.end_pull(run, self.pull, &crate::store::Leaving::default()).await.unwrap();
        self.store.close_pull(run, self.pull, self.now - TimeDelta::days(100)).await.unwrap();
        self.store.end_run(run, status, None, &[], self.now).await.unwrap();
    }

    /// Folds an item into the first open question.
    async fn fold(&self, run: RunRef, item: Pulled, events: Vec<NewEvent>) {
        let step = self.store.open_steps(run, self.pull, None, 1).await.unwrap().remove(0);
        let known = self.store.known_items(self.pull, &step.scope, &[&item.key], run).await.unwrap();
        let folded = FoldedItem {
            item,
            learner: step.scope.clone(),
            known: known.into_iter().next(),
            touched: true,
            events,
        };
        let chunk = Chunk { items: vec![folded], ..Chunk::default() };
        self.store.fold(run, self.pull, &step, &chunk, self.now).await.unwrap();
    }

    /// Ends the first open question.
    async fn answer(&self, run: RunRef) {
        let step = self.store.open_steps(run, self.pull, None, 1).await.unwrap().remove(0);
        let turn = Turn::Ended { absent: Some(ItemStanding::Retired), doubt: None };
        let chunk = Chunk { turn: Some(turn), ..Chunk::default() };
        self.store.fold(run, self.pull, &step, &chunk, self.now).await.unwrap();
    }

    async fn found(&self, filter: ItemFilter) -> Vec<String> {
        let items = self.store.items(&filter, None, 100).await.unwrap();
        items.into_iter().map(|item| item.key.to_string()).collect()
    }
}

fn question() -> Fingerprint {
    Digest::new().part("what").finish()
}

fn item(key: &[&str], fields: &[(&str, &str)]) -> Pulled {
    let parent = (key.len() > 1).then(|| Key::from_values([key[0]]));
    let fields: Fields = fields.iter().copied().collect();
    Pulled {
        kind: "thing".to_owned(),
        key: Key::from_values(key.iter().copied()),
        parent,
        fields,
        odd: Vec::new(),
    }
}

fn changed(before: &str, after: &str) -> Vec<NewEvent> {
    let field = Some("title".into());
    let [before, after] = [before, after].map(|value| Some(value.to_owned()));
    vec![NewEvent { event: ItemEvent::Changed, field, before, after }]
}

#[tokio::test]
async fn a_search_finds_text_in_any_field_and_any_case() {
    let mut memory = Memory::new().await;
    let run = memory.begin(&[]).await;
    for (key, title) in [
        ("1", "Sicherheit für Ärzte"),
        ("2", "100% safe_play"),
        ("3", "100 safe play"),
        ("4", "quote \" and \\ backslash"),
    ] {
        memory.fold(run, item(&[key], &[("title", title)]), Vec::new()).await;
    }
    let check = async |search: &str, expected: &[&str]| {
        let filter = ItemFilter { search: Some(search.to_owned()), ..ItemFilter::default() };
        assert_eq!(memory.found(filter).await, expected, "{search}");
    };
    check("sicher", &["1"]).await;
    check("ÄRZTE", &["1"]).await;
    check("FÜR ärz", &["1"]).await;
    check("örzte", &[]).await;
    check("SAFE", &["2", "3"]).await;
    check("0% S", &["2"]).await;
    check("safe_play", &["2"]).await;
    check("\" and \\", &["4"]).await;
    // The name of a field is no value of it.
    check("title", &[]).await;
    // Pages that hold little of what is looked for are gone through.
    let filter = ItemFilter { search: Some("SAFE".to_owned()), ..ItemFilter::default() };
    let first = memory.store.items(&filter, None, 1).await.unwrap();
    assert_eq!(first[0].key.as_str(), "2");
    let next = memory.store.items(&filter, Some(first[0].item_ref), 1).await.unwrap();
    assert_eq!(next[0].key.as_str(), "3");
    assert!(memory.store.items(&filter, Some(next[0].item_ref), 1).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_learner_is_found_by_any_name_that_is_still_theirs() {
    let mut memory = Memory::new().await;
    let run = memory.begin(&[&[("Uniqueid", "101"), ("Email", "Ann@B.org")], &[("Uniqueid", "102")]]).await;
    for _ in 0..2 {
        memory.fold(run, item(&["1"], &[("title", "one")]), Vec::new()).await;
        memory.answer(run).await;
    }
    let of = async |memory: &Memory, learner: &str| {
        memory.found(ItemFilter { learner: Some(learner.to_owned()), ..ItemFilter::default() }).await.len()
    };
    for (name, count) in [("101", 1), ("ann@b.ORG", 1), ("102", 1), ("103", 0), ("", 0)] {
        assert_eq!(of(&memory, name).await, count, "{name}");
    }
    memory.end(run, RunStatus::Ok).await;
    let run = memory.begin(&[&[("Uniqueid", "102")], &[("Uniqueid", "101"), ("Email", "ann@c.org")]]).await;
    memory.answer(run).await;
    memory.answer(run).await;
    memory.end(run, RunStatus::Ok).await;
    // Named otherwise it is another scope, and the old one is not asked for any more.
    assert_eq!((of(&memory, "ann@b.org").await, of(&memory, "ann@c.org").await), (0, 0));
}

#[tokio::test]
async fn what_a_run_sees_twice_is_told_once() {
    let mut memory = Memory::new().await;
    let run = memory.begin(&[]).await;
    memory.fold(run, item(&["1"], &[("title", "A")]), Vec::new()).await;
    memory.fold(run, item(&["1", "Course", "7"], &[("title", "part")]), Vec::new()).await;
    memory.answer(run).await;
    memory.end(run, RunStatus::Ok).await;
    let run = memory.begin(&[]).await;
    // The answer that a crash left half folded, and the one that came instead of it.
    memory.fold(run, item(&["1"], &[("title", "B")]), changed("A", "B")).await;
    memory.fold(run, item(&["1"], &[("title", "C")]), changed("B", "C")).await;
    let events = memory.store.run_events(run, None, 10).await.unwrap();
    let told: Vec<_> = events.iter().map(|event| (event.before.as_deref(), event.after.as_deref())).collect();
    assert_eq!(told, [(Some("A"), Some("C"))]);
    let filter = ItemFilter { changed_since: Some(memory.now), ..ItemFilter::default() };
    assert_eq!(memory.found(filter).await, ["1"]);
    let found = memory.store.items(&ItemFilter::default(), None, 10).await.unwrap();
    let parts = memory.store.parts(&found[0]).await.unwrap();
    assert_eq!(parts.iter().map(|part| part.key.as_str()).collect::<Vec<_>>(), ["1,Course,7"]);
    // And back again is no change at all.
    memory.fold(run, item(&["1"], &[("title", "A")]), changed("C", "A")).await;
    assert!(memory.store.item_events(found[0].item_ref).await.unwrap().is_empty());
    memory.fold(run, item(&["2"], &[("title", "N")]), vec![ItemEvent::Added.into()]).await;
    memory.answer(run).await;
    let row = memory.store.pull_runs(run).await.unwrap().remove(0);
    assert_eq!((row.added, row.changed, row.retired), (1, 0, 1), "its part is gone");
    assert!(memory.store.parts(&found[0]).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_change_waits_for_a_run_that_went_well() {
    let mut memory = Memory::new().await;
    let (daily, pull) = ("daily".into(), "catalog".into());
    let run = memory.begin(&[]).await;
    memory.fold(run, item(&["1"], &[("title", "A")]), Vec::new()).await;
    assert_eq!(memory.store.last_pull(&daily, &pull).await.unwrap(), None, "it goes on");
    memory.end(run, RunStatus::Failed).await;
    assert_eq!(memory.store.last_pull(&daily, &pull).await.unwrap(), None);
    let same = memory.begin(&[]).await;
    memory.answer(same).await;
    memory.end(same, RunStatus::Partial).await;
    assert_eq!(memory.store.last_pull(&daily, &pull).await.unwrap(), Some(same));
    let later = memory.begin(&[]).await;
    memory.end(later, RunStatus::Ok).await;
    assert_eq!(memory.store.last_pull(&daily, &pull).await.unwrap(), Some(same), "it changed nothing");

    let push = "push".into();
    assert_eq!(memory.store.last_fed(&push, &daily).await.unwrap(), None);
    memory.run("push", RunKind::Export, Some(same)).await;
    memory.run("push", RunKind::Export, None).await;
    assert_eq!(memory.store.last_fed(&push, &daily).await.unwrap(), Some(same));
}

#[tokio::test]
async fn questions_are_asked_once_all_are_there() {
    let mut memory = Memory::new().await;
    let run = memory.begin(&[&[("Uniqueid", "1")], &[("Uniqueid", "2")], &[("Uniqueid", "3")]]).await;
    let other = memory.run("daily", RunKind::Pull, None).await;
    assert!(memory.store.entered_pull(other, memory.pull).await.unwrap().is_none());
    memory.store.fail_step(run, memory.pull, 1, ("Err003", "no"), memory.now).await.unwrap();
    memory.answer(run).await;
    let entered = memory.store.entered_pull(run, memory.pull).await.unwrap().unwrap();
    assert_eq!((entered.asked, entered.over, entered.ended), (3, 2, false));
    let open = memory.store.open_steps(run, memory.pull, None, 10).await.unwrap();
    assert_eq!(open.iter().map(|step| step.scope.as_str()).collect::<Vec<_>>(), ["Uniqueid=3"]);
    assert!(open[0].baseline);
    memory.store.fail_open_steps(run, memory.pull, ("Err001", "key"), memory.now).await.unwrap();
    let failed = memory.store.failed_steps(run, 10).await.unwrap();
    let failed: Vec<_> = failed.iter().map(|step| format!("{} {}", step.scope, step.code)).collect();
    assert_eq!(failed, ["Uniqueid=2 Err003", "Uniqueid=3 Err001"]);
    memory.end(run, RunStatus::Partial).await;
    // What was answered is no baseline the next time, and what was not still is.
    let run = memory.begin(&[&[("Uniqueid", "1")], &[("Uniqueid", "2")]]).await;
    let open = memory.store.open_steps(run, memory.pull, None, 10).await.unwrap();
    assert_eq!(
        open.iter().map(|step| step.baseline).collect::<Vec<_>>(),
        [true, false],
        "who never had an answer goes first"
    );
}

#[tokio::test]
async fn so_many_calls_a_day_and_no_more() {
    let memory = Memory::new().await;
    let account = "media".into();
    let mut made = 0;
    for _ in 0..5 {
        made += u32::from(memory.store.count_call(&account, 3, memory.now).await.unwrap());
    }
    assert_eq!((made, memory.store.calls_today(&account, memory.now).await.unwrap()), (3, 3));
    assert!(memory.store.count_call(&"other".into(), 3, memory.now).await.unwrap());
    assert!(!memory.store.count_call(&"other".into(), 0, memory.now).await.unwrap());
    let tomorrow = memory.now + TimeDelta::days(1);
    assert!(memory.store.count_call(&account, 3, tomorrow).await.unwrap());
    memory.store.forget_calls(memory.now + TimeDelta::days(40)).await.unwrap();
    assert_eq!(memory.store.calls_today(&account, memory.now).await.unwrap(), 0);
}
