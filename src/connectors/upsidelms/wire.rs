//! What goes over the wire for `/rest/manageuser`, and what comes back. Pure.
//!
//! The vendor's section is "Create/Update user in LMS Database".

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use zeroize::Zeroizing;

use super::cipher::{Cipher, Deciphered};
use crate::connectors::http::looks_like;
use crate::model::{FieldName, Fields};

/// Where the call goes, below the base address.
pub(super) const MANAGE_USER_PATH: &str = "/rest/manageuser";

/// What every call to one portal carries.
pub(super) struct Portal {
    /// `lmsportalid`, the only parameter in clear.
    pub(super) key: SecretString,
    /// `data_language`: one of en, ar, fr, cn, sp.
    pub(super) data_language: String,
    /// Enciphers the other parameters.
    pub(super) cipher: Cipher,
}

/// The parameters of a call, in the document's order.
pub(super) type Form = [(&'static str, SecretString); 4];

/// The call that creates or updates one user.
pub(super) fn encode_manage_user(
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

/// What an answer holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A reply of the LMS.
    Reply(LmsReply),
    /// Enciphered, but not with our password or mode.
    WrongKey,
    /// Nothing of the LMS's; what it looks like instead.
    Unreadable(&'static str),
}

impl Answer {
    /// Whether the LMS names an error.
    pub(super) fn has_errors(&self) -> bool {
        matches!(self, Self::Reply(reply) if !reply.errors.is_empty())
    }
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

/// One item of `error_list`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LmsError {
    /// The key: `Err004`.
    pub(super) code: String,
    /// The text, the field's label in brackets at its end.
    pub(super) text: String,
}

/// Reads an answer: JSON, or else JSON enciphered. The document has the reply in clear only where the
/// portal key is wrong, but portals were seen to do either, for successes as well as for failures.
pub(super) fn decode_reply(body: &[u8], cipher: &Cipher) -> Answer {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    if let Ok(value) = serde_json::from_str::<Value>(text)
        && !value.is_string()
    {
        return read(&value).unwrap_or(Answer::Unreadable("JSON of another kind"));
    }
    let bare = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    match cipher.decrypt(bare) {
        Deciphered::Plain(plain) => match serde_json::from_slice(&plain) {
            Ok(value) => read(&value).unwrap_or(Answer::Unreadable("enciphered JSON of another kind")),
            Err(_) => Answer::Unreadable("enciphered, but no JSON inside"),
        },
        Deciphered::CutOff => Answer::Unreadable("enciphered JSON without its end"),
        Deciphered::WrongKey => Answer::WrongKey,
        Deciphered::NotEnciphered if text.starts_with(['{', '[']) => {
            Answer::Unreadable("JSON that is cut off or broken")
        }
        Deciphered::NotEnciphered => Answer::Unreadable(looks_like(body)),
    }
}

fn read(value: &Value) -> Option<Answer> {
    let mut reply = LmsReply::default();
    if let Value::Object(object) = value {
        reply.status = object.get("status").and_then(word);
        reply.token = object.get("lmstoken_id").and_then(word);
    }
    collect_errors(value, false, &mut reply.errors);
    (reply.status.is_some() || !reply.errors.is_empty()).then_some(Answer::Reply(reply))
}

/// Error items stand in `error_list`, but no other call of this vendor keeps to that, so a key that is
/// an error code is one wherever it stands. In `error_list` everything is an error, whatever its key.
fn collect_errors(value: &Value, listed: bool, errors: &mut Vec<LmsError>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_errors(item, listed, errors)),
        Value::Object(object) => {
            for (key, value) in object {
                let text = word(value);
                if is_error_code(key) || (listed && text.is_some()) {
                    let text = text.unwrap_or_default();
                    errors.push(LmsError { code: key.trim().to_owned(), text });
                } else {
                    collect_errors(value, listed || key == "error_list", errors);
                }
            }
        }
        scalar if listed => {
            let text = word(scalar);
            errors.extend(text.map(|text| LmsError { code: "error".to_owned(), text }));
        }
        _ => {}
    }
}

fn is_error_code(key: &str) -> bool {
    let key = key.trim().to_ascii_lowercase();
    key.strip_prefix("err").is_some_and(|rest| rest.trim().parse::<u32>().is_ok())
}

/// A value that says something, as text: counts and codes may come as numbers.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::cipher::Mode;
    use super::*;

    // All enciphered constants here come from
    //   printf %s TEXT | openssl enc -aes-128-cbc -K KEY -iv KEY -a -A
    // where KEY is 55707369646540323031360000000000, the hex of the document's Upside@2016.

    /// The first sample reply of the document.
    pub(in super::super) const SAMPLE_SUCCESS: &str =
        "{\n\"status\": \"success\", \"lmstoken_id\": \"upsidelmstoken00009\"\n}";
    /// The second.
    pub(in super::super) const SAMPLE_PORTAL_KEY: &str = "{\n\"error_list\":[ {\n\"Err001\": \"Invalid value received against parameter. (Portal key)\"\n}\n],\n\"status\":\"fail\"\n}";
    /// The third.
    pub(in super::super) const SAMPLE_ERRORS: &str = "{\n\"error_list\":[ {\n\"Err004\": \"Invalid  Date format. (Date of Birth)\"\n}\n,\n{\n\"Err004\": \"Invalid  Date format. (Date of Joining)\"\n}\n,\n{\n\"Err001\": \"Record does not exists in system. (LMS Role)\"\n}\n],\n\"status\":\"fail\",\n\"lmstoken_id\":\"upsidelmstoken00009\"\n}";
    /// `SAMPLE_SUCCESS`, enciphered.
    pub(in super::super) const ENCIPHERED_SUCCESS: &str =
        "Shwr2RgibIqKB7d7perXgWdstmajXZspQZ9BXiup7+UjxoHTsswK0B5UwEd9heTc9UxxJ6lHi6ay81/wUt1quA==";

    pub(in super::super) fn portal() -> Portal {
        Portal {
            key: "portal-key-1".to_owned().into(),
            data_language: "en".to_owned(),
            cipher: Cipher::new(&"Upside@2016".to_owned().into(), Mode::Cbc),
        }
    }

    fn reply(status: Option<&str>, token: Option<&str>, errors: &[(&str, &str)]) -> Answer {
        let error = |(code, text): &(&str, &str)| LmsError { code: (*code).into(), text: (*text).into() };
        Answer::Reply(LmsReply {
            status: status.map(str::to_owned),
            token: token.map(str::to_owned),
            errors: errors.iter().map(error).collect(),
        })
    }

    fn check(body: &str, expected: Answer) {
        assert_eq!(decode_reply(body.as_bytes(), &portal().cipher), expected, "{body}");
    }

    #[test]
    fn a_call_as_openssl_would_make_it() {
        let fields: Fields =
            [("unique_id", "E1"), ("firstname", "Ann"), ("email", "a@example.org"), ("username", "ann")]
                .into_iter()
                .collect();
        let secrets = [("password".into(), SecretString::from("Start+1234".to_owned()))];
        let form = encode_manage_user(&portal(), "upsidelmstoken00009", &fields, &secrets);
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
