use std::collections::BTreeMap;
use std::time::Duration;

use super::wire::tests::{SAMPLE_RESPONSE, fault, task_status};
use super::*;
use crate::connectors::SettingValue;
use crate::connectors::scripted::{Script, answer, serve, serve_after};
use crate::model::{ChangeKind, Key};

pub(super) const GRANT: &str = r#"{"access_token":"new-token","expires_in":1800,"token_type":"bearer"}"#;
pub(super) const TOKEN_CALL: &str = "POST /api/v3/token ";
const QUEUED: &str = "100027";

fn access(base_url: &str) -> Access {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Access {
        connection: "learn".into(),
        base_url: base_url.to_owned(),
        settings: Settings::default(),
        secrets: BTreeMap::from([
            ("client_id".to_owned(), "788f274b".to_owned().into()),
            ("client_secret".to_owned(), "j016+Mz".to_owned().into()),
        ]),
        timeout: Duration::from_secs(5),
        scratch: std::env::temp_dir(),
    }
}

pub(super) fn ispring(base_url: &str) -> ISpring {
    ISpring::new(access(base_url)).unwrap()
}

fn following(base_url: &str, follow: &str) -> ISpring {
    let mut access = access(base_url);
    access.settings.set("follow", SettingValue::Text(follow.to_owned()));
    ISpring::new(access).unwrap()
}

pub(super) fn item(enrolment: &str) -> Item {
    let fields = [
        ("enrollmentId", enrolment),
        ("courseId", "c1"),
        ("contentItemId", "i1"),
        ("date", "2020-03-12"),
        ("status", "complete"),
        ("awardedScore", "100"),
    ];
    Item {
        operation: fields::UPDATE_MODULES_STATUSES.into(),
        key: Key::from_values([enrolment]),
        kind: ChangeKind::Create,
        resend: false,
        registration: None,
        fields: fields.into_iter().collect(),
        secrets: Vec::new(),
    }
}

pub(super) fn ok(body: &str) -> Script {
    Script::close(answer("200 OK", &[], body))
}

/// Leaks a body for a server that outlives the test's own.
fn lasting(body: String) -> &'static str {
    Box::leak(body.into_boxed_str())
}

fn is_queued(outcomes: &[Outcome]) -> bool {
    let queued = Verdict::Queued { task: QUEUED.to_owned() };
    !outcomes.is_empty() && outcomes.iter().all(|outcome| outcome.verdict == queued)
}

#[tokio::test]
async fn a_token_is_asked_for_as_the_vendors_page_has_it() {
    let (base_url, request) = serve(ok(GRANT)).await;
    let outcome = ispring(&base_url).probe().await;
    assert_eq!(outcome.verdict, Verdict::Accepted, "{outcome:?}");
    let request = String::from_utf8(request.await.unwrap()).unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /api/v3/token HTTP/1.1\r\n"), "{head}");
    let head = head.to_lowercase();
    assert!(head.contains("\r\naccept: application/json\r\n"), "{head}");
    assert!(head.contains("content-type: application/x-www-form-urlencoded"), "{head}");
    assert_eq!(body, "client_id=788f274b&client_secret=j016%2BMz&grant_type=client_credentials");
}

#[tokio::test]
async fn all_records_of_a_call_become_one_task() {
    let (base_url, calls) = serve_after(&[(TOKEN_CALL, GRANT)], ok(SAMPLE_RESPONSE)).await;
    let outcomes = ispring(&base_url).deliver(&[item("e1"), item("e2"), item("e3")]).await;
    assert!(outcomes.len() == 3 && is_queued(&outcomes), "{outcomes:?}");
    let calls = calls.lock().unwrap();
    let (head, body) = calls[0].split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /go/services/api/soap HTTP/1.1\r\n"), "{head}");
    let head = head.to_lowercase();
    assert!(head.contains("content-type: text/xml; charset=utf-8"), "{head}");
    assert!(head.contains("soapaction: \"\""), "{head}");
    assert!(body.contains("<enrollmentIds><id>e1</id><id>e2</id><id>e3</id></enrollmentIds>"), "{body}");
    assert_eq!(body.matches("<moduleStatus>").count(), 1);
    assert!(body.contains("<token>new-token</token>"), "{body}");
    assert!(body.contains("<reason>Completed offline</reason>"), "{body}");
}

