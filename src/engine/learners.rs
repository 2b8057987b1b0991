//! Whom a pull asks for: the active people of a job, those of a CSV, or those of a list.

use std::path::Path;

use crate::config::Pull;
use crate::model::{JobName, Key, Learner, OperationKind, Standing};
use crate::store::{NewStep, SnapshotRow};

use super::EngineError;
use super::acquire::open_regular;
use super::entering::Entering;

/// How many people are fetched at a time.
const PAGE: u32 = 500;
/// The largest list of learners, in bytes.
const LARGEST: u64 = 64 << 20;

/// How learners are named: each identifier, and the field of a push of users that holds it.
type Identifiers = &'static [(&'static str, &'static str)];

impl Entering<'_> {
    /// The active people whom a job pushes to the same connection.
    pub(super) async fn people_of(&mut self, job: &JobName, pull: &Pull) -> Result<(), EngineError> {
        let identifiers = identifiers(pull);
        let found = self.engine().config.jobs.get(job).map(|job| job.pushes.clone()).unwrap_or_default();
        let users = |push: &&crate::config::Push| {
            push.operation.kind == OperationKind::PushUsers && push.connection == pull.connection
        };
        let mut people = 0_u64;
        for push in found.iter().filter(users) {
            let name = &push.operation.name;
            let Some(push) = self.store().find_push(job, &push.id, &push.connection, name).await? else {
                continue;
            };
            let mut after: Option<Key> = None;
            loop {
                let page = self.store().snapshot_page(push, after.as_ref(), None, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.key.clone());
                for row in &page {
                    if let Some(step) = person(job, row, identifiers) {
                        people += 1;
                        self.add(step).await?;
                    }
                }
            }
        }
        if people == 0 {
            self.notes.push(format!(
                "the job {job} has nobody active on {} whom the LMS has acknowledged: run it first",
                pull.connection
            ));
        }
        Ok(())
    }

    /// Those of a list in the job file.
    pub(super) async fn these(&mut self, learners: &[Learner]) -> Result<(), EngineError> {
        for learner in learners {
            self.add(named(learner.clone())).await?;
        }
        Ok(())
    }

    /// Those of a CSV whose columns bear the names of identifiers.
    pub(super) async fn people_in(&mut self, path: &Path, pull: &Pull) -> Result<(), EngineError> {
        let (path, identifiers) = (path.to_owned(), identifiers(pull));
        let read = tokio::task::spawn_blocking(move || read_file(&path, identifiers)).await;
        match read.map_err(|error| EngineError::Task(error.to_string()))? {
            Ok(steps) => {
                for step in steps {
                    self.add(step).await?;
                }
                Ok(())
            }
            // Nobody can be asked for: that is one failure, and nobody counts as left out.
            Err(reason) => self.add(unusable(String::new(), reason)).await,
        }
    }
}

fn identifiers(pull: &Pull) -> Identifiers {
    pull.operation.pull.map(|shape| shape.identifiers).unwrap_or_default()
}

/// The question for one active record; `None` for any other.
fn person(job: &JobName, row: &SnapshotRow, identifiers: Identifiers) -> Option<NewStep> {
    let known = row.known.as_ref().filter(|known| known.standing == Standing::Active)?;
    let values = identifiers.iter().filter_map(|(name, field)| {
        let value = known.fields.get(&(*field).into())?.trim();
        (!value.is_empty()).then(|| ((*name).to_owned(), value.to_owned()))
    });
    let all: Vec<(String, String)> = values.collect();
    let Some(first) = all.first().cloned() else {
        let fields: Vec<_> = identifiers.iter().map(|(_, field)| format!("`{field}`")).collect();
        let reason = format!(
            "the record {} of the job {job} can't be asked for: it has none of {}, so map one of them",
            row.key,
            fields.join(", ")
        );
        return Some(unusable(row.key.to_string(), reason));
    };
    let mut step = named(Learner { names: vec![first] });
    step.names.extend(all.into_iter().map(|(_, value)| value));
    step.names.push(row.key.to_string());
    Some(step)
}

/// The question for a learner.
fn named(learner: Learner) -> NewStep {
    let scope = learner.to_string();
    let mut names = vec![scope.clone()];
    for (name, value) in &learner.names {
        names.push(value.clone());
        names.push(format!("{name}={value}"));
    }
    NewStep { scope, learner: Some(learner), names, unusable: None }
}

fn unusable(scope: String, reason: String) -> NewStep {
    NewStep { scope, learner: None, names: Vec::new(), unusable: Some(("learner", reason)) }
}

