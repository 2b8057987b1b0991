//! `[mail]`: how reports leave.

use std::time::Duration;

use crate::model::is_loopback;

use super::address::sender;
use super::check::Thing;
use super::cursor::{Table, Value};
use super::{MailSettings, MailTransport, SmtpSecurity, SmtpSettings, secret};

/// Reads `[mail]`; `None` where it can't be made out how mails leave.
pub(super) fn mail(table: Table<'_>) -> Option<MailSettings> {
    let from = table.need("from", "the sender, such as \"Rollbook <rollbook@example.org>\"");
    let from = from.and_then(|value| sender(&value));
    let transport = table.need("transport", "allowed: `smtp`, `directory`");
    let transport = transport.and_then(|value| value.word(&[("smtp", true), ("directory", false)]));
    // All keys are read in any case, so that a key of the other transport is not called unknown.
    let directory = table.get("directory");
    let server = ["host", "port", "security", "username", "password", "ca_file", "timeout_s"]
        .map(|key| table.get(key).map(|value| (key, value)));
    let transport = match transport {
        None => None,
        Some(true) => {
            if let Some(value) = directory {
                value.problem("`directory` means nothing with transport = \"smtp\"");
            }
            smtp(&table).map(MailTransport::Smtp)
        }
        Some(false) => {
            for (key, value) in server.into_iter().flatten() {
                value.problem(format!("`{key}` means nothing with transport = \"directory\""));
            }
            let value = table.need("directory", "the folder that gets one .eml file a mail");
            value.and_then(|value| {
                let path = value.path()?;
                value.requires(Thing::OwnFolder(path.clone()));
                Some(MailTransport::Directory(path))
            })
        }
    };
    table.finish();
    Some(MailSettings { from: from?, transport: transport? })
}

fn smtp(table: &Table<'_>) -> Option<SmtpSettings> {
    let host = table.need("host", "the name of the mail server");
    let host = host.and_then(|value| value.text().map(str::to_owned));
    let security = table.get("security").map(|value| {
        let words =
            [("starttls", SmtpSecurity::StartTls), ("tls", SmtpSecurity::Tls), ("none", SmtpSecurity::None)];
        (value.word(&words), value)
    });
    let usual = match security {
        None | Some((None | Some(SmtpSecurity::StartTls), _)) => 587,
        Some((Some(SmtpSecurity::Tls), _)) => 465,
        Some((Some(SmtpSecurity::None), _)) => 25,
    };
    let port = table.get("port").and_then(|value| value.whole(1..=u64::from(u16::MAX)));
    let username = table.get("username");
    let password = table.get("password");
    if let (Some((Some(SmtpSecurity::None), value)), Some(_), Some(host)) = (&security, &password, &host)
        && !is_loopback(host)
    {
        value.problem(format!(
            "`none` would send the password to {host} unprotected; allowed with a password: `starttls`, \
             `tls`, or a mail server on this machine"
        ));
    }
    let login = login(table, username.as_ref(), password.as_ref());
    let ca_file = table.get("ca_file").and_then(|value| {
        let path = value.path()?;
        value.requires(Thing::File(path.clone()));
        Some(path)
    });
    let timeout_s = table.get("timeout_s").and_then(|value| value.whole(1..=3600));
    Some(SmtpSettings {
        host: host?,
        port: port.and_then(|port| u16::try_from(port).ok()).unwrap_or(usual),
        security: security.and_then(|(security, _)| security).unwrap_or(SmtpSecurity::StartTls),
        login,
        ca_file,
        timeout: Duration::from_secs(timeout_s.unwrap_or(60)),
    })
}

fn login(
    table: &Table<'_>,
    username: Option<&Value<'_>>,
    password: Option<&Value<'_>>,
) -> Option<(String, secret::SecretRef)> {
    match (username, password) {
        (Some(_), None) => table.missing("password", "missing; `username` stands without it"),
        (None, Some(_)) => table.missing("username", "missing; `password` stands without it"),
        _ => {}
    }
    let name = username.and_then(|value| value.text().map(str::to_owned));
    let secret = password.and_then(secret::reference);
    name.zip(secret)
}
