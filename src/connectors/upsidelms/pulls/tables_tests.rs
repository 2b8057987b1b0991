//! Every keyword of the document's output tables is read into a typed field. The lists here were taken from the
//! document by hand, not from the columns.

use serde_json::{Map, Value, json};

use super::samples::{TOKEN, catalog, items, plan};
use crate::model::{PullShape, Pulled};

/// What stands in a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Is {
    Text,
    Whole,
    Decimal,
    Day,
    YesNo,
    Moment,
}
use Is::{Day, Decimal, Moment, Text, Whole, YesNo};

type Table = &'static [(&'static str, Is)];

/// "Curriculum Output Parameters", 1 to 27, of both sections.
const CURRICULUM: Table = &[
    ("curriculum_id", Text),
    ("curriculum_name", Text),
    ("reference_title", Text),
    ("duration", Whole),
    ("start_date", Day),
    ("end_date", Day),
    ("cost_per_person", Decimal),
    ("currency", Text),
    ("certification", YesNo),
    ("instructor", Text),
    ("seat_hours", Whole),
    ("seat_mins", Whole),
    ("created_by", Text),
    ("created_date", Day),
    ("modified_by", Text),
    ("modified_date", Day),
    ("status", Text),
    ("access", Text),
    ("cancellation_date", Day),
    ("nomination_date", Day),
    ("community", Text),
    ("seat_limit", Whole),
    ("assignment_count", Whole),
    ("completion_count", Whole),
    ("avg_ratings", Decimal),
    ("nomination_count", Whole),
    ("purchased_count", Whole),
];

/// 28 to 34 of the plan, and `started_on`, which is missing there.
const PLAN_CURRICULUM: Table = &[
    ("assigned_date", Day),
    ("last_access_date", Day),
    ("completion_date", Day),
    ("expired_date", Day),
    ("feedback", Text),
    ("learner_rating", Decimal),
    ("curriculum_completion_status", Text),
    ("started_on", Day),
];

/// "Content Output Parameters": each kind's keywords in both sections, and those of the plan alone.
const CONTENTS: &[(&str, Table, Table)] = &[
    (
        "Course",
        &[
            ("course_id", Text),
            ("course_name", Text),
            ("reference_title", Text),
            ("content_type", Text),
            ("mandatory", YesNo),
            ("type", Text),
            ("created_on", Day),
            ("uploaded_on", Day),
            ("about_course", Text),
            ("instructor", Text),
            ("seat_hours", Whole),
            ("seat_mins", Whole),
        ],
        &[
            ("started_on", Day),
            ("last_accessed_on", Day),
            ("completed_on", Day),
            ("attempts", Whole),
            ("timespent", Text),
            ("completion_status", Text),
        ],
    ),
    (
        "Assignment",
        &[
            ("assignment_id", Text),
            ("assignment_name", Text),
            ("objective", Text),
            ("instruction", Text),
            ("mandatory", YesNo),
            ("max_score", Decimal),
            ("duration", Whole),
            ("uploaded_on", Day),
            ("instructor", Text),
            ("content_type", Text),
        ],
        &[
            ("first_accessed_on", Day),
            ("last_accessed_on", Day),
            ("completed_on", Day),
            ("ended_on", Day),
            ("completion_status", Text),
            ("learner_score", Decimal),
            ("evaluated_date", Day),
            ("feedback", Text),
        ],
    ),
    (
        "Assessment",
        &[
            ("test_id", Text),
            ("title", Text),
            ("description", Text),
            ("mandatory", YesNo),
            ("duration", Whole),
            ("cutoff", Decimal),
            ("total_attempts", Whole),
            ("navigation", Text),
            ("instructor", Text),
            ("content_type", Text),
        ],
        &[
            ("started_on", Day),
            ("completed_on", Day),
            ("last_accessed_on", Day),
            ("score", Decimal),
            ("remaining_attempt", Whole),
            ("best_score", Decimal),
            ("completion_status", Text),
        ],
    ),
    (
        "Reference Material",
        &[
            ("reference_material_id", Text),
            ("reference_material_name", Text),
            ("description", Text),
            ("mandatory", YesNo),
            ("uploaded_on", Day),
            ("instructor", Text),
            ("content_type", Text),
        ],
        &[("last_accessed_on", Day), ("completion_status", Text)],
    ),
    (
        "Video",
        &[
            ("video_id", Text),
            ("video_name", Text),
            ("description", Text),
            ("mandatory", YesNo),
            ("type", Text),
            ("uploaded_on", Day),
            ("instructor", Text),
            ("content_type", Text),
        ],
        &[("last_accessed_on", Day), ("timespent", Text), ("completion_status", Text)],
    ),
    (
        "Survey",
        &[
            ("survey_id", Text),
            ("survey_name", Text),
            ("description", Text),
            ("instructions", Text),
            ("mandatory", YesNo),
            ("avain_from", Day),
            ("avail_to", Day),
            ("instructor", Text),
            ("content_type", Text),
        ],
        &[("last_accessed_on", Day), ("completion_status", Text)],
    ),
    (
        "Session",
        &[
            ("session_id", Text),
            ("session_name", Text),
            ("program_id", Text),
            ("session_objective", Text),
            ("mandatory", YesNo),
            ("start_date", Day),
            ("end_date", Day),
            ("start_hours", Whole),
            ("start_mins", Whole),
            ("end_hours", Whole),
            ("end_mins", Whole),
            ("last_date_of_nomination", Day),
            ("last_date_of_cancellation", Day),
            ("vendor", Text),
            ("speaker", Text),
            ("venue", Text),
            ("vendor_cost", Decimal),
            ("currency", Text),
            ("instructor", Text),
        ],
        &[("completed_on", Day), ("last_accessed_on", Day), ("completion_status", Text)],
    ),
    (
        "Virtual Classroom",
        &[
            ("training_id", Text),
            ("training_name", Text),
            ("description", Text),
            ("mandatory", YesNo),
            ("start_date", Day),
            ("start_hours", Whole),
            ("start_mins", Whole),
            ("training_hours", Whole),
            ("training_mins", Whole),
            ("instructor", Text),
        ],
        &[
            ("completion_status", Text),
            ("start_date_time", Moment),
            ("end_date_time", Moment),
            ("attendee_id", Text),
        ],
    ),
];

