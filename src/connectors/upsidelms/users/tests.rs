//! Whole calls of `/rest/manageuser`, byte for byte.

use super::super::samples::{ENCIPHERED_SUCCESS, SAMPLE_ERRORS, SAMPLE_PORTAL_KEY, TOKEN, access};
use super::*;
use crate::connectors::scripted::{Script, answer, serve};
use crate::model::Verdict;

fn item() -> Item {
    let fields = [("unique_id", "E1"), ("firstname", "Ann"), ("email", "a@example.org"), ("username", "ann")];
    Item {
        operation: MANAGE_USER.into(),
        key: crate::model::Key::from_values(["E1"]),
        kind: crate::model::ChangeKind::Create,
        resend: false,
        registration: None,
        fields: fields.into_iter().collect(),
        secrets: vec![("password".into(), "Start+1234".to_owned().into())],
    }
}

async fn deliver(status: &str, body: &str) -> (Outcome, String) {
    let (base_url, request) = serve(Script::close(answer(status, &[], body))).await;
    let outcome = super::deliver(&Client::new(&access(&base_url)).unwrap(), TOKEN, &item()).await;
    (outcome, String::from_utf8(request.await.unwrap()).unwrap())
}

/// The values are those that `openssl enc` makes, see `wire`; a `+` left bare would reach the
/// portal as a blank.
#[tokio::test]
async fn a_user_goes_out_as_openssl_would_send_it_and_comes_back_accepted() {
    let (outcome, request) = deliver("200 OK", ENCIPHERED_SUCCESS).await;
    assert_eq!(outcome.verdict, Verdict::Accepted);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /rest/manageuser HTTP/1.1\r\n"), "{head}");
    assert_eq!(
        body,
        "lmsportalid=portal-key-1\
         &lmstokenid=nBQey47f42XYVzFd2DvJXDMoSPQmZ42FolYOOCbL8Nw%3D\
         &data_language=O%2B6XoofOQzGhdUk1zPoe1A%3D%3D\
         &json=i5yJEdn9xNk84W%2Fe5CSW%2FB2DpU84q1R89KYTuLBXTnQ7eqMA12uOeJ%2FqDClaFgKJgc9A3KwoeYlOvXIYM23W1t3sc\
         EplFF9GUWaOiKrLGIPBpj5TJ9JnYJisMCFl3DXJ980FGkO4%2BtACnfBmUoytFw%3D%3D"
    );
}

#[tokio::test]
async fn the_lms_is_heard_whatever_the_status() {
    for (status, body, verdict, code) in [
        ("200 OK", SAMPLE_ERRORS, Verdict::Refused, "Err004"),
        ("500 Internal Server Error", SAMPLE_ERRORS, Verdict::Refused, "Err004"),
        ("403 Forbidden", SAMPLE_PORTAL_KEY, Verdict::StopConnection, "Err001"),
        ("500 Oops", ENCIPHERED_SUCCESS, Verdict::RetryConnection { after: None }, "HTTP 500"),
        ("503 Busy", SAMPLE_ERRORS, Verdict::RetryConnection { after: None }, "HTTP 503"),
    ] {
        let (outcome, _) = deliver(status, body).await;
        assert_eq!((outcome.verdict, outcome.code.as_str()), (verdict, code), "{status}");
    }
}

#[tokio::test]
async fn a_probe_sends_an_empty_user() {
    let mandatory = r#"{"error_list":[{"Err002":"Mandatory Field. (Unique ID)"}],"status":"fail"}"#;
    let (base_url, request) = serve(Script::close(answer("200 OK", &[], mandatory))).await;
    let outcome = probe(&Client::new(&access(&base_url)).unwrap(), TOKEN).await;
    assert_eq!(outcome.verdict, Verdict::Accepted);
    let request = String::from_utf8(request.await.unwrap()).unwrap();
    // {}
    assert!(request.ends_with("&json=zIBfrgtfaaN0EeGZ3WhWIg%3D%3D"), "{request}");
}
