//! What every operation of every product has to make of a server that fails: the class of each failure
//! is the same for all, and no message quotes an answer or a secret.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use secrecy::SecretString;

use super::scripted::{Script, answer, nobody, serve};
use super::{Access, Call, Connector, PRODUCTS, Product, SettingKind, Settings};
use crate::model::{FieldKind, Fields, Key, ListOf, Operation, Outcome, Verdict};

/// Stands in bodies, queries and secrets, and may stand in no message.
const CONFIDENTIAL: &str = "confidential";
const SECRET: &str = "confidential-secret";

/// Far beyond any answer of the scripted server.
const PATIENT: Duration = Duration::from_secs(15);
/// For servers that never come to an end.
const IMPATIENT: Duration = Duration::from_millis(400);

const PASSING: Verdict = Verdict::RetryConnection { after: None };

/// An HTTP 200 with a refusal for good in the product's own form. A new product owes one here.
fn refusal(product: &Product) -> &'static str {
    match product.name {
        // The example of the table "Error Codes".
        "upsidelms" => r#"{"error_list":[{"Err005":"Duplicate record. (Email)"}],"status":"fail"}"#,
        other => panic!("{other} owes the conformance suite a refusal"),
    }
}

fn connector(product: &Product, base_url: &str, timeout: Duration) -> Box<dyn Connector> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let secret = |kind| matches!(kind, SettingKind::Secret | SettingKind::SecretOrValue);
    let secrets = product.settings.iter().filter(|setting| secret(setting.kind));
    let access = Access {
        connection: "conformance".into(),
        base_url: base_url.to_owned(),
        settings: Settings::default(),
        secrets: secrets
            .map(|setting| (setting.key.to_owned(), SecretString::from(SECRET)))
            .collect::<BTreeMap<_, _>>(),
        timeout,
    };
    (product.connect)(access).unwrap()
}

/// A call with a value for every field.
fn call(operation: &Operation) -> Call {
    let value = |kind: &FieldKind| match kind {
        FieldKind::Text | FieldKind::List { of: ListOf::Text, .. } => "E1".to_owned(),
        FieldKind::Email | FieldKind::List { of: ListOf::Email, .. } => "e1@example.org".to_owned(),
        FieldKind::Date { format } => chrono::NaiveDate::default().format(format).to_string(),
        FieldKind::OneOf(values) => values[0].clone(),
    };
    let (secret, open): (Vec<_>, Vec<_>) = operation.fields.iter().partition(|field| field.secret);
    let mut fields = Fields::default();
    for field in open {
        fields.set(field.name.clone(), value(&field.kind));
    }
    Call {
        operation: operation.name.clone(),
        key: Key::from_values(["E1"]),
        fields,
        secrets: secret.into_iter().map(|field| (field.name.clone(), SecretString::from(SECRET))).collect(),
    }
}

/// Runs one fault against every operation of every product, and their probes.
async fn check(
    fault: &str,
    script: impl Fn(&Product) -> Option<Script>,
    timeout: Duration,
    expected: impl Fn(&Outcome) -> bool,
) {
    for product in PRODUCTS {
        let mut calls: Vec<Option<Call>> = (product.operations)(&Settings::default())
            .iter()
            .map(|operation| Some(call(operation)))
            .collect();
        assert!(!calls.is_empty(), "{} can do nothing", product.name);
        calls.push(None);
        for call in calls {
            let (base_url, server) = match script(product) {
                Some(script) => {
                    let (base_url, server) = serve(script).await;
                    (base_url, Some(server))
                }
                None => (nobody().await, None),
            };
            let connector = connector(product, &base_url, timeout);
            let (what, answered) = match &call {
                Some(call) => (call.operation.to_string(), connector.deliver(call)),
                None => (format!("{} probe", product.name), connector.probe()),
            };
            let Ok(outcome) = tokio::time::timeout(timeout + PATIENT, answered).await else {
                panic!("{fault}: {what}: goes on beyond its timeout");
            };
            assert!(expected(&outcome), "{fault}: {what}: {outcome:?}");
            assert!(!outcome.code.is_empty() && !outcome.reason.is_empty(), "{fault}: {what}: {outcome:?}");
            assert!(!format!("{outcome:?}").contains(CONFIDENTIAL), "{fault}: {what}: {outcome:?}");
            if let Some(server) = server {
                // The call reached the other side whole: the fault is the one that was meant.
                let request = server.await.unwrap();
                assert!(request.starts_with(b"POST /"), "{fault}: {what}");
                let request = String::from_utf8_lossy(&request);
                let line = request.lines().next().unwrap_or_default();
                assert!(!line.contains('?') && !line.contains(CONFIDENTIAL), "{what}: {line}");
            }
        }
    }
}

