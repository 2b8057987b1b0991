//! The account over real HTTP; the requests are the vendor's samples, the one wrong tag of the document's put
//! right, with other values in them.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::*;
use crate::sandbox::tests::{inspect, outcomes, sandbox};
use crate::sandbox::{Faults, Sandbox, SandboxOptions, xml};

/// The first token that is issued.
pub(super) const TOKEN: &str = "p-1sJDjmULL5DdpXPJTcbm4jVIaWVHvNmrjAxATRbNE";

pub(super) const UPDATE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="https://schemas.xmlsoap.org/soap/envelope/"
xmlns="https://ispringlearn.com/go/services/api/soap">
<SOAP-ENV:Body>
<updateModulesStatusesRequest>
<credentials>
<token>p-1sJDjmULL5DdpXPJTcbm4jVIaWVHvNmrjAxATRbNE</token>
</credentials>
<enrollmentIds>
<id>e1f2c50e-c1ae-11ea-8592-a6eabe1809b2</id>
</enrollmentIds>
<courseId>14b847e8-c10f-11ea-b4e1-ae33e75597e9</courseId>
<moduleStatuses>
<moduleStatus>
<contentItemId>17502fac-c10f-11ea-8fbd-a6eabe1809b2</contentItemId>
<date>2020-03-12</date>
<reason>Completed offline</reason>
<status>complete</status>
<awardedScore>100</awardedScore>
</moduleStatus>
</moduleStatuses>
</updateModulesStatusesRequest>
</SOAP-ENV:Body>
</SOAP-ENV:Envelope>"#;

const STATUS: &str = r#"<?xml version="1.0" encoding="utf-8"?>
  <SOAP-ENV:Envelope xmlns:SOAP-ENV="https://schemas.xmlsoap.org/soap/envelope/"
                     xmlns="https://ispringlearn.com/go/services/api/soap">
    <SOAP-ENV:Body>
      <getTaskStatusRequest>
        <taskId>100027</taskId>
      </getTaskStatusRequest>
    </SOAP-ENV:Body>
  </SOAP-ENV:Envelope>"#;

const KEY: &str = "e1f2c50e-c1ae-11ea-8592-a6eabe1809b2 / 17502fac-c10f-11ea-8fbd-a6eabe1809b2";

/// `grant_type`, `client_id` and `client_secret`, percent-encoded by hand.
const FORM: &str = "grant_type=client_credentials&client_id=sandbox&client_secret=s3cret%26%3D%2B%25";

pub(super) async fn send(request: RequestBuilder) -> (StatusCode, String) {
    let response = request.send().await.expect("an answer");
    (response.status(), response.text().await.expect("a body"))
}

fn form(sandbox: &Sandbox, client: &Client, form: &str) -> RequestBuilder {
    let request = client.post(format!("{}/api/v3/token", sandbox.product_url("ispring")));
    request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned())
}

pub(super) fn soap(sandbox: &Sandbox, client: &Client, body: impl Into<String>) -> RequestBuilder {
    let request = client.post(format!("{}/go/services/api/soap", sandbox.product_url("ispring")));
    request.header("content-type", "text/xml; charset=utf-8").body(body.into())
}

fn rest(sandbox: &Sandbox, client: &Client, task: &str) -> RequestBuilder {
    let request = client.get(format!("{}/task/{task}/status", sandbox.product_url("ispring")));
    request.header("authorization", format!("Bearer {TOKEN}"))
}

/// An account that has issued one token.
pub(super) async fn account(set: impl FnOnce(&mut IspringOptions)) -> (Sandbox, Client) {
    let mut options = SandboxOptions::default();
    set(&mut options.ispring);
    let (sandbox, client) = sandbox(options).await;
    let (status, body) = send(form(&sandbox, &client, FORM)).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    (sandbox, client)
}

fn faultstring(answer: &str) -> String {
    let root = xml::read(answer.as_bytes()).expect("XML");
    let fault = root.child("Body").and_then(|body| body.child("Fault")).unwrap_or_else(|| panic!("{answer}"));
    fault.child_text("faultstring").expect("a text").to_owned()
}

