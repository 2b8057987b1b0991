//! The sandbox over real HTTP. No request here comes from an encoder of ours: `data_language` is the
//! document's own sample, the rest was made with `openssl enc -aes-128-cbc -base64 -A`, the password
//! `Upside@2016` and twelve zero digits, in hexadecimal, as `-K` and `-iv`; so were the answers expected.

use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

use super::*;

const EN: &str = "O+6XoofOQzGhdUk1zPoe1A==";
/// `de`, which is no language of the document's.
const DE: &str = "HMAURqRPGsBSVjkmEiqrfg==";
/// `upsidelmstoken00009`
const TOKEN: &str = "nBQey47f42XYVzFd2DvJXDMoSPQmZ42FolYOOCbL8Nw=";
/// `{"unique_id":"E1","firstname":"Ana","lastname":"Náñez","email":"ana@example.org","username":"ana",
/// "status":"Active"}`, in one line.
const ANA: &str = "IFAM35iC5XxSSMd3nfOUiqJb1TOJgaeVJwMc5JGRT4StxNZ6/ishps2b54Q8Yjnnc9AxXkRLPPZf1k+fkzmlQcUAtoFgahWJgvS2THxaRFe4J2/KL3n/9lFgWVHWOYd2uft7cnrORk+37z/Ec6r5ieq6NcUvJveXaCIdsLvL3ww=";
/// `{"unique_id":"E1","firstname":"Ana","email":"ana@example.org","username":"ana","password":"S3cret!pw",
/// "birth_date":"02/29/2000"}`, in one line.
const ANA_PASSWORD: &str = "IFAM35iC5XxSSMd3nfOUiqJb1TOJgaeVJwMc5JGRT4SJjF/wGKOJFIkddaWYxqTb1l4PwUVTXKO2WBIFq6kWxP0ca07VG7FsTtG0OhO4XWKC/o/jFPVUam1O6oNSQrsgw1H5lflHjmPr2Fx5kvthTadDqt9fsAVpneX4nYscpdOLc5yngAsAHmT2rfr8fcop";
/// `{"unique_id":"E2","firstname":"","birth_date":"31/12/1990","joining_data":"02/29/2023",
/// "email":"e2@example.org","username":"e2","lmsrole":"Wizard"}`, in one line.
const WRONG: &str = "dkmdUuGLAOWmTTRRrpp3lC2pQsTrbj8ERx4O/Kp6cCB+WGIB6Su1CLLzQkidZMwH07Nb7vy6vScCM06vf7YkZoNwucilNLBU7tck+IHn5kGtMkyxyg+4oXq5SbMLNF2wg+agEKn8lyDK03zfc6pu8wrG6HW4rKN9ilwGXxK6fOXkTjHb3uObSOCx1WkT07h0k+/fNVUnTi4VnLLzQpFEkA==";

/// `{"status":"success","lmstoken_id":"upsidelmstoken00009"}`
const SUCCESS: &str =
    "kxvAe4hjidJBfXwDelQq2JFl7zvOJlxz4cdxKJvTYn6woM/f6KWwUvX600bVomlw7wbaDyyqJHO3eBVxBTMB+g==";
