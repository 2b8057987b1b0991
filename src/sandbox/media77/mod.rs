//! A simulated 77 Media platform: its course pages.
//!
//! What a launch link says stands after the `#`, which a browser keeps to itself. So a page neither sees nor
//! checks it.

use std::sync::Arc;

use axum::Router;
use axum::response::Html;
use axum::routing::get;

use super::World;
use super::effects::SandboxEffects;

/// How the simulated 77 Media platform is set up: there is nothing to choose.
#[derive(Clone, Default)]
pub struct Media77Options {}

pub(super) fn router() -> Router<Arc<World>> {
    Router::new().route("/", get(course)).route("/{*course}", get(course))
}

/// The platform, which holds nothing.
pub(super) struct Platform {}

impl Platform {
    pub(super) fn new(_options: Media77Options) -> Self {
        Self {}
    }

    /// Tells what it holds: nothing.
    pub(super) fn effects(&self, _effects: &mut SandboxEffects) {}
}

async fn course() -> Html<&'static str> {
    Html("<!DOCTYPE html>\n<html><head><title>Course</title></head><body><h1>Course</h1></body></html>\n")
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use reqwest::{Client, StatusCode};

    use crate::sandbox::{Sandbox, SandboxOptions};

    #[tokio::test]
    async fn launch_links_lead_to_a_page() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let sandbox = Sandbox::start(listen, SandboxOptions::default()).await.expect("a sandbox");
        let client = Client::builder().no_proxy().build().expect("a client");
        for course in ["/#/?reg=1&em=a%40b.org&fn=A%20B&dom=d.org&lmsId=7", "/courses/safety/#/?reg=1"] {
            let address = format!("{}{course}", sandbox.product_url("media77"));
            let page = client.get(address).send().await.expect("an answer");
            assert_eq!(page.status(), StatusCode::OK, "{course}");
            assert!(page.text().await.expect("a body").contains("<h1>Course</h1>"));
        }
        assert!(sandbox.calls().is_empty());
    }
}
