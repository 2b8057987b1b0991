//! The fields of `ispring.update_modules_statuses`: the vendor's "Request Parameters" as one table, with
//! one enrolment a record where the call takes a list.

use std::time::Duration;

use FieldKind::{Date, Number, OneOf, Text};

use crate::connectors::Settings;
use crate::model::{Field, FieldKind, Operation, OperationKind};

/// The operation's name in full.
pub(super) const UPDATE_MODULES_STATUSES: &str = "ispring.update_modules_statuses";

/// One call applies every status that it holds to every enrolment that it holds, so all but the enrolment
/// must be the same for the records of a call.
pub(super) const AGREE: &[&str] = &["courseId", "contentItemId", "date", "reason", "status", "awardedScore"];

/// What `status` may be. Typed by hand: one page of the vendor's prints a Cyrillic letter in the first.
const STATUSES: [&str; 6] = ["complete", "incomplete", "passed", "failed", "accepted", "declined"];

/// The records of a call where the connection does not say: no document names a limit.
const BATCH: u32 = 100;

/// How long a task is followed where the connection does not say, in seconds.
const FOLLOW_S: u64 = 1_800;

/// `ispring.update_modules_statuses`, with the batch of these settings.
pub(super) fn update_modules_statuses(settings: &Settings) -> Operation {
    let statuses = STATUSES.map(str::to_owned).to_vec();
    let fields = vec![
        Field::new("enrollmentId", "ID of the enrollment", true, Text),
        Field::new("courseId", "ID of the course that the module belongs to", true, Text),
        Field::new("contentItemId", "ID of the content item, not the moduleId", true, Text),
        Field::new("date", "Module completion date", true, Date { format: "%Y-%m-%d" }),
        // Optional in this document and required in the vendor's OpenAPI file: the connection has a default.
        Field::new("reason", "Reason why the status is changed", false, Text),
        Field::new("status", "Status to assign to the module", true, OneOf(statuses)),
        // The document sets no upper limit.
        Field::new(
            "awardedScore",
            "Score earned for the module completion",
            true,
            Number { least: 0.0, greatest: f64::INFINITY },
        ),
    ];
    let batch = settings.whole("batch").and_then(|batch| u32::try_from(batch).ok()).unwrap_or(BATCH);
    let summary = "sets the status of a module of a course for an enrolment, and follows the task to its end";
    Operation {
        batch: batch.max(1),
        agree: AGREE,
        reads_back: true,
        follow: Duration::from_secs(settings.whole("task_deadline_s").unwrap_or(FOLLOW_S)),
        ..Operation::new(UPDATE_MODULES_STATUSES, OperationKind::PushCompletions, summary, fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::SettingValue;

    #[test]
    fn the_table_is_the_documents() {
        // Names and stars as the document has them; `token` is ours to fetch, `enrollmentIds` is one a
        // record, and `moduleStatuses` is what holds the last five.
        let operation = update_modules_statuses(&Settings::default());
        let printed = operation.fields.iter().map(|field| {
            let needed = if field.required { "required" } else { "optional" };
            format!("{} ({needed})", field.name)
        });
        assert_eq!(
            printed.collect::<Vec<_>>(),
            [
                "enrollmentId (required)",
                "courseId (required)",
                "contentItemId (required)",
                "date (required)",
                "reason (optional)",
                "status (required)",
                "awardedScore (required)",
            ]
        );
        assert_eq!(operation.field("date").unwrap().kind, Date { format: "%Y-%m-%d" });
        assert!(
            operation.repeatable
                && operation.reads_back
                && !operation.can_take_back
                && !operation.mails_people
        );
    }

    #[test]
    fn the_statuses_are_written_in_ascii() {
        assert!(STATUSES.iter().all(|status| status.bytes().all(|byte| byte.is_ascii_lowercase())));
    }

    #[test]
    fn records_of_one_call_agree_in_all_but_the_enrolment() {
        let operation = update_modules_statuses(&Settings::default());
        let others: Vec<&str> = operation.fields.iter().skip(1).map(|field| field.name.as_str()).collect();
        assert_eq!((operation.agree, operation.batch), (others.as_slice(), 100));
        let mut settings = Settings::default();
        settings.set("batch", SettingValue::Whole(7));
        assert_eq!(update_modules_statuses(&settings).batch, 7);
    }
}
