//! `[source]`: where the rows of a job come from.

use std::path::{Path, PathBuf};
use std::time::Duration;

use globset::{GlobBuilder, GlobMatcher};

use crate::model::{ColumnName, RowsKind, SourceFormat, Where};

use super::across::Fed;
use super::check::Thing;
use super::cursor::{Table, Value};
use super::options::Dates;
use super::{DropFolder, Feed, Place, Source};

/// The files that are taken unless said.
const PATTERN: &str = "*.{csv,xlsx}";

/// How the memory of a pull keeps dates.
const KEPT_DATE: &str = "%Y-%m-%d";

/// The keys of a drop folder and of the files in it.
const OF_FILES: [&str; 7] = ["folder", "pattern", "settle_s", "delimiter", "encoding", "sheet", "header_row"];

/// How the names of files with rejected rows end, which reports attach and people drop again.
const REJECTS: &str = "-rejects.csv";

impl DropFolder {
    /// What the names of files are matched with; `None` never, once the configuration was read.
    pub fn matcher(&self) -> Option<NameMatcher> {
        let glob = GlobBuilder::new(&self.pattern).literal_separator(true).build().ok()?;
        Some(NameMatcher(glob.compile_matcher()))
    }

    /// What the file with the rejected rows of `file` is called, so that it is taken from the folder once
    /// it is corrected; `None` where no name of the kind would be, since the job was given `file` by hand.
    pub fn rejects_name(&self, file: &str) -> Option<String> {
        let matcher = self.matcher()?;
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let names = [format!("{stem}{REJECTS}"), format!("{file}{REJECTS}"), file.to_owned()];
        names.into_iter().find(|name| name.ends_with(REJECTS) && matcher.is_meant(Path::new(name)))
    }
}

/// Tells which names of files are meant.
#[derive(Debug)]
pub struct NameMatcher(GlobMatcher);

impl NameMatcher {
    /// Whether a file of this name is meant: the pattern fits, or it is `NAME-rejects.csv` and fits NAME. So
    /// the rejected rows of `staff_export.csv` come back whatever a pattern asks of the end of a name, and
    /// never to another job that shares the folder.
    pub fn is_meant(&self, name: &Path) -> bool {
        let original = name.to_str().and_then(|name| name.strip_suffix(REJECTS));
        self.0.is_match(name) || original.is_some_and(|original| self.0.is_match(original))
    }
}

/// What a `[source]` says, as far as it could be read.
#[derive(Default)]
pub(super) struct Found {
    /// The source; `None` without a folder.
    pub(super) source: Option<Source>,
    /// The key of every push that has none of its own; `None` where it is not given.
    pub(super) key: Option<Vec<ColumnName>>,
    /// `rows`; `None` where it is missing or wrong, which has been said.
    pub(super) rows: Option<RowsKind>,
    /// The pull that the rows come from.
    pub(super) fed: Option<Fed>,
    /// How the rows write dates, where that is known.
    pub(super) dates: Dates,
}

/// Reads `[source]`.
pub(super) fn source(table: Table<'_>) -> Found {
    let pull = table.get("pull");
    let pull_id = table.get("pull_id");
    let dates = pull.as_ref().map(|_| KEPT_DATE);
    let (place, fed) = match pull {
        Some(value) => {
            for (key, value) in OF_FILES.into_iter().filter_map(|key| Some((key, table.get(key)?))) {
                value.problem(format!(
                    "`{key}` means nothing beside `pull`, which needs no file; take it out"
                ));
            }
            feed(&value, pull_id.as_ref()).unzip()
        }
        None => {
            if let Some(value) = pull_id {
                value.problem("means nothing without `pull`, the job whose pull is meant");
            }
            (drop_folder(&table), None)
        }
    };
    let key = table.get("key").map(|value| columns(&value));
    let rows = table.need("rows", "allowed: `full` (everybody is in the file), `delta` (only changes)");
    let rows = rows.and_then(|value| value.word(&[("full", RowsKind::Full), ("delta", RowsKind::Delta)]));
    let filters = table.get("where").and_then(|value| value.table()).map(filters).unwrap_or_default();
    let absent = table.get("where_absent");
    let absent = absent.and_then(|value| value.word(&[("missing", true), ("present", false)]));
    let format = if fed.is_none() && dates.is_none() { format(&table) } else { SourceFormat::default() };
    table.finish();
    let source = place.map(|place| Source {
        place,
        rows: rows.unwrap_or(RowsKind::Delta),
        format,
        filters,
        filtered_is_absent: absent.unwrap_or(false),
    });
    Found { source, key, rows, fed: fed.flatten(), dates }
}

