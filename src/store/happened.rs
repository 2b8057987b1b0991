//! How much a run of pulls saw happen, kind by kind.

use crate::model::{ItemEvent, PushId};

use super::runs::RunRef;
use super::values::count;
use super::{Store, StoreError};

/// What happened to items of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// The pull.
    pub pull: PushId,
    /// The kind of the items.
    pub kind: String,
    /// What happened.
    pub event: ItemEvent,
    /// To how many.
    pub items: u64,
}

impl Store {
    /// How much the pulls of a run saw happen.
    pub async fn happened(&self, run: RunRef) -> Result<Vec<Happened>, StoreError> {
        let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
            "SELECT p.pull, i.kind, e.event, count(DISTINCT e.item_ref)
             FROM item_event e JOIN item i ON i.item_ref = e.item_ref JOIN pull p ON p.pull_ref = i.pull_ref
             WHERE e.run_ref = ? GROUP BY p.pull_ref, i.kind, e.event ORDER BY p.pull_ref, min(i.item_ref)",
        )
        .bind(run.0)
        .fetch_all(&self.reader)
        .await?;
        let line = |(pull, kind, event, items): (String, String, String, i64)| Happened {
            pull: pull.into(),
            kind,
            event: ItemEvent::parse(&event),
            items: count(items),
        };
        Ok(rows.into_iter().map(line).collect())
    }
}
