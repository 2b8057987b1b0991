//! Tests of the file of that name.

use super::super::samples::{fault, soap};
use super::*;

fn report(body: &str) -> Report {
    match decode(body.as_bytes()) {
        Answer::Response(_, report) | Answer::Fault(_, report) => report,
        Answer::Unreadable(problem) => panic!("{problem}"),
    }
}

fn response(inside: &str) -> Report {
    report(&soap(&format!("<r:setCompletionResponse xmlns:r='urn:r'>{inside}</r:setCompletionResponse>")))
}

/// What an answer comes to, with the number of a code.
fn told(said: Said) -> String {
    match said {
        Said::Nothing => "nothing".to_owned(),
        Said::Success => "success".to_owned(),
        Said::Error(code, words) => format!("{}: {words}", code.number()),
        Said::Unsure(label, words) => format!("unsure {label}: {words}"),
    }
}

#[track_caller]
fn check(inside: &str, expected: &str) {
    assert_eq!(told(response(inside).whole()), expected, "{inside}");
}

#[track_caller]
fn check_fault(words: &str, detail: &str, expected: &str) {
    assert_eq!(told(report(&fault("Server", words, detail)).whole()), expected, "{words} {detail}");
}

/// The document shows no error: these are the forms that services of this make have.
#[test]
fn an_error_is_what_has_the_documents_words() {
    let words = "Invalid Product Identifier";
    for inside in [
        format!("<code>201</code><message>{words}</message>"),
        format!("<error code='201'>{words}</error>"),
        format!("<error><errorCode>201</errorCode><text>{words}</text></error>"),
        format!("<return>{words}</return>"),
        format!("<success>false</success><message>{words}</message>"),
        words.to_owned(),
    ] {
        let told = told(response(&inside).whole());
        assert!(told.starts_with("201: ") && told.contains(words), "{inside}: {told}");
    }
    check("<message>INVALID  session-token</message>", "1: INVALID  session-token");
}

/// Each of these was once taken for "nothing was applied", and the completion was sent again.
#[test]
fn a_number_alone_and_an_answer_that_contradicts_itself_are_doubtful() {
    for (inside, expected) in [
        ("<processed>3</processed><errors>1</errors>", "unsure 1: processed 3"),
        ("<code>1</code><message>Success</message>", "unsure 1: Success"),
        ("<error>1</error><message>Duplicate</message>", "unsure 1: Duplicate"),
        ("<credits><credit code='1'/></credits>", "unsure 1: code 1"),
        ("<code>1</code>", "unsure 1: code 1"),
        ("<errorCode>201</errorCode>", "unsure 201: errorcode 201"),
        ("<status>501</status>", "unsure 501: status 501"),
        ("<success>true</success><code>201</code><message>Created</message>", "unsure 201: true; Created"),
        ("<errors>2</errors>", "unsure 2: errors 2"),
        ("<code>2</code><message>Invalid session token</message>", "unsure 2: Invalid session token"),
        (
            "<status>OK</status><message>Invalid Product Identifier</message>",
            "unsure 201: OK; Invalid Product Identifier",
        ),
        (
            "<a>Invalid System ID</a><b>Invalid Session Token</b>",
            "unsure 2: Invalid System ID; Invalid Session Token",
        ),
    ] {
        check(inside, expected);
    }
    check(
        "<message>Completion saved, return code 1</message>",
        "unsure message: Completion saved, return code 1",
    );
    check("<message>201 Created</message>", "unsure message: 201 Created");
}

/// Each of these was once taken for a success.
#[test]
fn a_success_looks_like_one() {
    for inside in [
        "<return>Customer not found</return>",
        "<return>-1</return>",
        "<status>500</status><message>Internal error</message>",
        "<resultCode>-1</resultCode><message>Completion not saved</message>",
        "<status>Not saved</status>",
        "<message>Customer does not exist</message>",
        "<result>N</result>",
        "<return>48213</return>",
        "<return>no<a/></return>",
        "<info>Rejected</info>",
        "<code>999</code><message>Odd</message>",
        "<code>0</code><errors>2</errors>",
        "<success>false</success>",
    ] {
        assert!(matches!(response(inside).whole(), Said::Unsure(..)), "{inside}");
    }
    for inside in [
        "<return>true</return>",
        "0",
        "<code>0</code><message>Success</message>",
        "<code>0</code><message>Completion 48213 stored</message><id>501</id>",
        "<errors/><success>true</success>",
        "<status>200</status>",
    ] {
        check(inside, "success");
    }
    for inside in [
        "",
        "<return/>",
        "<errors>0</errors>",
        "<record><completion>Failed</completion><status>Finished</status></record>",
        "<sessionToken>t</sessionToken>",
    ] {
        check(inside, "nothing");
    }
}

#[test]
fn what_declares_namespaces_and_types_says_nothing() {
    let inside = "<return xmlns:code='urn:x' xmlns:xsi='urn:i' xsi:nil='true'/>";
    check(inside, "nothing");
}

