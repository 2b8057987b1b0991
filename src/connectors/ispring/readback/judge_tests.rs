//! Every judgement on what the lists show.

use super::*;

fn sent() -> Fields {
    let fields = [
        ("enrollmentId", "e1"),
        ("courseId", "c1"),
        ("contentItemId", "i1"),
        ("date", "2020-03-12"),
        ("status", "complete"),
        ("awardedScore", "90"),
    ];
    fields.into_iter().collect()
}

/// The row that shows just what was sent.
fn row() -> Standing {
    let text = |text: &str| Some(text.to_owned());
    Standing {
        enrolment: text("E1"),
        course: text("c1"),
        module: text("M1"),
        status: text("complete"),
        completed: text("2020-03-12T00:00:00+00:00"),
        score: Some(90.0),
    }
}

fn other_module() -> Standing {
    Standing { module: Some("m2".to_owned()), status: Some("not_started".to_owned()), ..row() }
}

#[track_caller]
fn check(rows: Vec<Standing>, verdict: Verdict, words: &str) {
    let modules = vec!["m0".to_owned(), "m1".to_owned()];
    let outcome = judge(&Seen::Rows { modules, rows }, &sent(), ChangeKind::Create);
    assert_eq!(outcome.verdict, verdict, "{outcome:?}");
    assert!(outcome.reason.contains(words), "{outcome:?}");
}

fn with_status(status: &str) -> Vec<Standing> {
    vec![other_module(), Standing { status: Some(status.to_owned()), ..row() }]
}

#[test]
fn a_module_that_stands_as_it_was_sent_is_there() {
    let words = "the module stands as it was sent";
    check(vec![other_module(), row()], Verdict::Accepted, words);
    check(vec![Standing { completed: None, score: None, ..row() }], Verdict::Accepted, words);
    // The day sent has no zone.
    for completed in ["2020-03-11T23:00:00-05:00", "2020-03-13T04:00:00+00:00", "2020-03-12", "soon"] {
        let completed = Some(completed.to_owned());
        check(vec![Standing { completed, ..row() }], Verdict::Accepted, words);
    }
    check(vec![Standing { score: Some(90.000_001), ..row() }], Verdict::Accepted, words);
    // One of two modules that the content item is.
    let twin = Standing {
        module: Some("m0".to_owned()),
        status: Some("in_progress".to_owned()),
        completed: None,
        score: None,
        ..row()
    };
    check(vec![twin, row()], Verdict::Accepted, words);
}

#[test]
fn after_an_update_all_that_was_sent_must_be_seen() {
    let check = |row: Standing, words: &str| {
        let seen = Seen::Rows { modules: vec!["m1".to_owned()], rows: vec![row] };
        let outcome = judge(&seen, &sent(), ChangeKind::Update);
        let expected = if words.is_empty() { Verdict::Accepted } else { Verdict::InDoubt };
        assert!(outcome.verdict == expected && outcome.reason.contains(words), "{words}: {outcome:?}");
    };
    check(row(), "");
    let dated = |completed: Option<&str>| Standing { completed: completed.map(str::to_owned), ..row() };
    check(dated(Some("2020-03-11T23:00:00-05:00")), "with another date");
    check(dated(Some("2020-03-13")), "with another date");
    check(dated(Some("soon")), "without its date");
    check(dated(None), "without its date");
    check(Standing { score: None, ..row() }, "without its score");
    check(Standing { score: Some(80.0), ..row() }, "with another score");
}

#[test]
fn a_module_that_plainly_stands_otherwise_is_not() {
    for status in ["not_started", "in_progress", "pending", "incomplete", "failed", "declined"] {
        let words = format!("the LMS shows the module as {status}, and complete was sent");
        check(with_status(status), Verdict::Absent, &words);
    }
    check(vec![other_module()], Verdict::Absent, "this one is not among them");
}

#[test]
fn what_is_not_plain_is_in_doubt() {
    for status in ["passed", "accepted"] {
        check(with_status(status), Verdict::InDoubt, "and complete was sent: look in the LMS");
    }
    check(with_status("archived"), Verdict::InDoubt, "a status that no document has");
    check(vec![Standing { status: None, ..row() }], Verdict::InDoubt, "without its status");
    for completed in ["2020-03-14T00:00:00+00:00", "2019-03-12T00:00:00Z"] {
        let completed = Some(completed.to_owned());
        check(vec![Standing { completed, ..row() }], Verdict::InDoubt, "with another date");
    }
    check(vec![Standing { score: Some(80.0), ..row() }], Verdict::InDoubt, "with another score");
    check(Vec::new(), Verdict::InDoubt, "the LMS shows no module of this enrolment");
    let others = Standing { enrolment: Some("e2".to_owned()), ..row() };
    check(vec![others], Verdict::InDoubt, "the LMS shows no module of this enrolment");
    let nobodys = Standing { enrolment: None, ..row() };
    check(vec![nobodys], Verdict::InDoubt, "does not say whose");
    for (seen, words) in
        [(Seen::NoModule, "lists no module of this content item"), (Seen::Endless, "more than can be read")]
    {
        let outcome = judge(&seen, &sent(), ChangeKind::Create);
        assert!(outcome.verdict == Verdict::InDoubt && outcome.reason.contains(words), "{outcome:?}");
    }
}

#[test]
fn an_answer_without_a_list_is_asked_again_or_left_to_a_person() {
    let denied = || {
        Listing::<Standing>::Denied(crate::connectors::ispring::wire::Denial {
            code: Some("403".to_owned()),
            text: "Permission denied for p-secret".to_owned(),
        })
    };
    let secret = "p-secret".to_owned().into();
    let failure = |verdict: Verdict| Some(Outcome::new(verdict, "HTTP", "words"));
    let page = |failure, status, listing| page(failure, status, listing, &[&secret]).unwrap_err();
    let outcome = page(failure(Verdict::StopConnection), 403, denied());
    assert_eq!((outcome.verdict.clone(), outcome.code.as_str()), (Verdict::InDoubt, "403"));
    assert!(outcome.reason.contains("Permission denied for ***"), "{outcome:?}");
    assert_eq!(page(None, 200, denied()).verdict, Verdict::InDoubt);
    let passing = Verdict::RetryConnection { after: None };
    assert_eq!(page(failure(passing.clone()), 503, denied()).verdict, passing);
    assert_eq!(page(failure(Verdict::StopConnection), 404, denied()).verdict, Verdict::InDoubt);
    assert_eq!(page(None, 200, Listing::Unreadable("an HTML page")).verdict, passing);
}
