//! `rollbook demo`: the main job from end to end, in a folder of its own, with the sample jobs and data,
//! the built-in sandbox, and mail into a folder.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::ExposeSecret;
use tokio_util::sync::CancellationToken;

use crate::engine::{DataLock, Engine, EngineError, Incoming, load_report};
use crate::report::Report;
use crate::sandbox::{Sandbox, SandboxOptions};
use crate::store::Sealer;

use super::args::Demo;
use super::context::{Failure, engine, load, lock};
use super::out::say;
use super::sync::sync_here;

const JOB: &str = "hr-users";
const JOBS: [(&str, &str); 2] = [
    ("hr-users.toml", include_str!("../../jobs/hr-users.toml")),
    ("hr-joiners.toml", include_str!("../../jobs/hr-joiners.toml")),
];
const DAYS: [(&str, &str, &[u8]); 2] = [
    ("day one", "hr-users-2026-11-20.csv", include_bytes!("../../sample-data/hr-users-2026-11-20.csv")),
    ("day two", "hr-users-2026-11-21.csv", include_bytes!("../../sample-data/hr-users-2026-11-21.csv")),
];
const INBOX: &str = "inbox/hr";

/// Runs the demo; 0 where both days went as the sample data have it.
pub(super) async fn demo(args: &Demo) -> Result<u8, Failure> {
    let folder = folder(args.dir.as_deref())?;
    let options = SandboxOptions::default();
    let (portal_key, password) = (options.upsidelms.portal_key.clone(), options.upsidelms.password.clone());
    let sandbox = Sandbox::start(([127, 0, 0, 1], 0).into(), options)
        .await
        .map_err(|error| Failure::failed(format!("the sandbox could not listen on 127.0.0.1: {error}")))?;
    furnish(&folder, &sandbox.base_url(), &portal_key, &password)?;
    let engine = engine(load(&folder.join("rollbook.toml"))?, "rollbook demo").await?;
    let Some(_lock): Option<DataLock> = lock(&engine)? else {
        return Err(Failure::failed("another Rollbook works in this folder"));
    };
    say(format!(
        "A nightly HR export goes to a simulated UpsideLMS, two days in a row, in\n  {}\n",
        folder.display()
    ));
    for (day, name, bytes) in DAYS {
        write(&folder.join(INBOX).join(name), bytes)?;
        let report = sync_day(&engine, name).await?;
        say(format!("{day}: {name} was dropped into {INBOX}"));
        say_day(&report);
    }
    say(format!(
        "The LMS now has {} users; it was called {} times.\n\n\
         reports   {}\n          open the .eml files with a mail program; rejects and changes are attached as CSV\n\
         database  {}\n\
         archive   {}\n          sealed, since the export has passwords: rollbook unseal FILE\n\n\
         look on   cd {}\n          rollbook runs\n          rollbook show {}\n          rollbook check",
        sandbox.users().len(),
        sandbox.calls().len(),
        folder.join("mail").display(),
        engine.files.database().display(),
        folder.join("data/archive").display(),
        folder.display(),
        last_run(&engine).await?
    ));
    engine.store.close().await;
    sandbox.stop().await;
    Ok(0)
}

async fn sync_day(engine: &Arc<Engine>, name: &str) -> Result<Report, Failure> {
    let job = engine.job(JOB)?.clone();
    let incoming = Incoming::Dropped(name.to_owned());
    let run = sync_here(engine, &job, Some(incoming), &CancellationToken::new()).await?;
    let run = run.ok_or_else(|| Failure::failed("the demo was stopped"))?;
    let run = engine.store.run(run).await?;
    Ok(load_report(engine, &run).await?)
}

fn say_day(report: &Report) {
    if let Some(source) = &report.source {
        say(format!(
            "  {} rows = {} filtered by `where` + {} read",
            source.rows, source.filtered, source.read
        ));
    }
    for push in &report.pushes {
        let counts = &push.counts;
        say(format!(
            "  {} read = {} duplicates + {} rejected + {} unchanged + {} create + {} update + {} deactivate",
            counts.rows(),
            counts.duplicates,
            counts.rejected,
            counts.unchanged,
            counts.create,
            counts.update,
            counts.deactivate
        ));
        say(format!(
            "  {} changes (with {} remove) = {} accepted + {} refused + {} parked",
            counts.changes(),
            counts.remove,
            counts.accepted + counts.already,
            counts.refused,
            counts.parked
        ));
    }
    say("");
}

async fn last_run(engine: &Engine) -> Result<String, Failure> {
    let runs = engine.store.runs(&crate::store::RunFilter { job: None, limit: Some(1) }).await?;
    Ok(runs.first().map(|run| run.run.to_string()).unwrap_or_default())
}

/// The folder to work in: empty or new.
fn folder(asked: Option<&Path>) -> Result<PathBuf, Failure> {
    let Some(dir) = asked else {
        let made = tempfile::Builder::new().prefix("rollbook-demo-").tempdir();
        return made
            .map(tempfile::TempDir::keep)
            .map_err(|error| Failure::failed(format!("could not make a temporary folder: {error}")));
    };
    if fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::wrong(format!(
            "{} is not empty: name a folder that is empty or missing",
            dir.display()
        )));
    }
    fs::create_dir_all(dir)
        .and_then(|()| dir.canonicalize())
        .map_err(|error| EngineError::file("make the folder", dir, &error).into())
}

/// Puts configuration, jobs, folders and secrets in place, as an operator would.
fn furnish(folder: &Path, base_url: &str, portal_key: &str, password: &str) -> Result<(), Failure> {
    for name in ["jobs", "inbox/hr", "inbox/joiners", "mail", "secrets", "data"] {
        let path = folder.join(name);
        fs::create_dir_all(&path).map_err(|error| EngineError::file("make the folder", &path, &error))?;
    }
    let config = format!(
        "# Made by `rollbook demo`. The simulated LMS ends with the demo.\n\
         data_dir = \"data\"\njobs_dir = \"jobs\"\ndata_key = {{ file = \"secrets/data-key\" }}\n\n\
         [mail]\nfrom = \"Rollbook <rollbook@example.org>\"\ntransport = \"directory\"\ndirectory = \"mail\"\n\n\
         [connections.upside]\nproduct = \"upsidelms\"\nbase_url = \"{base_url}\"\nportal_key = \"{portal_key}\"\n\
         password = {{ file = \"secrets/upside-password\" }}\nrequests_per_second = 0\n"
    );
    write(&folder.join("rollbook.toml"), config.as_bytes())?;
    write(&folder.join("secrets/upside-password"), password.as_bytes())?;
    let key = Sealer::random_key().map_err(|error| Failure::failed(format!("no data key: {error}")))?;
    write(&folder.join("secrets/data-key"), key.expose_secret().as_bytes())?;
    for (name, text) in JOBS {
        write(&folder.join("jobs").join(name), text.as_bytes())?;
    }
    Ok(())
}

/// Writes a file that only this user can read.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(bytes))
        .map_err(|error| EngineError::file("write", path, &error).into())
}
