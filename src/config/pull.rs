//! `[[pull]]`: an account, a question to it, and what becomes of the answers.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{Datelike, NaiveDate};

use crate::model::{ColumnName, Fields, Operation, PullShape, PushId};

use super::across::{Export, Mentions};
use super::check::Thing;
use super::cursor::{Table, Value};
use super::problem::nearest;
use super::settings::Main;
use super::target::{Target, target};
use super::{Learners, Pull, learners, parameters};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How far a span of time reaches back unless said. A vendor that goes by the day on which something was begun, and
/// not by what has happened since, never again tells of what lies behind it; most is done by then.
const OVERLAP: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// A year as people count lengths of time.
const YEAR: Duration = Duration::from_secs(31_557_600);

/// Reads a pull; gives its id, and the pull where its account and operation are known. What it says of other
/// files goes to `mentions`.
pub(super) fn pull(
    table: &Table<'_>,
    main: &Main,
    mentions: &mut Mentions,
) -> (Option<String>, Option<Pull>) {
    let Target { account, operation, id, misplaced } = target(table, main, true);
    if misplaced {
        return (id, None);
    }
    let shape = operation.and_then(|operation| operation.pull.as_ref());
    let known =
        account.zip(operation).zip(shape).map(|((account, operation), shape)| (account, operation, shape));
    let questions = parameters::parameters(table, operation);
    let asked = table.get("learners");
    let learners = learners::learners(table, asked.as_ref(), known, mentions);
    let windowed = operation.zip(shape).map(|(operation, shape)| Windowed { operation, shape });
    let overlap = table.get("overlap").and_then(|value| {
        Windowed::check(windowed.as_ref(), &value)?;
        length(&value, Duration::ZERO..=YEAR, "a length of time in quotes, at most a year, such as \"90d\"")
    });
    let since = table.get("since").and_then(|value| {
        Windowed::check(windowed.as_ref(), &value)?;
        since(&value)
    });
    let export = export(table, &learners, mentions);
    let columns = columns(table, operation, &questions, asked.is_some());
    let retention = table.get("retention").and_then(|value| {
        length(&value, DAY..=YEAR * 100, "a length of time in quotes, a day or more, such as \"2y\"")
    });
    table.finish();
    let pull = known.zip(id.clone()).map(|((account, operation, _), id)| Pull {
        id: PushId::from(id),
        connection: account.name.clone(),
        operation: operation.clone(),
        parameters: questions,
        learners,
        overlap: overlap.unwrap_or(OVERLAP),
        since,
        export,
        columns,
        retention: retention.unwrap_or(YEAR * 2),
    });
    (id, pull)
}

/// What keys about spans of time are held against.
struct Windowed<'a> {
    operation: &'a Operation,
    shape: &'a PullShape,
}

impl Windowed<'_> {
    /// Says so where a key means nothing, for the operation asks for no span of time.
    fn check(windowed: Option<&Self>, value: &Value<'_>) -> Option<()> {
        if let Some(Self { operation, .. }) = windowed.filter(|windowed| !windowed.shape.windowed) {
            value.problem(format!(
                "means something only where a span of time is asked for; {} asks for all there is",
                operation.name
            ));
            return None;
        }
        Some(())
    }
}

fn length(value: &Value<'_>, allowed: RangeInclusive<Duration>, words: &str) -> Option<Duration> {
    let length = value.as_text().and_then(|text| humantime::parse_duration(text).ok());
    value.or_wrong(length.filter(|length| allowed.contains(length)), words)
}

/// Where the first span of time begins.
fn since(value: &Value<'_>) -> Option<NaiveDate> {
    let read = |text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let day = value.as_text().and_then(read).or_else(|| value.as_day());
    let day = day.filter(|day| (1970..=9999).contains(&day.year()));
    value.or_wrong(day, "a date, such as \"2026-01-01\"")
}

/// `export`: where the items go.
fn export(table: &Table<'_>, learners: &Learners, mentions: &mut Mentions) -> Option<PathBuf> {
    let value = table.get("export")?;
    let path = value.path()?;
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
    if !["csv", "xlsx"].contains(&ending.as_str()) {
        value.wrong("a file for the items that ends in .csv or .xlsx");
        return None;
    }
    if *learners == Learners::File(path.clone()) {
        value.problem("the learners of this pull are read from there; name another file");
        return None;
    }
    value.requires(Thing::OwnFile(path.clone()));
    mentions.exports.extend(value.place().map(|place| Export { place, path: path.clone(), pulled: true }));
    Some(path)
}

/// `columns`: what that file holds, in this order.
fn columns(
    table: &Table<'_>,
    operation: Option<&Operation>,
    questions: &Fields,
    by_learner: bool,
) -> Option<Vec<ColumnName>> {
    let value = table.get("columns")?;
    if table.get("export").is_none() {
        value.problem("means nothing without `export`, the file whose columns these are");
    }
    let shape = operation.and_then(|operation| Some((operation, operation.pull.as_ref()?)));
    let known = shape.map(|(operation, shape)| (operation, shape.table_columns(by_learner)));
    let mut columns = Vec::new();
    for (text, place) in value.texts() {
        if let Some((operation, known)) = &known
            && !known.iter().any(|column| column.name == text)
        {
            let names = known.iter().map(|column| column.name.as_str());
            let hint = match nearest(text, names) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("`rollbook fields {}` lists them", operation.name),
            };
            place.problem(format!("no such column: {}; {hint}", place.found()));
        } else if let Some(why) = shape.and_then(|(_, shape)| shape.selects?.unasked(shape, questions, text))
        {
            place.notice(format!("{} will be empty in every row: {why}", place.found()));
        }
        columns.push(text.into());
    }
    Some(columns)
}
