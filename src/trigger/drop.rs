//! Which files of a drop folder can be taken now.
//!
//! An event proves nothing, and neither does a closed file: an upload that breaks off is closed too. So a
//! file is ready when it has stood still. Nothing is opened, moved or followed here, and whoever takes a
//! file must look again at what he has opened: what lies in the folder can be swapped at any time.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, FileType, Metadata};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use rustix::fs::{Access, access};
use rustix::io::Errno;

use crate::config::{DropFolder, NameMatcher};

/// How the names end under which programs keep what is not whole yet.
const TEMPORARY: [&str; 10] =
    [".part", ".partial", ".filepart", ".tmp", ".temp", ".crdownload", ".download", ".swp", ".swo", "~"];

/// What a look at a drop folder found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The names of the files to take, oldest first (by modification time, then name).
    pub ready: Vec<String>,
    /// When to look again, because a file has not stood still for long enough.
    pub settling: Option<Duration>,
    /// What bears a fitting name and can't be taken, by name, with the reason. A name that can't be
    /// printed stands with its characters escaped. Said at every look; people are told once.
    pub odd: Vec<(String, String)>,
}

/// A drop folder, and how the files in it stood at the last look.
#[derive(Debug, Default)]
pub struct Folder {
    seen: HashMap<String, Seen>,
}

/// Whether a file of this name is taken: it is meant for the job, it is no temporary name (any case), and it
/// can be printed.
pub fn matches(source: &DropFolder, name: &str) -> bool {
    source.matcher().is_some_and(|matcher| fits(&matcher, OsStr::new(name))) && printable(name)
}

impl Folder {
    /// Looks at the folder itself (not below it).
    ///
    /// A file is ready when size, times, inode and links have stood still for `source.settle` of the
    /// monotonic clock, or when at its first look its status was changed that long ago by the wall clock:
    /// nobody but the kernel sets that time, whereas an upload may set the time of modification. A folder
    /// that can't be read, or is not there, is an error, and what was seen is kept.
    pub fn look(&mut self, source: &DropFolder, now: Instant, wall: SystemTime) -> io::Result<Look> {
        let matcher = source.matcher();
        let mut look = Look::default();
        let mut ready = Vec::new();
        let mut seen = HashMap::new();
        for entry in fs::read_dir(&source.folder)? {
            let entry = entry?;
            let raw = entry.file_name();
            if !matcher.as_ref().is_some_and(|matcher| fits(matcher, &raw)) {
                continue;
            }
            let Some(name) = raw.to_str().filter(|name| printable(name)) else {
                let reason = "its name has characters that can't be printed; rename it";
                look.odd.push((escaped(&raw), reason.to_owned()));
                continue;
            };
            // Of the entry itself: a link is not followed.
            let metadata = match entry.metadata() {
                Ok(metadata) => metadata,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => {
                    look.odd.push((name.to_owned(), format!("it can't be looked at: {error}")));
                    continue;
                }
            };
            if let Some(reason) = no_file(metadata.file_type()) {
                look.odd.push((name.to_owned(), reason.to_owned()));
                continue;
            }
            let file = Seen::again(self.seen.get(name), &metadata, source.settle, now, wall);
            match file.left(source.settle, now) {
                Some(left) => {
                    look.settling = Some(look.settling.map_or(left, |settling| settling.min(left)));
                }
                None => match untakable(&entry.path(), &metadata) {
                    Some(reason) => look.odd.push((name.to_owned(), reason)),
                    None => ready.push((file.marks.modified, name.to_owned())),
                },
            }
            seen.insert(name.to_owned(), file);
        }
        self.seen = seen;
        ready.sort();
        look.ready = ready.into_iter().map(|(_, name)| name).collect();
        look.odd.sort();
        Ok(look)
    }
}

/// A file at a look.
#[derive(Clone, Copy, Debug)]
struct Seen {
    marks: Marks,
    /// Since when it has had these marks, by our looks.
    since: Instant,
    /// Whether it had stood still before the first look.
    old: bool,
}

/// What stands still once nobody writes. Times are seconds and nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Marks {
    device: u64,
    inode: u64,
    links: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Seen {
    fn again(
        before: Option<&Self>,
        metadata: &Metadata,
        settle: Duration,
        now: Instant,
        wall: SystemTime,
    ) -> Self {
        let marks = Marks::of(metadata);
        match before {
            Some(before) if before.marks == marks => *before,
            // It has moved under our eyes: from here on only our own looks count.
            Some(_) => Self { marks, since: now, old: false },
            None => Self { marks, since: now, old: marks.age(wall).is_some_and(|age| age >= settle) },
        }
    }

    /// How long it has yet to stand still; `None` when it has.
    fn left(&self, settle: Duration, now: Instant) -> Option<Duration> {
        let left = settle.saturating_sub(now.saturating_duration_since(self.since));
        (!self.old && !left.is_zero()).then_some(left)
    }
}

impl Marks {
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            links: metadata.nlink(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// How long ago its status was changed; `None` where that lies in the future.
    fn age(&self, wall: SystemTime) -> Option<Duration> {
        let (seconds, nanoseconds) = self.changed;
        let changed = Duration::new(seconds.try_into().ok()?, nanoseconds.try_into().ok()?);
        wall.duration_since(SystemTime::UNIX_EPOCH.checked_add(changed)?).ok()
    }
}

/// Whether a name, printable or not, is meant, and of no file that is still being written.
fn fits(matcher: &NameMatcher, name: &OsStr) -> bool {
    matcher.is_meant(Path::new(name)) && !is_temporary(&name.to_string_lossy().to_lowercase())
}

fn is_temporary(name: &str) -> bool {
    // `~$` is what Excel puts beside a workbook that is open.
    name.starts_with(['.', '!']) || name.starts_with("~$") || TEMPORARY.iter().any(|end| name.ends_with(end))
}

/// Whether a name can stand in a log line and a mail as it is.
fn printable(name: &str) -> bool {
    !name.chars().any(unprintable)
}

fn unprintable(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

fn escaped(name: &OsStr) -> String {
    let mut text = String::new();
    for character in name.to_string_lossy().chars() {
        match unprintable(character) {
            true => text.extend(character.escape_default()),
            false => text.push(character),
        }
    }
    text
}

/// Why a thing is no file, if it is none.
fn no_file(kind: FileType) -> Option<&'static str> {
    if kind.is_file() {
        None
    } else if kind.is_symlink() {
        Some("it is a symbolic link, which is not followed; put the file itself here")
    } else if kind.is_dir() {
        Some("it is a folder; only files in the drop folder itself are taken")
    } else if kind.is_fifo() {
        Some("it is a named pipe, not a file")
    } else {
        Some("it is a device or a socket, not a file")
    }
}

/// Why a file that stands still can't be taken, if so. Before, an old client's rename (a link and an
/// unlink) shows two links for a moment, and the mode may be set at the end.
fn untakable(path: &Path, metadata: &Metadata) -> Option<String> {
    if metadata.nlink() > 1 {
        let reason = "it has other names too (hard links), so it may be changed from elsewhere; copy it here";
        return Some(reason.to_owned());
    }
    match access(path, Access::READ_OK) {
        // Where it has gone meanwhile, taking it will find that out.
        Ok(()) | Err(Errno::NOENT) => None,
        Err(error) => Some(format!("it can't be read by the user that Rollbook runs as: {error}")),
    }
}

#[cfg(test)]
mod tests;
