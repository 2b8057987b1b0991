//! Questions and answers as the vendor's pages have them.

use chrono::TimeZone;

use super::*;

#[test]
fn a_question_is_the_vendors_sample() {
    let time = |month, milliseconds| {
        let second = Utc.with_ymd_and_hms(2018, month, 3, 14, 0, 49).unwrap();
        second + chrono::TimeDelta::milliseconds(milliseconds)
    };
    let asked = Asked {
        start: 0,
        number: 1_000,
        window: (time(4, 120), time(5, 120)),
        parameters: &Fields::default(),
    };
    let text = encode(&"f7e1379c-35ad-45f9-b0fa-6ef011e73938".to_owned().into(), &asked);
    let sample = r#"{
  "token" : "f7e1379c-35ad-45f9-b0fa-6ef011e73938",
  "start" : 0,
  "number" : 1000,
  "search" : "",
  "completed" : false,
  "startDate" : "2018-04-03T14:00:49.120Z",
  "endDate" : "2018-05-03T14:00:49.120Z",
  "sort" : "lastName",
  "order" : "ASC"
}"#;
    assert_eq!(*text, sample.replace("\n  ", "").replace('\n', "").replace(" : ", ":"));
}

#[test]
fn parameters_are_sent_typed_and_escaped() {
    let pairs =
        [("search", "a\"b\\é\u{1}"), ("completed", "true"), ("sort", "dateCompleted"), ("order", "DESC")];
    let parameters: Fields = pairs.into_iter().collect();
    let now = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap();
    let asked = Asked { start: 490, number: 500, window: (now, now), parameters: &parameters };
    let text = encode(&"t\"1".to_owned().into(), &asked);
    // By hand, after RFC 8259.
    let expected = r#"{"token":"t\"1","start":490,"number":500,"search":"a\"b\\é\u0001","completed":true,"startDate":"2026-01-01T00:00:00.000Z","endDate":"2026-01-01T00:00:00.000Z","sort":"dateCompleted","order":"DESC"}"#;
    assert_eq!(*text, expected);
}

#[track_caller]
fn page_of(body: &str) -> (usize, Option<u64>) {
    match decode(body.as_bytes()) {
        Read::Page(page) => (page.rows.len(), page.count),
        other => panic!("{body}: {other:?}"),
    }
}

#[test]
fn pages_are_read_in_every_form() {
    assert_eq!(page_of(r#"{"count":2,"rows":[{"progress":"100"},{"progress":0}]}"#), (2, Some(2)));
    assert_eq!(page_of(r#" {"count":"12","rows":[]} "#), (0, Some(12)));
    assert_eq!(page_of(r#"{"rows":[{}],"message":"ok","error":null}"#), (1, None));
    for none in [
        r#"{"count":0,"rows":null}"#,
        r#"{"count":0}"#,
        r#"{"message":"OK","count":0,"rows":null}"#,
        r#"{"message":"No records found.","count":"0"}"#,
        r#"{"msg":"Success!","count":0,"error":false}"#,
    ] {
        assert_eq!(page_of(none), (0, Some(0)), "{none}");
    }
    // As an older description has it.
    assert_eq!(page_of(r#"[{"progress":"0"}]"#), (1, None));
    assert_eq!(page_of("[]"), (0, None));
}

#[test]
fn failures_are_read_in_every_form() {
    let told = |body: &str, words: &str| {
        assert_eq!(decode(body.as_bytes()), Read::Told(words.to_owned()), "{body}");
    };
    told(r#"{"error":"Invalid token"}"#, "Invalid token");
    told(r#"{"Error":{"code":7,"message":" Invalid token "}}"#, "Invalid token");
    told(r#"{"errors":[{"message":"a"},"b"],"rows":[],"count":0}"#, "a; b");
    told(r#"{"message":"No"}"#, "No");
    told(r#"{"message":"OK"}"#, "OK");
    told(r#"{"message":"Invalid token","count":0,"rows":null}"#, "Invalid token");
    told(r#"{"message":"No such token found","count":0}"#, "No such token found");
    told(r#"{"message":"OK","error":"Invalid token","count":0}"#, "Invalid token");
    told(r#""Invalid token""#, "Invalid token");
    told(r#"{"error":true}"#, "the answer says that there is an error, and not which");
    assert_eq!(decode(b"Invalid token\r\n"), Read::Bare("Invalid token".to_owned()));
    for (body, kind) in [
        ("", "an empty answer"),
        ("<!DOCTYPE html><html></html>", "an HTML page"),
        ("{\"count\":2,\"rows\":[{\"pro", "JSON"),
        ("null", "text or bytes of another kind"),
        ("{}", "JSON without rows"),
        ("{\"rows\":null,\"count\":3}", "JSON without rows"),
        ("{\"rows\":{},\"count\":0}", "JSON without rows"),
    ] {
        assert_eq!(decode(body.as_bytes()), Read::Unreadable(kind), "{body}");
    }
    assert_eq!(decode(b"\xff\xfe"), Read::Unreadable("text or bytes of another kind"));
    assert_eq!(decode(br#"{"count":2,"rows":[{},7]}"#), Read::OddRow(2));
    assert_eq!(decode("words ".repeat(99).as_bytes()), Read::Unreadable("text or bytes of another kind"));
}
