//! The person whom a row is about: for whose other changes it waits (semantics 19).

use crate::model::Key;

use super::cell::{Cell, Row, trim};
use super::value::has_control;

/// The person whom these columns of a row name; `None` where there are none, or a cell names nobody.
pub(super) fn person(columns: &[usize], row: &Row<'_>) -> Option<Key> {
    let cells: Vec<_> = columns.iter().map(|column| row.cell(*column)).collect();
    if cells.is_empty() || cells.iter().any(|cell| !names_somebody(cell)) {
        return None;
    }
    let texts: Vec<_> = cells.into_iter().map(Cell::into_text).collect();
    Some(Key::from_values(texts.iter().map(|text| trim(text))))
}

/// Whether a cell names somebody who can be waited for.
pub(super) fn names_somebody(cell: &Cell<'_>) -> bool {
    match cell {
        Cell::Error(_) => false,
        Cell::Text(text) => !trim(text).is_empty() && !has_control(trim(text)),
        cell => !cell.is_blank(),
    }
}
