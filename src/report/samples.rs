//! Reports for tests: one of each kind that people get.

use chrono::{DateTime, Utc};

use crate::model::{ChangeState, Key, OperationKind, PushCounts, RunStatus};

use super::{
    GuardLine, OpenLine, PushSection, RefusalLine, RejectLine, Report, SourceSection, StoppedLine,
    VanishedLine,
};

/// A night when all went well.
pub(super) fn ok() -> Report {
    Report {
        run: "2026-11-21.3".into(),
        job: "hr-users".into(),
        description: "Nightly HR export to UpsideLMS".to_owned(),
        status: RunStatus::Ok,
        cause: "a file arrived".to_owned(),
        started_at: at("2026-11-21T02:00:04Z"),
        finished_at: Some(at("2026-11-21T02:01:16Z")),
        timezone: chrono_tz::Europe::London,
        source: Some(source(320, 8)),
        fed_by: None,
        failure: None,
        notes: Vec::new(),
        pushes: vec![push(
            "upside.manage_user",
            RunStatus::Ok,
            PushCounts { unchanged: 297, create: 3, update: 12, accepted: 15, ..PushCounts::default() },
        )],
        pulls: Vec::new(),
        events: Vec::new(),
        failures: Vec::new(),
        guards: Vec::new(),
        rejects: Vec::new(),
        rejects_total: 0,
        refusals: Vec::new(),
        refusals_total: 0,
        in_doubt: Vec::new(),
        in_doubt_total: 0,
        vanished: Vec::new(),
        vanished_total: 0,
        stopped: Vec::new(),
        still_open: Vec::new(),
        attachments: vec!["changes.csv".to_owned()],
    }
}

/// A night with something of everything, for two pushes.
pub(super) fn partial() -> Report {
    let mut users = push(
        "upside.manage_user",
        RunStatus::Partial,
        PushCounts {
            duplicates: 2,
            rejected: 5,
            unchanged: 280,
            create: 20,
            update: 4,
            deactivate: 1,
            remove: 2,
            accepted: 22,
            already: 1,
            refused: 2,
            in_doubt: 1,
            pending: 1,
            ..PushCounts::default()
        },
    );
    users.emptied = 1;
    users.vanished = 4;
    users.notes = vec!["A cycle of managers was cut at a.rao@example.org.".to_owned()];
    let completions = push(
        "crowd.set_completion",
        RunStatus::Partial,
        PushCounts { rejected: 1, unchanged: 310, create: 1, parked: 1, ..PushCounts::default() },
    );
    Report {
        run: "2026-11-21.4".into(),
        status: RunStatus::Partial,
        cause: "cron 0 2 * * *".to_owned(),
        timezone: chrono_tz::Asia::Kolkata,
        notes: vec!["The file is older than the one before it (written Thu 19 Nov).".to_owned()],
        pushes: vec![users, completions],
        rejects: vec![
            reject(
                7,
                Some("E1007"),
                Some("email"),
                Some("renée.müller(at)example.org"),
                "this is no e-mail address; write one such as name@example.org",
            ),
            reject(
                7,
                Some("E1007"),
                Some("joining_data"),
                Some("31/02/2024"),
                "there is no such day; the format is dd/mm/yyyy",
            ),
            reject(
                12,
                None,
                None,
                None,
                "the key column employee_id is empty, so nobody knows whose row this is",
            ),
            reject(44, Some("E1044"), Some("password"), None, "this is shorter than 8 characters"),
            reject(
                45,
                Some("E1045"),
                Some("lmsrole"),
                Some("=cmd|' /C calc'!A0"),
                "not one of Learner, Manager, Administrator; did you mean `Learner`?",
            ),
            reject(46, Some("E1046"), Some("firstname"), Some(""), "a value is required"),
            RejectLine {
                push: "crowd.set_completion".into(),
                ..reject(46, Some("E1046"), Some("customerId"), Some(" 46"), "no person with this id")
            },
        ],
        rejects_total: 6,
        refusals: vec![
            refusal(Some(9), "E1009", ChangeState::Refused, "Err005", "Email already exists"),
            refusal(None, "E0007", ChangeState::Refused, "Err012", "Reporting manager <b>not</b> found"),
            refusal(Some(88), "E1088,\"C,2\"", ChangeState::Parked, "DI-404", "No such activity: C,2"),
            refusal(Some(90), "E1090", ChangeState::Waiting, "HTTP 503", "Service Unavailable"),
        ],
        refusals_total: 4,
        in_doubt: vec![refusal(
            Some(91),
            "E1091",
            ChangeState::InDoubt,
            "timeout",
            "no answer within 60 s; the call was sent",
        )],
        in_doubt_total: 1,
        stopped: vec![StoppedLine {
            connection: "crowd".into(),
            code: "HTTP 401".to_owned(),
            reason: "Unauthorized. The session password is wrong or has expired: put the new one into \
                     the credential crowd-session."
                .to_owned(),
        }],
        still_open: vec![OpenLine {
            run: "2026-11-19.1".into(),
            push: "crowd.set_completion".into(),
            key: Key::from_values(["E0990", "C-17"]),
            state: ChangeState::Parked,
            code: "DI-404".to_owned(),
            reason: "No such activity: C-17".to_owned(),
        }],
        attachments: vec!["rejects.csv".to_owned(), "changes.csv".to_owned()],
        ..ok()
    }
}

