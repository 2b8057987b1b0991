//! A simulated 77 Media platform: its course pages, and its Activity Progress API.
//!
//! What a launch link says stands after the `#`, which a browser keeps to itself. So a page neither sees nor
//! checks it, and what learners do there is said to the sandbox: by `Sandbox::study`, or by a POST to
//! `/sandbox/media77/study`.

mod options;
mod platform;
mod question;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::Utc;
use serde_json::{Map, Value, json};

pub use self::options::{
    Media77Count, Media77Options, Media77Refusals, Media77Start, Media77Study, Media77Window,
};

pub(super) use self::platform::Platform;

use self::platform::Page;
use self::question::Question;
use super::World;
use super::deliver::Seen;
use super::faults::FaultKind;
use super::line::Line;

const PRODUCT: &str = "media77";

pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/api/reports/progress", post(progress))
        .route("/", get(course))
        .route("/{*course}", get(course))
}

/// What no platform offers: the way to say what learners do.
pub(super) fn desk() -> Router<Arc<World>> {
    Router::new().route("/study", post(study))
}

async fn course() -> Html<&'static str> {
    Html("<!DOCTYPE html>\n<html><head><title>Course</title></head><body><h1>Course</h1></body></html>\n")
}

async fn study(
    State(world): State<Arc<World>>,
    Json(study): Json<Value>,
) -> Result<StatusCode, (StatusCode, String)> {
    let wrong = |why: String| (StatusCode::BAD_REQUEST, why);
    let study: Media77Study = serde_json::from_value(study).map_err(|error| wrong(error.to_string()))?;
    if study.registration.is_empty() {
        return Err(wrong("a registration is needed".to_owned()));
    }
    world.media77.study(study);
    Ok(StatusCode::NO_CONTENT)
}

async fn progress(
    State(world): State<Arc<World>>,
    ConnectInfo(line): ConnectInfo<Line>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let options = world.media77.options();
    let arrival = world.arrival(PRODUCT, "progress");
    let done = match arrival.fault {
        FaultKind::Err500 => Err(Refusal::Internal),
        FaultKind::Disabled => Err(Refusal::Disabled),
        fault if fault.takes_effect() => answer(&world.media77, &options, &headers, &body),
        // Never shown: the fault has an answer of its own, or none.
        _ => Err(Refusal::Internal),
    };
    let (answer, records, outcome) = match done {
        Ok(page) => {
            let count = match options.count {
                Media77Count::All => page.all,
                Media77Count::Page => page.rows.len(),
            };
            let records = u32::try_from(page.rows.len()).unwrap_or(u32::MAX);
            (Json(json!({"count": count, "rows": page.rows})).into_response(), records, "progress".to_owned())
        }
        Err(refusal) => (refusal.response(options.refusals), 0, refusal.words()),
    };
    world.finish(arrival, Seen { records, outcome, ..Seen::default() }, answer, &line).await
}

fn answer(
    platform: &Platform,
    options: &Media77Options,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Page, Refusal> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !media_type.is_some_and(|media_type| media_type.starts_with("application/json")) {
        return Err(Refusal::NoJson);
    }
    let body: Map<String, Value> = serde_json::from_slice(body).map_err(|_| Refusal::NoJson)?;
    if Question::token(&body) != options.token {
        return Err(Refusal::Token);
    }
    if !platform.admit(options, Utc::now()) {
        return Err(Refusal::Quota);
    }
    Ok(platform.page(options, &Question::read(&body)?))
}

/// Why a question is not answered.
pub(super) enum Refusal {
    Token,
    Disabled,
    Quota,
    NoJson,
    Invalid(String),
    Internal,
}

impl Refusal {
    fn words(&self) -> String {
        match self {
            Self::Token => "Invalid token".to_owned(),
            Self::Disabled => "Access Disabled".to_owned(),
            Self::Quota => "Daily limit exceeded".to_owned(),
            Self::NoJson => "The body is no JSON object".to_owned(),
            Self::Invalid(words) => words.clone(),
            Self::Internal => "Internal server error.".to_owned(),
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Token => StatusCode::UNAUTHORIZED,
            Self::Disabled => StatusCode::FORBIDDEN,
            Self::Quota => StatusCode::TOO_MANY_REQUESTS,
            Self::NoJson | Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn response(&self, refusals: Media77Refusals) -> Response {
        let error = Json(json!({"error": self.words()}));
        match (self, refusals) {
            (Self::Quota, _) | (_, Media77Refusals::Status) => (self.status(), error).into_response(),
            (_, Media77Refusals::Error) => error.into_response(),
            (_, Media77Refusals::Bare) => self.words().into_response(),
        }
    }
}

#[cfg(test)]
mod tests;
