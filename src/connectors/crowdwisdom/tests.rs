//! Tests of the calls: what goes out, in which order, and how often.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use secrecy::SecretString;

use super::samples::{WSDL, fault, record, settings, soap};
use super::*;
use crate::connectors::namespaces::elements;
use crate::connectors::scripted::{Script, answer, serve_after};
use crate::model::ChangeKind;

const BOTH: (&str, &str) = ("session_parameters", "userName password");

fn open(base_url: &str, pairs: &[(&str, &str)]) -> Result<CrowdWisdom, ConnectError> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let secrets = [
        ("system_id", "SYS-77"),
        ("session_parameters.userName", "ann"),
        ("session_parameters.password", "pass-word"),
    ];
    CrowdWisdom::new(&Access {
        connection: "crowd".into(),
        base_url: base_url.to_owned(),
        settings: settings(pairs),
        secrets: secrets.map(|(key, value)| (key.to_owned(), SecretString::from(value.to_owned()))).into(),
        timeout: Duration::from_secs(5),
        scratch: std::env::temp_dir(),
    })
}

/// The LMS: its calls so far, each its first line and its body.
struct Lms {
    base_url: String,
    calls: Arc<Mutex<Vec<String>>>,
}

impl Lms {
    /// Answers each call with what `answers` makes of all calls so far, the last one being the one to answer.
    async fn start(answers: impl Fn(&[String]) -> (u16, String) + Clone + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let calls = Arc::new(Mutex::new(Vec::new()));
        let taken = Arc::clone(&calls);
        let answer = move |request: Request| async move {
            let line = format!("{} {}", request.method(), request.uri());
            let body = to_bytes(request.into_body(), 1_000_000).await.unwrap();
            let mut taken = taken.lock().unwrap();
            taken.push(format!("{line}\n{}", String::from_utf8(body.to_vec()).unwrap()));
            let (status, body) = answers(&taken);
            (StatusCode::from_u16(status).unwrap(), body)
        };
        let app = axum::Router::new().fallback(answer);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { base_url, calls }
    }

    /// A portal with this WSDL that opens session after session and answers completions as said.
    async fn portal(
        wsdl: Option<String>,
        completions: impl Fn(&[String]) -> (u16, String) + Clone + Send + Sync + 'static,
    ) -> Self {
        Self::start(move |calls| {
            let last = calls.last().unwrap();
            match &wsdl {
                Some(wsdl) if last.starts_with("GET") => (200, wsdl.clone()),
                None if last.starts_with("GET") => (404, String::new()),
                _ if last.contains(":diConnect") => {
                    let count = calls.iter().filter(|call| call.contains(":diConnect")).count();
                    (200, soap(&format!("<r><sessionToken>token-{count}</sessionToken></r>")))
                }
                _ => completions(calls),
            }
        })
        .await
    }

    /// The calls that hold this.
    fn with(&self, part: &str) -> Vec<String> {
        self.calls.lock().unwrap().iter().filter(|call| call.contains(part)).cloned().collect()
    }

    fn connect(&self, pairs: &[(&str, &str)]) -> CrowdWisdom {
        open(&self.base_url, pairs).unwrap()
    }
}

fn done(calls: &[String]) -> (u16, String) {
    let many = calls.last().unwrap().contains("setCompletions");
    (200, soap(&format!("<setCompletion{}Response/>", if many { "s" } else { "" })))
}

/// Takes the first session for one that has ended.
fn only_the_second(calls: &[String]) -> (u16, String) {
    if calls.last().unwrap().contains("token-1<") {
        (500, fault("Server", "Invalid Session Token", ""))
    } else {
        done(calls)
    }
}

fn told(outcomes: &[Outcome]) -> Vec<(Verdict, &str)> {
    outcomes.iter().map(|outcome| (outcome.verdict.clone(), outcome.code.as_str())).collect()
}

const ACCEPTED: (Verdict, &str) = (Verdict::Accepted, "success");

#[tokio::test]
async fn a_completion_goes_out_as_the_document_has_it() {
    let known = &[
        ("?wsdl", "<html/>"),
        (":diConnect", "<Envelope><Body><r><sessionToken>token-1</sessionToken></r></Body></Envelope>"),
    ];
    let (base_url, calls) =
        serve_after(known, Script::close(answer("200 OK", &[], done(&[String::new()]).1))).await;
    let outcomes = open(&base_url, &[]).unwrap().deliver(&[record("C1", "P1")]).await;
    assert_eq!(told(&outcomes), [ACCEPTED]);
    let call = calls.lock().unwrap().remove(0);
    let (head, body) = call.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /diweb/ws/integration/v1 HTTP/1.1\r\n"), "{head}");
    let head = head.to_lowercase();
    for line in ["content-type: text/xml; charset=utf-8", "soapaction: \"\"", "accept: text/xml"] {
        assert!(head.lines().any(|other| other == line), "{line}: {head}");
    }
    let int = "{http://ws.mycrowdwisdom.com/integration/}";
    assert_eq!(
        elements(body)[2..],
        [
            format!("2 {int}setCompletion"),
            "3 systemId SYS-77".to_owned(),
            "3 sessionToken token-1".to_owned(),
            "3 record".to_owned(),
            "4 customerId C1".to_owned(),
            "4 productId P1".to_owned(),
            "4 completion Completed".to_owned(),
        ]
    );
}

