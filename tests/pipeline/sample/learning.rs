//! Assignments, attendance, sign-offs and links: the second pair of tables of the page.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use rollbook::sandbox::{
    SmarteruCourse, SmarteruGrades, SmarteruSession, UpsideLmsCurriculum, UpsideLmsTrouble,
};

use super::{PAGE, sample};
use crate::harness::{Account, Export, Program, Setup, World};

/// The files in the order of the page's columns: the job, its folder, the file, and how many pushes take it.
const FILES: [(&str, &str, &str, usize); 5] = [
    ("mandatory-training", "training", "mandatory-training-2026-11-21.csv", 1),
    ("event-attendance", "events", "event-attendance-2026-11-20.csv", 2),
    ("event-attendance", "events", "event-attendance-2026-11-21.csv", 2),
    ("practical-signoffs", "practicals", "practical-signoffs-2026-11-21.csv", 1),
    ("course-access", "access", "course-access-2026-11-21.csv", 2),
];

/// The LMSs as the page has them, with both days of people in UpsideLMS.
fn world() -> World {
    let jobs = [
        ("hr-users", include_str!("../../../jobs/hr-users.toml")),
        ("mandatory-training", include_str!("../../../jobs/mandatory-training.toml")),
        ("event-attendance", include_str!("../../../jobs/event-attendance.toml")),
        ("practical-signoffs", include_str!("../../../jobs/practical-signoffs.toml")),
        ("course-access", include_str!("../../../jobs/course-access.toml")),
    ]
    .map(|(name, text)| (name.to_owned(), text.replacen("[source]", "[source]\nsettle_s = 0", 1)))
    .into();
    let mut setup = Setup { jobs, ..Setup::products() };
    let systems = &mut setup.portals[0].1;
    systems.upsidelms.curricula =
        [("167", None), ("203", None), ("311", None), ("440", Some(UpsideLmsTrouble::Expired))]
            .map(|(id, trouble)| UpsideLmsCurriculum {
                id: id.to_owned(),
                trouble,
                ..UpsideLmsCurriculum::default()
            })
            .into();
    systems.crowdwisdom.products = Some(["ETH-26", "TAX-26", "WRI-26", "WRI-26B"].map(str::to_owned).into());
    systems.smarteru.courses = [
        ("3860", &["7701"][..], SmarteruGrades::Percentage),
        ("3861", &["7702"], SmarteruGrades::PassFail),
        ("3862", &["7703", "7704"], SmarteruGrades::LetterGrade),
    ]
    .map(|(id, sessions, graded)| SmarteruCourse {
        id: id.to_owned(),
        sessions: sessions.iter().map(|id| SmarteruSession { id: (*id).to_owned(), graded }).collect(),
        ..SmarteruCourse::default()
    })
    .into();
    systems.ispring.denied_enrollments = vec!["902999".to_owned()];
    let mut world = setup.start();
    let staging = "environment = \"staging\"";
    world.set_config(staging, &format!("{staging}\nhosts = [\"courses.example.org\"]"));
    for folder in ["inbox/hr", "portal"] {
        fs::create_dir_all(world.path(folder)).unwrap();
    }
    for (_, folder, ..) in FILES {
        fs::create_dir_all(world.path("inbox").join(folder)).unwrap();
    }
    for name in ["hr-users-2026-11-20.csv", "hr-users-2026-11-21.csv"] {
        world.drop_file(&format!("hr/{name}"), &sample(name));
        world.sync_job("hr-users");
    }
    world
}

#[track_caller]
fn take(world: &mut World, (job, folder, file, _): (&str, &str, &str, usize)) -> Account {
    world.drop_file(&format!("{folder}/{file}"), &sample(file));
    world.sync_job(job)
}

/// A column of the page's table of counts, from 1.
fn expected(column: usize) -> BTreeMap<&'static str, u64> {
    let lines = PAGE.lines().skip_while(|line| !line.starts_with("| | training")).skip(2);
    let rows = lines.take_while(|line| line.starts_with('|'));
    let found: BTreeMap<_, _> = rows
        .map(|line| {
            let cells = cells(line);
            (cells[0], cells[column].parse().unwrap())
        })
        .collect();
    assert_eq!(found.len(), 12, "{found:?}");
    found
}

/// The page's rows of a push that come to nothing, as `row key`, by their fate's first word.
fn expected_rows(file: &str, push: &str, fates: &[&str]) -> Vec<String> {
    let lines = PAGE.lines().filter(|line| line.starts_with(&format!("| {file} | {push} |")));
    lines
        .map(cells)
        .filter(|cells| fates.iter().any(|fate| cells[4].starts_with(fate)))
        .map(|cells| format!("{} {}", cells[2], cells[3]))
        .collect()
}

