//! The parameters of `upsidelms.training_catalog` and `upsidelms.training_plan`: the tables "Input Parameters" of
//! the vendor's sections "Catalog API" and "Learning/Training Plan API". Pure.

use super::kinds::{CATALOG, PLAN};
use crate::model::{Asks, Field, FieldKind, ListOf, Operation, OperationKind, PullShape, Selects};

/// The catalog's name in full.
pub(in super::super) const TRAINING_CATALOG: &str = "upsidelms.training_catalog";
/// The plan's name in full.
pub(in super::super) const TRAINING_PLAN: &str = "upsidelms.training_plan";

/// Whether contents are wanted.
pub(super) const CONTENT_LIST: &str = "contentlist";
/// Which values of curricula are wanted.
pub(super) const OUTPUT_LIST: &str = "outputlist";

/// What may be in no value of a filter: it divides one from the other, and a keyword from its value. No text says
/// that a status may be several, as the others' texts do, so the comma is not for it.
const DIVIDES: &[char] = &['~', '=', ','];

const STATUS: FieldKind = FieldKind::Part { forbidden: DIVIDES, email: false };
const DAY: FieldKind = FieldKind::Date { format: "%m/%d/%Y" };
const ACCESS: FieldKind = words(&["Private", "Public", "Paid"]);
const CERTIFICATION: FieldKind = words(&["Yes", "No"]);
const RATING: FieldKind = FieldKind::List { separator: ',', of: ListOf::Whole { least: 1, greatest: 5 } };
/// "Positive integers"; no curriculum is valid for more than some centuries.
const DAYS: FieldKind = FieldKind::List { separator: ',', of: ListOf::Whole { least: 1, greatest: 99_999 } };

const CATALOG_ORDERS: &[&str] = &[
    "curriculum_name_asc",
    "curriculum_name_desc",
    "curriculum_name_default",
    "accessibility",
    "rating",
    "assigned",
    "nominated",
    "Purchased",
];
const PLAN_ORDERS: &[&str] =
    &["curriculum_name_asc", "curriculum_name_desc", "curriculum_name_default", "accessibility"];

/// The names that the catalog takes; some differ from those that it answers with.
const CATALOG_OUTPUT: &[&str] = &[
    "curriculum_id",
    "curriculum_name",
    "reference_title",
    "validity",
    "start_date",
    "end_date",
    "cost_per_person",
    "currency",
    "certification",
    "instructor",
    "seat_hours",
    "seat_mins",
    "created_by",
    "created_date",
    "modified_by",
    "modified_date",
    "curriculum_status",
    "access",
    "cancellation_date",
    "nomination_date",
    "seat_limit",
    "community",
    "assignment_count",
    "completion_count",
    "avgratings",
    "nomination_count",
    "purchase_count",
];
/// The same for the plan. Where the document prints `completion_dateffeedback`, a comma has got lost between two
/// names, and a key beside it was hit.
const PLAN_OUTPUT: &[&str] = &[
    "curriculum_id",
    "curriculum_name",
    "reference_title",
    "validity",
    "start_date",
    "end_date",
    "cost_per_person",
    "currency",
    "certification",
    "instructor",
    "seat_hours",
    "seat_mins",
    "created_by",
    "created_date",
    "modified_by",
    "modified_date",
    "curriculum_status",
    "access",
    "cancellation_date",
    "nomination_date",
    "seat_limit",
    "community",
    "assignment_count",
    "completion_count",
    "avgratings",
    "nomination_count",
    "purchase_count",
    "started_on",
    "last_access_date",
    "assigned_date",
    "expired_date",
    "completion_date",
    "feedback",
    "learner_rating",
    "curriculum_completion_status",
];

/// How a learner is named, and where that stands among the fields of `upsidelms.manage_user`.
const IDENTIFIERS: &[(&str, &str)] = &[("Uniqueid", "unique_id"), ("Login", "username"), ("Email", "email")];

/// `upsidelms.training_catalog`.
pub(in super::super) fn training_catalog() -> Operation {
    let filters = [
        ("Accessibility", "Access", ACCESS),
        ("Status", "Status", STATUS),
        ("Certification", "Certification", CERTIFICATION),
        ("Rating", "Rating", RATING),
        ("validity_days", "Validity Days", DAYS),
        ("Start_Date", "Start Date", DAY),
        ("End_Date", "End Date", DAY),
        ("Order_by", "Order By", one_of(CATALOG_ORDERS)),
    ];
    let summary = "asks for the catalog: curricula and their contents, for all or for one learner";
    let shape = PullShape { items: &CATALOG, ..shape(Asks::Maybe, "End_Date") };
    pull(TRAINING_CATALOG, summary, filters, CATALOG_OUTPUT, shape)
}

/// `upsidelms.training_plan`.
pub(in super::super) fn training_plan() -> Operation {
    let filters = [
        ("Accessibility", "Access", ACCESS),
        ("Completion_Status", "Completion Status", STATUS),
        ("Certification", "Certification", CERTIFICATION),
        ("Rating", "Rating", RATING),
        ("validity_days", "Validity Days", DAYS),
        ("Start_Date", "Start Date", DAY),
        ("Expiry_Date", "Expiry Date", DAY),
        ("Order_by", "Order By", one_of(PLAN_ORDERS)),
    ];
    let summary = "asks for the learning plan of each learner: curricula and contents, and how far they are";
    let shape = PullShape { items: &PLAN, ..shape(Asks::EachLearner, "Expiry_Date") };
    pull(TRAINING_PLAN, summary, filters, PLAN_OUTPUT, shape)
}

fn pull(
    name: &str,
    summary: &'static str,
    filters: [(&str, &str, FieldKind); 8],
    output: &'static [&'static str],
    shape: PullShape,
) -> Operation {
    let field = |name, label, kind| Field::new(name, label, false, kind);
    let mut fields = vec![field(CONTENT_LIST, "Content", one_of(&["On", "Off"]))];
    fields.extend(filters.into_iter().map(|(name, label, kind)| field(name, label, kind)));
    fields.push(field(OUTPUT_LIST, "Parameter List", words(output)));
    Operation { pull: Some(shape), ..Operation::new(name, OperationKind::Pull, summary, fields) }
}

/// `last` is the day that can't lie before `Start_Date`.
const fn shape(learners: Asks, last: &'static str) -> PullShape {
    PullShape {
        items: &[],
        learners,
        identifiers: IDENTIFIERS,
        selects: Some(Selects {
            columns: OUTPUT_LIST,
            parts: (CONTENT_LIST, "On"),
            days: ("Start_Date", last),
        }),
        windowed: false,
        daily_calls: None,
        registration: None,
    }
}

/// "Comma separated multiple values can be shared."
const fn words(words: &'static [&'static str]) -> FieldKind {
    FieldKind::List { separator: ',', of: ListOf::Words(words) }
}

fn one_of(words: &[&str]) -> FieldKind {
    FieldKind::OneOf(words.iter().map(|word| (*word).to_owned()).collect())
}

#[cfg(test)]
#[path = "fields_tests.rs"]
mod tests;
