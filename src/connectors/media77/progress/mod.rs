//! `media77.activity_progress`: how far learners have come, by the vendor's Activity Progress API.
//!
//! Only this file calls. `fields` has the parameters and the columns; `wire` writes a question and reads its
//! answer, `rows` makes items of rows, `paging` says where to go on, and `judge` what a failure means.

mod fields;
mod judge;
mod paging;
mod rows;
mod wire;

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;

pub(super) use fields::{ACTIVITY_PROGRESS, CALLS_PER_DAY, PAGE_ROWS, PATH, operation};

use crate::connectors::http::{Body, Http, Reply};
use crate::connectors::settings::path;
use crate::connectors::{Access, Answer, ConnectError, ItemSender, Question};
use crate::model::{Fields, Outcome, Verdict};
use paging::{Place, Seen};
use wire::Asked;

/// The way to one platform's progress.
pub(super) struct Client {
    http: Http,
    token: SecretString,
    path: String,
    /// How many rows are asked for at a time.
    number: u64,
}

impl Client {
    /// `None` where the connection has no token, which links do without.
    pub(super) fn new(access: &Access) -> Result<Option<Self>, ConnectError> {
        let Ok(token) = access.secret("token") else { return Ok(None) };
        let path = path(access.settings.text(PATH).unwrap_or(fields::USUAL_PATH))
            .map_err(|error| ConnectError(format!("{PATH}: {error}")))?;
        let number = access.settings.whole(PAGE_ROWS).unwrap_or(fields::USUAL_ROWS);
        Ok(Some(Self { http: Http::new(&access.base_url, access.timeout)?, token, path, number }))
    }

    /// One page of the progress in a span of time.
    pub(super) async fn pull(&self, question: &Question, items: ItemSender) -> Result<Answer, Outcome> {
        let Some(window) = question.window else {
            return Err(Outcome::new(Verdict::Refused, "window", "the question is about no span of time"));
        };
        let place = Place::of(question.cursor.as_deref(), self.number);
        let asked =
            Asked { start: place.start(), number: self.number, window, parameters: &question.parameters };
        let search = question.parameters.get(&"search".into()).unwrap_or_default();
        let page = self.ask(&asked, search).await?;
        let mut read = rows::read(&page.rows);
        read.leave_out(|key| place.has(key));
        let keys: Vec<&str> = read.keys.iter().map(String::as_str).collect();
        let new = |keys: &[String]| keys.iter().filter(|key| !place.has(key)).count() as u64;
        let (doubled, nameless) = (new(&read.doubled), new(&read.nameless));
        let step = place.after(Seen { keys: &keys, count: page.count, doubled, nameless })?;
        if !read.items.is_empty() && items.send(read.items).await.is_err() {
            return Err(Outcome::new(
                Verdict::Retry,
                "given up",
                "nobody takes the rows of the answer any more",
            ));
        }
        Ok(Answer {
            next: step.next.as_ref().map(Place::text),
            total: step.total,
            notes: step.note.into_iter().collect(),
            doubt: (step.nameless > 0).then(|| doubt(step.nameless)),
        })
    }

    /// Asks for one row of the day that ends now. It is one of the calls that the vendor allows a day, and
    /// the only way to learn whether the token is good.
    pub(super) async fn probe(&self, now: DateTime<Utc>) -> Outcome {
        let none = Fields::default();
        let asked = Asked { start: 0, number: 1, window: (now - TimeDelta::days(1), now), parameters: &none };
        match self.ask(&asked, "").await {
            Ok(_) => Outcome::new(Verdict::Accepted, "token", "the platform takes the token"),
            Err(outcome) => outcome,
        }
    }

    async fn ask(&self, asked: &Asked<'_>, search: &str) -> Result<wire::Page, Outcome> {
        let text = wire::encode(&self.token, asked);
        let headers = [("Accept", "application/json")];
        let body = Body::Text { content_type: "application/json", text: &text };
        let now = SystemTime::now();
        let reply =
            self.http.send(&self.path, &headers, body).await.map_err(|failure| failure.outcome(now))?;
        let Reply { status, ref body, .. } = reply;
        let failure = reply.failure().map(|failure| failure.outcome(now));
        judge::page(status, failure, wire::decode(body), &self.token, search)
    }
}

/// What is said of rows that are no items.
fn doubt(rows: u64) -> String {
    let rows = if rows == 1 { "1 row has".to_owned() } else { format!("{rows} rows have") };
    format!(
        "{rows} neither a `{}` nor a `{}` to be told from others by, so there may be a completion that is not \
         taken; the others are. Ask 77 Media about it; until then each run asks from the same time on",
        fields::TRANSACTION,
        fields::REGISTRATION
    )
}

#[cfg(test)]
mod tests;
