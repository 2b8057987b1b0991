//! Sending composed mails: into a folder, or to a mail server. The only part of `report` with effects.

mod directory;
mod failure;
mod smtp;

use secrecy::SecretString;

use crate::config::{MailSettings, MailTransport};

use self::directory::Directory;
use self::smtp::Smtp;
use super::MailError;

pub use self::failure::{RefusedRecipient, SendClass, SendError, SendStage};

/// The way by which mails leave.
#[derive(Debug)]
pub struct Mailer(Way);

#[derive(Debug)]
enum Way {
    Directory(Directory),
    Smtp(Box<Smtp>),
}

impl Mailer {
    /// Sets up what `[mail]` says, with the password where it names one. Reads `ca_file`; connects to
    /// nothing and writes nothing.
    ///
    /// # Errors
    /// When the password is missing, or TLS or the certificate authority can't be used.
    pub fn open(settings: &MailSettings, password: Option<SecretString>) -> Result<Self, MailError> {
        Ok(Self(match &settings.transport {
            MailTransport::Directory(folder) => Way::Directory(Directory::new(folder.clone())),
            MailTransport::Smtp(smtp) => Way::Smtp(Box::new(Smtp::new(smtp, password)?)),
        }))
    }

    /// Sends a mail that `compose` made, to bare addresses, within the timeout of the settings. Sent
    /// again under the same Message-ID it is the same mail: the folder has it once.
    ///
    /// # Errors
    /// Whether to try again, and for whom, see [`SendError`].
    pub async fn send(
        &self,
        envelope_from: &str,
        to: &[String],
        message_id: &str,
        bytes: &[u8],
    ) -> Result<(), SendError> {
        match &self.0 {
            Way::Directory(directory) => directory.send(message_id, bytes).await,
            Way::Smtp(smtp) => smtp.send(envelope_from, to, bytes).await,
        }
    }

    /// Tries all but the mail itself: connect, TLS and sign in, or whether the folder can be written.
    /// Leaves nothing behind.
    ///
    /// # Errors
    /// What would keep a mail from leaving.
    pub async fn probe(&self) -> Result<(), SendError> {
        match &self.0 {
            Way::Directory(directory) => directory.probe().await,
            Way::Smtp(smtp) => smtp.probe().await,
        }
    }
}

#[cfg(test)]
mod tests;
