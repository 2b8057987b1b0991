use crate::model::{FieldKind, FieldMapping};

use super::super::testing::{Case, field, push};
use super::*;

fn check(fields: Vec<FieldMapping>, row: &str, expected: &str) {
    let lines = Case::new(vec![push(&["id"], fields)]).lines(format!("id,name,city\n{row}\n").as_bytes());
    let found = lines.lines().find(|line| line.starts_with("2 ")).unwrap_or(&lines);
    assert_eq!(found, expected);
}

fn required(name: &str, send: Send) -> FieldMapping {
    let mut field = field(name);
    field.field.required = true;
    field.send = send;
    field
}

#[test]
fn values_go_where_they_are_sent_from() {
    check(vec![field("name"), field("city")], "E1, Ann ,Pune", "2 E1 {city=Pune, name=Ann}");
    let fields = || [("name", Send::Create), ("city", Send::Always)].map(|(name, send)| required(name, send));
    check(fields().into(), "E1,Ann,Pune", "2 E1 {create name=Ann, always city=Pune}");
    let secret = |mut field: FieldMapping| {
        field.field.secret = true;
        field
    };
    let sealed = "2 E1 {secret create name=Ann, secret always city=Pune}";
    check(fields().map(secret).into(), "E1,Ann,Pune", sealed);
    check(vec![secret(field("name"))], "E1,Ann,Pune", "2 E1 {secret create name=Ann}");
}

#[test]
fn what_is_empty_is_left_out_cleared_or_turned_down() {
    let with = |empty| {
        let mut field = field("name");
        field.empty = empty;
        vec![field]
    };
    check(with(Empty::Omit), "E1,,", "2 E1 {}");
    check(with(Empty::Clear), "E1, ,", "2 E1 {name=}");
    let reason = "2 E1 rejected name=\"\": it is required, and there is no value";
    check(with(Empty::Reject), "E1,,", reason);
    check(vec![required("name", Send::Compared)], "E1,,", reason);
    check(vec![required("name", Send::Always)], "E1,,", reason);
    check(vec![required("name", Send::Create)], "E1,,", "2 E1 {missing name}");
}

#[test]
fn a_key_must_be_readable() {
    check(vec![field("name")], " ,Ann,", "2 ? rejected -=\" \": the key column `id` is empty");
    check(
        vec![field("name")],
        "\"E\n1\",Ann,",
        "2 ? rejected -=\"E\\n1\": the key column `id` holds a line break, tab or other control character",
    );
    check(vec![field("name")], "\u{a0}E1\u{200b},Ann,", "2 E1 {name=Ann}");
}

#[test]
fn all_problems_are_listed_in_the_order_of_the_table() {
    let mut name = field("name");
    name.field.max_chars = Some(2);
    let mut town = field("town");
    town.take = Take::Column("city".into());
    town.field.kind = FieldKind::Email;
    check(
        vec![town, name],
        ",Anna,Pune",
        "2 ? rejected -=\"\": the key column `id` is empty \
         & town=\"Pune\": column `city`: `Pune` is not an e-mail address (name@example.org) \
         & name=\"Anna\": it is 4 characters long; at most 2 are allowed",
    );
}

#[test]
fn no_push_tells_what_is_secret_to_another() {
    let mut plain = field("name");
    plain.field.kind = FieldKind::Email;
    let mut secret = field("name");
    secret.field.secret = true;
    secret.field.max_chars = Some(3);
    let pushes = vec![push(&["id"], vec![plain]), push(&["id"], vec![secret])];
    let lines = Case::new(pushes).lines(b"id,name\nE1,hunter2\n");
    assert_eq!(
        lines,
        "header id|name\n\
         secret [1] correction false\n\
         2 E1 rejected name=\"\": the value is not an e-mail address (name@example.org) \
         ## E1 rejected name=\"\": it is 7 characters long; at most 3 are allowed\n  \
         cells E1|hunter2\n\
         1 rows, 0 filtered"
    );
}

#[test]
fn a_row_of_another_width_is_turned_down() {
    let fields = || vec![field("city")];
    check(fields(), "E1,Ann,Pune,,", "2 E1 {city=Pune}");
    check(
        fields(),
        "E1,Ann,B,Pune",
        "2 E1 rejected -=\"\": the row has 4 cells, and the header 3; a value that holds the delimiter \
         must stand in quotation marks",
    );
    check(
        fields(),
        "E1,Ann",
        "2 E1 rejected -=\"\": the row ends after 2 cells, and the job reads columns up to 3; it may be cut \
         off, or a quotation mark is not closed",
    );
    check(vec![field("name")], "E1,Ann", "2 E1 {name=Ann}");
}

#[test]
fn a_key_that_may_have_moved_is_not_believed() {
    let lines = Case::new(vec![push(&["id"], vec![])]).lines(b"name,id\nDoe, Ann,E1\n");
    assert!(lines.contains("2 ? rejected"), "{lines}");
}

#[test]
fn a_record_names_the_person_whom_it_is_about() {
    let mut push = push(&["id"], vec![field("course")]);
    push.person = vec!["number".into(), "site".into()];
    let text = "id,course,number,site\n1,C1, 7 ,\"Pune, IN\"\n2,C2,7,\n3,C3,\"7\n\",Delhi\n4,C4\n,C5,,\n";
    insta::assert_snapshot!(Case::new(vec![push]).lines(text.as_bytes()), @r#"
    header id|course|number|site
    2 1 {course=C1, person 7,"Pune, IN"}
    3 2 {course=C2}
    4 3 {course=C3, person 7,Delhi}
    5 4 rejected -="": the row ends after 2 cells, and the job reads columns up to 4; it may be cut off, or a quotation mark is not closed
      cells 4|C4||
    6 ? rejected -="": the key column `id` is empty
      cells |C5||
    5 rows, 0 filtered
    note column `site`: row 3 without a person (`person` of the push), so nobody's other changes are waited for there
    "#);
}

#[test]
fn a_person_that_is_the_key_is_never_missed_twice() {
    let mut push = push(&["id"], vec![field("name")]);
    push.person = vec!["id".into()];
    let lines = Case::new(vec![push]).lines(b"id,name\nE1,Ann\n,Ben\n");
    assert!(lines.contains("2 E1 {name=Ann, person E1}"), "{lines}");
    assert!(!lines.contains("note"), "the row is turned down, so nothing is waited for: {lines}");
}
