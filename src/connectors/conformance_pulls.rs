//! What every pull of every product has to make of a server that fails: the same classes as for deliveries, and
//! nothing of a broken answer counts.

use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;

use super::conformance::{CONFIDENTIAL, IMPATIENT, PASSING, PATIENT, connector, in_time, settings};
use super::scripted::{Script, answer, nobody, serve_after};
use super::{Answer, PRODUCTS, Product, Question};
use crate::model::{Asks, Learner, Operation, OperationKind, Outcome, Verdict};

/// What the suite must know of a pull beyond its tables. A new pull owes one.
struct Stand {
    /// Parameters of the question.
    parameters: &'static [(&'static str, &'static str)],
    /// Calls that come before that of the pull: a part of the request, and the answer's body.
    prelude: &'static [(&'static str, &'static str)],
    /// An HTTP 200 with a refusal for good of the one question, in the product's own form.
    refusal: Option<&'static str>,
    /// An HTTP 200 with a whole answer to somebody else's question, where answers tell whose they are.
    of_another: Option<&'static str>,
    /// Whether an answer goes into a file, and so may take longer than another call as long as it goes on.
    downloads: bool,
}

fn stand(operation: &Operation) -> Stand {
    // Of the table "Error Codes".
    let learner = Some(r#"{"Err001":"Invalid value received against parameter.(Learner ID)"}"#);
    match operation.name.as_str() {
        "upsidelms.training_catalog" => Stand {
            parameters: &[("contentlist", "On"), ("Rating", "1,2"), ("outputlist", "curriculum_name")],
            prelude: &[],
            refusal: learner,
            of_another: Some(r#"{"curriculumCatalogDTO":[{"curriculum_id":"31"},{"Token":"Upside@2016"}]}"#),
            downloads: true,
        },
        "upsidelms.training_plan" => Stand {
            parameters: &[("contentlist", "Off"), ("Start_Date", "01/01/2016")],
            prelude: &[],
            refusal: learner,
            of_another: Some(r#"{"learningPlanDTO":[{"curriculum_id":"31"},{"Token":"Upside@2016"}]}"#),
            downloads: true,
        },
        "media77.activity_progress" => Stand {
            parameters: &[("search", "ladder"), ("completed", "true")],
            prelude: &[],
            refusal: Some(r#"{"error":"startDate is required"}"#),
            // Its answers don't say to which question they are.
            of_another: None,
            downloads: false,
        },
        other => panic!("{other} owes the conformance suite of pulls a stand"),
    }
}

/// Every pull of the registry, with its product.
fn pulls() -> Vec<(&'static Product, Operation)> {
    let of = |product: &&'static Product| {
        let operations = (product.operations)(&settings(product)).into_iter();
        let pulls = operations.filter(|operation| operation.kind == OperationKind::Pull);
        pulls.map(|operation| (*product, operation)).collect::<Vec<_>>()
    };
    PRODUCTS.iter().flat_map(of).collect()
}

/// A question, with a value for everything that its shape has.
fn question(operation: &Operation) -> Question {
    let shape = operation.pull.unwrap();
    let by_learner = shape.learners != Asks::Nobody;
    let names = shape.identifiers.iter().map(|(name, _)| ((*name).to_owned(), CONFIDENTIAL.to_owned()));
    let day = |text: &str| text.parse().unwrap();
    Question {
        operation: operation.name.clone(),
        parameters: stand(operation).parameters.iter().copied().collect(),
        learner: by_learner.then(|| Learner { names: names.collect() }),
        window: shape.windowed.then(|| (day("2026-11-20T00:00:00Z"), day("2026-11-21T00:00:00Z"))),
        cursor: None,
    }
}

/// Asks once, and takes whatever items come.
async fn ask(
    what: &str,
    product: &Product,
    operation: &Operation,
    base_url: &str,
    timeout: Duration,
) -> Result<Answer, Outcome> {
    let (sender, mut receiver) = mpsc::channel(1);
    let taking = tokio::spawn(async move { while receiver.recv().await.is_some() {} });
    let (connector, question) = (connector(product, base_url, timeout), question(operation));
    let answer = in_time(timeout, what, connector.pull(&question, sender)).await;
    // Whatever reads lets go of the items at its end.
    in_time(timeout, what, taking).await.unwrap();
    answer
}

/// Runs one fault against every pull of every product.
async fn check(
    fault: &str,
    script: impl Fn(&Operation) -> Option<Script>,
    timeout: Duration,
    expected: impl Fn(&Outcome) -> bool,
) {
    for (product, operation) in pulls() {
        let what = format!("{fault}: {}", operation.name);
        let (base_url, calls) = match script(&operation) {
            Some(script) => {
                let (base_url, calls) = serve_after(stand(&operation).prelude, script).await;
                (base_url, Some(calls))
            }
            None => (nobody().await, None),
        };
        let answer = ask(&what, product, &operation, &base_url, timeout).await;
        let Err(outcome) = answer else { panic!("{what}: taken for an answer") };
        assert!(expected(&outcome), "{what}: {outcome:?}");
        assert!(!outcome.code.is_empty() && !outcome.reason.is_empty(), "{what}: {outcome:?}");
        assert!(!format!("{outcome:?}").contains(CONFIDENTIAL), "{what}: {outcome:?}");
        let Some(calls) = calls else { continue };
        let calls = calls.lock().unwrap();
        assert_eq!(calls.len(), 1, "{what}: one question is one call");
        let line = calls[0].lines().next().unwrap_or_default();
        assert!(!line.contains(CONFIDENTIAL), "{what}: {line}");
    }
}

/// The same fault for every pull.
async fn check_same(fault: &str, bytes: &[u8], verdict: Verdict, code: &str) {
    let is = |outcome: &Outcome| outcome.verdict == verdict && outcome.code == code;
    check(fault, |_| Some(Script::close(bytes)), PATIENT, is).await;
}

#[test]
fn every_pull_says_what_it_asks_and_brings() {
    let pulls = pulls();
    assert!(pulls.len() >= 2);
    for (product, operation) in pulls {
        let name = &operation.name;
        let parameters = stand(&operation).parameters;
        assert!(parameters.iter().all(|(field, _)| operation.field(field).is_some()), "{name}");
        let shape = operation.pull.unwrap();
        assert!(shape.main().is_some(), "{name}");
        for item in shape.items {
            assert!(
                item.column(item.id).is_some() && item.column(item.title).is_some(),
                "{name}: {}",
                item.kind
            );
        }
        // A learner is named by what a push of users to the same product knows them by.
        let users = (product.operations)(&settings(product));
        let users: Vec<_> = users.iter().filter(|users| users.kind == OperationKind::PushUsers).collect();
        for (_, field) in shape.identifiers {
            assert!(users.iter().any(|users| users.field(field).is_some()), "{name}: {field}");
        }
        assert_eq!(shape.identifiers.is_empty(), shape.learners == Asks::Nobody, "{name}");
    }
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
    // Each byte comes in time. Where the whole never does, a download goes on for a while.
    let slow = |operation: &Operation| match stand(operation).downloads {
        true => Script::hang(format!("{head}{}", " ".repeat(100_000))),
        false => Script::drip(head),
    };
    check("slow", |operation| Some(slow(operation)), IMPATIENT, is).await;
}

#[tokio::test]
async fn a_server_that_asks_for_a_pause_gets_it() {
    let seconds = |seconds| Verdict::RetryConnection { after: Some(Duration::from_secs(seconds)) };
    let busy = answer("429 Too Many Requests", &["Retry-After: 7"], CONFIDENTIAL);
    check_same("429 with seconds", &busy, seconds(7), "HTTP 429").await;
    let busy = answer("503 Service Unavailable", &["Retry-After: 9"], CONFIDENTIAL);
    check_same("503 with seconds", &busy, seconds(9), "HTTP 503").await;
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(3_600));
    let busy = answer("429 Too Many Requests", &[&format!("Retry-After: {date}")], CONFIDENTIAL);
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
}

#[tokio::test]
async fn an_answer_that_is_cut_off_or_lost_is_none() {
    let half = format!("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{{\"{CONFIDENTIAL}\":");
    check_same("cut off half-way", half.as_bytes(), PASSING, "cut off").await;
    let chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n";
    check_same("cut off between chunks", chunk.as_bytes(), PASSING, "cut off").await;
    check_same("cut off in the head", b"HTTP/1.1 200 OK\r\nContent-", PASSING, "cut off").await;
    check_same("lost answer", b"", PASSING, "cut off").await;
}

#[tokio::test]
async fn an_answer_of_somebody_else_is_none() {
    let page = format!("<!DOCTYPE html>\n<html><body>{CONFIDENTIAL}</body></html>");
    let html = answer("200 OK", &["Content-Type: text/html; charset=utf-8"], page);
    check_same("HTML page", &html, PASSING, "unreadable").await;
    let garbage = [b"\x00\xff\xfe\x80{]", CONFIDENTIAL.as_bytes(), b"\x01".as_slice()].concat();
    check_same("garbage", &answer("200 OK", &[], garbage), PASSING, "unreadable").await;
    let half = format!("{{\"status\":\"success\",\"{CONFIDENTIAL}");
    check_same("half a JSON", &answer("200 OK", &[], half), PASSING, "unreadable").await;
    check_same("empty", &answer("200 OK", &[], ""), PASSING, "unreadable").await;
    check_same("no content", &answer("204 No Content", &[], ""), PASSING, "unreadable").await;
    for (product, operation) in pulls() {
        let Some(body) = stand(&operation).of_another else { continue };
        let script = Script::close(answer("200 OK", &[], body));
        let (base_url, _) = serve_after(stand(&operation).prelude, script).await;
        let outcome = ask("of another", product, &operation, &base_url, PATIENT).await.unwrap_err();
        assert_eq!((outcome.verdict, outcome.code.as_str()), (PASSING, "unreadable"), "{}", operation.name);
    }
}

#[tokio::test]
async fn a_refusal_in_a_200_is_a_refusal() {
    for (product, operation) in pulls() {
        let Some(body) = stand(&operation).refusal else { continue };
        let script = Script::close(answer("200 OK", &[], body));
        let (base_url, calls) = serve_after(stand(&operation).prelude, script).await;
        let outcome = ask("refused", product, &operation, &base_url, PATIENT).await.unwrap_err();
        assert_eq!(outcome.verdict, Verdict::Refused, "{}: {outcome:?}", operation.name);
        assert_eq!(calls.lock().unwrap().len(), 1, "{}: a refusal is final", operation.name);
    }
}

#[tokio::test]
async fn a_wrong_address_stops_the_connection() {
    let location = format!("Location: https://login.example.org/sso;{CONFIDENTIAL}?next={CONFIDENTIAL}");
    let redirect = answer("302 Found", &[&location], CONFIDENTIAL);
    check_same("redirect", &redirect, Verdict::StopConnection, "HTTP 302").await;
    for status in ["401 Unauthorized", "403 Forbidden", "404 Not Found", "405 Method Not Allowed"] {
        let code = format!("HTTP {}", &status[..3]);
        check_same(status, &answer(status, &[], CONFIDENTIAL), Verdict::StopConnection, &code).await;
    }
}
