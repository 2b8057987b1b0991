//! What the sandbox saw and holds, over HTTP: for tests, and for people who want to look.
//!
//! | address | answer |
//! |---|---|
//! | `GET /sandbox/users` | the users of UpsideLMS: an object by unique id: `fields` without the password, `creates`, `updates`, `password_sets` |
//! | `GET /sandbox/effects` | what every product holds: `users`, `assignments`, `completions`, `tasks`, with how often each was applied; `overlaps` |
//! | `GET /sandbox/calls` | a list, oldest first |
//! | `GET /sandbox/summary` | counts, in all and by product |
//! | `POST /sandbox/expire` | ends every session and access token; 204 |
//! | `POST /sandbox/faults` | takes [`Faults`] as JSON and sets them; 204, or 400 with what is wrong |
//! | `POST /sandbox/media77/study` | says what a learner does at 77 Media, as JSON (`registration`, `progress` and more); 204, or 400 with what is wrong |

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;
use serde_json::Value;

use super::deliver::SandboxCall;
use super::effects::{SandboxEffect, SandboxEffects};
use super::faults::Faults;
use super::upsidelms::SandboxUser;
use super::{World, lock};

pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/users", get(users))
        .route("/effects", get(effects))
        .route("/calls", get(calls))
        .route("/summary", get(summary))
        .route("/expire", post(expire))
        .route("/faults", post(faults))
}

async fn users(State(world): State<Arc<World>>) -> Json<BTreeMap<String, SandboxUser>> {
    Json(world.upsidelms.users())
}

async fn effects(State(world): State<Arc<World>>) -> Json<SandboxEffects> {
    Json(world.effects())
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
    products: BTreeMap<&'static str, Counts>,
}

/// What there is of one product; those that were left alone are not listed.
#[derive(Default, Serialize)]
struct Counts {
    calls: u64,
    records: u64,
    outcomes: BTreeMap<String, u64>,
    assignments: u64,
    completions: u64,
    /// How often assignments and completions were applied.
    applied: u64,
    tasks: u64,
}

async fn summary(State(world): State<Arc<World>>) -> Json<Summary> {
    let effects = world.effects();
    let calls = lock(&world.calls);
    let users = &effects.users;
    let sum = |count: fn(&SandboxUser) -> u32| users.values().map(|user| u64::from(count(user))).sum();
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
        products: by_product(&calls, &effects),
    })
}

fn by_product(calls: &[SandboxCall], effects: &SandboxEffects) -> BTreeMap<&'static str, Counts> {
    let mut products = BTreeMap::<_, Counts>::new();
    for call in calls {
        let counts = products.entry(call.product).or_default();
        counts.calls += 1;
        counts.records += u64::from(call.records);
        *counts.outcomes.entry(call.outcome.clone()).or_default() += 1;
    }
    let mut count = |effect: &SandboxEffect, kind: fn(&mut Counts) -> &mut u64| {
        let counts = products.entry(effect.product).or_default();
        *kind(counts) += 1;
        counts.applied += u64::from(effect.applied);
    };
    effects.assignments.iter().for_each(|effect| count(effect, |counts| &mut counts.assignments));
    effects.completions.iter().for_each(|effect| count(effect, |counts| &mut counts.completions));
    for task in &effects.tasks {
        products.entry(task.product).or_default().tasks += 1;
    }
    products
}

async fn expire(State(world): State<Arc<World>>) -> StatusCode {
    world.expire_tokens();
    StatusCode::NO_CONTENT
}

async fn faults(
    State(world): State<Arc<World>>,
    Json(json): Json<Value>,
) -> Result<StatusCode, (StatusCode, String)> {
    let faults = Faults::from_json(json).map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
    world.set_faults(faults);
    Ok(StatusCode::NO_CONTENT)
}
