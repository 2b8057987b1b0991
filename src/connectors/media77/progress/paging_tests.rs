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
}

/// What a platform says in `count`.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Count {
    All,
    Page,
    None,
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
        };
        let rows: Vec<&str> = self.list.iter().skip(skipped).take(number).map(String::as_str).collect();
        let count = match self.count {
            Count::All => Some(self.list.len()),
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
            let step = place.after(&keys, count, 0).map_err(|outcome| (outcome, answers))?;
            if step.fresh {
                read.extend(news);
            }
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
    assert!(total.is_some() || count != Count::All || rows == 100, "{rows} {start:?}: no total");
    platform.list.sort();
    read.sort();
    assert_eq!(read, platform.list, "{rows} {start:?} {count:?}");
}

#[test]
fn lists_by_rows() {
    for (rows, by_count, without) in [(0, 1, 1), (1, 1, 1), (99, 1, 1), (101, 2, 2), (250, 3, 3)] {
        check(rows, Start::Rows, Count::All, by_count);
        check(rows, Start::Rows, Count::Page, without);
        check(rows, Start::Rows, Count::None, without);
    }
    // One page overlaps with the one before, so a full one shows whether it was the last.
    check(100, Start::Rows, Count::All, 2);
    check(100, Start::Rows, Count::Page, 2);
}

#[test]
fn lists_by_pages() {
    // The call by rows in between finds nothing.
    check(99, Start::Pages, Count::All, 1);
    check(250, Start::Pages, Count::All, 4);
    check(250, Start::Pages, Count::Page, 4);
    check(250, Start::Pages, Count::None, 4);
    // Nothing says that the third page is the last.
    check(300, Start::Pages, Count::Page, 5);
    check(300, Start::Pages, Count::All, 4);
    check(100, Start::Pages, Count::Page, 3);
}

#[test]
fn lists_by_pages_that_begin_with_one() {
    check(250, Start::PagesFromOne, Count::All, 5);
    check(250, Start::PagesFromOne, Count::None, 5);
    check(99, Start::PagesFromOne, Count::Page, 1);
}

#[test]
fn the_last_page_in_place_of_none() {
    let mut platform = Platform::new(250, Start::PagesToTheLast, Count::All);
    let (mut read, total, _) = platform.read(100, |_| ()).unwrap();
    read.sort();
    read.dedup();
    assert_eq!((read.len(), total), (250, Some(250)));
}

#[test]
fn a_platform_that_always_sends_the_same_is_found_out() {
    for count in [Count::All, Count::Page, Count::None] {
        let (outcome, answers) = Platform::new(250, Start::Nothing, count).read(100, |_| ()).unwrap_err();
        assert_eq!((&outcome.verdict, outcome.code.as_str()), (&Verdict::Refused, "paging"));
        assert_eq!(answers, 4, "{count:?}");
        // What fits into one answer is whole.
        let (read, _, answers) = Platform::new(60, Start::Nothing, count).read(100, |_| ()).unwrap();
        assert_eq!((read.len(), answers), (60, 1));
    }
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
    assert_eq!((read.len(), total, answers), (170, Some(170), 4));
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
    let place = Place::of(None, 100);
    let step = place.after(&["a", "b", "a"], Some(3), 1).unwrap();
    assert_eq!((step.next, step.total), (None, Some(2)));
}

#[test]
fn a_cursor_of_pages_of_another_size_begins_anew() {
    let next = Place::of(None, 10).after(&["a"; 10], None, 9).unwrap().next.unwrap();
    assert_eq!((next.start(), Place::of(Some(&next.text()), 10)), (10, next.clone()));
    assert_eq!(Place::of(Some(&next.text()), 11).start(), 0);
    assert_eq!(Place::of(Some("{"), 10).start(), 0);
}
