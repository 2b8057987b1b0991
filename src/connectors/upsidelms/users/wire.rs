//! What goes over the wire for `/rest/manageuser`, and what comes back. Pure.
//!
//! The vendor's section is "Create/Update user in LMS Database".

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use zeroize::Zeroizing;

use super::super::portal::Portal;
use super::super::wire::{LmsError, errors, word_of};
use crate::model::{FieldName, Fields};

/// Where the call goes, below the base address.
pub(super) const PATH: &str = "/rest/manageuser";

/// The parameters of a call, in the document's order.
pub(super) type Form = [(&'static str, SecretString); 4];

/// The call that creates or updates one user.
pub(super) fn encode(
    portal: &Portal,
    token: &str,
    fields: &Fields,
    secrets: &[(FieldName, SecretString)],
) -> Form {
    let mut user: BTreeMap<&str, &str> = fields.iter().map(|(name, value)| (name.as_str(), value)).collect();
    user.extend(secrets.iter().map(|(name, secret)| (name.as_str(), secret.expose_secret())));
    // A map of texts always has a JSON form.
    let json = Zeroizing::new(serde_json::to_string(&user).unwrap_or_default());
    [
        ("lmsportalid", portal.key.clone()),
        ("lmstokenid", portal.cipher.encrypt(token).into()),
        ("data_language", portal.cipher.encrypt(&portal.data_language).into()),
        ("json", portal.cipher.encrypt(&json).into()),
    ]
}

/// A reply of the LMS: "Output JSON".
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct LmsReply {
    /// `status`: `success` or `fail`.
    pub(super) status: Option<String>,
    /// `lmstoken_id`: the token of the call that it answers.
    pub(super) token: Option<String>,
    /// `error_list`.
    pub(super) errors: Vec<LmsError>,
}

/// The reply in an answer's JSON, if it is one.
pub(super) fn read(value: &Value) -> Option<LmsReply> {
    let reply = LmsReply {
        status: word_of(value, "status"),
        token: word_of(value, "lmstoken_id"),
        errors: errors(value, None),
    };
    (reply.status.is_some() || !reply.errors.is_empty()).then_some(reply)
}

#[cfg(test)]
mod tests {
    use super::super::super::samples::{
        ENCIPHERED_SUCCESS, SAMPLE_ERRORS, SAMPLE_PORTAL_KEY, SAMPLE_SUCCESS, portal,
    };
    use super::super::super::wire::{Answer, decode};
    use super::*;

    fn reply(status: Option<&str>, token: Option<&str>, errors: &[(&str, &str)]) -> Answer<LmsReply> {
        let error = |(code, text): &(&str, &str)| LmsError { code: (*code).into(), text: (*text).into() };
        Answer::Reply(LmsReply {
            status: status.map(str::to_owned),
            token: token.map(str::to_owned),
            errors: errors.iter().map(error).collect(),
        })
    }

    fn check(body: &str, expected: Answer<LmsReply>) {
        assert_eq!(decode(body.as_bytes(), &portal().cipher, read), expected, "{body}");
    }

    #[test]
    fn a_call_as_openssl_would_make_it() {
        let fields: Fields =
            [("unique_id", "E1"), ("firstname", "Ann"), ("email", "a@example.org"), ("username", "ann")]
                .into_iter()
                .collect();
        let secrets = [("password".into(), SecretString::from("Start+1234".to_owned()))];
        let form = encode(&portal(), "upsidelmstoken00009", &fields, &secrets);
        let form = form.each_ref().map(|(name, value)| (*name, value.expose_secret()));
        assert_eq!(
            form,
            [
                ("lmsportalid", "portal-key-1"),
                ("lmstokenid", "nBQey47f42XYVzFd2DvJXDMoSPQmZ42FolYOOCbL8Nw="),
                ("data_language", "O+6XoofOQzGhdUk1zPoe1A=="),
                // {"email":"a@example.org","firstname":"Ann","password":"Start+1234","unique_id":"E1","username":"ann"}
                (
                    "json",
                    "i5yJEdn9xNk84W/e5CSW/B2DpU84q1R89KYTuLBXTnQ7eqMA12uOeJ/qDClaFgKJgc9A3KwoeYlOvXIYM23W1t3scEplFF9GUWaOiKrLGIPBpj5TJ9JnYJisMCFl3DXJ980FGkO4+tACnfBmUoytFw=="
                ),
            ]
        );
    }

    #[test]
    fn the_samples_of_the_document() {
        check(SAMPLE_SUCCESS, reply(Some("success"), Some("upsidelmstoken00009"), &[]));
        check(
            SAMPLE_PORTAL_KEY,
            reply(
                Some("fail"),
                None,
                &[("Err001", "Invalid value received against parameter. (Portal key)")],
            ),
        );
        check(
            SAMPLE_ERRORS,
            reply(
                Some("fail"),
                Some("upsidelmstoken00009"),
                &[
                    ("Err004", "Invalid  Date format. (Date of Birth)"),
                    ("Err004", "Invalid  Date format. (Date of Joining)"),
                    ("Err001", "Record does not exists in system. (LMS Role)"),
                ],
            ),
        );
    }

    #[test]
    fn an_enciphered_reply_is_read_whatever_surrounds_it() {
        let success = || reply(Some("success"), Some("upsidelmstoken00009"), &[]);
        check(ENCIPHERED_SUCCESS, success());
        check(&format!("\"{ENCIPHERED_SUCCESS}\""), success());
        check(&format!("\r\n '{ENCIPHERED_SUCCESS}'\r\n"), success());
        let (one, two) = ENCIPHERED_SUCCESS.split_at(64);
        check(&format!("{one}\r\n{two}\r\n"), success());
        check(&format!("\u{feff}{SAMPLE_SUCCESS}"), success());
        // {"error_list":[{"Err005":"Duplicate record. (Email)"}],"status":"fail","lmstoken_id":"upsidelmstoken00009"}
        check(
            "qzyXIgywwI3gAos+YbwrqG08/S7MY/qmsa/0DTADWVrnP8z8I6XG9EWXonPZI7rLAcXhcXMZ9e6rNFgzYXMdMkOyLaTHdD8XX+Qp5d2s6QU4oOa+RBq6wa7LfomVvJDWPQqtSuoJ+I3IeS/TIZwW3A==",
            reply(Some("fail"), Some("upsidelmstoken00009"), &[("Err005", "Duplicate record. (Email)")]),
        );
    }

    #[test]
    fn an_error_is_found_wherever_it_stands() {
        let err003 = [("Err003", "Record does not exist in system.")];
        check(r#"{"Err003":"Record does not exist in system."}"#, reply(None, None, &err003));
        check(r#"[{"Err003":"Record does not exist in system."}]"#, reply(None, None, &err003));
        check(
            r#"{"error_list":{"Err003":"Record does not exist in system."},"status":"FAIL"}"#,
            reply(Some("FAIL"), None, &err003),
        );
        check(
            r#"{"error_list":["no luck",{"Reason":"none"},{"Error Code":""}],"status":"fail"}"#,
            reply(Some("fail"), None, &[("error", "no luck"), ("Reason", "none")]),
        );
        check(
            r#"{"error_list":[],"status":"success","lmstoken_id":7}"#,
            reply(Some("success"), Some("7"), &[]),
        );
    }

    #[test]
    fn what_is_no_reply_is_named_and_not_quoted() {
        check("", Answer::Unreadable("an empty answer"));
        check("<!DOCTYPE html><html><body>Bye</body></html>", Answer::Unreadable("an HTML page"));
        check("{\"status\":\"succ", Answer::Unreadable("JSON that is cut off or broken"));
        check("{\"message\":\"hello\"}", Answer::Unreadable("JSON of another kind"));
        check("42", Answer::Unreadable("JSON of another kind"));
        check("Forbidden", Answer::Unreadable("text or bytes of another kind"));
        // not a reply at all, though well encrypted
        check(
            "bwMYojlJti1qnLQvT9k/CMx7SKMJbrtJ4rMnQk37enp0reoLC+M7lNfaTUM2K8wd",
            Answer::Unreadable("enciphered, but no JSON inside"),
        );
        // {"status":"success","lmstoken_id":
        check(
            "kxvAe4hjidJBfXwDelQq2JFl7zvOJlxz4cdxKJvTYn4poGwH5hqBX1jP7wwELuRa",
            Answer::Unreadable("enciphered, but no JSON inside"),
        );
        // {"status":"success","lmstoken_id":"upsidelmstoken00009"} with the password Other@2017
        check(
            "Pc97yYzyLQ4MdV+kMUwwGlT7hiw14moz81jupir3VhAOKagR2YLtYQdsXWrhy0+rE5BflVHHw5sYnXO+KWc/jw==",
            Answer::WrongKey,
        );
    }
}
