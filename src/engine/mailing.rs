//! Delivers the mails of the outbox: a mail server that is down delays them and loses none.

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use chrono::TimeDelta;
use tokio_util::sync::CancellationToken;

use crate::report::{Mailer, SendClass};
use crate::store::MailState;

use super::connect::open_mailer;
use super::{Engine, EngineError};

/// How often the outbox of mails is looked at, even if nobody woke us.
const IDLE_LOOK: Duration = Duration::from_secs(30);

impl Engine {
    /// Delivers mails until `stop`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deliver_mails(self: Arc<Self>, stop: CancellationToken) -> Result<(), EngineError> {
        loop {
            let next = self.send_due_mails().await?;
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = self.mail.notified() => {}
                () = tokio::time::sleep(next.min(IDLE_LOOK)) => {}
            }
        }
    }

    /// Sends every mail that is due; gives the time until the next one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn send_due_mails(&self) -> Result<Duration, EngineError> {
        let mut mailer: Option<Result<Mailer, String>> = None;
        while let Some(entry) = self.store.next_mail(self.clock.now()).await? {
            let opened = mailer.get_or_insert_with(|| match open_mailer(&self.config) {
                Ok(Some(mailer)) => Ok(mailer),
                Ok(None) => Err("[mail] is not set in rollbook.toml".to_owned()),
                Err(reason) => Err(reason),
            });
            let mail = &entry.mail;
            let sent = match opened {
                Ok(mailer) => mailer
                    .send(&mail.sender, &mail.recipients, &mail.message_id, &mail.body)
                    .await
                    .map_err(|error| (error.class, error.to_string(), error.remaining(&mail.recipients))),
                Err(reason) => Err((SendClass::Transient, reason.clone(), mail.recipients.clone())),
            };
            let now = self.clock.now();
            let state = match sent {
                Ok(()) => MailState::Sent,
                Err((SendClass::Permanent, words, _)) => MailState::Refused(words),
                Err((SendClass::Transient, words, to)) => {
                    MailState::Again { at: now + pause(entry.attempts), words, to }
                }
            };
            match &state {
                MailState::Sent => tracing::info!(message_id = mail.message_id, "mail sent"),
                MailState::Refused(words) => {
                    tracing::error!(message_id = mail.message_id, words, "mail refused for good");
                }
                MailState::Again { at, words, .. } => {
                    tracing::warn!(message_id = mail.message_id, words, again_at = %at, "mail not sent yet");
                }
            }
            self.store.settle_mail(entry.mail_ref, &state, now).await?;
        }
        let due = self.store.next_mail_due().await?;
        Ok(due.map_or(IDLE_LOOK, |due| (due - self.clock.now()).to_std().unwrap_or_default()))
    }
}

/// The pause after a failed try: from ten seconds to half an hour, growing, with jitter.
fn pause(attempts: u32) -> TimeDelta {
    let longest = Duration::from_secs(1800);
    let pause = ExponentialBuilder::default()
        .with_min_delay(Duration::from_secs(10))
        .with_max_delay(longest)
        .with_jitter()
        .without_max_times()
        .build()
        .nth(attempts as usize)
        .unwrap_or(longest);
    TimeDelta::from_std(pause).unwrap_or(TimeDelta::MAX)
}
