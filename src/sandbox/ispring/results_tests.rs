//! The two lists over real HTTP.

use reqwest::{Client, StatusCode};
use serde_json::Value;

use super::super::tests::{TOKEN, UPDATE, account, send, soap};
use crate::sandbox::Sandbox;

const ENROLLMENT: &str = "e1f2c50e-c1ae-11ea-8592-a6eabe1809b2";
const COURSE: &str = "14b847e8-c10f-11ea-b4e1-ae33e75597e9";
const ITEM: &str = "17502fac-c10f-11ea-8fbd-a6eabe1809b2";

async fn get(sandbox: &Sandbox, client: &Client, path: &str, accept: &str) -> (StatusCode, String) {
    let request = client.get(format!("{}{path}", sandbox.product_url("ispring")));
    send(request.header("authorization", format!("Bearer {TOKEN}")).header("accept", accept)).await
}

async fn list(sandbox: &Sandbox, client: &Client, path: &str) -> Value {
    let (status, body) = get(sandbox, client, path, "application/json").await;
    assert_eq!(status, StatusCode::OK, "{path}: {body}");
    serde_json::from_str(&body).expect("JSON")
}

/// The results of the sample's enrolment, with further parameters.
fn results(more: &str) -> String {
    format!("/learners/modules/results?enrollmentIds[]={ENROLLMENT}{more}")
}

#[tokio::test]
async fn results_reflect_what_tasks_have_set() {
    let (sandbox, client) = account(|options| options.polls = 1).await;
    send(soap(&sandbox, &client, UPDATE)).await;
    let modules = list(&sandbox, &client, &format!("/courses/modules?courseIds[]={COURSE}")).await;
    let rows = modules["modules"].as_array().expect("a list");
    let module = rows.iter().find(|row| row["contentItemId"] == ITEM).expect("the item's module");
    assert_ne!(module["moduleId"], ITEM);
    // Time goes by with questions: the task has not ended yet at the first.
    for (status, score) in [("not_started", Value::Null), ("complete", 100.0.into())] {
        let found = list(&sandbox, &client, &results("")).await;
        let rows = found["results"].as_array().expect("a list");
        assert_eq!(rows.len(), 2, "{found}");
        let row = rows.iter().find(|row| row["moduleId"] == module["moduleId"]).expect("its results");
        assert_eq!((row["completionStatus"].as_str(), &row["awardedScore"]), (Some(status), &score));
        assert_eq!(row["enrollmentId"], ENROLLMENT);
    }
    let row = &list(&sandbox, &client, &results("")).await["results"];
    assert!(row.to_string().contains("2020-03-12T00:00:00+00:00"), "{row}");
}

#[tokio::test]
async fn lists_come_in_pages_and_in_two_forms() {
    let (sandbox, client) = account(|options| options.polls = 0).await;
    send(soap(&sandbox, &client, UPDATE)).await;
    let first = list(&sandbox, &client, &results("&pageSize=1")).await;
    let next = first["nextPageToken"].as_str().expect("a second page");
    let second = list(&sandbox, &client, &results(&format!("&pageSize=1&pageToken={next}"))).await;
    assert!(second.get("nextPageToken").is_none());
    assert_ne!(first["results"][0]["moduleId"], second["results"][0]["moduleId"]);
    let (_, xml) = get(&sandbox, &client, &results(""), "*/*").await;
    assert!(xml.contains("<response><results><result><accessDate>"), "{xml}");
}

#[tokio::test]
async fn who_is_not_active_is_listed_on_request_and_some_is_forgotten() {
    let (sandbox, client) = account(|options| {
        options.polls = 0;
        options.inactive_enrollments = vec![ENROLLMENT.to_owned()];
        options.forgotten_enrollments = vec![ENROLLMENT.to_owned()];
    })
    .await;
    send(soap(&sandbox, &client, UPDATE)).await;
    let none = list(&sandbox, &client, &results("")).await;
    assert_eq!(none["results"], Value::Array(Vec::new()));
    let all = list(&sandbox, &client, &results("&userStatuses[]=1&userStatuses[]=3&userStatuses[]=5")).await;
    assert_eq!(all["results"].as_array().map(Vec::len), Some(2));
    assert!(!all.to_string().contains("\"complete\""), "{all}");
}

#[tokio::test]
async fn questions_that_are_refused() {
    let (sandbox, client) = account(|_| {}).await;
    for more in ["&pageSize=0", "&pageSize=1001", "&pageToken=x", "&userStatuses[]=2", "&colour=red"] {
        let (status, body) = get(&sandbox, &client, &results(more), "application/json").await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{more}: {body}");
    }
    sandbox.set_ispring(|options| options.results_denied = true);
    let (status, body) = get(&sandbox, &client, &results(""), "application/json").await;
    assert_eq!((status, body.contains("Permission denied")), (StatusCode::FORBIDDEN, true));
    sandbox.expire_tokens();
    let (status, _) = get(&sandbox, &client, &results(""), "application/json").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}
