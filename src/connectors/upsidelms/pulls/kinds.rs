//! The kinds of items in a catalog and in a learner's plan: curricula, and what they are made of. Pure.

use super::columns::{
    ANY_CONTENT, ASSESSMENT, ASSIGNMENT, COURSE, CURRICULUM, REFERENCE_MATERIAL, SESSION, SURVEY, VIDEO,
    VIRTUAL_CLASSROOM,
};
use super::progress;
use crate::model::{Column, ItemShape};

/// The kind of a content whose `content_type` no document knows.
pub(super) const OTHER: &str = "Other";

/// Columns with short headings.
type Headed = &'static [(&'static str, &'static str)];

/// The columns that tell people most: of curricula, of contents that say when they were completed, of others.
struct Telling {
    curriculum: Headed,
    dated: Headed,
    others: Headed,
}

const OF_CATALOG: Telling = Telling {
    curriculum: &[
        ("access", "access"),
        ("status", "status"),
        ("duration", "duration"),
        ("certification", "certificate"),
        ("cost_per_person", "cost"),
    ],
    dated: &[],
    others: &[],
};

const OF_PLAN: Telling = Telling {
    curriculum: &[
        ("curriculum_completion_status", "status"),
        ("assigned_date", "assigned"),
        ("completion_date", "completed"),
        ("expired_date", "expires"),
    ],
    dated: &[("completion_status", "status"), ("completed_on", "completed")],
    others: &[("completion_status", "status")],
};

/// Curricula and their contents as the catalog has them.
pub(super) static CATALOG: [ItemShape; 10] = shapes(
    OF_CATALOG,
    [
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
    ],
);

/// The same as a learner's plan has them.
pub(super) static PLAN: [ItemShape; 10] = shapes(
    OF_PLAN,
    [
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
    ],
);

/// The kinds in the order of the document's tables, with these columns. A content's kind is its `content_type`.
const fn shapes(telling: Telling, columns: [&'static [Column]; 10]) -> [ItemShape; 10] {
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
            telling: telling.curriculum,
            columns: curriculum,
        },
        ItemShape {
            kind: "Course",
            nouns: ("course", "courses"),
            id: "course_id",
            title: "course_name",
            telling: telling.dated,
            columns: course,
        },
        ItemShape {
            kind: "Assignment",
            nouns: ("assignment", "assignments"),
            id: "assignment_id",
            title: "assignment_name",
            telling: telling.dated,
            columns: assignment,
        },
        ItemShape {
            kind: "Assessment",
            nouns: ("assessment", "assessments"),
            id: "test_id",
            title: "title",
            telling: telling.dated,
            columns: assessment,
        },
        ItemShape {
            kind: "Reference Material",
            nouns: ("reference material", "reference materials"),
            id: "reference_material_id",
            title: "reference_material_name",
            telling: telling.others,
            columns: reference_material,
        },
        ItemShape {
            kind: "Video",
            nouns: ("video", "videos"),
            id: "video_id",
            title: "video_name",
            telling: telling.others,
            columns: video,
        },
        ItemShape {
            kind: "Survey",
            nouns: ("survey", "surveys"),
            id: "survey_id",
            title: "survey_name",
            telling: telling.others,
            columns: survey,
        },
        ItemShape {
            kind: "Session",
            nouns: ("session", "sessions"),
            id: "session_id",
            title: "session_name",
            telling: telling.dated,
            columns: session,
        },
        ItemShape {
            kind: "Virtual Classroom",
            nouns: ("virtual classroom", "virtual classrooms"),
            id: "training_id",
            title: "training_name",
            telling: telling.others,
            columns: virtual_classroom,
        },
        ItemShape {
            kind: OTHER,
            nouns: ("content of another type", "contents of another type"),
            id: "content_id",
            title: "content_name",
            telling: telling.others,
            columns: other,
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_people_most_is_there_to_be_told() {
        for shape in CATALOG.iter().chain(&PLAN) {
            for (column, heading) in shape.telling {
                let found = shape.column(column).unwrap_or_else(|| panic!("{}: {column}", shape.kind));
                assert!(!found.internal && heading.len() <= 12, "{}: {column}", shape.kind);
            }
        }
        let headings: Vec<_> = PLAN[0].telling.iter().map(|(_, heading)| *heading).collect();
        assert_eq!(headings, ["status", "assigned", "completed", "expires"]);
    }
}
