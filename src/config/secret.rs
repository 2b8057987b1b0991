//! Secrets by reference: where one lies, and how it is fetched.

use std::path::PathBuf;

use secrecy::SecretString;

/// Where a secret lies.
#[derive(Clone, Debug)]
pub enum SecretRef {
    /// `{ env = "NAME" }`
    Env(String),
    /// `{ file = "path" }`
    File(PathBuf),
    /// `{ credential = "name" }`: a file in systemd's credentials directory.
    Credential(String),
    /// The value itself, where a test system may have one.
    Value(SecretString),
}

/// A secret that can't be fetched.
#[derive(Debug, thiserror::Error)]
pub enum SecretProblem {
    /// It is not there, can't be read or is empty.
    #[error("{0}")]
    Missing(String),
    /// A credential, and no credentials directory: only systemd hands these out.
    #[error("credential `{0}` is not checkable here: systemd hands credentials to the service alone")]
    NotCheckableHere(String),
}
