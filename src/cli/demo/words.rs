//! What the demo says.

use std::fmt::Write;
use std::path::Path;

use crate::engine::Engine;
use crate::model::PushCounts;
use crate::report::{Report, pull_words};
use crate::sandbox::Sandbox;

use super::steps::{Ask, Step};

/// Before the first step.
pub(super) fn beginning(folder: &Path) -> String {
    format!(
        "Seven exports arrive, one after the other, for five simulated LMSs, in\n  {}\n\
         Most of them have bad rows on purpose. Then two of the LMSs are asked what they hold.\n",
        folder.display()
    )
}

/// What became of a file.
pub(super) fn of_step(step: &Step, report: &Report) -> String {
    format!("{}: {}\n  {}\n{}", step.job, step.file, step.about, came_to(report))
}

/// What became of a question, or of what an earlier one has fed.
pub(super) fn of_ask(ask: &Ask, report: &Report) -> String {
    let file = report.source.as_ref().map(|source| format!(": {}", source.file)).unwrap_or_default();
    format!("{}{file}\n  {}\n{}", ask.job, ask.about, came_to(report))
}

fn came_to(report: &Report) -> String {
    let mut text = String::new();
    // Writing into a text never fails.
    if let Some(failure) = &report.failure {
        let _ = writeln!(text, "  failed: {failure}");
    }
    if let Some(source) = &report.source {
        let _ = writeln!(
            text,
            "  {} rows = {}",
            source.rows,
            terms(&[(source.filtered, "filtered by `where`"), (source.read, "read")])
        );
    }
    for push in &report.pushes {
        let _ = writeln!(text, "  {}: {}\n    {}", push.push, rows(&push.counts), changes(&push.counts));
    }
    for pull in &report.pulls {
        let _ = writeln!(text, "  {}: {}", pull.pull, pull_words(pull));
    }
    text
}

fn rows(counts: &PushCounts) -> String {
    let parts = [
        (counts.duplicates, "duplicates"),
        (counts.rejected, "rejected"),
        (counts.unchanged, "unchanged"),
        (counts.create, "create"),
        (counts.update, "update"),
        (counts.deactivate, "deactivate"),
    ];
    format!("{} read = {}", counts.rows(), terms(&parts))
}

fn changes(counts: &PushCounts) -> String {
    let removed = match counts.remove {
        0 => String::new(),
        removed => format!(" (with {removed} remove)"),
    };
    let parts = [
        (counts.accepted, "accepted"),
        (counts.already, "already there"),
        (counts.refused, "refused"),
        (counts.parked, "parked"),
        (counts.in_doubt, "in doubt"),
        (counts.pending, "pending"),
        (counts.superseded, "superseded"),
        (counts.held, "held"),
    ];
    format!("{} changes{removed} = {}", counts.changes(), terms(&parts))
}

/// The parts of a sum that are there.
fn terms(parts: &[(u64, &str)]) -> String {
    let there: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if there.is_empty() { "0".to_owned() } else { there.join(" + ") }
}

/// What the simulated LMSs hold in the end.
pub(super) fn held(sandbox: &Sandbox) -> String {
    let effects = sandbox.effects();
    let completions = |product: &str| {
        let of_it = effects.completions.iter().filter(|effect| effect.product == product);
        of_it.count()
    };
    format!(
        "The LMSs now hold {} users and {} assignments (UpsideLMS), and completions: {} (CrowdWisdom),\n\
         {} (SmarterU), {} (iSpring Learn). They were called {} times.\n",
        effects.users.len(),
        effects.assignments.len(),
        completions("crowdwisdom"),
        completions("smarteru"),
        completions("ispring"),
        sandbox.calls().len()
    )
}

/// Where everything is, and how to go on; `doubtful` is the run that left something in doubt.
pub(super) fn where_to_look(folder: &Path, engine: &Engine, doubtful: Option<&str>) -> String {
    let below = |name: &str| folder.join(name).display().to_string();
    format!(
        "reports   {}\n          open the .eml files with a mail program; rejects and changes are attached as CSV\n\
         links     {}\n\
         forms     {}\n          keys to accounts: whoever has one takes the course, or is signed in, as that person\n\
         pulled    {}\n          catalog.csv and learning-plans.xlsx, for others to pick up\n\
         database  {}\n\
         archive   {}\n          sealed where an export has passwords: rollbook unseal FILE\n\n\
         look on   cd {}\n\
         {indent}rollbook runs\n\
         {indent}rollbook show {}\n\
         {indent}rollbook doubt   # `rollbook settle` takes your word for it\n\
         {indent}rollbook link course-access E10021,SAFE,2026\n\
         {indent}rollbook link course-access E10021\n\
         {indent}rollbook catalog upside --search safety\n\
         {indent}rollbook learner upside E10073\n\
         {indent}rollbook fields\n\
         {indent}rollbook check",
        below("mail"),
        below("portal/launch-links.csv"),
        below("portal/forms"),
        below("outbox"),
        engine.files.database().display(),
        below("data/archive"),
        folder.display(),
        doubtful.unwrap_or_default(),
        indent = " ".repeat(10),
    )
}
