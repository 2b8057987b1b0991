//! Syntax errors of TOML in words, and how much of the file they hide.

use std::collections::BTreeSet;

use toml::de::{DeTable, Error};

use super::document::{Page, places_of};
use super::problem::{Problem, ProblemKind};

/// How far a file with syntax errors can be trusted.
#[derive(Default)]
pub(super) struct Damage {
    /// Lines with a broken value: what else is said about them is a consequence.
    pub(super) lines: BTreeSet<usize>,
    /// The line from which on keys may have been lost.
    pub(super) from: Option<usize>,
}

/// Every syntax error, one a line, and the damage.
pub(super) fn explain(
    page: &Page,
    text: &str,
    root: &DeTable<'_>,
    errors: &[Error],
) -> (Vec<Problem>, Damage) {
    let mut errors: Vec<_> = errors
        .iter()
        .map(|error| (error.span().unwrap_or_default(), error.message().split(", expected").next(), error))
        .collect();
    errors.sort_by_key(|(span, ..)| span.start);
    // What stands behind a bracket that nobody closed has been read as a part of it.
    let unclosed = errors.iter().any(|(_, what, _)| what.is_some_and(|what| what.starts_with("unclosed")));
    let mut problems: Vec<Problem> = Vec::new();
    let mut damage = Damage::default();
    for (span, what, error) in errors {
        let line = page.line(span.start);
        if damage.lines.contains(&line) || (unclosed && damage.from.is_some()) {
            continue;
        }
        let written = text.get(span.clone()).unwrap_or_default();
        let message = match what.unwrap_or_default() {
            "duplicate key" => twice(page, text, root, written, span.start),
            "string values must be quoted" if written.trim().is_empty() => {
                damage.lines.insert(line);
                "not TOML: a value is missing behind the `=`".to_owned()
            }
            "string values must be quoted" | "invalid boolean" => {
                damage.lines.insert(line);
                "not TOML: a text must stand in quotes".to_owned()
            }
            "invalid basic string" | "invalid literal string" => {
                damage.lines.insert(line);
                "not TOML: a text without its closing quote, or a value is missing".to_owned()
            }
            "missing comma between array elements" => {
                damage.from.get_or_insert(line);
                "not TOML: a comma is missing before this value, or a closing `]` further up".to_owned()
            }
            "key with no value" => {
                damage.from.get_or_insert(line);
                "not TOML: every line is `key = value`, and a key with blanks in it must stand in quotes"
                    .to_owned()
            }
            what => {
                let lost = ["unclosed", "missing comma", "unexpected", "extra", "cannot", "recursion"];
                let value_only = what.starts_with("unexpected leading") || what.contains("number");
                if lost.iter().any(|start| what.starts_with(start)) && !value_only {
                    damage.from.get_or_insert(line);
                }
                damage.lines.insert(line);
                format!("not TOML: {}", error.message())
            }
        };
        problems.push(Problem {
            kind: ProblemKind::Error,
            file: page.file().to_owned(),
            line: Some(line),
            key: String::new(),
            message,
        });
    }
    (problems, damage)
}

/// A key or table that is written twice: which, and where the first one stands.
fn twice(page: &Page, text: &str, root: &DeTable<'_>, written: &str, at: usize) -> String {
    let name = written.trim_matches(['"', '\'']);
    let line = page.line(at);
    let headers = || text.lines().map(|line| line.split(']').next().unwrap_or_default().replace(' ', ""));
    let header = headers().nth(line - 1).filter(|header| header.starts_with('['));
    let first = match header {
        // The parser keeps the second of two headers, so the first one is looked for in the text.
        Some(header) => headers().position(|other| other == header).map(|above| above + 1),
        // Of all keys of that name, the last one before it in a table that is still open.
        None => places_of(name, root)
            .into_iter()
            .rfind(|(start, ends)| *start < at && *ends > at)
            .map(|(start, _)| page.line(start)),
    };
    match first.filter(|first| *first < line) {
        Some(first) => format!("`{name}` is written twice; the first one stands in line {first}"),
        None => format!("`{name}` is written twice"),
    }
}
