//! What goes over the wire for `/rest/assigncurriculum`, and what comes back. Pure.
//!
//! The vendor's section is "Curriculum Assignment API". Its parameters are named otherwise than those of all
//! other calls: `lmsportal_id` and `lmstoken_id`.

use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;
use zeroize::Zeroizing;

use super::super::curriculum::same_id;
use super::super::learner::{Learner, free_of, value};
use super::super::portal::Portal;
use super::super::wire::{LmsError, errors, many, word_of};
use crate::connectors::Item;
use crate::model::ChangeKind;

/// Where the call goes, below the base address.
pub(super) const PATH: &str = "/rest/assigncurriculum";

/// The assignments of one call: learners in their order, each with their curricula.
#[derive(Debug, Default)]
pub(super) struct Call {
    learners: Vec<Entry>,
}

/// One learner of a call.
#[derive(Debug)]
struct Entry {
    learner_info: String,
    curr_ids: Vec<String>,
}

/// Where a record stands in its call.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// The learner's entry, by the ID that we gave it and that comes back.
    pub(super) assignment_id: String,
    /// The curriculum.
    pub(super) curr_id: String,
    /// Whether it is well if the LMS has it already: it is new with us, or an earlier call may have made it
    /// (semantics 18).
    pub(super) may_be_there: bool,
}

impl Call {
    /// The call of these records, and where each stands in it; or why it can't stand there, in words that
    /// hold no value. Records of one learner come together in one entry.
    pub(super) fn of(items: &[Item]) -> (Self, Vec<Result<Asked, String>>) {
        let mut call = Self::default();
        let asked = items.iter().map(|item| {
            let (learner, curr_id) = named(item)?;
            Ok(Asked {
                assignment_id: call.add(learner.for_assignment(), curr_id),
                curr_id: curr_id.to_owned(),
                may_be_there: item.kind == ChangeKind::Create || item.resend,
            })
        });
        let asked = asked.collect();
        (call, asked)
    }

    /// Whether nothing is to be sent.
    pub(super) fn is_empty(&self) -> bool {
        self.learners.is_empty()
    }

    /// Whether this curriculum was asked for under this assignment ID.
    pub(super) fn holds(&self, assignment_id: &str, curr_id: &str) -> bool {
        let mut entries = self.learners.iter().enumerate();
        let entry = entries.find(|(position, _)| self::assignment_id(*position) == assignment_id);
        entry.is_some_and(|(_, entry)| entry.curr_ids.iter().any(|asked| same_id(asked, curr_id)))
    }

    /// Adds a curriculum to a learner's entry, and gives the ID of the entry.
    fn add(&mut self, learner_info: String, curr_id: &str) -> String {
        let known =
            self.learners.iter_mut().enumerate().find(|(_, entry)| entry.learner_info == learner_info);
        let Some((position, entry)) = known else {
            self.learners.push(Entry { learner_info, curr_ids: vec![curr_id.to_owned()] });
            return assignment_id(self.learners.len() - 1);
        };
        if entry.curr_ids.iter().all(|known| !same_id(known, curr_id)) {
            entry.curr_ids.push(curr_id.to_owned());
        }
        assignment_id(position)
    }
}

/// The learner and the curriculum of a record.
///
/// # Errors
/// Why the record can't be sent, in words that hold no value.
pub(super) fn named(item: &Item) -> Result<(Learner<'_>, &str), String> {
    let curr_id = value(&item.fields, "curr_id").ok_or("the record names no curriculum: map curr_id")?;
    Ok((Learner::of(&item.fields)?, free_of("curr_id", curr_id, &['~'])?))
}

/// It has to be unlike within its call alone: the token tells calls apart.
fn assignment_id(position: usize) -> String {
    (position + 1).to_string()
}

/// `json` of a call; its keys are case-sensitive.
#[derive(Serialize)]
struct Json<'a> {
    curr_learner_info: Vec<Info<'a>>,
}

#[derive(Serialize)]
struct Info<'a> {
    assignment_id: String,
    learner_info: &'a str,
    curr_ids: String,
}

