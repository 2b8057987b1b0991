//! Tests of the file of that name.

use super::super::answer::decode;
use super::super::samples::{fault, record, shape, soap};
use super::*;

const TOKEN: &str = "token-1";
const PASSING: Verdict = Verdict::RetryConnection { after: None };

fn judged(body: &str, items: &[Item]) -> Judged {
    let shape = shape(None, &[("batch", "9")]).unwrap();
    let (token, system_id) = (SecretString::from(TOKEN.to_owned()), SecretString::from("SYS-77".to_owned()));
    let items: Vec<&Item> = items.iter().collect();
    let sent = Sent {
        completions: shape.completions(items.len()),
        token: &token,
        items: &items,
        secrets: &[&system_id, &token],
    };
    judge(&decode(body.as_bytes()), &sent)
}

fn outcomes(body: &str, items: &[Item]) -> Vec<Outcome> {
    match judged(body, items) {
        Judged::Outcomes(outcomes) => {
            assert_eq!(outcomes.len(), items.len());
            outcomes
        }
        Judged::SessionEnded(words) => panic!("{words}"),
    }
}

fn check(body: &str, verdict: Verdict, code: &str, reason: &str) {
    assert_eq!(outcomes(body, &[record("C1", "P1")]), [Outcome::new(verdict, code, reason)], "{body}");
}

fn response(inside: &str) -> String {
    soap(&format!("<setCompletionResponse>{inside}</setCompletionResponse>"))
}

/// The verdicts for three records; `Refused`, `Parked` and so on by their first letters.
fn check_batch(inside: &str, expected: [&str; 3]) {
    let body = soap(&format!("<setCompletionsResponse>{inside}</setCompletionsResponse>"));
    let outcomes = outcomes(&body, &[record("C1", "P1"), record("C2", "P1"), record("C3", "P1")]);
    let verdicts: Vec<_> =
        outcomes.iter().map(|outcome| format!("{:?} {}", outcome.verdict, outcome.code)).collect();
    assert_eq!(verdicts, expected, "{inside}");
}

const PRODUCT_REASON: &str = "Invalid Product Identifier; publish the product in the LMS under this productId, \
                              or correct productId; it is tried again at the next run";
const CATALOG_REASON: &str = "Catalog is not accessible; the catalog is not accessible; open it to the \
                              integration in the LMS, or ask the vendor; it is tried again at the next run";

/// The table "Error Codes", each code as a fault and as a result.
#[test]
fn every_code_of_the_document() {
    for (code, words, verdict, reason) in [
        (
            "2",
            "Invalid System ID",
            Verdict::StopConnection,
            "Invalid System ID; is system_id the identifier that the vendor assigned?",
        ),
        ("201", "Invalid Product Identifier", Verdict::Parked, PRODUCT_REASON),
        ("501", "Missing Mandatory Parameter(s)", Verdict::Refused, "Missing Mandatory Parameter(s)"),
        ("600", "Catalog is not accessible", Verdict::Parked, CATALOG_REASON),
    ] {
        check(&fault("Server", words, ""), verdict.clone(), code, reason);
        check(
            &response(&format!("<code>{code}</code><message>{words}</message>")),
            verdict.clone(),
            code,
            reason,
        );
        let detail = format!("<e><errorCode>{code}</errorCode></e>");
        let outcome = &outcomes(&fault("Server", "Failed", &detail), &[record("C1", "P1")])[0];
        assert_eq!((&outcome.verdict, outcome.code.as_str()), (&verdict, code));
        assert!(outcome.had_no_effect);
    }
    for body in [
        fault("Server", "Invalid Session Token", ""),
        response("<code>1</code><message>Invalid Session Token</message>"),
    ] {
        assert_eq!(
            judged(&body, &[record("C1", "P1")]),
            Judged::SessionEnded("Invalid Session Token".to_owned())
        );
    }
}

#[test]
fn a_success_is_the_methods_own_answer_without_an_error() {
    check(&response(""), Verdict::Accepted, "success", "");
    check(&response("<code>0</code><message>Saved</message>"), Verdict::Accepted, "success", "");
    check(&response("<sessionToken>token-1</sessionToken>"), Verdict::Accepted, "success", "");
    check(&soap("<setCompletionResult/>"), Verdict::Accepted, "success", "");
    for other in ["<setCompletionsResponse/>", "<diConnectResponse/>", "<html/>"] {
        let reason = "the answer is none of setCompletion: are base_url and soap_path right?";
        check(&soap(other), PASSING, "unreadable", reason);
    }
}

#[test]
fn an_answer_that_belongs_elsewhere_is_not_taken() {
    let other_session = "the answer belongs to another session: it has another token";
    check(&response("<sessionToken>token-2</sessionToken>"), PASSING, "unreadable", other_session);
    let with_error =
        fault("Server", "Missing Mandatory Parameter(s)", "<sessionToken>token-2</sessionToken>");
    check(&with_error, PASSING, "unreadable", other_session);
    let other = response("<customerId>C9</customerId><productId>P1</productId><code>201</code>");
    check(&other, PASSING, "unreadable", "the answer is about another record");
    let outcome = &outcomes("<!DOCTYPE html><html/>", &[record("C1", "P1")])[0];
    assert_eq!((&outcome.verdict, outcome.had_no_effect), (&PASSING, false));
}

