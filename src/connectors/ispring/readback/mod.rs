//! Reads back what became of a module's status: `GET /courses/modules` for the module that a content item is
//! in its course, and `GET /learners/modules/results` for how that module stands for an enrolment.
//!
//! The vendor's pages on the two calls document their parameters and what they answer. What an answer means
//! for a record is our judgement, and stands in `judge`.

mod judge;
mod wire;

use std::collections::BTreeMap;
use std::time::{Instant, SystemTime};

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use super::wire::field;
use super::{ISpring, fields};
use crate::connectors::Item;
use crate::connectors::http::Body;
use crate::model::{Outcome, Verdict};
use judge::Seen;
use wire::{Listing, Page};

/// The most pages of an answer that are read: twenty thousand rows, where the filters leave some dozens.
const PAGES: usize = 20;

/// The modules of content items, by course and content item: they change seldom, and each page of them is a
/// call. What is not among them is asked for again.
#[derive(Default)]
pub(super) struct Modules {
    known: Mutex<BTreeMap<(String, String), Vec<String>>>,
}

impl ISpring {
    /// Looks how the module of a record stands, and changes nothing.
    pub(super) async fn read_back_at(&self, item: &Item, now: Instant) -> Outcome {
        if item.operation.as_str() != fields::UPDATE_MODULES_STATUSES {
            let reason = format!("ispring has no operation {}", item.operation);
            return Outcome::new(Verdict::InDoubt, judge::CODE, reason);
        }
        match self.seen(item, now).await {
            Ok(seen) => judge::judge(&seen, &item.fields, item.kind),
            Err(outcome) => outcome,
        }
    }

    async fn seen(&self, item: &Item, now: Instant) -> Result<Seen, Outcome> {
        let [course, content, enrolment] =
            ["courseId", "contentItemId", "enrollmentId"].map(|name| field(&item.fields, name).to_owned());
        let modules = self.modules_of(&course, &content, now).await?;
        if modules.is_empty() {
            return Ok(Seen::NoModule);
        }
        let first = wire::results_path(&self.rest_path, &course, &enrolment);
        let listing = self.list(&first, wire::results, now).await?;
        Ok(match listing {
            Some(rows) => Seen::Rows { modules, rows },
            None => Seen::Endless,
        })
    }

    /// The modules that a content item is in a course; none where the LMS lists none.
    async fn modules_of(&self, course: &str, item: &str, now: Instant) -> Result<Vec<String>, Outcome> {
        let key = (course.to_owned(), item.to_owned());
        // Held while they are asked for: records that are looked for at the same time share the answer.
        let mut known = self.modules.known.lock().await;
        if let Some(modules) = known.get(&key) {
            return Ok(modules.clone());
        }
        let first = wire::modules_path(&self.rest_path, course);
        if let Some(modules) = self.list(&first, wire::modules, now).await? {
            let mut found: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
            for module in modules.into_iter().filter(|module| wire::same(&module.course, course)) {
                found.entry((course.to_owned(), module.content)).or_default().push(module.id);
            }
            known.extend(found);
        }
        Ok(known.get(&key).cloned().unwrap_or_default())
    }

    /// All rows of a list, page by page; `None` where it has no end in sight.
    async fn list<T>(
        &self,
        first: &str,
        read: fn(&[u8]) -> Listing<T>,
        now: Instant,
    ) -> Result<Option<Vec<T>>, Outcome> {
        let mut rows = Vec::new();
        let mut token: Option<String> = None;
        for _ in 0..PAGES {
            let path = wire::page_path(first, token.as_deref());
            let Page { rows: more, next } = self.page(&path, read, now).await?;
            rows.extend(more);
            match next {
                None => return Ok(Some(rows)),
                // A list that leads back to itself would never end.
                Some(next) if token.as_deref() == Some(&next) => return Ok(None),
                Some(next) => token = Some(next),
            }
        }
        Ok(None)
    }

    /// One page, asked for once more with a new token where the LMS refuses the first.
    async fn page<T>(
        &self,
        path: &str,
        read: fn(&[u8]) -> Listing<T>,
        now: Instant,
    ) -> Result<Page<T>, Outcome> {
        let token = self.tokens.get(&self.http, now, None).await?;
        let (status, page) = self.ask_page(path, read, &token).await;
        if status != Some(401) {
            return page;
        }
        let token = self.tokens.get(&self.http, now, Some(&token)).await.map_err(judge::left_to_a_person)?;
        self.ask_page(path, read, &token).await.1
    }

    async fn ask_page<T>(
        &self,
        path: &str,
        read: fn(&[u8]) -> Listing<T>,
        token: &SecretString,
    ) -> (Option<u16>, Result<Page<T>, Outcome>) {
        let bearer = SecretString::from(format!("Bearer {}", token.expose_secret()));
        // Exactly so: with anything else REST answers in XML.
        let headers = [("Authorization", bearer.expose_secret()), ("Accept", "application/json")];
        let reply = match self.http.send(path, &headers, Body::None).await {
            Ok(reply) => reply,
            Err(failure) => return (None, Err(failure.outcome(SystemTime::now()))),
        };
        let failure = reply.failure().map(|failure| failure.outcome(SystemTime::now()));
        let page = judge::page(failure, reply.status, read(&reply.body), &self.tokens.secrets(token));
        (Some(reply.status), page)
    }
}

#[cfg(test)]
mod tests;
