//! `rollbook demo`: the sample jobs from end to end, in a folder of its own, with the sample data, the
//! built-in sandbox, and mail into a folder.

mod furnish;
mod portal;
mod steps;
mod words;

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::engine::{DataLock, Engine, Incoming, load_report};
use crate::report::Report;
use crate::sandbox::{FaultKind, Faults, Sandbox};

use super::args::Demo;
use super::context::{Failure, engine, load, lock};
use super::out::say;
use super::sandbox::accounts;
use super::sync::sync_here;
use furnish::{INBOX, folder, furnish, systems, write};
use steps::{ASKS, STEPS, Step};

/// Runs the demo; 0 where every step could be taken, whatever the simulated LMSs made of the sample data.
pub(super) async fn demo(args: &Demo) -> Result<u8, Failure> {
    let folder = folder(args.dir.as_deref())?;
    let options = systems()?;
    let sandbox = Sandbox::start(([127, 0, 0, 1], 0).into(), options.clone())
        .await
        .map_err(|error| Failure::failed(format!("the sandbox could not listen on 127.0.0.1: {error}")))?;
    furnish(&folder, &accounts(&sandbox, &options))?;
    let engine = engine(load(&folder.join("rollbook.toml"))?, "rollbook demo").await?;
    let Some(_lock): Option<DataLock> = lock(&engine)? else {
        return Err(Failure::failed("another Rollbook works in this folder"));
    };
    say(words::beginning(&folder));
    let mut doubtful = None;
    for step in &STEPS {
        write(&folder.join(INBOX).join(step.folder).join(step.file), step.bytes)?;
        if let Some(method) = step.loses_an_answer_of {
            let only = Some(method.to_owned());
            sandbox.set_faults(Faults { only, ..Faults::scripted([FaultKind::Lose]) });
        }
        let report = take(&engine, step).await?;
        sandbox.set_faults(Faults::default());
        if step.loses_an_answer_of.is_some() {
            doubtful = Some(report.run.to_string());
        }
        say(words::of_step(step, &report));
    }
    for ask in &ASKS {
        if let Some(scene) = ask.before {
            scene.play(&sandbox, &folder, chrono::Utc::now())?;
        }
        let report = run(&engine, ask.job, engine.feed(engine.job(ask.job)?).await?).await?;
        say(words::of_ask(ask, &report));
    }
    say(words::held(&sandbox));
    say(words::where_to_look(&folder, &engine, doubtful.as_deref()));
    engine.store.close().await;
    sandbox.stop().await;
    Ok(0)
}

/// Runs the job of a step, whose file has been dropped.
async fn take(engine: &Arc<Engine>, step: &Step) -> Result<Report, Failure> {
    run(engine, step.job, Some(Incoming::Dropped(step.file.to_owned()))).await
}

/// Runs a job to its end.
async fn run(engine: &Arc<Engine>, job: &str, incoming: Option<Incoming>) -> Result<Report, Failure> {
    let job = engine.job(job)?.clone();
    let run = sync_here(engine, &job, incoming, &CancellationToken::new()).await?;
    let run = run.ok_or_else(|| Failure::failed("the demo was stopped"))?;
    let run = engine.store.run(run).await?;
    Ok(load_report(engine, &run).await?)
}
