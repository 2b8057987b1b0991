//! The platform over real HTTP. The question is the vendor's sample, but for token and dates.

use std::net::SocketAddr;

use reqwest::{Client, StatusCode};

use super::*;
use crate::sandbox::{Faults, Sandbox, SandboxOptions};

async fn sandbox(media77: Media77Options) -> (Sandbox, Client) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let options = SandboxOptions { media77, ..SandboxOptions::default() };
    let sandbox = Sandbox::start(listen, options).await.expect("a sandbox");
    (sandbox, Client::builder().no_proxy().build().expect("a client"))
}

/// A sample question, with these keys set, or removed where they are null.
async fn ask(sandbox: &Sandbox, client: &Client, keys: Value) -> (StatusCode, Value) {
    let mut body = json!({
        "token": Media77Options::default().token, "start": 0, "number": 1000, "search": "", "completed": false,
        "startDate": "2026-01-01T00:00:00.000Z", "endDate": "2026-02-01T00:00:00", "sort": "lastName",
        "order": "ASC"
    });
    for (key, value) in keys.as_object().expect("keys") {
        body[key] = value.clone();
    }
    let body = body.as_object().expect("a body");
    let body: Map<String, Value> = body
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let address = format!("{}/api/reports/progress", sandbox.product_url("media77"));
    let request = client.post(address).header("content-type", "application/json");
    let answer = request.body(Value::Object(body).to_string()).send().await.expect("an answer");
    let status = answer.status();
    let text = answer.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

fn study(number: u32, progress: u8) -> Media77Study {
    Media77Study {
        registration: format!("r{number:03}"),
        first_name: "Ann".to_owned(),
        last_name: format!("Lee{number:03}"),
        email: format!("a{number}@example.org"),
        activity_title: "Youth Development Course".to_owned(),
        progress,
        at: Some("2026-01-10T12:00:00Z".parse().expect("a time")),
        ..Media77Study::default()
    }
}

fn names(page: &Value) -> Vec<&str> {
    let rows = page["rows"].as_array().expect("rows");
    rows.iter().map(|row| row["registration"].as_str().expect("a registration")).collect()
}

#[tokio::test]
async fn launch_links_lead_to_a_page() {
    let (sandbox, client) = sandbox(Media77Options::default()).await;
    for course in ["/#/?reg=1&em=a%40b.org&fn=A%20B&dom=d.org&lmsId=7", "/courses/safety/#/?reg=1"] {
        let address = format!("{}{course}", sandbox.product_url("media77"));
        let page = client.get(address).send().await.expect("an answer");
        assert_eq!(page.status(), StatusCode::OK, "{course}");
        assert!(page.text().await.expect("a body").contains("<h1>Course</h1>"));
    }
    assert!(sandbox.calls().is_empty());
}

#[tokio::test]
async fn what_was_studied_is_reported_as_in_the_vendors_sample() {
    let (sandbox, client) = sandbox(Media77Options::default()).await;
    sandbox.study(study(1, 0));
    let said = json!({
        "registration": "f53f253f-248b-4bfa-a94b-55cac283765b", "firstName": "System",
        "lastName": "Administrator", "email": "admin@77media.com", "memberIdentifier": "12345",
        "activityId": "7", "activityTitle": "Youth Development Course", "progress": 100,
        "dateStarted": "2017-05-11T12:00:50.279Z", "dateCompleted": "2026-01-16T12:00:50Z",
        "completionCode": "Fake Code", "at": "2026-01-16T12:00:50Z"
    });
    let address = format!("http://{}/sandbox/media77/study", sandbox.address());
    let post =
        |body: String| client.post(&address).header("content-type", "application/json").body(body).send();
    assert_eq!(post(said.to_string()).await.expect("an answer").status(), StatusCode::NO_CONTENT);
    assert_eq!(post("{}".to_owned()).await.expect("an answer").status(), StatusCode::BAD_REQUEST);
    let misspelt = r#"{"registration":"r","percent":9}"#.to_owned();
    assert_eq!(post(misspelt).await.expect("an answer").status(), StatusCode::BAD_REQUEST);
    let (status, page) = ask(&sandbox, &client, json!({})).await;
    assert_eq!((status, &page["count"]), (StatusCode::OK, &json!(2)));
    assert_eq!(
        page["rows"][0],
        json!({
            "transactionId": "5e77d1a0-0000-4000-8000-000000000002", "firstName": "System",
            "lastName": "Administrator", "email": "admin@77media.com", "memberIdentifier": "12345",
            "activityId": "7", "activityTitle": "Youth Development Course",
            "registration": "f53f253f-248b-4bfa-a94b-55cac283765b",
            "dateStarted": "2017-05-11T12:00:50.279Z", "progress": "100",
            "dateCompleted": "2026-01-16T12:00:50.000Z", "completionCode": "Fake Code"
        })
    );
    let begun = &page["rows"][1];
    assert_eq!((&begun["progress"], &begun["dateCompleted"]), (&json!(0), &Value::Null));
    // Nothing goes back, and the rest stays.
    sandbox.study(study(1, 40));
    sandbox.study(Media77Study { registration: "r001".to_owned(), progress: 20, ..Media77Study::default() });
    let (_, page) = ask(&sandbox, &client, json!({"search": "LEE001"})).await;
    assert_eq!((&page["rows"][0]["progress"], &page["rows"][0]["firstName"]), (&json!("40"), &json!("Ann")));
    let calls = sandbox.calls();
    assert_eq!(
        (calls[0].method.as_str(), calls[0].records, calls[0].outcome.as_str()),
        ("progress", 2, "progress")
    );
}

#[tokio::test]
async fn filters_and_orders() {
    let (sandbox, client) = sandbox(Media77Options::default()).await;
    (1..=12).for_each(|number| sandbox.study(study(number, if number % 4 == 0 { 100 } else { 0 })));
    let late = "2026-03-01T00:00:00Z".parse().expect("a time");
    sandbox.study(Media77Study { at: Some(late), ..study(13, 0) });
    let page = |keys: Value| {
        let (sandbox, client) = (&sandbox, &client);
        async move { ask(sandbox, client, keys).await.1 }
    };
    let usual = page(json!({"number": null, "start": null, "sort": null, "order": null})).await;
    assert_eq!((names(&usual).len(), &usual["count"]), (10, &json!(12)));
    assert_eq!(names(&page(json!({"completed": true})).await), ["r004", "r008", "r012"]);
    assert_eq!(names(&page(json!({"order": "DESC", "number": 2})).await), ["r012", "r011"]);
    assert_eq!(names(&page(json!({"search": "a7@"})).await), ["r007"]);
    assert_eq!(names(&page(json!({"start": 10})).await), ["r011", "r012"]);
    let march = json!({"startDate": "2026-02-15T00:00:00Z", "endDate": "2026-03-15T00:00:00Z"});
    assert_eq!(names(&page(march).await), ["r013"]);
    sandbox.set_media77(|options| options.count = Media77Count::Page);
    assert_eq!(page(json!({"start": 10})).await["count"], 2);
}

#[tokio::test]
async fn a_span_of_time_is_of_activity_or_of_beginnings() {
    let (sandbox, client) = sandbox(Media77Options::default()).await;
    sandbox.study(study(1, 0));
    let later = "2026-03-01T00:00:00Z".parse().expect("a time");
    sandbox.study(Media77Study { at: Some(later), ..study(1, 100) });
    let march = json!({"startDate": "2026-02-15T00:00:00Z", "endDate": "2026-03-15T00:00:00Z"});
    assert_eq!(names(&ask(&sandbox, &client, march.clone()).await.1), ["r001"]);
    sandbox.set_media77(|options| options.window = Media77Window::Started);
    assert!(names(&ask(&sandbox, &client, march).await.1).is_empty());
}

#[tokio::test]
async fn start_counts_what_it_is_told_to() {
    let (sandbox, client) = sandbox(Media77Options::default()).await;
    (1..=5).for_each(|number| sandbox.study(study(number, 0)));
    for (start, expected) in [
        (Media77Start::Rows, [["r001", "r002"], ["r002", "r003"], ["r003", "r004"]]),
        (Media77Start::Pages, [["r001", "r002"], ["r003", "r004"], ["r005", ""]]),
        (Media77Start::PagesFromOne, [["r001", "r002"], ["r001", "r002"], ["r003", "r004"]]),
        (Media77Start::Nothing, [["r001", "r002"]; 3]),
    ] {
        sandbox.set_media77(|options| options.start = start);
        for (place, expected) in expected.into_iter().enumerate() {
            let (_, page) = ask(&sandbox, &client, json!({"start": place, "number": 2})).await;
            let expected: Vec<_> = expected.into_iter().filter(|name| !name.is_empty()).collect();
            assert_eq!(names(&page), expected, "{start:?} {place}");
        }
    }
}

#[tokio::test]
async fn data_can_be_broken() {
    let options =
        Media77Options { forgets: true, repeats: true, comes_between: 1, ..Media77Options::default() };
    let (sandbox, client) = sandbox(options).await;
    (1..=4).for_each(|number| sandbox.study(study(number, 100)));
    let (_, first) = ask(&sandbox, &client, json!({"number": 2})).await;
    assert_eq!(names(&first), ["r001", "r002"]);
    assert_eq!(first["rows"][0]["progress"], "100");
    let (_, second) = ask(&sandbox, &client, json!({"number": 2, "start": 2})).await;
    assert_eq!((names(&second), &second["count"]), (vec!["r001", "r002"], &json!(5)));
    let row = &second["rows"][0];
    assert_eq!(
        (&row["progress"], &row["dateCompleted"], &row["completionCode"]),
        (&json!(0), &Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn questions_are_refused_as_it_is_told_to() {
    let (sandbox, client) = sandbox(Media77Options { calls_a_day: 6, ..Media77Options::default() }).await;
    for (keys, status, words) in [
        (json!({"token": "other"}), 401, "Invalid token"),
        (json!({"token": null}), 401, "Invalid token"),
        (json!({"startDate": null}), 400, "startDate is required"),
        (json!({"endDate": "soon"}), 400, "Invalid endDate"),
    ] {
        for refusals in [Media77Refusals::Error, Media77Refusals::Status, Media77Refusals::Bare] {
            sandbox.set_media77(|options| options.refusals = refusals);
            let found = ask(&sandbox, &client, keys.clone()).await;
            let status = StatusCode::from_u16(status).expect("a status");
            let expected = match refusals {
                Media77Refusals::Error => (StatusCode::OK, json!({"error": words})),
                Media77Refusals::Status => (status, json!({"error": words})),
                Media77Refusals::Bare => (StatusCode::OK, json!(words)),
            };
            assert_eq!(found, expected);
        }
    }
    // Six questions bore the token.
    let (status, body) = ask(&sandbox, &client, json!({})).await;
    assert_eq!((status, body), (StatusCode::TOO_MANY_REQUESTS, json!({"error": "Daily limit exceeded"})));
}

#[tokio::test]
async fn faults_are_committed_in_the_platforms_own_form() {
    let (sandbox, client) = sandbox(Media77Options::default()).await;
    sandbox.set_faults(Faults::scripted([FaultKind::Err500, FaultKind::Disabled, FaultKind::Throttle]));
    let found = ask(&sandbox, &client, json!({})).await;
    assert_eq!(found, (StatusCode::OK, json!({"error": "Internal server error."})));
    assert_eq!(ask(&sandbox, &client, json!({})).await.1, json!({"error": "Access Disabled"}));
    assert_eq!(ask(&sandbox, &client, json!({})).await.0, StatusCode::TOO_MANY_REQUESTS);
}
