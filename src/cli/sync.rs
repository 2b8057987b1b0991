//! `rollbook sync`: one run now, followed to its end.

use std::fs;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::config::Job;
use crate::engine::{Crew, Engine, Incoming, Quiet, load_report, write_run_json};
use crate::report::text;
use crate::store::{Phase, RunRef};
use crate::trigger::settled_files;

use super::args::{Global, Sync};
use super::context::{Failure, busy_sync, configuration, engine, lock, logs};
use super::out::say;
use super::run::stop_on_signal;
use super::watch::Watcher;

/// How long mails may take to leave before the command ends; what is left is sent by the next one.
const MAIL_PATIENCE: Duration = Duration::from_secs(20);

/// Runs a job and gives the exit code of its run.
pub(super) async fn sync(global: &Global, args: &Sync) -> Result<u8, Failure> {
    logs(global, "warn");
    let engine = engine(configuration(global)?, &format!("rollbook sync {}", args.job)).await?;
    let job = engine.job(&args.job)?.clone();
    if args.file.is_some() && !job.pulls.is_empty() {
        let name = &job.name;
        return Err(Failure::wrong(format!(
            "the job {name} pulls, and reads no file; run `rollbook sync {name}` without --file"
        )));
    }
    let incoming = args.file.as_deref().map(|file| engine.copy_named(file)).transpose();
    let incoming = incoming.map_err(|error| Failure::wrong(error.to_string()))?;
    let stop = stop_on_signal()?;
    let run = match lock(&engine)? {
        Some(lock) => {
            lock.name(&format!("rollbook sync {}", job.name));
            let watcher = Watcher::start(&engine, &job);
            let run = sync_here(&engine, &job, incoming, &stop).await;
            watcher.end();
            run?
        }
        None => match busy_sync(&engine) {
            Some(command) => {
                if let Some(Incoming::Copied { path, .. }) = &incoming {
                    let _not_there = fs::remove_file(path);
                }
                return Err(Failure::failed(format!(
                    "`{command}` is at work in this data directory, and there is one at a time: wait until it has \
                     ended, then run this again"
                )));
            }
            None => sync_there(&engine, &job, incoming, &stop).await?,
        },
    };
    let code = match run {
        Some(run) => show(&engine, run, args.json).await?,
        None => {
            return Err(Failure::failed(
                "stopped; what is under way goes on with the next sync, or with the daemon",
            ));
        }
    };
    engine.store.close().await;
    Ok(code)
}

/// Runs the job in this process, which holds the lock; `None` where it was stopped.
pub(super) async fn sync_here(
    engine: &Arc<Engine>,
    job: &Job,
    incoming: Option<Incoming>,
    stop: &CancellationToken,
) -> Result<Option<RunRef>, Failure> {
    let open = engine.recover().await?;
    // Where nothing of the job is half done, its file comes first: it may take back what still waits.
    let mut resumes = false;
    for run in &open {
        resumes |= engine.store.run(*run).await?.job == job.name;
    }
    let quiet = if resumes { None } else { Some(engine.quiet(job).await?) };
    let mut crew = Crew::start(engine);
    let work = async {
        let run = work(engine, job, open, incoming, quiet, stop).await?;
        if run.is_some() {
            engine.follow_resumed(&job.name, stop).await?;
        }
        Ok::<_, Failure>(run)
    };
    let run = tokio::select! {
        run = work => run,
        error = crew.failed() => Err(error.into()),
    };
    let stopped = crew.stop().await;
    // What failed first is the cause of what failed afterwards.
    let run = run?;
    stopped?;
    if run.is_some() {
        // What earlier runs had left open may have settled beside this one.
        engine.conclude_late(&std::collections::BTreeSet::new()).await?;
        // One try: a mail server that is down delays the mail, not the person.
        let _still_waiting = tokio::time::timeout(MAIL_PATIENCE, engine.send_due_mails()).await;
        engine.store.checkpoint().await?;
    }
    Ok(run)
}

