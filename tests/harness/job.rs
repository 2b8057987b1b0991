//! A job file of which single keys can be set and taken out.

use std::collections::BTreeMap;
use std::fmt::Write;

/// The usual job: people of a full export into UpsideLMS, made, changed, switched off and on.
#[derive(Clone, Debug)]
pub(crate) struct JobFile {
    sections: Vec<(&'static str, BTreeMap<String, String>)>,
    /// What follows, as it stands.
    pub(crate) more: String,
}

const SECTIONS: [(&str, &str); 6] = [
    ("", ""),
    ("source", "[source]"),
    ("push", "[[push]]"),
    ("fields", "[push.fields]"),
    ("guard", "[guard]"),
    ("report", "[report]"),
];

const USUAL: [(&str, &str); 20] = [
    ("source.folder", "\"../inbox\""),
    ("source.pattern", "\"people-*.{csv,xlsx}\""),
    ("source.key", "[\"id\"]"),
    ("source.rows", "\"full\""),
    ("source.settle_s", "0"),
    ("push.connection", "\"upside\""),
    ("push.operation", "\"manage_user\""),
    ("push.first_load", "\"create\""),
    ("push.on_missing", "{ status = \"Inactive\" }"),
    ("push.on_return", "{ status = \"Active\" }"),
    ("fields.unique_id", "\"id\""),
    ("fields.firstname", "\"name\""),
    ("fields.email", "\"mail\""),
    ("fields.username", "\"login\""),
    ("fields.password", "\"secret\""),
    ("fields.phone", "\"phone\""),
    ("fields.designation", "\"title\""),
    ("fields.line_manager", "\"boss\""),
    ("fields.birth_date", "{ column = \"born\", date = \"%d/%m/%Y\" }"),
    ("fields.status", "{ column = \"active\", values = { Y = \"Active\", N = \"Inactive\" } }"),
];

impl Default for JobFile {
    fn default() -> Self {
        let sections = SECTIONS.map(|(name, _)| (name, BTreeMap::new())).into();
        let mut job = Self { sections, more: String::new() };
        for (key, value) in USUAL {
            job = job.set(key, value);
        }
        job.set("report.to", "[\"lms-admins@example.org\"]")
    }
}

impl JobFile {
    /// Sets a key (`push.first_load`, or `deadline` at the top) to a value in TOML.
    pub(crate) fn set(mut self, key: &str, value: &str) -> Self {
        let (section, key) = key.split_once('.').unwrap_or(("", key));
        self.section(section).insert(key.to_owned(), value.to_owned());
        self
    }

    /// Takes a key out.
    pub(crate) fn without(mut self, key: &str) -> Self {
        let (section, key) = key.split_once('.').unwrap_or(("", key));
        assert!(self.section(section).remove(key).is_some(), "{key} is not set");
        self
    }

    fn section(&mut self, name: &str) -> &mut BTreeMap<String, String> {
        let found = self.sections.iter_mut().find(|(section, _)| *section == name);
        &mut found.unwrap_or_else(|| panic!("no section {name}")).1
    }

    /// The file.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for ((_, keys), (_, heading)) in self.sections.iter().zip(SECTIONS) {
            if keys.is_empty() {
                continue;
            }
            writeln!(text, "{heading}").unwrap();
            for (key, value) in keys {
                writeln!(text, "{key} = {value}").unwrap();
            }
        }
        text + &self.more
    }
}
