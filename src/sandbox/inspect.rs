//! What the sandbox saw and holds, over HTTP: for tests, and for people who want to look.
//!
//! | address | answer |
//! |---|---|
//! | `GET /sandbox/users` | an object by unique id: `fields` without the password, `creates`, `updates`, `password_sets` |
//! | `GET /sandbox/calls` | a list, oldest first |
//! | `GET /sandbox/summary` | counts |
//! | `POST /sandbox/faults` | takes [`Faults`] as JSON and sets them; 204, or 400 with what is wrong |

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::faults::Faults;
use super::upsidelms::SandboxUser;
use super::{World, lock};

/// One call that the sandbox received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SandboxCall {
    /// When it came in (UTC).
    pub at: DateTime<Utc>,
    /// Whom it concerned; empty where that could not be read.
    pub unique_id: String,
    /// What it came to: `created`, `updated`, the distinct error codes in their order (`Err002 Err005`), or
    /// what a fault made of it: `lost`, `cut`, `garbage`, `html`, `hang`, `http 429`, `http 503`.
    pub outcome: String,
    /// Whether it bore a password.
    pub password_sent: bool,
}

pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/users", get(users))
        .route("/calls", get(calls))
        .route("/summary", get(summary))
        .route("/faults", post(faults))
}

async fn users(State(world): State<Arc<World>>) -> Json<BTreeMap<String, SandboxUser>> {
    Json(world.upsidelms.users())
}

async fn calls(State(world): State<Arc<World>>) -> Json<Vec<SandboxCall>> {
    Json(lock(&world.calls).clone())
}

#[derive(Serialize)]
struct Summary {
    users: usize,
    inactive: usize,
    creates: u64,
    updates: u64,
    password_sets: u64,
    calls: usize,
    outcomes: BTreeMap<String, u64>,
}

async fn summary(State(world): State<Arc<World>>) -> Json<Summary> {
    let users = world.upsidelms.users();
    let sum = |count: fn(&SandboxUser) -> u32| users.values().map(|user| u64::from(count(user))).sum();
    let calls = lock(&world.calls);
    let mut outcomes = BTreeMap::new();
    for call in calls.iter() {
        *outcomes.entry(call.outcome.clone()).or_default() += 1;
    }
    Json(Summary {
        users: users.len(),
        inactive: users.values().filter(|user| user.is_inactive()).count(),
        creates: sum(|user| user.creates),
        updates: sum(|user| user.updates),
        password_sets: sum(|user| user.password_sets),
        calls: calls.len(),
        outcomes,
    })
}

async fn faults(
    State(world): State<Arc<World>>,
    Json(json): Json<Value>,
) -> Result<StatusCode, (StatusCode, String)> {
    let faults = Faults::from_json(json).map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
    world.set_faults(faults);
    Ok(StatusCode::NO_CONTENT)
}
