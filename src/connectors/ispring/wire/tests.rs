use super::*;
use crate::connectors::namespaces::elements;

/// The document's sample request, mended: it closes `<id>` with `</soap>`, and its envelope's namespace
/// begins with `https:`, which is not SOAP's.
const SAMPLE_REQUEST: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"
xmlns="https://ispringlearn.com/go/services/api/soap">
<SOAP-ENV:Body>
<updateModulesStatusesRequest>
<credentials>
<token>p-1sJDjmULL5DdpXPJTcbm4jVIaWVHvNmrjAxATRbNE</token>
</credentials>
<enrollmentIds>
<id>e1f2c50e-c1ae-11ea-8592-a6eabe1809b2</id>
</enrollmentIds>
<courseId>14b847e8-c10f-11ea-b4e1-ae33e75597e9</courseId>
<moduleStatuses>
<moduleStatus>
<contentItemId>17502fac-c10f-11ea-8fbd-a6eabe1809b2</contentItemId>
<date>2020-03-12</date>
<reason>Completed offline</reason>
<status>complete</status>
<awardedScore>100</awardedScore>
</moduleStatus>
</moduleStatuses>
</updateModulesStatusesRequest>
</SOAP-ENV:Body>
</SOAP-ENV:Envelope>"#;

/// The document's sample response, byte for byte.
pub(in super::super) const SAMPLE_RESPONSE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="https://schemas.xmlsoap.org/soap/envelope/"
xmlns:ns1="https://ispringlearn.com/go/services/api/soap">
<SOAP-ENV:Body>
<ns1:updateModulesStatusesResult>
<ns1:taskId>100027</ns1:taskId>
</ns1:updateModulesStatusesResult>
</SOAP-ENV:Body>
</SOAP-ENV:Envelope>"#;

/// The sample of the vendor's page on getTaskStatus, with another word where one is given.
pub(in super::super) fn task_status(word: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="https://schemas.xmlsoap.org/soap/envelope/"
                   xmlns:ns1="https://ispringlearn.com/go/services/api/soap">
  <SOAP-ENV:Body>
    <ns1:getTaskStatusResult>
      <ns1:status>{word}</ns1:status>
    </ns1:getTaskStatusResult>
  </SOAP-ENV:Body>
</SOAP-ENV:Envelope>"#
    )
}

/// The sample of the vendor's page on errors, with another code and other words.
pub(in super::super) fn fault(code: &str, words: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>

<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"
                   xmlns="http://ispringlearn.com/go/services/api/soap">
  <SOAP-ENV:Body>
    <SOAP-ENV:Fault>
      <faultcode>{code}</faultcode>
      <faultstring>{words}</faultstring>
    </SOAP-ENV:Fault>
  </SOAP-ENV:Body>
</SOAP-ENV:Envelope>"#
    )
}

const NAMESPACE: &str = "https://ispringlearn.com/go/services/api/soap";
const SAMPLE_RECORD: [(&str, &str); 7] = [
    ("enrollmentId", "e1f2c50e-c1ae-11ea-8592-a6eabe1809b2"),
    ("courseId", "14b847e8-c10f-11ea-b4e1-ae33e75597e9"),
    ("contentItemId", "17502fac-c10f-11ea-8fbd-a6eabe1809b2"),
    ("date", "2020-03-12"),
    ("reason", "Completed offline"),
    ("status", "complete"),
    ("awardedScore", "100"),
];

fn token() -> SecretString {
    "p-1sJDjmULL5DdpXPJTcbm4jVIaWVHvNmrjAxATRbNE".to_owned().into()
}

fn update(records: &[&Fields]) -> Vec<String> {
    let call = update_modules_statuses(NAMESPACE, &token(), records, "Completed offline");
    elements(call.expose_secret())
}

