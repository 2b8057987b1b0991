//! The folder of the demo: configuration, jobs, folders and secrets in place, as an operator would put them;
//! and how the simulated LMSs are set up.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;

use crate::cli::context::Failure;
use crate::cli::sandbox::Account;
use crate::engine::EngineError;
use crate::sandbox::{
    CrowdWisdomOptions, IspringOptions, SandboxOptions, SmarteruCourse, SmarteruGrades, SmarteruOptions,
    SmarteruSession, UpsideLmsOptions,
};
use crate::store::Sealer;

use super::portal::offered;

/// The folder of a job's files.
pub(super) const INBOX: &str = "inbox";

const JOBS: [(&str, &str); 10] = [
    ("hr-users.toml", include_str!("../../../jobs/hr-users.toml")),
    ("hr-joiners.toml", include_str!("../../../jobs/hr-joiners.toml")),
    ("mandatory-training.toml", include_str!("../../../jobs/mandatory-training.toml")),
    ("event-attendance.toml", include_str!("../../../jobs/event-attendance.toml")),
    ("practical-signoffs.toml", include_str!("../../../jobs/practical-signoffs.toml")),
    ("course-access.toml", include_str!("../../../jobs/course-access.toml")),
    ("daily-catalog.toml", include_str!("../../../jobs/daily-catalog.toml")),
    ("daily-plan.toml", include_str!("../../../jobs/daily-plan.toml")),
    ("course-progress.toml", include_str!("../../../jobs/course-progress.toml")),
    ("course-completions.toml", include_str!("../../../jobs/course-completions.toml")),
];

const FOLDERS: [&str; 12] = [
    "jobs",
    "inbox/hr",
    "inbox/joiners",
    "inbox/training",
    "inbox/events",
    "inbox/practicals",
    "inbox/access",
    "portal",
    "outbox",
    "mail",
    "secrets",
    "data",
];

/// What CrowdWisdom has published.
const PRODUCTS: [&str; 6] = ["ETH-26", "TAX-26", "WRI-26", "WRI-26B", "WEB-SAFE", "WEB-PRIV"];

/// The simulated LMSs, with as much in them as the sample data need to be right and wrong about.
pub(super) fn systems() -> Result<SandboxOptions, Failure> {
    let course = |id: &str, sessions: &[&str], graded| SmarteruCourse {
        id: id.to_owned(),
        sessions: sessions.iter().map(|id| SmarteruSession { id: (*id).to_owned(), graded }).collect(),
        ..SmarteruCourse::default()
    };
    Ok(SandboxOptions {
        upsidelms: UpsideLmsOptions { curricula: offered()?, ..UpsideLmsOptions::default() },
        crowdwisdom: CrowdWisdomOptions {
            products: Some(PRODUCTS.map(str::to_owned).into()),
            ..CrowdWisdomOptions::default()
        },
        smarteru: SmarteruOptions {
            courses: vec![
                course("3860", &["7701"], SmarteruGrades::Percentage),
                course("3861", &["7702"], SmarteruGrades::PassFail),
                course("3862", &["7703", "7704"], SmarteruGrades::LetterGrade),
            ],
            ..SmarteruOptions::default()
        },
        ispring: IspringOptions {
            denied_enrollments: vec!["902999".to_owned()],
            ..IspringOptions::default()
        },
        ..SandboxOptions::default()
    })
}

/// The folder to work in: empty or new.
pub(super) fn folder(asked: Option<&Path>) -> Result<PathBuf, Failure> {
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

/// Puts everything in place.
pub(super) fn furnish(folder: &Path, accounts: &[Account]) -> Result<(), Failure> {
    for name in FOLDERS {
        let path = folder.join(name);
        fs::create_dir_all(&path).map_err(|error| EngineError::file("make the folder", &path, &error))?;
    }
    let mut config = "# Made by `rollbook demo`. The simulated LMSs end with the demo.\n\
        data_dir = \"data\"\njobs_dir = \"jobs\"\ndata_key = { file = \"secrets/data-key\" }\n\n\
        [mail]\nfrom = \"Rollbook <rollbook@example.org>\"\ntransport = \"directory\"\ndirectory = \"mail\"\n"
        .to_owned();
    for account in accounts {
        config.push('\n');
        config.push_str(
            &account.table(|account, key| format!("{{ file = \"{}\" }}", secret_file(account, key))),
        );
        // A simulated LMS need not be spared.
        config.push_str("requests_per_second = 0\n");
        for (key, secret) in account.secrets() {
            write(&folder.join(secret_file(account, key)), secret.as_bytes())?;
        }
    }
    write(&folder.join("rollbook.toml"), config.as_bytes())?;
    let key = Sealer::random_key().map_err(|error| Failure::failed(format!("no data key: {error}")))?;
    write(&folder.join("secrets/data-key"), key.expose_secret().as_bytes())?;
    for (name, text) in JOBS {
        write(&folder.join("jobs").join(name), text.as_bytes())?;
    }
    Ok(())
}

fn secret_file(account: &Account, key: &str) -> String {
    format!("secrets/{}-{}", account.connection, key.replace('_', "-"))
}

/// Writes a file that only this user can read.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(bytes))
        .map_err(|error| EngineError::file("write", path, &error).into())
}
