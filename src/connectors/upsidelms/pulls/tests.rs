//! Whole pulls, with a server that answers as it is told.

use std::time::Duration;

use tokio::sync::mpsc;

use super::super::samples::access;
use super::samples::{CATALOG_ON_CBC, PLAN_ON};
use super::*;
use crate::connectors::scripted::{Script, answer, serve};
use crate::connectors::upsidelms::connect;
use crate::model::{Learner, Pulled};

fn question(operation: &str, learner: &[(&str, &str)]) -> Question {
    let names: Vec<_> =
        learner.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Question {
        operation: operation.into(),
        parameters: [("contentlist", "On")].into_iter().collect(),
        learner: (!names.is_empty()).then_some(Learner { names }),
        window: None,
        cursor: None,
    }
}

/// The answer to a question with the token of the samples, its items, and the call.
async fn asked(question: Question, bytes: Vec<u8>) -> (Result<Answer, Outcome>, Vec<Pulled>, String) {
    let (base_url, call) = serve(Script::close(bytes)).await;
    let client = Client::new(&access(&base_url)).unwrap();
    let (sender, mut receiver) = mpsc::channel(1);
    let taking = tokio::spawn(async move {
        let mut items = Vec::new();
        while let Some(batch) = receiver.recv().await {
            items.extend(batch);
        }
        items
    });
    let answer = pull(&client, samples::TOKEN, &question, sender).await;
    (answer, taking.await.unwrap(), String::from_utf8(call.await.unwrap()).unwrap())
}

#[tokio::test]
async fn a_catalog_and_a_plan() {
    let catalog = question(TRAINING_CATALOG, &[]);
    let (answer_, items, call) = asked(catalog, answer("200 OK", &[], CATALOG_ON_CBC)).await;
    assert_eq!((answer_, items.len()), (Ok(Answer::default()), 7));
    assert!(call.starts_with("POST /rest/trainingcatalog HTTP/1.1\r\n"), "{call}");
    let (_, form) = call.split_once("\r\n\r\n").unwrap();
    // `Upside@2016` by openssl.
    assert_eq!(
        form,
        "lmsportalid=portal-key-1&lmstokenid=b8RSAD289AnF8Si7UX%2B0Gg%3D%3D&contentlist=VvBCHVQSd0dNrKy2mqfjjA%3D%3D"
    );
    let plan = question(TRAINING_PLAN, &[("Uniqueid", "E1")]);
    let (answer_, items, call) = asked(plan, answer("200 OK", &[], PLAN_ON)).await;
    assert_eq!((answer_, items.len()), (Ok(Answer::default()), 7));
    assert!(call.starts_with("POST /rest/trainingplan HTTP/1.1\r\n"), "{call}");
    assert!(call.ends_with("&lmslearnerid=KySC363iW6NimM9S2J6IbA%3D%3D"), "{call}");
}

/// Contents that are not there although they were asked for are not gone.
#[tokio::test]
async fn an_answer_without_the_contents_that_were_asked_for_is_refused() {
    let ask = |mode: &'static str| {
        let parameters = [("contentlist", mode)].into_iter().collect();
        let question = Question { parameters, ..question(TRAINING_CATALOG, &[]) };
        asked(question, answer("200 OK", &[], samples::CATALOG_OFF))
    };
    assert_eq!(ask("On").await.0.unwrap_err().code, "no contents");
    assert_eq!(ask("Off").await.0, Ok(Answer::default()));
}

/// The connector gives each question a token of its own, so the sample's is another's.
#[tokio::test]
async fn an_answer_to_another_question_is_none() {
    let (base_url, _call) = serve(Script::close(answer("200 OK", &[], PLAN_ON))).await;
    let lms = connect(access(&base_url)).unwrap();
    let (sender, _receiver) = mpsc::channel(8);
    let outcome = lms.pull(&question(TRAINING_PLAN, &[("Login", "amrita")]), sender).await.unwrap_err();
    assert_eq!(outcome.reason, "the answer belongs to another call: it has another token");
    let (sender, _receiver) = mpsc::channel(8);
    let outcome = lms.pull(&question("upsidelms.fly", &[]), sender).await.unwrap_err();
    assert_eq!((outcome.verdict, outcome.code.as_str()), (Verdict::Refused, "operation"));
}

#[tokio::test]
async fn an_error_counts_for_more_than_its_status_and_names_nobody() {
    let words =
        |words: &str| format!("{{\"Err001\":\"Invalid value received against parameter.({words})\"}}");
    let ask = |status: &'static str, body: String| {
        asked(question(TRAINING_PLAN, &[("Login", "amrita")]), answer(status, &["Retry-After: 5"], body))
    };
    let failed = "500 Internal Server Error";
    let (outcome, ..) = ask(failed, words("Learner ID: amrita")).await;
    let outcome = outcome.unwrap_err();
    assert_eq!((outcome.verdict, outcome.code.as_str()), (Verdict::Refused, "Err001"));
    assert_eq!(outcome.reason, "Invalid value received against parameter.(Learner ID: ***)");
    let (outcome, ..) = ask("200 OK", words("Learner ID: ann.lee@example.org\u{202e}")).await;
    assert_eq!(outcome.unwrap_err().reason, "Invalid value received against parameter.(Learner ID: ***)");
    // Of a list with an error status nothing is taken, and a pause that is asked for is made.
    let (outcome, items, _) = ask(failed, PLAN_ON.to_owned()).await;
    assert_eq!((outcome.unwrap_err().code.as_str(), items.len()), ("HTTP 500", 0));
    let (outcome, ..) = ask("503 Service Unavailable", words("Learner ID")).await;
    let pause = Verdict::RetryConnection { after: Some(Duration::from_secs(5)) };
    assert_eq!(outcome.unwrap_err().verdict, pause);
    let other = words("Learner ID").replace('}', ",\"lmstoken_id\":\"other\"}");
    let (outcome, ..) = ask(failed, other).await;
    assert_eq!(outcome.unwrap_err().code, "unreadable");
}

#[tokio::test]
async fn whoever_is_gone_ends_the_pull() {
    let (base_url, _call) = serve(Script::close(answer("200 OK", &[], PLAN_ON))).await;
    let client = Client::new(&access(&base_url)).unwrap();
    let (sender, receiver) = mpsc::channel(1);
    drop(receiver);
    let asked = question(TRAINING_PLAN, &[("Login", "amrita")]);
    let outcome = pull(&client, samples::TOKEN, &asked, sender).await.unwrap_err();
    assert_eq!(outcome.code, "given up");
}
