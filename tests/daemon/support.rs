//! A daemon under the eyes of a test, which plays the service manager.

use std::fs::{self, File};
use std::os::unix::net::UnixDatagram;
use std::process::ExitStatus;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::crash::support::{Lms, PATIENCE, Running, World, until};

/// The longest that the other end waits for one word.
const WORD: Duration = Duration::from_secs(30);

/// `rollbook run`, and what it says to its service manager.
pub(crate) struct Daemon {
    running: Running,
    words: Receiver<String>,
}

impl Daemon {
    /// Starts it and waits until it is ready.
    pub(crate) fn start(world: &World) -> Self {
        Self::start_with(world, &[])
    }

    /// The same with more in its environment.
    pub(crate) fn start_with(world: &World, environment: &[(&str, &str)]) -> Self {
        let path = world.path("notify");
        let _ = fs::remove_file(&path);
        let socket = UnixDatagram::bind(&path).unwrap();
        let (said, words) = mpsc::channel();
        // Nobody who speaks may be kept waiting: a socket holds ten messages.
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length) = socket.recv(&mut buffer) {
                if said.send(String::from_utf8_lossy(&buffer[..length]).into_owned()).is_err() {
                    break;
                }
            }
        });
        let log = File::options().create(true).append(true).open(world.path("log")).unwrap();
        let mut command = world.command(&["--log-format", "json", "run"]);
        command.env("NOTIFY_SOCKET", &path).envs(environment.iter().copied()).stderr(log);
        let daemon = Self { running: Running::spawn(&mut command), words };
        daemon.wait_for("READY=1");
        daemon
    }

    /// Waits for a line of a message.
    pub(crate) fn wait_for(&self, line: &str) {
        let last = Instant::now() + PATIENCE;
        while !self.words.recv_timeout(WORD).unwrap().lines().any(|found| found == line) {
            assert!(Instant::now() < last, "{line} never came");
        }
    }

    /// Waits until it has gone round its loop, which it says about once a second.
    pub(crate) fn wait_for_a_round(&self) {
        // What it has said before is of no interest.
        self.words.try_iter().for_each(drop);
        self.wait_for("WATCHDOG=1");
    }

    /// SIGTERM, and how it ends.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.running.terminate();
        self.wait_for("STOPPING=1");
        until("the daemon ends", || self.running.ended())
    }

    /// kill -9.
    pub(crate) fn kill(mut self) {
        self.running.kill();
    }
}

impl World {
    /// The runs of a job with a file, oldest first, once there are `number` of them and all have ended.
    pub(crate) fn ended_runs(&self, job: &str, number: usize) -> Vec<Value> {
        until(&format!("{number} runs of {job} have ended"), || {
            let runs = self.json(&["runs", "--job", job, "--json"]);
            let mut runs: Vec<Value> = runs["runs"].as_array().unwrap().clone();
            runs.retain(|run| !run["file"].is_null());
            runs.reverse();
            let ended = runs.iter().all(|run| run["status"] != "running");
            (ended && runs.len() >= number).then_some(runs)
        })
    }

    /// The document of a run.
    pub(crate) fn show(&self, run: &Value) -> Value {
        self.json(&["show", run["run"].as_str().unwrap(), "--json"])
    }

    /// How many changes stand in a state in which they have ended.
    pub(crate) fn settled(&self, lms: &Lms) -> usize {
        self.query(&lms.runtime, "SELECT key FROM change WHERE settled_at IS NOT NULL", |_| ()).len()
    }

    /// The log of the daemon.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap()
    }
}
