//! Acquire: a file that has settled becomes a run, and nobody else can change it any more.
//!
//! Claim it by a rename into `.rollbook/` within its own folder, copy and hash it into `processing/`,
//! enter the run, remove the claimed original. After a crash each step is taken up where it was.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use crate::config::Job;
use crate::store::{NewFile, NewRun, RunKind, RunRecord, RunRef};

use super::files::copy_hashed;
use super::{Engine, EngineError};

/// The folder for claimed originals, within each drop folder.
pub(super) const CLAIMED: &str = ".rollbook";

/// How the names of copies begin that a command makes, which may not hold the data directory.
pub(super) const ASKED: &str = "asked-";

/// A file to be processed.
#[derive(Clone, Debug)]
pub enum Incoming {
    /// A file of this name in the job's drop folder.
    Dropped(String),
    /// A copy that lies in `processing/` already, and the name of the file that it was made of.
    Copied {
        /// The name.
        name: String,
        /// The copy.
        path: PathBuf,
    },
    /// What a pull knows, written into `processing/`.
    Fed {
        /// The name of the file.
        name: String,
        /// The file.
        path: PathBuf,
        /// The last run of that pull.
        by: RunRef,
    },
}

/// What came of acquiring a file.
#[derive(Debug)]
pub enum Acquired {
    /// A run.
    Run(Box<RunRecord>),
    /// The file was gone before it could be claimed.
    Gone,
}

impl Engine {
    /// Makes a run of a file.
    ///
    /// # Errors
    /// When the file can't be claimed or copied; it lies where it lay, or in `.rollbook/` beside.
    pub async fn acquire(
        &self,
        job: &Job,
        incoming: &Incoming,
        cause: &str,
    ) -> Result<Acquired, EngineError> {
        match incoming {
            Incoming::Dropped(name) => {
                let Some(claimed) = claim(job, name)? else { return Ok(Acquired::Gone) };
                match self.enter_claimed(job, name, &claimed, cause).await {
                    Ok(run) => Ok(Acquired::Run(Box::new(run))),
                    Err(error) => {
                        self.give_back(job, name, &claimed).await;
                        Err(error)
                    }
                }
            }
            Incoming::Copied { name, path } => {
                let entered = self.enter(job, cause, Some(ours(name, path)?), None).await?;
                Ok(Acquired::Run(Box::new(entered)))
            }
            Incoming::Fed { name, path, by } => {
                let entered = self.enter(job, cause, Some(ours(name, path)?), Some(*by)).await?;
                Ok(Acquired::Run(Box::new(entered)))
            }
        }
    }

    /// Copies a file that somebody named into `processing/`; the file itself stays where it is.
    ///
    /// # Errors
    /// When it can't be read, is no regular file, or can't be copied.
    pub fn copy_named(&self, path: &Path) -> Result<Incoming, EngineError> {
        let name = path.file_name().unwrap_or(OsStr::new("export")).to_string_lossy().into_owned();
        let to = self.files.processing().join(format!("{ASKED}{}", private_name(&name)));
        let from = open_regular(path).map_err(|error| EngineError::file("read", path, &error))?;
        self.files.copy_in(from, &to)?;
        Ok(Incoming::Copied { name, path: to })
    }