/// `{"error_list":[{"Err500":"Internal server error."}],"status":"fail","lmstoken_id":"upsidelmstoken00009"}`
const ERR500: &str = "qzyXIgywwI3gAos+YbwrqApMjdYOzTxDDeCljhwAan7bK5Xm55vmPhJQ7F+5LHu3rbc3PJIlfwIC8VViw1Yug5y8BFFP3kf/k9XfmipZ3dCBPXGsivxctBIsYqMS+FjXmByCoVNNnoUI6wkl+t8Lvw==";
/// `{"error_list":[{"Err007":"Access Disabled"}],"status":"fail","lmstoken_id":"upsidelmstoken00009"}`
const ERR007: &str = "qzyXIgywwI3gAos+YbwrqNds5HW51G+Fkw2mVVNbeyAuziOwzEjiREK3Hb2osalXP4JArN2HBRogMPRowI6pUXTDKcr8Y+HuSdpEGijmsC+viFS6heUO+wWvsUJBPB4563oAxfTqxH3I8MU/LDGSJQ==";
/// Err001 for Token ID, Data Language and User Details, `"status":"fail"`, and no token.
const UNREADABLE: &str = "qzyXIgywwI3gAos+YbwrqN38hewz03TlvmCZiZWwB2dHqr0fsLWJDnC6IWyiypDLwS1Ub1guIlGkEtRfICAk+f1KSZz3fEN2IF9l8pj0AWAg2/xdR4MHCBT/jExrqcGpfParTdWGrsmWNDhlDWgSgeA18jU0lGxZMEEiidd7X0b1OQPvB6CSaYmZR6rMW9GpGL0vehalo3YRnIiShGZHsWXpJBJ8wqyEsoYwG/ZEelYa8raUHxqaVejEoY/qnHb/KxEwNUXmWiKZgefqnKbgASh7+RBmpkT2zR48SBpIAuLwAKQMAcVDAlYJyiuxYRmc";
/// Err002 for First Name, Err004 for Date of Birth and Date of Joining, Err001 for LMS Role, and the token.
const FOUR_MISTAKES: &str = "qzyXIgywwI3gAos+YbwrqDF2oeEBoPJEOwZSz5PIqg10FO4D0vERhOCDgp8GCfekYCQgV4i0gJ/Ebu4W8kFeVJhJRybVoIvCUeqSQK3qVXNPbVAKxcJ5v7s1zemqUGNHRDUKsWYJSrkAC3TsHZg4rM69mYNFDJfsijOypaQzw0RwWHUoVi7NaZlZ/tsCvEsMzHScW6JhzNOwzcxZAvUTEMAhmGZIBW9lgoBfdF3gRycx2h2beGkmmn663mLPZPTzdydpSB+eQu2moKm4itAJRIxrSF7dO1FwxpdyIf/u6MQ7vrcGg8dXZ0HrmHsdqx9m7/BL51HU0lT3lOKwMz5qg8mf4Yb7nLNHSkw6NvtmSbq+c4aTHfXFyNx4nkD2QO3+";

const PORTAL_KEY_REFUSED: &str =
    r#"{"error_list":[{"Err001":"Invalid value received against parameter. (Portal key)"}],"status":"fail"}"#;

pub(super) async fn sandbox(options: SandboxOptions) -> (Sandbox, Client) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let sandbox = Sandbox::start(SocketAddr::from(([127, 0, 0, 1], 0)), options).await.expect("a sandbox");
    (sandbox, Client::builder().no_proxy().build().expect("a client"))
}

async fn portal(upsidelms: UpsideLmsOptions) -> (Sandbox, Client) {
    sandbox(SandboxOptions { upsidelms, ..SandboxOptions::default() }).await
}

async fn scripted(script: impl IntoIterator<Item = FaultKind>) -> (Sandbox, Client) {
    sandbox(SandboxOptions { faults: Faults::scripted(script), ..SandboxOptions::default() }).await
}

async fn post(sandbox: &Sandbox, client: &Client, form: &[(&str, &str)]) -> reqwest::Result<Response> {
    client.post(format!("{}/rest/manageuser", sandbox.base_url())).form(form).send().await
}

async fn send(sandbox: &Sandbox, client: &Client, user: &str) -> reqwest::Result<Response> {
    let form = [("lmsportalid", "sandbox"), ("lmstokenid", TOKEN), ("data_language", EN), ("json", user)];
    post(sandbox, client, &form).await
}

async fn text(sandbox: &Sandbox, client: &Client, form: &[(&str, &str)]) -> String {
    let response = post(sandbox, client, form).await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK);
    response.text().await.expect("a body")
}

pub(super) async fn inspect(sandbox: &Sandbox, client: &Client, what: &str) -> Value {
    let address = format!("http://{}/sandbox/{what}", sandbox.address());
    let body = client.get(address).send().await.expect("an answer").text().await.expect("a body");
    serde_json::from_str(&body).expect("JSON")
}

pub(super) fn outcomes(sandbox: &Sandbox) -> Vec<String> {
    sandbox.calls().into_iter().map(|call| call.outcome).collect()
}

#[tokio::test]
async fn create_then_update() {
    let (sandbox, client) = sandbox(SandboxOptions::default()).await;
    for (user, outcome, sent) in [(ANA, "created", false), (ANA_PASSWORD, "updated", true)] {
        let response = send(&sandbox, &client, user).await.expect("an answer");
        assert_eq!(response.text().await.expect("a body"), SUCCESS);
        let calls = sandbox.calls();
        let call = calls.last().expect("a call");
        assert_eq!((call.about.as_str(), call.outcome.as_str(), call.password_sent), ("E1", outcome, sent));
    }
    let users = sandbox.users();
    assert_eq!(users.len(), 1);
    let ana = &users[0];
    assert_eq!(ana.field("lastname"), Some("Náñez"), "kept, though the second call did not send it");
    assert_eq!(ana.field("birth_date"), Some("02/29/2000"));
    assert_eq!((ana.creates, ana.updates, ana.password_sets), (1, 1, 1));
    assert!(ana.has_password("S3cret!pw"));
    sandbox.stop().await;
}

