//! `rollbook runs`: past runs, the newest first.

use serde_json::json;

use crate::store::{RunFilter, RunRecord};

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
        say_json(&json!({"schema": 1, "runs": runs.iter().map(run_value).collect::<Vec<_>>()}));
        return Ok(0);
    }
    if runs.is_empty() {
        say("no run yet");
        return Ok(0);
    }
    let mut lines = table(["run", "job", "status", "started (UTC)", "rows", "file", "cause"]);
    for run in &runs {
        lines.add_row([
            run.run.to_string(),
            run.job.to_string(),
            status_word(run).to_owned(),
            run.started_at.format("%Y-%m-%d %H:%M:%S").to_string(),
            run.rows.to_string(),
            run.file.clone().unwrap_or_else(|| "-".to_owned()),
            run.cause.clone(),
        ]);
    }
    say(lines.to_string());
    Ok(0)
}

/// How a run stands, in a word.
pub(super) fn status_word(run: &RunRecord) -> &'static str {
    run.status.map_or("running", |status| status.as_str())
}

/// A run as JSON.
pub(super) fn run_value(run: &RunRecord) -> serde_json::Value {
    json!({
        "run": run.run, "job": run.job, "status": status_word(run), "started_at": rfc3339(run.started_at),
        "finished_at": run.finished_at.map(rfc3339), "cause": run.cause, "file": run.file, "rows": run.rows,
        "filtered": run.filtered, "destination": run.destination,
    })
}

/// A time as JSON has it.
pub(super) fn rfc3339(time: chrono::DateTime<chrono::Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
