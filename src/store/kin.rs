//! Items beside other items: what one is a part of, and its parts whether they are there or gone.

use crate::model::ConnectionName;

use super::memory::MemoryItem;
use super::{Store, StoreError};

impl Store {
    /// The item that this one is a part of.
    pub async fn parent(&self, part: &MemoryItem) -> Result<Option<MemoryItem>, StoreError> {
        let _ = part;
        Ok(None)
    }

    /// The parts of an item, whether they are there or not, in the order in which they were first seen.
    pub async fn all_parts(&self, item: &MemoryItem) -> Result<Vec<MemoryItem>, StoreError> {
        let _ = item;
        Ok(Vec::new())
    }

    /// Whether any pull of this account has asked for a learner of that name, in any case.
    pub async fn knows_learner(&self, connection: &ConnectionName, name: &str) -> Result<bool, StoreError> {
        let _ = (connection, name);
        Ok(false)
    }
}
