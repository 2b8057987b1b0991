//! Folds a run into its report, and puts the report into the outbox of mails.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use tokio::runtime::Handle;

use crate::config::{Job, ReportWhen};
use crate::model::{ChangeState, ColumnName, RunStatus};
use crate::report::{
    Attachment, ChangeLine, ChangesCsv, GuardLine, Late, Mail, OpenLine, PushSection, RefusalLine,
    RejectLine, RejectsCsv, Report, SourceSection, StoppedLine, compose, envelope, html, subject, text,
    write_json,
};
use crate::store::{ChangeRow, NewMail, RunRecord, RunRef, StoredReject};

use super::conclude::push_status;
use super::{Engine, EngineError};

/// How many lines of a kind a report holds; attachments and JSON have all.
const LINES: u32 = 200;
const PAGE: u32 = 1000;
/// The largest file that goes with a mail.
const LARGEST_ATTACHMENT: u64 = 5 << 20;
/// What a person is told of: neither accepted nor replaced.
const TOLD: [ChangeState; 4] =
    [ChangeState::Refused, ChangeState::Parked, ChangeState::Waiting, ChangeState::Claimed];

impl Engine {
    /// Reports a run by mail, if its job wants that. Where no file came nothing happened: whether that is
    /// late is for `due_by` to say.
    pub(super) async fn report(&self, run_ref: RunRef) -> Result<(), EngineError> {
        let run = self.store.run(run_ref).await?;
        let now = self.clock.now();
        let mut mail = None;
        if let (Some(job), Some(settings), Some(_)) =
            (self.config.jobs.get(&run.job), &self.config.mail, &run.file)
        {
            let mut report = load_report(self, &run).await?;
            if !job.report.to.is_empty() && wanted(job.report.when, &report) {
                mail = Some(self.compose_report(job, &run, &mut report, &settings.from).await?);
            }
        }
        self.store.enter_report(run_ref, run.reports, mail.as_ref(), now).await?;
        self.mail.notify_one();
        Ok(())
    }

