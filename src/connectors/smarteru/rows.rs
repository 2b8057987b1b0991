//! Which rows of a call an answer speaks of. Pure.
//!
//! The LMS tells rows apart by their place in the call ("block", from 1) in `Info` and in half of its error
//! messages; the other messages name a user or a group, or nothing at all.

use super::fields::value;
use super::wire::{LmsError, Processed, Reply};
use crate::model::Fields;

/// What an answer says, row by row.
pub(super) struct Told<'a> {
    /// One for each record of the call, in their order.
    pub(super) rows: Vec<Row<'a>>,
    /// The errors that are about no row in particular, as far as one can tell.
    pub(super) nobodys: Vec<&'a LmsError>,
}

/// What an answer says of one row.
#[derive(Default)]
pub(super) struct Row<'a> {
    /// Whether a success names it among those that were processed.
    pub(super) taken: bool,
    /// The errors that are about it.
    pub(super) errors: Vec<&'a LmsError>,
}

/// Tells the rows apart. All errors of a call with one record are its own.
pub(super) fn sort<'a>(reply: &'a Reply, records: &[&Fields]) -> Told<'a> {
    let taken = taken(reply, records);
    let mut rows: Vec<Row<'_>> =
        taken.iter().map(|taken| Row { taken: *taken, errors: Vec::new() }).collect();
    let mut nobodys = Vec::new();
    for error in &reply.errors {
        let named = named(error, records, &taken);
        if !named.contains(&true) {
            nobodys.push(error);
        }
        for (row, _) in rows.iter_mut().zip(named).filter(|(_, named)| *named) {
            row.errors.push(error);
        }
    }
    Told { rows, nobodys }
}

/// The rows that a success names: by block where the user there is the row's, else by user and course.
fn taken(reply: &Reply, records: &[&Fields]) -> Vec<bool> {
    let mut taken = vec![false; records.len()];
    if !reply.success {
        return taken;
    }
    let (by_block, by_words): (Vec<_>, Vec<_>) = reply
        .processed
        .iter()
        .partition(|done| row_at(done.block, records).is_some_and(|row| echoes(done, row)));
    for done in by_block {
        if let Some(row) = done.block.and_then(|block| taken.get_mut(block - 1)) {
            *row = true;
        }
    }
    for done in &by_words {
        if done.user.is_none() || done.module.is_none() {
            continue;
        }
        let alike = by_words.iter().filter(|other| other.user == done.user && other.module == done.module);
        let open = taken.iter().zip(records).filter(|(taken, row)| !**taken && echoes(done, row));
        // One user can be in two sessions of a course: fewer answers than rows leave open which is meant.
        if alike.count() >= open.count() {
            for (taken, _) in taken.iter_mut().zip(records).filter(|(_, row)| echoes(done, row)) {
                *taken = true;
            }
        }
    }
    taken
}

fn row_at<'a>(block: Option<usize>, records: &[&'a Fields]) -> Option<&'a Fields> {
    records.get(block?.checked_sub(1)?).copied()
}

/// Whether the user and the course of an answer are those of a row, as far as the answer names them.
fn echoes(done: &Processed, row: &Fields) -> bool {
    let same = |said: &Option<String>, names: &[&str]| match said {
        Some(said) => holds(row, names, said),
        None => true,
    };
    same(&done.user, &["Email", "EmployeeID"]) && same(&done.module, &["LearningModuleID"])
}

fn holds(row: &Fields, names: &[&str], said: &str) -> bool {
    let said = said.trim().to_lowercase();
    names.iter().any(|name| value(row, name).is_some_and(|value| value.trim().to_lowercase() == said))
}

/// For each record, whether the error is about it.
fn named(error: &LmsError, records: &[&Fields], taken: &[bool]) -> Vec<bool> {
    if records.len() == 1 {
        return vec![true];
    }
    if let Some(block) = block(&error.text) {
        return (1..=records.len()).map(|place| place == block).collect();
    }
    let Some(quoted) = quoted(&error.text) else { return vec![false; records.len()] };
    let subject = subject(&error.code);
    let named: Vec<bool> = records.iter().map(|row| holds(row, subject, quoted)).collect();
    let open: Vec<bool> = named.iter().zip(taken).map(|(named, taken)| *named && !*taken).collect();
    // A user or group stands in several rows: those that were processed are not the ones complained of.
    let meant = if open.contains(&true) { open } else { named };
    // Who is not in a group is told that its name is wrong, and others of the group have other errors: of
    // several rows nobody knows which is meant.
    if meant.iter().filter(|meant| **meant).count() > 1 { vec![false; records.len()] } else { meant }
}

/// The block that a message begins with, printed as "Enrollment [block #] - …"; brackets, the word and the
/// hash are read as typesetting. What stands in quotes is somebody's name and is not looked at.
fn block(text: &str) -> Option<usize> {
    let head = text.split('\'').next().unwrap_or_default().trim_start().to_lowercase();
    let after_enrollment = head.strip_prefix("enrollment").and_then(|rest| {
        let rest = rest.trim_start_matches([' ', '[', '(']);
        number(rest.strip_prefix("block").unwrap_or(rest))
            .filter(|(_, rest)| rest.starts_with(['-', ':', '–']))
    });
    let after_block = || head.split_once("block").and_then(|(_, rest)| number(rest));
    after_enrollment.or_else(after_block).map(|(block, _)| block)
}

