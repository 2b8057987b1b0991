//! The settings of a connection, read and checked: for `rollbook check` and for the connector alike. Pure.

use crate::connectors::settings::path;
use crate::connectors::{ConnectError, Mistake, Peer, Setting, SettingKind, Settings};

use super::wire::{SESSION_TOKEN, SYSTEM_ID};

/// The settings that the product has beside those of every product.
pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "system_id",
        kind: SettingKind::SecretOrValue,
        required: true,
        about: "the client specific system identifier (systemId), sent with every call",
    },
    Setting {
        key: "soap_path",
        kind: SettingKind::Text,
        required: false,
        about: "where the service listens below base_url; /diweb/ws/integration/v1 unless said",
    },
    Setting {
        key: "session_method",
        kind: SettingKind::Text,
        required: false,
        about: "the method that opens a session; diConnect unless said, ymConnect is its other name",
    },
    Setting {
        key: "session_parameters",
        kind: SettingKind::Parameters,
        required: false,
        about: "the parameters of the session method in their order, each with a secret; systemId alone \
                unless said",
    },
    Setting {
        key: "namespace",
        kind: SettingKind::Text,
        required: false,
        about: "the namespace of the methods; the WSDL's, or else http://ws.mycrowdwisdom.com/integration/, \
                unless said",
    },
    Setting {
        key: "records",
        kind: SettingKind::Text,
        required: false,
        about: "where the records of setCompletions stand: an element that is repeated (record), or a \
                wrapper and the element in it (records/record); the WSDL's, or else record, unless said",
    },
    Setting {
        key: "batch",
        kind: SettingKind::Whole { least: 1, greatest: 500 },
        required: false,
        about: "how many records go into one call; 1 unless said, since no answer tells of a single record \
                of several",
    },
];

const SOAP_PATH: &str = "/diweb/ws/integration/v1";
const SESSION_METHOD: &str = "diConnect";
const NAMESPACE: &str = "http://ws.mycrowdwisdom.com/integration/";
/// The element of the single call's example. Services of this make take a list as repeated elements of one
/// name, so the same element again is the likeliest form of the list that the document does not show.
const RECORD: &str = "record";

/// The settings, without secrets.
pub(super) struct Setup {
    /// Where the service listens, with a slash before it.
    pub(super) soap_path: String,
    /// The method that opens a session.
    pub(super) session_method: String,
    /// The names of its parameters; none where none were set.
    pub(super) parameters: Vec<String>,
    /// The namespace of the methods, where it was set.
    pub(super) namespace: Option<String>,
    /// The path of elements to each of many records, where it was set.
    pub(super) records: Option<Vec<String>>,
    /// Whether calls may carry more than one record.
    pub(super) many: bool,
}

impl Setup {
    /// Reads the settings; all that is wrong with them otherwise, each with its key.
    pub(super) fn read(settings: &Settings) -> Result<Self, Vec<(&'static str, String)>> {
        let soap_path = path(settings.text("soap_path").unwrap_or(SOAP_PATH));
        let (soap_path, odd) = match soap_path {
            Ok(soap_path) => (soap_path, None),
            Err(problem) => (String::new(), Some(("soap_path", problem))),
        };
        let setup = Self {
            soap_path: soap_path.trim_end_matches('/').to_owned(),
            session_method: settings.text("session_method").unwrap_or(SESSION_METHOD).to_owned(),
            parameters: settings.texts("session_parameters").unwrap_or_default().to_vec(),
            namespace: settings.text("namespace").map(str::to_owned),
            records: settings.text("records").map(|path| path.split('/').map(str::to_owned).collect()),
            many: settings.whole("batch").is_some_and(|most| most > 1),
        };
        let problems: Vec<_> = odd.into_iter().chain(setup.problems()).collect();
        if problems.is_empty() { Ok(setup) } else { Err(problems) }
    }

    /// The namespace of the methods where no WSDL says another.
    pub(super) fn namespace(&self) -> &str {
        self.namespace.as_deref().unwrap_or(NAMESPACE)
    }

    /// The path to each of many records where no WSDL says another.
    pub(super) fn records(&self) -> Vec<String> {
        self.records.clone().unwrap_or_else(record)
    }

