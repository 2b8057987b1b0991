//! Every code of the document and of the vendor's general list, alone and within a call of three.

use super::super::wire::decode;
use super::super::wire::tests::{RECORDED_KEYS, SAMPLE, answer, keys};
use super::*;

const SMALLER: Verdict = Verdict::Smaller { most: 1 };
const RETRY: Verdict = Verdict::Retry;

/// Three records: the second is found by everything that the document's messages name.
fn records() -> [Fields; 3] {
    let row = |user: (&str, &str), group: (&str, &str), session: &str| {
        [user, group, ("LearningModuleID", "3860"), ("LearningModuleSessionID", session)]
            .into_iter()
            .collect()
    };
    [
        row(("Email", "dana.brown@finashoes.com"), ("GroupName", "Shoes"), "1"),
        row(("Email", "[user email]"), ("GroupName", "[group name]"), "2"),
        row(("EmployeeID", "[employee id]"), ("GroupID", "[group id]"), "3"),
    ]
}

fn verdicts(outcomes: &[Outcome]) -> Vec<Verdict> {
    outcomes.iter().map(|outcome| outcome.verdict.clone()).collect()
}

/// One record, and the document's message for it.
#[track_caller]
fn check_alone(code: &str, text: &str, verdict: Verdict, hint: &str) {
    let [first, ..] = records();
    for result in ["Failed", "Success"] {
        let outcomes = judge(&answer(result, "", &[(code, text)]), &[&first], &keys());
        let reason = match hint {
            "" => text.to_owned(),
            hint => format!("{}; {hint}", text.trim_end_matches('.')),
        };
        let expected = Outcome::new(verdict.clone(), code, reason);
        let expected = if code == "ESH:28" { expected.without_effect() } else { expected };
        assert_eq!(outcomes, [expected], "{code} {result}");
    }
}

/// Three records of which the first was taken, and a message that is about the second or nobody.
#[track_caller]
fn check_among(code: &str, text: &str, expected: [Verdict; 3]) {
    let records = records();
    let info = "<Enrollment block=\"1\"><User>dana.brown@finashoes.com</User>\
                <LearningModuleID>3860</LearningModuleID></Enrollment>";
    let outcomes = judge(&answer("Success", info, &[(code, text)]), &records.each_ref(), &keys());
    assert_eq!(verdicts(&outcomes), expected, "{code}: {text}");
}

/// A message with a block, set in every way that "[block #]" can be read.
#[track_caller]
fn check_block(code: &str, text: &str, verdict: Verdict) {
    check_alone(code, &format!("Enrollment [1] - {text}"), verdict.clone(), "");
    for block in ["[2]", "2", "[block 2]", "[block #2]"] {
        let text = format!("Enrollment {block} - {text}");
        check_among(code, &text, [Verdict::Accepted, verdict.clone(), SMALLER]);
    }
}

/// A message without a block that is about the row as the LMS sees it, and names nobody.
#[track_caller]
fn check_nobodys(code: &str, text: &str, verdict: Verdict, hint: &str) {
    check_alone(code, text, verdict, hint);
    check_among(code, text, [Verdict::Accepted, SMALLER, SMALLER]);
}

#[test]
fn codes_without_a_block() {
    for (code, what) in [
        ("ESH:01", "Email"),
        ("ESH:02", "EmployeeID"),
        ("ESH:03", "GroupName"),
        ("ESH:04", "GroupID"),
        ("ESH:05", "LearningModuleID"),
        ("ESH:06", "LearningModuleSessionID"),
        ("ESH:07", "EnrollmentStatus"),
        ("ESH:09", "Grade"),
        ("ESH:10", "EnrolledDate"),
    ] {
        check_nobodys(code, &format!("The {what} provided is not valid."), Verdict::Refused, "");
    }
    check_nobodys(
        "ESH:25",
        "You do not have permissions to assign a user a course under the group selected.",
        Verdict::Parked,
        NO_PERMISSION,
    );
    check_nobodys("ESH:26", "The user provided is already enrolled into the session.", Verdict::Already, "");
    check_nobodys(
        "ESH:27",
        "The course is not assigned to the learner's group.",
        Verdict::Parked,
        NOT_ASSIGNED,
    );
    check_nobodys("ESH:28", "Historical Session enrollment failed.", RETRY, "");
}

