//! What a run of pulls has learnt, in words, and as its templates show it. Pure.

use minijinja::{Value, context};

use crate::model::{ItemEvent, RunStatus};

use super::lines::{MAIL_LINES, cell, elsewhere};
use super::sums::{count, number, terms};
use super::view::{colour, moment};
use super::wording::{clean, headline, shorten};
use super::{EventLine, FieldLine, KindLine, PullSection, Report};

/// How many changed fields of an item a mail shows.
const ITEM_CHANGES: usize = 12;

/// What happened, in the order in which people ask for it.
const EVENTS: [(ItemEvent, &str); 4] = [
    (ItemEvent::Added, "New"),
    (ItemEvent::Retired, "Gone"),
    (ItemEvent::Returned, "Back again"),
    (ItemEvent::Changed, "Changed"),
];

/// The run in a sentence for each pull.
pub(super) fn sentences(report: &Report) -> String {
    let each = report.pulls.iter().map(|pull| {
        let mut text =
            format!("{} of {}: {}.", what(pull), clean(pull.connection.as_str()), said(pull, report));
        if let Some(first) = text.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        text
    });
    let mark = match report.status {
        RunStatus::Ok | RunStatus::Nothing => None,
        RunStatus::Partial => Some("Done in part."),
        RunStatus::Held => Some("Held."),
        RunStatus::Failed => Some("Failed."),
    };
    mark.map(str::to_owned).into_iter().chain(each).collect::<Vec<_>>().join(" ")
}

/// The same as a fragment for a subject, where the name of the job says what it is about: without the contents
/// of items, which stand in the mail.
pub(super) fn done(report: &Report) -> String {
    match report.pulls.as_slice() {
        [one] => in_short(one, report),
        several => {
            let each = several.iter().map(|pull| format!("{}: {}", what(pull), in_short(pull, report)));
            each.collect::<Vec<_>>().join("; ")
        }
    }
}

/// `212 curricula: 3 new, 1 gone`: what stands behind the colon happened to them.
fn in_short(pull: &PullSection, report: &Report) -> String {
    let happened = pull.items.first().map(happened).unwrap_or_default();
    if pull.answered == 0 || pull.is_baseline() || happened.is_empty() {
        return said(pull, report);
    }
    let mut said = Vec::new();
    if pull.by_learner && pull.answered < pull.asked {
        said.push(answered(pull));
    }
    let items: Vec<_> = pull.items.first().map(found).into_iter().collect();
    said.push(format!("{}: {}", items.join(", "), happened.join(", ")));
    said.extend(troubles(pull));
    said.join("; ")
}

/// What a pull has learnt, and why it has not where all failed.
fn said(pull: &PullSection, report: &Report) -> String {
    let words = pull_words(pull);
    let why = report.failures.iter().find(|line| line.pull == pull.pull && pull.answered == 0);
    match why {
        Some(line) => format!("{words} ({})", shorten(clean(&line.reason).trim_end_matches('.'), 80)),
        None => words,
    }
}

/// What a pull has learnt: `212 curricula, 3 new, 1 gone, 5 changed`.
pub fn pull_words(pull: &PullSection) -> String {
    let mut said = Vec::new();
    if pull.asked == 0 {
        return if pull.by_learner { "there is no learner to ask for" } else { "nothing was asked" }
            .to_owned();
    }
    if pull.by_learner && pull.answered < pull.asked {
        said.push(answered(pull));
    } else if pull.by_learner {
        said.push(count(pull.answered, "learner", "learners"));
    } else if pull.answered == 0 {
        said.push("no answer".to_owned());
    }
    said.extend(pull.items.first().filter(|_| pull.answered > 0).map(found));
    said.extend(news(pull));
    said.extend(troubles(pull));
    said.join(", ")
}

fn answered(pull: &PullSection) -> String {
    format!("{} of {} answered", number(pull.answered), count(pull.asked, "learner", "learners"))
}

