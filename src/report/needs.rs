//! What needs a person now, the gravest first: each with what was found and the next command. Pure.

use minijinja::{Value, context};

use crate::model::{OperationKind, RunStatus};

use super::lines::in_doubt_still;
use super::pullneeds;
use super::sums::{count, total};
use super::wording::{clean, first_sentence, records};
use super::{GuardLine, PushSection, Report, verified};

/// The list, empty when nobody need do anything.
pub(super) fn needs(report: &Report) -> Vec<Value> {
    let mut needs = Vec::new();
    needs.extend(failure(report));
    needs.extend(holds(report));
    needs.extend(stopped(report));
    needs.extend(pullneeds::needs(report));
    needs.extend(report.pushes.iter().filter_map(unwritten));
    needs.extend(in_doubt(report));
    needs.extend(not_shown(report));
    needs.extend(report.pushes.iter().filter_map(untold));
    needs.extend(counted(report));
    needs.extend(report.pushes.iter().filter_map(vanished));
    needs
}

fn failure(report: &Report) -> Option<Value> {
    let failure = report.failure.as_ref()?;
    // Its first sentence is the verdict already.
    let words = first_sentence(failure).1.lines().map(clean).filter(|line| !line.is_empty()).collect();
    Some(need("The run failed".to_owned(), Vec::new(), words, vec![show(report)]))
}

/// One entry a held push, with every guard that holds it.
fn holds(report: &Report) -> Vec<Value> {
    let held = report.pushes.iter().filter(|push| push.status == RunStatus::Held);
    held.map(|push| {
        let guards: Vec<_> = report.guards.iter().filter(|line| line.push == push.push).collect();
        let title = match push.counts.held {
            0 => format!("{} is held", clean(push.push.as_str())),
            held => format!("{} holds back {}", clean(push.push.as_str()), count(held, "change", "changes")),
        };
        let facts = guards.iter().map(|line| fact(line)).collect();
        need(title, facts, Vec::new(), vec![show(report)])
    })
    .collect()
}

fn fact(line: &GuardLine) -> Value {
    context! {
        guard => clean(&line.guard),
        found => clean(&line.found),
        limit => clean(&line.limit),
        explanation => clean(&line.explanation),
    }
}

fn stopped(report: &Report) -> Vec<Value> {
    let one = |line: &super::StoppedLine| {
        let title = format!("Connection {} is stopped", clean(line.connection.as_str()));
        let answer = clean(&format!("{}: {}", line.code, line.reason));
        let rest =
            "Nothing more is sent through it until its next run: put this right before that.".to_owned();
        need(title, Vec::new(), vec![answer, rest], vec!["rollbook check --live".to_owned()])
    };
    report.stopped.iter().map(one).collect()
}

/// Links that are made and lie nowhere.
fn unwritten(push: &PushSection) -> Option<Value> {
    let reason = clean(push.unwritten.as_ref()?);
    let title = format!("The links of {} could not be written", clean(push.push.as_str()));
    let rest =
        "The file is as it was, and the links are kept: put this right, and they are written with the job's \
                next run."
            .to_owned();
    Some(need(title, Vec::new(), vec![reason, rest], Vec::new()))
}

/// What may have had its effect, in this run or an earlier one.
fn in_doubt(report: &Report) -> Option<Value> {
    let earlier = report.still_open.iter().filter(|line| in_doubt_still(line)).count() as u64;
    let doubtful = total(&report.pushes).in_doubt + earlier;
    let title = count(doubtful, "change is in doubt", "changes are in doubt");
    let words = format!(
        "Listed below. The LMS may have {} or not, so look there; until that is settled nothing more is sent of \
         the same record, whatever later files say.",
        if doubtful == 1 { "it" } else { "them" }
    );
    let earlier = match earlier {
        0 => None,
        all if all == doubtful => Some("From earlier runs.".to_owned()),
        some => Some(format!("{} from earlier runs.", count(some, "of these is", "of these are"))),
    };
    let words = std::iter::once(words).chain(earlier).collect();
    (doubtful > 0).then(|| need(title, Vec::new(), words, vec!["rollbook doubt".to_owned()]))
}

/// What was accepted, and is not there.
fn not_shown(report: &Report) -> Option<Value> {
    let absent = verified::absent(report);
    (absent > 0)
        .then(|| need(verified::title(absent), Vec::new(), vec![verified::ADVICE.to_owned()], Vec::new()))
}

/// What was accepted, and could not be looked up at all.
fn untold(push: &PushSection) -> Option<Value> {
    verified::untold(push).map(|(title, words)| need(title, Vec::new(), words, Vec::new()))
}

/// What no call can take back, once a run: the first that missed it.
fn vanished(push: &PushSection) -> Option<Value> {
    let (new, older) = push.listed;
    let are = if new == 1 { "is" } else { "are" };
    let title = format!("{} {are} no longer in the file", records(push.kind, new));
    let act = match push.kind {
        Some(OperationKind::PushAssignments) => "un-assign in the LMS's delivery management",
        _ => "correct the record in the LMS by hand",
    };
    let words = format!(
        "Listed below, and left as they are in the LMS: Rollbook can't take anything back. If that is meant, {act}; \
         if not, correct the export."
    );
    let before = (older > 0)
        .then(|| format!("{} still missing since earlier runs.", count(older, "other is", "others are")));
    let words = std::iter::once(words).chain(before).collect();
    (new > 0).then(|| need(title, Vec::new(), words, Vec::new()))
}

/// What the counts alone tell; the rows themselves follow further down.
fn counted(report: &Report) -> Vec<Value> {
    let all = total(&report.pushes);
    let mut needs = Vec::new();
    if report.rejects_total > 0 {
        let title = count(report.rejects_total, "row was rejected", "rows were rejected");
        let attached = report.attachments.iter().find(|name| name.contains("rejects"));
        let words = match attached {
            _ if report.fed_by.is_some() => {
                "Listed below, as they were pulled. Correct this job's file (a table of `values`, or `where`), or the \
                 items in the LMS that they come from and pull them again; then:"
                    .to_owned()
            }
            Some(name) => format!("Listed below; correct them in the attached {}.", clean(name)),
            None => "Listed below; correct them in the source.".to_owned(),
        };
        let commands =
            report.fed_by.iter().map(|_| clean(&format!("rollbook sync {}", report.job))).collect();
        needs.push(need(title, Vec::new(), vec![words], commands));
    }
    if all.refused > 0 {
        let title = count(all.refused, "change was refused by the LMS", "changes were refused by the LMS");
        let words = "Listed below in its own words.".to_owned();
        needs.push(need(title, Vec::new(), vec![words], Vec::new()));
    }
    if all.parked > 0 {
        let title = count(all.parked, "change is parked", "changes are parked");
        let words = "Listed below with what each waits for; once that is there, the next run delivers it.";
        needs.push(need(title, Vec::new(), vec![words.to_owned()], Vec::new()));
    }
    needs
}

pub(super) fn need(title: String, facts: Vec<Value>, words: Vec<String>, commands: Vec<String>) -> Value {
    context! { title => title, facts => facts, words => words, commands => commands }
}

pub(super) fn show(report: &Report) -> String {
    clean(&format!("rollbook show {}", report.run))
}
