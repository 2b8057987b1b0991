//! What an answer of `/rest/assigncurriculum` means for the assignments that were sent. Pure.
//!
//! A call is never made again, so what the answer does not say plainly is in doubt.

use secrecy::SecretString;

use super::super::judge::{reply, same_call, told, unreadable};
use super::super::wire::{Answer, LmsError};
use super::wire::{Asked, Call, CurriculumResult, LearnerResult, Reply, Status};
use crate::model::{Outcome, Verdict};

/// The classes of an error item, the weightiest last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Already,
    MissingReference,
    Refused,
    StopConnection,
    InDoubt,
}

/// The document's table "Error Codes": code, words of the message, class. Its samples have Err009 for what
/// the table calls Err010, and Err001 for Err003, so the words go before the code. Those of Err008 also say
/// "already assigned", of another curriculum: they go before those of Err010.
const CODES: [(u32, &str, Class); 13] = [
    (1, "invalid value received", Class::Refused),
    (2, "mandatory field", Class::Refused),
    (3, "record does not exist", Class::MissingReference),
    (500, "internal server error", Class::InDoubt),
    (7, "access disabled", Class::StopConnection),
    (8, "conflict", Class::Refused),
    (9, "expired", Class::Refused),
    (10, "already assigned", Class::Already),
    (11, "seat limit", Class::Refused),
    (12, "capacity", Class::Refused),
    (13, "unavailable", Class::Refused),
    (14, "any content", Class::Refused),
    (15, "'learner' access", Class::Refused),
];

/// The reply in the answer to `call`, which carried `token`, if it can be believed.
///
/// # Errors
/// The outcome of every record of the call where it can't.
pub(super) fn believe<'a>(answer: &'a Answer<Reply>, token: &str, call: &Call) -> Result<&'a Reply, Outcome> {
    // With another key on the other side the LMS may still have read what went out in clear.
    let reply = reply(answer).map_err(|outcome| Outcome { had_no_effect: false, ..outcome })?;
    same_call(reply.token.as_deref(), token)?;
    let says_success = reply.status == Some(Status::Success) || reply.successes().next().is_some();
    if says_success && reply.token.is_none() {
        return Err(unreadable("the answer says success without the token of the call".to_owned()));
    }
    let asked_for = |(learner, curriculum): (&LearnerResult, &CurriculumResult)| match (
        &learner.assignment_id,
        &curriculum.curr_id,
    ) {
        (Some(assignment_id), Some(curr_id)) => call.holds(assignment_id, curr_id),
        _ => false,
    };
    if !reply.successes().all(asked_for) {
        return Err(unreadable("the answer says success for what was not asked for".to_owned()));
    }
    Ok(reply)
}

/// Judges one record by the reply to its call; no text of `secrets` gets into the reason.
pub(super) fn judge(reply: &Reply, asked: &Asked, secrets: &[&SecretString]) -> Outcome {
    let ours = |learner: &&LearnerResult| learner.assignment_id.as_ref() == Some(&asked.assignment_id);
    let learners = reply.learners.iter().filter(ours);
    let mut findings: Vec<Finding> = learners.flat_map(|learner| find(reply, learner, asked)).collect();
    let finding = match findings.pop() {
        None => of_the_call(reply),
        Some(finding) if findings.iter().all(|other| *other == finding) => finding,
        Some(_) => Finding::Contradiction,
    };
    finding.outcome(asked, secrets)
}

/// What a part of a reply says of one record.
#[derive(Clone, PartialEq, Eq)]
enum Finding<'a> {
    Success,
    Errors(&'a [LmsError]),
    FailWithoutReason,
    Nothing,
    Contradiction,
}

fn find<'a>(reply: &'a Reply, learner: &'a LearnerResult, asked: &Asked) -> Vec<Finding<'a>> {
    let ours = |curriculum: &&CurriculumResult| curriculum.curr_id.as_ref() == Some(&asked.curr_id);
    let found: Vec<_> = learner
        .curricula
        .iter()
        .filter(ours)
        .map(|curriculum| of_the_curriculum(reply, learner, curriculum))
        .collect();
    if found.is_empty() { vec![of_the_learner(reply, learner)] } else { found }
}

