//! The folders of the data directory, and how files come in and go out of them.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::store::Sealer;

use super::EngineError;

/// The data directory.
#[derive(Clone, Debug)]
pub struct DataFiles {
    root: PathBuf,
}

/// A private copy of an export.
#[derive(Clone, Debug)]
pub struct Copied {
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

impl DataFiles {
    /// Makes the folders where they are missing, for this user alone.
    ///
    /// # Errors
    /// When a folder can't be made.
    pub fn prepare(root: &Path) -> Result<Self, EngineError> {
        let files = Self { root: root.to_owned() };
        for folder in [files.root.clone(), files.processing(), files.reports()] {
            make_folder(&folder)?;
        }
        Ok(files)
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.root.join("rollbook.db")
    }

    /// Where private copies lie while they are processed.
    pub fn processing(&self) -> PathBuf {
        self.root.join("processing")
    }

    /// Where reports lie that are too large for a mail.
    pub fn reports(&self) -> PathBuf {
        self.root.join("reports")
    }

    /// The file that is locked by the process that delivers.
    pub fn lock(&self) -> PathBuf {
        self.root.join(super::lock::LOCK)
    }

    /// The place of a processed file: `archive/2026-11-21/2026-11-21.3-name` or under `failed/`.
    pub fn destination(&self, failed: bool, run: &str, name: &str, sealed: bool) -> PathBuf {
        let folder = if failed { "failed" } else { "archive" };
        let day = run.split('.').next().unwrap_or(run);
        let ending = if sealed { ".sealed" } else { "" };
        self.root.join(folder).join(day).join(format!("{run}-{name}{ending}"))
    }

    /// Copies an open file to `to`, hashes it on the way, and puts the copy on disk for good.
    ///
    /// # Errors
    /// When reading or writing fails.
    pub fn copy_in(&self, from: impl Read, to: &Path) -> Result<Copied, EngineError> {
        private(to)
            .and_then(|copy| {
                let copied = copy_hashed(from, &copy)?;
                copy.sync_all()?;
                sync_folder(to)?;
                Ok(copied)
            })
            .map_err(|error| EngineError::file("copy the export to", to, &error))
    }

    /// Moves a processed file to its place, sealed where a sealer is given. Taking the step again after a
    /// crash is harmless.
    ///
    /// # Errors
    /// When the file can't be written or moved.
    pub fn file_away(&self, from: &Path, to: &Path, sealer: Option<&Sealer>) -> Result<(), EngineError> {
        if !from.exists() {
            return Ok(());
        }
        if let Some(folder) = to.parent() {
            make_folder(folder)?;
        }
        let failed = |error: io::Error| EngineError::file("file the export away to", to, &error);
        match sealer {
            None => fs::rename(from, to).and_then(|()| sync_folder(to)).map_err(failed),
            Some(sealer) => {
                let partial = to.with_extension("sealed.part");
                let plain = File::open(from).map_err(failed)?;
                let sealed = private(&partial).map_err(failed)?;
                sealer.seal_stream(io::BufReader::new(plain), io::BufWriter::new(&sealed))?;
                sealed
                    .sync_all()
                    .and_then(|()| fs::rename(&partial, to))
                    .and_then(|()| sync_folder(to))
                    .and_then(|()| fs::remove_file(from))
                    .map_err(failed)
            }
        }
    }
}

/// Copies a stream and hashes it on the way.
pub(super) fn copy_hashed(mut from: impl Read, mut to: impl Write) -> io::Result<Copied> {
    let mut hasher = Sha256::new();
    let mut bytes = 0;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let chunk = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => buffer.get(..length).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hasher.update(chunk);
        to.write_all(chunk)?;
        bytes += chunk.len() as u64;
    }
    let sha256 = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Copied { sha256, bytes })
}

/// A new file that only this user can read; what lay there is overwritten.
pub(super) fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

fn make_folder(path: &Path) -> Result<(), EngineError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| EngineError::file("make the folder", path, &error))
}

/// Puts the entry of a file in its folder on disk: without it a power cut could lose the name.
pub(super) fn sync_folder(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
