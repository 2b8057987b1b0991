//! Pulls of the real binary against the simulated LMSs: what is remembered, what breaks it, what stops it.

mod catalog;
mod kills;
mod learners;
mod service;

use chrono::NaiveDate;
use rollbook::sandbox::{UpsideLmsContent, UpsideLmsContentKind, UpsideLmsCurriculum, UpsideLmsLearner};
use serde_json::Value;

use crate::harness::{Account, Setup, World};

/// A world with the usual portal, these curricula in it, and one job that pulls.
fn world(pull: &str, curricula: Vec<UpsideLmsCurriculum>) -> World {
    world_of(&[("daily", &job(pull))], curricula)
}

/// The same with these jobs.
fn world_of(jobs: &[(&str, &str)], curricula: Vec<UpsideLmsCurriculum>) -> World {
    let jobs = jobs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    Setup { jobs, ..Setup::default() }.portal(|portal| portal.curricula = curricula).start()
}

/// A job with these pulls.
fn job(pulls: &str) -> String {
    format!("description = \"Daily\"\n{pulls}[report]\nto = [\"lms-admins@example.org\"]\n")
}

const CATALOG: &str = "[[pull]]\nconnection = \"upside\"\noperation = \"training_catalog\"\n\
    [pull.parameters]\ncontentlist = \"On\"\n";

/// A curriculum with one course in it.
fn curriculum(id: &str, name: &str) -> UpsideLmsCurriculum {
    let course =
        UpsideLmsContent::new(UpsideLmsContentKind::Course, &format!("{id}1"), &format!("About {name}"));
    UpsideLmsCurriculum::new(id, name).content(course)
}

/// The status of a run, and the counts of its pulls together that are not zero.
fn said(account: &Account) -> String {
    let pulls = account.json["pulls"].as_array().unwrap();
    let sum = |key: &str| pulls.iter().map(|pull| pull[key].as_u64().unwrap()).sum::<u64>();
    let counts = ["asked", "answered", "failed", "baselines", "added", "changed", "retired", "returned"];
    let counts = counts.map(|key| (key, sum(key))).into_iter().filter(|(_, count)| *count > 0);
    let counts: String = counts.map(|(key, count)| format!(", {count} {key}")).collect();
    format!("{}{counts}", account.status())
}

/// What was not answered, as `learner code: reason`.
fn failures(account: &Account) -> Vec<String> {
    let text = |failure: &Value, key: &str| failure[key].as_str().unwrap_or_default().to_owned();
    let line = |failure: &Value| {
        let [learner, code, reason] = ["learner", "code", "reason"].map(|key| text(failure, key));
        format!("{learner} {code}: {reason}")
    };
    account.json["failures"].as_array().unwrap().iter().map(line).collect()
}

/// The portal knows these learners: `E0` and so on.
fn know(world: &World, count: usize) {
    let learner = |id| UpsideLmsLearner { unique_id: format!("E{id}"), ..UpsideLmsLearner::default() };
    world.lms().set_upsidelms(|portal| portal.learners = (0..count).map(learner).collect());
}

/// A learner gets a curriculum.
fn give(world: &World, learner: &str, curriculum: &str) {
    world.lms().give_curriculum(learner, curriculum, NaiveDate::from_ymd_opt(2026, 11, 1).unwrap());
}
