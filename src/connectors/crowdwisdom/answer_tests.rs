//! Tests of the file of that name.

use super::super::samples::{fault, soap};
use super::*;

/// Code, label, words and record of all errors.
fn errors(body: &str) -> Vec<(Option<i64>, String, String, About)> {
    let report = match decode(body.as_bytes()) {
        Answer::Response(_, report) | Answer::Fault(_, report) => report,
        Answer::Unreadable(problem) => panic!("{problem}"),
    };
    let errors = report.errors.into_iter();
    errors.map(|error| (error.code.map(Code::number), error.label, error.words, error.about)).collect()
}

fn check_response(inside: &str, code: Option<i64>, label: &str, words: &str) {
    let body = soap(&format!("<r:setCompletionResponse xmlns:r='urn:r'>{inside}</r:setCompletionResponse>"));
    assert_eq!(errors(&body), [(code, label.to_owned(), words.to_owned(), About::Call)], "{inside}");
}

fn check_fault(words: &str, detail: &str, expected: &[(Option<i64>, &str)]) {
    let found = errors(&fault("Server", words, detail));
    let found: Vec<_> = found.iter().map(|(code, label, ..)| (*code, label.as_str())).collect();
    assert_eq!(found, expected, "{words} {detail}");
}

/// The document shows no error: these are the forms that services of this make have.
#[test]
fn a_code_is_found_wherever_it_stands() {
    let words = "Invalid Product Identifier";
    check_response(&format!("<code>201</code><message>{words}</message>"), Some(201), "201", words);
    check_response(&format!("<error code='201'>{words}</error>"), Some(201), "201", words);
    check_response(
        &format!("<error><errorCode>201</errorCode><text>{words}</text></error>"),
        Some(201),
        "201",
        words,
    );
    check_response(&format!("<return>{words}</return>"), Some(201), "201", words);
    check_response("<errorCode>201</errorCode>", Some(201), "201", "errorcode 201");
    check_response("501", None, "501", "return 501");
    check_response("<status>501</status>", Some(501), "501", "status 501");
    check_response("<return><status>1</status></return>", None, "1", "status 1");
    // The words count before a number that does not go with them.
    check_response(
        "<code>2</code><message>Invalid session token</message>",
        Some(1),
        "1",
        "Invalid session token",
    );
    check_response("<code>999</code><message>Odd</message>", None, "999", "Odd");
    check_response("<success>false</success>", None, "success", "success false");
}

#[test]
fn a_fault_is_always_an_error() {
    check_fault("Invalid System ID", "", &[(Some(2), "2")]);
    check_fault("600", "", &[(Some(600), "600")]);
    check_fault("Out of order", "", &[(None, "faultstring")]);
    check_fault(
        "Failed",
        "<f:x xmlns:f='u'><code>501</code></f:x>",
        &[(None, "faultstring"), (Some(501), "501")],
    );
    check_fault("", "", &[(None, "Server")]);
}

#[test]
fn an_answer_without_an_error_has_none() {
    for inside in [
        "",
        "<return/>",
        "<return>true</return>",
        "<code>0</code><message>Success</message>",
        "<errors/><success>true</success>",
        "<id>201</id>",
        "<record><completion>Failed</completion><status>Finished</status></record>",
    ] {
        assert_eq!(
            errors(&soap(&format!("<setCompletionResponse>{inside}</setCompletionResponse>"))),
            [],
            "{inside}"
        );
    }
}

#[test]
fn an_error_is_about_the_record_that_stands_nearest() {
    let about = |inside: &str| {
        let body = soap(&format!("<setCompletionsResponse>{inside}</setCompletionsResponse>"));
        errors(&body).into_iter().map(|(.., about)| about).collect::<Vec<_>>()
    };
    let record = |customer: &str, product: &str| About::Record(customer.to_owned(), product.to_owned());
    let names = |customer: &str| format!("<customerId>{customer}</customerId><productId>P</productId>");
    assert_eq!(
        about(&format!(
            "<result>{}<code>0</code></result><result>{}<code>201</code></result>",
            names("A"),
            names("B")
        )),
        [record("B", "P")]
    );
    assert_eq!(
        about(&format!("<result><error code='600'/><record>{}</record></result>", names("A"))),
        [record("A", "P")]
    );
    assert_eq!(about(&format!("<code>201</code>{}", names("A"))), [record("A", "P")]);
    assert_eq!(about("<result index='2'><code>201</code></result>"), [About::Index(2)]);
    assert_eq!(about("<result><row>0</row><code>201</code></result>"), [About::Index(0)]);
    // The one record that an answer echoes need not be the one that failed.
    assert_eq!(about(&format!("<code>201</code><done>{}</done>", names("A"))), [About::Call]);
    assert_eq!(about(&format!("<x><code>201</code>{}{}</x>", names("A"), names("B"))), [About::Call]);
    let body = fault("Server", "Invalid Product Identifier", &format!("<x>{}</x>", names("A")));
    assert_eq!(errors(&body)[0].3, record("A", "P"));
}

#[test]
fn beside_a_record_one_and_two_are_no_codes_of_the_call() {
    let named = "<customerId>A</customerId><productId>P</productId>";
    for (inside, code) in [
        ("<code>1</code>", None),
        ("<code>2</code>", None),
        ("<code>1</code><message>Invalid Session Token</message>", Some(1)),
        ("<code>201</code>", Some(201)),
    ] {
        let body = soap(&format!("<setCompletionsResponse><r>{named}{inside}</r></setCompletionsResponse>"));
        assert_eq!(errors(&body)[0].0, code, "{inside}");
    }
}

#[test]
fn what_is_no_soap_is_unreadable_and_not_quoted() {
    for (body, problem) in [
        ("", "an empty answer: the answer is not well-formed XML"),
        ("<html><p>secret</p></html>", "an HTML page: the answer is not well-formed XML"),
        ("<!DOCTYPE html><html>secret</html>", "an HTML page: the answer has a DOCTYPE, which is never read"),
        ("secret", "text or bytes of another kind: the answer is not well-formed XML"),
    ] {
        let Answer::Unreadable(found) = decode(body.as_bytes()) else { panic!("{body}") };
        assert_eq!(
            found,
            format!("no SOAP answer of the LMS but {problem}; are base_url and soap_path right?"),
            "{body}"
        );
    }
    let doctype = format!("<!DOCTYPE a [<!ENTITY b 'c'>]>{}", soap("<a/>").split_once("?>").unwrap().1);
    assert!(matches!(decode(doctype.as_bytes()), Answer::Unreadable(_)));
}

#[test]
fn only_what_says_more_than_a_status_outweighs_it() {
    let outweighs = |body: &str, status| decode(body.as_bytes()).outweighs(status);
    assert!(outweighs(&fault("Server", "Odd", ""), 500) && !outweighs(&fault("Server", "Odd", ""), 403));
    assert!(outweighs(&fault("Server", "Invalid System ID", ""), 403));
    assert!(outweighs(&soap("<r><code>501</code></r>"), 500));
    assert!(!outweighs(&soap("<r><code>999</code></r>"), 500) && !outweighs("<html/>", 500));
}
