//! Learning plans.

use serde_json::{Value, json};

use super::*;

/// `Email=pallavi.mali@upsidelearning.com~Login=pallavi~Uniqueid=4861`
const ALL_THREE: &str = "ogl7Br2WOYbM2Hnuwjs/cjY5bnDGsrFt6Sm7wEEkdwNnuaWvObCgJgwI0FVj6XqYLtviWJQw5+x95EMLZiw0PI3Oe6FYSPecH/zZUQlowIg=";
/// `Email=pallavi.mali@upsidelearning.com`
const BY_EMAIL: &str = "ogl7Br2WOYbM2Hnuwjs/cjY5bnDGsrFt6Sm7wEEkdwOIXpJ+AVigXnEup/hBLbck";
/// `Login=pallavi`
const BY_LOGIN: &str = "cwR7yHSwmhQSo7Ss9RFQNg==";
/// `Uniqueid=4861~Login=john`
const TWO_PEOPLE: &str = "gnyymVUDokMm1RiPJelTo3YOw2y2jwx5LdaMmD+FKc8=";
/// `email=pallavi.mali@upsidelearning.com`: the keys are to be written as they are.
const LOWER_CASE: &str = "/eISAY8FDjiS0tLTeV37b+oG321+MweFmnqXh03ajZ53F8wwOEhd6SotOvay403Q";
/// `{"learningPlanDTO":[{"Msg001":"No data found."},{"Token":"Upside@2016"}]}`
const NO_DATA: &str = "8JIqmVa1Dl9llXbM8l/sKyoQKf34FixEwhUFhAScpPQu6p7hNdQkg8g4fetBAVay6pWDkXHDLI8kI9+R4T6u7YnGLkcxY3TvioY5BU8pQbY=";
/// The document's samples of `On` and `Off`; `off` is by openssl.
const ON: &str = "VvBCHVQSd0dNrKy2mqfjjA==";
const OFF: &str = "iGJtxeqAfNADutGTcjk7og==";
const LOWER_OFF: &str = "dNHKqDB2nyGRZyjvqGHYqg==";

/// What the document's sample of a curriculum without content holds.
const KEYWORDS: &str = "last_access_date instructor learner_rating modified_date currency feedback assigned_date \
    curriculum_name end_date modified_by completion_count seat_hours validity curriculum_id purchase_count \
    nomination_date expired_date started_on seat_mins created_by created_date assignment_count nomination_count \
    cost_per_person community cancellation_date completion_date access reference_title certification seat_limit \
    avgratings start_date curriculum_completion_status curriculum_status";

async fn read(sandbox: &Sandbox, client: &Client, more: &[(&str, &str)]) -> String {
    let mut form = vec![("lmsportalid", "sandbox"), ("lmstokenid", TOKEN), ("lmslearnerid", PALLAVI)];
    for (name, value) in more {
        form.retain(|(known, _)| known != name);
        form.push((*name, *value));
    }
    post(sandbox, client, "trainingplan", &form).await
}

