//! CrowdWisdom: says what people have completed, by the SOAP methods `setCompletion` and `setCompletions`.
//!
//! Only this file, `service` and `session` call. `wire` encodes by `shape`, which is the document's or else
//! `described` by the client's own WSDL; `answer` decodes, and `judge` and `opening` say what that means.

mod answer;
mod described;
mod fields;
mod judge;
mod opening;
mod service;
mod session;
mod setup;
mod shape;
mod signs;
mod wire;
mod wsdl;

use super::{Access, BatchFuture, CallFuture, ConnectError, Connector, Item, Product, Settings};
use crate::model::{Operation, Outcome, Verdict};
use judge::{Judged, Sent};
use service::Service;
use session::{Session, Token};
use shape::{Completions, Shape};

/// CrowdWisdom.
pub const PRODUCT: Product = Product {
    name: "crowdwisdom",
    settings: setup::SETTINGS,
    operations,
    connect,
    mistakes: setup::mistakes,
};

/// The key of the client's identifier in the settings.
const SYSTEM_ID_KEY: &str = "system_id";

fn operations(settings: &Settings) -> Vec<Operation> {
    vec![fields::set_completion(settings)]
}

fn connect(access: Access) -> Result<Box<dyn Connector>, ConnectError> {
    Ok(Box::new(CrowdWisdom::new(&access)?))
}

/// An open connection to one client's portal.
struct CrowdWisdom {
    service: Service,
    session: Session,
}

impl CrowdWisdom {
    fn new(access: &Access) -> Result<Self, ConnectError> {
        Ok(Self { service: Service::new(access)?, session: Session::default() })
    }

    async fn deliver_all(&self, items: &[Item]) -> Vec<Outcome> {
        let mut outcomes: Vec<Option<Outcome>> = items.iter().map(unsendable).collect();
        if outcomes.iter().any(Option::is_none) {
            let shape = self.service.shape().await;
            for (item, outcome) in items.iter().zip(&mut outcomes).filter(|(_, outcome)| outcome.is_none()) {
                *outcome = match &shape {
                    Ok(shape) => {
                        shape.unfit(item).map(|reason| Outcome::new(Verdict::Refused, "wsdl", reason))
                    }
                    Err(failed) => Some(failed.clone()),
                };
            }
            let left = |outcome: &Option<Outcome>| outcome.is_none();
            let sendable: Vec<&Item> = items
                .iter()
                .zip(&outcomes)
                .filter(|(_, outcome)| left(outcome))
                .map(|(item, _)| item)
                .collect();
            if let (Ok(shape), false) = (shape, sendable.is_empty()) {
                let sent = self.send(&shape, &sendable).await;
                for (outcome, sent) in outcomes.iter_mut().filter(|outcome| left(outcome)).zip(sent) {
                    *outcome = Some(sent);
                }
            }
        }
        let lost = || Outcome::new(Verdict::InDoubt, "lost", "the call left no outcome for this record");
        outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(lost)).collect()
    }

    /// One call for all these records, within the session.
    async fn send(&self, shape: &Shape, items: &[&Item]) -> Vec<Outcome> {
        let all = |outcome: Outcome| vec![outcome; items.len()];
        let completions = shape.completions(items.len());
        if let Some(lacks) = completions.lacks(items) {
            return all(Outcome::new(Verdict::StopConnection, "wsdl", lacks));
        }
        let token = match self.session.token(&self.service).await {
            Ok(token) => token,
            Err(outcome) => return all(outcome),
        };
        if let Judged::Outcomes(outcomes) = self.send_within(&token, completions, items).await {
            return outcomes;
        }
        // "Invalid Session Token" says that nothing was applied, so the call may be made once more.
        let renewed = match self.session.renewed(&self.service, &token).await {
            Ok(renewed) => renewed,
            Err(outcome) => return all(outcome),
        };
        match self.send_within(&renewed, completions, items).await {
            Judged::Outcomes(outcomes) => outcomes,
            Judged::SessionEnded(words) => {
                self.session.forget(&renewed).await;
                let reason = format!("{words}; a new session was not taken either: is system_id right?");
                all(Outcome::new(Verdict::StopConnection, "1", reason))
            }
        }
    }

    async fn send_within(&self, token: &Token, completions: &Completions, items: &[&Item]) -> Judged {
        let body = wire::encode_completions(completions, &self.service.system_id, token, items);
        match self.service.call(&completions.call.action, &body).await {
            Ok(answer) => {
                let mut secrets = self.service.secrets();
                secrets.push(token);
                judge::judge(&answer, &Sent { completions, token, items, secrets: &secrets })
            }
            Err(outcome) => Judged::Outcomes(vec![outcome; items.len()]),
        }
    }

    async fn probe_session(&self) -> Outcome {
        let described = match self.service.shape().await {
            Ok(shape) => shape.described,
            Err(outcome) => return outcome,
        };
        match self.session.opened(&self.service).await {
            Ok(_) => {
                let wsdl = if described { "the WSDL offers all that is needed" } else { "no WSDL answers" };
                Outcome::new(Verdict::Accepted, "session", format!("a session was opened; {wsdl}"))
            }
            Err(outcome) => outcome,
        }
    }
}

/// Why a record is not sent at all, whatever the LMS takes.
fn unsendable(item: &Item) -> Option<Outcome> {
    if item.operation.as_str() != fields::SET_COMPLETION {
        let reason = format!("crowdwisdom has no operation {}", item.operation);
        return Some(Outcome::new(Verdict::Refused, "operation", reason));
    }
    wire::unsendable(item).map(|reason| Outcome::new(Verdict::Refused, "credits", reason))
}

impl Connector for CrowdWisdom {
    fn deliver<'a>(&'a self, items: &'a [Item]) -> BatchFuture<'a> {
        Box::pin(self.deliver_all(items))
    }

    fn probe(&self) -> CallFuture<'_> {
        Box::pin(self.probe_session())
    }
}

#[cfg(test)]
mod samples;
#[cfg(test)]
#[path = "tests.rs"]
mod tests;
