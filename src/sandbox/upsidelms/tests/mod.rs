//! Assignments, plans and redirection over real HTTP. No request here comes from an encoder of ours: what is
//! encrypted was made with `openssl enc -aes-128-cbc -base64 -A`, the password `Upside@2016` and ten zero
//! digits, in hexadecimal, as `-K` and `-iv`.

mod assign;
mod catalog;
mod plan;
mod redirect;
mod samples;

use std::net::SocketAddr;

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};

use super::told::Kind;
use super::*;
use crate::sandbox::{Faults, Sandbox, SandboxOptions};

/// `Upside@2016`: the document's samples have this as a token too.
const TOKEN: &str = "b8RSAD289AnF8Si7UX+0Gg==";
/// `Uniqueid=4861`
const PALLAVI: &str = "qVZ9P4brnD21Vl5hP2TmoA==";

/// The learners of the document's samples, and one without 'Learner' access; answers in clear.
fn plain() -> UpsideLmsOptions {
    let learner = |unique_id: &str, username: &str, email: &str, no_learner_access| UpsideLmsLearner {
        unique_id: unique_id.to_owned(),
        username: username.to_owned(),
        email: email.to_owned(),
        no_learner_access,
    };
    UpsideLmsOptions {
        plain_answers: true,
        learners: vec![
            learner("4861", "pallavi", "pallavi.mali@upsidelearning.com", false),
            learner("4201", "john", "", false),
            learner("4202", "", "", false),
            learner("4203", "admin", "", true),
        ],
        ..UpsideLmsOptions::default()
    }
}

async fn portal(upsidelms: UpsideLmsOptions) -> (Sandbox, Client) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let options = SandboxOptions { upsidelms, ..SandboxOptions::default() };
    let sandbox = Sandbox::start(SocketAddr::from(([127, 0, 0, 1], 0)), options).await.expect("a sandbox");
    let client = Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client");
    (sandbox, client)
}

async fn post(sandbox: &Sandbox, client: &Client, path: &str, form: &[(&str, &str)]) -> String {
    let address = format!("{}/rest/{path}", sandbox.base_url());
    let response = client.post(address).form(form).send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK);
    response.text().await.expect("a body")
}

/// Assigns, with the token of the document's samples; the details are plain or encrypted.
async fn assign(sandbox: &Sandbox, client: &Client, json: &str) -> String {
    let form = [("lmsportal_id", "sandbox"), ("lmstoken_id", "token 1"), ("json", json)];
    post(sandbox, client, "assigncurriculum", &form).await
}

/// Assigns these curricula to Pallavi.
async fn give(sandbox: &Sandbox, client: &Client, curricula: &str) -> String {
    let item = format!(r#"{{"assignment_id":"1","learner_info":"unique_id=4861","curr_ids":"{curricula}"}}"#);
    assign(sandbox, client, &format!(r#"{{"curr_learner_info":[{item}]}}"#)).await
}

fn outcomes(sandbox: &Sandbox) -> Vec<String> {
    sandbox.calls().into_iter().map(|call| call.outcome).collect()
}
