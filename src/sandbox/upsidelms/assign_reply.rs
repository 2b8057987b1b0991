//! Answers of assigncurriculum, their members in the order of the document's samples. Pure.

use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

use super::complaints::Complaint;

/// What became of each curriculum.
pub(super) type Results<'a> = Vec<(&'a str, Result<(), Complaint>)>;

/// What became of one record.
pub(super) struct Item<'a> {
    pub(super) learner_info: &'a str,
    /// The complaint is one about the learner, or about the record.
    pub(super) results: Result<Results<'a>, Complaint>,
    pub(super) assignment_id: &'a str,
}

/// What became of a call.
pub(super) struct Reply<'a> {
    /// The complaint is one about the call as a whole.
    pub(super) result: Result<Vec<Item<'a>>, Complaint>,
    pub(super) token: &'a str,
}

/// The word for what was assigned of a whole.
fn status<'a>(results: impl Iterator<Item = Option<&'a Results<'a>>>) -> &'static str {
    let (mut good, mut bad) = (false, false);
    for results in results {
        match results {
            Some(results) => {
                good |= results.iter().any(|(_, result)| result.is_ok());
                bad |= results.iter().any(|(_, result)| result.is_err());
            }
            None => bad = true,
        }
    }
    match (good, bad) {
        (true, false) => "success",
        (true, true) => "partially_success",
        (false, _) => "fail",
    }
}

impl Reply<'_> {
    fn status(&self) -> &'static str {
        let items = self.result.as_deref().unwrap_or_default();
        status(items.iter().map(|item| item.results.as_ref().ok()))
    }

    /// The final status, and the distinct codes.
    pub(super) fn outcome(&self) -> String {
        let mut words = vec![self.status()];
        let items = self.result.as_deref().unwrap_or_default();
        let of_items = items.iter().filter_map(|item| item.results.as_ref().err());
        let of_curricula = items
            .iter()
            .flat_map(|item| item.results.iter().flatten())
            .filter_map(|(_, result)| result.as_ref().err());
        for complaint in self.result.as_ref().err().into_iter().chain(of_items).chain(of_curricula) {
            if !words.contains(&complaint.code) {
                words.push(complaint.code);
            }
        }
        words.join(" ")
    }

    pub(super) fn to_json(&self) -> String {
        // Text and lists of text always make JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Serialize for Reply<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "snake_case")]
        enum Info<'a> {
            AssignmentStatusInfo(&'a [Item<'a>]),
            ErrorList([&'a Complaint; 1]),
        }
        let info = match &self.result {
            Ok(items) => Info::AssignmentStatusInfo(items),
            Err(complaint) => Info::ErrorList([complaint]),
        };
        let mut reply = serializer.serialize_struct("Reply", 3)?;
        reply.serialize_field("curr_learner_assignment_info", &info)?;
        reply.serialize_field("final_status", self.status())?;
        reply.serialize_field("lmstoken_id", self.token)?;
        reply.end()
    }
}

impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut item = serializer.serialize_map(None)?;
        item.serialize_entry("learner_info", self.learner_info)?;
        match &self.results {
            Ok(results) => {
                let curricula: Vec<_> = results.iter().map(|(id, result)| Curriculum(id, result)).collect();
                item.serialize_entry("curriculum_assignment_status", &curricula)?;
            }
            Err(complaint) => item.serialize_entry(complaint.code, &complaint.text)?,
        }
        let results = std::iter::once(self.results.as_ref().ok());
        item.serialize_entry("assignment_status", status(results))?;
        item.serialize_entry("assignment_id", self.assignment_id)?;
        item.end()
    }
}

struct Curriculum<'a>(&'a str, &'a Result<(), Complaint>);

impl Serialize for Curriculum<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(id, result) = self;
        let mut curriculum = serializer.serialize_map(None)?;
        curriculum.serialize_entry("status", if result.is_ok() { "success" } else { "fail" })?;
        if let Err(complaint) = result {
            curriculum.serialize_entry(complaint.code, &complaint.text)?;
        }
        curriculum.serialize_entry("curr_id", id)?;
        curriculum.end()
    }
}
