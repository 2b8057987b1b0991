//! iSpring Learn: sets the status of modules by SOAP, `updateModulesStatuses`, and follows the task; reads
//! results back by REST.
//!
//! Only this file, `readback` and `token` call; `wire` encodes and decodes, `judge` says what an answer means.
//! The call only queues: what became of it is what the task came to.

mod fields;
mod judge;
mod readback;
mod settings;
mod token;
mod wire;

use std::time::{Instant, SystemTime};

use secrecy::{ExposeSecret, SecretString};

use super::http::{Body, Http, Reply};
use super::settings::path;
use super::{
    Access, BatchFuture, CallFuture, ConnectError, Connector, Item, Product, Settings, all_alike, soap,
};
use crate::model::{Fields, Operation, Outcome, Verdict};
use judge::{Door, Heard};
use readback::Modules;
use token::Tokens;
use wire::Answer;

/// iSpring Learn.
pub const PRODUCT: Product = Product {
    name: "ispring",
    settings: settings::SETTINGS,
    operations,
    connect,
    mistakes: settings::mistakes,
};

fn operations(settings: &Settings) -> Vec<Operation> {
    vec![fields::update_modules_statuses(settings)]
}

fn connect(access: Access) -> Result<Box<dyn Connector>, ConnectError> {
    Ok(Box::new(ISpring::new(access)?))
}

/// An open connection to one account.
struct ISpring {
    http: Http,
    tokens: Tokens,
    soap_path: String,
    rest_path: String,
    namespace: String,
    follow: Door,
    reason: String,
    /// Which modules content items are, for reading back.
    modules: Modules,
}

