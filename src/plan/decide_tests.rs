use super::super::Doubt;
use super::*;
use crate::model::{Digest, GuardLimits, Known, OnChange, Roles};

fn policy() -> PushPolicy {
    PushPolicy {
        rows: RowsKind::Full,
        first_load: None,
        on_change: OnChange::Send,
        on_missing: Missing::Set([("status", "Inactive")].into_iter().collect()),
        on_return: [("status", "Active")].into_iter().collect(),
        roles: Roles { status: Some(("status".into(), vec!["Inactive".into()])), ..Roles::default() },
        guard: GuardLimits::default(),
    }
}

fn row(number: u64, fields: &[(&str, &str)]) -> Candidate {
    let fields: Fields = fields.iter().copied().collect();
    Candidate {
        origin: Origin { sheet: None, row: number },
        identity: fields.fingerprint(),
        fields,
        extras: Extras {
            person: None,
            create: [("note", "new")].into_iter().collect(),
            always: [("by", "rollbook")].into_iter().collect(),
        },
        missing_for_create: Vec::new(),
    }
}

fn rows(first: Candidate) -> Seen {
    Seen::Rows(Box::new(first), Vec::new())
}

fn known(standing: Standing, fields: &[(&str, &str)]) -> Option<Known> {
    Some(Known { fields: fields.iter().copied().collect(), standing })
}

fn entry(seen: Seen, known: Option<Known>) -> Entry {
    Entry {
        key: Key::from_values(["E1"]),
        seen,
        known,
        prior: Prior::None,
        prior_kind: None,
        presumed: false,
    }
}

fn run(load: Load, policy: &PushPolicy, entry: &Entry) -> Decision {
    let compared = ["city", "phone", "status"].map(FieldName::from).into_iter().collect();
    let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    let context =
        Context { policy, on_change: policy.on_change, compared: &compared, load, rows: policy.rows, today };
    decide(&context, entry)
}

#[track_caller]
fn check(entry: &Entry, expected: &str) -> Decision {
    let decision = run(Load::Later, &policy(), entry);
    assert_eq!(word(&decision.step), expected);
    decision
}

fn word(step: &Step) -> &'static str {
    match step {
        Step::Nothing => "nothing",
        Step::Unchanged { ignored: true, .. } => "unchanged, ignored",
        Step::Unchanged { emptied: false, .. } => "unchanged",
        Step::Unchanged { emptied: true, .. } => "unchanged, emptied",
        Step::Adopt(_) => "adopt",
        Step::Vanished => "vanished",
        Step::Change { change, .. } => change.kind.as_str(),
    }
}

fn changed(decision: Decision) -> Change {
    match decision.step {
        Step::Change { change, .. } => *change,
        other => panic!("no change: {other:?}"),
    }
}

#[test]
fn a_new_key_is_created_with_everything() {
    let change = changed(check(&entry(rows(row(2, &[("city", "Pune")])), None), "create"));
    assert_eq!(change.before, None);
    assert_eq!(change.extras.create.len(), 1);
    assert_eq!(change.extras.always.len(), 1);
}

#[test]
fn the_same_values_are_unchanged_and_others_an_update() {
    let pune = || known(Standing::Active, &[("city", "Pune"), ("phone", "1")]);
    check(&entry(rows(row(2, &[("city", "Pune"), ("phone", "1")])), pune()), "unchanged");
    check(&entry(rows(row(2, &[("city", "Pune")])), pune()), "unchanged, emptied");
    let change = changed(check(&entry(rows(row(2, &[("city", "Delhi")])), pune()), "update"));
    assert_eq!(change.after, [("city", "Delhi"), ("phone", "1")].into_iter().collect(), "phone is kept");
    assert_eq!(change.sent, [("city", "Delhi")].into_iter().collect(), "and not sent");
    assert!(change.extras.create.is_empty(), "create-only values stay out of an update");
    assert_eq!(change.extras.always.len(), 1);
}

#[test]
fn a_row_that_makes_somebody_inactive_is_a_deactivation() {
    let leaves = || rows(row(2, &[("status", "Inactive")]));
    check(&entry(leaves(), known(Standing::Active, &[("status", "Active")])), "deactivate");
    check(&entry(leaves(), known(Standing::Inactive, &[("status", "inactive")])), "update");
    check(&entry(leaves(), None), "create");
}

#[test]
fn absence_removes_once_and_only_in_a_full_export() {
    let active = || known(Standing::Active, &[("city", "Pune"), ("status", "Active")]);
    let change = changed(check(&entry(Seen::Absent, active()), "remove"));
    assert_eq!(change.sent, [("city", "Pune"), ("status", "Inactive")].into_iter().collect());
    check(&entry(Seen::Absent, known(Standing::Removed, &[("status", "Inactive")])), "nothing");
    check(&entry(Seen::Absent, known(Standing::Inactive, &[("status", "Inactive")])), "nothing");
    check(&entry(Seen::Present, active()), "nothing");

    let delta = PushPolicy { rows: RowsKind::Delta, ..policy() };
    assert_eq!(word(&run(Load::Later, &delta, &entry(Seen::Absent, active())).step), "nothing");
    let silent = PushPolicy { on_missing: Missing::Ignore, ..policy() };
    assert_eq!(word(&run(Load::Later, &silent, &entry(Seen::Absent, active())).step), "vanished");
}

