use super::super::Tally;
use super::*;
use crate::model::{Fields, Missing, OnChange, Roles};

struct Case {
    tally: Tally,
    active: u64,
    load: Load,
    rows: RowsKind,
    rows_in_file: u64,
    filtered: u64,
    recent: Vec<u64>,
    limits: GuardLimits,
    kind: OperationKind,
    mails: bool,
    repeatable: bool,
}

fn case(active: u64, fresh: PushCounts) -> Case {
    Case {
        tally: Tally { counts: fresh, fresh, ..Tally::default() },
        active,
        load: Load::Later,
        rows: RowsKind::Full,
        rows_in_file: 1000,
        filtered: 0,
        recent: Vec::new(),
        limits: GuardLimits::default(),
        kind: OperationKind::PushUsers,
        mails: true,
        repeatable: true,
    }
}

#[track_caller]
fn check(case: &Case, expected: &[&str]) -> Vec<Finding> {
    let policy = PushPolicy {
        rows: case.rows,
        first_load: None,
        on_change: OnChange::Send,
        on_missing: Missing::Ignore,
        on_return: Fields::default(),
        roles: Roles::default(),
        guard: case.limits.clone(),
    };
    let findings = guards(
        &policy,
        &Evidence {
            tally: &case.tally,
            active: case.active,
            load: case.load,
            rows: case.rows,
            rows_in_file: case.rows_in_file,
            filtered: case.filtered,
            recent_removals: &case.recent,
            kind: case.kind,
            mails_people: case.mails,
            repeatable: case.repeatable,
        },
    );
    assert_eq!(findings.iter().map(|finding| finding.guard).collect::<Vec<_>>(), expected);
    findings
}

fn removed(remove: u64, deactivate: u64) -> PushCounts {
    PushCounts { remove, deactivate, ..PushCounts::default() }
}

fn created(create: u64) -> PushCounts {
    PushCounts { create, ..PushCounts::default() }
}

fn updated(update: u64) -> PushCounts {
    PushCounts { update, ..PushCounts::default() }
}

#[test]
fn removals_and_deactivations_count_together() {
    check(&case(100, removed(5, 0)), &[]);
    check(&case(100, removed(3, 3)), &["max_removed_percent"]);
    check(&case(19, removed(3, 0)), &[]);
    check(&case(19, removed(3, 1)), &["max_removed_percent"]);
    check(&case(1000, removed(25, 0)), &[]);
    check(&case(1000, removed(26, 0)), &["max_removed"]);
    check(&case(100, removed(40, 0)), &["max_removed_percent", "max_removed"]);
}

#[test]
fn what_is_usual_for_the_job_may_pass() {
    let usual = Case { recent: vec![10, 8, 40, 12], ..case(1000, removed(33, 0)) };
    check(&usual, &[]);
    check(&Case { tally: case(1000, removed(34, 0)).tally, ..usual }, &["max_removed"]);
}

#[test]
fn masses_of_new_or_changed_records_are_held_whole() {
    check(&case(100, created(20)), &[]);
    assert_eq!(check(&case(100, created(21)), &["max_created_percent"])[0].scope, Scope::Push);
    check(&case(100, updated(30)), &[]);
    check(&case(100, updated(31)), &["max_updated_percent"]);
    check(&case(5, created(3)), &[]);
    check(&case(5, created(4)), &["max_created_percent"]);
    check(&Case { rows: RowsKind::Delta, ..case(0, created(40)) }, &[]);
}

#[test]
fn what_was_open_before_is_no_news() {
    let mut repeated = case(100, created(90));
    repeated.tally.fresh = PushCounts::default();
    check(&repeated, &[]);
}

