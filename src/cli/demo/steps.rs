//! What happens in the demo, in order: files that are dropped, and the jobs that take them; then what the
//! simulated LMSs are asked, and the job that feeds on an answer.

use super::portal::Scene;

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

/// A job without a file: it asks an LMS, or feeds on what another one was told.
pub(super) struct Ask {
    /// The job.
    pub(super) job: &'static str,
    /// What there is to be seen, in a line or two.
    pub(super) about: &'static str,
    /// What happens at the LMSs before.
    pub(super) before: Option<Scene>,
}

pub(super) const ASKS: [Ask; 5] = [
    Ask {
        job: "daily-catalog",
        about: "what UpsideLMS offers, with contents: the first answer is remembered, and is no news",
        before: Some(Scene::Curricula),
    },
    Ask {
        job: "daily-plan",
        about: "the learning plan of everybody who is active: a call for each",
        before: None,
    },
    Ask {
        job: "course-progress",
        about: "some have taken their courses at 77 Media; their links tell whose progress it is",
        before: Some(Scene::Courses),
    },
    Ask {
        job: "course-completions",
        about: "what course-progress has learnt is fed to CrowdWisdom; of one course nobody has named the product",
        before: None,
    },
    Ask {
        job: "daily-catalog",
        about: "a day later: one curriculum is another, one is retired, one is new; the mail names them",
        before: Some(Scene::NextDay),
    },
];

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