#[test]
fn somebody_removed_comes_back_by_an_update() {
    let removed = known(Standing::Removed, &[("city", "Pune"), ("status", "Inactive")]);
    let change = changed(check(&entry(rows(row(2, &[("city", "Pune")])), removed.clone()), "update"));
    assert_eq!(change.after, [("city", "Pune"), ("status", "Active")].into_iter().collect());
    assert!(change.extras.create.is_empty(), "no password is reset");
    let change = changed(check(&entry(rows(row(2, &[("status", "Inactive")])), removed), "update"));
    assert_eq!(change.after.get(&"status".into()), Some("Inactive"), "the row knows better than on_return");
}

#[test]
fn identical_rows_are_one_and_different_ones_none() {
    let twin = row(9, &[("city", "Pune")]);
    let same = Seen::Rows(Box::new(row(2, &[("city", "Pune")])), vec![(twin.origin, twin.identity)]);
    let decision = check(&entry(same, None), "create");
    assert_eq!((decision.duplicates, decision.contradiction.is_none()), (1, true));

    let other = Digest::new().part("other").finish();
    let others = (0..7).map(|n| (Origin { sheet: None, row: 10 + n }, other)).collect();
    let decision = check(&entry(Seen::Rows(Box::new(row(2, &[])), others), None), "nothing");
    let found = decision.contradiction.unwrap();
    assert_eq!((decision.duplicates, found.rows.len()), (0, 8));
    insta::assert_snapshot!(
        found.reason,
        @"8 rows have this key and differ (rows 2, 10, 11, 12, 13 and 3 more); keep the one that is right"
    );
}

#[test]
fn the_first_load_does_what_the_job_says() {
    let new = || entry(rows(row(2, &[("city", "Pune")])), None);
    let first = |load| run(Load::First(load), &policy(), &new());
    assert_eq!(word(&first(None).step), "create");
    assert_eq!(word(&first(Some(FirstLoad::Create)).step), "create");
    assert_eq!(word(&first(Some(FirstLoad::Adopt)).step), "adopt");
    let existing = changed(first(Some(FirstLoad::Existing)));
    assert_eq!((existing.kind, existing.before), (ChangeKind::Update, None));
    assert!(existing.extras.create.is_empty());

    let presumed = Entry { presumed: true, ..new() };
    let later = changed(run(Load::Later, &policy(), &presumed));
    assert_eq!(
        later.kind,
        ChangeKind::Update,
        "what a first load did not get through is no new record later"
    );
}

#[test]
fn a_new_record_without_its_required_create_only_field_is_rejected() {
    let bare = Candidate { missing_for_create: vec!["password".into()], ..row(5, &[("city", "Pune")]) };
    let decision = check(&entry(rows(bare.clone()), None), "nothing");
    assert!(decision.reject.is_some());
    check(&entry(rows(bare), known(Standing::Active, &[("city", "Pune")])), "unchanged");
}

#[test]
fn what_is_still_open_is_replaced_and_what_is_uncertain_is_sent_again() {
    let pune = || known(Standing::Active, &[("city", "Pune")]);
    let with = |prior, seen, known| Entry { prior, ..entry(seen, known) };
    let same = || rows(row(2, &[("city", "Pune")]));
    assert_eq!(
        check(&with(Prior::Waiting, same(), pune()), "unchanged").withdraw,
        Withdraw::Everything,
        "it was taken back"
    );
    assert_eq!(check(&with(Prior::None, same(), pune()), "unchanged").withdraw, Withdraw::Nothing);
    check(&with(Prior::Uncertain, same(), pune()), "update");
    assert_eq!(check(&with(Prior::Waiting, Seen::Absent, None), "nothing").withdraw, Withdraw::Everything);
    assert_eq!(check(&with(Prior::None, Seen::Absent, None), "nothing").withdraw, Withdraw::Nothing);
    let removed = || known(Standing::Removed, &[("status", "Inactive")]);
    let decision = check(&with(Prior::Unsuccessful, Seen::Absent, removed()), "nothing");
    assert_eq!(
        decision.withdraw,
        Withdraw::Everything,
        "who has left again is not switched on by a late return"
    );
    check(&with(Prior::Uncertain, Seen::Absent, removed()), "remove");
    let removals = check(&with(Prior::Waiting, Seen::Present, pune()), "nothing").withdraw;
    assert_eq!(removals, Withdraw::Removals, "somebody in the file is not removed by an older one");
    for (kind, news) in [(ChangeKind::Create, false), (ChangeKind::Update, true)] {
        let entry = Entry { prior_kind: Some(kind), ..with(Prior::Unsuccessful, same(), None) };
        let decision = check(&entry, "create");
        assert!(matches!(decision.step, Step::Change { repeated, .. } if repeated != news), "{kind:?}");
    }
}

