//! Mails to a mail server. lettre's own timeout covers the connect alone, so one of ours goes round all
//! of it; and its transport gives up at the first recipient refused, so the dialogue is led here.

mod dialogue;
mod protection;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Noop;
use lettre::transport::smtp::extension::ClientId;
use secrecy::{ExposeSecret, SecretString};

use crate::config::SmtpSettings;
use crate::report::MailError;

use self::protection::Protection;
use super::{SendClass, SendError, SendStage};

/// How long a server may take to say goodbye, once it has the mail.
const QUIT_LIMIT: Duration = Duration::from_secs(2);

/// A mail server, set up and not yet connected.
#[derive(Debug)]
pub(super) struct Smtp {
    host: String,
    port: u16,
    protection: Protection,
    login: Option<Login>,
    hello: ClientId,
    timeout: Duration,
}

#[derive(Debug)]
struct Login {
    user: String,
    password: SecretString,
}

impl Smtp {
    pub(super) fn new(settings: &SmtpSettings, password: Option<SecretString>) -> Result<Self, MailError> {
        let login = match (&settings.login, password) {
            (Some((user, _)), Some(password)) => Some(Login { user: user.clone(), password }),
            (Some(_), None) => return Err(MailError::NoPassword),
            (None, _) => None,
        };
        Ok(Self {
            host: settings.host.clone(),
            port: settings.port,
            protection: Protection::new(settings)?,
            login,
            hello: ClientId::default(),
            timeout: settings.timeout,
        })
    }

    pub(super) async fn send(&self, from: &str, to: &[String], bytes: &[u8]) -> Result<(), SendError> {
        let work = async {
            let mut server = self.connect().await?;
            let sent = self.deliver(&mut server, from, to, bytes).await;
            Ok((server, sent))
        };
        let (mut server, sent) = self.in_time(SendStage::Deliver, work).await?;
        // The server has spoken: whether it also says goodbye changes nothing.
        let _ = tokio::time::timeout(QUIT_LIMIT, server.quit()).await;
        sent
    }

    pub(super) async fn probe(&self) -> Result<(), SendError> {
        let work = async {
            let mut server = self.connect().await?;
            server.command(Noop).await.map_err(|error| self.failed(SendStage::Connect, &error))?;
            Ok(server)
        };
        let mut server = self.in_time(SendStage::Connect, work).await?;
        let _ = tokio::time::timeout(QUIT_LIMIT, server.quit()).await;
        Ok(())
    }

    async fn in_time<T>(
        &self,
        stage: SendStage,
        work: impl Future<Output = Result<T, SendError>>,
    ) -> Result<T, SendError> {
        tokio::time::timeout(self.timeout, work).await.unwrap_or_else(|_| {
            let words =
                format!("no answer within {} (mail.timeout_s)", humantime::format_duration(self.timeout));
            Err(SendError::new(SendClass::Transient, stage, self.said(&words)))
        })
    }

    /// Connects, protects the connection and signs in.
    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let connect = |error: Error| self.failed(SendStage::Connect, &error);
        let from_the_start = match &self.protection {
            Protection::Tls(tls) => Some(tls.clone()),
            Protection::StartTls(_) | Protection::None => None,
        };
        let address = (self.host.as_str(), self.port);
        let mut server =
            AsyncSmtpConnection::connect_tokio1(address, None, &self.hello, from_the_start, None)
                .await
                .map_err(connect)?;
        if let Protection::StartTls(tls) = &self.protection {
            // Without it nothing is sent, not even the user name: anybody on the way could have taken
            // the offer out of the answer.
            if !server.can_starttls() {
                let words = "the server offers no STARTTLS, so nothing was sent; \
                             set mail.security to what it offers";
                return Err(SendError::new(SendClass::Transient, SendStage::Connect, self.said(words)));
            }
            server.starttls(tls.clone(), &self.hello).await.map_err(connect)?;
        }
        if let Some(login) = &self.login {
            let credentials = Credentials::new(login.user.clone(), login.password.expose_secret().to_owned());
            server
                .auth(DEFAULT_MECHANISMS, &credentials)
                .await
                .map_err(|error| self.failed(SendStage::SignIn, &error))?;
        }
        Ok(server)
    }

    fn failed(&self, stage: SendStage, error: &Error) -> SendError {
        let what = match (stage, &self.login) {
            (SendStage::SignIn, Some(login)) => format!("sign-in as `{}` failed: ", login.user),
            _ => String::new(),
        };
        SendError::new(class(stage, error), stage, self.said(&(what + &self.words(error))))
    }

    /// The server's code and words, or what happened on the way.
    fn words(&self, error: &Error) -> String {
        let cause = std::error::Error::source(error).map(ToString::to_string);
        let words = match (error.status(), cause) {
            (Some(code), Some(words)) => format!("{code} {words}"),
            (Some(code), None) => code.to_string(),
            // Its own words ("no compatible mechanism") say more than "internal client error".
            (None, Some(words)) if error.is_client() => words,
            (None, _) => error.to_string(),
        };
        self.without_password(&words)
    }

    fn said(&self, words: &str) -> String {
        format!("mail server {}:{}: {words}", self.host, self.port)
    }

    /// A server may well repeat in its answer what it was sent.
    fn without_password(&self, words: &str) -> String {
        let Some(login) = &self.login else { return words.to_owned() };
        let password = login.password.expose_secret();
        if password.is_empty() {
            return words.to_owned();
        }
        let plain = STANDARD.encode(format!("\0{}\0{password}", login.user));
        [plain.as_str(), &STANDARD.encode(password), password]
            .into_iter()
            .fold(words.to_owned(), |words, secret| words.replace(secret, "[password]"))
    }
}

/// Before the mail itself is spoken of, no answer is its fault: a wrong password is mended by a person,
/// and then the mail goes.
fn class(stage: SendStage, error: &Error) -> SendClass {
    match stage {
        SendStage::Deliver if error.is_permanent() => SendClass::Permanent,
        SendStage::Connect | SendStage::SignIn | SendStage::Deliver => SendClass::Transient,
    }
}