#[test]
fn an_unknown_failure_leaves_a_doubt_unless_the_call_itself_was_wrong() {
    let look = "Out of order; the LMS may have it or not: look there, then settle it";
    check(&fault("Server", "Out of order", ""), Verdict::InDoubt, "Server", look);
    check(&response("<code>999</code><message>Out of order</message>"), Verdict::InDoubt, "999", look);
    check(&fault("Client", "Unknown element x", ""), Verdict::Refused, "Client", "Unknown element x");
    check(&fault("Client.Bad", "Unknown element x", ""), Verdict::Refused, "Client.Bad", "Unknown element x");
    check(&fault("VersionMismatch", "1.2", ""), Verdict::StopConnection, "VersionMismatch", "1.2");
    let doubtful = &outcomes(&response("<status>1</status>"), &[record("C1", "P1")])[0];
    assert_eq!((&doubtful.verdict, doubtful.had_no_effect), (&Verdict::InDoubt, false));
}

#[test]
fn what_a_known_code_says_outweighs_what_merely_looks_like_an_error() {
    let body = response("<success>false</success><error code='201'>Invalid Product Identifier</error>");
    check(&body, Verdict::Parked, "201", PRODUCT_REASON);
}

#[test]
fn an_error_of_a_batch_goes_to_the_record_that_it_names() {
    let of = |customer: &str, code: u32| {
        format!("<r><customerId>{customer}</customerId><productId>P1</productId><code>{code}</code></r>")
    };
    check_batch("", ["Accepted success"; 3]);
    check_batch(&of("C2", 201), ["InDoubt batch", "Parked 201", "InDoubt batch"]);
    check_batch(&[of("C1", 0), of("C3", 600)].concat(), ["InDoubt batch", "InDoubt batch", "Parked 600"]);
    check_batch(&of("C2", 501), ["Smaller { most: 1 } 501", "Refused 501", "Smaller { most: 1 } 501"]);
    check_batch(&of("C2", 999), ["InDoubt batch", "InDoubt 999", "InDoubt batch"]);
    check_batch(&of("C9", 201), ["InDoubt 201"; 3]);
    check_batch(&[of("C2", 501), of("C3", 201)].concat(), ["InDoubt batch", "Refused 501", "Parked 201"]);
}

#[test]
fn an_error_of_a_batch_that_names_no_record_leaves_it_in_doubt_or_halves_it() {
    check_batch("<code>201</code>", ["InDoubt 201"; 3]);
    check_batch("<code>600</code>", ["InDoubt 600"; 3]);
    check_batch("<success>false</success>", ["InDoubt success"; 3]);
    check_batch("<code>501</code>", ["Smaller { most: 1 } 501"; 3]);
    check_batch("<code>2</code>", ["StopConnection 2"; 3]);
    let four: Vec<Item> = ["C1", "C2", "C3", "C4"].iter().map(|customer| record(customer, "P1")).collect();
    let halved = &outcomes(&fault("Server", "Missing Mandatory Parameter(s)", ""), &four)[0];
    assert_eq!((&halved.verdict, halved.had_no_effect), (&Verdict::Smaller { most: 2 }, true));
    assert_eq!(outcomes(&fault("Client", "Odd", ""), &four)[3].verdict, Verdict::InDoubt);
}

#[test]
fn a_number_of_a_record_counts_where_its_beginning_is_known() {
    let of = |index: u32, code: u32| format!("<r index='{index}'><code>{code}</code></r>");
    check_batch(&of(0, 201), ["Parked 201", "InDoubt batch", "InDoubt batch"]);
    check_batch(&of(3, 201), ["InDoubt batch", "InDoubt batch", "Parked 201"]);
    check_batch(&[of(0, 0), of(2, 201)].concat(), ["InDoubt batch", "InDoubt batch", "Parked 201"]);
    // The first of none, or the second of one?
    check_batch(&of(1, 201), ["InDoubt 201"; 3]);
    check_batch(&[of(0, 0), of(3, 201)].concat(), ["InDoubt 201"; 3]);
}

#[test]
fn two_records_of_one_name_are_not_told_apart() {
    let body = soap(
        "<setCompletionsResponse><r><customerId>C1</customerId><productId>P1</productId><code>201</code></r>\
         </setCompletionsResponse>",
    );
    let outcomes = outcomes(&body, &[record("C1", "P1"), record("C1", "P1")]);
    assert!(outcomes.iter().all(|outcome| outcome.verdict == Verdict::InDoubt));
}

#[test]
fn secrets_and_endless_words_stay_out_of_the_reason() {
    let body = fault("Client", "system SYS-77 with token-1 is odd", "");
    check(&body, Verdict::Refused, "Client", "system *** with *** is odd");
    let long = &outcomes(&fault("Client", &"ü".repeat(5_000), ""), &[record("C1", "P1")])[0];
    assert_eq!(long.reason.chars().count(), REASON_CHARS + 1);
}
