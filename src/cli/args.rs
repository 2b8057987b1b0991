//! Arguments and help texts.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Keeps learning management systems in step with the systems an organisation already has.
///
/// Rollbook watches drop folders and runs scheduled jobs that read CSV and Excel exports, compares them
/// with what each LMS has acknowledged, sends what changed, and mails a report of every run.
///
/// New here? `rollbook demo` shows the whole way in a few seconds, in a folder of its own.
#[derive(Debug, Parser)]
#[command(
    name = "rollbook",
    version,
    after_help = "Exit codes: 0 all well, or nothing to do; 1 it failed; 2 the command line or a file is wrong;\n3 a push is held; 4 something was rejected, refused, parked, in doubt or is pending."
)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What every command takes.
#[derive(Debug, clap::Args)]
pub(super) struct Global {
    /// The configuration; else ./rollbook.toml, else /etc/rollbook/rollbook.toml
    #[arg(long, global = true, value_name = "FILE", env = "ROLLBOOK_CONFIG")]
    pub(super) config: Option<PathBuf>,
    /// How log lines on standard error look
    #[arg(long, global = true, value_enum, default_value = "text", value_name = "FORMAT")]
    pub(super) log_format: LogFormatArg,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum LogFormatArg {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show all jobs from end to end, with sample files and simulated LMSs
    Demo(Demo),
    /// Run the daemon: watch folders, keep schedules, deliver, report
    Run,
    /// Name all problems of all configuration files
    Check(Check),
    /// Show what a file would change; sends nothing, stores nothing
    Plan(PlanArgs),
    /// Run a job now and follow it to its end
    Sync(Sync),
    /// Show jobs, their last and next runs, holds, and what waits
    Status(Json),
    /// List past runs
    Runs(Runs),
    /// Show one run with every change, reject and outcome
    Show(Show),
    /// List what is in doubt: sent, and nobody knows what became of it
    Doubt(Json),
    /// Say what you found in the LMS about a record in doubt
    Settle(SettleArgs),
    /// Show what pulls have learnt of an account: its catalog, and when it changed
    Catalog(Catalog),
    /// Show what pulls have learnt of one learner
    Learner(Learner),
    /// Print the launch or redirection link of one record
    Link(LinkArgs),
    /// List the fields of an operation
    Fields(Fields),
    /// Serve the simulated LMSs
    Sandbox(SandboxArgs),
    /// Open a file that was sealed in archive/ or failed/
    Unseal(Unseal),
    /// Write completions for a shell to standard output
    Completions(Completions),
    /// Write the manual page to standard output
    Man,
}

#[derive(Debug, clap::Args)]
pub(super) struct Demo {
    /// Where to work; must be empty or missing [default: a new temporary folder]
    #[arg(long, value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// Also sign in to every connection and the mail server, changing nothing
    #[arg(long)]
    pub(super) live: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Json {
    /// Print one JSON document
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct PlanArgs {
    /// The job: the name of its file in jobs/ without .toml
    pub(super) job: String,
    /// The file to plan [default: the oldest that waits in the job's folder, or what its pull has learnt]
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// Print one JSON document with every change
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Sync {
    /// The job: the name of its file in jobs/ without .toml
    pub(super) job: String,
    /// The file to process; it stays where it is [default: the oldest that waits in the job's folder]
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Runs {
    /// Only runs of this job
    #[arg(long, value_name = "JOB")]
    pub(super) job: Option<String>,
    /// How many, the newest first
    #[arg(long, default_value_t = 30, value_name = "N")]
    pub(super) limit: u32,
    /// Print one JSON document
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Show {
    /// The run, as reports and `rollbook runs` name it (2026-11-21.3)
    pub(super) run: String,
    /// Print one JSON document
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("verdict").required(true).args(["accepted", "resend"])))]
pub(super) struct SettleArgs {
    /// The run, as `rollbook doubt` names it (2026-11-21.3)
    pub(super) run: String,
    /// The record's key; several values as one line of CSV (E1,"C,2")
    pub(super) key: String,
    /// The LMS has it
    #[arg(long)]
    pub(super) accepted: bool,
    /// The LMS does not have it: send it again
    #[arg(long)]
    pub(super) resend: bool,
    /// The push, where several have that key in doubt
    #[arg(long, value_name = "ID")]
    pub(super) push: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Catalog {
    /// The connection, as rollbook.toml names it
    pub(super) connection: String,
    #[command(flatten)]
    pub(super) known: Known,
}

#[derive(Debug, clap::Args)]
pub(super) struct Learner {
    /// The connection, as rollbook.toml names it
    pub(super) connection: String,
    /// The learner, by any name under which a pull asks for them, or their key in the job that names them
    pub(super) key: String,
    #[command(flatten)]
    pub(super) known: Known,
}

/// Which of what is known, and how it is shown.
#[derive(Debug, clap::Args)]
pub(super) struct Known {
    /// Only what holds this text in any field, in any case
    #[arg(long, value_name = "TEXT")]
    pub(super) search: Option<String>,
    /// Only what has changed since then, with each change: a day or a time (in UTC), or how long ago (3 days)
    #[arg(long, value_name = "WHEN", allow_hyphen_values = true)]
    pub(super) changed_since: Option<String>,
    /// Also what is gone, or no longer asked for
    #[arg(long)]
    pub(super) gone: bool,
    /// Also the LMS's own IDs, which are not to be given to others
    #[arg(long)]
    pub(super) ids: bool,
    /// Print one JSON document
    #[arg(long, conflicts_with = "csv")]
    pub(super) json: bool,
    /// Print CSV with all columns
    #[arg(long)]
    pub(super) csv: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct LinkArgs {
    /// The job that makes the links
    pub(super) job: String,
    /// The record's key; several values as one line of CSV (E1,"C,2")
    pub(super) key: String,
}

#[derive(Debug, clap::Args)]
pub(super) struct Fields {
    /// The operation (upsidelms.manage_user, or CONNECTION.manage_user) [default: list operations]
    pub(super) operation: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct SandboxArgs {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:8077", value_name = "ADDR")]
    pub(super) listen: SocketAddr,
    /// Faults to play: slow=200ms,fail=0.1,lose=0.05,throttle=0.1,err500=0.1,html=0.1,garbage=0.1,
    /// hang=0.01,cut=0.1,seed=7,only=METHOD
    #[arg(long, default_value = "", value_name = "FAULTS")]
    pub(super) faults: String,
    /// "Admin Set Password" is on: a new user needs a password
    #[arg(long)]
    pub(super) admin_set_password: bool,
    /// Answer plain instead of encrypted
    #[arg(long)]
    pub(super) plain_answers: bool,
    /// How many active users the licence allows
    #[arg(long, value_name = "N")]
    pub(super) licences: Option<u64>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Unseal {
    /// The sealed file
    pub(super) file: PathBuf,
    /// Where to write it [default: standard output]
    #[arg(long, value_name = "OUT")]
    pub(super) to: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}
