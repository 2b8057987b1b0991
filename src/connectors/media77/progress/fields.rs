//! What `media77.activity_progress` asks for, and the columns of what it brings: those of the vendor's page
//! "Activity Progress API and Webhook".

use FieldKind::{Bool, OneOf, Text};

use crate::connectors::Settings;
use crate::model::{
    Asks, Column, ColumnKind, Field, FieldKind, ItemShape, Keep, Operation, OperationKind, PullShape,
};

/// The operation's name in full.
pub(in crate::connectors::media77) const ACTIVITY_PROGRESS: &str = "media77.activity_progress";

/// The setting that says how many calls a day the vendor allows.
pub(in crate::connectors::media77) const CALLS_PER_DAY: &str = "calls_per_day";

/// The setting that says how many rows are asked for at a time.
pub(in crate::connectors::media77) const PAGE_ROWS: &str = "page_rows";

/// The setting that says where the API is.
pub(in crate::connectors::media77) const PATH: &str = "progress_path";

/// The vendor's limit unless it was raised.
const USUAL_CALLS: u32 = 500;

/// Without a number the vendor sends 10 rows; its own sample asks for 1,000.
pub(super) const USUAL_ROWS: u64 = 500;

/// Where the vendor's page has the API.
pub(super) const USUAL_PATH: &str = "/api/reports/progress";

/// The kind of the items.
pub(super) const PROGRESS: &str = "progress";

/// What tells one item from the other.
pub(super) const TRANSACTION: &str = "transactionId";

/// Our registration, which joins an item to a learner.
pub(super) const REGISTRATION: &str = "registration";

/// How far the learner has come, in percent: it never goes down.
pub(super) const PERCENT: &str = "progress";

/// The vendor sends times with `Z` and without; both are UTC, the page says.
const MOMENT: ColumnKind = ColumnKind::Moment { formats: &["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"] };

/// The columns in the order of the vendor's sample.
pub(super) const COLUMNS: &[Column] = &[
    Column::new(TRANSACTION, "Transaction", ColumnKind::Text),
    Column::new("firstName", "First name", ColumnKind::Text),
    Column::new("lastName", "Last name", ColumnKind::Text),
    Column::new("email", "E-mail address", ColumnKind::Text),
    Column::new("memberIdentifier", "Member identifier", ColumnKind::Text),
    Column::new("activityId", "Activity ID", ColumnKind::Text),
    Column::new("activityTitle", "Activity", ColumnKind::Text),
    // What is registered once stays so.
    Column::new(REGISTRATION, "Registration", ColumnKind::Text).keeping(Keep::Filled),
    Column::new("dateStarted", "Started", MOMENT),
    // A decimal in the vendor's tables, sent as "100" or 0.
    Column::new(PERCENT, "Progress", ColumnKind::Decimal).keeping(Keep::Greatest),
    Column::new("dateCompleted", "Completed", MOMENT).keeping(Keep::Filled),
    Column::new("completionCode", "Completion code", ColumnKind::Text).keeping(Keep::Filled),
];

const ITEMS: &[ItemShape] = &[ItemShape {
    kind: PROGRESS,
    nouns: ("progress record", "progress records"),
    id: TRANSACTION,
    title: "activityTitle",
    telling: &[("instance", "instance"), (PERCENT, "progress"), ("dateCompleted", "completed")],
    columns: COLUMNS,
}];

/// `media77.activity_progress` as a connection with these settings asks it; `registers` is what tells one
/// registration of a learner from the other.
pub(in crate::connectors::media77) fn operation(
    settings: &Settings,
    registers: &'static [&'static str],
) -> Operation {
    let words = |words: Vec<&str>| OneOf(words.into_iter().map(str::to_owned).collect());
    let fields = vec![
        Field::new("search", "Text that the rows must have in them", false, Text),
        Field::new("completed", "Whether to leave out what is not completed", false, Bool),
        // The sample sorts by lastName, and no list of what else there is: so, by what a row has.
        Field::new("sort", "What the rows are sorted by", false, words(sortable())),
        Field::new("order", "In which direction", false, words(vec!["ASC", "DESC"])),
    ];
    let calls = settings.whole(CALLS_PER_DAY).and_then(|calls| u32::try_from(calls).ok());
    let summary = "reads how far learners have come in their courses, and what they have completed";
    Operation {
        pull: Some(PullShape {
            items: ITEMS,
            learners: Asks::Nobody,
            identifiers: &[],
            selects: None,
            windowed: true,
            daily_calls: Some(calls.unwrap_or(USUAL_CALLS)),
            registration: Some((REGISTRATION, registers)),
        }),
        ..Operation::new(ACTIVITY_PROGRESS, OperationKind::Pull, summary, fields)
    }
}

fn sortable() -> Vec<&'static str> {
    COLUMNS.iter().map(|column| column.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::SettingValue;

    #[test]
    fn the_columns_are_those_of_the_vendors_page() {
        let names: Vec<_> = COLUMNS.iter().map(|column| column.name).collect();
        let expected = [
            "transactionId",
            "firstName",
            "lastName",
            "email",
            "memberIdentifier",
            "activityId",
            "activityTitle",
            "registration",
            "dateStarted",
            "progress",
            "dateCompleted",
            "completionCode",
        ];
        assert_eq!(names, expected);
        let shape = ITEMS[0];
        assert!(shape.column(shape.id).is_some() && shape.column(shape.title).is_some());
        assert_eq!(shape.column(PERCENT).unwrap().keep, Keep::Greatest);
        assert_eq!(shape.column("dateCompleted").unwrap().keep, Keep::Filled);
    }

    #[test]
    fn the_limit_of_a_day_is_the_vendors_or_what_was_agreed() {
        let limit = |settings: &Settings| operation(settings, &["activity"]).pull.unwrap().daily_calls;
        let mut settings = Settings::default();
        assert_eq!(limit(&settings), Some(500));
        settings.set(CALLS_PER_DAY, SettingValue::Whole(2_000));
        assert_eq!(limit(&settings), Some(2_000));
    }
}
