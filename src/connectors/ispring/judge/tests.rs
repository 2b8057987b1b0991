use super::super::wire::tests::{SAMPLE_RESPONSE, fault, task_status};
use super::super::wire::{decode_rest, decode_task_status, decode_token, decode_update};
use super::*;

const PASSING: Verdict = Verdict::RetryConnection { after: None };
const HALF: Verdict = Verdict::Smaller { most: 4 };

fn secret() -> SecretString {
    "client-secret-1".to_owned().into()
}

fn http(status: u16) -> Option<Outcome> {
    let verdict = match status {
        200 => return None,
        400 => Verdict::Retry,
        401 | 403 | 404 | 410 => Verdict::StopConnection,
        _ => PASSING,
    };
    Some(Outcome::new(verdict, format!("HTTP {status}"), format!("HTTP {status}: the words of HTTP")))
}

fn heard(status: u16, answer: Answer) -> Heard<Answer> {
    Heard { status, failure: http(status), answer }
}

fn sent(status: u16, body: &str, records: usize) -> Outcome {
    let enrolments = vec!["ann@example.org"; records];
    delivered(&heard(status, decode_update(body.as_bytes())), &enrolments, &[&secret()])
}

fn asked_by_soap(status: u16, body: &str, records: usize) -> Outcome {
    let heard = heard(status, decode_task_status(body.as_bytes()));
    followed(Door::Soap, &heard, "100027", records, &[&secret()])
}

fn asked_by_rest(status: u16, body: &str, records: usize) -> Outcome {
    followed(Door::Rest, &heard(status, decode_rest(body.as_bytes())), "100027", records, &[&secret()])
}

#[track_caller]
fn check(outcome: &Outcome, verdict: Verdict, code: &str, words: &str) {
    assert_eq!((&outcome.verdict, outcome.code.as_str()), (&verdict, code), "{outcome:?}");
    assert!(outcome.reason.contains(words), "{outcome:?}");
}

#[test]
fn a_call_that_was_taken_is_a_task_and_not_yet_accepted() {
    let outcome = sent(200, SAMPLE_RESPONSE, 8);
    check(&outcome, Verdict::Queued { task: "100027".to_owned() }, "queued", "task 100027");
    assert!(!outcome.had_no_effect);
}

/// Each error of the documents: for the only record of a call, and for one of eight.
#[test]
fn every_fault_of_the_documents() {
    for (words, alone, of_eight, advice) in [
        ("Authorization failed", Verdict::StopConnection, Verdict::StopConnection, "API key"),
        ("Account subscription expired", Verdict::StopConnection, Verdict::StopConnection, "renew"),
        ("Wrong parameters", Verdict::Refused, HALF, ""),
        ("Permission denied", Verdict::Refused, HALF, ""),
        ("Unknown content item", Verdict::Parked, Verdict::Parked, "moduleId"),
    ] {
        // The status says nothing, nor do case, blanks and what stands around the words.
        for status in [200, 500, 400, 403] {
            check(&sent(status, &fault("client", words), 1), alone.clone(), words, words);
            let outcome = sent(status, &fault("SOAP-ENV:Server", words), 8);
            check(&outcome, of_eight.clone(), words, advice);
            assert!(outcome.had_no_effect, "{outcome:?}");
        }
        let loud = fault("client", &format!("Error 7:  {}!", words.to_uppercase().replace(' ', "\n ")));
        assert_eq!(sent(200, &loud, 1).verdict, alone);
    }
}

#[test]
fn a_group_is_halved_down_to_the_culprit() {
    let most = |records| match sent(200, &fault("client", "Wrong parameters"), records).verdict {
        Verdict::Smaller { most } => most,
        Verdict::Refused => 0,
        other => panic!("{other:?}"),
    };
    assert_eq!([8, 7, 3, 2, 1].map(most), [4, 4, 2, 1, 0]);
}

