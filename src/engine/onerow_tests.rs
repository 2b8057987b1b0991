use chrono::DateTime;

use crate::model::{Column, ItemStanding, Key};

use super::*;

const SHAPE: ItemShape = ItemShape {
    kind: "progress",
    nouns: ("record", "records"),
    id: "id",
    title: "title",
    telling: &[],
    columns: &[
        Column::new("id", "ID", ColumnKind::Text),
        Column::new("title", "Title", ColumnKind::Text),
        Column::new("code", "Code", ColumnKind::Text).keeping(Keep::Filled),
        Column::new("percent", "Progress", ColumnKind::Decimal).keeping(Keep::Greatest),
        Column::new("completed", "Completed", ColumnKind::Moment { formats: &[] }).keeping(Keep::Filled),
        Column::new("registration", "Registration", ColumnKind::Text).keeping(Keep::Filled),
    ],
};

/// `id percent completed registration`, `-` where there is none.
fn item(text: &str) -> MemoryItem {
    let names = ["id", "percent", "completed", "registration"];
    let fields: Fields = names.into_iter().zip(text.split(' ')).filter(|(_, value)| *value != "-").collect();
    let seen = DateTime::UNIX_EPOCH;
    MemoryItem {
        item_ref: crate::store::ItemRef::NONE,
        job: "progress".into(),
        pull: "progress".into(),
        operation: "media77.activity_progress".into(),
        scope: String::new(),
        learner: String::new(),
        kind: "progress".to_owned(),
        key: Key::from_values([text]),
        parent: None,
        fields,
        standing: ItemStanding::Present,
        first_seen: seen,
        last_seen: seen,
        changed_at: seen,
        retired_at: None,
    }
}

fn text(item: &MemoryItem) -> String {
    let names = ["id", "percent", "completed", "registration"];
    names.map(|name| item.fields.get(&name.into()).unwrap_or("-").to_owned()).join(" ")
}

#[track_caller]
fn check(items: &[&str], expected: &[&str]) {
    let mut together = Together::new("registration", &SHAPE);
    let items = || items.iter().map(|text| item(text));
    items().for_each(|item| together.expect(&item));
    let found: Vec<String> =
        items().filter_map(|item| together.gather(item)).map(|item| text(&item)).collect();
    assert_eq!(found, expected);
    assert!(together.rest().is_empty());
}

#[test]
fn items_of_one_registration_are_one_row() {
    // The earliest completion, the greatest progress, and the rest of the item with the completion.
    check(&["1 100 2026-11-02 r1", "2 99.5 2026-11-01 R1"], &["2 100 2026-11-01 R1"]);
    check(&["1 9 - r1", "2 80 2026-11-01 r1", "3 100 - r1"], &["2 100 2026-11-01 r1"]);
    check(&["1 9 - r1", "2 10 - r1"], &["2 10 - r1"]);
    check(&["1 - - r1", "2 - - r1"], &["1 - - r1"]);
}

#[test]
fn others_stay_as_they_are() {
    let items = ["1 100 2026-11-02 -", "2 50 - -", "3 100 2026-11-02 r1", "4 7 - r2"];
    check(&items, &items);
}

#[test]
fn none_is_lost_that_waits_for_one_that_does_not_come() {
    let mut together = Together::new("registration", &SHAPE);
    [item("1 5 - r1"), item("2 6 - r1")].iter().for_each(|item| together.expect(item));
    assert!(together.gather(item("1 5 - r1")).is_none());
    assert_eq!(together.rest().iter().map(text).collect::<Vec<_>>(), ["1 5 - r1"]);
    // Nor one that nobody expected.
    assert!(together.gather(item("9 1 - r9")).is_none());
    assert_eq!(together.rest().iter().map(text).collect::<Vec<_>>(), ["9 1 - r9"]);
}
