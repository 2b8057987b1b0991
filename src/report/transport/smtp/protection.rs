//! How the connection to a mail server is protected: never by chance, always as it was set.

use lettre::transport::smtp::client::{Certificate, TlsParameters};

use crate::config::{SmtpSecurity, SmtpSettings};
use crate::report::MailError;

/// The protection, set up.
pub(super) enum Protection {
    StartTls(TlsParameters),
    Tls(TlsParameters),
    None,
}

impl Protection {
    /// Reads `ca_file` where one is set.
    pub(super) fn new(settings: &SmtpSettings) -> Result<Self, MailError> {
        Ok(match settings.security {
            SmtpSecurity::StartTls => Self::StartTls(tls(settings)?),
            SmtpSecurity::Tls => Self::Tls(tls(settings)?),
            SmtpSecurity::None => Self::None,
        })
    }
}

impl std::fmt::Debug for Protection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::StartTls(_) => "StartTls",
            Self::Tls(_) => "Tls",
            Self::None => "None",
        })
    }
}

fn tls(settings: &SmtpSettings) -> Result<TlsParameters, MailError> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(path) = &settings.ca_file {
        let wrong = |reason: String| MailError::CaFile { path: path.display().to_string(), reason };
        let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
        // A file without any certificate is read without a complaint and would then trust nobody.
        if !String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
            return Err(wrong("it holds no PEM certificate".to_owned()));
        }
        let authority = Certificate::from_pem(&pem).map_err(|error| wrong(error.to_string()))?;
        builder = builder.add_root_certificate(authority);
    }
    builder.build().map_err(|error| MailError::Tls(error.to_string()))
}
