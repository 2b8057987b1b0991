//! Mistakes in `rollbook.toml`.

use super::*;

#[test]
fn many_mistakes_are_all_said_at_once() {
    let main = r#"dat_dir = "data"
jobs_dir = 3
data_key = "0123456789012345678901234567890123456789"

[mail]
from = "nobody"
transport = "smpt"

[connections.upside]
product = "upsidelm"

[connections."up side"]
product = "upsidelms"
base_url = "http://lms.example.org"
portal_key = 17
password = "hunter2hunter2"
cipher = "CBC"
data_language = "de"
admin_set_password = "yes"
inactive_status = ["Inactive", 4, "Inactive"]
label = ""
requests_per_second = 0.5
concurrency = 65
timeout_s = 0
passwd = "hunter2hunter2"
"#;
    let shown = Files::new(main, &[("hr.toml", JOB)]).problems();
    assert!(!shown.contains("hunter2") && !shown.contains("0123456789"), "no secret is repeated: {shown}");
    insta::assert_snapshot!(shown, @r#"
    rollbook.toml:1 data_dir: missing; the folder of the database and of the files in work
    rollbook.toml:1 dat_dir: unknown key; did you mean `data_dir`?
    rollbook.toml:2 jobs_dir: found 3; allowed: a text in quotes
    rollbook.toml:3 data_key: a secret written as a plain value; write { env = "NAME" }, { file = "path" } or { credential = "name" }
    rollbook.toml:6 mail.from: found "nobody"; allowed: an e-mail address, such as "Rollbook <rollbook@example.org>"
    rollbook.toml:7 mail.transport: found "smpt"; allowed: `smtp`, `directory`; did you mean `smtp`?
    rollbook.toml:9 connections.upside.base_url: missing; the address of the LMS, such as "https://lms.example.org"
    rollbook.toml:10 connections.upside.product: no such product: "upsidelm"; did you mean `upsidelms`?
    rollbook.toml:12 connections."up side": "up side" can't be a name; allowed: letters, digits, `-`, `_` and `.`, the first one no sign but `_`
    rollbook.toml:14 connections."up side".base_url: http:// is allowed on this machine alone (loopback); write https://lms.example.org
    rollbook.toml:15 connections."up side".portal_key: found a number; allowed: the value in quotes, or { env = "NAME" }, { file = "path" } or { credential = "name" }
    rollbook.toml:16 connections."up side".password: a secret written as a plain value; write { env = "NAME" }, { file = "path" } or { credential = "name" }
    rollbook.toml:17 connections."up side".cipher: found "CBC"; allowed: `cbc`, `ecb`; did you mean `cbc`?
    rollbook.toml:18 connections."up side".data_language: found "de"; allowed: `en`, `ar`, `fr`, `cn`, `sp`
    rollbook.toml:19 connections."up side".admin_set_password: found "yes"; allowed: true or false, without quotes
    rollbook.toml:20 connections."up side".inactive_status: found 4; allowed: a text in quotes
    rollbook.toml:20 connections."up side".inactive_status: `Inactive` stands in this list twice
    rollbook.toml:21 connections."up side".label: found an empty text
    rollbook.toml:22 connections."up side".requests_per_second: found 0.5; allowed: a whole number from 0 to 10000
    rollbook.toml:23 connections."up side".concurrency: found 65; allowed: a whole number from 1 to 64
    rollbook.toml:24 connections."up side".timeout_s: found 0; allowed: a whole number from 1 to 3600
    rollbook.toml:25 connections."up side".passwd: unknown key; did you mean `password`?
    "#);
}

#[test]
fn an_address_is_https_unless_it_is_this_machine() {
    let check = |url: &str| main_with(&[("https://lms.example.org/", url)]);
    for good in ["http://localhost:8080", "http://127.0.0.1:1/x/", "http://[::1]/", "https://h/path/"] {
        assert_eq!(check(good), "", "{good}");
    }
    let bad = [
        "http://lms.example.org",
        "http://127.0.0.1.example.org",
        "ftp://h",
        "lms.example.org",
        "https://u:secret@h",
        "https://h/?a=secret",
        "",
    ];
    let shown = bad.map(check).join("\n");
    assert!(!shown.contains("secret"));
    insta::assert_snapshot!(shown, @"
    rollbook.toml:11 connections.upside.base_url: http:// is allowed on this machine alone (loopback); write https://lms.example.org
    rollbook.toml:11 connections.upside.base_url: http:// is allowed on this machine alone (loopback); write https://127.0.0.1.example.org
    rollbook.toml:11 connections.upside.base_url: found the scheme `ftp`; allowed: https
    rollbook.toml:11 connections.upside.base_url: not an address (relative URL without a base); allowed: https://HOST, with a path or without
    rollbook.toml:11 connections.upside.base_url: found a user or a password in the address; neither is allowed here
    rollbook.toml:11 connections.upside.base_url: found `?` or `#` in the address; allowed: https://HOST, with a path or without
    rollbook.toml:11 connections.upside.base_url: found an empty text
    ");
}

#[test]
fn a_secret_is_a_reference_and_is_never_repeated() {
    let check = |text: &str| {
        let shown = main_with(&[("{ credential = \"upside-password\" }", text)]);
        assert!(!shown.contains("hunter2"), "{shown}");
        shown
    };
    for good in ["{ env = \"X\" }", "{ file = \"x\" }", "{ credential = \"x\" }"] {
        assert_eq!(check(good), "", "{good}");
    }
    let bad = [
        "\"hunter2\"",
        "2",
        "[\"hunter2\"]",
        "{}",
        "{ env = \"A\", file = \"b\" }",
        "{ fil = \"hunter2\" }",
        "{ value = \"hunter2\" }",
        "{ hunter2 = \"env\" }",
        "{ env = 5 }",
        "{ env = \"hunter2=x\" }",
        "{ credential = \"../hunter2\" }",
        "{ file = \"\" }",
    ];
    insta::assert_snapshot!(bad.map(check).join("\n"), @r#"
    rollbook.toml:13 connections.upside.password: a secret written as a plain value; write { env = "NAME" }, { file = "path" } or { credential = "name" }
    rollbook.toml:13 connections.upside.password: found a number; allowed: { env = "NAME" }, { file = "path" } or { credential = "name" }
    rollbook.toml:13 connections.upside.password: found a list; allowed: { env = "NAME" }, { file = "path" } or { credential = "name" }
    rollbook.toml:13 connections.upside.password: found no key; allowed is exactly one of { env = "NAME" }, { file = "path" } or { credential = "name" }
    rollbook.toml:13 connections.upside.password: found several keys; allowed is exactly one of { env = "NAME" }, { file = "path" } or { credential = "name" }
    rollbook.toml:13 connections.upside.password: found another key; allowed: { env = "NAME" }, { file = "path" } or { credential = "name" }; did you mean `file`?
    rollbook.toml:13 connections.upside.password: found another key; allowed: { env = "NAME" }, { file = "path" } or { credential = "name" }
    rollbook.toml:13 connections.upside.password: found another key; allowed: { env = "NAME" }, { file = "path" } or { credential = "name" }
    rollbook.toml:13 connections.upside.password.env: found no text; allowed: the name or path of the secret, in quotes
    rollbook.toml:13 connections.upside.password.env: found something that is no name: it holds `/` or `=`, or begins with a dot
    rollbook.toml:13 connections.upside.password.credential: found something that is no name: it holds `/` or `=`, or begins with a dot
    rollbook.toml:13 connections.upside.password.file: found no text; allowed: the name or path of the secret, in quotes
    "#);
}

#[test]
fn a_mail_server_gets_no_password_in_the_clear() {
    let check = |host: &str| {
        let smtp = format!(
            "transport = \"smtp\"\nhost = {host:?}\nsecurity = \"none\"\nusername = \"u\"\npassword = {{ env = \"P\" }}"
        );
        main_with(&[("transport = \"directory\"\ndirectory = \"mail\"", &smtp)])
    };
    assert_eq!(check("localhost") + &check("127.0.0.1"), "");
    insta::assert_snapshot!(check("mail.example.org"), @"rollbook.toml:8 mail.security: `none` would send the password to mail.example.org unprotected; allowed with a password: `starttls`, `tls`, or a mail server on this machine");
}

#[test]
fn keys_of_the_other_transport_mean_nothing() {
    let shown = [
        main_with(&[("directory = \"mail\"", "directory = \"mail\"\nhost = \"h\"")]),
        main_with(&[("transport = \"directory\"", "transport = \"smtp\"\nusername = \"u\"")]),
        main_with(&[("directory = \"mail\"", "hots = \"h\"")]),
    ];
    insta::assert_snapshot!(shown.join("\n"), @r#"
    rollbook.toml:8 mail.host: `host` means nothing with transport = "directory"
    rollbook.toml:4 mail.host: missing; the name of the mail server
    rollbook.toml:4 mail.password: missing; `username` stands without it
    rollbook.toml:8 mail.directory: `directory` means nothing with transport = "smtp"
    rollbook.toml:4 mail.directory: missing; the folder that gets one .eml file a mail
    rollbook.toml:7 mail.hots: unknown key; did you mean `host`?
    "#);
}

#[test]
fn the_form_of_the_portal_names_fields_that_exist() {
    let form = r#"fields = { required = ["emial", "cc"], absent = ["salary", "cc"], extra = ["status", { label = "x" }, { name = "n", max = 3 }, 7], more = 1 }"#;
    insta::assert_snapshot!(Files::new(&format!("{MAIN}{form}\n"), &[("hr.toml", JOB)]).problems(), @"
    rollbook.toml:14 connections.upside.fields.extra: the field `status` exists already
    rollbook.toml:14 connections.upside.fields.extra.name: missing; the field's name as the portal spells it
    rollbook.toml:14 connections.upside.fields.extra.max: unknown key; allowed here: `label`, `max_chars`, `name`
    rollbook.toml:14 connections.upside.fields.extra: found 7; allowed: a field's name, or { name = …, label = …, max_chars = … }
    rollbook.toml:14 connections.upside.fields.required: no such field: `emial`; did you mean `email`?
    rollbook.toml:14 connections.upside.fields.absent: no such field: `salary`
    rollbook.toml:14 connections.upside.fields.absent: `cc` can't be both required and absent
    rollbook.toml:14 connections.upside.fields.more: unknown key; allowed here: `absent`, `extra`, `required`
    ");
}

#[test]
fn a_folder_of_jobs_must_be_there_and_an_empty_one_is_worth_a_word() {
    insta::assert_snapshot!(main_with(&[("data_dir", "jobs_dir = \"job\"\ndata_dir")]), @"rollbook.toml:1 jobs_dir: no such folder: job; the job files lie in it");
    insta::assert_snapshot!(Files::new(MAIN, &[]).problems(), @"(notice) rollbook.toml jobs_dir: no job file (*.toml) in jobs");
}
