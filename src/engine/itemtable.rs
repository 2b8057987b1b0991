//! From the items of a pull to the rows of a table: which columns are wanted, and where each has its values.
//! A column of parts makes a row for each part, and one for a main item without any.

use std::collections::{BTreeSet, HashMap};

use crate::config::{Learners, Pull};
use crate::model::{
    ColumnKind, FieldName, ItemShape, JobName, LEARNER, PART, PART_KIND, PART_TITLE, PullShape, TableColumn,
};
use crate::store::{ItemFilter, MemoryItem, Registered};

use super::onerow::Together;
use super::tablecell::{Cell, Of};
use super::{Engine, EngineError};

/// How many items are fetched at a time.
const PAGE: u32 = 500;

/// A table of a pull's items: its columns, in order.
pub(super) struct ItemTable {
    shape: PullShape,
    columns: Vec<Column>,
    /// Whether the items of one registration make one row.
    one_row: bool,
}

struct Column {
    name: String,
    from: From,
}

/// Where a column has its values.
enum From {
    /// What questions call the learner.
    Name(&'static str),
    /// Whose registration it is.
    Learner,
    /// What tells one registration of a learner from the other.
    Instance(usize),
    /// The main item.
    Own(FieldName, Of),
    /// The kind of a part.
    Kind,
    /// The title of a part.
    Title,
    /// A part, where its kind has the column.
    Part(FieldName),
}

/// Whose registration an item bears, in words.
#[derive(Default)]
pub(super) struct Joined {
    /// The learner.
    pub(super) learner: String,
    /// What the learner takes.
    pub(super) instance: Vec<String>,
}

/// The columns that are written unless a job says which.
pub(super) fn usual_columns(pull: &Pull) -> Vec<String> {
    let columns = all_columns(pull).into_iter();
    columns.filter(|column| !column.on_demand).map(|column| column.name).collect()
}

/// Every column that a table of this pull can have.
pub(super) fn all_columns(pull: &Pull) -> Vec<TableColumn> {
    let by_learner = pull.learners != Learners::Nobody;
    pull.operation.pull.map(|shape| shape.table_columns(by_learner)).unwrap_or_default()
}

impl ItemTable {
    /// A table with these columns; `None` where the operation is no pull. A column that there is none of stays
    /// empty: the configuration has been checked.
    pub(super) fn new(pull: &Pull, names: Vec<String>) -> Option<Self> {
        let shape = pull.operation.pull?;
        let by_learner = pull.learners != Learners::Nobody;
        let columns = names.into_iter().map(|name| Column { from: source(&shape, by_learner, &name), name });
        Some(Self { shape, columns: columns.collect(), one_row: false })
    }

    /// The same with one row for all items of a registration, where items bear such.
    pub(super) fn one_row(self) -> Self {
        Self { one_row: true, ..self }
    }

    /// The names of its columns.
    pub(super) fn header(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// Whether it has a row for each part.
    fn has_parts(&self) -> bool {
        self.columns.iter().any(|column| matches!(column.from, From::Kind | From::Title | From::Part(_)))
    }

    /// The column with our registration, where whose it is is wanted.
    fn joins_on(&self) -> Option<FieldName> {
        let wanted = |column: &Column| matches!(column.from, From::Learner | From::Instance(_));
        let (registration, _) = self.shape.registration?;
        self.columns.iter().any(wanted).then(|| registration.into())
    }

    /// Whether it has a column with a name of learners.
    fn names_learners(&self) -> bool {
        self.columns.iter().any(|column| matches!(column.from, From::Name(_)))
    }

    /// The registration that an item bears.
    fn registration(&self, item: &MemoryItem) -> Option<String> {
        item.fields.get(&self.joins_on()?).map(|text| text.trim().to_lowercase())
    }

    /// The row of an item and, where there is one for each, of one of its parts.
    fn row<'a>(
        &'a self,
        item: &'a MemoryItem,
        part: Option<&'a MemoryItem>,
        joined: &'a Joined,
    ) -> Vec<Cell<'a>> {
        let part_shape = part.and_then(|part| self.shape.kind(&part.kind));
        let of_part = |name: &str| part.and_then(|part| part.fields.get(&name.into())).unwrap_or_default();
        let cells = self.columns.iter().map(|column| match &column.from {
            From::Name(name) => Cell::new(named(&self.shape, &item.scope, name), Of::Text),
            From::Learner => Cell::new(&joined.learner, Of::Text),
            From::Instance(place) => {
                Cell::new(joined.instance.get(*place).map(String::as_str).unwrap_or_default(), Of::Text)
            }
            From::Own(name, of) => Cell::new(item.fields.get(name).unwrap_or_default(), *of),
            From::Kind => Cell::new(part.map(|part| part.kind.as_str()).unwrap_or_default(), Of::Text),
            From::Title => {
                Cell::new(part_shape.map(|shape| of_part(shape.title)).unwrap_or_default(), Of::Text)
            }
            From::Part(name) => {
                let of = part_shape.map_or(Of::Text, |shape| kind(shape, name.as_str()));
                Cell::new(of_part(name.as_str()), of)
            }
        });
        cells.collect()
    }
}

