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
        let faulted = fault("Server", "Failed", &detail);
        let outcome = &outcomes(&faulted, &[record("C1", "P1")])[0];
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
    let other = response(
        "<customerId>C9</customerId><productId>P1</productId><message>Invalid Product Identifier</message>",
    );
    check(&other, PASSING, "unreadable", "the answer is about another record");
    let outcome = &outcomes("<!DOCTYPE html><html/>", &[record("C1", "P1")])[0];
    assert_eq!((&outcome.verdict, outcome.had_no_effect), (&PASSING, false));
}

#[test]
fn an_unknown_failure_leaves_a_doubt_unless_it_is_about_the_form_of_the_call() {
    let look = |words: &str| format!("{words}; the LMS may have it or not: look there, then settle it");
    check(&fault("Server", "Out of order", ""), Verdict::InDoubt, "Server", &look("Out of order"));
    let odd = response("<code>999</code><message>Out of order</message>");
    check(&odd, Verdict::InDoubt, "999", &look("Out of order"));
    for words in ["Timeout while calling AMS", "Duplicate", "Lost"] {
        check(&fault("Client", words, ""), Verdict::InDoubt, "Client", &look(words));
    }
    for (code, words) in [
        ("Client", "Unmarshalling Error: For input string"),
        ("client.Bad", "unexpected element (uri:\"\", local:\"x\")"),
        ("Client", "Unknown element x"),
        ("Client", "cvc-complex-type.2.4.a: Invalid content"),
    ] {
        check(&fault(code, words, ""), Verdict::Refused, code, words);
        // It is the server's to know what it has done.
        check(&fault("Server", words, ""), Verdict::InDoubt, "Server", &look(words));
    }
    check(&fault("VersionMismatch", "1.2", ""), Verdict::StopConnection, "VersionMismatch", "1.2");
    check(&fault("", "", ""), Verdict::InDoubt, "fault", &look("a fault without words"));
    for doubtful in ["<status>1</status>", "<code>1</code>", "<errorCode>501</errorCode>"] {
        let outcome = &outcomes(&response(doubtful), &[record("C1", "P1")])[0];
        assert_eq!((&outcome.verdict, outcome.had_no_effect), (&Verdict::InDoubt, false), "{doubtful}");
    }
}

#[test]
fn an_answer_that_contradicts_itself_ends_no_session() {
    for inside in [
        "<processed>3</processed><errors>1</errors>",
        "<code>1</code><message>Success</message>",
        "<success>true</success><message>Invalid Session Token</message>",
        "<credits><credit code='1'/></credits>",
    ] {
        assert_eq!(
            outcomes(&response(inside), &[record("C1", "P1")])[0].verdict,
            Verdict::InDoubt,
            "{inside}"
        );
    }
}

const WORDS: [(u32, &str); 5] = [
    (1, "Invalid Session Token"),
    (2, "Invalid System ID"),
    (201, "Invalid Product Identifier"),
    (501, "Missing Mandatory Parameter(s)"),
    (600, "Catalog is not accessible"),
];

/// What a service says of one record.
fn of(customer: &str, code: u32) -> String {
    let words = WORDS.iter().find(|(other, _)| *other == code).map_or("Success", |(_, words)| words);
    format!(
        "<r><customerId>{customer}</customerId><productId>P1</productId><code>{code}</code>\
         <message>{words}</message></r>"
    )
}

fn whole(code: u32) -> String {
    let words = WORDS.iter().find(|(other, _)| *other == code).unwrap().1;
    format!("<return><code>{code}</code><message>{words}</message></return>")
}

#[test]
fn a_result_goes_to_the_record_that_it_names() {
    check_batch("", ["Accepted success"; 3]);
    check_batch("<code>0</code>", ["Accepted success"; 3]);
    check_batch(&of("C2", 201), ["InDoubt batch", "Parked 201", "InDoubt batch"]);
    check_batch(&[of("C1", 0), of("C3", 600)].concat(), ["Accepted success", "InDoubt batch", "Parked 600"]);
    check_batch(&of("C2", 999).replace("Success", "Odd"), ["InDoubt batch", "InDoubt 999", "InDoubt batch"]);
    check_batch(&of("C9", 201), ["InDoubt batch"; 3]);
    check_batch(&[of("C2", 501), of("C3", 201)].concat(), ["InDoubt batch", "Refused 501", "Parked 201"]);
    // Success of the call counts for those of which nothing else is said, unless one of them failed.
    let echo = "<r><customerId>C1</customerId><productId>P1</productId></r>";
    check_batch(&format!("<success>true</success>{echo}"), ["Accepted success"; 3]);
    check_batch(echo, ["InDoubt batch"; 3]);
    check_batch(
        &format!("<success>true</success>{}", of("C2", 201)),
        ["InDoubt batch", "Parked 201", "InDoubt batch"],
    );
    check_batch(&[of("C1", 0), of("C1", 201)].concat(), ["InDoubt batch"; 3]);
}

