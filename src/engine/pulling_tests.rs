use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio_util::sync::CancellationToken;

use super::super::itemtable::ItemTable;
use super::super::portal::{Odd, Scene};
use super::super::tablecell::Cell;
use super::super::verdicts::Fate;
use super::*;
use crate::config::Learners;
use crate::model::{Learner, Outcome, Verdict};
use crate::store::Enrolment;

fn learner(id: u32) -> Learner {
    Learner { names: vec![("Uniqueid".to_owned(), id.to_string())] }
}

fn refused() -> Odd {
    Odd::Fails(Outcome::new(Verdict::Refused, "Err003", "there is no such learner"))
}

#[tokio::test]
async fn the_first_answer_is_a_baseline_and_the_next_ones_tell_what_is_new() {
    let mut scene = Scene::new().await;
    scene.portal.holds("", &["1 one", "2 two"]);
    let first = scene.sync().await;
    assert_eq!((first.said().as_str(), first.events.len()), ("ok 1 1 0", 0), "{first:?}");
    assert_eq!(first.rows[0].items, [("thing".to_owned(), 2)]);
    assert_eq!(first.rows[0].baselines, 1);
    let job = "things".into();
    assert_eq!(
        scene.engine.store.last_pull(&job, &"upside.things".into()).await.unwrap(),
        Some(first.run.run_ref)
    );

    // The second pull of the same things reports no change.
    let same = scene.sync().await;
    assert_eq!((same.said().as_str(), same.events.len(), same.rows[0].baselines), ("ok 1 1 0", 0, 0));
    assert_eq!(same.rows[0].items, [("thing".to_owned(), 2)]);
    assert_eq!(
        scene.engine.store.last_pull(&job, &"upside.things".into()).await.unwrap(),
        Some(first.run.run_ref)
    );

    scene.portal.holds("", &["1 uno", "3 three"]);
    let changed = scene.sync().await;
    assert_eq!(changed.events, ["1 changed title one>uno", "2 retired", "3 added"]);
    let row = &changed.rows[0];
    assert_eq!((row.added, row.changed, row.retired, row.returned), (1, 1, 1, 0));
    assert_eq!(scene.known().await, ["1 uno present", "2 two retired", "3 three present"]);
    assert_eq!(
        scene.engine.store.last_pull(&job, &"upside.things".into()).await.unwrap(),
        Some(changed.run.run_ref)
    );

    scene.portal.holds("", &["1 uno", "2 zwei", "3 three"]);
    let back = scene.sync().await;
    assert_eq!(back.events, ["2 changed title two>zwei", "2 returned"]);
    assert_eq!(back.rows[0].returned, 1);
    // What an earlier run came to stays, though its items were seen again since.
    assert_eq!(scene.told(changed.run.run_ref).await.rows[0].items, [("thing".to_owned(), 2)]);
}

#[tokio::test]
async fn an_answer_that_is_not_whole_changes_nothing() {
    let mut scene = Scene::new().await;
    scene.portal.holds("", &["1 one", "2 two"]);
    scene.sync().await;
    let before = scene.known().await;
    scene.portal.holds("", &["1 uno"]);
    scene.portal.fails("@", refused());
    let failed = scene.sync().await;
    assert_eq!((failed.said().as_str(), failed.events.len()), ("failed 1 0 1", 0));
    assert_eq!(failed.failures, [" Err003: there is no such learner"]);
    assert_eq!(scene.known().await, before);

    // Once more, after a pause.
    scene.portal.fails("@", Odd::Fails(Outcome::new(Verdict::Retry, "Err500", "internal")));
    let again = scene.sync().await;
    assert_eq!((again.said().as_str(), again.events.len()), ("ok 1 1 0", 2), "{again:?}");
}

#[tokio::test]
async fn an_empty_answer_retires_nothing_and_is_said() {
    let mut scene = Scene::new().await;
    scene.portal.holds("", &[]);
    assert_eq!(scene.sync().await.said(), "ok 1 1 0");
    scene.portal.holds("", &["1 one"]);
    assert_eq!(scene.sync().await.events, ["1 added"]);
    scene.portal.holds("", &[]);
    let empty = scene.sync().await;
    assert_eq!((empty.said().as_str(), empty.events.len()), ("partial 1 1 0", 0));
    assert!(
        empty.failures[0].starts_with(" emptied: the answer holds nothing, and 1 items were there"),
        "{empty:?}"
    );
    assert_eq!(scene.known().await, ["1 one present"]);
    // Nor is what comes afterwards less well known.
    scene.portal.holds("", &["2 two"]);
    assert_eq!(scene.sync().await.events, ["1 retired", "2 added"]);
}

