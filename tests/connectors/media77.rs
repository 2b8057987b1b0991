//! 77 Media: launch links as Python takes addresses apart, and progress as Python hands it out.

mod progress;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::peer::ask;
use super::scene::{Scene, sync};
use crate::harness::{Export, World};

const FIELDS: &str = "em = \"mail\"\nfn = \"name\"\nactivity = \"course\"\ninstance = \"year\"\n";
const HEADING: [&str; 5] = ["key", "mail", "name", "course", "year"];
const COURSE: &str = "https://courses.example.org/intro";
const ROWS: [[&str; 5]; 4] = [
    ["1", "o'neil+x@example.org", "Zoë & Jörg \"Z\" <Söhne>", COURSE, "2026"],
    ["2", "o'neil+x@example.org", "Zoë & Jörg \"Z\" <Söhne>", COURSE, "2027"],
    ["3", "b@example.org", "a+b=c%20d/e?f#g; 日本 🎓", COURSE, ""],
    ["4", "c@example.org", "* $ ^ ! & ]]> ~", "https://courses.example.org/other/", ""],
];

fn scene() -> World {
    let keys = "lms_id = 'lms & <77> +1'\ndomain = \"learn.example.org\"\nenvironment = \"production\"";
    let scene = Scene::default().connection("media77", "https://courses.example.org", keys);
    let push = "first_load = \"create\"\nexport = \"../links.csv\"";
    scene.push("media77", "launch_link", push, FIELDS).start()
}

fn links(world: &World) -> Vec<(String, String, String)> {
    let table = Export::read(&std::fs::read(world.path("links.csv")).unwrap(), b',');
    let cell = |row, column| table.cell(row, column).to_owned();
    let row = |row| (cell(row, "key"), cell(row, "registration"), cell(row, "link"));
    (0..table.rows.len()).map(row).collect()
}

#[test]
fn python_finds_every_value_behind_the_hash() {
    let mut world = scene();
    let rows = [&[HEADING][..], &ROWS].concat();
    sync(&mut world, &rows).expect("ok, 4 create, 4 accepted");
    let links = links(&world);
    assert_eq!(links.len(), ROWS.len());
    for (key, registration, link) in &links {
        let row = ROWS.iter().find(|row| row[0] == key).unwrap();
        let Some(found) = ask("browser.py", &["link"], link) else { return };
        assert_eq!(found["query"], "", "the query stands behind the hash: {link}");
        assert_eq!((&found["scheme"], &found["route"]), (&json!("https"), &json!("/")), "{link}");
        let place = format!("https://{}{}", found["host"].as_str().unwrap(), found["path"].as_str().unwrap());
        assert_eq!(place.trim_end_matches('/'), row[3].trim_end_matches('/'));
        assert_eq!(found["names"], json!(["reg", "em", "fn", "dom", "lmsId"]));
        let values = json!({
            "reg": registration, "em": row[1], "fn": row[2], "dom": "learn.example.org",
            "lmsId": "lms & <77> +1",
        });
        assert_eq!(found["values"], values, "{link}");
        let raw = found["raw"].as_str().unwrap();
        assert!(raw.contains("%20") && !raw.contains('+'), "blanks are %20 and nothing else: {raw}");
    }
    let registrations: BTreeSet<&String> = links.iter().map(|(_, registration, _)| registration).collect();
    assert_eq!(registrations.len(), ROWS.len(), "a retake has a registration of its own");
    sync(&mut world, &rows).expect("ok, 4 unchanged");
    assert_eq!(self::links(&world), links);
}

#[test]
fn another_name_makes_another_link_of_the_same_registration() {
    let mut world = scene();
    let mut rows = [&[HEADING][..], &ROWS].concat();
    sync(&mut world, &rows).expect("ok, 4 create, 4 accepted");
    let before = links(&world);
    rows[1][2] = "Zoë Müller";
    rows[2][2] = "Zoë Müller";
    sync(&mut world, &rows);
    let after = links(&world);
    for (old, new) in before.iter().zip(&after) {
        assert_eq!((&old.0, &old.1), (&new.0, &new.1), "the registration lasts for ever");
        let Some(found) = ask("browser.py", &["link"], &new.2) else { return };
        let row = rows.iter().find(|row| row[0] == new.0).unwrap();
        assert_eq!(found["values"]["fn"], Value::from(row[2]));
    }
}
