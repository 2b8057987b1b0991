//! Lists as platforms of every kind hand them out, read to their end.

use super::*;

/// How a platform reads `start`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Start {
    Rows,
    Pages,
    PagesFromOne,
    Nothing,
    /// Pages, and the last one for all behind it.
    PagesToTheLast,
    /// Rows, and the last ones for all behind them.
    RowsToTheLast,
}

/// What a platform says in `count`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Count {
    All,
    Page,
    None,
    /// Some more than there are.
    More,
}

/// What was handed on, the total said last, and in how many answers.
type Taken = (Vec<String>, Option<u64>, usize);

struct Platform {
    list: Vec<String>,
    start: Start,
    count: Count,
    /// The most rows that it sends.
    most: usize,
}

impl Platform {
    fn new(rows: usize, start: Start, count: Count) -> Self {
        Self { list: (0..rows).map(|row| format!("t{row}")).collect(), start, count, most: usize::MAX }
    }

    fn page(&self, start: u64, number: u64) -> (Vec<&str>, Option<u64>) {
        let (start, number) = (usize::try_from(start).unwrap(), usize::try_from(number).unwrap());
        let number = number.min(self.most);
        let last = self.list.len().saturating_sub(1) / number;
        let skipped = match self.start {
            Start::Rows => start,
            Start::Pages => start * number,
            Start::PagesFromOne => start.saturating_sub(1) * number,
            Start::Nothing => 0,
            Start::PagesToTheLast => start.min(last) * number,
            Start::RowsToTheLast => start.min(self.list.len().saturating_sub(number)),
        };
        let rows: Vec<&str> = self.list.iter().skip(skipped).take(number).map(String::as_str).collect();
        let count = match self.count {
            Count::All => Some(self.list.len()),
            Count::More => Some(self.list.len() + 7),
            Count::Page => Some(rows.len()),
            Count::None => None,
        };
        (rows, count.map(|count| u64::try_from(count).unwrap()))
    }

    /// Reads the list, or says why it can't be read and after how many answers; `between` happens after each
    /// answer. Every cursor goes through its text.
    fn read(
        &mut self,
        number: u64,
        mut between: impl FnMut(&mut Vec<String>),
    ) -> Result<Taken, (Outcome, usize)> {
        let (mut read, mut cursor) = (Vec::new(), None::<String>);
        for answers in 1.. {
            let place = Place::of(cursor.as_deref(), number);
            let (keys, count) = self.page(place.start(), number);
            let news: Vec<String> =
                keys.iter().filter(|key| !place.has(key)).map(|key| (*key).to_owned()).collect();
            let seen = Seen { keys: &keys, count, ..Seen::default() };
            let step = place.after(seen).map_err(|outcome| (outcome, answers))?;
            read.extend(news);
            let Some(next) = step.next else { return Ok((read, step.total, answers)) };
            cursor = Some(next.text());
            between(&mut self.list);
        }
        unreachable!()
    }
}

/// Every row once, and so many calls.
#[track_caller]
fn check(rows: usize, start: Start, count: Count, calls: usize) {
    let mut platform = Platform::new(rows, start, count);
    let (mut read, total, answers) = platform.read(100, |_| ()).unwrap();
    assert_eq!(answers, calls, "{rows} {start:?} {count:?}: answers");
    assert!(total.is_none_or(|total| total == rows as u64), "{rows} {start:?} {count:?}: {total:?}");
    assert!(total.is_some() || count != Count::All || rows <= 100, "{rows} {start:?}: no total");
    platform.list.sort();
    read.sort();
    assert_eq!(read, platform.list, "{rows} {start:?} {count:?}");
}

#[test]
fn lists_by_rows() {
    // One answer tells rows from pages, and without a count that is of all, one more that there is no more.
    for (rows, by_count, without) in [(0, 1, 1), (1, 2, 2), (99, 2, 2), (100, 2, 2), (101, 2, 3), (250, 4, 5)]
    {
        check(rows, Start::Rows, Count::All, by_count);
        check(rows, Start::Rows, Count::Page, without);
        check(rows, Start::Rows, Count::None, without);
    }
}

