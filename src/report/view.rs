//! What the templates show: the report turned into texts, capped and in the reader's time zone. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use minijinja::{Value, context};

use crate::model::{OperationKind, RunStatus};

use super::lines::{answers, in_doubt, open, rejects, vanished};
use super::needs::needs;
use super::pulling::{events, pulls};
use super::sums::{Sum, count, file_sum, number, push_sums};
use super::unanswered::{NOT_ANSWERED, failures};
use super::wording::{clean, headline, records, subject, verdict};
use super::{PushSection, Report, SourceSection, verified};

/// All that the templates need.
pub(super) fn view(report: &Report) -> Value {
    context! {
        run => clean(report.run.as_str()),
        job => clean(report.job.as_str()),
        description => clean(&report.description),
        subject => subject(report),
        headline => headline(report.status),
        colour => colour(report.status),
        verdict => verdict(report),
        needs => needs(report),
        file => report.source.as_ref().map(file),
        times => times(report),
        pushes => report.pushes.iter().map(|push| push_view(push, report)).collect::<Vec<_>>(),
        many_pushes => report.pushes.len() > 1,
        pulls => pulls(report),
        events => events(report),
        failures => failures(report),
        rejects => rejects(report),
        answers => answers(report),
        in_doubt => in_doubt(report),
        not_shown => verified::section(report),
        vanished => vanished(report),
        open => open(report),
        notes => report.notes.iter().map(|note| clean(note)).collect::<Vec<_>>(),
        attached => report.attachments.iter().map(|name| attached(name, report)).collect::<Vec<_>>(),
    }
}

fn file(source: &SourceSection) -> Value {
    context! {
        name => clean(&source.file),
        sha256 => clean(&source.sha256),
        sums => vec![sum(&file_sum(source.rows, source.filtered, source.read))],
    }
}

fn sum(sum: &Sum) -> Value {
    context! { label => sum.label, total => number(sum.total), terms => sum.terms.as_str() }
}

fn times(report: &Report) -> Value {
    let took = report.finished_at.map(|end| duration(end - report.started_at));
    context! {
        cause => clean(&report.cause),
        started => moment(report.started_at, report.timezone),
        finished => report.finished_at.map(|end| moment(end, report.timezone)),
        took => took,
    }
}

pub(super) fn moment(time: DateTime<Utc>, zone: Tz) -> String {
    let local = time.with_timezone(&zone);
    format!("{} ({zone})", local.format("%a %-d %b %Y, %H:%M:%S %Z"))
}

fn duration(time: TimeDelta) -> String {
    let seconds = time.num_seconds().max(0);
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

fn push_view(push: &PushSection, report: &Report) -> Value {
    let counts = &push.counts;
    let mut notes = Vec::new();
    if counts.pending > 0 {
        let changes = count(counts.pending, "change is", "changes are");
        notes.push(format!("{changes} still to be delivered; another report follows when all are settled."));
    }
    if push.emptied > 0 {
        let records = count(push.emptied, "record counts", "records count");
        notes.push(format!("{records} as unchanged although a value became empty (empty = \"omit\")."));
    }
    notes.extend(absence(push));
    notes.extend(verified::notes(push));
    if push.status != RunStatus::Held {
        // Approved or rejected since: nobody need do anything, and yet it is part of the story.
        let decided = report.guards.iter().filter(|line| line.push == push.push).map(|line| {
            let (guard, found, limit) = (clean(&line.guard), clean(&line.found), clean(&line.limit));
            format!("The guard {guard} found {found} (allowed: {limit}); the push is no longer held.")
        });
        notes.extend(decided);
    }
    notes.extend(push.notes.iter().map(|note| clean(note)));
    let read = report.source.as_ref().map(|source| source.read);
    context! {
        push => clean(push.push.as_str()),
        connection => clean(push.connection.as_str()),
        operation => clean(push.operation.as_str()),
        headline => headline(push.status),
        colour => colour(push.status),
        sums => push_sums(push, read).iter().map(sum).collect::<Vec<_>>(),
        notes => notes,
    }
}

/// What became of records that are no longer in the file, where nothing did.
fn absence(push: &PushSection) -> Option<String> {
    let are = if push.vanished == 1 { "is" } else { "are" };
    let gone = format!("{} {are} no longer in the file", records(push.kind, push.vanished));
    let (new, older) = push.listed;
    let known: Vec<_> = [(new, "listed below"), (older, "known from earlier runs")]
        .into_iter()
        .filter(|(how_many, _)| *how_many > 0)
        .map(|(how_many, what)| format!("{} {what}", number(how_many)))
        .collect();
    let known = if known.is_empty() { String::new() } else { format!(" ({})", known.join(", ")) };
    match push.kind {
        _ if push.vanished == 0 => None,
        Some(OperationKind::PushAssignments | OperationKind::PushCompletions) => {
            Some(format!("{gone} and left alone, since no call can take anything back{known}."))
        }
        _ => Some(format!("{gone} and left alone: the job does not say what absence means.")),
    }
}

fn attached(name: &str, report: &Report) -> Value {
    let about = if name.contains("rejects") && report.fed_by.is_some() {
        "the rejected rows as they were pulled, with the reason in the last column."
    } else if name.contains(NOT_ANSWERED) {
        "every question that was not answered, or not in whole, with the reason."
    } else if name.contains("rejects") {
        "the rejected rows as they came, with the reason in the last column. Correct them, save the file \
         as CSV and drop it into the folder of the export: it is taken as a delta of this run, never as \
         a removal. Leave the rollbook_ columns as they are; password cells may stay empty."
    } else if name.contains("pulled") {
        "all that was added, changed, gone or back, with the values before and after."
    } else if name.contains("changes") {
        "every change with the values before and after, and what became of it."
    } else {
        ""
    };
    context! { name => clean(name), about => about }
}

/// A background on which white letters can be read, by day and in dark mode.
pub(super) fn colour(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Ok => "#1a7f37",
        RunStatus::Nothing => "#57606a",
        RunStatus::Partial => "#9a6700",
        RunStatus::Held => "#bc4c00",
        RunStatus::Failed => "#cf222e",
    }
}
