//! What a call of a pull that came to nothing means for its question and for the others.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use crate::model::{Outcome, Verdict};

use super::asking::{Asking, End};
use super::pausing::pause;

/// How often a question is asked in a row that is answered with nothing of use.
const TRIES: u32 = 4;
/// After how many such questions in a row no more are asked.
const SPOILT: u32 = 5;
/// The codes of answers that came and were of no use.
const OF_NO_USE: [&str; 3] = ["unreadable", "cut off", "too large"];

/// What becomes of a question after a call that came to nothing.
pub(super) enum Fate {
    /// It is asked again, after this pause of its own.
    Again(Option<Duration>),
    /// It is not, for this reason.
    Failed(String),
    /// No question is, for this reason.
    Halt(String),
}

/// The trouble that a connection is in.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    failures: u32,
    /// No call before this time.
    until: Option<Instant>,
    /// What was said last, with its code.
    said: Option<(String, String)>,
}

impl Asking {
    /// Judges an outcome; `tries` are the calls of this question in a row that came to nothing of use.
    pub(super) fn judge(&self, outcome: &Outcome, tries: &mut u32) -> Fate {
        let reason = outcome.reason.clone();
        let of_no_use = OF_NO_USE.contains(&outcome.code.as_str());
        match outcome.verdict {
            // What the vendor allows in a day is used up: another try would be in vain.
            _ if outcome.code == "quota" => Fate::Halt(reason),
            Verdict::StopConnection => Fate::Halt(reason),
            Verdict::RetryConnection { after } if !of_no_use => {
                self.pause(after, outcome);
                Fate::Again(None)
            }
            Verdict::RetryConnection { .. } | Verdict::Retry | Verdict::InDoubt => {
                *tries += 1;
                if *tries < TRIES {
                    return Fate::Again(Some(pause(*tries - 1)));
                }
                let reason = format!("{reason} ({TRIES} times in a row)");
                if self.spoilt.fetch_add(1, Ordering::Relaxed) + 1 < SPOILT {
                    return Fate::Failed(reason);
                }
                Fate::Halt(format!(
                    "{SPOILT} questions in a row were answered with nothing of use, the last one: {reason}"
                ))
            }
            _ => {
                // An answer all the same.
                self.answered();
                Fate::Failed(reason)
            }
        }
    }

    /// The connection answers.
    pub(super) fn answered(&self) {
        self.spoilt.store(0, Ordering::Relaxed);
        // A pause that somebody asked for is kept, whatever calls that were out come to.
        let mut trouble = self.troubled();
        trouble.failures = 0;
        trouble.said = None;
    }

    /// Whether the connection is to be left alone now.
    pub(super) fn is_troubled(&self) -> bool {
        self.troubled().until.is_some_and(|until| until > Instant::now())
    }

    /// Waits as long as it is.
    pub(super) async fn calm(&self) {
        let until = self.troubled().until;
        if let Some(until) = until {
            tokio::time::sleep_until(until).await;
        }
    }

    /// The run has no more time: what kept it from an answer goes with that.
    pub(super) fn too_late(&self) -> End {
        let why = match &self.troubled().said {
            Some((code, reason)) => format!("; the last call came to {code}: {reason}"),
            None => String::new(),
        };
        if self.late {
            let reason = "the run was interrupted, and taken up only after its deadline (`deadline` of the job); the \
                          next run asks";
            return End::Halt("deadline".to_owned(), reason.to_owned());
        }
        let reason = format!(
            "the run has reached its deadline (`deadline` of the job) before this was answered, so the next run asks \
             again{why}"
        );
        End::Halt("deadline".to_owned(), reason)
    }

    /// Leaves the connection alone for as long as it asked, or growing.
    fn pause(&self, asked: Option<Duration>, outcome: &Outcome) {
        let now = Instant::now();
        let mut trouble = self.troubled();
        // Calls that were out together fail together: one outage is one failure.
        if trouble.until.is_none_or(|until| until <= now) {
            trouble.failures += 1;
        }
        trouble.said = Some((outcome.code.clone(), outcome.reason.clone()));
        let wait = asked.unwrap_or_default().max(pause(trouble.failures.saturating_sub(1)));
        trouble.until = trouble.until.max(Some(now + wait));
        tracing::warn!(
            connection = %self.pull.connection,
            code = outcome.code,
            wait_ms = wait.as_millis() as u64,
            "pull paused"
        );
    }
}
