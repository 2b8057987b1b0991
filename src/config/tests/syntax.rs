//! Files that are no TOML, or not wholly.

use super::*;

fn check(job: &str) -> String {
    Files::new(MAIN, &[("hr.toml", job)]).problems()
}

#[test]
fn what_is_written_twice_says_where_the_first_one_stands() {
    let job = changed(
        JOB,
        &[
            ("firstname", "email = { column = \"a\", column = \"b\" }\nunique_id = \"other\"\nfirstname"),
            ("[[push]]", "[source]\nsheet = \"S\"\n[[push]]"),
        ],
    );
    insta::assert_snapshot!(check(&job), @"
    jobs/hr.toml:8: `source` is written twice; the first one stands in line 3
    jobs/hr.toml:16: `column` is written twice
    jobs/hr.toml:17: `unique_id` is written twice; the first one stands in line 15
    ");
}

#[test]
fn a_broken_value_hides_neither_the_others_nor_itself_behind_consequences() {
    let job = changed(
        JOB,
        &[("\"full\"", "full"), ("\"in\"", ""), ("manage_user", "mange_user"), ("\"id\"\n", "\"id\n")],
    );
    insta::assert_snapshot!(check(&job), @r#"
    jobs/hr.toml:4: not TOML: a value is missing behind the `=`
    jobs/hr.toml:6: not TOML: a text must stand in quotes
    jobs/hr.toml:10 push.operation: no such operation of upsidelms: "mange_user"; did you mean `manage_user`?
    jobs/hr.toml:13: not TOML: a text without its closing quote, or a value is missing
    "#);
}

#[test]
fn nothing_is_called_missing_that_may_stand_behind_a_broken_line() {
    let shown = [
        changed(JOB, &[("[[push]]", "first name = 3\n[[push]]"), ("\"Nightly\"", "7")]),
        changed(JOB, &[("[\"id\"]", "[\"id\""), ("\"Nightly\"", "7")]),
        changed(JOB, &[("[push.fields]", "[push.fields"), ("\"Nightly\"", "7")]),
    ]
    .map(|job| check(&job));
    insta::assert_snapshot!(shown.join("\n"), @"
    jobs/hr.toml:1 description: found 7; allowed: a text in quotes
    jobs/hr.toml:8: not TOML: every line is `key = value`, and a key with blanks in it must stand in quotes
    jobs/hr.toml:1 description: found 7; allowed: a text in quotes
    jobs/hr.toml:6: not TOML: a comma is missing before this value, or a closing `]` further up
    jobs/hr.toml:1 description: found 7; allowed: a text in quotes
    jobs/hr.toml:12: not TOML: unclosed table, expected `]`
    ");
}

#[test]
fn a_broken_main_file_brings_no_complaints_about_the_jobs() {
    let main = changed(MAIN, &[("[mail]", "mail server\n[mail]")]);
    let job = format!("{JOB}[report]\nto = \"lms@example.org\"\nwhen = \"no\"\n");
    insta::assert_snapshot!(Files::new(&main, &[("hr.toml", &job)]).problems(), @r#"
    rollbook.toml:4: not TOML: every line is `key = value`, and a key with blanks in it must stand in quotes
    jobs/hr.toml:17 report.when: found "no"; allowed: `always`, `changes`, `problems`
    "#);
}

#[test]
fn a_file_that_can_not_be_read_says_why() {
    let files = Files::new(MAIN, &[]);
    std::fs::write(files.path("jobs/latin.toml"), b"# one\ndescription = \"B\xfcro\"\n").unwrap();
    std::os::unix::fs::symlink("nowhere", files.path("jobs/link.toml")).unwrap();
    insta::assert_snapshot!(files.problems(), @"
    jobs/latin.toml:2: found bytes that are not UTF-8; save the file as UTF-8
    jobs/link.toml: no such file
    ");
    std::fs::remove_file(files.path("rollbook.toml")).unwrap();
    insta::assert_snapshot!(files.problems(), @"rollbook.toml: no such file");
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_key() {
    assert_eq!(check(&format!("\u{feff}{JOB}")), "");
}

#[test]
fn no_slip_of_the_keyboard_takes_the_configuration_away_in_silence() {
    let text = format!("{MAIN}fields = {{ absent = [\"cc\"] }}\n");
    let files = Files::new(&text, &[("hr.toml", JOB)]);
    let job = format!(
        "{JOB}joining_data = {{ column = \"Start\", date = \"%d/%m/%Y\" }}\n[push.guard]\nmax_removed = 3\n"
    );
    for (name, text) in [("rollbook.toml", text), ("jobs/hr.toml", job)] {
        for at in 0..text.len() {
            let mut less = text.clone();
            less.remove(at);
            let mut more = text.clone();
            more.insert(at, ['[', '"', '=', '.', '\n', '{'][at % 6]);
            for slip in [&less, &more, &text[..at].to_owned()] {
                std::fs::write(files.path(name), slip).unwrap();
                // This also compares the errors with the configuration.
                let shown = files.problems();
                assert!(!shown.contains("plain-portal-key"), "{shown}");
            }
        }
        std::fs::write(files.path(name), &text).unwrap();
        assert_eq!(files.problems(), "");
    }
}
