//! One job, as the daemon sees it: what waits for it, and what it does now.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use crate::config::Job;
use crate::engine::{Engine, EngineError, Incoming};
use crate::model::JobName;
use crate::store::{RunRef, TickKind};

use super::{Folder, settled_files};

/// How often a folder is looked at, whatever the events say.
pub(super) const LOOK: Duration = Duration::from_secs(60);
/// How often a folder is looked for that is not there, or can't be read.
pub(super) const SEARCH: Duration = Duration::from_secs(5);

/// What a job is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trigger {
    /// A file has come and settled.
    Arrival(String),
    /// The pull that a job takes its rows from has something new.
    Fed,
    /// A time of the schedule.
    Cron(DateTime<Utc>),
    /// Somebody asked for it.
    Request(i64),
    /// A run that was interrupted.
    Resume(RunRef),
}

/// One job.
pub(super) struct Desk {
    pub(super) folder: Folder,
    pub(super) next_look: Instant,
    /// When it is looked next whether its pull has something new.
    pub(super) next_fed: Instant,
    /// Whether the folder could be read at the last look.
    pub(super) readable: bool,
    /// Why the folder can't be read, or a file not taken: said once, not every minute.
    pub(super) said: BTreeSet<String>,
    queue: VecDeque<Trigger>,
    running: Option<Trigger>,
}

impl Desk {
    /// A job with nothing to do, whose folder is looked at `now`.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            folder: Folder::default(),
            next_look: now,
            next_fed: now,
            readable: true,
            said: BTreeSet::new(),
            queue: VecDeque::new(),
            running: None,
        }
    }

    /// Whether a run goes on.
    pub(super) fn is_busy(&self) -> bool {
        self.running.is_some()
    }

    /// Puts something to be done behind all else, unless it waits or goes on already.
    pub(super) fn add(&mut self, trigger: Trigger) {
        if self.running.as_ref() != Some(&trigger) && !self.queue.contains(&trigger) {
            self.queue.push_back(trigger);
        }
    }

    /// Puts an interrupted run before all else, unless a run goes on: it may be that very one.
    pub(super) fn resume(&mut self, run: RunRef) {
        let trigger = Trigger::Resume(run);
        if self.running.is_none() && !self.queue.contains(&trigger) {
            let behind =
                self.queue.iter().take_while(|trigger| matches!(trigger, Trigger::Resume(_))).count();
            self.queue.insert(behind, trigger);
        }
    }

    /// The next thing to be done, where nothing goes on.
    pub(super) fn begin(&mut self) -> Option<Trigger> {
        if self.running.is_some() {
            return None;
        }
        self.running = self.queue.pop_front();
        self.running.clone()
    }

    /// A run has ended; where it went well, the folder is looked at again at once.
    pub(super) fn end(&mut self, well: bool) {
        self.running = None;
        if well {
            self.said.clear();
            self.next_look = Instant::now();
            self.next_fed = self.next_look;
        }
    }
}

