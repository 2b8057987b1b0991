//! Whole calls of `/rest/assigncurriculum` and of the reading back, byte for byte.

use super::super::samples::access;
use super::samples::{PARTIAL_ENCIPHERED, TOKEN, item, items};
use super::*;
use crate::connectors::scripted::{Script, answer, nobody, serve};

const PASSING: Verdict = Verdict::RetryConnection { after: None };

fn client(base_url: &str) -> Client {
    Client::new(&access(base_url)).unwrap()
}

async fn send(status: &str, body: &str, items: &[Item]) -> (Vec<Outcome>, String) {
    let (base_url, request) = serve(Script::close(answer(status, &[], body))).await;
    let outcomes = deliver(&client(&base_url), TOKEN, items).await;
    (outcomes, String::from_utf8(request.await.unwrap()).unwrap())
}

/// The value of `json` by Python's `quote_plus` of what `openssl enc` makes of
/// `{"curr_learner_info":[{"assignment_id":"1","learner_info":"email_id=pallavi.mali@upsidelearning.com~unique_id=4861~username=pallavi","curr_ids":"1"},{"assignment_id":"2","learner_info":"unique_id=4201~username=pallavi","curr_ids":"167~166"}]}`.
#[tokio::test]
async fn assignments_go_out_as_openssl_would_send_them_and_come_back_one_by_one() {
    let (outcomes, request) = send("200 OK", PARTIAL_ENCIPHERED, &items()).await;
    let verdicts: Vec<_> = outcomes.iter().map(|outcome| &outcome.verdict).collect();
    assert_eq!(verdicts, [&Verdict::MissingReference, &Verdict::Accepted, &Verdict::Accepted]);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /rest/assigncurriculum HTTP/1.1\r\n"), "{head}");
    assert_eq!(
        body,
        "lmsportal_id=portal-key-1&lmstoken_id=token+1&json=g2xLeHvgMK2YAvmxxy9CrzQAQWi3MD4OUZ7w4Iti%2BpidMQRHuQslFTurWqySn2SwhhzOxHUKoLXS1BWPk24RLStaxYFQMyK3O%2Bj%2FuPZcafK%2BPw6HsIP6ZeYU%2FhulBe%2FJSMY5N7wDJNmkwYKFgQjLL6aPb%2F6zkyiHfmvPH4vO3vNe5vy2jTM3gNvE%2BR4%2BANxcUn5gUcZyRAW0eToRKkCpxoNmxv9EWTC1WBaZrP58N1NI2bsszOnYqVH03ZhG9EuuFOd3xxClC9k5fuy5AtEQPhyUqzUbkar9zDiytLR1URjcHbc3YM%2F90YJCUEVd9BZ3RBeu%2FnlaW8aMrdMgfX9TSw%3D%3D"
    );
}

#[tokio::test]
async fn a_record_that_is_unfit_keeps_nobody_from_going() {
    let unfit = item(&[("username", "a=b"), ("curr_id", "1")]);
    let [_, second, third] = items();
    // Without the first learner the second one is the first.
    let answered = r#"{"curr_learner_assignment_info":{"assignment_status_info":[{"assignment_id":"1",
        "curriculum_assignment_status":[{"status":"success","curr_id":"166"},
            {"status":"fail","curr_id":"167","Err009":"Curriculum is expired"}]}]},
        "final_status":"partially_success","lmstoken_id":"token 1"}"#;
    let (outcomes, _) = send("200 OK", answered, &[second, unfit.clone(), third]).await;
    let found: Vec<_> = outcomes.iter().map(|outcome| (&outcome.verdict, outcome.code.as_str())).collect();
    let expected =
        [(&Verdict::Refused, "Err009"), (&Verdict::Refused, "fields"), (&Verdict::Accepted, "success")];
    assert_eq!(found, expected);
    // Nobody listens there, and nobody is asked.
    let outcomes = deliver(&client(&nobody().await), TOKEN, &[unfit]).await;
    assert_eq!((&outcomes[0].verdict, outcomes[0].code.as_str()), (&Verdict::Refused, "fields"));
}

