//! The portal over real HTTP; the requests are written by hand after the document's sample, its unfinished
//! tags finished.

mod batches;

use std::collections::BTreeMap;

use reqwest::{Client, Response, StatusCode};

use super::*;
use crate::sandbox::tests::{outcomes, sandbox};
use crate::sandbox::{Faults, Sandbox, SandboxEffect, SandboxOptions, xml};

/// The token of the first session, as it stands in XML.
const TOKEN: &str = "session-1/+=&amp;&lt;&quot;&gt;";

const RECORD: &str = "<record>
        <customerId>C-1</customerId>
        <productId>P-1</productId>
        <completion>Completed</completion>
        <!--Optional:-->
        <status>Active</status>
        <score>87.5</score>
        <timeSpent>5400000</timeSpent>
        <completionDate>2026-03-05T09:30:00Z</completionDate>
        <grantCredits>true</grantCredits>
        <issueCertificates>true</issueCertificates>
        <publishToAms>true</publishToAms>
        <startDate>2026-03-01T00:00:00Z</startDate>
        <endDate>2026-12-31T00:00:00Z</endDate>
        <packageId>K-1</packageId>
        <credits>
          <credit name=\"CME\" title=\"Medical\"></credit>
        </credits>
        <autoGrantCredits>false</autoGrantCredits>
        <customerFirstName>N\u{fa}ria</customerFirstName>
        <customerLastName>O&apos;Hara &amp; Sons</customerLastName>
        <customerEmail>nuria@example.org</customerEmail>
        <createDate>2026-02-01T00:00:00Z</createDate>
      </record>";

fn envelope(operation: &str, inside: &str) -> String {
    format!(
        "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"
xmlns:int=\"http://ws.mycrowdwisdom.com/integration/\">
  <soapenv:Header/>
  <soapenv:Body>
    <int:{operation}>{inside}</int:{operation}>
  </soapenv:Body>
</soapenv:Envelope>"
    )
}

fn completions(operation: &str, records: &str) -> String {
    let caller = format!("<systemId>sandbox</systemId><sessionToken>{TOKEN}</sessionToken>");
    envelope(operation, &format!("{caller}{records}"))
}

fn record(customer: &str, product: &str, more: &str) -> String {
    format!(
        "<record><customerId>{customer}</customerId><productId>{product}</productId>\
         <completion>Passed</completion>{more}</record>"
    )
}

async fn post(sandbox: &Sandbox, client: &Client, body: String) -> reqwest::Result<Response> {
    let address = format!("{}/diweb/ws/integration/v1", sandbox.product_url("crowdwisdom"));
    let kind = [("content-type", "text/xml; charset=utf-8"), ("accept", "text/xml"), ("soapaction", "\"\"")];
    let request =
        kind.into_iter().fold(client.post(address), |request, (name, value)| request.header(name, value));
    request.body(body).send().await
}

async fn send(sandbox: &Sandbox, client: &Client, body: String) -> (StatusCode, String) {
    let response = post(sandbox, client, body).await.expect("an answer");
    (response.status(), response.text().await.expect("a body"))
}

/// A portal where the first session is open.
async fn portal(set: impl FnOnce(&mut CrowdWisdomOptions)) -> (Sandbox, Client) {
    let mut options = SandboxOptions::default();
    set(&mut options.crowdwisdom);
    let connect = envelope(&options.crowdwisdom.session_method, "<systemId>sandbox</systemId>");
    let (sandbox, client) = sandbox(options).await;
    let (status, body) = send(&sandbox, &client, connect).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    (sandbox, client)
}

#[track_caller]
fn completion(sandbox: &Sandbox, key: &str) -> SandboxEffect {
    let effects = sandbox.effects();
    effects.completion("crowdwisdom", key).unwrap_or_else(|| panic!("no {key} in {effects:#?}")).clone()
}

