//! The fields of `crowdwisdom.set_completion`: the table "completionRecord" of the vendor's document and
//! the fields that only its example shows, as one table.

use crate::connectors::Settings;
use crate::model::{Field, FieldKind, ListOf, Operation, OperationKind};

/// The operation's name in full.
pub(super) const SET_COMPLETION: &str = "crowdwisdom.set_completion";

/// What stands between the credits of one record in its value: the vendor takes an element each, so the
/// sign is our own, and one that names and titles hardly hold.
pub(super) const CREDIT_SEPARATOR: char = '|';

/// What stands between the name of a credit and its title.
pub(super) const TITLE_SIGN: char = '=';

/// The document says "Float" and gives no bounds; up to here a float of 32 bits holds every whole number.
const SCORE: f64 = 16_777_216.0;

enum Kind {
    Text,
    Email,
    Word(&'static [&'static str]),
    Score,
    Span,
    Moment,
    Switch,
    Credits,
}
use Kind::{Credits, Email, Moment, Score, Span, Switch, Text, Word};

const NEEDED: bool = true;
const FREE: bool = false;

/// Name, description, default, need and kind, in the order of the example, which is the order on the wire.
/// Descriptions and defaults are the table's, letter by letter; of what only the example has they are ours.
static TABLE: [(&str, &str, &str, bool, Kind); 19] = [
    ("customerId", "Unique customer/user identifier in the AMS system", "", NEEDED, Text),
    ("productId", "Unique product identifier in the AMS system", "", NEEDED, Text),
    (
        "completion",
        "Completion types are: \"Completed\", \"Passed\", \"Failed\"",
        "Completed",
        NEEDED,
        Word(&["Completed", "Passed", "Failed"]),
    ),
    (
        "status",
        "Enrollment status to be set. Must be either \"Active\" or \"Finished\"",
        "Active",
        FREE,
        Word(&["Active", "Finished"]),
    ),
    ("score", "Score to be set", "", FREE, Score),
    ("timeSpent", "Total amount of time (in milliseconds) spent on the learning module", "", FREE, Span),
    (
        "completionDate",
        "The date and time the user completed the learning module",
        "current date and time",
        FREE,
        Moment,
    ),
    ("grantCredits", "Whether to grant credits", "True", FREE, Switch),
    ("issueCertificates", "Whether to issues certificates", "True", FREE, Switch),
    ("publishToAms", "Whether to publish credits and completion status back to AMS", "True", FREE, Switch),
    ("startDate", "Enrollment start date and time", "Completion", FREE, Moment),
    ("endDate", "Enrollment end date and time", "Completion", FREE, Moment),
    ("packageId", "Package identifier", "", FREE, Text),
    ("credits", "Credits, each NAME or NAME=TITLE", "", FREE, Credits),
    ("autoGrantCredits", "Whether to grant credits automatically", "", FREE, Switch),
    ("customerFirstName", "Customer's first name", "", FREE, Text),
    ("customerLastName", "Customer's last name", "", FREE, Text),
    ("customerEmail", "Customer's e-mail address", "", FREE, Email),
    ("createDate", "Date and time of creation", "", FREE, Moment),
];

/// The names of all fields, in the order of the example.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(name, ..)| *name)
}

/// `crowdwisdom.set_completion` with the batch of these settings.
pub(super) fn set_completion(settings: &Settings) -> Operation {
    let fields = TABLE.iter().map(|(name, description, default, required, kind)| {
        let label = match *default {
            "" => (*description).to_owned(),
            default => format!("{description}; default: {default}"),
        };
        Field::new(name, &label, *required, kind.kind())
    });
    let summary = "says that a customer has completed, passed or failed a product; may grant credits and \
                   issue certificates";
    Operation {
        // Certificates may be issued, and mailed, with every completion that is sent for the first time.
        mails_people: true,
        // Credits and certificates are on unless said, so a second call may grant and issue twice.
        repeatable: false,
        batch: settings.whole("batch").and_then(|most| u32::try_from(most).ok()).unwrap_or(1).max(1),
        advice: &[(
            "completionDate",
            "left out, the LMS takes the time of sending, which is another one at every sending",
        )],
        ..Operation::new(SET_COMPLETION, OperationKind::PushCompletions, summary, fields.collect())
    }
}

