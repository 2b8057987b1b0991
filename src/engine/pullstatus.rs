//! How a pull ended. Pure.

use crate::model::RunStatus;
use crate::store::PullRunRow;

/// What a note of a pull begins with where it says that something is wrong.
const MARK: &str = "! ";

/// A note that says that something is wrong, so that its pull is not all well: what was found, what became of
/// it and what to do.
pub(super) fn problem(words: &str) -> String {
    format!("{MARK}{words}")
}

/// The words of a note that says that something is wrong.
pub(super) fn as_problem(note: &str) -> Option<&str> {
    note.strip_prefix(MARK)
}

/// How a pull ended, once its steps are over.
pub(super) fn pull_status(row: &PullRunRow) -> RunStatus {
    let wrong = row.unwritten.is_some() || row.notes.iter().any(|note| as_problem(note).is_some());
    if row.asked > 0 && row.answered == 0 {
        RunStatus::Failed
    } else if wrong || row.answered < row.asked {
        RunStatus::Partial
    } else if row.asked == 0 {
        RunStatus::Nothing
    } else {
        RunStatus::Ok
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(row: PullRunRow, expected: RunStatus) {
        assert_eq!(pull_status(&row), expected, "{row:?}");
    }

    #[test]
    fn green_is_earned() {
        let none = PullRunRow::default();
        check(none.clone(), RunStatus::Nothing);
        let all = PullRunRow { asked: 3, answered: 3, ..none.clone() };
        check(all.clone(), RunStatus::Ok);
        check(PullRunRow { notes: vec!["the same key came twice".to_owned()], ..all.clone() }, RunStatus::Ok);
        check(PullRunRow { notes: vec![problem("the answer was empty")], ..all.clone() }, RunStatus::Partial);
        check(PullRunRow { unwritten: Some("no space".to_owned()), ..all.clone() }, RunStatus::Partial);
        check(PullRunRow { answered: 2, failed: 1, ..all.clone() }, RunStatus::Partial);
        // One that was not asked before the deadline has no answer either.
        check(PullRunRow { answered: 2, ..all.clone() }, RunStatus::Partial);
        check(PullRunRow { answered: 0, failed: 3, ..all }, RunStatus::Failed);
        check(PullRunRow { notes: vec![problem("the list can't be read")], ..none }, RunStatus::Partial);
    }
}
