//! The world that a configuration counts on: folders, secret files, credentials. Changes nothing.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::Access;
use secrecy::ExposeSecret;

use super::header;
use super::problem::{Problem, ProblemKind};
use super::secret::{SecretProblem, SecretRef};

/// How long the data key must be at least, in characters.
const DATA_KEY_CHARS: usize = 32;

/// How much of a list is looked at, in bytes: no line of headings is longer.
const LINE_OF_HEADINGS: u64 = 64 << 10;

/// All that has to be there in the world, with the places in the files that say so; also of files with
/// other problems, as far as they could be read.
#[derive(Clone, Debug, Default)]
pub struct World(pub(super) Vec<Need>);

/// Where something is asked for.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) file: PathBuf,
    pub(super) line: usize,
    pub(super) key: String,
}

/// Something that has to be there, and the place that asks for it.
#[derive(Clone, Debug)]
pub(super) struct Need {
    pub(super) place: Place,
    pub(super) thing: Thing,
}

/// What has to be there.
#[derive(Clone, Debug)]
pub(super) enum Thing {
    /// A folder whose files are taken, so it must be writable.
    DropFolder(PathBuf),
    /// A folder that Rollbook makes for itself where it is missing.
    OwnFolder(PathBuf),
    /// A file that Rollbook writes, in a folder that it makes where it is missing.
    OwnFile(PathBuf),
    /// A file that is read.
    File(PathBuf),
    /// A CSV with a column for at least one of these identifiers.
    Learners(PathBuf, Vec<&'static str>),
    /// A secret.
    Secret(SecretRef),
    /// The secret that seals others.
    DataKey(SecretRef),
}

/// Every problem with what has to be there: folders missing or not writable, secrets missing or open to
/// others.
pub fn check_world(world: &World) -> Vec<Problem> {
    check_in(world, &|name| std::env::var(name).ok())
}

/// The same with another environment.
pub(super) fn check_in(world: &World, environment: &dyn Fn(&str) -> Option<String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for Need { place, thing } in &world.0 {
        let found: Vec<(ProblemKind, String)> = match thing {
            Thing::DropFolder(path) => error(drop_folder(path)),
            Thing::OwnFolder(path) => error(own_folder(path)),
            Thing::OwnFile(path) => own_file(path),
            Thing::File(path) => error(readable_file(path)),
            Thing::Learners(path, identifiers) => {
                error(readable_file(path).or_else(|| headings(path, identifiers)))
            }
            Thing::Secret(reference) => secret(reference, 1, environment),
            Thing::DataKey(reference) => secret(reference, DATA_KEY_CHARS, environment),
        };
        problems.extend(found.into_iter().map(|(kind, message)| {
            let Place { file, line, key } = place.clone();
            Problem { kind, file, line: Some(line), key, message }
        }));
    }
    problems
}

fn error(found: Option<String>) -> Vec<(ProblemKind, String)> {
    found.into_iter().map(|message| (ProblemKind::Error, message)).collect()
}

fn drop_folder(path: &Path) -> Option<String> {
    match std::fs::metadata(path) {
        Ok(found) if !found.is_dir() => Some(format!("{} is not a folder", path.display())),
        Ok(_) if !may_write(path) => Some(format!(
            "folder {} is not writable for this user; a file is claimed by moving it, so it must be",
            path.display()
        )),
        Ok(_) => None,
        Err(error) => Some(not_there("folder", path, &error)),
    }
}

fn own_folder(path: &Path) -> Option<String> {
    match std::fs::metadata(path) {
        Ok(found) if !found.is_dir() => Some(format!("{} is not a folder", path.display())),
        Ok(_) if !may_write(path) => Some(format!("folder {} is not writable for this user", path.display())),
        Ok(_) => None,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let above = path.ancestors().skip(1).map(or_here).find(|above| above.exists())?;
            let why = if !above.is_dir() {
                "is not a folder"
            } else if !may_write(above) {
                "is not writable for this user"
            } else {
                return None;
            };
            Some(format!(
                "no such folder: {}, and it can't be made, for {} {why}",
                path.display(),
                above.display()
            ))
        }
        Err(error) => Some(not_there("folder", path, &error)),
    }
}

fn own_file(path: &Path) -> Vec<(ProblemKind, String)> {
    let folder = or_here(path.parent().unwrap_or(path));
    let problem = match std::fs::metadata(path) {
        Ok(found) if !found.is_file() => Some(format!("{} is not a regular file", path.display())),
        _ => own_folder(folder),
    };
    if problem.is_none() && !folder.exists() {
        let message = format!("folder {} is not there yet; it will be made", folder.display());
        return vec![(ProblemKind::Notice, message)];
    }
    error(problem)
}

fn readable_file(path: &Path) -> Option<String> {
    match std::fs::metadata(path) {
        Ok(found) if !found.is_file() => Some(format!("{} is not a regular file", path.display())),
        Ok(_) => {
            let readable = rustix::fs::access(path, Access::READ_OK).is_ok();
            (!readable).then(|| format!("file {} is not readable for this user", path.display()))
        }
        Err(error) => Some(not_there("file", path, &error)),
    }
}

/// What is wrong with the headings of a list of learners.
fn headings(path: &Path, identifiers: &[&str]) -> Option<String> {
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(path);
    match opened.and_then(|file| file.take(LINE_OF_HEADINGS).read_to_end(&mut bytes)) {
        Ok(_) => header::problem(&path.display().to_string(), &bytes, identifiers),
        Err(error) => Some(format!("file {} can't be read: {error}", path.display())),
    }
}

fn secret(
    reference: &SecretRef,
    least: usize,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Vec<(ProblemKind, String)> {
    let mut found = Vec::new();
    if let SecretRef::File(path) = reference
        && let Ok(metadata) = std::fs::metadata(path)
        && metadata.is_file()
        && metadata.permissions().mode() & 0o077 != 0
    {
        let mode = metadata.permissions().mode() & 0o777;
        let path = path.display();
        found.push((
            ProblemKind::Error,
            format!("secret file {path} is open to others (mode {mode:04o}); run `chmod 600 {path}`"),
        ));
    }
    match reference.resolve_in(environment) {
        Ok(secret) => {
            let chars = secret.expose_secret().chars().count();
            if chars < least {
                let message = format!("{reference} has {chars} characters; at least {least} are needed");
                found.push((ProblemKind::Error, message));
            }
        }
        Err(problem @ SecretProblem::NotCheckableHere(_)) => {
            found.push((ProblemKind::Notice, problem.to_string()));
        }
        Err(problem) => found.push((ProblemKind::Error, problem.to_string())),
    }
    found
}

fn not_there(what: &str, path: &Path, error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => format!("no such {what}: {}", path.display()),
        _ => format!("{what} {} can't be reached: {error}", path.display()),
    }
}

fn may_write(path: &Path) -> bool {
    rustix::fs::access(path, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// The parent of a path of one part is written as nothing and means the folder we are in.
fn or_here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}
