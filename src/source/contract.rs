//! A header that holds what the job wants, with every column found: how the rows below it are read.

use std::collections::{BTreeMap, BTreeSet};

use secrecy::SecretString;

use crate::model::{Origin, Take};

use super::cell::{Cell, Cells, Row, trim};
use super::doubts::Doubts;
use super::filter::{Filter, Verdict, judge};
use super::header::{Header, Wanted};
use super::mapping::{PushPlan, Shape, turned_down};
use super::{FileProblem, HeaderInfo, Mapped, ReadPlan, ReadRow};

/// How the rows of one file are read.
pub(super) struct Contract<'a> {
    plan: &'a ReadPlan<'a>,
    header: Header,
    /// The columns that are data.
    data: Vec<usize>,
    /// In a correction file: the columns that name run and row of the original.
    correction: Option<(usize, Option<usize>)>,
    filters: Vec<Filter>,
    pushes: Vec<PushPlan<'a>>,
    /// The columns that any push maps to a secret field.
    secret: Vec<usize>,
    /// The columns that the job reads, and those among them that make keys.
    read: BTreeSet<usize>,
    keys: BTreeSet<usize>,
    /// The columns beside keys that name persons.
    persons: BTreeSet<usize>,
}

impl<'a> Contract<'a> {
    /// Finds all columns; also notes on their spelling.
    pub(super) fn new(header: Header, plan: &'a ReadPlan<'a>) -> Result<(Self, Vec<String>), FileProblem> {
        let mut wanted = Wanted::new(&header);
        for name in plan.source_key {
            wanted.column(name);
        }
        let filters: Vec<Filter> =
            plan.filters.iter().map(|filter| Filter::new(filter, &mut wanted)).collect();
        let mut secret: Vec<usize> = plan
            .pushes
            .iter()
            .flat_map(|push| &push.fields)
            .filter(|field| field.field.secret)
            .filter_map(|field| match &field.take {
                Take::Column(name) => Some(wanted.column(name)),
                Take::Constant(_) => None,
            })
            .collect();
        secret.sort_unstable();
        secret.dedup();
        // A row that ends before the column of a filter can't be filtered: it is too short for any push.
        let reach = filters.iter().map(Filter::reach).max().unwrap_or_default();
        let pushes: Vec<PushPlan<'a>> =
            plan.pushes.iter().map(|push| PushPlan::new(push, &secret, reach, &mut wanted)).collect();
        let (read, notes) = wanted.verdict(plan.file_name, !secret.is_empty())?;
        let keys = pushes.iter().flat_map(PushPlan::key_columns).collect();
        let persons = pushes.iter().flat_map(PushPlan::person_columns).collect();
        let (data, correction) = (header.data(), header.correction());
        Ok((Self { plan, header, data, correction, filters, pushes, secret, read, keys, persons }, notes))
    }

    /// The header.
    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// What is told about the header.
    pub(super) fn info(&self, notes: Vec<String>) -> HeaderInfo {
        let places = (0..).zip(&self.data);
        HeaderInfo {
            columns: self.data.iter().map(|column| self.header.name(*column).to_owned()).collect(),
            secret_columns: places
                .filter(|(_, column)| self.secret.contains(column))
                .map(|(place, _)| place)
                .collect(),
            correction: self.correction.is_some(),
            notes,
        }
    }

