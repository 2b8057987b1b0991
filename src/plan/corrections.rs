//! Corrected rows that wait for a person: a repeat may grant or mail twice (semantics 17).

use crate::model::{Change, OperationKind};

use super::{Finding, Scope};

/// The longest value of an example, in characters.
const EXAMPLE_CHARS: usize = 60;

/// The corrections of a plan that are held.
#[derive(Clone, Debug, Default)]
pub struct Corrections {
    count: u64,
    example: Option<String>,
}

impl Corrections {
    /// Adds one; the first is the example.
    pub fn add(&mut self, change: &Change) {
        self.count += 1;
        if self.example.is_none() {
            self.example = Some(example(change));
        }
    }

    /// What holds them, where there are any.
    pub fn finding(&self, kind: OperationKind) -> Option<Finding> {
        let example = self.example.as_ref()?;
        let (one, many) = kind.nouns();
        let (noun, differs, held, them) = match self.count {
            1 => (one, "row differs", "this correction is held", "it is"),
            _ => (many, "rows differ", "these corrections are held", "they are"),
        };
        Some(Finding {
            guard: "on_change",
            found: format!("{} corrected {noun}", self.count),
            limit: "none while on_change = \"hold\"".to_owned(),
            explanation: format!(
                "{} {differs} from what the LMS has acknowledged, for example {example}; a repeat may grant \
                 credits or mail the learner a second time, so {held} and the rest goes; look whether \
                 {them} right, then set on_change = \"send\" ({them} sent) or \"ignore\" ({them} left alone) in \
                 the push, and drop the file again",
                self.count
            ),
            scope: Scope::Updates,
        })
    }
}

/// `key E1,C2 (row 9): status "Attended" -> "Completed"`.
fn example(change: &Change) -> String {
    let row = change.origin.as_ref().map(|origin| format!(" (row {})", origin.row)).unwrap_or_default();
    let difference = change.differences().next().map(|(field, before, after)| match before {
        Some(before) => format!(": {field} \"{}\" -> \"{}\"", short(before), short(after)),
        None => format!(": {field} nothing -> \"{}\"", short(after)),
    });
    format!("key {}{row}{}", change.key, difference.unwrap_or_default())
}

fn short(value: &str) -> String {
    if value.chars().count() <= EXAMPLE_CHARS {
        return value.to_owned();
    }
    value.chars().take(EXAMPLE_CHARS).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ChangeKind, Extras, Fields, Key, Origin};

    fn change(row: u64, before: &[(&str, &str)], after: &[(&str, &str)]) -> Change {
        let after: Fields = after.iter().copied().collect();
        Change {
            key: Key::from_values(["E1", "C,2"]),
            kind: ChangeKind::Update,
            origin: Some(Origin { sheet: None, row }),
            before: Some(before.iter().copied().collect()),
            sent: after.clone(),
            after,
            extras: Extras::default(),
        }
    }

    #[test]
    fn the_finding_says_how_many_and_shows_the_first() {
        let mut corrections = Corrections::default();
        assert_eq!(corrections.finding(OperationKind::PushCompletions), None);
        corrections.add(&change(
            9,
            &[("at", "1"), ("status", "Attended")],
            &[("at", "1"), ("status", "Completed")],
        ));
        let one = corrections.finding(OperationKind::PushAssignments).unwrap();
        assert_eq!((one.found.as_str(), one.scope), ("1 corrected assignment", Scope::Updates));
        assert!(one.explanation.starts_with("1 row differs from what"), "{one:?}");
        corrections.add(&change(4, &[], &[("grade", "A")]));
        let two = corrections.finding(OperationKind::PushCompletions).unwrap();
        insta::assert_snapshot!(format!("{} | {} | {}", two.found, two.limit, two.explanation), @r#"2 corrected completions | none while on_change = "hold" | 2 rows differ from what the LMS has acknowledged, for example key E1,"C,2" (row 9): status "Attended" -> "Completed"; a repeat may grant credits or mail the learner a second time, so these corrections are held and the rest goes; look whether they are right, then set on_change = "send" (they are sent) or "ignore" (they are left alone) in the push, and drop the file again"#);
    }

    #[test]
    fn an_example_is_short_and_names_what_was_not_there() {
        let long = "x".repeat(500);
        let text = example(&change(4, &[], &[("note", &long)]));
        assert!(text.starts_with("key E1,\"C,2\" (row 4): note nothing -> \"xxx"), "{text}");
        assert!(text.chars().count() < 120, "{text}");
    }
}
