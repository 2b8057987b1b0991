//! A simulated CrowdWisdom portal.

use std::sync::Arc;

use axum::Router;

use super::World;
use super::effects::SandboxEffects;

/// How the simulated CrowdWisdom portal is set up.
#[derive(Clone, Default)]
pub struct CrowdWisdomOptions {}

pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
}

/// The portal: how it is set up, and what it holds.
pub(super) struct Portal {}

impl Portal {
    pub(super) fn new(_options: CrowdWisdomOptions) -> Self {
        Self {}
    }

    /// Tells what it holds.
    pub(super) fn effects(&self, _effects: &mut SandboxEffects) {}
}
