//! The daemon: looks at folders, schedules and requests, and runs one run a job at a time.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_cron_scheduler::{Job as TickJob, JobScheduler};
use tokio_util::sync::CancellationToken;

use crate::config::Job;
use crate::engine::{Crew, Engine, EngineError, Incoming};
use crate::model::JobName;
use crate::observe::Service;
use crate::store::{RunRef, StoreError, TickKind};

use super::drop::Folder;
use super::watch::Watch;
use super::{due_times, overdue};

/// How often folders are looked at, whatever the events say.
const LOOK: Duration = Duration::from_secs(60);

/// How often a folder is looked for that is not there, or can't be read.
const SEARCH: Duration = Duration::from_secs(5);

/// What a job is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Trigger {
    /// A file has come and settled.
    Arrival(String),
    /// A time of the schedule.
    Cron(DateTime<Utc>),
    /// Somebody asked for it.
    Request(i64),
    /// A run that was interrupted.
    Resume(RunRef),
}

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
    let crew = Crew::start(&engine);
    let folders: BTreeSet<PathBuf> =
        engine.config.jobs.values().map(|job| job.source.folder.clone()).collect();
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

/// One job, as the daemon sees it.
struct Desk {
    folder: Folder,
    queue: VecDeque<Trigger>,
    busy: bool,
    next_look: Instant,
    /// Whether the folder could be read at the last look.
    readable: bool,
    /// Why the folder can't be read, or a file not taken: said once, not every minute.
    said: BTreeSet<String>,
}

struct Daemon {
    engine: Arc<Engine>,
    watch: Watch,
    unwatched: BTreeMap<PathBuf, String>,
    stop: CancellationToken,
    since: DateTime<Utc>,
    desks: BTreeMap<JobName, Desk>,
    runs: JoinSet<(JobName, Result<(), EngineError>)>,
    next_chores: Instant,
}

impl Daemon {
    fn new(engine: Arc<Engine>, watch: Watch, stop: CancellationToken) -> Self {
        let now = Instant::now();
        let desk = || Desk {
            folder: Folder::default(),
            queue: VecDeque::new(),
            busy: false,
            next_look: now,
            readable: true,
            said: BTreeSet::new(),
        };
        let desks = engine.config.jobs.keys().map(|job| (job.clone(), desk())).collect();
        let since = engine.clock.now();
        Self {
            engine,
            watch,
            unwatched: BTreeMap::new(),
            stop,
            since,
            desks,
            runs: JoinSet::new(),
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
            self.look().await?;
            self.start_runs();
            tokio::select! {
                () = self.stop.cancelled() => break None,
                error = crew.failed() => break Some(error),
                () = hint.notified() => self.look_soon(),
                () = tick.notified() => service.alive(),
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
            self.engine.conclude_late().await?;
            for run in self.engine.store.open_runs().await? {
                self.resume(run.run_ref).await?;
            }
        }
        let jobs: Vec<Job> = self.engine.config.jobs.values().cloned().collect();
        for job in &jobs {
            self.look_at_clock(job, now).await?;
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
                Some(desk) => desk.queue.push_back(Trigger::Request(request.request_ref)),
                None => {
                    let reason =
                        format!("the daemon knows no job `{}`: restart it after adding a job", request.job);
                    self.engine.store.answer(request.request_ref, Err(&reason)).await?;
                }
            }
            self.engine.store.take_request(request.request_ref).await?;
        }
        Ok(())
    }

    async fn look_at_clock(&mut self, job: &Job, now: DateTime<Utc>) -> Result<(), EngineError> {
        let store = &self.engine.store;
        let last = store.last_tick(&job.name, TickKind::Cron).await?;
        for time in due_times(&job.schedule, last, self.since, now) {
            if store.take_tick(&job.name, TickKind::Cron, time).await?
                && let Some(desk) = self.desks.get_mut(&job.name)
            {
                desk.queue.push_back(Trigger::Cron(time));
                desk.next_look = Instant::now();
            }
        }
        let last_file = store.last_file(&job.name).await?;
        if let Some(due) = overdue(&job.schedule, last_file, self.since, now)
            && store.take_tick(&job.name, TickKind::Due, due).await?
        {
            self.engine.report_late(job, due, last_file).await?;
        }
        Ok(())
    }

