//! What needs a person now, the gravest first: each with what was found and the next command. Pure.

use minijinja::{Value, context};

use crate::model::RunStatus;

use super::sums::{count, total};
use super::wording::{clean, first_sentence};
use super::{GuardLine, Report};

/// The list, empty when nobody need do anything.
pub(super) fn needs(report: &Report) -> Vec<Value> {
    let mut needs = Vec::new();
    needs.extend(failure(report));
    needs.extend(holds(report));
    needs.extend(stopped(report));
    needs.extend(counted(report));
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
        let rest = "Nothing more is sent through it until then.".to_owned();
        need(title, Vec::new(), vec![answer, rest], vec!["rollbook check --live".to_owned()])
    };
    report.stopped.iter().map(one).collect()
}

/// What the counts alone tell; the rows themselves follow further down.
fn counted(report: &Report) -> Vec<Value> {
    let all = total(&report.pushes);
    let mut needs = Vec::new();
    if all.in_doubt > 0 {
        let title = count(all.in_doubt, "change is in doubt", "changes are in doubt");
        let words = "Sent, and no answer came; never sent again until somebody has looked.".to_owned();
        needs.push(need(title, Vec::new(), vec![words], vec![show(report)]));
    }
    if report.rejects_total > 0 {
        let title = count(report.rejects_total, "row was rejected", "rows were rejected");
        let words = match report.attachments.iter().find(|name| name.contains("rejects")) {
            Some(name) => format!("Listed below; correct them in the attached {}.", clean(name)),
            None => "Listed below; correct them in the source.".to_owned(),
        };
        needs.push(need(title, Vec::new(), vec![words], Vec::new()));
    }
    if all.refused > 0 {
        let title = count(all.refused, "change was refused by the LMS", "changes were refused by the LMS");
        let words = "Listed below in its own words.".to_owned();
        needs.push(need(title, Vec::new(), vec![words], Vec::new()));
    }
    needs
}

fn need(title: String, facts: Vec<Value>, words: Vec<String>, commands: Vec<String>) -> Value {
    context! { title => title, facts => facts, words => words, commands => commands }
}

fn show(report: &Report) -> String {
    clean(&format!("rollbook show {}", report.run))
}
