//! A question of the Activity Progress API and its answer, as JSON. Pure.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::connectors::http::looks_like;
use crate::model::Fields;

/// One question.
pub(super) struct Asked<'a> {
    /// Where the page begins.
    pub(super) start: u64,
    /// The most rows of it.
    pub(super) number: u64,
    pub(super) window: (DateTime<Utc>, DateTime<Utc>),
    /// As the job gives them.
    pub(super) parameters: &'a Fields,
}

/// The body, with the keys of the vendor's sample in its order.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    token: &'a str,
    start: u64,
    number: u64,
    search: &'a str,
    completed: bool,
    start_date: String,
    end_date: String,
    sort: &'a str,
    order: &'a str,
}

/// The body of a question. What the job leaves open is asked as in the vendor's sample: pages need a firm
/// order, and that one is known to be taken.
pub(super) fn encode(token: &SecretString, asked: &Asked<'_>) -> Zeroizing<String> {
    let parameter = |name: &str| asked.parameters.get(&name.into());
    let (from, to) = asked.window;
    let body = Body {
        token: token.expose_secret(),
        start: asked.start,
        number: asked.number,
        search: parameter("search").unwrap_or_default(),
        completed: parameter("completed") == Some("true"),
        start_date: time(from),
        end_date: time(to),
        sort: parameter("sort").unwrap_or("lastName"),
        order: parameter("order").unwrap_or("ASC"),
    };
    // Texts and numbers alone: this can't fail.
    Zeroizing::new(serde_json::to_string(&body).unwrap_or_default())
}

/// "date/time (UTC)", says the vendor's page, and its samples have `2018-04-03T14:00:49.120Z` and
/// `2020-01-01T00:00:00`; of the two, this one can't be taken for a local time.
fn time(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// One page of rows.
#[derive(Debug, PartialEq)]
pub(super) struct Page {
    pub(super) rows: Vec<Map<String, Value>>,
    /// What the answer says of how many there are; whether of this page or in all is for `paging`.
    pub(super) count: Option<u64>,
}

/// A body, as far as it can be read.
#[derive(Debug, PartialEq)]
pub(super) enum Read {
    Page(Page),
    /// The LMS's own words, in a form that only it has.
    Told(String),
    /// Words that may be anybody's: neither JSON nor a page.
    Bare(String),
    /// Neither, and what it is in its place.
    Unreadable(&'static str),
    /// A page but for one row, by its number.
    OddRow(usize),
}

/// The longest bare text that is taken for words.
const LONGEST_WORDS: usize = 500;

/// Reads a body.
pub(super) fn decode(body: &[u8]) -> Read {
    match serde_json::from_slice(body.trim_ascii()) {
        Ok(Value::Object(object)) => of_object(object),
        // An older description of the API has the rows alone.
        Ok(Value::Array(rows)) => page(rows, None),
        Ok(Value::String(words)) if !words.trim().is_empty() => Read::Told(words.trim().to_owned()),
        Ok(_) => Read::Unreadable(looks_like(body)),
        Err(_) => bare(body),
    }
}

fn of_object(mut object: Map<String, Value>) -> Read {
    let count = object.get("count").and_then(number);
    if let Some(words) = words(&object) {
        return Read::Told(words);
    }
    match object.remove("rows") {
        Some(Value::Array(rows)) => page(rows, count),
        // No rows, and none are said to be there.
        None | Some(Value::Null) if count == Some(0) => Read::Page(Page { rows: Vec::new(), count }),
        _ => Read::Unreadable("JSON without rows"),
    }
}

fn page(rows: Vec<Value>, count: Option<u64>) -> Read {
    let mut page = Page { rows: Vec::with_capacity(rows.len()), count };
    for (place, row) in rows.into_iter().enumerate() {
        match row {
            Value::Object(row) => page.rows.push(row),
            _ => return Read::OddRow(place + 1),
        }
    }
    Read::Page(page)
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
}

/// What an object says of a failure. No document shows one, so every usual name will do; with rows beside it,
/// `message` may be about a success, and with none it is where it says no more than that.
fn words(object: &Map<String, Value>) -> Option<String> {
    let has_rows = object.get("rows").is_some_and(Value::is_array);
    let has_none = object.get("count").and_then(number) == Some(0);
    let failures = ["error", "errors"].iter().filter_map(|name| said(member(object, name)?));
    let messages = ["message", "msg"].iter().filter(|_| !has_rows);
    let messages = messages.filter_map(|name| said(member(object, name)?));
    let told: Vec<String> =
        failures.chain(messages.filter(|words| !(has_none && is_success(words)))).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// Whether words say that all went well, or that nothing was found.
fn is_success(words: &str) -> bool {
    let words = words.to_lowercase();
    let words = words.trim_end_matches(['.', '!']);
    let found = words.strip_prefix("no ").map(|nothing| nothing.trim_end_matches(" found"));
    matches!(words, "ok" | "success" | "successful" | "done")
        || matches!(found, Some("rows" | "records" | "results" | "data" | "progress"))
}

fn member<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// A failure's words, where the value has any.
fn said(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(false) => None,
        Value::Bool(true) => Some("the answer says that there is an error, and not which".to_owned()),
        Value::Number(number) => Some(number.to_string()).filter(|number| number != "0"),
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Array(values) => {
            let said: Vec<String> = values.iter().filter_map(said).collect();
            (!said.is_empty()).then(|| said.join("; "))
        }
        Value::Object(object) => {
            let told = ["message", "msg", "error", "description", "code"].iter();
            told.filter_map(|name| said(member(object, name)?)).next()
        }
    }
}

fn bare(body: &[u8]) -> Read {
    let text = std::str::from_utf8(body).unwrap_or_default().trim();
    let words = !text.is_empty()
        && text.len() <= LONGEST_WORDS
        && !text.starts_with(['<', '{', '['])
        && !text.chars().any(|c| c.is_control() && !c.is_whitespace());
    if words { Read::Bare(text.to_owned()) } else { Read::Unreadable(looks_like(body)) }
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
