//! Mails as files: one `.eml` a mail, named by its Message-ID, there whole or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::model::Digest;
use crate::report::mail::message_id;

use super::{SendClass, SendError, SendStage};

/// The longest file name made of a Message-ID, without its ending.
const NAME_CHARS: usize = 120;

/// A folder that takes mails.
#[derive(Debug)]
pub(super) struct Directory {
    folder: PathBuf,
}

impl Directory {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub(super) async fn send(&self, id: &str, bytes: &[u8]) -> Result<(), SendError> {
        let name = file_name(id).ok_or_else(|| {
            let reason = format!("`{}` is no Message-ID", id.escape_debug());
            SendError::new(SendClass::Permanent, SendStage::Deliver, reason)
        })?;
        let (folder, bytes) = (self.folder.clone(), bytes.to_vec());
        self.blocking(SendStage::Deliver, move || store(&folder, &name, &bytes)).await
    }

    pub(super) async fn probe(&self) -> Result<(), SendError> {
        let folder = self.folder.clone();
        self.blocking(SendStage::Connect, move || try_out(&folder)).await
    }

    async fn blocking(
        &self,
        stage: SendStage,
        work: impl FnOnce() -> io::Result<()> + Send + 'static,
    ) -> Result<(), SendError> {
        let done = tokio::task::spawn_blocking(work).await.unwrap_or_else(|lost| Err(io::Error::other(lost)));
        // A full disk or a wrong owner is mended by a person, and then the mail goes.
        done.map_err(|error| {
            let reason = format!("mail folder {}: {error}", self.folder.display());
            SendError::new(SendClass::Transient, stage, reason)
        })
    }
}

/// Writes beside the name and renames, so that no reader ever sees half a mail.
fn store(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let partial = folder.join(format!(".{name}.tmp"));
    let written = write_new(&partial, bytes).and_then(|()| std::fs::rename(&partial, folder.join(name)));
    if let Err(error) = written {
        let _gone_or_never_there = std::fs::remove_file(&partial);
        return Err(error);
    }
    File::open(folder)?.sync_all()
}

/// A file of our own in place of what a crash may have left there.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// An unnamed file in the folder or, where that is still to be made, in the nearest one that is there.
fn try_out(folder: &Path) -> io::Result<()> {
    // Of a relative path the last ancestor is the empty one, which stands for the working folder.
    let here = |path: &Path| if path.as_os_str().is_empty() { PathBuf::from(".") } else { path.to_owned() };
    let there = folder.ancestors().map(here).find(|path| path.is_dir());
    let there = there.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
    tempfile::tempfile_in(there).map(drop)
}

/// `<local part>.eml`; what a file name should not hold becomes `_`, with a hash to tell such ids apart.
fn file_name(id: &str) -> Option<String> {
    let id = message_id(id).ok()?;
    let (local, _) = id.split_once('@')?;
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let plain: String = local.chars().map(|c| if safe(c) { c } else { '_' }).take(NAME_CHARS).collect();
    if plain == local && !plain.starts_with('.') {
        return Some(format!("{plain}.eml"));
    }
    Some(format!("{}-{}.eml", plain.trim_start_matches('.'), Digest::new().part(local).finish()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[tokio::test]
    async fn a_mail_is_there_once_and_for_its_owner_alone() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("mail");
        let directory = Directory::new(folder.clone());
        directory.send("<run.1@host>", b"first").await.unwrap();
        directory.send("run.1@host", b"second").await.unwrap();
        assert_eq!(names(&folder), ["run.1.eml"]);
        let file = folder.join("run.1.eml");
        assert_eq!(std::fs::read(&file).unwrap(), b"second");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn no_id_leaves_the_folder() {
        let check = |id: &str, expected: Option<&str>| {
            let name = file_name(id);
            assert_eq!(name.as_deref().map(|name| name.split('-').next().unwrap()), expected);
            let inside = |name: String| !name.contains('/') && !name.starts_with('.');
            assert!(name.is_none_or(inside));
        };
        check("../../etc/passwd@host", Some("_.._etc_passwd"));
        check("..@host", Some(""));
        check("a b@host", None);
        check("no-at", None);
        assert_ne!(file_name("a/b@host"), file_name("a:b@host"), "two mails are two files");
        assert!(file_name(&format!("{}@host", "x".repeat(500))).is_some_and(|name| name.len() < 200));
    }

    #[tokio::test]
    async fn a_folder_that_can_not_be_written_is_told_and_tried_again() {
        let outer = tempfile::tempdir().unwrap();
        let file = outer.path().join("file");
        std::fs::write(&file, "").unwrap();
        let error = Directory::new(file.clone()).send("a@b", b"x").await.unwrap_err();
        assert_eq!(error.class, SendClass::Transient);
        assert!(error.to_string().contains(&file.display().to_string()), "{error}");
    }

    #[tokio::test]
    async fn a_probe_leaves_nothing_behind() {
        let outer = tempfile::tempdir().unwrap();
        Directory::new(outer.path().to_owned()).probe().await.unwrap();
        Directory::new(outer.path().join("to/be/made")).probe().await.unwrap();
        assert!(names(outer.path()).is_empty());
    }
}
