//! What can go wrong with the database, in words that say what to do.

use std::io;
use std::path::Path;

use sqlx::migrate::MigrateError;

/// A failure of the database. What was committed before it stays; it is safe to start again.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full.
    #[error("the disk that holds the database is full: free some space and start again; nothing is lost")]
    DiskFull,
    /// The database can't be written.
    #[error(
        "the database can't be written ({0}): check the owner and the mode of the data directory, and whether the disk is mounted read-only"
    )]
    ReadOnly(String),
    /// Another process holds the database.
    #[error(
        "the database is locked by another process for more than ten seconds: find out which one (a backup, an open shell?) and start again; nothing is lost"
    )]
    Locked,
    /// The disk fails.
    #[error(
        "the disk that holds the database can't be read or written ({0}): is it full, or broken? What was committed stays, and it is safe to start again"
    )]
    Disk(String),
    /// The file can't be opened.
    #[error("{0}")]
    File(String),
    /// The schema is not one that this version can bring to the present one.
    #[error("the database has a schema that this version can't use ({0}): was it made by a newer Rollbook?")]
    Migration(String),
    /// Anything else that SQLite says.
    #[error("the database failed: {0}")]
    Other(String),
    /// What was read makes no sense.
    #[error("the database holds something that this version does not understand ({0})")]
    Content(String),
}

impl StoreError {
    pub(super) fn file(path: &Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull => Self::DiskFull,
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => {
                Self::ReadOnly(format!("{}: {error}", path.display()))
            }
            _ => Self::File(format!("{}: {error}", path.display())),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(database) = &error {
            // Extended result codes keep the primary one in the lowest byte.
            let code = database.code().and_then(|code| code.parse::<i64>().ok());
            match code.map(|code| code & 0xff) {
                Some(13) => return Self::DiskFull,
                // The index of the write-ahead log can't grow.
                Some(10) if code == Some(4874) => return Self::DiskFull,
                Some(10) => return Self::Disk(database.message().to_owned()),
                Some(8 | 14) => return Self::ReadOnly(database.message().to_owned()),
                Some(5 | 6) => return Self::Locked,
                _ => {}
            }
        }
        Self::Other(error.to_string())
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            error => Self::Migration(error.to_string()),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Content(error.to_string())
    }
}
