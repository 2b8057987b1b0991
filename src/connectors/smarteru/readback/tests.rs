//! Calls of SmarterU to a scripted server, read back.

use super::super::tests::{access, item};
use super::*;
use crate::connectors::Connector;
use crate::connectors::scripted::{Script, answer, serve_after};

/// A report with enrollments of these sessions in the item's course.
fn report(sessions: &[&str]) -> String {
    let learners: String = sessions
        .iter()
        .map(|session| {
            format!(
                "<Learner><LearningModuleID>3860</LearningModuleID><CourseSessionID>{session}</CourseSessionID>\
                 </Learner>"
            )
        })
        .collect();
    format!(
        "<SmarterU><Result>Success</Result><Info><LearnerReport rows=\"{}\">{learners}</LearnerReport></Info>\
         <Errors></Errors></SmarterU>",
        sessions.len()
    )
}

/// Reads a record back where questions for its status are answered so, and those for any status otherwise.
async fn ask(in_its_status: &str, in_any: &'static str) -> (Outcome, Vec<String>) {
    // The package is percent-encoded: an empty container tells the second question from the first.
    let prelude: &'static [(&'static str, &'static str)] =
        Box::leak(Box::new([("LearningModules%3E%3C%2FLearningModules", in_any)]));
    let script = Script::close(answer("200 OK", &["Content-Type: text/html"], in_its_status));
    let (base_url, calls) = serve_after(prelude, script).await;
    let outcome = SmarterU::new(access(&base_url)).unwrap().read_back(&item(&[])).await;
    let calls = calls.lock().unwrap().clone();
    (outcome, calls)
}

fn lasting(body: String) -> &'static str {
    Box::leak(body.into_boxed_str())
}

#[tokio::test]
async fn an_enrollment_in_its_status_takes_one_question() {
    let (outcome, calls) = ask(&report(&["76", "77"]), "").await;
    assert_eq!(outcome.verdict, Verdict::Accepted, "{outcome:?}");
    assert_eq!(calls.len(), 1);
    assert!(calls[0].starts_with("POST /apiv2/ HTTP/1.1\r\n"), "{}", calls[0]);
    assert!(calls[0].contains("%5BCDATA%5BDid+Not+Attend%5D"), "{}", calls[0]);
    assert!(calls[0].contains("EmployeeID%3E%3C%21%5BCDATA%5BE+7%2B%C3%A9"), "{}", calls[0]);
}

#[tokio::test]
async fn one_that_is_not_there_is_looked_for_in_any_status() {
    let none = report(&[]);
    let (outcome, _) = ask(&none, lasting(report(&["76"]))).await;
    assert_eq!(outcome.verdict, Verdict::Absent, "{outcome:?}");
    let (outcome, _) = ask(&none, lasting(report(&["76", "77"]))).await;
    assert_eq!(outcome.verdict, Verdict::InDoubt);
    assert!(outcome.reason.contains("in another status"), "{outcome:?}");
    let (outcome, _) = ask(&none, lasting(report(&[]))).await;
    assert!(outcome.verdict == Verdict::InDoubt && outcome.reason.contains("nothing of the user"));
}

#[tokio::test]
async fn a_full_page_is_followed_by_the_next_and_not_for_ever() {
    let full = lasting(report(&["1"; 1_000]));
    let (outcome, calls) = ask(full, "").await;
    assert_eq!(outcome.verdict, Verdict::InDoubt, "{outcome:?}");
    assert!(outcome.reason.contains("more pages than can be read"), "{outcome:?}");
    assert_eq!(calls.len(), 10);
    assert!(calls[9].contains("%3CPage%3E10%3C%2FPage%3E"));
}

#[tokio::test]
async fn a_question_that_is_not_taken_stops_nothing() {
    let keys = "<SmarterU><Result>Failed</Result><Info/><Errors><Error><ErrorID>SU:10</ErrorID><ErrorMessage>User \
                and Account API keys are invalid</ErrorMessage></Error></Errors></SmarterU>";
    let (outcome, _) = ask(keys, "").await;
    assert_eq!((outcome.verdict, outcome.code.as_str()), (Verdict::InDoubt, "SU:10"));
    let (outcome, _) = ask("<html>Sign in</html>", "").await;
    assert_eq!(outcome.verdict, Verdict::RetryConnection { after: None });
    let (base_url, calls) = serve_after(&[], Script::close(answer("404 Not Found", &[], ""))).await;
    let lms = SmarterU::new(access(&base_url)).unwrap();
    assert_eq!(lms.read_back(&item(&[])).await.verdict, Verdict::InDoubt);
    // Of a record that the LMS could not be asked for nothing is asked.
    assert_eq!(lms.read_back(&item(&[("EnrollmentStatus", "")])).await.verdict, Verdict::InDoubt);
    let lost = Item { operation: "smarteru.fly".into(), ..item(&[]) };
    assert_eq!(lms.read_back(&lost).await.verdict, Verdict::InDoubt);
    assert_eq!(calls.lock().unwrap().len(), 1);
}
