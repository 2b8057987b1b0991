//! What a pull asks for, what kinds of items it brings, and the table that they can be written as.

use super::{Column, Fields};

/// What a pull asks for and gives, beside its parameters, which are the fields of its operation.
#[derive(Clone, Copy, Debug)]
pub struct PullShape {
    /// The kinds of items: the main one first, the others are parts of it.
    pub items: &'static [ItemShape],
    /// Whose the answers are.
    pub learners: Asks,
    /// How a learner is named in a question, and the field of the operation that pushes users to the same
    /// product in which that name stands; the one to be preferred first.
    pub identifiers: &'static [(&'static str, &'static str)],
    /// How a question says which columns, parts and days it wants; `None` where the answer always has all.
    pub selects: Option<Selects>,
    /// Whether it asks for a span of time: then items outside of it are not gone, and nothing is ever retired.
    pub windowed: bool,
    /// The most calls a day, in UTC, that the vendor allows.
    pub daily_calls: Option<u32>,
    /// The column that holds one of our registrations, by which an item is joined to a learner, and the names of
    /// what tells one registration of a learner from the other.
    pub registration: Option<(&'static str, &'static [&'static str])>,
}

/// What the columns of parts begin with in a table: `content.course_name`. A table that has one of them has a row
/// for each part, and one for each main item without any.
pub const PART: &str = "content.";

/// The kind of a part, in a table.
pub const PART_KIND: &str = "content.kind";

/// The title of a part, whatever its kind, in a table.
pub const PART_TITLE: &str = "content.title";

/// The learner of an item that bears one of our registrations, in a table: their key.
pub const LEARNER: &str = "learner";

/// A column of the table that a pull can be written as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableColumn {
    /// Its name.
    pub name: String,
    /// Whether it is there only on demand: an ID that is not to be exposed, or a column of parts.
    pub on_demand: bool,
}

/// Whose the answers of a pull are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Nobody's: one question for all.
    Nobody,
    /// One question for all, or one for each learner that the job names.
    Maybe,
    /// One question for each learner.
    EachLearner,
}

/// The parameters that say which columns, parts and days are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selects {
    /// The one that names the main item's columns, by their names or other spellings; left out, all are wanted. The
    /// column that tells one item from the other is always asked for.
    pub columns: &'static str,
    /// The one that asks for parts, and its value then; with any other, or left out, none come.
    pub parts: (&'static str, &'static str),
    /// Two days, of which the first can't lie after the second.
    pub days: (&'static str, &'static str),
}

/// One kind of item.
#[derive(Clone, Copy, Debug)]
pub struct ItemShape {
    /// Its name, in the vendor's words: `curriculum`, `Course`.
    pub kind: &'static str,
    /// What people call one of them, and many.
    pub nouns: (&'static str, &'static str),
    /// The column that tells one from the other, within its parent.
    pub id: &'static str,
    /// The column by which people know it.
    pub title: &'static str,
    /// The columns that tell people most beside it, with short headings. A part's stand below those of its whole
    /// that have the same heading. What tells one registration of a learner from the other may be among them.
    pub telling: &'static [(&'static str, &'static str)],
    /// Its columns, in the order of the vendor's document.
    pub columns: &'static [Column],
}

impl PullShape {
    /// The main kind.
    pub fn main(&self) -> Option<&'static ItemShape> {
        self.items.first()
    }

    /// The columns that a table of its items can have, in their usual order: the names of learners, where each has
    /// answers of their own; whose registration it is; the main item's; those of its parts.
    pub fn table_columns(&self, by_learner: bool) -> Vec<TableColumn> {
        let usual = |name: &str| TableColumn { name: name.to_owned(), on_demand: false };
        let names = self.identifiers.iter().filter(|_| by_learner).map(|(name, _)| usual(name));
        let mut columns: Vec<TableColumn> = names.collect();
        if let Some((_, parts)) = self.registration {
            columns.push(usual(LEARNER));
            columns.extend(parts.iter().map(|name| usual(name)));
        }
        let main = self.main().into_iter().flat_map(|shape| shape.columns);
        columns.extend(main.map(|column| TableColumn { on_demand: column.internal, ..usual(column.name) }));
        let parts = self.items.get(1..).unwrap_or_default();
        if !parts.is_empty() {
            let keywords = parts.iter().flat_map(|shape| shape.columns).map(|column| column.name);
            let names = keywords.map(|name| format!("{PART}{name}"));
            let generic = [PART_KIND, PART_TITLE].map(str::to_owned);
            for name in generic.into_iter().chain(names) {
                if !columns.iter().any(|column| column.name == name) {
                    columns.push(TableColumn { name, on_demand: true });
                }
            }
        }
        columns
    }

    /// The kind of that name.
    pub fn kind(&self, kind: &str) -> Option<&'static ItemShape> {
        self.items.iter().find(|shape| shape.kind == kind)
    }
}

impl Selects {
    /// Why a question with these parameters does not ask for a column of the table, where it does not.
    pub fn unasked(&self, shape: &PullShape, parameters: &Fields, column: &str) -> Option<String> {
        if column.starts_with(PART) {
            let (name, value) = self.parts;
            let asked = parameters.get(&name.into()) == Some(value);
            return (!asked).then(|| format!("`{name}` is not `{value}`, so no parts are asked for"));
        }
        let main = shape.main().filter(|main| main.id != column)?;
        let column = main.column(column)?;
        let list = parameters.get(&self.columns.into())?;
        let asked = list.split(',').any(|name| name == column.name || column.spellings.contains(&name));
        (!asked).then(|| format!("`{}` does not name it, so it is not asked for", self.columns))
    }
}

impl ItemShape {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}
