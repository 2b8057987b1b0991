use std::time::Duration;

use chrono::DateTime;

use crate::model::{Asks, Column as Shaped, Fields, ItemStanding, Key, Operation, OperationKind, PullShape};

use super::*;

const PLAN: PullShape = PullShape {
    items: &[
        ItemShape {
            kind: "curriculum",
            nouns: ("curriculum", "curricula"),
            id: "curriculum_id",
            title: "curriculum_name",
            telling: &[],
            columns: &[
                Shaped::new("curriculum_id", "Curriculum Id", ColumnKind::Whole).internal(),
                Shaped::new("curriculum_name", "Curriculum Name", ColumnKind::Text),
                Shaped::new("price", "Price", ColumnKind::Decimal),
                Shaped::new("start_date", "Start Date", ColumnKind::Date { format: "%m/%d/%Y" }),
            ],
        },
        ItemShape {
            kind: "Course",
            nouns: ("course", "courses"),
            id: "course_id",
            title: "course_name",
            telling: &[],
            columns: &[
                Shaped::new("course_id", "Course Id", ColumnKind::Text).internal(),
                Shaped::new("course_name", "Course Name", ColumnKind::Text),
                Shaped::new("score", "Score", ColumnKind::Decimal),
            ],
        },
        ItemShape {
            kind: "Video",
            nouns: ("video", "videos"),
            id: "video_id",
            title: "video_name",
            telling: &[],
            columns: &[
                Shaped::new("video_id", "Video Id", ColumnKind::Text).internal(),
                Shaped::new("video_name", "Video Name", ColumnKind::Text),
            ],
        },
    ],
    learners: Asks::Maybe,
    identifiers: &[("Uniqueid", "unique_id"), ("Email", "email")],
    selects: None,
    windowed: false,
    daily_calls: None,
    registration: Some(("registration", &["activity", "instance"])),
};

fn pull(learners: Learners) -> Pull {
    let mut operation = Operation::new("upsidelms.training_plan", OperationKind::Pull, "", Vec::new());
    operation.pull = Some(PLAN);
    Pull {
        id: "plan".into(),
        connection: "upside".into(),
        operation,
        parameters: Fields::default(),
        learners,
        overlap: Duration::ZERO,
        since: None,
        export: None,
        columns: None,
        retention: Duration::ZERO,
    }
}

fn item(kind: &str, fields: &[(&str, &str)]) -> MemoryItem {
    let seen = DateTime::UNIX_EPOCH;
    MemoryItem {
        item_ref: crate::store::ItemRef::NONE,
        job: "daily-plan".into(),
        pull: "plan".into(),
        operation: "upsidelms.training_plan".into(),
        scope: "Uniqueid=007~Email=a=b@example.org".to_owned(),
        learner: "007".to_owned(),
        kind: kind.to_owned(),
        key: Key::from_values(["1"]),
        parent: None,
        fields: fields.iter().copied().collect(),
        standing: ItemStanding::Present,
        first_seen: seen,
        last_seen: seen,
        changed_at: seen,
        retired_at: None,
    }
}

fn curriculum() -> MemoryItem {
    item(
        "curriculum",
        &[
            ("curriculum_id", "167"),
            ("curriculum_name", "Safety"),
            ("price", "10.50"),
            ("start_date", "2026-11-21"),
        ],
    )
}

#[track_caller]
fn check(names: &[&str], part: Option<&MemoryItem>, expected: &[&str]) {
    let pull = pull(Learners::Job("hr-users".into()));
    let table = ItemTable::new(&pull, names.iter().map(|name| (*name).to_owned()).collect()).unwrap();
    let joined = Joined { learner: "E1".to_owned(), instance: vec!["SAFE".to_owned(), "2026".to_owned()] };
    let item = curriculum();
    let row = table.row(&item, part, &joined);
    assert_eq!(row.iter().map(|cell| cell.text).collect::<Vec<_>>(), expected);
    assert_eq!(table.header(), names);
}

#[test]
fn a_row_has_the_chosen_columns_in_their_order() {
    check(&["price", "curriculum_name", "curriculum_id"], None, &["10.50", "Safety", "167"]);
    check(&["Email", "Uniqueid", "nothing"], None, &["a=b@example.org", "007", ""]);
    check(&["learner", "instance", "activity"], None, &["E1", "2026", "SAFE"]);
}

#[test]
fn parts_fill_the_columns_of_their_own_kind() {
    let course = item("Course", &[("course_id", "9"), ("course_name", "Ladders"), ("score", "80")]);
    let video = item("Video", &[("video_id", "4"), ("video_name", "Ropes")]);
    let names = ["curriculum_name", PART_KIND, PART_TITLE, "content.course_name", "content.score"];
    check(&names, Some(&course), &["Safety", "Course", "Ladders", "Ladders", "80"]);
    check(&names, Some(&video), &["Safety", "Video", "Ropes", "", ""]);
    check(&names, None, &["Safety", "", "", "", ""]);
}

#[test]
fn identifiers_are_texts_and_the_rest_is_what_it_is() {
    let pull = pull(Learners::Nobody);
    let names =
        ["curriculum_id", "price", "start_date", "curriculum_name", "content.score", "content.course_id"];
    let table = ItemTable::new(&pull, names.map(str::to_owned).to_vec()).unwrap();
    let (item, course) = (curriculum(), item("Course", &[("course_id", "9"), ("score", "80")]));
    let joined = Joined::default();
    let row = table.row(&item, Some(&course), &joined);
    let expected = [
        ("167", Of::Text),
        ("10.50", Of::Number),
        ("2026-11-21", Of::Day),
        ("Safety", Of::Text),
        ("80", Of::Number),
        ("9", Of::Text),
    ];
    assert_eq!(row, expected.map(|(text, of)| Cell::new(text, of)));
}

#[test]
fn a_table_has_rows_for_parts_only_where_a_column_is_theirs() {
    let table = |learners, names: &[&str]| {
        ItemTable::new(&pull(learners), names.iter().map(|name| (*name).to_owned()).collect()).unwrap()
    };
    assert!(!table(Learners::Nobody, &["curriculum_name"]).has_parts());
    assert!(table(Learners::Nobody, &["curriculum_name", "content.score"]).has_parts());
    assert!(table(Learners::Nobody, &["learner"]).joins_on().is_some());
    assert!(table(Learners::Nobody, &["registration"]).joins_on().is_none());
}

#[test]
fn ids_and_parts_are_written_on_demand_and_fed_where_they_are_read() {
    let pull = pull(Learners::Nobody);
    let usual = ["learner", "activity", "instance", "curriculum_name", "price", "start_date"];
    assert_eq!(usual_columns(&pull), usual);
    let of_learners = usual_columns(&super::tests::pull(Learners::Job("hr".into())));
    assert_eq!(of_learners[..2], ["Uniqueid", "Email"]);
    let fed = fed_columns(&pull, &["price"].into());
    assert!(fed.contains(&"curriculum_id".to_owned()) && !fed.iter().any(|name| name.starts_with(PART)));
    let fed = fed_columns(&pull, &["price", "content.score"].into());
    assert!(fed.contains(&PART_TITLE.to_owned()) && fed.contains(&"content.course_id".to_owned()));
}