/// `pull`: the job that pulls, and which of its pulls; the id is empty where it has only one.
fn feed(value: &Value<'_>, id: Option<&Value<'_>>) -> Option<(Place, Option<Fed>)> {
    let id = id.and_then(|value| Some((value, value.text()?)));
    let job = value.text()?;
    let feed = Feed { job: job.into(), pull: id.as_ref().map(|(_, id)| *id).unwrap_or_default().into() };
    let pull = id.and_then(|(value, id)| Some((value.place()?, id.to_owned())));
    let fed = value.place().map(|place| Fed { place, job: job.to_owned(), pull });
    Some((Place::Pull(feed), fed))
}

fn drop_folder(table: &Table<'_>) -> Option<Place> {
    let folder = table.need("folder", "the folder in which the exports arrive");
    let folder = folder.and_then(|value| {
        let path = value.path()?;
        value.requires(Thing::DropFolder(path.clone()));
        Some(path)
    });
    let pattern = table.get("pattern").and_then(|value| pattern(&value));
    let settle_s = table.get("settle_s").and_then(|value| value.whole(0..=86_400));
    folder.map(|folder: PathBuf| {
        Place::Drop(DropFolder {
            folder,
            pattern: pattern.unwrap_or(PATTERN.to_owned()),
            settle: Duration::from_secs(settle_s.unwrap_or(5)),
        })
    })
}

/// Reads a list of columns.
pub(super) fn columns(value: &Value<'_>) -> Vec<ColumnName> {
    let named = |(text, place): (&str, Value<'_>)| {
        place.names_column(text);
        text.into()
    };
    value.texts().into_iter().map(named).collect()
}

fn pattern(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    let problem = match GlobBuilder::new(text).literal_separator(true).build() {
        Err(error) => format!("found {}, which is no pattern: {}", value.found(), error.kind()),
        Ok(_) if text.contains('/') => {
            format!("found {}; allowed: a pattern for names of files, without `/`", value.found())
        }
        Ok(_) => return Some(text.to_owned()),
    };
    value.problem(problem);
    None
}

fn filters(table: Table<'_>) -> Vec<Where> {
    let entries = table.entries().into_iter();
    entries
        .map(|(column, value)| {
            value.names_column(&column);
            let values =
                value.one_or_any_texts().into_iter().map(|(text, _)| text.trim().to_owned()).collect();
            Where { column: column.into(), values }
        })
        .collect()
}

fn format(table: &Table<'_>) -> SourceFormat {
    if let Some(value) = table.get("encoding")
        && let Some(text) = value.text()
        && !["utf-8", "utf8"].contains(&text.to_lowercase().as_str())
    {
        value.problem(format!(
            "found {}; only \"utf-8\" can be read so far, so save the export as UTF-8",
            value.found()
        ));
    }
    let delimiter = table.get("delimiter").and_then(|value| {
        let delimiter = match value.as_text().map(str::as_bytes) {
            Some([byte]) if byte.is_ascii() && !b"\"\r\n\0".contains(byte) => Some(*byte),
            _ => None,
        };
        if delimiter.is_none() {
            value.wrong("one character, such as \";\" or \"\\t\", and not a quotation mark");
        }
        delimiter
    });
    let sheet = table.get("sheet").and_then(|value| value.text().map(str::to_owned));
    let header_row = table.get("header_row").and_then(|value| value.whole(1..=1_048_576));
    SourceFormat { delimiter, sheet, header_row }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, file: &str, expected: Option<&str>) {
        let source =
            DropFolder { folder: PathBuf::new(), pattern: pattern.to_owned(), settle: Duration::ZERO };
        assert_eq!(source.rejects_name(file).as_deref(), expected, "{pattern} {file}");
        let meant = |name: &str| source.matcher().is_some_and(|matcher| matcher.is_meant(Path::new(name)));
        assert!(expected.is_none_or(meant), "{pattern} {file}");
        assert!(!meant("other-rejects.csv"), "{pattern} {file}");
    }

    #[test]
    fn corrected_rejects_come_back_to_their_job() {
        check("hr-*.{csv,xlsx}", "hr-1.xlsx", Some("hr-1-rejects.csv"));
        check("hr-*.{csv,xlsx}", "hr-1-rejects.csv", Some("hr-1-rejects-rejects.csv"));
        check("*_export.csv", "hr_export.csv", Some("hr_export.csv-rejects.csv"));
        check("*_export.csv", "hr_export.csv-rejects.csv", Some("hr_export.csv-rejects.csv"));
        check("staff.xlsx", "staff.xlsx", Some("staff.xlsx-rejects.csv"));
        check("export", "export", Some("export-rejects.csv"));
        check("hr-*.csv", "by-hand.csv", None);
    }
}
