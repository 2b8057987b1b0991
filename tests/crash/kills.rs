//! `rollbook sync` is killed again and again on its way through one export; the other side counts.
//!
//! The usual size takes seconds. `ROLLBOOK_CRASH_USERS=5000 ROLLBOOK_CRASH_KILLS=20` is the full one, and
//! `ROLLBOOK_BIN` names another binary than the one of this build.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Stdio;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use rollbook::sandbox::SandboxCall;
use sqlx::Row;

use super::support::{CONCURRENCY, Lms, PATIENCE, Running, World, export, number, open, sha256, shown};

/// How long outcomes gather before they are committed.
const COMMIT_WINDOW: TimeDelta = TimeDelta::milliseconds(50);
/// What a commit and a busy machine may add to the window before the calls in it are settled.
const SLACK: TimeDelta = TimeDelta::milliseconds(500);
/// How many outcomes a commit holds at most.
const COMMIT_SIZE: usize = 500;

/// A moment in the life of a run, as somebody beside it can see it.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// The process has begun.
    Begun,
    /// The file has left the drop folder.
    Claimed,
    /// The private copy has begun.
    Copying,
    /// The claimed original is gone, so the run is entered.
    Entered,
    /// The spool is open and holds so many thousandths of what it will.
    Spooled(u64),
    /// So many bytes stand in the write-ahead log: the plan is being committed.
    Committing(u64),
    /// The file lies in the archive.
    Archived,
    /// So many calls have come in since the process began.
    Calls(usize),
    /// Every user is there.
    Everybody,
    /// A report is being written.
    Reporting,
    /// A mail is there.
    Mailed,
}

/// What a kill left behind.
#[derive(Debug)]
struct Left {
    moment: Moment,
    /// Where the run stood on disk.
    phase: String,
    /// The number of calls that had come in.
    calls: usize,
    /// Whose outcome was committed.
    committed: BTreeSet<String>,
}

struct Trial {
    world: World,
    lms: Lms,
    users: usize,
}

impl Trial {
    fn new(users: usize, faults: &str) -> Self {
        let lms = Lms::start(faults);
        let world = World::new(&lms.base_url());
        world.drop_file("hr", "hr-1.csv", export(users));
        Self { world, lms, users }
    }

    fn spool(&self, pid: u32) -> Option<u64> {
        let files = fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
        files.flatten().map(|file| file.path()).find_map(|file| {
            let target = fs::read_link(&file).ok()?;
            target
                .to_string_lossy()
                .contains("/processing/spool-")
                .then(|| fs::metadata(&file).map_or(0, |m| m.len()))
        })
    }

    fn is_there(&self, moment: Moment, pid: u32, calls_before: usize) -> bool {
        let world = &self.world;
        let size = |name: &str| fs::metadata(world.path(name)).map_or(0, |file| file.len());
        let entered = || {
            world.names("inbox/hr").iter().all(|name| name == ".rollbook")
                && world.names("inbox/hr/.rollbook").is_empty()
        };
        let archived = || !world.files("data/archive").is_empty();
        match moment {
            Moment::Begun => true,
            Moment::Claimed => world.names("inbox/hr").iter().all(|name| name == ".rollbook"),
            Moment::Copying => !world.names("data/processing").is_empty(),
            Moment::Entered => entered(),
            Moment::Spooled(bytes) => self.spool(pid).is_some_and(|size| size >= bytes),
            Moment::Committing(bytes) => entered() && size("data/rollbook.db-wal") >= bytes || archived(),
            Moment::Archived => archived(),
            Moment::Calls(calls) => self.lms.calls().len() >= calls_before + calls,
            Moment::Everybody => self.lms.users().len() == self.users,
            Moment::Reporting => !world.names("data/reports").is_empty() || !world.mails().is_empty(),
            Moment::Mailed => world.names("mail").iter().any(|name| name.ends_with(".eml")),
        }
    }

    /// Lets a sync run until `moment` and kills it there; `None` where it ended before.
    fn kill_at(&self, moment: Moment) -> Option<Left> {
        let before = self.lms.calls().len();
        let arguments = ["sync", "hr", "--json"];
        // Where a process is started makes no difference to what the next one finds.
        let mut command = match moment {
            Moment::Begun | Moment::Copying | Moment::Spooled(_) => self.world.command_elsewhere(&arguments),
            _ => self.world.command(&arguments),
        };
        let mut sync = Running::spawn(command.stdout(Stdio::null()).stderr(Stdio::piped()));
        let last = Instant::now() + PATIENCE;
        while !self.is_there(moment, sync.id(), before) {
            if let Some(status) = sync.ended() {
                assert!(status.success(), "a sync failed by itself: {}", shown_child(sync));
                return None;
            }
            assert!(Instant::now() < last, "{moment:?} never came");
            std::thread::yield_now();
        }
        sync.kill();
        Some(self.left(moment))
    }

