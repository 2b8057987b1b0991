//! Events of the drop folders, as hints to look.
//!
//! Nothing is decided by an event: some folders (NFS, too many watches) give none, some uploads give odd
//! ones. Where watching fails the regular look does the same work, only later.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

/// The watch on the drop folders. It ends when dropped.
#[derive(Debug)]
pub struct Watch {
    folders: BTreeSet<PathBuf>,
    hint: Arc<Notify>,
    watcher: Option<RecommendedWatcher>,
    failed: Vec<(PathBuf, String)>,
}

impl Watch {
    /// Watches the folders themselves (nothing below them): whatever happens in them wakes `hint`.
    ///
    /// Never fails: what can't be watched stands in [`Watch::failed`]. Files that were there before give
    /// no event, so the first look is the caller's.
    pub fn new(folders: impl IntoIterator<Item = PathBuf>, hint: Arc<Notify>) -> Self {
        let folders = folders.into_iter().collect();
        let mut watch = Self { folders, hint, watcher: None, failed: Vec::new() };
        watch.renew();
        watch
    }

    /// Watches every folder anew. To be called **before** each regular look, which then sees whatever
    /// happened between two watches.
    ///
    /// A folder that was removed and made again is another one to the kernel, and silent until it is
    /// watched again. It often bears the same inode number, and the event of its removal may come late
    /// and end the new watch; so nothing is compared, and everything is watched anew, which costs two
    /// calls a folder.
    pub fn renew(&mut self) {
        self.failed.clear();
        if self.watcher.is_none() {
            let hint = Arc::clone(&self.hint);
            let made = notify::recommended_watcher(move |event: notify::Result<Event>| {
                if is_hint(&event) {
                    hint.notify_one();
                }
            });
            match made {
                Ok(watcher) => self.watcher = Some(watcher),
                Err(error) => {
                    let reason = error.to_string();
                    self.failed =
                        self.folders.iter().map(|folder| (folder.clone(), reason.clone())).collect();
                }
            }
        }
        let Some(watcher) = &mut self.watcher else { return };
        for folder in &self.folders {
            // It fails where there was no watch, or the kernel has ended it: that is as well.
            let _ = watcher.unwatch(folder);
            if let Err(error) = watcher.watch(folder, RecursiveMode::NonRecursive) {
                self.failed.push((folder.clone(), error.to_string()));
            }
        }
    }

    /// The folders that could not be watched the last time, with the reason.
    pub fn failed(&self) -> &[(PathBuf, String)] {
        &self.failed
    }
}

/// Whether an event is a reason to look: all are, errors and lost events included, but for reading. A look
/// opens the folder, and would wake itself for ever.
fn is_hint(event: &notify::Result<Event>) -> bool {
    match event.as_ref().map(|event| event.kind) {
        Ok(EventKind::Access(kind)) => kind == AccessKind::Close(AccessMode::Write),
        Ok(_) | Err(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::time::Duration;

    use notify::event::{CreateKind, DataChange, Flag, ModifyKind, RemoveKind, RenameMode};
    use tempfile::TempDir;

    use super::*;

    async fn hinted(hint: &Notify, what: &str) {
        let guard = Duration::from_secs(30);
        tokio::time::timeout(guard, hint.notified()).await.unwrap_or_else(|_| panic!("no hint: {what}"));
    }

    fn watch(folders: &[&Path]) -> (Watch, Arc<Notify>) {
        let hint = Arc::new(Notify::new());
        let folders = folders.iter().map(|folder| folder.to_path_buf());
        (Watch::new(folders, Arc::clone(&hint)), hint)
    }

    #[tokio::test]
    async fn an_event_in_any_folder_wakes() {
        let (one, two) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let (watch, hint) = watch(&[one.path(), two.path()]);
        assert_eq!(watch.failed(), []);
        fs::create_dir(one.path().join("new")).unwrap();
        hinted(&hint, "a folder is made").await;
        fs::create_dir(two.path().join("new")).unwrap();
        hinted(&hint, "a folder is made in the other one").await;
        let elsewhere = TempDir::new().unwrap();
        fs::write(elsewhere.path().join("hr.csv"), "id\n").unwrap();
        fs::rename(elsewhere.path().join("hr.csv"), one.path().join("hr.csv")).unwrap();
        hinted(&hint, "a file is moved in").await;
    }

    #[tokio::test]
    async fn a_folder_that_is_made_again_is_watched_again() {
        let dir = TempDir::new().unwrap();
        let inbox = dir.path().join("inbox");
        fs::create_dir(&inbox).unwrap();
        let (mut watch, hint) = watch(&[&inbox]);
        // The removal is one event, and the only hint so far.
        fs::remove_dir(&inbox).unwrap();
        hinted(&hint, "the folder is removed").await;
        watch.renew();
        assert_eq!(watch.failed().len(), 1);
        fs::create_dir(&inbox).unwrap();
        watch.renew();
        assert_eq!(watch.failed(), []);
        fs::create_dir(inbox.join("new")).unwrap();
        hinted(&hint, "a folder is made in the new one").await;
    }

    #[tokio::test]
    async fn a_folder_that_is_replaced_is_watched_again() {
        let dir = TempDir::new().unwrap();
        let inbox = dir.path().join("inbox");
        fs::create_dir(&inbox).unwrap();
        let (mut watch, hint) = watch(&[&inbox]);
        fs::rename(&inbox, dir.path().join("old")).unwrap();
        hinted(&hint, "the folder is moved away").await;
        fs::create_dir(&inbox).unwrap();
        watch.renew();
        fs::create_dir(inbox.join("new")).unwrap();
        hinted(&hint, "a folder is made in the new one").await;
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_watched_is_reported_and_tried_again() {
        let dir = TempDir::new().unwrap();
        let (there, missing) = (dir.path().join("there"), dir.path().join("missing"));
        fs::create_dir(&there).unwrap();
        let (mut watch, hint) = watch(&[&missing, &there]);
        let [(folder, reason)] = watch.failed() else { panic!("{:?}", watch.failed()) };
        assert_eq!(folder, &missing);
        assert!(!reason.is_empty());
        fs::create_dir(there.join("new")).unwrap();
        hinted(&hint, "the other folder is watched").await;
        fs::create_dir(&missing).unwrap();
        watch.renew();
        assert_eq!(watch.failed(), []);
        fs::create_dir(missing.join("new")).unwrap();
        hinted(&hint, "the folder is there now").await;
    }

    #[test]
    fn everything_but_reading_is_a_hint() {
        let kinds = [
            EventKind::Any,
            EventKind::Other,
            EventKind::Create(CreateKind::File),
            EventKind::Modify(ModifyKind::Data(DataChange::Any)),
            EventKind::Modify(ModifyKind::Name(RenameMode::To)),
            EventKind::Remove(RemoveKind::Folder),
            EventKind::Access(AccessKind::Close(AccessMode::Write)),
        ];
        for kind in kinds {
            assert!(is_hint(&Ok(Event::new(kind))), "{kind:?}");
        }
        assert!(is_hint(&Ok(Event::new(EventKind::Other).set_flag(Flag::Rescan))));
        assert!(is_hint(&Err(notify::Error::generic("too many"))));
        for kind in [AccessKind::Open(AccessMode::Any), AccessKind::Close(AccessMode::Read), AccessKind::Read]
        {
            assert!(!is_hint(&Ok(Event::new(EventKind::Access(kind)))), "{kind:?}");
        }
    }
}
