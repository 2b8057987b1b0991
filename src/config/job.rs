//! A job file: source, schedule, pushes, guards, report.

use std::path::Path;
use std::time::Duration;

use crate::model::{Fingerprint, GuardLimits};

use super::across::Mentions;
use super::cursor::{Table, Value};
use super::settings::Main;
use super::{Archive, Job, Push, ReportSettings, ReportWhen, address, guard, push, schedule, source};

/// The usual deadline of a run.
const DEADLINE: Duration = Duration::from_secs(4 * 60 * 60);

/// Reads a job file; where it has errors the job is what could be made of it. `None` without a source. Also
/// gives what it says of other files.
pub(super) fn job(
    root: &Table<'_>,
    file: &Path,
    name: &str,
    hash: Fingerprint,
    main: &Main,
) -> (Option<Job>, Mentions) {
    let description = root.get("description").and_then(|value| value.text().map(str::to_owned));
    let deadline = root.get("deadline").and_then(|value| deadline(&value));
    let source = root.need("source", "where the rows come from");
    let source = source.and_then(|value| value.table()).map(source::source).unwrap_or_default();
    let schedule = schedule::schedule(root.get("schedule").and_then(|value| value.table()));
    let usual = GuardLimits::default();
    let limits = root.get("guard").and_then(|value| value.table());
    let limits = limits.map_or(usual.clone(), |table| guard::limits(table, usual));
    let around = push::Around { main, rows: source.rows, key: source.key, guard: limits };
    let mut mentions = Mentions::default();
    let pushes = pushes(root, &around, &mut mentions);
    let archive = root.get("archive");
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
        pulls: Vec::new(),
        report,
        archive,
        deadline: deadline.unwrap_or(DEADLINE),
    });
    (job, mentions)
}

fn pushes(root: &Table<'_>, around: &push::Around<'_>, mentions: &mut Mentions) -> Vec<Push> {
    let Some(value) = root.need("push", "at least one [[push]] is needed") else { return Vec::new() };
    let tables = value.tables();
    let mut pushes: Vec<Push> = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    for table in tables {
        let (id, push) = push::push(&table, around, mentions);
        if let Some(id) = id {
            if ids.contains(&id) {
                table.problem(format!(
                    "two pushes of this job have the id `{id}`; give this one another: id = \"…\""
                ));
            }
            ids.push(id);
        }
        pushes.extend(push);
    }
    pushes
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
