//! Whole calls of `/rest/assigncurriculum` and of the reading back, byte for byte.

use secrecy::ExposeSecret;

use super::super::portal::Portal;
use super::super::samples::access;
use super::samples::{PARTIAL_ENCIPHERED, SUCCESS_ENCIPHERED, TOKEN, item, items};
use super::*;
use crate::connectors::scripted::{Script, answer, nobody, serve};
use crate::connectors::{Access, SettingValue};

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
async fn a_call_that_is_too_large_goes_again_in_halves() {
    let (outcomes, _) = send("413 Content Too Large", "<html>", &items()).await;
    assert_eq!(outcomes.len(), 3);
    for outcome in outcomes {
        assert_eq!((&outcome.verdict, outcome.had_no_effect), (&Verdict::Smaller { most: 1 }, true));
    }
    let (outcomes, _) = send("413 Content Too Large", "<html>", &items()[..1]).await;
    assert_eq!(outcomes[0].verdict, Verdict::Retry, "one record can't go in halves");
}

/// The LMS holds the number, and answers with it.
#[tokio::test]
async fn a_curriculum_comes_back_as_the_lms_writes_its_number() {
    let with = |learner, curr_id| item(&[("unique_id", learner), ("curr_id", curr_id)]);
    let items = [with("4202", "0167"), with("4202", " 166"), with("4201", "166"), with("4201", "00167")];
    let (outcomes, _) = send("200 OK", SUCCESS_ENCIPHERED, &items).await;
    assert_eq!(outcomes, vec![Outcome::new(Verdict::Accepted, "success", ""); 4]);
    // The same one twice, as the LMS sees it: it goes once.
    let (call, asked) = Call::of(&[with("4202", "167"), with("4202", "0167")]);
    assert!(call.holds("1", "167") && asked.iter().all(|asked| asked.as_ref().unwrap().assignment_id == "1"));
    let json = wire::encode(&clear(), TOKEN, &call)[2].1.clone();
    assert_eq!(
        json.expose_secret(),
        r#"{"curr_learner_info":[{"assignment_id":"1","learner_info":"unique_id=4202","curr_ids":"167"}]}"#
    );
}

/// A portal without a public key.
fn clear() -> Portal {
    Portal::new(&in_clear("https://lms.example.org")).unwrap()
}

fn in_clear(base_url: &str) -> Access {
    let mut access = access(base_url);
    access.settings.set("encrypt_assign", SettingValue::Bool(false));
    access
}

#[tokio::test]
async fn a_plan_that_does_not_come_is_asked_for_again() {
    let plan = r#"{"learningPlanDTO":[{"Token":"upsidelmstoken00009"}]}"#;
    for (status, body, verdict, code) in [
        ("200 OK", "<html></html>", PASSING, "unreadable"),
        ("500 Oops", plan, PASSING, "HTTP 500"),
        ("500 Oops", r#"{"Msg001":"No data found."}"#, PASSING, "HTTP 500"),
        ("503 Busy", r#"[{"Msg001":"No data found."},{"Token":"upsidelmstoken00009"}]"#, PASSING, "HTTP 503"),
    ] {
        let (outcome, _) = look(status, body, "31").await;
        assert_eq!((outcome.verdict, outcome.code.as_str()), (verdict, code), "{status}");
    }
    let lost = read_back(&client(&nobody().await), TOKEN, &items()[0]).await;
    assert_eq!((lost.verdict, lost.code.as_str()), (PASSING, "connect"));
    let unfit = read_back(&client(&nobody().await), TOKEN, &item(&[("curr_id", "31")])).await;
    assert_eq!((unfit.verdict, unfit.code.as_str()), (Verdict::InDoubt, "fields"));
}

/// The portal may do without learning plans, and goes on taking assignments: one that can't be looked up must
/// not keep the others from going.
#[tokio::test]
async fn a_plan_that_can_not_be_read_is_left_to_a_person() {
    let plan = r#"{"learningPlanDTO":[{"Token":"upsidelmstoken00009"}]}"#;
    for (status, body) in [
        ("302 Found", "<html>"),
        ("401 Unauthorized", plan),
        ("403 Forbidden", "<html>"),
        ("404 Not Found", r#"{"Msg001":"No data found."}"#),
        ("405 Method Not Allowed", "<html>"),
    ] {
        let (outcome, _) = look(status, body, "31").await;
        let code = format!("HTTP {}", &status[..3]);
        assert_eq!((&outcome.verdict, &outcome.code), (&Verdict::InDoubt, &code), "{outcome:?}");
        let begin = format!("the learner's plan can't be read ({code}: ");
        assert!(outcome.reason.starts_with(&begin), "{outcome:?}");
        let end = "the record is not sent again before that is settled";
        assert!(outcome.reason.ends_with(end), "{outcome:?}");
    }
    // With a public key a wrong password is one for every call; without one the portal deciphers nothing.
    let wrong = r#"{"Err001":"Invalid value received against parameter.(Token ID)"}"#;
    assert_eq!(look("200 OK", wrong, "31").await.0.verdict, Verdict::StopConnection);
    let (base_url, _request) = serve(Script::close(answer("200 OK", &[], wrong))).await;
    let client = Client::new(&in_clear(&base_url)).unwrap();
    let outcome = read_back(&client, TOKEN, &items()[0]).await;
    assert_eq!((outcome.verdict, outcome.code.as_str()), (Verdict::InDoubt, "Err001"));
}