/// A night when too many people would have gone.
pub(super) fn held() -> Report {
    Report {
        run: "2026-11-21.5".into(),
        status: RunStatus::Held,
        finished_at: None,
        source: Some(source(260, 0)),
        pushes: vec![push(
            "upside.manage_user",
            RunStatus::Held,
            PushCounts {
                unchanged: 255,
                create: 4,
                deactivate: 1,
                remove: 39,
                accepted: 4,
                held: 40,
                ..PushCounts::default()
            },
        )],
        guards: vec![GuardLine {
            push: "upside.manage_user".into(),
            guard: "max_removed_percent".to_owned(),
            found: "40 of 300 active records, 13.3 %".to_owned(),
            limit: "5 %".to_owned(),
            explanation: "40 people would lose their access, 39 of them because they are no longer in the \
                          file. If the export is complete, raise the limit for this once; if it was cut \
                          off, send a whole one."
                .to_owned(),
        }],
        ..ok()
    }
}

/// A night of assignments: corrections that wait, a doubt of an earlier run, and some that are gone.
pub(super) fn assignments() -> Report {
    let id = "upside.assign_curriculum";
    let doubt = "no answer within 60 s; the call was sent";
    Report {
        run: "2026-11-21.7".into(),
        job: "hr-assignments".into(),
        description: "Nightly assignments to UpsideLMS".to_owned(),
        status: RunStatus::Held,
        source: Some(SourceSection {
            file: "hr-assignments-2026-11-21.csv".to_owned(),
            ..source(320, 0)
        }),
        pushes: vec![PushSection {
            vanished: 7,
            listed: (2, 5),
            ..push(
                id,
                RunStatus::Held,
                PushCounts {
                    rejected: 1,
                    unchanged: 305,
                    create: 12,
                    update: 2,
                    accepted: 10,
                    parked: 1,
                    in_doubt: 1,
                    held: 2,
                    ..PushCounts::default()
                },
            )
        }],
        guards: vec![GuardLine {
            push: id.into(),
            guard: "on_change".to_owned(),
            found: "2 corrected assignments".to_owned(),
            limit: "none while on_change = \"hold\"".to_owned(),
            explanation: "2 rows differ from what the LMS has acknowledged, for example key E1,404 (row 9): \
                          due_date \"11/30/2026\" -> \"12/31/2026\"; a repeat may grant credits or mail the \
                          learner a second time, so these corrections are held and the rest goes; look \
                          whether they are right, then set on_change = \"send\" (they are sent) or \"ignore\" \
                          (they are left alone) in the push, and drop the file again"
                .to_owned(),
        }],
        rejects: vec![RejectLine {
            push: id.into(),
            ..reject(7, Some("E7,"), Some("curr_id"), Some(""), "a value is required")
        }],
        rejects_total: 1,
        refusals: vec![RefusalLine {
            push: id.into(),
            ..refusal(
                Some(12),
                "E0990,404",
                ChangeState::Parked,
                "in doubt",
                "an earlier change of this record (run 2026-11-19.1) is in doubt: find out in the LMS whether it \
                 is there; it is not sent again before that is settled",
            )
        }],
        refusals_total: 1,
        in_doubt: vec![RefusalLine {
            push: id.into(),
            ..refusal(Some(31), "E31,404", ChangeState::InDoubt, "timeout", doubt)
        }],
        in_doubt_total: 1,
        vanished: ["E40", "E41"].map(|learner| gone(id, learner)).into(),
        vanished_total: 2,
        still_open: vec![OpenLine {
            run: "2026-11-19.1".into(),
            push: id.into(),
            key: Key::from_values(["E0990", "404"]),
            state: ChangeState::InDoubt,
            code: "timeout".to_owned(),
            reason: doubt.to_owned(),
        }],
        attachments: vec!["rejects.csv".to_owned(), "changes.csv".to_owned()],
        ..ok()
    }
}