fn of_the_curriculum<'a>(
    reply: &'a Reply,
    learner: &'a LearnerResult,
    curriculum: &'a CurriculumResult,
) -> Finding<'a> {
    let levels = [&curriculum.errors, &learner.errors, &reply.errors];
    let errors = levels.into_iter().find(|errors| !errors.is_empty());
    match (curriculum.status, errors) {
        // "Transaction terminated": nothing is assigned to anybody.
        (Some(Status::Success), None) if reply.status != Some(Status::Fail) => Finding::Success,
        (Some(Status::Success), _) => Finding::Contradiction,
        (_, Some(errors)) => Finding::Errors(errors),
        (Some(Status::Fail), None) => Finding::FailWithoutReason,
        (Some(Status::Other) | None, None) => Finding::Nothing,
    }
}

/// Of a learner's entry that does not name the curriculum.
fn of_the_learner<'a>(reply: &'a Reply, learner: &'a LearnerResult) -> Finding<'a> {
    let others_went = learner.curricula.iter().any(|other| other.status == Some(Status::Success));
    if others_went || learner.status == Some(Status::Success) {
        return if learner.errors.is_empty() { Finding::Nothing } else { Finding::Contradiction };
    }
    if !learner.errors.is_empty() {
        return Finding::Errors(&learner.errors);
    }
    match of_the_call(reply) {
        Finding::Nothing if learner.status == Some(Status::Fail) && learner.curricula.is_empty() => {
            Finding::FailWithoutReason
        }
        finding => finding,
    }
}

/// Of a call whose answer does not name the learner.
fn of_the_call(reply: &Reply) -> Finding<'_> {
    let terminated = matches!(reply.status, Some(Status::Fail) | None) && reply.successes().next().is_none();
    if terminated && !reply.errors.is_empty() { Finding::Errors(&reply.errors) } else { Finding::Nothing }
}

impl Finding<'_> {
    fn outcome(&self, asked: &Asked, secrets: &[&SecretString]) -> Outcome {
        match self {
            Self::Success => Outcome::new(Verdict::Accepted, "success", ""),
            Self::Errors(errors) => by_errors(errors, asked, secrets),
            Self::FailWithoutReason => {
                Outcome::new(Verdict::Refused, "fail", "the LMS says that it failed, and not why")
            }
            Self::Nothing => {
                Outcome::new(Verdict::InDoubt, "unmentioned", "the answer does not say what became of it")
            }
            Self::Contradiction => Outcome::new(
                Verdict::InDoubt,
                "contradiction",
                "the answer says of it both that it was assigned and that it was not",
            ),
        }
    }
}

fn by_errors(errors: &[LmsError], asked: &Asked, secrets: &[&SecretString]) -> Outcome {
    // The caller has at least one.
    let worst = errors.iter().map(class).max().unwrap_or(Class::InDoubt);
    let code = errors.iter().find(|error| class(error) == worst).map_or("", |error| error.code.as_str());
    let verdict = match worst {
        Class::Already if asked.may_be_there => Verdict::Already,
        Class::Already | Class::Refused => Verdict::Refused,
        Class::MissingReference => Verdict::MissingReference,
        Class::StopConnection => Verdict::StopConnection,
        Class::InDoubt => Verdict::InDoubt,
    };
    told(verdict, code, &errors.iter().collect::<Vec<_>>(), secrets)
}

fn class(error: &LmsError) -> Class {
    let words = error.words();
    let by_words = CODES.iter().find(|(_, part, _)| words.contains(part));
    let by_code = || CODES.iter().find(|(code, ..)| Some(*code) == error.number());
    match by_words.or_else(by_code) {
        // The parameters of the call itself are the same for every learner: none would get through.
        Some((1 | 2, ..)) if words.contains("portal key") || words.contains("token id") => {
            Class::StopConnection
        }
        Some((_, _, class)) => *class,
        None => Class::Refused,
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
