//! The products: one folder each, one line each in the registry.
//!
//! A connector turns one change into one call and judges the answer. It knows no database, no job and
//! no other product; pauses, retries and order are the engine's.

pub mod http;
mod settings;
pub mod upsidelms;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod scripted;

use std::future::Future;
use std::pin::Pin;

use secrecy::SecretString;

use crate::model::{FieldName, Fields, Key, Operation, OperationName, Outcome};

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
}

/// Every product that Rollbook knows.
pub const PRODUCTS: &[&Product] = &[&upsidelms::PRODUCT];

/// The product of that name.
pub fn product(name: &str) -> Option<&'static Product> {
    PRODUCTS.iter().copied().find(|product| product.name == name)
}

/// A connection that can't be opened, for a reason that lies in its settings.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConnectError(pub String);

/// One call to be made: a change, reduced to what goes over the wire.
#[derive(Clone, Debug)]
pub struct Call {
    /// The operation, in full.
    pub operation: OperationName,
    /// Who or what it is about.
    pub key: Key,
    /// The values to send.
    pub fields: Fields,
    /// The secret values to send.
    pub secrets: Vec<(FieldName, SecretString)>,
}

/// A future that a connector gives back.
pub type CallFuture<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// An open connection to one account.
pub trait Connector: Send + Sync {
    /// Makes the call and judges the answer; every failure is an outcome, with its class.
    fn deliver<'a>(&'a self, call: &'a Call) -> CallFuture<'a>;

    /// Signs in, or asks something harmless, and changes nothing: for `rollbook check --live`.
    fn probe(&self) -> CallFuture<'_>;
}
