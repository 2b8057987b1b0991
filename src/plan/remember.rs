//! What an answer says of one item, beside what is known of it.

use std::cmp::Ordering;

use crate::model::{FieldName, Fields, ItemShape, ItemStanding, Keep};

/// A field that has another value now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// The field.
    pub field: FieldName,
    /// Its value before; `None` where it was empty.
    pub before: Option<String>,
    /// Its value now; `None` where it has become empty.
    pub after: Option<String>,
}

/// What becomes of what is known of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Its values from now on.
    pub fields: Fields,
    /// What is new about it.
    pub news: News,
}

/// What is new about an item that an answer holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// Nothing.
    None,
    /// It was not known.
    Added,
    /// It is asked for again, after a time in which it was not: it may have been there all along.
    Resumed(Vec<FieldChange>),
    /// It was present already, and has other values now.
    Changed(Vec<FieldChange>),
    /// It was gone and is back, perhaps with other values.
    Returned(Vec<FieldChange>),
}

impl News {
    /// The fields that changed.
    pub fn changes(&self) -> &[FieldChange] {
        match self {
            Self::None | Self::Added => &[],
            Self::Resumed(changes) | Self::Changed(changes) | Self::Returned(changes) => changes,
        }
    }
}

/// What becomes of an item of this kind that is known so, once an answer holds it with these values.
pub fn remember(
    known: Option<(&Fields, ItemStanding)>,
    read: &Fields,
    shape: Option<&ItemShape>,
) -> Remembered {
    let Some((before, standing)) = known else {
        return Remembered { fields: read.clone(), news: News::Added };
    };
    let column = |field: &FieldName| shape.and_then(|shape| shape.column(field.as_str()));
    let keep = |field: &FieldName| column(field).map_or(Keep::Latest, |column| column.keep);
    let names = before.iter().chain(read.iter()).map(|(name, _)| name.clone());
    let names: std::collections::BTreeSet<FieldName> = names.collect();
    let mut fields = Fields::default();
    let mut changes = Vec::new();
    for field in names {
        let (old, new) = (before.get(&field), read.get(&field));
        let kept = match keep(&field) {
            Keep::Latest => new,
            Keep::Filled => new.or(old),
            Keep::Greatest => greatest(old, new),
        };
        let same = |old: &str, kept: &str| column(&field).is_some_and(|column| column.kind.same(old, kept));
        // What is only written otherwise stays as it is known.
        let kept = if old.zip(kept).is_some_and(|(old, kept)| same(old, kept)) { old } else { kept };
        if let Some(kept) = kept {
            fields.set(field.clone(), kept);
        }
        if kept != old {
            let [before, after] = [old, kept].map(|value| value.map(str::to_owned));
            changes.push(FieldChange { field, before, after });
        }
    }
    let news = match standing {
        ItemStanding::Retired => News::Returned(changes),
        ItemStanding::Outside => News::Resumed(changes),
        ItemStanding::Present if changes.is_empty() => News::None,
        ItemStanding::Present => News::Changed(changes),
    };
    Remembered { fields, news }
}

