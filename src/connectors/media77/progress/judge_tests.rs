//! Failures as they may come; no document shows one.

use super::*;
use crate::connectors::media77::progress::wire::decode;

const TOKEN: &str = "f7e1379c-35ad-45f9-b0fa-6ef011e73938";

/// The outcome of an answer with this status and body.
fn judged(status: u16, body: &str) -> Result<Page, Outcome> {
    // As the client has it, whose own tests look at that.
    let failure = (status != 200).then(|| {
        let verdict = match status {
            401 | 403 | 404 => Verdict::StopConnection,
            400 => Verdict::Retry,
            _ => Verdict::RetryConnection { after: None },
        };
        Outcome::new(verdict, format!("HTTP {status}"), format!("HTTP {status}: so it is"))
    });
    page(status, failure, decode(body.as_bytes()), &TOKEN.to_owned().into(), "Ann Lee")
}

#[track_caller]
fn check(status: u16, body: &str, verdict: Verdict, code: &str, reason: &str) {
    let outcome = judged(status, body).expect_err(body);
    assert_eq!((&outcome.verdict, outcome.code.as_str()), (&verdict, code), "{status} {body}: {outcome:?}");
    assert_eq!(outcome.reason, reason, "{status} {body}");
}

const PASSING: Verdict = Verdict::RetryConnection { after: None };

#[test]
fn a_bad_token_stops_the_connection_in_whatever_form_it_is_told() {
    let advice = "is `token` that of the platform at base_url?";
    for (status, body) in [
        (200, r#"{"error":"Invalid token"}"#),
        (200, r#""Invalid token""#),
        (200, "Invalid token"),
        (400, r#"{"message":"Invalid token"}"#),
        (401, r#"{"error":{"message":"Invalid token"}}"#),
        (500, "Invalid token"),
    ] {
        check(status, body, Verdict::StopConnection, "token", &format!("Invalid token; {advice}"));
    }
    let bare = format!("HTTP 401: so it is; {advice}");
    check(401, "", Verdict::StopConnection, "HTTP 401", &bare);
    check(403, "<html></html>", Verdict::StopConnection, "HTTP 403", &bare.replace("401", "403"));
    let told = format!("Access Disabled; {advice}");
    check(200, r#"{"error":"Access Disabled"}"#, Verdict::StopConnection, "token", &told);
}

#[test]
fn a_used_up_day_ends_the_pull() {
    let words = "77 Media allows 500 calls a day unless more were agreed, see calls_per_day";
    let ends = format!("{words}; nothing more is asked in this run, and the next one asks again");
    let told = format!("Daily limit of token exceeded; {ends}");
    for (status, body) in [
        (200, r#"{"error":"Daily limit of token exceeded"}"#),
        (200, r#""Daily limit of token exceeded""#),
        (403, "Daily limit of token exceeded"),
        // A pause of seconds gives no day back.
        (429, r#"{"error":"Daily limit of token exceeded"}"#),
        (503, "Daily limit of token exceeded"),
    ] {
        check(status, body, Verdict::StopConnection, "quota", &told);
    }
    let of_the_day = "Too many requests: 500 calls per day";
    check(429, of_the_day, Verdict::StopConnection, "quota", &format!("{of_the_day}; {ends}"));
    let told = format!("Request limit exceeded; {ends}");
    check(200, r#"{"error":"Request limit exceeded"}"#, Verdict::StopConnection, "quota", &told);
}

#[test]
fn whoever_asks_for_a_pause_gets_one() {
    let words = "77 Media allows 500 calls a day unless more were agreed, see calls_per_day";
    for body in ["", "Too many requests", r#"{"error":"Invalid token"}"#, r#"{"error":"Limit exceeded"}"#] {
        check(429, body, PASSING, "HTTP 429", &format!("HTTP 429: so it is; {words}"));
    }
    let pace = "Too many requests, quota per minute exceeded";
    check(200, &format!(r#"{{"error":"{pace}"}}"#), PASSING, "pace", pace);
    check(429, pace, PASSING, "HTTP 429", &format!("HTTP 429: so it is; {words}"));
    let refused = "startDate is not a day";
    check(200, &format!(r#"{{"error":"{refused}"}}"#), Verdict::Refused, "refused", refused);
}

#[test]
fn trouble_passes_and_everything_else_is_refused() {
    check(200, r#"{"error":"Internal server error."}"#, PASSING, "trouble", "Internal server error.");
    check(500, r#"{"error":"Internal server error."}"#, PASSING, "HTTP 500", "HTTP 500: so it is");
    check(500, r#"{"error":"column x"}"#, PASSING, "HTTP 500", "HTTP 500: so it is");
    check(503, "back soon", PASSING, "HTTP 503", "HTTP 503: so it is");
    let refused = "startDate is required";
    check(200, r#"{"error":"startDate is required"}"#, Verdict::Refused, "refused", refused);
    check(400, r#"{"error":"startDate is required"}"#, Verdict::Refused, "refused", refused);
    check(400, "Bad Request", Verdict::Retry, "HTTP 400", "HTTP 400: so it is");
    let parser = "Unexpected token < in JSON at position 0";
    check(400, &format!(r#"{{"error":"{parser}"}}"#), Verdict::Refused, "refused", parser);
    check(404, r#"{"error":"Not found"}"#, Verdict::StopConnection, "HTTP 404", "HTTP 404: so it is");
}

#[test]
fn what_is_no_answer_is_unreadable() {
    let check = |body: &str, kind: &str| {
        let reason = format!("the answer is no list of progress but {kind}: is base_url right?");
        check(200, body, PASSING, "unreadable", &reason);
    };
    check("", "an empty answer");
    check("<html><body>token</body></html>", "an HTML page");
    check("{\"count\":1,\"rows\":[{", "JSON");
    check("hello", "text of another kind");
    let outcome = judged(200, r#"{"rows":[{},[]]}"#).unwrap_err();
    assert_eq!(
        (outcome.code.as_str(), outcome.reason.as_str()),
        ("unreadable", "row 2 of the answer is no row")
    );
}

#[test]
fn rows_under_a_status_of_failure_are_none() {
    let outcome = judged(500, r#"{"count":0,"rows":[]}"#).unwrap_err();
    assert_eq!(outcome.code, "HTTP 500");
    assert!(judged(200, r#"{"count":0,"rows":[]}"#).unwrap().rows.is_empty());
}

#[test]
fn neither_the_token_nor_who_was_looked_for_is_told() {
    for body in [
        format!(r#"{{"error":"token {TOKEN} of Ann Lee"}}"#),
        format!("\"no {TOKEN} for Ann Lee\""),
        format!("Invalid token {TOKEN}, Ann Lee"),
    ] {
        let told = format!("{:?}", judged(200, &body).unwrap_err());
        assert!(!told.contains(TOKEN) && !told.contains("Ann Lee") && told.contains("***"), "{told}");
    }
}
