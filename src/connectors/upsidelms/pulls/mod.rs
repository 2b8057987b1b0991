//! `upsidelms.training_catalog` and `upsidelms.training_plan`: what there is to learn, and who is how far, by
//! `/rest/trainingcatalog` and `/rest/trainingplan`.
//!
//! An answer goes to disk first and is read from there, one curriculum at a time, so that its size does not
//! matter. Only this file has effects.

mod columns;
mod fields;
mod kinds;
mod progress;

mod wire;

mod bounded;
mod plain;

mod items;
mod opened;
mod reading;

mod judge;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tables_tests;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::time::SystemTime;

use serde_json::Value;

pub(super) use fields::{TRAINING_CATALOG, TRAINING_PLAN, training_catalog, training_plan};

use super::cipher::Cipher;
use super::client::Client;
use super::plan;
use super::wire::{Answer as Read, decode, errors, word_of};
use crate::connectors::http::Reply;
use crate::connectors::{Answer, ItemSender, Question, mask};
use crate::model::{Operation, Outcome, PullShape, Verdict};
use plain::{plain, without_addresses};
use reading::Heard;

/// Where the catalog is asked for, below the base address.
const CATALOG_PATH: &str = "/rest/trainingcatalog";

/// Asks a question with a call that carries `token`, and hands on the items of the answer.
pub(super) async fn pull(
    client: &Client,
    token: &str,
    question: &Question,
    items: ItemSender,
) -> Result<Answer, Outcome> {
    ask(client, token, question, items).await.map_err(|outcome| impersonal(outcome, question))
}

/// The LMS may name the learner where it says what is wrong with them, and others.
fn impersonal(outcome: Outcome, question: &Question) -> Outcome {
    let outcome = Outcome { reason: without_addresses(&plain(&outcome.reason)), ..outcome };
    let begin = outcome.code.get(..3).unwrap_or_default();
    if !["err", "msg"].iter().any(|of_the_lms| begin.eq_ignore_ascii_case(of_the_lms)) {
        return outcome;
    }
    let learner = question.learner.iter().flat_map(|learner| &learner.names);
    let reason = mask::impersonal(&outcome.reason, learner.map(|(_, value)| value.as_str()));
    Outcome { reason, ..outcome }
}

async fn ask(
    client: &Client,
    token: &str,
    question: &Question,
    items: ItemSender,
) -> Result<Answer, Outcome> {
    let (operation, path) = match question.operation.as_str() {
        TRAINING_CATALOG => (training_catalog(), CATALOG_PATH),
        _ => (training_plan(), plan::PATH),
    };
    let Some(shape) = operation.pull else {
        return Err(Outcome::new(Verdict::Refused, "operation", "this operation asks for nothing"));
    };
    let form = encode(client, token, &operation, question)?;
    let download = client.download(path, &form).await?;
    if let Some(outcome) = failed(client, token, &download.reply) {
        return Err(outcome);
    }
    let cipher = client.portal.cipher.clone();
    // Reading waits for the disk and for whoever takes the items.
    let reading = move || read(download.file, &cipher, &shape, &items);
    let answer = tokio::task::spawn_blocking(reading).await.ok().flatten();
    let Some(answer) = answer else {
        return Err(Outcome::new(Verdict::Retry, "given up", "the reading of the answer was given up"));
    };
    let judged = judge::judge(&answer, token, &client.portal)?;
    if wire::wants_contents(question) {
        judge::has_contents(&answer)?;
    }
    Ok(judged)
}

fn encode(
    client: &Client,
    token: &str,
    operation: &Operation,
    question: &Question,
) -> Result<Vec<(&'static str, secrecy::SecretString)>, Outcome> {
    wire::encode(&client.portal, token, operation, question)
        .map_err(|reason| Outcome::new(Verdict::Refused, "fields", reason))
}

fn read(file: File, cipher: &Cipher, shape: &PullShape, items: &ItemSender) -> Option<Read<Heard>> {
    opened::open(file, cipher, shape, &mut |batch| items.blocking_send(batch).is_ok())
}

/// What an answer with an error status comes to. Where HTTP has failed, a list is not to be believed, and what
/// the LMS says of an error counts for more than the status.
fn failed(client: &Client, token: &str, reply: &Reply) -> Option<Outcome> {
    reply.failure()?;
    let said = |value: &Value| {
        let heard =
            Heard { token: word_of(value, "lmstoken_id"), errors: errors(value, None), ..Heard::default() };
        (!heard.errors.is_empty()).then_some(heard)
    };
    let answer = decode(&reply.body, &client.portal.cipher, said);
    Some(match reply.failure_unless(matches!(answer, Read::Reply(_))) {
        Some(failure) => failure.outcome(SystemTime::now()),
        None => judge::judge(&answer, token, &client.portal).err()?,
    })
}
