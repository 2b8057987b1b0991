use super::*;
use crate::model::{PushCounts, RunStatus};
use crate::report::{html, json, samples, subject, text};

fn line(row: u64, key: &str, absent: bool, code: &str, reason: &str) -> VerifiedLine {
    VerifiedLine {
        row: Some(row),
        key: Key::from_values([key]),
        absent,
        code: code.to_owned(),
        reason: reason.to_owned(),
    }
}

/// A night whose completions were all accepted, and one of which the LMS does not show.
fn report() -> Report {
    let mut report = samples::ok();
    report.status = RunStatus::Partial;
    let push = &mut report.pushes[0];
    push.push = "learn.update_modules_statuses".into();
    push.connection = "learn".into();
    push.operation = "ispring.update_modules_statuses".into();
    push.status = RunStatus::Partial;
    push.counts = PushCounts { unchanged: 287, create: 25, accepted: 25, ..PushCounts::default() };
    push.verified = Some(Verified {
        asked: 20,
        there: 18,
        absent: 1,
        unknown: 1,
        lines: vec![
            line(
                14,
                "E1014",
                true,
                "results",
                "the LMS shows the module as not_started, and complete was sent",
            ),
            line(
                31,
                "E1031",
                false,
                "results",
                "the LMS shows no module of this enrolment: look in the LMS how the module stands",
            ),
        ],
    });
    report
}

#[test]
fn what_is_not_shown_reads_as_kept() {
    let report = report();
    insta::assert_snapshot!("verified.subject", subject(&report));
    insta::assert_snapshot!("verified.txt", text(&report));
    insta::assert_snapshot!("verified.html", html(&report));
}

#[test]
fn what_nobody_can_tell_is_a_note_alone() {
    let mut report = report();
    report.status = RunStatus::Ok;
    report.pushes[0].status = RunStatus::Ok;
    let verified = report.pushes[0].verified.as_mut().unwrap();
    verified.lines.remove(0);
    (verified.there, verified.absent) = (19, 0);
    assert_eq!(subject(&report), "[Rollbook] hr-users: 25 created (run 2026-11-21.3)");
    for rendered in [text(&report), html(&report)] {
        assert!(rendered.contains("Nothing needs you."), "{rendered}");
        assert!(!rendered.to_lowercase().contains("not shown by the lms"), "{rendered}");
        let flat = rendered.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains("19 there, 1 of which nobody can tell."), "{rendered}");
    }
    // Where it can tell of nothing at all somebody has to know.
    let verified = report.pushes[0].verified.as_mut().unwrap();
    (verified.asked, verified.unknown, verified.there) = (1, 1, 0);
    let flat = text(&report).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("* Nothing of learn.update_modules_statuses could be looked up in the LMS"),
        "{flat}"
    );
    assert!(flat.contains("the LMS shows no module of this enrolment: look in the LMS"), "{flat}");
    report.pushes[0].verified = Some(Verified { asked: 20, there: 20, ..Verified::default() });
    assert!(text(&report).contains("20 accepted changes were looked up in the LMS afterwards: 20 there."));
    report.pushes[0].verified = None;
    assert!(!text(&report).contains("looked up"));
}

#[test]
fn the_document_has_the_numbers_and_each_line() {
    let document = serde_json::to_value(json(&report())).unwrap();
    assert_eq!(
        document["pushes"][0]["verified"],
        serde_json::json!({
            "asked": 20, "there": 18, "absent": 1, "unknown": 1,
            "lines": [
                { "row": 14, "key": "E1014", "absent": true, "code": "results",
                  "reason": "the LMS shows the module as not_started, and complete was sent" },
                { "row": 31, "key": "E1031", "absent": false, "code": "results",
                  "reason": "the LMS shows no module of this enrolment: look in the LMS how the module stands" },
            ],
        })
    );
    let without = serde_json::to_value(json(&samples::ok())).unwrap();
    assert!(without["pushes"][0].get("verified").is_none());
}