#[test]
fn a_fault_is_always_a_failure_and_its_number_counts() {
    check_fault("Invalid System ID", "", "2: Invalid System ID");
    check_fault("Failed", "<f:x xmlns:f='u'><code>501</code></f:x>", "501: Failed");
    check_fault("Out of order", "", "unsure faultstring: Out of order");
    check_fault("600", "", "unsure 600: faultstring 600");
    check_fault("Failed", "<a><code>1</code></a><b><code>2</code></b>", "unsure 1: Failed");
    check_fault("Failed", "<a><code>1</code></a><b><code>0</code></b>", "unsure 1: Failed");
    check_fault("", "", "unsure : a fault without words");
    let numbered = report(&fault("1", "Odd", ""));
    assert!(matches!(numbered.whole(), Said::Error(Code::SessionToken, _)));
}

/// Customer, product and what the answer says of them; what it says of the call; whether it may speak of
/// records at all.
fn results(inside: &str) -> (Vec<String>, String, bool) {
    let report = response(inside);
    let results =
        report.results().map(|(customer, product, said)| format!("{customer} {product} {}", told(said)));
    (results.collect(), told(report.call()), report.of_records)
}

#[test]
fn a_result_is_of_a_record_where_it_holds_both_of_its_names() {
    let names = |customer: &str| format!("<customerId>{customer}</customerId><productId>P</productId>");
    let check = |inside: &str, expected: &[&str], call: &str| {
        let (results, of_call, of_records) = results(inside);
        assert_eq!(
            (results, of_call.as_str(), of_records),
            (expected.iter().map(|text| (*text).to_owned()).collect(), call, true),
            "{inside}"
        );
    };
    let words = "<message>Invalid Product Identifier</message>";
    check(
        &format!("<r>{}<code>0</code></r><r>{}{words}</r>", names("A"), names("B")),
        &["A P success", "B P 201: Invalid Product Identifier"],
        "nothing",
    );
    check(
        &format!("<r><error><code>201</code>{words}</error><record>{}</record></r><s/>", names("A")),
        &["A P 201: Invalid Product Identifier"],
        "nothing",
    );
    check("<r customerId='A' productId='P'><code>0</code></r>", &["A P success"], "nothing");
    check(&format!("{}{words}", names("A")), &["A P 201: Invalid Product Identifier"], "nothing");
    // The one that is named need not be the one that failed.
    check(
        &format!("<return><code>201</code>{words}<completed>{}</completed></return>", names("A")),
        &["A P nothing"],
        "201: Invalid Product Identifier",
    );
    check(
        &format!("<return>{words}<record>{}</record></return>", names("A")),
        &["A P nothing"],
        "201: Invalid Product Identifier",
    );
    check(
        &format!("<r>{}<code>0</code><inner>{}</inner></r>", names("A"), names("B")),
        &["A P unsure customerid: B"],
        "nothing",
    );
    check("<r><customerId>A</customerId><code>0</code></r>", &[], "success");
    check(&format!("<x>{words}{}{}</x>", names("A"), names("B")), &[], "201: Invalid Product Identifier");
}

#[test]
fn whatever_may_list_records_is_known_as_such() {
    for inside in [
        "<r index='2'><code>0</code></r>",
        "<row>1</row>",
        "<productId>P</productId>",
        "<return>true</return><return>Missing Mandatory Parameter(s)</return>",
        "<list><e/><e/></list>",
    ] {
        assert!(response(inside).of_records, "{inside}");
    }
    for inside in ["", "<code>501</code><message>Missing Mandatory Parameter(s)</message>", "<a><b/><c/></a>"]
    {
        assert!(!response(inside).of_records, "{inside}");
    }
}

/// 1 MB of errors, each with texts of its own.
#[test]
fn of_an_endless_answer_only_a_part_is_weighed() {
    let named = "<e><customerId>A</customerId><productId>P</productId><code>9</code></e>";
    for one in ["<e code='9'/>", named, "<e><message>Invalid Session Token</message></e>"] {
        let report = response(&one.repeat(1_000_000 / one.len()));
        assert_eq!(report.marks, MOST_MARKS, "{one}");
        assert!(report.call.len() == 1 && report.results.is_empty() && report.of_records);
        assert!(matches!(report.whole(), Said::Unsure(..)) && matches!(report.call(), Said::Unsure(..)));
    }
}

#[test]
fn what_is_no_soap_is_unreadable_and_not_quoted() {
    let several = soap("<setCompletionResponse href='#1'/><multiRef id='1'><code>201</code></multiRef>");
    for (body, problem) in [
        ("", "an empty answer: the answer is not well-formed XML"),
        ("<html><p>secret</p></html>", "an HTML page: the answer is not well-formed XML"),
        ("<!DOCTYPE html><html>secret</html>", "an HTML page: the answer has a DOCTYPE, which is never read"),
        ("secret", "text or bytes of another kind: the answer is not well-formed XML"),
        (&several, "XML or HTML: the body of the answer holds more than one element"),
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
    assert!(outweighs(&soap("<r><message>Invalid System ID</message></r>"), 500));
    assert!(!outweighs(&soap("<r><code>501</code></r>"), 500) && !outweighs("<html/>", 500));
}
