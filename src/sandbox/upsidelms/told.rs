//! What a catalog and a learning plan say of one curriculum. Pure.
//!
//! Inside, a curriculum is known by the names of the output list; each of the two answers spells some of them in
//! its own way.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::assignments::{Held, Learners};
use super::contents::date;
use super::curricula::{UpsideLmsCurriculum, UpsideLmsTrouble};

/// The two calls that tell of curricula.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `/rest/trainingcatalog`
    Catalog,
    /// `/rest/trainingplan`
    Plan,
}

/// The names of an output list, in the document's order: the catalog's, and what plans have beside. What the
/// plan's list prints as `completion_dateffeedback` are two names.
const OF_CURRICULA: &str = "curriculum_id curriculum_name reference_title validity start_date end_date \
    cost_per_person currency certification instructor seat_hours seat_mins created_by created_date modified_by \
    modified_date curriculum_status access cancellation_date nomination_date seat_limit community \
    assignment_count completion_count avgratings nomination_count purchase_count";
const OF_LEARNERS: &str = "started_on last_access_date assigned_date expired_date completion_date feedback \
    learner_rating curriculum_completion_status";

/// How the catalog's samples spell what the plan's spell like the output list.
const OF_CATALOGS: [(&str, &str); 4] = [
    ("validity", "duration"),
    ("curriculum_status", "status"),
    ("avgratings", "avg_ratings"),
    ("purchase_count", "purchased_count"),
];

/// What the document's samples have of every curriculum; what is not here either is `NA`.
const USUAL: [(&str, &str); 12] = [
    ("validity", "5"),
    ("cost_per_person", "10.00"),
    ("currency", "USD"),
    ("certification", "no"),
    ("seat_hours", "0"),
    ("created_by", "Upside Admin"),
    ("curriculum_status", "available"),
    ("access", "private"),
    ("assignment_count", "0"),
    ("completion_count", "0"),
    ("nomination_count", "0"),
    ("purchase_count", "0"),
];

/// One curriculum of an answer.
pub(super) struct Told {
    values: BTreeMap<String, String>,
    contents: Vec<Value>,
}

impl Kind {
    /// The names that an output list can have.
    pub(super) fn names(self) -> impl Iterator<Item = &'static str> {
        let more = if self == Self::Plan { OF_LEARNERS } else { "" };
        OF_CURRICULA.split_whitespace().chain(more.split_whitespace())
    }

    /// The name of the list that an answer is.
    pub(super) fn list(self) -> &'static str {
        match self {
            Self::Catalog => "curriculumCatalogDTO",
            Self::Plan => "learningPlanDTO",
        }
    }

    fn spelling(self, name: &str) -> &str {
        let spelt = OF_CATALOGS.iter().find(|(known, _)| self == Self::Catalog && *known == name);
        spelt.map_or(name, |(_, spelt)| spelt)
    }
}

impl Told {
    /// What there is to say of a curriculum to anybody.
    pub(super) fn of(curriculum: &UpsideLmsCurriculum, learners: Learners) -> Self {
        let name = match curriculum.name.as_str() {
            "" => format!("Curriculum {}", curriculum.id),
            name => name.to_owned(),
        };
        let text = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut values: BTreeMap<String, String> =
            Kind::Catalog.names().map(|name| text(&(name, "NA"))).collect();
        values.extend(USUAL.iter().map(text));
        values.insert("curriculum_id".to_owned(), curriculum.id.clone());
        values.insert("reference_title".to_owned(), name.clone());
        values.insert("curriculum_name".to_owned(), name);
        let status = match curriculum.trouble {
            Some(UpsideLmsTrouble::Expired) => "expired",
            Some(UpsideLmsTrouble::Unavailable) => "unavailable",
            _ => "available",
        };
        values.insert("curriculum_status".to_owned(), status.to_owned());
        values.extend(curriculum.fields.clone());
        let mut told = Self { values, contents: Vec::new() };
        told.add("assignment_count", learners.assigned);
        told.add("completion_count", learners.completed);
        told
    }

    /// What there is to say to a learner who holds it.
    pub(super) fn to_learner(curriculum: &UpsideLmsCurriculum, learners: Learners, held: &Held) -> Self {
        let mut told = Self::of(curriculum, learners);
        let study = &held.study;
        for (name, value) in [
            ("assigned_date", Some(date(held.assigned_on))),
            ("started_on", study.started_on.map(date)),
            ("last_access_date", study.last_access().map(date)),
            ("completion_date", study.completed_on.map(date)),
            ("expired_date", study.expired_on.map(date)),
            ("learner_rating", study.rating.map(|rating| rating.to_string())),
            ("feedback", study.feedback.clone()),
            ("curriculum_completion_status", Some(study.word().to_owned())),
        ] {
            told.values.insert(name.to_owned(), value.unwrap_or_else(|| "NA".to_owned()));
        }
        told
    }

    /// With its contents, and how far a learner is with them.
    #[must_use]
    pub(super) fn with_contents(mut self, curriculum: &UpsideLmsCurriculum, held: Option<&Held>) -> Self {
        let each = curriculum.contents.iter().enumerate();
        let told = |(place, content): (usize, &super::UpsideLmsContent)| {
            content.told(held.map(|held| held.study.stage(place)))
        };
        self.contents = each.map(told).collect();
        self
    }

    /// A value by its name in the output list.
    pub(super) fn value(&self, name: &str) -> &str {
        self.values.get(name).map(String::as_str).unwrap_or_default()
    }

    /// As it is sent: spelt as in the samples, of the listed values alone where there is a list, and with contents
    /// where they are wanted.
    pub(super) fn to_json(&self, kind: Kind, only: Option<&[String]>, contents: bool) -> Value {
        let wanted = |name: &String| only.is_none_or(|only| only.contains(name));
        let sent = self.values.iter().filter(|(name, _)| wanted(name));
        let mut json: Map<String, Value> =
            sent.map(|(name, value)| (kind.spelling(name).to_owned(), Value::from(value.as_str()))).collect();
        if contents {
            json.insert("Content".to_owned(), Value::from(self.contents.clone()));
        }
        Value::Object(json)
    }

    fn add(&mut self, name: &str, more: u32) {
        // What a test has put there in place of a number stays.
        if let Some(count) = self.values.get(name).and_then(|count| count.parse::<u32>().ok()) {
            self.values.insert(name.to_owned(), count.saturating_add(more).to_string());
        }
    }
}