/// The parameters of a call, in the document's order. The token is not said to be enciphered.
pub(super) fn encode(portal: &Portal, token: &str, call: &Call) -> [(&'static str, SecretString); 3] {
    let info = |(position, entry)| {
        let Entry { learner_info, curr_ids }: &Entry = entry;
        Info { assignment_id: assignment_id(position), learner_info, curr_ids: curr_ids.join("~") }
    };
    let json = Json { curr_learner_info: call.learners.iter().enumerate().map(info).collect() };
    // Texts in lists always have a JSON form.
    let json = Zeroizing::new(serde_json::to_string(&json).unwrap_or_default());
    let json = if portal.encrypt_assign { portal.cipher.encrypt(&json) } else { json.to_string() };
    [("lmsportal_id", portal.key.clone()), ("lmstoken_id", token.to_owned().into()), ("json", json.into())]
}

/// A reply of the LMS: "Output JSON".
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reply {
    /// `final_status`.
    pub(super) status: Option<Status>,
    /// `lmstoken_id`: the token of the call that it answers.
    pub(super) token: Option<String>,
    /// `error_list`: what is wrong with the call as a whole.
    pub(super) errors: Vec<LmsError>,
    /// `assignment_status_info`.
    pub(super) learners: Vec<LearnerResult>,
}

/// What became of one learner's entry.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LearnerResult {
    /// `assignment_id`: ours.
    pub(super) assignment_id: Option<String>,
    /// `assignment_status`.
    pub(super) status: Option<Status>,
    /// The errors beside `learner_info`.
    pub(super) errors: Vec<LmsError>,
    /// `curriculum_assignment_status`.
    pub(super) curricula: Vec<CurriculumResult>,
}

/// What became of one curriculum of a learner.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CurriculumResult {
    /// `curr_id`.
    pub(super) curr_id: Option<String>,
    /// `status`.
    pub(super) status: Option<Status>,
    /// The errors beside `curr_id`.
    pub(super) errors: Vec<LmsError>,
}

/// A status word of any level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// `success`.
    Success,
    /// `fail`.
    Fail,
    /// `partially_success`, or a word that the document does not have.
    Other,
}

impl Reply {
    /// Whether it says what became of anything.
    pub(super) fn tells(&self) -> bool {
        !self.errors.is_empty() || !self.learners.is_empty()
    }

    /// Every curriculum of which it says that it was assigned, with its learner's entry.
    pub(super) fn successes(&self) -> impl Iterator<Item = (&LearnerResult, &CurriculumResult)> {
        let curricula = |learner| {
            let LearnerResult { curricula, .. }: &LearnerResult = learner;
            curricula.iter().map(move |curriculum| (learner, curriculum))
        };
        let all = self.learners.iter().flat_map(curricula);
        all.filter(|(_, curriculum)| curriculum.status == Some(Status::Success))
    }
}

/// The reply in an answer's JSON, if it is one.
pub(super) fn read(value: &Value) -> Option<Reply> {
    let info = value.get("curr_learner_assignment_info").unwrap_or(value);
    let learners = "assignment_status_info";
    let reply = Reply {
        status: status(value, "final_status").or_else(|| status(value, "status")),
        token: word_of(value, "lmstoken_id"),
        errors: errors(value, Some(learners)),
        learners: many(info.get(learners)).iter().map(read_learner).collect(),
    };
    (reply.status.is_some() || reply.tells()).then_some(reply)
}

fn read_learner(value: &Value) -> LearnerResult {
    let curricula = "curriculum_assignment_status";
    LearnerResult {
        assignment_id: word_of(value, "assignment_id"),
        status: status(value, "assignment_status"),
        errors: errors(value, Some(curricula)),
        curricula: many(value.get(curricula)).iter().map(read_curriculum).collect(),
    }
}

fn read_curriculum(value: &Value) -> CurriculumResult {
    CurriculumResult {
        curr_id: word_of(value, "curr_id"),
        status: status(value, "status"),
        errors: errors(value, None),
    }
}

fn status(value: &Value, key: &str) -> Option<Status> {
    let word = word_of(value, key)?.to_lowercase();
    Some(match word.as_str() {
        "success" => Status::Success,
        "fail" => Status::Fail,
        _ => Status::Other,
    })
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
