//! Runs jobs: the one place where pure decisions and effects meet.
//!
//! A run goes through four steps, each of which can be taken again after a crash:
//! acquire (claim the file, enter the run), plan (read, compare, guard), commit (outbox), deliver and
//! conclude (settle, report). Deliveries go on beside the runs, one line a connection. A run of pulls asks
//! instead: its questions are entered, each is asked and remembered, and it concludes.

mod acquire;
mod aftermath;
mod asking;
mod attaching;
mod calling;
mod clock;
mod conclude;
mod connect;
mod crew;
mod deliver;
mod entering;
mod error;
mod fates;
mod feeding;
mod files;
mod folding;
mod gate;
mod grouping;
mod itemtable;
mod learnerlist;
mod learners;
mod learnt;
mod leaving;
mod limits;
mod linkfile;
mod links;
mod lock;
mod looks;
mod mailing;
mod onerow;
mod outcomes;
mod paging;
mod pausing;
mod planning;
#[cfg(test)]
mod portal;
mod preview;
mod pullexport;
mod pulling;
mod pullstatus;
mod quiet;
mod reading;
mod recover;
mod remembering;
mod reporting;
mod run;
mod staging;
mod tablecell;
mod tablefile;
mod verdicts;
mod verify;
mod walking;
mod weighing;
mod whose;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use tokio::sync::Notify;

use crate::config::{Config, Connection, Job};
use crate::model::{ConnectionName, JobName};
use crate::observe::Progress;
use crate::store::{Sealer, Store};

use limits::Limits;
use quiet::QuietPushes;

pub use acquire::{Acquired, Incoming};
pub use clock::{Clock, SystemClock};
pub use conclude::run_status;
pub use connect::{open_mailer, probe_connection};
pub use crew::Crew;
pub use error::EngineError;
pub use files::DataFiles;
pub use folding::{change_line, load_report, vanished_line, write_run_json};
pub use learnt::{EventReader, failure_line, field_line, item_title, load_pulls, pull_shape};
pub use links::MadeLink;
pub use lock::{DataLock, LockError, check_owner, holder, is_delivering};
pub use planning::Plan;
pub use preview::Preview;
pub use quiet::Quiet;

/// All that runs need, shared by the daemon and the command line.
#[derive(Debug)]
pub struct Engine {
    /// The configuration.
    pub config: Config,
    /// The database.
    pub store: Store,
    /// The folders of the data directory.
    pub files: DataFiles,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How far the present work is, for a person who watches.
    pub progress: Arc<Progress>,
    sealer: OnceLock<Sealer>,
    quiet: QuietPushes,
    /// Wakes the deliveries: something may be due.
    queued: BTreeMap<ConnectionName, Arc<Notify>>,
    /// What each connection allows, to deliveries and pulls together.
    limits: BTreeMap<ConnectionName, Arc<Limits>>,
    /// Wakes whoever follows a run: something was settled.
    settled: Notify,
    /// Wakes the mail delivery.
    mail: Notify,
    /// Held while a file of links is written.
    exporting: tokio::sync::Mutex<()>,
}

impl Engine {
    /// Opens the data directory. Nothing is delivered before somebody asks for it.
    ///
    /// # Errors
    /// When folders or database can't be made or opened.
    pub async fn open(config: Config, clock: Arc<dyn Clock>) -> Result<Arc<Self>, EngineError> {
        let files = DataFiles::prepare(&config.data_dir)?;
        let store = Store::open(&files.database()).await?;
        let queued = config.connections.keys().map(|name| (name.clone(), Arc::new(Notify::new()))).collect();
        let limits = config.connections.values();
        let limits = limits.map(|found| (found.name.clone(), Arc::new(Limits::new(found)))).collect();
        Ok(Arc::new(Self {
            config,
            store,
            files,
            clock,
            progress: Arc::default(),
            sealer: OnceLock::new(),
            quiet: QuietPushes::default(),
            queued,
            limits,
            settled: Notify::new(),
            mail: Notify::new(),
            exporting: tokio::sync::Mutex::default(),
        }))
    }

    /// The job of that name.
    ///
    /// # Errors
    /// When there is none; the error names the nearest.
    pub fn job(&self, name: &str) -> Result<&Job, EngineError> {
        self.config.jobs.get(name).ok_or_else(|| EngineError::no_such_job(name, self.config.jobs.keys()))
    }

    /// The sealer; its key is fetched when it is first needed.
    ///
    /// # Errors
    /// When no `data_key` is set, or it can't be fetched.
    pub fn sealer(&self) -> Result<&Sealer, EngineError> {
        self.maybe_sealer()?.ok_or(EngineError::NoDataKey)
    }

    /// The sealer, where a `data_key` is set.
    fn maybe_sealer(&self) -> Result<Option<&Sealer>, EngineError> {
        let Some(key) = &self.config.data_key else { return Ok(None) };
        if let Some(sealer) = self.sealer.get() {
            return Ok(Some(sealer));
        }
        let sealer = Sealer::new(&key.resolve()?);
        Ok(Some(self.sealer.get_or_init(|| sealer)))
    }

    fn connection(&self, name: &ConnectionName) -> Result<&Connection, EngineError> {
        self.config.connections.get(name).ok_or_else(|| EngineError::NoSuchConnection(name.clone()))
    }

    fn limits(&self, name: &ConnectionName) -> Result<Arc<Limits>, EngineError> {
        self.limits.get(name).cloned().ok_or_else(|| EngineError::NoSuchConnection(name.clone()))
    }

    fn find_job(&self, name: &JobName) -> Result<&Job, EngineError> {
        self.config.jobs.get(name).ok_or_else(|| EngineError::JobIsGone(name.clone()))
    }

    fn wake(&self, connection: &ConnectionName) {
        if let Some(notify) = self.queued.get(connection) {
            notify.notify_one();
        }
    }

    fn wake_all(&self) {
        self.queued.values().for_each(|notify| notify.notify_one());
    }
}