/// What is wrong beside questions without an answer.
fn troubles(pull: &PullSection) -> Vec<String> {
    let odd = (pull.doubtful > 0).then(|| count(pull.doubtful, "odd answer", "odd answers"));
    let unwritten = pull.unwritten.as_ref().map(|_| "its file could not be written".to_owned());
    let held = pull.held.as_ref().map(|_| "nobody was taken off".to_owned());
    odd.into_iter().chain(unwritten).chain(held).collect()
}

/// What is new in a pull.
fn news(pull: &PullSection) -> Vec<String> {
    let mut said = Vec::new();
    if pull.answered == 0 {
        return said;
    }
    if pull.is_baseline() {
        said.push(if pull.known { "a new baseline" } else { "the first pull" }.to_owned());
        return said;
    }
    let parts = pull.items.get(1..).unwrap_or_default();
    said.extend(pull.items.first().into_iter().flat_map(happened));
    let of_parts = parts.iter().fold(KindLine::default(), |sum, line| KindLine {
        added: sum.added + line.added,
        changed: sum.changed + line.changed,
        retired: sum.retired + line.retired,
        returned: sum.returned + line.returned,
        ..sum
    });
    if of_parts.events() > 0 {
        said.push(format!("of their contents {}", happened(&of_parts).join(" and ")));
    }
    if said.is_empty() && pull.doubtful == 0 {
        said.push("nothing has changed".to_owned());
    }
    said
}

fn what(pull: &PullSection) -> String {
    let name = pull.operation.as_str();
    clean(&name.split_once('.').map_or(name, |(_, short)| short).replace('_', " "))
}

fn found(line: &KindLine) -> String {
    count(line.found, &clean(&line.nouns.0), &clean(&line.nouns.1))
}

fn happened(line: &KindLine) -> Vec<String> {
    let all =
        [(line.added, "new"), (line.returned, "back"), (line.retired, "gone"), (line.changed, "changed")];
    terms(&all).collect()
}

/// Each pull, as the templates have it.
pub(super) fn pulls(report: &Report) -> Vec<Value> {
    report.pulls.iter().map(|pull| pull_view(pull, report)).collect()
}

fn pull_view(pull: &PullSection, report: &Report) -> Value {
    let whole = pull.answered.saturating_sub(pull.doubtful);
    let asked = [
        (whole, "answered"),
        (pull.doubtful, "answered oddly"),
        (pull.failed, "not answered"),
        (pull.unasked(), "not asked"),
    ];
    let label = if pull.by_learner { "learners" } else { "questions" };
    let mut lines = vec![
        context! { label => label, total => number(pull.asked), terms => terms(&asked).collect::<Vec<_>>().join(", ") },
    ];
    let kinds = pull.items.iter().enumerate();
    let told = kinds.filter(|(place, line)| *place == 0 || line.found > 0 || line.events() > 0);
    // Without an answer nothing was counted.
    lines.extend(told.filter(|_| pull.answered > 0).map(|(_, line)| {
        let label = clean(&line.nouns.1);
        context! { label => label, total => number(line.found), terms => happened(line).join(", ") }
    }));
    let mut notes: Vec<String> = Vec::new();
    notes.extend(baseline(pull));
    notes.extend(pull.window.map(|(from, to)| {
        let (from, to) = (moment(from, report.timezone), moment(to, report.timezone));
        format!("It asked for what happened from {from} to {to}.")
    }));
    notes.extend(pull.notes.iter().map(|note| clean(note)));
    context! {
        pull => clean(pull.pull.as_str()),
        connection => clean(pull.connection.as_str()),
        operation => clean(pull.operation.as_str()),
        headline => headline(pull.status),
        colour => colour(pull.status),
        lines => lines,
        notes => notes,
    }
}

