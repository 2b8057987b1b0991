//! A job file: source, schedule, pushes or pulls, guards, report.

use std::path::Path;
use std::time::Duration;

use crate::model::{Fingerprint, GuardLimits, RowsKind, SourceFormat};

use super::across::Mentions;
use super::cursor::{Table, Value};
use super::settings::Main;
use super::{
    Archive, Job, Place, Pull, Push, ReportSettings, ReportWhen, Source, address, guard, pull, push,
    schedule, source,
};

/// The usual deadline of a run.
const DEADLINE: Duration = Duration::from_secs(4 * 60 * 60);

/// Reads a job file; where it has errors the job is what could be made of it. `None` where it pushes without a
/// source. Also gives what it says of other files.
pub(super) fn job(
    root: &Table<'_>,
    file: &Path,
    name: &str,
    hash: Fingerprint,
    main: &Main,
) -> (Option<Job>, Mentions) {
    let description = root.get("description").and_then(|value| value.text().map(str::to_owned));
    let deadline = root.get("deadline").and_then(|value| deadline(&value));
    let mut mentions = Mentions::default();
    let pulls = pulls(root, main, &mut mentions);
    // A job of both is taken for one of pushes, which says why it has a source.
    let pulling = root.get("pull").is_some() && root.get("push").is_none();
    let source = if pulling { nowhere(root) } else { self::source(root) };
    let schedule = schedule::schedule(root.get("schedule").and_then(|value| value.table()), pulling);
    let usual = GuardLimits::default();
    let limits = root.get("guard").filter(|_| !pulling).and_then(|value| value.table());
    let limits = limits.map_or(usual.clone(), |table| guard::limits(table, usual));
    let around =
        push::Around { main, rows: source.rows, key: source.key, dates: source.dates, guard: limits };
    mentions.fed = source.fed;
    let pushes = if pulling { Vec::new() } else { pushes(root, &around, &mut mentions) };
    let archive = root.get("archive").filter(|_| !pulling);
    let secret = pushes.iter().flat_map(|push| &push.mapping.fields).any(|mapping| mapping.field.secret);
    let archive = archive.and_then(|value| archive_of(&value, main)).unwrap_or(match secret {
        true => Archive::Sealed,
        false => Archive::Keep,
    });
    let report = root.get("report").and_then(|value| value.table());
    let report = report.map(|table| report_of(table, main)).unwrap_or_default();
    root.finish();
    let job = source.source.map(|source| Job {
        name: name.into(),
        file: file.to_owned(),
        hash,
        description: description.unwrap_or_default(),
        source,
        schedule,
        pushes,
        pulls,
        report,
        archive,
        deadline: deadline.unwrap_or(DEADLINE),
    });
    (job, mentions)
}

/// Where the rows of pushes come from.
fn source(root: &Table<'_>) -> source::Found {
    // Where nothing is pushed either, that is said, and it may have been meant to pull.
    let value = match root.get("push") {
        Some(_) => root.need("source", "where the rows come from"),
        None => root.get("source"),
    };
    value.and_then(|value| value.table()).map(source::source).unwrap_or_default()
}

/// What stands for the source of a job that pulls; says of what belongs to pushes that it means nothing here.
fn nowhere(root: &Table<'_>) -> source::Found {
    let foreign = [
        ("source", "it has no rows to read"),
        ("guard", "it changes nothing in an LMS"),
        ("archive", "it keeps no files"),
    ];
    for (key, why) in foreign {
        if let Some(value) = root.get(key) {
            value.problem(format!("means nothing in a job of [[pull]]: {why}; take it out"));
        }
    }
    let source = Source {
        place: Place::Nowhere,
        rows: RowsKind::Full,
        format: SourceFormat::default(),
        filters: Vec::new(),
        filtered_is_absent: false,
    };
    source::Found { source: Some(source), ..source::Found::default() }
}

fn pulls(root: &Table<'_>, main: &Main, mentions: &mut Mentions) -> Vec<Pull> {
    let Some(value) = root.get("pull") else { return Vec::new() };
    if root.get("push").is_some() {
        value.problem("a job pushes or pulls, never both; give its pulls a job file of their own");
    }
    let mut ids = Vec::new();
    let read = |table: Table<'_>| {
        let (id, pull) = pull::pull(&table, main, mentions);
        once(&table, id, &mut ids, "pulls");
        pull
    };
    value.tables().into_iter().filter_map(read).collect()
}

fn pushes(root: &Table<'_>, around: &push::Around<'_>, mentions: &mut Mentions) -> Vec<Push> {
    let needed = match root.get("source") {
        Some(_) => "at least one [[push]] is needed",
        None => "a job has a [source] and at least one [[push]], or at least one [[pull]]",
    };
    let Some(value) = root.need("push", needed) else { return Vec::new() };
    let mut ids = Vec::new();
    let read = |table: Table<'_>| {
        let (id, push) = push::push(&table, around, mentions);
        once(&table, id, &mut ids, "pushes");
        push
    };
    value.tables().into_iter().filter_map(read).collect()
}

/// Says where an id is there already.
fn once(table: &Table<'_>, id: Option<String>, ids: &mut Vec<String>, what: &str) {
    let Some(id) = id else { return };
    if ids.contains(&id) {
        table
            .problem(format!("two {what} of this job have the id `{id}`; give this one another: id = \"…\""));
    }
    ids.push(id);
}

fn deadline(value: &Value<'_>) -> Option<Duration> {
    let text = value.as_text().and_then(|text| humantime::parse_duration(text).ok());
    let time = text.filter(|time| !time.is_zero());
    if time.is_none() {
        value.wrong("a length of time in quotes, such as \"4h\" or \"1h 30m\"");
    }
    time
}

fn archive_of(value: &Value<'_>, main: &Main) -> Option<Archive> {
    let words = [("keep", Archive::Keep), ("sealed", Archive::Sealed), ("delete", Archive::Delete)];
    let archive = value.word(&words)?;
    if archive == Archive::Sealed && !main.has_data_key && main.complete {
        value.problem("`sealed` needs `data_key` in rollbook.toml, and there is none");
    }
    Some(archive)
}

fn report_of(table: Table<'_>, main: &Main) -> ReportSettings {
    let words = [
        ("always", ReportWhen::Always),
        ("changes", ReportWhen::Changes),
        ("problems", ReportWhen::Problems),
    ];
    let when = table.get("when").and_then(|value| value.word(&words)).unwrap_or_default();
    let to = table.need("to", "whom the report goes to: [\"lms-admins@example.org\"]");
    if let Some(value) = to.as_ref().filter(|_| !main.has_mail && main.complete) {
        value.problem("the report can't be sent: there is no [mail] in rollbook.toml");
    }
    let to = to.map(|value| address::emails(&value)).unwrap_or_default();
    table.finish();
    ReportSettings { to, when }
}