#[test]
fn codes_with_a_block() {
    for (code, text) in [
        ("ESH:12", "Enrolled date provided is not valid."),
        (
            "ESH:13",
            "Enrollment Status is not valid. Valid statuses are 'NotAttended', 'Attended' or 'Completed'.",
        ),
        ("ESH:14", "The Learning Module ID provided is not valid."),
        ("ESH:15", "The Learning Module Session ID provided is not valid."),
        ("ESH:16", "The Learning Module Session ID was not provided."),
        (
            "ESH:17",
            "Grade is not valid for session with grade type 'Letter Grade'. Letter Grade must be 5 characters \
             or less.",
        ),
        (
            "ESH:18",
            "Grade is not valid for session with grade type 'Pass/Fail'. Valid values are 'Pass' and 'Fail'.",
        ),
        ("ESH:19", "Grade is not valid for session with grade type 'Percentage'."),
        ("ESH:20", "If enrollment status is Not Attended, user cannot have a grade."),
        ("ESH:21", "The email address '[user email]' is not a valid user."),
        ("ESH:22", "The employee id '[employee id]' is not a valid user."),
    ] {
        check_block(code, text, Verdict::Refused);
    }
}

#[test]
fn codes_that_name_a_user_or_a_group() {
    let refused = Verdict::Refused;
    let second = [Verdict::Accepted, refused.clone(), SMALLER];
    let third = [Verdict::Accepted, SMALLER, refused.clone()];
    check_alone("ESH:23", "The group name '[group name]' is not valid.", refused.clone(), "");
    check_among("ESH:23", "The group name '[group name]' is not valid.", second.clone());
    check_alone("ESH:24", "The group identifier '[group id]' is not valid.", refused, "");
    check_among("ESH:24", "The group identifier '[group id]' is not valid.", third.clone());
    // The same without their block, and with the case that the LMS gives an address.
    check_among("ESH:21", "The email address '[USER email]' is not a valid user.", second);
    check_among("ESH:22", "The employee id '[employee id]' is not a valid user.", third);
    // Nobody here is named so.
    check_among("ESH:23", "The group name 'Boots' is not valid.", [Verdict::Accepted, SMALLER, SMALLER]);
}

#[test]
fn a_name_that_is_in_several_rows_says_not_which_is_meant() {
    let row = |user: &str, group: &str| -> Fields {
        [("Email", user), ("GroupName", group), ("LearningModuleID", "1")].into_iter().collect()
    };
    let rows = [row("a@x.org", "g"), row("b@x.org", "g"), row("c@x.org", "G"), row("d@x.org", "h")];
    let judged = |info: &str, others: &[(&str, &str)]| {
        let wrong = [("ESH:23", "The group name 'g' is not valid.")];
        let errors = [others, &wrong].concat();
        verdicts(&judge(&answer("Success", info, &errors), &rows.each_ref(), &keys()))
    };
    let (one, two) = ("<Enrollment block=\"1\"/>", "<Enrollment block=\"1\"/><Enrollment block=\"2\"/>");
    assert_eq!(judged(one, &[]), [Verdict::Accepted, SMALLER, SMALLER, SMALLER]);
    // One is there already or failed, another one is not in the group: neither is refused for the other.
    for other in ["ESH:26", "ESH:28"] {
        let others = [(other, "The user provided is already enrolled into the session.")];
        assert_eq!(judged(one, &others), [Verdict::Accepted, SMALLER, SMALLER, SMALLER]);
    }
    assert_eq!(judged(two, &[]), [Verdict::Accepted, Verdict::Accepted, Verdict::Refused, SMALLER]);
}

/// Whoever is in it: row by row it would be the same.
#[test]
fn a_call_that_the_user_may_not_make_is_not_tried_row_by_row() {
    let text = "The required permissions are not met to call the enrollmentSessionHistory method.";
    check_alone("ESH:11", text, Verdict::Parked, NO_PERMISSION);
    check_among("ESH:11", text, [const { Verdict::Parked }; 3]);
}

