//! SmarterU: enrolls users in past instructor-led sessions by `enrollSessionHistory`, and reads them back by
//! `getLearnerReport` (`readback`).
//!
//! Only this file calls, when it is its `turn`; `wire` encodes and decodes, `rows` tells the rows of an answer
//! apart, `judge` says what it means.

mod fields;
mod judge;
mod readback;
mod rows;
mod turn;
mod wire;

use std::sync::Arc;
use std::time::SystemTime;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::http::Http;
use super::settings::path;
use super::{
    Access, BatchFuture, CallFuture, ConnectError, Connector, Item, Mistake, Peer, Product, Setting,
    SettingKind, Settings, all_alike, halved,
};
use crate::model::{ChangeKind, Fields, Operation, Outcome, Verdict};
use turn::Turn;
use wire::{Keys, Reply};

/// SmarterU.
pub const PRODUCT: Product = Product { name: "smarteru", settings: SETTINGS, operations, connect, mistakes };

const SETTINGS: &[Setting] = &[
    Setting {
        key: "account_api",
        kind: SettingKind::Secret,
        required: true,
        about: "the account API key, sent with every call",
    },
    Setting {
        key: "user_api",
        kind: SettingKind::Secret,
        required: true,
        about: "the user API key; its user needs the permission to enroll the others",
    },
    Setting {
        key: "date_format",
        kind: SettingKind::OneOf(fields::DATE_FORMATS),
        required: false,
        about: "how EnrolledDate is sent; %d-%b-%Y (21-Nov-2026) unless the account is known to take another",
    },
    Setting {
        key: "path",
        kind: SettingKind::Text,
        required: false,
        about: "where calls go below base_url; /apiv2/ unless said",
    },
    Setting {
        key: "batch",
        kind: SettingKind::Whole { least: 1, greatest: fields::LARGEST_BATCH },
        required: false,
        about: "how many enrollments go into one call; 25 unless said",
    },
];

/// Where calls go unless `path` says something else: as in every public source.
const PATH: &str = "/apiv2/";

fn operations(settings: &Settings) -> Vec<Operation> {
    vec![fields::enroll(settings)]
}

fn mistakes(peers: &[Peer<'_>]) -> Vec<Mistake> {
    let mistake = |peer: &Peer<'_>| {
        let message = api_path(peer.base_url, peer.settings).err()?;
        Some(Mistake { connection: peer.connection.clone(), key: "path", message })
    };
    peers.iter().filter_map(mistake).collect()
}

/// Where calls go below the base address.
fn api_path(base_url: &str, settings: &Settings) -> Result<String, String> {
    match settings.text("path") {
        Some(text) => path(text),
        None if whole_address(base_url) => Ok("/".to_owned()),
        None => Ok(PATH.to_owned()),
    }
}

fn connect(access: Access) -> Result<Box<dyn Connector>, ConnectError> {
    Ok(Box::new(SmarterU::new(access)?))
}

/// An open connection to one account.
struct SmarterU {
    http: Http,
    path: String,
    keys: Keys,
    operation: Operation,
    /// The account takes one call at a time, whoever makes it: a probe waits for a delivery too.
    turn: Arc<Turn>,
}

impl SmarterU {
    fn new(access: Access) -> Result<Self, ConnectError> {
        let keys = Keys { account: access.secret("account_api")?, user: access.secret("user_api")? };
        let path = api_path(&access.base_url, &access.settings);
        Ok(Self {
            http: Http::new(&access.base_url, access.timeout)?,
            path: path.map_err(|problem| ConnectError(format!("path: {problem}")))?,
            operation: fields::enroll(&access.settings),
            turn: turn::of_account(&access.base_url, &keys.account),
            keys,
        })
    }

    /// The call with these records.
    async fn enroll(&self, records: &[&Fields]) -> Result<Reply, Outcome> {
        let package = wire::encode(&self.keys, records);
        self.call(&package, wire::decode, |reply: &Reply| !reply.errors.is_empty()).await
    }

