//! What every operation of every product has to make of a server that fails: the class of each failure
//! is the same for all, and no message quotes an answer or a secret.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use secrecy::SecretString;

use super::scripted::{Script, answer, nobody, serve_after};
use super::{Access, Connector, Item, PRODUCTS, Product, SettingKind, SettingValue, Settings};
use crate::model::{
    ChangeKind, FieldKind, Fields, Key, ListOf, Operation, OperationKind, Outcome, Rule, Verdict,
};

/// Stands in bodies, queries and secrets, and may stand in no message.
pub(super) const CONFIDENTIAL: &str = "confidential";
pub(super) const SECRET: &str = "confidential-secret";

/// Far beyond any answer of the scripted server.
pub(super) const PATIENT: Duration = Duration::from_secs(15);
/// For servers that never come to an end.
pub(super) const IMPATIENT: Duration = Duration::from_millis(400);

pub(super) const PASSING: Verdict = Verdict::RetryConnection { after: None };

/// What the suite must know of a product beyond its tables. A new product owes one.
struct Stand {
    /// Settings beside the secrets, where the product demands any.
    settings: &'static [(&'static str, &'static str)],
    /// Calls that the connector may make or not (a WSDL): a part of the request, and the answer's body.
    optional: &'static [(&'static str, &'static str)],
    /// All calls that come before that of an operation, the optional ones included.
    prelude: &'static [(&'static str, &'static str)],
    /// An HTTP 200 with a refusal for good of the one record, by operation, in the product's own form.
    refusals: &'static [(&'static str, &'static str)],
    /// The same for the second of three records, and success for the others, where answers can say that.
    halves: &'static [(&'static str, &'static str)],
}

fn stand(product: &Product) -> Stand {
    match product.name {
        "upsidelms" => Stand {
            settings: &[],
            optional: &[],
            prelude: &[],
            // Examples of the tables "Error Codes".
            refusals: &[
                (
                    "upsidelms.manage_user",
                    r#"{"error_list":[{"Err005":"Duplicate record. (Email)"}],"status":"fail"}"#,
                ),
                (
                    "upsidelms.assign_curriculum",
                    r#"{"curr_learner_assignment_info":{"assignment_status_info":[{
                        "learner_info":"email_id=e1@example.org~unique_id=E1~username=E1",
                        "curriculum_assignment_status":[
                            {"status":"fail","Err009":"Curriculum is expired","curr_id":"E1"}],
                        "assignment_status":"fail","assignment_id":"1"}]},"final_status":"fail"}"#,
                ),
            ],
            // A success bears the token of its call, which no script knows.
            halves: &[],
        },
        "ispring" => Stand {
            settings: &[],
            optional: &[],
            prelude: &[(
                "POST /api/v3/token ",
                r#"{"access_token":"confidential-token","expires_in":1800,"token_type":"bearer"}"#,
            )],
            // The vendor's sample of an error.
            refusals: &[(
                "ispring.update_modules_statuses",
                r#"<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"
 xmlns="http://ispringlearn.com/go/services/api/soap"><SOAP-ENV:Body><SOAP-ENV:Fault>
<faultcode>client</faultcode><faultstring>Wrong parameters</faultstring>
</SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>"#,
            )],
            halves: &[],
        },
        "crowdwisdom" => Stand {
            settings: &[("batch", "3")],
            // No WSDL answers, so the calls are those of the document.
            optional: &[("?wsdl", "")],
            prelude: &[
                ("?wsdl", ""),
                (
                    "diConnect",
                    "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><diConnectResponse>\
                     <sessionToken>session-1</sessionToken></diConnectResponse></s:Body></s:Envelope>",
                ),
            ],
            // Code 501 of the table "Error Codes".
            refusals: &[(
                "crowdwisdom.set_completion",
                "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><s:Fault><faultcode>\
                 s:Server</faultcode><faultstring>Missing Mandatory Parameter(s)</faultstring><detail><code>501\
                 </code></detail></s:Fault></s:Body></s:Envelope>",
            )],
            // The document shows none; this is what services of this make answer.
            halves: &[(
                "crowdwisdom.set_completion",
                "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><setCompletionsResponse>\
                 <return><customerId>E3</customerId><productId>E3</productId><code>0</code></return>\
                 <return><customerId>E1</customerId><productId>E1</productId><code>0</code></return>\
                 <return><customerId>E2</customerId><productId>E2</productId><code>501</code><message>Missing \
                 Mandatory Parameter(s)</message></return></setCompletionsResponse></s:Body></s:Envelope>",
            )],
        },
        "smarteru" => Stand {
            settings: &[],
            optional: &[],
            prelude: &[],
            // The table "Error Codes", in the answer that the document prints.
            refusals: &[(
                "smarteru.enroll_session_history",
                "<SmarterU><Result>Failed</Result><Info></Info><Errors><Error><ErrorID>ESH:06</ErrorID>\
                 <ErrorMessage>The LearningModuleSessionID provided is not valid.</ErrorMessage></Error>\
                 </Errors></SmarterU>",
            )],
            halves: &[(
                "smarteru.enroll_session_history",
                "<SmarterU><Result>Success</Result><Info><Enrollments><Enrollment block='1'><User>e1@example.org\
                 </User><LearningModuleID>E1</LearningModuleID></Enrollment><Enrollment block='3'><User>\
                 e3@example.org</User><LearningModuleID>E3</LearningModuleID></Enrollment></Enrollments></Info>\
                 <Errors><Error><ErrorID>ESH:12</ErrorID><ErrorMessage>Enrollment [2] - Enrolled date provided \
                 is not valid.</ErrorMessage></Error></Errors></SmarterU>",
            )],
        },
        "media77" => Stand {
            settings: &[("lms_id", "1"), ("domain", "learn.example.org"), ("environment", "staging")],
            optional: &[],
            prelude: &[],
            refusals: &[],
            halves: &[],
        },
        other => panic!("{other} owes the conformance suite a stand"),
    }
}

