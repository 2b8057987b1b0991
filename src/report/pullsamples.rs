//! Reports of pulls for tests: one of each kind that people get.

use chrono::{DateTime, Utc};

use crate::model::{ItemEvent, RunStatus};

use super::{EventLine, FailureLine, FieldLine, KindLine, PullSection, Report, samples};

/// A night with a bit of everything, and nothing wrong.
pub(super) fn catalog() -> Report {
    let mut pull = section("upside.training_catalog", 1, 1);
    pull.items = vec![
        KindLine { added: 3, retired: 1, changed: 2, ..kind("curriculum", ("curriculum", "curricula"), 212) },
        KindLine { added: 2, ..kind("Course", ("course", "courses"), 1034) },
        kind("Assessment", ("assessment", "assessments"), 0),
        KindLine {
            returned: 1,
            ..kind("Reference Material", ("reference material", "reference materials"), 87)
        },
    ];
    (pull.added, pull.retired, pull.changed, pull.returned) = (5, 1, 2, 1);
    let curriculum = |event, title: &str| line(event, "curriculum", Some(title));
    let part = |event, kind: &str, title: &str| EventLine {
        part: true,
        part_of: Some("Working at heights".to_owned()),
        ..line(event, kind, Some(title))
    };
    let price = change("price", "Price", Some("10.00"), Some("12.50"));
    let until = change("avail_to", "Available to", None, Some("2027-03-31"));
    let id = FieldLine { internal: true, ..change("certificate_id", "Certificate ID", None, None) };
    let changed = |title, same_item, change| EventLine {
        change: Some(change),
        same_item,
        ..curriculum(ItemEvent::Changed, title)
    };
    Report {
        attachments: vec!["pulled-changes.csv".to_owned()],
        events: vec![
            part(ItemEvent::Added, "Course", "Ladders"),
            part(ItemEvent::Added, "Course", "Scaffolds, \"light\""),
            curriculum(ItemEvent::Added, "Working at heights"),
            curriculum(ItemEvent::Added, "First aid <advanced>"),
            EventLine { title: None, ..curriculum(ItemEvent::Added, "") },
            changed("Fire safety", false, price),
            changed("Fire safety", true, until),
            changed("Forklift", false, id),
            curriculum(ItemEvent::Retired, "Fax machines"),
            part(ItemEvent::Returned, "Reference Material", "Harness check"),
        ],
        ..report(vec![pull], RunStatus::Ok)
    }
}

/// The first pull there is.
pub(super) fn first() -> Report {
    let mut report = quiet();
    let pull = &mut report.pulls[0];
    (pull.baselines, pull.known) = (1, false);
    report
}

/// A pull whose parameters are others than before.
pub(super) fn new_baseline() -> Report {
    let mut report = quiet();
    report.pulls[0].baselines = 1;
    report.pulls[0].notes = vec!["41 curricula that were known are not asked for any more.".to_owned()];
    report
}

/// A night when nothing happened.
pub(super) fn quiet() -> Report {
    let mut pull = section("upside.training_catalog", 1, 1);
    pull.items = vec![
        kind("curriculum", ("curriculum", "curricula"), 212),
        kind("Course", ("course", "courses"), 1034),
    ];
    report(vec![pull], RunStatus::Ok)
}

/// An answer with nothing in it, where there had been much.
pub(super) fn emptied() -> Report {
    let mut pull = section("upside.training_catalog", 1, 1);
    pull.status = RunStatus::Partial;
    pull.items = vec![kind("curriculum", ("curriculum", "curricula"), 0)];
    pull.doubtful = 1;
    pull.unwritten = Some("the folder /srv/exports can't be written to: Permission denied".to_owned());
    Report {
        failures: vec![FailureLine {
            pull: pull.pull.clone(),
            learner: String::new(),
            code: "emptied".to_owned(),
            reason: "the answer holds nothing, and 212 items were there before: none of them is taken for gone; look \
                     in the LMS whether that is right"
                .to_owned(),
        }],
        ..report(vec![pull], RunStatus::Partial)
    }
}

