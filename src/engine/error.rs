//! What can end the work on a run, a command or the daemon.

use std::io;
use std::path::Path;

use crate::config::SecretProblem;
use crate::model::{ConnectionName, JobName, RunId};
use crate::source::FileProblem;
use crate::store::{SealError, StoreError};

/// A failure that is not one record's.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file or folder of ours, with what was to be done with it.
    #[error("{0}")]
    File(String),
    /// The export can't be used.
    #[error(transparent)]
    Export(#[from] FileProblem),
    /// A secret can't be fetched.
    #[error(transparent)]
    Secret(#[from] SecretProblem),
    /// Sealed content can't be opened.
    #[error("a sealed value: {0}")]
    Seal(#[from] SealError),
    /// A secret field is mapped, and no data key is set.
    #[error("a secret field is mapped and `data_key` is not set in rollbook.toml")]
    NoDataKey,
    /// There is no such job.
    #[error("there is no job `{name}`{hint}")]
    NoSuchJob {
        /// What was asked for.
        name: String,
        /// The nearest name, or all of them.
        hint: String,
    },
    /// The job of a run has been removed.
    #[error("the job `{0}` has no file in jobs/ any more")]
    JobIsGone(JobName),
    /// The job of a run with a file pulls now.
    #[error("the job `{0}` reads no file any more: its file was changed after the run began")]
    ReadsNoFile(JobName),
    /// The private copy of a run's file has been taken away.
    #[error("the private copy of run {0} is no longer in the data directory: drop the file again")]
    CopyIsGone(RunId),
    /// The connection of a change has been removed.
    #[error("the connection `{0}` stands in rollbook.toml no more")]
    NoSuchConnection(ConnectionName),
    /// A link can't be made.
    #[error("{0}")]
    Link(String),
    /// The job has no such record.
    #[error("{0}")]
    NoSuchKey(String),
    /// A task of ours was ended from outside or panicked.
    #[error("an internal task failed ({0}); what was committed before stays")]
    Task(String),
}

impl EngineError {
    /// A failed action on one of our files.
    pub fn file(doing: &str, path: &Path, error: &io::Error) -> Self {
        let hint = match error.kind() {
            io::ErrorKind::StorageFull => {
                ": the disk is full; free some space and start again, nothing is lost"
            }
            io::ErrorKind::PermissionDenied => ": check its owner and mode",
            io::ErrorKind::ReadOnlyFilesystem => ": the file system is mounted read-only",
            _ => "",
        };
        Self::File(format!("could not {doing} {}: {error}{hint}", path.display()))
    }

    /// There is no such job among `jobs`.
    pub fn no_such_job<'a>(name: &str, jobs: impl Iterator<Item = &'a JobName>) -> Self {
        let names: Vec<&str> = jobs.map(JobName::as_str).collect();
        let nearest = names
            .iter()
            .map(|known| (strsim::damerau_levenshtein(known, name), known))
            .min()
            .filter(|(distance, known)| *distance <= known.len() / 3 + 1);
        let hint = match nearest {
            Some((_, nearest)) => format!("; did you mean `{nearest}`?"),
            None if names.is_empty() => "; jobs/ holds none".to_owned(),
            None => format!("; there are {}", names.join(", ")),
        };
        Self::NoSuchJob { name: name.to_owned(), hint }
    }
}
