//! Opens connections to products and to the mail server, fetching their secrets when they are needed.

use std::path::Path;

use crate::config::{Config, Connection, MailTransport};
use crate::connectors::{Access, Connector};
use crate::model::{Outcome, Verdict};
use crate::report::Mailer;

/// Opens a connection to an account.
///
/// # Errors
/// Why it can't be opened, in words for the person who can mend it: a secret that is missing, or a
/// setting that the product does not take.
pub(super) fn open_connection(connection: &Connection, scratch: &Path) -> Result<Box<dyn Connector>, String> {
    let mut secrets = std::collections::BTreeMap::new();
    for (key, reference) in &connection.secrets {
        let secret = reference
            .resolve()
            .map_err(|problem| format!("connections.{}.{key}: {problem}", connection.name))?;
        secrets.insert(key.clone(), secret);
    }
    let access = Access {
        connection: connection.name.clone(),
        base_url: connection.base_url.clone(),
        settings: connection.settings.clone(),
        secrets,
        timeout: connection.timeout,
        scratch: scratch.to_owned(),
    };
    (connection.product.connect)(access).map_err(|error| error.to_string())
}

/// Signs in to an account and changes nothing.
pub async fn probe_connection(connection: &Connection) -> Outcome {
    // A probe holds its small answer in memory.
    match open_connection(connection, &std::env::temp_dir()) {
        Ok(connector) => connector.probe().await,
        Err(reason) => Outcome::new(Verdict::StopConnection, "settings", reason),
    }
}

/// Opens the way on which mails leave; `None` where no `[mail]` is set.
///
/// # Errors
/// Why it can't be opened, in words.
pub fn open_mailer(config: &Config) -> Result<Option<Mailer>, String> {
    let Some(settings) = &config.mail else { return Ok(None) };
    let password = match &settings.transport {
        MailTransport::Smtp(smtp) => smtp.login.as_ref().map(|(_, password)| password.resolve()).transpose(),
        MailTransport::Directory(_) => Ok(None),
    };
    let password = password.map_err(|problem| format!("mail.password: {problem}"))?;
    Mailer::open(settings, password).map(Some).map_err(|error| error.to_string())
}