/// Learners' plans with some unanswered, and a catalog beside them.
pub(super) fn plan() -> Report {
    let mut plan = section("upside.training_plan", 312, 308);
    plan.status = RunStatus::Partial;
    plan.by_learner = true;
    (plan.failed, plan.doubtful, plan.baselines) = (2, 1, 12);
    plan.items =
        vec![KindLine { added: 1, changed: 1, ..kind("curriculum", ("curriculum", "curricula"), 1204) }];
    (plan.added, plan.changed) = (1, 1);
    let mut progress = section("media.activity_progress", 1, 1);
    progress.window = Some((at("2026-11-18T00:00:00Z"), at("2026-11-21T02:00:04Z")));
    progress.items = vec![kind("transaction", ("transaction", "transactions"), 40)];
    let of = |event, learner: &str| EventLine {
        pull: "upside.training_plan".into(),
        learner: learner.to_owned(),
        ..line(event, "curriculum", Some("Fire safety"))
    };
    let failure = |learner: &str, code: &str, reason: &str| FailureLine {
        pull: "upside.training_plan".into(),
        learner: learner.to_owned(),
        code: code.to_owned(),
        reason: reason.to_owned(),
    };
    Report {
        events: vec![
            of(ItemEvent::Added, "Uniqueid=101"),
            EventLine {
                change: Some(change(
                    "completion_status",
                    "Completion status",
                    Some("In Progress"),
                    Some("Completed"),
                )),
                ..of(ItemEvent::Changed, "Uniqueid=102~Email=amrita@example.org")
            },
        ],
        failures: vec![
            failure("Uniqueid=990", "Err003", "Record does not exists (Uniqueid)"),
            failure("Uniqueid=500", "emptied", "the answer holds nothing, and 4 items were there before"),
            failure("Uniqueid=991", "HTTP 503", "HTTP 503: Service Unavailable"),
        ],
        ..report(vec![plan, progress], RunStatus::Partial)
    }
}

/// A night when the LMS gave no answer.
pub(super) fn unanswered() -> Report {
    let mut pull = section("upside.training_catalog", 1, 0);
    (pull.status, pull.failed, pull.baselines) = (RunStatus::Failed, 1, 1);
    Report {
        failures: vec![FailureLine {
            pull: pull.pull.clone(),
            learner: String::new(),
            code: "unreadable".to_owned(),
            reason: "the answer is an HTML page (\"Maintenance\"), no list".to_owned(),
        }],
        ..report(vec![pull], RunStatus::Failed)
    }
}

/// A list of learners with nobody in it.
pub(super) fn nobody() -> Report {
    let mut pull = section("upside.training_plan", 0, 0);
    (pull.status, pull.by_learner) = (RunStatus::Nothing, true);
    pull.notes = vec!["The job hr-users has no active person yet.".to_owned()];
    report(vec![pull], RunStatus::Nothing)
}

fn report(pulls: Vec<PullSection>, status: RunStatus) -> Report {
    Report {
        run: "2026-11-21.8".into(),
        job: "catalog-daily".into(),
        description: "The catalog of UpsideLMS, every night".to_owned(),
        cause: "cron 0 2 * * *".to_owned(),
        status,
        source: None,
        pushes: Vec::new(),
        pulls,
        attachments: Vec::new(),
        ..samples::ok()
    }
}

fn section(id: &str, asked: u64, answered: u64) -> PullSection {
    let (connection, operation) = id.split_once('.').unwrap_or((id, ""));
    let product = if connection == "upside" { "upsidelms" } else { "media77" };
    PullSection {
        pull: id.into(),
        connection: connection.into(),
        operation: format!("{product}.{operation}").into(),
        status: RunStatus::Ok,
        by_learner: false,
        asked,
        answered,
        failed: 0,
        doubtful: 0,
        items: Vec::new(),
        added: 0,
        changed: 0,
        retired: 0,
        returned: 0,
        baselines: 0,
        known: true,
        window: None,
        notes: Vec::new(),
        unwritten: None,
        held: None,
    }
}

fn kind(kind: &str, (one, many): (&str, &str), found: u64) -> KindLine {
    KindLine { kind: kind.to_owned(), nouns: (one.to_owned(), many.to_owned()), found, ..KindLine::default() }
}

fn line(event: ItemEvent, kind: &str, title: Option<&str>) -> EventLine {
    EventLine {
        pull: "upside.training_catalog".into(),
        at: at("2026-11-21T02:00:04Z"),
        event,
        kind: kind.to_owned(),
        noun: kind.to_lowercase(),
        part: false,
        title: title.map(str::to_owned),
        part_of: None,
        learner: String::new(),
        same_item: false,
        change: None,
    }
}

fn change(field: &str, label: &str, before: Option<&str>, after: Option<&str>) -> FieldLine {
    FieldLine {
        field: field.into(),
        label: label.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
        internal: false,
    }
}

fn at(time: &str) -> DateTime<Utc> {
    time.parse().expect("an RFC 3339 time")
}
