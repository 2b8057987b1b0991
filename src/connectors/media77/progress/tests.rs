//! Pulls over HTTP, from servers that do what the test says.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::mpsc;

use super::*;
use crate::connectors::media77::{self, connect};
use crate::connectors::scripted::{Script, answer, nobody, serve, serve_after};
use crate::connectors::{Connector, SettingValue, Settings};
use crate::model::Pulled;

const TOKEN: &str = "f7e1379c-35ad-45f9-b0fa-6ef011e73938";

/// A connection that is there for progress alone.
fn open(base_url: &str, keys: &[(&str, SettingValue)]) -> Box<dyn Connector> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut settings = Settings::default();
    settings.set("environment", SettingValue::Text("staging".to_owned()));
    for (key, value) in keys {
        settings.set(*key, value.clone());
    }
    let access = Access {
        connection: "media".into(),
        base_url: base_url.to_owned(),
        settings,
        secrets: BTreeMap::from([("token".to_owned(), SecretString::from(TOKEN))]),
        timeout: Duration::from_secs(5),
        scratch: std::env::temp_dir(),
    };
    connect(access).unwrap()
}

fn question(cursor: Option<&str>) -> Question {
    let time = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    Question {
        operation: ACTIVITY_PROGRESS.into(),
        parameters: Fields::default(),
        learner: None,
        window: Some((time("2026-01-01T00:00:00Z"), time("2026-01-04T06:30:00.5Z"))),
        cursor: cursor.map(str::to_owned),
    }
}

/// An answer, and the items that were handed on.
async fn pull(connector: &dyn Connector, question: &Question) -> (Result<Answer, Outcome>, Vec<Pulled>) {
    let (sender, mut receiver) = mpsc::channel(4);
    let answer = connector.pull(question, sender).await;
    let mut items = Vec::new();
    while let Some(some) = receiver.recv().await {
        items.extend(some);
    }
    (answer, items)
}

