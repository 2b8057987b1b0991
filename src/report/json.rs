//! The document of `sync --json` and `show --json`: schema 1, times in UTC, no secrets. Pure.

use std::cell::RefCell;
use std::io::{self, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::ser::{Error as _, SerializeMap};
use serde::{Serialize, Serializer};

use super::{OpenLine, RefusalLine, RejectLine, Report, StoppedLine};

/// A report as its JSON document, with the rejects and refusals that the report itself holds.
pub fn json(report: &Report) -> Document<'_> {
    Document(report)
}

/// Writes the document of a report with all its rejects and refusals, however many there are: they go
/// straight from the iterators to `out`. Indented, with a line break at the end.
///
/// # Errors
/// What `out` or an iterator says; the document is then incomplete.
pub fn write_json<W: Write>(
    mut out: W,
    report: &Report,
    rejects: &mut dyn Iterator<Item = io::Result<RejectLine>>,
    refusals: &mut dyn Iterator<Item = io::Result<RefusalLine>>,
) -> io::Result<()> {
    let failed = RefCell::new(None);
    let rejects = Stream { items: RefCell::new(rejects), failed: &failed };
    let refusals = Stream { items: RefCell::new(refusals), failed: &failed };
    let mut serializer = serde_json::Serializer::pretty(&mut out);
    let written = write_parts(&mut serializer, report, &rejects, &refusals);
    if let Some(error) = failed.into_inner() {
        return Err(error);
    }
    written?;
    writeln!(out)
}

/// The JSON document of a report, for any serializer that keeps the order.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a>(&'a Report);

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_parts(serializer, self.0, &self.0.rejects, &self.0.refusals)
    }
}

fn write_parts<S: Serializer>(
    serializer: S,
    report: &Report,
    rejects: &impl Serialize,
    refusals: &impl Serialize,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("schema", &1)?;
    map.serialize_entry("run", &report.run)?;
    map.serialize_entry("job", &report.job)?;
    map.serialize_entry("status", &report.status)?;
    map.serialize_entry("cause", &report.cause)?;
    map.serialize_entry("started_at", &utc(report.started_at))?;
    map.serialize_entry("finished_at", &report.finished_at.map(utc))?;
    map.serialize_entry("failure", &report.failure)?;
    map.serialize_entry("notes", &notes(report))?;
    map.serialize_entry("source", &report.source)?;
    map.serialize_entry("pushes", &report.pushes)?;
    map.serialize_entry("rejects", rejects)?;
    map.serialize_entry("refusals", refusals)?;
    map.serialize_entry("guards", &report.guards)?;
    map.serialize_entry("stopped", &report.stopped.iter().map(stopped).collect::<Vec<_>>())?;
    map.serialize_entry("still_open", &report.still_open.iter().map(open).collect::<Vec<_>>())?;
    map.end()
}

fn utc(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The notes of the run, then those of its pushes with their names.
fn notes(report: &Report) -> Vec<String> {
    let of_pushes =
        report.pushes.iter().flat_map(|push| push.notes.iter().map(|note| format!("{}: {note}", push.push)));
    report.notes.iter().cloned().chain(of_pushes).collect()
}

#[derive(Serialize)]
struct Stopped<'a> {
    connection: &'a str,
    code: &'a str,
    reason: &'a str,
}

fn stopped(line: &StoppedLine) -> Stopped<'_> {
    Stopped { connection: line.connection.as_str(), code: &line.code, reason: &line.reason }
}

#[derive(Serialize)]
struct Open<'a> {
    run: &'a str,
    push: &'a str,
    key: &'a str,
    code: &'a str,
    reason: &'a str,
}

fn open(line: &OpenLine) -> Open<'_> {
    Open {
        run: line.run.as_str(),
        push: line.push.as_str(),
        key: line.key.as_str(),
        code: &line.code,
        reason: &line.reason,
    }
}

/// An iterator that is serialized as it runs; what goes wrong in it is kept as it is.
struct Stream<'a, 'f, T> {
    items: RefCell<&'a mut dyn Iterator<Item = io::Result<T>>>,
    failed: &'f RefCell<Option<io::Error>>,
}

impl<T: Serialize> Serialize for Stream<'_, '_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut items = self.items.borrow_mut();
        let good = std::iter::from_fn(|| match items.next()? {
            Ok(item) => Some(item),
            Err(error) => {
                *self.failed.borrow_mut() = Some(error);
                None
            }
        });
        let written = serializer.collect_seq(good)?;
        match &*self.failed.borrow() {
            Some(error) => Err(S::Error::custom(error)),
            None => Ok(written),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::report::samples;

    fn written(report: &Report) -> String {
        let mut out = Vec::new();
        let mut rejects = report.rejects.iter().cloned().map(Ok);
        let mut refusals = report.refusals.iter().cloned().map(Ok);
        write_json(&mut out, report, &mut rejects, &mut refusals).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn documents_read_as_kept() {
        for (name, report) in [
            ("ok", samples::ok()),
            ("partial", samples::partial()),
            ("held", samples::held()),
            ("failed", samples::failed()),
        ] {
            insta::assert_snapshot!(format!("{name}.json"), written(&report));
        }
    }

    #[test]
    fn the_stream_and_the_value_say_the_same() {
        let report = samples::partial();
        let streamed: Value = serde_json::from_str(&written(&report)).unwrap();
        assert_eq!(streamed, serde_json::to_value(json(&report)).unwrap());
        assert!(written(&report).starts_with("{\n  \"schema\": 1,"));
    }

    #[test]
    fn the_sums_hold_in_the_document() {
        let document = serde_json::to_value(json(&samples::partial())).unwrap();
        let number = |value: &Value, key: &str| value[key].as_u64().unwrap();
        let sum = |push: &Value, keys: &[&str]| keys.iter().map(|key| number(push, key)).sum::<u64>();
        let source = &document["source"];
        assert_eq!(number(source, "rows"), number(source, "filtered") + number(source, "read"));
        for push in document["pushes"].as_array().unwrap() {
            let rows = ["duplicates", "rejected", "unchanged", "create", "update", "deactivate"];
            assert_eq!(number(source, "read"), sum(push, &rows));
            let outcomes =
                ["accepted", "already", "refused", "parked", "in_doubt", "pending", "superseded", "held"];
            assert_eq!(sum(push, &["create", "update", "deactivate", "remove"]), sum(push, &outcomes));
        }
    }

    #[test]
    fn a_broken_iterator_is_an_error_and_no_whole_document() {
        let report = samples::partial();
        let mut out = Vec::new();
        let broken = io::Error::new(io::ErrorKind::UnexpectedEof, "the spool ends early");
        let mut rejects = [Ok(report.rejects[0].clone()), Err(broken)].into_iter();
        let error = write_json(&mut out, &report, &mut rejects, &mut std::iter::empty()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert!(serde_json::from_slice::<Value>(&out).is_err());
    }
}
