//! What could start a run of a job: its clock, its drop folder, the pull that it takes its rows from.

use std::time::{Instant, SystemTime};

use chrono::{DateTime, Utc};

use crate::config::Job;
use crate::engine::EngineError;
use crate::store::TickKind;

use super::daemon::Daemon;
use super::desk::{self, LOOK, SEARCH, Trigger};
use super::{due_times, overdue};

impl Daemon {
    pub(super) async fn look_at_clock(&mut self, job: &Job, now: DateTime<Utc>) -> Result<(), EngineError> {
        let store = &self.engine.store;
        let last = store.last_tick(&job.name, TickKind::Cron).await?;
        // A time is taken when its run begins: one that still waits in the queue survives a restart.
        for time in due_times(&job.schedule, last, self.since, now) {
            if let Some(desk) = self.desks.get_mut(&job.name) {
                desk.add(Trigger::Cron(time));
            }
        }
        let last_file = store.last_file(&job.name).await?;
        if let Some(due) = overdue(&job.schedule, last_file, self.since, now)
            && !store.tick_is_taken(&job.name, TickKind::Due, due).await?
        {
            // The mail is known by its due time, so that a crash between the two steps sends none twice.
            self.engine.report_late(job, due, last_file).await?;
            store.take_tick(&job.name, TickKind::Due, due).await?;
        }
        Ok(())
    }

    /// A job that takes its rows from a pull runs once that has something new.
    pub(super) async fn look_at_pull(&mut self, job: &Job) -> Result<(), EngineError> {
        if job.source.feed().is_none() || !job.schedule.on_arrival {
            return Ok(());
        }
        let Some(desk) = self.desks.get_mut(&job.name) else { return Ok(()) };
        if desk.is_busy() || Instant::now() < desk.next_fed {
            return Ok(());
        }
        if desk::is_fed(&self.engine, &job.name).await? {
            // Where it can't be taken it is tried again, not every second.
            desk.next_fed = Instant::now() + LOOK;
            desk.add(Trigger::Fed);
        }
        Ok(())
    }

    pub(super) fn look_at_folder(&mut self, job: &Job) {
        let Some(source) = job.source.drop_folder() else { return };
        let Some(desk) = self.desks.get_mut(&job.name) else { return };
        if Instant::now() < desk.next_look {
            return;
        }
        desk.next_look = Instant::now() + LOOK;
        match desk.folder.look(source, Instant::now(), SystemTime::now()) {
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
                    look.ready.into_iter().for_each(|name| desk.add(Trigger::Arrival(name)));
                }
            }
            Err(error) => {
                desk.readable = false;
                desk.next_look = Instant::now() + SEARCH;
                if desk.said.insert(error.to_string()) {
                    tracing::error!(job = %job.name, folder = %source.folder.display(), %error, "the drop folder can't be read");
                }
            }
        }
    }
}
