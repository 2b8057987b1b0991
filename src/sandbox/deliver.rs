//! Takes note of a call, and gives its answer to the client, or what a fault makes of it. Knows no product.

use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::faults::FaultKind;
use super::line::Line;
use super::{World, lock};

/// One call that the sandbox received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SandboxCall {
    /// When it came in (UTC).
    pub at: DateTime<Utc>,
    /// The product, by the name that its address has.
    pub product: &'static str,
    /// The product's own name for what was called: `manageuser`, `setCompletion`, `token`.
    pub method: String,
    /// Whom or what it concerned; empty where that could not be read. UpsideLMS was first here and has named
    /// it for the readers of the list.
    #[serde(rename = "unique_id")]
    pub about: String,
    /// How many records it carried.
    pub records: u32,
    /// What it came to: what the product did (`created`, `completed`), the distinct error codes in their
    /// order (`Err002 Err005`), or what a fault made of it: `lost`, `cut`, `garbage`, `html`, `hang`,
    /// `http 429`, `http 503`.
    pub outcome: String,
    /// Whether it bore a password.
    pub password_sent: bool,
}

/// A call under way, and what is to go wrong with it.
pub(super) struct Arrival {
    at: DateTime<Utc>,
    product: &'static str,
    method: String,
    delay: Duration,
    /// The product carries the call out only if this [takes effect](FaultKind::takes_effect), and answers in
    /// its own form where this is `Err500` or `Disabled`.
    pub(super) fault: FaultKind,
}

/// What a product saw in a call and made of it.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) about: String,
    pub(super) records: u32,
    /// What it came to by the product; the fault's word takes its place where the fault decides.
    pub(super) outcome: String,
    pub(super) password_sent: bool,
}

const ERROR_PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Error</title></head>\
    <body><h1>The page cannot be displayed</h1></body></html>\n";

/// When to come back.
const RETRY: [(header::HeaderName, &str); 1] = [(header::RETRY_AFTER, "1")];

/// Not UTF-8, so no JSON; not Base64, so no ciphertext.
const GARBAGE: &[u8] = b"\xff\xfe\x00\x9d no answer of any kind \xc3\x28";

impl World {
    /// A call came in, and has been read as far as its method.
    pub(super) fn arrival(&self, product: &'static str, method: impl Into<String>) -> Arrival {
        let (at, method) = (Utc::now(), method.into());
        let (fault, delay) = lock(&self.dice).roll(product, &method);
        Arrival { at, product, method, delay, fault }
    }

    /// A person's browser came by: faults are for machines.
    pub(super) fn visit(&self, product: &'static str, method: impl Into<String>) -> Arrival {
        let (delay, fault) = (Duration::ZERO, FaultKind::None);
        Arrival { at: Utc::now(), product, method: method.into(), delay, fault }
    }

    /// The product has done its part: notes the call, then hands `answer`, the product's own, over.
    pub(super) async fn finish(
        &self,
        arrival: Arrival,
        seen: Seen,
        answer: Response,
        line: &Line,
    ) -> Response {
        let Arrival { at, product, method, delay, fault } = arrival;
        let Seen { about, records, outcome, password_sent } = seen;
        let outcome = fault.outcome().map_or(outcome, str::to_owned);
        lock(&self.calls).push(SandboxCall { at, product, method, about, records, outcome, password_sent });
        self.deliver(answer, fault, delay, line).await
    }

    /// Holds `answer` back for `delay`, then hands it over as `fault` has it.
    async fn deliver(&self, answer: Response, fault: FaultKind, delay: Duration, line: &Line) -> Response {
        if !delay.is_zero() {
            tokio::select! {
                () = tokio::time::sleep(delay) => {}
                () = self.closing.cancelled() => {}
            }
        }
        match fault {
            FaultKind::None | FaultKind::Err500 | FaultKind::Disabled => answer,
            FaultKind::Fail => (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable\n").into_response(),
            FaultKind::Throttle => {
                (StatusCode::TOO_MANY_REQUESTS, RETRY, "Too Many Requests\n").into_response()
            }
            FaultKind::Busy => {
                (StatusCode::SERVICE_UNAVAILABLE, RETRY, "Backend fetch failed\n").into_response()
            }
            FaultKind::Html => Html(ERROR_PAGE).into_response(),
            FaultKind::Garbage => GARBAGE.into_response(),
            FaultKind::Lose => {
                line.lose();
                answer
            }
            FaultKind::Cut => {
                line.cut();
                answer
            }
            FaultKind::Hang => {
                // A client that gives up closes its connection, and this future is dropped with it.
                self.closing.cancelled().await;
                line.lose();
                answer
            }
        }
    }
}