pub(super) fn connector(product: &Product, base_url: &str, timeout: Duration) -> Box<dyn Connector> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let secret = |kind| matches!(kind, SettingKind::Secret | SettingKind::SecretOrValue);
    let secrets = product.settings.iter().filter(|setting| secret(setting.kind));
    let access = Access {
        connection: "conformance".into(),
        base_url: base_url.to_owned(),
        settings: settings(product),
        secrets: secrets
            .map(|setting| (setting.key.to_owned(), SecretString::from(SECRET)))
            .collect::<BTreeMap<_, _>>(),
        timeout,
        scratch: std::env::temp_dir(),
    };
    (product.connect)(access).unwrap()
}

pub(super) fn settings(product: &Product) -> Settings {
    let mut settings = Settings::default();
    for (key, value) in stand(product).settings {
        let value = match value.parse() {
            Ok(number) if *key == "batch" => SettingValue::Whole(number),
            _ => SettingValue::Text((*value).to_owned()),
        };
        settings.set(*key, value);
    }
    settings
}

/// Whether records are delivered by calls: links are made without one, and pulls ask (see `conformance_pulls`).
fn is_delivered(operation: &Operation) -> bool {
    !matches!(operation.kind, OperationKind::Links | OperationKind::Pull)
}

/// As many records as go into one call, up to three.
fn items(operation: &Operation) -> Vec<Item> {
    (1..=operation.batch.min(3)).map(|number| item(operation, number)).collect()
}

