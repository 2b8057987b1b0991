//! The header contract: names are cleaned, and every column that the job reads must be there, once.

use std::collections::BTreeSet;

use crate::model::ColumnName;

use super::FileProblem;
use super::cell::{Cells, is_invisible};

/// The columns of a correction file that are not data.
const OURS: [&str; 3] = ["rollbook_run", "rollbook_row", "rollbook_reason"];

/// How many columns a file may have.
pub(super) const MAX_COLUMNS: usize = 1_000;

/// The header of a file.
pub(super) struct Header {
    /// The row in which it stands.
    row: u64,
    /// Cleaned, in the order of the file, without empty ones at the end.
    names: Vec<String>,
}

/// The name without characters that nobody sees, and with single blanks.
pub(super) fn clean(name: &str) -> String {
    let mut cleaned = String::with_capacity(name.len());
    let mut gap = false;
    for c in name.chars() {
        if c.is_whitespace() {
            gap = true;
        } else if !is_invisible(c) && !c.is_control() {
            if gap && !cleaned.is_empty() {
                cleaned.push(' ');
            }
            gap = false;
            cleaned.push(c);
        }
    }
    cleaned
}

impl Header {
    pub(super) fn new(row: u64, cells: Cells<'_>) -> Self {
        let mut names: Vec<String> =
            (0..cells.len()).map(|column| clean(&cells.get(column).into_text())).collect();
        while names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        Self { row, names }
    }

    /// How many columns there are.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The name of a column.
    pub(super) fn name(&self, column: usize) -> &str {
        self.names.get(column).map(String::as_str).unwrap_or_default()
    }

    /// The columns that bear this name: spelt exactly so, else in any case.
    pub(super) fn find(&self, wanted: &str) -> Vec<usize> {
        let wanted = clean(wanted);
        let exact = self.places(|name| name == wanted);
        if !exact.is_empty() || wanted.is_empty() {
            return exact;
        }
        let lower = wanted.to_lowercase();
        self.places(|name| name.to_lowercase() == lower)
    }

    fn places(&self, is_it: impl Fn(&str) -> bool) -> Vec<usize> {
        self.names.iter().enumerate().filter(|(_, name)| is_it(name)).map(|(place, _)| place).collect()
    }

    /// The columns that say where the row of a correction file comes from: run and row.
    pub(super) fn correction(&self) -> Option<(usize, Option<usize>)> {
        let place = |name| self.places(|found| found == name).first().copied();
        place("rollbook_run").map(|run| (run, place("rollbook_row")))
    }

    /// The columns of data, in order.
    pub(super) fn data(&self) -> Vec<usize> {
        let correction = self.correction().is_some();
        self.places(|name| !(correction && OURS.contains(&name)))
    }
}

/// Collects what the job wants of a header, so that all that is missing is said at once.
pub(super) struct Wanted<'h> {
    header: &'h Header,
    missing: Vec<String>,
    twice: Vec<String>,
    notes: Vec<String>,
    columns: BTreeSet<usize>,
}

impl<'h> Wanted<'h> {
    pub(super) fn new(header: &'h Header) -> Self {
        Self { header, missing: Vec::new(), twice: Vec::new(), notes: Vec::new(), columns: BTreeSet::new() }
    }

    /// The place of a column. Where there is none it means nothing, and [`Wanted::verdict`] says so.
    pub(super) fn column(&mut self, name: &ColumnName) -> usize {
        let name = name.as_str();
        let (list, words) = match self.header.find(name).as_slice() {
            [only] => {
                self.columns.insert(*only);
                let found = self.header.name(*only);
                if found == clean(name) {
                    return *only;
                }
                let note = format!("column `{found}` was taken for `{name}`, which the job asks for");
                if !self.notes.contains(&note) {
                    self.notes.push(note);
                }
                return *only;
            }
            [] => (&mut self.missing, format!("`{name}`{}", nearest(name, &self.header.names))),
            places => {
                let places: Vec<String> = places.iter().map(|place| letters(*place)).collect();
                (&mut self.twice, format!("`{name}` (columns {})", places.join(" and ")))
            }
        };
        if !list.contains(&words) {
            list.push(words);
        }
        0
    }

    /// The columns that the job reads and notes on their spelling, or all that is wrong.
    ///
    /// With `secret` columns mapped and none of the wanted ones found, the first row is perhaps no header
    /// but somebody's data, password included: then nothing of it is shown.
    pub(super) fn verdict(
        self,
        file: &str,
        secret: bool,
    ) -> Result<(BTreeSet<usize>, Vec<String>), FileProblem> {
        let Self { header, missing, twice, notes, columns } = self;
        if missing.is_empty() && twice.is_empty() {
            return Ok((columns, notes));
        }
        if secret && columns.is_empty() {
            let wanted: Vec<&str> =
                missing.iter().map(|words| words.split(" (nearest").next().unwrap_or_default()).collect();
            let what = format!(
                "row {} has none of the columns that the job reads ({}); what it has is not shown, since it may \
                 be somebody's data",
                header.row,
                wanted.join(", ")
            );
            let way_out = "If the header stands in another row, set `header_row` in the job's [source]; if it is \
                           missing, switch it on in the export.";
            return Err(FileProblem::new(file, what, way_out));
        }
        let mut what = format!("the header in row {} is not what the job expects", header.row);
        if !missing.is_empty() {
            what.push_str(&format!("; missing: {}", missing.join(", ")));
        }
        if !twice.is_empty() {
            what.push_str(&format!("; there more than once: {}", twice.join(", ")));
        }
        what.push_str(&format!("; found: {}", listed(&header.names)));
        let way_out = if header.names.len() == 1 && !missing.is_empty() {
            "If the columns are divided by an unusual character, set `delimiter` in the job's [source]; \
             if the header stands in another row, set `header_row`."
        } else if missing.is_empty() {
            "Give each column a name of its own in the export."
        } else {
            "Correct the names in the export or in the job file; if the header stands in another row, \
             set `header_row` in the job's [source]."
        };
        Err(FileProblem::new(file, what, way_out))
    }
}

