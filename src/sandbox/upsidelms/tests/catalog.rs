//! Catalogs, and what they have in common with learning plans.

use serde_json::{Value, json};

use super::samples;
use super::*;

/// The document's samples of `On` and `Off`; `off` is by openssl.
const ON: &str = "VvBCHVQSd0dNrKy2mqfjjA==";
const OFF: &str = "iGJtxeqAfNADutGTcjk7og==";
const LOWER_OFF: &str = "dNHKqDB2nyGRZyjvqGHYqg==";
/// `{"curriculumCatalogDTO":[{"Msg001":"No data found."},{"Token":"Upside@2016"}]}`
const NO_DATA: &str = "d+0+BH0dWzmuG23p2ds5iK7GUKm+TQRq6qiHbeMid6Z1qPN21BZgWnBK4+pwcMmAkzpry3l0tyFhyFMN+rvsSjEPq62IUZFKTorN4RdH48E=";
/// `Uniqueid=9999`, `Uniqueid=4861~Login=john`, `Login=pallavi`
const NOBODY: &str = "19CSVAfTBEkmn7gOu3UY9A==";
const TWO_PEOPLE: &str = "gnyymVUDokMm1RiPJelTo3YOw2y2jwx5LdaMmD+FKc8=";
const BY_LOGIN: &str = "cwR7yHSwmhQSo7Ss9RFQNg==";
/// `Accessibility=Public~Status=Available~Certification=Yes~Rating=1~validity_days=90~Start_Date=01/01/2016~End_Date=12/31/2027~Order_by=curriculum_name_asc`
const MANY_FILTERS: &str = "7uaJdZq4hsD1Gr8J3JnNKyiU7Qp7+/easMDHB3wdR9DrvAWjh/hn5L8Ao7YEQ9EAFDLlegL3dDhZf4QCvX4/U99KQfiOyvhDmbXnc3uDz5+J7eKu+tFTtidd5ArPgzaYOOoMCqyNVbHbZOQ8GwXJxrtbBgSrsjdHIJY+byPxN706xzsAZIx6OI+1aUOiDEMU2SHf11FXJWnUnzHL83Y79w==";
/// `Accessibility=Private~Completion_Status=Completed~Certification=Yes~Rating=4~validity_days=30~Start_Date=01/01/2016~Expiry_Date=01/01/2030~Order_by=accessibility`
const MANY_OF_PLANS: &str = "LpWHaNlfqBbL2AYoqDBL9vRj8k6cBQULGkcDipJewiwIlkwGt88L45VTDVAFrPPXRUhLTalz80TQMpQfRGat8LTNDBzUeG5tG4kkYn0la4HIGcB0ib937C82sfdhXVztmJ+i0YRmpjvbekQh1VME7LjuexmnN7ITUSn/Y5gxn5tIOiZAxUwsoGzq8+KIyEZRo/y0EASuLK6BfGnPN0YSBGqDfTF+2wB9zSuSyRfXbeA=";
/// `Accessibility=Public,Paid~Order_by=rating`
const BY_RATING: &str = "7uaJdZq4hsD1Gr8J3JnNK+Li+eEt2szNIsvPbqniKwV6Z/6Q1k9B/h/f6C98Eh8z";
/// `Completion_Status=Completed`
const COMPLETED: &str = "qfSgJ5xyQP5tSl5FSCN5kTMgE4FPrOSZIvps8/YiM7g=";
/// `Parameter_List=curriculum_id,validity,avgratings,purchase_count,curriculum_status`
const DRIFTING: &str = "nQkFB3tlGF4B66BjYSH8huA9hQAt/eXUpCmmlEfzIHI4GYuBQ9xL8lQgXNPDn2RrjQOPoyhdgRjkSG7IavxoI/NxGqQIzUVMbK/QkU0Laf+XvjCNvpmiX2r7DPCk4c+0";
/// `Parameter_List=curriculum_id,completion_date,feedback`
const OF_PLANS: &str =
    "nQkFB3tlGF4B66BjYSH8hkKs1sTWt5gOu4RNH7w8FfakS0VoMraTJ//s9t20f7R6mGDn6s1c5alovXIPgz3o9Q==";

async fn ask(sandbox: &Sandbox, client: &Client, path: &str, more: &[(&str, &str)]) -> String {
    let mut form = vec![("lmsportalid", "sandbox"), ("lmstokenid", TOKEN)];
    for (name, value) in more {
        form.retain(|(known, _)| known != name);
        form.push((*name, *value));
    }
    post(sandbox, client, path, &form).await
}

