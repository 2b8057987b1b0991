//! Runs: one row an execution of a job.

use chrono::{DateTime, Utc};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::model::{Fingerprint, JobName, RunId, RunStatus};

use super::values::{count, fingerprint, from_json, int, maybe_time, millis, time};
use super::{Store, StoreError};

/// A run in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunRef(pub(super) i64);

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The file lies in `processing/`; nothing is decided.
    Acquired,
    /// Plan, rejects and outbox are there.
    Delivering,
    /// Settled, or its deadline has passed with changes still open.
    Done,
}

impl Phase {
    fn parse(text: &str) -> Self {
        match text {
            "acquired" => Self::Acquired,
            "delivering" => Self::Delivering,
            _ => Self::Done,
        }
    }
}

/// What a run does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunKind {
    /// It reads an export.
    #[default]
    Export,
    /// It asks an LMS.
    Pull,
}

/// A run to be entered.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// What it does.
    pub kind: RunKind,
    /// The run of a pull whose items its file was made of.
    pub fed_by: Option<RunRef>,
    /// The job.
    pub job: JobName,
    /// The fingerprint of its file.
    pub job_hash: Fingerprint,
    /// What started it, in words.
    pub cause: String,
    /// Now.
    pub started_at: DateTime<Utc>,
    /// When its report goes in any case.
    pub deadline_at: DateTime<Utc>,
    /// The file; `None` where none was there.
    pub file: Option<NewFile>,
}

/// The file of a run to be entered.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// Its name as it arrived.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Where the claimed original lies; `None` where a copy was handed over.
    pub claimed: Option<String>,
    /// Where the private copy lies.
    pub processing: String,
}

/// A run as it stands.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each field is the column of that name, explained in the migration")]
pub struct RunRecord {
    pub run_ref: RunRef,
    pub run: RunId,
    pub kind: RunKind,
    pub fed_by: Option<RunRef>,
    pub job: JobName,
    pub job_hash: Fingerprint,
    pub cause: String,
    pub phase: Phase,
    pub status: Option<RunStatus>,
    pub started_at: DateTime<Utc>,
    pub deadline_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
    pub reports: u64,
    pub file: Option<String>,
    pub sha256: Option<String>,
    pub bytes: u64,
    pub claimed: Option<String>,
    pub processing: Option<String>,
    pub destination: Option<String>,
    pub correction: bool,
    pub rows: u64,
    pub filtered: u64,
    pub header: Vec<String>,
    pub failure: Option<String>,
    pub notes: Vec<String>,
}

pub(super) fn record(row: &SqliteRow) -> Result<RunRecord, StoreError> {
    Ok(RunRecord {
        run_ref: RunRef(row.try_get("run_ref")?),
        run: row.try_get::<String, _>("run")?.into(),
        kind: if row.try_get::<&str, _>("kind")? == "pull" { RunKind::Pull } else { RunKind::Export },
        fed_by: row.try_get::<Option<i64>, _>("fed_by")?.map(RunRef),
        job: row.try_get::<String, _>("job")?.into(),
        job_hash: fingerprint(row.try_get("job_hash")?)?,
        cause: row.try_get("cause")?,
        phase: Phase::parse(row.try_get("phase")?),
        status: row.try_get::<Option<&str>, _>("status")?.and_then(RunStatus::parse),
        started_at: time(row.try_get("started_at")?)?,
        deadline_at: time(row.try_get("deadline_at")?)?,
        finished_at: maybe_time(row.try_get("finished_at")?)?,
        reports: count(row.try_get("reports")?),
        file: row.try_get("file")?,
        sha256: row.try_get("sha256")?,
        bytes: count(row.try_get::<Option<i64>, _>("bytes")?.unwrap_or_default()),
        claimed: row.try_get("claimed")?,
        processing: row.try_get("processing")?,
        destination: row.try_get("destination")?,
        correction: row.try_get::<i64, _>("correction")? != 0,
        rows: count(row.try_get("rows")?),
        filtered: count(row.try_get("filtered")?),
        header: from_json(row.try_get("header")?)?,
        failure: row.try_get("failure")?,
        notes: from_json(row.try_get("notes")?)?,
    })
}