/// A completion that was applied is not sent again because another one was not.
#[test]
fn what_was_applied_is_not_sent_again_with_the_rest() {
    let three = |code| [of("C1", 0), of("C2", code), of("C3", 0)].concat();
    check_batch(&three(501), ["Accepted success", "Refused 501", "Accepted success"]);
    check_batch(&three(1), ["Accepted success", "Smaller { most: 1 } batch", "Accepted success"]);
    check_batch(&three(2), ["Accepted success", "Smaller { most: 1 } batch", "Accepted success"]);
    check_batch(
        &[of("C1", 0), of("C2", 1)].concat(),
        ["Accepted success", "Smaller { most: 1 } batch", "InDoubt batch"],
    );
    check_batch(&of("C2", 501), ["InDoubt batch", "Refused 501", "InDoubt batch"]);
    // The one that is named is the one that was completed.
    let done = "<completed><customerId>C1</customerId><productId>P1</productId></completed>";
    check_batch(&whole(201).replace("</return>", &format!("{done}</return>")), ["InDoubt 201"; 3]);
    for code in [1, 2, 501] {
        let told = format!("InDoubt {code}");
        check_batch(&format!("{}{done}", whole(code)), [told.as_str(); 3]);
        // In a list of results without names nobody knows whose each is.
        let listed = format!("<r><code>0</code></r>{}", whole(code).replace("return>", "r>"));
        check_batch(&listed, [told.as_str(); 3]);
    }
}

#[test]
fn an_error_of_a_batch_that_names_no_record_leaves_it_in_doubt_or_halves_it() {
    check_batch(&whole(201), ["InDoubt 201"; 3]);
    check_batch(&whole(600), ["InDoubt 600"; 3]);
    check_batch("<success>false</success>", ["InDoubt success"; 3]);
    check_batch("<code>501</code>", ["InDoubt 501"; 3]);
    check_batch(&whole(501), ["Smaller { most: 1 } 501"; 3]);
    check_batch(&whole(2), ["StopConnection 2"; 3]);
    let four: Vec<Item> = ["C1", "C2", "C3", "C4"].iter().map(|customer| record(customer, "P1")).collect();
    let halved = &outcomes(&fault("Server", "Missing Mandatory Parameter(s)", ""), &four)[0];
    assert_eq!((&halved.verdict, halved.had_no_effect), (&Verdict::Smaller { most: 2 }, true));
    let unmarshalled = fault("Client", "unexpected element x", "");
    assert_eq!(outcomes(&unmarshalled, &four)[3].verdict, Verdict::InDoubt);
    let ended = soap(&format!("<setCompletionsResponse>{}</setCompletionsResponse>", whole(1)));
    assert!(matches!(judged(&ended, &four), Judged::SessionEnded(_)));
    let detail = "<e><customerId>C2</customerId><productId>P1</productId><code>201</code></e>";
    let verdicts = outcomes(&fault("Server", "Failed", detail), &four);
    assert_eq!([&verdicts[0].verdict, &verdicts[1].verdict], [&Verdict::InDoubt, &Verdict::Parked]);
}

#[test]
fn a_number_of_a_record_leaves_the_others_in_doubt_and_it_too() {
    let numbered = |index: u32, code| whole(code).replace("<return>", &format!("<return index='{index}'>"));
    check_batch(&numbered(1, 501), ["InDoubt 501"; 3]);
    check_batch(&numbered(2, 201), ["InDoubt 201"; 3]);
}

#[test]
fn two_records_of_one_name_are_not_told_apart() {
    let body = soap(&format!("<setCompletionsResponse>{}</setCompletionsResponse>", of("C1", 201)));
    let outcomes = outcomes(&body, &[record("C1", "P1"), record("C1", "P1")]);
    assert!(outcomes.iter().all(|outcome| outcome.verdict == Verdict::InDoubt));
}

#[test]
fn secrets_and_endless_words_stay_out_of_the_outcome() {
    let reason = "system *** with *** is odd; the LMS may have it or not: look there, then settle it";
    check(&fault("Client", "system SYS-77 with token-1 is odd", ""), Verdict::InDoubt, "Client", reason);
    let two = [record("C1", "P1"), record("C2", "P1")];
    for body in [fault("SYS-77", "Odd", ""), fault("SYS-77", "Invalid Product Identifier", "")] {
        assert!(outcomes(&body, &two).iter().all(|outcome| !format!("{outcome:?}").contains("SYS-77")));
    }
    let long = &outcomes(&fault("Client", &"ü".repeat(5_000), ""), &[record("C1", "P1")])[0];
    assert!(long.reason.chars().count() < mask::REASON_CHARS + 80);
}

#[test]
fn what_is_about_the_connection_names_nobody() {
    let mut ann = record("C1", "P1");
    for (name, value) in
        [("customerEmail", "ann@example.org"), ("customerFirstName", "Ann"), ("customerLastName", "Lee")]
    {
        ann.fields.set(name.into(), value);
    }
    let told = |words: &str| match judged(&fault("Server", words, ""), std::slice::from_ref(&ann)) {
        Judged::Outcomes(outcomes) => outcomes[0].reason.clone(),
        Judged::SessionEnded(words) => words,
    };
    assert_eq!(told("Invalid Session Token for Ann Lee"), "Invalid Session Token for *** ***");
    assert!(
        told("Invalid System ID for customer ann@example.org")
            .starts_with("Invalid System ID for customer ***;")
    );
    let odd = fault("MustUnderstand", "could not process Ann Lee (C1)", "");
    assert_eq!(outcomes(&odd, &[ann.clone()])[0].reason, "could not process *** *** (***)");
}