#[tokio::test]
async fn portal_key_is_asked_first_and_in_clear() {
    let (sandbox, client) = sandbox(SandboxOptions::default()).await;
    let rest = [("lmstokenid", TOKEN), ("data_language", EN), ("json", ANA)];
    for key in [Some(""), Some("other"), None] {
        let form: Vec<_> = key.map(|key| ("lmsportalid", key)).into_iter().chain(rest).collect();
        assert_eq!(text(&sandbox, &client, &form).await, PORTAL_KEY_REFUSED);
    }
    assert!(sandbox.users().is_empty());
    assert_eq!(outcomes(&sandbox), ["Err001"; 3]);
}

#[tokio::test]
async fn parameters_that_are_missing_or_wrong() {
    let (sandbox, client) = sandbox(SandboxOptions::default()).await;
    // Sent in clear, in a language that isn't one, and no JSON.
    let form = [("lmsportalid", "sandbox"), ("lmstokenid", "token"), ("data_language", DE), ("json", EN)];
    assert_eq!(text(&sandbox, &client, &form).await, UNREADABLE);
    // What becomes of Base64 that is put into a form as it is: its plus arrives as a blank.
    let body = format!("lmsportalid=sandbox&lmstokenid={TOKEN}&data_language={EN}&json={ANA}");
    let request = client
        .post(format!("{}/rest/manageuser", sandbox.base_url()))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    assert_eq!(request.send().await.expect("an answer").status(), StatusCode::OK);
    assert_eq!(outcomes(&sandbox), ["Err001", "Err001"]);
    sandbox.stop().await;

    let plain = UpsideLmsOptions { plain_answers: true, ..UpsideLmsOptions::default() };
    let (sandbox, client) = portal(plain).await;
    assert_eq!(
        text(&sandbox, &client, &[("lmsportalid", "sandbox"), ("json", "")]).await,
        r#"{"error_list":[{"Err002":"Mandatory Field. (Token ID)"},{"Err002":"Mandatory Field. (Data Language)"},{"Err002":"Mandatory Field. (User Details)"}],"status":"fail"}"#
    );
}

#[tokio::test]
async fn every_mistake_is_answered_at_once() {
    let roles = Some(vec!["Learner".to_owned()]);
    let (sandbox, client) = portal(UpsideLmsOptions { roles, ..UpsideLmsOptions::default() }).await;
    let response = send(&sandbox, &client, WRONG).await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.text().await.expect("a body"), FOUR_MISTAKES);
    assert_eq!(outcomes(&sandbox), ["Err002 Err004 Err001"]);
    assert!(sandbox.users().is_empty());
}