/// The greater of two numbers. What is no number, or not there, is less than any number; of two that are no
/// numbers the later counts.
fn greatest<'a>(old: Option<&'a str>, new: Option<&'a str>) -> Option<&'a str> {
    let number = |value: &str| value.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    match (old.and_then(number), new.and_then(number)) {
        (Some(before), Some(now)) if now.total_cmp(&before) == Ordering::Greater => new,
        (Some(_), _) => old,
        (None, _) => new.or(old),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Column, ColumnKind};

    const SHAPE: ItemShape = ItemShape {
        kind: "progress",
        nouns: ("transaction", "transactions"),
        id: "id",
        title: "title",
        telling: &[],
        columns: &[
            Column::new("title", "Title", ColumnKind::Text),
            Column::new("progress", "Progress", ColumnKind::Whole).keeping(Keep::Greatest),
            Column::new("cost", "Cost", ColumnKind::Decimal),
            Column::new("done", "Done", ColumnKind::Text).keeping(Keep::Filled),
        ],
    };

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        pairs.iter().copied().collect()
    }

    /// What has changed, as `field before>after`.
    #[track_caller]
    fn check(before: &[(&str, &str)], read: &[(&str, &str)], changes: &[&str], kept: &[(&str, &str)]) {
        let found = remember(Some((&fields(before), ItemStanding::Present)), &fields(read), Some(&SHAPE));
        let said: Vec<String> = found
            .news
            .changes()
            .iter()
            .map(|FieldChange { field, before, after }| {
                format!("{field} {}>{}", before.as_deref().unwrap_or("-"), after.as_deref().unwrap_or("-"))
            })
            .collect();
        assert_eq!(said, changes);
        assert_eq!(found.fields, fields(kept));
        assert_eq!(found.news == News::None, changes.is_empty());
    }

    #[test]
    fn the_latest_value_counts_and_an_empty_one_is_a_change() {
        check(&[("title", "A")], &[("title", "A")], &[], &[("title", "A")]);
        check(&[("title", "A")], &[("title", "B")], &["title A>B"], &[("title", "B")]);
        check(&[("title", "A")], &[], &["title A>-"], &[]);
        check(&[], &[("title", "A")], &["title ->A"], &[("title", "A")]);
        // The same amount, written otherwise.
        check(&[("cost", "10.00")], &[("cost", "10.0")], &[], &[("cost", "10.00")]);
        check(&[("cost", "10.00")], &[("cost", "10.01")], &["cost 10.00>10.01"], &[("cost", "10.01")]);
        // A column that the operation does not name is kept like any other.
        check(&[("more", "1")], &[("more", "0")], &["more 1>0"], &[("more", "0")]);
    }

    #[test]
    fn progress_never_goes_down() {
        check(&[("progress", "100")], &[("progress", "20")], &[], &[("progress", "100")]);
        // As numbers: as texts 9 would be more than 10.
        check(&[("progress", "9")], &[("progress", "10")], &["progress 9>10"], &[("progress", "10")]);
        check(&[("progress", "10")], &[("progress", "9")], &[], &[("progress", "10")]);
        check(&[("progress", "10.0")], &[("progress", "10")], &[], &[("progress", "10.0")]);
        check(&[("progress", "10")], &[], &[], &[("progress", "10")]);
        check(&[("progress", "10")], &[("progress", "much")], &[], &[("progress", "10")]);
        check(&[("progress", "much")], &[("progress", "1")], &["progress much>1"], &[("progress", "1")]);
        check(&[], &[("progress", "0")], &["progress ->0"], &[("progress", "0")]);
    }

    #[test]
    fn a_completion_date_never_becomes_empty() {
        check(&[("done", "2026-11-01")], &[], &[], &[("done", "2026-11-01")]);
        check(
            &[("done", "2026-11-01")],
            &[("done", "2026-10-01")],
            &["done 2026-11-01>2026-10-01"],
            &[("done", "2026-10-01")],
        );
    }

    #[test]
    fn what_was_gone_is_back_and_what_was_not_asked_for_is_resumed() {
        let (before, read) = (fields(&[("title", "A")]), fields(&[("title", "B")]));
        let of = |standing, read| remember(Some((&before, standing)), read, Some(&SHAPE)).news;
        assert_eq!(
            remember(None, &read, Some(&SHAPE)),
            Remembered { fields: read.clone(), news: News::Added }
        );
        assert_eq!(of(ItemStanding::Retired, &before), News::Returned(Vec::new()));
        assert_eq!(of(ItemStanding::Outside, &before), News::Resumed(Vec::new()));
        assert_eq!(of(ItemStanding::Retired, &read).changes().len(), 1);
        assert_eq!(of(ItemStanding::Outside, &read).changes().len(), 1);
        assert_eq!(of(ItemStanding::Present, &before), News::None);
    }
}
