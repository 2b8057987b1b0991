//! What a learner's plan adds to curricula and contents, as columns: the same tables of the vendor's section
//! "Learning/Training Plan API". Pure.
//!
//! Captions of the document are swapped here and there (an assessment's completed and last accessed, a
//! curriculum's first and last access): the keywords count, and the labels follow them.

use super::columns::{self, DAY, DECIMAL, TEXT, WHOLE, column, id};
use crate::model::{Column, ColumnKind};

/// No sample has one, so the ways in which portals of this make write dates are all taken.
const MOMENT: ColumnKind = ColumnKind::Moment {
    formats: &[
        "%m/%d/%Y %H:%M:%S",
        "%m/%d/%Y %H:%M",
        "%m/%d/%Y %I:%M:%S %p",
        "%m/%d/%Y %I:%M %p",
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M:%S",
    ],
};

const LAST_ACCESSED_ON: Column = column("last_accessed_on", "Date of the learner's last access", DAY);
const STARTED_ON: Column = column("started_on", "Date of the learner's first access", DAY);
const COMPLETED_ON: Column = column("completed_on", "Date on which the learner completed it", DAY);
const COMPLETION_STATUS: Column = column("completion_status", "Completion Status", TEXT);
/// No document says in which unit.
const TIME_SPENT: Column = column("timespent", "Time spent by the learner", TEXT);

/// The last one stands in the sample and among the names of `outputlist`, and is missing in the table.
pub(super) static CURRICULUM: [Column; 35] = joined(
    &columns::CURRICULUM,
    &[
        column("assigned_date", "Date when curriculum was assigned to learner", DAY),
        column("last_access_date", "Date when learner last accessed the curriculum", DAY),
        column("completion_date", "Date when curriculum was completed by Learner", DAY),
        column("expired_date", "Date when curriculum was expired for that Learner", DAY),
        column("feedback", "Feedback given by Learner", TEXT),
        column("learner_rating", "Rating given by Learner", DECIMAL),
        column("curriculum_completion_status", "Curriculum Completion Status", TEXT),
        column("started_on", "Date when learner first accessed the curriculum", DAY),
    ],
);

pub(super) static COURSE: [Column; 18] = joined(
    &columns::COURSE,
    &[
        STARTED_ON,
        LAST_ACCESSED_ON,
        COMPLETED_ON,
        column("attempts", "Number of attempts", WHOLE),
        TIME_SPENT,
        COMPLETION_STATUS,
    ],
);

pub(super) static ASSIGNMENT: [Column; 18] = joined(
    &columns::ASSIGNMENT,
    &[
        column("first_accessed_on", "Date of the learner's first access", DAY),
        LAST_ACCESSED_ON,
        COMPLETED_ON,
        column("ended_on", "End date for the assignment for the learner", DAY),
        COMPLETION_STATUS,
        column("learner_score", "Score received by learner", DECIMAL),
        column("evaluated_date", "Date on which assignment was evaluated", DAY),
        column("feedback", "Feedback received for that learner", TEXT),
    ],
);

pub(super) static ASSESSMENT: [Column; 19] = joined(
    &columns::ASSESSMENT,
    &[
        STARTED_ON,
        COMPLETED_ON,
        LAST_ACCESSED_ON,
        column("score", "Score for that assessment", DECIMAL),
        column("remaining_attempt", "Number of attempts remaining for that learner", WHOLE),
        column("best_score", "Best score for the assessment for that learner", DECIMAL),
        COMPLETION_STATUS,
    ],
);

pub(super) static REFERENCE_MATERIAL: [Column; 11] =
    joined(&columns::REFERENCE_MATERIAL, &[LAST_ACCESSED_ON, COMPLETION_STATUS]);

pub(super) static VIDEO: [Column; 11] =
    joined(&columns::VIDEO, &[LAST_ACCESSED_ON, TIME_SPENT, COMPLETION_STATUS]);

pub(super) static SURVEY: [Column; 11] = joined(&columns::SURVEY, &[LAST_ACCESSED_ON, COMPLETION_STATUS]);

pub(super) static SESSION: [Column; 23] =
    joined(&columns::SESSION, &[COMPLETED_ON, LAST_ACCESSED_ON, COMPLETION_STATUS]);

pub(super) static VIRTUAL_CLASSROOM: [Column; 15] = joined(
    &columns::VIRTUAL_CLASSROOM,
    &[
        COMPLETION_STATUS,
        column("start_date_time", "Date and time at which the learner started the VC", MOMENT),
        column("end_date_time", "Date and time at which the learner ended the VC", MOMENT),
        id("attendee_id", "Attendee ID"),
    ],
);

pub(super) static ANY_CONTENT: [Column; 9] =
    joined(&columns::ANY_CONTENT, &[LAST_ACCESSED_ON, COMPLETION_STATUS]);

/// The columns of both, in this order.
const fn joined<const N: usize>(first: &[Column], second: &[Column]) -> [Column; N] {
    let mut all = [STARTED_ON; N];
    let (mut slots, mut first, mut second) = (all.as_mut_slice(), first, second);
    while let Some((slot, free)) = slots.split_first_mut() {
        if let Some((next, rest)) = first.split_first() {
            *slot = *next;
            first = rest;
        } else if let Some((next, rest)) = second.split_first() {
            *slot = *next;
            second = rest;
        }
        slots = free;
    }
    all
}
