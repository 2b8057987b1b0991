//! What is read of curricula and contents, by the document's samples and tables.

use serde_json::json;

use super::super::samples::{
    CATALOG_OFF, CATALOG_OFF_CBC, CATALOG_ON, CATALOG_ON_CBC, PLAN_OFF, PLAN_OFF_CBC, PLAN_ON, PLAN_ON_CBC,
    catalog, items, plan, values,
};
use crate::model::{FieldName, Key, PullShape, Pulled};

/// Kind, ID and values of a content.
type Content = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// What both samples of a section have in common: their values but for those that are "NA".
const CATALOG: &[(&str, &str)] = &[
    ("access", "private"),
    ("assignment_count", "0"),
    ("certification", "false"),
    ("completion_count", "0"),
    ("cost_per_person", "10.00"),
    ("created_by", "Upside Admin"),
    ("created_date", "2016-05-06"),
    ("currency", "USD"),
    ("curriculum_id", "31"),
    ("curriculum_name", "UL Curriculum"),
    ("duration", "5"),
    ("modified_by", "Upside Admin"),
    ("nomination_count", "0"),
    ("purchased_count", "0"),
    ("reference_title", "UL Curriculum"),
    ("seat_hours", "0"),
    ("status", "available"),
];
const PLAN: &[(&str, &str)] = &[
    ("access", "private"),
    ("assigned_date", "2016-05-06"),
    ("assignment_count", "1"),
    ("certification", "false"),
    ("completion_count", "0"),
    ("cost_per_person", "10.00"),
    ("created_by", "Upside Admin"),
    ("created_date", "2016-05-06"),
    ("currency", "USD"),
    ("curriculum_completion_status", "not started"),
    ("curriculum_id", "31"),
    ("curriculum_name", "UL Curriculum"),
    ("duration", "5"),
    ("modified_by", "Upside Admin"),
    ("nomination_count", "0"),
    ("purchased_count", "0"),
    ("reference_title", "UL Curriculum"),
    ("seat_hours", "0"),
    ("status", "available"),
];
/// The contents of both samples with content: in none has the learner done anything yet.
const CONTENTS: &[Content] = &[
    (
        "Course",
        "2",
        &[
            ("content_type", "Course"),
            ("course_id", "2"),
            ("course_name", "Course 001"),
            ("created_on", "2016-04-05"),
            ("mandatory", "false"),
            ("type", "SCORM 1.2"),
            ("uploaded_on", "2016-04-20"),
        ],
    ),
    (
        "Assessment",
        "6",
        &[
            ("content_type", "Assessment"),
            ("cutoff", "40"),
            ("description", "Test 001"),
            ("duration", "10"),
            ("mandatory", "false"),
            ("navigation", "Practice Mode"),
            ("test_id", "6"),
            ("title", "Test 001"),
            ("total_attempts", "5"),
        ],
    ),
    (
        "Reference Material",
        "1",
        &[
            ("content_type", "Reference Material"),
            ("mandatory", "false"),
            ("reference_material_id", "1"),
            ("reference_material_name", "Reference Material 001"),
            ("uploaded_on", "2016-04-05"),
        ],
    ),
    (
        "Assignment",
        "2",
        &[
            ("assignment_id", "2"),
            ("assignment_name", "Assignment 001"),
            ("content_type", "Assignment"),
            ("mandatory", "false"),
            ("max_score", "100"),
            ("uploaded_on", "2016-04-20"),
        ],
    ),
    (
        "Survey",
        "2",
        &[
            ("content_type", "Survey"),
            ("description", "Survey 001"),
            ("mandatory", "false"),
            ("survey_id", "2"),
            ("survey_name", "Survey 001"),
        ],
    ),
    (
        "Video",
        "2",
        &[
            ("content_type", "Video"),
            ("mandatory", "false"),
            ("type", "uploaded"),
            ("uploaded_on", "2016-04-20"),
            ("video_id", "2"),
            ("video_name", "Video 001"),
        ],
    ),
];

fn golden(curriculum: &[(&str, &str)], contents: &[Content]) -> Vec<Pulled> {
    let key = Key::from_values(["31"]);
    let mut items = vec![Pulled {
        kind: "curriculum".to_owned(),
        key: key.clone(),
        parent: None,
        fields: values(curriculum),
        odd: Vec::new(),
    }];
    items.extend(contents.iter().map(|(kind, id, fields)| Pulled {
        kind: (*kind).to_owned(),
        key: Key::from_values(["31", kind, id]),
        parent: Some(key.clone()),
        fields: values(fields),
        odd: Vec::new(),
    }));
    items
}

#[test]
fn the_samples_of_the_document() {
    for body in [CATALOG_ON, CATALOG_ON_CBC] {
        assert_eq!(items(body, &catalog()), golden(CATALOG, CONTENTS));
    }
    for body in [CATALOG_OFF, CATALOG_OFF_CBC] {
        assert_eq!(items(body, &catalog()), golden(CATALOG, &[]));
    }
    for body in [PLAN_ON, PLAN_ON_CBC] {
        assert_eq!(items(body, &plan()), golden(PLAN, CONTENTS));
    }
    for body in [PLAN_OFF, PLAN_OFF_CBC] {
        assert_eq!(items(body, &plan()), golden(PLAN, &[]));
    }
}

