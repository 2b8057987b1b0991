//! What pulls have learnt, for those who ask: items and their events.

use chrono::{DateTime, Utc};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row};

use crate::model::{
    ConnectionName, FieldName, Fields, ItemEvent, ItemStanding, JobName, Key, OperationName, PushId, RunId,
};

use super::values::{from_json, maybe_time, millis, time};
use super::{RunRef, Store, StoreError};

/// An item in the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemRef(pub(super) i64);

impl ItemRef {
    /// Stands for an item that the database does not know.
    pub const NONE: Self = Self(0);
}

/// An event of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventRef(pub(super) i64);

/// An item as it is known.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each field is the column of that name, explained in the migration")]
pub struct MemoryItem {
    pub item_ref: ItemRef,
    pub job: JobName,
    pub pull: PushId,
    pub operation: OperationName,
    pub scope: String,
    pub learner: String,
    pub kind: String,
    pub key: Key,
    pub parent: Option<Key>,
    pub fields: Fields,
    pub standing: ItemStanding,
    pub first_seen: DateTime<Utc>,
    pub last_seen: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    pub retired_at: Option<DateTime<Utc>>,
}

/// Which items; all of these must hold.
#[derive(Clone, Debug, Default)]
pub struct ItemFilter {
    /// Of this account.
    pub connection: Option<ConnectionName>,
    /// Of this job.
    pub job: Option<JobName>,
    /// Of this pull.
    pub pull: Option<PushId>,
    /// Of this learner, by any of their names, in any case; an empty text means items that are nobody's.
    pub learner: Option<String>,
    /// Only those that hold this text in any field, in any case.
    pub search: Option<String>,
    /// Only those with an event since then.
    pub changed_since: Option<DateTime<Utc>>,
    /// Only present ones, unless others are wanted too.
    pub gone_too: bool,
}

/// One event of an item.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "each field is the column of that name, explained in the migration")]
pub struct EventRow {
    pub event_ref: EventRef,
    pub run: RunId,
    pub at: DateTime<Utc>,
    pub event: ItemEvent,
    pub field: Option<FieldName>,
    pub before: Option<String>,
    pub after: Option<String>,
    pub item: MemoryItem,
}

/// A query whose rows are read by `item`, from `item i` and `pull p`.
macro_rules! select_items {
    ($from:literal) => {
        concat!(
            "SELECT i.item_ref, p.job, p.pull, p.operation, i.scope, i.learner, i.kind, i.key, i.parent, i.fields,
                    i.standing, i.first_seen, i.last_seen, i.changed_at, i.retired_at ",
            $from
        )
    };
}

/// Items one by one in their order, without sorting all that a page has no room for.
const IN_ORDER: &str =
    select_items!("FROM item i NOT INDEXED CROSS JOIN pull p ON p.pull_ref = i.pull_ref WHERE ");

/// A few of the items.
pub(super) const SOME: &str = select_items!("FROM item i JOIN pull p ON p.pull_ref = i.pull_ref WHERE ");

/// A query whose rows are read by `event`.
macro_rules! select_events {
    ($from:literal) => {
        concat!(
            "SELECT i.item_ref, p.job, p.pull, p.operation, i.scope, i.learner, i.kind, i.key, i.parent, i.fields,
                    i.standing, i.first_seen, i.last_seen, i.changed_at, i.retired_at,
                    e.event_ref, r.run, e.at, e.event, e.field, e.before, e.after
             FROM item_event e JOIN item i ON i.item_ref = e.item_ref JOIN pull p ON p.pull_ref = i.pull_ref
                  JOIN run r ON r.run_ref = e.run_ref ",
            $from
        )
    };
}

impl Store {
    /// Items in the order in which they were first seen, behind `after`, at most `limit`.
    pub async fn items(
        &self,
        filter: &ItemFilter,
        after: Option<ItemRef>,
        limit: u32,
    ) -> Result<Vec<MemoryItem>, StoreError> {
        let wanted = limit as usize;
        let mut found = Vec::new();
        let mut after = after;
        // The database tells letters of one case from the other beyond ASCII, so the search is ended here.
        let needle = filter.search.as_deref().map(str::to_lowercase);
        loop {
            let page = self.item_page(filter, after, limit).await?;
            let Some(last) = page.last() else { return Ok(found) };
            after = Some(last.item_ref);
            let ended = page.len() < wanted;
            found.extend(page.into_iter().filter(|item| {
                needle.as_deref().is_none_or(|needle| {
                    item.fields.iter().any(|(_, value)| value.to_lowercase().contains(needle))
                })
            }));
            if ended || found.len() >= wanted {
                found.truncate(wanted);
                return Ok(found);
            }
        }
    }

