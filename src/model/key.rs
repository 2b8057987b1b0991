//! The key of a record: its values, not the names of its columns.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The identity of a record: the key values in the order of the job's `key`, kept as one CSV record
/// (`E1`, or `E1,"C,2"`), which is also how people type and read it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(String);

/// A text that is not one CSV record.
#[derive(Debug, thiserror::Error)]
#[error("not a key: {0}")]
pub struct KeyError(String);

impl Key {
    /// The key made of `values`, in order.
    pub fn from_values<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        let mut text = String::new();
        for (position, value) in values.into_iter().enumerate() {
            if position > 0 {
                text.push(',');
            }
            if value.contains(['"', ',', '\n', '\r']) || value.is_empty() {
                text.push('"');
                text.push_str(&value.replace('"', "\"\""));
                text.push('"');
            } else {
                text.push_str(value);
            }
        }
        Self(text)
    }

    /// The key as a person typed it; spelling differences in quoting fall away.
    ///
    /// # Errors
    /// When the text is empty or more than one CSV record.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut records = reader.records();
        let record = match records.next() {
            Some(Ok(record)) => record,
            Some(Err(error)) => return Err(KeyError(error.to_string())),
            None => return Err(KeyError("it is empty".to_owned())),
        };
        if records.next().is_some() {
            return Err(KeyError("it has more than one line".to_owned()));
        }
        Ok(Self::from_values(record.iter()))
    }

    /// Its values, in order.
    pub fn values(&self) -> Vec<String> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(self.0.as_bytes());
        let record = reader.records().next();
        record
            .and_then(Result::ok)
            .map(|record| record.iter().map(str::to_owned).collect())
            .unwrap_or_default()
    }

    /// The key exactly as the store kept it.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The key as one CSV record.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    fn check(values: &[&str], expected: &str) {
        let key = Key::from_values(values.iter().copied());
        assert_eq!(key.as_str(), expected);
        assert_eq!(Key::parse(expected).unwrap(), key, "what is printed can be typed again");
    }

    #[test]
    fn a_key_reads_as_one_csv_record() {
        check(&["E1"], "E1");
        check(&["E1", "C,2"], "E1,\"C,2\"");
        check(&["a\"b"], "\"a\"\"b\"");
        check(&["00042", ""], "00042,\"\"");
    }

    #[test]
    fn quoting_that_is_not_needed_makes_no_other_key() {
        assert_eq!(Key::parse("\"E1\",C2").unwrap(), Key::from_values(["E1", "C2"]));
        assert!(Key::parse("").is_err());
        assert!(Key::parse("E1\nE2").is_err());
    }
}