#[tokio::test]
async fn only_post_is_taken() {
    let (sandbox, client) = sandbox(SandboxOptions::default()).await;
    let address = format!("{}/rest/manageuser?lmsportalid=sandbox", sandbox.base_url());
    assert_eq!(client.get(address).send().await.expect("an answer").status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn answers_can_be_plain() {
    let plain = UpsideLmsOptions { plain_answers: true, ..UpsideLmsOptions::default() };
    let (sandbox, client) = portal(plain).await;
    let body = send(&sandbox, &client, ANA).await.expect("an answer").text().await.expect("a body");
    assert_eq!(body, r#"{"status":"success","lmstoken_id":"upsidelmstoken00009"}"#);
}

#[tokio::test]
async fn status_faults_have_no_effect() {
    let (sandbox, client) = scripted([FaultKind::Fail, FaultKind::Throttle]).await;
    let fail = send(&sandbox, &client, ANA).await.expect("an answer");
    assert_eq!(fail.status(), StatusCode::SERVICE_UNAVAILABLE);
    let throttle = send(&sandbox, &client, ANA).await.expect("an answer");
    assert_eq!(throttle.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(throttle.headers()["retry-after"], "1");
    assert!(sandbox.users().is_empty());
    send(&sandbox, &client, ANA).await.expect("an answer");
    assert_eq!(outcomes(&sandbox), ["http 503", "http 429", "created"]);
}

#[tokio::test]
async fn product_faults_are_answered_200_and_have_no_effect() {
    let (sandbox, client) = scripted([FaultKind::Err500, FaultKind::Disabled, FaultKind::Html]).await;
    for expected in [ERR500, ERR007] {
        let response = send(&sandbox, &client, ANA).await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.text().await.expect("a body"), expected);
    }
    let html = send(&sandbox, &client, ANA).await.expect("an answer");
    assert_eq!(html.status(), StatusCode::OK);
    assert!(html.headers()["content-type"].to_str().expect("text").starts_with("text/html"));
    assert!(html.text().await.expect("a body").starts_with("<!DOCTYPE html>"));
    assert!(sandbox.users().is_empty());
    assert_eq!(outcomes(&sandbox), ["Err500", "Err007", "html"]);
}

#[tokio::test]
async fn lost_answer_follows_an_effect() {
    let (sandbox, client) = scripted([FaultKind::Lose]).await;
    let error = send(&sandbox, &client, ANA).await.expect_err("no answer");
    assert!(!error.is_connect() && !error.is_timeout(), "{error:?}");
    assert_eq!(sandbox.users().len(), 1);
    assert_eq!(send(&sandbox, &client, ANA).await.expect("an answer").status(), StatusCode::OK);
    assert_eq!(outcomes(&sandbox), ["lost", "updated"]);
}

#[tokio::test]
async fn cut_answer_follows_an_effect() {
    let (sandbox, client) = scripted([FaultKind::Cut]).await;
    let mut response = send(&sandbox, &client, ANA).await.expect("the head of an answer");
    assert_eq!(response.content_length(), Some(SUCCESS.len() as u64));
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => panic!("the whole answer came"),
            Err(_) => break,
        }
    }
    assert_eq!(body, &SUCCESS.as_bytes()[..SUCCESS.len() / 2]);
    assert_eq!(sandbox.users().len(), 1);
    assert_eq!(outcomes(&sandbox), ["cut"]);
}

#[tokio::test]
async fn garbage_follows_an_effect() {
    let (sandbox, client) = scripted([FaultKind::Garbage]).await;
    let response = send(&sandbox, &client, ANA).await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK);
    let body = response.bytes().await.expect("a body");
    assert!(!body.is_empty() && std::str::from_utf8(&body).is_err());
    assert_eq!(sandbox.users().len(), 1);
    assert_eq!(outcomes(&sandbox), ["garbage"]);
}

#[tokio::test]
async fn a_busy_answer_follows_an_effect_and_says_when_to_come_back() {
    let (sandbox, client) = scripted([FaultKind::Busy]).await;
    let response = send(&sandbox, &client, ANA).await.expect("an answer");
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()["retry-after"], "1");
    assert_eq!(sandbox.users().len(), 1);
    assert_eq!(outcomes(&sandbox), ["http 503"]);
}

#[tokio::test(start_paused = true)]
async fn hung_call_lasts_until_the_client_gives_up() {
    let (sandbox, _) = scripted([FaultKind::Hang]).await;
    let patience = Duration::from_secs(3600);
    let client = Client::builder().no_proxy().timeout(patience).build().expect("a client");
    let began = tokio::time::Instant::now();
    let error = send(&sandbox, &client, ANA).await.expect_err("no answer");
    assert!(error.is_timeout(), "{error:?}");
    assert!(began.elapsed() >= patience);
    assert!(sandbox.users().is_empty());
    assert_eq!(outcomes(&sandbox), ["hang"]);
}

#[tokio::test]
async fn stop_ends_hung_calls() {
    let (sandbox, client) = scripted([FaultKind::Hang]).await;
    let address = format!("{}/rest/manageuser", sandbox.base_url());
    let hung = tokio::spawn(async move { client.post(address).form(&[("lmsportalid", "x")]).send().await });
    while sandbox.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    sandbox.stop().await;
    assert!(!hung.await.expect("no panic").expect_err("no answer").is_timeout());
}