async fn work(
    engine: &Arc<Engine>,
    job: &Job,
    open: Vec<RunRef>,
    incoming: Option<Incoming>,
    quiet: Option<Quiet<'_>>,
    stop: &CancellationToken,
) -> Result<Option<RunRef>, Failure> {
    // What was interrupted comes first: of this job to its end, since runs of one job never overlap.
    let mut resumed = None;
    for run in open {
        let record = engine.store.run(run).await?;
        if record.job == job.name {
            engine.process(&record).await?;
            if !engine.follow(run, stop).await? {
                return Ok(None);
            }
            resumed = Some(run);
        }
    }
    let incoming = match incoming {
        Some(incoming) => Some(incoming),
        None if job.source.feed().is_some() => engine.feed(job).await?,
        None => oldest_file(job, stop).await?.map(Incoming::Dropped),
    };
    let quiet = quiet.filter(|_| incoming.is_some());
    let run = match (&incoming, resumed) {
        (Some(incoming), _) => engine.run_file(&job.name, incoming, "by hand").await?,
        (None, Some(resumed)) => return Ok(Some(resumed)),
        (None, None) if !job.pulls.is_empty() => Some(engine.run_pulls(&job.name, "by hand").await?),
        // No file: what an earlier run left open, for a connection that was stopped or down, goes on.
        (None, None) => match engine.store.unsettled(&job.name).await? {
            Some(run) => return Ok(engine.follow_late(run, stop).await?.then_some(run)),
            None => None,
        },
    };
    drop(quiet);
    let run = match run {
        Some(run) => run,
        None => engine.run_nothing(&job.name, "by hand").await?,
    };
    Ok(engine.follow(run, stop).await?.then_some(run))
}

/// The oldest file that waits for a job; one that still settles is waited for.
pub(super) async fn oldest_file(job: &Job, stop: &CancellationToken) -> Result<Option<String>, Failure> {
    let Some(source) = job.source.drop_folder() else { return Ok(None) };
    let files = settled_files(source, stop).await.map_err(|error| {
        let hint = if error.kind() == io::ErrorKind::NotFound {
            ": make it, or correct `source.folder`"
        } else {
            ""
        };
        Failure::failed(format!("the drop folder {} can't be read: {error}{hint}", source.folder.display()))
    })?;
    Ok(files.into_iter().next())
}

/// Asks the daemon that holds the lock, and follows the run; `None` where it was stopped.
async fn sync_there(
    engine: &Engine,
    job: &Job,
    incoming: Option<Incoming>,
    stop: &CancellationToken,
) -> Result<Option<RunRef>, Failure> {
    let named = match &incoming {
        Some(Incoming::Copied { name, path }) => Some((name.clone(), path.to_string_lossy().into_owned())),
        _ => None,
    };
    let file = named.as_ref().map(|(name, path)| (name.as_str(), path.as_str()));
    let request = engine.store.ask(&job.name, file, engine.clock.now()).await?;
    let run = loop {
        match engine.store.answered(request).await? {
            Some(Ok(run)) => break run,
            Some(Err(reason)) => return Err(Failure::failed(reason)),
            None => {}
        }
        let gone = "the daemon has stopped before it took the request: run the command again";
        let there = still_there(engine, gone, stop).await;
        if !matches!(there, Ok(true)) {
            // Nobody waits for it any more: the next daemon shall not do it.
            engine.store.answer(request, Err("given up by whoever asked")).await?;
            there?;
            return Ok(None);
        }
    };
    let gone = format!(
        "the daemon has stopped before the run ended; its next start, or `rollbook sync {}`, takes it up again",
        job.name
    );
    while engine.store.run(run).await?.phase != Phase::Done {
        if !still_there(engine, &gone, stop).await? {
            return Ok(None);
        }
    }
    Ok(Some(run))
}

/// Waits a moment; `false` where somebody stopped us, an error that says `gone` where the daemon has gone.
async fn still_there(engine: &Engine, gone: &str, stop: &CancellationToken) -> Result<bool, Failure> {
    tokio::select! {
        () = stop.cancelled() => return Ok(false),
        () = tokio::time::sleep(Duration::from_millis(250)) => {}
    }
    match lock(engine)? {
        None => Ok(true),
        Some(_) => Err(Failure::failed(gone)),
    }
}

/// Prints a run, and gives its exit code.
pub(super) async fn show(engine: &Engine, run_ref: RunRef, json: bool) -> Result<u8, Failure> {
    let run = engine.store.run(run_ref).await?;
    let report = load_report(engine, &run).await?;
    if json {
        let written =
            tokio::task::block_in_place(|| write_run_json(engine, run_ref, &report, io::stdout().lock()));
        written.map_err(|error| Failure::failed(format!("could not write the document: {error}")))?;
    } else {
        say(text(&report).trim_end());
    }
    Ok(report.status.exit_code())
}
