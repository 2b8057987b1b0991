//! What happens in the demo, in order: a file that is dropped, and the job that takes it.

/// One file.
pub(super) struct Step {
    /// The job.
    pub(super) job: &'static str,
    /// What there is to be seen, in a line or two.
    pub(super) about: &'static str,
    /// The job's folder below the inbox.
    pub(super) folder: &'static str,
    /// The name of the file.
    pub(super) file: &'static str,
    /// The file.
    pub(super) bytes: &'static [u8],
    /// The call of which one answer is lost on purpose.
    pub(super) loses_an_answer_of: Option<&'static str>,
}

pub(super) const STEPS: [Step; 7] = [
    Step {
        job: "hr-users",
        about: "day one: everybody, for an empty LMS",
        folder: "hr",
        file: "hr-users-2026-11-20.csv",
        bytes: include_bytes!("../../../sample-data/hr-users-2026-11-20.csv"),
        loses_an_answer_of: None,
    },
    Step {
        job: "hr-users",
        about: "day two: only what has changed is sent",
        folder: "hr",
        file: "hr-users-2026-11-21.csv",
        bytes: include_bytes!("../../../sample-data/hr-users-2026-11-21.csv"),
        loses_an_answer_of: None,
    },
    Step {
        job: "mandatory-training",
        about: "whoever is not in the LMS yet waits (parked) for hr-users",
        folder: "training",
        file: "mandatory-training-2026-11-21.csv",
        bytes: include_bytes!("../../../sample-data/mandatory-training-2026-11-21.csv"),
        loses_an_answer_of: None,
    },
    Step {
        job: "event-attendance",
        about: "one export for two LMSs; one answer is lost on purpose, so that one is in doubt",
        folder: "events",
        file: "event-attendance-2026-11-20.csv",
        bytes: include_bytes!("../../../sample-data/event-attendance-2026-11-20.csv"),
        loses_an_answer_of: Some("setCompletion"),
    },
    Step {
        job: "event-attendance",
        about: "corrections: what might grant credits a second time is held for a person",
        folder: "events",
        file: "event-attendance-2026-11-21.csv",
        bytes: include_bytes!("../../../sample-data/event-attendance-2026-11-21.csv"),
        loses_an_answer_of: None,
    },
    Step {
        job: "practical-signoffs",
        about: "the LMS only queues these; each task is followed to its end",
        folder: "practicals",
        file: "practical-signoffs-2026-11-21.csv",
        bytes: include_bytes!("../../../sample-data/practical-signoffs-2026-11-21.csv"),
        loses_an_answer_of: None,
    },
    Step {
        job: "course-access",
        about: "links and sign-in forms for a portal; no call goes out",
        folder: "access",
        file: "course-access-2026-11-21.csv",
        bytes: include_bytes!("../../../sample-data/course-access-2026-11-21.csv"),
        loses_an_answer_of: None,
    },
];
