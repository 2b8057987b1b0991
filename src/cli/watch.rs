//! A progress line for a person who waits; silent where nobody watches.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;

use crate::config::{Job, Learners};
use crate::engine::Engine;

use super::out::is_watched;

const DELIVERING: &str = "delivering [{bar:40}] {pos} of {len} changes, {eta} left {msg}";
const ASKING: &str = "asking: {pos} of {len} {prefix} [{bar:40}] {eta} left {msg}";
/// Before the first answers nobody can say how long the others take.
const UNTIMED: &str = "asking: {pos} of {len} {prefix} [{bar:40}] {msg}";
const FIRST_ANSWERS: u64 = 5;

/// Shows how far the work is until it is told to end.
pub(super) struct Watcher(Option<(JoinHandle<()>, ProgressBar)>);

impl Watcher {
    /// Begins to show the progress of an engine, if somebody watches.
    pub(super) fn start(engine: &Arc<Engine>, job: &Job) -> Self {
        if !is_watched() {
            return Self(None);
        }
        let bar = ProgressBar::new_spinner();
        let by_learner = job.pulls.iter().all(|pull| pull.learners != Learners::Nobody);
        bar.set_prefix(if by_learner { "learners" } else { "questions" });
        let engine = Arc::clone(engine);
        let own = bar.clone();
        let task = tokio::spawn(async move {
            let mut shown = "";
            loop {
                let progress = &engine.progress;
                let (done, all, template) = match (progress.changes(), progress.questions()) {
                    (0, 0) => {
                        own.set_message(format!("reading: {} rows", progress.rows()));
                        own.tick();
                        (0, 0, "")
                    }
                    (0, questions) => {
                        let answered = progress.answered();
                        (answered, questions, if answered < FIRST_ANSWERS { UNTIMED } else { ASKING })
                    }
                    (changes, _) => (progress.settled(), changes, DELIVERING),
                };
                if all > 0 {
                    if own.length() != Some(all) || shown != template {
                        shown = template;
                        own.set_message("");
                        let style = ProgressStyle::with_template(template);
                        own.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
                        own.set_length(all);
                    }
                    own.set_position(done.min(all));
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        Self(Some((task, bar)))
    }

    /// Ends the line.
    pub(super) fn end(self) {
        if let Some((task, bar)) = self.0 {
            task.abort();
            bar.finish_and_clear();
        }
    }
}
