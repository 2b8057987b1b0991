//! `rollbook show`: one run with every change, reject and outcome.

use crate::engine::{Engine, EventReader, change_line, failure_line, load_report, vanished_line};
use crate::report::{ChangeLine, EventLine, FailureLine, VanishedLine, left_out, text};
use crate::store::{ChangeRow, RunRef};

use super::args::{Global, Show};
use super::context::{Failure, configuration, engine, find_run, logs};
use super::out::say;
use super::sync;

const PAGE: u32 = 500;

/// Shows a run.
pub(super) async fn show(global: &Global, args: &Show) -> Result<u8, Failure> {
    logs(global, "error");
    let engine = engine(configuration(global)?, &format!("rollbook show {}", args.run)).await?;
    let run = find_run(&engine, &args.run).await?;
    if args.json {
        sync::show(&engine, run.run_ref, true).await?;
        return Ok(0);
    }
    let report = load_report(&engine, &run).await?;
    say(text(&report).trim_end());
    let mut after = 0;
    loop {
        let page = engine.store.changes(run.run_ref, &[], after, PAGE).await?;
        let Some(last) = page.last() else { break };
        if after == 0 {
            say("\nEVERY CHANGE\n");
        }
        after = last.change_ref;
        page.into_iter().for_each(|change: ChangeRow| say(line(&change_line(change))));
    }
    let mut missed = None;
    loop {
        let page = engine.store.vanished(run.run_ref, missed.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { break };
        if missed.is_none() {
            say("\nEVERY RECORD THAT IS NO LONGER IN THE FILE AND CAN'T BE TAKEN BACK\n");
        }
        missed = Some((last.push_ref, last.key.clone()));
        page.into_iter().for_each(|row| say(gone(&vanished_line(row))));
    }
    learnt(&engine, run.run_ref, left_out(&report)).await?;
    if let Some(destination) = &run.destination {
        say(format!("\nThe file lies in {destination}"));
    }
    Ok(0)
}

/// Everything that the pulls of a run saw happen, and every question without a good answer, where the report
/// above has left out some of it.
async fn learnt(engine: &Engine, run: RunRef, left_out: (bool, bool)) -> Result<(), Failure> {
    if left_out.0 {
        say("\nEVERYTHING THAT THE PULLS SAW HAPPEN\n");
        let mut events = EventReader::new(engine, run);
        loop {
            let page = events.page().await?;
            if page.is_empty() {
                break;
            }
            page.iter().for_each(|event| say(happened(event)));
        }
    }
    let failures = if left_out.1 { engine.store.failed_steps(run, u32::MAX).await? } else { Vec::new() };
    if !failures.is_empty() {
        say("\nEVERY QUESTION THAT WAS NOT ANSWERED, OR NOT IN WHOLE\n");
    }
    failures.into_iter().for_each(|step| say(unanswered(&failure_line(step))));
    Ok(())
}

fn happened(line: &EventLine) -> String {
    let title =
        line.title.as_deref().map_or_else(|| "without a title".to_owned(), |title| format!("\"{title}\""));
    let part_of = line.part_of.as_ref().map(|title| format!(" in \"{title}\"")).unwrap_or_default();
    let learner = match line.learner.as_str() {
        "" => String::new(),
        learner => format!(", learner {}", learner.replace('~', ", ")),
    };
    let change = match &line.change {
        None => String::new(),
        Some(change) if change.internal => format!("\n      {}: another one", change.label),
        Some(change) => {
            let value = |value: &Option<String>| match value {
                Some(value) => format!("\"{value}\""),
                None => "nothing".to_owned(),
            };
            format!("\n      {}: {} -> {}", change.label, value(&change.before), value(&change.after))
        }
    };
    format!("  {}: {} {} {title}{part_of}{learner}{change}", line.pull, line.event.as_str(), line.noun)
}

fn unanswered(line: &FailureLine) -> String {
    let whose = if line.learner.is_empty() {
        String::new()
    } else {
        format!(" {}:", line.learner.replace('~', ", "))
    };
    format!("  {}:{whose} {}: {}", line.pull, line.code, line.reason)
}

fn gone(record: &VanishedLine) -> String {
    let fields: Vec<_> = record.fields.iter().map(|(name, value)| format!("{name}: \"{value}\"")).collect();
    format!("  {} ({})\n      {}", record.key, record.push, fields.join(", "))
}

fn line(change: &ChangeLine) -> String {
    let row = change.row.map(|row| format!(" (row {row})")).unwrap_or_default();
    let fields: Vec<String> = change
        .after
        .iter()
        .filter_map(|(name, after)| {
            let before = change.before.as_ref().and_then(|fields| fields.get(name));
            match before {
                Some(before) if before == after => None,
                Some(before) => Some(format!("{name}: \"{before}\" -> \"{after}\"")),
                None => Some(format!("{name}: \"{after}\"")),
            }
        })
        .collect();
    let answer = match (&change.code, &change.reason) {
        (Some(code), Some(reason)) if reason.starts_with(code.as_str()) => format!("\n      {reason}"),
        (Some(code), Some(reason)) if !reason.is_empty() => format!("\n      {code}: {reason}"),
        _ => String::new(),
    };
    format!(
        "  {}: {} {}{row}: {}\n      {}{answer}",
        change.push,
        change.kind.as_str(),
        change.key,
        change.state.as_str().replace('_', " "),
        fields.join(", ")
    )
}
