//! The sentences of a report: verdict and subject, and text made fit to be shown. Pure.

use crate::model::{OperationKind, RunStatus};

use super::pulling::{done, sentences};
use super::sums::{count, number, terms, total};
use super::{Report, verified};

/// The longest subject, in characters; mail lists cut sooner.
const SUBJECT_CHARS: usize = 150;

/// The subject of the mail: what is wrong first, then what was done.
pub(super) fn subject(report: &Report) -> String {
    let mark = match report.status {
        RunStatus::Ok | RunStatus::Nothing => "",
        RunStatus::Partial | RunStatus::Held | RunStatus::Failed => headline(report.status),
    };
    let mut text = "[Rollbook] ".to_owned();
    if !mark.is_empty() {
        text.push_str(mark);
        text.push(' ');
    }
    text.push_str(report.job.as_str());
    text.push_str(": ");
    text.push_str(&match (report.status, &report.failure) {
        (RunStatus::Failed, Some(failure)) => {
            let sentence = first_sentence(failure).0;
            shorten(sentence.split("; ").next().unwrap_or(sentence).trim_end_matches(['.', ':']), 80)
        }
        _ if !report.pulls.is_empty() => done(report),
        (RunStatus::Failed, None) => "see the report".to_owned(),
        _ => what_was_done(report, "rejected", "rejected"),
    });
    let tail = format!(" (run {})", clean(report.run.as_str()));
    shorten(&clean(&text), SUBJECT_CHARS.saturating_sub(tail.chars().count())) + &tail
}

/// The run in one sentence.
pub(super) fn verdict(report: &Report) -> String {
    if report.failure.is_none() && !report.pulls.is_empty() {
        return sentences(report);
    }
    let done = || what_was_done(report, "row rejected", "rows rejected");
    match report.status {
        RunStatus::Ok if report.vanished_total > 0 => {
            format!("Done, and something is left for you to look at: {}.", done())
        }
        RunStatus::Ok => format!("All well: {}.", done()),
        RunStatus::Partial => format!("Done in part: {}.", done()),
        RunStatus::Held => format!("Held until somebody decides: {}.", done()),
        RunStatus::Nothing => match report.notes.first() {
            Some(note) => sentence(&format!("Nothing to do: {}", clean(note))),
            None if report.source.is_none() => "Nothing to do: there was no file.".to_owned(),
            None => format!("Nothing to do: {}.", done()),
        },
        RunStatus::Failed => match &report.failure {
            Some(failure) => sentence(&format!("Failed: {}", clean(first_sentence(failure).0))),
            None => "The run failed.".to_owned(),
        },
    }
}

/// `1 assignment`, `2 people`; `records` where nobody can say what they are.
pub(super) fn records(kind: Option<OperationKind>, how_many: u64) -> String {
    let (one, many) = kind.map_or(("record", "records"), OperationKind::nouns);
    count(how_many, one, many)
}

/// The word for a status, as subjects and headings show it.
pub(super) fn headline(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Ok => "OK",
        RunStatus::Nothing => "NOTHING TO DO",
        RunStatus::Partial => "PARTIAL",
        RunStatus::Held => "HELD",
        RunStatus::Failed => "FAILED",
    }
}

