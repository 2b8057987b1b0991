//! Names, first lines, and what is not left behind.

use super::scan::{Source, is_name};

/// Names that say nothing of what is inside.
const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "common", "misc"];

/// Whether a file or folder has a name that says nothing.
pub(super) fn are_named(source: &Source) -> Vec<String> {
    let path = &source.path;
    let parts = path.trim_end_matches(".rs").split('/');
    let empty = parts.filter(|part| EMPTY_NAMES.contains(part));
    empty
        .map(|part| {
            format!(
                "{path}:1: `{part}` says nothing; name it by its role in the flow, or by a noun of the field"
            )
        })
        .collect()
}

/// Whether a file of the product begins with something else than what it is for.
pub(super) fn begin_with_a_doc(source: &Source) -> Vec<String> {
    if source.is_test || source.text.starts_with("//!") {
        return Vec::new();
    }
    vec![format!("{}:1: begin with a `//!` line: what this is for, and what it must not do", source.path)]
}

/// Every place that says that something is unfinished, switched off or waved through.
pub(super) fn leave_nothing_open(source: &Source) -> Vec<String> {
    let in_code = [
        ("todo!", "finish it"),
        ("unimplemented!", "finish it"),
        ("#[ignore", "let the test run, or print why it is skipped"),
        ("#[allow(", "mend it, or say why: #[expect(…, reason = \"…\")]"),
        ("#![allow(", "mend it, or say why: #[expect(…, reason = \"…\")]"),
    ];
    let in_comments = [("TODO", "do it, or open an issue"), ("FIXME", "do it, or open an issue")];
    let code = in_code.iter().flat_map(|(word, way)| places(source, &source.code, word, way));
    let comments = in_comments.iter().flat_map(|(word, way)| places(source, &source.comments, word, way));
    code.chain(comments).map(|(_, offence)| offence).collect()
}

/// Every test that waits for time to pass.
pub(super) fn do_not_sleep_in_tests(source: &Source) -> Vec<String> {
    let way = "wait for the event itself, or let tokio's paused clock run";
    let found = places(source, &source.code, "sleep(", way);
    found.into_iter().filter(|(at, _)| source.in_test(*at)).map(|(_, offence)| offence).collect()
}

/// Every statement of SQL outside the store.
pub(super) fn leave_sql_to_the_store(source: &Source) -> Vec<String> {
    if !source.path.starts_with("src/") || source.path.starts_with("src/store/") {
        return Vec::new();
    }
    let statements = ["SELECT ", "INSERT INTO", "DELETE FROM", "CREATE TABLE"];
    let way = "only src/store knows SQL; give it a method that says what is meant";
    let found = statements.iter().flat_map(|statement| places(source, &source.texts, statement, way));
    found.map(|(_, offence)| offence).collect()
}

/// Every place of a word in a view of the file, with the message.
fn places(source: &Source, view: &str, word: &str, way: &str) -> Vec<(usize, String)> {
    let bytes = view.as_bytes();
    let first = word.bytes().next().is_some_and(is_name);
    let last = word.bytes().last().is_some_and(is_name);
    let whole = |at: &usize| {
        let joined_before = first && bytes[..*at].last().is_some_and(|byte| is_name(*byte));
        let joined_after = last && bytes.get(at + word.len()).is_some_and(|byte| is_name(*byte));
        !joined_before && !joined_after
    };
    let found = view.match_indices(word).map(|(at, _)| at).filter(whole);
    let shown = word.trim_end_matches(['(', ' ']);
    found.map(|at| (at, format!("{}:{}: `{shown}`: {way}", source.path, source.line(at)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: fn(&Source) -> Vec<String>, path: &str, text: &str, expected: &[&str]) {
        let found = rule(&Source::new(path, text));
        let found: Vec<_> = found.iter().map(|line| line.split(": ").next().unwrap()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn empty_names_are_found() {
        check(are_named, "src/plan/order.rs", "", &[]);
        check(are_named, "src/utils/order.rs", "", &["src/utils/order.rs:1"]);
        check(are_named, "tests/common.rs", "", &["tests/common.rs:1"]);
    }

    #[test]
    fn a_file_without_its_first_line_is_found() {
        check(begin_with_a_doc, "src/a.rs", "//! Orders.\n", &[]);
        check(begin_with_a_doc, "src/a.rs", "\n//! Orders.\n", &["src/a.rs:1"]);
        check(begin_with_a_doc, "tests/a.rs", "use a;", &[]);
    }

    #[test]
    fn open_ends_are_found() {
        let clean =
            "//! Also \"todo!\".\nlet a = \"todo!() TODO\"; #[expect(dead_code, reason = \"x\")] fn f() {}";
        check(leave_nothing_open, "src/a.rs", clean, &[]);
        check(leave_nothing_open, "src/a.rs", "\ntodo!()", &["src/a.rs:2"]);
        check(leave_nothing_open, "src/a.rs", "unimplemented!(\"x\")", &["src/a.rs:1"]);
        check(
            leave_nothing_open,
            "tests/a.rs",
            "#[test]\n#[ignore = \"slow\"]\nfn f() {}",
            &["tests/a.rs:2"],
        );
        check(leave_nothing_open, "src/a.rs", "#[allow(dead_code)]", &["src/a.rs:1"]);
        check(leave_nothing_open, "src/a.rs", "#![allow(dead_code)]", &["src/a.rs:1"]);
        check(leave_nothing_open, "src/a.rs", "// TODO: x\n// FIXME", &["src/a.rs:1", "src/a.rs:2"]);
    }

    #[test]
    fn sleeping_tests_are_found() {
        let text = "fn f() { sleep(X) }\n#[cfg(test)]\nmod tests {\n    fn g() { tokio::time::sleep(X) }\n}";
        check(do_not_sleep_in_tests, "src/a.rs", text, &["src/a.rs:4"]);
        check(do_not_sleep_in_tests, "tests/a.rs", "std::thread::sleep(X); // sleep(Y)", &["tests/a.rs:1"]);
        check(do_not_sleep_in_tests, "tests/a.rs", "advance(X); \"sleep(\"; asleep(1)", &[]);
    }

    #[test]
    fn sql_outside_the_store_is_found() {
        check(leave_sql_to_the_store, "src/engine/run.rs", "\nq(\"SELECT 1\")", &["src/engine/run.rs:2"]);
        check(leave_sql_to_the_store, "src/engine/run.rs", "q(\"INSERT INTO a\")", &["src/engine/run.rs:1"]);
        check(leave_sql_to_the_store, "src/engine/run.rs", "// SELECT 1\nq(\"PRESELECT x\")", &[]);
        check(leave_sql_to_the_store, "src/store/runs.rs", "q(\"SELECT 1\")", &[]);
    }
}
