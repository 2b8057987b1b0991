//! The portal's error codes with their texts, as the document prints them. Pure.

use serde::{Serialize, Serializer};

use super::curricula::UpsideLmsTrouble;

/// One item of the error list. Texts, double blanks and all, are those of the document's samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) code: &'static str,
    pub(super) text: String,
}

impl Complaint {
    fn new(code: &'static str, text: &str, label: &str) -> Self {
        Self { code, text: format!("{text} ({label})") }
    }

    pub(super) fn invalid(label: &str) -> Self {
        Self::new("Err001", "Invalid value received against parameter.", label)
    }

    /// The sample's code and spelling, both at odds with the table of codes (Err003, "does not exist").
    pub(super) fn unknown_role() -> Self {
        Self::new("Err001", "Record does not exists in system.", "LMS Role")
    }

    pub(super) fn mandatory(label: &str) -> Self {
        Self::new("Err002", "Mandatory Field.", label)
    }

    pub(super) fn no_record(label: &str) -> Self {
        Self::new("Err003", "Record does not exist in system.", label)
    }

    /// Two blanks, as in the sample; the table of codes has one.
    pub(super) fn date(label: &str) -> Self {
        Self::new("Err004", "Invalid  Date format.", label)
    }

    pub(super) fn duplicate(label: &str) -> Self {
        Self::new("Err005", "Duplicate record.", label)
    }

    pub(super) fn no_licences() -> Self {
        Self { code: "Err006", text: "No Licenses Found.".to_owned() }
    }

    pub(super) fn access_disabled() -> Self {
        Self { code: "Err007", text: "Access Disabled".to_owned() }
    }

    /// As assigncurriculum has it, with a full stop.
    pub(super) fn access_disabled_dot() -> Self {
        Self { code: "Err007", text: "Access Disabled.".to_owned() }
    }

    pub(super) fn internal() -> Self {
        Self { code: "Err500", text: "Internal server error.".to_owned() }
    }

    /// Without the blank, as assigncurriculum's sample and the learning plan's table have it.
    pub(super) fn invalid_close(label: &str) -> Self {
        Self { code: "Err001", text: format!("Invalid value received against parameter.({label})") }
    }

    /// With single blanks, as the tables of catalogs and learning plans have it.
    pub(super) fn date_close(label: &str) -> Self {
        Self { code: "Err004", text: format!("Invalid Date format.({label})") }
    }

    /// The sample's spelling; the table of codes has "does not exist", and a blank.
    pub(super) fn no_such_learner() -> Self {
        let text = "Record does not exists in system.(Learner Unique Identifier)";
        Self { code: "Err003", text: text.to_owned() }
    }

    /// The sample has one code for this, the table another.
    pub(super) fn already_assigned(is_err009: bool) -> Self {
        let code = if is_err009 { "Err009" } else { "Err010" };
        Self { code, text: "Curriculum already assigned".to_owned() }
    }

    pub(super) fn no_learner() -> Self {
        let text = "Curriculum can only be assigned to a user with 'Learner' access.";
        Self { code: "Err015", text: text.to_owned() }
    }

    /// What is expired has the code that what is assigned already leaves over.
    pub(super) fn trouble(trouble: UpsideLmsTrouble, already_is_err009: bool) -> Self {
        let (code, text) = match trouble {
            UpsideLmsTrouble::SessionConflict => (
                "Err008",
                "Session within this curriculum conflicts with a session in another Curriculum already \
                 assigned to the learner",
            ),
            UpsideLmsTrouble::Expired if already_is_err009 => ("Err010", "Curriculum is expired"),
            UpsideLmsTrouble::Expired => ("Err009", "Curriculum is expired"),
            UpsideLmsTrouble::SeatLimit => ("Err011", "Session seat limit exceeds"),
            UpsideLmsTrouble::VcsCapacity => ("Err012", "Capacity of VCS exceeds"),
            UpsideLmsTrouble::Unavailable => ("Err013", "Curriculum Unavailable"),
            UpsideLmsTrouble::NoContents => ("Err014", "Curriculum does not have any Contents"),
        };
        Self { code, text: text.to_owned() }
    }

    /// An empty catalog or learning plan.
    pub(super) fn no_data() -> Self {
        Self { code: "Msg001", text: "No data found.".to_owned() }
    }
}

impl Serialize for Complaint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(self.code, &self.text)])
    }
}
