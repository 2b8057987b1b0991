//! The kinds of items in a catalog and in a learner's plan: curricula, and what they are made of. Pure.

use super::columns::{
    ANY_CONTENT, ASSESSMENT, ASSIGNMENT, COURSE, CURRICULUM, REFERENCE_MATERIAL, SESSION, SURVEY, VIDEO,
    VIRTUAL_CLASSROOM,
};
use super::progress;
use crate::model::{Column, ItemShape};

/// The kind of a content whose `content_type` no document knows.
pub(super) const OTHER: &str = "Other";

/// Curricula and their contents as the catalog has them.
pub(super) static CATALOG: [ItemShape; 10] = shapes([
    &CURRICULUM,
    &COURSE,
    &ASSIGNMENT,
    &ASSESSMENT,
    &REFERENCE_MATERIAL,
    &VIDEO,
    &SURVEY,
    &SESSION,
    &VIRTUAL_CLASSROOM,
    &ANY_CONTENT,
]);

/// The same as a learner's plan has them.
pub(super) static PLAN: [ItemShape; 10] = shapes([
    &progress::CURRICULUM,
    &progress::COURSE,
    &progress::ASSIGNMENT,
    &progress::ASSESSMENT,
    &progress::REFERENCE_MATERIAL,
    &progress::VIDEO,
    &progress::SURVEY,
    &progress::SESSION,
    &progress::VIRTUAL_CLASSROOM,
    &progress::ANY_CONTENT,
]);

/// The kinds in the order of the document's tables, with these columns. A content's kind is its `content_type`.
const fn shapes(columns: [&'static [Column]; 10]) -> [ItemShape; 10] {
    let [
        curriculum,
        course,
        assignment,
        assessment,
        reference_material,
        video,
        survey,
        session,
        virtual_classroom,
        other,
    ] = columns;
    [
        ItemShape {
            kind: "curriculum",
            nouns: ("curriculum", "curricula"),
            id: "curriculum_id",
            title: "curriculum_name",
            columns: curriculum,
        },
        ItemShape {
            kind: "Course",
            nouns: ("course", "courses"),
            id: "course_id",
            title: "course_name",
            columns: course,
        },
        ItemShape {
            kind: "Assignment",
            nouns: ("assignment", "assignments"),
            id: "assignment_id",
            title: "assignment_name",
            columns: assignment,
        },
        ItemShape {
            kind: "Assessment",
            nouns: ("assessment", "assessments"),
            id: "test_id",
            title: "title",
            columns: assessment,
        },
        ItemShape {
            kind: "Reference Material",
            nouns: ("reference material", "reference materials"),
            id: "reference_material_id",
            title: "reference_material_name",
            columns: reference_material,
        },
        ItemShape {
            kind: "Video",
            nouns: ("video", "videos"),
            id: "video_id",
            title: "video_name",
            columns: video,
        },
        ItemShape {
            kind: "Survey",
            nouns: ("survey", "surveys"),
            id: "survey_id",
            title: "survey_name",
            columns: survey,
        },
        ItemShape {
            kind: "Session",
            nouns: ("session", "sessions"),
            id: "session_id",
            title: "session_name",
            columns: session,
        },
        ItemShape {
            kind: "Virtual Classroom",
            nouns: ("virtual classroom", "virtual classrooms"),
            id: "training_id",
            title: "training_name",
            columns: virtual_classroom,
        },
        ItemShape {
            kind: OTHER,
            nouns: ("content of another type", "contents of another type"),
            id: "content_id",
            title: "content_name",
            columns: other,
        },
    ]
}
