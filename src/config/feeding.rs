//! What jobs and pulls say about each other: whose rows come from a pull, and whose people it asks for.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::model::{ANY, ColumnKind, FieldKind, FirstLoad, JobName, OperationKind, PART, PullShape, Take};

use super::across::{Asked, Fed, JobFile, Mentions, problem, ring};
use super::problem::{Problem, ProblemKind, hint};
use super::{Job, Learners, Place, Pull, Push};

/// Every problem between pulls and the jobs around them.
pub(super) fn problems(files: &[JobFile], jobs: &BTreeMap<JobName, Job>) -> Vec<Problem> {
    let mut found = Vec::new();
    for file in files {
        for asked in &file.mentions.asked {
            let message = names_learners(asked, files, jobs).or_else(|| {
                let ring = ring(file, &asked.job, files, is_fed_by)?;
                Some(format!("the jobs feed each other: {ring}; take `learners` from another job"))
            });
            found.extend(message.map(|message| problem(&asked.place, message)));
        }
        let Some(fed) = &file.mentions.fed else { continue };
        let (pull, wrong) = match source(fed, files, jobs) {
            // The only pull of the job is meant, whatever it was called.
            Err(wrong) => (jobs.get(fed.job.as_str()).and_then(only), Some(wrong)),
            Ok(pull) => (pull, None),
        };
        let job = jobs.get(file.name.as_str());
        found.extend(pull.into_iter().flat_map(|pull| columns(fed, &file.mentions, pull, job)));
        match wrong {
            Some((place, message)) => found.push(problem(place, message)),
            None => {
                let all_at_once = pull.zip(job).and_then(|(pull, job)| first_feed(fed, pull, job));
                found.extend(all_at_once);
                found.extend(ring(file, &fed.job, files, is_fed_by).map(|ring| {
                    let message = format!("the jobs feed each other: {ring}; take the rows from another job");
                    problem(&fed.place, message)
                }));
            }
        }
    }
    found
}

/// Gives each job whose rows come from the only pull of another the id of that pull.
pub(super) fn settle(jobs: &mut BTreeMap<JobName, Job>) {
    let of = |job: &Job| Some((job.name.clone(), only(job)?.id.clone()));
    let only: BTreeMap<_, _> = jobs.values().filter_map(of).collect();
    for job in jobs.values_mut() {
        if let Place::Pull(feed) = &mut job.source.place
            && feed.pull.as_str().is_empty()
            && let Some(id) = only.get(&feed.job)
        {
            feed.pull = id.clone();
        }
    }
}

/// The only pull of a job.
fn only(job: &Job) -> Option<&Pull> {
    match job.pulls.as_slice() {
        [only] => Some(only),
        _ => None,
    }
}

/// What is to be known where the first feed may mail or grant for all that a year has brought.
fn first_feed(fed: &Fed, pull: &Pull, job: &Job) -> Option<Problem> {
    let windowed = pull.operation.pull.is_some_and(|shape| shape.windowed);
    let reaches_people = |push: &&Push| {
        let operation = &push.operation;
        (operation.mails_people || operation.kind == OperationKind::PushCompletions)
            && push.policy.first_load != Some(FirstLoad::Adopt)
    };
    if !windowed || pull.since.is_some() {
        return None;
    }
    let push = job.pushes.iter().find(reaches_people)?;
    let message = format!(
        "the pull `{}` of the job `{}` has no `since`, so its first run brings what happened in the last year, and \
         {} may mail people or grant for all of it; say there from which day on, since = \"…\"",
        pull.id, fed.job, push.operation.name
    );
    Some(Problem { kind: ProblemKind::Notice, ..problem(&fed.place, message) })
}

/// What is wrong with asking for the people of a job.
fn names_learners(asked: &Asked, files: &[JobFile], jobs: &BTreeMap<JobName, Job>) -> Option<String> {
    let wanted = asked.job.as_str();
    let Some(other) = files.iter().find(|file| file.name == wanted) else {
        let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
        return Some(format!("no such job: {wanted:?}{}", hint(wanted, &names, "there are ")));
    };
    let (connection, fields) = asked.about.as_ref()?;
    let job = jobs.get(wanted).filter(|_| !other.broken)?;
    let users = || {
        let pushes = job.pushes.iter().filter(|push| push.connection == *connection);
        pushes.filter(|push| push.operation.kind == OperationKind::PushUsers)
    };
    if users().next().is_none() {
        return Some(format!(
            "the job `{wanted}` pushes no users to `{connection}`, so nobody is known there"
        ));
    }
    let mapped = |field: &&str| {
        users().any(|push| push.mapping.fields.iter().any(|one| one.name().as_str() == *field))
    };
    if fields.iter().any(mapped) {
        return None;
    }
    let fields: Vec<_> = fields.iter().map(|field| format!("`{field}`")).collect();
    Some(format!(
        "the job `{wanted}` maps none of {}, one of which must name a learner; map it there",
        fields.join(", ")
    ))
}

