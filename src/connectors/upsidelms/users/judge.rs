//! What an answer of `/rest/manageuser` means for the change that was sent. Pure.
//!
//! The codes are those of the table "Error Codes" in the vendor's section "Create/Update user in LMS
//! Database"; which of them a later try can mend is our judgement, since the document has no word on it.

use secrecy::SecretString;

use super::super::judge::{reply, same_call, told, unreadable};
use super::super::wire::{Answer, LmsError};
use super::wire::LmsReply;
use crate::model::{Outcome, Verdict};

const SEND_THE_PASSWORD: &str = "the portal demands the password on updates: set send = \"always\" for \
                                 password in the job, or switch off Admin Set Password";
const NO_LICENCES: &str = "the portal has no licences left: free some or buy more";

/// The classes of an error item, the weightiest last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Retry,
    MissingReference,
    ParkedForLicences,
    ParkedForPassword,
    Refused,
    StopConnection,
}

/// Judges the answer to the call that carried `token`; no text of `secrets` gets into the reason.
pub(super) fn judge(answer: &Answer<LmsReply>, token: &str, secrets: &[&SecretString]) -> Outcome {
    let judged = reply(answer).and_then(|reply| {
        same_call(reply.token.as_deref(), token)?;
        Ok(judge_reply(reply, secrets))
    });
    judged.unwrap_or_else(|outcome| outcome)
}

/// Judges the answer to an empty user, which a portal that knows us answers with its mandatory fields.
pub(super) fn judge_probe(answer: &Answer<LmsReply>, token: &str, secrets: &[&SecretString]) -> Outcome {
    let judged = judge(answer, token, secrets);
    let names_mandatory_fields = matches!(answer, Answer::Reply(reply)
        if reply.errors.iter().any(|error| error.number() == Some(2)));
    match judged.verdict {
        Verdict::Refused | Verdict::Parked | Verdict::MissingReference if names_mandatory_fields => outcome(
            Verdict::Accepted,
            &judged.code,
            "the portal knows the key and the password: it names its mandatory fields",
        ),
        _ => judged,
    }
}

fn judge_reply(reply: &LmsReply, secrets: &[&SecretString]) -> Outcome {
    let worst = reply.errors.iter().map(class).max();
    let Some(worst) = worst else {
        return judge_status(reply);
    };
    let (verdict, hint) = match worst {
        Class::Retry => (Verdict::Retry, None),
        Class::MissingReference => (Verdict::MissingReference, None),
        Class::ParkedForLicences => (Verdict::Parked, Some(NO_LICENCES)),
        Class::ParkedForPassword => (Verdict::Parked, Some(SEND_THE_PASSWORD)),
        Class::Refused => (Verdict::Refused, None),
        Class::StopConnection => (Verdict::StopConnection, None),
    };
    let code = reply.errors.iter().find(|error| class(error) == worst).map(|error| error.code.as_str());
    let told = told(verdict, code.unwrap_or_default(), &reply.errors.iter().collect::<Vec<_>>(), secrets);
    match hint {
        Some(hint) => Outcome { reason: format!("{}; {hint}", told.reason), ..told },
        None => told,
    }
}

fn judge_status(reply: &LmsReply) -> Outcome {
    let success = reply.status.as_deref().is_some_and(|status| status.eq_ignore_ascii_case("success"));
    match (success, &reply.token) {
        (true, Some(_)) => outcome(Verdict::Accepted, "success", ""),
        // The document sends the token back with every success. Another service behind a mistyped
        // address may well say "success" too, and a false success loses people, while a pause is seen.
        (true, None) => unreadable("the answer says success without the token of the call".to_owned()),
        (false, _) => outcome(Verdict::Retry, "fail", "the LMS says that it failed, and not why"),
    }
}

fn class(error: &LmsError) -> Class {
    let words = error.words();
    // By the message first: the document's own sample has this one under Err001.
    if words.contains("record does not exist") {
        return Class::MissingReference;
    }
    let names = |label: &str| words.contains(label);
    match error.number() {
        // The parameters of the call itself are the same for every user: none would get through.
        Some(1 | 2) if names("portal key") || names("(token id)") || names("(data language)") => {
            Class::StopConnection
        }
        Some(2) if names("(password)") => Class::ParkedForPassword,
        Some(3) => Class::MissingReference,
        Some(6) => Class::ParkedForLicences,
        Some(7) => Class::StopConnection,
        Some(500) => Class::Retry,
        _ => Class::Refused,
    }
}

fn outcome(verdict: Verdict, code: &str, reason: &str) -> Outcome {
    Outcome::new(verdict, code, reason)
}

