//! `rollbook status`: jobs, last and next runs, holds, and what waits.

use serde_json::json;

use crate::config::{Job, Place};
use crate::model::RunStatus;
use crate::store::RunFilter;
use crate::trigger::{next_due, next_times};

use super::args::{Global, Json};
use super::context::{Failure, busy_sync, configuration, engine, lock, logs};
use super::out::{say, say_json, table};
use super::runs::{rfc3339, run_value, status_word};

/// How many next times are shown.
const NEXT: usize = 5;

/// Shows where everything stands; the exit code is that of the worst of the last runs.
pub(super) async fn status(global: &Global, args: &Json) -> Result<u8, Failure> {
    logs(global, "error");
    let engine = engine(configuration(global)?, "rollbook status").await?;
    let now = engine.clock.now();
    let mut jobs = Vec::new();
    let mut worst = RunStatus::Nothing;
    let mut lines = table(["job", "last run", "status", "started (UTC)", "next (in its zone)", "due by"]);
    for job in engine.config.jobs.values() {
        let filter = RunFilter { job: Some(job.name.clone()), limit: Some(1) };
        let last = engine.store.runs(&filter).await?.into_iter().next();
        if let Some(status) = last.as_ref().and_then(|run| run.status)
            && status.severity() > worst.severity()
        {
            worst = status;
        }
        let holds = engine.store.held_runs(&job.name).await?;
        let next = next_times(&job.schedule, now, NEXT);
        let due = next_due(&job.schedule, now);
        let zone = job.schedule.timezone.unwrap_or(chrono_tz::Tz::UTC);
        let local = |time: &chrono::DateTime<chrono::Utc>| {
            time.with_timezone(&zone).format("%a %Y-%m-%d %H:%M %Z").to_string()
        };
        lines.add_row([
            job.name.to_string(),
            last.as_ref().map_or_else(|| "-".to_owned(), |run| run.run.to_string()),
            last.as_ref().map_or("never ran", status_word).to_owned(),
            last.as_ref()
                .map_or_else(String::new, |run| run.started_at.format("%Y-%m-%d %H:%M:%S").to_string()),
            next.first().map_or_else(|| untimed(job), local),
            due.as_ref().map_or_else(|| "-".to_owned(), local),
        ]);
        let last = match &last {
            Some(run) => Some(run_value(&engine, run).await?),
            None => None,
        };
        jobs.push(json!({
            "job": job.name, "last": last,
            "next": next.into_iter().map(rfc3339).collect::<Vec<_>>(), "due": due.map(rfc3339), "holds": holds,
        }));
    }
    let waiting = engine.store.waiting().await?;
    let stops = engine.store.stops().await?;
    let connections: Vec<_> = engine
        .config
        .connections
        .keys()
        .map(|name| {
            let count = waiting.iter().find(|(found, _)| found == name).map_or(0, |(_, count)| *count);
            let stop = stops.iter().find(|stop| stop.connection == *name);
            (name, count, stop)
        })
        .collect();
    let (mails, mail_error) = engine.store.waiting_mails().await?;
    let held = lock(&engine)?.is_none();
    let busy = busy_sync(&engine).filter(|_| held);
    let daemon = held && busy.is_none();
    if args.json {
        let connections: Vec<_> = connections
            .iter()
            .map(|(name, waiting, stop)| {
                json!({"connection": name, "waiting": waiting,
                       "breaker": if stop.is_some() { "stopped" } else { "closed" },
                       "reason": stop.map(|stop| format!("{}: {}", stop.code, stop.reason))})
            })
            .collect();
        say_json(
            &json!({"schema": 1, "daemon": daemon, "busy": busy, "jobs": jobs, "connections": connections,
                         "mails_waiting": mails}),
        );
    } else {
        say(match &busy {
            Some(command) => format!("`{command}` is at work; no daemon runs"),
            None if daemon => "the daemon is up".to_owned(),
            None => "no daemon runs".to_owned(),
        });
        say(format!("\n{lines}"));
        let mut lines = table(["connection", "waiting", "state"]);
        for (name, count, stop) in &connections {
            let state = stop.map_or_else(
                || "ready".to_owned(),
                |stop| format!("STOPPED: {}: {}", stop.code, stop.reason),
            );
            lines.add_row([name.to_string(), count.to_string(), state]);
        }
        say(format!("\n{lines}"));
        if mails > 0 {
            let why = mail_error.map(|error| format!(": {error}")).unwrap_or_default();
            say(format!("\n{mails} mails wait{why}"));
        }
    }
    Ok(worst.exit_code())
}

/// What starts a job that has no time of its own.
fn untimed(job: &Job) -> String {
    match &job.source.place {
        Place::Drop(_) if job.schedule.on_arrival => "when a file arrives".to_owned(),
        Place::Pull(feed) => format!("after {}", feed.job),
        Place::Drop(_) | Place::Nowhere => "by hand".to_owned(),
    }
}