    /// Warns that the file of a job has not come.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn report_late(
        &self,
        job: &Job,
        due: DateTime<Utc>,
        last_file: Option<DateTime<Utc>>,
    ) -> Result<(), EngineError> {
        tracing::warn!(job = %job.name, due = %due, "no file has come");
        let Some(settings) = self.config.mail.as_ref().filter(|_| !job.report.to.is_empty()) else {
            return Ok(());
        };
        let late = Late {
            job: job.name.clone(),
            description: job.description.clone(),
            folder: job.source.folder.display().to_string(),
            pattern: job.source.pattern.clone(),
            due,
            last_file,
            timezone: job.schedule.timezone.unwrap_or(Tz::UTC),
        };
        let mail = Mail {
            message_id: format!("late.{}.{}@rollbook", job.name, due.timestamp()),
            from: settings.from.clone(),
            to: job.report.to.clone(),
            subject: late.subject(),
            text: late.text(),
            html: late.html(),
            attachments: Vec::new(),
        };
        let mail = self.composed(None, mail)?;
        self.store.enter_mail(&mail, self.clock.now()).await?;
        self.mail.notify_one();
        Ok(())
    }

    fn composed(&self, run: Option<RunRef>, mail: Mail) -> Result<NewMail, EngineError> {
        let composed = compose(&mail, self.clock.now()).and_then(|body| Ok((body, envelope(&mail)?)));
        let (body, envelope) = composed.map_err(|error| EngineError::File(format!("the mail: {error}")))?;
        Ok(NewMail {
            run,
            message_id: mail.message_id,
            sender: envelope.from,
            recipients: envelope.to,
            subject: mail.subject,
            body,
        })
    }

    async fn compose_report(
        &self,
        job: &Job,
        run: &RunRecord,
        report: &mut Report,
        from: &str,
    ) -> Result<NewMail, EngineError> {
        let mut attachments = Vec::new();
        for (name, file) in self.attachment_files(job, run, report).await? {
            let failed = |error: io::Error| EngineError::file("read the report", &file, &error);
            let size = fs::metadata(&file).map_err(failed)?.len();
            if size > LARGEST_ATTACHMENT {
                report.notes.push(format!(
                    "{name} is too large for a mail ({} MB); it lies on the server in {}",
                    size >> 20,
                    file.display()
                ));
                continue;
            }
            let bytes = fs::read(&file).map_err(failed)?;
            fs::remove_file(&file).map_err(failed)?;
            report.attachments.push(name.clone());
            attachments.push(Attachment { name, content_type: "text/csv; charset=utf-8".to_owned(), bytes });
        }
        let mail = Mail {
            message_id: format!("{}.{}.{}@rollbook", run.run, run.reports + 1, self.instance(run)),
            from: from.to_owned(),
            to: job.report.to.clone(),
            subject: subject(report),
            text: text(report),
            html: html(report),
            attachments,
        };
        self.composed(Some(run.run_ref), mail)
    }

    /// Tells the runs of different data directories apart in a Message-ID: run numbers begin anew in each.
    fn instance(&self, run: &RunRecord) -> String {
        let mut digest = crate::model::Digest::new();
        digest.part(self.files.database().to_string_lossy().as_bytes());
        digest.part(run.started_at.timestamp_millis().to_le_bytes());
        digest.finish().to_string().chars().take(12).collect()
    }

    /// Writes the files that go with a report, where they have something to say.
    async fn attachment_files(
        &self,
        job: &Job,
        run: &RunRecord,
        report: &mut Report,
    ) -> Result<Vec<(String, PathBuf)>, EngineError> {
        let mut files = Vec::new();
        if report.rejects_total > 0 {
            let file = run.file.as_deref().unwrap_or("export");
            let name = job.source.rejects_name(file).unwrap_or_else(|| {
                // A file that somebody handed over under a name of his own.
                let name = format!("{file}-rejects.csv");
                report.notes.push(format!(
                    "{name} does not fit the pattern of the job ({}), so hand it over as you did with {file}: \
                     rollbook sync {} --file '{}'",
                    job.source.pattern,
                    job.name,
                    name.replace('\'', r"'\''")
                ));
                name
            });
            let path = self.files.reports().join(format!("{}.rejects.csv", run.run));
            self.write_rejects(job, run, &path).await?;
            files.push((name, path));
        }
        if report.pushes.iter().any(|push| push.counts.changes() > 0) {
            let path = self.files.reports().join(format!("{}.changes.csv", run.run));
            self.write_changes(run, &path).await?;
            files.push(("changes.csv".to_owned(), path));
        }
        Ok(files)
    }

    async fn write_rejects(&self, job: &Job, run: &RunRecord, path: &PathBuf) -> Result<(), EngineError> {
        let failed = |error: io::Error| EngineError::file("write", path, &error);
        let columns: Vec<ColumnName> = run.header.iter().map(|name| name.as_str().into()).collect();
        let secret = secret_columns(job);
        let delimiter = job.source.format.delimiter.unwrap_or(b',');
        let out = BufWriter::new(File::create(path).map_err(failed)?);
        let mut csv = RejectsCsv::new(out, &run.run, &columns, &secret, delimiter).map_err(failed)?;
        let mut after = None;
        let mut same_row: Vec<RejectLine> = Vec::new();
        loop {
            let page = self.store.rejects(run.run_ref, after, PAGE).await?;
            let ended = page.is_empty();
            for (place, stored) in page {
                let row = stored.reject.origin.row;
                after = Some((row, place));
                if same_row.first().is_some_and(|line| line.row != row) {
                    self.write_rejected_row(run, &mut csv, &std::mem::take(&mut same_row)).await?;
                }
                same_row.extend(reject_lines(stored));
            }
            if ended {
                self.write_rejected_row(run, &mut csv, &same_row).await?;
                csv.finish().and_then(|mut out| out.flush()).map_err(failed)?;
                return Ok(());
            }
        }
    }

    async fn write_rejected_row<W: Write>(
        &self,
        run: &RunRecord,
        csv: &mut RejectsCsv<W>,
        lines: &[RejectLine],
    ) -> Result<(), EngineError> {
        let Some(first) = lines.first() else { return Ok(()) };
        let cells = self.store.original_cells(run.run_ref, first.row).await?;
        let cells = cells.map(|original| original.cells).unwrap_or_default();
        csv.write(first.row, &cells, lines)
            .map_err(|error| EngineError::File(format!("the rejects: {error}")))
    }

    async fn write_changes(&self, run: &RunRecord, path: &PathBuf) -> Result<(), EngineError> {
        let failed = |error: io::Error| EngineError::file("write", path, &error);
        let out = BufWriter::new(File::create(path).map_err(failed)?);
        let mut csv = ChangesCsv::new(out, &run.run).map_err(failed)?;
        let mut after = 0;
        loop {
            let page = self.store.changes(run.run_ref, &[], after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.change_ref;
            for row in page {
                csv.write(&change_line(row)).map_err(failed)?;
            }
        }
        csv.finish().and_then(|mut out| out.flush()).map_err(failed)
    }
}

