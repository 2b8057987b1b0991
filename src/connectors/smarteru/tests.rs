//! Calls of SmarterU to a scripted server.

use std::collections::BTreeMap;
use std::time::Duration;

use super::wire::tests::SAMPLE;
use super::*;
use crate::connectors::SettingValue;
use crate::connectors::scripted::{Script, answer, nobody, serve};
use crate::model::Key;

pub(super) fn access(base_url: &str) -> Access {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Access {
        connection: "smarter".into(),
        base_url: base_url.to_owned(),
        settings: Settings::default(),
        secrets: BTreeMap::from([
            ("account_api".to_owned(), "a*$^!&".to_owned().into()),
            ("user_api".to_owned(), "u]]>".to_owned().into()),
        ]),
        timeout: Duration::from_secs(5),
        scratch: std::env::temp_dir(),
    }
}

pub(super) fn item(changed: &[(&str, &str)]) -> Item {
    let mut fields: Fields = [
        ("EmployeeID", "E 7+é"),
        ("GroupID", "g%1"),
        ("LearningModuleID", "3860"),
        ("LearningModuleSessionID", "77"),
        ("EnrollmentStatus", "NotAttended"),
        ("EnrolledDate", "01-Nov-2026"),
    ]
    .into_iter()
    .collect();
    for (name, value) in changed {
        fields.set((*name).into(), *value);
    }
    Item {
        operation: fields::ENROLL.into(),
        key: Key::from_values(["E 7"]),
        kind: ChangeKind::Create,
        resend: false,
        fields,
        secrets: Vec::new(),
        registration: None,
    }
}

async fn deliver(status: &str, body: &str, items: &[Item]) -> (Vec<Outcome>, String) {
    let script = Script::close(answer(status, &["Content-Type: text/html;charset=UTF-8"], body));
    let (base_url, request) = serve(script).await;
    let outcomes = SmarterU::new(access(&base_url)).unwrap().deliver(items).await;
    (outcomes, String::from_utf8(request.await.unwrap()).unwrap())
}

/// The body is what `urllib.parse.quote_plus` makes of the document's package: a `+`, a `%` and an `&` left
/// bare would reach the LMS as something else.
const BODY: &str = "Package=%3C%3Fxml+version%3D%221.0%22+encoding%3D%22UTF-8%22%3F%3E%3CSmarterU%3E\
    %3CAccountAPI%3E%3C%21%5BCDATA%5Ba*%24%5E%21%26%5D%5D%3E%3C%2FAccountAPI%3E%3CUserAPI%3E\
    %3C%21%5BCDATA%5Bu%5D%5D%5D%5D%3E%3C%21%5BCDATA%5B%3E%5D%5D%3E%3C%2FUserAPI%3E%3CMethod%3E\
    enrollSessionHistory%3C%2FMethod%3E%3CParameters%3E%3CLearningModuleEnrollment%3E%3CEnrollment%3E\
    %3CUser%3E%3CEmployeeID%3E%3C%21%5BCDATA%5BE+7%2B%C3%A9%5D%5D%3E%3C%2FEmployeeID%3E%3C%2FUser%3E\
    %3CGroup%3E%3CGroupID%3E%3C%21%5BCDATA%5Bg%251%5D%5D%3E%3C%2FGroupID%3E%3C%2FGroup%3E\
    %3CLearningModuleID%3E%3C%21%5BCDATA%5B3860%5D%5D%3E%3C%2FLearningModuleID%3E\
    %3CLearningModuleSessionID%3E%3C%21%5BCDATA%5B77%5D%5D%3E%3C%2FLearningModuleSessionID%3E\
    %3CEnrollmentStatus%3E%3C%21%5BCDATA%5BNotAttended%5D%5D%3E%3C%2FEnrollmentStatus%3E\
    %3CEnrolledDate%3E%3C%21%5BCDATA%5B01-Nov-2026%5D%5D%3E%3C%2FEnrolledDate%3E%3C%2FEnrollment%3E\
    %3C%2FLearningModuleEnrollment%3E%3C%2FParameters%3E%3C%2FSmarterU%3E";

const INVALID: &str = "<SmarterU><Result>Failed</Result><Info/><Errors><Error><ErrorID>ESH:10</ErrorID>\
    <ErrorMessage>The EnrolledDate provided is not valid.</ErrorMessage></Error></Errors></SmarterU>";

#[tokio::test]
async fn an_enrollment_goes_out_as_the_documents_package() {
    let sample = SAMPLE.replace("dana.brown@finashoes.com", "E 7+é");
    let (outcomes, request) = deliver("200 OK", &sample, &[item(&[])]).await;
    assert_eq!(outcomes, [Outcome::new(Verdict::Accepted, "success", "")]);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /apiv2/ HTTP/1.1\r\n"), "{head}");
    assert!(head.to_lowercase().contains("content-type: application/x-www-form-urlencoded"), "{head}");
    assert_eq!(body, BODY);
}