    fn left(&self, moment: Moment) -> Left {
        let text = |sql: &str| self.world.query(&self.lms.runtime, sql, |row| row.get::<String, _>(0));
        let phase = text("SELECT phase || ', ' || reports || ' reports' FROM run WHERE file IS NOT NULL");
        let committed = text("SELECT key FROM change WHERE settled_at IS NOT NULL").into_iter().collect();
        let phase = phase.first().cloned().unwrap_or_else(|| "not entered".to_owned());
        Left { moment, phase, calls: self.lms.calls().len(), committed }
    }
}

fn shown_child(mut running: Running) -> String {
    use std::io::Read;
    let mut text = String::new();
    running.child().stderr.take().unwrap().read_to_string(&mut text).unwrap();
    text
}

/// The calls that a kill made to be repeated: sent and not committed, of whatever was not lost anyway.
fn repeats<'a>(calls: &'a [SandboxCall], kills: &[Left], number: usize) -> Vec<&'a SandboxCall> {
    let kill = &kills[number];
    let begun = number.checked_sub(1).map_or(0, |before| kills[before].calls);
    let mut last: BTreeMap<&str, &SandboxCall> = BTreeMap::new();
    for call in &calls[begun..kill.calls] {
        last.insert(&call.about, call);
    }
    last.into_values()
        .filter(|call| call.outcome != "lost" && !kill.committed.contains(&call.about))
        .collect()
}

fn check_promise(trial: &Trial, kills: &[Left]) {
    let calls = trial.lms.calls();
    let mut all_repeats = 0;
    let mut worst = 0;
    println!("   #  moment                phase                  calls committed repeated  within");
    for (number, kill) in kills.iter().enumerate() {
        for call in &calls[kill.calls..] {
            assert!(
                !kill.committed.contains(&call.about),
                "{} was sent again after kill {number} ({:?}), though its outcome was committed",
                call.about,
                kill.moment
            );
        }
        let repeats = repeats(&calls, kills, number);
        let ends: Vec<DateTime<Utc>> = repeats.iter().map(|call| call.at).collect();
        let span =
            ends.iter().max().zip(ends.iter().min()).map_or(TimeDelta::zero(), |(to, from)| *to - *from);
        println!(
            "  {number:2}  {:20}  {:20}  {:6} {:9} {:8}  {:4} ms",
            format!("{:?}", kill.moment),
            kill.phase,
            kill.calls,
            kill.committed.len(),
            repeats.len(),
            span.num_milliseconds()
        );
        // What one open commit window and the calls in flight hold, and nothing older.
        let last = calls[..kill.calls].last().map_or(Utc::now(), |call| call.at);
        let window = last - COMMIT_WINDOW - SLACK;
        let old = repeats.iter().filter(|call| call.at < window).count();
        assert!(old <= CONCURRENCY, "kill {number}: {old} repeated calls are older than one commit window");
        assert!(repeats.len() <= CONCURRENCY + COMMIT_SIZE, "kill {number}: {} repeats", repeats.len());
        all_repeats += repeats.len();
        worst = worst.max(repeats.len());
    }
    let lost = calls.iter().filter(|call| call.outcome == "lost").count();
    println!(
        "{} users, {} kills, {} calls, {lost} answers lost, {all_repeats} calls repeated after kills, {worst} at most after one",
        trial.users,
        kills.len(),
        calls.len()
    );
    // Nothing else was ever sent twice.
    assert_eq!(calls.len(), trial.users + lost + all_repeats);
}