/// The same fault for every product.
async fn check_same(fault: &str, bytes: &[u8], verdict: Verdict, code: &str) {
    let is = |outcome: &Outcome| outcome.verdict == verdict && outcome.code == code;
    check(fault, |_| Some(Script::close(bytes)), PATIENT, is).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_pauses_the_connection() {
    let is = |outcome: &Outcome| outcome.verdict == PASSING && outcome.code == "connect";
    check("refused", |_| None, PATIENT, is).await;
}

#[tokio::test]
async fn a_server_that_takes_its_time_pauses_the_connection() {
    let is = |outcome: &Outcome| outcome.verdict == PASSING && outcome.code == "timeout";
    let head = "HTTP/1.1 200 OK\r\n\r\n{";
    check("hung", |_| Some(Script::hang("")), IMPATIENT, is).await;
    check("hung within the body", |_| Some(Script::hang(head)), IMPATIENT, is).await;
    // Each byte comes in time, the whole never does.
    check("slow", |_| Some(Script::drip(head)), IMPATIENT, is).await;
}

#[tokio::test]
async fn a_server_that_asks_for_a_pause_gets_it() {
    let seconds = |seconds| Verdict::RetryConnection { after: Some(Duration::from_secs(seconds)) };
    let busy = answer("429 Too Many Requests", &["Retry-After: 7"], CONFIDENTIAL);
    check_same("429 with seconds", &busy, seconds(7), "HTTP 429").await;
    let busy = answer("503 Service Unavailable", &["Retry-After: 9"], CONFIDENTIAL);
    check_same("503 with seconds", &busy, seconds(9), "HTTP 503").await;

    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(3_600));
    let header = format!("Retry-After: {date}");
    let busy = answer("429 Too Many Requests", &[&header], CONFIDENTIAL);
    let about_an_hour = Duration::from_secs(3_000)..=Duration::from_secs(3_600);
    let is = |outcome: &Outcome| match outcome.verdict {
        Verdict::RetryConnection { after: Some(after) } => about_an_hour.contains(&after),
        _ => false,
    };
    check("429 with a date", |_| Some(Script::close(busy.clone())), PATIENT, is).await;
}

#[tokio::test]
async fn a_server_that_fails_pauses_the_connection() {
    let failed = answer("500 Internal Server Error", &[], format!("<html>{CONFIDENTIAL}</html>"));
    check_same("500", &failed, PASSING, "HTTP 500").await;
    check_same("503", &answer("503 Service Unavailable", &[], ""), PASSING, "HTTP 503").await;
    check_same("429", &answer("429 Too Many Requests", &[], ""), PASSING, "HTTP 429").await;
}

#[tokio::test]
async fn an_answer_that_is_cut_off_or_lost_pauses_the_connection() {
    let half = format!("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{{\"{CONFIDENTIAL}\":");
    check_same("cut off half-way", half.as_bytes(), PASSING, "cut off").await;
    let chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n";
    check_same("cut off between chunks", chunk.as_bytes(), PASSING, "cut off").await;
    check_same("cut off in the head", b"HTTP/1.1 200 OK\r\nContent-", PASSING, "cut off").await;
    check_same("lost answer", b"", PASSING, "cut off").await;
    let odd = format!("{CONFIDENTIAL} is no HTTP\r\n\r\n");
    check_same("no HTTP", odd.as_bytes(), PASSING, "cut off").await;
}

#[tokio::test]
async fn a_refusal_in_a_200_is_a_refusal() {
    let script = |product: &Product| Some(Script::close(answer("200 OK", &[], refusal(product))));
    check("200 with an error", script, PATIENT, |outcome| outcome.verdict == Verdict::Refused).await;
}

#[tokio::test]
async fn an_answer_of_somebody_else_pauses_the_connection() {
    let page = format!("<!DOCTYPE html>\n<html><body>{CONFIDENTIAL}</body></html>");
    let html = answer("200 OK", &["Content-Type: text/html; charset=utf-8"], page);
    check_same("HTML page", &html, PASSING, "unreadable").await;
    let garbage = [b"\x00\xff\xfe\x80{]", CONFIDENTIAL.as_bytes(), b"\x01".as_slice()].concat();
    check_same("garbage", &answer("200 OK", &[], garbage), PASSING, "unreadable").await;
    let half = format!("{{\"status\":\"success\",\"{CONFIDENTIAL}");
    check_same("half a JSON", &answer("200 OK", &[], half), PASSING, "unreadable").await;
    check_same("empty", &answer("200 OK", &[], ""), PASSING, "unreadable").await;
    check_same("no content", &answer("204 No Content", &[], ""), PASSING, "unreadable").await;
}

#[tokio::test]
async fn a_wrong_address_stops_the_connection() {
    let location = format!("Location: https://login.example.org/sso;{CONFIDENTIAL}?next={CONFIDENTIAL}");
    let redirect = answer("302 Found", &[&location], CONFIDENTIAL);
    let is = |outcome: &Outcome| {
        outcome.verdict == Verdict::StopConnection
            && outcome.reason
                == "HTTP 302: the server answers with a redirect to https://login.example.org/sso: is base_url right?"
    };
    check("redirect", |_| Some(Script::close(redirect.clone())), PATIENT, is).await;
    for status in ["401 Unauthorized", "403 Forbidden", "404 Not Found", "405 Method Not Allowed"] {
        let code = format!("HTTP {}", &status[..3]);
        check_same(status, &answer(status, &[], CONFIDENTIAL), Verdict::StopConnection, &code).await;
    }
}
