//! Every code of the tables "Error Codes", and what the token says.

use super::super::super::samples::portal;
use super::super::samples::{TOKEN, catalog, heard};
use super::*;

const PASSING: Verdict = Verdict::RetryConnection { after: None };

fn judged(body: &str) -> Result<Answer, Outcome> {
    let (answer, _) = heard(body.as_bytes(), &catalog());
    let secret = SecretString::from("Portal-Secret".to_owned());
    judge(&answer, TOKEN, &Portal { password: secret, ..portal() })
}

#[track_caller]
fn check(body: &str, verdict: Verdict, code: &str, reason: &str) {
    let outcome = judged(body).unwrap_err();
    assert_eq!((outcome.verdict, outcome.code.as_str()), (verdict, code), "{body}");
    assert!(outcome.reason.starts_with(reason), "{body}: {}", outcome.reason);
}

#[test]
fn every_code_of_the_table() {
    use Verdict::{Refused, StopConnection};
    for (code, parameter, verdict, more) in [
        ("Err001", "Portal Key", StopConnection, "; is portal_key that of the portal at base_url?"),
        ("Err001", "Token ID", StopConnection, ""),
        ("Err001", "Learner ID", Refused, ""),
        ("Err001", "Content Mode", StopConnection, PARAMETERS),
        ("Err001", "Output List", StopConnection, PARAMETERS),
        ("Err001", "Access", StopConnection, PARAMETERS),
        ("Err001", "Certification", StopConnection, PARAMETERS),
        ("Err001", "Rating", StopConnection, PARAMETERS),
        ("Err001", "Validity", StopConnection, PARAMETERS),
        ("Err001", "Order By", StopConnection, PARAMETERS),
        ("Err004", "Start Date", StopConnection, PARAMETERS),
        ("Err004", "End Date", StopConnection, PARAMETERS),
        // Filters for which the table has no line.
        ("Err004", "Expiry Date", StopConnection, PARAMETERS),
        ("Err001", "Status", StopConnection, PARAMETERS),
        ("Err001", "Completion Status", StopConnection, PARAMETERS),
        // However they are written.
        ("Err001", " Rating ", StopConnection, PARAMETERS),
        ("Err001", "Order_by", StopConnection, PARAMETERS),
        ("Err001", "VALIDITY_DAYS", StopConnection, PARAMETERS),
        ("Err004", "Start_Date: 1", StopConnection, PARAMETERS),
        ("Err001", "Learner ID of (Rating)) (Learner ID", Refused, ""),
        ("Err001", "Access Code", Refused, ""),
    ] {
        let text = if code == "Err004" {
            "Invalid Date format."
        } else {
            "Invalid value received against parameter."
        };
        let text = format!("{text}({parameter})");
        for body in [
            format!(r#"{{"{code}": "{text}"}}"#),
            format!(r#"[{{"{code}": "{text}"}},{{"Token":"{TOKEN}"}}]"#),
            format!(r#"{{"curriculumCatalogDTO":[{{"{code}": "{text}"}},{{"Token":"{TOKEN}"}}]}}"#),
            format!(r#"{{"error_list":[{{"{code}": "{text}"}}],"status":"fail","lmstoken_id":"{TOKEN}"}}"#),
        ] {
            check(&body, verdict.clone(), code, &text);
            let reason = judged(&body).unwrap_err().reason;
            assert!(reason.ends_with(more), "{reason}");
            assert_eq!(reason.ends_with(PARAMETERS), more == PARAMETERS, "{reason}");
        }
    }
}

#[test]
fn other_codes_and_several() {
    check(r#"{"Err500":"Internal server error."}"#, Verdict::Retry, "Err500", "Internal server error.");
    check(r#"{"Err007":"Access Disabled"}"#, Verdict::StopConnection, "Err007", "Access Disabled");
    check(r#"{"Err003":"Record does not exist"}"#, Verdict::Refused, "Err003", "Record does not exist");
    check(r#"{"Msg002":"Not now"}"#, Verdict::Refused, "Msg002", "Not now");
    check(r#"{"Err001":"of Portal-Secret"}"#, Verdict::Refused, "Err001", "of ***");
    let both = r#"[{"Err001":"Invalid value.(Learner ID)"},{"Err001":"Invalid value.(Rating)"}]"#;
    check(both, Verdict::StopConnection, "Err001", "Err001: Invalid value.(Learner ID); Err001: Invalid");
    // An error among curricula: they are not all.
    let among = r#"[{"curriculum_id":"1"},{"Err500":"Broken"},{"Token":"Upside@2016"}]"#;
    check(among, Verdict::Retry, "Err500", "Broken");
    let within = r#"[{"curriculum_id":"1","Content":[{"Err500":"Broken"}]},{"Token":"Upside@2016"}]"#;
    check(within, Verdict::Retry, "Err500", "Broken");
}

#[test]
fn that_there_is_nothing_is_an_answer() {
    for body in [
        r#"{"Msg001":"No data found."}"#,
        r#"[{"Msg001":"No data found."}]"#,
        r#"{"curriculumCatalogDTO":[{"Msg001":"No data found."},{"Token":"Upside@2016"}]}"#,
        r#"{"curriculumCatalogDTO":{"msg001":"No data found."},"lmstoken_id":"Upside@2016"}"#,
        r#"{"error_list":[{"Msg001":"No data found."}],"status":"fail","lmstoken_id":"Upside@2016"}"#,
        r#"{"learningPlanDTO":[{"Token":"Upside@2016"}]}"#,
    ] {
        assert_eq!(judged(body), Ok(Answer::default()), "{body}");
        assert!(heard(body.as_bytes(), &catalog()).1.is_empty(), "{body}");
    }
    let both = r#"[{"Msg001":"No data found."},{"curriculum_id":"1"},{"Token":"Upside@2016"}]"#;
    check(both, PASSING, "unreadable", "the answer holds curricula and says that there are none");
}

#[test]
fn a_list_has_the_token_of_its_question_at_its_end() {
    let without = "the answer came without the token of the question at its end";
    for body in [
        r#"{"curriculumCatalogDTO":[{"curriculum_id":"1"}]}"#,
        r#"{"curriculumCatalogDTO":[]}"#,
        r#"{"curriculumCatalogDTO":null}"#,
        r#"[]"#,
        r#"[{"curriculum_id":"1"},{"Token":""}]"#,
    ] {
        check(body, PASSING, "unreadable", without);
    }
    let other = "the answer belongs to another call";
    for body in [
        r#"[{"curriculum_id":"1"},{"Token":"Upside@2017"}]"#,
        r#"[{"Err001":"Invalid value.(Portal Key)"},{"Token":"Upside@2017"}]"#,
        r#"{"Msg001":"No data found.","lmstoken_id":"Upside@2017"}"#,
    ] {
        check(body, PASSING, "unreadable", other);
    }
    let behind = r#"[{"Token":"Upside@2016"},{"curriculum_id":"1"}]"#;
    check(
        behind,
        PASSING,
        "unreadable",
        "the LMS answers with a list that goes on behind its token; nothing of the answer was taken",
    );
    for body in [
        r#"[{"curriculum_id":"1"},{"Token":"Upside@2016"}]"#,
        // As it was sent, by openssl.
        r#"[{"curriculum_id":"1"},{"Token":"b8RSAD289AnF8Si7UX+0Gg=="}]"#,
        // A single one without its brackets has its token beside it.
        r#"{"learningPlanDTO":{"curriculum_id":"1"},"Token":"Upside@2016"}"#,
        r#"{"curriculum_id":"1","Token":"Upside@2016"}"#,
    ] {
        assert_eq!(judged(body), Ok(Answer::default()), "{body}");
        assert_eq!(heard(body.as_bytes(), &catalog()).1.len(), 1, "{body}");
    }
}

/// A catalog in which no curriculum says anything of contents would have all of them taken for gone.
#[test]
fn contents_that_were_asked_for_are_spoken_of() {
    for (curricula, are_there) in [
        (r#"{"curriculum_id":"1"}"#, false),
        (r#"{"curriculum_id":"1","Content":"NA"},{"curriculum_id":"2","Content":null}"#, false),
        (r#"{"curriculum_id":"1","Content":[]}"#, true),
        (r#"{"curriculum_id":"1"},{"curriculum_id":"2","Content":[{"course_id":"1"}]}"#, true),
        (r#"{"curriculum_id":"1","Content":{"course_id":"1"}}"#, true),
        (r#"{"Msg001":"No data found."}"#, true),
    ] {
        let body = format!(r#"{{"curriculumCatalogDTO":[{curricula},{{"Token":"{TOKEN}"}}]}}"#);
        let (answer, _) = heard(body.as_bytes(), &catalog());
        let code = has_contents(&answer).err().map(|outcome| (outcome.verdict, outcome.code));
        let refused = (Verdict::Refused, "no contents".to_owned());
        assert_eq!(code, (!are_there).then_some(refused), "{curricula}");
    }
}
