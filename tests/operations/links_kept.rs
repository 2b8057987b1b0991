//! The file of links where it can't be written, or does not say any more what it should.

use std::fs;
use std::os::unix::fs::MetadataExt;

use super::links::{HEADER, ONE, TABLE, TWO, links, registration, table};

#[test]
fn links_that_could_not_be_written_are_kept_and_written_with_the_next_run() {
    let mut world = links(TABLE, "");
    fs::write(world.path("portal"), "a file where the folder should be").unwrap();
    let run = world.sync_rows("links", &[HEADER, ONE]).expect("partial, 1 create, 1 accepted");
    let note = "media.launch_link: the links could not be written, so the file is as it was: could not write the links";
    assert!(run.notes()[0].starts_with(note), "{run:#?}");
    assert_eq!(run.said_of("media.launch_link"), "partial, 1 create, 1 accepted");
    let text = world.mail_of(&run).flat();
    assert!(text.contains("* The links of media.launch_link could not be written"), "{text}");
    assert!(text.contains("put this right, and they are written with the job's next run"), "{text}");
    let link = world.run(&["link", "links", "K1,https://courses.example.org/one/#/,2026"]).expect(0).stdout;
    fs::remove_file(world.path("portal")).unwrap();
    // Even where the next file says nothing new.
    world.sync_rows("links", &[HEADER, ONE]).expect("ok, 1 unchanged");
    assert_eq!(format!("{}\n", table(&world).cell(0, "link")), link);
}

#[test]
fn links_that_are_wrong_for_another_reason_than_a_row_are_written_anew() {
    let mut world = links(TABLE, "");
    world.sync_rows("links", &[HEADER, ONE, TWO]).expect("ok, 2 create, 2 accepted");
    let first = registration(&world, 0);
    let place = |world: &crate::harness::World| fs::metadata(world.path(TABLE)).unwrap().ino();
    let before = place(&world);
    let run = world.sync_rows("links", &[HEADER, ONE, TWO]).expect("ok, 2 unchanged");
    assert_eq!((place(&world), run.notes().len()), (before, 0), "the same links are the same file");
    // Another domain is another link of everybody, though no row has changed.
    world.set_config("portal.example.org", "learn.example.org");
    let run = world.sync_rows("links", &[HEADER, ONE, TWO]).expect("ok, 2 unchanged");
    assert!(run.notes()[0].contains("2 links are in"), "{run:#?}");
    assert!(table(&world).cell(0, "link").contains("&dom=learn.example.org&"));
    assert_eq!(registration(&world, 0), first);
    // And a file that somebody has lost comes back.
    fs::remove_file(world.path(TABLE)).unwrap();
    world.sync_rows("links", &[HEADER, ONE, TWO]).expect("ok, 2 unchanged");
    assert_eq!(registration(&world, 0), first);
}