async fn catalog(sandbox: &Sandbox, client: &Client, more: &[(&str, &str)]) -> String {
    ask(sandbox, client, "trainingcatalog", more).await
}

async fn plan(sandbox: &Sandbox, client: &Client, more: &[(&str, &str)]) -> String {
    let more = [&[("lmslearnerid", PALLAVI)], more].concat();
    ask(sandbox, client, "trainingplan", &more).await
}

fn list(answer: &str, name: &str) -> Vec<Value> {
    let json: Value = serde_json::from_str(answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
    json[name].as_array().expect("a list").clone()
}

/// The ids of a catalog's curricula, in their order; it ends with the token.
fn ids(answer: &str) -> String {
    let mut list = list(answer, "curriculumCatalogDTO");
    assert_eq!(list.pop(), Some(json!({"Token": "Upside@2016"})), "{answer}");
    let ids: Vec<&str> = list.iter().map(|one| one["curriculum_id"].as_str().expect("an id")).collect();
    ids.join(" ")
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

/// The curriculum of the document's samples.
fn of_the_samples() -> UpsideLmsCurriculum {
    use UpsideLmsContentKind::{Assessment, Assignment, Course, ReferenceMaterial, Survey, Video};
    let part = UpsideLmsContent::new;
    UpsideLmsCurriculum::new("31", "UL Curriculum")
        .with("modified_by", "Upside Admin")
        .with("created_date", "05/06/2016")
        .content(
            part(Course, "2", "Course 001")
                .with("created_on", "04/05/2016")
                .with("type", "SCORM 1.2")
                .with("uploaded_on", "04/20/2016"),
        )
        .content(
            part(Assessment, "6", "Test 001")
                .with("duration", "10")
                .with("navigation", "Practice Mode")
                .with("description", "Test 001")
                .with("total_attempts", "5")
                .with("cutoff", "40"),
        )
        .content(part(ReferenceMaterial, "1", "Reference Material 001").with("uploaded_on", "04/05/2016"))
        .content(
            part(Assignment, "2", "Assignment 001")
                .with("max_score", "100")
                .with("uploaded_on", "04/20/2016"),
        )
        .content(part(Survey, "2", "Survey 001").with("description", "Survey 001"))
        .content(part(Video, "2", "Video 001").with("type", "uploaded").with("uploaded_on", "04/20/2016"))
}

#[tokio::test]
async fn the_documents_samples() {
    let options = UpsideLmsOptions { curricula: vec![of_the_samples()], ..plain() };
    let (sandbox, client) = portal(options).await;
    let json = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    let without_contents = |mut sample: Value, name: &str| {
        sample[name][0].as_object_mut().expect("an object").remove("Content");
        sample
    };
    let answer = catalog(&sandbox, &client, &[("contentlist", ON)]).await;
    assert_eq!(json(&answer), json(samples::CATALOG));
    assert!(answer.contains(r#""created_date":"05\/06\/2016""#), "{answer}");
    let bare = without_contents(json(samples::CATALOG), "curriculumCatalogDTO");
    assert_eq!(json(&catalog(&sandbox, &client, &[]).await), bare);
    assert_eq!(json(&catalog(&sandbox, &client, &[("contentlist", OFF)]).await), bare);

    sandbox.give_curriculum("4861", "31", day(2016, 5, 6));
    assert_eq!(json(&plan(&sandbox, &client, &[("contentlist", ON)]).await), json(samples::PLAN));
    let bare = without_contents(json(samples::PLAN), "learningPlanDTO");
    assert_eq!(json(&plan(&sandbox, &client, &[]).await), bare);
    assert_eq!(json(&plan(&sandbox, &client, &[("contentlist", OFF)]).await), bare);
    // Now somebody has it.
    let answer = catalog(&sandbox, &client, &[]).await;
    assert!(answer.contains(r#""assignment_count":"1""#), "{answer}");
    assert_eq!(sandbox.effects().assignments[0].count("mails"), 0);
}

/// The keywords of the document's tables, and `content_type` for the two that lack it there.
#[tokio::test]
async fn every_keyword_of_the_tables() {
    let of_catalog = [
        "course_id course_name reference_title content_type mandatory type created_on uploaded_on about_course \
         instructor seat_hours seat_mins",
        "assignment_id assignment_name objective instruction mandatory uploaded_on max_score duration \
         instructor content_type",
        "test_id title description mandatory duration cutoff total_attempts navigation instructor \
         content_type valid_from_date valid_till_date",
        "reference_material_id reference_material_name description mandatory uploaded_on instructor \
         content_type avail_from avain_to",
        "video_id video_name description mandatory type uploaded_on instructor content_type",
        "survey_id survey_name description instructions mandatory avain_from avail_to instructor content_type",
        "session_id session_name program_id session_objective mandatory start_date end_date start_hours \
         start_mins end_hours end_mins last_date_of_nomination last_date_of_cancellation vendor speaker venue \
         vendor_cost currency instructor content_type",
        "training_id training_name description mandatory start_date start_hours start_mins training_hours \
         training_mins instructor content_type",
    ];
    let of_plan = [
        "started_on last_accessed_on completed_on attempts timespent completion_status",
        "first_accessed_on last_accessed_on completed_on ended_on completion_status learner_score \
         evaluated_date feedback",
        "completion_status started_on completed_on last_accessed_on score remaining_attempt best_score",
        "last_accessed_on completion_status",
        "last_accessed_on timespent completion_status",
        "last_accessed_on completion_status",
        "completed_on last_accessed_on completion_status",
        "completion_status start_date_time end_date_time attendee_id",
    ];
    let (sandbox, client) = portal(plain()).await;
    for curriculum in UpsideLmsCurriculum::built_in() {
        sandbox.give_curriculum("4861", &curriculum.id, day(2026, 1, 2));
        sandbox.study_curriculum(
            "4861",
            &curriculum.id,
            UpsideLmsStudy::completed(day(2026, 1, 3), day(2026, 1, 4)),
        );
    }
    let catalog = list(&catalog(&sandbox, &client, &[("contentlist", ON)]).await, "curriculumCatalogDTO");
    let plan = list(&plan(&sandbox, &client, &[("contentlist", ON)]).await, "learningPlanDTO");
    let mut found = vec![[0, 0]; of_catalog.len()];
    for (call, answer) in [&catalog, &plan].into_iter().enumerate() {
        for content in answer.iter().flat_map(|one| one["Content"].as_array().into_iter().flatten()) {
            let content = content.as_object().expect("an object");
            let kind = of_catalog.iter().position(|keywords| {
                content.contains_key(keywords.split_whitespace().next().expect("an id"))
            });
            let kind = kind.unwrap_or_else(|| panic!("of no kind: {content:?}"));
            let more = if call == 0 { "" } else { of_plan[kind] };
            let mut keywords: Vec<_> =
                of_catalog[kind].split_whitespace().chain(more.split_whitespace()).collect();
            keywords.sort_unstable();
            assert_eq!(content.keys().collect::<Vec<_>>(), keywords, "{content:?}");
            assert!(content.values().all(Value::is_string), "{content:?}");
            found[kind][call] += 1;
        }
    }
    assert!(found.iter().all(|calls| calls[0] > 0 && calls[0] == calls[1]), "{found:?}");
    let curriculum = plan[0].as_object().expect("an object");
    for keyword in Kind::Plan.names() {
        assert!(curriculum.contains_key(keyword), "{keyword}");
    }
}

#[tokio::test]
async fn what_is_asked_for() {
    let (sandbox, client) = portal(plain()).await;
    let all = "167 203 311 440 512 604 702 733 611 618";
    assert_eq!(ids(&catalog(&sandbox, &client, &[]).await), all);
    assert_eq!(ids(&catalog(&sandbox, &client, &[("filterby", MANY_FILTERS)]).await), "512");
    let rated = catalog(&sandbox, &client, &[("filterby", BY_RATING)]).await;
    assert_eq!(ids(&rated), "512 702 611 604 618");

    let listed = catalog(&sandbox, &client, &[("outputlist", DRIFTING), ("contentlist", OFF)]).await;
    let expected = json!({"curriculum_id": "611", "duration": "120", "avg_ratings": "4.4",
                          "purchased_count": "38", "status": "available"});
    assert_eq!(list(&listed, "curriculumCatalogDTO")[8], expected);
    let listed = catalog(&sandbox, &client, &[("outputlist", DRIFTING), ("contentlist", ON)]).await;
    assert_eq!(list(&listed, "curriculumCatalogDTO")[8]["Content"].as_array().map(Vec::len), Some(3));

    for id in ["167", "512"] {
        sandbox.give_curriculum("4861", id, day(2026, 1, 2));
    }
    let listed = list(&plan(&sandbox, &client, &[("outputlist", DRIFTING)]).await, "learningPlanDTO");
    let expected = json!({"curriculum_id": "512", "validity": "90", "avgratings": "4.8", "purchase_count": "0",
                          "curriculum_status": "available"});
    assert_eq!(listed[1], expected);
    let listed = list(&plan(&sandbox, &client, &[("outputlist", OF_PLANS)]).await, "learningPlanDTO");
    assert_eq!(listed[0], json!({"curriculum_id": "167", "completion_date": "NA", "feedback": "NA"}));
}

#[tokio::test]
async fn one_learners_catalog() {
    let hidden = UpsideLmsCurriculum { off_catalog: true, ..UpsideLmsCurriculum::new("9", "Hidden") };
    let curricula = vec![hidden, UpsideLmsCurriculum::new("8", "Shown")];
    let (sandbox, client) = portal(UpsideLmsOptions { curricula, ..plain() }).await;
    assert_eq!(ids(&catalog(&sandbox, &client, &[]).await), "9 8");
    for learner in [PALLAVI, BY_LOGIN] {
        assert_eq!(ids(&catalog(&sandbox, &client, &[("lmslearnerid", learner)]).await), "8");
    }
    assert_eq!(sandbox.calls()[2].about, "Login=pallavi");
    for learner in [NOBODY, TWO_PEOPLE, "Uniqueid=4861"] {
        let answer = catalog(&sandbox, &client, &[("lmslearnerid", learner)]).await;
        assert!(answer.contains("(Learner ID)"), "{answer}");
    }
}

#[tokio::test]
async fn what_is_invalid() {
    let (sandbox, client) = portal(plain()).await;
    sandbox.give_curriculum("4861", "31", day(2026, 1, 2));
    let invalid =
        |label: &str| format!(r#"{{"Err001":"Invalid value received against parameter.({label})"}}"#);
    let date = |label: &str| format!(r#"{{"Err004":"Invalid Date format.({label})"}}"#);
    let (catalogs, plans, both) =
        (&["trainingcatalog"][..], &["trainingplan"], &["trainingcatalog", "trainingplan"]);
    for (paths, name, value, error) in [
        (&both[..], "lmsportalid", "", invalid("Portal Key")),
        (both, "lmsportalid", "other", invalid("Portal Key")),
        (both, "lmstokenid", "", invalid("Token ID")),
        (both, "lmstokenid", "Upside@2016", invalid("Token ID")),
        (both, "contentlist", "Off", invalid("Content Mode")),
        (both, "contentlist", LOWER_OFF, invalid("Content Mode")),
        // `Accessibility=public`
        (both, "filterby", "3p/95ca5iknuTXtNGkn8F9+kQXtwI5WLxRmlejJ3oj0=", invalid("Access")),
        // `Certification=Maybe`
        (both, "filterby", "Ze4gXRQ2UlGDyhNjS2iOPeKhhvqoZj4xWM4PYrJwpHE=", invalid("Certification")),
        // `Rating=6`, `Rating=`
        (both, "filterby", "T7LWX6xrCH0ZB8Ne8isxWQ==", invalid("Rating")),
        (both, "filterby", "mXtwcYxZZCWbtdEQ0kbp2A==", invalid("Rating")),
        // `validity_days=5.5`
        (both, "filterby", "Z9+qcc948TN8i2tpjJALnpUQuPAkTkxaaJM935xm9IQ=", invalid("Validity")),
        // `Order_by=Price`, and `Order_by=rating`, which plans do not have
        (both, "filterby", "MGyG6y2EVP8HZgImmL3z8w==", invalid("Order By")),
        (plans, "filterby", "2S/UyoQlDtnlmYgdOUNV3g==", invalid("Order By")),
        // `Start_Date=2016-01-01`, `End_Date=13/01/2016`, `Expiry_Date=1/1/2016`
        (both, "filterby", "xvaPkGRYEYaR7TveJghWr7JF40NqN5qhZ291TSCvlk0=", date("Start Date")),
        (catalogs, "filterby", "so1efC8Dw0XzMXULsz0FFR2zGtkNJ3pU+rVwqe6I1/A=", date("End Date")),
        (plans, "filterby", "8x3Wq8+KRaO3Lmt358uZFUPTTldgX35oDpaFb6TJ6Js=", date("End Date")),
        // `Parameter_List=curriculum_id,duration`, `curriculum_id`
        (
            both,
            "outputlist",
            "nQkFB3tlGF4B66BjYSH8hjkHUrfzHVPk6Ga8hGplkCOTLyg/3S0NlBbKtUicdNeI",
            invalid("Output List"),
        ),
        (both, "outputlist", "h1ZfIrOfIpnzu+I2YJNiaw==", invalid("Output List")),
        // What only plans have.
        (catalogs, "outputlist", OF_PLANS, invalid("Output List")),
    ] {
        let anonymous = ["Portal Key", "Token ID"].iter().any(|label| error.contains(label));
        let token = if anonymous { "" } else { r#",{"Token":"Upside@2016"}"# };
        for path in paths {
            let list = if *path == "trainingplan" { "learningPlanDTO" } else { "curriculumCatalogDTO" };
            let expected = format!(r#"{{"{list}":[{error}{token}]}}"#);
            let more = [("lmslearnerid", PALLAVI), (name, value)];
            assert_eq!(ask(&sandbox, &client, path, &more).await, expected, "{path} {name}={value}");
        }
    }
}

#[tokio::test]
async fn an_empty_catalog() {
    let catalog_options = UpsideLmsCatalog { empty: true, ..UpsideLmsCatalog::default() };
    let (sandbox, client) =
        portal(UpsideLmsOptions { catalog: catalog_options, plain_answers: false, ..plain() }).await;
    assert_eq!(catalog(&sandbox, &client, &[]).await, NO_DATA);
    sandbox.set_upsidelms(|portal| portal.catalog = UpsideLmsCatalog::default());
    assert_ne!(catalog(&sandbox, &client, &[]).await, NO_DATA);
    assert_eq!(outcomes(&sandbox), ["Msg001", "read"]);
}

#[tokio::test]
async fn a_catalog_that_changes() {
    let curricula = vec![UpsideLmsCurriculum::new("8", "Eight"), UpsideLmsCurriculum::new("9", "Nine")];
    let (sandbox, client) = portal(UpsideLmsOptions { curricula, ..plain() }).await;
    assert_eq!(ids(&catalog(&sandbox, &client, &[]).await), "8 9");
    sandbox.set_upsidelms(|portal| {
        portal.curricula.retain(|curriculum| curriculum.id != "8");
        portal.curricula[0].name = "Nine times nine".to_owned();
        portal.curricula.push(UpsideLmsCurriculum::new("10", "Ten"));
    });
    let answer = catalog(&sandbox, &client, &[]).await;
    assert_eq!(ids(&answer), "9 10");
    assert_eq!(list(&answer, "curriculumCatalogDTO")[0]["curriculum_name"], "Nine times nine");
}

#[tokio::test]
async fn a_large_catalog_is_made_while_it_goes_out() {
    let made_up = |made_up| UpsideLmsCatalog { made_up, contents: 9, ..UpsideLmsCatalog::default() };
    let (sandbox, client) = portal(UpsideLmsOptions { catalog: made_up(300), ..plain() }).await;
    let whole = catalog(&sandbox, &client, &[("contentlist", ON)]).await;
    assert!(ids(&whole).starts_with("167 203"), "{whole}");
    assert!(ids(&whole).ends_with("M000299 M000300"));
    let list = list(&whole, "curriculumCatalogDTO");
    assert_eq!((list.len(), list[309]["Content"].as_array().map(Vec::len)), (311, Some(9)));
    // None of them is public.
    assert_eq!(ids(&catalog(&sandbox, &client, &[("filterby", MANY_FILTERS)]).await), "512");
    // Enciphered, it is the same.
    sandbox.set_upsidelms(|portal| portal.plain_answers = false);
    let sealed = catalog(&sandbox, &client, &[("contentlist", ON)]).await;
    assert_eq!(UpsideLmsOptions::default().cipher().decrypt(&sealed).as_ref(), Some(&whole));
    sandbox.set_upsidelms(|portal| portal.catalog = made_up(2));
    let answer = catalog(&sandbox, &client, &[]).await;
    let answer = UpsideLmsOptions::default().cipher().decrypt(&answer).expect("a ciphertext");
    assert!(ids(&answer).ends_with("618 M000001 M000002"), "{answer}");
}

#[tokio::test]
async fn answers_without_their_end() {
    let (sandbox, client) = portal(UpsideLmsOptions { cut_pulls: true, ..plain() }).await;
    sandbox.give_curriculum("4861", "31", day(2026, 1, 2));
    for made_up in [0, 20] {
        sandbox.set_upsidelms(|portal| portal.catalog.made_up = made_up);
        for answer in [catalog(&sandbox, &client, &[]).await, plan(&sandbox, &client, &[]).await] {
            assert!(answer.starts_with('{') && answer.len() > 300, "{answer}");
            assert!(serde_json::from_str::<Value>(&answer).is_err(), "{answer}");
        }
    }
}

#[tokio::test]
async fn a_large_catalog_can_break_off() {
    let catalog = UpsideLmsCatalog { made_up: 300, contents: 9, ..UpsideLmsCatalog::default() };
    let (sandbox, client) = portal(UpsideLmsOptions { catalog, ..plain() }).await;
    sandbox.set_faults(Faults::scripted([FaultKind::Cut, FaultKind::Lose]));
    let address = format!("{}/rest/trainingcatalog", sandbox.base_url());
    let form = [("lmsportalid", "sandbox"), ("lmstokenid", TOKEN), ("contentlist", ON)];
    let cut = client.post(&address).form(&form).send().await.expect("a head");
    assert!(cut.text().await.is_err());
    assert!(client.post(&address).form(&form).send().await.is_err());
    assert_eq!(outcomes(&sandbox), ["cut", "lost"]);
    assert_eq!(ids(&self::catalog(&sandbox, &client, &[]).await).split(' ').count(), 310);
}

#[tokio::test]
async fn learning_goes_on() {
    let (sandbox, client) = portal(plain()).await;
    sandbox.give_curriculum("4861", "167", day(2026, 11, 2));
    let mut seen = Vec::new();
    let keywords = ["curriculum_completion_status", "started_on", "last_access_date", "completion_date"];
    let begun = UpsideLmsStudy { contents_done: 1, ..UpsideLmsStudy::started(day(2026, 11, 3)) };
    let through = UpsideLmsStudy {
        rating: Some(5),
        feedback: Some("Now I know the exits".to_owned()),
        ..UpsideLmsStudy::completed(day(2026, 11, 3), day(2026, 11, 20))
    };
    for study in [UpsideLmsStudy::default(), begun, through] {
        assert!(sandbox.study_curriculum("4861", "167", study));
        let plan = list(&plan(&sandbox, &client, &[("contentlist", ON)]).await, "learningPlanDTO");
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        seen.push(keywords.map(|keyword| text(&plan[0][keyword])));
        let contents = plan[0]["Content"].as_array().expect("contents").iter();
        let statuses: Vec<_> = contents.map(|content| text(&content["completion_status"])).collect();
        seen.push([&*statuses.concat(), "", "", ""].map(str::to_owned));
    }
    assert_eq!(
        seen,
        [
            ["not started", "NA", "NA", "NA"],
            ["NANANA", "", "", ""],
            ["in progress", "11/03/2026", "11/03/2026", "NA"],
            ["CompletedIn ProgressNA", "", "", ""],
            ["completed", "11/03/2026", "11/20/2026", "11/20/2026"],
            ["CompletedCompletedCompleted", "", "", ""],
        ]
    );
    let catalog = list(&catalog(&sandbox, &client, &[]).await, "curriculumCatalogDTO");
    assert_eq!([&catalog[0]["assignment_count"], &catalog[0]["completion_count"]], ["1", "1"]);
    let completed = plan(&sandbox, &client, &[("filterby", COMPLETED)]).await;
    assert!(completed.contains(r#""learner_rating":"5""#), "{completed}");
    let none = plan(&sandbox, &client, &[("filterby", MANY_OF_PLANS)]).await;
    assert!(none.contains("Msg001"), "167 has neither a start nor an expiry date: {none}");
    assert!(!sandbox.study_curriculum("4861", "203", UpsideLmsStudy::default()));
}

#[tokio::test]
async fn faults_are_aimed_at_one_of_the_calls() {
    let (sandbox, client) = portal(plain()).await;
    sandbox.give_curriculum("4861", "31", day(2026, 1, 2));
    let script = [FaultKind::Err500, FaultKind::Disabled];
    let only = Some("trainingcatalog".to_owned());
    sandbox.set_faults(Faults { only, ..Faults::scripted(script) });
    for error in [r#"{"Err500":"Internal server error."}"#, r#"{"Err007":"Access Disabled"}"#] {
        assert!(plan(&sandbox, &client, &[]).await.contains("curriculum_id"));
        let expected = format!(r#"{{"curriculumCatalogDTO":[{error},{{"Token":"Upside@2016"}}]}}"#);
        assert_eq!(catalog(&sandbox, &client, &[]).await, expected);
    }
    assert_eq!(ids(&catalog(&sandbox, &client, &[]).await).split(' ').count(), 10);
}
