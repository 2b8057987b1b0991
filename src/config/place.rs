//! What `[source]` says, once every problem is gone: where the exports of a job come from.

use std::path::PathBuf;
use std::time::Duration;

use crate::model::{JobName, PushId, RowsKind, SourceFormat, Where};

/// `[source]`.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where its exports come from.
    pub place: Place,
    /// Whether a file holds everybody.
    pub rows: RowsKind,
    /// How the file is read.
    pub format: SourceFormat,
    /// Which rows count; all must hold.
    pub filters: Vec<Where>,
    /// Whether a filtered row counts as absent (`where_absent = "missing"`, semantics 4).
    pub filtered_is_absent: bool,
}

/// Where the exports of a job come from.
#[derive(Clone, Debug)]
pub enum Place {
    /// A drop folder.
    Drop(DropFolder),
    /// What a pull has learnt, as a file of our own making (`pull = "…"`).
    Pull(Feed),
    /// Nowhere: a job of pulls has none.
    Nowhere,
}

impl Source {
    /// The drop folder, where it is one.
    pub fn drop_folder(&self) -> Option<&DropFolder> {
        match &self.place {
            Place::Drop(folder) => Some(folder),
            Place::Pull(_) | Place::Nowhere => None,
        }
    }

    /// The pull, where it is one.
    pub fn feed(&self) -> Option<&Feed> {
        match &self.place {
            Place::Pull(feed) => Some(feed),
            Place::Drop(_) | Place::Nowhere => None,
        }
    }
}

/// A folder in which files arrive.
#[derive(Clone, Debug)]
pub struct DropFolder {
    /// The folder.
    pub folder: PathBuf,
    /// Which files are taken (`hr-users-*.{csv,xlsx}`).
    pub pattern: String,
    /// How long a file must have stood still (`settle_s`, 5 unless said).
    pub settle: Duration,
}

/// A pull that other jobs take their rows from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// The job.
    pub job: JobName,
    /// The id of its pull.
    pub pull: PushId,
}
