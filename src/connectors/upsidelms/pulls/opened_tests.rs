//! Answers in clear and enciphered, whole and not, and what they are taken for.

use super::super::samples::{
    CATALOG_OFF, CATALOG_OFF_CBC, CATALOG_ON, CATALOG_ON_CBC, CATALOG_ON_ECB, catalog, heard,
};
use super::*;
use crate::connectors::upsidelms::cipher::Mode;

fn items(body: &[u8]) -> Option<usize> {
    let (answer, items) = heard(body, &catalog());
    matches!(answer, Answer::Reply(_)).then_some(items.len())
}

#[track_caller]
fn check(body: impl AsRef<[u8]>, expected: &str) {
    let (answer, _) = heard(body.as_ref(), &catalog());
    let found = match answer {
        Answer::Unreadable(what) => what.to_owned(),
        Answer::Spoilt(what) => format!("spoilt: {what}"),
        Answer::WrongKey => "wrong key".to_owned(),
        Answer::Reply(_) => "a reply".to_owned(),
    };
    assert_eq!(found, expected, "{}", String::from_utf8_lossy(body.as_ref()));
}

#[test]
fn an_answer_is_read_in_any_wrapping() {
    for body in [CATALOG_ON, CATALOG_ON_CBC] {
        for wrapped in [
            body.to_owned(),
            format!("\u{feff}{body}"),
            format!("\r\n {body}\n\n"),
            format!("\u{feff} {body}"),
        ] {
            assert_eq!(items(wrapped.as_bytes()), Some(7), "{wrapped}");
        }
    }
    let escaped = CATALOG_ON_CBC.replace('/', "\\/");
    for body in [format!("\"{CATALOG_ON_CBC}\""), format!("'{CATALOG_ON_CBC}'"), format!("\"{escaped}\" ")] {
        assert_eq!(items(body.as_bytes()), Some(7), "{body}");
    }
    let wide = format!("{}{CATALOG_ON}", " ".repeat(2 * AT_ONCE));
    assert_eq!(items(wide.as_bytes()), Some(7));
}

#[test]
fn the_other_mode_in_lines() {
    let cipher = Cipher::new(&secrecy::SecretString::from("Upside@2016".to_owned()), Mode::Ecb);
    let mut found = 0;
    let answer = open(CATALOG_ON_ECB.as_bytes(), &cipher, &catalog(), &mut |batch| {
        found += batch.len();
        true
    });
    assert!(matches!(answer, Some(Answer::Reply(_))), "{answer:?}");
    assert_eq!(found, 7);
    check(CATALOG_ON_ECB, "wrong key");
}

/// Wherever it is cut, half an answer is none.
#[test]
fn half_an_answer_is_never_whole() {
    for body in [CATALOG_OFF, CATALOG_OFF_CBC] {
        for length in 0..body.len() {
            let half = &body.as_bytes()[..length];
            let (answer, _) = heard(half, &catalog());
            assert!(matches!(answer, Answer::Unreadable(_) | Answer::Spoilt(_)), "{length}: {answer:?}");
        }
    }
    check(&CATALOG_OFF[..9], "JSON that is cut off or broken");
    check(&CATALOG_OFF[..500], "spoilt: a list that is cut off or broken after 0 whole elements");
    let comma = CATALOG_OFF.find("\n,\n").unwrap();
    check(&CATALOG_OFF[..comma + 2], "spoilt: a list that is cut off or broken after 1 whole elements");
    // Whole blocks, and half of one.
    check(&CATALOG_OFF_CBC[..640], "spoilt: enciphered JSON without its end");
    check(&CATALOG_OFF_CBC[..644], "spoilt: enciphered JSON without its end");
}

#[test]
fn what_is_no_answer_is_told() {
    check("", "an empty answer");
    check(" \r\n", "an empty answer");
    check("<!DOCTYPE html>\n<html></html>", "an HTML page");
    check("<error/>", "XML or HTML");
    check("Forbidden", "text or bytes of another kind");
    check("Service Unavailable", "text or bytes of another kind");
    check("\0\u{1}", "text or bytes of another kind");
    check("true", "text or bytes of another kind");
    check("{}", "JSON of another kind");
    check(r#"{"status":"success"}"#, "JSON of another kind");
    check(r#"{"curriculumCatalogDTO":7}"#, "spoilt: JSON of another kind");
    check(r#"{"curriculumCatalogDTO":"later"}"#, "spoilt: JSON of another kind");
    check(r#"["31"]"#, "a list of something else than curricula");
    check(r#"[{"name":"UL"}]"#, "a list of something else than curricula");
    let without = "spoilt: a list with a curriculum that has no curriculum_id that can be read: element";
    check(r#"[{"curriculum_name":"UL"}]"#, &format!("{without} 1, \"UL\""));
    check(r#"[{"curriculum_id":"1"},{"curriculum_id":"NA"}]"#, &format!("{without} 2"));
    // No float holds such an ID: it would be another's.
    for id in ["18446744073709551616", "1e300", "9007199254740993.0", "[1]"] {
        let body = format!(r#"{{"learningPlanDTO":[{{"curriculum_id":{id},"curriculum_name":"UL"}}]}}"#);
        check(body, &format!("{without} 1, \"UL\""));
    }
    check(r#"{"learningPlanDTO":[],"curriculumCatalogDTO":[]}"#, "spoilt: JSON with two lists");
    let twice = "spoilt: a list that is cut off or broken after 2 whole elements";
    check(format!("{CATALOG_OFF}{CATALOG_OFF}"), twice);
    check(format!("{CATALOG_OFF_CBC} x"), "text or bytes of another kind");
    // `No data found.` and `{"status":"success"}` by openssl.
    check("53/274IrXst2F/Vjz7i7jA==", "enciphered, but no JSON inside");
    check("kxvAe4hjidJBfXwDelQq2PwKk+b/t9uRbo2loPTa8UQ=", "JSON of another kind");
    // The document's sample reply with the password Other@2017.
    let other = "Pc97yYzyLQ4MdV+kMUwwGlT7hiw14moz81jupir3VhAOKagR2YLtYQdsXWrhy0+rE5BflVHHw5sYnXO+KWc/jw==";
    check(other, "wrong key");
}

#[test]
fn whoever_is_gone_ends_the_reading() {
    let cipher = super::super::super::samples::portal().cipher;
    for body in [CATALOG_ON, CATALOG_ON_CBC] {
        let answer = open(body.as_bytes(), &cipher, &catalog(), &mut |_| false);
        assert!(answer.is_none(), "{answer:?}");
    }
}
