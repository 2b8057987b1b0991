//! What curricula and their contents have, as columns: the tables "Curriculum Output Parameters" and "Content
//! Output Parameters" of the vendor's section "Catalog API". Pure.
//!
//! The keywords of the tables are the names of the columns, and count where the samples caption them otherwise.

use crate::model::{Column, ColumnKind};

/// Any text.
pub(super) const TEXT: ColumnKind = ColumnKind::Text;
/// A number of things, of hours or of days.
pub(super) const WHOLE: ColumnKind = ColumnKind::Whole;
/// An amount, a mark or a percentage.
pub(super) const DECIMAL: ColumnKind = ColumnKind::Decimal;
/// "MM/DD/YYYY".
pub(super) const DAY: ColumnKind = ColumnKind::Date { format: "%m/%d/%Y" };
/// "Yes or No", in any case.
const YES_NO: ColumnKind = ColumnKind::Flag { yes: &["Yes", "true"], no: &["No", "false"] };

const INSTRUCTOR: Column = column("instructor", "Instructor", TEXT);
const CONTENT_TYPE: Column = column("content_type", "Content Type", TEXT);
const MANDATORY: Column = column("mandatory", "Mandatory / Optional", YES_NO);
const UPLOADED_ON: Column = column("uploaded_on", "Uploaded On", DAY);
const DESCRIPTION: Column = column("description", "Description", TEXT);
const AVAILABLE_FROM: Column = column("avain_from", "Available From Date", DAY).also(&["avail_from"]);
const AVAILABLE_TO: Column = column("avail_to", "Available To Date", DAY).also(&["avain_to"]);

pub(super) static CURRICULUM: [Column; 27] = [
    id("curriculum_id", "Curriculum Id"),
    column("curriculum_name", "Curriculum Name", TEXT),
    column("reference_title", "Description", TEXT),
    column("duration", "Duration", WHOLE).also(&["validity"]),
    column("start_date", "Start Date", DAY),
    column("end_date", "End Date", DAY),
    column("cost_per_person", "Cost", DECIMAL),
    column("currency", "Currency", TEXT),
    column("certification", "Certification", YES_NO),
    INSTRUCTOR,
    column("seat_hours", "Seat Hours", WHOLE),
    column("seat_mins", "Seat Minute", WHOLE),
    column("created_by", "Created by", TEXT),
    column("created_date", "Creation on", DAY),
    column("modified_by", "Modified by", TEXT),
    column("modified_date", "Modified on", DAY),
    column("status", "Status", TEXT).also(&["curriculum_status"]),
    column("access", "Access Type", TEXT),
    column("cancellation_date", "Last date of Cancellation", DAY),
    column("nomination_date", "Last Date of Nomination", DAY),
    // No document says what stands there but "NA".
    column("community", "Community Created", TEXT),
    column("seat_limit", "Seat Limit", WHOLE),
    column("assignment_count", "Number of users to whom this curriculum is assigned", WHOLE),
    column("completion_count", "Number of users who have completed this curriculum", WHOLE),
    column("avg_ratings", "Ratings", DECIMAL).also(&["avgratings"]),
    column("nomination_count", "Number of users to whom this curriculum is nominated", WHOLE),
    column("purchased_count", "Number of users who have purchased this curriculum", WHOLE)
        .also(&["purchase_count"]),
];

pub(super) static COURSE: [Column; 12] = [
    id("course_id", "Course Id"),
    column("course_name", "Course Name", TEXT),
    column("reference_title", "Description", TEXT),
    CONTENT_TYPE,
    MANDATORY,
    column("type", "Compliance Type", TEXT),
    column("created_on", "Created On", DAY),
    UPLOADED_ON,
    column("about_course", "About Course", TEXT),
    INSTRUCTOR,
    column("seat_hours", "Seat Hours", WHOLE),
    column("seat_mins", "Seat Minutes", WHOLE),
];

pub(super) static ASSIGNMENT: [Column; 10] = [
    id("assignment_id", "Assignment Id"),
    column("assignment_name", "Assignment Name", TEXT),
    column("objective", "Description", TEXT),
    column("instruction", "Instruction", TEXT),
    MANDATORY,
    column("max_score", "Maximum Score", DECIMAL),
    column("duration", "Duration", WHOLE),
    UPLOADED_ON,
    INSTRUCTOR,
    CONTENT_TYPE,
];

