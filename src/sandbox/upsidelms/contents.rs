//! What curricula consist of: the eight kinds of contents, with the keywords that the document's tables and
//! samples have for each. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::study::Stage;

/// One content of a curriculum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpsideLmsContent {
    /// Its kind.
    pub kind: UpsideLmsContentKind,
    /// Its id, which tells it from the others of its kind.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What else is told of it, by the document's keywords, in the form in which it is sent. What is not here is
    /// `NA`, and `mandatory` is `No`.
    pub fields: BTreeMap<String, String>,
}

/// The kinds of contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpsideLmsContentKind {
    /// Course.
    Course,
    /// Assignment.
    Assignment,
    /// Assessment.
    Assessment,
    /// Reference Material.
    ReferenceMaterial,
    /// Video.
    Video,
    /// Survey.
    Survey,
    /// Session.
    Session,
    /// Virtual Classroom.
    VirtualClassroom,
}

/// What the document has of a kind.
struct Shape {
    kind: UpsideLmsContentKind,
    /// `content_type`. The tables of sessions and virtual classrooms have no such keyword, and there is no sample
    /// of either; every kind that there is a sample of bears it.
    word: &'static str,
    id: &'static str,
    name: &'static str,
    keywords: &'static str,
    /// What plans have beside.
    of_learners: &'static str,
}

const SHAPES: [Shape; 8] = [
    Shape {
        kind: UpsideLmsContentKind::Course,
        word: "Course",
        id: "course_id",
        name: "course_name",
        keywords: "reference_title mandatory type created_on uploaded_on about_course instructor seat_hours \
                   seat_mins",
        of_learners: "started_on last_accessed_on completed_on attempts timespent completion_status",
    },
    Shape {
        kind: UpsideLmsContentKind::Assignment,
        word: "Assignment",
        id: "assignment_id",
        name: "assignment_name",
        keywords: "objective instruction mandatory uploaded_on max_score duration instructor",
        of_learners: "first_accessed_on last_accessed_on completed_on ended_on completion_status \
                      learner_score evaluated_date feedback",
    },
    Shape {
        kind: UpsideLmsContentKind::Assessment,
        word: "Assessment",
        id: "test_id",
        name: "title",
        // The two dates are in the samples alone.
        keywords: "description mandatory duration cutoff total_attempts navigation instructor \
                   valid_from_date valid_till_date",
        of_learners: "started_on completed_on last_accessed_on score remaining_attempt best_score \
                      completion_status",
    },
    Shape {
        kind: UpsideLmsContentKind::ReferenceMaterial,
        word: "Reference Material",
        id: "reference_material_id",
        name: "reference_material_name",
        // The two dates, and the status in plans, are in the samples alone, so spelt.
        keywords: "description mandatory uploaded_on instructor avail_from avain_to",
        of_learners: "last_accessed_on completion_status",
    },
    Shape {
        kind: UpsideLmsContentKind::Video,
        word: "Video",
        id: "video_id",
        name: "video_name",
        keywords: "description mandatory type uploaded_on instructor",
        of_learners: "last_accessed_on timespent completion_status",
    },
    Shape {
        kind: UpsideLmsContentKind::Survey,
        word: "Survey",
        id: "survey_id",
        name: "survey_name",
        keywords: "description instructions mandatory avain_from avail_to instructor",
        of_learners: "last_accessed_on completion_status",
    },
    Shape {
        kind: UpsideLmsContentKind::Session,
        word: "Session",
        id: "session_id",
        name: "session_name",
        keywords: "program_id session_objective mandatory start_date end_date start_hours start_mins \
                   end_hours end_mins last_date_of_nomination last_date_of_cancellation vendor speaker venue \
                   vendor_cost currency instructor",
        of_learners: "completed_on last_accessed_on completion_status",
    },
    Shape {
        kind: UpsideLmsContentKind::VirtualClassroom,
        word: "Virtual Classroom",
        id: "training_id",
        name: "training_name",
        keywords: "description mandatory start_date start_hours start_mins training_hours training_mins \
                   instructor",
        of_learners: "completion_status start_date_time end_date_time attendee_id",
    },
];