    fn problems(&self) -> Vec<(&'static str, String)> {
        let mut problems = Vec::new();
        if !is_name(&self.session_method) {
            let message = format!(
                "found {:?}; allowed: the name of a method, as diConnect or ymConnect",
                self.session_method
            );
            problems.push(("session_method", message));
        }
        for name in self.parameters.iter().filter(|name| !is_name(name)) {
            let message = format!("found {name:?}; allowed: names of parameters as the WSDL spells them");
            problems.push(("session_parameters", message));
        }
        if self.namespace.as_deref().is_some_and(|namespace| namespace.trim().is_empty()) {
            let message = format!("found an empty text; allowed: a namespace, as {NAMESPACE}");
            problems.push(("namespace", message));
        }
        if let Some(path) = &self.records {
            let own = |name: &String| [SYSTEM_ID, SESSION_TOKEN].contains(&name.as_str());
            if path.len() > 2 || path.iter().any(|name| !is_name(name) || own(name)) {
                let message = format!(
                    "found {:?}; allowed: an element as record, or a wrapper and an element as records/record",
                    path.join("/")
                );
                problems.push(("records", message));
            }
        }
        problems
    }
}

/// The path to the one record of the single call.
pub(super) fn record() -> Vec<String> {
    vec![RECORD.to_owned()]
}

/// What is wrong with the settings of these connections.
pub(super) fn mistakes(peers: &[Peer<'_>]) -> Vec<Mistake> {
    let of_one = |peer: &Peer<'_>| {
        let problems = Setup::read(peer.settings).err().unwrap_or_default();
        let connection = peer.connection.clone();
        problems.into_iter().map(move |(key, message)| Mistake {
            connection: connection.clone(),
            key,
            message,
        })
    };
    peers.iter().flat_map(of_one).collect()
}

/// The problems as a connection that does not open says them.
pub(super) fn refusal(problems: Vec<(&'static str, String)>) -> ConnectError {
    let words: Vec<_> = problems.into_iter().map(|(key, message)| format!("{key}: {message}")).collect();
    ConnectError(words.join("; "))
}

/// Whether a text can be the name of an element.
pub(super) fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::SettingValue;

    fn settings(pairs: &[(&str, &str)]) -> Settings {
        let mut settings = Settings::default();
        for (key, value) in pairs {
            settings.set(*key, SettingValue::Text((*value).to_owned()));
        }
        settings
    }

    fn check(key: &str, value: &str, expected: Option<&str>) {
        let problems = Setup::read(&settings(&[(key, value)])).err().unwrap_or_default();
        let problems: Vec<_> = problems.into_iter().map(|(at, message)| format!("{at}: {message}")).collect();
        assert_eq!(problems.is_empty(), expected.is_none(), "{key} = {value}: {problems:?}");
        assert!(problems.join("; ").starts_with(expected.unwrap_or_default()), "{problems:?}");
    }

    #[test]
    fn what_the_document_says_holds_unless_set() {
        let setup = Setup::read(&Settings::default()).ok().unwrap();
        assert_eq!(
            (setup.soap_path.as_str(), setup.session_method.as_str(), setup.namespace()),
            ("/diweb/ws/integration/v1", "diConnect", "http://ws.mycrowdwisdom.com/integration/")
        );
        assert!(setup.parameters.is_empty() && !setup.many);
        assert_eq!(setup.records(), ["record"]);
    }

    #[test]
    fn odd_settings_are_named() {
        check("soap_path", "/diweb/ws/integration/v2/", None);
        check("soap_path", "diweb", None);
        check(
            "soap_path",
            "https://x",
            Some("soap_path: found \"https://x\"; allowed: a path below base_url"),
        );
        check("soap_path", "/diweb?wsdl", Some("soap_path: found"));
        check("session_method", "ymConnect", None);
        check(
            "session_method",
            "ym Connect",
            Some("session_method: found \"ym Connect\"; allowed: the name"),
        );
        check("session_method", "a><b", Some("session_method: found"));
        check("namespace", " ", Some("namespace: found an empty text"));
        check("records", "records/record", None);
        check("records", "a/b/c", Some("records: found \"a/b/c\"; allowed: an element as record"));
        check("records", "", Some("records: found"));
        check("records", "systemId", Some("records: found"));
    }

    #[test]
    fn mistakes_name_their_connection() {
        let (name, settings) = ("crowd".into(), settings(&[("soap_path", "a b"), ("records", "/")]));
        let peer = Peer { connection: &name, base_url: "https://lms.example.org", settings: &settings };
        let found: Vec<_> = mistakes(&[peer]).into_iter().map(|mistake| mistake.key).collect();
        assert_eq!(found, ["soap_path", "records"]);
    }
}
