//! `rollbook doubt` and `rollbook settle`: what is in doubt, and a person's verdict on it.

use chrono::Utc;
use serde_json::json;

use crate::model::{Key, Standing};
use crate::store::{Doubtful, PersonsVerdict};

use super::args::{Global, Json, SettleArgs};
use super::context::{Failure, configuration, engine, find_run, logs};
use super::out::{say, say_json, table};
use super::runs::rfc3339;

/// Lists everything in doubt; 4 where there is any.
pub(super) async fn doubt(global: &Global, args: &Json) -> Result<u8, Failure> {
    logs(global, "error");
    let engine = engine(configuration(global)?, "rollbook doubt").await?;
    let doubts = engine.store.doubts(None, None).await?;
    let code = if doubts.is_empty() { 0 } else { 4 };
    if args.json {
        say_json(&document(&doubts));
        return Ok(code);
    }
    if doubts.is_empty() {
        say("nothing is in doubt");
        return Ok(0);
    }
    let mut lines = table(["run", "job", "push", "key", "sent", "what happened"]);
    for doubt in &doubts {
        let what = match doubt.look_at {
            Some(_) => format!("{}: {}; Rollbook looks for itself", doubt.code, doubt.reason),
            None => format!("{}: {}", doubt.code, doubt.reason),
        };
        lines.add_row([
            doubt.run.to_string(),
            doubt.job.to_string(),
            doubt.push.to_string(),
            doubt.key.to_string(),
            doubt.sent_at.map(|at| at.format("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_default(),
            what,
        ]);
    }
    say(lines.to_string());
    say("\nLook in the LMS for each, then say what you found:\n  \
         rollbook settle RUN KEY --accepted   the LMS has it\n  \
         rollbook settle RUN KEY --resend     the LMS does not have it, so it is sent again");
    Ok(code)
}

/// Settles one record by a person's word.
pub(super) async fn settle(global: &Global, args: &SettleArgs) -> Result<u8, Failure> {
    logs(global, "error");
    let key = Key::parse(&args.key).map_err(|error| Failure::wrong(format!("{}: {error}", args.key)))?;
    let engine = engine(configuration(global)?, &format!("rollbook settle {} {key}", args.run)).await?;
    let run = find_run(&engine, &args.run).await?;
    let mut found = engine.store.doubts(Some(run.run_ref), Some(&key)).await?;
    if let Some(push) = &args.push {
        found.retain(|doubt| doubt.push.as_str() == push);
    }
    let doubt = match found.as_slice() {
        [doubt] => doubt,
        [] => {
            return Err(Failure::wrong(format!(
                "nothing of key {key} is in doubt in run {}; `rollbook doubt` lists what is",
                args.run
            )));
        }
        several => {
            let pushes: Vec<&str> = several.iter().map(|doubt| doubt.push.as_str()).collect();
            return Err(Failure::wrong(format!(
                "key {key} is in doubt in {} pushes of run {}: say which one with --push ({})",
                several.len(),
                args.run,
                pushes.join(", ")
            )));
        }
    };
    let verdict =
        if args.accepted { PersonsVerdict::Accepted(Standing::Active) } else { PersonsVerdict::Resend };
    let person = std::env::var("SUDO_USER").or_else(|_| std::env::var("USER"));
    let person = person.unwrap_or_else(|_| "a person".to_owned());
    if !engine.store.settle_doubt(doubt.change_ref, verdict, &person, Utc::now()).await? {
        return Err(Failure::failed(format!(
            "key {key} has been settled in the meantime; `rollbook show {}` says how",
            args.run
        )));
    }
    say(match verdict {
        PersonsVerdict::Accepted(_) => format!("key {key} of {} counts as accepted", doubt.push),
        PersonsVerdict::Resend => format!(
            "key {key} of {} waits to be sent again: within a minute by a running daemon, else with the next \
             `rollbook sync`",
            doubt.push
        ),
    });
    Ok(0)
}

fn document(doubts: &[Doubtful]) -> serde_json::Value {
    let line = |doubt: &Doubtful| {
        json!({
            "run": doubt.run, "job": doubt.job, "push": doubt.push, "connection": doubt.connection,
            "key": doubt.key, "sent_at": doubt.sent_at.map(rfc3339), "code": doubt.code, "reason": doubt.reason,
        })
    };
    json!({ "schema": 1, "doubts": doubts.iter().map(line).collect::<Vec<_>>() })
}