/// The general codes are about the call, so they are about all of its records.
#[test]
fn the_general_codes() {
    let stop = |code: &str, text: &str, hint: &str| {
        check_alone(code, text, Verdict::StopConnection, hint);
        check_among(code, text, [const { Verdict::StopConnection }; 3]);
    };
    stop("SU:01", "No POST data detected.", NO_DATA);
    stop("SU:02", "Package parameter not found.", NOT_UNDERSTOOD);
    stop("SU:03", "Package data is not properly formatted XML.", NOT_UNDERSTOOD);
    stop("SU:04", "SmarterU root tag not found in Package data.", NOT_UNDERSTOOD);
    stop("SU:05", "AccountAPI tag not found in Package data.", NOT_UNDERSTOOD);
    stop("SU:06", "UserAPI tag not found in Package data.", NOT_UNDERSTOOD);
    stop("SU:07", "Method tag not found in Package data.", NOT_UNDERSTOOD);
    stop("SU:08", "Parameters tag not found in Package data.", NOT_UNDERSTOOD);
    stop("SU:09", "Parameters tag contains no information.", NOT_UNDERSTOOD);
    stop("SU:10", "User and Account API keys are invalid.", WRONG_KEYS);
    stop("SU:11", "Requested method does not exist.", NOT_UNDERSTOOD);
    stop("SU:12", "Incorrect/Missing Structure/Parameters.", NOT_UNDERSTOOD);
    stop("SU:13", "Element Grades was found where it should not exist.", NOT_UNDERSTOOD);
    check_nobodys("SU:9999", "Unknown method call failure.", RETRY, "");
}

#[test]
fn codes_that_no_list_has() {
    check_nobodys("ESH:08", "No.", Verdict::Refused, "");
    check_nobodys("ESH:29", "No.", Verdict::Refused, "");
    check_nobodys("XX:1", "No.", Verdict::Refused, "");
    check_nobodys("SU:14", "No.", RETRY, "");
    let [first, ..] = records();
    let judged = |errors: &[(&str, &str)]| judge(&answer("Failed", "", errors), &[&first], &keys());
    let said = judged(&[("", "")]);
    assert_eq!((&said[0].verdict, said[0].code.as_str()), (&RETRY, "error"));
    assert_eq!(judged(&[("", "No.")]), [Outcome::new(Verdict::Refused, "error", "No.")]);
    assert_eq!(judged(&[("esh: 26", "Already.")])[0].verdict, Verdict::Already);
}

#[test]
fn the_samples() {
    let [first, ..] = records();
    let sample = decode(SAMPLE.as_bytes()).unwrap();
    assert_eq!(judge(&sample, &[&first], &keys()), [Outcome::new(Verdict::Accepted, "success", "")]);
    let recorded = decode(RECORDED_KEYS.as_bytes()).unwrap();
    let stopped = judge(&recorded, &[&first], &keys());
    assert_eq!(stopped[0].verdict, Verdict::StopConnection);
    assert!(stopped[0].reason.starts_with("User and Account API keys are invalid; check account_api"));
}

#[test]
fn a_success_is_for_the_rows_that_it_names() {
    let records = records();
    let judged =
        |result: &str, info: &str, rows: &[&Fields]| judge(&answer(result, info, &[]), rows, &keys());
    let two = "<Enrollment block=\"1\"/><Enrollment block=\"3\"/>";
    let some = judged("Success", two, &records.each_ref());
    assert_eq!(verdicts(&some), [Verdict::Accepted, SMALLER, Verdict::Accepted]);
    assert!(some[1].had_no_effect);
    assert_eq!(verdicts(&judged("Failed", two, &records.each_ref())), [SMALLER; 3]);
    // Alone, a row that is not named is tried again: if it is there, the LMS answers that it is.
    for (result, code) in [("Success", "absent"), ("Failed", "failed")] {
        let alone = judged(result, "", &[&records[0]]);
        assert_eq!((&alone[0].verdict, alone[0].code.as_str()), (&RETRY, code));
        assert!(!alone[0].had_no_effect);
    }
}

