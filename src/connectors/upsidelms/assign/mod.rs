//! `upsidelms.assign_curriculum`: assigns curricula to learners by `/rest/assigncurriculum`, several a call.
//!
//! A call mails people and can't be undone, so it is made once; what became of one whose answer was lost is
//! read from the learner's plan.

mod fields;
mod judge;
mod wire;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub(super) use fields::{ASSIGN_CURRICULUM, assign_curriculum as operation};

use super::client::{Client, Reading};
use super::plan;
use super::wire::Answer;
use crate::connectors::{Item, halved};
use crate::model::{Outcome, Verdict};
use wire::{Call, Reply};

/// Sends these assignments in one call that carries `token`.
pub(super) async fn deliver(client: &Client, token: &str, items: &[Item]) -> Vec<Outcome> {
    let (call, asked) = Call::of(items);
    let sent = asked.iter().flatten().count();
    let answer = ask(client, token, &call).await.map_err(|outcome| halved(outcome, sent));
    let reply =
        answer.as_ref().map_err(Outcome::clone).and_then(|answer| judge::believe(answer, token, &call));
    let secrets = client.portal.secrets();
    let outcomes = asked.iter().map(|asked| match (asked, &reply) {
        (Err(reason), _) => unfit(reason),
        (Ok(asked), Ok(reply)) => judge::judge(reply, asked, &secrets),
        (Ok(_), Err(outcome)) => outcome.clone(),
    });
    outcomes.collect()
}

/// Looks for an assignment in the learner's plan, with a question that carries `token`.
pub(super) async fn read_back(client: &Client, token: &str, item: &Item) -> Outcome {
    let (learner, curr_id) = match wire::named(item) {
        Ok(named) => named,
        // Such a record was never sent, but the mapping may have been another one at the time.
        Err(reason) => return Outcome::new(Verdict::InDoubt, "fields", reason),
    };
    let form = plan::encode(&client.portal, token, &learner);
    let reading = Reading { read: plan::read, tells: plan::Plan::tells };
    match client.call(plan::PATH, &form, &reading).await {
        Ok(answer) => {
            let found = plan::find(&answer, token, curr_id, &client.portal.secrets());
            // A portal without a public key takes assignments in clear, and may understand no other call.
            if client.portal.encrypt_assign { found } else { plan::left_to_a_person(found) }
        }
        Err(outcome) => plan::left_to_a_person(outcome),
    }
}

async fn ask(client: &Client, token: &str, call: &Call) -> Result<Answer<Reply>, Outcome> {
    if call.is_empty() {
        // No record was fit to be sent.
        return Ok(Answer::Reply(Reply::default()));
    }
    let form = wire::encode(&client.portal, token, call);
    client.call(wire::PATH, &form, &Reading { read: wire::read, tells: Reply::tells }).await
}

/// A record that can't be put into the call's JSON; validation should have found it.
fn unfit(reason: &str) -> Outcome {
    Outcome::new(Verdict::Refused, "fields", reason)
}