    /// Maps a row for every push.
    pub(super) fn read(&self, origin: Origin, cells: Cells<'_>, doubts: &mut Doubts) -> ReadRow {
        doubts.look(origin.row, cells, &self.keys, &self.read, self.header.len());
        let row = Row { cells, originals: self.originals(cells) };
        let shape = self.shape(cells);
        let verdict = match shape {
            Shape::Fits(width) if self.filters.iter().all(|filter| filter.reach() <= width) => {
                judge(&self.filters, &row)
            }
            // Nobody knows which cell a filter would look at: the row is turned down.
            _ => Verdict::Taken,
        };
        let map = |push: &PushPlan<'_>| match &verdict {
            Verdict::Taken => push.map(&row, &origin, shape),
            Verdict::Filtered => Mapped::Filtered { key: push.key(&row).ok() },
            Verdict::Unclear(reason) => turned_down(push.key(&row).ok(), reason.clone()),
        };
        let pushes: Vec<Mapped> = self.pushes.iter().map(map).collect();
        let alone =
            |mapped: &Mapped| matches!(mapped, Mapped::Record(record) if record.extras.person.is_none());
        if pushes.iter().any(alone) {
            doubts.look_for_persons(origin.row, &row, &self.persons);
        }
        let rejected = pushes.iter().any(|mapped| matches!(mapped, Mapped::Rejected { .. }));
        let asked = self.plan.cells_of.is_some_and(|rows| rows.contains(&origin.row));
        let cells = (rejected || asked).then(|| self.texts(&row));
        let shifted = match shape {
            Shape::Fits(width) => width < self.header.len(),
            Shape::TooLong(..) => true,
        };
        ReadRow { origin, filtered: verdict == Verdict::Filtered, shifted, pushes, cells }
    }

    fn shape(&self, cells: Cells<'_>) -> Shape {
        match cells {
            Cells::Csv(record) => {
                let extra = (self.header.len()..record.len()).any(|column| !cells.get(column).is_blank());
                if extra {
                    Shape::TooLong(record.len(), self.header.len())
                } else {
                    Shape::Fits(record.len())
                }
            }
            // A sheet keeps no empty cells, and what stands right of the table moves nothing in it.
            Cells::Sheet(_) => Shape::Fits(usize::MAX),
        }
    }

    /// The secret cells of the row that a correction stands for; `None` in any other file.
    fn originals(&self, cells: Cells<'_>) -> Option<BTreeMap<usize, SecretString>> {
        let (run, row) = self.correction?;
        let mut found = BTreeMap::new();
        if let (Some(originals), Some(row), false) = (self.plan.originals, row, self.secret.is_empty()) {
            let (run, row) = (cells.get(run).into_text(), cells.get(row).into_text());
            let original = trim(&row).parse().ok().and_then(|row| originals(trim(&run), row));
            for (name, secret) in original.into_iter().flatten() {
                if let [column] = self.header.find(&name).as_slice()
                    && self.secret.contains(column)
                {
                    found.insert(*column, secret);
                }
            }
        }
        Some(found)
    }

    /// All cells as text, those beyond the header too.
    fn texts(&self, row: &Row<'_>) -> Vec<String> {
        let beyond = self.header.len()..row.cells.len();
        let columns = self.data.iter().copied().chain(beyond);
        let text = |column| match row.cell(column) {
            // A person corrects the row in CSV, which has no real dates: they are written as the job reads them.
            Cell::Date(moment) => {
                let written = self.pushes.iter().find_map(|push| push.moment_text(column, moment));
                written.unwrap_or_else(|| Cell::Date(moment).into_text().into_owned())
            }
            cell => cell.into_text().into_owned(),
        };
        columns.map(text).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::model::Where;

    use super::super::testing::{Case, field, push};
    use super::*;

    fn case<'a>() -> Case<'a> {
        let mut case = Case::new(vec![push(&["id"], vec![field("name")])]);
        case.filters = vec![Where { column: "country".into(), values: vec!["IN".to_owned()] }];
        case
    }

    fn check(case: &Case<'_>, text: &str, expected: &[&str]) {
        assert_eq!(case.lines(text.as_bytes()).lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn filtered_rows_still_have_keys() {
        check(
            &case(),
            "id,name,country\nE1,Ann,IN\nE2,Ben,UK\n,Cid,\n",
            &[
                "header id|name|country",
                "2 E1 {name=Ann}",
                "3 E2 filtered",
                "4 ? filtered",
                "3 rows, 2 filtered",
            ],
        );
    }

    #[test]
    fn a_row_in_disorder_is_not_filtered() {
        let check = |row: &str, expected: &str| {
            let lines = case().lines(format!("id,name,country\n{row}\nE9,Zoe,IN\n").as_bytes());
            assert!(lines.contains(expected), "{lines}");
        };
        check("E1,Doe, Ann,IN", "2 E1 rejected -=\"\": the row has 4 cells");
        check("E1,Doe, Ann,IN", "  cells E1|Doe| Ann|IN");
        check("E1,Ann", "2 E1 rejected -=\"\": the row ends after 2 cells");
    }

    #[test]
    fn each_push_has_its_own_key() {
        let pushes = vec![push(&["id"], vec![field("name")]), push(&["name", "id"], vec![])];
        let expected = ["header id|name", "2 E1 {name=D,A} ## \"D,A\",E1 {}", "1 rows, 0 filtered"];
        check(&Case::new(pushes), "id,name\nE1,\"D,A\"\n", &expected);
    }

    #[test]
    fn a_correction_gets_back_what_was_kept_from_it() {
        let originals = |run: &str, row: u64| {
            let secret = SecretString::from(format!("{run}/{row}"));
            (row == 7).then(|| BTreeMap::from([("password".to_owned(), secret)]))
        };
        let mut password = field("password");
        password.field.secret = true;
        let mut case = Case::new(vec![push(&["id"], vec![field("name"), password])]);
        case.originals = Some(&originals);
        let header = "rollbook_run,rollbook_row,rollbook_reason,id,name,password";
        check(
            &case,
            &format!(
                "{header}\n2026-11-21.3,7,too long,E1,'=Ann,\n\
                 2026-11-21.3,7,too long,E2,'t Hooft,mine\n\
                 2026-11-21.3,8,too long,E3,'+44,\n"
            ),
            &[
                "header id|name|password",
                "secret [2] correction true",
                "2 E1 {name==Ann, secret create password=2026-11-21.3/7}",
                "3 E2 {name='t Hooft, secret create password=mine}",
                "4 E3 {name=+44}",
                "3 rows, 0 filtered",
            ],
        );
    }

    #[test]
    fn an_ordinary_file_keeps_its_apostrophes() {
        let case = Case::new(vec![push(&["id"], vec![field("name")])]);
        let expected = ["header id|name", "2 E1 {name='=x}", "1 rows, 0 filtered"];
        check(&case, "id,name\nE1,'=x\n", &expected);
    }
}
