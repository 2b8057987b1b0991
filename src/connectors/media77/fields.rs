//! The fields of `media77.launch_link`: the vendor's section "Course Launch Query String", and what tells one
//! registration from another.

use FieldKind::{Email, Text, Url};

use crate::connectors::Settings;
use crate::model::{Field, FieldKind, Operation, OperationKind};

/// The operation's name in full.
pub(super) const LAUNCH_LINK: &str = "media77.launch_link";

/// `varchar(255)`, which the document says of every parameter but `reg`.
pub(super) const LONGEST: u32 = 255;

/// What, with the learner, tells one registration from another.
pub(super) const REGISTERS: &[&str] = &["activity", "instance"];

/// `media77.launch_link` as the environment of these settings takes it.
pub(super) fn launch_link(settings: &Settings) -> Operation {
    let hosts = hosts(settings).map(str::to_ascii_lowercase).collect();
    let table = [
        ("em", "E-mail address of the learner", true, Email, Some(LONGEST)),
        // "Use first and last name", with a blank between, in the document's sample.
        ("fn", "First and last name of the learner", true, Text, Some(LONGEST)),
        ("activity", "Address of the course", true, Url { hosts }, None),
        // Ours: a yearly retake is an instance of its own, and bears a registration of its own.
        ("instance", "Instance of the course, such as a year", false, Text, Some(LONGEST)),
    ];
    let fields = table.map(|(name, label, required, kind, max_chars)| Field {
        max_chars,
        ..Field::new(name, label, required, kind)
    });
    let summary = "makes the address at which a learner starts a course, with one lasting registration";
    Operation {
        // A link is taken back by leaving it out of its file.
        can_take_back: true,
        registers: Some(REGISTERS),
        ..Operation::new(LAUNCH_LINK, OperationKind::Links, summary, fields.to_vec())
    }
}

/// The hosts of the environment's courses; none means any.
pub(super) fn hosts(settings: &Settings) -> impl Iterator<Item = &str> {
    settings.texts("hosts").unwrap_or_default().iter().map(|host| host.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::SettingValue;

    #[test]
    fn the_table_has_what_the_document_asks_for_and_the_instance() {
        let operation = launch_link(&Settings::default());
        let shown: Vec<_> = operation
            .fields
            .iter()
            .map(|field| (field.name.as_str(), field.required, field.max_chars))
            .collect();
        let expected = [
            ("em", true, Some(255)),
            ("fn", true, Some(255)),
            ("activity", true, None),
            ("instance", false, Some(255)),
        ];
        assert_eq!(shown, expected);
        assert_eq!(operation.registers, Some(&["activity", "instance"][..]));
        assert!(operation.can_take_back && operation.repeatable);
        assert_eq!((operation.kind, operation.batch), (OperationKind::Links, 1));
    }

    #[test]
    fn the_courses_are_those_of_the_hosts() {
        let mut settings = Settings::default();
        let hosts = vec!["Courses.example.org ".to_owned(), "more.example.org".to_owned()];
        settings.set("hosts", SettingValue::Texts(hosts));
        let hosts = vec!["courses.example.org".to_owned(), "more.example.org".to_owned()];
        assert_eq!(launch_link(&settings).field("activity").unwrap().kind, Url { hosts });
    }
}
