//! In which order questions are asked, and how they go on after an interruption.

use tokio_util::sync::CancellationToken;

use super::super::portal::{Scene, thing};
use crate::config::Learners;
use crate::model::Learner;

fn learner(id: u32) -> Learner {
    Learner { names: vec![("Uniqueid".to_owned(), id.to_string())] }
}

#[tokio::test]
async fn stopped_in_the_middle_it_goes_on_there() {
    let mut scene = Scene::new().await;
    let learners = 600;
    scene.pull.learners = Learners::These((0..learners).map(learner).collect());
    (0..learners).for_each(|id| scene.portal.holds(&format!("Uniqueid={id}"), &["a A"]));
    scene.restart().await;
    let stop = CancellationToken::new();
    *scene.portal.stops.lock().unwrap() = Some((200, stop.clone()));
    let run = scene.engine.run_pulls(&"things".into(), "a test").await.unwrap();
    assert!(!scene.engine.follow(run, &stop).await.unwrap());
    let first = scene.portal.take_asked();
    assert!((200..210).contains(&first.len()), "{}", first.len());
    *scene.portal.stops.lock().unwrap() = None;
    let told = scene.resume().await;
    assert_eq!((told.run.run_ref, told.said().as_str()), (run, "ok 600 600 0"));
    let mut all = scene.portal.take_asked();
    // What was out when the process was to end was waited for and kept: nobody was asked for twice.
    assert_eq!(all.len() + first.len(), 600);
    all.extend(first);
    all.sort();
    all.dedup();
    assert_eq!((all.len(), scene.known().await.len()), (600, 600));
}

#[tokio::test]
async fn parameters_that_change_while_a_run_is_interrupted_retire_nothing() {
    let mut scene = Scene::new().await;
    scene.pull.learners = Learners::These((1..=9).map(learner).collect());
    (1..=9).for_each(|id| scene.portal.holds(&format!("Uniqueid={id}"), &["a A", "b B"]));
    scene.sync().await;
    scene.portal.take_asked();
    scene.restart().await;
    let stop = CancellationToken::new();
    *scene.portal.stops.lock().unwrap() = Some((1, stop.clone()));
    let run = scene.engine.run_pulls(&"things".into(), "a test").await.unwrap();
    assert!(!scene.engine.follow(run, &stop).await.unwrap());
    *scene.portal.stops.lock().unwrap() = None;
    // Whoever was not asked yet would have fewer things by the new words.
    scene.pull.parameters = [("Accessibility", "Paid")].into_iter().collect();
    (1..=9).for_each(|id| scene.portal.holds(&format!("Uniqueid={id}"), &["a A"]));
    let told = scene.resume().await;
    assert!(told.failures.iter().all(|line| line.contains("parameters: ")), "{told:?}");
    assert!(told.rows[0].failed > 0 && told.events.is_empty(), "{told:?}");
    assert!(scene.known().await.iter().all(|line| line.ends_with(" present")));
}

#[tokio::test]
async fn whoever_was_answered_longest_ago_is_asked_first() {
    let mut scene = Scene::new().await;
    (1..=6).for_each(|id| scene.portal.holds(&format!("Uniqueid={id}"), &["a A"]));
    scene.pull.learners = Learners::These((1..=3).map(learner).collect());
    scene.sync().await;
    scene.portal.take_asked();
    scene.pull.learners = Learners::These((1..=6).map(learner).collect());
    scene.sync().await;
    let asked = scene.portal.take_asked();
    let mut first: Vec<_> = asked.iter().take(3).map(String::as_str).collect();
    first.sort_unstable();
    assert_eq!(first, ["Uniqueid=4@", "Uniqueid=5@", "Uniqueid=6@"], "{asked:?}");
}

#[tokio::test]
async fn pages_are_asked_for_where_the_last_one_ended() {
    let mut scene = Scene::new().await;
    let page = |from: u32, to: u32| (from..to).map(|id| thing(&format!("{id} t{id}"))).collect::<Vec<_>>();
    let pages = vec![page(0, 900), page(890, 1000), page(1000, 1001)];
    scene.portal.pages.lock().unwrap().insert(String::new(), pages);
    scene.restart().await;
    let stop = CancellationToken::new();
    *scene.portal.stops.lock().unwrap() = Some((2, stop.clone()));
    let run = scene.engine.run_pulls(&"things".into(), "a test").await.unwrap();
    scene.engine.follow(run, &stop).await.unwrap();
    *scene.portal.stops.lock().unwrap() = None;
    // The process ended while the second page was folded, or right after it.
    let told = scene.resume().await;
    assert_eq!(told.said(), "ok 1 1 0");
    assert_eq!(told.rows[0].items, [("thing".to_owned(), 1001)]);
    let asked = scene.portal.take_asked();
    assert_eq!((asked[0].as_str(), asked[1].as_str(), asked.last().unwrap().as_str()), ("@", "@1", "@2"));
    assert_eq!(asked.iter().filter(|question| *question == "@").count(), 1);
}
