//! `rollbook runs`: past runs, the newest first.

use serde_json::json;

use crate::engine::{Engine, load_pulls};
use crate::report::{PullSection, pull_words};
use crate::store::{RunFilter, RunKind, RunRecord};

use super::args::{Global, Runs};
use super::context::{Failure, configuration, engine, logs};
use super::out::{say, say_json, table};

/// Lists runs.
pub(super) async fn runs(global: &Global, args: &Runs) -> Result<u8, Failure> {
    logs(global, "error");
    let engine = engine(configuration(global)?, "rollbook runs").await?;
    let job = args.job.as_deref().map(|job| engine.job(job).map(|job| job.name.clone())).transpose()?;
    let runs = engine.store.runs(&RunFilter { job, limit: Some(args.limit) }).await?;
    if args.json {
        let mut values = Vec::new();
        for run in &runs {
            values.push(run_value(&engine, run).await?);
        }
        say_json(&json!({"schema": 1, "runs": values}));
        return Ok(0);
    }
    if runs.is_empty() {
        say("no run yet");
        return Ok(0);
    }
    let mut lines = table(["run", "job", "status", "started (UTC)", "rows", "file", "cause"]);
    for run in &runs {
        let pulls = load_pulls(&engine, run).await?;
        lines.add_row([
            run.run.to_string(),
            run.job.to_string(),
            status_word(run).to_owned(),
            run.started_at.format("%Y-%m-%d %H:%M:%S").to_string(),
            rows(run, &pulls).to_string(),
            file(run, &pulls),
            run.cause.clone(),
        ]);
    }
    say(lines.to_string());
    Ok(0)
}

/// How many rows a run read; of one that asked an LMS, how many items it was told of, without their contents.
fn rows(run: &RunRecord, pulls: &[PullSection]) -> u64 {
    match run.kind {
        RunKind::Export => run.rows,
        RunKind::Pull => pulls.iter().filter_map(|pull| pull.items.first()).map(|line| line.found).sum(),
    }
}

/// The file of a run; of one that asked an LMS, what it learnt.
fn file(run: &RunRecord, pulls: &[PullSection]) -> String {
    if run.kind != RunKind::Pull {
        return run.file.clone().unwrap_or_else(|| "-".to_owned());
    }
    let words: Vec<_> = pulls.iter().map(pull_words).collect();
    if words.is_empty() { "pull".to_owned() } else { format!("pull: {}", words.join("; ")) }
}

/// How a run stands, in a word.
pub(super) fn status_word(run: &RunRecord) -> &'static str {
    run.status.map_or("running", |status| status.as_str())
}

/// A run as JSON.
pub(super) async fn run_value(engine: &Engine, run: &RunRecord) -> Result<serde_json::Value, Failure> {
    let pulls: Vec<PullSection> = load_pulls(engine, run).await?;
    let kind = match run.kind {
        RunKind::Export => "export",
        RunKind::Pull => "pull",
    };
    Ok(json!({
        "run": run.run, "job": run.job, "status": status_word(run), "started_at": rfc3339(run.started_at),
        "finished_at": run.finished_at.map(rfc3339), "cause": run.cause, "file": run.file, "rows": rows(run, &pulls),
        "filtered": run.filtered, "destination": run.destination, "kind": kind, "pulls": pulls,
    }))
}

/// A time as JSON has it.
pub(super) fn rfc3339(time: chrono::DateTime<chrono::Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
