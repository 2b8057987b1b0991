//! For the tests of this folder: a plan in few words, and what was read as text.

use std::io::Cursor;
use std::ops::ControlFlow;

use secrecy::ExposeSecret;

use crate::model::{
    ColumnName, Empty, Field, FieldKind, FieldMapping, PushMapping, Record, Send, SourceFormat, Take, Where,
};

use super::{Mapped, Originals, ReadEvent, ReadPlan, read_export};

/// A text field taken from the column of its name.
pub(super) fn field(name: &str) -> FieldMapping {
    FieldMapping {
        field: Field {
            name: name.into(),
            label: name.to_owned(),
            required: false,
            kind: FieldKind::Text,
            max_chars: None,
            secret: false,
        },
        take: Take::Column(name.into()),
        date: None,
        day_in: None,
        unit: None,
        values: None,
        default: None,
        separator: None,
        trim: true,
        empty: Empty::Omit,
        send: Send::Compared,
    }
}

pub(super) fn push(key: &[&str], fields: Vec<FieldMapping>) -> PushMapping {
    PushMapping {
        push: "p".into(),
        person: Vec::new(),
        rules: Vec::new(),
        key: key.iter().map(|name| (*name).into()).collect(),
        fields,
    }
}

/// What a test reads.
pub(super) struct Case<'a> {
    pub(super) format: SourceFormat,
    pub(super) filters: Vec<Where>,
    pub(super) key: Vec<ColumnName>,
    pub(super) pushes: Vec<PushMapping>,
    pub(super) originals: Option<&'a Originals<'a>>,
}

impl Case<'_> {
    pub(super) fn new(pushes: Vec<PushMapping>) -> Self {
        let key = pushes.first().map(|push| push.key.clone()).unwrap_or_default();
        Self { format: SourceFormat::default(), filters: Vec::new(), key, pushes, originals: None }
    }

    /// One line an event, then the counts or the problem of the file.
    pub(super) fn lines(&self, bytes: &[u8]) -> String {
        let plan = ReadPlan {
            file_name: "hr.csv",
            format: &self.format,
            filters: &self.filters,
            source_key: &self.key,
            pushes: &self.pushes,
            originals: self.originals,
            cells_of: None,
        };
        let mut lines = Vec::new();
        let result = read_export(Cursor::new(bytes), &plan, &mut |event| {
            match event {
                ReadEvent::Header(info) => {
                    lines.push(format!("header {}", info.columns.join("|")));
                    lines.extend(info.notes.iter().map(|note| format!("note {note}")));
                    if !info.secret_columns.is_empty() || info.correction {
                        lines
                            .push(format!("secret {:?} correction {}", info.secret_columns, info.correction));
                    }
                }
                ReadEvent::Row(row) => {
                    let sheet = row.origin.sheet.as_deref().unwrap_or_default();
                    let what: Vec<String> = row.pushes.iter().map(mapped).collect();
                    lines.push(format!("{sheet}{} {}", row.origin.row, what.join(" ## ")));
                    lines.extend(row.cells.map(|cells| format!("  cells {}", cells.join("|"))));
                }
            }
            ControlFlow::Continue(())
        });
        match result {
            Ok(summary) => {
                lines.push(format!("{} rows, {} filtered", summary.rows, summary.filtered));
                lines.extend(summary.notes.iter().map(|note| format!("note {note}")));
            }
            Err(problem) => lines.push(format!("problem {problem}")),
        }
        lines.join("\n")
    }
}

fn mapped(mapped: &Mapped) -> String {
    match mapped {
        Mapped::Record(record) => format!("{} {{{}}}", record.key, values(record)),
        Mapped::Rejected { key, problems } => {
            let key = key.as_ref().map_or("?", |key| key.as_str());
            let problems: Vec<String> = problems
                .iter()
                .map(|problem| {
                    let field = problem.field.as_ref().map_or("-", |field| field.as_str());
                    format!("{field}={:?}: {}", problem.value.as_deref().unwrap_or_default(), problem.reason)
                })
                .collect();
            format!("{key} rejected {}", problems.join(" & "))
        }
        Mapped::Filtered { key } => format!("{} filtered", key.as_ref().map_or("?", |key| key.as_str())),
    }
}

fn values(record: &Record) -> String {
    let mut values: Vec<String> =
        record.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let extras = [("create", &record.extras.create), ("always", &record.extras.always)];
    for (mark, fields) in extras {
        values.extend(fields.iter().map(|(name, value)| format!("{mark} {name}={value}")));
    }
    let secrets = [("create", &record.secrets.create), ("always", &record.secrets.always)];
    for (mark, secrets) in secrets {
        values.extend(
            secrets.iter().map(|(name, secret)| format!("secret {mark} {name}={}", secret.expose_secret())),
        );
    }
    values.extend(record.extras.person.iter().map(|person| format!("person {person}")));
    values.extend(record.missing_for_create.iter().map(|name| format!("missing {name}")));
    values.join(", ")
}