#[tokio::test]
async fn other_parameters_begin_a_new_baseline() {
    let mut scene = Scene::new().await;
    scene.portal.holds("", &["1 one", "2 two"]);
    scene.sync().await;
    scene.pull.parameters = [("Accessibility", "Paid")].into_iter().collect();
    scene.portal.holds("", &["2 zwei", "3 three"]);
    let other = scene.sync().await;
    assert_eq!((other.said().as_str(), other.events.len(), other.rows[0].baselines), ("ok 1 1 0", 0, 1));
    assert_eq!(scene.known().await, ["1 one outside", "2 zwei present", "3 three present"]);
    // Outside it is, and not retired by the next answer either.
    scene.portal.holds("", &["2 zwei"]);
    assert_eq!(scene.sync().await.events, ["3 retired"]);
    assert_eq!(scene.known().await, ["1 one outside", "2 zwei present", "3 three retired"]);
}

#[tokio::test]
async fn one_learners_error_does_not_end_the_pull_and_learners_come_and_go() {
    let mut scene = Scene::new().await;
    scene.pull.learners = Learners::These((1..=7).map(learner).collect());
    (1..=7).for_each(|id| scene.portal.holds(&format!("Uniqueid={id}"), &["a A", "b B"]));
    assert_eq!(scene.sync().await.said(), "ok 7 7 0");

    scene.portal.fails("Uniqueid=4@", refused());
    scene.portal.holds("Uniqueid=5", &["a A", "b C"]);
    let partial = scene.sync().await;
    assert_eq!(partial.said(), "partial 7 6 1");
    assert_eq!(partial.failures, ["Uniqueid=4 Err003: there is no such learner"]);
    assert_eq!(partial.events, ["Uniqueid=5 b changed title B>C"]);

    // Who is not asked for stands outside; back again, nothing is new but what is.
    scene.pull.learners = Learners::These((1..=6).map(learner).collect());
    let left = scene.sync().await;
    assert_eq!(
        (left.events.len(), scene.known().await[12..].to_vec()),
        (0, vec!["Uniqueid=7 a A outside".to_owned(), "Uniqueid=7 b B outside".to_owned(),])
    );
    let note = "1 learner is no longer asked for; their 2 items are no longer in the export and feed nothing";
    assert_eq!((left.said().as_str(), left.rows[0].notes.clone()), ("ok 6 6 0", vec![note.to_owned()]));
    scene.pull.learners = Learners::These((1..=7).map(learner).collect());
    scene.portal.holds("Uniqueid=7", &["a X"]);
    let back = scene.sync().await;
    assert_eq!(back.events, ["Uniqueid=7 a changed title A>X", "Uniqueid=7 b retired"]);
    // An empty list asks for nobody, and forgets nobody.
    scene.pull.learners = Learners::These(Vec::new());
    let nobody = scene.sync().await;
    assert_eq!(nobody.said(), "partial 0 0 0");
    assert_eq!(nobody.rows[0].notes, ["nobody was asked for: the list of learners is empty"]);
    assert!(nobody.rows[0].held.as_ref().unwrap().contains("though 7 learners are known"), "{nobody:?}");
    assert!(scene.known().await.iter().all(|line| !line.ends_with("outside")));
    // Most of them at once do not leave, whoever comes in their place.
    scene.pull.learners = Learners::These((4..=20).map(learner).collect());
    assert_eq!(scene.sync().await.rows[0].held, None, "three may");
    scene.pull.learners = Learners::These((1..=7).map(learner).collect());
    scene.sync().await;
    scene.pull.learners = Learners::These((7..=20).map(learner).collect());
    let most = scene.sync().await;
    assert_eq!(most.said(), "partial 14 14 0");
    assert!(most.rows[0].held.as_ref().unwrap().starts_with("6 of 7 learners that are known"), "{most:?}");
    assert!(scene.known().await.iter().all(|line| !line.ends_with("outside")));
}

