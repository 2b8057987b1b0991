//! `rollbook check`: all problems of all files.

use crate::config::{self, Config, Place, Problem, Source};
use crate::engine::{is_delivering, open_mailer, probe_connection};
use crate::model::{Outcome, Verdict};
use crate::trigger::next_times;

use super::args::{Check, Global};
use super::context::{Failure, logs};
use super::out::say;

/// Names every problem; with `--live` also signs in everywhere.
pub(super) async fn check(global: &Global, args: &Check) -> Result<u8, Failure> {
    logs(global, "error");
    let path = config::locate(global.config.as_deref()).map_err(Failure::wrong)?;
    let loaded = config::load(&path);
    let mut problems = loaded.problems;
    problems.extend(config::check_world(&loaded.world));
    let (errors, notices): (Vec<Problem>, Vec<Problem>) = problems.into_iter().partition(Problem::is_error);
    errors.iter().chain(&notices).for_each(|problem| say(problem.to_string()));
    if !errors.is_empty() || loaded.config.is_none() {
        let problems = if errors.len() == 1 { "problem" } else { "problems" };
        say(format!("\n{} {problems} in {} files", errors.len(), loaded.files.len()));
        return Ok(2);
    }
    say(format!("{} files, no problem", loaded.files.len()));
    let Some(config) = loaded.config else { return Ok(2) };
    say_times(&config);
    still_to_come(&config, chrono::Utc::now().date_naive()).into_iter().for_each(say);
    if args.live { Ok(live(&config).await) } else { Ok(0) }
}

/// The next times of each schedule, in its own zone: what a cron line really says.
fn say_times(config: &Config) {
    let now = chrono::Utc::now();
    for job in config.jobs.values() {
        let times = next_times(&job.schedule, now, 5);
        let zone = job.schedule.timezone.unwrap_or(chrono_tz::Tz::UTC);
        let times: Vec<String> = times
            .iter()
            .map(|time| time.with_timezone(&zone).format("%a %Y-%m-%d %H:%M %Z").to_string())
            .collect();
        let arrival = job.schedule.on_arrival.then(|| arrival(&job.source)).flatten();
        let when = match (arrival, times.is_empty()) {
            (Some(arrival), true) => arrival,
            (Some(arrival), false) => format!("{arrival}, and {}", times.join(", ")),
            (None, false) => times.join(", "),
            (None, true) => "by hand only".to_owned(),
        };
        say(format!("{}: {when}", job.name));
    }
}

/// Pulls whose first span of time begins after today, so that they learn nothing until then.
fn still_to_come(config: &Config, today: chrono::NaiveDate) -> Vec<String> {
    let pulls = config.jobs.values().flat_map(|job| job.pulls.iter().map(move |pull| (job, pull)));
    let told = pulls.filter_map(|(job, pull)| {
        let since = pull.since.filter(|since| *since > today)?;
        let (job, id) = (&job.name, &pull.id);
        Some(format!(
            "{job}: `since` of the pull {id} is {since}, a day still to come; it learns nothing until then"
        ))
    });
    told.collect()
}

/// What starts a job beside its times, in words.
fn arrival(source: &Source) -> Option<String> {
    match &source.place {
        Place::Drop(_) => Some("when a file arrives".to_owned()),
        Place::Pull(feed) => Some(format!("when the job {} has pulled something new", feed.job)),
        Place::Nowhere => None,
    }
}

/// The code of a connector that can ask its LMS nothing harmless.
const NOT_CHECKABLE: &str = "not checkable";

async fn live(config: &Config) -> u8 {
    let mut failed = 0_u8;
    let delivering = is_delivering(&config.data_dir);
    for connection in config.connections.values() {
        if delivering && connection.operations.iter().any(|operation| operation.concurrency == Some(1)) {
            say(format!(
                "connection {}: not checkable now: the account takes one call at a time, and Rollbook delivers; \
                 look at `rollbook status`, or stop the daemon first",
                connection.name
            ));
            continue;
        }
        let outcome = probe_connection(connection).await;
        failed += u8::from(outcome.verdict != Verdict::Accepted);
        say(format!("connection {}: {}", connection.name, found(&outcome)));
    }
    match open_mailer(config) {
        Ok(None) => {}
        Ok(Some(mailer)) => match mailer.probe().await {
            Ok(()) => say("mail: ready"),
            Err(error) => {
                failed += 1;
                say(format!("mail: {error}"));
            }
        },
        Err(reason) => {
            failed += 1;
            say(format!("mail: {reason}"));
        }
    }
    u8::from(failed > 0)
}

/// What a sign-in came to, in words.
fn found(outcome: &Outcome) -> String {
    match outcome.verdict {
        Verdict::Accepted if outcome.code != NOT_CHECKABLE => "signed in".to_owned(),
        // The LMS's words may begin with the code.
        _ if outcome.reason.starts_with(&outcome.code) => outcome.reason.clone(),
        _ => format!("{}: {}", outcome.code, outcome.reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pull_that_begins_tomorrow_is_told() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("jobs")).unwrap();
        let path = folder.path().join("rollbook.toml");
        let main = "data_dir = \"data\"\n[connections.media]\nproduct = \"media77\"\n\
                    base_url = \"https://courses.example.org\"\nenvironment = \"production\"\n\
                    token = { credential = \"token\" }\n";
        std::fs::write(&path, main).unwrap();
        let job =
            "[[pull]]\nconnection = \"media\"\noperation = \"activity_progress\"\nsince = \"2026-11-22\"\n";
        std::fs::write(folder.path().join("jobs/progress.toml"), job).unwrap();
        let config = config::load(&path).config.unwrap();
        let day = |day| chrono::NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        assert_eq!(
            still_to_come(&config, day(21)),
            [
                "progress: `since` of the pull media.activity_progress is 2026-11-22, a day still to come; it learns \
                 nothing until then"
            ]
        );
        assert!(still_to_come(&config, day(22)).is_empty());
    }

    #[test]
    fn a_sign_in_is_told_from_one_that_nobody_can_try() {
        let check = |verdict, code: &str, expected: &str| {
            assert_eq!(found(&Outcome::new(verdict, code, "why")), expected);
        };
        check(Verdict::Accepted, "", "signed in");
        check(Verdict::Accepted, "Success", "signed in");
        check(Verdict::Accepted, "not checkable", "not checkable: why");
        check(Verdict::StopConnection, "Err001", "Err001: why");
    }
}