fn page(rows: std::ops::Range<u32>, count: u32) -> String {
    let rows: Vec<String> =
        rows.map(|row| format!(r#"{{"transactionId":"t{row}","progress":"100"}}"#)).collect();
    format!(r#"{{"count":{count},"rows":[{}]}}"#, rows.join(","))
}

#[tokio::test]
async fn a_question_is_one_post_and_the_cursor_leads_on() {
    let first = Script::close(answer("200 OK", &["Content-Type: application/json"], page(0..10, 14)));
    let (base_url, request) = serve(first).await;
    let keys = [("page_rows", SettingValue::Whole(10))];
    let connector = open(&base_url, &keys);
    let (found, items) = pull(connector.as_ref(), &question(None)).await;
    let found = found.unwrap();
    assert_eq!((items.len(), found.total), (10, Some(14)));
    let request = String::from_utf8(request.await.unwrap()).unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /api/reports/progress HTTP/1.1\r\n"), "{head}");
    let head = head.to_lowercase();
    assert!(head.contains("content-type: application/json") && head.contains("accept: application/json"));
    assert!(!head.contains(TOKEN), "{head}");
    let expected = format!(
        r#"{{"token":"{TOKEN}","start":0,"number":10,"search":"","completed":false,"startDate":"2026-01-01T00:00:00.000Z","endDate":"2026-01-04T06:30:00.500Z","sort":"lastName","order":"ASC"}}"#
    );
    assert_eq!(body, expected);

    let cursor = found.next.unwrap();
    assert!(!cursor.contains(TOKEN));
    let (base_url, request) = serve(Script::close(answer("200 OK", &[], page(10..14, 14)))).await;
    let (found, items) = pull(open(&base_url, &keys).as_ref(), &question(Some(&cursor))).await;
    assert_eq!((found, items.len()), (Ok(Answer { total: Some(14), ..Answer::default() }), 4));
    let request = String::from_utf8(request.await.unwrap()).unwrap();
    assert!(request.contains(r#""start":1,"number":10"#), "{request}");
}

#[tokio::test]
async fn the_path_is_the_connections() {
    let (base_url, request) = serve(Script::close(answer("200 OK", &[], page(0..0, 0)))).await;
    let path = SettingValue::Text("v2/progress".to_owned());
    let (found, items) = pull(open(&base_url, &[("progress_path", path)]).as_ref(), &question(None)).await;
    assert_eq!((found, items.len()), (Ok(Answer::default()), 0));
    let request = String::from_utf8(request.await.unwrap()).unwrap();
    assert!(request.starts_with("POST /v2/progress HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(r#""number":500"#), "a number is always sent: {request}");
}

#[tokio::test]
async fn no_failure_tells_the_token() {
    let cut = format!("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{TOKEN}");
    let scripts = [
        Script::close(answer("200 OK", &[], format!(r#"{{"error":"no such token: {TOKEN}"}}"#))),
        Script::close(answer("401 Unauthorized", &[], format!("<html>{TOKEN}</html>"))),
        Script::close(answer("500 Oh", &[], format!("{TOKEN} failed: internal"))),
        Script::close(answer("302 Found", &[&format!("Location: /login?token={TOKEN}")], "")),
        Script::close(answer("200 OK", &[], format!("what is {TOKEN}"))),
        Script::close(answer("200 OK", &[], format!(r#"{{"rows":[{{}},"{TOKEN}"]}}"#))),
        Script::close(cut),
    ];
    for script in scripts {
        let (base_url, _calls) = serve_after(&[], script).await;
        let connector = open(&base_url, &[]);
        let (found, items) = pull(connector.as_ref(), &question(None)).await;
        let told = format!("{:?} {:?}", found.unwrap_err(), connector.probe().await);
        assert!(!told.contains(TOKEN), "{told}");
        assert!(items.is_empty());
    }
}

#[tokio::test]
async fn a_page_that_fails_hands_nothing_on() {
    let connector = open(&nobody().await, &[]);
    let (found, items) = pull(connector.as_ref(), &question(None)).await;
    assert_eq!((found.unwrap_err().code.as_str(), items.len()), ("connect", 0));
    let mut open_end = question(None);
    open_end.window = None;
    let (found, _) = pull(connector.as_ref(), &open_end).await;
    assert_eq!(found.unwrap_err().verdict, Verdict::Refused);
    let other = Question { operation: media77::fields::LAUNCH_LINK.into(), ..question(None) };
    let (found, _) = pull(connector.as_ref(), &other).await;
    assert_eq!(found.unwrap_err().code, "operation");
}

#[tokio::test]
async fn a_row_that_nothing_names_is_told_of_and_the_others_are_taken() {
    let rows = r#"{"count":2,"rows":[{"email":"ann@example.org"},{"transactionId":"t1","progress":"100"}]}"#;
    let (base_url, _calls) = serve_after(&[], Script::close(answer("200 OK", &[], rows))).await;
    let connector = open(&base_url, &[]);
    let (mut asked, mut items) = (question(None), Vec::new());
    let last = loop {
        let (found, some) = pull(connector.as_ref(), &asked).await;
        let found = found.unwrap();
        items.extend(some);
        if found.next.is_none() {
            break found;
        }
        asked.cursor = found.next;
    };
    let keys: Vec<_> = items.iter().map(|item| item.key.values().concat()).collect();
    assert_eq!(keys, ["t1"], "each is handed on once");
    let doubt = last.doubt.unwrap();
    assert!(doubt.starts_with("1 row has neither a `transactionId` nor a `registration`"), "{doubt}");
    assert!(!doubt.contains("ann"), "{doubt}");
    assert!(
        last.notes[0].starts_with("the LMS sends the same 2 rows whatever `start` says"),
        "{:?}",
        last.notes
    );
}

#[tokio::test]
async fn nobody_who_listens_ends_the_reading() {
    let (base_url, _request) = serve(Script::close(answer("200 OK", &[], page(0..3, 3)))).await;
    let (sender, receiver) = mpsc::channel(1);
    drop(receiver);
    let outcome = open(&base_url, &[]).pull(&question(None), sender).await.unwrap_err();
    assert_eq!((outcome.verdict, outcome.code.as_str()), (Verdict::Retry, "given up"));
}

#[tokio::test]
async fn the_probe_asks_for_one_row() {
    let (base_url, request) = serve(Script::close(answer("200 OK", &[], page(0..1, 9)))).await;
    let outcome = open(&base_url, &[]).probe().await;
    assert_eq!((outcome.verdict, outcome.code.as_str()), (Verdict::Accepted, "token"));
    let request = String::from_utf8(request.await.unwrap()).unwrap();
    assert!(request.contains(r#""start":0,"number":1,"#), "{request}");
    let refusal = answer("200 OK", &[], r#"{"error":"Invalid token"}"#);
    let (base_url, _request) = serve(Script::close(refusal)).await;
    assert_eq!(open(&base_url, &[]).probe().await.verdict, Verdict::StopConnection);
}