    /// One call, and its answer as read; an outcome where HTTP says it all, or where there is no answer.
    async fn call<T>(
        &self,
        package: &SecretString,
        decode: fn(&[u8]) -> Result<T, String>,
        says_more: fn(&T) -> bool,
    ) -> Result<T, Outcome> {
        let _turn = self.turn.lock().await;
        let form = [(wire::PACKAGE, package.expose_secret())];
        let reply = self.http.post_form(&self.path, &form).await;
        let reply = reply.map_err(|failure| failure.outcome(SystemTime::now()))?;
        let answer = decode(&reply.body);
        match reply.failure_unless(answer.as_ref().is_ok_and(says_more)) {
            Some(failure) => Err(failure.outcome(SystemTime::now())),
            None => answer.map_err(|problem| judge::unreadable(&problem)),
        }
    }

    async fn deliver_all(&self, items: &[Item]) -> Vec<Outcome> {
        if items.len() > usize::try_from(self.operation.batch).unwrap_or(1) {
            let most = self.operation.batch;
            let reason = format!("{} enrollments are more than the {most} of a call", items.len());
            return all_alike(&Outcome::new(Verdict::Smaller { most }, "batch", reason), items);
        }
        let unfit: Vec<Option<Outcome>> = items.iter().map(|item| self.unfit(item)).collect();
        let fit = items.iter().zip(&unfit).filter(|(_, unfit)| unfit.is_none());
        let sent: Vec<&Fields> = fit.map(|(item, _)| &item.fields).collect();
        let judged = match sent.is_empty() {
            true => Vec::new(),
            false => match self.enroll(&sent).await {
                Ok(reply) => judge::judge(&reply, &sent, &self.keys),
                Err(outcome) => vec![halved(outcome, sent.len()); sent.len()],
            },
        };
        let mut judged = judged.into_iter();
        let outcomes = unfit.into_iter().map(|unfit| unfit.or_else(|| judged.next()));
        outcomes
            .map(|outcome| outcome.unwrap_or_else(|| judge::unreadable("the answer says too little")))
            .collect()
    }

    /// The outcome of an item that is not sent: it would be refused, and might spoil the call for others.
    fn unfit(&self, item: &Item) -> Option<Outcome> {
        let refused = |code: &str, reason: String| Some(Outcome::new(Verdict::Refused, code, reason));
        if item.operation.as_str() != fields::ENROLL {
            return refused("operation", format!("smarteru has no operation {}", item.operation));
        }
        if item.kind == ChangeKind::Remove {
            return refused("operation", "the LMS can't take an enrollment back".to_owned());
        }
        refused("fields", fields::problem(&self.operation, &item.fields)?)
    }
}

/// Whether the base address holds the path of the API already.
fn whole_address(base_url: &str) -> bool {
    let path = Url::parse(base_url).map(|url| url.path().trim_matches('/').to_owned());
    path.is_ok_and(|path| path.rsplit('/').next() == Some(PATH.trim_matches('/')))
}

impl Connector for SmarterU {
    fn deliver<'a>(&'a self, items: &'a [Item]) -> BatchFuture<'a> {
        Box::pin(self.deliver_all(items))
    }

    fn read_back<'a>(&'a self, item: &'a Item) -> CallFuture<'a> {
        Box::pin(readback::read_back(self, item))
    }

    /// Makes the same call without any enrollment. It names no user, so it can enroll nobody, whatever the
    /// LMS makes of the empty list; but it has to look at the keys first, and says when they are wrong.
    fn probe(&self) -> CallFuture<'_> {
        Box::pin(async move {
            match self.enroll(&[]).await {
                Ok(reply) => judge::judge_probe(&reply, &self.keys),
                Err(outcome) => outcome,
            }
        })
    }
}

#[cfg(test)]
mod tests;