#[test]
fn a_fault_that_no_document_names_goes_by_its_code() {
    let words = "Something else";
    for code in ["Client", "client", "SOAP-ENV:Client.Sender"] {
        check(&sent(500, &fault(code, words), 8), HALF, code.rsplit(':').next().unwrap(), words);
        assert_eq!(sent(500, &fault(code, words), 1).verdict, Verdict::Refused);
    }
    for code in ["Server", "SOAP-ENV:Server.Busy", "HTTP", ""] {
        // A server that fails does so for all of the connection.
        for (status, verdict) in [(500, PASSING), (502, PASSING), (200, Verdict::Retry)] {
            let outcome = sent(status, &fault(code, words), 8);
            assert_eq!(outcome.verdict, verdict, "{status}");
            assert!(!outcome.had_no_effect && !outcome.code.is_empty());
        }
    }
    assert_eq!(sent(500, &fault("VersionMismatch", words), 8).verdict, Verdict::StopConnection);
    check(&sent(200, &fault("Server", ""), 1), Verdict::Retry, "Server", "and not why");
}

#[test]
fn a_server_that_asks_for_a_pause_gets_it_whatever_its_body_says() {
    for status in [429, 503] {
        let code = format!("HTTP {status}");
        check(&sent(status, &fault("client", "Wrong parameters"), 8), PASSING, &code, "");
        assert!(!heard(status, decode_update(fault("x", "Authorization failed").as_bytes())).refuses_token());
    }
    check(&sent(500, SAMPLE_RESPONSE, 8), PASSING, "HTTP 500", "");
    check(&sent(404, "gone", 8), Verdict::StopConnection, "HTTP 404", "is soap_path right?");
    check(&asked_by_rest(404, "gone", 8), Verdict::StopConnection, "HTTP 404", "is rest_path right?");
}