    fn look_at_folder(&mut self, job: &Job) {
        let Some(desk) = self.desks.get_mut(&job.name) else { return };
        if Instant::now() < desk.next_look {
            return;
        }
        desk.next_look = Instant::now() + LOOK;
        match desk.folder.look(&job.source, Instant::now(), SystemTime::now()) {
            Ok(look) => {
                if let Some(settling) = look.settling {
                    desk.next_look = Instant::now() + settling.min(LOOK);
                }
                if !std::mem::replace(&mut desk.readable, true) {
                    // A folder that was made again is another one, and not watched yet: the chores watch
                    // it, and then it is looked at once more.
                    self.next_chores = Instant::now();
                    desk.next_look = self.next_chores;
                }
                for (name, reason) in look.odd {
                    if desk.said.insert(format!("{name}: {reason}")) {
                        tracing::warn!(job = %job.name, file = name, reason, "not taken from the drop folder");
                    }
                }
                if job.schedule.on_arrival {
                    for name in look.ready {
                        let trigger = Trigger::Arrival(name);
                        if !desk.queue.contains(&trigger) {
                            desk.queue.push_back(trigger);
                        }
                    }
                }
            }
            Err(error) => {
                desk.readable = false;
                desk.next_look = Instant::now() + SEARCH;
                if desk.said.insert(error.to_string()) {
                    tracing::error!(job = %job.name, folder = %job.source.folder.display(), %error, "the drop folder can't be read");
                }
            }
        }
    }

    /// An event is a hint to look, never proof.
    fn look_soon(&mut self) {
        let now = Instant::now();
        self.desks.values_mut().for_each(|desk| desk.next_look = now);
    }

    async fn resume(&mut self, run_ref: RunRef) -> Result<(), EngineError> {
        let run = self.engine.store.run(run_ref).await?;
        match self.desks.get_mut(&run.job) {
            Some(desk) if !desk.busy => {
                let trigger = Trigger::Resume(run_ref);
                if !desk.queue.contains(&trigger) {
                    desk.queue.push_front(trigger);
                }
            }
            Some(_) => {}
            // The job is gone: its run can only be ended.
            None => self.engine.process(&run).await?,
        }
        Ok(())
    }

    fn start_runs(&mut self) {
        if self.stop.is_cancelled() {
            return;
        }
        for (name, desk) in &mut self.desks {
            if desk.busy {
                continue;
            }
            let Some(trigger) = desk.queue.pop_front() else { continue };
            desk.busy = true;
            let engine = Arc::clone(&self.engine);
            let (job, stop) = (name.clone(), self.stop.clone());
            self.runs.spawn(async move {
                let ended = run(&engine, &job, trigger, &stop).await;
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
            desk.busy = false;
            if ended.is_ok() {
                desk.said.clear();
                desk.next_look = Instant::now();
            }
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

async fn run(
    engine: &Arc<Engine>,
    job: &JobName,
    trigger: Trigger,
    stop: &CancellationToken,
) -> Result<(), EngineError> {
    match trigger {
        Trigger::Arrival(name) => {
            if let Some(run) = engine.run_file(job, &Incoming::Dropped(name), "a file arrived").await? {
                engine.follow(run, stop).await?;
            }
        }
        Trigger::Cron(time) => {
            let cause = format!("the schedule ({})", time.format("%Y-%m-%d %H:%M UTC"));
            let files = waiting_files(engine, job);
            if files.is_empty() {
                engine.run_nothing(job, &cause).await?;
            }
            for name in files {
                if let Some(run) = engine.run_file(job, &Incoming::Dropped(name), &cause).await?
                    && !engine.follow(run, stop).await?
                {
                    break;
                }
            }
        }
        Trigger::Request(request) => answer(engine, job, request, stop).await?,
        Trigger::Resume(run_ref) => {
            let run = engine.store.run(run_ref).await?;
            engine.process(&run).await?;
            engine.follow(run_ref, stop).await?;
        }
    }
    Ok(())
}

/// Files that have settled, for a schedule that takes what waits.
fn waiting_files(engine: &Engine, job: &JobName) -> Vec<String> {
    let Some(job) = engine.config.jobs.get(job) else { return Vec::new() };
    match Folder::default().look(&job.source, Instant::now(), SystemTime::now()) {
        Ok(look) => look.ready,
        Err(error) => {
            tracing::error!(job = %job.name, folder = %job.source.folder.display(), %error, "the drop folder can't be read");
            Vec::new()
        }
    }
}

async fn answer(
    engine: &Arc<Engine>,
    job: &JobName,
    request_ref: i64,
    stop: &CancellationToken,
) -> Result<(), EngineError> {
    let request = engine.store.request(request_ref).await?;
    let incoming = match (request.file, request.path) {
        (Some(name), Some(path)) => Some(Incoming::Copied { name, path: path.into() }),
        _ => waiting_files(engine, job).into_iter().next().map(Incoming::Dropped),
    };
    let begun = match &incoming {
        Some(incoming) => engine.run_file(job, incoming, "by hand").await,
        None => engine.run_nothing(job, "by hand").await.map(Some),
    };
    match begun {
        Ok(Some(run)) => {
            engine.store.answer(request_ref, Ok(run)).await?;
            engine.follow(run, stop).await?;
            Ok(())
        }
        Ok(None) => {
            Ok(engine.store.answer(request_ref, Err("the file was gone before it could be taken")).await?)
        }
        Err(error) => {
            engine.store.answer(request_ref, Err(&error.to_string())).await?;
            Err(error)
        }
    }
}
