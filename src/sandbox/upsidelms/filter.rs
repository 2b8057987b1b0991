//! `filterby` of catalogs and learning plans: which curricula are wanted, and in which order. Pure.

use std::cmp::{Ordering, Reverse};

use chrono::NaiveDate;

use super::complaints::Complaint;
use super::told::{Kind, Told};

/// What `filterby` says.
#[derive(Debug, Default)]
pub(super) struct Filter {
    conditions: Vec<Condition>,
    order: Option<Order>,
}

#[derive(Debug)]
enum Condition {
    /// On that day or later.
    Since(&'static str, NaiveDate),
    /// On that day or earlier.
    Until(&'static str, NaiveDate),
    /// One of these words, in whatever case.
    OneOf(&'static str, Vec<String>),
    /// That number or greater.
    AtLeast(&'static str, f64),
}

#[derive(Debug, Clone, Copy)]
enum Order {
    Name,
    NameDescending,
    Own,
    /// By the text of that value.
    By(&'static str),
    /// By the number of that value, the greatest first.
    Most(&'static str),
}

/// What can be asked for.
struct Keyword {
    keyword: &'static str,
    /// What errors call it.
    label: &'static str,
    /// Where it is known; `None`: in both calls.
    only: Option<Kind>,
    /// What it is about, by its name in the output list.
    about: &'static str,
    takes: Takes,
}

/// What a keyword's value must be.
#[derive(Clone, Copy)]
enum Takes {
    /// The first day.
    Since,
    /// The last day.
    Until,
    /// Some of these words, separated by commas.
    Words(&'static [&'static str]),
    /// One of these words. The document lists none for these keywords, so any case will do.
    Word(&'static [&'static str]),
    /// Some of 1 to 5, separated by commas. The least of them counts, since each means itself and more.
    Ratings,
    /// Some positive numbers, separated by commas.
    Days,
    /// One of the orders.
    Order,
}

/// What `End_Date` and `Expiry_Date` mean is told nowhere: the first has the text of `Start_Date`. That they are
/// the last days is an assumption; so is that what has no such day does not meet the condition. The plan's table of
/// errors has an End Date and no Expiry Date.
const KEYWORDS: [Keyword; 10] = [
    keyword("Start_Date", "Start Date", None, "start_date", Takes::Since),
    keyword("End_Date", "End Date", Some(Kind::Catalog), "end_date", Takes::Until),
    keyword("Expiry_Date", "End Date", Some(Kind::Plan), "expired_date", Takes::Until),
    keyword("Certification", "Certification", None, "certification", Takes::Words(&["Yes", "No"])),
    keyword("Accessibility", "Access", None, "access", Takes::Words(&["Private", "Public", "Paid"])),
    keyword("Rating", "Rating", None, "avgratings", Takes::Ratings),
    keyword("validity_days", "Validity", None, "validity", Takes::Days),
    keyword(
        "Status",
        "Status",
        Some(Kind::Catalog),
        "curriculum_status",
        Takes::Word(&["available", "unavailable", "expired"]),
    ),
    keyword(
        "Completion_Status",
        "Completion Status",
        Some(Kind::Plan),
        "curriculum_completion_status",
        Takes::Word(&["not started", "in progress", "completed"]),
    ),
    keyword("Order_by", "Order By", None, "", Takes::Order),
];

const fn keyword(
    keyword: &'static str,
    label: &'static str,
    only: Option<Kind>,
    about: &'static str,
    takes: Takes,
) -> Keyword {
    Keyword { keyword, label, only, about, takes }
}

/// The orders, those of the catalog alone behind those of both.
const ORDERS: [(&str, Order, Option<Kind>); 8] = [
    ("curriculum_name_asc", Order::Name, None),
    ("curriculum_name_desc", Order::NameDescending, None),
    ("curriculum_name_default", Order::Own, None),
    ("accessibility", Order::By("access"), None),
    ("rating", Order::Most("avgratings"), Some(Kind::Catalog)),
    ("assigned", Order::Most("assignment_count"), Some(Kind::Catalog)),
    ("nominated", Order::Most("nomination_count"), Some(Kind::Catalog)),
    ("Purchased", Order::Most("purchase_count"), Some(Kind::Catalog)),
];

impl Filter {
    /// Reads `keyword=value~keyword=value`, without blanks around any of them.
    pub(super) fn read(text: &str, kind: Kind) -> Result<Self, Complaint> {
        let mut filter = Self::default();
        let mut seen: Vec<&str> = Vec::new();
        for part in text.split('~') {
            // The table of codes has none for a filter as a whole; Access is the first of its parts.
            let (name, value) = part.split_once('=').ok_or_else(|| Complaint::invalid_close("Access"))?;
            let known = KEYWORDS.iter().find(|known| known.keyword == name && here(known.only, kind));
            let known = known.ok_or_else(|| Complaint::invalid_close(name))?;
            if seen.contains(&name) || !filter.take(known, value, kind) {
                return Err(known.complaint());
            }
            seen.push(name);
        }
        Ok(filter)
    }

    /// Whether a curriculum is wanted.
    pub(super) fn wants(&self, told: &Told) -> bool {
        self.conditions.iter().all(|condition| condition.is_met(told))
    }

    /// Puts curricula into the order that is asked for; else they stay in the portal's own.
    pub(super) fn sort(&self, list: &mut [Told]) {
        let name = |told: &Told| told.value("curriculum_name").to_lowercase();
        match self.order {
            None | Some(Order::Own) => {}
            Some(Order::Name) => list.sort_by_key(name),
            Some(Order::NameDescending) => list.sort_by_key(|told| Reverse(name(told))),
            Some(Order::By(about)) => list.sort_by(|one, other| one.value(about).cmp(other.value(about))),
            Some(Order::Most(about)) => list.sort_by(|one, other| most(one, other, about)),
        }
    }

    /// `false` where the value is not what it must be.
    fn take(&mut self, known: &Keyword, value: &str, kind: Kind) -> bool {
        let about = known.about;
        let condition = match known.takes {
            Takes::Since => day(value).map(|day| Condition::Since(about, day)),
            Takes::Until => day(value).map(|day| Condition::Until(about, day)),
            Takes::Words(words) => {
                let all: Vec<String> = value.split(',').map(str::to_owned).collect();
                let known = all.iter().all(|one| words.contains(&one.as_str()));
                known.then_some(Condition::OneOf(about, all))
            }
            Takes::Word(words) => words
                .iter()
                .any(|word| word.eq_ignore_ascii_case(value))
                .then(|| Condition::OneOf(about, vec![value.to_owned()])),
            Takes::Ratings => numbers(value)
                .filter(|all| all.iter().all(|rating| *rating <= 5))
                .and_then(|all| all.into_iter().min())
                .map(|least| Condition::AtLeast(about, f64::from(least))),
            Takes::Days => {
                numbers(value).map(|all| Condition::OneOf(about, all.iter().map(u32::to_string).collect()))
            }
            Takes::Order => {
                let order = ORDERS.iter().find(|(word, _, only)| *word == value && here(*only, kind));
                self.order = order.map(|(_, order, _)| *order);
                return self.order.is_some();
            }
        };
        let is_right = condition.is_some();
        self.conditions.extend(condition);
        is_right
    }
}

impl Keyword {
    fn complaint(&self) -> Complaint {
        match self.takes {
            Takes::Since | Takes::Until => Complaint::date_close(self.label),
            _ => Complaint::invalid_close(self.label),
        }
    }
}

impl Condition {
    fn is_met(&self, told: &Told) -> bool {
        match self {
            Self::Since(about, first) => day(told.value(about)).is_some_and(|day| day >= *first),
            Self::Until(about, last) => day(told.value(about)).is_some_and(|day| day <= *last),
            Self::OneOf(about, all) => all.iter().any(|one| one.eq_ignore_ascii_case(told.value(about))),
            Self::AtLeast(about, least) => {
                told.value(about).parse::<f64>().is_ok_and(|number| number >= *least)
            }
        }
    }
}

fn here(only: Option<Kind>, kind: Kind) -> bool {
    only.is_none_or(|only| only == kind)
}

/// The greatest first; what has no number comes last.
fn most(one: &Told, other: &Told, about: &str) -> Ordering {
    let number = |told: &Told| told.value(about).parse::<f64>().unwrap_or(-1.0);
    number(other).total_cmp(&number(one))
}

/// Positive numbers, separated by commas.
fn numbers(text: &str) -> Option<Vec<u32>> {
    let number = |text: &str| {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|number| digits && *number > 0)
    };
    text.split(',').map(number).collect()
}

/// MM/DD/YYYY with all its zeros.
fn day(text: &str) -> Option<NaiveDate> {
    let read = NaiveDate::parse_from_str(text, "%m/%d/%Y").ok()?;
    (super::contents::date(read) == text).then_some(read)
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
