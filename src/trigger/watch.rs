//! Temporary.
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Notify;
pub(super) struct Watch;
impl Watch {
    pub(super) fn new(_f: BTreeSet<PathBuf>, _h: Arc<Notify>) -> Self {
        Self
    }
    pub(super) fn renew(&mut self) -> Vec<(PathBuf, String)> {
        Vec::new()
    }
}