fn check_end(trial: &Trial, bytes: &str) {
    let Trial { world, lms, users } = trial;
    let there = lms.users();
    assert_eq!(there.len(), *users);
    assert!(there.iter().all(|user| user.creates == 1));

    let runs = world.json(&["runs", "--json"]);
    let with_file: Vec<&str> = runs["runs"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|run| run["file"] == "hr-1.csv")
        .map(|run| run["run"].as_str().unwrap())
        .collect();
    let [run] = with_file[..] else { panic!("one file, one run: {runs:#}") };
    let shown = world.json(&["show", run, "--json"]);
    assert_eq!(shown["status"], "ok", "{shown:#}");
    assert_eq!(shown["source"]["sha256"], sha256(bytes));
    let count =
        |name: &str| shown["pushes"][0][name].as_u64().unwrap_or_else(|| panic!("{name} in {shown:#}"));
    assert_eq!(shown["source"]["rows"], *users as u64);
    assert_eq!(count("create"), *users as u64);
    assert_eq!(count("accepted") + count("already"), *users as u64);
    for none in ["duplicates", "rejected", "unchanged", "update", "refused", "parked", "in_doubt", "pending"]
    {
        assert_eq!(count(none), 0, "{none}");
    }

    let mails = world.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(mails[0].0.starts_with(&format!("{run}.1.")), "{mails:?}");
    assert_eq!(world.names("mail").len(), 1, "half a mail was left: {:?}", world.names("mail"));
    assert_eq!(world.names("data/processing"), [""; 0]);
    assert_eq!(world.names("data/reports"), [""; 0]);
    assert_eq!(world.names("inbox/hr/.rollbook"), [""; 0]);
    assert_eq!(world.names("inbox/hr"), [".rollbook"]);
    let archive = world.files("data/archive");
    assert_eq!(archive.len(), 1, "{archive:?}");
    assert!(archive[0].to_string_lossy().ends_with("-hr-1.csv.sealed"));
    assert_eq!(world.files("data/failed").len(), 0);
    let opened = world.output(&["unseal", archive[0].to_str().unwrap()]);
    assert_eq!(sha256(&opened.stdout), sha256(bytes), "{}", shown_short(&opened));

    lms.runtime.block_on(async {
        let mut connection = open(&world.path("data/rollbook.db")).await;
        let integrity: String =
            sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap();
        assert_eq!(integrity, "ok");
        let mails: i64 = sqlx::query_scalar("SELECT count(*) FROM mail WHERE state = 'sent'")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(mails, 1);
    });
}

fn shown_short(output: &std::process::Output) -> String {
    shown(output).chars().take(400).collect()
}

/// Moments over the whole way. Those of the delivery go by calls, evenly; a third of the kills comes
/// before it, and three after.
fn moments(kills: usize, users: usize) -> Vec<Moment> {
    let size = export(users).len() as u64;
    let before = [
        Moment::Begun,
        Moment::Claimed,
        Moment::Copying,
        Moment::Entered,
        Moment::Spooled(1),
        Moment::Spooled(size / 2),
        Moment::Spooled(size * 2),
        Moment::Committing(size),
        Moment::Archived,
    ];
    let after = [Moment::Everybody, Moment::Reporting, Moment::Mailed];
    let between = kills.saturating_sub(before.len() + after.len()).max(1);
    let step = users / (between + 1);
    let between = std::iter::repeat_n(Moment::Calls(step), between);
    before.into_iter().chain(between).chain(after).collect()
}

fn check(users: usize, kills: usize, faults: &str) {
    let began = Instant::now();
    let trial = Trial::new(users, faults);
    let planned = moments(kills, users);
    let left: Vec<Left> = planned.iter().filter_map(|moment| trial.kill_at(*moment)).collect();
    trial.world.sync();
    println!("with faults \"{faults}\", {:.1} s:", began.elapsed().as_secs_f32());
    check_promise(&trial, &left);
    check_end(&trial, &export(users));
    // A kill may come too late for the moment, never too often.
    assert!(left.len() + 2 >= planned.len(), "{} of {} kills", left.len(), planned.len());
    let phases: BTreeSet<&str> = left.iter().map(|kill| kill.phase.as_str()).collect();
    for phase in ["not entered", "acquired, 0 reports", "delivering, 0 reports"] {
        assert!(phases.contains(phase), "no kill found the run {phase}: {phases:?}");
    }
    let calls = trial.lms.calls().len();
    trial.world.sync();
    assert_eq!(trial.lms.calls().len(), calls, "a sync of nothing sends nothing");
    assert_eq!(trial.world.mails().len(), 1);
}

#[test]
fn killed_at_any_moment_it_goes_on_where_it_was() {
    check(number("ROLLBOOK_CRASH_USERS", 600), number("ROLLBOOK_CRASH_KILLS", 20), "");
}

#[test]
fn killed_while_answers_are_lost_it_goes_on_where_it_was() {
    // Each lost answer pauses the connection for a second or two, so there are fewer people.
    check(number("ROLLBOOK_CRASH_USERS_LOSING", 120), 16, "lose=0.05,seed=7");
}

#[test]
fn moments_are_as_many_as_asked_for() {
    for kills in [13, 20, 40] {
        assert_eq!(moments(kills, 5000).len(), kills);
    }
}
