//! `export`: where links go.

use super::academy::{job, main, said};
use super::*;
use crate::config::check::check_in;

const LEARNER: &str = "learner = \"id\"";

#[test]
fn links_go_to_a_table_and_forms_to_a_folder() {
    let files = Files::new(
        &main(),
        &[
            ("forms.toml", &job("form", "export = \"../out/forms\"", LEARNER)),
            ("links.toml", &job("launch", "export = \"../out/links.CSV\"", LEARNER)),
        ],
    );
    let loaded = files.load();
    assert_eq!(files.shown(&loaded.problems), "");
    let config = loaded.config.unwrap();
    let export = |job: &str| config.jobs[job].pushes[0].export.clone().unwrap();
    assert_eq!(export("forms"), files.path("jobs/../out/forms"));
    assert!(export("links").ends_with("out/links.CSV") && export("links").is_absolute());
    let bad = [
        said("form", "export = \"forms.csv\"", LEARNER),
        said("launch", "export = \"links\"", LEARNER),
        said("launch", "export = \"links.xls\"", LEARNER),
        said("launch", "export = 4", LEARNER),
        said("set_done", "export = \"done.csv\"", "learner = \"id\"\ndone_at = \"Done\""),
    ];
    insta::assert_snapshot!(bad.join("\n"), @r#"
    jobs/done.toml:9 push.export: found "forms.csv"; academy.form makes one form a row; allowed: a folder
    jobs/done.toml:9 push.export: found "links"; allowed: a file for the links that ends in .csv or .xlsx
    jobs/done.toml:9 push.export: found "links.xls"; allowed: a file for the links that ends in .csv or .xlsx
    jobs/done.toml:9 push.export: found 4; allowed: a text in quotes
    jobs/done.toml:9 push.export: academy.set_done makes no links; only a push of links has an export
    "#);
}

#[test]
fn no_two_pushes_write_one_file_and_no_job_reads_what_another_writes() {
    let links = |export: &str| job("launch", &format!("export = {export:?}"), LEARNER);
    let files = Files::new(
        &main(),
        &[
            ("a.toml", &links("../out/links.csv")),
            ("b.toml", &links("../jobs/./../out/links.csv")),
            ("c.toml", &links("in/links.csv")),
            ("d.toml", &links("in.csv")),
        ],
    );
    insta::assert_snapshot!(files.problems(), @"
    jobs/b.toml:9 push.export: a push of the job `a` writes there too; give each a place of its own
    jobs/c.toml:9 push.export: the job `a` takes files of this name from this folder, so it would read its links as data; name another folder
    ");
}

#[test]
fn a_place_that_can_not_be_written_is_said() {
    let files = Files::new(
        &main(),
        &[
            ("a.toml", &job("launch", "export = \"../rollbook.toml/links.csv\"", LEARNER)),
            ("b.toml", &job("launch", "export = \"../out.csv\"", LEARNER)),
            ("c.toml", &job("form", "export = \"../rollbook.toml\"", LEARNER)),
            ("d.toml", &job("launch", "export = \"../new/deep/links.xlsx\"", LEARNER)),
        ],
    );
    std::fs::create_dir(files.path("out.csv")).unwrap();
    let shown = files.shown(&check_in(&files.load().world, &|_| None));
    let exports: Vec<_> = shown.lines().filter(|line| line.contains("push.export")).collect();
    insta::assert_snapshot!(exports.join("\n"), @"
    jobs/a.toml:9 push.export: jobs/../rollbook.toml is not a folder
    jobs/b.toml:9 push.export: jobs/../out.csv is not a regular file
    jobs/c.toml:9 push.export: jobs/../rollbook.toml is not a folder
    (notice) jobs/d.toml:9 push.export: folder jobs/../new/deep is not there yet; it will be made
    ");
}
