//! A simulated iSpring Learn account: tokens, `updateModulesStatuses`, as the vendor's document has it, and
//! the tasks that it queues, over SOAP and over REST; and over REST what became of it.
//!
//! As in the vendor's pages, the token alone is below `/api/v3`; where SOAP listens is set in
//! [`IspringOptions`], since no page says it.

mod account;
mod options;
mod refusal;
mod request;
mod results;

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::FormRejection;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use serde_json::json;

pub use self::options::{IspringOptions, IspringStates};

pub(super) use self::account::Account;

use self::refusal::Refusal;
use self::request::Update;
use super::World;
use super::deliver::Seen;
use super::faults::FaultKind;
use super::line::Line;
use super::soap::{self, Fault};
use super::xml::{Node, escaped};

const PRODUCT: &str = "ispring";

const UPDATE: &str = "updateModulesStatuses";
const STATUS: &str = "getTaskStatus";

pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/api/v3/token", post(token))
        .route("/task/{task}/status", get(task_status))
        .route("/courses/modules", get(results::modules))
        .route("/learners/modules/results", get(results::results))
        .route("/{*path}", post(service))
}

async fn token(
    State(world): State<Arc<World>>,
    ConnectInfo(line): ConnectInfo<Line>,
    form: Result<Form<HashMap<String, String>>, FormRejection>,
) -> Response {
    let options = world.ispring.options();
    let arrival = world.arrival(PRODUCT, "token");
    let form = form.map(|Form(form)| form).unwrap_or_default();
    let says = |name: &str, value: &str| form.get(name).is_some_and(|sent| sent == value);
    let refused = |status: StatusCode, error: &'static str| (status, json!({"error": error}), error);
    let (status, body, outcome) = match arrival.fault {
        FaultKind::Err500 => refused(StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
        FaultKind::Disabled => refused(StatusCode::FORBIDDEN, "access_denied"),
        _ if !says("grant_type", "client_credentials") => {
            refused(StatusCode::BAD_REQUEST, "unsupported_grant_type")
        }
        _ if !says("client_id", &options.client_id) || !says("client_secret", &options.client_secret) => {
            refused(StatusCode::UNAUTHORIZED, "invalid_client")
        }
        fault if fault.takes_effect() => {
            let token = world.ispring.issue_token(&options);
            let life = options.token_life.as_secs();
            (
                StatusCode::OK,
                json!({"access_token": token, "token_type": "bearer", "expires_in": life}),
                "token",
            )
        }
        // Never shown: the fault has an answer of its own, or none.
        _ => refused(StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
    };
    let answer = (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response();
    world.finish(arrival, Seen { outcome: outcome.to_owned(), ..Seen::default() }, answer, &line).await
}

async fn service(
    State(world): State<Arc<World>>,
    ConnectInfo(line): ConnectInfo<Line>,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let options = world.ispring.options();
    if path != options.soap_path.trim_start_matches('/') {
        return StatusCode::NOT_FOUND.into_response();
    }
    // The document's samples have an envelope of a namespace of their own.
    let envelopes = [soap::ENVELOPE, "https://schemas.xmlsoap.org/soap/envelope/"];
    let operation = soap::operation(&headers, &body, &envelopes);
    let name = operation.as_ref().map_or("unreadable", |operation| &operation.name);
    let arrival = world.arrival(PRODUCT, name.strip_suffix("Request").unwrap_or(name));
    let (about, records) = operation.as_ref().map(concerned).unwrap_or_default();
    let done = match (arrival.fault, operation) {
        (FaultKind::Err500, _) => Err(Refusal::Internal.fault()),
        (FaultKind::Disabled, _) => Err(Refusal::SubscriptionExpired.fault()),
        (_, Err(fault)) => Err(fault),
        (fault, Ok(operation)) if fault.takes_effect() => call(&world.ispring, &options, &operation),
        // Never shown: the fault has an answer of its own, or none.
        _ => Err(Refusal::Internal.fault()),
    };
    let (answer, outcome) = match done {
        Ok((content, outcome)) => (soap::answer(&options.reply_envelope, &content), outcome),
        Err(fault) => (soap::fault(&options.reply_envelope, &fault), fault.text),
    };
    world.finish(arrival, Seen { about, records, outcome, ..Seen::default() }, answer, &line).await
}

/// Whom or what a call concerns, and how many records it carries.
fn concerned(operation: &Node) -> (String, u32) {
    if let Some(task) = operation.child_text("taskId") {
        return (task.to_owned(), 0);
    }
    let enrollments = request::named(operation);
    let statuses = operation.child("moduleStatuses").map_or(0, |statuses| statuses.children.len());
    let records = u32::try_from(enrollments.len() * statuses).unwrap_or(u32::MAX);
    (enrollments.join(", "), records)
}

/// Carries a SOAP call out: what stands in the answer's body, and what it came to.
fn call(account: &Account, options: &IspringOptions, operation: &Node) -> Result<(String, String), Fault> {
    let namespace = options.service_namespace.as_str();
    if let Some(stray) = operation.stray(Some(namespace)) {
        return Err(Fault::client(format!("{} is not in the namespace of the service", stray.name)));
    }
    let token = operation.child("credentials").and_then(|credentials| credentials.child_text("token"));
    let admitted = |required: bool| match token {
        None if !required => Ok(()),
        token => account.admit(token.unwrap_or_default(), options).map_err(Refusal::fault),
    };
    let (name, value, result, outcome) = match operation.name.strip_suffix("Request") {
        Some(UPDATE) => {
            admitted(true)?;
            let update = Update::read(operation, options).map_err(Refusal::fault)?;
            update.admit(options).map_err(Refusal::fault)?;
            ("taskId", account.queue(update), UPDATE, "queued".to_owned())
        }
        Some(STATUS) => {
            admitted(options.status_token_required)?;
            let task = operation.child_text("taskId").ok_or(Refusal::WrongParameters.fault())?;
            let state = account.poll(task, options).map_err(Refusal::fault)?;
            ("status", state.to_owned(), STATUS, state.to_owned())
        }
        _ => return Err(Fault::client("the service has no such operation")),
    };
    let value = escaped(&value);
    let content = format!(
        "<ns1:{result}Result xmlns:ns1=\"{namespace}\"><ns1:{name}>{value}</ns1:{name}></ns1:{result}Result>"
    );
    Ok((content, outcome))
}

async fn task_status(
    State(world): State<Arc<World>>,
    ConnectInfo(line): ConnectInfo<Line>,
    Path(task): Path<String>,
    headers: HeaderMap,
) -> Response {
    let options = world.ispring.options();
    let arrival = world.arrival(PRODUCT, STATUS);
    let says = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let token = says(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    let state = match arrival.fault {
        FaultKind::Err500 => Err(Refusal::Internal),
        FaultKind::Disabled => Err(Refusal::SubscriptionExpired),
        fault if fault.takes_effect() => {
            let admitted = world.ispring.admit(token.unwrap_or_default(), &options);
            admitted.and_then(|()| world.ispring.poll(&task, &options))
        }
        // Never shown: the fault has an answer of its own, or none.
        _ => Err(Refusal::Internal),
    };
    let json = says(header::ACCEPT) == Some("application/json");
    let answer = match state {
        Ok(state) => answer_state(state, json, options.states),
        Err(refusal) => refusal.response(),
    };
    let outcome = state.unwrap_or_else(Refusal::name).to_owned();
    world.finish(arrival, Seen { about: task, outcome, ..Seen::default() }, answer, &line).await
}

/// The document's XML is the bare status; that of the OpenAPI file has a root of another name.
fn answer_state(state: &str, json: bool, states: IspringStates) -> Response {
    let (kind, body) = match (json, states) {
        (true, _) => ("application/json", json!({"status": state}).to_string()),
        (false, states) => {
            let status = format!("<status>{state}</status>");
            let root = match states {
                IspringStates::Documents => status,
                IspringStates::OpenApi => format!("<request>{status}</request>"),
            };
            ("application/xml; charset=utf-8", format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{root}"))
        }
    };
    ([(header::CONTENT_TYPE, kind)], body).into_response()
}

#[cfg(test)]
mod tests;