#[tokio::test]
async fn records_that_differ_in_more_than_the_enrolment_never_share_a_call() {
    let (base_url, calls) = serve_after(&[(TOKEN_CALL, GRANT)], ok(SAMPLE_RESPONSE)).await;
    let mut other = item("e2");
    other.fields.set("status".into(), "failed");
    let outcomes = ispring(&base_url).deliver(&[item("e1"), other]).await;
    assert!(outcomes.len() == 2 && outcomes.iter().all(|outcome| outcome.had_no_effect));
    assert_eq!(outcomes[0].verdict, Verdict::Smaller { most: 1 });
    assert!(calls.lock().unwrap().is_empty());
    let lost = Item { operation: "ispring.fly".into(), ..item("e1") };
    assert_eq!(ispring(&base_url).deliver(&[lost]).await[0].code, "operation");
}

const SOAP_OR_STATUS: &[(&str, &str)] = &[("updateModulesStatusesRequest", SAMPLE_RESPONSE)];

#[tokio::test]
async fn a_token_serves_until_a_minute_before_its_end() {
    let (base_url, tokens) = serve_after(SOAP_OR_STATUS, ok(GRANT)).await;
    let lms = ispring(&base_url);
    let start = Instant::now();
    for (seconds, fetched) in [(0, 1), (1_000, 1), (1_739, 1), (1_740, 2), (3_479, 2), (3_480, 3)] {
        let outcomes = lms.deliver_at(&[item("e1")], start + Duration::from_secs(seconds)).await;
        assert!(is_queued(&outcomes), "{outcomes:?}");
        assert_eq!(tokens.lock().unwrap().len(), fetched, "after {seconds} s");
    }
}

