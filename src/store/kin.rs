//! Items beside other items: what one is a part of, and its parts whether they are there or gone.

use sqlx::QueryBuilder;

use crate::model::ConnectionName;

use super::memory::{MemoryItem, SOME, item};
use super::{Store, StoreError};

impl Store {
    /// The item that this one is a part of.
    pub async fn parent(&self, part: &MemoryItem) -> Result<Option<MemoryItem>, StoreError> {
        let Some(key) = &part.parent else { return Ok(None) };
        let mut query = QueryBuilder::new(SOME);
        query
            .push("(i.pull_ref, i.scope) = (SELECT pull_ref, scope FROM item WHERE item_ref = ")
            .push_bind(part.item_ref.0)
            .push(") AND i.key = ")
            .push_bind(key.as_str());
        query.build().fetch_optional(&self.reader).await?.as_ref().map(item).transpose()
    }

    /// The parts of an item, whether they are there or not, in the order in which they were first seen.
    pub async fn all_parts(&self, whole: &MemoryItem) -> Result<Vec<MemoryItem>, StoreError> {
        let mut query = QueryBuilder::new(SOME);
        query
            .push("(i.pull_ref, i.scope) = (SELECT pull_ref, scope FROM item WHERE item_ref = ")
            .push_bind(whole.item_ref.0)
            .push(") AND i.parent = ")
            .push_bind(whole.key.as_str())
            .push(" ORDER BY i.item_ref");
        query.build().fetch_all(&self.reader).await?.iter().map(item).collect()
    }

    /// Whether any pull of this account has asked for a learner of that name, in any case.
    pub async fn knows_learner(&self, connection: &ConnectionName, name: &str) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "SELECT 1 FROM learner_name JOIN pull USING (pull_ref) WHERE connection = ? AND name = ? LIMIT 1",
        )
        .bind(connection.as_str())
        .bind(name.to_lowercase())
        .fetch_optional(&self.reader)
        .await?;
        Ok(row.is_some())
    }
}
