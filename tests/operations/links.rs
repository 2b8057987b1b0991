//! Launch links of 77 Media: one registration for ever, and the file of all links.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use calamine::{Data, Reader, Xlsx, open_workbook};

use super::furnish::{job, push, world};
use crate::harness::{Export, World};

pub(crate) const FIELDS: &str = "em = \"mail\"\nfn = \"name\"\nactivity = \"course\"\ninstance = \"year\"";
pub(crate) const HEADER: &str = "id,course,year,name,mail";
pub(crate) const ONE: &str = "K1,https://courses.example.org/one/#/,2026,Ann Lee,ann@example.org";
pub(crate) const TWO: &str = "K2,https://courses.example.org/one/#/,2026,Bob Day,bob@example.org";
const KEY: &str = "[\"id\", \"course\", \"year\"]";
pub(crate) const TABLE: &str = "portal/links.csv";

/// A full job of links that go to `portal/`, with further keys of the push.
pub(crate) fn links(export: &str, more: &str) -> World {
    let more = format!("export = \"../{export}\"\non_missing = \"withdraw\"\n{more}");
    world(&[job("links", "", "full", KEY, &[push("media.launch_link", &more, FIELDS)])], |_| {})
}

/// The table of links, as the `csv` crate alone reads it.
#[track_caller]
pub(crate) fn table(world: &World) -> Export {
    Export::read(&fs::read(world.path(TABLE)).unwrap(), b',')
}

/// The registration in a row of the table, counted from 0.
#[track_caller]
pub(crate) fn registration(world: &World, row: usize) -> String {
    let found = table(world).cell(row, "registration").to_owned();
    assert_eq!(uuid::Uuid::parse_str(&found).unwrap().get_version_num(), 4, "{found}");
    found
}

fn mode(world: &World, path: &str) -> u32 {
    fs::metadata(world.path(path)).unwrap().permissions().mode() & 0o7777
}

#[test]
fn the_table_has_every_link_and_is_for_owner_and_group() {
    let mut world = links(TABLE, "");
    let run = world.sync_rows("links", &[HEADER, ONE, TWO]).expect("ok, 2 create, 2 accepted");
    let notes = run.notes();
    assert!(notes[0].starts_with("media.launch_link: 2 links are in /"), "{notes:?}");
    assert!(notes[0].ends_with("/portal/links.csv"), "{notes:?}");
    let found = table(&world);
    assert_eq!(found.columns.join(" "), "id course year activity instance registration link");
    assert_eq!(found.rows.len(), 2);
    assert_eq!(
        found.rows[0][..5],
        ["K1", "https://courses.example.org/one/#/", "2026", "https://courses.example.org/one/#/", "2026"]
    );
    let reg = registration(&world, 0);
    let link = format!(
        "https://courses.example.org/one/#/?reg={reg}&em=ann%40example.org&fn=Ann%20Lee&dom=portal.example.org&lmsId=7"
    );
    assert_eq!(found.cell(0, "link"), link);
    assert_ne!(registration(&world, 1), reg);
    assert_eq!((mode(&world, TABLE), mode(&world, "portal")), (0o640, 0o750));
    assert!(world.lms().calls().is_empty(), "links need no call");

    let key = "K1,https://courses.example.org/one/#/,2026";
    assert_eq!(world.run(&["link", "links", key]).expect(0).stdout, format!("{link}\n"));
    let ended = world.run(&["link", "links", "K9,https://courses.example.org/one/#/,2026"]).expect(2);
    assert!(
        ended.stderr.contains("job links has no link for key K9,https://courses.example.org/one/#/,2026"),
        "{ended:#?}"
    );
    assert_eq!(ended.stdout, "");
    world.run(&["link", "lnks", key]).expect(2);
}

#[test]
fn a_registration_outlives_corrections_files_and_restarts_and_a_new_instance_has_another() {
    let mut world = links(TABLE, "");
    world.sync_rows("links", &[HEADER, ONE, TWO]).expect("ok, 2 create, 2 accepted");
    let (first, before) = (registration(&world, 0), table(&world));
    let corrected = ONE.replace("Ann Lee", "Ann Leigh");
    world.sync_rows("links", &[HEADER, &corrected, TWO]).expect("ok, 1 unchanged, 1 update, 1 accepted");
    let after = table(&world);
    assert_eq!(registration(&world, 0), first);
    assert!(
        after.cell(0, "link").contains(&format!("reg={first}&em=ann%40example.org&fn=Ann%20Leigh&")),
        "{after:?}"
    );
    assert_eq!(after.rows[1], before.rows[1], "nothing else has changed");
    // The next year's course is one more link, with a registration of its own.
    let retake = corrected.replace(",2026,", ",2027,");
    world
        .sync_rows("links", &[HEADER, &corrected, TWO, &retake])
        .expect("ok, 2 unchanged, 1 create, 1 accepted");
    let later = table(&world);
    assert_eq!(
        (later.rows.len(), later.cell(0, "registration"), later.cell(1, "instance")),
        (3, first.as_str(), "2027")
    );
    assert_ne!(later.cell(1, "registration"), first);
}