/// The pull that a job's rows come from, or what is wrong with it and where; `None` where that can't be told.
fn source<'a>(
    fed: &'a Fed,
    files: &[JobFile],
    jobs: &'a BTreeMap<JobName, Job>,
) -> Result<Option<&'a Pull>, (&'a super::check::Place, String)> {
    let wanted = fed.job.as_str();
    let Some(other) = files.iter().find(|file| file.name == wanted) else {
        let pulling = jobs.values().filter(|job| !job.pulls.is_empty());
        let names: Vec<_> = pulling.map(|job| job.name.as_str()).collect();
        return Err((&fed.place, format!("no such job: {wanted:?}{}", hint(wanted, &names, "there are "))));
    };
    let Some(job) = jobs.get(wanted).filter(|_| !other.broken) else { return Ok(None) };
    let ids: Vec<&str> = job.pulls.iter().map(|pull| pull.id.as_str()).collect();
    match (job.pulls.as_slice(), &fed.pull) {
        ([], _) => Err((&fed.place, format!("the job `{wanted}` has no [[pull]], so nothing comes from it"))),
        ([only], None) => Ok(Some(only)),
        (_, None) => {
            let ids: Vec<_> = ids.iter().map(|id| format!("`{id}`")).collect();
            let message = format!(
                "the job `{wanted}` has several pulls: {}; say which, pull_id = \"…\"",
                ids.join(", ")
            );
            Err((&fed.place, message))
        }
        (pulls, Some((place, id))) => match pulls.iter().find(|pull| pull.id.as_str() == id) {
            Some(pull) => Ok(Some(pull)),
            None => {
                let hint = hint(id, &ids, "it has ");
                Err((place, format!("the job `{wanted}` has no such pull: {id:?}{hint}")))
            }
        },
    }
}

/// Every column that the rows of a pull do not have, and what comes of none of them.
fn columns(fed: &Fed, mentions: &Mentions, pull: &Pull, job: Option<&Job>) -> Vec<Problem> {
    let Some(shape) = &pull.operation.pull else { return Vec::new() };
    let known = shape.table_columns(pull.learners != Learners::Nobody);
    let known: Vec<&str> = known.iter().map(|column| column.name.as_str()).collect();
    let mut found = Vec::new();
    for (place, name) in &mentions.columns {
        if !known.contains(&name.as_str()) {
            let hint = match hint(name, &known, "") {
                none if none.is_empty() => format!("; `rollbook fields {}` lists them", pull.operation.name),
                hint => hint,
            };
            let message = format!("the pull of the job `{}` has no such column: {name:?}{hint}", fed.job);
            found.push(problem(place, message));
            continue;
        }
        let unasked = shape.selects.and_then(|selects| selects.unasked(shape, &pull.parameters, name));
        let unasked = unasked
            .map(|why| format!("`{name}` is empty in every row of the pull of the job `{}`: {why}", fed.job));
        let kinds = kinds(shape, name);
        let conditions = job.filter(|_| place.key.starts_with("source.where."));
        let filters = conditions.into_iter().flat_map(|job| &job.source.filters);
        let values =
            filters.filter(|filter| filter.column.as_str() == name).flat_map(|filter| &filter.values);
        let never = values.filter_map(|value| {
            let kept = never_kept(&kinds, value)?;
            Some(format!("no row has {value:?} there; the memory keeps {kept}"))
        });
        let moment = kinds.iter().any(|kind| matches!(kind, ColumnKind::Moment { .. }));
        let day = (moment && job.is_some_and(|job| takes_a_day(job, place, name))).then(|| {
            format!("`{name}` has a time of day, and the field takes a date alone: such rows are rejected, unless \
                 `day_in` says in which zone the day is meant")
        });
        let notice = |message| Problem { kind: ProblemKind::Notice, ..problem(place, message) };
        found.extend(unasked.into_iter().chain(never).chain(day).map(notice));
    }
    found
}

/// Whether the field of this place takes the column for a day.
fn takes_a_day(job: &Job, place: &super::check::Place, column: &str) -> bool {
    let field = place.key.strip_prefix("push.fields.").unwrap_or_default();
    let field = field.strip_suffix(".column").unwrap_or(field);
    job.pushes.iter().flat_map(|push| &push.mapping.fields).any(|mapping| {
        mapping.name().as_str() == field
            && matches!(mapping.field.kind, FieldKind::Date { .. })
            && mapping.values.is_none()
            && mapping.day_in.is_none()
            && matches!(&mapping.take, Take::Column(taken) if taken.as_str() == column)
    })
}

/// The kinds of the columns of that name: of the main items, or of all parts.
fn kinds(shape: &PullShape, name: &str) -> Vec<ColumnKind> {
    let (main, parts) = shape.items.split_at(shape.items.len().min(1));
    let (shapes, name) = match name.strip_prefix(PART) {
        Some(part) => (parts, part),
        None => (main, name),
    };
    shapes.iter().filter_map(|shape| shape.column(name)).map(|column| column.kind).collect()
}

/// How the values of a column are kept, where this one is written otherwise.
fn never_kept(kinds: &[ColumnKind], value: &str) -> Option<&'static str> {
    let mut kept = None;
    for kind in kinds.iter().filter(|_| !["", ANY].contains(&value)) {
        kept = Some(match kind {
            ColumnKind::Flag { .. } if !["true", "false"].contains(&value) => "`true` and `false`",
            ColumnKind::Date { .. } if NaiveDate::parse_from_str(value, "%Y-%m-%d").is_err() => {
                "dates as 2026-11-21"
            }
            ColumnKind::Whole if kind.canonical(value).as_deref() != Some(value) => "whole numbers",
            _ => return None,
        });
    }
    kept
}

/// The jobs that a job takes rows or people from.
fn is_fed_by(mentions: &Mentions) -> Vec<String> {
    let rows = mentions.fed.iter().map(|fed| fed.job.clone());
    rows.chain(mentions.asked.iter().map(|asked| asked.job.clone())).collect()
}
