//! Tests of the file of that name.

use secrecy::ExposeSecret;

use super::super::answer::decode;
use super::super::samples::{fault, shape, soap};
use super::*;

const PASSING: Verdict = Verdict::RetryConnection { after: None };

fn opened(body: &str) -> Result<String, Outcome> {
    let call = shape(None, &[]).unwrap().session;
    let system_id = SecretString::from("SYS-77".to_owned());
    let token = judge_session(&decode(body.as_bytes()), &call, &[&system_id]);
    token.map(|token| token.expose_secret().to_owned())
}

fn check(body: &str, verdict: Verdict, code: &str, reason: &str) {
    let expected = Outcome::new(verdict, code, reason).without_effect();
    assert_eq!(opened(body), Err(expected), "{body}");
}

#[test]
fn the_token_is_found_where_services_put_it() {
    let answer =
        |inside: &str| soap(&format!("<a:diConnectResponse xmlns:a='u'>{inside}</a:diConnectResponse>"));
    for inside in [
        "<sessionToken> t1 </sessionToken>",
        "<return><userId>7</userId><SessionToken>t1</SessionToken></return>",
        "<return>t1</return>",
        "<id>7</id><return>t1</return>",
        "<token>t1</token>",
        "t1",
        // What else stands there nobody knows, and a token is a token.
        "<return><status>1</status><sessionToken>t1</sessionToken></return>",
        "<code>501</code><sessionToken>t1</sessionToken>",
    ] {
        assert_eq!(opened(&answer(inside)).unwrap(), "t1", "{inside}");
    }
    let none = "the answer of diConnect holds no session token: is that the right method?";
    for body in [
        answer(""),
        answer("<sessionToken/>"),
        answer("<success>true</success>"),
        // It might be one, under another name: it is not quoted.
        answer("<a>x</a><b>y</b>"),
        // The answer of another method.
        soap("<pingResponse><return>t1</return></pingResponse>"),
    ] {
        check(&body, PASSING, "unreadable", none);
    }
}

#[test]
fn a_session_that_is_refused_stops_the_connection() {
    let right = "diConnect was sent systemId: are system_id and session_parameters right?";
    check(
        &fault("Server", "Invalid System ID", ""),
        Verdict::StopConnection,
        "2",
        "no session: Invalid System ID; is system_id the identifier that the vendor assigned?",
    );
    for (words, code) in [("Missing Mandatory Parameter(s)", "501"), ("Invalid Session Token", "1")] {
        let reason = format!("no session: {words}; {right}");
        check(&fault("Server", words, ""), Verdict::StopConnection, code, &reason);
    }
    check(
        &fault("Server", "Invalid password for SYS-77", ""),
        Verdict::StopConnection,
        "Server",
        &format!("no session: Invalid password for ***; {right}"),
    );
    check(
        &fault("Client", "Unexpected element", ""),
        Verdict::StopConnection,
        "Client",
        &format!("no session: Unexpected element; {right}"),
    );
    let told = |inside: &str| {
        let body = soap(&format!("<diConnectResponse>{inside}</diConnectResponse>"));
        opened(&body).map_err(|outcome| (outcome.verdict, outcome.code))
    };
    let stopped = |code: &str| Err((Verdict::StopConnection, code.to_owned()));
    assert_eq!(told("<return>2</return>"), stopped("2"));
    assert_eq!(told("<return>Wrong password</return>"), stopped("return"));
    assert_eq!(told("<status>Failed</status><message>Access denied</message>"), stopped("status"));
    // The words of a code outweigh what is called a token.
    assert_eq!(told("<message>Invalid System ID</message><sessionToken>0</sessionToken>"), stopped("2"));
    for none in ["false", "0", "-1", "error"] {
        assert!(told(&format!("<return>{none}</return>")).is_err(), "{none}");
    }
}

#[test]
fn a_service_that_fails_in_passing_is_asked_again() {
    check(&fault("Server", "Out of order", ""), PASSING, "Server", "no session: Out of order");
    let closed = "no session: Catalog is not accessible";
    check(&fault("Server", "Catalog is not accessible", ""), PASSING, "600", closed);
    assert_eq!(opened("<html/>").unwrap_err().code, "unreadable");
}