#[tokio::test]
async fn a_list_with_a_row_of_no_use_takes_nobody_off() {
    let mut scene = Scene::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("learners.csv");
    scene.pull.learners = Learners::File(path.clone());
    (1..=2).for_each(|id| scene.portal.holds(&format!("Uniqueid={id}"), &["a A"]));
    std::fs::write(&path, "Uniqueid\n1\n2\n").unwrap();
    assert_eq!(scene.sync().await.said(), "ok 2 2 0");
    std::fs::write(&path, "Uniqueid,x\n1,\n,2\n").unwrap();
    let odd = scene.sync().await;
    assert_eq!(odd.said(), "partial 2 1 1");
    assert!(
        odd.rows[0].notes[0].starts_with("1 learner is not among those asked for, and nobody was taken off")
    );
    assert_eq!(scene.known().await, ["Uniqueid=1 a A present", "Uniqueid=2 a A present"]);
    // Another column makes nobody new, and tables have it as it is written.
    std::fs::write(&path, "Email,Uniqueid\nAnn@b.org,1\nBob@b.org,2\n").unwrap();
    scene.portal.holds("Uniqueid=1~Email=Ann@b.org", &["a A"]);
    scene.portal.holds("Uniqueid=2~Email=Bob@b.org", &["a A", "b B"]);
    scene.pull.export = Some(folder.path().join("out.csv"));
    scene.pull.columns = Some(["Email", "Uniqueid", "title"].map(Into::into).to_vec());
    let more = scene.sync().await;
    assert_eq!((more.said().as_str(), more.rows[0].baselines), ("ok 2 2 0", 0), "{more:?}");
    assert_eq!(more.events, ["Uniqueid=2 b added"]);
    let file = std::fs::read_to_string(folder.path().join("out.csv")).unwrap();
    let mut lines: Vec<&str> = file.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["Ann@b.org,1,A", "Bob@b.org,2,A", "Bob@b.org,2,B", "Email,Uniqueid,title"]);
}

#[tokio::test]
async fn a_run_without_an_answer_leaves_the_file_alone() {
    let mut scene = Scene::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.csv");
    std::fs::write(&path, "of yesterday").unwrap();
    scene.pull.export = Some(path.clone());
    let file = || std::fs::read_to_string(&path).unwrap();
    scene.portal.holds("", &["1 one"]);
    scene.portal.fails("@", refused());
    let failed = scene.sync().await;
    assert_eq!((failed.said().as_str(), file().as_str()), ("failed 1 0 1", "of yesterday"));
    assert_eq!(failed.rows[0].unwritten, None);
    // Nor does an answer that is not whole say what is there.
    scene.portal.fails("@", Odd::Total(3));
    assert_eq!((scene.sync().await.said().as_str(), file().as_str()), ("partial 1 1 0", "of yesterday"));
    scene.sync().await;
    assert!(file().contains("one"), "{}", file());
    std::fs::remove_file(&path).unwrap();
    scene.portal.fails("@", refused());
    scene.sync().await;
    assert!(!path.exists());
}

#[tokio::test]
async fn a_wrong_key_a_panic_and_the_deadline_end_the_run() {
    let mut scene = Scene::new().await;
    scene.pull.learners = Learners::These((1..=9).map(learner).collect());
    let wrong = Outcome::new(Verdict::StopConnection, "Err001", "the portal key is wrong");
    scene.portal.fails("Uniqueid=1@", Odd::Fails(wrong));
    let stopped = scene.sync().await;
    assert_eq!(
        stopped.run.status,
        Some(RunStatus::Partial).filter(|_| stopped.rows[0].answered > 0).or(Some(RunStatus::Failed))
    );
    assert!(stopped.rows[0].failed >= 6, "{stopped:?}");
    assert!(stopped.failures.iter().all(|line| line.ends_with("Err001: the portal key is wrong")));

    scene.portal.fails("Uniqueid=2@", Odd::Panics);
    let panicked = scene.sync().await;
    assert_eq!(panicked.run.status, Some(RunStatus::Failed));
    assert!(panicked.run.failure.unwrap().starts_with("an internal task failed"));

    scene.portal.fails("Uniqueid=3@", Odd::Hangs);
    scene.deadline = Duration::from_millis(700);
    let late = scene.sync().await;
    assert_eq!(late.said(), "partial 9 8 1", "{late:?}");
    assert!(late.failures[0].starts_with("Uniqueid=3 deadline: "));
}

#[tokio::test]
async fn a_run_whose_job_has_changed_ends_with_words() {
    let mut scene = Scene::new().await;
    scene.engine.run_pulls(&"things".into(), "a test").await.unwrap();
    scene.restart_with(Vec::new()).await;
    let [run] = scene.engine.recover().await.unwrap()[..] else { panic!("one open run") };
    scene.engine.process(&scene.engine.store.run(run).await.unwrap()).await.unwrap();
    let run = scene.engine.store.run(run).await.unwrap();
    assert_eq!(run.status, Some(RunStatus::Failed));
    assert_eq!(run.failure.unwrap(), "the job `things` has no file in jobs/ any more");
}

