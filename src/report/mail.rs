//! A report as a mail: headers, text, HTML and attachments put together to bytes. Pure: the date and
//! the Message-ID are given, and the same mail gives the same bytes.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use lettre::Message;
use lettre::message::header::{
    ContentDisposition, ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue,
};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};

use crate::model::Digest;

use super::wording::clean;

/// A mail to be composed.
#[derive(Clone, Debug)]
pub struct Mail {
    /// Our own Message-ID, with or without its angle brackets: a second copy is recognised by it.
    pub message_id: String,
    /// The sender (`Rollbook <rollbook@example.org>`).
    pub from: String,
    /// Those who get it, each as the sender is written.
    pub to: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The body as plain text.
    pub text: String,
    /// The body as HTML.
    pub html: String,
    /// The files that go with it.
    pub attachments: Vec<Attachment>,
}

/// A file that goes with a mail.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// Its name.
    pub name: String,
    /// Its media type (`text/csv; charset=utf-8`).
    pub content_type: String,
    /// Its bytes, which arrive exactly so.
    pub bytes: Vec<u8>,
}

/// Who sends a mail and who gets it, as the mail server is told: bare addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// The sender.
    pub from: String,
    /// The recipients.
    pub to: Vec<String>,
}

/// A mail that can't be composed, or a way of sending that can't be set up.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// No valid address.
    #[error(
        "`{address}` is no mail address: {reason}; write `name@example.org` or `Name <name@example.org>`"
    )]
    Address {
        /// What was found.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody gets it.
    #[error("the mail has no recipient")]
    NoRecipient,
    /// No valid Message-ID.
    #[error("`{0}` is no Message-ID: it must be printable ASCII with one `@` in it")]
    MessageId(String),
    /// No valid media type.
    #[error("`{content_type}` of attachment `{name}` is no media type")]
    ContentType {
        /// The attachment.
        name: String,
        /// What was found.
        content_type: String,
    },
    /// The mail could not be put together.
    #[error("the mail can't be composed: {0}")]
    Compose(#[from] lettre::error::Error),
    /// The certificate authority's file can't be used.
    #[error("ca_file {path}: {reason}")]
    CaFile {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// TLS could not be set up.
    #[error("TLS for the mail server can't be set up: {0}")]
    Tls(String),
    /// The mail server wants a login, and the password is not there.
    #[error("mail.username is set, and mail.password is not there")]
    NoPassword,
}

/// The mail as bytes: a plain and an HTML body to choose from, then the attachments.
///
/// # Errors
/// When an address, the Message-ID or a media type is none.
pub fn compose(mail: &Mail, date: DateTime<Utc>) -> Result<Vec<u8>, MailError> {
    let mut message = Message::builder()
        .message_id(Some(format!("<{}>", message_id(&mail.message_id)?)))
        .date(SystemTime::from(date))
        .from(mailbox(&mail.from)?)
        .subject(clean(&mail.subject))
        .header(AutoSubmitted);
    if mail.to.is_empty() {
        return Err(MailError::NoRecipient);
    }
    for address in &mail.to {
        message = message.to(mailbox(address)?);
    }
    // Boundaries drawn from the content: nobody can foresee them, and yet nothing here is random.
    let boundary =
        Digest::new().part(&mail.message_id).part(&mail.text).part(&mail.html).finish().to_string();
    let bodies = MultiPart::alternative()
        .boundary(format!("body-{boundary}"))
        .singlepart(SinglePart::plain(mail.text.clone()))
        .singlepart(SinglePart::html(mail.html.clone()));
    let mut mixed = MultiPart::mixed().boundary(format!("mail-{boundary}")).multipart(bodies);
    for attachment in &mail.attachments {
        mixed = mixed.singlepart(attached(attachment)?);
    }
    Ok(message.multipart(mixed)?.formatted())
}

/// The envelope of a mail.
///
/// # Errors
/// When an address is none, or there is no recipient.
pub fn envelope(mail: &Mail) -> Result<Envelope, MailError> {
    let bare = |address: &String| mailbox(address).map(|mailbox| mailbox.email.to_string());
    let to = mail.to.iter().map(bare).collect::<Result<Vec<_>, _>>()?;
    if to.is_empty() {
        return Err(MailError::NoRecipient);
    }
    Ok(Envelope { from: bare(&mail.from)?, to })
}

/// The id without its angle brackets.
pub(super) fn message_id(text: &str) -> Result<&str, MailError> {
    let id = text.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(text);
    let printable = id.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>'));
    let halves = id.split('@').filter(|half| !half.is_empty()).count();
    if printable && halves == 2 && id.matches('@').count() == 1 {
        Ok(id)
    } else {
        Err(MailError::MessageId(clean(text)))
    }
}

fn mailbox(text: &str) -> Result<Mailbox, MailError> {
    let wrong = |reason: String| MailError::Address { address: clean(text), reason };
    if text.chars().any(char::is_control) {
        return Err(wrong("it holds a control character".to_owned()));
    }
    text.parse::<Mailbox>().map_err(|error| wrong(error.to_string()))
}

fn attached(attachment: &Attachment) -> Result<SinglePart, MailError> {
    let name = clean(&attachment.name).replace(['/', '\\', '"'], "_");
    let content_type = ContentType::parse(&attachment.content_type).map_err(|_| MailError::ContentType {
        name: name.clone(),
        content_type: clean(&attachment.content_type),
    })?;
    // Base64, since other encodings change line ends, and a file must arrive as it left.
    let body = Body::new_with_encoding(attachment.bytes.clone(), ContentTransferEncoding::Base64)
        .unwrap_or_else(Body::new);
    let part = SinglePart::builder().header(content_type).header(ContentDisposition::attachment(&name));
    Ok(part.body(body))
}

/// Keeps absence notes and other machines from answering (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests;