fn tasks(sandbox: &Sandbox) -> Vec<(String, &'static str, u32, u32)> {
    let tasks = sandbox.effects().tasks;
    tasks.into_iter().map(|task| (task.task, task.state, task.polls, task.records)).collect()
}

/// What is answered to this message by an account with one token, and that nothing came of it.
async fn refused(set: impl FnOnce(&mut IspringOptions), body: &str, name: &str) {
    let (sandbox, client) = account(set).await;
    let (status, answer) = send(soap(&sandbox, &client, body)).await;
    assert_eq!((status, faultstring(&answer).as_str()), (StatusCode::INTERNAL_SERVER_ERROR, name), "{body}");
    assert_eq!((tasks(&sandbox), sandbox.effects().completions), (vec![], vec![]));
    assert_eq!(outcomes(&sandbox), ["token", name]);
}

#[tokio::test]
async fn tokens_are_issued_to_who_knows_the_secret() {
    let (sandbox, client) = sandbox(SandboxOptions::default()).await;
    let (status, body) = send(form(&sandbox, &client, FORM)).await;
    assert_eq!(status, StatusCode::OK);
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(body, json!({"access_token": TOKEN, "token_type": "bearer", "expires_in": 1800}));
    for (from, to, status, error) in [
        ("client_credentials", "password", 400, "unsupported_grant_type"),
        ("grant_type", "grant", 400, "unsupported_grant_type"),
        ("=sandbox", "=other", 401, "invalid_client"),
        ("%26", "", 401, "invalid_client"),
        ("%2B", "+", 401, "invalid_client"),
    ] {
        let answer = send(form(&sandbox, &client, &FORM.replace(from, to))).await;
        assert_eq!((answer.0.as_u16(), answer.1), (status, format!("{{\"error\":\"{error}\"}}")));
    }
    let json = client.post(format!("{}/api/v3/token", sandbox.product_url("ispring")));
    let json = json.header("content-type", "application/json").body(FORM);
    assert_eq!(send(json).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(
        outcomes(&sandbox)[..4],
        ["token", "unsupported_grant_type", "unsupported_grant_type", "invalid_client"]
    );
}

#[tokio::test]
async fn the_documents_sample() {
    let (sandbox, client) = account(|_| {}).await;
    let (status, body) = send(soap(&sandbox, &client, UPDATE)).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    let root = xml::read(body.as_bytes()).expect("XML");
    assert_eq!(root.namespace.as_deref(), Some("https://schemas.xmlsoap.org/soap/envelope/"));
    let result = &root.child("Body").expect("a body").children[0];
    assert_eq!(result.name, "updateModulesStatusesResult");
    assert_eq!(result.stray(Some("https://ispringlearn.com/go/services/api/soap")), None);
    assert_eq!(result.child_text("taskId"), Some("100027"));
    assert_eq!(sandbox.effects().completions, [], "it is only queued");
    assert_eq!(tasks(&sandbox), [("100027".to_owned(), "in progress", 0, 1)]);

    for state in ["in progress", "complete", "complete"] {
        let (_, body) = send(soap(&sandbox, &client, STATUS)).await;
        let root = xml::read(body.as_bytes()).expect("XML");
        let result = root.child("Body").and_then(|body| body.child("getTaskStatusResult")).expect("a result");
        assert_eq!(result.child_text("status"), Some(state));
    }
    let effects = sandbox.effects();
    let done = effects.completion("ispring", KEY).expect("the status");
    assert_eq!(done.applied, 1, "however often the task is asked for");
    let fields: Value = serde_json::to_value(&done.fields).expect("JSON");
    assert_eq!(
        fields,
        json!({
            "enrollmentId": "e1f2c50e-c1ae-11ea-8592-a6eabe1809b2", "courseId": "14b847e8-c10f-11ea-b4e1-ae33e75597e9",
            "contentItemId": "17502fac-c10f-11ea-8fbd-a6eabe1809b2", "date": "2020-03-12",
            "reason": "Completed offline", "status": "complete", "awardedScore": "100",
        })
    );
    assert_eq!(tasks(&sandbox), [("100027".to_owned(), "complete", 3, 1)]);
    let calls = sandbox.calls();
    let shown: Vec<_> = calls
        .iter()
        .map(|call| format!("{} {} {} {}", call.method, call.about, call.records, call.outcome))
        .collect();
    assert_eq!(
        shown,
        [
            "token  0 token",
            "updateModulesStatuses e1f2c50e-c1ae-11ea-8592-a6eabe1809b2 1 queued",
            "getTaskStatus 100027 0 in progress",
            "getTaskStatus 100027 0 complete",
            "getTaskStatus 100027 0 complete",
        ]
    );
}

#[tokio::test]
async fn every_status_goes_to_every_enrolment() {
    let second = "<moduleStatus><contentItemId>I2</contentItemId><date>2020-03-13</date>\
        <status>passed</status><awardedScore>7.5</awardedScore></moduleStatus></moduleStatuses>";
    let standard = UPDATE
        .replace("https://schemas.xmlsoap.org", "http://schemas.xmlsoap.org")
        .replace("</enrollmentIds>", "<id>E2</id></enrollmentIds>")
        .replace("</moduleStatuses>", second);
    let (sandbox, client) = account(|options| options.polls = 0).await;
    for _ in 0..2 {
        assert_eq!(send(soap(&sandbox, &client, standard.as_str())).await.0, StatusCode::OK);
    }
    for task in ["100027", "100028"] {
        send(soap(&sandbox, &client, STATUS.replace("100027", task))).await;
    }
    let done = sandbox.effects().completions;
    let done: Vec<_> = done.iter().map(|done| (done.key.as_str(), done.applied)).collect();
    let first = "e1f2c50e-c1ae-11ea-8592-a6eabe1809b2 / I2";
    assert_eq!(
        done,
        [("E2 / 17502fac-c10f-11ea-8fbd-a6eabe1809b2", 2), ("E2 / I2", 2), (KEY, 2), (first, 2)]
    );
    assert_eq!(sandbox.calls()[1].records, 4);
    let counts = &inspect(&sandbox, &client, "summary").await["products"]["ispring"];
    assert_eq!(
        *counts,
        json!({"calls": 5, "records": 8, "outcomes": {"token": 1, "queued": 2, "complete": 2},
               "assignments": 0, "completions": 4, "applied": 8, "tasks": 2})
    );
    let effects = inspect(&sandbox, &client, "effects").await;
    assert_eq!(effects["completions"][0]["applied"], 2);
    let task = json!({"product": "ispring", "task": "100028", "state": "complete", "polls": 1, "records": 4});
    assert_eq!(effects["tasks"][1], task);
}

#[tokio::test]
async fn every_fault_by_its_name() {
    refused(|_| {}, &UPDATE.replace(TOKEN, "p-2"), "Authorization failed").await;
    refused(|_| {}, &UPDATE.replace(TOKEN, ""), "Authorization failed").await;
    refused(|options| options.subscription_expired = true, UPDATE, "Account subscription expired").await;
    for (from, to) in [
        ("<id>e1f2c50e-c1ae-11ea-8592-a6eabe1809b2</id>", ""),
        ("<id>e1f2c50e-c1ae-11ea-8592-a6eabe1809b2", "<id>"),
        ("<courseId>14b847e8-c10f-11ea-b4e1-ae33e75597e9</courseId>\n", ""),
        ("14b847e8-c10f-11ea-b4e1-ae33e75597e9", " "),
        ("2020-03-12", "03/12/2020"),
        (">complete<", ">Complete<"),
        (">100<", ">ten<"),
        ("<awardedScore>100</awardedScore>", ""),
        ("moduleStatus>", "status>"),
        ("</courseId>", "</courseId><note>x</note>"),
    ] {
        let body = UPDATE.replace(from, to);
        assert_ne!(body, UPDATE, "{from}");
        refused(|_| {}, &body, "Wrong parameters").await;
    }
    let unreasoned = UPDATE.replace("<reason>Completed offline</reason>", "");
    refused(|options| options.reason_required = true, &unreasoned, "Wrong parameters").await;
    let denied = |options: &mut IspringOptions| {
        options.denied_enrollments = vec!["e1f2c50e-c1ae-11ea-8592-a6eabe1809b2".to_owned()];
    };
    refused(denied, UPDATE, "Permission denied").await;
    let known = |options: &mut IspringOptions| options.content_items = Some(vec!["I".to_owned()]);
    refused(known, UPDATE, "Unknown content item").await;
    refused(|_| {}, STATUS, "Unknown content item").await;
    refused(|_| {}, &STATUS.replace("100027", ""), "Wrong parameters").await;
    refused(|options| options.status_token_required = true, STATUS, "Authorization failed").await;
    let stranger = "<credentials><token>x</token></credentials><taskId>";
    refused(|_| {}, &STATUS.replace("<taskId>", stranger), "Authorization failed").await;
}

#[tokio::test]
async fn messages_that_are_at_fault() {
    let stray = " is not in the namespace of the service";
    refused(
        |_| {},
        &UPDATE.replace("go/services", "services"),
        &format!("updateModulesStatusesRequest{stray}"),
    )
    .await;
    refused(|_| {}, &UPDATE.replace("<date>", "<date xmlns=\"\">"), &format!("date{stray}")).await;
    refused(|_| {}, &UPDATE.replace("updateModules", "updateCourses"), "the service has no such operation")
        .await;
    refused(|_| {}, &UPDATE.replace("</id>", "</soap>"), "the message is no well-formed XML").await;
    let doctype = UPDATE.replace("<SOAP-ENV:Envelope ", "<!DOCTYPE a><SOAP-ENV:Envelope ");
    refused(|_| {}, &doctype, "a SOAP message has no document type").await;
    let other = UPDATE.replace("schemas.xmlsoap.org/soap", "www.w3.org/2003/05/soap");
    refused(|_| {}, &other, "the message is no SOAP 1.1 envelope").await;
}

#[tokio::test]
async fn tasks_over_rest() {
    let (sandbox, client) = account(|options| options.polls = 2).await;
    send(soap(&sandbox, &client, UPDATE)).await;
    let document =
        |state: &str| format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<status>{state}</status>");
    let json = |accept: &'static str| rest(&sandbox, &client, "100027").header("accept", accept);
    assert_eq!(send(rest(&sandbox, &client, "100027")).await, (StatusCode::OK, document("in progress")));
    let both = send(json("application/json, */*")).await;
    assert_eq!(both, (StatusCode::OK, document("in progress")), "JSON must be asked for exactly");
    assert_eq!(send(json("application/json")).await.1, r#"{"status":"complete"}"#);
    for (request, status) in [
        (rest(&sandbox, &client, "100028"), 400),
        (rest(&sandbox, &client, "x"), 400),
        (client.get(format!("{}/task/100027/status", sandbox.product_url("ispring"))), 401),
    ] {
        assert_eq!(send(request).await.0.as_u16(), status);
    }
    sandbox.set_ispring(|options| options.subscription_expired = true);
    assert_eq!(send(rest(&sandbox, &client, "100027")).await.0, StatusCode::FORBIDDEN);
    assert_eq!(tasks(&sandbox), [("100027".to_owned(), "complete", 3, 1)]);
}

#[tokio::test]
async fn tasks_in_the_words_of_the_openapi_file() {
    let failing = vec!["e1f2c50e-c1ae-11ea-8592-a6eabe1809b2".to_owned()];
    for (failing, cancels, last) in
        [(vec![], false, "complete"), (failing.clone(), false, "error"), (failing, true, "cancelled")]
    {
        let set = |options: &mut IspringOptions| {
            options.states = IspringStates::OpenApi;
            (options.polls, options.failing_enrollments, options.cancels) = (2, failing, cancels);
        };
        let (sandbox, client) = account(set).await;
        send(soap(&sandbox, &client, UPDATE)).await;
        for state in ["waiting", "in_progress", last, last] {
            let request = rest(&sandbox, &client, "100027");
            let xml = format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<request><status>{state}</status></request>"
            );
            assert_eq!(send(request).await.1, xml);
        }
        assert_eq!(sandbox.effects().completions.len(), usize::from(last == "complete"));
    }
}

#[tokio::test]
async fn one_bad_enrolment_fails_the_task() {
    let (sandbox, client) = account(|options| {
        (options.polls, options.failing_enrollments) = (0, vec!["E2".to_owned()]);
    })
    .await;
    send(soap(&sandbox, &client, UPDATE.replace("</enrollmentIds>", "<id>E2</id></enrollmentIds>"))).await;
    let (_, body) = send(soap(&sandbox, &client, STATUS)).await;
    assert!(body.contains(">failed<"), "{body}");
    assert_eq!(sandbox.effects().completions, []);
    send(soap(&sandbox, &client, UPDATE)).await;
    send(soap(&sandbox, &client, STATUS.replace("100027", "100028"))).await;
    assert_eq!(sandbox.effects().completion("ispring", KEY).map(|done| done.applied), Some(1));
}

#[tokio::test(start_paused = true)]
async fn tokens_end() {
    let (sandbox, client) = account(|_| {}).await;
    tokio::time::advance(Duration::from_secs(1799)).await;
    assert_eq!(send(soap(&sandbox, &client, UPDATE)).await.0, StatusCode::OK);
    tokio::time::advance(Duration::from_secs(1)).await;
    let (_, body) = send(soap(&sandbox, &client, UPDATE)).await;
    assert_eq!(faultstring(&body), "Authorization failed");

    let (sandbox, client) = account(|options| options.token_calls = Some(1)).await;
    for _ in 0..2 {
        send(soap(&sandbox, &client, UPDATE)).await;
    }
    send(form(&sandbox, &client, FORM)).await;
    let second = UPDATE.replace("p-1s", "p-2s");
    let expire = client.post(format!("http://{}/sandbox/expire", sandbox.address()));
    assert_eq!(send(expire).await.0, StatusCode::NO_CONTENT);
    send(soap(&sandbox, &client, second)).await;
    assert_eq!(
        outcomes(&sandbox),
        ["token", "queued", "Authorization failed", "token", "Authorization failed"]
    );
}

#[tokio::test]
async fn faults_in_the_products_form() {
    let (sandbox, client) = account(|_| {}).await;
    let aim = |faults: &str| sandbox.set_faults(faults.parse::<Faults>().expect("faults"));
    aim("script=err500+disabled+lose+fail,only=updateModulesStatuses");
    for name in ["Internal server error", "Account subscription expired"] {
        assert_eq!(faultstring(&send(soap(&sandbox, &client, UPDATE)).await.1), name);
        assert_eq!(send(form(&sandbox, &client, FORM)).await.0, StatusCode::OK);
    }
    assert_eq!(tasks(&sandbox), []);
    soap(&sandbox, &client, UPDATE).send().await.expect_err("no answer");
    assert_eq!(send(soap(&sandbox, &client, UPDATE)).await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(tasks(&sandbox).len(), 1, "the lost one was queued, the failed one was not");
    aim("script=err500+disabled,only=token");
    for status in [500, 403, 200] {
        assert_eq!(send(form(&sandbox, &client, FORM)).await.0.as_u16(), status);
    }
    aim("script=err500+disabled+lose,only=getTaskStatus");
    for status in [500, 403] {
        assert_eq!(send(rest(&sandbox, &client, "100027")).await.0.as_u16(), status);
    }
    rest(&sandbox, &client, "100027").send().await.expect_err("no answer");
    assert_eq!(tasks(&sandbox)[0].2, 1, "only the lost look counts");
}

#[tokio::test]
async fn each_call_has_its_place() {
    let (sandbox, client) = account(|options| options.soap_path = "/soap".to_owned()).await;
    let at = |path: &str| format!("{}{path}", sandbox.product_url("ispring"));
    for wrong in ["/go/services/api/soap", "/api/v3/soap", "/task"] {
        let request = client.post(at(wrong)).header("content-type", "text/xml").body(UPDATE);
        assert_eq!(send(request).await.0, StatusCode::NOT_FOUND, "{wrong}");
    }
    let request = client.post(at("/soap")).header("content-type", "text/xml").body(UPDATE);
    assert_eq!(send(request).await.0, StatusCode::OK);
    let below =
        client.get(at("/api/v3/task/100027/status")).header("authorization", format!("Bearer {TOKEN}"));
    assert!(send(below).await.0.is_client_error());
    assert_eq!(tasks(&sandbox).len(), 1);
}