#[test]
fn a_correction_is_sent_held_or_left_alone() {
    let pune = || known(Standing::Active, &[("city", "Pune"), ("phone", "1")]);
    let delhi = || rows(row(2, &[("city", "Delhi"), ("phone", "1")]));
    let with = |on_change, prior, seen, known| {
        run(Load::Later, &PushPolicy { on_change, ..policy() }, &Entry { prior, ..entry(seen, known) })
    };
    for (on_change, expected) in
        [(OnChange::Send, "update"), (OnChange::Hold, "update"), (OnChange::Ignore, "unchanged, ignored")]
    {
        let decision = with(on_change, Prior::None, delhi(), pune());
        assert_eq!(word(&decision.step), expected, "{on_change:?}");
        if let Step::Change { change, .. } = decision.step {
            assert!(change.corrects(), "{on_change:?}");
        }
        // A record that nobody knows yet is no correction, and neither is one that says the same.
        assert_eq!(word(&with(on_change, Prior::None, delhi(), None).step), "create");
        assert_eq!(
            word(
                &with(on_change, Prior::None, rows(row(2, &[("city", "Pune"), ("phone", "1")])), pune()).step
            ),
            "unchanged"
        );
        let policy = PushPolicy { on_change, ..policy() };
        let existing = changed(run(Load::First(Some(FirstLoad::Existing)), &policy, &entry(delhi(), None)));
        assert!(existing.kind == ChangeKind::Update && !existing.corrects(), "{on_change:?}");
    }
    for on_change in [OnChange::Hold, OnChange::Ignore] {
        assert_eq!(
            with(on_change, Prior::Waiting, delhi(), pune()).withdraw,
            Withdraw::Everything,
            "an older correction does not go meanwhile"
        );
        assert_eq!(with(on_change, Prior::Uncertain, delhi(), pune()).withdraw, Withdraw::Nothing);
    }
    assert_eq!(with(OnChange::Send, Prior::Waiting, delhi(), pune()).withdraw, Withdraw::Nothing);
}

#[test]
fn what_is_in_doubt_is_planned_again_and_what_stood_behind_it_withdrawn() {
    let with = |policy: &PushPolicy, seen, known| {
        run(Load::Later, policy, &Entry { prior: Prior::InDoubt, ..entry(seen, known) })
    };
    let pune = || known(Standing::Active, &[("city", "Pune")]);
    let same = || rows(row(2, &[("city", "Pune")]));
    assert_eq!(word(&with(&policy(), same(), None).step), "create");
    assert_eq!(word(&with(&policy(), same(), pune()).step), "update", "the LMS may hold something else");
    let hold = PushPolicy { on_change: OnChange::Hold, ..policy() };
    assert_eq!(word(&with(&hold, same(), pune()).step), "unchanged", "this row corrects nothing");
    let gone = with(&policy(), Seen::Absent, None);
    assert_eq!((word(&gone.step), gone.withdraw), ("nothing", Withdraw::Everything));
    let repeated =
        Entry { prior: Prior::InDoubt, prior_kind: Some(ChangeKind::Create), ..entry(same(), None) };
    assert!(matches!(check(&repeated, "create").step, Step::Change { repeated: true, .. }));
}

#[test]
fn a_link_is_withdrawn_as_it_was_and_comes_back() {
    let links = PushPolicy { on_missing: Missing::Withdraw, on_return: Fields::default(), ..policy() };
    let active = known(Standing::Active, &[("activity", "x"), ("em", "a@b")]);
    let change = changed(run(Load::Later, &links, &entry(Seen::Absent, active.clone())));
    assert_eq!((change.kind, Some(&change.after)), (ChangeKind::Remove, change.before.as_ref()));
    let removed = Some(Known { standing: Standing::Removed, ..active.unwrap() });
    assert_eq!(word(&run(Load::Later, &links, &entry(Seen::Absent, removed.clone())).step), "nothing");
    let back = rows(row(2, &[("activity", "x"), ("em", "a@b")]));
    assert_eq!(word(&run(Load::Later, &links, &entry(back, removed)).step), "update");
}

#[test]
fn a_doubt_names_its_run_and_what_to_do() {
    let doubt = Doubt { run: Some("2026-11-20.1".into()), kind: ChangeKind::Create, under_way: false };
    insta::assert_snapshot!(doubt.reason(), @"an earlier change of this record (run 2026-11-20.1) is in doubt: find out in the LMS whether it is there, and say so with `rollbook settle`; nothing more is sent of it before");
    insta::assert_snapshot!(Doubt { under_way: true, ..doubt }.reason(), @"an earlier change of this record (run 2026-11-20.1) was sent, and Rollbook is still finding out what became of it; this one is not sent before that is settled");
}
