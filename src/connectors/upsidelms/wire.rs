//! What the answers of a portal have in common, whatever the call: JSON in clear or enciphered, and the form
//! of an error. Pure.

use serde_json::Value;

use super::cipher::{Cipher, Deciphered};
use crate::connectors::http::looks_like;

/// What an answer holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer<T> {
    /// A reply of the LMS.
    Reply(T),
    /// Enciphered, but not with our password or mode.
    WrongKey,
    /// Of the LMS, and not to be taken; what it is.
    Spoilt(String),
    /// Nothing of the LMS's; what it looks like instead.
    Unreadable(&'static str),
}

/// One error item: `{"Err004": "Invalid  Date format. (Date of Birth)"}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LmsError {
    /// The key: `Err004`.
    pub(super) code: String,
    /// The text, the field's label in brackets at its end.
    pub(super) text: String,
}

impl LmsError {
    /// The number of the code, where it is one.
    pub(super) fn number(&self) -> Option<u32> {
        number(&self.code)
    }

    /// The text in small letters and with single blanks, to find words in: the document is not of one mind
    /// on either.
    pub(super) fn words(&self) -> String {
        self.text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
    }
}

/// Reads an answer: JSON, or else JSON enciphered, in the form that `read` knows. The document has replies
/// in clear only where the portal key is wrong or the portal has no public key, but portals were seen to do
/// either, for successes as well as for failures.
pub(super) fn decode<T>(body: &[u8], cipher: &Cipher, read: impl Fn(&Value) -> Option<T>) -> Answer<T> {
    let known = |value: &Value, otherwise| read(value).map_or(Answer::Unreadable(otherwise), Answer::Reply);
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}').trim();
    let quoted = match serde_json::from_str::<Value>(text) {
        // What is quoted may have its slashes escaped, as this vendor escapes all of them.
        Ok(Value::String(quoted)) => quoted,
        Ok(value) => return known(&value, "JSON of another kind"),
        Err(_) => text.to_owned(),
    };
    let bare = quoted.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    match cipher.decrypt(bare) {
        Deciphered::Plain(plain) => match serde_json::from_slice(&plain) {
            Ok(value) => known(&value, "enciphered JSON of another kind"),
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

/// Every error item of a value, but for those below the key `apart`. Error items stand in `error_list` in
/// one call and beside what they are about in another, so a key that is an error code is one wherever it
/// stands. In `error_list` everything is an error, whatever its key.
pub(super) fn errors(value: &Value, apart: Option<&str>) -> Vec<LmsError> {
    let mut errors = Vec::new();
    collect(value, apart, false, &mut errors);
    errors
}

fn collect(value: &Value, apart: Option<&str>, listed: bool, errors: &mut Vec<LmsError>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, apart, listed, errors)),
        Value::Object(object) => {
            for (key, value) in object.iter().filter(|(key, _)| Some(key.as_str()) != apart) {
                let text = word(value);
                if number(key).is_some() || (listed && text.is_some()) {
                    let text = text.unwrap_or_default();
                    errors.push(LmsError { code: key.trim().to_owned(), text });
                } else {
                    collect(value, apart, listed || key == "error_list", errors);
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

/// Whether a key says that there is nothing, which is no error.
pub(super) fn is_no_data(code: &str) -> bool {
    code.trim().eq_ignore_ascii_case("Msg001")
}

/// Whether it says Msg001 anywhere: no sample shows where it stands.
pub(super) fn says_no_data(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(says_no_data),
        Value::Object(object) => object.iter().any(|(key, value)| is_no_data(key) || says_no_data(value)),
        _ => false,
    }
}

/// 4 for `Err004`.
fn number(code: &str) -> Option<u32> {
    code.trim().to_ascii_lowercase().strip_prefix("err")?.trim().parse().ok()
}

/// A value that says something, as text: counts and codes may come as numbers.
pub(super) fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// What stands under a key of an object, as text.
pub(super) fn word_of(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(word)
}

/// The items of a list; a single one may stand there without its brackets.
pub(super) fn many(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(items)) => items,
        Some(one @ Value::Object(_)) => std::slice::from_ref(one),
        _ => &[],
    }
}
