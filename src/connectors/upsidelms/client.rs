//! The calls to one portal: the one place of this product that touches the network.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::portal::Portal;
use super::wire::{Answer, decode};
use crate::connectors::http::{Body, Download, Http, HttpFailure};
use crate::connectors::{Access, ConnectError};
use crate::model::Outcome;

/// A portal, and the way to it.
pub(super) struct Client {
    pub(super) portal: Portal,
    http: Http,
    /// Where large answers lie while they are read.
    scratch: PathBuf,
    /// Makes tokens: random by its seed, and no two alike by the count.
    token_seed: RandomState,
    calls: AtomicU64,
}

/// How the replies to a call are read.
pub(super) struct Reading<T> {
    /// A reply as it stands in the JSON, if it is one.
    pub(super) read: fn(&Value) -> Option<T>,
    /// Whether the reply says what became of the call, which then counts for more than an HTTP status.
    pub(super) tells: fn(&T) -> bool,
}

impl Client {
    pub(super) fn new(access: &Access) -> Result<Self, ConnectError> {
        Ok(Self {
            portal: Portal::new(access)?,
            http: Http::new(&access.base_url, access.timeout)?,
            scratch: access.scratch.clone(),
            token_seed: RandomState::new(),
            calls: AtomicU64::new(0),
        })
    }

    /// A token that no other call has; it tells nothing of the call.
    pub(super) fn token(&self) -> String {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        format!("rb{:016x}", self.token_seed.hash_one(call))
    }

    /// One call, and its answer as read.
    ///
    /// # Errors
    /// The outcome where HTTP says it all.
    pub(super) async fn call<T>(
        &self,
        path: &str,
        form: &[(&'static str, SecretString)],
        reading: &Reading<T>,
    ) -> Result<Answer<T>, Outcome> {
        let reply = self.http.post_form(path, &bare(form)).await.map_err(failed)?;
        let answer = decode(&reply.body, &self.portal.cipher, reading.read);
        let tells = matches!(&answer, Answer::Reply(reply) if (reading.tells)(reply));
        match reply.failure_unless(tells) {
            Some(failure) => Err(failed(failure)),
            None => Ok(answer),
        }
    }

    /// One call, and its answer as a file.
    ///
    /// # Errors
    /// The outcome where no answer came in whole.
    pub(super) async fn download(
        &self,
        path: &str,
        form: &[(&'static str, SecretString)],
    ) -> Result<Download, Outcome> {
        self.http.download(path, &[], Body::Form(&bare(form)), &self.scratch).await.map_err(failed)
    }
}

fn bare<'a>(form: &'a [(&'static str, SecretString)]) -> Vec<(&'static str, &'a str)> {
    form.iter().map(|(name, value)| (*name, value.expose_secret())).collect()
}

fn failed(failure: HttpFailure) -> Outcome {
    failure.outcome(SystemTime::now())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::samples::access;
    use super::*;

    #[test]
    fn no_two_calls_have_one_token() {
        let client = Client::new(&access("https://lms.example.org")).unwrap();
        let again = Client::new(&access("https://lms.example.org")).unwrap();
        let tokens: HashSet<String> = (0..1_000).flat_map(|_| [client.token(), again.token()]).collect();
        assert_eq!(tokens.len(), 2_000);
    }
}
