//! `rollbook plan`: what a file would change; sends nothing, stores nothing.

use std::collections::HashMap;
use std::io::{self, Write};

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::config::Job;
use crate::engine::Preview;
use crate::model::{Change, RowReject, RunStatus};
use crate::report::GuardLine;
use crate::store::{PlannedPush, SpoolChange};

use super::args::{Global, PlanArgs};
use super::context::{Failure, configuration, engine, logs};
use super::out::say;
use super::sync::oldest_file;
use super::watch::Watcher;

/// How many changes a person is shown; JSON has all.
const SHOWN: usize = 40;
const PAGE: u32 = 500;

/// Shows the plan of a file, and gives the exit code that the sync would.
pub(super) async fn plan(global: &Global, args: &PlanArgs) -> Result<u8, Failure> {
    logs(global, "error");
    let engine = engine(configuration(global)?, &format!("rollbook plan {}", args.job)).await?;
    let job = engine.job(&args.job)?.clone();
    if !job.pulls.is_empty() {
        let name = &job.name;
        let reason = format!("{name}: a pull job plans nothing; `rollbook sync {name}` asks the LMS");
        return Err(Failure::wrong(reason));
    }
    let file = match &args.file {
        Some(file) => Some(file.clone()),
        None => {
            let oldest = oldest_file(&job, &CancellationToken::new()).await?;
            oldest.zip(job.source.drop_folder()).map(|(name, source)| source.folder.join(name))
        }
    };
    let watcher = Watcher::start(&engine, &job);
    let preview = match &file {
        Some(file) => engine.preview(&job, file).await.map(Some),
        None => engine.preview_fed(&job).await,
    };
    watcher.end();
    let Some(preview) = preview? else {
        if args.json {
            say(json!({"schema": 1, "job": job.name, "pushes": [], "rejects": [], "guards": []}).to_string());
        } else {
            say(nothing_waits(&job));
        }
        return Ok(0);
    };
    let shown =
        if args.json { write_document(&preview, job.name.as_str()).await } else { show(&preview).await };
    shown?;
    let worst = preview.plan.pushes.iter().map(Preview::verdict).max_by_key(|status| status.severity());
    Ok(worst.unwrap_or(RunStatus::Nothing).exit_code())
}

/// Why there is nothing to plan.
fn nothing_waits(job: &Job) -> String {
    match (job.source.feed(), job.source.drop_folder()) {
        (Some(feed), _) => {
            let by = &feed.job;
            format!(
                "nothing was pulled yet by {by}, which feeds {}: `rollbook sync {by}` asks the LMS",
                job.name
            )
        }
        (None, Some(source)) => format!("no file waits in {}", source.folder.display()),
        (None, None) => "no file waits".to_owned(),
    }
}

async fn show(preview: &Preview) -> Result<(), Failure> {
    let summary = &preview.plan.summary;
    say(format!(
        "{}: {} rows = {} filtered + {} read",
        preview.file,
        summary.rows,
        summary.filtered,
        summary.rows.saturating_sub(summary.filtered)
    ));
    summary.notes.iter().for_each(|note| say(format!("  - {note}")));
    for (number, push) in preview.plan.pushes.iter().enumerate() {
        let counts = &push.counts;
        say(format!(
            "\n{}: {} (plan {})\n  read {} = {} duplicates + {} rejected + {} unchanged + {} create + {} update + {} deactivate\n  \
             and {} remove: {} changes",
            push.push_id,
            verdict(push),
            push.fingerprint,
            counts.rows(),
            counts.duplicates,
            counts.rejected,
            counts.unchanged,
            counts.create,
            counts.update,
            counts.deactivate,
            counts.remove,
            counts.changes()
        ));
        for guard in guard_lines(push) {
            say(format!(
                "  HELD by {}: {} (allowed: {})\n    {}",
                guard.guard, guard.found, guard.limit, guard.explanation
            ));
        }
        push.notes.iter().for_each(|note| say(format!("  - {note}")));
        if push.vanished > 0 {
            say(format!("  - no longer in the file, and left alone: {}", push.vanished));
        }
        let mut shown = 0;
        let mut after = None;
        'pages: loop {
            let page = preview.plan.spool.changes(number, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some((last.rank, last.seq));
            for spooled in &page {
                if shown == SHOWN {
                    break 'pages;
                }
                shown += 1;
                say(format!("  {}", change_text(&spooled.change)));
                if let Some((code, reason)) = &spooled.parked {
                    say(format!("    parked, {code}: {reason}"));
                }
            }
        }
        let more = counts.changes().saturating_sub(shown as u64);
        if more > 0 {
            say(format!("  and {more} more; --json lists all"));
        }
    }
    let rejects = preview.plan.spool.rejects(None, SHOWN as u32).await?;
    if !rejects.is_empty() {
        say("\nrejected rows:");
    }
    for (_, _, reject) in rejects {
        for problem in &reject.problems {
            let field = problem.field.as_ref().map(|field| format!(" {field}:")).unwrap_or_default();
            let value =
                problem.value.as_ref().map(|value| format!(" (found \"{value}\")")).unwrap_or_default();
            let key = reject.key.as_ref().map(|key| format!(" [{key}]")).unwrap_or_default();
            say(format!("  row {}{key}{field} {}{value}", reject.origin.row, problem.reason));
        }
    }
    Ok(())
}