/// That nothing can be said of changes where there was nothing to compare with.
fn baseline(pull: &PullSection) -> Option<String> {
    match pull.baselines {
        0 => None,
        _ if pull.answered == 0 => None,
        _ if pull.is_baseline() && pull.known => Some(
            "The question is another than before, so this is a new baseline: nothing counts as new, changed or \
             gone. The next pull says what has changed since."
                .to_owned(),
        ),
        _ if pull.is_baseline() => Some(
            "This is the first pull, the baseline: nothing counts as new. The next one says what has changed \
             since."
                .to_owned(),
        ),
        some => {
            let learners = count(some, "learner was", "learners were");
            Some(format!("{learners} asked for the first time: nothing in their answers counts as new."))
        }
    }
}

/// What happened, event by event; the contents of items behind the items.
pub(super) fn events(report: &Report) -> Vec<Value> {
    EVENTS.iter().filter_map(|(event, heading)| group(report, *event, heading)).collect()
}

fn group(report: &Report, event: ItemEvent, heading: &str) -> Option<Value> {
    let total: u64 = report.pulls.iter().map(|pull| pull.happened_to(event)).sum();
    let mut items: Vec<(&EventLine, Vec<&FieldLine>)> = Vec::new();
    for line in report.events.iter().filter(|line| line.event == event) {
        match items.last_mut() {
            Some((_, changes)) if line.same_item => changes.extend(&line.change),
            _ => items.push((line, line.change.iter().collect())),
        }
    }
    items.sort_by_key(|(line, _)| line.part);
    let shown: Vec<_> = items.iter().take(MAIL_LINES).map(|(line, changes)| item(line, changes)).collect();
    let left = total.saturating_sub(shown.len() as u64);
    (total > 0).then(|| {
        context! {
            heading => heading,
            total => number(total),
            items => shown,
            more => (left > 0).then(|| elsewhere(report, left, "pulled")),
        }
    })
}

fn item(line: &EventLine, changes: &[&FieldLine]) -> Value {
    let noun = clean(&line.noun);
    let title = match &line.title {
        Some(title) => format!("{noun} \"{}\"", cell(title)),
        None => format!("{noun} without a title"),
    };
    let part_of = line.part_of.as_ref().map(|title| format!(" in \"{}\"", cell(title))).unwrap_or_default();
    let learner = match line.learner.as_str() {
        "" => String::new(),
        learner => format!(", learner {}", names(learner)),
    };
    context! {
        name => format!("{title}{part_of}{learner}"),
        pull => clean(line.pull.as_str()),
        changes => changes
            .iter()
            .take(ITEM_CHANGES)
            .map(|change| change_words(change))
            .chain((changes.len() > ITEM_CHANGES).then(|| {
                format!("and {}", count((changes.len() - ITEM_CHANGES) as u64, "other field", "other fields"))
            }))
            .collect::<Vec<_>>(),
    }
}

/// The names of a learner as people read them.
pub(super) fn names(learner: &str) -> String {
    cell(&learner.replace('~', ", "))
}

/// `Price: "10.00" -> "12.00"`.
fn change_words(change: &FieldLine) -> String {
    let label = match change.label.as_str() {
        "" => clean(change.field.as_str()),
        label => clean(label),
    };
    if change.internal {
        return format!("{label}: another one (an ID of the LMS's own, not shown)");
    }
    let value =
        |value: Option<&String>| value.map_or("nothing".to_owned(), |value| format!("\"{}\"", cell(value)));
    format!("{label}: {} -> {}", value(change.before.as_ref()), value(change.after.as_ref()))
}

/// Whether a mail has left out some of the events.
pub(super) fn events_left_out(report: &Report) -> bool {
    let mut fields = 0;
    let long = report.events.iter().any(|line| {
        fields = if line.same_item { fields + 1 } else { 1 };
        fields > ITEM_CHANGES
    });
    let all = |event: ItemEvent| report.pulls.iter().map(|pull| pull.happened_to(event)).sum::<u64>();
    long || EVENTS.iter().any(|(event, _)| all(*event) > MAIL_LINES as u64)
}
