//! Handing one mail over on a connection that is ready: every recipient gets a verdict of its own.

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{Extension, MailBodyParameter, MailParameter};

use super::{Smtp, class};
use crate::report::transport::{RefusedRecipient, SendClass, SendError, SendStage};

impl Smtp {
    /// Hands the mail over for every recipient that the server takes.
    pub(super) async fn deliver(
        &self,
        server: &mut AsyncSmtpConnection,
        from: &str,
        to: &[String],
        bytes: &[u8],
    ) -> Result<(), SendError> {
        let deliver = |error: Error| self.failed(SendStage::Deliver, &error);
        let sender = self.address(from)?;
        let recipients = to.iter().map(|text| self.address(text)).collect::<Result<Vec<_>, _>>()?;
        let options = self.options(server, from, to, bytes)?;
        server.command(Mail::new(Some(sender), options)).await.map_err(deliver)?;
        let (mut refused, mut taken) = (Vec::new(), Vec::new());
        for (address, recipient) in to.iter().zip(recipients) {
            match server.command(Rcpt::new(recipient, Vec::new())).await {
                Ok(_) => taken.push(address.clone()),
                Err(error) if error.status().is_some() => refused.push(RefusedRecipient {
                    address: address.clone(),
                    class: class(SendStage::Deliver, &error),
                    reason: self.words(&error),
                }),
                Err(error) => return Err(deliver(error)),
            }
        }
        if !taken.is_empty() {
            let sent = async {
                server.command(Data).await?;
                server.message(bytes).await
            };
            if let Err(error) = sent.await {
                return Err(SendError { refused, ..deliver(error) });
            }
        }
        if refused.is_empty() && !taken.is_empty() { Ok(()) } else { Err(self.not_all(refused, taken)) }
    }

    fn not_all(&self, refused: Vec<RefusedRecipient>, delivered: Vec<String>) -> SendError {
        let again = refused.iter().any(|one| one.class == SendClass::Transient);
        let class = if again { SendClass::Transient } else { SendClass::Permanent };
        let mut said: Vec<_> =
            refused.iter().map(|one| format!("did not take {}: {}", one.address, one.reason)).collect();
        said.push(match delivered.as_slice() {
            [] => "delivered to nobody".to_owned(),
            some => format!("delivered to {}", some.join(", ")),
        });
        let reason = self.said(&said.join("; "));
        SendError { class, stage: SendStage::Deliver, reason, refused, delivered }
    }

    /// What the server must be told of the mail: addresses or bytes beyond ASCII.
    fn options(
        &self,
        server: &AsyncSmtpConnection,
        from: &str,
        to: &[String],
        bytes: &[u8],
    ) -> Result<Vec<MailParameter>, SendError> {
        let offered = |extension| server.server_info().supports_feature(extension);
        let never = |words: &str| SendError::new(SendClass::Permanent, SendStage::Deliver, self.said(words));
        let mut options = Vec::new();
        if !from.is_ascii() || !to.iter().all(|address| address.is_ascii()) {
            if !offered(Extension::SmtpUtfEight) {
                return Err(never("an address is not ASCII, and the server offers no SMTPUTF8"));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        if !bytes.is_ascii() {
            if !offered(Extension::EightBitMime) {
                return Err(never("the mail is not ASCII, and the server offers no 8BITMIME"));
            }
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        Ok(options)
    }

    fn address(&self, text: &str) -> Result<Address, SendError> {
        text.parse().map_err(|error| {
            let reason = format!("`{}` is no mail address: {error}", text.escape_debug());
            SendError::new(SendClass::Permanent, SendStage::Deliver, reason)
        })
    }
}
