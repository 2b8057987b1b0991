//! `upsidelms.manage_user`: creates and updates users by `/rest/manageuser`, one a call.

mod fields;
mod judge;
mod wire;

#[cfg(test)]
mod tests;

use secrecy::SecretString;

pub(super) use fields::{MANAGE_USER, manage_user as operation};

use super::client::{Client, Reading};
use super::wire::Answer;
use crate::connectors::Item;
use crate::model::{FieldName, Fields, Outcome};
use wire::LmsReply;

/// Sends one user in a call that carries `token`.
pub(super) async fn deliver(client: &Client, token: &str, item: &Item) -> Outcome {
    let mut secrets = client.portal.secrets();
    secrets.extend(item.secrets.iter().map(|(_, secret)| secret));
    match call(client, token, &item.fields, &item.secrets).await {
        Ok(answer) => judge::judge(&answer, token, &secrets),
        Err(outcome) => outcome,
    }
}

/// Asks with an empty user whether the portal knows us.
pub(super) async fn probe(client: &Client, token: &str) -> Outcome {
    // A user without unique_id can neither be found nor made.
    match call(client, token, &Fields::default(), &[]).await {
        Ok(answer) => judge::judge_probe(&answer, token, &client.portal.secrets()),
        Err(outcome) => outcome,
    }
}

async fn call(
    client: &Client,
    token: &str,
    fields: &Fields,
    secrets: &[(FieldName, SecretString)],
) -> Result<Answer<LmsReply>, Outcome> {
    let form = wire::encode(&client.portal, token, fields, secrets);
    let reading = Reading { read: wire::read, tells: |reply| !reply.errors.is_empty() };
    client.call(wire::PATH, &form, &reading).await
}
