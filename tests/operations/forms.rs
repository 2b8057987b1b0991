//! Forms that lead to UpsideLMS: one page a row, in a folder where others may have pages too.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use super::furnish::{job, push, world};
use crate::harness::World;

const HEADER: &str = "id,course,mail";
const ROWS: [&str; 3] = ["R1,2,ann@example.org", "R2,3,bob@example.org", "R/3,,carl@example.org"];

/// A full job of forms in the folder `forms`.
fn forms() -> World {
    let more = "export = \"../forms\"\non_missing = \"withdraw\"";
    let fields = "uniqueIdentifier1 = \"id\"\nuniqueIdentifier3 = \"mail\"\ncurriculumId = \"course\"";
    let push = push("upside.redirect_form", more, fields);
    world(&[job("forms", "", "full", "[\"id\"]", &[push])], |_| {})
}

/// The names in the folder, those that begin with a dot aside.
fn names(world: &World) -> Vec<String> {
    let files = world.files("forms").into_iter();
    let names = files.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
    names.filter(|name| !name.starts_with('.')).collect()
}

#[test]
fn each_row_has_its_private_form_and_a_changed_one_is_written_alone() {
    let mut world = forms();
    world.sync_rows("forms", &[HEADER, ROWS[0], ROWS[1], ROWS[2]]).expect("ok, 3 create, 3 accepted");
    let found = names(&world);
    assert_eq!(found[..2], ["R1.html", "R2.html"]);
    assert!(found.len() == 3 && found[2].starts_with("key-") && found[2].ends_with(".html"), "{found:?}");
    for file in world.files("forms") {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o600, "{file:?}");
    }
    assert_eq!(fs::metadata(world.path("forms")).unwrap().permissions().mode() & 0o7777, 0o700);
    let page = fs::read_to_string(world.path("forms/R1.html")).unwrap();
    let action = format!("action=\"{}/navigationcontroller\"", world.lms().base_url());
    // The golden vectors of the cipher: the curriculum 2.
    for words in [
        action.as_str(),
        "name=\"clientKey\" value=\"sandbox\"",
        "value=\"EgmNBXILCppdFtCqcdg36Q==\"",
        "target=\"_blank\"",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
    let shown = world.run(&["link", "forms", "R1"]).expect(0).stdout;
    assert_eq!(shown.trim_end(), page.trim_end());

    let place = |world: &World, name: &str| fs::metadata(world.path(&format!("forms/{name}"))).unwrap().ino();
    let before = [place(&world, "R1.html"), place(&world, "R2.html")];
    let changed = ROWS[1].replace(",3,", ",404,");
    world
        .sync_rows("forms", &[HEADER, ROWS[0], &changed, ROWS[2]])
        .expect("ok, 2 unchanged, 1 update, 1 accepted");
    assert_eq!(place(&world, "R1.html"), before[0]);
    assert_ne!(place(&world, "R2.html"), before[1]);
    assert!(fs::read_to_string(world.path("forms/R2.html")).unwrap().contains("Cn+dHbpVHr7U+IQG7brCIQ=="));
    assert!(world.lms().calls().is_empty(), "forms need no call");
}

#[test]
fn a_withdrawn_form_is_taken_away_and_nothing_of_others() {
    let mut world = forms();
    fs::create_dir(world.path("forms")).unwrap();
    for name in ["index.html", "R7.html", "style.css"] {
        fs::write(world.path(&format!("forms/{name}")), "theirs").unwrap();
    }
    world.sync_rows("forms", &[HEADER, ROWS[0], ROWS[1]]).expect("ok, 2 create, 2 accepted");
    world.sync_rows("forms", &[HEADER, ROWS[1]]).expect("ok, 1 unchanged, 1 remove, 1 accepted");
    assert_eq!(names(&world), ["R2.html", "R7.html", "index.html", "style.css"]);
    world.run(&["link", "forms", "R1"]).expect(2);
    // Back again it has its form again.
    world.sync_rows("forms", &[HEADER, ROWS[0], ROWS[1]]).expect("ok, 1 unchanged, 1 update, 1 accepted");
    assert!(world.path("forms/R1.html").exists());
    assert_eq!(fs::read_to_string(world.path("forms/R7.html")).unwrap(), "theirs");
}

#[test]
fn a_page_of_others_that_is_in_the_way_stays_and_is_said() {
    let mut world = forms();
    fs::create_dir(world.path("forms")).unwrap();
    fs::write(world.path("forms/R1.html"), "theirs").unwrap();
    let run = world.sync_rows("forms", &[HEADER, ROWS[0]]).expect("partial, 1 create, 1 accepted");
    let note = run.notes()[0];
    assert!(note.contains("R1.html is there, and is none of Rollbook's; move it away"), "{note}");
    assert_eq!(fs::read_to_string(world.path("forms/R1.html")).unwrap(), "theirs");
    fs::remove_file(world.path("forms/R1.html")).unwrap();
    world.sync_rows("forms", &[HEADER, ROWS[0]]).expect("ok, 1 unchanged");
    assert!(fs::read_to_string(world.path("forms/R1.html")).unwrap().contains("navigationcontroller"));
}