#[tokio::test]
async fn a_record_that_breaks_a_rule_stays_here_and_the_others_go() {
    let broken = [("Email", "e7@example.org")];
    let mut gone = item(&[]);
    gone.kind = ChangeKind::Remove;
    let other = Item { operation: "smarteru.fly".into(), ..item(&[]) };
    let items = [item(&broken), item(&[]), gone, other];
    let sample = SAMPLE.replace("dana.brown@finashoes.com", "E 7+é");
    let (outcomes, request) = deliver("200 OK", &sample, &items).await;
    let found: Vec<_> = outcomes.iter().map(|outcome| (&outcome.verdict, outcome.code.as_str())).collect();
    let refused = &Verdict::Refused;
    assert_eq!(
        found,
        [
            (refused, "fields"),
            (&Verdict::Accepted, "success"),
            (refused, "operation"),
            (refused, "operation")
        ],
    );
    assert!(request.ends_with(&format!("\r\n\r\n{BODY}")), "{request}");
    // Where none is left, no call is made.
    let outcomes = SmarterU::new(access(&nobody().await)).unwrap().deliver(&[item(&broken)]).await;
    assert_eq!(outcomes[0].code, "fields");
    assert!(!outcomes[0].reason.contains("e7@example.org"));
}

#[tokio::test]
async fn more_records_than_a_call_takes_are_sent_in_smaller_calls() {
    let mut access = access(&nobody().await);
    access.settings.set("batch", SettingValue::Whole(2));
    let lms = SmarterU::new(access).unwrap();
    let outcomes = lms.deliver(&[item(&[]), item(&[]), item(&[])]).await;
    assert!(outcomes.len() == 3 && outcomes.iter().all(|one| one.verdict == Verdict::Smaller { most: 2 }));
}

#[tokio::test]
async fn the_lms_is_heard_whatever_the_status() {
    let passing = Verdict::RetryConnection { after: None };
    for (status, body, verdict, code) in [
        ("200 OK", INVALID, Verdict::Refused, "ESH:10"),
        ("500 Internal Server Error", INVALID, Verdict::Refused, "ESH:10"),
        ("503 Busy", INVALID, passing.clone(), "HTTP 503"),
        ("500 Oops", SAMPLE, passing.clone(), "HTTP 500"),
        ("200 OK", "<html><body>Sign in</body></html>", passing, "unreadable"),
    ] {
        let (outcomes, _) = deliver(status, body, &[item(&[])]).await;
        assert_eq!((&outcomes[0].verdict, outcomes[0].code.as_str()), (&verdict, code), "{status}");
    }
}

#[tokio::test]
async fn a_probe_enrolls_nobody() {
    let structure = INVALID.replace("ESH:10", "SU:12");
    let (base_url, request) = serve(Script::close(answer("200 OK", &[], structure))).await;
    let outcome = SmarterU::new(access(&base_url)).unwrap().probe().await;
    assert_eq!((outcome.verdict, outcome.code.as_str()), (Verdict::Accepted, "SU:12"));
    let request = String::from_utf8(request.await.unwrap()).unwrap();
    let empty = "%3CLearningModuleEnrollment%3E%3C%2FLearningModuleEnrollment%3E";
    assert!(request.contains(empty) && !request.contains("%3CEnrollment%3E"), "{request}");
}

#[test]
fn calls_go_to_the_path_of_the_api() {
    let path = |base_url: &str, path: Option<&str>| {
        let mut access = access(base_url);
        if let Some(path) = path {
            access.settings.set("path", SettingValue::Text(path.to_owned()));
        }
        SmarterU::new(access).map(|lms| lms.path).map_err(|error| error.to_string())
    };
    assert_eq!(path("https://api.smarteru.com", None).as_deref(), Ok("/apiv2/"));
    assert_eq!(path("https://proxy.example.org/smarteru", None).as_deref(), Ok("/apiv2/"));
    assert_eq!(path("https://api.smarteru.com/apiv2", None).as_deref(), Ok("/"));
    assert_eq!(path("https://api.smarteru.com", Some("/apiv3/")).as_deref(), Ok("/apiv3/"));
    assert_eq!(path("https://api.smarteru.com", Some("apiv3/")).as_deref(), Ok("/apiv3/"));
    for other in ["/a?b", "/a#b", "https://api.smarteru.com/apiv2/", "/\\evil.example.org", "/a b"] {
        let wrong = path("https://api.smarteru.com", Some(other)).unwrap_err();
        let expected = format!("path: found {other:?}; allowed: a path below base_url");
        assert!(wrong.starts_with(&expected), "{wrong}");
        // `check` finds it without opening the connection.
        let mut settings = Settings::default();
        settings.set("path", SettingValue::Text(other.to_owned()));
        let (odd, good) = ("odd".into(), "good".into());
        let base_url = "https://api.smarteru.com";
        let peers = [
            Peer { connection: &good, base_url, settings: &Settings::default() },
            Peer { connection: &odd, base_url, settings: &settings },
        ];
        let mistakes = mistakes(&peers);
        assert_eq!((mistakes.len(), &mistakes[0].connection, mistakes[0].key), (1, &odd, "path"));
    }
}

#[tokio::test]
async fn a_call_that_is_too_large_goes_again_in_halves() {
    let items: Vec<Item> = ["1", "2", "3", "4"].map(|user| item(&[("EmployeeID", user)])).into();
    let (outcomes, _) = deliver("413 Content Too Large", "<html>", &items).await;
    assert!(outcomes.iter().all(|one| one.verdict == Verdict::Smaller { most: 2 }), "{outcomes:?}");
    let (outcomes, _) = deliver("413 Content Too Large", "<html>", &items[..1]).await;
    assert_eq!(outcomes[0].verdict, Verdict::Retry);
}

#[test]
fn a_connection_without_its_keys_does_not_open() {
    for key in ["account_api", "user_api"] {
        let mut access = access("https://api.smarteru.com");
        access.secrets.insert(key.to_owned(), String::new().into());
        let refused = connect(access).map(|_| ()).unwrap_err().to_string();
        assert_eq!(refused, format!("{key} is missing or empty"));
    }
}
