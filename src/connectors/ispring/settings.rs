//! What can be set on a connection to iSpring Learn, and what holds where it is not.

use crate::connectors::settings::path;
use crate::connectors::{Mistake, Peer, Setting, SettingKind};

/// What the vendor's sample names as the service's namespace; older pages of it begin with `http:`.
pub(super) const NAMESPACE: &str = "https://ispringlearn.com/go/services/api/soap";

/// No document names the path of the SOAP service. This is that of its namespace, which looks like an
/// address; the account's own API page knows better.
pub(super) const SOAP_PATH: &str = "/go/services/api/soap";

/// What stands before `/token`.
pub(super) const API_PATH: &str = "/api/v3";

/// What stands before `/task` in REST: the vendor's pages have only the token below `/api/v3`, and all else
/// at the top of the same host.
pub(super) const REST_PATH: &str = "";

/// The reason of the vendor's sample.
pub(super) const REASON: &str = "Completed offline";

/// The keys of a connection.
pub(super) const SETTINGS: &[Setting] = &[
    Setting {
        key: "client_id",
        kind: SettingKind::SecretOrValue,
        required: true,
        about: "the Client ID of the account's API key",
    },
    Setting {
        key: "client_secret",
        kind: SettingKind::Secret,
        required: true,
        about: "the Client Secret of the same API key",
    },
    optional("soap_path", SettingKind::Text, "where SOAP listens; /go/services/api/soap unless said"),
    optional(
        "soap_namespace",
        SettingKind::Text,
        "the namespace of the SOAP service; https://ispringlearn.com/go/services/api/soap unless said",
    ),
    optional("api_path", SettingKind::Text, "what stands before /token; /api/v3 unless said"),
    optional(
        "rest_path",
        SettingKind::Text,
        "what stands before /task/…/status, /courses/modules and /learners/modules/results in REST; nothing unless \
         said",
    ),
    optional(
        "follow",
        SettingKind::OneOf(&["soap", "rest"]),
        "how tasks are followed; soap unless said, since a call that was taken there finds its task there",
    ),
    optional(
        "task_deadline_s",
        SettingKind::Whole { least: 1, greatest: 86_400 },
        "how long a task may take until it is given up; 1800 seconds unless said",
    ),
    optional(
        "reason",
        SettingKind::Text,
        "the reason of records that have none, since the LMS may demand one; Completed offline unless said",
    ),
    optional(
        "batch",
        SettingKind::Whole { least: 1, greatest: 1_000 },
        "the most enrolments of one call; 100 unless said",
    ),
];

const fn optional(key: &'static str, kind: SettingKind, about: &'static str) -> Setting {
    Setting { key, kind, required: false, about }
}

/// Paths that can't be put behind `base_url`.
pub(super) fn mistakes(peers: &[Peer<'_>]) -> Vec<Mistake> {
    let paths = ["soap_path", "api_path", "rest_path"];
    let wrong = peers.iter().flat_map(|peer| {
        let problem = |key| path(peer.settings.text(key)?).err().map(|message| (key, message));
        let problems = paths.into_iter().filter_map(problem);
        problems.map(|(key, message)| Mistake { connection: peer.connection.clone(), key, message })
    });
    wrong.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::{SettingValue, Settings};

    #[test]
    fn a_whole_address_is_no_path() {
        let mut settings = Settings::default();
        settings.set("soap_path", SettingValue::Text("https://lms.example.org/soap".to_owned()));
        settings.set("api_path", SettingValue::Text("/api/v3".to_owned()));
        let peer =
            Peer { connection: &"learn".into(), base_url: "https://lms.example.org", settings: &settings };
        let expected = Mistake {
            connection: "learn".into(),
            key: "soap_path",
            message: "found \"https://lms.example.org/soap\"; allowed: a path below base_url, with no host \
                      before it and no blank, ?, # or \\ in it"
                .to_owned(),
        };
        assert_eq!(mistakes(&[peer]), [expected]);
    }
}