/// The number that a text begins with, and what follows it; both without the signs around them.
fn number(text: &str) -> Option<(usize, &str)> {
    let text = text.trim_start_matches([' ', '#', '[', '(']);
    let (digits, rest) = text.split_at_checked(text.chars().take_while(char::is_ascii_digit).count())?;
    Some((digits.parse().ok()?, rest.trim_start_matches([' ', ']', ')'])))
}

/// What stands between the first quote of a message and its last: the name itself may hold quotes.
fn quoted(text: &str) -> Option<&str> {
    Some(text.split_once('\'')?.1.rsplit_once('\'')?.0)
}

/// The fields that an error's quotes may name: those that its message is about.
fn subject(code: &str) -> &'static [&'static str] {
    match code.trim().to_ascii_uppercase().as_str() {
        "ESH:01" | "ESH:21" => &["Email"],
        "ESH:02" | "ESH:22" => &["EmployeeID"],
        "ESH:03" | "ESH:23" => &["GroupName"],
        "ESH:04" | "ESH:24" => &["GroupID"],
        "ESH:05" | "ESH:14" => &["LearningModuleID"],
        "ESH:06" | "ESH:15" | "ESH:16" => &["LearningModuleSessionID"],
        "ESH:25" | "ESH:27" => &["Email", "EmployeeID", "GroupName", "GroupID"],
        // Their quotes hold the values allowed, which a group may be named after.
        "ESH:07" | "ESH:13" | "ESH:17" | "ESH:18" | "ESH:19" => &[],
        _ => &["Email", "EmployeeID", "GroupName", "GroupID"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_block(text: &str, expected: Option<usize>) {
        assert_eq!(block(text), expected, "{text}");
    }

    #[test]
    fn a_block_is_read_however_it_is_set() {
        check_block("Enrollment [3] - Enrolled date provided is not valid.", Some(3));
        check_block("Enrollment 3 - Enrolled date provided is not valid.", Some(3));
        check_block("Enrollment [block 3] - Enrolled date provided is not valid.", Some(3));
        check_block("Enrollment [block #3] - Enrolled date provided is not valid.", Some(3));
        check_block(" enrollment [#12]: no", Some(12));
        check_block("The grade in block 4 is not valid.", Some(4));
    }

    #[test]
    fn other_numbers_are_no_block() {
        check_block("Enrollment [block #] - Enrolled date provided is not valid.", None);
        check_block("Enrollment 2026 was closed.", None);
        check_block("The group name 'Block 3' is not valid.", None);
        check_block("Enrollment - The email address 'block 2' is not a valid user.", None);
        check_block("The user is blocked 3 times.", None);
        check_block("Enrollment 99999999999999999999 - no", None);
        check_block("", None);
    }

    fn row(user: &str, module: &str) -> Fields {
        let user_field = if user.contains('@') { "Email" } else { "EmployeeID" };
        [(user_field, user), ("GroupName", "Bob's"), ("LearningModuleID", module)].into_iter().collect()
    }

    fn done(block: Option<usize>, user: &str, module: &str) -> Processed {
        let word = |word: &str| Some(word.to_owned()).filter(|word| !word.is_empty());
        Processed { block, user: word(user), module: word(module) }
    }

    #[track_caller]
    fn check_taken(processed: Vec<Processed>, expected: [bool; 4]) {
        let rows = [row("a@x.org", "1"), row("B7", "1"), row("c@x.org", "1"), row("c@x.org", "1")];
        let reply = Reply { success: true, processed, errors: Vec::new() };
        assert_eq!(taken(&reply, &rows.each_ref()), expected, "{reply:?}");
        let failed = Reply { success: false, ..reply };
        assert_eq!(taken(&failed, &rows.each_ref()), [false; 4]);
    }

    #[test]
    fn a_row_is_taken_by_its_block_or_by_its_user_and_course() {
        check_taken(vec![done(Some(1), "a@x.org", "1")], [true, false, false, false]);
        check_taken(vec![done(Some(2), "", "")], [false, true, false, false]);
        check_taken(vec![done(None, "A@X.org", "1")], [true, false, false, false]);
        check_taken(vec![done(None, "B7", "1")], [false, true, false, false]);
        check_taken(vec![done(Some(3), "c@x.org", "1")], [false, false, true, false]);
        check_taken(vec![done(None, "c@x.org", "1"), done(None, "c@x.org", "1")], [false, false, true, true]);
        check_taken(
            vec![done(Some(4), "c@x.org", "1"), done(None, "c@x.org", "1")],
            [false, false, true, true],
        );
    }

    #[test]
    fn an_answer_that_is_not_of_these_rows_takes_none() {
        // Which of the two sessions is meant stays open.
        check_taken(vec![done(None, "c@x.org", "1")], [false; 4]);
        check_taken(vec![done(None, "c@x.org", "2")], [false; 4]);
        check_taken(vec![done(None, "a@x.org", "")], [false; 4]);
        check_taken(vec![done(Some(0), "", ""), done(Some(5), "", ""), done(None, "", "")], [false; 4]);
        // The block of one row with the user of another: the user is what counts.
        check_taken(vec![done(Some(1), "B7", "1")], [false, true, false, false]);
        check_taken(vec![done(Some(1), "z@x.org", "1")], [false; 4]);
    }

    #[test]
    fn a_name_in_quotes_may_hold_a_quote() {
        assert_eq!(quoted("The group name 'Bob's' is not valid."), Some("Bob's"));
        assert_eq!(quoted("The course is not assigned to the learner's group."), None);
    }
}
