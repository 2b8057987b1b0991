//! What an answer of `/rest/assigncurriculum` means for the assignments that were sent. Pure.
//!
//! A call is never made again, so what the answer does not say plainly is in doubt.

use secrecy::SecretString;

use super::super::curriculum::same_id;
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
    /// A parameter of the call as a whole is wrong, so every call would come to nothing.
    NotUnderstood,
    InDoubt,
}

/// What the LMS's labels call a learner, a curriculum, or the two together.
const OF_A_RECORD: [&str; 6] = [
    "learner unique identifier",
    "learner_info",
    "curriculum id",
    "curr_ids",
    "assignment id",
    "assignment_id",
];

const NOT_UNDERSTOOD: &str = "the portal makes nothing of the call: is encrypt_assign right for it?";

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
    /// Of the learner or the curriculum.
    Errors(&'a [LmsError]),
    /// Of the call as a whole.
    CallErrors(&'a [LmsError]),
    FailWithoutReason,
    Nothing,
    Contradiction,
}

fn find<'a>(reply: &'a Reply, learner: &'a LearnerResult, asked: &Asked) -> Vec<Finding<'a>> {
    let ours = |curriculum: &&CurriculumResult| {
        curriculum.curr_id.as_ref().is_some_and(|id| same_id(id, &asked.curr_id))
    };
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
    let own = [&curriculum.errors, &learner.errors].into_iter().find(|errors| !errors.is_empty());
    let of_all = Some(Finding::CallErrors(&reply.errors)).filter(|_| !reply.errors.is_empty());
    match (curriculum.status, own.map(|errors| Finding::Errors(errors)).or(of_all)) {
        // "Transaction terminated": nothing is assigned to anybody.
        (Some(Status::Success), None) if reply.status != Some(Status::Fail) => Finding::Success,
        (Some(Status::Success), _) => Finding::Contradiction,
        (_, Some(errors)) => errors,
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
    if terminated && !reply.errors.is_empty() { Finding::CallErrors(&reply.errors) } else { Finding::Nothing }
}

impl Finding<'_> {
    fn outcome(&self, asked: &Asked, secrets: &[&SecretString]) -> Outcome {
        match self {
            Self::Success => Outcome::new(Verdict::Accepted, "success", ""),
            Self::Errors(errors) => by_errors(errors, class, asked, secrets),
            Self::CallErrors(errors) => by_errors(errors, class_in_the_call, asked, secrets),
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

fn by_errors(
    errors: &[LmsError],
    class: impl Fn(&LmsError) -> Class,
    asked: &Asked,
    secrets: &[&SecretString],
) -> Outcome {
    // The caller has at least one.
    let worst = errors.iter().map(&class).max().unwrap_or(Class::InDoubt);
    let code = errors.iter().find(|error| class(error) == worst).map_or("", |error| error.code.as_str());
    let verdict = match worst {
        Class::Already if asked.may_be_there => Verdict::Already,
        Class::Already | Class::Refused => Verdict::Refused,
        Class::MissingReference => Verdict::MissingReference,
        Class::StopConnection | Class::NotUnderstood => Verdict::StopConnection,
        Class::InDoubt => Verdict::InDoubt,
    };
    let told = told(verdict, code, &errors.iter().collect::<Vec<_>>(), secrets);
    match worst {
        Class::NotUnderstood => Outcome { reason: format!("{}; {NOT_UNDERSTOOD}", told.reason), ..told },
        _ => told,
    }
}

/// The class of an error that stands beside a learner or a curriculum, by the document's table "Error Codes".
/// By the code, for a word such as "expired" or "unavailable" may be said of anything; the words decide where
/// samples and table are not of one mind: the samples have Err009 for what the table calls Err010, and Err001
/// for Err003.
fn class(error: &LmsError) -> Class {
    let words = error.words();
    let says = |part: &str| words.contains(part);
    match error.number() {
        // The same for every learner: none would get through.
        Some(1 | 2) if says("portal key") || says("token id") => Class::StopConnection,
        Some(1 | 3) if says("record does not exist") => Class::MissingReference,
        Some(3) if !says("invalid value received") => Class::MissingReference,
        Some(7) => Class::StopConnection,
        // The words of Err008 also say "already assigned", of another curriculum.
        Some(9 | 10) if says("conflict") || says("expired") => Class::Refused,
        Some(9 | 10) if says("already assigned") => Class::Already,
        Some(10) => Class::Already,
        // What is no error of the table's says nothing of the assignment.
        Some(500) | None => Class::InDoubt,
        Some(_) => Class::Refused,
    }
}

/// The class of an error of the call as a whole.
fn class_in_the_call(error: &LmsError) -> Class {
    match class(error) {
        Class::Refused if matches!(error.number(), Some(1..=3)) && !names_a_record(error) => {
            Class::NotUnderstood
        }
        class => class,
    }
}

/// Whether the label at the end of a message, in brackets, is one of a learner or a curriculum.
fn names_a_record(error: &LmsError) -> bool {
    let words = error.words();
    let label = words.rsplit_once('(').map(|(_, label)| label.trim_matches([')', '.', ' ']));
    label.is_some_and(|label| OF_A_RECORD.contains(&label))
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
