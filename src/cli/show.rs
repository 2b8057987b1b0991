//! `rollbook show`: one run with every change, reject and outcome.

use crate::engine::{change_line, load_report, vanished_line};
use crate::report::{ChangeLine, VanishedLine, text};
use crate::store::ChangeRow;

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
    if let Some(destination) = &run.destination {
        say(format!("\nThe file lies in {destination}"));
    }
    Ok(0)
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