#[test]
fn a_success_with_an_error_is_none() {
    let records = records();
    let info = "<Enrollment block=\"1\"/><Enrollment block=\"2\"/><Enrollment block=\"3\"/>";
    let judged = |code: &str, text: &str| {
        judge(&answer("Success", info, &[(code, text)]), &records.each_ref(), &keys())
    };
    let own = judged("ESH:12", "Enrollment 2 - Enrolled date provided is not valid.");
    assert_eq!(verdicts(&own), [Verdict::Accepted, Verdict::Refused, Verdict::Accepted]);
    // One of the three failed, and all are named: none is believed, and most will be there already.
    let nobodys = judged("ESH:26", "The user provided is already enrolled into the session.");
    assert_eq!(verdicts(&nobodys), [SMALLER; 3]);
    assert!(nobodys.iter().all(|outcome| !outcome.had_no_effect && outcome.code == "ESH:26"));
    let alone = answer("Success", "<Enrollment block=\"1\"/>", &[("ESH:12", "Enrollment 9 - no")]);
    assert_eq!(verdicts(&judge(&alone, &[&records[0]], &keys())), [Verdict::Refused]);
}

#[test]
fn the_weightiest_of_several_errors_decides_and_all_are_told() {
    let [first, ..] = records();
    let all = [
        ("ESH:26", Verdict::Already),
        ("ESH:28", RETRY),
        ("ESH:27", Verdict::Parked),
        ("ESH:12", Verdict::Refused),
    ];
    for upto in 1..=all.len() {
        let errors: Vec<_> = all[..upto].iter().map(|(code, _)| (*code, "no")).collect();
        let (code, verdict) = &all[upto - 1];
        let outcome = judge(&answer("Failed", "", &errors), &[&first], &keys()).remove(0);
        assert_eq!((&outcome.verdict, outcome.code.as_str()), (verdict, *code));
        assert_eq!(outcome.reason.matches("ESH").count(), if upto == 1 { 0 } else { upto });
    }
}

#[test]
fn keys_and_endless_words_stay_out_of_a_reason_and_users_out_of_the_log() {
    let [first, ..] = records();
    let judged =
        |code: &str, text: &str| judge(&answer("Failed", "", &[(code, text)]), &[&first], &keys()).remove(0);
    assert_eq!(judged("ESH:01", "ACC*$^!&1 no").reason, "*** no");
    let of_the_row = judged("ESH:21", "The email address 'dana.brown@finashoes.com' is not a valid user.");
    assert!(of_the_row.reason.contains("dana.brown@finashoes.com"));
    // The engine logs why a connection stops.
    let stopped = judged("SU:12", "Incorrect: dana.brown@finashoes.com");
    assert_eq!(stopped.reason, format!("Incorrect: ***; {NOT_UNDERSTOOD}"));
    assert_eq!(judged("ESH:01", &"ü".repeat(5_000)).reason.chars().count(), mask::REASON_CHARS + 1);
}

#[test]
fn a_probe_is_answered_by_whoever_knows_the_keys() {
    let probe = |errors: &[(&str, &str)]| judge_probe(&answer("Failed", "", errors), &keys());
    for code in ["SU:09", "SU:12", "SU:13", "ESH:16"] {
        let outcome = probe(&[(code, "no")]);
        assert_eq!((outcome.verdict, outcome.code.as_str()), (Verdict::Accepted, code));
    }
    assert_eq!(judge_probe(&answer("Success", "", &[]), &keys()).verdict, Verdict::Accepted);
    for code in ["SU:01", "SU:02", "SU:08", "SU:10", "SU:11"] {
        assert_eq!(probe(&[("SU:12", "no"), (code, "no")]).verdict, Verdict::StopConnection, "{code}");
    }
    assert_eq!(probe(&[("SU:9999", "no")]).verdict, RETRY);
    assert_eq!(probe(&[("ESH:11", "no")]).verdict, Verdict::Parked);
    // Whatever else it says, it does not say that the keys are right.
    for error in [("", "Account is inactive."), ("XX:1", "no"), ("ESH", "no"), ("ESH:x", "no"), ("", "")] {
        let outcome = probe(&[error]);
        assert_ne!(outcome.verdict, Verdict::Accepted, "{error:?}");
        assert_ne!(probe(&[("SU:12", "no"), error]).verdict, Verdict::Accepted, "{error:?}");
    }
    assert_eq!(probe(&[("", "Account is inactive.")]).reason, "Account is inactive.");
    assert_eq!((probe(&[]).verdict, probe(&[]).code.as_str()), (RETRY, "failed"));
}
