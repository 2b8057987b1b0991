//! What a plan says of one curriculum, by the document's sample.

use super::super::learner::Learner;
use super::super::samples::portal;
use super::super::wire::decode;
use super::*;

/// The document's "Curriculum without content", byte for byte; its token is `Upside@2016`.
const SAMPLE: &str = r#"{ "learningPlanDTO":[ {
"last_access_date": "NA", "instructor": "NA", "learner_rating": "NA", "modified_date": "NA", "currency": "USD", "feedback": "NA", "assigned_date": "05\/06\/2016", "curriculum_name": "UL Curriculum", "end_date": "NA", "modified_by": "Upside Admin", "completion_count": "0", "seat_hours": "0", "validity": "5", "curriculum_id": "31", "purchase_count": "0", "nomination_date": "NA", "expired_date": "NA", "started_on": "NA", "seat_mins": "NA", "created_by": "Upside Admin", "created_date": "05\/06\/2016", "assignment_count": "1", "nomination_count": "0", "cost_per_person": "10.00", "community": "NA", "cancellation_date": "NA", "completion_date": "NA", "access": "private", "reference_title": "UL Curriculum", "certification": "no", "seat_limit": "NA", "avgratings": "NA", "start_date": "NA", "curriculum_completion_status": "not started", "curriculum_status": "available"
}
,
{
"Token": "Upside@2016"
}
]
}"#;

/// The same, enciphered by openssl.
const SAMPLE_ENCIPHERED: &str = "NWXhrt+4XhI4cC7dJLoJQMDqTfWVHw32AoDapQARcJmBpSOURYkMUCW/PKdPzfFNWgihhiXVRzxZD1xO+fsNN+lz1SFw6wZi4rXWe1ukuRkU8gptJwTuBbSLPFuxnDsHtJlP9HESLD/cDXnNdOQ5lqlBSXQ08asNTMUhG26nl1KzS9CYyHUpasQGzjS8VuJ/VJS0x8R/ToB8YZaCGB0oEjfMKB/FiPew/bPya92WsuQS/veX8kyFNLv8t4OAGi/dVY/bFNXMDMw5uhSmy1kMjhajY1SS4t3/9ncSJc+sFpeYd83JVvh0VUREhLAPRxTAEzzb0j6Riojg/twmEsf8uLrVci3VLNgQ4CK7nOxIBVVVQKv19LS/ONZKsoYPXkzpVgQ/rx8jkz9Dc8jL+QgXZmxRLdPNJ3yyYDjcuPLaJzHcB1bDBWje38CbgAwZUanb6FNvJaFoVN2BeNKr3VBC+IalflH7f008ntt5FqmYqRw6cJOV2wQHBUPJnFq+uPJCkWzM31/nwkira0iBCBfL4askz4M8d5z75vUR5jqejYmIeuv8xh09rzasAYJ0O2mmxqaecPrUozqJxhwHldiGqufY9L5PBP14VGE9jmDdkT1G1CEpU+VsPFcVMQLzQqvlTr3ZYdqklVatnxUqSJwwE1/8oi7OxRgedPbw1Jg+EX4ss9DvV0jNCTMYc3wkSQcU3xp5hdI4485uMTvAX5ofbQVrW06HXabE0KghW+ITJvV30fpzxagZ/si4sWYr3LSHU9IJWVZcJQncK1pZZ/ykE6xOBk+S4VOiTd5RZXfh9KG+C5tvHjZ18JgAr4ToGG5b4f7OuoPz4geLrQRC13fGvuQkpaT5zTBIrCeDmeh8I72PDIIpNKAWo6+2v4rO8Q/xvORVlFDT8IsS5lbEjw8T6i22jgM4hTjE6lL6FzTm0rhnJmd+kFpRWJpYBTAJUegYwyf81zCMCgy73GEvE1tZIxBM/vYuuxwb9quzci/D6e8XOcUfXkC1winlEe5LdEmMYQFkMxfUSCoIUTX2yt2ucrshPjiP4oA+ukPh4daD1B+/pgkXeALUJ9c+2PUYkPklmDxaQHKY8Q8Jm0Oa9JMVzrM/3S7STjmXNwvcDYbCmEamVVZmzCKE/TUz3+KpiUWzkSP96l7ankgOZBYM3igH5D7YUQSxGYz9CyVi9eqht3rfIXq7SQQ77QExR+ScQwYhriqkcB5Nvlrnx8bOTkCmbcO4oqHxtgVenmqmrvxwb7s=";