fn source(shape: &PullShape, by_learner: bool, name: &str) -> From {
    if let Some((identifier, _)) = shape.identifiers.iter().find(|(known, _)| by_learner && *known == name) {
        return From::Name(identifier);
    }
    if let Some((_, parts)) = shape.registration {
        if name == LEARNER {
            return From::Learner;
        }
        if let Some(place) = parts.iter().position(|part| *part == name) {
            return From::Instance(place);
        }
    }
    match name.strip_prefix(PART) {
        Some(_) if name == PART_KIND => From::Kind,
        Some(_) if name == PART_TITLE => From::Title,
        Some(part) => From::Part(part.into()),
        None => From::Own(name.into(), shape.main().map_or(Of::Text, |main| kind(main, name))),
    }
}

/// What the cells of a column are; identifiers are texts, whatever they look like.
fn kind(shape: &ItemShape, name: &str) -> Of {
    let Some(column) = shape.column(name).filter(|column| !column.internal && column.name != shape.id) else {
        return Of::Text;
    };
    match column.kind {
        ColumnKind::Text | ColumnKind::Flag { .. } => Of::Text,
        ColumnKind::Whole | ColumnKind::Decimal => Of::Number,
        ColumnKind::Date { .. } => Of::Day,
        ColumnKind::Moment { .. } => Of::Moment,
    }
}

/// One of the names of a learner, as a scope has them: `Uniqueid=101~Email=amrita@example.org`.
fn named<'a>(shape: &PullShape, scope: &'a str, name: &str) -> &'a str {
    let pairs = scope.split('~').filter_map(|pair| pair.split_once('='));
    let mut known = pairs.filter(|(known, _)| shape.identifiers.iter().any(|(other, _)| other == known));
    known.find(|(known, _)| *known == name).map(|(_, value)| value).unwrap_or_default()
}

impl Engine {
    /// Hands on each row of a table: of the items that are present, in the order in which they were first seen,
    /// as far as they are this account's. Gives how many rows there were.
    ///
    /// # Errors
    /// When the database fails, or whoever takes a row.
    pub(super) async fn each_row(
        &self,
        job: &JobName,
        pull: &Pull,
        table: &ItemTable,
        take: &mut (dyn for<'r> FnMut(&[Cell<'r>]) -> Result<(), EngineError> + Send),
    ) -> Result<u64, EngineError> {
        let filter = ItemFilter {
            connection: Some(pull.connection.clone()),
            job: Some(job.clone()),
            pull: Some(pull.id.clone()),
            ..ItemFilter::default()
        };
        let main = table.shape.main();
        let own = |item: &MemoryItem| {
            item.operation == pull.operation.name && main.is_some_and(|main| *item.kind == *main.kind)
        };
        let mut together = Together::default();
        if let (true, Some((column, _)), Some(main)) = (table.one_row, table.shape.registration, main) {
            together = Together::new(column, main);
            let mut after = None;
            loop {
                let page = self.store.items(&filter, after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.item_ref);
                page.iter().filter(|item| own(item)).for_each(|item| together.expect(item));
            }
        }
        let name = &pull.operation.name;
        let texts = match table.names_learners() {
            true => {
                let pull_ref = self.store.pull(job, &pull.id, &pull.connection, name).await?;
                self.store.learner_texts(pull_ref).await?
            }
            false => HashMap::new(),
        };
        let mut rows = 0;
        let mut after = None;
        loop {
            let page = self.store.items(&filter, after, PAGE).await?;
            let last = page.last().map(|last| last.item_ref);
            let items = page.into_iter().filter(&own).filter_map(|item| together.gather(item));
            let mut items: Vec<MemoryItem> = items.collect();
            if last.is_none() {
                items = together.rest();
            }
            let joined = self.joined(pull, table, &items).await?;
            let nobody = Joined::default();
            for item in &mut items {
                // With all names that are known, for the columns of them.
                if let Some(text) = texts.get(&item.scope) {
                    item.scope.clone_from(text);
                }
                let joined = table.registration(item).and_then(|one| joined.get(&one)).unwrap_or(&nobody);
                let parts = if table.has_parts() { self.store.parts(item).await? } else { Vec::new() };
                for part in &parts {
                    take(&table.row(item, Some(part), joined))?;
                }
                if parts.is_empty() {
                    take(&table.row(item, None, joined))?;
                }
                rows += parts.len().max(1) as u64;
            }
            if last.is_none() {
                return Ok(rows);
            }
            after = last;
        }
    }

    /// Whose the registrations of some items are, by registration.
    async fn joined(
        &self,
        pull: &Pull,
        table: &ItemTable,
        items: &[MemoryItem],
    ) -> Result<HashMap<String, Joined>, EngineError> {
        let Some(column) = table.joins_on() else { return Ok(HashMap::new()) };
        let wanted: Vec<&str> = items.iter().filter_map(|item| item.fields.get(&column)).collect();
        let found = self.registered(&pull.connection, &wanted).await?;
        let joined = found.into_iter().map(|Registered { registration, enrolment, connection }| {
            let learner = self.learner_name(&connection, &enrolment);
            (registration, Joined { learner, instance: enrolment.instance })
        });
        Ok(joined.collect())
    }
}

/// The columns that a job which feeds on a pull gets: all of the main item's, and those of parts only where it
/// reads one, since each part is a row then.
pub(super) fn fed_columns(pull: &Pull, read: &BTreeSet<&str>) -> Vec<String> {
    let parts = read.iter().any(|name| name.starts_with(PART));
    let columns = all_columns(pull).into_iter().map(|column| column.name);
    columns.filter(|name| parts || !name.starts_with(PART)).collect()
}

#[cfg(test)]
#[path = "itemtable_tests.rs"]
mod tests;