/// One call, without its token.
#[derive(Clone, Copy)]
enum Call<'a> {
    Update(&'a [Item]),
    SoapStatus(&'a str),
    RestStatus(&'a str),
}

impl ISpring {
    fn new(access: Access) -> Result<Self, ConnectError> {
        let text = |key: &str| access.settings.text(key).map(str::trim).filter(|text| !text.is_empty());
        let path = |key: &str, default: &str| {
            let path = path(text(key).unwrap_or(default));
            let path = path.map_err(|problem| ConnectError(format!("{key}: {problem}")))?;
            Ok(path.trim_end_matches('/').to_owned())
        };
        let follow = match text("follow") {
            None | Some("soap") => Door::Soap,
            Some("rest") => Door::Rest,
            Some(other) => return Err(ConnectError(format!("follow is soap or rest, not {other:?}"))),
        };
        let token_path = format!("{}/token", path("api_path", settings::API_PATH)?);
        Ok(Self {
            http: Http::new(&access.base_url, access.timeout)?.with_small_answers(),
            tokens: Tokens::new(token_path, access.secret("client_id")?, access.secret("client_secret")?),
            soap_path: path("soap_path", settings::SOAP_PATH)?,
            rest_path: path("rest_path", settings::REST_PATH)?,
            namespace: text("soap_namespace").unwrap_or(settings::NAMESPACE).to_owned(),
            follow,
            reason: text("reason").unwrap_or(settings::REASON).to_owned(),
            modules: Modules::default(),
        })
    }

    /// Makes a call with a token, and once more with a new one where the LMS refuses the first. Gives the
    /// answer, and the token that got it.
    async fn ask(&self, call: Call<'_>, now: Instant) -> Result<(Heard<Answer>, SecretString), Outcome> {
        let token = self.tokens.get(&self.http, now, None).await?;
        let heard = self.call(call, &token).await?;
        if !heard.refuses_token() {
            return Ok((heard, token));
        }
        let token = self.tokens.get(&self.http, now, Some(&token)).await?;
        let heard = self.call(call, &token).await?;
        Ok((heard, token))
    }

    async fn call(&self, call: Call<'_>, token: &SecretString) -> Result<Heard<Answer>, Outcome> {
        match call {
            Call::Update(items) => {
                let records: Vec<&Fields> = items.iter().map(|item| &item.fields).collect();
                let envelope = wire::update_modules_statuses(&self.namespace, token, &records, &self.reason);
                self.soap(&envelope, wire::decode_update).await
            }
            Call::SoapStatus(task) => {
                let envelope = wire::get_task_status(&self.namespace, token, task);
                self.soap(&envelope, wire::decode_task_status).await
            }
            Call::RestStatus(task) => {
                let path = wire::task_path(&self.rest_path, task);
                let bearer = SecretString::from(format!("Bearer {}", token.expose_secret()));
                let headers = [("Authorization", bearer.expose_secret()), ("Accept", "application/json")];
                let reply = self.http.send(&path, &headers, Body::None).await;
                let reply = reply.map_err(|failure| failure.outcome(SystemTime::now()))?;
                Ok(heard(&reply, wire::decode_rest))
            }
        }
    }

    async fn soap(
        &self,
        envelope: &SecretString,
        decode: fn(&[u8]) -> Answer,
    ) -> Result<Heard<Answer>, Outcome> {
        let body = Body::Text { content_type: soap::CONTENT_TYPE, text: envelope.expose_secret() };
        // SOAP 1.1 demands the header; the vendor names no value, so it holds none.
        let reply = self.http.send(&self.soap_path, &[("SOAPAction", "\"\"")], body).await;
        let reply = reply.map_err(|failure| failure.outcome(SystemTime::now()))?;
        Ok(heard(&reply, decode))
    }

    async fn deliver_at(&self, items: &[Item], now: Instant) -> Vec<Outcome> {
        let other = items.iter().find(|item| item.operation.as_str() != fields::UPDATE_MODULES_STATUSES);
        let outcome = if let Some(other) = other {
            let reason = format!("ispring has no operation {}", other.operation);
            Outcome::new(Verdict::Refused, "operation", reason)
        } else if !agree(items) {
            // Never sent: each would get the other's status as well.
            let reason =
                "the records of one call differ in more than their enrolment: they are sent one by one";
            Outcome::new(Verdict::Smaller { most: 1 }, "batch", reason)
        } else {
            match self.ask(Call::Update(items), now).await {
                Ok((heard, token)) => {
                    let enrolments: Vec<&str> =
                        items.iter().map(|item| wire::field(&item.fields, "enrollmentId")).collect();
                    judge::delivered(&heard, &enrolments, &self.tokens.secrets(&token))
                }
                Err(outcome) => outcome,
            }
        };
        all_alike(&outcome, items)
    }

    async fn follow_at(&self, task: &str, records: usize, now: Instant) -> Outcome {
        let call = match self.follow {
            Door::Soap => Call::SoapStatus(task),
            Door::Rest => Call::RestStatus(task),
        };
        let outcome = match self.ask(call, now).await {
            Ok((heard, token)) => {
                judge::followed(self.follow, &heard, task, records, &self.tokens.secrets(&token))
            }
            Err(outcome) => outcome,
        };
        // However the question went, the task that it is about may have had its effect.
        Outcome { had_no_effect: false, ..outcome }
    }
}

fn heard(reply: &Reply, decode: fn(&[u8]) -> Answer) -> Heard<Answer> {
    let failure = reply.failure().map(|failure| failure.outcome(SystemTime::now()));
    Heard { status: reply.status, failure, answer: decode(&reply.body) }
}

fn agree(items: &[Item]) -> bool {
    let Some((first, rest)) = items.split_first() else { return true };
    rest.iter().all(|item| {
        fields::AGREE.iter().all(|name| {
            let name = (*name).into();
            item.fields.get(&name) == first.fields.get(&name)
        })
    })
}

impl Connector for ISpring {
    fn deliver<'a>(&'a self, items: &'a [Item]) -> BatchFuture<'a> {
        Box::pin(self.deliver_at(items, Instant::now()))
    }

    fn follow<'a>(&'a self, task: &'a str, records: usize) -> CallFuture<'a> {
        Box::pin(self.follow_at(task, records, Instant::now()))
    }

    fn read_back<'a>(&'a self, item: &'a Item) -> CallFuture<'a> {
        Box::pin(self.read_back_at(item, Instant::now()))
    }

    /// Fetches a token, which changes nothing.
    fn probe(&self) -> CallFuture<'_> {
        Box::pin(async move {
            match self.tokens.fetch(&self.http).await {
                Ok(_) => Outcome::new(
                    Verdict::Accepted,
                    "token",
                    "the LMS gives a token for client_id and client_secret",
                ),
                Err(outcome) => outcome,
            }
        })
    }
}

#[cfg(test)]
mod tests;