#[test]
fn a_refused_token_is_known_by_the_status_or_by_the_words() {
    let refuses = |status, answer| heard(status, answer).refuses_token();
    assert!(refuses(401, decode_update(b"")));
    assert!(refuses(200, decode_update(fault("client", "Authorization failed").as_bytes())));
    assert!(refuses(500, decode_rest(br#"{"message":"authorization failed"}"#)));
    assert!(!refuses(200, decode_update(fault("client", "Permission denied").as_bytes())));
    assert!(!refuses(200, decode_update(SAMPLE_RESPONSE.as_bytes())));
}

/// The words of SOAP and those of the OpenAPI file, in either answer.
#[test]
fn every_state_of_a_task() {
    for (word, alone, of_eight) in [
        ("complete", Verdict::Accepted, Verdict::Accepted),
        ("in progress", Verdict::InProgress, Verdict::InProgress),
        ("failed", Verdict::Refused, HALF),
        ("waiting", Verdict::InProgress, Verdict::InProgress),
        ("in_progress", Verdict::InProgress, Verdict::InProgress),
        ("cancelled", Verdict::Refused, HALF),
        ("error", Verdict::Refused, HALF),
        ("IN PROGRESS", Verdict::InProgress, Verdict::InProgress),
        ("Complete", Verdict::Accepted, Verdict::Accepted),
    ] {
        let json = format!(r#"{{"status":"{word}"}}"#);
        check(&asked_by_soap(200, &task_status(word), 1), alone.clone(), word, "task 100027");
        check(&asked_by_soap(200, &task_status(word), 8), of_eight.clone(), word, "task 100027");
        check(&asked_by_rest(200, &json, 1), alone, word, "task 100027");
        check(&asked_by_rest(200, &json, 8), of_eight, word, "task 100027");
    }
    let failed = asked_by_soap(200, &task_status("failed"), 1);
    check(&failed, Verdict::Refused, "failed", "check that enrollmentId is an enrolment in this course");
    let unknown = asked_by_soap(200, &task_status("incomplete"), 8);
    check(&unknown, Verdict::InProgress, "incomplete", "\"incomplete\", which is no state");
    check(&asked_by_rest(200, "{}", 8), PASSING, "unreadable", "JSON of another kind");
}

#[test]
fn a_task_that_can_not_be_asked_for() {
    let by_soap = |code, words| asked_by_soap(500, &fault(code, words), 8).verdict;
    // "The request ID hasn't been found."
    assert_eq!(by_soap("client", "Unknown content item"), Verdict::Retry);
    assert_eq!(by_soap("client", "Wrong parameters"), Verdict::Retry);
    assert_eq!(by_soap("client", "No such task"), Verdict::Retry);
    assert_eq!(by_soap("Server", "Out of order"), PASSING);
    assert_eq!(by_soap("client", "Permission denied"), Verdict::Parked);
    assert_eq!(by_soap("client", "Authorization failed"), Verdict::StopConnection);
    assert_eq!(by_soap("client", "Account subscription expired"), Verdict::StopConnection);
    assert_eq!(by_soap("MustUnderstand", "x"), Verdict::StopConnection);
    let by_rest = |status| asked_by_rest(status, r#"{"code":5845,"message":"string"}"#, 8);
    for (status, verdict) in [
        (400, Verdict::Retry),
        // A gateway may say in JSON too that nothing is there.
        (404, Verdict::StopConnection),
        (410, Verdict::StopConnection),
        (401, Verdict::StopConnection),
        (403, Verdict::Parked),
        (500, PASSING),
        (429, PASSING),
    ] {
        assert_eq!(by_rest(status).verdict, verdict, "{status}");
    }
    check(&by_rest(400), Verdict::Retry, "5845", "does not know the task");
    check(&by_rest(404), Verdict::StopConnection, "HTTP 404", "is rest_path right?");
}

fn opened(status: u16, body: &str) -> Outcome {
    let heard = Heard { status, failure: http(status), answer: decode_token(body.as_bytes()) };
    token(heard, &[&secret()]).map(|_| ()).unwrap_err()
}

#[test]
fn a_token_that_is_denied_stops_the_connection() {
    for status in [200, 400, 401, 403] {
        let outcome = opened(status, r#"{"code":8150,"message":"No client client-secret-1"}"#);
        check(&outcome, Verdict::StopConnection, "8150", "No client ***; ");
        check(&outcome, Verdict::StopConnection, "8150", "are client_id and client_secret");
        assert!(outcome.had_no_effect);
    }
    let oauth = r#"{"error":"invalid_client","error_description":"Unknown client"}"#;
    check(&opened(401, oauth), Verdict::StopConnection, "invalid_client", "Unknown client; ");
    check(&opened(400, r#"{"error":"temporarily_unavailable"}"#), PASSING, "temporarily_unavailable", "");
}

#[test]
fn a_token_that_does_not_come_makes_the_connection_wait() {
    for (status, body, verdict, code) in [
        (200, "<html>", PASSING, "unreadable"),
        (400, "<html>", PASSING, "HTTP 400"),
        (500, r#"{"message":"x"}"#, PASSING, "HTTP 500"),
        (500, r#"{"access_token":"t"}"#, PASSING, "HTTP 500"),
        (401, "<html>", Verdict::StopConnection, "HTTP 401"),
    ] {
        let outcome = opened(status, body);
        check(&outcome, verdict, code, "");
        assert!(outcome.had_no_effect, "{outcome:?}");
    }
}

#[test]
fn an_echoed_secret_and_endless_words_stay_out_of_the_reason() {
    let echoed = sent(200, &fault("client-secret-1", "Refused client-secret-1 today"), 1);
    check(&echoed, Verdict::Retry, "***", "Refused *** today");
    let state = asked_by_soap(200, &task_status("client-secret-1"), 1);
    check(&state, Verdict::InProgress, "***", "\"***\"");
    let task = sent(200, &SAMPLE_RESPONSE.replace("100027", "client-secret-1"), 1);
    check(&task, Verdict::Queued { task: "client-secret-1".to_owned() }, "queued", "as task ***, which");
    let long = sent(200, &fault("client", &"ü".repeat(5_000)), 8);
    assert!(long.reason.chars().count() < mask::REASON_CHARS + 60, "{}", long.reason.len());
}

#[test]
fn what_is_about_the_connection_names_nobody() {
    let words = "Authorization failed for ann@example.org";
    check(
        &sent(200, &fault("client", words), 1),
        Verdict::StopConnection,
        "Authorization failed",
        "for ***; ",
    );
    check(&sent(500, &fault("Server", "Lost ann@example.org"), 1), PASSING, "Server", "Lost ***");
    check(
        &sent(200, &fault("client", "No ann@example.org"), 1),
        Verdict::Refused,
        "client",
        "ann@example.org",
    );
}