#[test]
fn an_empty_full_export_is_held_and_an_empty_delta_is_not() {
    let empty = || Case { rows_in_file: 0, ..case(300, PushCounts::default()) };
    let findings = check(&empty(), &["empty_file"]);
    insta::assert_snapshot!(findings[0].explanation, @"a full export lists everybody, so this one would say that all 300 active records are gone; find out why the source system exported nobody");
    check(&Case { rows: RowsKind::Delta, ..empty() }, &[]);
    check(&Case { rows_in_file: 5, filtered: 5, ..empty() }, &["empty_file"]);
}

#[test]
fn a_first_load_must_be_announced() {
    let first = |load| Case { load: Load::First(load), ..case(0, created(320)) };
    let findings = check(&first(None), &["first_load"]);
    assert!(findings[0].explanation.contains("touch 320 people and mail 320 of them"), "{findings:?}");
    check(&first(Some(FirstLoad::Create)), &[]);
    check(&first(Some(FirstLoad::Existing)), &[]);
}

#[test]
fn a_first_load_of_other_kinds_says_what_it_may_do_to_people() {
    let first = |kind, mails, repeatable| {
        let case = Case {
            load: Load::First(None),
            kind,
            mails,
            repeatable,
            ..case(0, PushCounts { create: 320, update: 5, ..PushCounts::default() })
        };
        check(&case, &["first_load"])[0].explanation.split(';').next().unwrap().to_owned()
    };
    insta::assert_snapshot!(first(OperationKind::PushAssignments, true, false), @"this first load would touch 325 assignments, and for 320 of them the learner may be mailed");
    insta::assert_snapshot!(first(OperationKind::PushCompletions, false, false), @"this first load would touch 325 completions, and for 320 of them something may be granted or mailed");
    insta::assert_snapshot!(first(OperationKind::PushCompletions, false, true), @"this first load would touch 325 completions");
}

#[test]
fn only_people_are_called_people() {
    let kinds = [OperationKind::PushAssignments, OperationKind::PushCompletions, OperationKind::Links];
    for kind in kinds {
        let all = |case: Case| Case { kind, ..case };
        let mut unreadable = all(case(1000, removed(400, 0)));
        unreadable.tally.unreadable_keys = 2;
        let mut findings = check(&unreadable, &["unreadable_key", "max_removed_percent", "max_removed"]);
        unreadable.load = Load::First(Some(FirstLoad::Existing));
        unreadable.active = 0;
        findings.extend(check(&unreadable, &["unreadable_key"]));
        findings.extend(check(
            &all(Case { rows_in_file: 0, ..case(300, created(90)) }),
            &["empty_file", "max_created_percent"],
        ));
        findings
            .extend(check(&all(Case { load: Load::First(None), ..case(0, created(9)) }), &["first_load"]));
        for finding in findings {
            let said = format!("{} {} {}", finding.found, finding.limit, finding.explanation);
            for word in ["people", "person", "somebody", "everybody", "nobody", "password", "users"] {
                assert!(!said.contains(word), "{kind:?}: {said}");
            }
        }
    }
}

#[test]
fn a_key_that_can_not_be_read_holds_removals() {
    let mut unreadable = case(1000, removed(1, 0));
    unreadable.tally.unreadable_keys = 2;
    assert_eq!(check(&unreadable, &["unreadable_key"])[0].scope, Scope::Removals);
    unreadable.tally.counts.remove = 0;
    check(&unreadable, &[]);
}

#[test]
fn the_scope_of_a_removal_guard_can_be_set() {
    let whole = GuardLimits { hold: HoldScope::Push, ..GuardLimits::default() };
    let findings = check(&Case { limits: whole, ..case(100, removed(6, 0)) }, &["max_removed_percent"]);
    assert_eq!(findings[0].scope, Scope::Push);
}

#[test]
fn the_median_is_the_middle() {
    assert!((median(&[]) - 0.0).abs() < f64::EPSILON);
    assert!((median(&[4]) - 4.0).abs() < f64::EPSILON);
    assert!((median(&[9, 1, 5]) - 5.0).abs() < f64::EPSILON);
    assert!((median(&[1, 3, 5, 100]) - 4.0).abs() < f64::EPSILON);
}
