//! A simulated iSpring Learn account.

use std::sync::Arc;

use axum::Router;

use super::World;
use super::effects::SandboxEffects;

/// How the simulated iSpring Learn account is set up.
#[derive(Clone, Default)]
pub struct IspringOptions {}

pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
}

/// The account: how it is set up, and what it holds.
pub(super) struct Account {}

impl Account {
    pub(super) fn new(_options: IspringOptions) -> Self {
        Self {}
    }

    /// Tells what it holds.
    pub(super) fn effects(&self, _effects: &mut SandboxEffects) {}
}
