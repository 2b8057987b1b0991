//! The access token: fetched by client credentials, kept, renewed before it ends, and one for all calls.

use std::time::{Duration, Instant, SystemTime};

use secrecy::{ExposeSecret, SecretString};

use super::judge::{self, Heard};
use super::wire;
use crate::connectors::http::{Body, Http};
use crate::connectors::kept::Kept;
use crate::model::Outcome;

/// How long before its end a token is renewed: longer than a call takes by default.
const MARGIN: Duration = Duration::from_secs(60);

/// The credentials of one account, and the token that they got.
pub(super) struct Tokens {
    path: String,
    client_id: SecretString,
    client_secret: SecretString,
    kept: Kept<Token>,
}

#[derive(Clone)]
struct Token {
    secret: SecretString,
    renew_at: Instant,
}

impl Tokens {
    /// Tokens for these credentials, fetched at `path`.
    pub(super) fn new(path: String, client_id: SecretString, client_secret: SecretString) -> Self {
        Self { path, client_id, client_secret, kept: Kept::default() }
    }

    /// A token that is good at `now` and is not the one that the LMS refused. Calls that need one at the
    /// same time fetch one.
    ///
    /// # Errors
    /// Why there is none; nothing that was to be sent with it has had an effect.
    pub(super) async fn get(
        &self,
        http: &Http,
        now: Instant,
        refused: Option<&SecretString>,
    ) -> Result<SecretString, Outcome> {
        let good = |token: &Token| {
            let is_refused = refused.is_some_and(|old| old.expose_secret() == token.secret.expose_secret());
            now < token.renew_at && !is_refused
        };
        let fetch = async {
            let (secret, lifetime) = self.fetch(http).await?;
            let renew_at = now + lifetime.saturating_sub(MARGIN.min(lifetime / 2));
            Ok(Token { secret, renew_at })
        };
        Ok(self.kept.get(good, fetch).await?.secret)
    }

    /// Fetches a token.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) async fn fetch(&self, http: &Http) -> Result<(SecretString, Duration), Outcome> {
        let form = wire::token_form(&self.client_id, &self.client_secret);
        // Without this header REST answers in XML.
        let headers = [("Accept", "application/json")];
        let reply = http.send(&self.path, &headers, Body::Form(&form)).await;
        let reply = reply.map_err(|failure| failure.outcome(SystemTime::now()).without_effect())?;
        let failure = reply.failure().map(|failure| failure.outcome(SystemTime::now()));
        let heard = Heard { status: reply.status, failure, answer: wire::decode_token(&reply.body) };
        judge::token(heard, &[&self.client_id, &self.client_secret])
    }

    /// What may stand in no message of a call that carried `token`.
    pub(super) fn secrets<'a>(&'a self, token: &'a SecretString) -> [&'a SecretString; 3] {
        [&self.client_id, &self.client_secret, token]
    }

    /// With a token that the LMS is to refuse.
    #[cfg(test)]
    pub(super) async fn holding(self, token: &str, now: Instant) -> Self {
        let token = Token { secret: token.to_owned().into(), renew_at: now + Duration::from_secs(3_600) };
        let held = self.kept.get(|_| false, async { Ok(token) }).await;
        assert!(held.is_ok());
        self
    }
}