fn gone(push: &str, learner: &str) -> VanishedLine {
    VanishedLine {
        push: push.into(),
        key: Key::from_values([learner, "404"]),
        fields: [("curr_id", "404"), ("due_date", ""), ("unique_id", learner)].into_iter().collect(),
    }
}

/// A night when the file could not be read.
pub(super) fn failed() -> Report {
    Report {
        run: "2026-11-21.6".into(),
        status: RunStatus::Failed,
        source: None,
        pushes: Vec::new(),
        failure: Some(
            "the header of hr-users-2026-11-21.csv lacks the column `employee_id`; it has `Employee No`, \
             `First name`, `E-mail`.\nRename the column in the export, or the key in jobs/hr-users.toml."
                .to_owned(),
        ),
        notes: vec!["The file lies in failed/2026-11-21.6/.".to_owned()],
        attachments: Vec::new(),
        ..ok()
    }
}

/// The same problem in another row.
pub(super) fn at_row(line: &RejectLine, row: u64) -> RejectLine {
    RejectLine { row, ..line.clone() }
}

fn source(rows: u64, filtered: u64) -> SourceSection {
    SourceSection {
        file: "hr-users-2026-11-21.csv".to_owned(),
        sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
        rows,
        filtered,
        read: rows - filtered,
    }
}

fn push(id: &str, status: RunStatus, counts: PushCounts) -> PushSection {
    let crowd = id.starts_with("crowd");
    let (operation, kind) = match id {
        _ if crowd => ("crowdwisdom.set_completion", OperationKind::PushCompletions),
        "upside.assign_curriculum" => ("upsidelms.assign_curriculum", OperationKind::PushAssignments),
        _ => ("upsidelms.manage_user", OperationKind::PushUsers),
    };
    PushSection {
        push: id.into(),
        connection: if crowd { "crowd" } else { "upside" }.into(),
        operation: operation.into(),
        kind: Some(kind),
        status,
        counts,
        emptied: 0,
        vanished: 0,
        listed: (0, 0),
        notes: Vec::new(),
        unwritten: None,
        verified: None,
    }
}

fn reject(row: u64, key: Option<&str>, field: Option<&str>, value: Option<&str>, reason: &str) -> RejectLine {
    RejectLine {
        push: "upside.manage_user".into(),
        sheet: None,
        row,
        key: key.map(|key| Key::from_values([key])),
        field: field.map(Into::into),
        value: value.map(str::to_owned),
        reason: reason.to_owned(),
    }
}

fn refusal(row: Option<u64>, key: &str, state: ChangeState, code: &str, reason: &str) -> RefusalLine {
    RefusalLine {
        push: if state == ChangeState::Parked { "crowd.set_completion" } else { "upside.manage_user" }.into(),
        row,
        key: Key::from_stored(key.to_owned()),
        state,
        code: code.to_owned(),
        reason: reason.to_owned(),
    }
}

fn at(time: &str) -> DateTime<Utc> {
    time.parse().expect("an RFC 3339 time")
}
