//! The JSON document of a run, and the sums that hold in every one of them.

use serde_json::Value;

use super::command::Ended;

const ROWS: [&str; 6] = ["duplicates", "rejected", "unchanged", "create", "update", "deactivate"];
const CHANGES: [&str; 4] = ["create", "update", "deactivate", "remove"];
const OUTCOMES: [&str; 8] =
    ["accepted", "already", "refused", "parked", "in_doubt", "pending", "superseded", "held"];

/// A run as `sync --json` tells it.
#[derive(Debug)]
pub(crate) struct Account {
    /// The exit code.
    pub(crate) code: i32,
    /// The document.
    pub(crate) json: Value,
}

impl Account {
    /// The document of a command, once it is one and its sums hold.
    #[track_caller]
    pub(crate) fn new(ended: Ended) -> Self {
        let account = Self { code: ended.code, json: ended.json() };
        account.check_sums();
        account
    }

    #[track_caller]
    fn check_sums(&self) {
        assert_eq!(self.json["schema"], 1, "{self:#?}");
        let Some(source) = self.json["source"].as_object() else { return };
        let of = |value: &Value, keys: &[&str]| keys.iter().map(|key| number(value, key)).sum::<u64>();
        let source = Value::Object(source.clone());
        assert_eq!(number(&source, "rows"), of(&source, &["filtered", "read"]), "rows {self:#?}");
        for push in self.json["pushes"].as_array().unwrap() {
            assert_eq!(number(&source, "read"), of(push, &ROWS), "read {self:#?}");
            assert_eq!(of(push, &CHANGES), of(push, &OUTCOMES), "changes {self:#?}");
        }
        let expected = match self.status() {
            "ok" | "nothing" => 0,
            "failed" => 1,
            "held" => 3,
            "partial" => 4,
            other => panic!("status {other}"),
        };
        assert_eq!(self.code, expected, "{self:#?}");
    }

    /// `status` of the run.
    pub(crate) fn status(&self) -> &str {
        self.json["status"].as_str().unwrap()
    }

    /// Its name.
    pub(crate) fn run(&self) -> &str {
        self.json["run"].as_str().unwrap()
    }

    /// A count of its first push.
    pub(crate) fn count(&self, key: &str) -> u64 {
        number(&self.json["pushes"][0], key)
    }

    /// The status, and the counts of the first push that are not zero, as `key number` in the document's
    /// order.
    pub(crate) fn said(&self) -> String {
        words(self.status(), &self.json["pushes"][0])
    }

    /// The same of one push: its own status and counts.
    pub(crate) fn said_of(&self, id: &str) -> String {
        let mut pushes = self.json["pushes"].as_array().unwrap().iter();
        let push = pushes.find(|push| push["push"] == id);
        let push = push.unwrap_or_else(|| panic!("no push {id} in {self:#?}"));
        words(push["status"].as_str().unwrap(), push)
    }

    /// What stands in the list of that name (`refusals`, `in_doubt`, `still_open`) as `key code: reason`.
    pub(crate) fn told(&self, list: &str) -> Vec<String> {
        let line = |line: &Value| {
            let [key, code, reason] = ["key", "code", "reason"].map(|name| line[name].as_str().unwrap());
            format!("{key} {code}: {reason}")
        };
        self.json[list].as_array().unwrap().iter().map(line).collect()
    }

    /// The notes, those of the pushes with their names before them.
    pub(crate) fn notes(&self) -> Vec<&str> {
        self.json["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect()
    }

    /// Fails unless the run said just this.
    #[track_caller]
    pub(crate) fn expect(self, said: &str) -> Self {
        assert_eq!(self.said(), said, "{self:#?}");
        self
    }

    /// The guards that held something.
    pub(crate) fn guards(&self) -> Vec<&str> {
        self.json["guards"].as_array().unwrap().iter().map(|guard| guard["guard"].as_str().unwrap()).collect()
    }

    /// The rejects as `row key field: reason`.
    pub(crate) fn rejects(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let line = |reject: &Value| {
            let [key, field, reason] = ["key", "field", "reason"].map(|name| text(&reject[name]));
            format!("{} {key} {field}: {reason}", reject["row"])
        };
        self.json["rejects"].as_array().unwrap().iter().map(line).collect()
    }
}

fn words(status: &str, push: &Value) -> String {
    let keys = ROWS.iter().chain(&["remove"]).chain(&OUTCOMES);
    let counts = keys.map(|key| (key, number(push, key))).filter(|(_, count)| *count > 0);
    let counts = counts.map(|(key, count)| format!(", {count} {key}"));
    format!("{status}{}", counts.collect::<String>())
}

fn number(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or_else(|| panic!("{key} is no number in {value:#}"))
}
