//! What `/rest/trainingplan` says of one curriculum of one learner. Pure.
//!
//! The vendor's section is "Learning/Training Plan API". Of a plan only the IDs of its curricula are read.

use secrecy::SecretString;
use serde_json::Value;

use super::curriculum::{alike, same_id};
use super::judge::{reply, same_call, told};
use super::learner::Learner;
use super::portal::Portal;
use super::wire::{Answer, LmsError, errors, is_no_data, many, says_no_data, word, word_of};
use crate::model::{Outcome, Verdict};

/// Where the call goes, below the base address.
pub(super) const PATH: &str = "/rest/trainingplan";

const CODE: &str = "read back";
const LOOK: &str = "a person has to find out in UpsideLMS whether the learner has the curriculum; the record \
                    is not sent again before that is settled";

/// The question for all curricula of a learner, without their contents.
pub(super) fn encode(
    portal: &Portal,
    token: &str,
    learner: &Learner<'_>,
) -> [(&'static str, SecretString); 4] {
    [
        ("lmsportalid", portal.key.clone()),
        ("lmstokenid", portal.cipher.encrypt(token).into()),
        ("contentlist", portal.cipher.encrypt("Off").into()),
        ("lmslearnerid", portal.cipher.encrypt(&learner.for_plan()).into()),
    ]
}

/// A reply of the LMS.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// The token of the question that it answers: in the element at the end of a list, and where there is no
    /// list beside what it says, as in the replies to other calls.
    token: Option<String>,
    /// `curriculum_id` of every curriculum, where it has one.
    curricula: Vec<Option<String>>,
    /// Whether it says that there are no curricula (Msg001).
    no_data: bool,
    errors: Vec<LmsError>,
}

impl Plan {
    /// Whether it says what went wrong. A list, and even that there is nothing, is not to be believed where
    /// HTTP has failed.
    pub(super) fn tells(&self) -> bool {
        !self.errors.is_empty()
    }
}

/// The plan in an answer's JSON, if it is one.
pub(super) fn read(value: &Value) -> Option<Plan> {
    let list = if value.is_array() { Some(value) } else { value.get("learningPlanDTO") };
    let mut elements = many(list);
    let mut plan = Plan {
        token: word_of(value, "lmstoken_id"),
        no_data: says_no_data(value),
        errors: errors(value, None),
        ..Plan::default()
    };
    plan.errors.retain(|error| !is_no_data(&error.code));
    if let Some((last, others)) = elements.split_last()
        && let Some(token) = last.get("Token")
    {
        plan.token = word(token);
        elements = others;
    }
    let curricula = elements.iter().filter(|element| !says_no_data(element));
    plan.curricula = curricula.map(|element| word_of(element, "curriculum_id")).collect();
    (list.is_some() || plan.no_data || plan.tells()).then_some(plan)
}

/// Whether the curriculum stands in the plan that answers the question with `token`: `Accepted` where it
/// does, `Absent` where the plan is whole and lacks it, `InDoubt` where it can't tell. No text of `secrets`
/// gets into the reason.
pub(super) fn find(answer: &Answer<Plan>, token: &str, curr_id: &str, secrets: &[&SecretString]) -> Outcome {
    let found = reply(answer).and_then(|plan| {
        same_call(plan.token.as_deref(), token)?;
        Ok(judge(plan, curr_id, secrets))
    });
    found.unwrap_or_else(|outcome| outcome)
}

fn judge(plan: &Plan, curr_id: &str, secrets: &[&SecretString]) -> Outcome {
    if let Some(error) = plan.errors.first() {
        return by_errors(error, &plan.errors.iter().collect::<Vec<_>>(), secrets);
    }
    let in_doubt = |why: &str| Outcome::new(Verdict::InDoubt, CODE, format!("{why}: {LOOK}"));
    // A portal that knows learners by another identifier may have nothing for this one, too.
    if plan.token.is_none() {
        return in_doubt("the learner's plan came without the token of the question, so it may be another's");
    }
    let mut ids = plan.curricula.iter().flatten();
    if ids.clone().any(|found| same_id(found, curr_id)) {
        return Outcome::new(Verdict::Accepted, CODE, "the learner's plan holds the curriculum");
    }
    if ids.any(|found| alike(found, curr_id)) {
        return in_doubt("the learner's plan holds a curriculum whose ID differs in case or zeros alone");
    }
    if plan.no_data && !plan.curricula.is_empty() {
        return in_doubt("the learner's plan holds curricula and says that it has none");
    }
    if plan.curricula.iter().any(Option::is_none) {
        return in_doubt("the learner's plan has curricula without their IDs");
    }
    Outcome::new(Verdict::Absent, CODE, "the learner's plan does not hold the curriculum")
}

/// What a question that the portal does not take says of the assignment: nothing, whoever asks again. The
/// portal may do without learning plans, and goes on taking assignments.
pub(super) fn left_to_a_person(outcome: Outcome) -> Outcome {
    match outcome.verdict {
        Verdict::StopConnection => {
            let reason = format!("the learner's plan can't be read ({}): {LOOK}", outcome.reason);
            Outcome::new(Verdict::InDoubt, outcome.code, reason)
        }
        _ => outcome,
    }
}

fn by_errors(first: &LmsError, errors: &[&LmsError], secrets: &[&SecretString]) -> Outcome {
    let any = |fits: fn(&LmsError) -> bool| errors.iter().find(|error| fits(error));
    let of_the_call = |error: &LmsError| {
        let words = error.words();
        error.number() == Some(1) && (words.contains("portal key") || words.contains("token id"))
    };
    if let Some(error) = any(of_the_call) {
        return told(Verdict::StopConnection, &error.code, errors, secrets);
    }
    if let Some(error) = any(|error| error.number() == Some(500)) {
        return told(Verdict::Retry, &error.code, errors, secrets);
    }
    // The learner may be unknown, or the call not open to us: neither says what became of the assignment.
    let told = told(Verdict::InDoubt, &first.code, errors, secrets);
    Outcome { reason: format!("{}: {LOOK}", told.reason), ..told }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