#[test]
fn the_sample_request_of_the_document() {
    let record: Fields = SAMPLE_RECORD.into_iter().collect();
    assert_eq!(update(&[&record]), elements(SAMPLE_REQUEST));
    // A reason is sent even where the record has none: the OpenAPI file demands one.
    let silent: Fields = SAMPLE_RECORD.into_iter().filter(|(name, _)| *name != "reason").collect();
    assert_eq!(update(&[&silent]), elements(SAMPLE_REQUEST));
}

#[test]
fn many_enrolments_share_one_status() {
    let record: Fields = SAMPLE_RECORD.into_iter().collect();
    let mut other = record.clone();
    other.set("enrollmentId".into(), "e2");
    let two = SAMPLE_REQUEST.replace("</id>", "</id><id>e2</id>");
    assert_eq!(update(&[&record, &other]), elements(&two));
}

#[test]
fn a_value_is_never_markup_and_the_namespace_is_a_setting() {
    let mut record: Fields = SAMPLE_RECORD.into_iter().collect();
    record.set("reason".into(), "Fire & <safety>");
    let call = update_modules_statuses("urn:other", &token(), &[&record], "");
    let found = elements(call.expose_secret());
    let expected = SAMPLE_REQUEST
        .replace(NAMESPACE, "urn:other")
        .replace("Completed offline", "Fire &amp; &lt;safety&gt;");
    assert_eq!(found, elements(&expected));
}

#[test]
fn a_task_is_asked_for_by_soap_with_credentials() {
    let call = get_task_status(NAMESPACE, &token(), "100027");
    // The vendor's sample, with the token that its table requires.
    let expected = r#"<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"
                     xmlns="https://ispringlearn.com/go/services/api/soap"><SOAP-ENV:Body>
        <getTaskStatusRequest>
        <credentials><token>p-1sJDjmULL5DdpXPJTcbm4jVIaWVHvNmrjAxATRbNE</token></credentials>
        <taskId>100027</taskId>
        </getTaskStatusRequest></SOAP-ENV:Body></SOAP-ENV:Envelope>"#;
    assert_eq!(elements(call.expose_secret()), elements(expected));
}

#[test]
fn a_task_is_asked_for_by_rest() {
    assert_eq!(task_path("", "100027"), "/task/100027/status");
    // As urllib.parse.quote(…, safe="") has it, but for the point, which may not stand for a folder.
    assert_eq!(task_path("/api/v3", "a/b ü?#%"), "/api/v3/task/a%2Fb%20%C3%BC%3F%23%25/status");
    assert_eq!(task_path("", "a.b"), "/task/a%2Eb/status");
}

fn said(text: &str) -> Answer {
    Answer::Said(text.to_owned())
}

fn faulted(code: &str, text: &str) -> Answer {
    Answer::Fault { code: code.to_owned(), text: text.to_owned() }
}

fn unreadable(what: &str) -> Answer {
    Answer::Unreadable(what.to_owned())
}

#[test]
fn the_sample_responses_are_read_by_their_local_names() {
    assert_eq!(decode_update(SAMPLE_RESPONSE.as_bytes()), said("100027"));
    assert_eq!(decode_update(SAMPLE_RESPONSE.replace("ns1:", "x:").as_bytes()), said("100027"));
    assert_eq!(decode_task_status(task_status("in progress").as_bytes()), said("in progress"));
    let faulty = fault("client", "Wrong parameters");
    assert_eq!(decode_update(faulty.as_bytes()), faulted("client", "Wrong parameters"));
    assert_eq!(decode_task_status(faulty.as_bytes()), faulted("client", "Wrong parameters"));
}