    async fn item_page(
        &self,
        filter: &ItemFilter,
        after: Option<ItemRef>,
        limit: u32,
    ) -> Result<Vec<MemoryItem>, StoreError> {
        let of_learner = filter.learner.as_deref().is_some_and(|name| !name.is_empty());
        let mut query = QueryBuilder::new(if of_learner { SOME } else { IN_ORDER });
        query.push("i.item_ref > ").push_bind(after.map_or(0, |item| item.0));
        for (column, value) in [
            ("p.connection", filter.connection.as_ref().map(ConnectionName::as_str)),
            ("p.job", filter.job.as_ref().map(JobName::as_str)),
            ("p.pull", filter.pull.as_ref().map(PushId::as_str)),
        ] {
            if let Some(value) = value {
                query.push(" AND ").push(column).push(" = ").push_bind(value.to_owned());
            }
        }
        match filter.learner.as_deref() {
            None => {}
            Some("") => {
                query.push(" AND i.learner = ''");
            }
            Some(name) => {
                query
                    .push(
                        " AND i.learner <> '' AND (i.pull_ref, i.learner) IN
                          (SELECT n.pull_ref, n.learner FROM learner_name n WHERE n.name = ",
                    )
                    .push_bind(name.to_lowercase())
                    .push(")");
            }
        }
        if let Some(search) = &filter.search {
            query
                .push(" AND EXISTS (SELECT 1 FROM json_each(i.fields) f WHERE f.value LIKE ")
                .push_bind(pattern(search))
                .push(" ESCAPE '\\')");
        }
        if let Some(since) = filter.changed_since {
            query
                .push(" AND EXISTS (SELECT 1 FROM item_event e WHERE e.item_ref = i.item_ref AND e.at >= ")
                .push_bind(millis(since))
                .push(")");
        }
        if !filter.gone_too {
            query.push(" AND i.standing = 'present'");
        }
        query.push(" ORDER BY i.item_ref LIMIT ").push_bind(limit);
        let rows = query.build().persistent(false).fetch_all(&self.reader).await?;
        rows.iter().map(item).collect()
    }

    /// The events of one item, oldest first.
    pub async fn item_events(&self, item: ItemRef) -> Result<Vec<EventRow>, StoreError> {
        let rows = sqlx::query(select_events!("WHERE e.item_ref = ? ORDER BY e.event_ref"))
            .bind(item.0)
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(event).collect()
    }

    /// The events that a run saw, in order, behind `after`, at most `limit`.
    pub async fn run_events(
        &self,
        run: RunRef,
        after: Option<EventRef>,
        limit: u32,
    ) -> Result<Vec<EventRow>, StoreError> {
        let rows = sqlx::query(select_events!(
            "WHERE e.run_ref = ? AND e.event_ref > ? ORDER BY e.event_ref LIMIT ?"
        ))
        .bind(run.0)
        .bind(after.map_or(0, |event| event.0))
        .bind(limit)
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(event).collect()
    }

    /// The parts of an item (contents of a curriculum) that are present, in the order of their answer.
    pub async fn parts(&self, item: &MemoryItem) -> Result<Vec<MemoryItem>, StoreError> {
        let mut query = QueryBuilder::new(SOME);
        query
            .push("(i.pull_ref, i.scope) = (SELECT pull_ref, scope FROM item WHERE item_ref = ")
            .push_bind(item.item_ref.0)
            .push(") AND i.parent = ")
            .push_bind(item.key.as_str())
            .push(" AND i.standing = 'present' ORDER BY i.item_ref");
        let rows = query.build().fetch_all(&self.reader).await?;
        rows.iter().map(self::item).collect()
    }
}

/// What a value must be like that holds this text: any letter beyond ASCII, whose case the database does not
/// know, may be anything.
fn pattern(search: &str) -> String {
    let mut pattern = "%".to_owned();
    for letter in search.chars() {
        match letter {
            '%' | '_' | '\\' => pattern.extend(['\\', letter]),
            letter if letter.is_ascii() => pattern.push(letter),
            _ if pattern.ends_with('%') && !pattern.ends_with("\\%") => {}
            _ => pattern.push('%'),
        }
    }
    pattern.push('%');
    pattern
}

pub(super) fn item(row: &SqliteRow) -> Result<MemoryItem, StoreError> {
    Ok(MemoryItem {
        item_ref: ItemRef(row.try_get(0)?),
        job: row.try_get::<String, _>(1)?.into(),
        pull: row.try_get::<String, _>(2)?.into(),
        operation: row.try_get::<String, _>(3)?.into(),
        scope: row.try_get(4)?,
        learner: row.try_get(5)?,
        kind: row.try_get(6)?,
        key: Key::from_stored(row.try_get(7)?),
        parent: row.try_get::<Option<String>, _>(8)?.map(Key::from_stored),
        fields: from_json(row.try_get(9)?)?,
        standing: ItemStanding::parse(row.try_get(10)?),
        first_seen: time(row.try_get(11)?)?,
        last_seen: time(row.try_get(12)?)?,
        changed_at: time(row.try_get(13)?)?,
        retired_at: maybe_time(row.try_get(14)?)?,
    })
}

fn event(row: &SqliteRow) -> Result<EventRow, StoreError> {
    let field: String = row.try_get(19)?;
    Ok(EventRow {
        event_ref: EventRef(row.try_get(15)?),
        run: row.try_get::<String, _>(16)?.into(),
        at: time(row.try_get(17)?)?,
        event: ItemEvent::parse(row.try_get(18)?),
        field: (!field.is_empty()).then(|| field.into()),
        before: row.try_get(20)?,
        after: row.try_get(21)?,
        item: item(row)?,
    })
}
