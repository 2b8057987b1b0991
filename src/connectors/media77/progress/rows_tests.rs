//! Rows as the vendor's pages have them, and such as only look like it.

use super::*;

#[track_caller]
fn parsed(json: &str) -> Vec<Map<String, Value>> {
    serde_json::from_str(json).unwrap()
}

fn shown(item: &Pulled) -> Vec<(&str, &str)> {
    item.fields.iter().map(|(name, value)| (name.as_str(), value)).collect()
}

/// The vendor's sample of an answer.
const SAMPLE: &str = r#"[
    {
      "firstName": "System",
      "lastName": "Administrator",
      "email": "admin@77media.com",
      "memberIdentifier": "12345",
      "activityTitle": "Youth Development Course",
      "registration": "f53f253f-248b-4bfa-a94b-55cac283765b",
      "dateStarted": "2017-05-11T12:00:50.279Z",
      "progress": "100",
      "dateCompleted": "2017-05-16T12:00:50.000Z",
      "completionCode": "Fake Code"
    },
    {
      "firstName": "System",
      "lastName": "Administrator",
      "email": "admin@77media.com",
      "memberIdentifier": "12345",
      "activityTitle": "SSCI Background Check",
      "registration": "6903cb1d-fab4-48d0-9e39-ed45002df600",
      "dateStarted": "2017-05-25T17:58:24.384Z",
      "progress": 0,
      "dateCompleted": null,
      "completionCode": null
    }
]"#;

#[test]
fn the_vendors_sample_is_read_in_whole() {
    let read = read(&parsed(SAMPLE));
    let keys: Vec<_> = read.items.iter().map(|item| item.key.values().concat()).collect();
    assert_eq!(keys, ["f53f253f-248b-4bfa-a94b-55cac283765b", "6903cb1d-fab4-48d0-9e39-ed45002df600"]);
    assert_eq!(read.keys, keys);
    let expected = [
        ("activityTitle", "Youth Development Course"),
        ("completionCode", "Fake Code"),
        ("dateCompleted", "2017-05-16T12:00:50Z"),
        ("dateStarted", "2017-05-11T12:00:50Z"),
        ("email", "admin@77media.com"),
        ("firstName", "System"),
        ("lastName", "Administrator"),
        ("memberIdentifier", "12345"),
        ("progress", "100"),
        ("registration", "f53f253f-248b-4bfa-a94b-55cac283765b"),
    ];
    let mut found = shown(&read.items[0]);
    found.sort_unstable();
    assert_eq!(found, expected);
    let found = shown(&read.items[1]);
    assert!(found.contains(&("progress", "0")));
    assert!(!found.iter().any(|(name, _)| ["dateCompleted", "completionCode"].contains(name)));
    assert!(read.items.iter().all(|item| item.odd.is_empty() && item.kind == "progress"));
}

