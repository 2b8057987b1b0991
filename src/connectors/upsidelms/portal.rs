//! What a connection's settings say of its portal: the keys, the cipher, and how it takes its calls. Pure.

use secrecy::SecretString;

use super::cipher::{Cipher, Mode};
use super::redirect;
use crate::connectors::{Access, ConnectError};

/// One portal.
pub(super) struct Portal {
    /// The Portal Key, the only parameter that every call sends in clear.
    pub(super) key: SecretString,
    /// What the key of the cipher is made of.
    pub(super) password: SecretString,
    /// `data_language` of `/rest/manageuser`: one of en, ar, fr, cn, sp.
    pub(super) data_language: String,
    /// Whether `/rest/assigncurriculum` takes its `json` enciphered: where the portal has a public key.
    pub(super) encrypt_assign: bool,
    /// Where the redirection form goes, without a slash at the end.
    pub(super) context: String,
    /// Enciphers the other parameters.
    pub(super) cipher: Cipher,
}

impl Portal {
    /// The portal of a connection.
    ///
    /// # Errors
    /// When a secret is missing, or a setting has a value that it can't have.
    pub(super) fn new(access: &Access) -> Result<Self, ConnectError> {
        let (key, password) = (access.secret("portal_key")?, access.secret("password")?);
        let mode = match access.settings.text("cipher") {
            None | Some("cbc") => Mode::Cbc,
            Some("ecb") => Mode::Ecb,
            Some(other) => return Err(ConnectError(format!("cipher is cbc or ecb, not {other:?}"))),
        };
        Ok(Self {
            key,
            data_language: access.settings.text("data_language").unwrap_or("en").to_owned(),
            encrypt_assign: access.settings.flag("encrypt_assign").unwrap_or(true),
            context: redirect::context(&access.base_url, &access.settings).map_err(ConnectError)?,
            cipher: Cipher::new(&password, mode),
            password,
        })
    }

    /// What no message may hold.
    pub(super) fn secrets(&self) -> Vec<&SecretString> {
        vec![&self.key, &self.password]
    }
}