impl Kind {
    fn kind(&self) -> FieldKind {
        match self {
            Text => FieldKind::Text,
            Email => FieldKind::Email,
            Word(words) => FieldKind::OneOf(words.iter().map(|word| (*word).to_owned()).collect()),
            Score => FieldKind::Number { least: -SCORE, greatest: SCORE },
            Span => FieldKind::Milliseconds,
            Moment => FieldKind::DateTime,
            Switch => FieldKind::Bool,
            Credits => FieldKind::List { separator: CREDIT_SEPARATOR, of: ListOf::Text },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::SettingValue;

    /// The table as the document prints it, but for the remarks on what is not required: code, type,
    /// description, need and default.
    const DOCUMENT: &str = "\
customerId\tString\tUnique customer/user identifier in the AMS system\tY\t
productId\tString\tUnique product identifier in the AMS system\tY\t
completion\tCompletion Type\tCompletion types are: \"Completed\", \"Passed\", \"Failed\"\tY\tCompleted
status\tStatus Type\tEnrollment status to be set. Must be either \"Active\" or \"Finished\"\tN\tActive
score\tFloat\tScore to be set\tN\t
timeSpent\tLong\tTotal amount of time (in milliseconds) spent on the learning module\tN\t
completionDate\tDate Time\tThe date and time the user completed the learning module\tN\tDefault to current date and time
grantCredits\tBoolean\tWhether to grant credits\tN\tTrue
issueCertificates\tBoolean\tWhether to issues certificates\tN\tTrue
publishToAms\tBoolean\tWhether to publish credits and completion status back to AMS\tN\tTrue
startDate\tDate Time\tEnrollment start date and time\tN\tCompletion
endDate\tDate Time\tEnrollment end date and time\tN\tCompletion
";

    #[test]
    fn the_table_is_the_documents() {
        let operation = set_completion(&Settings::default());
        let printed: String = operation
            .fields
            .iter()
            .take(12)
            .map(|field| {
                let kind = match &field.kind {
                    FieldKind::Text => "String",
                    FieldKind::OneOf(words) if words.iter().any(|word| word == "Passed") => "Completion Type",
                    FieldKind::OneOf(_) => "Status Type",
                    FieldKind::Number { .. } => "Float",
                    FieldKind::Milliseconds => "Long",
                    FieldKind::DateTime => "Date Time",
                    FieldKind::Bool => "Boolean",
                    other => panic!("{other:?} is not in the document"),
                };
                let (description, default) =
                    field.label.split_once("; default: ").unwrap_or((&field.label, ""));
                let default = default.replace("current", "Default to current");
                let need = if field.required { "Y" } else { "N" };
                format!("{}\t{kind}\t{description}\t{need}\t{default}\n", field.name)
            })
            .collect();
        assert_eq!(printed, DOCUMENT);
    }

    #[test]
    fn the_words_are_spelt_as_in_the_document() {
        let operation = set_completion(&Settings::default());
        let words = |name: &str| match &operation.field(name).unwrap().kind {
            FieldKind::OneOf(words) => words.join(" "),
            other => panic!("{other:?}"),
        };
        assert_eq!(words("completion"), "Completed Passed Failed");
        assert_eq!(words("status"), "Active Finished");
    }

    #[test]
    fn a_completion_is_never_sent_twice_and_one_by_one_unless_said() {
        let operation = set_completion(&Settings::default());
        assert!(!operation.repeatable && !operation.reads_back && !operation.can_take_back);
        assert!(operation.mails_people);
        assert_eq!((operation.batch, operation.advice[0].0), (1, "completionDate"));
        let mut settings = Settings::default();
        settings.set("batch", SettingValue::Whole(50));
        assert_eq!(set_completion(&settings).batch, 50);
    }
}