impl Store {
    /// Enters a run, whose file lies in `processing/`.
    pub async fn enter_run(&self, new: &NewRun) -> Result<RunRecord, StoreError> {
        let mut transaction = self.begin().await?;
        let file = new.file.as_ref();
        let day = new.started_at.format("%Y-%m-%d").to_string();
        let run_ref: i64 = sqlx::query(
            "INSERT INTO run (run, job, job_hash, cause, phase, started_at, deadline_at, file, sha256, bytes,
                              claimed, processing, kind, fed_by)
             SELECT ?1 || '.' || (1 + coalesce(max(CAST(substr(run, 12) AS INTEGER)), 0)),
                    ?2, ?3, ?4, 'acquired', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13
             FROM run WHERE substr(run, 1, 10) = ?1
             RETURNING run_ref",
        )
        .bind(&day)
        .bind(new.job.as_str())
        .bind(new.job_hash.as_bytes())
        .bind(&new.cause)
        .bind(millis(new.started_at))
        .bind(millis(new.deadline_at))
        .bind(file.map(|file| &file.name))
        .bind(file.map(|file| &file.sha256))
        .bind(file.map(|file| int(file.bytes)))
        .bind(file.and_then(|file| file.claimed.as_deref()))
        .bind(file.map(|file| &file.processing))
        .bind(match new.kind {
            RunKind::Export => "export",
            RunKind::Pull => "pull",
        })
        .bind(new.fed_by.map(|run| run.0))
        .fetch_one(&mut *transaction)
        .await?
        .try_get(0)?;
        let row = sqlx::query(RUN_BY_REF).bind(run_ref).fetch_one(&mut *transaction).await?;
        let run = record(&row)?;
        transaction.commit().await?;
        Ok(run)
    }

    /// A run as it stands now.
    pub async fn run(&self, run: RunRef) -> Result<RunRecord, StoreError> {
        record(&sqlx::query(RUN_BY_REF).bind(run.0).fetch_one(&self.reader).await?)
    }

    /// The run of that name.
    pub async fn find_run(&self, run: &str) -> Result<Option<RunRecord>, StoreError> {
        let row = sqlx::query(RUN_BY_NAME).bind(run).fetch_optional(&self.reader).await?;
        row.as_ref().map(record).transpose()
    }

    /// Runs that are not done, oldest first.
    pub async fn open_runs(&self) -> Result<Vec<RunRecord>, StoreError> {
        let rows = sqlx::query(OPEN_RUNS).fetch_all(&self.reader).await?;
        rows.iter().map(record).collect()
    }

    /// The run of the job with the file directly before this one's.
    pub async fn file_before(&self, job: &JobName, run: RunRef) -> Result<Option<RunRecord>, StoreError> {
        let row =
            sqlx::query(FILE_BEFORE).bind(job.as_str()).bind(run.0).fetch_optional(&self.reader).await?;
        row.as_ref().map(record).transpose()
    }

    /// The run that claimed the original at this place, if one did.
    pub async fn run_of_claim(&self, claimed: &str) -> Result<Option<RunRef>, StoreError> {
        let row = sqlx::query("SELECT run_ref FROM run WHERE claimed = ?")
            .bind(claimed)
            .fetch_optional(&self.reader)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?.map(RunRef))
    }

    /// Where private copies lie that a run or an open request still needs.
    pub async fn known_copies(&self) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query(
            "SELECT processing FROM run WHERE processing IS NOT NULL
             UNION SELECT path FROM request WHERE path IS NOT NULL AND run_ref IS NULL AND error IS NULL",
        )
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    /// Runs whose private copy has not been moved to its destination yet, though they are planned or done.
    pub async fn unmoved(&self) -> Result<Vec<RunRecord>, StoreError> {
        let rows = sqlx::query(UNMOVED).fetch_all(&self.reader).await?;
        rows.iter().map(record).collect()
    }

    /// The claimed original is gone.
    pub async fn forget_claim(&self, run: RunRef) -> Result<(), StoreError> {
        sqlx::query("UPDATE run SET claimed = NULL WHERE run_ref = ?")
            .bind(run.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// The private copy has arrived at `destination`, or was deleted (`None`).
    pub async fn file_moved(&self, run: RunRef, destination: Option<&str>) -> Result<(), StoreError> {
        sqlx::query("UPDATE run SET processing = NULL, destination = ? WHERE run_ref = ?")
            .bind(destination)
            .bind(run.0)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

const RUN_BY_REF: &str = "SELECT * FROM run WHERE run_ref = ?";
const RUN_BY_NAME: &str = "SELECT * FROM run WHERE run = ?";
const OPEN_RUNS: &str = "SELECT * FROM run WHERE phase <> 'done' ORDER BY run_ref";
const FILE_BEFORE: &str =
    "SELECT * FROM run WHERE job = ? AND run_ref < ? AND file IS NOT NULL ORDER BY run_ref DESC LIMIT 1";
const UNMOVED: &str =
    "SELECT * FROM run WHERE processing IS NOT NULL AND phase <> 'acquired' ORDER BY run_ref";