#[tokio::test]
async fn calls_at_one_time_share_one_session_and_one_wsdl() {
    let lms = Lms::portal(None, done).await;
    let crowd = Arc::new(lms.connect(&[]));
    let calls: Vec<_> = (0..8)
        .map(|n| {
            let crowd = Arc::clone(&crowd);
            tokio::spawn(async move { crowd.deliver(&[record(&format!("C{n}"), "P1")]).await })
        })
        .collect();
    for call in calls {
        assert_eq!(told(&call.await.unwrap()), [ACCEPTED]);
    }
    let counts = ["?wsdl", ":diConnect", ":setCompletion"].map(|part| lms.with(part).len());
    assert_eq!(counts, [1, 1, 8]);
}

#[tokio::test]
async fn a_session_that_has_ended_is_renewed_once_for_all_calls() {
    let lms = Lms::portal(None, only_the_second).await;
    let crowd = Arc::new(lms.connect(&[]));
    let calls: Vec<_> = (0..4)
        .map(|_| {
            let crowd = Arc::clone(&crowd);
            tokio::spawn(async move { crowd.deliver(&[record("C1", "P1")]).await })
        })
        .collect();
    for call in calls {
        assert_eq!(told(&call.await.unwrap()), [ACCEPTED]);
    }
    assert_eq!((lms.with(":diConnect").len(), lms.with("token-2<").len()), (2, 4));
}

#[tokio::test]
async fn a_second_refusal_of_the_session_stops_the_connection() {
    let lms = Lms::portal(None, |_| (500, fault("Server", "Invalid Session Token", ""))).await;
    let crowd = lms.connect(&[]);
    let outcome = crowd.deliver(&[record("C1", "P1")]).await.remove(0);
    assert_eq!((&outcome.verdict, outcome.code.as_str()), (&Verdict::StopConnection, "1"));
    assert!(outcome.had_no_effect);
    assert_eq!(
        outcome.reason,
        "Invalid Session Token; a new session was not taken either: is system_id right?"
    );
    assert_eq!((lms.with(":diConnect").len(), lms.with("<record>").len()), (2, 2));
    // What was refused is not tried again.
    crowd.deliver(&[record("C1", "P1")]).await;
    assert!(lms.with("token-2<").len() == 1 && lms.with("token-3<").len() == 1);
}

#[tokio::test]
async fn several_records_go_in_one_call() {
    let lms = Lms::portal(Some(WSDL.to_owned()), done).await;
    let crowd = lms.connect(&[BOTH, ("batch", "3")]);
    let outcomes = crowd.deliver(&[record("C1", "P1"), record("C2", "P1"), record("C3", "P1")]).await;
    assert_eq!(told(&outcomes), [ACCEPTED, ACCEPTED, ACCEPTED]);
    let calls = lms.with(":setCompletions ");
    assert_eq!((calls.len(), calls[0].matches("<record>").count()), (1, 3));
    // The sort of call follows the number of records that are left.
    let mut odd = record("C2", "P1");
    odd.fields.set("credits".into(), "=no name");
    let outcomes = crowd.deliver(&[odd, record("C1", "P1")]).await;
    assert_eq!(told(&outcomes), [(Verdict::Refused, "credits"), ACCEPTED]);
    assert_eq!(lms.with(":setCompletion ").len(), 1);
}

#[tokio::test]
async fn the_wsdl_says_what_is_sent_and_in_which_order() {
    let wsdl = WSDL
        .replace("name=\"productId\"", "name=\"held\"")
        .replace("name=\"customerId\"", "name=\"productId\"")
        .replace("name=\"held\"", "name=\"customerId\"");
    let lms = Lms::portal(Some(wsdl), done).await;
    let outcomes = lms.connect(&[BOTH]).deliver(&[record("C1", "P1")]).await;
    assert_eq!(told(&outcomes), [ACCEPTED]);
    assert!(lms.with("<record><productId>P1</productId><customerId>C1</customerId>").len() == 1);
    let session = lms.with(":diConnect").remove(0);
    let sent = "<systemId>SYS-77</systemId><userName>ann</userName><password>pass-word</password>";
    assert!(session.contains(sent), "{session}");
}