/// `, did you mean …` for the most similar of some names.
pub(super) fn nearest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n String>) -> String {
    let wanted = wanted.to_lowercase();
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&wanted, &name.to_lowercase()), name))
        .filter(|(likeness, name)| *likeness > 0.8 && !name.is_empty())
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| format!(" (nearest: `{}`)", cut(name)))
        .unwrap_or_default()
}

/// Names in backticks, the first fifty of them.
pub(super) fn listed(names: &[String]) -> String {
    let mut list: Vec<String> = names.iter().take(50).map(|name| format!("`{}`", cut(name))).collect();
    if names.len() > list.len() {
        list.push(format!("and {} more", names.len() - list.len()));
    }
    list.join(", ")
}

fn cut(name: &str) -> String {
    if name.chars().count() <= 60 {
        return name.to_owned();
    }
    name.chars().take(57).chain("...".chars()).collect()
}

/// A column as a spreadsheet names it: 0 is A, 26 is AA.
pub(super) fn letters(column: usize) -> String {
    let mut rest = column + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use ::csv::StringRecord;

    use super::*;

    fn header(names: &[&str]) -> Header {
        Header::new(1, Cells::Csv(&StringRecord::from(names.to_vec())))
    }

    fn check(names: &[&str], wanted: &[&str], expected: Result<&[usize], &[&str]>) {
        let header = header(names);
        let mut want = Wanted::new(&header);
        let places: Vec<usize> = wanted.iter().map(|name| want.column(&(*name).into())).collect();
        match (want.verdict("hr.csv", false), expected) {
            (Ok(_), Ok(expected)) => assert_eq!(places, expected),
            (Err(problem), Err(words)) => {
                let text = problem.to_string();
                words.iter().for_each(|word| assert!(text.contains(word), "{text}\ndoes not say\n{word}"));
            }
            (found, _) => panic!("{:?}", found.map_err(|problem| problem.to_string())),
        }
    }

    #[test]
    fn names_are_cleaned() {
        let check = |name: &str, expected: &str| assert_eq!(clean(name), expected);
        check("\u{feff}employee_id", "employee_id");
        check("  First\u{a0} \n name ", "First name");
        check("e\u{ad}mail\u{200b}\u{200e}", "email");
        check("\u{200b} ", "");
    }

    #[test]
    fn a_first_row_that_may_be_somebodys_data_is_not_shown() {
        let header = header(&["E1", "Ann", "employ33"]);
        let mut want = Wanted::new(&header);
        want.column(&"employee".into());
        let problem = want.verdict("hr.csv", true).map(|_| ()).unwrap_err().to_string();
        assert!(problem.contains("`employee`") && !problem.contains("employ33"), "{problem}");
    }

    #[test]
    fn columns_are_found_exactly_then_in_any_case() {
        check(&["id", "\u{feff}Name", "city"], &["id", "Name"], Ok(&[0, 1]));
        check(&["ID", "name"], &["id"], Ok(&[0]));
        check(&["ID", "id"], &["id"], Ok(&[1]));
        check(&["ID", "Id"], &["id"], Err(&["more than once: `id` (columns A and B)"]));
        check(&["id", "x", "x"], &["id"], Ok(&[0]));
    }

    #[test]
    fn all_that_is_missing_is_said_at_once() {
        check(
            &["Employee Id", "Mail"],
            &["employee_id", "city", "Mail"],
            Err(&[
                "`hr.csv`: the header in row 1",
                "missing: `employee_id` (nearest: `Employee Id`), `city`; found: `Employee Id`, `Mail`",
                "header_row",
            ]),
        );
        check(&["id;name"], &["id"], Err(&["`delimiter`"]));
    }

    #[test]
    fn columns_have_letters() {
        let check = |column, expected: &str| assert_eq!(letters(column), expected);
        check(0, "A");
        check(25, "Z");
        check(26, "AA");
        check(701, "ZZ");
        check(16_383, "XFD");
    }

    #[test]
    fn our_own_columns_are_no_data() {
        assert_eq!(header(&["rollbook_run", "rollbook_row", "rollbook_reason", "id"]).data(), [3]);
        assert_eq!(header(&["id", "rollbook_row", ""]).data(), [0, 1]);
    }
}
