//! The pulls that are asked, and who they know.

use chrono::{DateTime, Utc};
use strsim::damerau_levenshtein;

use crate::config::{Job, Learners, Pull};
use crate::engine::Engine;
use crate::model::{Asks, ConnectionName, PullShape, RunId};
use crate::store::{Phase, RunFilter, RunKind};

use super::super::context::Failure;
use super::Whose;

/// Among how many runs of a job the last answer is looked for.
const RECENT: u32 = 100;

/// A pull of a job, and when it was answered.
pub(super) struct Source<'a> {
    pub(super) job: &'a Job,
    pub(super) pull: &'a Pull,
    pub(super) shape: PullShape,
    /// The run that was answered last, and when it began.
    pub(super) answered: Option<(RunId, DateTime<Utc>)>,
    /// A run after that which was not.
    pub(super) failed: Option<RunId>,
}

/// The connection of that name.
pub(super) fn connection(engine: &Engine, name: &str) -> Result<ConnectionName, Failure> {
    let connections = &engine.config.connections;
    if connections.contains_key(name) {
        return Ok(name.into());
    }
    let nearest = connections.keys().min_by_key(|known| damerau_levenshtein(known.as_str(), name));
    let hint =
        nearest.map_or_else(|| "none is configured".to_owned(), |known| format!("did you mean `{known}`?"));
    Err(Failure::wrong(format!("there is no connection `{name}`; {hint}")))
}

/// The pulls of a connection that may know it.
pub(super) async fn of<'a>(
    engine: &'a Engine,
    connection: &ConnectionName,
    whose: Whose<'_>,
) -> Result<Vec<Source<'a>>, Failure> {
    let jobs = engine.config.jobs.values();
    let all: Vec<(&Job, &Pull, PullShape)> = jobs
        .flat_map(|job| job.pulls.iter().map(move |pull| (job, pull)))
        .filter(|(_, pull)| pull.connection == *connection)
        .filter_map(|(job, pull)| Some((job, pull, pull.operation.pull?)))
        .collect();
    if all.is_empty() {
        let reason = format!(
            "no job pulls anything from connection `{connection}`: write a job with a [[pull]] of it (`rollbook \
             fields` lists what can be pulled)"
        );
        return Err(Failure::wrong(reason));
    }
    let fits = |pull: &Pull, shape: &PullShape| match whose {
        Whose::Nobodys => pull.learners == Learners::Nobody && shape.learners != Asks::EachLearner,
        Whose::Learner(_) => pull.learners != Learners::Nobody || shape.registration.is_some(),
    };
    let names: Vec<_> = all.iter().map(|(_, pull, _)| pull.id.to_string()).collect();
    let mut sources = Vec::new();
    for (job, pull, shape) in all.into_iter().filter(|(_, pull, shape)| fits(pull, shape)) {
        let (answered, failed) = refreshed(engine, job, pull).await?;
        sources.push(Source { job, pull, shape, answered, failed });
    }
    if sources.is_empty() {
        let names = names.join(", ");
        return Err(Failure::wrong(match whose {
            Whose::Nobodys => format!(
                "every pull of connection `{connection}` asks for learners ({names}): `rollbook learner \
                 {connection} KEY` shows what is known of one"
            ),
            Whose::Learner(_) => format!(
                "no pull of connection `{connection}` asks for learners ({names}): `rollbook catalog {connection}` \
                 shows what is known"
            ),
        }));
    }
    Ok(sources)
}

type Refreshed = (Option<(RunId, DateTime<Utc>)>, Option<RunId>);

/// The last run that was answered, and a later one that was not.
async fn refreshed(engine: &Engine, job: &Job, pull: &Pull) -> Result<Refreshed, Failure> {
    let filter = RunFilter { job: Some(job.name.clone()), limit: Some(RECENT) };
    let mut failed = None;
    for run in engine.store.runs(&filter).await? {
        if run.kind != RunKind::Pull || run.phase != Phase::Done {
            continue;
        }
        let rows = engine.store.pull_runs(run.run_ref).await?;
        let row = rows.iter().find(|row| row.pull == pull.id.as_str());
        if row.is_some_and(|row| row.answered > 0) {
            return Ok((Some((run.run, run.started_at)), failed));
        }
        failed = failed.or(Some(run.run));
    }
    Ok((None, failed))
}

/// The name by which the pulls know a learner.
pub(super) async fn learner(
    engine: &Engine,
    connection: &ConnectionName,
    sources: &[Source<'_>],
    key: &str,
) -> Result<String, Failure> {
    let mut identifiers: Vec<&str> =
        sources.iter().flat_map(|source| source.shape.identifiers).map(|(name, _)| *name).collect();
    identifiers.dedup();
    let named = key.split_once('=');
    let bare = named.filter(|(name, _)| identifiers.iter().any(|known| known.eq_ignore_ascii_case(name)));
    let name = bare.map_or(key, |(_, value)| value).trim();
    if !name.is_empty() && engine.store.knows_learner(connection, name).await? {
        return Ok(name.to_owned());
    }
    let asked: Vec<_> = sources.iter().map(asked).collect();
    let how = match identifiers.as_slice() {
        [] => "their key in the job that names them".to_owned(),
        names => format!("{}, or their key in the job that names them", names.join(", ")),
    };
    Err(Failure::wrong(format!(
        "nothing is known of a learner `{key}` on connection `{connection}`; learners are named by {how}; asked: {}",
        asked.join("; ")
    )))
}

/// A pull and when it was answered last, in words.
pub(super) fn asked(source: &Source<'_>) -> String {
    let (pull, job) = (&source.pull.id, &source.job.name);
    let failed = source.failed.as_ref().map(|run| format!("; run {run} since then was not answered"));
    match &source.answered {
        Some((run, at)) => format!(
            "{pull} of job {job}, answered last {} UTC (run {run}){}",
            at.format("%Y-%m-%d %H:%M"),
            failed.unwrap_or_default()
        ),
        None => format!("{pull} of job {job}, never answered yet (`rollbook sync {job}` asks)"),
    }
}
