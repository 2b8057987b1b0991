//! Several items of one registration, such as a course that was taken twice, become one row for those who know
//! the registration alone. Pure.

use std::collections::HashMap;

use crate::model::{ColumnKind, FieldName, Fields, ItemShape, Keep};
use crate::store::MemoryItem;

/// Brings the items of one registration together, in whatever order they come.
#[derive(Default)]
pub(super) struct Together {
    by: Option<(FieldName, ItemShape)>,
    /// How many items of a registration are still to come.
    expected: HashMap<String, u64>,
    waiting: HashMap<String, Vec<MemoryItem>>,
}

impl Together {
    /// By the column of the registration.
    pub(super) fn new(column: &str, shape: &ItemShape) -> Self {
        Self { by: Some((column.into(), *shape)), ..Self::default() }
    }

    /// This item will come.
    pub(super) fn expect(&mut self, item: &MemoryItem) {
        if let Some(registration) = self.registration(item) {
            *self.expected.entry(registration).or_default() += 1;
        }
    }

    /// The item for the row that this one completes; `None` where others of its registration are to come. What
    /// bears no registration is a row of its own.
    pub(super) fn gather(&mut self, item: MemoryItem) -> Option<MemoryItem> {
        let Some(registration) = self.registration(&item) else { return Some(item) };
        match self.expected.get_mut(&registration) {
            // It came meanwhile, to a row that is written: the next file has it.
            Some(0) => return None,
            Some(left) => {
                *left -= 1;
                if *left == 0 {
                    let mut items = self.waiting.remove(&registration).unwrap_or_default();
                    items.push(item);
                    return self.fold(items);
                }
            }
            None => {}
        }
        self.waiting.entry(registration).or_default().push(item);
        None
    }

    /// The rows of those whose other items did not come after all.
    pub(super) fn rest(&mut self) -> Vec<MemoryItem> {
        let waiting = std::mem::take(&mut self.waiting);
        waiting.into_values().filter_map(|items| self.fold(items)).collect()
    }

    fn fold(&self, items: Vec<MemoryItem>) -> Option<MemoryItem> {
        let (_, shape) = self.by.as_ref()?;
        let all: Vec<&Fields> = items.iter().map(|item| &item.fields).collect();
        let (place, fields) = one_of(&all, shape);
        let item = items.into_iter().nth(place)?;
        Some(MemoryItem { fields, ..item })
    }

    fn registration(&self, item: &MemoryItem) -> Option<String> {
        let (column, _) = self.by.as_ref()?;
        let text = item.fields.get(column)?.trim().to_lowercase();
        (!text.is_empty()).then_some(text)
    }
}

/// The values of several items as those of one, and the place of the one that they are of: that with the
/// earliest completion or else the greatest progress, with the greatest progress of all.
fn one_of(items: &[&Fields], shape: &ItemShape) -> (usize, Fields) {
    let greatest = shape.columns.iter().filter(|column| column.keep == Keep::Greatest);
    let greatest: Vec<FieldName> = greatest.map(|column| column.name.into()).collect();
    // A point in time that never becomes empty again is that of the completion.
    let completion = shape.columns.iter().find(|column| {
        let time = matches!(column.kind, ColumnKind::Moment { .. } | ColumnKind::Date { .. });
        time && column.keep == Keep::Filled
    });
    let completion: Option<FieldName> = completion.map(|column| column.name.into());
    let number = |fields: &Fields, name: &FieldName| -> f64 {
        fields.get(name).and_then(|text| text.parse().ok()).unwrap_or(f64::NEG_INFINITY)
    };
    let completed = |fields: &Fields| -> Option<String> {
        Some(fields.get(completion.as_ref()?)?.to_owned()).filter(|text| !text.is_empty())
    };
    let progress = |fields: &Fields| greatest.first().map_or(f64::NEG_INFINITY, |name| number(fields, name));
    let by_completion = |left: &Fields, right: &Fields| match (completed(left), completed(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        (left, right) => right.is_some().cmp(&left.is_some()),
    };
    let first = items.iter().enumerate().min_by(|(_, left), (_, right)| {
        by_completion(left, right).then_with(|| progress(right).total_cmp(&progress(left)))
    });
    let Some((place, of)) = first else { return (0, Fields::default()) };
    let kept: Vec<(&str, &str)> = greatest
        .iter()
        .filter_map(|name| {
            let most =
                items.iter().max_by(|left, right| number(left, name).total_cmp(&number(right, name)))?;
            Some((name.as_str(), most.get(name)?))
        })
        .collect();
    let others = of.iter().filter(|(name, _)| !greatest.contains(name));
    (place, others.map(|(name, value)| (name.as_str(), value)).chain(kept).collect())
}

#[cfg(test)]
#[path = "onerow_tests.rs"]
mod tests;