#[cfg(test)]
mod tests {
    use super::super::super::samples::{
        ENCIPHERED_SUCCESS, SAMPLE_ERRORS, SAMPLE_PORTAL_KEY, SAMPLE_SUCCESS, TOKEN, portal,
    };
    use super::super::super::wire::decode;
    use super::super::wire::read;
    use super::*;
    use crate::connectors::mask::REASON_CHARS;

    const PASSING: Verdict = Verdict::RetryConnection { after: None };

    fn judged(body: &str) -> Outcome {
        let secret = SecretString::from("Start+1234".to_owned());
        judge(&decode(body.as_bytes(), &portal().cipher, read), TOKEN, &[&secret])
    }

    fn check(body: &str, verdict: Verdict, code: &str, reason: &str) {
        assert_eq!(judged(body), outcome(verdict, code, reason), "{body}");
    }

    /// One error item in a reply like the document's.
    fn check_item(item: &str, verdict: Verdict, code: &str, reason: &str) {
        check(
            &format!(r#"{{"error_list":[{item}],"status":"fail","lmstoken_id":"{TOKEN}"}}"#),
            verdict,
            code,
            reason,
        );
    }

    #[test]
    fn the_samples_of_the_document() {
        check(SAMPLE_SUCCESS, Verdict::Accepted, "success", "");
        check(ENCIPHERED_SUCCESS, Verdict::Accepted, "success", "");
        check(
            SAMPLE_PORTAL_KEY,
            Verdict::StopConnection,
            "Err001",
            "Invalid value received against parameter. (Portal key); is portal_key that of the portal at base_url?",
        );
        check(
            SAMPLE_ERRORS,
            Verdict::Refused,
            "Err004",
            "Err004: Invalid  Date format. (Date of Birth); Err004: Invalid  Date format. (Date of Joining); \
             Err001: Record does not exists in system. (LMS Role)",
        );
    }

    /// The examples of the document's table, one a code.
    #[test]
    fn every_error_code_of_the_document() {
        check_item(
            r#"{"Err001":"Invalid value received against parameter. (LMS Role)"}"#,
            Verdict::Refused,
            "Err001",
            "Invalid value received against parameter. (LMS Role)",
        );
        check_item(
            r#"{"Err002":"Mandatory Field. (First Name)"}"#,
            Verdict::Refused,
            "Err002",
            "Mandatory Field. (First Name)",
        );
        check_item(
            r#"{"Err003":"Record does not exist in system. (Node ID)"}"#,
            Verdict::MissingReference,
            "Err003",
            "Record does not exist in system. (Node ID)",
        );
        check_item(
            r#"{"Err004":"Invalid Date format. (Date of Joining)"}"#,
            Verdict::Refused,
            "Err004",
            "Invalid Date format. (Date of Joining)",
        );
        check_item(
            r#"{"Err005":"Duplicate record. (Email)"}"#,
            Verdict::Refused,
            "Err005",
            "Duplicate record. (Email)",
        );
        check_item(
            r#"{"Err006":"No Licenses Found."}"#,
            Verdict::Parked,
            "Err006",
            "No Licenses Found.; the portal has no licences left: free some or buy more",
        );
        check_item(r#"{"Err007":"Access Disabled"}"#, Verdict::StopConnection, "Err007", "Access Disabled");
        check_item(
            r#"{"Err500":"Internal server error."}"#,
            Verdict::Retry,
            "Err500",
            "Internal server error.",
        );
    }

    #[test]
    fn the_message_and_the_parameter_count_beside_the_code() {
        check_item(
            r#"{"Err001":"Record does not exists in system. (Line Manager Email)"}"#,
            Verdict::MissingReference,
            "Err001",
            "Record does not exists in system. (Line Manager Email)",
        );
        check_item(
            r#"{"Err001":"Invalid value received against parameter. (PORTAL  KEY)"}"#,
            Verdict::StopConnection,
            "Err001",
            "Invalid value received against parameter. (PORTAL  KEY); is portal_key that of the portal at base_url?",
        );
        check_item(
            r#"{"Err002":"Mandatory Field. (Token ID)"}"#,
            Verdict::StopConnection,
            "Err002",
            "Mandatory Field. (Token ID)",
        );
        check_item(
            r#"{"Err002":"Mandatory Field. (Password)"}"#,
            Verdict::Parked,
            "Err002",
            "Mandatory Field. (Password); the portal demands the password on updates: set send = \
             \"always\" for password in the job, or switch off Admin Set Password",
        );
        check_item(r#"{"Err099":"Out of order."}"#, Verdict::Refused, "Err099", "Out of order.");
    }

    #[test]
    fn the_weightiest_of_several_errors_decides_and_all_are_told() {
        let all = [
            (r#"{"Err500":"a"}"#, Verdict::Retry, "Err500"),
            (r#"{"Err003":"b"}"#, Verdict::MissingReference, "Err003"),
            (r#"{"Err006":"c"}"#, Verdict::Parked, "Err006"),
            (r#"{"Err005":"d"}"#, Verdict::Refused, "Err005"),
            (r#"{"Err007":"e"}"#, Verdict::StopConnection, "Err007"),
        ];
        for (upto, (_, verdict, code)) in all.iter().enumerate() {
            let items: Vec<_> = all.iter().take(upto + 1).map(|(item, ..)| *item).collect();
            let body = format!(r#"{{"error_list":[{}],"status":"fail"}}"#, items.join(","));
            let outcome = judged(&body);
            assert_eq!((&outcome.verdict, outcome.code.as_str()), (verdict, *code), "{body}");
            // The code of a single item stands in `code`; several stand each before its words.
            let codes = if upto == 0 { 0 } else { upto + 1 };
            assert_eq!(outcome.reason.matches("Err").count(), codes, "{}", outcome.reason);
        }
    }

    #[test]
    fn a_success_has_no_errors_and_the_tokens_of_the_call() {
        check(
            &format!(r#"{{"error_list":[],"status":"Success","lmstoken_id":"{TOKEN}"}}"#),
            Verdict::Accepted,
            "success",
            "",
        );
        let with_error = r#"{"error_list":[{"Err005":"Duplicate record. (Email)"}],"status":"success"}"#;
        check(with_error, Verdict::Refused, "Err005", "Duplicate record. (Email)");
        let other = r#"{"status":"success","lmstoken_id":"upsidelmstoken00010"}"#;
        let another_call = "the answer belongs to another call: it has another token";
        check(other, PASSING, "unreadable", another_call);
        let other =
            r#"{"error_list":[{"Err005":"Duplicate"}],"status":"fail","lmstoken_id":"upsidelmstoken00010"}"#;
        check(other, PASSING, "unreadable", another_call);
        let none = r#"{"status":"success"}"#;
        check(none, PASSING, "unreadable", "the answer says success without the token of the call");
        let no_reason = r#"{"error_list":[{}],"status":"fail"}"#;
        check(no_reason, Verdict::Retry, "fail", "the LMS says that it failed, and not why");
    }

    #[test]
    fn what_is_no_reply_pauses_the_connection_and_a_wrong_key_stops_it() {
        for (body, verdict) in [
            ("", PASSING),
            ("<html>503</html>", PASSING),
            ("{\"error_li", PASSING),
            ("OK", PASSING),
            (
                "Pc97yYzyLQ4MdV+kMUwwGlT7hiw14moz81jupir3VhAOKagR2YLtYQdsXWrhy0+rE5BflVHHw5sYnXO+KWc/jw==",
                Verdict::StopConnection,
            ),
        ] {
            assert_eq!(judged(body).verdict, verdict, "{body}");
        }
    }

    #[test]
    fn an_echoed_secret_and_endless_words_stay_out_of_the_reason() {
        check_item(
            r#"{"Err001":"Invalid value Start+1234 received. (Password)"}"#,
            Verdict::Refused,
            "Err001",
            "Invalid value *** received. (Password)",
        );
        let long = judged(&format!(r#"{{"Err001":"{}"}}"#, "ü".repeat(5_000)));
        assert_eq!(long.reason.chars().count(), REASON_CHARS + 1);
    }

    #[test]
    fn a_probe_is_answered_with_the_mandatory_fields() {
        let probe =
            |body: &str| judge_probe(&decode(body.as_bytes(), &portal().cipher, read), TOKEN, &[]).verdict;
        // {"error_list":[{"Err002":"Mandatory Field. (Unique ID)"},{"Err002":"Mandatory Field. (First Name)"}],"status":"fail","lmstoken_id":"upsidelmstoken00009"}
        let mandatory = "qzyXIgywwI3gAos+YbwrqDF2oeEBoPJEOwZSz5PIqg15eyuO/oarCim0gVXvHpSC7QD1C27gFIgq+7JWNaDhg+LZxEdYkphPoaytURRdGGZU6J0Uf4Wak4Y7MVgbYLbH4kkNzos8JXChNul6GgjiJUnsDq6Em+kvC9JyF5V1cv1BAh9/XlW+vNnK3wQZwUWaNs0/m2KA/3sxOLiNv8Ch3A==";
        assert_eq!(probe(mandatory), Verdict::Accepted);
        assert_eq!(probe(SAMPLE_PORTAL_KEY), Verdict::StopConnection);
        assert_eq!(probe(r#"{"error_list":[{"Err007":"Access Disabled"}]}"#), Verdict::StopConnection);
        assert_eq!(probe(r#"{"error_list":[{"Err500":"Internal server error."}]}"#), Verdict::Retry);
        assert_eq!(probe("<html>"), PASSING);
    }
}