#[tokio::test]
async fn what_the_wsdl_lacks_stops_the_connection_before_anything_is_sent() {
    let lms = Lms::portal(Some(WSDL.to_owned()), done).await;
    let outcomes = lms.connect(&[("session_method", "ymConnect")]).deliver(&[record("C1", "P1")]).await;
    assert_eq!(told(&outcomes), [(Verdict::StopConnection, "wsdl")]);
    assert!(outcomes[0].had_no_effect && outcomes[0].reason.contains("offers no method ymConnect"));
    let probed = lms.connect(&[]).probe().await;
    assert_eq!(told(std::slice::from_ref(&probed)), [(Verdict::StopConnection, "wsdl")]);
    assert_eq!(lms.with("POST").len(), 0);

    let lms = Lms::portal(Some(WSDL.replace("name=\"packageId\"", "name=\"package\"")), done).await;
    let mut mapped = record("C1", "P1");
    mapped.fields.set("packageId".into(), "X");
    let outcomes = lms.connect(&[BOTH]).deliver(&[mapped]).await;
    assert_eq!(told(&outcomes), [(Verdict::StopConnection, "wsdl")]);
    assert!(outcomes[0].reason.contains("has no packageId") && lms.with("POST").is_empty());
}

/// Calls by the document that the WSDL would have shaped otherwise might grant twice.
#[tokio::test]
async fn nothing_is_sent_until_it_is_known_whether_there_is_a_wsdl() {
    let half = WSDL[..WSDL.len() / 2].to_owned();
    for (status, body, verdict, code) in [
        (503, String::new(), Verdict::RetryConnection { after: None }, "HTTP 503"),
        (500, String::new(), Verdict::RetryConnection { after: None }, "HTTP 500"),
        (400, String::new(), Verdict::RetryConnection { after: None }, "HTTP 400"),
        (403, String::new(), Verdict::StopConnection, "HTTP 403"),
        (200, half, Verdict::RetryConnection { after: None }, "unreadable"),
    ] {
        let lms = Lms::start(move |calls| match calls {
            // Then it is well again.
            [_] => (status, body.clone()),
            [.., last] if last.starts_with("GET") => (200, WSDL.to_owned()),
            [.., last] if last.contains(":diConnect") => {
                (200, soap("<r><sessionToken>token-1</sessionToken></r>"))
            }
            _ => done(calls),
        })
        .await;
        let crowd = lms.connect(&[BOTH]);
        let outcome = crowd.deliver(&[record("C1", "P1")]).await.remove(0);
        assert_eq!((&outcome.verdict, outcome.code.as_str(), outcome.had_no_effect), (&verdict, code, true));
        assert!(lms.with("POST").is_empty() && outcome.reason.contains("WSDL"), "{}", outcome.reason);
        assert_eq!(told(&crowd.deliver(&[record("C1", "P1")]).await), [ACCEPTED]);
        assert!(crowd.service.shape().await.unwrap().described);
    }
    for status in [404, 405, 410] {
        let lms = Lms::start(move |calls| match calls.last().unwrap() {
            call if call.starts_with("GET") => (status, String::new()),
            call if call.contains(":diConnect") => (200, soap("<r><sessionToken>token-1</sessionToken></r>")),
            _ => done(calls),
        })
        .await;
        assert_eq!(told(&lms.connect(&[]).deliver(&[record("C1", "P1")]).await), [ACCEPTED]);
    }
}

#[tokio::test]
async fn an_import_that_fails_is_asked_for_again() {
    let wsdl = WSDL.replace("<xs:schema", "<xs:import schemaLocation=\"?xsd=1\"/><xs:schema");
    let lms = Lms::start(move |calls| match calls.last().unwrap() {
        call if call.contains("?wsdl") => (200, wsdl.clone()),
        _ => (502, String::new()),
    })
    .await;
    let outcome = lms.connect(&[BOTH]).probe().await;
    assert_eq!((outcome.code.as_str(), outcome.had_no_effect), ("HTTP 502", true));
    assert!(lms.with("POST").is_empty());
}

#[tokio::test]
async fn calls_at_one_time_learn_of_one_failure_to_open_a_session() {
    let lms = Lms::start(|calls| match calls.last().unwrap() {
        call if call.starts_with("GET") => (404, String::new()),
        _ => (500, fault("Server", "Out of order", "")),
    })
    .await;
    let crowd = lms.connect(&[]);
    let items = [record("C1", "P1")];
    let (one, two, three) = tokio::join!(crowd.deliver(&items), crowd.deliver(&items), crowd.deliver(&items));
    assert!(one == two && two == three && one[0].had_no_effect, "{one:?}");
    assert_eq!(lms.with(":diConnect").len(), 1);
    crowd.deliver(&items).await;
    assert_eq!(lms.with(":diConnect").len(), 2);
}