fn cells(line: &'static str) -> Vec<&'static str> {
    line.trim_matches('|').split('|').map(str::trim).collect()
}

/// The rows that a list of a run's document names for a push, in the order of the page.
fn told(run: &Account, list: &str, push: &str) -> Vec<String> {
    let lines = run.json[list].as_array().unwrap().iter().filter(|line| line["push"] == push);
    let mut rows: Vec<_> = lines
        .map(|line| (line["row"].as_u64().unwrap(), line["key"].as_str().unwrap_or("-").to_owned()))
        .collect();
    rows.sort();
    rows.dedup();
    rows.into_iter().map(|(row, key)| format!("{row} {key}")).collect()
}

#[test]
fn the_exports_about_learning_come_to_what_their_page_says() {
    let mut world = world();
    let mut column = 0;
    for file in FILES {
        let run = take(&mut world, file);
        assert_eq!(run.json["pushes"].as_array().unwrap().len(), file.3);
        for push in run.json["pushes"].as_array().unwrap() {
            column += 1;
            let name = push["push"].as_str().unwrap();
            for (key, number) in expected(column) {
                let found = match key {
                    "rows" | "filtered" | "read" => &run.json["source"][key],
                    _ => &push[key],
                };
                assert_eq!(found, number, "{key} of {name}, {}: {run:#?}", file.2);
            }
            assert_eq!(told(&run, "rejects", name), expected_rows(file.2, name, &["rejected"]), "{run:#?}");
            let refused = expected_rows(file.2, name, &["refused", "parked"]);
            assert_eq!(told(&run, "refusals", name), refused, "{run:#?}");
        }
        let held = expected_rows(file.2, "crowd.set_completion", &["held"]).len();
        assert_eq!(run.code, if held > 0 { 3 } else { 4 }, "{run:#?}");
    }
    assert_eq!(column, 8);

    // What was accepted is there, and was done once.
    let effects = world.lms().effects();
    let of = |product: &str| effects.completions.iter().filter(|effect| effect.product == product).count();
    assert_eq!(
        (effects.assignments.len(), of("crowdwisdom"), of("smarteru"), of("ispring")),
        (30, 29, 26, 22)
    );
    assert!(effects.assignments.iter().chain(&effects.completions).all(|effect| effect.applied == 1));
    let stayed = effects.completion("crowdwisdom", "M-2092 / ETH-26").unwrap();
    assert_eq!(stayed.field("timeSpent"), Some("5400000"), "90 minutes; the correction is held");
    let early = effects.completion("crowdwisdom", "M-2106 / ETH-26").unwrap();
    assert_eq!(["credits", "certificates"].map(|count| early.count(count)), [0, 0], "{early:?}");
}

#[test]
fn whoever_waits_goes_once_the_people_job_has_got_them_through() {
    let mut world = world();
    take(&mut world, FILES[0]);
    let assigned = |world: &World, key: &str| world.lms().effects().assignment("upsidelms", key).is_some();
    assert!(!assigned(&world, "E10299 / 167"));
    // HR names a manager whom the LMS knows.
    let people = String::from_utf8(sample("hr-users-2026-11-21.csv")).unwrap();
    let people = people.replace("interim.lead@example.org", "harvey.larkhamby@example.org");
    world.drop_file("hr/hr-users-2026-11-22.csv", people.as_bytes());
    world.sync_job("hr-users");
    assert_eq!(world.user("E10299").creates, 1);
    // By itself: the list need not come again.
    assert!(assigned(&world, "E10299 / 167") && !assigned(&world, "E10298 / 167"));
}

#[test]
fn the_links_and_forms_are_private_and_for_those_who_may_have_them() {
    let mut world = world();
    take(&mut world, FILES[4]);
    let table = world.path("portal/launch-links.csv");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&table), mode(&world.path("portal/forms"))), (0o640, 0o700));
    let links = Export::read(&fs::read(&table).unwrap(), b',');
    assert_eq!(links.rows.len(), 31);
    let forms: Vec<_> =
        world.files("portal/forms").into_iter().filter(|path| path.extension().is_some()).collect();
    assert_eq!(forms.len(), 14);
    assert!(forms.iter().all(|form| mode(form) == 0o600));
    assert!(!world.path("portal/forms/E10299.html").exists(), "waits in hr-users");
    let place = links.rows.iter().position(|row| row[..3] == ["E10076", "SAFE", "2026"]).unwrap();
    let link = links.cell(place, "link");
    let asked = world.run(&["link", "course-access", "E10076,SAFE,2026"]).expect(0);
    assert_eq!(asked.stdout.trim_end(), link);
    assert!(link.contains("fn=Katherine%20%22Kit%22%20Brindlow%2C%20Jr.&"), "{link}");
    let form = world.run(&["link", "course-access", "E10076"]).expect(0).stdout;
    assert_eq!(
        form.trim_end(),
        fs::read_to_string(world.path("portal/forms/E10076.html")).unwrap().trim_end()
    );
    for key in ["E10299", "NOBODY", "E10076,SAFE"] {
        world.run(&["link", "course-access", key]).expect(2);
    }
}

/// In the demo one answer of CrowdWisdom is lost; all else is as on the page.
#[test]
fn the_demo_takes_all_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Program::start(folder.path(), &["demo", "--dir", "demo"], &[]).end().expect(0).stdout;
    for said in [
        "32 changes (with 3 remove) = 30 accepted + 1 refused + 1 parked",
        "35 changes = 30 accepted + 1 refused + 4 parked",
        "28 changes = 26 accepted + 1 parked + 1 in doubt",
        "26 changes = 24 accepted + 2 refused",
        "3 changes = 2 accepted + 1 held",
        "3 changes = 2 accepted + 1 refused",
        "23 changes = 22 accepted + 1 refused",
        "31 changes = 31 accepted",
        "16 changes = 14 accepted + 2 parked",
        "5 changes = 5 accepted",
    ] {
        assert!(demo.contains(said), "{said} is not in\n{demo}");
    }
    assert!(demo.lines().count() <= 100, "two screens");
    let demo = folder.path().join("demo");
    for secret in fs::read_dir(demo.join("secrets")).unwrap() {
        let secret = secret.unwrap();
        assert_eq!(secret.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{secret:?}");
    }
    // The plans and the progress have nothing to report: nothing went wrong.
    assert_eq!(fs::read_dir(demo.join("mail")).unwrap().count(), FILES.len() + 2 + 3);
    for key in ["E10021,SAFE,2026", "E10021"] {
        Program::start(&demo, &["link", "course-access", key], &[]).end().expect(0);
    }
    super::pulls::the_demo_has_pulled(&demo);
}
