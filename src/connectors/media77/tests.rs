//! Launch links of a connection; no call is ever made.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::ExposeSecret;

use super::*;
use crate::connectors::SettingValue;
use crate::model::Key;

fn access() -> Access {
    let mut settings = Settings::default();
    for (key, value) in [("lms_id", "lmsId"), ("domain", "domain"), ("environment", "staging")] {
        settings.set(key, SettingValue::Text(value.to_owned()));
    }
    Access {
        connection: "media".into(),
        // Nobody listens there, so a call would be seen.
        base_url: "https://media.invalid".to_owned(),
        settings,
        secrets: BTreeMap::new(),
        timeout: Duration::from_secs(5),
        scratch: std::env::temp_dir(),
    }
}

fn item(registration: Option<&str>) -> Item {
    let fields = [
        ("em", "email"),
        ("fn", "firstName lastName"),
        ("activity", "https://sample.com/"),
        ("instance", "2026"),
    ];
    Item {
        operation: fields::LAUNCH_LINK.into(),
        key: Key::from_values(["E1"]),
        kind: ChangeKind::Create,
        resend: false,
        fields: fields.into_iter().collect(),
        secrets: Vec::new(),
        registration: registration.map(str::to_owned),
    }
}

#[test]
fn a_link_is_the_documents_sample() {
    let media = Media77::new(&access()).unwrap();
    let Ok(Link::Address(link)) = media.link(&item(Some("registration"))) else { panic!("no address") };
    let sample =
        "https://sample.com/#/?reg=registration&em=email&fn=firstName%20lastName&dom=domain&lmsId=lmsId";
    assert_eq!(link.expose_secret(), sample);
}

#[tokio::test]
async fn a_record_is_accepted_where_its_link_can_be_made() {
    let media = connect(access()).unwrap();
    let mut odd = item(Some("registration"));
    odd.fields.set("activity".into(), "https://sample.com/?learner=confidential");
    let mut gone = item(None);
    gone.kind = ChangeKind::Remove;
    let other = Item { operation: "media77.fly".into(), ..item(Some("registration")) };
    // The connection is of staging.
    let mut live = item(Some("registration"));
    live.fields.set("activity".into(), "https://courses-live.example.org/");
    let outcomes = media.deliver(&[item(Some("registration")), item(None), odd, gone, other, live]).await;
    let found: Vec<_> = outcomes.iter().map(|outcome| (&outcome.verdict, outcome.code.as_str())).collect();
    let (accepted, refused) = (&Verdict::Accepted, &Verdict::Refused);
    let expected = [
        (accepted, "link"),
        (refused, "link"),
        (refused, "link"),
        (accepted, "link"),
        (refused, "operation"),
        (refused, "link"),
    ];
    assert_eq!(found, expected);
    assert!(outcomes.iter().all(|outcome| !outcome.reason.contains("confidential")));
}

#[tokio::test]
async fn there_is_nothing_to_sign_in_to() {
    let outcome = connect(access()).unwrap().probe().await;
    assert_eq!((outcome.verdict, outcome.code.as_str()), (Verdict::Accepted, "not checkable"));
    assert!(outcome.reason.contains("name the hosts of this environment's courses"));
    let mut named = access();
    named.settings.set("hosts", SettingValue::Texts(vec!["courses.example.org".to_owned()]));
    let outcome = connect(named).unwrap().probe().await;
    assert_eq!(outcome.reason, "links are made here, so there is nothing to sign in to");
}

#[tokio::test]
async fn a_connection_for_progress_alone_makes_no_links() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut access = access();
    for key in ["lms_id", "domain"] {
        access.settings.set(key, SettingValue::Text(String::new()));
    }
    assert!(connect(access.clone()).is_err(), "it would be of no use");
    access.secrets.insert("token".to_owned(), "secret-token".to_owned().into());
    let media = Media77::new(&access).unwrap();
    assert!(media.link(&item(Some("registration"))).unwrap_err().contains("neither `lms_id` nor `domain`"));
    let outcomes = media.deliver(&[item(Some("registration"))]).await;
    assert_eq!((&outcomes[0].verdict, outcomes[0].code.as_str()), (&Verdict::StopConnection, "settings"));
    // One of the two is a mistake.
    access.settings.set("lms_id", SettingValue::Text("7".to_owned()));
    assert_eq!(connect(access).map(|_| ()).unwrap_err().to_string(), "domain is missing or empty");
}

#[tokio::test]
async fn progress_needs_the_token() {
    let question = Question {
        operation: ACTIVITY_PROGRESS.into(),
        parameters: crate::model::Fields::default(),
        learner: None,
        window: None,
        cursor: None,
    };
    let (sender, _receiver) = tokio::sync::mpsc::channel(1);
    let outcome = connect(access()).unwrap().pull(&question, sender).await.unwrap_err();
    assert_eq!((outcome.verdict, outcome.code.as_str()), (Verdict::StopConnection, "token"));
}

#[test]
fn a_connection_without_its_settings_does_not_open() {
    for key in ["lms_id", "domain", "environment"] {
        let mut access = access();
        access.settings.set(key, SettingValue::Text(" ".to_owned()));
        let refused = connect(access).map(|_| ()).unwrap_err().to_string();
        assert_eq!(refused, format!("{key} is missing or empty"));
    }
}
