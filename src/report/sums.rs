//! Counts as people read them, and sums that add up before their eyes. Pure.

use std::fmt::Write;

use crate::model::PushCounts;

use super::PushSection;

/// A number and the terms that make it up, such as `312` and `2 duplicates + 310 unchanged`.
pub(super) struct Sum {
    /// What is counted.
    pub(super) label: &'static str,
    /// How many there are.
    pub(super) total: u64,
    /// What they are, zeros left out; says so where it does not add up.
    pub(super) terms: String,
}

impl Sum {
    fn new(label: &'static str, total: u64, parts: &[(u64, &str)]) -> Self {
        let found: u64 = parts.iter().map(|(number, _)| number).sum();
        // No line break between a number and what it counts.
        let terms = terms(parts).map(|term| term.replace(' ', "\u{a0}"));
        let mut text = terms.collect::<Vec<_>>().join(" + ");
        if found != total {
            // Never to be seen; but a sum that does not hold must not look as if it did.
            let _ = write!(text, " (DOES NOT ADD UP: {} accounted for)", number(found));
        }
        Self { label, total, terms: text }
    }
}

/// The account of a file: `rows = filtered + read`.
pub(super) fn file_sum(rows: u64, filtered: u64, read: u64) -> Sum {
    Sum::new("rows", rows, &[(filtered, "filtered out"), (read, "read")])
}

/// The account of a push: where its rows went, what its changes do and what became of them.
pub(super) fn push_sums(push: &PushSection, read: Option<u64>) -> Vec<Sum> {
    let counts = &push.counts;
    let duplicates = if counts.duplicates == 1 { "duplicate" } else { "duplicates" };
    let kinds = [
        (counts.create, "to create"),
        (counts.update, "to update"),
        (counts.deactivate, "to deactivate"),
        (counts.remove, "to remove"),
    ];
    let [create, update, deactivate, _] = kinds;
    let rows = [
        (counts.duplicates, duplicates),
        (counts.rejected, "rejected"),
        (counts.unchanged, "unchanged"),
        create,
        update,
        deactivate,
    ];
    let outcomes = [
        (counts.accepted, "accepted"),
        (counts.already, "already there"),
        (counts.refused, "refused"),
        (counts.parked, "parked"),
        (counts.in_doubt, "in doubt"),
        (counts.pending, "pending"),
        (counts.superseded, "superseded"),
        (counts.held, "held"),
    ];
    let mut sums = vec![Sum::new("rows read", read.unwrap_or_else(|| counts.rows()), &rows)];
    if counts.changes() > 0 || counts.outcomes() > 0 {
        sums.push(Sum::new("changes", counts.changes(), &kinds));
        sums.push(Sum::new("outcomes", counts.changes(), &outcomes));
    }
    sums
}

/// The counts of all pushes together.
pub(super) fn total(pushes: &[PushSection]) -> PushCounts {
    pushes.iter().fold(PushCounts::default(), |sum, push| {
        let more = &push.counts;
        PushCounts {
            duplicates: sum.duplicates + more.duplicates,
            rejected: sum.rejected + more.rejected,
            unchanged: sum.unchanged + more.unchanged,
            create: sum.create + more.create,
            update: sum.update + more.update,
            deactivate: sum.deactivate + more.deactivate,
            remove: sum.remove + more.remove,
            accepted: sum.accepted + more.accepted,
            already: sum.already + more.already,
            refused: sum.refused + more.refused,
            parked: sum.parked + more.parked,
            in_doubt: sum.in_doubt + more.in_doubt,
            pending: sum.pending + more.pending,
            superseded: sum.superseded + more.superseded,
            held: sum.held + more.held,
        }
    })
}

/// `2 rows`, `1 row`, `1,048,576 rows`.
pub(super) fn count(how_many: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(how_many), if how_many == 1 { one } else { many })
}

/// A number with a comma at every thousand.
pub(super) fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The parts that are not zero, in words.
pub(super) fn terms(parts: &[(u64, &str)]) -> impl Iterator<Item = String> {
    parts.iter().filter(|(how_many, _)| *how_many > 0).map(|(how_many, what)| count(*how_many, what, what))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn numbers_have_a_comma_at_every_thousand() {
        let check = |value, expected: &str| assert_eq!(number(value), expected);
        check(0, "0");
        check(999, "999");
        check(1_000, "1,000");
        check(1_048_576, "1,048,576");
    }

    #[test]
    fn a_sum_that_does_not_hold_says_so() {
        let mut push = samples::partial().pushes.remove(0);
        push.counts.unchanged -= 3;
        let sums = push_sums(&push, Some(312));
        assert!(sums[0].terms.contains("DOES NOT ADD UP: 309"), "{}", sums[0].terms);
        assert!(!sums[1].terms.contains("ADD UP"));
    }
}
