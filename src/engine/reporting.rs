//! Folds a run into its report, and puts the report into the outbox of mails.

use std::fs::{self};
use std::io::{self};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::config::{Job, ReportWhen};
use crate::model::RunStatus;
use crate::report::{Attachment, Late, Mail, PullSection, Report, compose, envelope, html, subject, text};
use crate::store::{NewMail, RunKind, RunRecord, RunRef};

use super::folding::load_report;
use super::{Engine, EngineError};

/// The largest file that goes with a mail.
const LARGEST_ATTACHMENT: u64 = 5 << 20;

impl Engine {
    /// Reports a run by mail, if its job wants that. Where no file came nothing happened: whether that is
    /// late is for `due_by` to say.
    pub(super) async fn report(&self, run_ref: RunRef) -> Result<(), EngineError> {
        let run = self.store.run(run_ref).await?;
        let now = self.clock.now();
        let mut mail = None;
        let happened = run.file.is_some() || run.kind == RunKind::Pull;
        if let (Some(job), Some(settings), true) =
            (self.config.jobs.get(&run.job), &self.config.mail, happened)
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
        let Some(source) = job.source.drop_folder() else { return Ok(()) };
        let late = Late {
            job: job.name.clone(),
            description: job.description.clone(),
            folder: source.folder.display().to_string(),
            pattern: source.pattern.clone(),
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
}

fn wanted(when: ReportWhen, report: &Report) -> bool {
    // What no call can take back needs a person, though nothing went wrong.
    let problem = report.vanished_total > 0
        || matches!(report.status, RunStatus::Failed | RunStatus::Held | RunStatus::Partial);
    match when {
        ReportWhen::Always => true,
        ReportWhen::Changes => {
            let pushed = report.pushes.iter().any(|push| push.counts.changes() > 0);
            problem || pushed || report.pulls.iter().any(PullSection::has_news)
        }
        ReportWhen::Problems => problem,
    }
}
