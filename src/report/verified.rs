//! What looking a sample of the accepted changes up in the LMS came to (`verify = "sample"`). Pure.

use minijinja::{Value, context};
use serde::Serialize;

use crate::model::Key;

use super::sums::{count, number};
use super::wording::{clean, one_line, shorten};
use super::{PushSection, Report};

/// The longest answer shown, in characters.
const REASON_CHARS: usize = 400;

/// What the look at a sample came to: `asked = there + absent + unknown`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verified {
    /// How many accepted changes were looked up.
    pub asked: u64,
    /// Those that the LMS shows.
    pub there: u64,
    /// Those that it does not show.
    pub absent: u64,
    /// Those of which nobody can tell.
    pub unknown: u64,
    /// Each that is not there, as far as is known.
    pub lines: Vec<VerifiedLine>,
}

/// An accepted change that the LMS does not show, or of which it can't tell.
#[derive(Clone, Debug, Serialize)]
pub struct VerifiedLine {
    /// The row; `None` where it has none.
    pub row: Option<u64>,
    /// The record.
    pub key: Key,
    /// Whether it surely is not there.
    pub absent: bool,
    /// The code.
    pub code: String,
    /// What was found.
    pub reason: String,
}

/// How many accepted changes of a report the LMS does not show.
pub(super) fn absent(report: &Report) -> u64 {
    report.pushes.iter().filter_map(|push| push.verified.as_ref()).map(|verified| verified.absent).sum()
}

/// What needs a person where the LMS could tell of nothing at all that was looked up, a push each: it is no
/// problem of the run, and yet nothing was verified.
pub(super) fn untold(push: &PushSection) -> Option<(String, Vec<String>)> {
    let verified = push.verified.as_ref()?;
    let line = verified.lines.first().filter(|_| verified.unknown == verified.asked)?;
    let title = format!("Nothing of {} could be looked up in the LMS", clean(push.push.as_str()));
    let asked = count(verified.asked, "accepted change was", "accepted changes were");
    let words = format!(
        "{asked} to be looked up, and the LMS could tell of none; put right what keeps it, or take `verify` out of the \
         job."
    );
    Some((title, vec![shorten(&clean(&line.reason), REASON_CHARS), words]))
}

/// What needs a person, in a list.
pub(super) fn title(absent: u64) -> String {
    let changes = count(absent, "accepted change is", "accepted changes are");
    format!("{changes} not shown by the LMS")
}

/// What that person can do.
pub(super) const ADVICE: &str = "Listed below, out of a sample that was looked up. Look in the LMS whether each is there. What is missing there has to be put right there, for Rollbook goes by the LMS's word that it \
     took it: the same row counts as unchanged and is not sent again.";

/// The lines that a person has to look at.
pub(super) fn section(report: &Report) -> Value {
    let of_push = |push: &PushSection| {
        let lines = push.verified.iter().flat_map(|verified| &verified.lines);
        let lines = lines.filter(|line| line.absent).map(|line| shown(push, line));
        lines.collect::<Vec<_>>()
    };
    context! {
        total => number(absent(report)),
        lines => report.pushes.iter().flat_map(of_push).collect::<Vec<_>>(),
    }
}

fn shown(push: &PushSection, line: &VerifiedLine) -> Value {
    let row = line.row.map(|row| format!("row {row}, ")).unwrap_or_default();
    let key = shorten(&one_line(line.key.as_str()), REASON_CHARS);
    context! {
        place => format!("{row}key {key}, not shown"),
        push => clean(push.push.as_str()),
        row => line.row.map(|row| row.to_string()),
        key => key,
        state => "not shown",
        code => clean(&line.code),
        reason => shorten(&clean(&line.reason), REASON_CHARS),
    }
}

/// What the look at a push's sample came to, in a sentence; and why nobody can tell of some, which is no
/// problem.
pub(super) fn notes(push: &PushSection) -> Vec<String> {
    let Some(verified) = push.verified.as_ref().filter(|verified| verified.asked > 0) else {
        return Vec::new();
    };
    let found = [
        (verified.there, "there"),
        (verified.absent, "not there"),
        (verified.unknown, "of which nobody can tell"),
    ];
    let found: Vec<_> = found
        .into_iter()
        .filter(|(how_many, _)| *how_many > 0)
        .map(|(how_many, what)| format!("{} {what}", number(how_many)))
        .collect();
    let asked = count(verified.asked, "accepted change was", "accepted changes were");
    let mut notes = vec![format!("{asked} looked up in the LMS afterwards: {}.", found.join(", "))];
    let unknown = verified.lines.iter().find(|line| !line.absent);
    notes.extend(unknown.map(|line| {
        let reason = shorten(&clean(&line.reason), REASON_CHARS);
        format!("Why the LMS can't tell (key {}): {reason}", clean(line.key.as_str()))
    }));
    notes
}

#[cfg(test)]
#[path = "verified_tests.rs"]
mod tests;
