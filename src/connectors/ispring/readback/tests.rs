//! Calls of iSpring Learn to a scripted server, read back.

use super::super::tests::{GRANT, TOKEN_CALL, ispring, item, ok};
use super::*;
use crate::connectors::Connector;
use crate::connectors::scripted::{Script, answer, serve_after};

const MODULES: &str = r#"{"modules":[{"moduleId":"m1","contentItemId":"i1","courseId":"c1"}]}"#;
const MODULES_CALL: &str = "GET /courses/modules?";

fn results(status: &str, more: &str) -> String {
    format!(
        r#"{{"results":[{{"enrollmentId":"e1","courseId":"c1","moduleId":"m1","completionStatus":"{status}"}}]{more}}}"#
    )
}

#[tokio::test]
async fn a_record_is_looked_for_among_its_enrolments_modules() {
    let prelude = &[(TOKEN_CALL, GRANT), (MODULES_CALL, MODULES)];
    let (base_url, calls) = serve_after(prelude, ok(&results("complete", ""))).await;
    let lms = ispring(&base_url);
    let outcome = lms.read_back(&item("e1")).await;
    assert_eq!(outcome.verdict, Verdict::Accepted, "{outcome:?}");
    let calls = calls.lock().unwrap();
    let path = "GET /learners/modules/results?enrollmentIds[]=e1&courseIds[]=c1&userStatuses[]=1&userStatuses[]=3\
                &userStatuses[]=5&pageSize=1000 HTTP/1.1\r\n";
    assert!(calls[0].starts_with(path), "{}", calls[0]);
    let head = calls[0].to_lowercase();
    assert!(head.contains("\r\nauthorization: bearer new-token\r\n"), "{head}");
    assert!(head.contains("\r\naccept: application/json\r\n"), "{head}");
}

#[tokio::test]
async fn modules_are_asked_for_once_a_connection() {
    let prelude = &[(TOKEN_CALL, GRANT), ("GET /learners/", r#"{"results":[]}"#)];
    let (base_url, calls) = serve_after(prelude, ok(MODULES)).await;
    let lms = ispring(&base_url);
    for _ in 0..3 {
        assert_eq!(lms.read_back(&item("e1")).await.verdict, Verdict::InDoubt);
    }
    assert_eq!(calls.lock().unwrap().len(), 1);
    // One that is not among them is asked for again: it may be new.
    let mut other = item("e1");
    other.fields.set("contentItemId".into(), "i9");
    for asked in [2, 3] {
        let outcome = lms.read_back(&other).await;
        assert!(outcome.reason.contains("lists no module of this content item"), "{outcome:?}");
        assert_eq!(calls.lock().unwrap().len(), asked);
    }
}

#[tokio::test]
async fn an_answer_is_read_to_its_last_page_and_not_for_ever() {
    let first = r#"{"results":[],"nextPageToken":"two"}"#;
    let prelude = &[
        (TOKEN_CALL, GRANT),
        (MODULES_CALL, MODULES),
        (
            "&pageToken=two ",
            r#"{"results":[{"enrollmentId":"e1","moduleId":"m1","completionStatus":"complete"}]}"#,
        ),
    ];
    let (base_url, _) = serve_after(prelude, ok(first)).await;
    assert_eq!(ispring(&base_url).read_back(&item("e1")).await.verdict, Verdict::Accepted);
    // Each page leads to the one that it is.
    let (base_url, calls) = serve_after(&prelude[..2], ok(first)).await;
    let outcome = ispring(&base_url).read_back(&item("e1")).await;
    assert_eq!(outcome.verdict, Verdict::InDoubt);
    assert!(outcome.reason.contains("more than can be read"), "{outcome:?}");
    assert_eq!(calls.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once() {
    let refused = answer("401 Unauthorized", &[], r#"{"code":401,"message":"Unauthorized"}"#);
    let (base_url, calls) = serve_after(&[(TOKEN_CALL, GRANT)], Script::close(refused)).await;
    let outcome = ispring(&base_url).read_back(&item("e1")).await;
    // It is no reason to stop the connection: records may still be taken.
    assert_eq!(outcome.verdict, Verdict::InDoubt, "{outcome:?}");
    assert_eq!(calls.lock().unwrap().len(), 2);
    assert!(!outcome.reason.contains("new-token"), "{outcome:?}");
}

#[tokio::test]
async fn a_server_that_fails_is_asked_again() {
    let failed = answer("503 Service Unavailable", &["Retry-After: 7"], "");
    let (base_url, _) = serve_after(&[(TOKEN_CALL, GRANT)], Script::close(failed)).await;
    let outcome = ispring(&base_url).read_back(&item("e1")).await;
    let after = Some(std::time::Duration::from_secs(7));
    assert_eq!(outcome.verdict, Verdict::RetryConnection { after });
}

#[tokio::test]
async fn another_operation_is_not_looked_for() {
    let lost = Item { operation: "ispring.fly".into(), ..item("e1") };
    assert_eq!(ispring("http://127.0.0.1:1").read_back(&lost).await.verdict, Verdict::InDoubt);
}