/// The record of that number, with a value for every field that may have one beside the others.
fn item(operation: &Operation, number: u32) -> Item {
    let value = |kind: &FieldKind, number: u32| match kind {
        FieldKind::Text | FieldKind::List { of: ListOf::Text, .. } => format!("E{number}"),
        FieldKind::DateTime => "2026-11-21T08:30:00".to_owned(),
        FieldKind::Bool => "true".to_owned(),
        FieldKind::Number { least, .. } => least.to_string(),
        FieldKind::Milliseconds => "60000".to_owned(),
        FieldKind::Grade => "100".to_owned(),
        FieldKind::Url { hosts } => {
            format!("https://{}/course", hosts.first().map_or("courses.example.org", |host| host))
        }
        FieldKind::Email | FieldKind::List { of: ListOf::Email, .. } => format!("e{number}@example.org"),
        FieldKind::Date { format } => chrono::NaiveDate::default().format(format).to_string(),
        FieldKind::OneOf(values) => values[0].clone(),
        FieldKind::List { of: ListOf::Words(words), .. } => words[0].to_owned(),
        FieldKind::List { of: ListOf::Whole { least, .. }, .. } => least.to_string(),
        FieldKind::Part { email: true, .. } => format!("e{number}@example.org"),
        FieldKind::Part { email: false, .. } => format!("E{number}"),
    };
    let (secret, open): (Vec<_>, Vec<_>) = operation.fields.iter().partition(|field| field.secret);
    let mut fields = Fields::default();
    let left_out = |name: &str| {
        operation.rules.iter().any(|rule| match rule {
            Rule::ExactlyOne(names) => names.iter().skip(1).any(|other| *other == name),
            Rule::AtLeastOne(_) | Rule::OnlyWith { .. } => false,
        })
    };
    for field in open.into_iter().filter(|field| !left_out(field.name.as_str())) {
        let needed = operation.rules.iter().find_map(|rule| match rule {
            Rule::OnlyWith { other, value, .. } if *other == field.name.as_str() => Some((*value).to_owned()),
            _ => None,
        });
        // Records of one call agree in some fields, and one course serves all.
        let shared = operation.agree.contains(&field.name.as_str()) || field.name.as_str() == "curr_id";
        let number = if shared { 1 } else { number };
        fields.set(field.name.clone(), needed.unwrap_or_else(|| value(&field.kind, number)));
    }
    Item {
        kind: ChangeKind::Create,
        resend: false,
        registration: None,
        operation: operation.name.clone(),
        key: Key::from_values([format!("E{number}").as_str()]),
        fields,
        secrets: secret.into_iter().map(|field| (field.name.clone(), SecretString::from(SECRET))).collect(),
    }
}

/// Runs one fault against every operation of every product that makes calls: on the call itself, on the
/// one that has to come before it, and on the probe.
async fn check(
    fault: &str,
    script: impl Fn(&Product, &Operation) -> Option<Script>,
    timeout: Duration,
    expected: impl Fn(&Outcome) -> bool,
) {
    for product in PRODUCTS {
        let operations = (product.operations)(&settings(product));
        assert!(!operations.is_empty(), "{} can do nothing", product.name);
        let stand = stand(product);
        for operation in operations.iter().filter(|operation| is_delivered(operation)) {
            let mut turns = vec![("the call", stand.prelude, false)];
            if stand.prelude.len() > stand.optional.len() {
                turns.push(("the call before it", stand.optional, true));
            }
            for (turn, prelude, before) in turns {
                let what = format!("{fault}: {}: {turn}", operation.name);
                let script = script(product, operation);
                let (base_url, calls) = side(prelude, script).await;
                let connector = connector(product, &base_url, timeout);
                for items in [items(operation), vec![item(operation, 1)]] {
                    let outcomes = in_time(timeout, &what, connector.deliver(&items)).await;
                    assert_eq!(outcomes.len(), items.len(), "{what}");
                    for outcome in outcomes {
                        assert!(expected(&outcome), "{what}: {outcome:?}");
                        // What failed before the call went out has surely had no effect.
                        assert!(!before || outcome.had_no_effect, "{what}: {outcome:?}");
                        hides(&what, &outcome, calls.as_ref());
                    }
                }
            }
        }
        if operations.iter().all(|operation| !is_delivered(operation)) {
            continue;
        }
        let what = format!("{fault}: {} probe", product.name);
        let (base_url, calls) = side(stand.optional, script(product, &operations[0])).await;
        let connector = connector(product, &base_url, timeout);
        let outcome = in_time(timeout, &what, connector.probe()).await;
        assert!(expected(&outcome), "{what}: {outcome:?}");
        hides(&what, &outcome, calls.as_ref());
    }
}

type Calls = Arc<Mutex<Vec<String>>>;

async fn side(
    prelude: &'static [(&'static str, &'static str)],
    script: Option<Script>,
) -> (String, Option<Calls>) {
    match script {
        Some(script) => {
            let (base_url, calls) = serve_after(prelude, script).await;
            (base_url, Some(calls))
        }
        None => (nobody().await, None),
    }
}

pub(super) async fn in_time<T>(timeout: Duration, what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(timeout + PATIENT, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what}: goes on beyond its timeout"),
    }
}

