//! An export of people, made and changed in a test.

/// The columns of the usual job.
const COLUMNS: [&str; 10] =
    ["id", "name", "mail", "login", "secret", "phone", "title", "boss", "born", "active"];

/// What every first password begins with, so that any of them can be searched for.
pub(crate) const PASSWORD: &str = "Geheim+";

/// A table of people, one row each, in order.
#[derive(Clone, Debug)]
pub(crate) struct Export {
    /// The heading.
    pub(crate) columns: Vec<String>,
    /// The rows.
    pub(crate) rows: Vec<Vec<String>>,
}

impl Export {
    /// So many people: E1, E2 and so on, without managers.
    pub(crate) fn of(people: usize) -> Self {
        let columns = COLUMNS.map(str::to_owned).into();
        let mut export = Self { columns, rows: Vec::new() };
        for number in 1..=people {
            export = export.and(&format!("E{number}"));
        }
        export
    }

    /// One person more.
    pub(crate) fn and(mut self, id: &str) -> Self {
        let login = id.to_lowercase();
        let row = [
            id,
            &format!("Name {id}"),
            &format!("{login}@example.org"),
            &login,
            &format!("{PASSWORD}{id}"),
            "020 7946 0000",
            "Adviser",
            "",
            "02/03/1990",
            "Y",
        ];
        self.rows.push(row.map(str::to_owned).into());
        self
    }

    /// Without these people.
    pub(crate) fn without(mut self, ids: &[&str]) -> Self {
        let before = self.rows.len();
        self.rows.retain(|row| !ids.contains(&row[0].as_str()));
        assert_eq!(self.rows.len() + ids.len(), before, "{ids:?}");
        self
    }

    /// With one cell changed.
    pub(crate) fn with(mut self, id: &str, column: &str, value: &str) -> Self {
        let column = self.column(column);
        let row = self.rows.iter_mut().find(|row| row[0] == id);
        row.unwrap_or_else(|| panic!("no row of {id}"))[column] = value.to_owned();
        self
    }

    /// With a column more.
    pub(crate) fn with_column(mut self, name: &str, value: &str) -> Self {
        self.columns.push(name.to_owned());
        self.rows.iter_mut().for_each(|row| row.push(value.to_owned()));
        self
    }

    /// With a column renamed.
    pub(crate) fn renamed(mut self, column: &str, name: &str) -> Self {
        let place = self.column(column);
        self.columns[place] = name.to_owned();
        self
    }

    /// With the rows in the opposite order.
    pub(crate) fn reversed(mut self) -> Self {
        self.rows.reverse();
        self
    }

    fn column(&self, name: &str) -> usize {
        let place = self.columns.iter().position(|column| column == name);
        place.unwrap_or_else(|| panic!("no column {name}"))
    }

    /// As CSV.
    pub(crate) fn csv(&self) -> Vec<u8> {
        self.divided_by(',')
    }

    /// As CSV with another delimiter.
    pub(crate) fn divided_by(&self, delimiter: char) -> Vec<u8> {
        let mut text = String::new();
        for row in std::iter::once(&self.columns).chain(&self.rows) {
            let cells: Vec<String> = row
                .iter()
                .map(|cell| match cell.contains([delimiter, '"', '\n']) {
                    true => format!("\"{}\"", cell.replace('"', "\"\"")),
                    false => cell.clone(),
                })
                .collect();
            text.push_str(&cells.join(&delimiter.to_string()));
            text.push_str("\r\n");
        }
        text.into_bytes()
    }

    /// What a CSV file holds, as read by the `csv` crate alone.
    pub(crate) fn read(bytes: &[u8], delimiter: u8) -> Self {
        let text = std::str::from_utf8(bytes).unwrap().trim_start_matches('\u{feff}');
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(text.as_bytes());
        let mut rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
        Self { columns: rows.next().unwrap(), rows: rows.collect() }
    }

    /// The cell of a column in a row, counted from 0.
    pub(crate) fn cell(&self, row: usize, column: &str) -> &str {
        &self.rows[row][self.column(column)]
    }

    /// With a cell set by its row, counted from 0.
    pub(crate) fn with_cell(mut self, row: usize, column: &str, value: &str) -> Self {
        let column = self.column(column);
        self.rows[row][column] = value.to_owned();
        self
    }
}