fn found(body: &str, curr_id: &str) -> Outcome {
    let portal = portal();
    let answer = decode(body.as_bytes(), &portal.cipher, read);
    find(&answer, "Upside@2016", curr_id, &portal.secrets())
}

fn check(body: &str, verdict: Verdict, reason: &str) {
    let outcome = found(body, "31");
    assert_eq!(outcome.verdict, verdict, "{body}: {outcome:?}");
    assert!(outcome.reason.starts_with(reason), "{body}: {outcome:?}");
    // Whoever has to look is told so.
    assert_eq!(outcome.verdict == Verdict::InDoubt, outcome.reason.ends_with(LOOK), "{outcome:?}");
    assert!(!outcome.reason.contains("and settle"), "there is no such command: {outcome:?}");
}

#[test]
fn the_sample_of_the_document() {
    for body in [SAMPLE, SAMPLE_ENCIPHERED] {
        assert_eq!(found(body, "31").verdict, Verdict::Accepted);
        assert_eq!(found(body, "3").verdict, Verdict::Absent);
        assert_eq!(found(body, "311").verdict, Verdict::Absent);
    }
}

#[test]
fn a_whole_plan_without_the_curriculum_lacks_it() {
    let token = r#"{"Token":"Upside@2016"}"#;
    let lacks = "the learner's plan does not hold the curriculum";
    check(&format!(r#"{{"learningPlanDTO":[{token}]}}"#), Verdict::Absent, lacks);
    check(&format!("[{token}]"), Verdict::Absent, lacks);
    check(&format!(r#"[{{"curriculum_id":30}},{{"curriculum_id":"32"}},{token}]"#), Verdict::Absent, lacks);
    check(&format!(r#"[{{"curriculum_id":30}},{{"curriculum_id":31}},{token}]"#), Verdict::Accepted, "");
    for no_data in [
        r#"{"learningPlanDTO":[{"Msg001":"No data found."},{"Token":"Upside@2016"}]}"#,
        r#"[{"Msg001":"No data found."},{"Token":"Upside@2016"}]"#,
        r#"{"error_list":[{"Msg001":"No data found."}],"status":"fail","lmstoken_id":"Upside@2016"}"#,
    ] {
        check(no_data, Verdict::Absent, lacks);
    }
}

/// A portal that knows learners by another identifier has no data for this one, though it has just assigned.
#[test]
fn that_there_is_nothing_counts_with_the_token_of_the_question_alone() {
    let token = "the learner's plan came without the token of the question";
    for no_data in [
        r#"{"Msg001":"No data found."}"#,
        r#"[{"Msg001":"No data found."}]"#,
        r#"{"error_list":[{"Msg001":"No data found."}],"status":"fail"}"#,
    ] {
        check(no_data, Verdict::InDoubt, token);
    }
    let other = r#"{"Msg001":"No data found.","lmstoken_id":"Upside@2017"}"#;
    check(other, Verdict::RetryConnection { after: None }, "the answer belongs to another call");
}

#[test]
fn an_id_is_found_however_its_number_is_written() {
    let plan = |id: &str| format!(r#"[{{"curriculum_id":{id}}},{{"Token":"Upside@2016"}}]"#);
    for (id, asked, verdict) in [
        (r#""31""#, "031", Verdict::Accepted),
        (r#""031""#, "31", Verdict::Accepted),
        ("31", " 31 ", Verdict::Accepted),
        (r#""UL-7""#, " UL-7", Verdict::Accepted),
        // Another curriculum, or the same as the portal writes it: a person can tell.
        (r#""UL-7""#, "ul-7", Verdict::InDoubt),
        (r#""UL-7""#, "UL-07", Verdict::InDoubt),
        (r#""310""#, "31", Verdict::Absent),
        (r#""UL-7""#, "7", Verdict::Absent),
    ] {
        let outcome = found(&plan(id), asked);
        assert_eq!(outcome.verdict, verdict, "{id} {asked:?}: {outcome:?}");
    }
}

#[test]
fn what_can_not_tell_is_left_to_a_person() {
    let in_doubt = |body: &str, reason: &str| check(body, Verdict::InDoubt, reason);
    let ids = "the learner's plan has curricula without their IDs";
    in_doubt(r#"[{"curriculum_name":"UL"},{"Token":"Upside@2016"}]"#, ids);
    in_doubt(r#"[{"curriculum_id":"30"},"31",{"Token":"Upside@2016"}]"#, ids);
    let token = "the learner's plan came without the token of the question";
    in_doubt(r#"{"learningPlanDTO":[{"curriculum_id":"31"}]}"#, token);
    in_doubt(r#"{"learningPlanDTO":[]}"#, token);
    in_doubt(r#"[{"Token":"Upside@2016"},{"curriculum_id":"30"}]"#, token);
    let both = "the learner's plan holds curricula and says that it has none";
    in_doubt(r#"[{"Msg001":"No data found."},{"curriculum_id":"30"},{"Token":"Upside@2016"}]"#, both);
    let learner = "Invalid value received against parameter.(Learner ID)";
    in_doubt(&format!(r#"{{"Err001":"{learner}"}}"#), learner);
    in_doubt(r#"{"error_list":[{"Err007":"Access Disabled"}],"status":"fail"}"#, "Access Disabled");
    in_doubt(r#"[{"curriculum_id":"31"},{"Err003":"Gone"},{"Token":"Upside@2016"}]"#, "Gone");
}

#[test]
fn what_went_wrong_on_the_way_is_a_failure() {
    let passing = Verdict::RetryConnection { after: None };
    let other = "the answer belongs to another call: it has another token";
    check(&SAMPLE.replace("Upside@2016", "Upside@2017"), passing.clone(), other);
    check("<html></html>", passing.clone(), "the answer is no reply of the LMS but an HTML page");
    check("{\"learningPlanDTO\":[", passing.clone(), "the answer is no reply of the LMS");
    check(r#"{"status":"success"}"#, passing, "the answer is no reply of the LMS but JSON of another kind");
    check(r#"{"Err500":"Internal server error."}"#, Verdict::Retry, "Internal server error.");
    for words in ["Portal Key", "Token ID"] {
        let words = format!("Invalid value received against parameter.({words})");
        check(&format!(r#"[{{"Err001":"{words}"}}]"#), Verdict::StopConnection, &words);
    }
    // {"status":"success","lmstoken_id":"upsidelmstoken00009"} with the password Other@2017
    check(
        "Pc97yYzyLQ4MdV+kMUwwGlT7hiw14moz81jupir3VhAOKagR2YLtYQdsXWrhy0+rE5BflVHHw5sYnXO+KWc/jw==",
        Verdict::StopConnection,
        "the answer does not decrypt",
    );
}

/// The value for one identifier is the document's own, that for three is openssl's.
#[test]
fn the_question_as_the_document_has_it() {
    let question = |values: &[(&str, &str)]| {
        let fields = values.iter().copied().collect();
        let form = encode(&portal(), "t", &Learner::of(&fields).unwrap());
        assert_eq!(
            form.each_ref().map(|(name, _)| *name),
            ["lmsportalid", "lmstokenid", "contentlist", "lmslearnerid"]
        );
        secrecy::ExposeSecret::expose_secret(&form[3].1).to_owned()
    };
    assert_eq!(
        question(&[("email_id", "amrit.ansarwadkar@upsidelearning.com")]),
        "7ckj8BeXjHxmMMl1p4hyylLq7MKY4EHithdDXxNbObsc/lWk4RbK800LjKTrgpx0"
    );
    // Uniqueid=E1
    assert_eq!(question(&[("unique_id", "E1")]), "KySC363iW6NimM9S2J6IbA==");
}
