//! What job files say about each other: whom a push waits for, and which files it writes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Component, Path, PathBuf};

use crate::model::{ConnectionName, JobName};

use super::Job;
use super::check::Place;
use super::problem::{Problem, ProblemKind, hint};

/// What one job file says of others.
#[derive(Default)]
pub(super) struct Mentions {
    /// The entries of `after`.
    pub(super) after: Vec<After>,
    /// The files and folders of `export`.
    pub(super) exports: Vec<Export>,
    /// `pull` of the source.
    pub(super) fed: Option<Fed>,
    /// The jobs whose people are asked for.
    pub(super) asked: Vec<Asked>,
    /// Every name of a column of the source.
    pub(super) columns: Vec<(Place, String)>,
}

/// An entry of `after`.
pub(super) struct After {
    /// Where it stands.
    pub(super) place: Place,
    /// The job that it names.
    pub(super) job: String,
    /// How many columns name the person here; `None` where that is not known.
    pub(super) columns: Option<usize>,
}

/// An `export`.
pub(super) struct Export {
    /// Where it stands.
    pub(super) place: Place,
    /// The file or folder.
    pub(super) path: PathBuf,
    /// Whether a pull writes it.
    pub(super) pulled: bool,
}

/// A source that is a pull.
pub(super) struct Fed {
    /// Where that stands.
    pub(super) place: Place,
    /// The job that pulls.
    pub(super) job: String,
    /// Which of its pulls, where that is said.
    pub(super) pull: Option<(Place, String)>,
}

/// A job whose people a pull asks for.
pub(super) struct Asked {
    /// Where that stands.
    pub(super) place: Place,
    /// The job.
    pub(super) job: String,
    /// The account that is asked, and the fields that may name a learner there; `None` where that is not known.
    pub(super) about: Option<(ConnectionName, Vec<&'static str>)>,
}

/// A job file as far as others may mention it.
pub(super) struct JobFile {
    /// The job's name.
    pub(super) name: String,
    /// What it says of others.
    pub(super) mentions: Mentions,
    /// Whether it has errors of its own, so that more may be said there than could be read.
    pub(super) broken: bool,
}

/// Every problem between job files.
pub(super) fn problems(files: &[JobFile], jobs: &BTreeMap<JobName, Job>) -> Vec<Problem> {
    let mut found = Vec::new();
    for file in files {
        for after in &file.mentions.after {
            found.extend(waits(file, after, files, jobs).map(|message| problem(&after.place, message)));
        }
    }
    let exports: Vec<(&JobFile, &Export)> = files
        .iter()
        .flat_map(|file| file.mentions.exports.iter().map(move |export| (file, export)))
        .collect();
    for (at, (_, export)) in exports.iter().enumerate() {
        let path = plain(&export.path);
        let others = exports.iter().take(at);
        if let Some((other, other_export)) = others.into_iter().find(|(_, other)| plain(&other.path) == path)
        {
            let writer = if other_export.pulled { "pull" } else { "push" };
            let message = format!(
                "a {writer} of the job `{}` writes there too; give each a place of its own",
                other.name
            );
            found.push(problem(&export.place, message));
        }
        if let Some(job) = jobs.values().find(|job| takes(job, &path)) {
            let written = if export.pulled { "what is written there" } else { "its links" };
            let message = format!(
                "the job `{}` takes files of this name from this folder, so it would read {written} as data; \
                 name another folder",
                job.name
            );
            found.push(problem(&export.place, message));
        }
    }
    found
}

/// What is wrong with waiting for a job.
fn waits(file: &JobFile, after: &After, files: &[JobFile], jobs: &BTreeMap<JobName, Job>) -> Option<String> {
    let wanted = after.job.as_str();
    if wanted == file.name {
        return Some("names the job itself; within a job users go first without being told".to_owned());
    }
    let Some(other) = files.iter().find(|file| file.name == wanted) else {
        let names: Vec<_> =
            files.iter().map(|file| file.name.as_str()).filter(|name| *name != file.name).collect();
        return Some(format!("no such job: {wanted:?}{}", hint(wanted, &names, "there are ")));
    };
    let waits_for = |mentions: &'_ Mentions| mentions.after.iter().map(|after| after.job.clone()).collect();
    if let Some(ring) = ring(file, wanted, files, waits_for) {
        return Some(format!("the jobs wait for each other: {ring}; take one `after` out"));
    }
    let persons: Vec<usize> = match jobs.get(wanted) {
        Some(job) if !other.broken => job.pushes.iter().map(|push| push.mapping.person.len()).collect(),
        _ => return None,
    };
    let columns = after.columns?;
    if persons.iter().all(|count| *count == 0) {
        return Some(format!(
            "no push of the job `{wanted}` has `person`, so nobody there can be waited for; say there which \
             columns name the person"
        ));
    }
    if !persons.contains(&columns) {
        let there = persons.iter().max().copied().unwrap_or_default();
        return Some(format!(
            "`person` has {columns} columns here, and {there} in the job `{wanted}`; it must have as many, in \
             the same order"
        ));
    }
    None
}

/// The ring that leads from a job through `next` back to it, as people read it; once for each ring, at the first
/// of its jobs.
pub(super) fn ring(
    file: &JobFile,
    next: &str,
    files: &[JobFile],
    leads_to: impl Fn(&Mentions) -> Vec<String>,
) -> Option<String> {
    let way = way(files, next, &file.name, leads_to)?;
    let first = way.iter().min() == Some(&file.name);
    first.then(|| format!("{} → {}", file.name, way.join(" → ")))
}

/// The shortest way from one job to another, both included.
fn way(
    files: &[JobFile],
    from: &str,
    to: &str,
    leads_to: impl Fn(&Mentions) -> Vec<String>,
) -> Option<Vec<String>> {
    let mut ways = VecDeque::from([vec![from.to_owned()]]);
    let mut been: BTreeSet<String> = BTreeSet::from([from.to_owned()]);
    while let Some(way) = ways.pop_front() {
        let last = way.last().map(String::as_str).unwrap_or_default();
        if last == to {
            return Some(way);
        }
        let file = files.iter().find(|file| file.name == last);
        for next in file.into_iter().flat_map(|file| leads_to(&file.mentions)) {
            if been.insert(next.clone()) {
                ways.push_back([way.as_slice(), &[next]].concat());
            }
        }
    }
    None
}

/// Whether a job takes a file of that name from that folder.
fn takes(job: &Job, path: &Path) -> bool {
    let Some(folder) = job.source.drop_folder() else { return false };
    let meant = || path.file_name().zip(folder.matcher());
    path.parent() == Some(&plain(&folder.folder))
        && meant().is_some_and(|(name, matcher)| matcher.is_meant(Path::new(name)))
}

/// A path without `.` and `..`, by its words alone.
fn plain(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if parts.file_name().is_some() => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts
}

/// An error at a place.
pub(super) fn problem(place: &Place, message: String) -> Problem {
    let Place { file, line, key } = place.clone();
    Problem { kind: ProblemKind::Error, file, line: Some(line), key, message }
}
