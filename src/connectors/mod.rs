//! The products: one folder each, one line each in the registry.
//!
//! A connector turns changes into calls and judges the answers. It knows no database, no job and
//! no other product; pauses, retries and order are the engine's.

pub mod crowdwisdom;
pub mod http;
pub mod ispring;
mod kept;
mod mask;
pub mod media77;
mod pull;
mod settings;
pub mod smarteru;
mod soap;
pub mod upsidelms;
mod xml;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod conformance_pulls;
#[cfg(test)]
mod namespaces;
#[cfg(test)]
mod scripted;

use std::future::Future;
use std::pin::Pin;

use secrecy::SecretString;

use crate::model::{
    ChangeKind, ConnectionName, FieldName, Fields, Key, Operation, OperationName, Outcome, Verdict,
};

pub use pull::{Answer, ItemSender, PullFuture, Question};
pub use settings::{Access, Setting, SettingKind, SettingValue, Settings};

/// A product: what can be set on a connection to it, what it can do, and how to open a connection.
#[derive(Debug)]
pub struct Product {
    /// As `product = "…"` names it.
    pub name: &'static str,
    /// Its keys of `[connections.…]` beyond those that every product has.
    pub settings: &'static [Setting],
    /// Its operations, as the settings of one connection shape them. Secrets play no part in it.
    pub operations: fn(&Settings) -> Vec<Operation>,
    /// Opens a connection; no call is made yet.
    pub connect: fn(Access) -> Result<Box<dyn Connector>, ConnectError>,
    /// What settings that are right by themselves get wrong together, on one connection or between several
    /// of this product.
    pub mistakes: fn(&[Peer<'_>]) -> Vec<Mistake>,
}

/// A connection of a product, as far as it is known without its secrets.
#[derive(Clone, Copy, Debug)]
pub struct Peer<'a> {
    /// Its name.
    pub connection: &'a ConnectionName,
    /// Its address, without a slash at the end.
    pub base_url: &'a str,
    /// The product's own settings.
    pub settings: &'a Settings,
}

/// A setting that does not go with another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The connection.
    pub connection: ConnectionName,
    /// The key that is to be changed, most likely.
    pub key: &'static str,
    /// What was found, what is allowed, and what to do.
    pub message: String,
}

/// Every product that Rollbook knows.
pub const PRODUCTS: &[&Product] =
    &[&upsidelms::PRODUCT, &crowdwisdom::PRODUCT, &ispring::PRODUCT, &smarteru::PRODUCT, &media77::PRODUCT];

/// The product of that name.
pub fn product(name: &str) -> Option<&'static Product> {
    PRODUCTS.iter().copied().find(|product| product.name == name)
}

/// A connection that can't be opened, for a reason that lies in its settings.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConnectError(pub String);

/// One record of a call: a change, reduced to what goes over the wire.
#[derive(Clone, Debug)]
pub struct Item {
    /// The operation, in full.
    pub operation: OperationName,
    /// Who or what it is about.
    pub key: Key,
    /// What the change does.
    pub kind: ChangeKind,
    /// Whether an earlier call with it may have had an effect.
    pub resend: bool,
    /// The values to send.
    pub fields: Fields,
    /// The secret values to send.
    pub secrets: Vec<(FieldName, SecretString)>,
    /// The lasting registration, for operations that have one.
    pub registration: Option<String>,
}

/// What a link operation makes.
#[derive(Clone, Debug)]
pub enum Link {
    /// An address to open.
    Address(SecretString),
    /// An HTML page with a form that signs somebody in.
    Form(SecretString),
}

/// A future that a connector gives back.
pub type CallFuture<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// A future with one outcome for each record of a call, in the order of the records.
pub type BatchFuture<'a> = Pin<Box<dyn Future<Output = Vec<Outcome>> + Send + 'a>>;

/// An open connection to one account.
pub trait Connector: Send + Sync {
    /// Makes one call with these records and judges the answer; every failure is an outcome, with its
    /// class. The records are of one operation, at least one and at most its `batch`, and agree in the
    /// fields that it names.
    fn deliver<'a>(&'a self, items: &'a [Item]) -> BatchFuture<'a>;

    /// Asks how a task stands that a call with so many records began: `Accepted`, `InProgress`, `Smaller`,
    /// or a failure. Only for connectors that give `Queued`.
    fn follow<'a>(&'a self, task: &'a str, records: usize) -> CallFuture<'a> {
        let reason = format!("this product has no tasks; task {task} of {records} records is left alone");
        Box::pin(async move { Outcome::new(Verdict::Refused, "task", reason) })
    }

    /// Asks the LMS for a record that is in doubt, and changes nothing: `Accepted` where it is there,
    /// `Absent` where it surely is not, `InDoubt` where the LMS can't tell, or a failure. Only for
    /// operations that say `reads_back`.
    fn read_back<'a>(&'a self, item: &'a Item) -> CallFuture<'a> {
        let reason = format!("{} can't be read back", item.operation);
        Box::pin(async move { Outcome::new(Verdict::InDoubt, "read back", reason) })
    }

    /// Asks one question of a pull, which changes nothing at the LMS, and hands the items of the answer on as
    /// they are read, whatever its size. Only for operations of pulls.
    fn pull<'a>(&'a self, question: &'a Question, items: ItemSender) -> PullFuture<'a> {
        let reason = format!("{} can't be pulled", question.operation);
        drop(items);
        Box::pin(async move { Err(Outcome::new(Verdict::Refused, "operation", reason)) })
    }

    /// Makes the link of a record, without a call. Only for operations of links.
    ///
    /// # Errors
    /// Why it can't be made, in words that hold no value.
    fn link(&self, item: &Item) -> Result<Link, String> {
        Err(format!("{} makes no links", item.operation))
    }

    /// Signs in, or asks something harmless, and changes nothing: for `rollbook check --live`. `Accepted`
    /// with the code `not checkable` where the product offers nothing harmless.
    fn probe(&self) -> CallFuture<'_>;
}

/// What a call with so many records came to: one that is too large as a whole goes again in halves.
fn halved(outcome: Outcome, records: usize) -> Outcome {
    let half = u32::try_from(records / 2).unwrap_or(u32::MAX);
    match outcome.code.as_str() {
        "HTTP 413" if half > 0 => Outcome { verdict: Verdict::Smaller { most: half }, ..outcome },
        _ => outcome,
    }
}

/// The same outcome for every record of a call.
fn all_alike(outcome: &Outcome, items: &[Item]) -> Vec<Outcome> {
    items.iter().map(|_| outcome.clone()).collect()
}
