//! A simulated 77 Media platform.

use std::sync::Arc;

use axum::Router;

use super::World;
use super::effects::SandboxEffects;

/// How the simulated 77 Media platform is set up.
#[derive(Clone, Default)]
pub struct Media77Options {}

pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
}

/// The platform: how it is set up, and what it holds.
pub(super) struct Platform {}

impl Platform {
    pub(super) fn new(_options: Media77Options) -> Self {
        Self {}
    }

    /// Tells what it holds.
    pub(super) fn effects(&self, _effects: &mut SandboxEffects) {}
}
