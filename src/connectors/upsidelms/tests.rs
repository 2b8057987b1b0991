//! The connection: how it opens, and which operation it hands a record to.

use secrecy::ExposeSecret;

use super::samples::access;
use super::*;
use crate::connectors::SettingValue;
use crate::model::{ChangeKind, Key};

fn item(operation: &str) -> Item {
    Item {
        operation: operation.into(),
        key: Key::from_values(["E1"]),
        kind: ChangeKind::Create,
        resend: false,
        registration: None,
        fields: [("uniqueIdentifier2", "aasif")].into_iter().collect(),
        secrets: Vec::new(),
    }
}

#[tokio::test]
async fn an_operation_that_there_is_not_is_not_sent_as_another() {
    let lms = connect(access("http://127.0.0.1:9")).unwrap();
    let outcomes = lms.deliver(&[item("upsidelms.fly"), item("upsidelms.fly")]).await;
    assert_eq!(outcomes.len(), 2);
    assert!(outcomes.iter().all(|outcome| outcome.code == "operation"), "{outcomes:?}");
    assert!(lms.deliver(&[]).await.is_empty());
    assert_eq!(lms.read_back(&item(MANAGE_USER)).await.verdict, Verdict::InDoubt);
    assert_eq!(lms.link(&item(MANAGE_USER)).unwrap_err(), "upsidelms.manage_user makes no links");
}

#[tokio::test]
async fn a_form_is_made_without_a_call() {
    let lms = connect(access("http://127.0.0.1:9")).unwrap();
    assert_eq!(lms.deliver(&[item(REDIRECT_FORM)]).await[0].verdict, Verdict::Accepted);
    let Link::Form(page) = lms.link(&item(REDIRECT_FORM)).unwrap() else { panic!("an address") };
    assert!(page.expose_secret().contains("SD8/6XxGX0xGdz3VANhjlA=="));
}

#[test]
fn a_connection_without_its_secrets_does_not_open() {
    let refused = |access: Access| connect(access).map(|_| ()).unwrap_err().to_string();
    for key in ["portal_key", "password"] {
        let mut access = access("https://lms.example.org");
        access.secrets.insert(key.to_owned(), String::new().into());
        assert_eq!(refused(access), format!("{key} is missing or empty"));
    }
    let mut odd = access("https://lms.example.org");
    odd.settings.set("cipher", SettingValue::Text("ctr".to_owned()));
    assert_eq!(refused(odd), "cipher is cbc or ecb, not \"ctr\"");
    let mut odd = access("https://lms.example.org");
    odd.settings.set("context_path", SettingValue::Text("http://lms.example.org".to_owned()));
    assert!(refused(odd).starts_with("context_path is an http:// address of another machine; "));
    // On a test system the portal key may be a value.
    let mut test_system = access("https://lms.example.org");
    test_system.secrets.remove("portal_key");
    test_system.settings.set("portal_key", SettingValue::Text("key".to_owned()));
    assert!(connect(test_system).is_ok());
}
