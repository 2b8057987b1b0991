//! How values of the model stand in columns.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::model::{ChangeKind, ChangeState, Fingerprint};

use super::StoreError;

pub(super) fn millis(time: DateTime<Utc>) -> i64 {
    time.timestamp_millis()
}

pub(super) fn time(millis: i64) -> Result<DateTime<Utc>, StoreError> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| StoreError::Content(format!("time {millis}")))
}

pub(super) fn maybe_time(millis: Option<i64>) -> Result<Option<DateTime<Utc>>, StoreError> {
    millis.map(time).transpose()
}

/// Counts and row numbers: SQLite has signed integers only.
pub(super) fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub(super) fn count(int: i64) -> u64 {
    u64::try_from(int).unwrap_or_default()
}

pub(super) fn json(value: &impl Serialize) -> Result<String, StoreError> {
    Ok(serde_json::to_string(value)?)
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    Ok(serde_json::from_str(text)?)
}

pub(super) fn maybe_json<T: DeserializeOwned>(text: Option<&str>) -> Result<Option<T>, StoreError> {
    text.map(from_json).transpose()
}

pub(super) fn fingerprint(bytes: &[u8]) -> Result<Fingerprint, StoreError> {
    Fingerprint::from_bytes(bytes).ok_or_else(|| StoreError::Content("a fingerprint".to_owned()))
}

pub(super) fn kind(text: &str) -> Result<ChangeKind, StoreError> {
    ChangeKind::parse(text).ok_or_else(|| StoreError::Content(format!("change kind {text}")))
}

pub(super) fn state(text: &str) -> Result<ChangeState, StoreError> {
    ChangeState::parse(text).ok_or_else(|| StoreError::Content(format!("change state {text}")))
}
