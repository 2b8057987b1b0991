//! A peer in Python: started by a test, asked for its journal, gone with the test.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// An LMS that shares no code with Rollbook.
pub(super) struct Peer {
    child: Child,
    port: u16,
    out: TempDir,
}

impl Peer {
    /// Starts a script of `tests/peers`; `None` where it can't run here, which is said.
    pub(super) fn start(name: &str, arguments: &[&str]) -> Option<Self> {
        let out = tempfile::tempdir().unwrap();
        let mut command = Command::new("python3");
        command.arg(script(name)).args(arguments).arg("--out").arg(out.path());
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let Ok(mut child) = started else { return skip("python3 is not installed") };
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Some(port) = line.trim().strip_prefix("listening ") else {
            assert_eq!(child.wait().unwrap().code(), Some(NOT_INSTALLED), "{name} {arguments:?}");
            return skip(&format!("{name} lacks a library"));
        };
        Some(Self { child, port: port.parse().unwrap(), out })
    }

    /// Where it listens.
    pub(super) fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// From now on it answers in another mode.
    pub(super) fn set_mode(&self, mode: &str) {
        self.put("mode", mode);
    }

    /// What it finds in the file of that name from now on.
    pub(super) fn put(&self, name: &str, text: &str) {
        let path = self.out.path().join(name);
        // Never half of it.
        fs::write(path.with_extension("part"), text).unwrap();
        fs::rename(path.with_extension("part"), path).unwrap();
    }

    /// All that it was sent, in order.
    pub(super) fn journal(&self) -> Vec<Value> {
        let entries = fs::read_dir(self.out.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut entries: Vec<PathBuf> =
            entries.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect();
        entries.sort();
        entries.iter().map(|path| serde_json::from_slice(&fs::read(path).unwrap()).unwrap()).collect()
    }

    /// What it decoded of the calls of one operation, in order; fails where it could not decode one of any.
    #[track_caller]
    pub(super) fn decoded(&self, operation: &str) -> Vec<Value> {
        let journal = self.journal();
        for call in &journal {
            assert_eq!(call.get("error").filter(|error| !error.is_null()), None, "{call:#}");
        }
        let of_it = journal.into_iter().filter(|call| call["operation"] == operation);
        of_it.map(|mut call| call["values"].take()).collect()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A script's exit code where a library is not installed.
const NOT_INSTALLED: i32 = 77;

/// What a script prints as JSON when it reads this.
pub(super) fn ask(name: &str, arguments: &[&str], input: &str) -> Option<Value> {
    let mut command = Command::new("python3");
    command.arg(script(name)).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut child) = command.spawn() else { return skip("python3 is not installed") };
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{name} {arguments:?}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Says why a test can't run here; with `ROLLBOOK_REQUIRE_PEERS=1` that is a failure.
pub(super) fn skip<T>(why: &str) -> Option<T> {
    assert!(std::env::var_os("ROLLBOOK_REQUIRE_PEERS").is_none_or(|set| set != "1"), "{why}");
    // Not by a macro, whose output the harness would keep to itself.
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
    None
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(name)
}