impl Is {
    /// A value that no other kind but a text takes, and how it is kept.
    fn right(self) -> (&'static str, &'static str) {
        match self {
            Text => ("12 words", "12 words"),
            Whole => ("0012", "12"),
            Decimal => ("12.50", "12.50"),
            Day => ("05/06/2016", "2016-05-06"),
            YesNo => ("YES", "true"),
            Moment => ("05/06/2016 08:30:00", "2016-05-06T08:30:00"),
        }
    }

    /// A value that it does not take.
    fn wrong(self) -> Option<&'static str> {
        match self {
            Text => None,
            Whole => Some("12.50"),
            Decimal => Some("twelve"),
            Day => Some("05/06/2016 08:30:00"),
            YesNo => Some("12"),
            Moment => Some("05/06/2016"),
        }
    }
}

fn object(table: &[(&str, Is)], value: fn(Is) -> &'static str) -> Map<String, Value> {
    table.iter().map(|(keyword, is)| ((*keyword).to_owned(), value(*is).into())).collect()
}

fn read(shape: &PullShape, curriculum: Map<String, Value>, content: Option<Map<String, Value>>) -> Pulled {
    let mut curriculum = curriculum;
    curriculum.entry("curriculum_id").or_insert("31".into());
    if let Some(content) = content {
        curriculum.insert("Content".to_owned(), json!([content]));
    }
    items(&json!([curriculum, {"Token": TOKEN}]).to_string(), shape).pop().unwrap()
}

/// All are read, with the right type, and what is not of the type is said.
fn check(kind: &str, shape: &PullShape, table: &[(&str, Is)]) {
    let asked = |value: fn(Is) -> &'static str| {
        let object = object(table, value);
        match kind {
            "curriculum" => read(shape, object, None),
            _ => {
                let mut content = object;
                content.insert("content_type".to_owned(), kind.into());
                read(shape, Map::new(), Some(content))
            }
        }
    };
    let right = asked(|is| is.right().0);
    assert_eq!((right.kind.as_str(), right.odd.as_slice()), (kind, &[][..]));
    let wrong = asked(|is| is.wrong().unwrap_or("text"));
    for (keyword, is) in table.iter().filter(|(keyword, _)| *keyword != "content_type") {
        assert_eq!(right.fields.get(&(*keyword).into()), Some(is.right().1), "{kind}: {keyword}");
        assert_eq!(wrong.odd.contains(&(*keyword).into()), is.wrong().is_some(), "{kind}: {keyword}");
    }
    let known = table.len() + usize::from(!table.iter().any(|(keyword, _)| *keyword == "content_type"));
    assert_eq!(right.fields.len(), known - usize::from(kind == "curriculum"), "{kind}");
}

#[test]
fn every_keyword_of_the_tables_is_read_into_a_typed_field() {
    let plan_curriculum = [CURRICULUM, PLAN_CURRICULUM].concat();
    assert_eq!((CURRICULUM.len(), plan_curriculum.len()), (27, 34 + 1));
    check("curriculum", &catalog(), CURRICULUM);
    check("curriculum", &plan(), &plan_curriculum);
    assert_eq!(CONTENTS.len(), 8);
    for (kind, both, of_the_learner) in CONTENTS {
        check(kind, &catalog(), both);
        check(kind, &plan(), &[*both, *of_the_learner].concat());
    }
}

/// What is not in a table or a sample is no column, and none stands there twice or without a label.
#[test]
fn there_are_no_other_columns() {
    let of_samples = ["valid_from_date", "valid_till_date", "avain_from", "avail_to", "content_type"];
    for (shape, is_plan) in [(catalog(), false), (plan(), true)] {
        let kinds: Vec<_> = shape.items.iter().map(|item| item.kind).collect();
        let mut expected = vec!["curriculum"];
        expected.extend(CONTENTS.iter().map(|(kind, ..)| kind));
        expected.push("Other");
        assert_eq!(kinds, expected);
        for item in &shape.items[..9] {
            let table = match CONTENTS.iter().find(|(kind, ..)| *kind == item.kind) {
                Some((_, both, of_the_learner)) if is_plan => [*both, *of_the_learner].concat(),
                Some((_, both, _)) => both.to_vec(),
                None if is_plan => [CURRICULUM, PLAN_CURRICULUM].concat(),
                None => CURRICULUM.to_vec(),
            };
            let listed = |name: &str| table.iter().any(|(keyword, _)| *keyword == name);
            for (place, column) in item.columns.iter().enumerate() {
                let name = column.name;
                assert!(listed(name) || of_samples.contains(&name), "{}: {name}", item.kind);
                assert!(!column.label.is_empty(), "{}: {name}", item.kind);
                assert!(
                    item.columns[..place].iter().all(|other| other.name != name),
                    "{}: {name}",
                    item.kind
                );
                // IDs of the portal are not to be exposed.
                assert_eq!(column.internal, name.ends_with("_id"), "{}: {name}", item.kind);
            }
            assert!(item.column(item.id).is_some() && item.column(item.title).is_some(), "{}", item.kind);
        }
    }
}
