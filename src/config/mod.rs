//! `rollbook.toml`, the job files and secrets by reference: all problems at once, with file and line.

mod model;
mod secret;

pub use model::{
    Archive, CatchUp, Config, Connection, Job, MailSettings, MailTransport, Push, ReportSettings, ReportWhen,
    Schedule, SmtpSecurity, SmtpSettings, Source,
};
pub use secret::{SecretProblem, SecretRef};
