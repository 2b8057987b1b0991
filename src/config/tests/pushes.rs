//! Mistakes in pushes and their fields.

use super::*;

/// The sound job with these lines among its fields.
fn field_with(line: &str) -> String {
    job_with(&[("unique_id", &format!("{line}\nunique_id"))])
}

#[test]
fn many_mistakes_are_all_said_at_once() {
    let job = r#"
[source]
folder = "in"
rows = "full"

[[push]]
connection = "upsid"
operation = "manage_user"
key = "id"
[push.fields]
unique_id = { column = "" }

[[push]]
id = "a b"
connection = "upside"
operation = "mange_user"
key = ["id"]

[[push]]
connection = "upside"
operation = "manage_user"
first_load = "exist"
on_missing = { staus = "Inactive", status = "inactive", password = "hunter2", email = 4 }
on_return = { lmsrole = "Boss" }
shared = 1
colour = "red"
[push.fields]
lmsrol = { value = "Learner" }
salary = "Pay"
unique_id = 7
status = { column = "Active", valus = { Y = "Active" } }
[push.guard]
max_removed_percent = -1

[[push]]
id = "upside.manage_user"
connection = "upside"
operation = "crowdwisdom.set_completion"
"#;
    let shown = Files::new(MAIN, &[("hr.toml", job)]).problems();
    assert!(!shown.contains("hunter2"));
    insta::assert_snapshot!(shown, @r#"
    jobs/hr.toml:7 push.connection: no such connection in rollbook.toml: "upsid"; did you mean `upside`?
    jobs/hr.toml:9 push.key: found "id"; allowed: a list: [ … ]
    jobs/hr.toml:11 push.fields.unique_id.column: found an empty text
    jobs/hr.toml:13 push.fields: missing; which column goes into which field
    jobs/hr.toml:14 push.id: "a b" can't be a name; allowed: letters, digits, `-`, `_` and `.`, the first one no sign but `_`
    jobs/hr.toml:16 push.operation: no such operation of upsidelms: "mange_user"; did you mean `manage_user`?
    jobs/hr.toml:19 push.key: missing; the columns that tell one record from the other, here or in [source]
    jobs/hr.toml:22 push.first_load: found "exist"; allowed: `create`, `existing`, `adopt`
    jobs/hr.toml:23 push.on_missing.email: found a number; allowed: a text in quotes
    jobs/hr.toml:23 push.on_missing.password: a secret written as a plain value; a secret field comes from a column
    jobs/hr.toml:23 push.on_missing.status: found "inactive"; allowed: `Active`, `Inactive`; did you mean `Inactive`?
    jobs/hr.toml:23 push.on_missing.staus: no such field of upsidelms.manage_user; did you mean `status`?
    jobs/hr.toml:24 push.on_return.lmsrole: found "Boss"; allowed: `Learner`, `Manager`, `Administrator`
    jobs/hr.toml:25 push.shared: found 1; allowed: true or false, without quotes
    jobs/hr.toml:26 push.colour: unknown key; allowed here: `after`, `connection`, `export`, `fields`, `first_load`, `guard`, `id`, `key`, `learners`, `on_change`, `on_missing`, `on_return` and 4 more
    jobs/hr.toml:27 push.fields.firstname: missing; upsidelms.manage_user demands this field (First Name)
    jobs/hr.toml:28 push.fields.lmsrol: no such field of upsidelms.manage_user; did you mean `lmsrole`?
    jobs/hr.toml:29 push.fields.salary: no such field of upsidelms.manage_user; `rollbook fields upsidelms.manage_user` lists them
    jobs/hr.toml:30 push.fields.unique_id: found a number; allowed: a column in quotes, { column = "…", … } or { value = "…" }
    jobs/hr.toml:31 push.fields.status.valus: unknown key; did you mean `values`?
    jobs/hr.toml:33 push.guard.max_removed_percent: found -1; allowed: a number from 0 to 100
    jobs/hr.toml:35 push.key: missing; the columns that tell one record from the other, here or in [source]
    jobs/hr.toml:35 push.fields: missing; which column goes into which field
    jobs/hr.toml:35 push: two pushes of this job have the id `upside.manage_user`; give this one another: id = "…"
    jobs/hr.toml:38 push.operation: no such operation of upsidelms: "crowdwisdom.set_completion"; upsidelms has `manage_user`, `assign_curriculum`
    "#);
}

#[test]
fn a_value_in_the_file_fits_its_field() {
    let good = [
        "joining_data = { value = \"11/21/2026\" }",
        "groups = { value = \"A;B\", separator = \";\" }",
        "cc = { value = \"a@example.org,b@example.org\" }",
        "status = { column = \"S\", values = { Y = \"Active\", N = \"\" } }",
        "email = { value = \"\" }",
    ];
    assert_eq!(good.map(field_with).concat(), "");
    let bad = [
        "joining_data = { value = \"2026-11-21\" }",
        "groups = { value = \"A~B\" }",
        "groups = { value = \"A;B~C\", separator = \";\" }",
        "cc = { value = \"a@example.org, nobody\" }",
        "email = { column = \"E\", default = \"nobody\" }",
        "status = { column = \"S\", values = { Y = \"active\", N = 0 } }",
        "lmsrole = { value = \"Boss\" }",
    ];
    insta::assert_snapshot!(bad.map(field_with).join("\n"), @r#"
    jobs/hr.toml:13 push.fields.joining_data.value: found "2026-11-21"; allowed: a date written MM/DD/YYYY, such as 11/21/2026
    jobs/hr.toml:13 push.fields.groups.value: found "A~B"; no value of `groups` may hold `~`, which the LMS puts between values
    jobs/hr.toml:13 push.fields.groups.value: found "B~C"; no value of `groups` may hold `~`, which the LMS puts between values
    jobs/hr.toml:13 push.fields.cc.value: found "nobody"; allowed: an e-mail address
    jobs/hr.toml:13 push.fields.email.default: found "nobody"; allowed: an e-mail address
    jobs/hr.toml:13 push.fields.status.values.N: found a number; allowed: a text in quotes
    jobs/hr.toml:13 push.fields.status.values.Y: found "active"; allowed: `Active`, `Inactive`; did you mean `Active`?
    jobs/hr.toml:13 push.fields.lmsrole.value: found "Boss"; allowed: `Learner`, `Manager`, `Administrator`
    "#);
    let long = job_with(&[("\"First name\"", "{ value = \"Bartholomäus\" }")]);
    let empty = job_with(&[("\"First name\"", "{ value = \"\" }")]);
    insta::assert_snapshot!(format!("{long}\n{empty}"), @"
    jobs/hr.toml:14 push.fields.firstname.value: found 12 characters; `firstname` holds at most 10
    jobs/hr.toml:14 push.fields.firstname.value: found an empty text, but the LMS demands `firstname`
    ");
}

#[test]
fn a_field_comes_from_a_column_or_a_value() {
    let bad = [
        "email = {}",
        "email = { column = \"E\", value = \"a@example.org\" }",
        "email = { value = \"a@example.org\", date = \"%d\", values = {}, default = \"\", trim = true, empty = \"clear\" }",
        "email = { colum = \"E\" }",
        "email = [\"E\"]",
        "email = { column = \"E\", send = \"compared\", trim = \"no\", empty = \"keep\", separator = \";\", date = \"%Y\" }",
        "groups = { column = \"G\", separator = \"\" }",
    ];
    insta::assert_snapshot!(bad.map(field_with).join("\n"), @r#"
    jobs/hr.toml:13 push.fields.email: neither `column` nor `value`; allowed: exactly one of them
    jobs/hr.toml:13 push.fields.email: `column` and `value` stand side by side; allowed: exactly one of them
    jobs/hr.toml:13 push.fields.email.date: `date` means nothing beside `value`
    jobs/hr.toml:13 push.fields.email.values: `values` means nothing beside `value`
    jobs/hr.toml:13 push.fields.email.default: `default` means nothing beside `value`
    jobs/hr.toml:13 push.fields.email.trim: `trim` means nothing beside `value`
    jobs/hr.toml:13 push.fields.email.empty: `empty` means nothing beside `value`
    jobs/hr.toml:13 push.fields.email.colum: unknown key; did you mean `column`?
    jobs/hr.toml:13 push.fields.email: neither `column` nor `value`; allowed: exactly one of them
    jobs/hr.toml:13 push.fields.email: found a list; allowed: a column in quotes, { column = "…", … } or { value = "…" }
    jobs/hr.toml:13 push.fields.email.separator: `email` takes one value; only a list field has a separator
    jobs/hr.toml:13 push.fields.email.send: found "compared"; allowed: `create`, `always`
    jobs/hr.toml:13 push.fields.email.date: `email` is no date; only a date field has a date format
    jobs/hr.toml:13 push.fields.email.trim: found "no"; allowed: true or false, without quotes
    jobs/hr.toml:13 push.fields.email.empty: found "keep"; allowed: `omit`, `clear`, `reject`
    jobs/hr.toml:13 push.fields.groups.separator: found ""; allowed: what stands between the values in the cell, such as ";"
    "#);
}

#[test]
fn a_date_format_is_one_from_which_a_day_can_be_read() {
    let check =
        |format: &str| field_with(&format!("joining_data = {{ column = \"Start\", date = {format:?} }}"));
    for good in ["%d/%m/%Y", "%d-%b-%y", "%Y%m%d", "%Y-%m-%d %H:%M:%S", "%F"] {
        assert_eq!(check(good), "", "{good}");
    }
    insta::assert_snapshot!(["dd/mm/yyyy", "%d/%m", "%Q", ""].map(check).join("\n"), @r#"
    jobs/hr.toml:13 push.fields.joining_data.date: found "dd/mm/yyyy", from which no day can be read; allowed: %d (day), %m (month), %Y (year), such as "%d/%m/%Y"
    jobs/hr.toml:13 push.fields.joining_data.date: found "%d/%m", from which no day can be read; allowed: %d (day), %m (month), %Y (year), such as "%d/%m/%Y"
    jobs/hr.toml:13 push.fields.joining_data.date: found "%Q", which is no date format; allowed: %d (day), %m (month), %Y (year), such as "%d/%m/%Y"
    jobs/hr.toml:13 push.fields.joining_data.date: found an empty text
    "#);
}

#[test]
fn a_demanded_field_is_mapped_and_never_left_out() {
    let unmapped = job_with(&[("firstname = \"First name\"\n", "")]);
    let omitted = job_with(&[("\"First name\"", "{ column = \"First name\", empty = \"omit\" }")]);
    insta::assert_snapshot!(format!("{unmapped}\n{omitted}"), @r#"
    jobs/hr.toml:12 push.fields.firstname: missing; upsidelms.manage_user demands this field (First Name)
    jobs/hr.toml:14 push.fields.firstname.empty: found "omit", but the LMS demands `firstname`; allowed: `reject`
    "#);
}

#[test]
fn a_secret_is_never_written_as_a_value() {
    let bad = [
        "password = { value = \"hunter2\" }",
        "password = { column = \"pw\", default = \"hunter2\" }",
        "password = { column = \"pw\", values = { a = \"hunter2\" } }",
        "passwort = { value = 12345 }",
    ];
    let shown = bad.map(field_with).join("\n");
    assert!(!shown.contains("hunter2") && !shown.contains("12345"));
    insta::assert_snapshot!(shown, @"
    jobs/hr.toml:13 push.fields.password.value: a secret written as a plain value; a secret field comes from a column
    jobs/hr.toml:8 push.first_load: missing; `password` is sent to new people alone, so say who is in the LMS before the first file: `create` (nobody), `existing` (everybody), `adopt` (everybody with these very values; nothing is sent)
    jobs/hr.toml:13 push.fields.password.default: a secret written as a plain value; a secret field comes from a column
    jobs/hr.toml:8 push.first_load: missing; `password` is sent to new people alone, so say who is in the LMS before the first file: `create` (nobody), `existing` (everybody), `adopt` (everybody with these very values; nothing is sent)
    jobs/hr.toml:13 push.fields.password.values.a: a secret written as a plain value; a secret field comes from a column
    jobs/hr.toml:13 push.fields.passwort: no such field of upsidelms.manage_user; did you mean `password`?
    jobs/hr.toml:13 push.fields.passwort.value: found a number; allowed: a text in quotes
    ");
}

#[test]
fn a_first_load_that_could_hurt_is_chosen() {
    let mails = job_with(&[
        ("manage_user", "assign_curriculum"),
        ("unique_id = \"id\"\nfirstname = \"First name\"", "curr_id = \"Course\""),
    ]);
    let creating = field_with("email = { column = \"E\", send = \"create\" }");
    insta::assert_snapshot!(format!("{mails}\n{creating}"), @"
    jobs/hr.toml:8 push.first_load: missing; upsidelms.assign_curriculum may mail somebody or grant something for every new record, so say what is in the LMS before the first file: `create` (nothing), `existing` (everything), `adopt` (everything with these very values; nothing is sent)
    jobs/hr.toml:8 push.first_load: missing; `email` is sent to new people alone, so say who is in the LMS before the first file: `create` (nobody), `existing` (everybody), `adopt` (everybody with these very values; nothing is sent)
    ");
    let delta = job_with(&[
        ("\"full\"", "\"delta\""),
        ("unique_id", "email = { column = \"E\", send = \"create\" }\nunique_id"),
    ]);
    assert_eq!(delta, "", "the first file of a delta job is nothing special");
}

#[test]
fn a_removal_can_be_taken_back_and_is_not_inferred_from_changes() {
    let check = |line: &str| job_with(&[("operation =", &format!("{line}\noperation ="))]);
    assert_eq!(check("on_missing = \"ignore\""), "");
    let bad = ["on_missing = \"remove\"", "on_missing = {}", "on_missing = { status = \"Gone\" }"];
    insta::assert_snapshot!(bad.map(check).join("\n"), @r#"
    jobs/hr.toml:10 push.on_missing: found "remove"; allowed: "ignore", or the fields to set: { status = "Inactive" }
    jobs/hr.toml:10 push.on_missing: found an empty table; name the fields to set, or write "ignore"
    jobs/hr.toml:10 push.on_missing.status: found "Gone"; allowed: `Active`, `Inactive`
    "#);
    let assignments = job_with(&[
        (
            "operation = \"manage_user\"",
            "operation = \"assign_curriculum\"\nfirst_load = \"create\"\non_missing = { curr_id = \"0\" }",
        ),
        ("unique_id = \"id\"\nfirstname = \"First name\"", "curr_id = \"Course\""),
    ]);
    let delta = job_with(&[
        ("\"full\"", "\"delta\""),
        ("operation", "on_missing = { status = \"Inactive\" }\noperation"),
    ]);
    insta::assert_snapshot!(format!("{assignments}\n{delta}"), @r#"
    jobs/hr.toml:12 push.on_missing: upsidelms.assign_curriculum can't take anything back; allowed: "ignore"
    (notice) jobs/hr.toml:10 push.on_missing: means nothing with rows = "delta": only a full export tells who is missing
    "#);
}

#[test]
fn a_push_has_a_key_and_an_id_of_its_own() {
    let nowhere = job_with(&[("key = [\"id\"]\n", "")]);
    let second = "\n[[push]]\nconnection = \"upside\"\noperation = \"upsidelms.manage_user\"\nfields = { unique_id = \"id\", firstname = \"f\" }\n";
    let twice = Files::new(MAIN, &[("hr.toml", &format!("{JOB}{second}"))]).problems();
    insta::assert_snapshot!(format!("{nowhere}\n{twice}"), @r#"
    jobs/hr.toml:7 push.key: missing; the columns that tell one record from the other, here or in [source]
    jobs/hr.toml:16 push: two pushes of this job have the id `upside.manage_user`; give this one another: id = "…"
    "#);
}

#[test]
fn only_what_can_be_read_back_can_be_verified() {
    let push = "operation = \"manage_user\"";
    let with = |line: &str| job_with(&[(push, &format!("{push}\n{line}"))]);
    assert_eq!(with("verify = \"off\""), "");
    insta::assert_snapshot!([with("verify = \"sample\""), with("verify = \"all\""), with("verify = true")].join("\n"), @r#"
    jobs/hr.toml:11 push.verify: upsidelms.manage_user can't be looked up in the LMS afterwards; of rollbook.toml's connections these can: upsidelms.assign_curriculum
    jobs/hr.toml:11 push.verify: found "all"; allowed: `sample` or `off`
    jobs/hr.toml:11 push.verify: found true; allowed: a text in quotes
    "#);
    let curricula = "operation = \"assign_curriculum\"\nfirst_load = \"create\"";
    let job = |line: &str| {
        let fields = "unique_id = \"id\"\nfirstname = \"First name\"";
        changed(JOB, &[(push, &format!("{curricula}\n{line}")), (fields, "curr_id = \"Course\"")])
    };
    for (line, most) in [("verify = \"sample\"", 20), ("verify = \"off\"", 0), ("", 0)] {
        let files = Files::new(MAIN, &[("hr.toml", &job(line))]);
        let loaded = files.load();
        assert_eq!(files.shown(&loaded.problems), "", "{line}");
        assert_eq!(loaded.config.unwrap().jobs["hr"].pushes[0].verify, most, "{line}");
    }
}