/// No key of a sample is one that nothing is read from.
#[test]
fn every_key_of_the_samples_has_a_column() {
    for (body, shape) in [(CATALOG_ON, catalog()), (PLAN_ON, plan())] {
        let full = body.replace("\"NA\"", "\"05\\/06\\/2016\"");
        let read = items(&full, &shape);
        let sent: serde_json::Value = serde_json::from_str(&full).unwrap();
        let curriculum = &sent.as_object().unwrap().values().next().unwrap()[0];
        let contents = curriculum["Content"].as_array().unwrap();
        for (sent, read) in std::iter::once(curriculum).chain(contents).zip(&read) {
            let keys = sent.as_object().unwrap().keys().filter(|key| *key != "Content").count();
            assert_eq!(read.fields.len(), keys, "{}: {:?}", read.kind, read.fields);
        }
    }
}

/// The answer with this curriculum, and these contents in it.
fn answer(curriculum: &serde_json::Value, contents: &[serde_json::Value]) -> String {
    let mut curriculum = curriculum.clone();
    if !contents.is_empty() {
        curriculum["Content"] = contents.into();
    }
    json!({ "curriculumCatalogDTO": [curriculum, { "Token": "Upside@2016" }] }).to_string()
}

fn part(content: serde_json::Value, shape: &PullShape) -> Pulled {
    let body = answer(&json!({"curriculum_id": "31"}), &[content]);
    let [_, part] = <[Pulled; 2]>::try_from(items(&body, shape)).unwrap();
    part
}

/// A session and a virtual classroom, which no sample shows, by the tables.
#[test]
fn a_session_and_a_virtual_classroom() {
    let session = json!({
        "session_id": "9", "session_name": "Session 001", "program_id": "4", "session_objective": "NA",
        "mandatory": "Yes", "start_date": "05/09/2016", "end_date": "05/10/2016", "start_hours": "9",
        "start_mins": "30", "end_hours": 17, "end_mins": 0, "last_date_of_nomination": "05/01/2016",
        "last_date_of_cancellation": "na", "vendor": "Vendor 001", "speaker": "Speaker 001", "venue": "Pune",
        "vendor_cost": "1500.50", "currency": "INR", "instructor": "NA", "content_type": "Session",
        "completed_on": "05/10/2016", "last_accessed_on": "NA", "completion_status": "completed"
    });
    let read = part(session, &plan());
    assert_eq!((read.kind.as_str(), read.key), ("Session", Key::from_values(["31", "Session", "9"])));
    assert!(read.odd.is_empty());
    let fields = values(&[
        ("session_id", "9"),
        ("session_name", "Session 001"),
        ("program_id", "4"),
        ("mandatory", "true"),
        ("start_date", "2016-05-09"),
        ("end_date", "2016-05-10"),
        ("start_hours", "9"),
        ("start_mins", "30"),
        ("end_hours", "17"),
        ("end_mins", "0"),
        ("last_date_of_nomination", "2016-05-01"),
        ("vendor", "Vendor 001"),
        ("speaker", "Speaker 001"),
        ("venue", "Pune"),
        ("vendor_cost", "1500.50"),
        ("currency", "INR"),
        ("content_type", "Session"),
        ("completed_on", "2016-05-10"),
        ("completion_status", "completed"),
    ]);
    assert_eq!(read.fields, fields);
    let classroom = json!({
        "training_id": 12, "training_name": "VC 001", "description": "NA", "mandatory": "no",
        "start_date": "05/09/2016", "start_hours": "9", "start_mins": "5", "training_hours": "1",
        "training_mins": "30", "instructor": "Instructor 001", "content_type": "Virtual Classroom",
        "completion_status": "completed", "start_date_time": "05/09/2016 09:05:30",
        "end_date_time": "05/09/2016 10:35 AM", "attendee_id": "77"
    });
    let read = part(classroom, &plan());
    assert_eq!(read.key, Key::from_values(["31", "Virtual Classroom", "12"]));
    assert!(read.odd.is_empty());
    let fields = values(&[
        ("training_id", "12"),
        ("training_name", "VC 001"),
        ("mandatory", "false"),
        ("start_date", "2016-05-09"),
        ("start_hours", "9"),
        ("start_mins", "5"),
        ("training_hours", "1"),
        ("training_mins", "30"),
        ("instructor", "Instructor 001"),
        ("content_type", "Virtual Classroom"),
        ("completion_status", "completed"),
        ("start_date_time", "2016-05-09T09:05:30"),
        ("end_date_time", "2016-05-09T10:35:00"),
        ("attendee_id", "77"),
    ]);
    assert_eq!(read.fields, fields);
}

