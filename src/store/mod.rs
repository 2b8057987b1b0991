//! The database: all SQL stands in this folder, one file a group of tables.
//!
//! Its face shows no SQL, no SQLite and no open transaction, so that another database could stand
//! behind it. It knows no file of an export, no LMS and no clock: times come in as arguments.

mod account;
mod calls;
mod claiming;
mod copying;
mod doubtful;
mod ending;
mod error;
mod fold;
mod forgetting;
mod gate;
mod happened;
mod history;
mod kin;
mod looks;
mod mails;
mod memory;
mod names;
mod outbox;
mod plans;
mod pulling;
mod pulls;
mod pushes;
mod questions;
mod registrations;
mod rejects;
mod remembering;
mod requests;
mod runs;
mod seal;
mod settling;
mod spool;
mod spooled;
mod stops;
mod ticks;
mod values;
mod vanished;
mod verdicts;
mod verifying;

use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{SqlSafeStr, Sqlite, Transaction};

pub use doubtful::DoubtRow;
pub use error::StoreError;
pub use forgetting::{Leaving, Unasked};
pub use gate::{Before, Blocker};
pub use happened::Happened;
pub use history::{ChangeRow, FindingRow, OpenChange, PushRunRow, RunFilter};
pub use looks::Look;
pub use mails::{MailEntry, MailState, NewMail};
pub use memory::{EventRef, EventRow, ItemFilter, ItemRef, MemoryItem};
pub use outbox::{OpenRow, Queued};
pub use plans::{PlannedPush, SpooledSummary};
pub use pulling::{EnteredPull, NewStep};
pub use pulls::{FailedStep, PullRef, PullRunRow};
pub use pushes::{PushRef, PushState, SnapshotRow};
pub use questions::{PullStep, StepTurn};
pub use registrations::{Enrolment, Registered};
pub use rejects::{OriginalCells, StoredReject};
pub use remembering::{Chunk, FoldedItem, KnownItem, NewEvent, Turn};
pub use requests::Request;
pub use runs::{NewFile, NewRun, Phase, RunKind, RunRecord, RunRef};
pub use seal::{SealError, Sealer};
pub use settling::{QueuedState, Settled};
pub use spool::{RejectedCells, Spool, SpoolChange, StagedRow, StagedState};
pub use stops::Stop;
pub use ticks::TickKind;
pub use vanished::{Absences, VanishedCount, VanishedRow};
pub use verdicts::{Doubtful, PersonsVerdict};
pub use verifying::{Finding, Lookup};

/// Every migration, oldest first; they only go forward.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "first", include_str!("../../migrations/0001_first.sql")),
    (2, "delivery", include_str!("../../migrations/0002_delivery.sql")),
    (3, "vanished", include_str!("../../migrations/0003_vanished.sql")),
    (4, "unwritten", include_str!("../../migrations/0004_unwritten.sql")),
    (5, "pulls", include_str!("../../migrations/0005_pulls.sql")),
];

/// The database of one data directory.
#[derive(Clone, Debug)]
pub struct Store {
    writer: SqlitePool,
    reader: SqlitePool,
    path: PathBuf,
}

impl Store {
    /// Opens the database, makes it where there is none, and brings it to the present schema.
    ///
    /// # Errors
    /// When the file can't be made, read or written, or was made by a newer Rollbook.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        // SQLite would make the file readable for everybody that the umask allows.
        drop(open_private(path).map_err(|error| StoreError::file(path, &error))?);
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            .pragma("journal_size_limit", "67108864")
            .optimize_on_close(true, None);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_with(options.clone())
            .await?;
        migrate(&writer, path).await?;
        let reader =
            SqlitePoolOptions::new().max_connections(4).connect_with(options.read_only(true)).await?;
        Ok(Self { writer, reader, path: path.to_owned() })
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Closes the database; what is committed is on disk already.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }

    /// Moves the write-ahead log into the database: after a run, so that neither grows for ever.
    pub async fn checkpoint(&self) -> Result<(), StoreError> {
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await?;
        Ok(())
    }

    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        match self.writer.begin_with("BEGIN IMMEDIATE").await {
            // On a full disk SQLite itself ends a transaction, which the connection does not learn.
            Err(sqlx::Error::InvalidSavePointStatement) => {
                self.writer.acquire().await?.close().await?;
                Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
            }
            begun => Ok(begun?),
        }
    }
}

/// Brings the database to the present schema. Two processes that start at once take turns: the lock lies
/// in a file of its own, since closing the database's file would lose the locks that SQLite has on it.
async fn migrate(writer: &SqlitePool, path: &Path) -> Result<(), StoreError> {
    let turn = path.with_extension("db-migration");
    let failed = |error: std::io::Error| StoreError::file(&turn, &error);
    let file = open_private(&turn).map_err(failed)?;
    let _turn = tokio::task::spawn_blocking(move || file.lock().map(|()| file))
        .await
        .map_err(|error| StoreError::Other(error.to_string()))?
        .map_err(failed)?;
    Ok(migrator().run(writer).await?)
}

fn open_private(path: &Path) -> std::io::Result<std::fs::File> {
    std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}

fn migrator() -> Migrator {
    let migrations = MIGRATIONS
        .iter()
        .map(|(version, name, sql)| {
            Migration::new(*version, (*name).into(), MigrationType::Simple, sql.into_sql_str(), false)
        })
        .collect();
    Migrator::with_migrations(migrations)
}

#[cfg(test)]
mod memory_tests;
#[cfg(test)]
mod migration_tests;