/// What became of the changes of all pushes, in one line.
fn what_was_done(report: &Report, rejected_one: &str, rejected_many: &str) -> String {
    let all = total(&report.pushes);
    let changes = all.changes();
    let mut said = Vec::new();
    if report.status == RunStatus::Held && all.held == 0 {
        // A doubt about the file can hold a push that has no change at all.
        let guards: Vec<_> = report.guards.iter().map(|line| line.guard.as_str()).collect();
        let by = if guards.is_empty() { "a guard".to_owned() } else { guards.join(", ") };
        said.push(format!("stopped by {by}"));
    }
    if all.held > 0 {
        said.push(count(all.held, "change held", "changes held"));
    }
    if changes > 0 && all.accepted == changes {
        // Only where all were accepted do the planned kinds say what the LMS has done.
        said.extend(terms(&[
            (all.create, "created"),
            (all.update, "updated"),
            (all.deactivate, "deactivated"),
            (all.remove, "removed"),
        ]));
    } else if all.held > 0 && changes > all.held {
        let others = count(changes - all.held, "other", "others");
        said.push(format!("{} of {others} accepted", number(all.accepted)));
    } else if changes > all.held {
        said.push(format!("{} of {} accepted", number(all.accepted), count(changes, "change", "changes")));
    }
    said.extend(terms(&[
        (all.already, "already there"),
        (all.refused, "refused"),
        (all.parked, "parked"),
        (all.in_doubt, "in doubt"),
        (all.pending, "pending"),
        (all.superseded, "superseded"),
    ]));
    if all.rejected > 0 {
        said.push(count(all.rejected, rejected_one, rejected_many));
    }
    if verified::absent(report) > 0 {
        said.push(format!("{} not shown by the LMS", number(verified::absent(report))));
    }
    if report.vanished_total > 0 {
        said.push(format!("{} no longer in the file", number(report.vanished_total)));
    }
    if said.is_empty() {
        let read = report.source.as_ref().map_or(0, |source| source.read);
        said.push(match read {
            0 => "no rows were read".to_owned(),
            read => format!("no changes in {}", count(read, "row", "rows")),
        });
    }
    said.join(", ")
}

/// One line without control characters, nor those that turn the direction of text; trimmed.
pub(super) fn clean(text: &str) -> String {
    one_line(text).trim().to_owned()
}

/// The same with the blanks at its ends, which may be what is wrong with a value.
pub(super) fn one_line(text: &str) -> String {
    text.replace(|c: char| c.is_control() || turns_text(c), " ")
}

/// The text, cut off with `…` where it is longer than `max` characters.
pub(super) fn shorten(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    text.chars().take(max.saturating_sub(1)).chain(['…']).collect()
}

fn turns_text(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The first sentence or line, and the rest.
pub(super) fn first_sentence(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    match (text.find(". "), text.find('\n')) {
        (Some(stop), line) if line.is_none_or(|line| stop < line) => {
            text.split_at_checked(stop + 1).unwrap_or((text, ""))
        }
        (_, Some(line)) => text.split_at_checked(line).unwrap_or((text, "")),
        (_, None) => (text, ""),
    }
}

fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PushCounts;
    use crate::report::samples;

    #[test]
    fn a_subject_is_one_line_whatever_the_names_hold() {
        let mut report = samples::failed();
        report.job = "x\r\nBcc: thief@example.org\r\n\r\n<b>".into();
        report.failure = Some("a\u{202e}b\u{0}c ".repeat(200));
        let subject = subject(&report);
        assert!(!subject.chars().any(|c| c.is_control() || turns_text(c)), "{subject:?}");
        assert!(subject.chars().count() <= SUBJECT_CHARS, "{subject}");
        assert!(subject.ends_with("(run 2026-11-21.6)"), "{subject}");
    }

    #[test]
    fn planned_kinds_are_told_as_done_only_when_all_were_accepted() {
        let mut report = samples::ok();
        assert!(verdict(&report).contains("3 created, 12 updated"), "{}", verdict(&report));
        report.pushes[0].counts.accepted -= 1;
        report.pushes[0].counts.refused += 1;
        report.status = RunStatus::Partial;
        assert_eq!(verdict(&report), "Done in part: 14 of 15 changes accepted, 1 refused.");
    }

    #[test]
    fn a_hold_without_changes_names_its_guard() {
        let mut report = samples::held();
        report.pushes[0].counts = PushCounts::default();
        report.guards[0].guard = "empty_file".to_owned();
        assert_eq!(verdict(&report), "Held until somebody decides: stopped by empty_file.");
    }

    #[test]
    fn a_run_that_did_nothing_says_why() {
        let mut report = samples::ok();
        report.status = RunStatus::Nothing;
        report.notes = vec!["the same bytes as run 2026-11-20.1".to_owned()];
        assert_eq!(verdict(&report), "Nothing to do: the same bytes as run 2026-11-20.1.");
        report.notes.clear();
        report.source = None;
        assert_eq!(verdict(&report), "Nothing to do: there was no file.");
    }
}
