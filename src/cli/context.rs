//! What the commands share: configuration, engine, lock, and failures with their exit codes.

use std::path::Path;
use std::sync::Arc;

use strsim::damerau_levenshtein;

use crate::config::{self, Config};
use crate::engine::{DataLock, Engine, EngineError, LockError, SystemClock, check_owner, holder};
use crate::observe::{LogFormat, start_logs};
use crate::store::{RunFilter, RunRecord, StoreError};

use super::args::{Global, LogFormatArg};

/// Among how many runs the nearest name is looked for.
const RECENT: u32 = 500;

/// Why a command did not work out, and its exit code.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) code: u8,
    pub(super) message: String,
}

impl Failure {
    /// It failed: exit code 1.
    pub(super) fn failed(message: impl Into<String>) -> Self {
        Self { code: 1, message: message.into() }
    }

    /// The command line or a file is wrong: exit code 2.
    pub(super) fn wrong(message: impl Into<String>) -> Self {
        Self { code: 2, message: message.into() }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        let code = match error {
            EngineError::NoSuchJob { .. }
            | EngineError::NoSuchKey(_)
            | EngineError::Link(_)
            | EngineError::NoDataKey
            | EngineError::Secret(_) => 2,
            _ => 1,
        };
        Self { code, message: error.to_string() }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<LockError> for Failure {
    fn from(error: LockError) -> Self {
        let code = if matches!(error, LockError::OtherUser(_)) { 2 } else { 1 };
        Self { code, message: error.to_string() }
    }
}

/// Starts logging; commands for people are quiet unless something is wrong.
pub(super) fn logs(global: &Global, default: &str) {
    let format = match global.log_format {
        LogFormatArg::Text => LogFormat::Text,
        LogFormatArg::Json => LogFormat::Json,
    };
    start_logs(default, format);
}

/// The configuration, free of errors.
pub(super) fn configuration(global: &Global) -> Result<Config, Failure> {
    let path = config::locate(global.config.as_deref()).map_err(Failure::wrong)?;
    load(&path)
}

/// The configuration in `path`, free of errors.
pub(super) fn load(path: &Path) -> Result<Config, Failure> {
    let loaded = config::load(path);
    let errors: Vec<String> =
        loaded.problems.iter().filter(|problem| problem.is_error()).map(ToString::to_string).collect();
    match loaded.config {
        Some(config) => Ok(config),
        None => Err(Failure::wrong(format!(
            "the configuration has {} problems:\n{}",
            errors.len(),
            errors.join("\n")
        ))),
    }
}

/// Opens the data directory of the configuration.
pub(super) async fn engine(config: Config, command: &str) -> Result<Arc<Engine>, Failure> {
    check_owner(&config.data_dir, command)?;
    Ok(Engine::open(config, Arc::new(SystemClock)).await?)
}

/// Takes the lock; `None` where a daemon has it.
pub(super) fn lock(engine: &Engine) -> Result<Option<DataLock>, Failure> {
    match DataLock::take(&engine.files.lock()) {
        Ok(lock) => Ok(Some(lock)),
        Err(LockError::Held) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The command that holds the lock, where that is a `rollbook sync`, which takes no requests.
pub(super) fn busy_sync(engine: &Engine) -> Option<String> {
    holder(&engine.files.lock()).filter(|command| command.starts_with("rollbook sync"))
}

/// The run of that name.
pub(super) async fn find_run(engine: &Engine, name: &str) -> Result<RunRecord, Failure> {
    if let Some(run) = engine.store.find_run(name).await? {
        return Ok(run);
    }
    let recent = engine.store.runs(&RunFilter { job: None, limit: Some(RECENT) }).await?;
    let nearest = recent.iter().map(|run| run.run.as_str()).min_by_key(|run| damerau_levenshtein(run, name));
    let hint = nearest.map_or_else(|| "no run yet".to_owned(), |run| format!("did you mean `{run}`?"));
    Err(Failure::wrong(format!("there is no run `{name}`; {hint} `rollbook runs` lists them")))
}
