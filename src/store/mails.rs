//! Mails: an outbox of their own, so that a mail server that is down delays a report and loses nothing.

use chrono::{DateTime, Utc};
use sqlx::Row;

use super::values::{from_json, json, maybe_time, millis};
use super::{RunRef, Store, StoreError};

/// A mail to be delivered.
#[derive(Clone, Debug)]
pub struct NewMail {
    /// The run that it reports; `None` for a warning that is no run's.
    pub run: Option<RunRef>,
    /// Our own Message-ID, by which a second copy is recognised.
    pub message_id: String,
    /// The envelope's sender.
    pub sender: String,
    /// The envelope's recipients.
    pub recipients: Vec<String>,
    /// The subject, for people who look at the outbox.
    pub subject: String,
    /// The whole message.
    pub body: Vec<u8>,
}

/// A mail of the outbox.
#[derive(Clone, Debug)]
pub struct MailEntry {
    /// Its place.
    pub mail_ref: i64,
    /// The mail.
    pub mail: NewMail,
    /// How often it was tried.
    pub attempts: u32,
}

/// What became of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailState {
    /// The server has it.
    Sent,
    /// The server does not want it, for good; its words.
    Refused(String),
    /// To be tried again.
    Again {
        /// Not before.
        at: DateTime<Utc>,
        /// What happened.
        words: String,
        /// Who has not got it yet.
        to: Vec<String>,
    },
}

impl Store {
    /// Puts the report of a run into the outbox, the one after `written` others: whoever comes second with
    /// the same one changes nothing.
    pub async fn enter_report(
        &self,
        run: RunRef,
        written: u64,
        mail: Option<&NewMail>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let first = sqlx::query("UPDATE run SET reports = reports + 1 WHERE run_ref = ? AND reports = ?")
            .bind(run.0)
            .bind(super::values::int(written))
            .execute(&mut *transaction)
            .await?
            .rows_affected()
            == 1;
        if let Some(mail) = mail.filter(|_| first) {
            insert(mail, now)?.execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Puts a mail that is no run's into the outbox; one with the same Message-ID is there once.
    pub async fn enter_mail(&self, mail: &NewMail, now: DateTime<Utc>) -> Result<(), StoreError> {
        insert(mail, now)?.execute(&self.writer).await?;
        Ok(())
    }

    /// The next mail that is due.
    pub async fn next_mail(&self, now: DateTime<Utc>) -> Result<Option<MailEntry>, StoreError> {
        let row = sqlx::query(
            "SELECT mail_ref, run_ref, message_id, sender, recipients, subject, body, attempts FROM mail
             WHERE state = 'waiting' AND next_at <= ? ORDER BY next_at, mail_ref LIMIT 1",
        )
        .bind(millis(now))
        .fetch_optional(&self.reader)
        .await?;
        row.map(|row| {
            let run: Option<i64> = row.try_get(1)?;
            Ok(MailEntry {
                mail_ref: row.try_get(0)?,
                mail: NewMail {
                    run: run.map(RunRef),
                    message_id: row.try_get(2)?,
                    sender: row.try_get(3)?,
                    recipients: from_json(row.try_get(4)?)?,
                    subject: row.try_get(5)?,
                    body: row.try_get(6)?,
                },
                attempts: u32::try_from(row.try_get::<i64, _>(7)?).unwrap_or_default(),
            })
        })
        .transpose()
    }

    /// When the next waiting mail is due.
    pub async fn next_mail_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let row = sqlx::query("SELECT min(next_at) FROM mail WHERE state = 'waiting'")
            .fetch_one(&self.reader)
            .await?;
        maybe_time(row.try_get(0)?)
    }

    /// How many mails wait, and what happened at the last try of the oldest.
    pub async fn waiting_mails(&self) -> Result<(u64, Option<String>), StoreError> {
        let row = sqlx::query(
            "SELECT count(*), (SELECT error FROM mail WHERE state = 'waiting' ORDER BY mail_ref LIMIT 1)
             FROM mail WHERE state = 'waiting'",
        )
        .fetch_one(&self.reader)
        .await?;
        Ok((super::values::count(row.try_get(0)?), row.try_get(1)?))
    }

    /// Settles a mail.
    pub async fn settle_mail(
        &self,
        mail_ref: i64,
        state: &MailState,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (word, error, next_at, to) = match state {
            MailState::Sent => ("sent", None, 0, None),
            MailState::Refused(words) => ("refused", Some(words), 0, None),
            MailState::Again { at, words, to } => ("waiting", Some(words), millis(*at), Some(json(to)?)),
        };
        let ended = (word != "waiting").then(|| millis(now));
        sqlx::query(
            "UPDATE mail SET state = ?, error = ?, next_at = ?, attempts = attempts + 1, settled_at = ?,
                    recipients = coalesce(?, recipients)
             WHERE mail_ref = ?",
        )
        .bind(word)
        .bind(error)
        .bind(next_at)
        .bind(ended)
        .bind(to)
        .bind(mail_ref)
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}

type Insert<'q> = sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;

fn insert(mail: &NewMail, now: DateTime<Utc>) -> Result<Insert<'_>, StoreError> {
    Ok(sqlx::query(
        "INSERT INTO mail (run_ref, message_id, sender, recipients, subject, body, state, created_at)
         VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?) ON CONFLICT (message_id) DO NOTHING",
    )
    .bind(mail.run.map(|run| run.0))
    .bind(&mail.message_id)
    .bind(&mail.sender)
    .bind(json(&mail.recipients)?)
    .bind(&mail.subject)
    .bind(&mail.body)
    .bind(millis(now)))
}