#[track_caller]
fn check(row: &str, expected: &[(&str, &str)], odd: &[&str]) {
    let read = read(&parsed(&format!(r#"[{{"transactionId":"t1",{row}}}]"#)));
    let mut found = shown(&read.items[0]);
    found.retain(|(name, _)| *name != "transactionId");
    found.sort_unstable();
    assert_eq!(found, expected, "{row}");
    let found: Vec<_> = read.items[0].odd.iter().map(|name| name.as_str()).collect();
    assert_eq!(found, odd, "{row}");
}

#[test]
fn values_are_typed_and_nothing_is_lost() {
    check(r#""progress":"33.5""#, &[("progress", "33.5")], &[]);
    check(r#""progress":40"#, &[("progress", "40")], &[]);
    check(r#""progress":" 7 ","email":" a@b.org""#, &[("email", "a@b.org"), ("progress", "7")], &[]);
    check(r#""progress":"almost""#, &[("progress", "almost")], &["progress"]);
    check(r#""progress":{"a":1}"#, &[("progress", r#"{"a":1}"#)], &["progress"]);
    check(r#""email":["a@b.org"]"#, &[("email", r#"["a@b.org"]"#)], &["email"]);
    check(r#""dateStarted":"2017-05-11T00:00:00""#, &[("dateStarted", "2017-05-11T00:00:00Z")], &[]);
    check(r#""dateStarted":"2017-05-11T02:00:00+02:00""#, &[("dateStarted", "2017-05-11T00:00:00Z")], &[]);
    check(r#""dateStarted":"05/11/2017""#, &[("dateStarted", "05/11/2017")], &["dateStarted"]);
    check(r#""dateCompleted":"","completionCode":"NA","memberIdentifier":" ""#, &[], &[]);
    check(r#""lastName":"NA","ACTIVITYID":12"#, &[("activityId", "12"), ("lastName", "NA")], &[]);
    let registration = ("registration", "f53f253f-248b-4bfa-a94b-55cac283765b");
    check(r#""registration":"F53F253F-248B-4BFA-A94B-55CAC283765B""#, &[registration], &[]);
    check(r#""registration":"course 7""#, &[("registration", "course 7")], &[]);
}

#[test]
fn numbers_of_transactions_are_keys_too() {
    let read = read(&parsed(r#"[{"transactionId":9007199254740993,"registration":"r"}]"#));
    assert_eq!(
        (read.items[0].key.values(), read.keys),
        (vec!["9007199254740993".to_owned()], vec!["9007199254740993".to_owned()])
    );
}

#[test]
fn a_number_that_came_rounded_names_nothing() {
    // Python's own float has the same value for both.
    for number in ["36893488147419103233", "36893488147419103234", "1e300"] {
        let row = format!(r#"[{{"transactionId":{number},"registration":"r","activityId":{number}}}]"#);
        let read = read(&parsed(&row));
        assert_eq!((read.items.len(), read.nameless.len(), read.keys.len()), (0, 1, 1), "{number}");
    }
    check(r#""activityId":18446744073709551615"#, &[("activityId", "18446744073709551615")], &[]);
    let rounded = ("activityId", "3.6893488147419103e+19");
    check(r#""activityId":36893488147419103233"#, &[rounded], &["activityId"]);
}

#[test]
fn a_row_that_nothing_names_does_not_keep_the_others() {
    let rows = r#"[{"transactionId":"t"},{"transactionId":"","email":"ann@example.org","registration":null},
                   {"registration":"r"},{"email":"bob@example.org"}]"#;
    let read = read(&parsed(rows));
    let items: Vec<_> = read.items.iter().map(|item| item.key.values().concat()).collect();
    assert_eq!((items, read.keys.len()), (vec!["t".to_owned(), "r".to_owned()], 4));
    // Each has a place in the list, which says nothing of whose it is.
    assert_eq!((read.nameless[0].as_str(), read.nameless[1].as_str()), (&*read.keys[1], &*read.keys[3]));
    assert_ne!(read.nameless[0], read.nameless[1]);
    assert!(!read.nameless.concat().contains("ann"), "{:?}", read.nameless);
}

#[test]
fn rows_of_one_transaction_are_one_item_and_the_one_further_on() {
    let started = r#"{"transactionId":"t1","progress":"40","email":"new@b.org","completionCode":"C"}"#;
    let done =
        r#"{"transactionId":"t1","progress":100,"dateCompleted":"2026-01-02T00:00:00Z","email":"a@b.org"}"#;
    let other = r#"{"transactionId":"t2","progress":0}"#;
    for rows in [[started, other, done], [done, other, started]] {
        let read = read(&parsed(&format!("[{}]", rows.join(","))));
        assert_eq!((read.items.len(), read.doubled), (2, vec!["t1".to_owned()]));
        assert_eq!(read.keys, ["t1", "t2", "t1"]);
        let mut found = shown(&read.items[0]);
        found.sort_unstable();
        let expected = [
            ("completionCode", "C"),
            ("dateCompleted", "2026-01-02T00:00:00Z"),
            ("email", "a@b.org"),
            ("progress", "100"),
            ("transactionId", "t1"),
        ];
        assert_eq!(found, expected, "{rows:?}");
    }
}

#[test]
fn what_was_read_with_the_page_before_is_left_out() {
    let mut read = read(&parsed(r#"[{"transactionId":"a,b"},{"transactionId":"c"}]"#));
    read.leave_out(|key| key == "a,b");
    assert_eq!((read.items.len(), read.keys.len()), (1, 2));
    assert_eq!(read.items[0].key.values(), ["c"]);
}