#[tokio::test]
async fn the_lms_is_heard_whatever_the_status() {
    let failed = r#"{"final_status":"fail","lmstoken_id":"token 1"}"#;
    for (status, body, verdict, code) in [
        ("500 Oops", PARTIAL_ENCIPHERED, Verdict::MissingReference, "Err003"),
        ("500 Oops", failed, PASSING, "HTTP 500"),
        ("503 Busy", PARTIAL_ENCIPHERED, PASSING, "HTTP 503"),
        ("404 Gone", "<html>", Verdict::StopConnection, "HTTP 404"),
    ] {
        let (outcomes, _) = send(status, body, &items()).await;
        assert_eq!((&outcomes[0].verdict, outcomes[0].code.as_str()), (&verdict, code), "{status}");
    }
}

async fn look(status: &str, body: &str, curr_id: &str) -> (Outcome, String) {
    let (base_url, request) = serve(Script::close(answer(status, &[], body))).await;
    let item = item(&[
        ("email_id", "amrit.ansarwadkar@upsidelearning.com"),
        ("username", "amrita"),
        ("unique_id", "101"),
        ("curr_id", curr_id),
    ]);
    let outcome = read_back(&client(&base_url), "upsidelmstoken00009", &item).await;
    (outcome, String::from_utf8(request.await.unwrap()).unwrap())
}

/// The values are those that `openssl enc` makes of `upsidelmstoken00009`, `Off`, and the document's
/// `Email=amrit.ansarwadkar@upsidelearning.com~Login=amrita~Uniqueid=101`.
#[tokio::test]
async fn a_learners_plan_is_asked_for_as_openssl_would_ask() {
    let plan = r#"{"learningPlanDTO":[{"curriculum_id":"31"},{"Token":"upsidelmstoken00009"}]}"#;
    let (outcome, request) = look("200 OK", plan, "31").await;
    assert_eq!(outcome.verdict, Verdict::Accepted);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /rest/trainingplan HTTP/1.1\r\n"), "{head}");
    assert_eq!(
        body,
        "lmsportalid=portal-key-1\
         &lmstokenid=nBQey47f42XYVzFd2DvJXDMoSPQmZ42FolYOOCbL8Nw%3D\
         &contentlist=iGJtxeqAfNADutGTcjk7og%3D%3D\
         &lmslearnerid=7ckj8BeXjHxmMMl1p4hyylLq7MKY4EHithdDXxNbObsAb6iPVUNo0s5AfByOcfREvz75a1Dj8VXS4%2FLx0oP9\
         uLHbgnkosXc%2BQphWcwLa8Dc%3D"
    );
    assert_eq!(look("200 OK", plan, "32").await.0.verdict, Verdict::Absent);
}

#[tokio::test]
async fn a_plan_that_does_not_come_is_asked_for_again() {
    let plan = r#"{"learningPlanDTO":[{"Token":"upsidelmstoken00009"}]}"#;
    for (status, body, verdict, code) in [
        ("200 OK", "<html></html>", PASSING, "unreadable"),
        ("500 Oops", plan, PASSING, "HTTP 500"),
        ("500 Oops", r#"{"Msg001":"No data found."}"#, Verdict::Absent, "read back"),
        ("401 Unauthorized", plan, Verdict::StopConnection, "HTTP 401"),
    ] {
        let (outcome, _) = look(status, body, "31").await;
        assert_eq!((outcome.verdict, outcome.code.as_str()), (verdict, code), "{status}");
    }
    let lost = read_back(&client(&nobody().await), TOKEN, &items()[0]).await;
    assert_eq!((lost.verdict, lost.code.as_str()), (PASSING, "connect"));
    let unfit = read_back(&client(&nobody().await), TOKEN, &item(&[("curr_id", "31")])).await;
    assert_eq!((unfit.verdict, unfit.code.as_str()), (Verdict::InDoubt, "fields"));
}
