//! What the files count on in the world.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::config::check::check_in;

fn check(files: &Files, environment: &dyn Fn(&str) -> Option<String>) -> String {
    files.shown(&check_in(&files.load().world, environment))
}

fn key(name: &str) -> Option<String> {
    (name == "ROLLBOOK_TEST_KEY").then(|| "k".repeat(32))
}

fn mode(files: &Files, name: &str, mode: u32) {
    fs::set_permissions(files.path(name), fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_fresh_machine_lacks_the_drop_folder_alone() {
    let files = Files::new(MAIN, &[("hr.toml", JOB)]);
    insta::assert_snapshot!(check(&files, &key), @"
    (notice) rollbook.toml:13 connections.upside.password: credential `upside-password` is not checkable here: systemd hands credentials to the service alone
    jobs/hr.toml:4 source.folder: no such folder: jobs/in
    ");
    fs::create_dir(files.path("jobs/in")).unwrap();
    insta::assert_snapshot!(check(&files, &key), @"(notice) rollbook.toml:13 connections.upside.password: credential `upside-password` is not checkable here: systemd hands credentials to the service alone");
    assert_eq!(crate::config::check_world(&files.load().world).len(), 2, "the data key is not set here");
}

#[test]
fn content_and_world_are_told_together() {
    let files = Files::new(MAIN, &[("hr.toml", &changed(JOB, &[("\"full\"", "\"all\"")]))]);
    assert!(files.problems().contains("source.rows"));
    assert!(check(&files, &key).contains("no such folder: jobs/in"));
}

#[test]
fn a_file_where_a_folder_should_be() {
    let files = Files::new(MAIN, &[("hr.toml", &changed(JOB, &[("\"in\"", "\"../rollbook.toml\"")]))]);
    fs::write(files.path("data"), "").unwrap();
    fs::write(files.path("mail"), "").unwrap();
    insta::assert_snapshot!(check(&files, &key), @"
    rollbook.toml:1 data_dir: data is not a folder
    rollbook.toml:7 mail.directory: mail is not a folder
    (notice) rollbook.toml:13 connections.upside.password: credential `upside-password` is not checkable here: systemd hands credentials to the service alone
    jobs/hr.toml:4 source.folder: jobs/../rollbook.toml is not a folder
    ");
    fs::remove_file(files.path("data")).unwrap();
    let deep = Files::new(&changed(MAIN, &[("\"data\"", "\"rollbook.toml/data\"")]), &[("hr.toml", JOB)]);
    assert!(check(&deep, &key).lines().next().unwrap().contains("data_dir"));
}

#[test]
fn a_folder_that_is_not_writable() {
    let files = Files::new(MAIN, &[("hr.toml", JOB)]);
    for name in ["jobs/in", "data"] {
        fs::create_dir(files.path(name)).unwrap();
        mode(&files, name, 0o555);
    }
    let shown = check(&files, &key);
    // The administrator may write anywhere, and so may the build machine's user.
    let refused = !rustix::process::geteuid().is_root();
    assert_eq!(shown.contains("folder jobs/in is not writable for this user"), refused);
    assert_eq!(shown.contains("folder data is not writable for this user"), refused);
}

#[test]
fn a_secret_file_is_there_and_closed_to_others() {
    let main = changed(
        MAIN,
        &[
            ("{ credential = \"upside-password\" }", "{ file = \"secret\" }"),
            ("env = \"ROLLBOOK_TEST_KEY\"", "file = \"key\""),
        ],
    );
    let files = Files::new(&main, &[]);
    insta::assert_snapshot!(check(&files, &key), @"
    rollbook.toml:2 data_key: secret file key is not there
    rollbook.toml:13 connections.upside.password: secret file secret is not there
    ");
    fs::write(files.path("secret"), "s\n").unwrap();
    fs::write(files.path("key"), "short\n").unwrap();
    mode(&files, "secret", 0o640);
    mode(&files, "key", 0o600);
    insta::assert_snapshot!(check(&files, &key), @"
    rollbook.toml:2 data_key: secret file key has 5 characters; at least 32 are needed
    rollbook.toml:13 connections.upside.password: secret file secret is open to others (mode 0640); run `chmod 600 secret`
    ");
    fs::write(files.path("key"), format!("{}\n", "k".repeat(32))).unwrap();
    mode(&files, "secret", 0o400);
    assert_eq!(check(&files, &key), "");
    fs::remove_file(files.path("key")).unwrap();
    fs::create_dir(files.path("key")).unwrap();
    fs::write(files.path("secret"), "").unwrap();
    insta::assert_snapshot!(check(&files, &key), @"
    rollbook.toml:2 data_key: secret file key is not a regular file
    rollbook.toml:13 connections.upside.password: secret file secret is empty
    ");
}

#[test]
fn a_credential_is_visible_to_the_service_alone() {
    let files = Files::new(MAIN, &[("hr.toml", JOB)]);
    fs::create_dir(files.path("jobs/in")).unwrap();
    let folder = files.path("credentials");
    fs::create_dir(&folder).unwrap();
    let inside = |name: &str| match name {
        "CREDENTIALS_DIRECTORY" => folder.to_str().map(str::to_owned),
        _ => key(name),
    };
    insta::assert_snapshot!(check(&files, &inside), @"rollbook.toml:13 connections.upside.password: credential `upside-password` is not there; the service needs `LoadCredential=upside-password:PATH` or the like");
    fs::write(folder.join("upside-password"), "s").unwrap();
    assert_eq!(check(&files, &inside), "");
}
