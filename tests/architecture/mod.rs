//! The shape of the source tree: who may use whom, what pure modules leave alone, sizes, names, habits.
//!
//! Every rule is a function of a file's text, shown in its own tests to fail on made-up files; here they
//! are put to the real ones. A rule names all offenders at once, each with file, line and the way out.

mod habits;
mod modules;
mod paths;
mod products;
mod purity;
mod scan;
mod sizes;

use std::path::Path;

use scan::{Source, Tree};

fn tree() -> Tree {
    let tree = Tree::read(Path::new(env!("CARGO_MANIFEST_DIR")), &["src", "tests"]);
    assert!(tree.sources.len() > 20, "only {} source files found", tree.sources.len());
    tree
}

/// Puts a rule to every file.
fn check(rule: impl Fn(&Source) -> Vec<String>) {
    report(tree().sources.iter().flat_map(rule).collect());
}

fn report(offences: Vec<String>) {
    assert!(offences.is_empty(), "{} found:\n{}\n", offences.len(), offences.join("\n"));
}

#[test]
fn dependencies_run_one_way() {
    check(modules::use_only_what_they_may);
}

#[test]
fn pure_modules_touch_neither_clock_nor_system() {
    check(purity::touch_nothing);
}

#[test]
fn files_have_one_job() {
    check(sizes::are_small);
}

#[test]
fn names_say_something() {
    check(habits::are_named);
}

#[test]
fn files_say_what_they_are_for() {
    check(habits::begin_with_a_doc);
}

#[test]
fn nothing_is_left_unfinished_or_switched_off() {
    check(habits::leave_nothing_open);
}

#[test]
fn tests_do_not_sleep() {
    check(habits::do_not_sleep_in_tests);
}

#[test]
fn products_are_named_by_their_own_files_alone() {
    check(products::are_named_by_their_own);
}

#[test]
fn sql_stands_in_the_store_alone() {
    check(habits::leave_sql_to_the_store);
}
