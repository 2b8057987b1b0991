//! The report of a run as a value.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;

use crate::model::{
    ChangeKind, ChangeState, ConnectionName, FieldName, Fields, JobName, Key, OperationKind, OperationName,
    PushCounts, PushId, RunId, RunStatus,
};

use super::{EventLine, FailureLine, PullSection, Verified};

/// Everything that a report says. Lists are capped for mails (`…_total` says how many there are);
/// attachments and JSON have all.
#[derive(Clone, Debug)]
pub struct Report {
    /// The run.
    pub run: RunId,
    /// The job.
    pub job: JobName,
    /// The job in one sentence.
    pub description: String,
    /// How it ended.
    pub status: RunStatus,
    /// What started it, in words ("a file arrived", "cron 0 2 * * *", "by hand").
    pub cause: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When its last change was settled; `None` while some are open.
    pub finished_at: Option<DateTime<Utc>>,
    /// The zone in which people read the times.
    pub timezone: Tz,
    /// The file.
    pub source: Option<SourceSection>,
    /// The job whose pull the file was made of, where it was.
    pub fed_by: Option<JobName>,
    /// Why nothing could be done, and the way out; each a sentence or more.
    pub failure: Option<String>,
    /// Things to know that are no problem ("the same bytes as run 2026-11-20.1").
    pub notes: Vec<String>,
    /// Each push.
    pub pushes: Vec<PushSection>,
    /// Each pull.
    pub pulls: Vec<PullSection>,
    /// What happened in the LMS, as the pulls saw it; the pulls say to how many items.
    pub events: Vec<EventLine>,
    /// Questions of pulls that were not answered, or whose answer is odd; the pulls say how many.
    pub failures: Vec<FailureLine>,
    /// What was held, and why.
    pub guards: Vec<GuardLine>,
    /// Rows turned down, one line a problem.
    pub rejects: Vec<RejectLine>,
    /// How many rows were turned down in all (each counted once a push).
    pub rejects_total: u64,
    /// What the LMS refused, and what is parked or still pending, with its words.
    pub refusals: Vec<RefusalLine>,
    /// How many there are in all.
    pub refusals_total: u64,
    /// Changes of this run that may have had their effect, without anybody knowing.
    pub in_doubt: Vec<RefusalLine>,
    /// How many there are in all.
    pub in_doubt_total: u64,
    /// Records that this run was the first to miss and that no call can take back.
    pub vanished: Vec<VanishedLine>,
    /// How many there are in all.
    pub vanished_total: u64,
    /// Connections that were stopped.
    pub stopped: Vec<StoppedLine>,
    /// Changes of earlier runs of this job that are still open or in doubt.
    pub still_open: Vec<OpenLine>,
    /// The names of the files that go with the mail (`rejects.csv`, `changes.csv`): the text says how
    /// to use each, and points to none that is not there.
    pub attachments: Vec<String>,
}

/// The file of a run.
#[derive(Clone, Debug, Serialize)]
pub struct SourceSection {
    /// Its name as it arrived.
    pub file: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Data rows in it.
    pub rows: u64,
    /// Rows that `where` left out.
    pub filtered: u64,
    /// Rows that were taken: `rows = filtered + read`.
    pub read: u64,
}

/// One push of a run.
#[derive(Clone, Debug, Serialize)]
pub struct PushSection {
    /// The push.
    pub push: PushId,
    /// The account.
    pub connection: ConnectionName,
    /// The operation, in full.
    pub operation: OperationName,
    /// What its records are; `None` where the connection is no longer there to say it.
    #[serde(skip)]
    pub kind: Option<OperationKind>,
    /// How it ended.
    pub status: RunStatus,
    /// The account of its rows and changes.
    #[serde(flatten)]
    pub counts: PushCounts,
    /// Records that are unchanged although a value became empty (semantics 15).
    #[serde(skip)]
    pub emptied: u64,
    /// Absent records that are left alone: the job does not say what absence means, or no call can take them
    /// back.
    #[serde(skip)]
    pub vanished: u64,
    /// Of those that no call can take back: how many this run was the first to miss, and earlier ones.
    #[serde(skip)]
    pub listed: (u64, u64),
    /// Things to know ("a cycle of managers was cut at …").
    #[serde(skip)]
    pub notes: Vec<String>,
    /// Why the file of its links could not be written.
    #[serde(skip)]
    pub unwritten: Option<String>,
    /// What looking a sample of it up in the LMS came to, where that was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<Verified>,
}

/// A guard that found something.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GuardLine {
    /// The push.
    pub push: PushId,
    /// The guard (`max_removed_percent`, `first_load`, `empty_file`, …).
    pub guard: String,
    /// What it found ("40 of 300 active records, 13.3 %").
    pub found: String,
    /// What is allowed ("5 %").
    pub limit: String,
    /// What it means, and what to do; sentences.
    pub explanation: String,
}

/// One problem of one rejected row.
#[derive(Clone, Debug, Serialize)]
pub struct RejectLine {
    /// The push.
    pub push: PushId,
    /// The sheet, in a workbook.
    pub sheet: Option<String>,
    /// The row, as a spreadsheet shows it.
    pub row: u64,
    /// The record's key, where it could be read.
    pub key: Option<Key>,
    /// The field.
    pub field: Option<FieldName>,
    /// What stood there; `None` where nothing did, or it is secret.
    pub value: Option<String>,
    /// Why, and what to do.
    pub reason: String,
}

/// One change that the LMS did not take.
#[derive(Clone, Debug, Serialize)]
pub struct RefusalLine {
    /// The push.
    pub push: PushId,
    /// The row; `None` for a removal.
    pub row: Option<u64>,
    /// The record.
    pub key: Key,
    /// `refused`, `parked`, `waiting`, `sent` or `in_doubt`.
    #[serde(skip)]
    pub state: ChangeState,
    /// The vendor's code, an HTTP status or our word.
    pub code: String,
    /// The LMS's words.
    pub reason: String,
}

/// A record that is no longer in the file and that no call can take back.
#[derive(Clone, Debug, Serialize)]
pub struct VanishedLine {
    /// The push.
    pub push: PushId,
    /// The record.
    pub key: Key,
    /// What the LMS has acknowledged of it.
    pub fields: Fields,
}

/// A connection that is of no use until a person has looked.
#[derive(Clone, Debug)]
pub struct StoppedLine {
    /// The account.
    pub connection: ConnectionName,
    /// The code.
    pub code: String,
    /// The LMS's words, and what to do.
    pub reason: String,
}

/// A change of an earlier run that is still open or in doubt.
#[derive(Clone, Debug)]
pub struct OpenLine {
    /// The run.
    pub run: RunId,
    /// The push.
    pub push: PushId,
    /// The record.
    pub key: Key,
    /// Where it stands.
    pub state: ChangeState,
    /// The code.
    pub code: String,
    /// The LMS's words.
    pub reason: String,
}

/// One change, for `changes.csv` and `rollbook show`.
#[derive(Clone, Debug)]
pub struct ChangeLine {
    /// The push.
    pub push: PushId,
    /// The record.
    pub key: Key,
    /// What the change does.
    pub kind: ChangeKind,
    /// The row; `None` for a removal.
    pub row: Option<u64>,
    /// The fields before; `None` where the LMS was not known to hold the record.
    pub before: Option<Fields>,
    /// The fields after.
    pub after: Fields,
    /// Where it stands.
    pub state: ChangeState,
    /// The code of the last answer.
    pub code: Option<String>,
    /// The words of the last answer.
    pub reason: Option<String>,
}