/// The last two stand in the samples alone.
pub(super) static ASSESSMENT: [Column; 12] = [
    id("test_id", "Assessment Id"),
    column("title", "Assessment Name", TEXT),
    DESCRIPTION,
    MANDATORY,
    column("duration", "Test Duration", WHOLE),
    column("cutoff", "Minimum Passing Percentage (Cut Off)", DECIMAL),
    column("total_attempts", "Number of Attempts", WHOLE),
    column("navigation", "Practice Test / Final Test", TEXT),
    INSTRUCTOR,
    CONTENT_TYPE,
    column("valid_from_date", "Valid From Date", DAY),
    column("valid_till_date", "Valid Till Date", DAY),
];

/// The last two stand in the samples alone, where they are spelt the other way round than a survey's.
pub(super) static REFERENCE_MATERIAL: [Column; 9] = [
    id("reference_material_id", "Reference Material Id"),
    column("reference_material_name", "Reference Material Name", TEXT),
    DESCRIPTION,
    MANDATORY,
    UPLOADED_ON,
    INSTRUCTOR,
    CONTENT_TYPE,
    AVAILABLE_FROM,
    AVAILABLE_TO,
];

pub(super) static VIDEO: [Column; 8] = [
    id("video_id", "Video ID"),
    column("video_name", "Video Name", TEXT),
    DESCRIPTION,
    MANDATORY,
    column("type", "Type", TEXT),
    UPLOADED_ON,
    INSTRUCTOR,
    CONTENT_TYPE,
];

pub(super) static SURVEY: [Column; 9] = [
    id("survey_id", "Survey ID"),
    column("survey_name", "Survey Name", TEXT),
    DESCRIPTION,
    column("instructions", "Instructions", TEXT),
    MANDATORY,
    AVAILABLE_FROM,
    AVAILABLE_TO,
    INSTRUCTOR,
    CONTENT_TYPE,
];

/// The tables of this kind and the next do not list `content_type`, without which nothing told them apart.
pub(super) static SESSION: [Column; 20] = [
    id("session_id", "Session ID"),
    column("session_name", "Session Name", TEXT),
    id("program_id", "Program"),
    column("session_objective", "Objective", TEXT),
    MANDATORY,
    column("start_date", "Start Date", DAY),
    column("end_date", "End Date", DAY),
    column("start_hours", "Start Hours", WHOLE),
    column("start_mins", "Start Minutes", WHOLE),
    column("end_hours", "End Hours", WHOLE),
    column("end_mins", "End Minutes", WHOLE),
    column("last_date_of_nomination", "Last Date of Nomination", DAY),
    column("last_date_of_cancellation", "Last Date of Cancellation", DAY),
    column("vendor", "Vendor", TEXT),
    column("speaker", "Speaker", TEXT),
    column("venue", "Venue", TEXT),
    column("vendor_cost", "Vendor Cost", DECIMAL),
    column("currency", "Vendor Currency", TEXT),
    INSTRUCTOR,
    CONTENT_TYPE,
];

pub(super) static VIRTUAL_CLASSROOM: [Column; 11] = [
    id("training_id", "VC ID"),
    column("training_name", "VC Name", TEXT),
    DESCRIPTION,
    MANDATORY,
    column("start_date", "Start Date", DAY),
    column("start_hours", "Start Hours", WHOLE),
    column("start_mins", "Start Minutes", WHOLE),
    column("training_hours", "Meeting Duration Hours", WHOLE),
    column("training_mins", "Meeting Duration Minutes", WHOLE),
    INSTRUCTOR,
    CONTENT_TYPE,
];

/// What can be told of a content of a type that no document knows; every known type has most of these.
pub(super) static ANY_CONTENT: [Column; 7] = [
    id("content_id", "Content ID"),
    column("content_name", "Content Name", TEXT),
    CONTENT_TYPE,
    DESCRIPTION,
    MANDATORY,
    UPLOADED_ON,
    INSTRUCTOR,
];

/// A column of this name, label and kind.
pub(super) const fn column(name: &'static str, label: &'static str, kind: ColumnKind) -> Column {
    Column::new(name, label, kind)
}

/// An ID, which is not to be exposed.
pub(super) const fn id(name: &'static str, label: &'static str) -> Column {
    column(name, label, TEXT).internal()
}