/// What is answered to this message by a portal with one open session, and that nothing came of it.
async fn refused(set: impl FnOnce(&mut CrowdWisdomOptions), body: String, code: &str, text: &str) {
    let (sandbox, client) = portal(set).await;
    let (status, answer) = send(&sandbox, &client, body).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "{answer}");
    let fault = fault(&answer);
    assert_eq!((fault.0.as_str(), fault.1.contains(text)), (code, true), "{answer}");
    assert_eq!(sandbox.effects().completions, []);
    let outcome = code.split_once(' ').map_or(code, |(_, code)| code);
    assert_eq!(outcomes(&sandbox), ["session", outcome.trim_start_matches("SOAP-ENV:")]);
}

/// The code, with that of the detail behind it, and the text.
fn fault(answer: &str) -> (String, String) {
    let root = xml::read(answer.as_bytes()).expect("XML");
    let fault = root.child("Body").and_then(|body| body.child("Fault")).expect("a fault");
    let code = fault.child_text("faultcode").expect("a code");
    let detail = fault.child("detail").and_then(|detail| detail.child("ServiceException"));
    let code = match detail.and_then(|detail| detail.child_text("code")) {
        None => code.to_owned(),
        Some(inner) => format!("{code} {inner}"),
    };
    (code, fault.child_text("faultstring").expect("a text").to_owned())
}