/// Nothing confidential is in an outcome or in the first line of a call, and the call reached the other
/// side whole: the fault is the one that was meant.
fn hides(what: &str, outcome: &Outcome, calls: Option<&Calls>) {
    assert!(!outcome.code.is_empty() && !outcome.reason.is_empty(), "{what}: {outcome:?}");
    assert!(!format!("{outcome:?}").contains(CONFIDENTIAL), "{what}: {outcome:?}");
    let Some(calls) = calls else { return };
    let calls = calls.lock().unwrap();
    assert!(!calls.is_empty(), "{what}: no call met the fault");
    for call in calls.iter() {
        let line = call.lines().next().unwrap_or_default();
        assert!(call.starts_with("POST /") && !line.contains('?'), "{what}: {line}");
        assert!(!line.contains(CONFIDENTIAL), "{what}: {line}");
    }
}

/// The same fault for every product.
async fn check_same(fault: &str, bytes: &[u8], verdict: Verdict, code: &str) {
    let is = |outcome: &Outcome| outcome.verdict == verdict && outcome.code == code;
    check(fault, |_, _| Some(Script::close(bytes)), PATIENT, is).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_pauses_the_connection() {
    let is = |outcome: &Outcome| outcome.verdict == PASSING && outcome.code == "connect";
    check("refused", |_, _| None, PATIENT, is).await;
}

#[tokio::test]
async fn a_server_that_takes_its_time_pauses_the_connection() {
    let is = |outcome: &Outcome| outcome.verdict == PASSING && outcome.code == "timeout";
    let head = "HTTP/1.1 200 OK\r\n\r\n{";
    check("hung", |_, _| Some(Script::hang("")), IMPATIENT, is).await;
    check("hung within the body", |_, _| Some(Script::hang(head)), IMPATIENT, is).await;
    // Each byte comes in time, the whole never does.
    check("slow", |_, _| Some(Script::drip(head)), IMPATIENT, is).await;
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
    check("429 with a date", |_, _| Some(Script::close(busy.clone())), PATIENT, is).await;
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
    for product in PRODUCTS {
        let stand = stand(product);
        for operation in (product.operations)(&settings(product)) {
            if !is_delivered(&operation) {
                continue;
            }
            let refusal = stand.refusals.iter().find(|(name, _)| *name == operation.name.as_str());
            let Some((_, body)) = refusal else { panic!("{} owes a refusal", operation.name) };
            let script = Script::close(answer("200 OK", &[], body));
            let (base_url, calls) = serve_after(stand.prelude, script).await;
            let outcomes = connector(product, &base_url, PATIENT).deliver(&[item(&operation, 1)]).await;
            assert_eq!(outcomes[0].verdict, Verdict::Refused, "{}: {outcomes:?}", operation.name);
            assert_eq!(calls.lock().unwrap().len(), 1, "{}: a refusal is final", operation.name);
        }
    }
}

#[tokio::test]
async fn each_record_has_the_outcome_of_its_own() {
    for product in PRODUCTS {
        let stand = stand(product);
        for operation in (product.operations)(&settings(product)) {
            let halves = stand.halves.iter().find(|(name, _)| *name == operation.name.as_str());
            let Some((_, body)) = halves else { continue };
            let script = Script::close(answer("200 OK", &[], body));
            let (base_url, calls) = serve_after(stand.prelude, script).await;
            let outcomes = connector(product, &base_url, PATIENT).deliver(&items(&operation)).await;
            let verdicts: Vec<_> = outcomes.iter().map(|outcome| &outcome.verdict).collect();
            let expected = [&Verdict::Accepted, &Verdict::Refused, &Verdict::Accepted];
            assert_eq!(verdicts, expected, "{}: {outcomes:?}", operation.name);
            assert_eq!(calls.lock().unwrap().len(), 1, "{}", operation.name);
        }
    }
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
    check("redirect", |_, _| Some(Script::close(redirect.clone())), PATIENT, is).await;
    for status in ["401 Unauthorized", "403 Forbidden", "404 Not Found", "405 Method Not Allowed"] {
        let code = format!("HTTP {}", &status[..3]);
        check_same(status, &answer(status, &[], CONFIDENTIAL), Verdict::StopConnection, &code).await;
    }
}
