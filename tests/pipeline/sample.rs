//! The sample jobs on the sample exports: what `sample-data/README.md` says comes of them.

mod learning;
mod pulls;

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::harness::{Account, Export, Setup, World};

const PAGE: &str = include_str!("../../sample-data/README.md");

/// The sample jobs with the files in place; files need not stand still first.
fn world() -> World {
    let jobs = [
        ("hr-users", include_str!("../../jobs/hr-users.toml")),
        ("hr-joiners", include_str!("../../jobs/hr-joiners.toml")),
    ]
    .map(|(name, text)| (name.to_owned(), text.replacen("[source]", "[source]\nsettle_s = 0", 1)))
    .into();
    let world = Setup { jobs, ..Setup::default() }.start();
    fs::create_dir_all(world.path("inbox/hr")).unwrap();
    fs::create_dir_all(world.path("inbox/joiners")).unwrap();
    world
}

fn sample(name: &str) -> Vec<u8> {
    fs::read(format!("{}/sample-data/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[track_caller]
fn sync_sample(world: &mut World, folder: &str, name: &str) -> Account {
    world.drop_file(&format!("{folder}/{name}"), &sample(name));
    world.sync_job(if folder == "hr" { "hr-users" } else { "hr-joiners" })
}

/// A column of the page's table of counts.
fn expected(column: usize) -> BTreeMap<&'static str, u64> {
    let lines = PAGE.lines().skip_while(|line| !line.starts_with("| | day one")).skip(2);
    let rows = lines.take_while(|line| line.starts_with('|'));
    rows.map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        (cells[0], cells[column].parse().unwrap())
    })
    .collect()
}

