//! Every judgement on what a learner report shows.

use super::*;
use crate::connectors::smarteru::wire::LmsError;

fn sent() -> Fields {
    let fields = [
        ("Email", "dana.brown@finashoes.com"),
        ("GroupName", "Shoes"),
        ("LearningModuleID", "3860"),
        ("LearningModuleSessionID", "77"),
        ("EnrollmentStatus", "Completed"),
        ("Grade", "95.25"),
    ];
    fields.into_iter().collect()
}

fn learner(module: Option<&str>, session: Option<&str>, grade: Option<&str>) -> Learner {
    let text = |text: Option<&str>| text.map(str::to_owned);
    Learner { module: text(module), session: text(session), grade: text(grade), ..Learner::default() }
}

#[track_caller]
fn check(learners: &[Learner], rows: Option<usize>, expected: &Seen) {
    let seen = held(learners, &sent()).unwrap_or_else(|| missing(learners, rows, &sent()));
    assert_eq!(seen, *expected, "{learners:?}");
}

#[test]
fn an_enrollment_is_told_by_its_session() {
    let other = learner(Some("9"), Some("1"), None);
    for grade in ["95.25", "95", "95.3 %"] {
        check(&[other.clone(), learner(Some("3860"), Some(" 77 "), Some(grade))], None, &Seen::There);
    }
    check(&[learner(None, Some("77"), Some("95.25"))], None, &Seen::There);
    for grade in ["60", "95.9", "94", "A+", "Pass"] {
        check(&[learner(Some("3860"), Some("77"), Some(grade))], None, &Seen::OtherGrade);
    }
    // What can't be seen can't be compared.
    for grade in [None, Some(" ")] {
        check(&[learner(Some("3860"), Some("77"), grade)], None, &Seen::NoGrade);
    }
    // Twice in the session: once as it was sent.
    let twice = [Some("60"), Some("95.25")].map(|grade| learner(None, Some("77"), grade));
    check(&twice, None, &Seen::There);
    // The session of one course is not another's.
    check(&[learner(Some("9"), Some("77"), None)], None, &Seen::Missing);
}

#[test]
fn grades_that_are_letters_and_words_are_compared_too() {
    for (was, shown, expected) in [
        ("A", "B", Seen::OtherGrade),
        ("A+", "a+", Seen::There),
        ("Pass", "Fail", Seen::OtherGrade),
        ("Pass", "PASS", Seen::There),
        ("A", "", Seen::NoGrade),
        ("", "B", Seen::There),
    ] {
        let mut sent = sent();
        sent.set("Grade".into(), was);
        let seen = held(&[learner(Some("3860"), Some("77"), Some(shown))], &sent);
        assert_eq!(seen, Some(expected), "{was}, {shown}");
    }
}

#[test]
fn rows_of_anybody_else_tell_nothing() {
    let row = learner(Some("3860"), Some("77"), Some("95.25"));
    let named = |email: &str| Learner { email: Some(email.to_owned()), ..row.clone() };
    let numbered = |user: &str| Learner { user: Some(user.to_owned()), ..row.clone() };
    check(&[named("Dana.Brown@FinaShoes.com")], None, &Seen::There);
    check(&[numbered("7"), numbered(" 7 ")], None, &Seen::There);
    let others = "the learner report shows enrollments of another user than was asked for";
    check(&[row.clone(), named("erin@finashoes.com")], None, &Seen::Unclear(others));
    let several = "the learner report shows enrollments of several users, and one was asked for";
    check(&[numbered("7"), numbered("8")], None, &Seen::Unclear(several));
    let sent: Fields =
        [("EmployeeID", "E7"), ("LearningModuleID", "3860"), ("LearningModuleSessionID", "77")]
            .into_iter()
            .collect();
    let employee = |id: &str| Learner { employee: Some(id.to_owned()), ..named("erin@finashoes.com") };
    assert_eq!(held(&[employee("e7")], &sent), Some(Seen::There));
    assert_eq!(held(&[employee("E8")], &sent), Some(Seen::Unclear(others)));
}

#[test]
fn only_a_whole_report_of_the_user_lacks_one() {
    check(&[learner(Some("3860"), Some("78"), None)], Some(1), &Seen::Missing);
    // Of a course that is none of sessions, or that is not ours.
    check(&[learner(Some("3860"), Some(""), None)], Some(1), &Seen::Missing);
    check(&[learner(Some("9"), None, None)], Some(1), &Seen::Missing);
    check(&[], Some(0), &Seen::Nothing);
    let more = "the learner report says that it has more rows than it shows";
    check(&[learner(Some("3860"), Some("78"), None)], Some(2), &Seen::Unclear(more));
    let silent = "the learner report does not show the sessions of enrollments";
    check(&[learner(Some("3860"), None, None)], None, &Seen::Unclear(silent));
    check(&[learner(None, None, None)], None, &Seen::Unclear(silent));
}

#[test]
fn what_is_seen_becomes_a_verdict() {
    assert_eq!(in_its_status(&Seen::There).verdict, Verdict::Accepted);
    assert_eq!(in_any_status(&Seen::Missing).verdict, Verdict::Absent);
    for (seen, words) in [
        (Seen::There, "in another status than was sent: look in the LMS"),
        (Seen::OtherGrade, "with another grade"),
        (Seen::NoGrade, "shows no grade"),
        (Seen::Nothing, "shows nothing of the user"),
        (Seen::Unclear("why"), "why: look"),
        (Seen::Endless, "more pages than can be read"),
    ] {
        let outcome = in_any_status(&seen);
        assert!(outcome.verdict == Verdict::InDoubt && outcome.reason.contains(words), "{outcome:?}");
        if seen != Seen::There {
            assert_eq!(in_its_status(&seen), outcome);
        }
    }
}

#[test]
fn an_answer_without_a_report_is_asked_again_or_left_to_a_person() {
    let keys = Keys { account: "account-key".to_owned().into(), user: "user-key".to_owned().into() };
    let report = |success, is_report, code: &str, text: &str| {
        let error = LmsError { code: code.to_owned(), text: text.to_owned() };
        let errors = if code.is_empty() && text.is_empty() { Vec::new() } else { vec![error] };
        Report { success, is_report, errors, ..Report::default() }
    };
    let believe = |report| believe(report, &sent(), &keys).unwrap_err();
    let outcome =
        believe(report(false, false, "GLR:05", "dana.brown@finashoes.com of account-key is not valid"));
    assert_eq!((outcome.verdict.clone(), outcome.code.as_str()), (Verdict::InDoubt, "GLR:05"));
    assert!(outcome.reason.contains("(*** of *** is not valid)"), "{outcome:?}");
    // Success beside an error is none.
    assert_eq!(believe(report(true, true, "SU:12", "no")).verdict, Verdict::InDoubt);
    assert_eq!(
        believe(report(false, false, "SU:9999", "Unknown method call failure.")).verdict,
        Verdict::Retry
    );
    assert_eq!(believe(report(false, false, "", "")).verdict, Verdict::Retry);
    assert_eq!(believe(report(true, false, "", "")).verdict, Verdict::InDoubt);
    assert!(super::believe(report(true, true, "", ""), &sent(), &keys).is_ok());
    let stop = left_to_a_person(Outcome::new(Verdict::StopConnection, "HTTP 404", "nothing is there"));
    assert_eq!((stop.verdict, stop.code.as_str()), (Verdict::InDoubt, "HTTP 404"));
}