#[test]
fn the_same_learner_and_course_of_another_job_have_the_same_registration_if_the_jobs_say_so() {
    let one = |name: &str, fields: &str| {
        let learners = if name == "guests" { "" } else { "learners = \"members\"" };
        let more = format!("export = \"../portal/{name}.csv\"\nid = \"{name}\"\nshared = true\n{learners}");
        job(name, "", "full", "[\"id\", \"course\"]", &[push("media.launch_link", &more, fields)])
    };
    let fields = "em = \"mail\"\nfn = \"name\"\nactivity = \"course\"";
    let jobs = [one("links", fields), one("extra", fields), one("guests", fields)];
    let mut world = world(&jobs, |_| {});
    world.sync_rows("links", &[HEADER, ONE, TWO]).expect("ok, 2 create, 2 accepted");
    let other = TWO.replace("Bob Day", "Robert Day");
    world.sync_rows("extra", &[HEADER, &other]).expect("ok, 1 create, 1 accepted");
    let portal = world.path("portal");
    let read = |name: &str| Export::read(&fs::read(portal.join(format!("{name}.csv"))).unwrap(), b',');
    let (extra, links) = (read("extra"), read("links"));
    assert_eq!(extra.cell(0, "registration"), links.cell(1, "registration"));
    assert_ne!(extra.cell(0, "link"), links.cell(1, "link"));
    // The same number may be somebody else's among other people.
    world.sync_rows("guests", &[HEADER, &other]).expect("ok, 1 create, 1 accepted");
    assert_ne!(read("guests").cell(0, "registration"), links.cell(1, "registration"));
}

#[test]
fn a_withdrawn_link_leaves_the_table_and_comes_back_with_its_registration() {
    let mut world = links(TABLE, "");
    world.sync_rows("links", &[HEADER, ONE, TWO]).expect("ok, 2 create, 2 accepted");
    let (first, second) = (registration(&world, 0), registration(&world, 1));
    world.sync_rows("links", &[HEADER, TWO]).expect("ok, 1 unchanged, 1 remove, 1 accepted");
    assert_eq!((table(&world).rows.len(), registration(&world, 0)), (1, second.clone()));
    world.run(&["link", "links", "K1,https://courses.example.org/one/#/,2026"]).expect(2);
    // Whoever comes anew gets none that was somebody else's.
    let new = TWO.replace("K2", "K3");
    world.sync_rows("links", &[HEADER, TWO, &new]).expect("ok, 1 unchanged, 1 create, 1 accepted");
    let third = registration(&world, 1);
    assert!(third != first && third != second);
    world.sync_rows("links", &[HEADER, ONE, TWO]).expect("ok, 1 unchanged, 1 update, 1 remove, 2 accepted");
    assert_eq!((registration(&world, 0), registration(&world, 1)), (first, second));
}

#[test]
fn the_table_can_be_a_workbook() {
    let mut world = links("portal/links.xlsx", "");
    world.sync_rows("links", &[HEADER, ONE, TWO]).expect("ok, 2 create, 2 accepted");
    let path = world.path("portal/links.xlsx");
    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    assert_eq!((sheet.height(), sheet.width()), (3, 7));
    assert_eq!(sheet.get((2, 0)), Some(&Data::String("K2".to_owned())));
    assert!(sheet.get((1, 6)).unwrap().to_string().starts_with("https://courses.example.org/one/#/?reg="));
    assert_eq!(mode(&world, "portal/links.xlsx"), 0o640);
    // With the same links it stays the file that it is.
    let bytes = fs::read(&path).unwrap();
    let run = world.sync_rows("links", &[HEADER, TWO, ONE]).expect("ok, 2 unchanged");
    assert_eq!((fs::read(&path).unwrap() == bytes, run.notes().len()), (true, 0));
}
