//! A drop folder at looks of chosen times. The files are real, since only the kernel sets their times;
//! the clocks are arguments.

use std::fs::{File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use rustix::fs::{CWD, Mode, mknodat};
use tempfile::TempDir;

use super::*;

fn source(folder: &Path, pattern: &str) -> DropFolder {
    DropFolder { folder: folder.to_owned(), pattern: pattern.to_owned(), settle: Duration::from_secs(5) }
}

/// A drop folder whose files were put there just now.
struct Scene {
    dir: TempDir,
    source: DropFolder,
    folder: Folder,
    start: Instant,
}

impl Scene {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let source = source(dir.path(), "hr-*.{csv,xlsx}");
        Self { dir, source, folder: Folder::default(), start: Instant::now() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn put(&self, name: &str) -> &Self {
        fs::write(self.path(name), "id\n1\n").unwrap();
        self.dated(name, 1_000)
    }

    /// Sets the time of modification, as an upload does that keeps it.
    fn dated(&self, name: &str, seconds: u64) -> &Self {
        let file = OpenOptions::new().append(true).open(self.path(name)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
        self
    }

    /// Looks some seconds after the start, by the wall clock of a moment at which every file is fresh.
    fn look(&mut self, seconds: f64) -> Look {
        self.look_at(seconds, SystemTime::UNIX_EPOCH)
    }

    fn look_at(&mut self, seconds: f64, wall: SystemTime) -> Look {
        let now = self.start + Duration::from_secs_f64(seconds);
        self.folder.look(&self.source, now, wall).unwrap()
    }

    fn changed(&self, name: &str) -> SystemTime {
        let metadata = fs::symlink_metadata(self.path(name)).unwrap();
        let (seconds, nanoseconds) = (metadata.ctime(), metadata.ctime_nsec());
        SystemTime::UNIX_EPOCH + Duration::new(seconds.try_into().unwrap(), nanoseconds.try_into().unwrap())
    }

    fn reason(&mut self, seconds: f64, name: &str) -> String {
        let look = self.look(seconds);
        assert_eq!(look.ready, [""; 0]);
        let [(odd, reason)] = look.odd.as_slice() else { panic!("{look:?}") };
        assert_eq!(odd, name);
        reason.clone()
    }
}

fn settling(seconds: f64) -> Look {
    Look { settling: Some(Duration::from_secs_f64(seconds)), ..Look::default() }
}

fn ready(names: &[&str]) -> Look {
    Look { ready: names.iter().map(|name| name.to_string()).collect(), ..Look::default() }
}

#[test]
fn names() {
    let fits = |pattern: &str, name: &str| matches(&source(Path::new("/inbox"), pattern), name);
    assert!(fits("hr-users-*.{csv,xlsx}", "hr-users-2026-06-01.csv"));
    assert!(fits("hr-users-*.{csv,xlsx}", "hr-users-.xlsx"));
    assert!(!fits("hr-users-*.{csv,xlsx}", "hr-users-2026.csv.gz"));
    assert!(!fits("hr-users-*.{csv,xlsx}", "hr-leavers.csv"));
    assert!(!fits("*.csv", "a/b.csv"));
    for name in ["-rf.csv", "=cmd.csv", "Ümläut größe.csv", "part.csv", "tmp", "a!b", "a~b", "parts.Part1"]
    {
        assert!(fits("*", name), "{name}");
    }
    for name in [
        ".hr.csv",
        ".rollbook",
        "!hr.csv",
        "~$hr.xlsx",
        "hr.csv~",
        "hr.csv.part",
        "hr.csv.FILEPART",
        "hr.Tmp",
        "hr.csv.partial",
        "hr.temp",
        "hr.crdownload",
        "hr.csv.download",
        ".hr.csv.swp",
        "hr.swp",
        "hr.swo",
    ] {
        assert!(!fits("*", name), "{name}");
    }
    for name in ["hr\n.csv", "hr\u{7f}.csv", "hr\u{85}.csv", "hr\u{2028}.csv"] {
        assert!(!fits("*", name), "{name:?}");
    }
    assert!(!fits("[", "["), "a pattern that is none fits nothing");
}

#[test]
fn a_file_settles() {
    let mut scene = Scene::new();
    assert_eq!(scene.look(0.0), Look::default());
    scene.put("hr-1.csv");
    assert_eq!(scene.look(1.0), settling(5.0));
    assert_eq!(scene.look(3.5), settling(2.5));
    assert_eq!(scene.look(6.0), ready(&["hr-1.csv"]));
    // Until somebody takes it.
    assert_eq!(scene.look(7.0), ready(&["hr-1.csv"]));
    fs::remove_file(scene.path("hr-1.csv")).unwrap();
    assert_eq!(scene.look(8.0), Look::default());
    scene.put("hr-1.csv");
    assert_eq!(scene.look(9.0), settling(5.0));
}

#[test]
fn an_empty_file_settles_like_any_other() {
    let mut scene = Scene::new();
    File::create(scene.path("hr-1.csv")).unwrap();
    assert_eq!(scene.look(0.0), settling(5.0));
    assert_eq!(scene.look(5.0), ready(&["hr-1.csv"]));
}

/// Every way to move, checked by what it does to a file that would have been ready.
#[test]
fn a_file_that_moves_starts_again() {
    type Move = fn(&Scene);
    let moves: [(&str, Move); 6] = [
        ("size", |scene| {
            let file = OpenOptions::new().append(true).open(scene.path("hr-1.csv"));
            file.unwrap().write_all(b"2\n").unwrap();
            scene.dated("hr-1.csv", 1_000);
        }),
        ("overwritten in place", |scene| {
            scene.put("hr-1.csv");
            scene.dated("hr-1.csv", 1_001);
        }),
        ("time set late", |scene| {
            scene.dated("hr-1.csv", 999);
        }),
        ("another file under this name", |scene| {
            scene.put("other").dated("other", 1_000);
            fs::rename(scene.path("other"), scene.path("hr-1.csv")).unwrap();
        }),
        ("another link", |scene| fs::hard_link(scene.path("hr-1.csv"), scene.path("other")).unwrap()),
        ("mode", |scene| {
            // The kernel's clock ticks every few milliseconds.
            let before = scene.changed("hr-1.csv");
            while scene.changed("hr-1.csv") == before {
                fs::set_permissions(scene.path("hr-1.csv"), Permissions::from_mode(0o600)).unwrap();
            }
        }),
    ];
    for (what, step) in moves {
        let mut scene = Scene::new();
        scene.put("hr-1.csv");
        assert_eq!(scene.look(0.0), settling(5.0), "{what}");
        step(&scene);
        assert_eq!(scene.look(5.0), settling(5.0), "{what}");
        assert_eq!(scene.look(9.5), settling(0.5), "{what}");
        assert_eq!(scene.look(10.0).settling, None, "{what}");
    }
}

#[test]
fn a_file_that_stood_still_before_the_first_look_is_ready() {
    let settle = Duration::from_secs(5);
    for (early, expected) in
        [(Duration::ZERO, ready(&["hr-1.csv"])), (Duration::from_nanos(1), settling(5.0))]
    {
        let mut scene = Scene::new();
        scene.put("hr-1.csv");
        let wall = scene.changed("hr-1.csv") + settle - early;
        assert_eq!(scene.look_at(0.0, wall), expected);
        // Only the first look goes by the wall clock, and what it said stays said.
        assert_eq!(scene.look_at(0.0, wall + Duration::from_secs(3_600)), expected);
        assert_eq!(scene.look(0.0), expected);
    }
}

#[test]
fn a_file_that_moved_since_the_last_look_is_not_judged_by_the_wall_clock() {
    let mut scene = Scene::new();
    scene.put("hr-1.csv");
    assert_eq!(scene.look(0.0), settling(5.0));
    scene.dated("hr-1.csv", 1_001);
    let wall = scene.changed("hr-1.csv") + Duration::from_secs(60);
    assert_eq!(scene.look_at(60.0, wall), settling(5.0));
}

#[test]
fn a_time_in_the_future_waits_for_our_own_looks() {
    let mut scene = Scene::new();
    scene.put("hr-1.csv").dated("hr-1.csv", 1_000);
    let wall = scene.changed("hr-1.csv") - Duration::from_secs(3_600);
    assert_eq!(scene.look_at(0.0, wall), settling(5.0));
    assert_eq!(scene.look_at(5.0, wall), ready(&["hr-1.csv"]));
}

#[test]
fn nothing_settles_where_the_job_says_so() {
    let mut scene = Scene::new();
    scene.source.settle = Duration::ZERO;
    scene.put("hr-1.csv");
    assert_eq!(scene.look(0.0), ready(&["hr-1.csv"]));
}

#[test]
fn oldest_first_and_the_next_look_for_the_first_to_settle() {
    let mut scene = Scene::new();
    scene.put("hr-a.csv").dated("hr-a.csv", 3_000);
    scene.put("hr-c.csv").dated("hr-c.csv", 2_000);
    scene.put("hr-b.csv").dated("hr-b.csv", 2_000);
    scene.look(0.0);
    scene.put("hr-d.csv").put("notes.txt").put("hr-e.csv.part");
    assert_eq!(scene.look(2.0), settling(3.0));
    let found =
        Look { settling: Some(Duration::from_secs(2)), ..ready(&["hr-b.csv", "hr-c.csv", "hr-a.csv"]) };
    assert_eq!(scene.look(5.0), found);
}

#[test]
fn what_is_no_file_is_odd_at_once() {
    let mut scene = Scene::new();
    symlink("/etc/hostname", scene.path("hr-1.csv")).unwrap();
    fs::create_dir(scene.path("hr-2.csv")).unwrap();
    mknodat(CWD, scene.path("hr-3.csv"), rustix::fs::FileType::Fifo, Mode::RUSR, 0).unwrap();
    mknodat(CWD, scene.path("hr-4.csv"), rustix::fs::FileType::Socket, Mode::RUSR, 0).unwrap();
    // Names that the pattern does not mean are nobody's business.
    fs::create_dir(scene.path(".rollbook")).unwrap();
    fs::create_dir(scene.path("old")).unwrap();
    fs::write(scene.path("hr-2.csv").join("hr-5.csv"), "id\n").unwrap();
    let look = scene.look(0.0);
    let odd: Vec<_> = look.odd.iter().map(|(name, why)| format!("{name}: {why}")).collect();
    assert_eq!(
        odd,
        [
            "hr-1.csv: it is a symbolic link, which is not followed; put the file itself here",
            "hr-2.csv: it is a folder; only files in the drop folder itself are taken",
            "hr-3.csv: it is a named pipe, not a file",
            "hr-4.csv: it is a device or a socket, not a file",
        ]
    );
    assert_eq!((look.ready.len(), look.settling), (0, None));
    assert_eq!(scene.look(60.0), look, "and again at each look");
}

#[test]
fn two_links_are_odd_only_once_they_stand() {
    let mut scene = Scene::new();
    scene.put("upload");
    fs::hard_link(scene.path("upload"), scene.path("hr-1.csv")).unwrap();
    assert_eq!(scene.look(0.0), settling(5.0));
    assert!(scene.reason(5.0, "hr-1.csv").contains("hard links"));
    // The old client's rename ends.
    fs::remove_file(scene.path("upload")).unwrap();
    assert_eq!(scene.look(6.0), settling(5.0));
    assert_eq!(scene.look(11.0), ready(&["hr-1.csv"]));
}

#[test]
fn names_that_cannot_be_printed_are_odd() {
    let mut scene = Scene::new();
    for name in [&b"hr-1\r\n.csv"[..], b"hr-2\xff.csv", b"notes\n.txt", b".hr-3\n.csv"] {
        fs::write(scene.dir.path().join(OsStr::from_bytes(name)), "id\n").unwrap();
    }
    let look = scene.look(0.0);
    let names: Vec<_> = look.odd.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["hr-1\\r\\n.csv", "hr-2\u{fffd}.csv"]);
    assert_eq!(scene.look(5.0), look, "they never become ready");
}

#[test]
fn a_file_that_cannot_be_read_is_odd() {
    let mut scene = Scene::new();
    scene.put("hr-1.csv");
    fs::set_permissions(scene.path("hr-1.csv"), Permissions::from_mode(0o000)).unwrap();
    assert_eq!(scene.look(0.0), settling(5.0));
    // Root reads everything.
    if File::open(scene.path("hr-1.csv")).is_ok() {
        assert_eq!(scene.look(5.0), ready(&["hr-1.csv"]));
    } else {
        assert!(scene.reason(5.0, "hr-1.csv").contains("can't be read"));
    }
}

#[test]
fn a_missing_folder_is_an_error_and_nothing_is_forgotten() {
    let mut scene = Scene::new();
    scene.put("hr-1.csv");
    scene.look(0.0);
    let aside = TempDir::new().unwrap();
    fs::rename(scene.dir.path(), aside.path().join("inbox")).unwrap();
    let missing = scene.folder.look(&scene.source, scene.start, SystemTime::UNIX_EPOCH);
    assert_eq!(missing.unwrap_err().kind(), io::ErrorKind::NotFound);
    fs::rename(aside.path().join("inbox"), scene.dir.path()).unwrap();
    assert_eq!(scene.look(5.0), ready(&["hr-1.csv"]));
}
