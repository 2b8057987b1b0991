//! Folds what the database knows of a run into its report.

use std::io::{self, Write};

use chrono_tz::Tz;
use tokio::runtime::Handle;

use crate::model::{ChangeState, Key, OperationKind, RunStatus};
use crate::report::{
    ChangeLine, GuardLine, Lists, OpenLine, PushSection, RefusalLine, RejectLine, Report, SourceSection,
    StoppedLine, VanishedLine, write_json,
};
use crate::store::{ChangeRow, PushRef, PushRunRow, RunRecord, RunRef, StoredReject, VanishedRow};

use super::conclude::{push_status, run_status};
use super::learnt::{EventReader, Learnt, failure_line, load_learnt};
use super::paging::Paged;
use super::verify::verified;
use super::{Engine, EngineError};

/// How many lines of a kind a report holds; attachments and JSON have all.
const LINES: u32 = 200;
/// How many questions without an answer a report groups by their reasons; the attachment and JSON have all.
const FAILURES: u32 = 5000;
/// How many lines are fetched at a time.
const PAGE: u32 = 1000;
/// What a person is told of: neither accepted nor replaced; what is in doubt stands by itself.
const TOLD: [ChangeState; 5] = [
    ChangeState::Refused,
    ChangeState::Parked,
    ChangeState::Waiting,
    ChangeState::Claimed,
    ChangeState::Sent,
];
const IN_DOUBT: [ChangeState; 1] = [ChangeState::InDoubt];

/// The report of a run as it stands.
///
/// # Errors
/// When the database fails.
pub async fn load_report(engine: &Engine, run: &RunRecord) -> Result<Report, EngineError> {
    let store = &engine.store;
    let job = engine.config.jobs.get(&run.job);
    let account = store.account(run.run_ref).await?;
    let findings = store.findings(run.run_ref).await?;
    let stops = store.stops().await?;
    let absent = store.count_vanished(run.run_ref).await?;
    let lookups = store.lookups(run.run_ref).await?;
    let mut pushes = Vec::new();
    for row in store.push_runs(run.run_ref).await? {
        let counts = account.iter().find(|(found, ..)| *found == row.push_ref).map(|(.., counts)| *counts);
        let counts = counts.unwrap_or_default();
        let held = findings.iter().any(|(push, ..)| *push == row.push);
        let stopped = stops.iter().any(|stop| stop.connection == row.connection);
        let listed = absent.iter().find(|found| found.push_ref == row.push_ref);
        let kind = operation_kind(engine, &row);
        let mut status = push_status(&counts, held, stopped);
        let mut notes = row.notes;
        if let Some(reason) = &row.unwritten {
            status = run_status([status, RunStatus::Partial].into_iter());
            notes.push(format!("the links could not be written, so the file is as it was: {reason}"));
        }
        let verified = verified(&lookups, row.push_ref);
        if verified.as_ref().is_some_and(|verified| verified.absent > 0) {
            status = run_status([status, RunStatus::Partial].into_iter());
        }
        pushes.push(PushSection {
            verified,
            kind,
            listed: listed.map_or((0, 0), |found| (found.new, found.older)),
            push: row.push,
            connection: row.connection,
            operation: row.operation,
            status,
            counts,
            emptied: row.emptied,
            vanished: row.vanished,
            notes,
            unwritten: row.unwritten,
        });
    }
    let Learnt { pulls, events, failures } = load_learnt(engine, run, FAILURES).await?;
    let of_pulls = pulls.iter().map(|pull| pull.connection.clone());
    let connections: Vec<_> = pushes.iter().map(|push| push.connection.clone()).chain(of_pulls).collect();
    let rejects = store.rejects(run.run_ref, None, LINES).await?;
    let refusals = store.changes(run.run_ref, &TOLD, 0, LINES).await?;
    let refusals_total =
        pushes.iter().map(|push| push.counts.refused + push.counts.parked + push.counts.pending).sum();
    let in_doubt = store.changes(run.run_ref, &IN_DOUBT, 0, LINES).await?;
    let in_doubt_total = pushes.iter().map(|push| push.counts.in_doubt).sum();
    let vanished = store.vanished(run.run_ref, None, LINES).await?;
    let vanished_total = absent.iter().map(|found| found.new).sum();
    let still_open = store.still_open(&run.job, run.run_ref, LINES).await?;
    Ok(Report {
        run: run.run.clone(),
        job: run.job.clone(),
        description: job.map(|job| job.description.clone()).unwrap_or_default(),
        status: run.status.unwrap_or(RunStatus::Partial),
        cause: run.cause.clone(),
        started_at: run.started_at,
        finished_at: run.finished_at,
        timezone: job.and_then(|job| job.schedule.timezone).unwrap_or(Tz::UTC),
        source: run.file.as_ref().map(|file| SourceSection {
            file: file.clone(),
            sha256: run.sha256.clone().unwrap_or_default(),
            rows: run.rows,
            filtered: run.filtered,
            read: run.rows.saturating_sub(run.filtered),
        }),
        fed_by: run.fed_by.and(job).and_then(|job| job.source.feed()).map(|feed| feed.job.clone()),
        failure: run.failure.clone(),
        notes: run.notes.clone(),
        pushes,
        pulls,
        events,
        failures,
        guards: findings
            .into_iter()
            .map(|(push, guard, found, limit, explanation)| GuardLine {
                push,
                guard,
                found,
                limit,
                explanation,
            })
            .collect(),
        rejects: rejects.into_iter().flat_map(|(_, stored)| reject_lines(stored)).collect(),
        rejects_total: store.count_rejects(run.run_ref).await?,
        refusals: refusals.into_iter().map(refusal_line).collect(),
        refusals_total,
        in_doubt: in_doubt.into_iter().map(refusal_line).collect(),
        in_doubt_total,
        vanished: vanished.into_iter().map(vanished_line).collect(),
        vanished_total,
        stopped: stops
            .into_iter()
            .filter(|stop| connections.contains(&stop.connection))
            .map(|stop| StoppedLine { connection: stop.connection, code: stop.code, reason: stop.reason })
            .collect(),
        still_open: still_open
            .into_iter()
            .map(|open| OpenLine {
                run: open.run,
                push: open.push,
                key: open.key,
                state: open.state,
                code: open.code,
                reason: open.reason,
            })
            .collect(),
        attachments: Vec::new(),
    })
}

