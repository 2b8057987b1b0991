//! What pulls know, as CSV: a line for each item and each of its parts, with all columns.

use std::io::Write;

use crate::engine::Engine;
use crate::model::PullShape;
use crate::report::neutralise;

use super::super::runs::rfc3339;
use super::sources::Source;
use super::values::{changed_at, columns, register, value};
use super::walk::{Found, Walk};
use super::words::event_words;
use super::{Ask, Stop};

/// What every line begins with; no column of an item is called so.
const FIRST: [&str; 4] = ["pull", "item_kind", "item_title", "part_of"];
/// What every line ends with.
const LAST: [&str; 5] = ["first_seen", "last_seen", "changed_at", "retired_at", "standing"];

/// Writes what the pulls know.
pub(super) async fn write(
    engine: &Engine,
    ask: &Ask,
    sources: &[Source<'_>],
    out: &mut impl Write,
) -> Result<(), Stop> {
    let names = names(ask, sources);
    let mut told = Vec::new();
    if !ask.learner.is_empty() {
        let registers = sources.iter().filter_map(|source| source.shape.registration);
        told.extend(registers.flat_map(|(_, names)| names.iter().copied()));
        told.retain(|name| !names.contains(name));
        told.dedup();
    }
    let mut sheet = Sheet { out: csv::Writer::from_writer(out), engine, ask, told, names };
    sheet.head()?;
    for source in sources {
        let mut walk = Walk::new(engine, ask, source);
        while let Some(found) = walk.next().await? {
            let whole = found.title.clone().unwrap_or_default();
            sheet.line(source, &found, "")?;
            found.parts.iter().try_for_each(|part| sheet.line(source, part, &whole))?;
        }
    }
    sheet.out.flush()?;
    Ok(())
}

/// The columns of all kinds of all pulls, each once.
fn names(ask: &Ask, sources: &[Source<'_>]) -> Vec<&'static str> {
    let mut names = Vec::new();
    let shapes = sources.iter().flat_map(|source| source.shape.items);
    for column in shapes.flat_map(|shape| columns(shape, ask.ids)) {
        if !names.contains(&column.name) {
            names.push(column.name);
        }
    }
    names
}

struct Sheet<'a, W: Write> {
    out: csv::Writer<W>,
    engine: &'a Engine,
    ask: &'a Ask,
    /// What tells registrations of a learner apart.
    told: Vec<&'static str>,
    names: Vec<&'static str>,
}

impl<W: Write> Sheet<'_, W> {
    fn head(&mut self) -> Result<(), Stop> {
        let learner = (!self.ask.learner.is_empty()).then_some("learner");
        let changes = self.ask.since.map(|_| "changes");
        let own = self.names.iter().copied();
        let told = self.told.iter().copied();
        let names = FIRST.into_iter().chain(learner).chain(told).chain(own).chain(LAST).chain(changes);
        self.out.write_record(names)?;
        Ok(())
    }

    fn line(&mut self, source: &Source<'_>, found: &Found, part_of: &str) -> Result<(), Stop> {
        let item = &found.item;
        let shown = |name: &&str| may_be_shown(&source.shape, &item.kind, name, self.ask.ids);
        let own = self
            .names
            .iter()
            .map(|name| value(item, name).filter(|_| shown(name)).unwrap_or_default().to_owned());
        let title = found.title.as_deref().unwrap_or_default();
        let first = [source.pull.id.as_str(), &item.kind, title, part_of].map(str::to_owned);
        let last = [
            rfc3339(item.first_seen),
            rfc3339(item.last_seen),
            changed_at(item).map(rfc3339).unwrap_or_default(),
            item.retired_at.map(rfc3339).unwrap_or_default(),
            item.standing.as_str().to_owned(),
        ];
        let learner = (!self.ask.learner.is_empty()).then(|| item.learner.clone());
        let changes = self.ask.since.map(|_| {
            let each = found.changes.iter().map(|event| event_words(self.engine, event, self.ask.ids));
            each.collect::<Vec<_>>().join("; ")
        });
        let told = self.told.iter().map(|name| {
            let mut all = register(found, &source.shape);
            all.find(|(own, _)| own == name).map(|(_, text)| text.to_owned()).unwrap_or_default()
        });
        let cells = first.into_iter().chain(learner).chain(told).chain(own).chain(last).chain(changes);
        let cells: Vec<_> = cells.map(|cell| neutralise(&cell).into_owned()).collect();
        self.out.write_record(cells)?;
        Ok(())
    }
}

/// A column of one kind may bear the name of another kind's ID.
fn may_be_shown(shape: &PullShape, kind: &str, name: &str, ids: bool) -> bool {
    let column = shape.kind(kind).and_then(|shape| shape.column(name));
    column.is_some_and(|column| ids || !column.internal)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::connectors::{PRODUCTS, Settings};

    #[test]
    fn no_column_of_an_item_bears_the_name_of_one_of_ours() {
        let ours: BTreeSet<_> = FIRST.into_iter().chain(LAST).chain(["learner", "changes"]).collect();
        for product in PRODUCTS {
            let operations = (product.operations)(&Settings::default());
            for shape in operations.iter().filter_map(|operation| operation.pull) {
                let names = shape.items.iter().flat_map(|item| item.columns).map(|column| column.name);
                let names =
                    names.chain(shape.registration.iter().flat_map(|(_, names)| names.iter().copied()));
                assert_eq!(names.filter(|name| ours.contains(name)).collect::<Vec<_>>(), Vec::<&str>::new());
            }
        }
    }
}