#[tokio::test(start_paused = true)]
async fn slow_answers_are_held_back_after_the_effect() {
    let options = SandboxOptions { faults: "slow=90s".parse().expect("faults"), ..SandboxOptions::default() };
    let (sandbox, _) = sandbox(options).await;
    let client = |patience| Client::builder().no_proxy().timeout(patience).build().expect("a client");
    let began = tokio::time::Instant::now();
    let error = send(&sandbox, &client(Duration::from_secs(60)), ANA).await.expect_err("too slow");
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(sandbox.users().len(), 1);
    let response = send(&sandbox, &client(Duration::from_secs(120)), ANA).await.expect("an answer");
    assert_eq!(response.text().await.expect("a body"), SUCCESS);
    assert!(began.elapsed() >= Duration::from_secs(150));
}

#[tokio::test]
async fn faults_can_be_replaced() {
    let (sandbox, client) = scripted([FaultKind::Fail, FaultKind::Fail]).await;
    assert_eq!(
        send(&sandbox, &client, ANA).await.expect("an answer").status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
    sandbox.set_faults(Faults::default());
    assert_eq!(send(&sandbox, &client, ANA).await.expect("an answer").status(), StatusCode::OK);

    let address = format!("http://{}/sandbox/faults", sandbox.address());
    let set = async |json: &str| {
        let request = client.post(&address).header("content-type", "application/json");
        request.body(json.to_owned()).send().await.expect("an answer")
    };
    let accepted = set(r#"{"script": ["throttle"], "disabled": true, "slow": "1ms"}"#).await;
    assert_eq!(accepted.status(), StatusCode::NO_CONTENT);
    let refused = set(r#"{"slwo": "1s"}"#).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    assert!(refused.text().await.expect("a body").contains("unknown field `slwo`"));
    for _ in 0..2 {
        send(&sandbox, &client, ANA).await.expect("an answer");
    }
    assert_eq!(outcomes(&sandbox), ["http 503", "created", "http 429", "Err007"]);
}

#[tokio::test]
async fn inspection_shows_all_but_passwords() {
    let (sandbox, client) = scripted([FaultKind::None, FaultKind::None, FaultKind::Fail]).await;
    for user in [ANA, ANA_PASSWORD, ANA] {
        send(&sandbox, &client, user).await.expect("an answer");
    }
    assert_eq!(
        inspect(&sandbox, &client, "users").await,
        json!({"E1": {
            "fields": {
                "unique_id": "E1", "firstname": "Ana", "lastname": "Náñez", "email": "ana@example.org",
                "username": "ana", "status": "Active", "birth_date": "02/29/2000",
            },
            "creates": 1, "updates": 1, "password_sets": 1,
        }})
    );
    let calls = inspect(&sandbox, &client, "calls").await;
    let names = ["product", "method", "unique_id", "records", "outcome", "password_sent"];
    let shown = |call: &Value| names.map(|name| call[name].clone()).into_iter().collect::<Value>();
    assert_eq!(
        calls.as_array().expect("a list").iter().map(shown).collect::<Value>(),
        json!([
            ["upsidelms", "manageuser", "E1", 1, "created", false],
            ["upsidelms", "manageuser", "E1", 1, "updated", true],
            ["upsidelms", "manageuser", "E1", 1, "http 503", false],
        ])
    );
    assert!(calls[0]["at"].as_str().expect("a time").ends_with('Z'));
    assert_eq!(
        inspect(&sandbox, &client, "summary").await,
        json!({"users": 1, "inactive": 0, "creates": 1, "updates": 1, "password_sets": 1, "calls": 3,
        "outcomes": {"created": 1, "updated": 1, "http 503": 1},
        "products": {"upsidelms": {
            "calls": 3, "records": 3, "outcomes": {"created": 1, "updated": 1, "http 503": 1},
            "assignments": 0, "completions": 0, "applied": 0, "tasks": 0,
        }}})
    );
    let effects = inspect(&sandbox, &client, "effects").await;
    assert_eq!(effects["users"], inspect(&sandbox, &client, "users").await);
    assert_eq!([&effects["assignments"], &effects["completions"], &effects["tasks"]], [&json!([]); 3]);
}

#[tokio::test]
async fn run_serves_until_told_to_stop() {
    let (taken, _) = sandbox(SandboxOptions::default()).await;
    let options = SandboxOptions::default;
    let error = run(taken.address(), options(), CancellationToken::new()).await.expect_err("in use");
    assert_eq!(error.kind(), io::ErrorKind::AddrInUse);

    let shutdown = CancellationToken::new();
    let running = tokio::spawn(run(SocketAddr::from(([127, 0, 0, 1], 0)), options(), shutdown.clone()));
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    assert!(!running.is_finished());
    shutdown.cancel();
    running.await.expect("no panic").expect("a good end");
}