    /// A run without a file: nothing was there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn enter_nothing(&self, job: &Job, cause: &str) -> Result<RunRecord, EngineError> {
        self.enter(job, cause, None, None).await
    }

    pub(super) async fn enter_claimed(
        &self,
        job: &Job,
        name: &str,
        claimed: &Path,
        cause: &str,
    ) -> Result<RunRecord, EngineError> {
        let processing = self.files.processing().join(private_name(name));
        let failed = |error: io::Error| EngineError::file("read", claimed, &error);
        let opened = open_regular(claimed).map_err(failed)?;
        let before = Still::of(&opened).map_err(failed)?;
        let copied = self.files.copy_in(&opened, &processing)?;
        if Still::of(&opened).map_err(failed)? != before {
            let _removed = fs::remove_file(&processing);
            return Err(EngineError::File(format!(
                "{name} was still being written when it was taken; it is tried again when it stands still"
            )));
        }
        let file = NewFile {
            name: name.to_owned(),
            sha256: copied.sha256,
            bytes: copied.bytes,
            claimed: Some(claimed.to_string_lossy().into_owned()),
            processing: processing.to_string_lossy().into_owned(),
        };
        let run = self.enter(job, cause, Some(file), None).await?;
        self.drop_claim(&run, claimed).await?;
        Ok(run)
    }

    /// Puts a claimed file back into its folder, unless it was entered after all or a new one has its name.
    async fn give_back(&self, job: &Job, name: &str, claimed: &Path) {
        let entered = self.store.run_of_claim(&claimed.to_string_lossy()).await;
        if let (Ok(None), Some(source)) = (entered, job.source.drop_folder()) {
            let back = rustix::fs::renameat_with(
                rustix::fs::CWD,
                claimed,
                rustix::fs::CWD,
                source.folder.join(name),
                rustix::fs::RenameFlags::NOREPLACE,
            );
            if let Err(error) = back {
                tracing::warn!(job = %job.name, %error, "a claimed file stays in .rollbook/ and is taken up later");
            }
        }
    }

    /// Removes the claimed original of an entered run.
    pub(super) async fn drop_claim(&self, run: &RunRecord, claimed: &Path) -> Result<(), EngineError> {
        match fs::remove_file(claimed) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(EngineError::file("remove the claimed file", claimed, &error)),
        }
        self.store.forget_claim(run.run_ref).await?;
        Ok(())
    }

    /// Enters a run of a job: one that pulls asks, any other one reads an export.
    pub(super) async fn enter(
        &self,
        job: &Job,
        cause: &str,
        file: Option<NewFile>,
        fed_by: Option<RunRef>,
    ) -> Result<RunRecord, EngineError> {
        let now = self.clock.now();
        let deadline_at = chrono::TimeDelta::from_std(job.deadline).map_or(now, |deadline| now + deadline);
        let new = NewRun {
            kind: if job.pulls.is_empty() { RunKind::Export } else { RunKind::Pull },
            fed_by,
            job: job.name.clone(),
            job_hash: job.hash,
            cause: cause.to_owned(),
            started_at: now,
            deadline_at,
            file,
        };
        let run = self.store.enter_run(&new).await?;
        tracing::info!(job = %run.job, run = %run.run, cause, file = run.file.is_some(), "run begun");
        Ok(run)
    }
}

/// A file that lies in `processing/` already.
fn ours(name: &str, path: &Path) -> Result<NewFile, EngineError> {
    let failed = |error: io::Error| EngineError::file("read", path, &error);
    let copied = File::open(path).and_then(|opened| copy_hashed(opened, io::sink())).map_err(failed)?;
    Ok(NewFile {
        name: name.to_owned(),
        sha256: copied.sha256,
        bytes: copied.bytes,
        claimed: None,
        processing: path.to_string_lossy().into_owned(),
    })
}

/// Claims a file by renaming it into `.rollbook/`; `None` where it is gone.
fn claim(job: &Job, name: &str) -> Result<Option<PathBuf>, EngineError> {
    let Some(source) = job.source.drop_folder() else { return Ok(None) };
    let folder = source.folder.as_path();
    let claims = folder.join(CLAIMED);
    let failed = |error: &io::Error| EngineError::file("claim a file in the drop folder", folder, error);
    match fs::create_dir(&claims) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(&error)),
        _ => {}
    }
    let claimed = claims.join(format!("{:016x}.{}.{name}", random(), job.name));
    match fs::rename(folder.join(name), &claimed) {
        Ok(()) => Ok(Some(claimed)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(&error)),
    }
}

/// What changes while somebody writes.
#[derive(PartialEq)]
struct Still(u64, i64, i64);

impl Still {
    fn of(file: &File) -> io::Result<Self> {
        let found = file.metadata()?;
        Ok(Self(found.len(), found.mtime(), found.mtime_nsec()))
    }
}

/// Opens a regular file; links are not followed, and a FIFO does not make us wait.
pub(super) fn open_regular(path: &Path) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"))
    }
}

/// A name that no other file has.
pub(super) fn private_name(name: &str) -> String {
    format!("{:016x}-{name}", random())
}

/// What the standard library seeds its maps with: nobody has to be surprised by it, only no name may
/// come twice.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// The job that claimed a file, and the file's own name.
pub(super) fn claimed_by(claimed: &str) -> Option<(&str, &str)> {
    claimed.split_once('.')?.1.split_once('.')
}