/// Does what was to be done, and follows the runs to their end.
pub(super) async fn run(
    engine: &Arc<Engine>,
    job: &JobName,
    trigger: Trigger,
    stop: &CancellationToken,
) -> Result<(), EngineError> {
    match trigger {
        Trigger::Arrival(name) => {
            // It may have waited behind a long run, and be written again by now.
            if !waiting_files(engine, job, stop).await.contains(&name) {
                return Ok(());
            }
            begin(engine, job, &Incoming::Dropped(name), "a file arrived", stop).await?;
        }
        Trigger::Fed => {
            if is_fed(engine, job).await?
                && let Some(incoming) = engine.feed(find(engine, job)?).await?
            {
                begin(engine, job, &incoming, "its pull has something new", stop).await?;
            }
        }
        Trigger::Cron(time) => {
            if !engine.store.take_tick(job, TickKind::Cron, time).await? {
                return Ok(());
            }
            let cause = format!("the schedule ({})", time.format("%Y-%m-%d %H:%M UTC"));
            let found = find(engine, job)?;
            if !found.pulls.is_empty() {
                let run = engine.run_pulls(job, &cause).await?;
                engine.follow(run, stop).await?;
                return Ok(());
            }
            let waiting: Vec<Incoming> = match found.source.feed() {
                Some(_) => engine.feed(found).await?.into_iter().collect(),
                None => waiting_files(engine, job, stop).await.into_iter().map(Incoming::Dropped).collect(),
            };
            if waiting.is_empty() {
                engine.run_nothing(job, &cause).await?;
            }
            for incoming in &waiting {
                if !begin(engine, job, incoming, &cause, stop).await? {
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

/// Runs a file and follows it to its end; `false` where `stop` came before.
async fn begin(
    engine: &Arc<Engine>,
    job: &JobName,
    incoming: &Incoming,
    cause: &str,
    stop: &CancellationToken,
) -> Result<bool, EngineError> {
    match engine.run_file(job, incoming, cause).await? {
        Some(run) => engine.follow(run, stop).await,
        None => Ok(true),
    }
}

fn find<'a>(engine: &'a Engine, job: &JobName) -> Result<&'a Job, EngineError> {
    engine.job(job.as_str())
}

/// Whether the pull that a job takes its rows from has had a run with something new since the job was fed.
pub(super) async fn is_fed(engine: &Engine, job: &JobName) -> Result<bool, EngineError> {
    let Some(feed) = engine.config.jobs.get(job).and_then(|job| job.source.feed()) else { return Ok(false) };
    let Some(last) = engine.store.last_pull(&feed.job, &feed.pull).await? else { return Ok(false) };
    Ok(engine.store.last_fed(job, &feed.job).await?.is_none_or(|fed| fed < last))
}

/// Files that have settled; those that still do are waited for.
async fn waiting_files(engine: &Engine, job: &JobName, stop: &CancellationToken) -> Vec<String> {
    let Some(job) = engine.config.jobs.get(job) else { return Vec::new() };
    let Some(drop_folder) = job.source.drop_folder() else { return Vec::new() };
    settled_files(drop_folder, stop).await.unwrap_or_else(|error| {
        let folder = drop_folder.folder.display();
        tracing::error!(job = %job.name, %folder, %error, "the drop folder can't be read");
        Vec::new()
    })
}

async fn answer(
    engine: &Arc<Engine>,
    job: &JobName,
    request_ref: i64,
    stop: &CancellationToken,
) -> Result<(), EngineError> {
    let Some(request) = engine.store.open_request(request_ref).await? else { return Ok(()) };
    let found = find(engine, job)?;
    let incoming = match (request.file, request.path) {
        (Some(name), Some(path)) => Some(Incoming::Copied { name, path: path.into() }),
        _ if found.source.feed().is_some() => engine.feed(found).await?,
        _ => waiting_files(engine, job, stop).await.into_iter().next().map(Incoming::Dropped),
    };
    let begun = match &incoming {
        _ if !found.pulls.is_empty() => engine.run_pulls(job, "by hand").await.map(Some),
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
            let gone = "the file was gone before it could be taken";
            Ok(engine.store.answer(request_ref, Err(gone)).await?)
        }
        Err(error) => {
            engine.store.answer(request_ref, Err(&error.to_string())).await?;
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_thing_waits_once_and_one_thing_goes_on_at_a_time() {
        let mut desk = Desk::new(Instant::now());
        let file = || Trigger::Arrival("a.csv".to_owned());
        desk.add(file());
        desk.add(file());
        desk.add(Trigger::Request(1));
        assert_eq!(desk.begin(), Some(file()));
        desk.add(file());
        assert_eq!((desk.begin(), desk.is_busy()), (None, true));
        desk.end(true);
        assert_eq!(desk.begin(), Some(Trigger::Request(1)));
        desk.end(false);
        assert_eq!((desk.begin(), desk.is_busy()), (None, false));
    }
}
