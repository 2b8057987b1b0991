//! The rows of a report one by one: what we rejected, and what the LMS has not taken. Pure.

use minijinja::{Value, context};

use crate::model::ChangeState;

use super::sums::number;
use super::wording::{clean, one_line, shorten};
use super::{OpenLine, RefusalLine, RejectLine, Report, VanishedLine};

/// How many rows of a kind a mail shows; all are in the attachments.
pub(super) const MAIL_LINES: usize = 50;

/// The longest cell value shown, in characters.
pub(super) const VALUE_CHARS: usize = 120;

/// The longest words of an LMS shown, in characters.
pub(super) const ANSWER_CHARS: usize = 400;

/// What the LMS refused, and what it has not taken yet, with its words.
pub(super) fn answers(report: &Report) -> Value {
    let shown_refusals = |wanted: fn(ChangeState) -> bool| {
        report.refusals.iter().filter(move |line| wanted(line.state)).take(MAIL_LINES)
    };
    let refused: Vec<_> = shown_refusals(|state| state == ChangeState::Refused).map(refusal).collect();
    let waiting: Vec<_> = shown_refusals(|state| state != ChangeState::Refused).map(refusal).collect();
    let more_refusals = report.refusals_total.saturating_sub((refused.len() + waiting.len()) as u64);
    context! {
        refused => refused,
        waiting => waiting,
        more => (more_refusals > 0).then(|| elsewhere(report, more_refusals, "changes")),
    }
}

/// What is in doubt: of this run, and of earlier ones.
pub(super) fn in_doubt(report: &Report) -> Value {
    let own: Vec<_> = report.in_doubt.iter().take(MAIL_LINES).map(refusal).collect();
    let earlier: Vec<_> = report
        .still_open
        .iter()
        .filter(|line| in_doubt_still(line))
        .take(MAIL_LINES)
        .map(open_line)
        .collect();
    let left = report.in_doubt_total.saturating_sub(own.len() as u64);
    context! {
        any => !own.is_empty() || !earlier.is_empty() || left > 0,
        own => own,
        earlier => earlier,
        more => (left > 0).then(|| elsewhere(report, left, "changes")),
    }
}

/// Whether it is a change of an earlier run that nobody has settled.
pub(super) fn in_doubt_still(line: &OpenLine) -> bool {
    line.state == ChangeState::InDoubt
}

/// What is no longer in the file and can't be taken back.
pub(super) fn vanished(report: &Report) -> Value {
    let shown = report.vanished.get(..MAIL_LINES).unwrap_or(&report.vanished);
    let left = report.vanished_total.saturating_sub(shown.len() as u64);
    context! {
        total => number(report.vanished_total),
        lines => shown.iter().map(vanished_line).collect::<Vec<_>>(),
        more => (left > 0).then(|| {
            format!("and {} more: rollbook show {}", number(left), clean(report.run.as_str()))
        }),
    }
}

fn vanished_line(line: &VanishedLine) -> Value {
    let fields = line.fields.iter().filter(|(_, value)| !value.is_empty());
    let fields: Vec<_> = fields.map(|(name, value)| format!("{name}: \"{}\"", cell(value))).collect();
    context! {
        push => clean(line.push.as_str()),
        key => cell(line.key.as_str()),
        fields => shorten(&clean(&fields.join(", ")), ANSWER_CHARS + 2 * VALUE_CHARS),
    }
}

/// The rejected rows, up to what a mail shows.
pub(super) fn rejects(report: &Report) -> Value {
    let shown = report.rejects.get(..MAIL_LINES).unwrap_or(&report.rejects);
    let row = |line: &RejectLine| (line.push.clone(), line.sheet.clone(), line.row);
    let mut rows: Vec<_> = shown.iter().map(row).collect();
    rows.sort();
    rows.dedup();
    let left = report.rejects_total.saturating_sub(rows.len() as u64);
    // Where the cut goes through a row, the row is shown and some of its problems are not.
    let cut = left == 0 && report.rejects.len() > shown.len();
    let more = match (left, cut) {
        (0, false) => None,
        (0, true) => Some("Further problems of these rows stand in rejects.csv.".to_owned()),
        (left, _) => Some(elsewhere(report, left, "rejects")),
    };
    context! {
        total => number(report.rejects_total),
        any => report.rejects_total > 0 || !shown.is_empty(),
        sheets => shown.iter().any(|line| line.sheet.is_some()),
        lines => shown.iter().map(reject).collect::<Vec<_>>(),
        more => more,
    }
}

fn reject(line: &RejectLine) -> Value {
    let place = [
        line.sheet.as_deref().map(|sheet| format!("sheet {}", cell(sheet))),
        Some(format!("row {}", line.row)),
        line.key.as_ref().map(|key| format!("key {}", cell(key.as_str()))),
        line.field.as_ref().map(|field| format!("field {}", clean(field.as_str()))),
    ];
    context! {
        place => place.into_iter().flatten().collect::<Vec<_>>().join(", "),
        push => clean(line.push.as_str()),
        sheet => line.sheet.as_deref().map(cell),
        row => line.row.to_string(),
        key => line.key.as_ref().map(|key| cell(key.as_str())),
        field => line.field.as_ref().map(|field| clean(field.as_str())),
        value => line.value.as_deref().map(cell),
        reason => clean(&line.reason),
    }
}

fn refusal(line: &RefusalLine) -> Value {
    let row = line.row.map(|row| format!("row {row}, ")).unwrap_or_default();
    context! {
        place => format!("{row}key {}, {}", cell(line.key.as_str()), words(line.state)),
        push => clean(line.push.as_str()),
        row => line.row.map(|row| row.to_string()),
        key => cell(line.key.as_str()),
        state => words(line.state),
        code => cell(&line.code),
        reason => shorten(&clean(&line.reason), ANSWER_CHARS),
    }
}

/// Changes of earlier runs that are still open; what is in doubt stands by itself.
pub(super) fn open(report: &Report) -> Value {
    let all: Vec<_> = report.still_open.iter().filter(|line| !in_doubt_still(line)).collect();
    let shown: Vec<_> = all.iter().take(MAIL_LINES).map(|line| open_line(line)).collect();
    let left = (all.len() - shown.len()) as u64;
    context! {
        total => number(all.len() as u64),
        lines => shown,
        more => (left > 0).then(|| format!("and {} more", number(left))),
    }
}

fn open_line(line: &OpenLine) -> Value {
    context! {
        run => clean(line.run.as_str()),
        push => clean(line.push.as_str()),
        key => cell(line.key.as_str()),
        state => words(line.state),
        code => cell(&line.code),
        reason => shorten(&clean(&line.reason), ANSWER_CHARS),
    }
}

/// A state as people read it.
fn words(state: ChangeState) -> String {
    state.as_str().replace('_', " ")
}

/// Where the rest stands: in the attachment, or else behind a command.
pub(super) fn elsewhere(report: &Report, left: u64, file: &str) -> String {
    match report.attachments.iter().find(|name| name.contains(file)) {
        Some(name) => format!("and {} more in {}", number(left), clean(name)),
        None => format!("and {} more: rollbook show {}", number(left), clean(report.run.as_str())),
    }
}

/// A value as it was found, in one line and blanks included: it may be of any length and shape.
pub(super) fn cell(value: &str) -> String {
    shorten(&one_line(value), VALUE_CHARS)
}
