//! The questions of pulls that were not answered, or not in whole, in words. Pure.

use minijinja::{Value, context};

use super::lines::{ANSWER_CHARS, MAIL_LINES, cell, elsewhere};
use super::pulling::{events_left_out, names};
use super::sums::{count, number};
use super::wording::{clean, shorten};
use super::{FailureLine, Report};

/// What the file of all of them has in its name.
pub const NOT_ANSWERED: &str = "not-answered";

/// How many learners of one reason a mail names.
const NAMED: usize = 5;

/// Whether a mail has left out some of the events, and whether some of the failures.
pub fn left_out(report: &Report) -> (bool, bool) {
    (events_left_out(report), not_in_whole(report) > NAMED as u64)
}

/// The questions that were not answered, or whose answers are odd, in groups of one reason each.
pub(super) fn failures(report: &Report) -> Value {
    let mut groups: Vec<Vec<&FailureLine>> = Vec::new();
    for line in &report.failures {
        let same = |group: &&mut Vec<&FailureLine>| {
            group.first().is_some_and(|own| {
                (&own.pull, &own.code, &own.reason) == (&line.pull, &line.code, &line.reason)
            })
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(line),
            None => groups.push(vec![line]),
        }
    }
    let shown = groups.get(..MAIL_LINES).unwrap_or(&groups);
    let named: usize = shown.iter().map(|group| group.len().min(NAMED)).sum();
    let total = not_in_whole(report);
    let left = total.saturating_sub(named as u64);
    context! {
        total => number(total),
        lines => shown.iter().filter_map(|group| failure(group)).collect::<Vec<_>>(),
        more => (left > 0).then(|| elsewhere(report, left, NOT_ANSWERED)),
    }
}

fn not_in_whole(report: &Report) -> u64 {
    report.pulls.iter().map(|pull| pull.failed + pull.doubtful).sum()
}

fn failure(group: &[&FailureLine]) -> Option<Value> {
    let line = group.first()?;
    let mut whose: Vec<_> = group.iter().take(NAMED).map(|line| whose(line)).collect();
    if group.len() > NAMED {
        let others = (group.len() - NAMED) as u64;
        whose.push(format!("and {}", count(others, "other", "others")));
    }
    Some(context! {
        pull => clean(line.pull.as_str()),
        whose => whose.join("; "),
        code => cell(&line.code),
        reason => shorten(&clean(&line.reason), ANSWER_CHARS),
    })
}

fn whose(line: &FailureLine) -> String {
    if line.learner.is_empty() { "the whole question".to_owned() } else { names(&line.learner) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{pullsamples, text};

    #[test]
    fn one_reason_of_many_learners_is_said_once() {
        let mut report = pullsamples::plan();
        let line = report.failures[2].clone();
        let of = |number: u64| FailureLine { learner: format!("Uniqueid={number}"), ..line.clone() };
        report.failures = (1000..1300).map(of).collect();
        report.pulls[0].failed = 300;
        report.pulls[0].doubtful = 0;
        let words = text(&report).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(words.matches("Service Unavailable").count(), 1, "{words}");
        assert!(words.contains("Uniqueid=1004; and") && !words.contains("Uniqueid=1005"), "{words}");
        assert!(words.contains("and 295 more: rollbook show 2026-11-21.8"), "{words}");
        report.attachments.push("not-answered.csv".to_owned());
        assert!(text(&report).contains("and 295 more in not-answered.csv"));
        assert!(left_out(&report).1 && !left_out(&report).0);
    }
}