impl UpsideLmsContentKind {
    /// What the document calls it.
    pub fn word(self) -> &'static str {
        self.shape().word
    }

    /// One kind after the other.
    pub(super) fn nth(number: u32) -> Self {
        let place = usize::try_from(number).unwrap_or_default() % SHAPES.len();
        SHAPES.get(place).map_or(Self::Course, |shape| shape.kind)
    }

    fn shape(self) -> &'static Shape {
        // Every kind has its shape, and the first is one of them.
        let [first, others @ ..] = &SHAPES;
        others.iter().find(|shape| shape.kind == self).unwrap_or(first)
    }
}

impl UpsideLmsContent {
    /// One of which nothing else is known.
    pub fn new(kind: UpsideLmsContentKind, id: &str, name: &str) -> Self {
        Self { kind, id: id.to_owned(), name: name.to_owned(), fields: BTreeMap::new() }
    }

    /// The same, with this told of it.
    #[must_use]
    pub fn with(mut self, keyword: &str, value: &str) -> Self {
        self.fields.insert(keyword.to_owned(), value.to_owned());
        self
    }

    /// What a catalog says of it; what a plan says where there is a learner.
    pub(super) fn told(&self, learner: Option<Stage>) -> Value {
        let shape = self.kind.shape();
        let mut told = Map::new();
        let mut say = |keyword: &str, value: &str| told.insert(keyword.to_owned(), Value::from(value));
        for keyword in shape.keywords.split_whitespace() {
            say(keyword, if keyword == "mandatory" { "No" } else { "NA" });
        }
        if let Some(stage) = learner {
            for keyword in shape.of_learners.split_whitespace() {
                say(keyword, &self.of_learner(keyword, stage).unwrap_or_else(|| "NA".to_owned()));
            }
        }
        for (keyword, value) in
            [(shape.id, &*self.id), (shape.name, &*self.name), ("content_type", shape.word)]
        {
            say(keyword, value);
        }
        for (keyword, value) in &self.fields {
            say(keyword, value);
        }
        Value::Object(told)
    }

    /// What stands there of a learner. No sample shows a learner who has begun, so all forms but that of days are
    /// assumptions.
    fn of_learner(&self, keyword: &str, stage: Stage) -> Option<String> {
        let (first, last, done) = match stage {
            Stage::Untouched => return None,
            Stage::Begun { first, last } => (first, last, false),
            Stage::Done { first, last } => (first, last, true),
        };
        let attempts = || self.fields.get("total_attempts").and_then(|total| total.parse::<u32>().ok());
        let always = match keyword {
            "completion_status" => Some(if done { "Completed" } else { "In Progress" }.to_owned()),
            "started_on" | "first_accessed_on" => Some(date(first)),
            "last_accessed_on" => Some(date(last)),
            "start_date_time" => Some(format!("{} 10:00", date(first))),
            "attempts" => Some("1".to_owned()),
            "timespent" => Some("00:25:00".to_owned()),
            "remaining_attempt" => attempts().map(|total| total.saturating_sub(1).to_string()),
            "attendee_id" => Some(format!("{}01", self.id)),
            _ => None,
        };
        let at_the_end = match keyword {
            "completed_on" | "evaluated_date" => Some(date(last)),
            "end_date_time" => Some(format!("{} 11:30", date(last))),
            "score" | "best_score" | "learner_score" => Some("80".to_owned()),
            _ => None,
        };
        always.or(at_the_end.filter(|_| done))
    }
}

/// A day in the vendor's form; its slashes are escaped where it is sent.
pub(super) fn date(day: NaiveDate) -> String {
    day.format("%m/%d/%Y").to_string()
}