#[tokio::test]
async fn a_session_then_a_completion() {
    let (sandbox, client) = sandbox(SandboxOptions::default()).await;
    let (status, body) = send(&sandbox, &client, envelope("diConnect", "<systemId>sandbox</systemId>")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        body,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SOAP-ENV:Envelope \
             xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\"><SOAP-ENV:Body>\
             <ns2:diConnectResponse xmlns:ns2=\"http://ws.mycrowdwisdom.com/integration/\">\
             <sessionToken>{TOKEN}</sessionToken></ns2:diConnectResponse>\
             </SOAP-ENV:Body></SOAP-ENV:Envelope>"
        )
    );
    let (status, body) = send(&sandbox, &client, completions("setCompletion", RECORD)).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert!(body.contains("setCompletionResponse"), "{body}");
    let done = completion(&sandbox, "C-1 / P-1");
    let fields: BTreeMap<_, _> = [
        ("customerId", "C-1"),
        ("productId", "P-1"),
        ("completion", "Completed"),
        ("status", "Active"),
        ("score", "87.5"),
        ("timeSpent", "5400000"),
        ("completionDate", "2026-03-05T09:30:00Z"),
        ("grantCredits", "true"),
        ("issueCertificates", "true"),
        ("publishToAms", "true"),
        ("startDate", "2026-03-01T00:00:00Z"),
        ("endDate", "2026-12-31T00:00:00Z"),
        ("packageId", "K-1"),
        ("credits", "1"),
        ("credits.1.name", "CME"),
        ("credits.1.title", "Medical"),
        ("autoGrantCredits", "false"),
        ("customerFirstName", "N\u{fa}ria"),
        ("customerLastName", "O'Hara & Sons"),
        ("customerEmail", "nuria@example.org"),
        ("createDate", "2026-02-01T00:00:00Z"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    assert_eq!(done.fields, fields);
    let calls = sandbox.calls();
    let shown: Vec<_> =
        calls.iter().map(|call| (call.method.as_str(), call.about.as_str(), call.records)).collect();
    assert_eq!(shown, [("diConnect", "", 0), ("setCompletion", "C-1 / P-1", 1)]);
    assert_eq!(outcomes(&sandbox), ["session", "completed"]);
}

#[tokio::test]
async fn what_happens_twice_is_counted_twice() {
    let (sandbox, client) = portal(|_| {}).await;
    for more in ["", "<grantCredits>false</grantCredits>", "<issueCertificates>0</issueCertificates>"] {
        send(&sandbox, &client, completions("setCompletion", &record("C", "P", more))).await;
    }
    let done = completion(&sandbox, "C / P");
    assert_eq!((done.applied, done.count("credits"), done.count("certificates")), (3, 2, 2));
    assert_eq!(done.field("grantCredits"), None, "what was sent last");
}

#[tokio::test]
async fn every_code_of_the_document() {
    let good = completions("setCompletion", RECORD);
    let token = good.replace(TOKEN, "session-2");
    refused(|_| {}, token, "SOAP-ENV:Server 1", "Invalid Session Token").await;
    let system = good.replace("<systemId>sandbox<", "<systemId>other<");
    refused(|_| {}, system, "SOAP-ENV:Server 2", "Invalid System ID").await;
    let known = |options: &mut CrowdWisdomOptions| options.products = Some(vec!["P-2".to_owned()]);
    refused(known, good.clone(), "SOAP-ENV:Server 201", "Invalid Product Identifier").await;
    for lacking in [
        "<customerId>C-1</customerId>",
        "<productId>P-1</productId>",
        "<completion>Completed</completion>",
        "<systemId>sandbox</systemId>",
        "sandbox",
        TOKEN,
        "C-1",
    ] {
        let body = good.replacen(lacking, "", 1);
        assert_ne!(body, good, "{lacking}");
        refused(|_| {}, body, "SOAP-ENV:Server 501", "Missing Mandatory Parameter(s)").await;
    }
    for none in [completions("setCompletion", ""), completions("setCompletions", "")] {
        refused(|_| {}, none, "SOAP-ENV:Server 501", "Missing Mandatory Parameter(s)").await;
    }
    let closed = |options: &mut CrowdWisdomOptions| options.catalog_accessible = false;
    refused(closed, good.clone(), "SOAP-ENV:Server 600", "Catalog is not accessible").await;
    let closed = |options: &mut CrowdWisdomOptions| options.closed_products = vec!["P-1".to_owned()];
    refused(closed, good, "SOAP-ENV:Server 600", "Catalog is not accessible").await;
}

#[tokio::test]
async fn messages_that_are_at_fault() {
    let good = completions("setCompletion", RECORD);
    let default = good
        .replace("<int:setCompletion>", "<setCompletion xmlns=\"http://ws.mycrowdwisdom.com/integration/\">");
    let default = default.replace("</int:setCompletion>", "</setCompletion>");
    let cases = [
        (default, "systemId is in a namespace"),
        (good.replace("status>", "int:status>"), "status is in a namespace"),
        (good.replace("int:setCompletion", "setCompletion"), "not in the namespace of the service"),
        (good.replace("int:setCompletion", "int:addCompletion"), "no such operation"),
        (good.replace("Completed<", "Complete<"), "completion does not hold"),
        (good.replace("Active<", "Inactive<"), "status does not hold"),
        (good.replace("87.5", "87,5"), "score does not hold"),
        (good.replace("5400000", "01:30"), "timeSpent does not hold"),
        (good.replace("2026-03-05T09:30:00Z", "2026-03-05"), "completionDate does not hold"),
        (good.replace("<publishToAms>true", "<publishToAms>yes"), "publishToAms does not hold"),
        (good.replace("<credit name=\"CME\" ", "<credit "), "credits does not hold"),
        (good.replace("packageId", "packageID"), "unexpected element packageID"),
        (good.replace("sessionToken", "session"), "unexpected element session"),
        (
            good.replace("<systemId>sandbox</systemId>", "").replace("</record>", "</record><systemId/>"),
            "element systemId",
        ),
        (format!("<!DOCTYPE a>{good}"), "no document type"),
        (good.replace("<score>", "<score"), "no well-formed XML"),
    ];
    for (body, text) in cases {
        assert_ne!(body, good, "{text}");
        let (sandbox, client) = portal(|_| {}).await;
        let (status, answer) = send(&sandbox, &client, body).await;
        let (code, found) = fault(&answer);
        assert_eq!((status, code.as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "SOAP-ENV:Client"));
        assert!(found.contains(text), "{text}: {answer}");
        assert_eq!(sandbox.effects().completions, []);
    }
    refused(
        |options| options.batches = false,
        completions("setCompletions", RECORD),
        "SOAP-ENV:Client",
        "no such",
    )
    .await;
}

#[tokio::test]
async fn errors_in_their_other_forms() {
    let good = completions("setCompletion", RECORD);
    let bad = good.replace(TOKEN, "x");
    let (sandbox, client) = portal(|options| options.errors = CrowdWisdomErrors::FaultCode).await;
    let (status, answer) = send(&sandbox, &client, bad.clone()).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(fault(&answer), ("1".to_owned(), "Invalid Session Token".to_owned()));

    let (sandbox, client) = portal(|options| options.errors = CrowdWisdomErrors::Result).await;
    for (body, result) in [
        (bad, "<return><code>1</code><description>Invalid Session Token</description></return>"),
        (good.clone(), "<return><code>0</code><description>Success</description></return>"),
    ] {
        let (status, answer) = send(&sandbox, &client, body).await;
        assert_eq!(status, StatusCode::OK);
        assert!(answer.contains(&format!("integration/\">{result}</ns2:setCompletionResponse>")), "{answer}");
    }
    assert_eq!(outcomes(&sandbox), ["session", "1", "completed"]);
    // An error in that form too, where the message itself is at fault, is a fault.
    let (status, _) = send(&sandbox, &client, good.replace("87.5", "x")).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn who_does_not_say_what_is_accepted_gets_plain_text() {
    let (sandbox, client) = portal(|_| {}).await;
    let body = completions("setCompletion", RECORD).replace(TOKEN, "x");
    // The client accepts anything where it is not told to say more.
    let address = format!("{}/diweb/ws/integration/v1", sandbox.product_url("crowdwisdom"));
    let response = client.post(address).header("content-type", "text/xml").body(body.clone()).send().await;
    let response = response.expect("an answer");
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(response.text().await.expect("a body"), "Invalid Session Token\n");
    let address = sandbox.address();
    let request = format!(
        "POST /crowdwisdom/diweb/ws/integration/v1 HTTP/1.1\r\nHost: {address}\r\nContent-Type: text/xml\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("a connection");
    tokio::io::AsyncWriteExt::write_all(&mut stream, request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    tokio::io::AsyncReadExt::read_to_string(&mut stream, &mut answer).await.expect("an answer");
    assert!(
        answer.starts_with("HTTP/1.1 500 ") && answer.ends_with("\r\n\r\nInvalid Session Token\n"),
        "{answer}"
    );
}

#[tokio::test]
async fn sessions_end() {
    let (sandbox, client) = portal(|options| options.session_calls = Some(2)).await;
    for _ in 0..3 {
        send(&sandbox, &client, completions("setCompletion", RECORD)).await;
    }
    assert_eq!(outcomes(&sandbox), ["session", "completed", "completed", "1"]);
    let (sandbox, client) = portal(|_| {}).await;
    sandbox.expire_tokens();
    send(&sandbox, &client, completions("setCompletion", RECORD)).await;
    let (_, body) = send(&sandbox, &client, envelope("diConnect", "<systemId>sandbox</systemId>")).await;
    assert!(body.contains("session-2/"), "{body}");
    send(
        &sandbox,
        &client,
        completions("setCompletion", &RECORD.replace("C-1", "C-2")).replace("session-1", "session-2"),
    )
    .await;
    assert_eq!(outcomes(&sandbox), ["session", "1", "session", "completed"]);
}

#[tokio::test]
async fn the_session_method_is_the_portals_own() {
    let set = |options: &mut CrowdWisdomOptions| {
        options.session_method = "ymConnect".to_owned();
        options.session_result = "return".to_owned();
        options.session_parameters.push(("secret".to_owned(), "x&y".to_owned()));
    };
    let mut options = SandboxOptions::default();
    set(&mut options.crowdwisdom);
    let (sandbox, client) = sandbox(options).await;
    for (method, parameters, part) in [
        (
            "ymConnect",
            "<extra>1</extra><secret>x&amp;y</secret><systemId>sandbox</systemId>",
            "<return>session-1",
        ),
        ("ymConnect", "<systemId>sandbox</systemId>", "<code>501</code>"),
        ("ymConnect", "<systemId>other</systemId><secret>x&amp;y</secret>", "<code>2</code>"),
        ("ymConnect", "<systemId>sandbox</systemId><secret>x</secret>", "the session was refused"),
        ("diConnect", "<systemId>sandbox</systemId><secret>x&amp;y</secret>", "no such operation"),
    ] {
        let (_, body) = send(&sandbox, &client, envelope(method, parameters)).await;
        assert!(body.contains(part), "{parameters}: {body}");
    }
    assert_eq!(outcomes(&sandbox), ["session", "501", "2", "Client", "Client"]);
    assert!(wsdl(&sandbox, &client).await.contains("name=\"secret\""));
}

async fn wsdl(sandbox: &Sandbox, client: &Client) -> String {
    let address = format!("{}/diweb/ws/integration/v1?wsdl", sandbox.product_url("crowdwisdom"));
    let response = client.get(address).send().await.expect("an answer");
    let status = response.status();
    let body = response.text().await.expect("a body");
    if status == StatusCode::OK { body } else { status.as_str().to_owned() }
}

#[tokio::test]
async fn the_service_describes_itself() {
    let (sandbox, client) = portal(|_| {}).await;
    let text = wsdl(&sandbox, &client).await;
    let root = xml::read(text.as_bytes()).expect("XML");
    let offered = |root: &xml::Node| -> Vec<String> {
        let operations = &root.child("portType").expect("a port type").children;
        operations.iter().map(|operation| operation.attributes[0].1.clone()).collect()
    };
    assert_eq!(offered(&root), ["diConnect", "setCompletion", "setCompletions"]);
    let location = format!("location=\"{}/diweb/ws/integration/v1\"", sandbox.product_url("crowdwisdom"));
    assert!(text.contains(&location), "{text}");
    sandbox.set_crowdwisdom(|options| options.batches = false);
    let root = xml::read(wsdl(&sandbox, &client).await.as_bytes()).expect("XML");
    assert_eq!(offered(&root), ["diConnect", "setCompletion"]);
    sandbox.set_crowdwisdom(|options| options.wsdl = false);
    assert_eq!(wsdl(&sandbox, &client).await, "404");
    assert_eq!(outcomes(&sandbox), ["session", "wsdl", "wsdl", "http 404"]);
}

#[tokio::test]
async fn faults_in_the_products_form() {
    let (sandbox, client) = portal(|_| {}).await;
    sandbox
        .set_faults("script=err500+disabled+lose+fail,only=setCompletion".parse::<Faults>().expect("faults"));
    let good = completions("setCompletion", RECORD);
    let (_, answer) = send(&sandbox, &client, good.clone()).await;
    assert_eq!(fault(&answer), ("SOAP-ENV:Server".to_owned(), "Internal server error".to_owned()));
    send(&sandbox, &client, envelope("diConnect", "<systemId>sandbox</systemId>")).await;
    let (_, answer) = send(&sandbox, &client, good.clone()).await;
    assert_eq!(fault(&answer).0, "SOAP-ENV:Server 600");
    assert_eq!(sandbox.effects().completions, []);
    post(&sandbox, &client, good.clone()).await.expect_err("no answer");
    assert_eq!(completion(&sandbox, "C-1 / P-1").applied, 1);
    send(&sandbox, &client, good).await;
    assert_eq!(completion(&sandbox, "C-1 / P-1").applied, 1);
    assert_eq!(outcomes(&sandbox), ["session", "Server", "session", "600", "lost", "http 503"]);
}
