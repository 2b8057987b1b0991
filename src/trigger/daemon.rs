//! The daemon: looks at folders, schedules and requests, and runs one run a job at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_cron_scheduler::{Job as TickJob, JobScheduler};
use tokio_util::sync::CancellationToken;

use crate::config::Job;
use crate::engine::{Crew, Engine, EngineError};
use crate::model::JobName;
use crate::observe::Service;
use crate::store::{RunRef, StoreError};

use super::desk::{self, Desk, LOOK, Trigger};
use super::watch::Watch;

/// Serves until `stop`; then ends cleanly.
///
/// # Errors
/// When the database or the data directory fails: it is safe to start again.
pub async fn serve(engine: Arc<Engine>, stop: CancellationToken) -> Result<(), EngineError> {
    let hint = Arc::new(Notify::new());
    let tick = Arc::new(Notify::new());
    // The scheduler only ticks; what is due is decided here, in the job's own time zone.
    let mut ticker = start_ticker(&tick).await?;
    let open = engine.recover().await?;
    // Whoever asked the last daemon has been told that it stopped, and may have asked again since.
    engine.store.drop_requests("the daemon was restarted before it took the request: ask again").await?;
    let crew = Crew::start(&engine);
    let jobs = engine.config.jobs.values();
    let folders: BTreeSet<PathBuf> =
        jobs.filter_map(|job| job.source.drop_folder()).map(|source| source.folder.clone()).collect();
    let watch = Watch::new(folders, Arc::clone(&hint));
    let mut daemon = Daemon::new(Arc::clone(&engine), watch, stop.clone());
    for run in open {
        daemon.resume(run).await?;
    }
    let service = Service;
    service.ready(&format!("{} jobs", engine.config.jobs.len()));
    tracing::info!(jobs = engine.config.jobs.len(), connections = engine.config.connections.len(), "up");
    let served = daemon.serve(crew, &hint, &tick, service).await;
    service.stopping();
    if let Err(error) = ticker.shutdown().await {
        tracing::warn!(%error, "the ticker did not stop");
    }
    tracing::info!("down");
    served
}

async fn start_ticker(tick: &Arc<Notify>) -> Result<JobScheduler, EngineError> {
    let failed =
        |error: tokio_cron_scheduler::JobSchedulerError| EngineError::Task(format!("the ticker: {error}"));
    let scheduler = JobScheduler::new().await.map_err(failed)?;
    let tick = Arc::clone(tick);
    let job = TickJob::new("* * * * * *", move |_, _| tick.notify_one()).map_err(failed)?;
    scheduler.add(job).await.map_err(failed)?;
    scheduler.start().await.map_err(failed)?;
    Ok(scheduler)
}

pub(super) struct Daemon {
    pub(super) engine: Arc<Engine>,
    watch: Watch,
    unwatched: BTreeMap<PathBuf, String>,
    stop: CancellationToken,
    pub(super) since: DateTime<Utc>,
    pub(super) desks: BTreeMap<JobName, Desk>,
    runs: JoinSet<(JobName, Result<(), EngineError>)>,
    chores: JoinSet<Result<(), EngineError>>,
    pub(super) next_chores: Instant,
}

impl Daemon {
    fn new(engine: Arc<Engine>, watch: Watch, stop: CancellationToken) -> Self {
        let now = Instant::now();
        let desks = engine.config.jobs.keys().map(|job| (job.clone(), Desk::new(now))).collect();
        let since = engine.clock.now();
        Self {
            engine,
            watch,
            unwatched: BTreeMap::new(),
            stop,
            since,
            desks,
            runs: JoinSet::new(),
            chores: JoinSet::new(),
            next_chores: now,
        }
    }

    async fn serve(
        mut self,
        mut crew: Crew,
        hint: &Notify,
        tick: &Notify,
        service: Service,
    ) -> Result<(), EngineError> {
        let failed = loop {
            if let Err(error) = self.look().await {
                break Some(error);
            }
            self.start_runs();
            tokio::select! {
                () = self.stop.cancelled() => break None,
                error = crew.failed() => break Some(error),
                () = hint.notified() => self.look_soon(),
                () = tick.notified() => service.alive(),
                Some(ended) = self.chores.join_next() => {
                    let ended = ended.unwrap_or_else(|error| Err(EngineError::Task(error.to_string())));
                    if let Err(error) = ended {
                        break Some(error);
                    }
                }
                Some(ended) = self.runs.join_next() => {
                    if let Some(error) = self.run_ended(ended) {
                        break Some(error);
                    }
                }
            }
        };
        // Runs that go on are left as they are: each is taken up at the next start.
        self.stop.cancel();
        while self.runs.join_next().await.is_some() {}
        let stopped = crew.stop().await;
        match failed {
            Some(error) => Err(error),
            None => stopped,
        }
    }