/// What the records of a push are, where its connection still has the operation.
fn operation_kind(engine: &Engine, row: &PushRunRow) -> Option<OperationKind> {
    let operations = &engine.config.connections.get(&row.connection)?.operations;
    operations.iter().find(|operation| operation.name == row.operation).map(|operation| operation.kind)
}

/// Writes the JSON document of a run with whole lists, however long they are. Blocks: call it where that is allowed (`block_in_place`).
///
/// # Errors
/// When the database fails or `out` does.
pub fn write_run_json(engine: &Engine, run: RunRef, report: &Report, out: impl Write) -> io::Result<()> {
    let runtime = Handle::current();
    let store = &engine.store;
    let mut rejects = Paged::new(|after: Option<(u64, u64)>| {
        let page = runtime.block_on(store.rejects(run, after, PAGE))?;
        let last = page.last().map(|(place, stored)| (stored.reject.origin.row, *place));
        Ok((page.into_iter().flat_map(|(_, stored)| reject_lines(stored)).collect(), last))
    });
    let changes = |states: &'static [ChangeState]| {
        let runtime = &runtime;
        Paged::new(move |after: Option<i64>| {
            let page = runtime.block_on(store.changes(run, states, after.unwrap_or_default(), PAGE))?;
            let last = page.last().map(|change| change.change_ref);
            Ok((page.into_iter().map(refusal_line).collect(), last))
        })
    };
    let mut vanished = Paged::new(|after: Option<(PushRef, Key)>| {
        let page = runtime.block_on(store.vanished(run, after.as_ref(), PAGE))?;
        let last = page.last().map(|row| (row.push_ref, row.key.clone()));
        Ok((page.into_iter().map(vanished_line).collect(), last))
    });
    let mut reader = EventReader::new(engine, run);
    let mut events = Paged::new(|_: Option<()>| {
        let page = runtime.block_on(reader.page())?;
        let more = (!page.is_empty()).then_some(());
        Ok((page.into(), more))
    });
    let failures = runtime.block_on(store.failed_steps(run, u32::MAX)).map_err(io::Error::other)?;
    let lists = Lists {
        events: &mut events,
        failures: &mut failures.into_iter().map(|step| Ok(failure_line(step))),
        rejects: &mut rejects,
        refusals: &mut changes(&TOLD),
        in_doubt: &mut changes(&IN_DOUBT),
        vanished: &mut vanished,
    };
    write_json(out, report, lists)
}

pub(super) fn reject_lines(stored: StoredReject) -> impl Iterator<Item = RejectLine> {
    let StoredReject { push, reject } = stored;
    reject.problems.into_iter().map(move |problem| RejectLine {
        push: push.clone(),
        sheet: reject.origin.sheet.as_deref().map(str::to_owned),
        row: reject.origin.row,
        key: reject.key.clone(),
        field: problem.field,
        value: problem.value,
        reason: problem.reason,
    })
}

fn refusal_line(row: ChangeRow) -> RefusalLine {
    RefusalLine {
        push: row.push,
        row: row.row,
        key: row.key,
        state: row.state,
        code: row.code.unwrap_or_default(),
        reason: row.reason.unwrap_or_else(|| unanswered(row.state).to_owned()),
    }
}

/// What can be said of a change that has no answer.
fn unanswered(state: ChangeState) -> &'static str {
    match state {
        ChangeState::Sent => "sent, and not answered yet",
        ChangeState::InDoubt => "sent, and no answer came",
        _ => "not sent yet",
    }
}

/// A vanished record as reports and `rollbook show` have it.
pub fn vanished_line(row: VanishedRow) -> VanishedLine {
    VanishedLine { push: row.push, key: row.key, fields: row.fields }
}

/// A change as `changes.csv` and `rollbook show` have it.
pub fn change_line(row: ChangeRow) -> ChangeLine {
    ChangeLine {
        push: row.push,
        key: row.key,
        kind: row.kind,
        row: row.row,
        before: row.before,
        after: row.after,
        state: row.state,
        code: row.code,
        reason: row.reason,
    }
}
