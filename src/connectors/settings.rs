//! The settings of a connection that differ by product: declared by the product, read by `config`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::ConnectError;
use crate::model::ConnectionName;

/// One key of `[connections.…]` that a product has of its own.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The key.
    pub key: &'static str,
    /// What may stand there.
    pub kind: SettingKind,
    /// Whether it must be there.
    pub required: bool,
    /// One sentence for people.
    pub about: &'static str,
}

/// What may stand behind a key.
#[derive(Clone, Copy, Debug)]
pub enum SettingKind {
    /// A text.
    Text,
    /// `true` or `false`.
    Bool,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A list of texts.
    Texts,
    /// A whole number within these bounds.
    Whole {
        /// The least value allowed.
        least: u64,
        /// The greatest value allowed.
        greatest: u64,
    },
    /// Names, each with a reference to a secret or, on a test system, a value: the names in their order are
    /// `Settings::texts`, and the secret of NAME stands in `Access::secrets` as `KEY.NAME`.
    Parameters,
    /// A reference to a secret, never a value.
    Secret,
    /// A reference to a secret or, on a test system, a value.
    SecretOrValue,
}

/// A value that was set.
#[derive(Clone, Debug)]
pub enum SettingValue {
    /// A text, or one of the words allowed.
    Text(String),
    /// `true` or `false`.
    Bool(bool),
    /// A list of texts, or the names of parameters.
    Texts(Vec<String>),
    /// A whole number.
    Whole(u64),
}

/// The values of a connection's own keys, without its secrets.
#[derive(Clone, Debug, Default)]
pub struct Settings(BTreeMap<String, SettingValue>);

impl Settings {
    /// Sets a value; `config` has checked it against the product's declaration.
    pub fn set(&mut self, key: impl Into<String>, value: SettingValue) {
        self.0.insert(key.into(), value);
    }

    /// A text.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.0.get(key) {
            Some(SettingValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A switch.
    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.0.get(key) {
            Some(SettingValue::Bool(flag)) => Some(*flag),
            _ => None,
        }
    }

    /// A whole number.
    pub fn whole(&self, key: &str) -> Option<u64> {
        match self.0.get(key) {
            Some(SettingValue::Whole(number)) => Some(*number),
            _ => None,
        }
    }

    /// A list of texts, or the names of parameters in their order.
    pub fn texts(&self, key: &str) -> Option<&[String]> {
        match self.0.get(key) {
            Some(SettingValue::Texts(texts)) => Some(texts),
            _ => None,
        }
    }
}

/// All that a connector needs to open a connection, secrets resolved.
#[derive(Clone, Debug)]
pub struct Access {
    /// The connection.
    pub connection: ConnectionName,
    /// Where the product listens, without a slash at the end.
    pub base_url: String,
    /// The product's own settings.
    pub settings: Settings,
    /// Its secrets by key.
    pub secrets: BTreeMap<String, SecretString>,
    /// How long one call may take, body included.
    pub timeout: Duration,
    /// A private folder for answers that are too large to be held in memory; nothing stays in it.
    pub scratch: PathBuf,
}

/// A path that can be put behind `base_url`: empty, or with a slash before it.
///
/// # Errors
/// What is wrong with it: a whole address, or anything that would end a path.
pub(super) fn path(text: &str) -> Result<String, String> {
    // A backslash is read as a slash, and so may lead to another host.
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '?' | '#' | '\\');
    let text = text.trim();
    if text.contains("://") || text.contains(odd) {
        return Err(format!(
            "found {text:?}; allowed: a path below base_url, with no host before it and no blank, ?, # or \\ in it"
        ));
    }
    let slash = if text.is_empty() || text.starts_with('/') { "" } else { "/" };
    Ok(format!("{slash}{text}"))
}

impl Access {
    /// A secret, or the value that stands in its place on a test system.
    ///
    /// # Errors
    /// When there is neither, or it is empty.
    pub(super) fn secret(&self, key: &str) -> Result<SecretString, ConnectError> {
        let value = self.settings.text(key).map(|value| SecretString::from(value.to_owned()));
        let secret = self.secrets.get(key).cloned().or(value);
        secret
            .filter(|secret| !secret.expose_secret().is_empty())
            .ok_or_else(|| ConnectError(format!("{key} is missing or empty")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stands_below_the_base_address() {
        for (text, expected) in
            [("", ""), ("/", "/"), ("soap", "/soap"), (" /go/soap/ ", "/go/soap/"), ("/apiv2/", "/apiv2/")]
        {
            assert_eq!(path(text).as_deref(), Ok(expected), "{text}");
        }
        for odd in
            ["https://lms.example.org/soap", "/a?wsdl", "/a#b", "/a b", "/\\evil.example.org", "a\u{7}"]
        {
            assert!(path(odd).unwrap_err().starts_with(&format!("found {odd:?}; allowed: a path")), "{odd}");
        }
    }
}
