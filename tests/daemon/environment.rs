//! A full disk, folders without rights, a database that somebody else holds: said plainly, and safe to start
//! again.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use sqlx::{Connection as _, Executor as _};

use crate::crash::support::{
    Lms, Running, World, ended, export, installed, is_root, open, shown, skipped, until,
};

/// Somebody other than root, on every system.
const NOBODY: u32 = 65534;

/// A small file system of its own.
struct Small(PathBuf);

impl Small {
    /// `None` where mounting is not allowed.
    fn mount(path: &Path, kilobytes: u64) -> Option<Self> {
        let options = format!("size={kilobytes}k,mode=700");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(path).output();
        mounted.is_ok_and(|mounted| mounted.status.success()).then(|| Self(path.to_owned()))
    }

    fn grow(&self, kilobytes: u64) {
        let options = format!("remount,size={kilobytes}k");
        assert!(Command::new("mount").args(["-o", &options]).arg(&self.0).status().unwrap().success());
    }

    /// Leaves nothing free.
    fn fill(&self) {
        let mut file = File::options().create(true).append(true).open(self.0.join("filler")).unwrap();
        while file.write(&[0; 4096]).is_ok_and(|written| written > 0) {}
    }

    fn free(&self) {
        fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn check_full(output: &std::process::Output) {
    assert_eq!(output.status.code(), Some(1), "{}", shown(output));
    let words = String::from_utf8_lossy(&output.stderr);
    let said = words.lines().any(|line| line.contains("disk") && line.contains("full"));
    assert!(said, "{}", shown(output));
}

fn check_all_there(lms: &Lms, world: &World, users: usize) {
    assert_eq!(lms.users().len(), users);
    assert!(lms.users().iter().all(|user| user.creates == 1));
    assert_eq!(world.names("inbox/hr"), [".rollbook"]);
    assert_eq!(world.names("inbox/hr/.rollbook"), [""; 0]);
    assert_eq!(world.names("data/processing"), [""; 0]);
    assert_eq!(world.files("data/archive").len(), 1);
    assert_eq!(world.mails().len(), 1);
}

/// At each size the disk fills up somewhere else on the way.
#[test]
fn a_full_disk_is_told_and_nothing_is_lost() {
    let test = "a full disk";
    if !is_root() || !installed("mount") {
        return skipped(test, "only root can mount a small file system");
    }
    let mut failed = 0;
    for kilobytes in [8, 64, 200, 300, 400, 500, 600, 800, 1100] {
        let lms = Lms::start("");
        let world = World::new(&lms.base_url());
        let Some(disk) = Small::mount(&world.path("data"), kilobytes) else {
            return skipped(test, "mounting is not allowed here");
        };
        world.drop_file("hr", "hr-1.csv", export(400));
        let first = world.output(&["sync", "hr"]);
        if !first.status.success() {
            println!("{kilobytes} KB: {} calls, {}", lms.calls().len(), shown(&first));
            check_full(&first);
            failed += 1;
            // Again, as somebody does who has not read it.
            check_full(&world.output(&["sync", "hr"]));
        }
        disk.grow(32 << 10);
        world.sync();
        check_all_there(&lms, &world, 400);
    }
    assert!(failed >= 5, "the disk was full {failed} times only");
}

#[test]
fn a_disk_that_fills_up_while_changes_are_delivered() {
    let test = "a disk that fills up";
    if !is_root() || !installed("mount") {
        return skipped(test, "only root can mount a small file system");
    }
    let lms = Lms::start("slow=5ms");
    let world = World::new(&lms.base_url());
    let Some(disk) = Small::mount(&world.path("data"), 16 << 10) else {
        return skipped(test, "mounting is not allowed here");
    };
    world.drop_file("hr", "hr-1.csv", export(600));
    let err = File::create(world.path("err")).unwrap();
    let mut sync = Running::spawn(world.command(&["sync", "hr"]).stderr(err));
    until("calls", || (lms.calls().len() > 100).then_some(()));
    disk.fill();
    let status = until("the sync ends", || sync.ended());
    let words = fs::read_to_string(world.path("err")).unwrap();
    assert_eq!(status.code(), Some(1), "{words}");
    assert!(words.contains("full"), "{words}");
    disk.free();
    lms.set_faults("");
    world.sync();
    check_all_there(&lms, &world, 600);
}

#[test]
fn a_drop_folder_without_rights_is_told() {
    let test = "a drop folder without rights";
    if !is_root() || !installed("setpriv") {
        return skipped(test, "only root can become somebody else, with setpriv");
    }
    let lms = Lms::start("");
    let mut world = World::new(&lms.base_url());
    world.own_binary();
    world.drop_file("hr", "hr-1.csv", export(20));
    for path in ["", "data", "mail", "secrets", "secrets/data-key", "secrets/upside-password"] {
        chown(world.path(path), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    // Files can be read there and not be claimed.
    fs::set_permissions(world.path("inbox/hr"), fs::Permissions::from_mode(0o555)).unwrap();
    let refused = ended(&mut world.command_as(NOBODY, &["sync", "hr"]));
    assert_eq!(refused.status.code(), Some(1), "{}", shown(&refused));
    let words = String::from_utf8_lossy(&refused.stderr);
    assert!(words.contains("inbox/hr") && words.contains("check its owner and mode"), "{words}");
    // Not even read.
    fs::set_permissions(world.path("inbox/hr"), fs::Permissions::from_mode(0o700)).unwrap();
    let refused = ended(&mut world.command_as(NOBODY, &["sync", "hr"]));
    assert_eq!(refused.status.code(), Some(1), "{}", shown(&refused));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("can't be read"), "{}", shown(&refused));
    assert_eq!(lms.calls().len(), 0);

    chown(world.path("inbox/hr"), Some(NOBODY), Some(NOBODY)).unwrap();
    let done = ended(&mut world.command_as(NOBODY, &["sync", "hr"]));
    assert!(done.status.success(), "{}", shown(&done));
    check_all_there(&lms, &world, 20);
}

#[test]
fn the_data_of_another_user_are_left_alone() {
    let test = "the data of another user";
    if !is_root() {
        return skipped(test, "only root can give a folder away");
    }
    let lms = Lms::start("");
    let world = World::new(&lms.base_url());
    world.sync();
    chown(world.path("data"), Some(NOBODY), Some(NOBODY)).unwrap();
    let commands: [&[&str]; 5] =
        [&["sync", "hr"], &["run"], &["status"], &["runs"], &["plan", "hr", "--file", "rollbook.toml"]];
    for command in commands {
        let refused = world.output(command);
        assert_eq!(refused.status.code(), Some(2), "{command:?}: {}", shown(&refused));
        let line = format!("sudo -u nobody rollbook {}", command[0]);
        assert!(String::from_utf8_lossy(&refused.stderr).contains(&line), "{command:?}: {}", shown(&refused));
    }
}

#[test]
fn a_database_that_somebody_else_holds_is_told_within_seconds() {
    let lms = Lms::start("");
    let world = World::new(&lms.base_url());
    world.drop_file("hr", "hr-1.csv", export(20));
    world.sync();
    world.drop_file("hr", "hr-2.csv", export(21));
    let mut other = lms.runtime.block_on(open(&world.path("data/rollbook.db")));
    lms.runtime.block_on(async { other.execute("BEGIN EXCLUSIVE").await.unwrap() });
    let began = Instant::now();
    let refused = world.output(&["sync", "hr"]);
    let seconds = began.elapsed().as_secs();
    assert_eq!(refused.status.code(), Some(1), "{}", shown(&refused));
    assert!((5..=30).contains(&seconds), "after {seconds} s");
    let words = String::from_utf8_lossy(&refused.stderr);
    assert!(words.contains("the database is locked by another process"), "{words}");
    lms.runtime.block_on(async {
        other.execute("ROLLBACK").await.unwrap();
        other.close().await.unwrap();
    });
    assert_eq!(world.sync()["status"], "ok");
    assert_eq!(lms.users().len(), 21);
    assert_eq!(lms.calls().len(), 21);
}
