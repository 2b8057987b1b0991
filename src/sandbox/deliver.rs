//! Gives an answer to the client, or what a fault makes of it. Knows no product.

use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::World;
use super::faults::FaultKind;
use super::line::Line;

const ERROR_PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Error</title></head>\
    <body><h1>The page cannot be displayed</h1></body></html>\n";

/// Not UTF-8, so no JSON; not Base64, so no ciphertext.
const GARBAGE: &[u8] = b"\xff\xfe\x00\x9d no answer of any kind \xc3\x28";

impl World {
    /// Holds `answer`, the product's own, back for `delay`, then hands it over as `fault` has it.
    pub(super) async fn deliver(
        &self,
        answer: Response,
        fault: FaultKind,
        delay: Duration,
        line: &Line,
    ) -> Response {
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
                let retry = [(header::RETRY_AFTER, "1")];
                (StatusCode::TOO_MANY_REQUESTS, retry, "Too Many Requests\n").into_response()
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