/// The questions of a file.
///
/// # Errors
/// Why the file as a whole is of no use, in words that hold no value.
fn read_file(path: &Path, identifiers: Identifiers) -> Result<Vec<NewStep>, String> {
    let name = path.display();
    let known: Vec<&str> = identifiers.iter().map(|(name, _)| *name).collect();
    let unread = |error: std::io::Error| format!("the list of learners {name} can't be read: {error}");
    let mut bytes = Vec::new();
    let file = open_regular(path).map_err(unread)?;
    std::io::Read::read_to_end(&mut std::io::Read::take(file, LARGEST + 1), &mut bytes).map_err(unread)?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("the list of learners {name} is larger than {} MB", LARGEST >> 20));
    }
    let text = text(&bytes);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let broken = |error: csv::Error| format!("the list of learners {name} is no CSV: {}", kind(&error));
    let header = reader.headers().map_err(broken)?.clone();
    // Where each identifier stands, in their own order.
    let columns: Vec<(&str, usize)> = known
        .iter()
        .filter_map(|known| {
            header.iter().position(|cell| cell.eq_ignore_ascii_case(known)).map(|place| (*known, place))
        })
        .collect();
    if columns.is_empty() {
        return Err(format!(
            "the list of learners {name} has no column that names them; allowed: {}",
            known.join(", ")
        ));
    }
    let mut steps = Vec::new();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let row = record.position().map_or(0, csv::Position::line);
        if record.iter().all(str::is_empty) {
            continue;
        }
        let cell = |(name, place): &(&str, usize)| {
            let value = record.get(*place).filter(|value| !value.is_empty())?;
            Some(((*name).to_owned(), value.to_owned()))
        };
        let names: Vec<(String, String)> = columns.iter().filter_map(cell).collect();
        let problem = if record.len() > header.len() {
            Some("has more cells than the header".to_owned())
        } else if names.is_empty() {
            let all: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
            Some(format!("names nobody: {} is empty", all.join(" and ")))
        } else {
            None
        };
        steps.push(match problem {
            Some(problem) => {
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                unusable(format!("row {row}"), format!("row {row} of {file} {problem}"))
            }
            None => named(Learner { names }),
        });
    }
    Ok(steps)
}

/// The text of a file in UTF-8, UTF-16 with its mark, or else Windows-1252.
fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    let (text, _, broken) = encoding_rs::UTF_8.decode(bytes);
    if broken { encoding_rs::WINDOWS_1252.decode(bytes).0 } else { text }
}

/// What most likely stands between the cells.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |sign: u8| first.bytes().filter(|byte| *byte == sign).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

/// What is wrong with a CSV, without any of its cells.
fn kind(error: &csv::Error) -> String {
    match error.position() {
        Some(position) => format!("line {} can't be read", position.line()),
        None => "it can't be read".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDENTIFIERS: Identifiers = &[("Uniqueid", "unique_id"), ("Email", "email")];

    /// The questions of a file as `scope` or `scope: reason`.
    #[track_caller]
    fn check(content: &[u8], expected: Result<&[&str], &str>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("learners.csv");
        std::fs::write(&path, content).unwrap();
        let found = read_file(&path, IDENTIFIERS).map(|steps| {
            let line = |step: NewStep| match step.unusable {
                Some((_, reason)) => format!("{}: {reason}", step.scope),
                None => step.scope,
            };
            steps.into_iter().map(line).collect::<Vec<_>>()
        });
        let found = found.map_err(|reason| reason.replace(&*path.to_string_lossy(), "FILE"));
        assert_eq!(
            found,
            expected
                .map(|lines| lines.iter().map(|line| (*line).to_owned()).collect())
                .map_err(str::to_owned)
        );
    }

    #[test]
    fn a_list_of_learners_is_read_by_the_names_of_its_columns() {
        check(b"Uniqueid\n101\n102\n", Ok(&["Uniqueid=101", "Uniqueid=102"]));
        // Identifiers in the order of the operation, whatever the order of the columns.
        check(
            b"\xef\xbb\xbfname;EMAIL;uniqueid\r\nAnn;a@b.org;101\r\n;;\r\nBob;;102\r\n",
            Ok(&["Uniqueid=101~Email=a@b.org", "Uniqueid=102"]),
        );
        check(b"Email\tnote\nj\xf6rg@b.org\tx\n", Ok(&["Email=j\u{f6}rg@b.org"]));
    }

    #[test]
    fn rows_that_name_nobody_are_said_with_their_number() {
        check(
            b"name,Uniqueid\nAnn,101\nBob,\nCy,103,x\n",
            Ok(&[
                "Uniqueid=101",
                "row 3: row 3 of learners.csv names nobody: Uniqueid is empty",
                "row 4: row 4 of learners.csv has more cells than the header",
            ]),
        );
    }

    #[test]
    fn a_list_that_names_nobody_at_all_is_no_list() {
        let none = "the list of learners FILE has no column that names them; allowed: Uniqueid, Email";
        check(b"id,mail\n101,a@b.org\n", Err(none));
        check(b"", Err(none));
        check(b"Uniqueid\n", Ok(&[]));
    }
}
