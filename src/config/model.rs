//! What `rollbook.toml` and the job files say, once every problem in them is gone.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;

use crate::connectors::{Product, Settings};
use crate::model::{
    ColumnName, ConnectionName, Fields, Fingerprint, JobName, Learner, Operation, OperationKind, PushId,
    PushMapping, PushPolicy,
};

use super::{SecretRef, Source};

/// The whole configuration.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file that it was read from.
    pub file: PathBuf,
    /// Database, processing, archive, failed.
    pub data_dir: PathBuf,
    /// Seals secret fields.
    pub data_key: Option<SecretRef>,
    /// How reports leave; `None` where no `[mail]` stands, which `check` demands once a job reports.
    pub mail: Option<MailSettings>,
    /// The accounts.
    pub connections: BTreeMap<ConnectionName, Connection>,
    /// The jobs.
    pub jobs: BTreeMap<JobName, Job>,
}

impl Config {
    /// Whether any push is about people whom others bring into an LMS (semantics 19).
    pub fn waits_for_people(&self) -> bool {
        let mut pushes = self.jobs.values().flat_map(|job| &job.pushes);
        pushes.any(|push| push.operation.kind != OperationKind::PushUsers && !push.mapping.person.is_empty())
    }
}

/// `[mail]`.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The sender (`Rollbook <rollbook@example.org>`).
    pub from: String,
    /// How mails leave.
    pub transport: MailTransport,
}

/// How mails leave.
#[derive(Clone, Debug)]
pub enum MailTransport {
    /// One `.eml` a mail in this folder.
    Directory(PathBuf),
    /// A mail server.
    Smtp(SmtpSettings),
}

/// A mail server.
#[derive(Clone, Debug)]
pub struct SmtpSettings {
    /// Its name.
    pub host: String,
    /// Its port; 587, 465 or 25 by `security` unless said.
    pub port: u16,
    /// How the connection is protected.
    pub security: SmtpSecurity,
    /// Name and password, where it wants them.
    pub login: Option<(String, SecretRef)>,
    /// A PEM file with the certificate authority of a private mail server (`ca_file`).
    pub ca_file: Option<PathBuf>,
    /// How long sending one mail may take (`timeout_s`, 60 unless said).
    pub timeout: Duration,
}

/// How a connection to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// Plain first, then TLS, or nothing is sent.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// Not at all.
    None,
}

/// `[connections.NAME]`.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Its name.
    pub name: ConnectionName,
    /// The product.
    pub product: &'static Product,
    /// Where it listens, without a slash at the end.
    pub base_url: String,
    /// The product's own settings.
    pub settings: Settings,
    /// The product's own secrets, by key, not yet resolved.
    pub secrets: BTreeMap<String, SecretRef>,
    /// The operations, with the fields of this portal.
    pub operations: Vec<Operation>,
    /// Calls a second; 0 is no limit.
    pub requests_per_second: u32,
    /// Calls at one time.
    pub concurrency: usize,
    /// How long one call may take.
    pub timeout: Duration,
}

/// A job file.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its name: the file's, without `.toml`.
    pub name: JobName,
    /// The file.
    pub file: PathBuf,
    /// The fingerprint of the file's bytes: another one means that the job was changed.
    pub hash: Fingerprint,
    /// One sentence for people.
    pub description: String,
    /// Where its rows come from.
    pub source: Source,
    /// When it runs.
    pub schedule: Schedule,
    /// What it pushes; nothing where it pulls.
    pub pushes: Vec<Push>,
    /// What it pulls; nothing where it pushes.
    pub pulls: Vec<Pull>,
    /// Whom it tells.
    pub report: ReportSettings,
    /// What becomes of processed files.
    pub archive: Archive,
    /// When the report goes, even with changes still open (`deadline`, four hours unless said).
    pub deadline: Duration,
}

/// `[schedule]`.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// Whether a file that has come starts a run at once.
    pub on_arrival: bool,
    /// A cron line of five fields.
    pub cron: Option<String>,
    /// The zone of `cron` and `due_by`.
    pub timezone: Option<Tz>,
    /// When the file should have come.
    pub due_by: Option<NaiveTime>,
    /// What becomes of times missed while Rollbook was down.
    pub catch_up: CatchUp,
}

/// What becomes of times missed while Rollbook was down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatchUp {
    /// Nothing.
    Skip,
    /// One run for all of them.
    Once,
    /// One run for each.
    All,
}

/// `[[push]]`.
#[derive(Clone, Debug)]
pub struct Push {
    /// Its id.
    pub id: PushId,
    /// The account.
    pub connection: ConnectionName,
    /// The operation, with the fields of this connection.
    pub operation: Operation,
    /// How rows become records.
    pub mapping: PushMapping,
    /// What its changes may do.
    pub policy: PushPolicy,
    /// Whether another push may acknowledge the same keys of the same account and operation
    /// (`shared = true`, semantics 5).
    pub shared: bool,
    /// The jobs whose changes of the same person go first (`after`, semantics 19).
    pub after: Vec<JobName>,
    /// The name under which its learners have their registrations (`learners`; the job's unless said): two
    /// pushes with one name have the same people.
    pub learners: String,
    /// Where the links go: a `.csv` or `.xlsx` file, or a folder of forms.
    pub export: Option<PathBuf>,
    /// How many of a run's accepted changes are looked up in the LMS afterwards (`verify = "sample"`); 0 where
    /// none are.
    pub verify: u32,
}

/// `[[pull]]`.
#[derive(Clone, Debug)]
pub struct Pull {
    /// Its id, which names the memory: `CONNECTION.OPERATION` unless said.
    pub id: PushId,
    /// The account.
    pub connection: ConnectionName,
    /// The operation; its `pull` is there.
    pub operation: Operation,
    /// The parameters, checked: as [`Question::parameters`](crate::connectors::Question) has them.
    pub parameters: Fields,
    /// Whose answers are wanted (`learners`).
    pub learners: Learners,
    /// How far back each window reaches behind the end of the one before (`overlap`, ninety days unless said).
    pub overlap: Duration,
    /// Where the first window begins (`since`); a year back unless said.
    pub since: Option<NaiveDate>,
    /// Where its items go after each run: a `.csv` or `.xlsx` file.
    pub export: Option<PathBuf>,
    /// The columns of that file, in order; every one that is not internal unless said.
    pub columns: Option<Vec<ColumnName>>,
    /// How long changes and retired items are remembered (`retention`, two years unless said).
    pub retention: Duration,
}

/// Whose answers a pull asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Learners {
    /// Nobody's in particular.
    Nobody,
    /// The active people whom a job pushes to the same connection.
    Job(JobName),
    /// Those of a CSV file whose columns bear the names of identifiers.
    File(PathBuf),
    /// These.
    These(Vec<Learner>),
}

/// `[report]`.
#[derive(Clone, Debug, Default)]
pub struct ReportSettings {
    /// Who gets it.
    pub to: Vec<String>,
    /// When it is sent.
    pub when: ReportWhen,
}

/// When a report is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReportWhen {
    /// After every run.
    #[default]
    Always,
    /// When something changed or went wrong.
    Changes,
    /// When something went wrong.
    Problems,
}

/// What becomes of processed files (semantics 14).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archive {
    /// Kept as they came.
    Keep,
    /// Kept, sealed with the data key: the default where a secret column is mapped.
    Sealed,
    /// Deleted.
    Delete,
}