fn verdict(push: &PlannedPush) -> &'static str {
    match Preview::verdict(push) {
        RunStatus::Held if push.hold_all => "would be held",
        RunStatus::Held if push.hold_updates && push.hold_removals => {
            "its removals and corrections would be held"
        }
        RunStatus::Held if push.hold_updates => "its corrections would be held",
        RunStatus::Held => "its removals would be held",
        _ => "would be delivered",
    }
}

fn change_text(change: &Change) -> String {
    let row = change.origin.as_ref().map(|origin| format!(" (row {})", origin.row)).unwrap_or_default();
    let differences: Vec<String> = change
        .differences()
        .map(|(field, before, after)| match before {
            Some(before) => format!("{field}: \"{before}\" -> \"{after}\""),
            None => format!("{field}: \"{after}\""),
        })
        .collect();
    format!("{} {}{row}: {}", change.kind.as_str(), change.key, differences.join(", "))
}

fn guard_lines(push: &PlannedPush) -> Vec<GuardLine> {
    push.findings
        .iter()
        .map(|[guard, found, limit, explanation]| GuardLine {
            push: push.push_id.clone(),
            guard: guard.clone(),
            found: found.clone(),
            limit: limit.clone(),
            explanation: explanation.clone(),
        })
        .collect()
}

/// Writes the document as it is read from the spool: a plan may be of any size.
async fn write_document(preview: &Preview, job: &str) -> Result<(), Failure> {
    let mut out = Document(io::BufWriter::new(io::stdout()));
    let summary = &preview.plan.summary;
    out.text(&format!(
        "{{\"schema\": 1, \"job\": {}, \"source\": {}, \"notes\": {}, \"pushes\": [",
        json!(job),
        json!({"file": preview.file, "rows": summary.rows, "filtered": summary.filtered,
               "read": summary.rows.saturating_sub(summary.filtered)}),
        json!(summary.notes)
    ))?;
    for (number, push) in preview.plan.pushes.iter().enumerate() {
        let mut head = json!({
            "push": push.push_id, "connection": push.connection, "operation": push.operation,
            "fingerprint": push.fingerprint.to_string(), "verdict": Preview::verdict(push), "notes": push.notes,
        });
        if let (Value::Object(head), Ok(Value::Object(counts))) =
            (&mut head, serde_json::to_value(push.counts))
        {
            head.extend(counts);
        }
        // The object stays open for the changes.
        let head = head.to_string();
        out.text(&format!(
            "{}{}, \"changes\": [",
            if number > 0 { ",\n" } else { "\n" },
            head.trim_end_matches('}')
        ))?;
        let mut after = None;
        let mut first = true;
        loop {
            let page = preview.plan.spool.changes(number, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some((last.rank, last.seq));
            for spooled in &page {
                out.item(&mut first, &change_value(spooled))?;
            }
        }
        out.text("]}")?;
    }
    out.text("],\n\"rejects\": [")?;
    let names: HashMap<usize, &str> =
        preview.plan.pushes.iter().map(|push| push.push_id.as_str()).enumerate().collect();
    let mut after = None;
    let mut first = true;
    loop {
        let page = preview.plan.spool.rejects(after, PAGE).await?;
        let Some((_, seq, last)) = page.last() else { break };
        after = Some((last.origin.row, *seq));
        for (number, _, reject) in &page {
            for value in reject_values(names.get(number).copied().unwrap_or_default(), reject) {
                out.item(&mut first, &value)?;
            }
        }
    }
    let guards: Vec<GuardLine> = preview.plan.pushes.iter().flat_map(guard_lines).collect();
    out.text(&format!("],\n\"guards\": {}}}\n", json!(guards)))?;
    out.0.flush().map_err(|error| out_failed(&error))
}

struct Document<W: Write>(W);

impl<W: Write> Document<W> {
    fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.0.write_all(text.as_bytes()).map_err(|error| out_failed(&error))
    }

    fn item(&mut self, first: &mut bool, value: &Value) -> Result<(), Failure> {
        self.text(if std::mem::take(first) { "\n" } else { ",\n" })?;
        self.text(&value.to_string())
    }
}

fn out_failed(error: &io::Error) -> Failure {
    Failure::failed(format!("could not write the document: {error}"))
}

fn change_value(spooled: &SpoolChange) -> Value {
    let change = &spooled.change;
    json!({
        "key": change.key, "kind": change.kind.as_str(),
        "row": change.origin.as_ref().map(|origin| origin.row),
        "before": change.before, "after": change.after,
    })
}

fn reject_values<'a>(push: &'a str, reject: &'a RowReject) -> impl Iterator<Item = Value> + 'a {
    reject.problems.iter().map(move |problem| {
        json!({
            "push": push, "sheet": reject.origin.sheet, "row": reject.origin.row, "key": reject.key,
            "field": problem.field, "value": problem.value, "reason": problem.reason,
        })
    })
}
