//! The pulls of our products: a catalog, a plan of each learner, and progress over a span of time.

use super::*;
use crate::model::{Asks, Column, ColumnKind, ItemShape, PullShape, Rule, Selects};

const YES_NO: ColumnKind = ColumnKind::Flag { yes: &["Yes"], no: &["No"] };

const ITEMS: &[ItemShape] = &[
    ItemShape {
        kind: "curriculum",
        nouns: ("curriculum", "curricula"),
        id: "curriculum_id",
        title: "curriculum_name",
        telling: &[],
        columns: &[
            Column::new("curriculum_id", "Curriculum Id", ColumnKind::Text).internal(),
            Column::new("curriculum_name", "Curriculum Name", ColumnKind::Text),
            Column::new("start_date", "Start Date", ColumnKind::Date { format: "%m/%d/%Y" }),
            Column::new("certification", "Certification", YES_NO),
            Column::new("modified_on", "Modified on", ColumnKind::Moment { formats: &[] }),
            Column::new("seat_hours", "Seat Hours", ColumnKind::Whole),
            Column::new("status", "Status", ColumnKind::Text).also(&["curriculum_status"]),
        ],
    },
    ItemShape {
        kind: "Course",
        nouns: ("course", "courses"),
        id: "course_id",
        title: "course_name",
        telling: &[],
        columns: &[
            Column::new("course_id", "Course Id", ColumnKind::Text).internal(),
            Column::new("course_name", "Course Name", ColumnKind::Text),
            Column::new("mandatory", "Mandatory", YES_NO),
        ],
    },
];

/// Names of the list, of which one differs from that of its column.
const OUTPUT: &[&str] = &[
    "curriculum_id",
    "curriculum_name",
    "start_date",
    "certification",
    "modified_on",
    "seat_hours",
    "curriculum_status",
    "a",
    "b",
    "c",
    "d",
    "e",
    "f",
];

const CATALOG: PullShape = PullShape {
    items: ITEMS,
    learners: Asks::Maybe,
    identifiers: &[("Uniqueid", "unique_id"), ("Email", "email")],
    selects: Some(Selects {
        columns: "outputlist",
        parts: ("contentlist", "On"),
        days: ("Start_Date", "End_Date"),
    }),
    windowed: false,
    daily_calls: None,
    registration: None,
};

pub(super) fn catalog() -> Operation {
    let several = |words| FieldKind::List { separator: ',', of: ListOf::Words(words) };
    let whole = |least, greatest| FieldKind::List { separator: ',', of: ListOf::Whole { least, greatest } };
    let one = |words: [&str; 2]| FieldKind::OneOf(words.map(str::to_owned).into());
    let fields = vec![
        Field::new("contentlist", "Content", false, one(["On", "Off"])),
        Field::new("Accessibility", "Access", false, several(&["Private", "Public", "Paid"])),
        Field::new("Rating", "Rating", false, whole(1, 5)),
        Field::new("validity_days", "Validity Days", false, whole(1, u32::MAX.into())),
        Field::new("Start_Date", "Start Date", false, FieldKind::Date { format: "%m/%d/%Y" }),
        Field::new("End_Date", "End Date", false, FieldKind::Date { format: "%m/%d/%Y" }),
        Field::new("outputlist", "Parameter List", false, several(OUTPUT)),
        Field::new("Order_by", "Order By", false, one(["rating", "curriculum_name_asc"])),
        Field::new("search", "Search", false, FieldKind::Text),
    ];
    let summary = "asks for the catalog";
    Operation {
        pull: Some(CATALOG),
        rules: vec![Rule::OnlyWith { field: "Order_by", other: "contentlist", value: "Off" }],
        ..Operation::new("upsidelms.training_catalog", OperationKind::Pull, summary, fields)
    }
}

pub(super) fn plan() -> Operation {
    Operation {
        name: "upsidelms.training_plan".into(),
        pull: Some(PullShape { learners: Asks::EachLearner, ..CATALOG }),
        fields: Vec::new(),
        rules: Vec::new(),
        ..catalog()
    }
}

/// A pull of the other product.
pub(super) fn progress() -> Operation {
    let fields = vec![
        Field::new("platform", "Platform", true, FieldKind::Text),
        Field::new("done", "Completed only", false, FieldKind::Bool),
    ];
    Operation {
        pull: Some(PullShape {
            items: &ITEMS[..1],
            selects: None,
            learners: Asks::Nobody,
            identifiers: &[],
            windowed: true,
            registration: Some(("curriculum_name", &["activity"])),
            ..CATALOG
        }),
        ..Operation::new("academy.progress", OperationKind::Pull, "asks who has done what", fields)
    }
}

/// A job of one pull of the catalog, with these lines in it.
pub(super) fn pulling(operation: &str, lines: &str) -> String {
    format!("[[pull]]\nconnection = \"upside\"\noperation = \"{operation}\"\n{lines}\n")
}

/// What is said of such a job, beside a job that pushes users.
pub(super) fn said_of(operation: &str, lines: &str) -> String {
    Files::new(MAIN, &[("catalog.toml", &pulling(operation, lines)), ("hr.toml", JOB)]).problems()
}
