//! 77 Media's progress: what Python hands out arrives whole, whichever way it counts, and joins the learner whose
//! registration it bears.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use chrono::{DateTime, Utc};
use rollbook::connectors::{Access, Connector, Question, SettingValue, Settings, product};
use rollbook::model::{Fields, Outcome, Pulled, Verdict};
use rollbook::sandbox::{Media77Start, Media77Study, Sandbox, SandboxOptions};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::super::peer::Peer;
use super::super::scene::{AWKWARD, Scene, sync};
use super::{COURSE, FIELDS, HEADING, ROWS, links};

const TOKEN: &str = "f7e1379c-35ad-45f9-b0fa-6ef011e73938";

fn peer(more: &[&str]) -> Option<Peer> {
    Peer::start("progress_peer.py", &[&["--token", TOKEN], more].concat())
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// A connection in pages of ten rows.
fn open(base_url: &str, token: &str) -> Box<dyn Connector> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut settings = Settings::default();
    settings.set("environment", SettingValue::Text("staging".to_owned()));
    settings.set("page_rows", SettingValue::Whole(10));
    let access = Access {
        connection: "media".into(),
        base_url: base_url.to_owned(),
        settings,
        secrets: BTreeMap::from([("token".to_owned(), token.to_owned().into())]),
        timeout: std::time::Duration::from_secs(30),
        scratch: std::env::temp_dir(),
    };
    (product("media77").unwrap().connect)(access).unwrap()
}

/// All items of January and February, and how many answers they came in.
async fn read(connector: &dyn Connector, parameters: &[(&str, &str)]) -> Result<(Vec<Pulled>, u32), Outcome> {
    let time = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let mut question = Question {
        operation: "media77.activity_progress".into(),
        parameters: parameters.iter().copied().collect::<Fields>(),
        learner: None,
        window: Some((time("2026-01-01T00:00:00Z"), time("2026-02-28T23:59:59Z"))),
        cursor: None,
    };
    let (mut items, mut answers) = (Vec::new(), 0);
    loop {
        let (sender, mut receiver) = mpsc::channel(9);
        let answer = connector.pull(&question, sender).await?;
        answers += 1;
        while let Some(some) = receiver.recv().await {
            items.extend(some);
        }
        question.cursor = answer.next;
        if question.cursor.is_none() {
            return Ok((items, answers));
        }
    }
}

/// A row of the vendor's page, of a learner with awkward names.
fn row(number: usize, progress: Value) -> Value {
    let awkward = |place: usize| AWKWARD[(number + place) % AWKWARD.len()];
    let done = progress == "100";
    json!({
        "transactionId": format!("t{number}"), "firstName": awkward(0), "lastName": awkward(1),
        "email": format!("a{number}@example.org"), "memberIdentifier": awkward(2), "activityId": number,
        "activityTitle": awkward(3), "registration": format!("reg {number}"),
        "dateStarted": "2026-01-05T08:00:00.000Z", "progress": progress,
        "dateCompleted": done.then_some("2026-02-03T09:30:00.250Z"), "completionCode": done.then(|| awkward(4)),
        "at": "2026-02-03T09:30:00Z"
    })
}

fn field<'a>(item: &'a Pulled, name: &str) -> Option<&'a str> {
    item.fields.get(&name.into())
}

