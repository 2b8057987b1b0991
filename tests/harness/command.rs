//! Runs the binary, never for ever.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// How long any command may take before the test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit code.
    pub(crate) code: i32,
    /// What it wrote to standard output.
    pub(crate) stdout: String,
    /// What it wrote to standard error.
    pub(crate) stderr: String,
}

impl Ended {
    /// Standard output as one JSON document.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// The same, once the exit code is as expected.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }
}

/// The binary at work.
pub(crate) struct Program(Child);

impl Program {
    /// Starts it in `folder`; its environment is that of the tests without `RUST_LOG` and `ROLLBOOK_CONFIG`.
    pub(crate) fn start(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_rollbook"))
            .args(arguments)
            .current_dir(folder)
            .env_remove("RUST_LOG")
            .env_remove("ROLLBOOK_CONFIG")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Self(child.unwrap())
    }

    /// Asks it to end, as systemd would.
    pub(crate) fn terminate(&self) {
        self.signal(rustix::process::Signal::TERM);
    }

    /// kill -9, and waits until it is gone.
    pub(crate) fn kill(mut self) {
        self.signal(rustix::process::Signal::KILL);
        self.0.wait().unwrap();
    }

    /// The most memory that it has taken so far, in kB; nothing once it has ended.
    pub(crate) fn highest_memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches(" kB").parse().ok()
    }

    /// Waits for its end; kills it and fails where that does not come.
    pub(crate) fn end(mut self) -> Ended {
        let (stdout, stderr) = (collect(self.0.stdout.take()), collect(self.0.stderr.take()));
        // Both pipes end with the process, so waiting for them is waiting for it.
        let out = stdout.recv_timeout(PATIENCE);
        if out.is_err() {
            self.signal(rustix::process::Signal::KILL);
        }
        let code = self.0.wait().unwrap().code().unwrap_or(-1);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let stderr = text(stderr.recv_timeout(PATIENCE).unwrap());
        let stdout = text(out.unwrap_or_else(|_| panic!("it did not end within {PATIENCE:?}: {stderr}")));
        Ended { code, stdout, stderr }
    }

    fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_raw(self.0.id().try_into().unwrap()).unwrap();
        rustix::process::kill_process(id, signal).unwrap();
    }
}

fn collect<R: Read + Send + 'static>(pipe: Option<R>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    let mut pipe = pipe.unwrap();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        // Whoever waited may have given up.
        let _ = sender.send(bytes);
    });
    receiver
}