#[test]
fn what_is_no_answer_is_named_and_not_quoted() {
    let page = "<html><body>Bye</body></html>";
    let doctype = format!("<!DOCTYPE a [<!ENTITY b \"c\">]>{SAMPLE_RESPONSE}");
    let half = &SAMPLE_RESPONSE[..300];
    for (body, expected) in [
        ("", "no SOAP but an empty answer"),
        (page, "no SOAP but an HTML page"),
        ("<!DOCTYPE html><html></html>", "an HTML page (the answer has a DOCTYPE, which is never read)"),
        (&doctype, "XML or HTML (the answer has a DOCTYPE, which is never read)"),
        (half, "no SOAP but XML or HTML"),
        ("\u{1}garbage", "no SOAP but text or bytes of another kind"),
        (&task_status("complete"), "a SOAP answer to another call"),
        (&SAMPLE_RESPONSE.replace("100027", ""), "a SOAP answer without taskId"),
        (&SAMPLE_RESPONSE.replace("100027", ".."), "a SOAP answer whose taskId names no task"),
        (&SAMPLE_RESPONSE.replace("100027", &"1".repeat(201)), "a SOAP answer whose taskId names no task"),
    ] {
        assert_eq!(decode_update(body.as_bytes()), unreadable(expected), "{body}");
    }
    assert_eq!(decode_task_status(SAMPLE_RESPONSE.as_bytes()), unreadable("a SOAP answer to another call"));
}

#[test]
fn rest_answers_in_json_or_in_xml() {
    for (body, expected) in [
        ("{\n  \"status\": \"complete\"\n}", said("complete")),
        // The sample of the vendor's page, which has no Accept header.
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<status>complete</status>", said("complete")),
        ("<request><status>in_progress</status></request>", said("in_progress")),
        (r#"{"code":5845,"message":"Permission denied"}"#, faulted("5845", "Permission denied")),
        (
            "<response><code>5845</code><message>Permission denied</message></response>",
            faulted("5845", "Permission denied"),
        ),
        ("{}", unreadable("JSON of another kind")),
        ("<a/>", unreadable("XML of another kind")),
        ("<html><body>Bye</body>", unreadable("an HTML page")),
        ("", unreadable("an empty answer")),
    ] {
        assert_eq!(decode_rest(body.as_bytes()), expected, "{body}");
    }
}

#[test]
fn a_token_has_a_lifetime() {
    let lifetime = |body: &str| match decode_token(body.as_bytes()) {
        Grant::Token(token, lifetime) => (token.expose_secret().to_owned(), lifetime.as_secs()),
        other => panic!("{other:?}"),
    };
    // The sample of the vendor's page.
    let sample = r#"{
    "access_token": "5_nz54vlUBIcxt8oJOmE5K6Qr1ARMy5jwPMdVATOCBB",
    "expires_in": 1800,
    "token_type": "bearer"
}"#;
    let token = "5_nz54vlUBIcxt8oJOmE5K6Qr1ARMy5jwPMdVATOCBB";
    assert_eq!(lifetime(sample), (token.to_owned(), 1_800));
    assert_eq!(lifetime(&sample.replace("1800", "\"90\"")).1, 90);
    assert_eq!(lifetime(r#"{"access_token":"t"}"#).1, 1_800);
    assert_eq!(lifetime(r#"{"access_token":"t","expires_in":-5}"#).1, 1_800);
    assert_eq!(lifetime(r#"{"access_token":"t","expires_in":1e12}"#).1, 86_400);
}

#[test]
fn a_token_can_be_denied() {
    let denied = |body: &str| match decode_token(body.as_bytes()) {
        Grant::Denied(denial) => (denial.code.unwrap_or_default(), denial.text),
        other => panic!("{other:?}"),
    };
    let pair = |code: &str, text: &str| (code.to_owned(), text.to_owned());
    assert_eq!(denied(r#"{"code":8150,"message":"Bad client"}"#), pair("8150", "Bad client"));
    assert_eq!(denied(r#"{"error":"invalid_client"}"#), pair("invalid_client", "invalid_client"));
    let described = r#"{"error":"invalid_client","error_description":"Unknown client"}"#;
    assert_eq!(denied(described), pair("invalid_client", "Unknown client"));
    for body in ["{}", "[]", "{\"access_token\":", "", "<html>"] {
        assert!(matches!(decode_token(body.as_bytes()), Grant::Unreadable(_)), "{body}");
    }
}