#[test]
fn lists_by_pages() {
    check(99, Start::Pages, Count::All, 2);
    check(250, Start::Pages, Count::All, 3);
    check(250, Start::Pages, Count::Page, 4);
    check(250, Start::Pages, Count::None, 4);
    check(300, Start::Pages, Count::Page, 4);
    check(300, Start::Pages, Count::All, 3);
    check(100, Start::Pages, Count::Page, 2);
}

#[test]
fn lists_by_pages_that_begin_with_one() {
    check(250, Start::PagesFromOne, Count::All, 4);
    check(250, Start::PagesFromOne, Count::None, 5);
    check(99, Start::PagesFromOne, Count::Page, 3);
}

/// Every row, read by a platform of this kind that sends so many at most, and nothing more is said of it.
#[track_caller]
fn check_whole(rows: usize, start: Start, count: Count, most: usize, number: u64) {
    let mut platform = Platform { most, ..Platform::new(rows, start, count) };
    let to_the_last = matches!(start, Start::PagesToTheLast | Start::RowsToTheLast);
    let (mut read, total, answers) = match platform.read(number, |_| ()) {
        Ok(taken) => taken,
        // A full page that comes for every place may be that of a platform which looks at none.
        Err((outcome, _)) => {
            let one =
                rows <= most && (rows as u64 == number || (rows as u64) < number && count == Count::More);
            assert!(to_the_last && one, "{rows} {start:?} {count:?} {most} of {number}: {outcome:?}");
            return;
        }
    };
    read.sort();
    read.dedup();
    platform.list.sort();
    assert_eq!(read, platform.list, "{rows} {start:?} {count:?} {most} of {number} in {answers}");
    // Where rows stand in for those behind the last, a count that is too high can't be told from rows that are missing.
    let unsure = (start, count) == (Start::RowsToTheLast, Count::More);
    assert!(
        unsure || total.is_none_or(|total| total == rows as u64),
        "{rows} {start:?} {count:?}: {total:?}"
    );
}

#[test]
fn every_kind_of_platform_is_read_to_its_end() {
    let all = [Start::Rows, Start::RowsToTheLast, Start::Pages, Start::PagesFromOne, Start::PagesToTheLast];
    for start in all {
        for count in [Count::All, Count::Page, Count::None, Count::More] {
            // Fewer rows than asked for are no end, nor are as many.
            for most in [10, 49, 50, 100, 500, 1_000] {
                for rows in [0, 1, 2, 9, 10, 11, 99, 100, 101, 250, 300, 500, 501, 1_203] {
                    if (count, rows) != (Count::More, 0) {
                        check_whole(rows, start, count, most, 500);
                        check_whole(rows, start, count, most, 10);
                    }
                }
            }
        }
    }
}

#[test]
fn a_count_that_is_too_high_is_believed_only_where_rows_may_be_missing() {
    let end = |count: u64, rows: &[&str]| {
        let place = Place::of(None, 10);
        let next =
            place.after(Seen { keys: rows, count: Some(count), ..Seen::default() }).unwrap().next.unwrap();
        next.after(Seen { count: Some(count), ..Seen::default() }).unwrap()
    };
    let step = end(9, &["a", "b"]);
    assert_eq!((step.next, step.total), (None, None));
    let note = "the LMS counts 9 rows, and has 2: there is nothing behind the last of them";
    assert_eq!(step.note.as_deref(), Some(note));
    // A list that is cut off, and one that is not there at all.
    let step = end(12, &["a", "b"]);
    assert_eq!((step.next, step.total, step.note), (None, Some(12), None));
    let step = end(3, &[]);
    assert_eq!((step.next, step.total, step.note), (None, Some(3), None));
}

