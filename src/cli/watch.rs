//! A progress line for a person who waits; silent where nobody watches.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;

use crate::engine::Engine;

use super::out::is_watched;

/// Shows how far the work is until it is told to end.
pub(super) struct Watcher(Option<(JoinHandle<()>, ProgressBar)>);

impl Watcher {
    /// Begins to show the progress of an engine, if somebody watches.
    pub(super) fn start(engine: &Arc<Engine>) -> Self {
        if !is_watched() {
            return Self(None);
        }
        let bar = ProgressBar::new_spinner();
        let engine = Arc::clone(engine);
        let own = bar.clone();
        let task = tokio::spawn(async move {
            loop {
                let progress = &engine.progress;
                if progress.changes() == 0 {
                    own.set_message(format!("reading: {} rows", progress.rows()));
                    own.tick();
                } else {
                    if own.length() != Some(progress.changes()) {
                        own.set_message("");
                        let style = ProgressStyle::with_template(
                            "delivering [{bar:40}] {pos} of {len} changes, {eta} left {msg}",
                        );
                        own.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
                        own.set_length(progress.changes());
                    }
                    own.set_position(progress.settled().min(progress.changes()));
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