#[test]
fn every_value_of_every_row_arrives_whichever_way_start_counts() {
    let rows: Vec<Value> =
        (0..27).map(|number| row(number, if number % 3 == 0 { json!("100") } else { json!(0) })).collect();
    for start in ["rows", "pages", "pages-from-one", "pages-to-the-last"] {
        // Pages as large as asked for, and such as the platform likes.
        for (count, most) in
            [("all", "10"), ("page", "10"), ("page", "7"), ("none", "10"), ("none", "7"), ("more", "10")]
        {
            let Some(peer) = peer(&["--start", start, "--count", count, "--most", most]) else { return };
            peer.put("rows", &Value::from(rows.clone()).to_string());
            let connector = open(&peer.base_url(), TOKEN);
            let (items, answers) = runtime().block_on(read(connector.as_ref(), &[])).unwrap();
            assert_eq!(peer.decoded("progress").len(), answers as usize);
            let found: BTreeMap<&str, &Pulled> =
                items.iter().map(|item| (field(item, "transactionId").unwrap(), item)).collect();
            assert_eq!((found.len(), items.len()), (27, 27), "{start} {count} {most}");
            for (number, row) in rows.iter().enumerate() {
                let item = found[format!("t{number}").as_str()];
                for name in
                    ["firstName", "lastName", "email", "memberIdentifier", "activityTitle", "registration"]
                {
                    assert_eq!(field(item, name), row[name].as_str(), "{start} {count}: {name} of {number}");
                }
                let done = number % 3 == 0;
                assert_eq!(field(item, "progress"), Some(if done { "100" } else { "0" }));
                assert_eq!(field(item, "activityId"), Some(number.to_string().as_str()));
                assert_eq!(field(item, "dateStarted"), Some("2026-01-05T08:00:00Z"));
                assert_eq!(field(item, "dateCompleted"), done.then_some("2026-02-03T09:30:00Z"));
                assert_eq!(field(item, "completionCode"), row["completionCode"].as_str());
                assert!(item.odd.is_empty(), "{item:?}");
            }
        }
    }
}

#[test]
fn parameters_arrive_as_they_are_meant() {
    let Some(peer) = peer(&[]) else { return };
    peer.put("rows", &json!([row(0, json!("100")), row(1, json!("40"))]).to_string());
    let connector = open(&peer.base_url(), TOKEN);
    let parameters =
        [("search", AWKWARD[1]), ("completed", "true"), ("sort", "dateCompleted"), ("order", "DESC")];
    let (items, _) = runtime().block_on(read(connector.as_ref(), &parameters)).unwrap();
    assert_eq!((items.len(), field(&items[0], "transactionId")), (1, Some("t0")));
    let expected = json!({
        "start": 0, "number": 10, "search": AWKWARD[1], "completed": true, "sort": "dateCompleted",
        "order": "DESC", "startDate": "2026-01-01T00:00:00.000Z", "endDate": "2026-02-28T23:59:59.000Z"
    });
    let mut second = expected.clone();
    second["start"] = json!(1);
    assert_eq!(peer.decoded("progress"), [expected, second]);
}

#[test]
fn hostile_answers_change_nothing_and_tell_no_token() {
    let Some(peer) = peer(&[]) else { return };
    peer.put("rows", &json!([row(0, json!("100"))]).to_string());
    let runtime = runtime();
    for (mode, code) in
        [("html", "unreadable"), ("doctype", "unreadable"), ("lost", "cut off"), ("huge", "too large")]
    {
        peer.set_mode(mode);
        let outcome = runtime.block_on(read(open(&peer.base_url(), TOKEN).as_ref(), &[])).unwrap_err();
        assert_eq!(
            (&outcome.verdict, outcome.code.as_str()),
            (&Verdict::RetryConnection { after: None }, code)
        );
        assert!(!format!("{outcome:?}").contains(TOKEN), "{outcome:?}");
    }
    peer.set_mode("ok");
    let outcome = runtime.block_on(read(open(&peer.base_url(), "another-token").as_ref(), &[])).unwrap_err();
    assert_eq!((&outcome.verdict, outcome.code.as_str()), (&Verdict::StopConnection, "token"));
    assert!(
        !peer.journal().iter().any(|call| call.to_string().contains(TOKEN)),
        "the journal keeps no token"
    );
}

