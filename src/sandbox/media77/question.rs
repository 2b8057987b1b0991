//! A question about progress, as the vendor's page has it, and what it asks for.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Map, Value};

use super::Refusal;
use super::options::Media77Options;
use super::platform::Row;

/// The rows that come where no number is sent.
const USUAL_NUMBER: usize = 10;

/// A question that can be answered.
pub(super) struct Question {
    pub(super) start: usize,
    pub(super) number: usize,
    pub(super) begin: DateTime<Utc>,
    pub(super) end: DateTime<Utc>,
    search: String,
    completed: bool,
    sort: Option<String>,
    descending: bool,
}

impl Question {
    /// The token of a body, before anything else of it counts.
    pub(super) fn token(body: &Map<String, Value>) -> &str {
        body.get("token").and_then(Value::as_str).unwrap_or_default()
    }

    /// Reads a body.
    pub(super) fn read(body: &Map<String, Value>) -> Result<Self, Refusal> {
        let invalid = |name: &str| Refusal::Invalid(format!("Invalid {name}"));
        let text = |name: &'static str| match body.get(name) {
            None | Some(Value::Null) => Ok(""),
            Some(Value::String(text)) => Ok(text.as_str()),
            Some(_) => Err(invalid(name)),
        };
        let whole = |name: &'static str, usual: usize| match body.get(name) {
            None | Some(Value::Null) => Ok(usual),
            Some(value) => value.as_u64().and_then(|value| usize::try_from(value).ok()).ok_or(invalid(name)),
        };
        let date = |name: &'static str| match text(name)? {
            "" => Err(Refusal::Invalid(format!("{name} is required"))),
            text => moment(text).ok_or(invalid(name)),
        };
        let completed = match body.get("completed") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(completed)) => *completed,
            Some(_) => return Err(invalid("completed")),
        };
        let sort = text("sort")?;
        if !sort.is_empty() && !SORTS.contains(&sort) {
            return Err(invalid("sort"));
        }
        let descending = match text("order")? {
            "" | "ASC" => false,
            "DESC" => true,
            _ => return Err(invalid("order")),
        };
        Ok(Self {
            start: whole("start", 0)?,
            number: whole("number", USUAL_NUMBER)?,
            begin: date("startDate")?,
            end: date("endDate")?,
            search: text("search")?.to_lowercase(),
            completed,
            sort: Some(sort.to_owned()).filter(|sort| !sort.is_empty()),
            descending,
        })
    }

    /// Whether a row is asked for.
    pub(super) fn asks_for(&self, row: &Row, options: &Media77Options) -> bool {
        let texts =
            [&row.first_name, &row.last_name, &row.email, &row.member_identifier, &row.activity_title];
        let found = texts.iter().any(|text| text.to_lowercase().contains(&self.search));
        row.is_within(self, options.window) && found && (!self.completed || row.date_completed.is_some())
    }

    /// Puts rows into the order that is asked for, else into that of their transactions.
    pub(super) fn sort(&self, rows: &mut [Row]) {
        let key = |row: &Row| {
            let value = serde_json::to_value(row).unwrap_or_default();
            let value = self.sort.as_ref().and_then(|sort| value.get(sort)).cloned().unwrap_or_default();
            (value.as_str().map_or(value.to_string(), str::to_owned), row.transaction_id.clone())
        };
        let keys: HashMap<String, _> =
            rows.iter().map(|row| (row.transaction_id.clone(), key(row))).collect();
        rows.sort_by(|one, two| keys.get(&one.transaction_id).cmp(&keys.get(&two.transaction_id)));
        if self.descending {
            rows.reverse();
        }
    }
}

/// What rows can be sorted by.
const SORTS: [&str; 12] = [
    "transactionId",
    "firstName",
    "lastName",
    "email",
    "memberIdentifier",
    "activityId",
    "activityTitle",
    "registration",
    "dateStarted",
    "progress",
    "dateCompleted",
    "completionCode",
];

/// UTC, with or without saying so: the vendor's page has both.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let bare = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok();
    let zoned = DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.with_timezone(&Utc));
    zoned.or_else(|| bare().map(|moment| moment.and_utc()))
}