#[tokio::test]
async fn an_answer_in_another_charset_is_a_success_too() {
    let mut latin =
        b"<?xml version='1.0' encoding='ISO-8859-1'?><Envelope><Body><setCompletionResponse>".to_vec();
    latin.extend(
        b"<code>0</code><message>Saved for Andr\xe9</message></setCompletionResponse></Body></Envelope>",
    );
    let known = &[
        ("?wsdl", "<html/>"),
        (":diConnect", "<Envelope><Body><r><sessionToken>token-1</sessionToken></r></Body></Envelope>"),
    ];
    let (base_url, _calls) = serve_after(known, Script::close(answer("200 OK", &[], latin))).await;
    assert_eq!(told(&open(&base_url, &[]).unwrap().deliver(&[record("C1", "P1")]).await), [ACCEPTED]);
}

#[tokio::test]
async fn an_imported_schema_on_the_same_host_is_read_and_no_other() {
    let (begin, end) = (WSDL.find("<xs:schema").unwrap(), WSDL.find("</wsdl:types>").unwrap());
    let schema = WSDL[begin..end].replace("<xs:schema", "<xs:schema xmlns:xs=\"x\" xmlns:int=\"y\"");
    let imports = "<xs:schema><xs:import schemaLocation=\"http://elsewhere.example.org/portal/x.xsd\"/>\
                   <xs:import schemaLocation=\"http://127.0.0.1/portal/diweb/ws/integration/v1?xsd=1\"/></xs:schema>";
    let wsdl = format!("{}{imports}{}", &WSDL[..begin], &WSDL[end..]);
    let lms = Lms::start(move |calls| match calls.last().unwrap() {
        call if call.contains("?wsdl") => (200, wsdl.clone()),
        call if call.contains("?xsd=1") => (200, schema.clone()),
        _ => (500, String::new()),
    })
    .await;
    let outcome = open(&format!("{}/portal", lms.base_url), &[]).unwrap().probe().await;
    assert!(outcome.reason.contains("add userName, password"), "{}", outcome.reason);
    let lines =
        lms.with("GET").iter().map(|call| call.lines().next().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(
        lines,
        ["GET /portal/diweb/ws/integration/v1?wsdl", "GET /portal/diweb/ws/integration/v1?xsd=1"]
    );
}

#[tokio::test]
async fn a_correction_goes_out_with_its_grants_off() {
    let lms = Lms::portal(None, done).await;
    let correction = Item { kind: ChangeKind::Update, ..record("C1", "P1") };
    assert_eq!(told(&lms.connect(&[]).deliver(&[correction]).await), [ACCEPTED]);
    let off = "<grantCredits>false</grantCredits><issueCertificates>false</issueCertificates>";
    assert!(lms.with(off)[0].contains("<autoGrantCredits>false</autoGrantCredits>"));
}

#[tokio::test]
async fn a_lost_answer_of_a_completion_may_have_had_its_effect_and_one_of_a_session_has_not() {
    let lms = Lms::portal(None, |_| (200, "<html/>".to_owned())).await;
    let outcome = lms.connect(&[]).deliver(&[record("C1", "P1")]).await.remove(0);
    assert_eq!((outcome.code.as_str(), outcome.had_no_effect), ("unreadable", false));
    let lms = Lms::start(|_| (200, "<html/>".to_owned())).await;
    let outcome = lms.connect(&[]).deliver(&[record("C1", "P1")]).await.remove(0);
    assert_eq!((outcome.code.as_str(), outcome.had_no_effect), ("unreadable", true));
    assert!(lms.with("<record>").is_empty());
}

#[tokio::test]
async fn a_probe_opens_a_session_and_sends_nothing() {
    let lms = Lms::portal(Some(WSDL.to_owned()), done).await;
    let outcome = lms.connect(&[BOTH]).probe().await;
    assert_eq!((&outcome.verdict, outcome.code.as_str()), (&Verdict::Accepted, "session"));
    assert_eq!((lms.with(":diConnect").len(), lms.with(":setCompletion").len()), (1, 0));
}

#[tokio::test]
async fn another_operation_is_not_sent_as_this_one() {
    let item = Item { operation: "crowdwisdom.fly".into(), ..record("C1", "P1") };
    let outcomes = open("http://127.0.0.1:9", &[]).unwrap().deliver(&[item]).await;
    assert_eq!(told(&outcomes), [(Verdict::Refused, "operation")]);
}

#[test]
fn a_connection_without_its_secrets_does_not_open() {
    let refused = |pairs: &[(&str, &str)]| match open("https://lms.example.org", pairs) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    };
    assert_eq!(refused(&[BOTH]), "");
    assert_eq!(
        refused(&[("session_parameters", "userName pin")]),
        "session_parameters.pin is missing or empty"
    );
    assert!(refused(&[("soap_path", "di web")]).starts_with("soap_path: found \"di web\""));
}