#[test]
fn the_sandbox_is_read_whole_whatever_goes_wrong_in_it() {
    let runtime = runtime();
    let options = SandboxOptions::default();
    let token = options.media77.token.clone();
    let sandbox = runtime.block_on(Sandbox::start(([127, 0, 0, 1], 0).into(), options)).unwrap();
    for number in 0..33 {
        sandbox.study(Media77Study {
            registration: format!("r{number}"),
            last_name: format!("Lee{number:02}"),
            progress: 100,
            at: Some("2026-01-10T12:00:00Z".parse().unwrap()),
            ..Media77Study::default()
        });
    }
    let connector = open(&sandbox.product_url("media77"), &token);
    let all = || {
        let (items, _) = runtime.block_on(read(connector.as_ref(), &[])).unwrap();
        items
            .iter()
            .filter_map(|item| field(item, "registration").map(str::to_owned))
            .collect::<BTreeSet<_>>()
    };
    for start in [Media77Start::Rows, Media77Start::Pages, Media77Start::PagesFromOne] {
        for (repeats, comes_between) in [(false, 0), (true, 0), (false, 3)] {
            sandbox.set_media77(|options| {
                (options.start, options.repeats, options.comes_between) = (start, repeats, comes_between);
            });
            let found = all();
            let missing: Vec<_> =
                (0..33).map(|number| format!("r{number}")).filter(|name| !found.contains(name)).collect();
            // A platform whose pages repeat a row has none for the last one of each: the overlap of spans of
            // time is for that.
            assert!(missing.is_empty() || repeats, "{start:?} {repeats} {comes_between}: {missing:?}");
        }
    }
    sandbox.set_media77(|options| (options.start, options.comes_between) = (Media77Start::Nothing, 0));
    let outcome = runtime.block_on(read(connector.as_ref(), &[])).unwrap_err();
    assert_eq!((&outcome.verdict, outcome.code.as_str()), (&Verdict::Refused, "paging"));
    runtime.block_on(sandbox.stop());
}

const PULL: &str = "[[pull]]\nconnection = \"media77\"\noperation = \"activity_progress\"\nsince = \"2026-01-01\"\n\
                    overlap = \"30d\"\n[report]\nto = [\"lms-admins@example.org\"]\n";

#[test]
fn progress_joins_the_learner_of_its_registration_and_never_goes_back() {
    let Some(peer) = peer(&["--start", "pages"]) else { return };
    let keys = "lms_id = \"7\"\ndomain = \"learn.example.org\"\nenvironment = \"production\"\n\
                token = { file = \"secrets/token\" }\npage_rows = 10";
    let scene = Scene::default().secret("token", TOKEN).connection("media77", &peer.base_url(), keys);
    let push = "first_load = \"create\"\nexport = \"../links.csv\"";
    let mut world = scene.push("media77", "launch_link", push, FIELDS).start();
    fs::write(world.path("jobs/progress.toml"), PULL).unwrap();
    sync(&mut world, &[&[HEADING][..], &ROWS].concat()).expect("ok, 4 create, 4 accepted");
    let links = links(&world);
    let registration = &links.iter().find(|(key, ..)| key == "2").unwrap().1;

    // Learners of others fill the pages before and behind; one registration comes in capitals.
    let now = Utc::now().format("%Y-%m-%dT%H:%M:%S.000Z").to_string();
    let mut rows: Vec<Value> = (0..23).map(|number| row(number, json!(0))).collect();
    for row in &mut rows {
        row["at"] = json!(now);
    }
    rows[17]["registration"] = json!(registration.to_uppercase());
    rows[17]["activityTitle"] = json!(COURSE);
    rows[17]["progress"] = json!("100");
    rows[17]["dateCompleted"] = json!(now);
    peer.put("rows", &Value::from(rows.clone()).to_string());
    let account = world.sync_job("progress");
    assert_eq!((account.status(), &account.json["pulls"][0]["items"]["progress"]), ("ok", &json!(23)));
    let known = |world: &mut crate::harness::World| {
        let mut known = world.run(&["learner", "media77", "2", "--json"]).expect(0).json();
        let items = known["items"].as_array_mut().unwrap();
        assert_eq!(items.len(), 1, "{items:#?}");
        items[0]["fields"].take()
    };
    let fields = known(&mut world);
    let shown =
        ["transactionId", "registration", "progress", "activityTitle"].map(|name| fields[name].clone());
    assert_eq!(shown, [json!("t17"), json!(registration), json!("100"), json!(COURSE)], "{fields:#}");
    assert!(fields["dateCompleted"].is_string(), "{fields:#}");

    // The platform forgets what it has said.
    rows[17]["progress"] = json!(0);
    rows[17]["dateCompleted"] = Value::Null;
    rows[17]["completionCode"] = Value::Null;
    peer.put("rows", &Value::from(rows).to_string());
    let account = world.sync_job("progress");
    let pull = &account.json["pulls"][0];
    assert_eq!((&pull["changed"], &pull["retired"]), (&json!(0), &json!(0)), "{pull:#}");
    assert_eq!(known(&mut world), fields);
    assert!(!world.transcript.contains(TOKEN), "the token is in no output");
}
