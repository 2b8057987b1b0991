//! How the simulated 77 Media platform is set up, and what learners do there.

use chrono::{DateTime, Utc};
use serde::Deserialize;

/// How the simulated 77 Media platform is set up.
#[derive(Debug, Clone)]
pub struct Media77Options {
    /// What questions about progress must bear.
    pub token: String,
    /// How many of them are answered a day, in UTC; what comes after is HTTP 429.
    pub calls_a_day: u32,
    /// What `start` counts.
    pub start: Media77Start,
    /// What `count` counts.
    pub count: Media77Count,
    /// The most rows of an answer, whatever is asked for.
    pub most_rows: usize,
    /// Which rows are of a span of time.
    pub window: Media77Window,
    /// How a question is refused.
    pub refusals: Media77Refusals,
    /// Once a row was shown, it is shown as if nothing had been learnt: without progress, date and code.
    pub forgets: bool,
    /// Every page but the first begins with the row that was the last of the page before.
    pub repeats: bool,
    /// How many rows come into the list, at its head, before every page but the first.
    pub comes_between: u32,
}

/// What `start` counts: the vendor's page does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media77Start {
    /// Rows.
    Rows,
    /// Pages; the first is 0.
    Pages,
    /// Pages; the first is 1, and 0 means it too.
    PagesFromOne,
    /// Nothing: every answer has the first rows.
    Nothing,
}

/// What `count` counts: the vendor's page does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media77Count {
    /// All rows that were asked for.
    All,
    /// Those of the answer.
    Page,
}

/// Which rows are of a span of time: the vendor's page does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media77Window {
    /// What was begun, gone on with or completed in it.
    Activity,
    /// What was begun in it.
    Started,
}

/// How a question is refused: the vendor's page does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media77Refusals {
    /// With HTTP 200 and `{"error": …}`.
    Error,
    /// With the status of HTTP that fits, and `{"error": …}`.
    Status,
    /// With HTTP 200 and the bare words.
    Bare,
}

/// Rows by offset, all of them counted and each of them of the time of its last activity, 500 calls a day, and
/// refusals as errors of HTTP 200.
impl Default for Media77Options {
    fn default() -> Self {
        Self {
            token: "7a3c1f60-5d2e-4b8f-9c77-0e5b1d2f4a66".to_owned(),
            calls_a_day: 500,
            start: Media77Start::Rows,
            count: Media77Count::All,
            most_rows: 1_000,
            window: Media77Window::Activity,
            refusals: Media77Refusals::Error,
            forgets: false,
            repeats: false,
            comes_between: 0,
        }
    }
}

/// What a learner does in a course. What is left out stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Media77Study {
    /// The registration of the launch link.
    pub registration: String,
    /// The learner's first name.
    pub first_name: String,
    /// The learner's last name.
    pub last_name: String,
    /// The learner's address.
    pub email: String,
    /// What the learner is called elsewhere.
    pub member_identifier: String,
    /// The course.
    pub activity_id: String,
    /// The course's title.
    pub activity_title: String,
    /// How many percent have been reached; 100 completes the course. It never goes down.
    pub progress: u8,
    /// When all of this happens; now, if left out.
    pub at: Option<DateTime<Utc>>,
    /// When the course was begun; `at`, if left out.
    pub date_started: Option<DateTime<Utc>>,
    /// When it was completed, which makes the progress 100; `at`, if left out and the progress is 100.
    pub date_completed: Option<DateTime<Utc>>,
    /// What certifies the completion; made up, if left out.
    pub completion_code: String,
}
