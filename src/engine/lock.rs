//! One process delivers per data directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

/// The file that is locked, in the data directory.
pub(super) const LOCK: &str = "lock";

/// How often the lock is tried before somebody else has it for good, and the pause between.
const TRIES: u32 = 3;
const BLINK: Duration = Duration::from_millis(20);

/// The lock on a data directory, held as long as it lives.
#[derive(Debug)]
pub struct DataLock {
    file: File,
}

/// A data directory that can't be locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process delivers.
    #[error("another Rollbook holds this data directory")]
    Held,
    /// The data belong to another user.
    #[error("{0}")]
    OtherUser(String),
    /// The lock can't be made.
    #[error("{0}")]
    Failed(String),
}

impl DataLock {
    /// Takes the lock.
    ///
    /// # Errors
    /// When another process has it, or the file can't be made.
    pub fn take(path: &Path) -> Result<Self, LockError> {
        let failed = |error: &std::io::Error| {
            LockError::Failed(format!(
                "could not lock {}: {error}: check the owner and the mode of the data directory",
                path.display()
            ))
        };
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path)
            .map_err(|error| failed(&error))?;
        let mut tries = 0;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { file }),
                // `rollbook status` holds it for the blink of an eye, to see whether a daemon does.
                Err(TryLockError::WouldBlock) if tries < TRIES => {
                    tries += 1;
                    std::thread::sleep(BLINK);
                }
                Err(TryLockError::WouldBlock) => return Err(LockError::Held),
                Err(TryLockError::Error(error)) => return Err(failed(&error)),
            }
        }
    }
}

impl DataLock {
    /// Says to others what holds it: a command. Where that can't be written, they hear of a Rollbook and no more.
    pub fn name(&self, command: &str) {
        let mut file = &self.file;
        let _unnamed = file.set_len(0).and_then(|()| file.write_all(command.as_bytes()));
    }
}

/// The command that holds the lock, as it has said itself; only meant where somebody does.
pub fn holder(path: &Path) -> Option<String> {
    let command = std::fs::read_to_string(path).ok()?;
    let command = command.replace(char::is_control, " ");
    (!command.trim().is_empty()).then(|| command.trim().to_owned())
}

/// Whether a process delivers from this data directory now. Nothing is made where there is none yet.
pub fn is_delivering(data_dir: &Path) -> bool {
    let path = data_dir.join(LOCK);
    path.exists() && matches!(DataLock::take(&path), Err(LockError::Held))
}

/// Refuses a data directory that belongs to another user, with the line that works.
///
/// # Errors
/// When it belongs to another user.
pub fn check_owner(data_dir: &Path, command: &str) -> Result<(), LockError> {
    let Ok(found) = std::fs::metadata(data_dir) else { return Ok(()) };
    let own = rustix::process::geteuid().as_raw();
    if found.uid() == own {
        return Ok(());
    }
    let owner = user_name(found.uid());
    Err(LockError::OtherUser(format!(
        "the data in {} belong to {owner}, and files made by another user would lock the daemon out; run\n  \
         sudo -u {owner} {command}",
        data_dir.display()
    )))
}

/// The name of a user in /etc/passwd, else `#` and the number, which sudo takes too.
fn user_name(uid: u32) -> String {
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    passwd
        .lines()
        .filter_map(|line| {
            let mut parts = line.split(':');
            Some((parts.next()?, parts.nth(1)?))
        })
        .find(|(_, number)| number.parse() == Ok(uid))
        .map_or_else(|| format!("'#{uid}'"), |(name, _)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_says_what_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(LOCK);
        let lock = DataLock::take(&path).unwrap();
        assert_eq!(holder(&path), None);
        lock.name("rollbook sync a-job-with-a-long-name");
        lock.name("rollbook run");
        drop(lock);
        let lock = DataLock::take(&path).unwrap();
        lock.name("rollbook sync hr-users");
        assert!(matches!(DataLock::take(&path), Err(LockError::Held)));
        assert_eq!(holder(&path).as_deref(), Some("rollbook sync hr-users"));
    }
}
