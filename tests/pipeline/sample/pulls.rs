//! What is asked of the LMSs, the files made of it, and what goes on to another LMS: the page's tables of pulls.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};
use chrono::{DateTime, TimeDelta, Utc};
use rollbook::sandbox::{Media77Options, Media77Study};
use serde_json::Value;

use super::{PAGE, sample};
use crate::harness::{Account, Ended, Export, Program, Setup, World};

/// A table of the page, by the first cell of each row; `heading` is how its first line begins.
fn table(heading: &str) -> BTreeMap<&'static str, Vec<&'static str>> {
    let lines = PAGE.lines().skip_while(|line| !line.starts_with(heading)).skip(2);
    let rows = lines.take_while(|line| line.starts_with('|'));
    let found: BTreeMap<_, _> = rows
        .map(|line| {
            let mut cells = line.trim_matches('|').split('|').map(str::trim);
            (cells.next().unwrap(), cells.collect())
        })
        .collect();
    assert!(!found.is_empty(), "{heading}");
    found
}

/// What the demo has pulled, and what has become of it; the simulated LMSs are gone by now.
#[track_caller]
pub(super) fn the_demo_has_pulled(demo: &Path) {
    let rollbook = |arguments: &[&str]| -> Ended { Program::start(demo, arguments, &[]).end() };
    let runs = rollbook(&["runs", "--json"]).expect(0).json();
    let of = |job: &str| -> Vec<Value> {
        let runs = runs["runs"].as_array().unwrap().iter().filter(|run| run["job"] == job);
        let mut names: Vec<_> = runs.map(|run| run["run"].as_str().unwrap()).collect();
        names.sort_by_key(|name| name.split('.').nth(1).unwrap().parse::<u32>().unwrap());
        names.into_iter().map(|name| rollbook(&["show", name, "--json"]).json()).collect()
    };
    let mut found = of("daily-catalog");
    found.extend(of("daily-plan"));
    found.extend(of("course-progress"));
    let expected = table("| | catalog |");
    for (column, run) in found.iter().enumerate() {
        let pull = &run["pulls"][0];
        let main = ["curriculum", "progress"].map(|kind| pull["items"][kind].as_u64().unwrap_or(0));
        let all: u64 = pull["items"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
        let counts = [
            ("asked", pull["answered"].as_u64().unwrap()),
            ("curricula", main[0]),
            ("contents", all - main[0] - main[1]),
            ("progress", main[1]),
            ("added", pull["added"].as_u64().unwrap()),
            ("changed", pull["changed"].as_u64().unwrap()),
            ("retired", pull["retired"].as_u64().unwrap()),
        ];
        assert_eq!(run["status"], "ok", "{run:#}");
        for (name, count) in counts {
            assert_eq!(count.to_string(), expected[name][column], "{name} of {run:#}");
        }
    }
    assert_eq!((found.len(), expected["asked"].len()), (4, 4));

    let [fed] = of("course-completions").try_into().unwrap();
    for (name, counts) in table("| | completions |") {
        let found = match name {
            "rows" | "filtered" | "read" => &fed["source"][name],
            _ => &fed["pushes"][0][name],
        };
        assert_eq!(found.to_string(), counts[0], "{name} of {fed:#}");
    }
    let fates = table("| key of the link |");
    assert_eq!(fed["rejects"].as_array().unwrap().len(), fates.len());
    assert!(
        fates.values().all(|fate| fate[0].contains("`productId`"))
            && fed["rejects"][0]["field"] == "productId"
    );
    // Nothing new has been pulled, and the LMS is not even there: the same rows again send nothing.
    let again = rollbook(&["sync", "course-completions", "--json"]).expect(4);
    Account::new(again).expect("partial, 1 rejected, 5 unchanged");

    catalog_file(&demo.join("outbox/catalog.csv"));
    plan_file(&demo.join("outbox/learning-plans.xlsx"));
    for (arguments, said) in [
        (["catalog", "upside", "--search", "listening"], "Leading a team"),
        (["learner", "media", "E10073", "--json"], "Site safety"),
    ] {
        let ended = rollbook(&arguments).expect(0);
        assert!(ended.stdout.contains(said), "{ended:?}");
    }
}

/// The catalog of the second day, as the job's columns have it.
#[track_caller]
fn catalog_file(path: &Path) {
    let found = Export::read(&fs::read(path).unwrap(), b',');
    let held = Export::read(&sample("portal-catalog-2026-11-22.csv"), b',');
    let titles = |export: &Export, columns: [&str; 2]| -> Vec<String> {
        let row = |row: usize| columns.map(|column| export.cell(row, column).to_owned()).join("/");
        let mut titles: Vec<_> = (0..export.rows.len()).map(row).collect();
        titles.sort();
        titles
    };
    let expected = titles(&held, ["Curriculum", "Content"]);
    assert_eq!(titles(&found, ["curriculum_name", "content.title"]), expected);
    assert!(!found.columns.iter().any(|column| column.ends_with("_id")), "{:?}", found.columns);
    let bribes = found.rows.iter().position(|row| row[0] == "Anti-bribery").unwrap();
    assert_eq!(found.cell(bribes, "reference_title"), "'=Gifts + hospitality, and how to say no");
    assert_eq!(found.cell(bribes, "modified_date"), "2025-02-14");
}

/// A workbook: identifiers as text, days as days.
#[track_caller]
fn plan_file(path: &Path) {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let rows: Vec<&[Data]> = sheet.rows().skip(1).collect();
    assert_eq!(rows.len().to_string(), table("| | catalog |")["curricula"][2]);
    let row = rows.iter().find(|row| row[0] == Data::String("000317".to_owned()) && row[4] != Data::Empty);
    let row = row.expect("an identifier with its zeros, and its first look");
    assert!(row[3..=5].iter().all(|cell| matches!(cell, Data::DateTime(_))), "{row:?}");
    assert_eq!(row[2], Data::String("completed".to_owned()));
}

fn job(name: &str) -> (String, String) {
    let text = fs::read_to_string(format!("{}/jobs/{name}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
    (name.to_owned(), text.replacen("[source]\nfolder", "[source]\nsettle_s = 0\nfolder", 1))
}

#[track_caller]
fn pull(world: &mut World, job: &str, code: i32) -> Value {
    world.run(&["sync", job, "--json"]).expect(code).json()
}

#[test]
fn the_file_of_a_pull_is_there_after_each_run() {
    let mut world = Setup { jobs: vec![job("daily-catalog")], ..Setup::default() }.start();
    let path = world.path("outbox/catalog.csv");
    pull(&mut world, "daily-catalog", 0);
    let (first, bytes) = (fs::metadata(&path).unwrap(), fs::read(&path).unwrap());
    assert_eq!(first.mode() & 0o777, 0o640);
    assert!(bytes.starts_with(b"curriculum_name,reference_title,access,"));
    // Nothing has changed: it stays the file that it is, and is there again where it was taken away.
    let again = pull(&mut world, "daily-catalog", 0);
    assert_eq!((&again["pulls"][0]["changed"], &again["pulls"][0]["baselines"]), (&0.into(), &0.into()));
    assert_eq!(fs::metadata(&path).unwrap().ino(), first.ino());
    fs::remove_file(&path).unwrap();
    pull(&mut world, "daily-catalog", 0);
    assert_eq!(fs::read(&path).unwrap(), bytes);
    // What stands in its place is no file: that is said, and nothing lies beside it.
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let unwritten = pull(&mut world, "daily-catalog", 4);
    assert_eq!(unwritten["status"], "partial");
    let run = unwritten["run"].as_str().unwrap();
    let said = world.run(&["show", run]).expect(0).stdout;
    assert!(
        said.split_whitespace().collect::<Vec<_>>().join(" ").contains("could not write the pulled items"),
        "{said}"
    );
    assert_eq!(fs::read_dir(world.path("outbox")).unwrap().count(), 1);
    fs::remove_dir(&path).unwrap();
    pull(&mut world, "daily-catalog", 0);
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

/// A world in which links were made and nobody has studied yet.
fn academy() -> World {
    let jobs = ["course-access", "course-progress", "course-completions"].map(job);
    let mut jobs = Vec::from(jobs);
    // Nobody's forms are made here, so nobody has to be known.
    jobs[0].1 = jobs[0].1.replace("after      = [\"hr-users\"]\n", "");
    let mut setup = Setup { jobs, ..Setup::products() };
    setup.portals[0].1.crowdwisdom.products = Some(["WEB-SAFE", "WEB-PRIV"].map(str::to_owned).into());
    let mut world = setup.start();
    let staging = "environment = \"staging\"";
    world.set_config(
        staging,
        &format!(
            "{staging}\nhosts = [\"courses.example.org\"]\ntoken = {{ file = \"secrets/media-token\" }}"
        ),
    );
    let mut secret = fs::OpenOptions::new();
    let secret = secret.write(true).create_new(true).mode(0o600).open(world.path("secrets/media-token"));
    std::io::Write::write_all(&mut secret.unwrap(), Media77Options::default().token.as_bytes()).unwrap();
    for folder in ["inbox/access", "portal"] {
        fs::create_dir_all(world.path(folder)).unwrap();
    }
    let file = "course-access-2026-11-21.csv";
    world.drop_file(&format!("access/{file}"), &sample(file));
    world.sync_job("course-access");
    world
}

/// Somebody takes the course of a link.
fn study(world: &World, key: [&str; 3], progress: u8, at: DateTime<Utc>) {
    let links = Export::read(&fs::read(world.path("portal/launch-links.csv")).unwrap(), b',');
    let row = links.rows.iter().position(|row| row[..3] == key).unwrap();
    world.lms().study(Media77Study {
        // In letters that are not ours.
        registration: links.cell(row, "registration").to_uppercase(),
        activity_title: key[1].to_owned(),
        progress,
        at: Some(at),
        date_completed: (progress == 100).then_some(at),
        ..Media77Study::default()
    });
}

#[test]
fn a_completion_that_was_pulled_is_granted_once() {
    let mut world = academy();
    let now = Utc::now();
    let nothing = world.sync_job("course-completions");
    assert_eq!((nothing.status(), nothing.code), ("nothing", 0));
    assert!(nothing.notes()[0].contains("course-progress"), "{nothing:#?}");

    study(&world, ["E10073", "SAFE", "2025"], 100, now - TimeDelta::days(3));
    study(&world, ["E10073", "SAFE", "2026"], 60, now - TimeDelta::days(2));
    pull(&mut world, "course-progress", 0);
    let run = world.sync_job("course-completions").expect("ok, 1 create, 1 accepted");
    assert_eq!((&run.json["source"]["rows"], &run.json["source"]["filtered"]), (&2.into(), &1.into()));
    let file = run.json["source"]["file"].as_str().unwrap();
    assert!(file.starts_with("course-progress-") && file.ends_with(".csv"), "{file}");
    let granted = |world: &World| {
        let effects = world.lms().effects();
        let found = effects.completion("crowdwisdom", "E10073 / WEB-SAFE").map(|effect| effect.applied);
        found.unwrap_or_default()
    };
    assert_eq!(granted(&world), 1);
    let effects = world.lms().effects();
    let sent = effects.completion("crowdwisdom", "E10073 / WEB-SAFE").unwrap();
    let moment = (now - TimeDelta::days(3)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    assert_eq!(sent.field("completionDate"), Some(&*moment));

    // Opened once more, with a later date: the first one counts.
    study(&world, ["E10073", "SAFE", "2025"], 100, now - TimeDelta::days(1));
    pull(&mut world, "course-progress", 0);
    let run = world.sync_job("course-completions");
    assert_eq!((run.status(), run.count("accepted"), granted(&world)), ("ok", 0, 1), "{run:#?}");
    // This year's is another completion of the same product.
    study(&world, ["E10073", "SAFE", "2026"], 100, now);
    pull(&mut world, "course-progress", 0);
    let run = world.sync_job("course-completions");
    assert_eq!((run.count("create"), run.count("accepted"), granted(&world)), (1, 1, 2), "{run:#?}");
    // Nothing new, nothing sent.
    let calls = world.lms().calls().iter().filter(|call| call.about.contains("WEB-")).count();
    pull(&mut world, "course-progress", 0);
    world.sync_job("course-completions");
    assert_eq!(world.lms().calls().iter().filter(|call| call.about.contains("WEB-")).count(), calls);
}