#[test]
fn a_platform_that_always_sends_the_same_is_found_out() {
    for count in [Count::All, Count::Page, Count::None] {
        let (outcome, answers) = Platform::new(250, Start::Nothing, count).read(100, |_| ()).unwrap_err();
        assert_eq!((&outcome.verdict, outcome.code.as_str()), (&Verdict::Refused, "paging"));
        assert_eq!(answers, 4, "{count:?}");
        for word in ["the 100 that", "`page_rows`", "`since`", "`overlap`"] {
            assert!(outcome.reason.contains(word), "{}", outcome.reason);
        }
        // What fits into one answer is whole.
        let (read, _, answers) = Platform::new(60, Start::Nothing, count).read(100, |_| ()).unwrap();
        assert_eq!((read.len(), answers), (60, 4));
    }
    let mut exact = Platform::new(100, Start::Nothing, Count::None);
    assert_eq!(exact.read(100, |_| ()).unwrap_err().0.code, "paging");
}

#[test]
fn a_list_without_end_is_given_up() {
    let mut grown = 0;
    let grow = |list: &mut Vec<String>| {
        list.extend((0..200).map(|row| format!("n{grown}-{row}")));
        grown += 1;
    };
    let (outcome, answers) = Platform::new(200, Start::Rows, Count::Page).read(100, grow).unwrap_err();
    assert_eq!((outcome.code.as_str(), answers), ("paging", 1_000));
}

#[test]
fn fewer_rows_than_asked_for_are_no_end_where_the_count_says_so() {
    let mut platform = Platform { most: 50, ..Platform::new(170, Start::Rows, Count::All) };
    let (read, total, answers) = platform.read(100, |_| ()).unwrap();
    assert_eq!((read.len(), total, answers), (170, Some(170), 5));
}

#[test]
fn rows_that_leave_between_answers_take_none_with_them() {
    // Two rows of the first page are gone before the second is asked for: page overlaps have room for both.
    let mut gone = false;
    let leave = |list: &mut Vec<String>| {
        if !std::mem::replace(&mut gone, true) {
            list.drain(3..5);
        }
    };
    let (read, ..) = Platform::new(250, Start::Rows, Count::All).read(100, leave).unwrap();
    assert!((0..250).all(|row| read.contains(&format!("t{row}"))), "{}", read.len());
}

#[test]
fn rows_that_come_between_answers_are_no_end() {
    for start in [Start::Rows, Start::Pages, Start::PagesFromOne] {
        let mut come = 0;
        let insert = |list: &mut Vec<String>| {
            come += 1;
            list.insert(0, format!("new{come}"));
        };
        let (read, ..) = Platform::new(250, start, Count::None).read(100, insert).unwrap();
        assert!((0..250).all(|row| read.contains(&format!("t{row}"))), "{start:?}: {}", read.len());
    }
}

#[test]
fn rows_of_one_transaction_are_one_item_of_the_total() {
    let seen = Seen { keys: &["a", "b", "a"], count: Some(7), doubled: 1, nameless: 0 };
    let step = Place::of(None, 100).after(seen).unwrap();
    assert_eq!(step.total, Some(6));
}

#[test]
fn rows_that_nothing_names_are_told_of_at_the_end() {
    let keys: Vec<String> = (0..10).map(|row| format!("t{row}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let first = Seen { keys: &keys, count: Some(14), nameless: 2, ..Seen::default() };
    let step = Place::of(None, 10).after(first).unwrap();
    assert_eq!((step.total, step.nameless), (Some(12), 2));
    let last = Seen { keys: &["u1", "u2", "u3", "u4"], count: Some(14), nameless: 1, ..Seen::default() };
    let step = Place::of(Some(&step.next.unwrap().text()), 10).after(last).unwrap();
    assert_eq!((step.next, step.total, step.nameless), (None, Some(11), 3));
}

#[test]
fn a_cursor_of_pages_of_another_size_begins_anew() {
    let seen = Seen { keys: &["a", "b"], ..Seen::default() };
    let next = Place::of(None, 10).after(seen).unwrap().next.unwrap();
    assert_eq!((next.start(), Place::of(Some(&next.text()), 10)), (1, next.clone()));
    assert_eq!(Place::of(Some(&next.text()), 11).start(), 0);
    assert_eq!(Place::of(Some("{"), 10).start(), 0);
}
