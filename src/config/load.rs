//! All files at once: `rollbook.toml`, then every job file beside it, with the problems of all of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::connectors::{PRODUCTS, Product};
use crate::model::{Digest, JobName};

use super::across::{self, JobFile, Mentions};
use super::address::name_problem;
use super::check::World;
use super::problem::{Problem, ProblemKind};
use super::settings::Main;
use super::{Config, Job, Learners, MailTransport, Place, document, feeding, job, settings};

/// What came of reading the configuration.
#[derive(Debug)]
pub struct Loaded {
    /// The configuration; `None` if any problem is an error.
    pub config: Option<Config>,
    /// Every problem of every file: the files in the order in which they were read, each by line.
    pub problems: Vec<Problem>,
    /// The files read, `rollbook.toml` first.
    pub files: Vec<PathBuf>,
    /// What has to be there in the world, for [`check_world`](super::check_world); also of files with
    /// errors.
    pub world: World,
}

/// Reads `rollbook.toml` and the job files, and nothing else.
pub fn load(path: &Path) -> Loaded {
    load_with(path, PRODUCTS)
}

/// The same with other products.
pub(super) fn load_with(path: &Path, products: &[&'static Product]) -> Loaded {
    let mut loaded =
        Loaded { config: None, problems: Vec::new(), files: vec![path.to_owned()], world: World::default() };
    let Some((_, text)) = text_of(path, &mut loaded.problems) else { return loaded };
    let main = document::read(path, &text, |root| settings::main(root, products));
    loaded.problems.extend(main.problems);
    loaded.world.0.extend(main.needs);
    let main = main.value;
    let mut jobs = BTreeMap::new();
    let mut files = Vec::new();
    for file in job_files(path, &main, &mut loaded.problems) {
        loaded.files.push(file.clone());
        let (job, file) = one_job(&file, &main, &mut loaded);
        jobs.extend(job.map(|job| (job.name.clone(), job)));
        files.push(file);
    }
    let mut across = across::problems(&files, &jobs);
    across.extend(feeding::problems(&files, &jobs));
    feeding::settle(&mut jobs);
    if !across.is_empty() {
        loaded.problems.extend(across);
        let place = |problem: &Problem| loaded.files.iter().position(|file| *file == problem.file);
        loaded.problems.sort_by_key(|problem| (place(problem), problem.line));
    }
    if !loaded.problems.iter().any(Problem::is_error) {
        loaded.config = config(path, main, jobs);
    }
    loaded
}

fn config(path: &Path, main: Main, jobs: BTreeMap<JobName, Job>) -> Option<Config> {
    let mail = main.mail.map(|mut mail| {
        if let MailTransport::Directory(folder) = &mut mail.transport {
            *folder = anchored(folder);
        }
        mail
    });
    Some(Config {
        file: path.to_owned(),
        data_dir: anchored(&main.data_dir?),
        data_key: main.data_key,
        mail,
        connections: main.connections,
        jobs,
    })
}

/// The path, whatever the current folder will be: places of files stand in the database, and the next
/// process may be started elsewhere.
fn anchored(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn one_job(file: &Path, main: &Main, loaded: &mut Loaded) -> (Option<Job>, JobFile) {
    let name = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let mut problems = Vec::new();
    if let Some(problem) = name_problem(name, false) {
        let message = format!("the file's name is the job's, and {problem}");
        problems.push(Problem::of_file(file, message));
    }
    let (mut found, mut mentions) = (None, Mentions::default());
    if let Some((bytes, text)) = text_of(file, &mut problems) {
        let hash = Digest::new().part(&bytes).finish();
        let read = document::read(file, &text, |root| job::job(root, file, name, hash, main));
        problems.extend(read.problems);
        loaded.world.0.extend(read.needs);
        (found, mentions) = read.value;
        mentions.columns = read.columns;
    }
    if let Some(job) = &mut found {
        if let Place::Drop(folder) = &mut job.source.place {
            folder.folder = anchored(&folder.folder);
        }
        for push in &mut job.pushes {
            push.export = push.export.take().map(|export| anchored(&export));
            if push.learners.is_empty() {
                push.learners = job.name.to_string();
            }
        }
    }
    for pull in found.iter_mut().flat_map(|job| &mut job.pulls) {
        pull.export = pull.export.take().map(|export| anchored(&export));
        if let Learners::File(file) = &mut pull.learners {
            *file = anchored(file);
        }
    }
    for export in &mut mentions.exports {
        export.path = anchored(&export.path);
    }
    let broken = problems.iter().any(Problem::is_error);
    loaded.problems.extend(problems);
    (found, JobFile { name: name.to_owned(), mentions, broken })
}

/// The job files, by name; hidden files and files with another ending are none.
fn job_files(path: &Path, main: &Main, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let (folder, line) = &main.jobs_dir;
    let mut problem = |kind, message: String| {
        let (file, line, key) = (path.to_owned(), *line, "jobs_dir".to_owned());
        problems.push(Problem { kind, file, line, key, message });
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            let why = match error.kind() {
                std::io::ErrorKind::NotFound => "no such folder".to_owned(),
                _ => format!("the folder can't be read ({error})"),
            };
            // Behind a syntax error another folder may be named.
            if main.complete || line.is_some() {
                problem(ProblemKind::Error, format!("{why}: {}; the job files lie in it", folder.display()));
            }
            return Vec::new();
        }
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml") && !path.is_dir())
        .filter(|path| !path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")))
        .collect();
    files.sort();
    if files.is_empty() {
        problem(ProblemKind::Notice, format!("no job file (*.toml) in {}", folder.display()));
    }
    files
}

/// The bytes of a file, and the same as text.
fn text_of(file: &Path, problems: &mut Vec<Problem>) -> Option<(Vec<u8>, String)> {
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) => {
            let message = match error.kind() {
                std::io::ErrorKind::NotFound => "no such file".to_owned(),
                _ => format!("the file can't be read: {error}"),
            };
            problems.push(Problem::of_file(file, message));
            return None;
        }
    };
    match String::from_utf8(bytes.clone()) {
        Ok(text) => Some((bytes, text)),
        Err(error) => {
            let good = bytes.get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
            let message = "found bytes that are not UTF-8; save the file as UTF-8".to_owned();
            problems.push(Problem { line: Some(line), ..Problem::of_file(file, message) });
            None
        }
    }
}