/// The page's table of rows that come to nothing, as `row key`, for one file and one fate.
fn expected_rows(file: &str, fate: &str) -> Vec<String> {
    let lines = PAGE.lines().filter(|line| line.starts_with(&format!("| {file} ")));
    let cells = lines.map(|line| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    cells
        .filter(|cells| cells[3].starts_with(fate))
        .map(|cells| format!("{} {}", cells[1], cells[2]))
        .collect()
}

#[track_caller]
fn check(run: &Account, file: &str, column: usize) {
    for (key, number) in expected(column) {
        let found = match key {
            "rows" | "filtered" | "read" => run.json["source"][key].as_u64().unwrap(),
            _ => run.count(key),
        };
        assert_eq!(found, number, "{key} of {file}: {run:#?}");
    }
    let rows = |list: &str| -> Vec<String> {
        let lines = run.json[list].as_array().unwrap().iter();
        let mut rows: Vec<_> =
            lines.map(|line| format!("{} {}", line["row"], line["key"].as_str().unwrap())).collect();
        rows.dedup();
        rows
    };
    assert_eq!(rows("rejects"), expected_rows(file, "rejected"));
    let mut told = [expected_rows(file, "parked"), expected_rows(file, "refused")].concat();
    told.sort();
    let mut refusals = rows("refusals");
    refusals.sort();
    assert_eq!(refusals, told);
    assert_eq!(run.code, 4);
}

#[test]
fn the_samples_come_to_what_their_page_says() {
    let mut world = world();
    let one = sync_sample(&mut world, "hr", "hr-users-2026-11-20.csv");
    check(&one, "hr-users-2026-11-20.csv", 1);
    let two = sync_sample(&mut world, "hr", "hr-users-2026-11-21.csv");
    check(&two, "hr-users-2026-11-21.csv", 2);
    let joiners = sync_sample(&mut world, "joiners", "hr-joiners-2026-11-21.csv");
    check(&joiners, "hr-joiners-2026-11-21.csv", 3);
    let users = world.lms().users();
    assert!(users.iter().all(|user| user.creates == 1 && user.password_sets == 1));

    // Once more: only the two whom the LMS did not take are tried.
    let mut sent = world.sent(|world| {
        sync_sample(world, "hr", "hr-users-2026-11-21.csv")
            .expect("partial, 1 duplicates, 3 rejected, 304 unchanged, 2 create, 1 refused, 1 parked");
    });
    sent.sort();
    assert_eq!(sent, ["E10298 Err005 +", "E10299 Err003 +"]);
}

#[test]
fn the_workbook_comes_to_the_same_plan_as_its_twin() {
    let mut world = world();
    sync_sample(&mut world, "hr", "hr-users-2026-11-20.csv");
    let mut plan = |name: &str| -> Value {
        fs::write(world.path(name), sample(name)).unwrap();
        let mut plan = world.run(&["plan", "hr-users", "--file", name, "--json"]).expect(4).json();
        // What differs: the name of the file, and that rows stand on a sheet.
        plan["source"]["file"].take();
        for reject in plan["rejects"].as_array_mut().unwrap() {
            reject["sheet"].take();
        }
        plan
    };
    let (csv, xlsx) = (plan("hr-users-2026-11-21.csv"), plan("hr-users-2026-11-21.xlsx"));
    assert_eq!(csv["pushes"][0]["changes"].as_array().unwrap().len(), 32);
    assert_eq!(csv["pushes"][0]["fingerprint"], xlsx["pushes"][0]["fingerprint"]);
    assert_eq!(csv["pushes"], xlsx["pushes"]);
    let keys = |plan: &Value| -> Vec<String> {
        plan["rejects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|reject| format!("{} {} {}", reject["row"], reject["key"], reject["field"]))
            .collect()
    };
    assert_eq!(keys(&csv), keys(&xlsx));

    let run = sync_sample(&mut world, "hr", "hr-users-2026-11-21.xlsx");
    check(&run, "hr-users-2026-11-21.csv", 2);
}

#[test]
fn corrected_rejects_of_a_workbook_keep_their_real_dates() {
    let mut world = world();
    let name = "hr-users-2026-11-21.xlsx";
    let run = sync_sample(&mut world, "hr", name);
    let mail = world.mail_of(&run);
    let (name, bytes) = mail.rejects();
    assert_eq!(name, "hr-users-2026-11-21-rejects.csv");
    let rejects = Export::read(bytes, b',');
    let place = rejects.rows.iter().position(|row| row[0] == "E10143").unwrap();
    let born = rejects.cell(place, "Birth date").to_owned();
    assert_eq!(born.split('/').count(), 3, "as the job reads dates: {born}");
    let mut corrected = rejects.with_cell(place, "Work email", "e10143@example.org");
    corrected.rows = vec![corrected.rows.swap_remove(place)];
    world.drop_file(&format!("hr/{name}"), &corrected.csv());
    let run = world.sync_job("hr-users");
    assert_eq!(run.said(), "ok, 1 create, 1 accepted", "{run:#?}");
    let [day, month, year] = born.split('/').collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(world.field("E10143", "birth_date"), format!("{month}/{day}/{year}"));
}

#[test]
fn the_reports_read_as_kept() {
    let mut world = world();
    for (name, file, column) in
        [("day_one", "hr-users-2026-11-20.csv", 1), ("day_two", "hr-users-2026-11-21.csv", 2)]
    {
        let run = sync_sample(&mut world, "hr", file);
        let mail = world.mail_of(&run);
        let stem = file.trim_end_matches(".csv");
        assert_eq!(mail.names(), [&format!("{stem}-rejects.csv"), "changes.csv"]);
        let counts = expected(column);
        let words =
            [("read", "read"), ("rejected", "rejected"), ("create", "to create"), ("accepted", "accepted")];
        for part in [mail.flat(), mail.html.replace("&nbsp;", " ").replace('\u{a0}', " ")] {
            for (key, words) in words {
                let sum = format!("{} {words}", counts[key]);
                assert!(part.contains(&sum), "{sum} is not in {part}");
            }
            assert!(!part.contains("DOES NOT ADD UP"));
        }
        let changes = Export::read(mail.attachment("changes.csv"), b',');
        assert_eq!(
            changes.rows.len() as u64,
            ["create", "update", "deactivate", "remove"].map(|key| run.count(key)).iter().sum::<u64>()
        );
        let accepted =
            (0..changes.rows.len()).filter(|row| changes.cell(*row, "outcome") == "accepted").count();
        assert_eq!(accepted as u64, run.count("accepted"));
        insta::with_settings!({filters => vec![
            (r"\d{4}-\d\d-\d\d\.\d+", "[run]"),
            (r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d+ \w{3} \d{4}, \d\d:\d\d:\d\d (GMT|BST)", "[time]"),
            (r"after \d+ s", "after [duration]"),
        ]}, {
            insta::assert_snapshot!(name, mail.text);
        });
    }
}