#[tokio::test]
async fn the_vendors_quota_is_kept() {
    let mut scene = Scene::new().await;
    scene.shape(|shape| shape.daily_calls = Some(5));
    scene.pull.learners = Learners::These((1..=4).map(learner).collect());
    assert_eq!(scene.sync().await.said(), "ok 4 4 0");
    let second = scene.sync().await;
    assert_eq!((second.said().as_str(), scene.portal.take_asked().len()), ("partial 4 1 3", 5));
    assert!(second.failures[0].contains("quota: the 5 calls that the vendor allows in a day"));
    let now = Utc::now();
    assert_eq!(scene.engine.store.calls_today(&"upside".into(), now).await.unwrap(), 5);
    assert!(scene.engine.store.count_call(&"upside".into(), 5, now + TimeDelta::days(1)).await.unwrap());
}

#[tokio::test]
async fn windows_overlap_and_a_total_that_is_missed_is_said() {
    let mut scene = Scene::new().await;
    scene.shape(|shape| shape.windowed = true);
    scene.portal.holds("", &["1 one 20", "2 two 100"]);
    let windows = |scene: &Scene| -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        let mut asked = scene.portal.questions.lock().unwrap();
        asked.drain(..).map(|question| question.window.unwrap()).collect()
    };
    let first = scene.sync().await;
    assert_eq!(windows(&scene), [(first.run.started_at - TimeDelta::days(365), first.run.started_at)]);
    // Progress never goes down, and what is not in the window is not gone.
    scene.portal.holds("", &["2 two 0", "3 three 1"]);
    let second = scene.sync().await;
    assert_eq!(windows(&scene), [(first.run.started_at - TimeDelta::days(3), second.run.started_at)]);
    assert_eq!(second.events, ["3 added"]);
    assert_eq!(scene.known().await.len(), 3);
    scene.portal.fails("@", Odd::Total(3));
    let missed = scene.sync().await;
    assert_eq!(missed.said(), "partial 1 1 0");
    assert!(missed.failures[0].starts_with(" total: the LMS says that there are 3 items, and 2 came"));
    scene.portal.fails("@", Odd::Doubt("a row has no name"));
    let odd = scene.sync().await;
    assert_eq!(
        (odd.said(), &*odd.failures),
        ("partial 1 1 0".to_owned(), &[" answer: a row has no name".to_owned()][..])
    );
    windows(&scene);
    // So the same span is asked for once more.
    scene.sync().await;
    assert_eq!(windows(&scene)[0].0, second.run.started_at - TimeDelta::days(3));
    scene.pull.parameters = [("completed", "true")].into_iter().collect();
    scene.pull.since = Some((Utc::now() - TimeDelta::days(9)).date_naive());
    scene.sync().await;
    assert_eq!(windows(&scene)[0].0.date_naive(), scene.pull.since.unwrap());
}

#[tokio::test]
async fn a_registration_tells_whose_an_item_is() {
    let mut scene = Scene::new().await;
    scene.shape(|shape| shape.registration = Some(("registration", &["activity"])));
    let enrolment = Enrolment { learner: "hr,E1".to_owned(), instance: vec!["https://a".to_owned()] };
    let store = scene.engine.store.clone();
    let wanted = [(enrolment.clone(), "5f-aa".to_owned())];
    store.registrations(&"upside".into(), &wanted, Utc::now()).await.unwrap();
    scene.portal.holds("", &["1 one 1 5F-AA", "2 two 1 77-bb"]);
    scene.sync().await;
    let of = async |scene: &Scene, learner: &str| {
        let filter = crate::store::ItemFilter { learner: Some(learner.to_owned()), ..Default::default() };
        let found = scene.engine.store.items(&filter, None, 10).await.unwrap();
        found.into_iter().map(|item| format!("{} {}", item.key, item.learner)).collect::<Vec<_>>()
    };
    assert_eq!(of(&scene, "e1").await, ["1 hr,E1"]);
    assert_eq!(of(&scene, "").await, ["2 "]);
    assert_eq!(enrolment.key().as_str(), "E1");
    assert_eq!(
        scene.engine.store.registered(&"upside".into(), "5F-aa").await.unwrap(),
        Some(enrolment.clone())
    );
    assert_eq!(scene.engine.store.registered(&"other".into(), "5f-aa").await.unwrap(), None);
    let told = scene.sync().await;
    assert_eq!(told.rows[0].notes, ["1 of 2 records bear no registration of ours"]);
    // Also where another connection to the same product made the links.
    scene.kin = Some("links".to_owned());
    let made = [(Enrolment { learner: "hr,E2".to_owned(), ..enrolment }, "77-bb".to_owned())];
    scene.engine.store.registrations(&"links".into(), &made, Utc::now()).await.unwrap();
    assert_eq!(scene.sync().await.rows[0].notes, Vec::<String>::new());
    assert_eq!(of(&scene, "e2").await, ["2 hr,E2"]);
}