#[test]
fn spellings_that_drift_are_read_alike() {
    let one = json!({"curriculum_id": "31", "avg_ratings": "4.5", "purchased_count": "3", "duration": "5",
        "status": "available"});
    let other = json!({"curriculum_id": "31", "avgratings": "4.5", "purchase_count": 3, "validity": " 5 ",
        "curriculum_status": "available"});
    let expected = values(&[
        ("curriculum_id", "31"),
        ("avg_ratings", "4.5"),
        ("purchased_count", "3"),
        ("duration", "5"),
        ("status", "available"),
    ]);
    for shape in [catalog(), plan()] {
        for curriculum in [&one, &other] {
            assert_eq!(items(&answer(curriculum, &[]), &shape)[0].fields, expected);
        }
        for (kind, id) in [("Survey", "survey_id"), ("Reference Material", "reference_material_id")] {
            let expected = values(&[
                ("content_type", kind),
                (id, "2"),
                ("avain_from", "2016-05-06"),
                ("avail_to", "2016-05-07"),
            ]);
            for (from, to) in [("avain_from", "avail_to"), ("avail_from", "avain_to")] {
                let content = json!({"content_type": kind, id: "2", from: "05/06/2016", to: "05/07/2016"});
                assert_eq!(part(content, &shape).fields, expected, "{kind}");
            }
        }
    }
    // What one spelling leaves empty the other may say.
    let both = json!({"curriculum_id": "31", "avg_ratings": "NA", "avgratings": "4"});
    assert_eq!(items(&answer(&both, &[]), &plan())[0].fields.get(&"avg_ratings".into()), Some("4"));
}

#[test]
fn what_is_not_of_its_kind_is_kept_as_it_came() {
    let curriculum = json!({"curriculum_id": "31", "seat_limit": "unlimited", "start_date": "2016-05-06",
        "certification": "maybe", "completion_count": 3.5, "cost_per_person": 10.0, "seat_hours": 2.0,
        "instructor": ["A", "B"], "modified_by": {"name": "C"}, "currency": "", "community": null, "access": "Na"});
    let read = &items(&answer(&curriculum, &[]), &catalog())[0];
    let expected = values(&[
        ("curriculum_id", "31"),
        ("seat_limit", "unlimited"),
        ("start_date", "2016-05-06"),
        ("certification", "maybe"),
        ("completion_count", "3.5"),
        ("cost_per_person", "10"),
        ("seat_hours", "2"),
        ("instructor", "[\"A\",\"B\"]"),
        ("modified_by", "{\"name\":\"C\"}"),
    ]);
    assert_eq!(read.fields, expected);
    let odd: Vec<_> = read.odd.iter().map(FieldName::as_str).collect();
    assert_eq!(
        odd,
        ["start_date", "certification", "instructor", "modified_by", "seat_limit", "completion_count"]
    );
}

#[test]
fn contents_are_told_apart_by_word_and_by_id_and_none_is_lost() {
    let check = |content: serde_json::Value, kind: &str, key: [&str; 3], odd: &[&str]| {
        let read = part(content, &catalog());
        assert_eq!((read.kind.as_str(), read.key), (kind, Key::from_values(key)));
        assert_eq!(read.odd.iter().map(FieldName::as_str).collect::<Vec<_>>(), odd);
        read.fields
    };
    check(
        json!({"content_type": " virtual  classroom", "training_id": "1"}),
        "Virtual Classroom",
        ["31", "Virtual Classroom", "1"],
        &[],
    );
    check(json!({"session_id": "1"}), "Session", ["31", "Session", "1"], &[]);
    check(
        json!({"content_type": "VC", "training_id": "1"}),
        "Virtual Classroom",
        ["31", "Virtual Classroom", "1"],
        &[],
    );
    // Without an ID its name has to do, and then its place.
    check(json!({"content_type": "Video", "video_name": "V"}), "Video", ["31", "Video", "V"], &["video_id"]);
    check(json!({"content_type": "Video", "video_id": "NA"}), "Video", ["31", "Video", "#1"], &["video_id"]);
    // A kind that no document knows is read as far as it goes, and said.
    let podcast = json!({"content_type": "Podcast", "podcast_id": 7, "curriculum_id": "31", "podcast_name": "P", "mandatory": "Yes"});
    let fields = check(podcast, "Other", ["31", "Podcast", "7"], &["content_type"]);
    let expected =
        [("content_type", "Podcast"), ("content_id", "7"), ("content_name", "P"), ("mandatory", "true")];
    assert_eq!(fields, values(&expected));
    check(json!({"instructor": "I"}), "Other", ["31", "Other", "#1"], &["content_id", "content_type"]);
}

#[test]
fn what_stands_among_the_contents_and_is_none_is_said() {
    for (contents, odd) in [
        (json!(["a course"]), true),
        (json!("a course"), true),
        (json!([{"course_id": "1"}, 7]), true),
        (json!([{"course_id": "1"}, null, {}, "NA"]), false),
        (json!("NA"), false),
        (json!(null), false),
        (json!([]), false),
        // One without its brackets.
        (json!({"course_id": "1"}), false),
    ] {
        let body = answer(&json!({"curriculum_id": "31", "Content": contents}), &[]);
        let read = items(&body, &plan());
        assert_eq!(read[0].odd.contains(&"Content".into()), odd, "{contents}");
        assert_eq!(read.len() - 1, usize::from(contents.to_string().contains("course_id")), "{contents}");
    }
}
