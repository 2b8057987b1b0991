//! How a pull ended. Pure.

use crate::model::RunStatus;
use crate::store::PullRunRow;

use super::conclude::run_status;

/// How a pull ended, once its steps are over.
pub(super) fn pull_status(row: &PullRunRow) -> RunStatus {
    if row.asked > 0 && row.answered == 0 {
        RunStatus::Failed
    } else if row.failed + row.doubtful > 0
        || row.answered < row.asked
        || row.unwritten.is_some()
        || row.held.is_some()
    {
        RunStatus::Partial
    } else if row.asked == 0 {
        RunStatus::Nothing
    } else {
        RunStatus::Ok
    }
}

/// How a run of pulls ended: as the worst of them, but failed only where none had an answer.
pub(super) fn pulls_status(rows: &[PullRunRow]) -> RunStatus {
    let worst = run_status(rows.iter().map(pull_status));
    match worst {
        RunStatus::Failed if rows.iter().any(|row| row.answered > 0) => RunStatus::Partial,
        worst => worst,
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
        let all = PullRunRow { asked: 3, answered: 3, ..none };
        check(all.clone(), RunStatus::Ok);
        check(PullRunRow { notes: vec!["the same key came twice".to_owned()], ..all.clone() }, RunStatus::Ok);
        // An answer that came and is empty where there had been items.
        check(PullRunRow { doubtful: 1, ..all.clone() }, RunStatus::Partial);
        check(PullRunRow { unwritten: Some("no space".to_owned()), ..all.clone() }, RunStatus::Partial);
        check(PullRunRow { answered: 2, failed: 1, ..all.clone() }, RunStatus::Partial);
        // Nobody was left to ask for, though some are known.
        check(PullRunRow { held: Some("the list".to_owned()), ..PullRunRow::default() }, RunStatus::Partial);
        // One that was not asked before the deadline has no answer either.
        check(PullRunRow { answered: 2, ..all.clone() }, RunStatus::Partial);
        check(PullRunRow { answered: 0, failed: 3, ..all }, RunStatus::Failed);
    }

    #[test]
    fn a_run_has_failed_where_nothing_was_answered() {
        let none = PullRunRow::default();
        let failed = PullRunRow { asked: 1, failed: 1, ..none.clone() };
        let answered = PullRunRow { asked: 1, answered: 1, ..none };
        assert_eq!(pulls_status(&[failed.clone(), answered.clone()]), RunStatus::Partial);
        assert_eq!(pulls_status(&[failed.clone(), failed]), RunStatus::Failed);
        assert_eq!(pulls_status(&[answered]), RunStatus::Ok);
    }
}