#[tokio::test]
async fn what_is_old_is_forgotten_and_what_is_present_never() {
    let mut scene = Scene::new().await;
    scene.portal.holds("", &["1 one", "2 two"]);
    scene.sync().await;
    scene.portal.holds("", &["1 uno"]);
    let changed = scene.sync().await;
    assert_eq!(changed.events.len(), 2);
    scene.pull.retention = Duration::ZERO;
    scene.sync().await;
    assert_eq!(scene.known().await, ["1 uno present"]);
    let told = scene.told(changed.run.run_ref).await;
    assert_eq!((told.events.len(), told.rows[0].changed, told.rows[0].retired), (0, 1, 1));
}

#[tokio::test]
async fn answers_of_no_use_are_asked_for_a_few_times_and_outages_until_the_deadline() {
    let mut scene = Scene::new().await;
    scene.restart().await;
    let run = scene.engine.run_pulls(&"things".into(), "a test").await.unwrap();
    let run = scene.engine.store.run(run).await.unwrap();
    let pull =
        scene.engine.store.pull(&run.job, &scene.pull.id, &"upside".into(), &"portal.things".into()).await;
    let stop = CancellationToken::new();
    let asking = Asking::begin(&scene.engine, &run, &scene.pull, pull.unwrap(), None, &stop).unwrap();
    let again = Verdict::RetryConnection { after: None };
    for code in ["unreadable", "cut off", "too large"] {
        let mut tries = 0;
        let outcome = Outcome::new(again.clone(), code, "a page");
        let fates: Vec<Fate> = (0..4).map(|_| asking.judge(&outcome, &mut tries)).collect();
        assert!(fates[..3].iter().all(|fate| matches!(fate, Fate::Again(Some(_)))), "{code}");
        assert!(matches!(&fates[3], Fate::Failed(reason) if reason == "a page (4 times in a row)"), "{code}");
        assert!(!asking.is_troubled());
    }
    // Two more, and nobody else is asked.
    let outcome = Outcome::new(Verdict::Retry, "HTTP 400", "no");
    assert!(matches!(asking.judge(&outcome, &mut 3), Fate::Failed(_)));
    assert!(matches!(asking.judge(&outcome, &mut 3), Fate::Halt(_)));
    asking.answered();
    assert!(matches!(asking.judge(&outcome, &mut 3), Fate::Failed(_)));
    let mut tries = 0;
    for _ in 0..20 {
        let outage = Outcome::new(again.clone(), "HTTP 503", "not available");
        assert!(matches!(asking.judge(&outage, &mut tries), Fate::Again(None)));
    }
    assert!(asking.is_troubled());
    // A call that was out meanwhile and went well ends no pause.
    asking.answered();
    assert!(asking.is_troubled());
}

#[tokio::test]
async fn two_items_of_one_registration_are_fed_as_one() {
    let mut scene = Scene::new().await;
    scene.shape(|shape| shape.registration = Some(("registration", &["activity"])));
    let things: Vec<String> = (4..700).map(|id| format!("{id} t 1")).collect();
    let mut items = vec!["1 one 20 5F-AA", "2 two 5 77-bb"];
    items.extend(things.iter().map(String::as_str));
    // On another page of the database.
    items.push("900 again 60 5f-aa");
    scene.portal.holds("", &items);
    scene.sync().await;
    let rows = async |table: ItemTable| {
        let mut rows = Vec::new();
        let mut take = |row: &[Cell<'_>]| {
            rows.push(row.iter().map(|cell| cell.text.to_owned()).collect::<Vec<_>>().join(" "));
            Ok(())
        };
        let count = scene.engine.each_row(&"things".into(), &scene.pull, &table, &mut take).await.unwrap();
        assert_eq!(count as usize, rows.len());
        rows
    };
    let table = || ItemTable::new(&scene.pull, ["id", "progress"].map(str::to_owned).to_vec()).unwrap();
    assert_eq!(rows(table()).await.len(), items.len());
    let fed = rows(table().one_row()).await;
    assert_eq!((fed.len(), fed[0].as_str(), fed[fed.len() - 1].as_str()), (items.len() - 1, "2 5", "900 60"));
}
