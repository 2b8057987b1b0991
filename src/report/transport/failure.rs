//! Why a mail did not leave, and whether to try again.

/// A mail that did not leave, or not to all. Its text has the server's words and never the password.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{reason}")]
pub struct SendError {
    /// Whether to try again.
    pub class: SendClass,
    /// How far it got.
    pub stage: SendStage,
    /// What happened, with the server's name and words.
    pub reason: String,
    /// Those whom the server did not take.
    pub refused: Vec<RefusedRecipient>,
    /// Those who have the mail all the same.
    pub delivered: Vec<String>,
}

/// Whether to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendClass {
    /// Later: a 4xx answer, no connection, a timeout, or settings that a person must mend first; the
    /// mail itself is not to blame.
    Transient,
    /// Never: the server turned this mail or its recipients down for good.
    Permanent,
}

/// How far a mail got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendStage {
    /// Reaching the server and protecting the connection.
    Connect,
    /// User name and password.
    SignIn,
    /// The mail itself.
    Deliver,
}

/// A recipient whom the server did not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRecipient {
    /// The address.
    pub address: String,
    /// Whether to try this one again.
    pub class: SendClass,
    /// The server's words.
    pub reason: String,
}

impl SendError {
    /// Of the recipients `to` of this mail, those to whom it should be sent again later.
    pub fn remaining(&self, to: &[String]) -> Vec<String> {
        let lost = |address: &String| {
            self.refused
                .iter()
                .any(|refused| refused.address == *address && refused.class == SendClass::Permanent)
        };
        match self.class {
            SendClass::Permanent => Vec::new(),
            SendClass::Transient => to
                .iter()
                .filter(|address| !self.delivered.contains(address) && !lost(address))
                .cloned()
                .collect(),
        }
    }

    pub(super) fn new(class: SendClass, stage: SendStage, reason: String) -> Self {
        Self { class, stage, reason, refused: Vec::new(), delivered: Vec::new() }
    }
}
