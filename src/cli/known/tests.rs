//! What people and programs are told of what pulls know.

use serde_json::Value;

use super::scene::{Scene, curriculum};
use super::*;
use crate::engine::load_report;
use crate::report::{json, text};

#[derive(Clone, Copy, Default)]
struct Wanted<'a> {
    learner: Option<&'a str>,
    search: Option<&'a str>,
    since: Option<&'a str>,
    gone: bool,
    ids: bool,
}

fn args(wanted: Wanted<'_>, json: bool, csv: bool) -> Known {
    let own = |text: Option<&str>| text.map(str::to_owned);
    let (search, changed_since) = (own(wanted.search), own(wanted.since));
    Known { search, changed_since, gone: wanted.gone, ids: wanted.ids, json, csv }
}

async fn told(scene: &Scene, wanted: Wanted<'_>, json: bool, csv: bool) -> String {
    let whose = wanted.learner.map_or(Whose::Nobodys, Whose::Learner);
    let mut out = Vec::new();
    let args = args(wanted, json, csv);
    tell_to(&scene.engine, "upside", whose, &args, &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

async fn document(scene: &Scene, wanted: Wanted<'_>) -> Value {
    serde_json::from_str(&told(scene, wanted, true, false).await).unwrap()
}

async fn refused(scene: &Scene, connection: &str, whose: Whose<'_>) -> String {
    let failure =
        tell(&scene.engine, connection, whose, &args(Wanted::default(), false, false)).await.unwrap_err();
    assert_eq!(failure.code, 2, "{}", failure.message);
    failure.message
}

#[tokio::test]
async fn a_catalog_is_a_table_with_parts_below() {
    let scene = Scene::two_nights().await;
    insta::assert_snapshot!(told(&scene, Wanted::default(), false, false).await, @"
    upside.training_catalog of job catalog, answered last 2026-11-21 02:00 UTC (run 2026-11-21.1)

    TITLE               KIND        PRICE  CERTIFICATE  LANGUAGE  FIRST SEEN  CHANGED
    Fire safety         curriculum  12.50  yes          en        2026-11-20  2026-11-21
      Drill             course                                    2026-11-20  -
    =First aid          curriculum  0.00   no           en        2026-11-20  -
    Working at heights  curriculum                      de        2026-11-21  -

    3 curricula, 1 course
    ");
}

#[tokio::test]
async fn what_changed_stands_with_before_and_after() {
    let scene = Scene::two_nights().await;
    let wanted = Wanted { since: Some("2026-11-21"), ..Wanted::default() };
    insta::assert_snapshot!(told(&scene, wanted, false, false).await, @r#"
    upside.training_catalog of job catalog, answered last 2026-11-21 02:00 UTC (run 2026-11-21.1)

    TITLE               KIND        PRICE  CERTIFICATE  LANGUAGE  FIRST SEEN  CHANGED     STANDING
    Fire safety         curriculum  12.50  yes          en        2026-11-20  2026-11-21
        2026-11-21 02:00 Price: "10.00" -> "12.50"
      Ladders           course                                    2026-11-20  -           gone since 2026-11-21
          2026-11-21 02:00 gone
    Fax machines        curriculum                      en        2026-11-20  -           gone since 2026-11-21
        2026-11-21 02:00 gone
    Working at heights  curriculum                      de        2026-11-21  -
        2026-11-21 02:00 new

    3 curricula, 1 course
    "#);
    let none = Wanted { since: Some("2026-11-21T02:00:01Z"), ..Wanted::default() };
    let words = told(&scene, none, false, false).await;
    assert!(words.contains("Nothing has changed since 2026-11-21 02:00 UTC."), "{words}");
}

#[tokio::test]
async fn a_search_that_fits_a_part_brings_its_whole_once() {
    let scene = Scene::two_nights().await;
    let found = document(&scene, Wanted { search: Some("DRILL"), ..Wanted::default() }).await;
    let titles: Vec<_> = found["items"].as_array().unwrap().iter().map(|item| &item["title"]).collect();
    assert_eq!(titles, ["Fire safety"]);
    assert_eq!(found["items"][0]["parts"][0]["title"], "Drill");
    let both = document(&scene, Wanted { search: Some("r"), ..Wanted::default() }).await;
    assert_eq!(both["items"].as_array().unwrap().len(), 3, "{both:#}");
    let words = told(&scene, Wanted { search: Some("fax"), ..Wanted::default() }, false, false).await;
    assert!(words.contains("Nothing holds \"fax\"."), "{words}");
    let gone = document(&scene, Wanted { search: Some("fax"), gone: true, ..Wanted::default() }).await;
    assert_eq!(gone["items"][0]["standing"], "retired");
}

#[tokio::test]
async fn a_document_has_whole_numbers_and_flags_and_no_id_unless_it_is_asked_for() {
    let scene = Scene::two_nights().await;
    let found = document(&scene, Wanted::default()).await;
    assert_eq!((&found["schema"], &found["connection"]), (&1.into(), &"upside".into()));
    assert_eq!(found["pulls"][0]["pull"], "upside.training_catalog");
    assert_eq!(found["pulls"][0]["answered_at"], "2026-11-21T02:00:00Z");
    let fire = &found["items"][0];
    assert_eq!((&fire["kind"], &fire["title"]), (&"curriculum".into(), &"Fire safety".into()));
    assert_eq!(fire["fields"]["price"], serde_json::json!("12.50"));
    assert_eq!(fire["fields"]["certified"], serde_json::json!(true));
    assert_eq!(fire["fields"]["language"], "en");
    assert_eq!(fire["parts"][0]["fields"], serde_json::json!({"course_name": "Drill", "minutes": 45}));
    assert_eq!(fire["parts"].as_array().unwrap().len(), 1, "what is gone is not there");
    assert_eq!(
        (&fire["first_seen"], &fire["last_seen"]),
        (&"2026-11-20T02:00:00Z".into(), &"2026-11-21T02:00:00Z".into())
    );
    assert_eq!((&fire["changed_at"], &fire["standing"]), (&"2026-11-21T02:00:00Z".into(), &"present".into()));
    assert_eq!(fire["changes"], serde_json::json!([]));
    assert_eq!(fire["parts"][0]["changed_at"], Value::Null, "nothing of it has changed");
    let raw = ["404", "405", "9001"];
    let text = found.to_string();
    assert!(raw.iter().all(|id| !text.contains(id)), "{text}");
    let with_ids = document(&scene, Wanted { ids: true, ..Wanted::default() }).await;
    assert_eq!(with_ids["items"][0]["fields"]["curriculum_id"], 404);

    let since = document(&scene, Wanted { since: Some("2026-11-21"), ..Wanted::default() }).await;
    let [fire, fax, heights] = since["items"].as_array().unwrap().as_slice() else { panic!("{since:#}") };
    assert_eq!(fire["changes"].as_array().unwrap().len(), 1);
    let change = &fire["changes"][0];
    assert_eq!((&change["event"], &change["field"]), (&"changed".into(), &"price".into()));
    assert_eq!((&change["before"], &change["after"]), (&"10.00".into(), &"12.50".into()));
    assert_eq!(fire["parts"][0]["title"], "Ladders");
    assert_eq!(fire["parts"][0]["changes"][0]["event"], "retired");
    assert_eq!(fax["changes"][0]["event"], "retired");
    assert_eq!(heights["changes"][0]["event"], "added");
}

#[tokio::test]
async fn csv_has_all_columns_and_no_formula() {
    let scene = Scene::two_nights().await;
    insta::assert_snapshot!(told(&scene, Wanted::default(), false, true).await, @r#"
    pull,item_kind,item_title,part_of,curriculum_name,description,price,certified,language,course_name,minutes,first_seen,last_seen,changed_at,retired_at,standing
    upside.training_catalog,curriculum,Fire safety,,Fire safety,"What to do, and what to leave when the alarm rings",12.50,true,en,,,2026-11-20T02:00:00Z,2026-11-21T02:00:00Z,2026-11-21T02:00:00Z,,present
    upside.training_catalog,Course,Drill,Fire safety,,,,,,Drill,45,2026-11-20T02:00:00Z,2026-11-21T02:00:00Z,,,present
    upside.training_catalog,curriculum,'=First aid,,'=First aid,,0.00,false,en,,,2026-11-20T02:00:00Z,2026-11-21T02:00:00Z,,,present
    upside.training_catalog,curriculum,Working at heights,,Working at heights,,,,de,,,2026-11-21T02:00:00Z,2026-11-21T02:00:00Z,,,present
    "#);
    let ids = told(&scene, Wanted { ids: true, ..Wanted::default() }, false, true).await;
    assert!(ids.lines().next().unwrap().contains("curriculum_id") && ids.contains("9001"), "{ids}");
    let wanted = Wanted { since: Some("2026-11-21"), ..Wanted::default() };
    let since = told(&scene, wanted, false, true).await;
    assert!(since.lines().next().unwrap().ends_with(",standing,changes"), "{since}");
    assert!(since.contains("Price: \"\"10.00\"\" -> \"\"12.50\"\""), "{since}");
}

#[tokio::test]
async fn a_learner_is_found_by_any_name_in_any_case() {
    let scene = Scene::two_nights().await;
    for key in ["101", "Uniqueid=101", "uniqueid=101", "amrita@EXAMPLE.org", "Email=amrita@example.org"] {
        let found = document(&scene, Wanted { learner: Some(key), ..Wanted::default() }).await;
        assert_eq!(found["items"].as_array().unwrap().len(), 1, "{key}");
        assert_eq!(found["items"][0]["learner"], "Uniqueid=101");
        assert_eq!(found["items"][0]["pull"], "upside.training_plan");
    }
    let words = told(&scene, Wanted { learner: Some("101"), ..Wanted::default() }, false, false).await;
    assert!(words.contains("learner Uniqueid=101\nFire safety"), "{words}");
    let unknown = refused(&scene, "upside", Whose::Learner("Uniqueid=102")).await;
    let expected = "nothing is known of a learner `Uniqueid=102` on connection `upside`; learners are named by \
                    Uniqueid, Email, or their key in the job that names them; asked: upside.training_plan of job \
                    plans, answered last 2026-11-21 03:00 UTC (run 2026-11-21.2)";
    assert_eq!(unknown, expected);
    let catalog = document(&scene, Wanted::default()).await;
    assert!(!catalog.to_string().contains("Uniqueid"), "a catalog is nobody's");
}

#[tokio::test]
async fn what_has_lost_its_title_is_shown_by_its_last_one() {
    let scene = Scene::new().await;
    let named = curriculum("404", &[("curriculum_name", "Fire safety"), ("language", "en")]);
    scene.answer("catalog", "", &[named], "2026-11-20T02:00:00Z").await;
    scene.answer("catalog", "", &[curriculum("404", &[("language", "en")])], "2026-11-21T02:00:00Z").await;
    let found = document(&scene, Wanted::default()).await;
    assert_eq!(found["items"][0]["title"], "Fire safety");
    assert_eq!(found["items"][0]["fields"], serde_json::json!({"language": "en"}));
}

#[tokio::test]
async fn what_can_not_be_asked_is_said() {
    let scene = Scene::new().await;
    let nearest = refused(&scene, "upsid", Whose::Nobodys).await;
    assert_eq!(nearest, "there is no connection `upsid`; did you mean `upside`?");
    let without = refused(&scene, "crowd", Whose::Nobodys).await;
    assert!(without.starts_with("no job pulls anything from connection `crowd`"), "{without}");
    let never = told(&scene, Wanted::default(), false, false).await;
    assert!(never.contains("never answered yet (`rollbook sync catalog` asks)"), "{never}");
    assert!(never.contains("Nothing is known yet."), "{never}");
    assert_eq!(document(&scene, Wanted::default()).await["items"], serde_json::json!([]));
}

#[tokio::test]
async fn an_answer_that_grows_old_says_so() {
    let scene = Scene::new().await;
    let items = [curriculum("404", &[("curriculum_name", "Fire safety")])];
    scene.answer("catalog", "", &items, "2026-11-20T02:00:00Z").await;
    scene.fail("catalog", "", "2026-11-21T02:00:00Z").await;
    let words = told(&scene, Wanted::default(), false, false).await;
    let first = words.lines().next().unwrap();
    let expected = "upside.training_catalog of job catalog, answered last 2026-11-20 02:00 UTC (run 2026-11-20.1); \
                    run 2026-11-21.1 since then was not answered";
    assert_eq!(first, expected);
    assert!(words.ends_with("1 curriculum\n"), "{words}");
}

#[tokio::test]
async fn long_catalogs_come_in_pages_and_whole() {
    let scene = Scene::new().await;
    let many: Vec<_> =
        (0..1201).map(|number| curriculum(&number.to_string(), &[("curriculum_name", "C")])).collect();
    scene.answer("catalog", "", &many, "2026-11-20T02:00:00Z").await;
    let words = told(&scene, Wanted::default(), false, false).await;
    assert!(words.ends_with("\n1201 curricula\n"), "{}", words.lines().last().unwrap());
    assert_eq!(document(&scene, Wanted::default()).await["items"].as_array().unwrap().len(), 1201);
}

#[tokio::test]
async fn the_report_of_a_run_is_folded_from_the_memory() {
    let scene = Scene::two_nights().await;
    let store = &scene.engine.store;
    let report = async |name: &str| {
        let run = store.find_run(name).await.unwrap().unwrap();
        load_report(&scene.engine, &run).await.unwrap()
    };
    let first = text(&report("2026-11-20.1").await);
    assert!(first.contains("3 curricula, the first pull") && !first.contains("NEW"), "{first}");
    let second = report("2026-11-21.1").await;
    let words = text(&second);
    let expected =
        "Training catalog of upside: 3 curricula, 1 new, 1 gone, 1 changed, of their\ncontents 1 gone.";
    assert!(words.contains(expected), "{words}");
    assert!(words.contains("NEW: 1\n\n  curriculum \"Working at heights\""), "{words}");
    assert!(
        words.contains("  curriculum \"Fax machines\"\n  course \"Ladders\" in \"Fire safety\""),
        "{words}"
    );
    assert!(words.contains("      Price: \"10.00\" -> \"12.50\""), "{words}");
    let document = serde_json::to_value(json(&second)).unwrap();
    let pull = &document["pulls"][0];
    assert_eq!((&pull["items"]["curriculum"], &pull["items"]["Course"]), (&3.into(), &1.into()));
    assert_eq!((&pull["added"], &pull["changed"], &pull["retired"]), (&1.into(), &1.into(), &2.into()));
    assert_eq!((&document["source"], &document["pushes"]), (&Value::Null, &serde_json::json!([])));
    scene.fail("catalog", "", "2026-11-22T02:00:00Z").await;
    let failed = report("2026-11-22.1").await;
    assert_eq!(failed.pulls[0].status, crate::model::RunStatus::Failed);
    assert_eq!((failed.pulls[0].baselines, text(&failed).contains("curricula ")), (0, false));
    assert!(text(&failed).contains("HTTP 503: Service Unavailable"), "{}", text(&failed));
}
