//! What the platform knows of its learners.

use std::collections::{BTreeMap, HashSet};
use std::sync::Mutex;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Serialize, Serializer};

use super::options::{Media77Options, Media77Start, Media77Study, Media77Window};
use super::question::Question;
use crate::sandbox::effects::SandboxEffects;
use crate::sandbox::lock;

/// A learner in a course, with the names and in the order of the vendor's page.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub(super) transaction_id: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) email: String,
    pub(super) member_identifier: String,
    pub(super) activity_id: String,
    pub(super) activity_title: String,
    pub(super) registration: String,
    #[serde(serialize_with = "moment")]
    pub(super) date_started: Option<DateTime<Utc>>,
    #[serde(serialize_with = "percent")]
    pub(super) progress: u8,
    #[serde(serialize_with = "moment")]
    pub(super) date_completed: Option<DateTime<Utc>>,
    pub(super) completion_code: Option<String>,
    #[serde(skip)]
    last_activity: DateTime<Utc>,
}

/// Milliseconds and `Z`, as in the vendor's sample.
fn moment<S: Serializer>(moment: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    let text = moment.map(|moment| moment.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string());
    text.serialize(serializer)
}

/// In the vendor's samples, what is done is a text, and nothing is a number.
fn percent<S: Serializer>(percent: &u8, serializer: S) -> Result<S::Ok, S::Error> {
    if *percent == 0 { serializer.serialize_u8(0) } else { serializer.serialize_str(&percent.to_string()) }
}

/// The platform.
pub(in crate::sandbox) struct Platform {
    options: Mutex<Media77Options>,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// By registration.
    rows: BTreeMap<String, Row>,
    /// The transactions that were shown.
    shown: HashSet<String>,
    /// How many questions a day was asked.
    calls: BTreeMap<NaiveDate, u32>,
}

/// One answer.
pub(super) struct Page {
    pub(super) rows: Vec<Row>,
    /// How many rows there are beside the page.
    pub(super) all: usize,
}

impl Platform {
    pub(in crate::sandbox) fn new(options: Media77Options) -> Self {
        Self { options: Mutex::new(options), held: Mutex::default() }
    }

    /// Tells what it holds that somebody sent it: nothing.
    pub(in crate::sandbox) fn effects(&self, _effects: &mut SandboxEffects) {}

    pub(super) fn options(&self) -> Media77Options {
        lock(&self.options).clone()
    }

    pub(in crate::sandbox) fn set(&self, set: impl FnOnce(&mut Media77Options)) {
        set(&mut lock(&self.options));
    }

    /// A learner studies.
    pub(in crate::sandbox) fn study(&self, study: Media77Study) {
        lock(&self.held).study(study);
    }

    /// Counts a question; whether the day has any left.
    pub(super) fn admit(&self, options: &Media77Options, now: DateTime<Utc>) -> bool {
        let mut held = lock(&self.held);
        let calls = held.calls.entry(now.date_naive()).or_default();
        *calls += 1;
        *calls <= options.calls_a_day
    }

    /// The rows that a question asks for.
    pub(super) fn page(&self, options: &Media77Options, question: &Question) -> Page {
        let mut held = lock(&self.held);
        if question.start > 0 {
            (0..options.comes_between).for_each(|_| held.intrude(question));
        }
        let mut rows: Vec<Row> =
            held.rows.values().filter(|row| question.asks_for(row, options)).cloned().collect();
        question.sort(&mut rows);
        let all = rows.len();
        let number = question.number.min(options.most_rows);
        let skipped = match options.start {
            Media77Start::Rows => question.start,
            Media77Start::Pages => question.start.saturating_mul(number),
            Media77Start::PagesFromOne => question.start.saturating_sub(1).saturating_mul(number),
            Media77Start::Nothing => 0,
        };
        let again = usize::from(options.repeats && skipped > 0);
        let mut rows: Vec<Row> = rows.into_iter().skip(skipped - again).take(number).collect();
        for row in &mut rows {
            let known = !held.shown.insert(row.transaction_id.clone());
            if known && options.forgets {
                (row.progress, row.date_completed, row.completion_code) = (0, None, None);
            }
        }
        Page { rows, all }
    }
}

impl Held {
    fn study(&mut self, study: Media77Study) {
        let at = study.at.unwrap_or_else(Utc::now);
        let number = self.rows.len() + 1;
        let row = self.rows.entry(study.registration.clone()).or_insert_with(|| Row {
            transaction_id: format!("5e77d1a0-0000-4000-8000-{number:012}"),
            first_name: String::new(),
            last_name: String::new(),
            email: String::new(),
            member_identifier: String::new(),
            activity_id: String::new(),
            activity_title: String::new(),
            registration: study.registration,
            date_started: Some(at),
            progress: 0,
            date_completed: None,
            completion_code: None,
            last_activity: at,
        });
        for (kept, said) in [
            (&mut row.first_name, study.first_name),
            (&mut row.last_name, study.last_name),
            (&mut row.email, study.email),
            (&mut row.member_identifier, study.member_identifier),
            (&mut row.activity_id, study.activity_id),
            (&mut row.activity_title, study.activity_title),
        ] {
            if !said.is_empty() {
                *kept = said;
            }
        }
        row.last_activity = row.last_activity.max(at);
        row.date_started = study.date_started.or(row.date_started);
        row.progress = row.progress.max(study.progress.min(100));
        if row.progress == 100 || study.date_completed.is_some() {
            row.progress = 100;
            row.date_completed = study.date_completed.or(row.date_completed).or(Some(at));
            let code = format!("CODE-{number}");
            let code = if study.completion_code.is_empty() { code } else { study.completion_code };
            row.completion_code = row.completion_code.take().or(Some(code));
        }
    }

    /// A stranger who comes first in most orders.
    fn intrude(&mut self, question: &Question) {
        let number = self.rows.len();
        self.study(Media77Study {
            registration: format!("00000000-0000-4000-8000-{number:012}"),
            first_name: "A".to_owned(),
            last_name: " ".to_owned(),
            email: format!("stranger{number}@example.org"),
            at: Some(question.end),
            ..Media77Study::default()
        });
    }
}

impl Row {
    /// Whether it is of a span of time.
    pub(super) fn is_within(&self, question: &Question, window: Media77Window) -> bool {
        let within = |moment: DateTime<Utc>| (question.begin..=question.end).contains(&moment);
        let activity = [Some(self.last_activity), self.date_completed];
        self.date_started.is_some_and(within)
            || (window == Media77Window::Activity && activity.into_iter().flatten().any(within))
    }
}