    /// Looks at everything that could start a run.
    async fn look(&mut self) -> Result<(), EngineError> {
        self.take_requests().await?;
        let now = self.engine.clock.now();
        if Instant::now() >= self.next_chores {
            self.next_chores = Instant::now() + LOOK;
            self.renew_watch();
            let busy =
                self.desks.iter().filter(|(_, desk)| desk.is_busy()).map(|(job, _)| job.clone()).collect();
            self.engine.recover_claimed_files(&busy).await?;
            for run in self.engine.store.open_runs().await? {
                self.resume(run.run_ref).await?;
            }
            // Reports may be large: the loop goes on meanwhile.
            if self.chores.is_empty() {
                let engine = Arc::clone(&self.engine);
                self.chores.spawn(async move { engine.conclude_late(&busy).await });
            }
        }
        let jobs: Vec<Job> = self.engine.config.jobs.values().cloned().collect();
        for job in &jobs {
            self.look_at_clock(job, now).await?;
            self.look_at_pull(job).await?;
            self.look_at_folder(job);
        }
        Ok(())
    }

    /// Watches the folders anew, before they are looked at.
    fn renew_watch(&mut self) {
        self.watch.renew();
        let failed: BTreeMap<PathBuf, String> = self.watch.failed().iter().cloned().collect();
        for (folder, reason) in failed.iter().filter(|(folder, _)| !self.unwatched.contains_key(*folder)) {
            tracing::warn!(folder = %folder.display(), reason, "no events from this folder; it is looked at every minute");
        }
        self.unwatched = failed;
    }

    async fn take_requests(&mut self) -> Result<(), EngineError> {
        for request in self.engine.store.requests().await? {
            match self.desks.get_mut(&request.job) {
                Some(desk) => desk.add(Trigger::Request(request.request_ref)),
                None => {
                    let reason =
                        format!("the daemon knows no job `{}`: restart it after adding a job", request.job);
                    self.engine.store.answer(request.request_ref, Err(&reason)).await?;
                }
            }
        }
        Ok(())
    }

    /// An event is a hint to look, never proof.
    fn look_soon(&mut self) {
        let now = Instant::now();
        self.desks.values_mut().for_each(|desk| desk.next_look = now);
    }

    async fn resume(&mut self, run_ref: RunRef) -> Result<(), EngineError> {
        let run = self.engine.store.run(run_ref).await?;
        match self.desks.get_mut(&run.job) {
            Some(desk) => desk.resume(run_ref),
            // The job is gone: its file is put away, and `conclude_late` ends the run.
            None => self.engine.process(&run).await?,
        }
        Ok(())
    }

    fn start_runs(&mut self) {
        if self.stop.is_cancelled() {
            return;
        }
        for (name, desk) in &mut self.desks {
            let Some(trigger) = desk.begin() else { continue };
            let engine = Arc::clone(&self.engine);
            let (job, stop) = (name.clone(), self.stop.clone());
            self.runs.spawn(async move {
                let ended = desk::run(&engine, &job, trigger, &stop).await;
                (job, ended)
            });
        }
    }

    /// The error of a database that fails ends the daemon; a file that can't be taken is tried again.
    fn run_ended(
        &mut self,
        ended: Result<(JobName, Result<(), EngineError>), tokio::task::JoinError>,
    ) -> Option<EngineError> {
        let (job, ended) = match ended {
            Ok(ended) => ended,
            Err(error) => return Some(EngineError::Task(error.to_string())),
        };
        if let Some(desk) = self.desks.get_mut(&job) {
            desk.end(ended.is_ok());
        }
        match ended {
            Ok(()) => None,
            Err(
                error @ EngineError::Store(
                    StoreError::DiskFull | StoreError::Disk(_) | StoreError::ReadOnly(_),
                ),
            ) => Some(error),
            Err(error) => {
                tracing::error!(job = %job, %error, "the run could not go on; it is tried again in a minute");
                None
            }
        }
    }
}
