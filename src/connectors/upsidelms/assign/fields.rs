//! The fields of `upsidelms.assign_curriculum`: the vendor's section "Curriculum Assignment API", parameter
//! `json`, one learner and one curriculum a record.

use crate::connectors::Settings;
use crate::model::{Field, FieldKind, Operation, OperationKind, Rule};

/// The operation's name in full.
pub(in super::super) const ASSIGN_CURRICULUM: &str = "upsidelms.assign_curriculum";

/// How many assignments go into one call, unless the connection says otherwise.
const BATCH: u32 = 20;

/// Name, label, need and kind. The document gives no lengths here.
const TABLE: [(&str, &str, bool, FieldKind); 4] = [
    ("unique_id", "Unique ID", false, FieldKind::Part { forbidden: &['~', '='], email: false }),
    ("username", "Login ID", false, FieldKind::Part { forbidden: &['~', '='], email: false }),
    ("email_id", "Email ID", false, FieldKind::Part { forbidden: &['~', '='], email: true }),
    ("curr_id", "Curriculum ID", true, FieldKind::Part { forbidden: &['~'], email: false }),
];

/// `upsidelms.assign_curriculum` as the portal of these settings takes it.
pub(in super::super) fn assign_curriculum(settings: &Settings) -> Operation {
    let fields = TABLE.map(|(name, label, required, kind)| Field {
        name: name.into(),
        label: label.to_owned(),
        required,
        kind,
        max_chars: None,
        secret: false,
    });
    let summary = "assigns a curriculum to a learner, who is told by mail";
    let batch = settings.whole("batch").and_then(|batch| u32::try_from(batch).ok());
    Operation {
        mails_people: true,
        repeatable: false,
        reads_back: true,
        batch: batch.unwrap_or(BATCH).max(1),
        rules: vec![Rule::AtLeastOne(&["unique_id", "username", "email_id"])],
        ..Operation::new(ASSIGN_CURRICULUM, OperationKind::PushAssignments, summary, fields.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::SettingValue;

    #[test]
    fn it_is_sent_once_mails_people_and_stays() {
        let operation = assign_curriculum(&Settings::default());
        assert!(operation.mails_people && operation.reads_back);
        assert!(!operation.repeatable && !operation.can_take_back);
        let fields = operation.fields.iter().map(|field| (field.name.as_str(), field.required));
        assert_eq!(
            fields.collect::<Vec<_>>(),
            [("unique_id", false), ("username", false), ("email_id", false), ("curr_id", true)]
        );
    }

    #[test]
    fn the_connection_says_how_many_go_together() {
        let mut settings = Settings::default();
        assert_eq!(assign_curriculum(&settings).batch, 20);
        settings.set("batch", SettingValue::Whole(7));
        assert_eq!(assign_curriculum(&settings).batch, 7);
    }
}