#[tokio::test]
async fn calls_at_one_time_fetch_one_token_and_learn_of_one_failure() {
    let (base_url, tokens) = serve_after(SOAP_OR_STATUS, ok(GRANT)).await;
    let (lms, items) = (ispring(&base_url), [item("e1")]);
    let (one, two, three) = tokio::join!(lms.deliver(&items), lms.deliver(&items), lms.deliver(&items));
    assert!([one, two, three].iter().all(|outcomes| is_queued(outcomes)));
    assert_eq!(tokens.lock().unwrap().len(), 1);

    let denied = answer("401 Unauthorized", &[], r#"{"code":1,"message":"No such client"}"#);
    let (base_url, tokens) = serve_after(SOAP_OR_STATUS, Script::close(denied)).await;
    let lms = ispring(&base_url);
    let (one, two) = tokio::join!(lms.deliver(&items), lms.deliver(&items));
    assert_eq!((&one[0].verdict, &one), (&Verdict::StopConnection, &two));
    assert!(one[0].had_no_effect && one[0].reason.contains("client_id and client_secret"), "{one:?}");
    assert_eq!(tokens.lock().unwrap().len(), 1);
    // A later call asks anew.
    lms.deliver(&items).await;
    assert_eq!(tokens.lock().unwrap().len(), 2);
}

/// The server refuses the token `old-token`, as a fault or by its status, and takes every other one.
async fn with_an_old_token(refusal: &'static str) -> (Vec<Outcome>, usize) {
    let prelude: Vec<(&str, &str)> = vec![("old-token", refusal), (TOKEN_CALL, GRANT)];
    let (base_url, calls) = serve_after(prelude.leak(), ok(SAMPLE_RESPONSE)).await;
    let mut lms = ispring(&base_url);
    let now = Instant::now();
    lms.tokens = lms.tokens.holding("old-token", now).await;
    let outcomes = lms.deliver_at(&[item("e1")], now).await;
    let taken = calls.lock().unwrap().len();
    (outcomes, taken)
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let (outcomes, taken) = with_an_old_token(lasting(fault("client", "Authorization failed"))).await;
    assert!(is_queued(&outcomes) && taken == 1, "{outcomes:?}");
    // Any other fault is the answer.
    let (outcomes, taken) = with_an_old_token(lasting(fault("client", "Permission denied"))).await;
    assert!(outcomes[0].verdict == Verdict::Refused && taken == 0, "{outcomes:?}");
}

#[tokio::test]
async fn a_token_that_is_refused_twice_stops_the_connection() {
    let refused = fault("client", "Authorization failed for new-token");
    for (status, body) in [("200 OK", refused.as_str()), ("401 Unauthorized", refused.as_str())] {
        let script = Script::close(answer(status, &[], body));
        let (base_url, calls) = serve_after(&[(TOKEN_CALL, GRANT)], script).await;
        let outcome = ispring(&base_url).deliver(&[item("e1")]).await.remove(0);
        assert_eq!(
            (outcome.verdict, outcome.code.as_str()),
            (Verdict::StopConnection, "Authorization failed")
        );
        assert!(outcome.reason.starts_with("Authorization failed for ***; "), "{}", outcome.reason);
        assert_eq!(calls.lock().unwrap().len(), 2, "{status}");
    }
}

#[tokio::test]
async fn a_task_is_followed_by_soap() {
    let status = task_status("in progress");
    let (base_url, calls) = serve_after(&[(TOKEN_CALL, GRANT)], ok(&status)).await;
    let lms = ispring(&base_url);
    let outcome = lms.follow(QUEUED, 8).await;
    assert_eq!((outcome.verdict, outcome.had_no_effect), (Verdict::InProgress, false));
    let calls = calls.lock().unwrap();
    assert!(calls[0].starts_with("POST /go/services/api/soap HTTP/1.1\r\n"), "{}", calls[0]);
    assert!(
        calls[0].contains("<token>new-token</token></credentials><taskId>100027</taskId>"),
        "{}",
        calls[0]
    );
}

#[tokio::test]
async fn a_task_is_followed_by_rest() {
    let (base_url, calls) = serve_after(&[(TOKEN_CALL, GRANT)], ok(r#"{"status":"complete"}"#)).await;
    let outcome = following(&base_url, "rest").follow(QUEUED, 8).await;
    assert_eq!((outcome.verdict, outcome.code.as_str()), (Verdict::Accepted, "complete"));
    let calls = calls.lock().unwrap();
    assert!(calls[0].starts_with("GET /task/100027/status HTTP/1.1\r\n"), "{}", calls[0]);
    let head = calls[0].to_lowercase();
    assert!(head.contains("\r\nauthorization: bearer new-token\r\n"), "{head}");
    assert!(head.contains("\r\naccept: application/json\r\n"), "{head}");
}

#[tokio::test]
async fn a_task_that_rest_refuses_to_show_is_asked_for_with_a_new_token_first() {
    let refused = answer("401 Unauthorized", &[], r#"{"code":1,"message":"Unauthorized"}"#);
    let (base_url, calls) = serve_after(&[(TOKEN_CALL, GRANT)], Script::close(refused)).await;
    let outcome = following(&base_url, "rest").follow(QUEUED, 1).await;
    assert_eq!((outcome.verdict, outcome.had_no_effect), (Verdict::StopConnection, false));
    assert_eq!(calls.lock().unwrap().len(), 2);
}

#[test]
fn a_connection_without_its_secrets_does_not_open() {
    let refused = |access: Access| connect(access).map(|_| ()).unwrap_err().to_string();
    for key in ["client_id", "client_secret"] {
        let mut access = access("https://lms.example.org");
        access.secrets.insert(key.to_owned(), String::new().into());
        assert_eq!(refused(access), format!("{key} is missing or empty"));
    }
    let mut odd = access("https://lms.example.org");
    odd.settings.set("follow", SettingValue::Text("mail".to_owned()));
    assert_eq!(refused(odd), "follow is soap or rest, not \"mail\"");
    // On a test system the client id may be a value.
    let mut test_system = access("https://lms.example.org");
    test_system.secrets.remove("client_id");
    test_system.settings.set("client_id", SettingValue::Text("id".to_owned()));
    assert!(connect(test_system).is_ok());
}

#[tokio::test]
async fn paths_namespace_and_reason_are_settings() {
    let prelude = &[("POST /oauth/token ", GRANT)];
    let (base_url, calls) = serve_after(prelude, ok(SAMPLE_RESPONSE)).await;
    let mut access = access(&base_url);
    for (key, value) in [
        ("api_path", "oauth/"),
        ("soap_path", "/soap"),
        ("rest_path", "/api/v3"),
        ("soap_namespace", "http://ispringlearn.com/go/services/api/soap"),
        ("reason", "Course book"),
        ("follow", "rest"),
    ] {
        access.settings.set(key, SettingValue::Text(value.to_owned()));
    }
    let lms = ISpring::new(access).unwrap();
    assert!(is_queued(&lms.deliver(&[item("e1")]).await));
    lms.follow(QUEUED, 1).await;
    let calls = calls.lock().unwrap();
    assert!(calls[0].starts_with("POST /soap HTTP/1.1\r\n"), "{}", calls[0]);
    let request = "<updateModulesStatusesRequest xmlns=\"http://ispringlearn.com/go/services/api/soap\">";
    assert!(calls[0].contains(request), "{}", calls[0]);
    assert!(calls[0].contains("<reason>Course book</reason>"), "{}", calls[0]);
    assert!(calls[1].starts_with("GET /api/v3/task/100027/status HTTP/1.1\r\n"), "{}", calls[1]);
}
