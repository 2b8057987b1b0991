//! For tests: the document's samples, and a connection with its sample password.

use std::collections::BTreeMap;
use std::time::Duration;

use super::portal::Portal;
use crate::connectors::{Access, Settings};

// All enciphered constants come from
//   printf %s TEXT | openssl enc -aes-128-cbc -K KEY -iv KEY -a -A
// where KEY is 55707369646540323031360000000000, the hex of the document's Upside@2016.

/// The token of the document's samples of `/rest/manageuser`.
pub(super) const TOKEN: &str = "upsidelmstoken00009";
/// The first sample reply of `/rest/manageuser`.
pub(super) const SAMPLE_SUCCESS: &str =
    "{\n\"status\": \"success\", \"lmstoken_id\": \"upsidelmstoken00009\"\n}";
/// The second.
pub(super) const SAMPLE_PORTAL_KEY: &str = "{\n\"error_list\":[ {\n\"Err001\": \"Invalid value received against parameter. (Portal key)\"\n}\n],\n\"status\":\"fail\"\n}";
/// The third.
pub(super) const SAMPLE_ERRORS: &str = "{\n\"error_list\":[ {\n\"Err004\": \"Invalid  Date format. (Date of Birth)\"\n}\n,\n{\n\"Err004\": \"Invalid  Date format. (Date of Joining)\"\n}\n,\n{\n\"Err001\": \"Record does not exists in system. (LMS Role)\"\n}\n],\n\"status\":\"fail\",\n\"lmstoken_id\":\"upsidelmstoken00009\"\n}";
/// `SAMPLE_SUCCESS`, enciphered.
pub(super) const ENCIPHERED_SUCCESS: &str =
    "Shwr2RgibIqKB7d7perXgWdstmajXZspQZ9BXiup7+UjxoHTsswK0B5UwEd9heTc9UxxJ6lHi6ay81/wUt1quA==";

/// The settings of a connection with the document's sample password.
pub(super) fn access(base_url: &str) -> Access {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Access {
        connection: "upside".into(),
        base_url: base_url.to_owned(),
        settings: Settings::default(),
        secrets: BTreeMap::from([
            ("portal_key".to_owned(), "portal-key-1".to_owned().into()),
            ("password".to_owned(), "Upside@2016".to_owned().into()),
        ]),
        timeout: Duration::from_secs(5),
        scratch: std::env::temp_dir(),
    }
}

/// The portal of that connection.
pub(super) fn portal() -> Portal {
    Portal::new(&access("https://lms.example.org")).unwrap()
}