/// The columns of a job's export that are mapped to secret fields.
fn secret_columns(job: &Job) -> Vec<ColumnName> {
    let fields = job.pushes.iter().flat_map(|push| &push.mapping.fields);
    fields
        .filter(|mapping| mapping.field.secret)
        .filter_map(|mapping| match &mapping.take {
            crate::model::Take::Column(column) => Some(column.clone()),
            crate::model::Take::Constant(_) => None,
        })
        .collect()
}

fn wanted(when: ReportWhen, report: &Report) -> bool {
    let problem = matches!(report.status, RunStatus::Failed | RunStatus::Held | RunStatus::Partial);
    match when {
        ReportWhen::Always => true,
        ReportWhen::Changes => problem || report.pushes.iter().any(|push| push.counts.changes() > 0),
        ReportWhen::Problems => problem,
    }
}

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
    let mut pushes = Vec::new();
    for row in store.push_runs(run.run_ref).await? {
        let counts = account.iter().find(|(found, ..)| *found == row.push_ref).map(|(.., counts)| *counts);
        let counts = counts.unwrap_or_default();
        let held = findings.iter().any(|(push, ..)| *push == row.push);
        let stopped = stops.iter().any(|stop| stop.connection == row.connection);
        pushes.push(PushSection {
            push: row.push,
            connection: row.connection,
            operation: row.operation,
            status: push_status(&counts, held, stopped),
            counts,
            emptied: row.emptied,
            vanished: row.vanished,
            notes: row.notes,
        });
    }
    let connections: Vec<_> = pushes.iter().map(|push| push.connection.clone()).collect();
    let rejects = store.rejects(run.run_ref, None, LINES).await?;
    let refusals = store.changes(run.run_ref, &TOLD, 0, LINES).await?;
    let refusals_total =
        pushes.iter().map(|push| push.counts.refused + push.counts.parked + push.counts.pending).sum();
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
        failure: run.failure.clone(),
        notes: run.notes.clone(),
        pushes,
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
                code: open.code,
                reason: open.reason,
            })
            .collect(),
        attachments: Vec::new(),
    })
}

/// Writes the JSON document of a run with all its rejects and refusals, however many there are. Blocks:
/// call it where that is allowed (`block_in_place`).
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
    let mut refusals = Paged::new(|after: Option<i64>| {
        let page = runtime.block_on(store.changes(run, &TOLD, after.unwrap_or_default(), PAGE))?;
        let last = page.last().map(|change| change.change_ref);
        Ok((page.into_iter().map(refusal_line).collect(), last))
    });
    write_json(out, report, &mut rejects, &mut refusals)
}

/// An iterator over pages that are fetched as they are needed.
struct Paged<T, P, F> {
    fetch: F,
    items: VecDeque<T>,
    after: Option<P>,
    ended: bool,
}

impl<T, P: Copy, F: FnMut(Option<P>) -> Result<(VecDeque<T>, Option<P>), EngineError>> Paged<T, P, F> {
    fn new(fetch: F) -> Self {
        Self { fetch, items: VecDeque::new(), after: None, ended: false }
    }
}

impl<T, P: Copy, F: FnMut(Option<P>) -> Result<(VecDeque<T>, Option<P>), EngineError>> Iterator
    for Paged<T, P, F>
{
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.items.is_empty() && !self.ended {
            match (self.fetch)(self.after) {
                Ok((items, last)) => {
                    self.items = items;
                    self.ended = last.is_none();
                    self.after = last.or(self.after);
                }
                Err(error) => {
                    self.ended = true;
                    return Some(Err(io::Error::other(error)));
                }
            }
        }
        self.items.pop_front().map(Ok)
    }
}

fn reject_lines(stored: StoredReject) -> impl Iterator<Item = RejectLine> {
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
        reason: row.reason.unwrap_or_else(|| "not sent yet".to_owned()),
    }
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
