//! The document of `sync --json` and `show --json`: schema 1, times in UTC, no secrets. Pure.

use std::cell::RefCell;
use std::io::{self, Write};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::ser::{Error as _, SerializeMap};
use serde::{Serialize, Serializer};

use super::{EventLine, FailureLine, OpenLine, RefusalLine, RejectLine, Report, StoppedLine, VanishedLine};

/// The lists of a document that may be of any length, each item as it is written.
pub struct Lists<'a> {
    /// Rows turned down.
    pub rejects: &'a mut dyn Iterator<Item = io::Result<RejectLine>>,
    /// What the LMS has not taken.
    pub refusals: &'a mut dyn Iterator<Item = io::Result<RefusalLine>>,
    /// What is in doubt.
    pub in_doubt: &'a mut dyn Iterator<Item = io::Result<RefusalLine>>,
    /// What is no longer in the file and can't be taken back.
    pub vanished: &'a mut dyn Iterator<Item = io::Result<VanishedLine>>,
    /// What happened in the LMS, as pulls saw it.
    pub events: &'a mut dyn Iterator<Item = io::Result<EventLine>>,
    /// Questions of pulls that were not answered.
    pub failures: &'a mut dyn Iterator<Item = io::Result<FailureLine>>,
}

/// A report as its JSON document, with the lists that the report itself holds.
pub fn json(report: &Report) -> Document<'_> {
    Document(report)
}

/// Writes the document of a report with whole lists, however long they are: they go straight from the
/// iterators to `out`. Indented, with a line break at the end.
///
/// # Errors
/// What `out` or an iterator says; the document is then incomplete.
pub fn write_json<W: Write>(mut out: W, report: &Report, lists: Lists<'_>) -> io::Result<()> {
    let failed = RefCell::new(None);
    let parts = Parts {
        rejects: &Stream { items: RefCell::new(lists.rejects), failed: &failed },
        refusals: &Stream { items: RefCell::new(lists.refusals), failed: &failed },
        in_doubt: &Stream { items: RefCell::new(lists.in_doubt), failed: &failed },
        vanished: &Stream { items: RefCell::new(lists.vanished), failed: &failed },
        events: &Stream { items: RefCell::new(lists.events), failed: &failed },
        failures: &Stream { items: RefCell::new(lists.failures), failed: &failed },
    };
    let mut serializer = serde_json::Serializer::pretty(&mut out);
    let written = write_parts(&mut serializer, report, &parts);
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
        let Report { rejects, refusals, in_doubt, vanished, events, failures, .. } = self.0;
        write_parts(serializer, self.0, &Parts { rejects, refusals, in_doubt, vanished, events, failures })
    }
}

struct Parts<'a, R, F, D, V, E, U> {
    rejects: &'a R,
    refusals: &'a F,
    in_doubt: &'a D,
    vanished: &'a V,
    events: &'a E,
    failures: &'a U,
}

fn write_parts<S: Serializer>(
    serializer: S,
    report: &Report,
    parts: &Parts<
        '_,
        impl Serialize,
        impl Serialize,
        impl Serialize,
        impl Serialize,
        impl Serialize,
        impl Serialize,
    >,
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
    map.serialize_entry("pulls", &report.pulls)?;
    map.serialize_entry("rejects", parts.rejects)?;
    map.serialize_entry("refusals", parts.refusals)?;
    map.serialize_entry("in_doubt", parts.in_doubt)?;
    map.serialize_entry("vanished", parts.vanished)?;
    map.serialize_entry("events", parts.events)?;
    map.serialize_entry("failures", parts.failures)?;
    map.serialize_entry("guards", &report.guards)?;
    map.serialize_entry("stopped", &report.stopped.iter().map(stopped).collect::<Vec<_>>())?;
    map.serialize_entry("still_open", &report.still_open.iter().map(open).collect::<Vec<_>>())?;
    map.end()
}

fn utc(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The notes of the run, then those of its pushes and pulls with their names.
fn notes(report: &Report) -> Vec<String> {
    let of_pushes =
        report.pushes.iter().flat_map(|push| push.notes.iter().map(|note| format!("{}: {note}", push.push)));
    let of_pulls =
        report.pulls.iter().flat_map(|pull| pull.notes.iter().map(|note| format!("{}: {note}", pull.pull)));
    report.notes.iter().cloned().chain(of_pushes).chain(of_pulls).collect()
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
    state: &'a str,
    code: &'a str,
    reason: &'a str,
}

fn open(line: &OpenLine) -> Open<'_> {
    Open {
        run: line.run.as_str(),
        push: line.push.as_str(),
        key: line.key.as_str(),
        state: line.state.as_str(),
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
    use crate::report::{pullsamples, samples};

    fn written(report: &Report) -> String {
        let mut out = Vec::new();
        let mut rejects = report.rejects.iter().cloned().map(Ok);
        let mut refusals = report.refusals.iter().cloned().map(Ok);
        let mut in_doubt = report.in_doubt.iter().cloned().map(Ok);
        let mut vanished = report.vanished.iter().cloned().map(Ok);
        let mut events = report.events.iter().cloned().map(Ok);
        let mut failures = report.failures.iter().cloned().map(Ok);
        let lists = Lists {
            rejects: &mut rejects,
            refusals: &mut refusals,
            in_doubt: &mut in_doubt,
            vanished: &mut vanished,
            events: &mut events,
            failures: &mut failures,
        };
        write_json(&mut out, report, lists).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn documents_read_as_kept() {
        for (name, report) in [
            ("ok", samples::ok()),
            ("partial", samples::partial()),
            ("held", samples::held()),
            ("failed", samples::failed()),
            ("assignments", samples::assignments()),
            ("catalog", pullsamples::catalog()),
            ("plan", pullsamples::plan()),
        ] {
            insta::assert_snapshot!(format!("{name}.json"), written(&report));
        }
    }

    #[test]
    fn the_stream_and_the_value_say_the_same() {
        for report in [samples::partial(), samples::assignments(), pullsamples::plan()] {
            let streamed: Value = serde_json::from_str(&written(&report)).unwrap();
            assert_eq!(streamed, serde_json::to_value(json(&report)).unwrap());
            assert!(written(&report).starts_with("{\n  \"schema\": 1,"));
        }
    }

    #[test]
    fn the_sums_hold_in_the_document() {
        for report in [samples::partial(), samples::held(), samples::assignments()] {
            sums_hold(&serde_json::to_value(json(&report)).unwrap());
        }
    }

    fn sums_hold(document: &Value) {
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
        let lists = Lists {
            rejects: &mut rejects,
            refusals: &mut std::iter::empty(),
            in_doubt: &mut std::iter::empty(),
            vanished: &mut std::iter::empty(),
            events: &mut std::iter::empty(),
            failures: &mut std::iter::empty(),
        };
        let error = write_json(&mut out, &report, lists).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert!(serde_json::from_slice::<Value>(&out).is_err());
    }
}