#[tokio::test]
async fn one_learners_curricula() {
    let named = UpsideLmsCurriculum {
        id: "31".to_owned(),
        name: "UL Curriculum".to_owned(),
        ..UpsideLmsCurriculum::default()
    };
    let other = UpsideLmsCurriculum { id: "32".to_owned(), ..UpsideLmsCurriculum::default() };
    let (sandbox, client) = portal(UpsideLmsOptions { curricula: vec![named, other], ..plain() }).await;
    give(&sandbox, &client, "31~32").await;
    let john =
        r#"{"curr_learner_info":[{"assignment_id":"1","learner_info":"username=john","curr_ids":"31"}]}"#;
    assign(&sandbox, &client, john).await;

    let text = read(&sandbox, &client, &[]).await;
    let plan: Value = serde_json::from_str(&text).expect("JSON");
    let list = plan["learningPlanDTO"].as_array().expect("a list");
    assert_eq!(list.len(), 3);
    assert_eq!(list[2], json!({"Token": "Upside@2016"}));
    let entry = list[0].as_object().expect("an object");
    let mut keywords: Vec<_> = KEYWORDS.split_whitespace().collect();
    keywords.sort_unstable();
    let mut found: Vec<_> = entry.keys().map(String::as_str).collect();
    found.sort_unstable();
    assert_eq!(found, keywords);
    assert!(entry.values().all(Value::is_string), "{entry:?}");
    let values =
        ["curriculum_id", "curriculum_name", "assignment_count", "curriculum_completion_status", "end_date"];
    assert_eq!(values.map(|name| &entry[name]), ["31", "UL Curriculum", "2", "not started", "NA"]);
    assert_eq!([&list[1]["curriculum_id"], &list[1]["curriculum_name"]], ["32", "Curriculum 32"]);
    // Month, day and year, their slashes escaped.
    let date = text.split(r#""assigned_date":""#).nth(1).expect("a date");
    let shape: String = date.chars().take(13).map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, r#"00\/00\/0000""#);
    assert_eq!(outcomes(&sandbox).last().map(String::as_str), Some("read"));
    assert_eq!(sandbox.calls()[2].about, "Uniqueid=4861");

    for learner in [ALL_THREE, BY_EMAIL, BY_LOGIN] {
        assert_eq!(read(&sandbox, &client, &[("lmslearnerid", learner)]).await, text);
    }
    assert_eq!(read(&sandbox, &client, &[("contentlist", OFF)]).await, text);
    let with_contents = read(&sandbox, &client, &[("contentlist", ON)]).await;
    assert_eq!(with_contents.matches(r#""Content":[]"#).count(), 2, "{with_contents}");
    assert_eq!(sandbox.effects().assignments.len(), 3, "reading changes nothing");
}

#[tokio::test]
async fn nothing_to_do() {
    let (sandbox, client) = portal(UpsideLmsOptions { plain_answers: false, ..plain() }).await;
    assert_eq!(read(&sandbox, &client, &[]).await, NO_DATA);
    assert_eq!(outcomes(&sandbox), ["Msg001"]);
}

#[tokio::test]
async fn what_is_invalid() {
    let (sandbox, client) = portal(plain()).await;
    give(&sandbox, &client, "31").await;
    for (name, value, label) in [
        ("lmsportalid", "", "Portal Key"),
        ("lmsportalid", "other", "Portal Key"),
        ("lmstokenid", "", "Token ID"),
        ("lmstokenid", "Upside@2016", "Token ID"),
        ("lmslearnerid", "", "Learner ID"),
        ("lmslearnerid", "Uniqueid=4861", "Learner ID"),
        ("lmslearnerid", TWO_PEOPLE, "Learner ID"),
        ("lmslearnerid", LOWER_CASE, "Learner ID"),
        ("contentlist", "Off", "Content Mode"),
        ("contentlist", LOWER_OFF, "Content Mode"),
        ("outputlist", "Parameter_List=curriculum_id", "Output List"),
        ("filterby", "Accessibility=Public", "Access"),
    ] {
        let token =
            if ["Portal Key", "Token ID"].contains(&label) { "" } else { r#",{"Token":"Upside@2016"}"# };
        let expected = format!(
            r#"{{"learningPlanDTO":[{{"Err001":"Invalid value received against parameter.({label})"}}{token}]}}"#
        );
        assert_eq!(read(&sandbox, &client, &[(name, value)]).await, expected, "{name}={value}");
    }
}

#[tokio::test]
async fn faults_in_the_products_own_words() {
    let (sandbox, client) = portal(plain()).await;
    sandbox.set_faults(Faults::scripted([FaultKind::Err500, FaultKind::Disabled]));
    for error in [r#"{"Err500":"Internal server error."}"#, r#"{"Err007":"Access Disabled"}"#] {
        let expected = format!(r#"{{"learningPlanDTO":[{error},{{"Token":"Upside@2016"}}]}}"#);
        assert_eq!(read(&sandbox, &client, &[]).await, expected);
    }
}

/// What the plan of 4861, who holds 31, says where plans are odd in this way.
async fn odd(plans: UpsideLmsPlans, learner: &str) -> Vec<String> {
    let (sandbox, client) = portal(UpsideLmsOptions { plans, ..plain() }).await;
    give(&sandbox, &client, "31").await;
    let mut answers = Vec::new();
    for _ in 0..2 {
        let text = read(&sandbox, &client, &[("lmslearnerid", learner)]).await;
        let parts = ["Msg001", r#""curriculum_id":"31""#, "Err001", "Token"];
        let found = parts.into_iter().filter(|part| text.contains(part));
        answers.push(found.collect::<Vec<_>>().join(" "));
    }
    answers
}

#[tokio::test]
async fn plans_that_do_not_tell_all() {
    let usual = UpsideLmsPlans::default;
    let whole = r#""curriculum_id":"31" Token"#;
    let by_email = || UpsideLmsPlans { known_by: Some(UpsideLmsIdentifier::Email), ..usual() };
    assert_eq!(odd(usual(), PALLAVI).await, [whole, whole]);
    assert_eq!(odd(by_email(), PALLAVI).await, ["Msg001 Token", "Msg001 Token"]);
    assert_eq!(odd(by_email(), ALL_THREE).await, [whole, whole]);
    let without_token = UpsideLmsPlans { without_token: true, ..by_email() };
    assert_eq!(odd(without_token, BY_LOGIN).await, ["Msg001", "Msg001"]);
    let hidden = vec!["31".to_owned()];
    assert_eq!(odd(UpsideLmsPlans { hidden, ..usual() }, PALLAVI).await, ["Msg001 Token", "Msg001 Token"]);
    assert_eq!(odd(UpsideLmsPlans { late: 1, ..usual() }, PALLAVI).await, ["Msg001 Token", whole]);
}
